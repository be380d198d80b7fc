package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

func TestAdmin_ShowsProfilesAndHealth(t *testing.T) {
	testsize.Long(t)
	o := sitetest.NewOperated(t, asItIs)
	for path, says := range map[string]string{
		"/debug/pprof/":                  "goroutine",
		"/debug/pprof/goroutine?debug=1": "goroutine profile:",
		"/debug/pprof/cmdline":           "web.test",
		"/debug/pprof/profile?seconds=1": "",
		"/healthz":                       "alive",
		"/readyz":                        "ready: release 1",
	} {
		response := httptest.NewRecorder()
		o.Whole.Admin().ServeHTTP(response, httptest.NewRequest(http.MethodGet, path, nil))
		assert.Contains(t, response.Body.String(), says, path)
	}
	response := httptest.NewRecorder()
	o.Whole.Admin().ServeHTTP(response, httptest.NewRequest(http.MethodGet, "/graphql", nil))
	assert.Equal(t, http.StatusNotFound, response.Code)
}

func TestLoopbackAddr(t *testing.T) {
	for _, text := range []string{"127.0.0.1:9090", "127.0.0.53:0", "[::1]:9090", "localhost:9090"} {
		address, err := web.LoopbackAddr(text)
		require.NoError(t, err, text)
		assert.True(t, address.IP.IsLoopback(), text)
	}
	for _, text := range []string{":9090", "0.0.0.0:9090", "[::]:9090", "192.0.2.1:9090", "127.0.0.1", "", "9090"} {
		_, err := web.LoopbackAddr(text)
		require.ErrorContains(t, err, "expected an address", text)
	}
}
