package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"homebound/internal/table"
)

// What pages of other origins may send and read. A preflight is kept for minutes alone, so that a key's origins can
// change.
const (
	corsMethods = "GET, HEAD, POST, PUT, DELETE"
	corsHeaders = "Authorization, Content-Type, Accept, If-None-Match, X-GraphQL-Event-Stream-Token, Apollo-Require-Preflight, GraphQL-Require-Preflight, Traceparent"
	corsExposed = "ETag, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate, Content-Disposition, " + table.RowsHeader + ", " + receiptHeader
	corsMaxAge  = "600"
)

// isOwn reports whether a request comes from a page of this server: a browser tells both names itself.
func (g *admission) isOwn(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	page, err := url.Parse(origin)
	return origin == g.own || err == nil && page.Host != "" && strings.EqualFold(page.Host, r.Host)
}

// allows reports whether a principal's request may come from the page that it comes from, or from none.
func (g *admission) allows(r *http.Request, v *principal) bool {
	origin := r.Header.Get("Origin")
	switch {
	case origin == "" || g.isOwn(r):
		return true
	case v.key != nil:
		return slices.Contains(v.key.Origins, origin)
	}
	return len(g.Origins) == 0 || slices.Contains(g.Origins, origin)
}

// share tells the browser which pages may read the answer. There are no cookies, so that no page gets more than it
// could ask for from anywhere else; a refusal can be read by all, so that it can be understood.
func (g *admission) share(w http.ResponseWriter, r *http.Request, v *principal) {
	header := w.Header()
	header["Vary"] = varyOn
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	origin := r.Header.Get("Origin")
	if origin == "" {
		return
	}
	allow := "*"
	if v != nil && v.key != nil && g.allows(r, v) {
		allow = origin
	}
	header.Set("Access-Control-Allow-Origin", allow)
	header.Set("Access-Control-Expose-Headers", corsExposed)
}

// preflight answers what a browser asks before it sends a page's request. It does not know the key yet: the origin
// of any active key will do, and the request itself is held against its own.
func (g *admission) preflight(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Add("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
	origin := r.Header.Get("Origin")
	if origin == "" || r.Header.Get("Access-Control-Request-Method") == "" {
		return
	}
	anonymous := !g.RefuseAnonymous && g.allows(r, &principal{})
	if !anonymous && !g.isOwn(r) && !g.Keys.Current().AllowsOrigin(origin, g.now()) {
		return
	}
	header.Set("Access-Control-Allow-Origin", origin)
	header.Set("Access-Control-Allow-Methods", corsMethods)
	header.Set("Access-Control-Allow-Headers", corsHeaders)
	header.Set("Access-Control-Max-Age", corsMaxAge)
}

func errorAs[E error](err error) (found E, ok bool) {
	ok = errors.As(err, &found)
	return found, ok
}
