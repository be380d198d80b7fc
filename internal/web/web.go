// Package web answers HTTP: the GraphQL endpoints, GraphiQL, the schema and the page that says what a release holds.
package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"homebound/db"
	"homebound/graph"
	"homebound/internal/labour"
	"homebound/internal/web/graphiql"
)

// Config is what a server is made of.
type Config struct {
	Store     *db.Store
	Log       *slog.Logger
	PublicURL string // scheme and host that the server is reached by, for permalinks; without a slash at the end
	Schema    string // the contract's text, served at /schema.graphqls

	CacheBytes uint64 // most that kept answers may take

	// Stopping is closed when the server is about to stop, so that subscriptions end; nil where it never is.
	Stopping <-chan struct{}
}

// New gives the handler of the whole site.
func New(c Config) http.Handler {
	api := newCache(endpoint(c), c.CacheBytes)
	page := graphiql.Handler("/graphiql", "/graphql")
	mux := http.NewServeMux()
	mux.Handle("/graphql", methods(current(c, api)))
	mux.Handle("/releases/{number}/graphql", methods(numbered(c, api)))
	mux.Handle("/graphiql", page)
	mux.Handle("/graphiql/", page)
	mux.HandleFunc("GET /schema.graphqls", func(w http.ResponseWriter, _ *http.Request) {
		plain(w, http.StatusOK, c.Schema)
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		plain(w, http.StatusOK, "alive\n")
	})
	mux.HandleFunc("GET /readyz", ready(c))
	mux.HandleFunc("GET /{$}", home(c))
	mux.HandleFunc("GET /home.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(homeStyle)
	})
	return secured(mux)
}

// endpoint answers GraphQL over the release that comes with the request.
func endpoint(c Config) http.Handler {
	srv := handler.New(graph.NewSchema(&graph.Resolver{Store: c.Store, Permalink: func(n int) string {
		return fmt.Sprintf("%s/releases/%d/graphql", c.PublicURL, n)
	}}))
	srv.AddTransport(stream{transport.SSE{KeepAlivePingInterval: 15 * time.Second}, c.Stopping})
	srv.AddTransport(document{})
	srv.SetQueryCache(lru.New[*ast.QueryDocument](1000))
	srv.SetErrorPresenter(graph.Presenter(c.Log))
	srv.SetRecoverFunc(graph.Recover)
	srv.Use(extension.Introspection{})
	srv.Use(limits{})
	srv.Use(extension.AutomaticPersistedQuery{Cache: lru.New[string](1000)})
	return srv
}

// methods answers OPTIONS, and refuses what no question comes by.
func methods(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet, http.MethodHead, http.MethodPost:
			next.ServeHTTP(w, r)
		case http.MethodOptions:
			w.Header().Set("Allow", allowed)
			w.WriteHeader(http.StatusNoContent)
		default:
			w.Header().Set("Allow", allowed)
			refuse(w, r, http.StatusMethodNotAllowed, labour.Faultf(labour.BadUserInput, "Expected one of the methods %s, found %.20q.", allowed, r.Method))
		}
	})
}

const allowed = "GET, HEAD, POST, OPTIONS"

// current lends each request the current release, from its first field to its last.
func current(c Config, next http.Handler) http.Handler {
	return lending(c, next, func(r *http.Request) (*db.Release, func(), error) { return c.Store.Current(r.Context()) })
}

// numbered lends each request the release that its path names.
func numbered(c Config, next http.Handler) http.Handler {
	return lending(c, next, func(r *http.Request) (*db.Release, func(), error) {
		number, err := strconv.Atoi(r.PathValue("number"))
		if err != nil || strconv.Itoa(number) != r.PathValue("number") {
			return nil, nil, labour.Faultf(labour.NotFound, "There is no release %.20q: expected a number such as 7.", r.PathValue("number"))
		}
		return c.Store.Numbered(r.Context(), number)
	})
}

func lending(c Config, next http.Handler, lend func(*http.Request) (*db.Release, func(), error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		release, done, err := lend(r)
		var fault *labour.Fault
		switch {
		case errors.As(err, &fault) && fault.Code == labour.NotFound:
			refuse(w, r, http.StatusNotFound, err)
		case errors.Is(err, db.ErrNoRelease):
			w.Header().Set("Retry-After", "2")
			refuse(w, r, http.StatusServiceUnavailable, labour.Faultf(labour.Unavailable, "No release is published yet; the first one may be in the making."))
		case err != nil:
			c.Log.ErrorContext(r.Context(), "no release to read", "error", err)
			refuse(w, r, http.StatusServiceUnavailable, labour.Faultf(labour.Unavailable, "The release cannot be read; the operator's log says why."))
		default:
			defer done()
			next.ServeHTTP(w, r.WithContext(graph.WithRelease(r.Context(), release)))
		}
	})
}

func ready(c Config) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		release, done, err := c.Store.Current(r.Context())
		if err != nil {
			plain(w, http.StatusServiceUnavailable, "not ready: no release can be read\n")
			return
		}
		defer done()
		plain(w, http.StatusOK, fmt.Sprintf("ready: release %d\n", release.Info().Number))
	}
}

// secured adds the headers that every answer has.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // whoever went away reads no error either
}
