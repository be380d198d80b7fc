package sitetest

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/eventually"
	"homebound/internal/site"
	"homebound/internal/web"
)

// Operated is a site that is run in some way, with the lines of its requests.
type Operated struct {
	*Site
	Lines *eventually.Journal
	Whole *web.Edge
}

// NewOperated starts a server with a small release, that is run as change says.
func NewOperated(t testing.TB, change func(*web.Config, *http.Server)) *Operated {
	t.Helper()
	store, err := db.OpenStore(t.TempDir())
	require.NoError(t, err)
	o := &Operated{Site: &Site{T: t, Store: store, Log: &eventually.Journal{}}, Lines: &eventually.Journal{}}
	stopping := make(chan struct{})
	config := web.Config{Store: store, Log: slog.New(slog.NewTextHandler(o.Log, nil)),
		PublicURL:  "https://homebound.example",
		CacheBytes: 1 << 20, Stopping: stopping}
	config.Requests = slog.New(slog.NewJSONHandler(o.Lines, nil))
	server := &http.Server{}
	change(&config, server)
	o.Whole = web.New(config)
	site.Mount(o.Whole)
	o.Server = httptest.NewUnstartedServer(o.Whole)
	server.Handler, server.ConnState = o.Whole, o.Whole.ConnState
	o.Config = server
	o.Start()
	t.Cleanup(func() {
		close(stopping)
		o.Close()
		assert.NoError(t, store.Close())
	})
	o.Begin(300)
	return o
}
