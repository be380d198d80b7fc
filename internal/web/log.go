package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"homebound/db"
	"homebound/internal/negotiate"
	"homebound/internal/tracing"
)

// inquiry is what a request asks, as far as a log may tell: the document is shown by its hash, its variables not at
// all.
type inquiry struct {
	operation string // "" for one without a name, and where no operation was reached
	document  string // the first 12 hex digits of the sha256 of its text
	cost      int
}

// record is what becomes known of a request on its way. It is logged and counted at the end. A nil record takes
// everything and keeps nothing.
type record struct {
	metrics *metrics
	stream  bool // whether many operations may run under it

	mu         sync.Mutex
	asked      inquiry
	route      string
	release    int
	cache      string // cacheHit, cacheJoined or cacheMiss; "" where no cache was asked
	key        string // the name of the key that it came with
	codes      []string
	refusals   []string
	statements int64
	sqlTime    time.Duration
}

type recordKey struct{}

// recordOf returns the accounting record of the request that ctx belongs to; nil where none is kept.
func recordOf(ctx context.Context) *record {
	e, _ := ctx.Value(recordKey{}).(*record)
	return e
}

// note sets what has become known.
func (e *record) note(set func(*record)) {
	if e != nil {
		e.mu.Lock()
		defer e.mu.Unlock()
		set(e)
	}
}

// asks returns what is asked, as far as it is known.
func (e *record) asks() (q inquiry) {
	e.note(func(e *record) { q = e.asked })
	return q
}

// What a cache did for a request.
const (
	cacheHit    = "hit"
	cacheJoined = "joined" // it waited for the answer that another was computing
	cacheMiss   = "miss"
)

// answeredBy notes what the cache did, and what the answer was to: a request whose answer others have computed is
// not looked into itself.
func (e *record) answeredBy(result string, asked inquiry) {
	e.note(func(e *record) { e.cache, e.asked = result, asked })
}

// failed counts an error that the reader is shown.
func (e *record) failed(code string) {
	e.note(func(e *record) {
		if !slices.Contains(e.codes, code) {
			e.codes = append(e.codes, code)
		}
		e.metrics.errors.WithLabelValues(code).Inc()
	})
}

// refused counts a request that is turned away or cut short by a bound, once for each bound.
func (e *record) refused(reason string) {
	e.note(func(e *record) {
		if !slices.Contains(e.refusals, reason) {
			e.refusals = append(e.refusals, reason)
			e.metrics.refused.WithLabelValues(reason).Inc()
		}
	})
}

// read enters the queries that an operation has run.
func (e *record) read(l *db.Ledger) {
	e.note(func(e *record) {
		e.statements += l.Statements()
		e.sqlTime += l.Spent()
		e.metrics.statements.Add(float64(l.Statements()))
		e.metrics.sqlSeconds.Add(l.Spent().Seconds())
	})
}

// observed keeps an accounting record for every request, logs it and counts it. It stands before everything else.
func (s *Edge) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		e := &record{metrics: s.metrics, stream: streamed(r), route: unrouted}
		tracked := s.track(w, r)
		ctx, answered := s.config.Tracing.Request(context.WithValue(r.Context(), recordKey{}, e), methodOf(r.Method), r.Header)
		defer func() {
			took := time.Since(start)
			cause := recover()
			if cause != nil && cause != http.ErrAbortHandler {
				s.config.Log.ErrorContext(ctx, "a handler panicked", "cause", cause, "stack", string(debug.Stack()))
			}
			e.note(func(e *record) {
				if tracked.status == 0 && cause == nil {
					tracked.status = http.StatusOK // which the server sends where a handler wrote nothing
				}
				s.metrics.request(e, tracked.status, took)
				answered(tracing.Answer{Route: e.route, Status: tracked.status, Release: e.release, Cache: e.cache,
					Document: e.asked.document, Errors: e.codes})
				s.log(r, e, tracked, took)
			})
			if cause != nil {
				panic(http.ErrAbortHandler) // ends the connection, and is logged above without the client's address
			}
		}()
		next.ServeHTTP(tracked, r.WithContext(ctx))
	})
}

