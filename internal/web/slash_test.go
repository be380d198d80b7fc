package web_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
)

// TestEdge_KnowsAddressesWithASlashAtTheirEnd as editors and mailings add one.
func TestEdge_KnowsAddressesWithASlashAtTheirEnd(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	for _, path := range []string{"/embed/stock/?region=RU-PRI&utm_source=x", "/charts/stock.svg/", "/releases/1/embed/stock/", "/export/claims.csv/?first=1", "/changes/", "/schema.graphqls/"} {
		assert.Equal(t, http.StatusOK, s.Get(path).Status, path)
	}
	once := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for path, to := range map[string]string{"/embed/stock/?region=RU": "../stock?region=RU", "//evil.example/": "", "/nothing/": "", "/": "", "/releases/1/": "", "/graphiql/": ""} {
		response, err := once.Get(s.URL + path)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, to != "", response.StatusCode == http.StatusPermanentRedirect, path)
		if to != "" {
			assert.Equal(t, to, response.Header.Get("Location"))
		}
	}
	assert.Equal(t, http.StatusNotFound, s.Do(http.MethodPost, "/embed/stock/", "").Status)
}
