package graphiql_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/datapackage"
	"homebound/internal/exchange"
	whole "homebound/internal/site"
	"homebound/internal/site/sitetest"
	"homebound/internal/synth"
	"homebound/internal/web"
)

// site is the whole server, with a data folder of its own.
type site struct {
	t     *testing.T
	store *db.Store
	*httptest.Server
}

// newSite starts a server with small releases of the default kind, of so many permits each: one of 300 where nothing is said.
func newSite(t *testing.T, permits ...int) *site {
	t.Helper()
	store, err := db.OpenStore(t.TempDir())
	require.NoError(t, err)
	s := &site{t: t, store: store}
	s.Server = httptest.NewUnstartedServer(nil)
	edge := web.New(web.Config{Store: store, Log: slog.New(slog.DiscardHandler), PublicURL: "http://" + s.Listener.Addr().String()})
	whole.Mount(edge)
	s.Config.Handler = edge
	s.Start()
	t.Cleanup(func() {
		s.Close()
		assert.NoError(t, store.Close())
	})
	if len(permits) == 0 {
		permits = []int{300}
	}
	(&sitetest.Site{T: t, Store: store}).Begin(permits...)
	return s
}

// publish makes a release with so many synthetic permits the current one.
func (s *site) publish(permits int) {
	s.t.Helper()
	dir := s.t.TempDir()
	require.NoError(s.t, exchange.WriteDefault(s.t.Context(), dir, synth.Config{Permits: permits, Seed: 1}))
	pkg, err := datapackage.Open(s.t.Context(), dir, datapackage.Limits{})
	require.NoError(s.t, err)
	defer pkg.Close()
	_, err = exchange.Import(s.t.Context(), s.store, pkg, exchange.Options{Mode: db.Replace, Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
	require.NoError(s.t, err)
	require.NoError(s.t, s.store.Refresh(s.t.Context()))
}

// post returns the server's answer to a request in JSON.
func (s *site) post(path, body string, headers ...string) string {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.URL+path, strings.NewReader(body))
	require.NoError(s.t, err)
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	return s.answer(request)
}

func (s *site) get(address string) string {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, address, nil)
	require.NoError(s.t, err)
	return s.answer(request)
}

func (s *site) answer(request *http.Request) string {
	s.t.Helper()
	response, err := s.Client().Do(request)
	require.NoError(s.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return string(text)
}
