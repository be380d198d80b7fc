// Package web is the edge: it answers GraphQL over HTTP, admits, bounds, keeps, logs and measures, for what others
// mount on it as well.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/ast"

	"homebound/db"
	"homebound/graph"
	"homebound/internal/access"
	"homebound/internal/labour"
	"homebound/internal/mount"
	"homebound/internal/negotiate"
)

// Config is what a server is made of.
type Config struct {
	Store     *db.Store
	Log       *slog.Logger
	PublicURL string // that readers reach the server by, a path after the host included; without a slash at the end

	CacheBytes uint64 // most that kept answers may take

	Access Access // who may ask, for what and for how much
	Limits Limits // on one request
	Operation

	// StreamsPerClient is how many streams, and operations on streams that carry several, one client may hold open;
	// 0 is no bound.
	StreamsPerClient int
	// Client names who sends a request, to count streams by; nil takes the address that it comes from.
	Client func(*http.Request) string
	// AllowOrigin tells whether pages of another origin, such as https://example.org, may open a websocket; nil
	// allows none.
	AllowOrigin func(origin string) bool

	// Stopping is closed when the server is about to stop, so that subscriptions end; nil where it never is.
	Stopping <-chan struct{}
	// Sockets counts the websockets that are open, whose end http.Server.Shutdown does not wait for; nil where
	// nobody does.
	Sockets *sync.WaitGroup
}

// New returns an edge, on which others may mount more.
func New(c Config) *Edge {
	g := newGate(c)
	if c.Client == nil {
		c.Client = g.client
	}
	if c.AllowOrigin == nil {
		c.AllowOrigin = func(string) bool { return true } // the admission has looked at it
	}
	s := newEdge(c, g)
	schema := graph.NewSchema(&graph.Resolver{Store: c.Store, Permalink: func(n int) string {
		return s.permanent(n) + "/graphql"
	}})
	answers := endpoint(c, s, schema)
	api := newCache(answers, c.CacheBytes)
	s.loopback, s.schema, s.cached = loopback{api}, schema.Schema(), api.of
	mux := http.NewServeMux()
	s.mux = mux
	mux.Handle("/graphql", g.admit(methods(forQuestions, current(c, api, answers))))
	mux.Handle("/releases/{number}/graphql", g.admit(methods(forQuestions, numbered(c, api, answers))))
	mux.HandleFunc("GET /schema.graphqls", func(w http.ResponseWriter, _ *http.Request) {
		plain(w, http.StatusOK, s.schema.Query.Position.Src.Input) // the file that it was generated from, whole
	})
	mux.HandleFunc("GET /healthz", healthy)
	mux.HandleFunc("GET /readyz", ready(c))
	s.receipts(mux)
	if c.ShowMetrics {
		mux.Handle("GET /metrics", s.metrics.handler())
	}
	s.watchCache(api)
	answered := func(r *http.Request) bool { _, pattern := mux.Handler(r); return pattern != "" }
	s.below = mount.Of(c.PublicURL)
	s.Handler = s.observed(s.below.Below(answered, secured(c, keyless(s.routed(mux)))))
	return s
}

// endpoint answers GraphQL over the release that comes with the request.
func endpoint(c Config, s *Edge, schema graphql.ExecutableSchema) http.Handler {
	srv := handler.New(schema)
	shared := newStreams(c)
	srv.AddTransport(newSockets(c, shared, s.admission))
	srv.AddTransport(newEvents(shared))
	srv.AddTransport(document{})
	documents := remember(documentBytes, func(text string, _ *ast.QueryDocument) int {
		return parsedWeight*len(text) + 1024
	})
	srv.SetQueryCache(documents)
	present := counting(graph.Presenter(c.Log))
	srv.SetErrorPresenter(present)
	srv.SetRecoverFunc(graph.Recover)
	srv.Use(extension.Introspection{})
	srv.Use(graph.Exact{Schema: schema.Schema()})
	srv.Use(trusted{c.Access.Trusted})
	srv.Use(&measured{known: documents})
	srv.Use(extension.AutomaticPersistedQuery{Cache: remember(persistedBytes, func(hash, text string) int {
		return len(hash) + len(text) + 256
	})})
	srv.Use(&issuer{s.receiptAddress, present})
	srv.Use(s.runner(present))
	return srv
}

// The methods that questions come by, and those that what is only read comes by.
const (
	forQuestions = "GET, HEAD, POST, PUT, DELETE, OPTIONS"
	forReading   = "GET, HEAD, OPTIONS"
)