// unrouted stands for the route of a request that no pattern answers.
const unrouted = "none"

// routed notes the pattern that a request was answered by.
func (s *Edge) routed(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if to := unslashed(mux, r); to != "" {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusPermanentRedirect)
			return
		}
		if _, known := mux.Handler(r); known == "" && s.lost != nil && wantsPage(r) {
			s.lost.ServeHTTP(w, r)
		} else {
			mux.ServeHTTP(w, r)
		}
		recordOf(r.Context()).note(func(e *record) { e.route = routeOf(r.Pattern) })
	})
}

// wantsPage reports whether a person is likely to read the answer: only browsers name HTML among what they accept.
func wantsPage(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) &&
		strings.Contains(negotiate.Accepted(r), "text/html")
}

// unslashed returns where an address leads that is known but for a slash at its end, as editors and mailings add one, and
// "" for all others. It is relative, and right behind proxies that add a path in front.
func unslashed(mux *http.ServeMux, r *http.Request) string {
	short, slashed := strings.CutSuffix(r.URL.Path, "/")
	if !slashed || short == "" || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return ""
	}
	if _, known := mux.Handler(r); known != "" {
		return ""
	}
	other := &http.Request{Method: r.Method, Host: r.Host, URL: &url.URL{Path: short}}
	if _, known := mux.Handler(other); known == "" {
		return ""
	}
	to := url.URL{Path: "../" + path.Base(short), RawQuery: r.URL.RawQuery}
	return to.String()
}

// routeOf returns the path of a pattern such as "GET /healthz".
func routeOf(pattern string) string {
	if _, path, found := strings.Cut(pattern, " "); found {
		pattern = path
	}
	if pattern == "" {
		return unrouted
	}
	return strings.TrimSuffix(pattern, "{$}")
}

// quiet are the routes that machines ask all the time; their lines are for those who look for trouble.
var quiet = []string{"/healthz", "/readyz", "/metrics"}

// log writes a request's line; e.mu is held. Neither the query string nor a header stands in it.
func (s *Edge) log(r *http.Request, e *record, w *tracked, took time.Duration) {
	level := slog.LevelInfo
	switch {
	case slices.Contains(quiet, e.route):
		level = slog.LevelDebug
	case w.status >= 500 || w.status == 0:
		level = slog.LevelWarn
	}
	log := s.config.Requests
	if log == nil || !log.Enabled(r.Context(), level) {
		return
	}
	attrs := append(make([]slog.Attr, 0, 16),
		slog.String("method", methodOf(r.Method)), slog.String("route", e.route), slog.Int("status",
			w.status), slog.Int64("bytes", w.bytes),
		slog.Float64("ms", float64(took.Microseconds())/1000))
	for _, a := range []slog.Attr{
		slog.Int("release", e.release), slog.String("operation", e.asked.operation), slog.String("document",
			e.asked.document),
		slog.Int("cost", e.asked.cost), slog.String("cache", e.cache), slog.String("key", e.key),
		slog.String("errors", strings.Join(e.codes, ",")), slog.String("refused", strings.Join(e.refusals, ",")),
	} {
		if text := a.Value.String(); text != "" && text != "0" {
			attrs = append(attrs, a)
		}
	}
	if e.asked.document != "" {
		attrs = append(attrs, slog.Int64("statements", e.statements),
			slog.Float64("sql_ms", float64(e.sqlTime.Microseconds())/1000))
	}
	if s.config.LogClients {
		attrs = append(attrs, slog.String("client", clientNetwork(s.admission.address(r), 64)))
	}
	log.LogAttrs(r.Context(), level, "request", attrs...)
}

// methodOf returns a method's name, or "other": a client may send any word for one.
func methodOf(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch:
		return method
	}
	return "other"
}