// methods answers OPTIONS, and refuses what does not come by one of the methods that are allowed.
func methods(allowed string, next http.Handler) http.Handler {
	names := strings.Split(allowed, ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodOptions:
			w.Header().Set("Allow", allowed)
			w.WriteHeader(http.StatusNoContent)
		case slices.Contains(names, r.Method):
			next.ServeHTTP(w, r)
		default:
			w.Header().Set("Allow", allowed)
			refuse(w, r, http.StatusMethodNotAllowed,
				labour.Faultf(labour.BadUserInput, "Expected one of the methods %s, found %.20q.", allowed, r.Method))
		}
	})
}

// bounded refuses a query string that is longer than may be asked with, and leaves aside what others hang on to
// addresses to follow readers.
func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = negotiate.WithoutTracking(r.URL.RawQuery)
		if err := checkAddress(r, ""); err != nil {
			refuse(w, r, http.StatusRequestURITooLong, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// current acquires each request the current release, from its first field to its last. streams takes what is asked
// of a stream; it is nil where there is none to ask.
func current(c Config, next, streams http.Handler) http.Handler {
	return acquiring(c, next, streams, func(r *http.Request) (*db.Release, func(), error) {
		return c.Store.Current(r.Context())
	})
}

// numbered acquires each request the release that its path names.
func numbered(c Config, next, streams http.Handler) http.Handler {
	return acquiring(c, next, streams, func(r *http.Request) (*db.Release, func(), error) {
		number, err := strconv.Atoi(r.PathValue("number"))
		if err != nil || strconv.Itoa(number) != r.PathValue("number") {
			return nil, nil, labour.Faultf(labour.NotFound, "There is no release %.20q: expected a number such as 7.",
				r.PathValue("number"))
		}
		return c.Store.Numbered(r.Context(), number)
	})
}

func acquiring(c Config, next, streams http.Handler,
	acquire func(*http.Request) (*db.Release, func(), error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		release, done, err := acquire(r)
		var fault *labour.Fault
		switch {
		case errors.As(err, &fault) && fault.Code == labour.NotFound:
			refuse(w, r, http.StatusNotFound, err)
		case errors.Is(err, db.ErrNoRelease):
			w.Header().Set("Retry-After", "2")
			refuse(w, r, http.StatusServiceUnavailable,
				labour.Faultf(labour.Unavailable, "No release is published yet; the first one may be in the making."))
		case errors.Is(err, db.ErrRefused): // which the log has told once
			refuse(w, r, statusOfFault(w, labour.Unavailable), err)
		case err != nil:
			c.Log.ErrorContext(r.Context(), "no release to read", "error", err)
			refuse(w, r, http.StatusServiceUnavailable,
				labour.Faultf(labour.Unavailable, "The release cannot be read; the operator's log says why."))
		case streams != nil && streamed(r):
			done()
			streams.ServeHTTP(w, r.WithContext(withAcquirer(r.Context(),
				func(ctx context.Context) (*db.Release, func(), error) {
					return acquire(r.WithContext(ctx))
				})))
		default:
			defer done()
			recordOf(r.Context()).note(func(e *record) { e.release = release.Info().Number })
			next.ServeHTTP(w, r.WithContext(graph.WithRelease(r.Context(), release)))
		}
	})
}

func ready(c Config) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		release, done, err := c.Store.Current(r.Context())
		refused := c.Store.Refused()
		switch {
		case errors.Is(err, db.ErrRefused):
			plain(w, http.StatusServiceUnavailable, "degraded: the file of the current release is damaged, and it is refused\n")
			return
		case err != nil:
			plain(w, http.StatusServiceUnavailable, "not ready: no release can be read\n")
			return
		}
		defer done()
		word := "ready"
		if trouble := c.Access.Keys.Trouble(); errors.Is(trouble, access.ErrUnreadable) {
			word = "degraded: the keys cannot be read, and no key is accepted"
		} else if trouble != nil {
			word = "degraded: the file of keys has a mistake in it, and those before it count"
		} else if c.Store.Trouble() != nil {
			word = "degraded: the current release cannot be read, and another one is served"
		} else if len(refused) > 0 {
			word = fmt.Sprintf("degraded: the files of releases %v are damaged, and these are refused", refused)
		}
		plain(w, http.StatusOK, fmt.Sprintf("%s: release %d\n", word, release.Info().Number))
	}
}

// secured adds the headers that every answer has. A page that needs more than nothing says so itself, and so does
// what other sites may take in.
func secured(c Config, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.TLS {
			w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		maps.Copy(w.Header(), security)
		next.ServeHTTP(w, r)
	})
}

// security has the names as http.Header keeps them; whoever sets another value puts a list of its own in the place
// of these.
var security = http.Header{
	"X-Content-Type-Options":       {"nosniff"},
	"Referrer-Policy":              {"no-referrer"},
	"Permissions-Policy":           {"browsing-topics=(), camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"},
	"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'"},
	"Cross-Origin-Opener-Policy":   {"same-origin"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // whoever went away reads no error either
}
