package web

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"homebound/internal/table"
)

// What pages of other origins may send and read. A preflight is kept for minutes alone, so that a key's origins can
// change.
const (
	corsMethods = "GET, HEAD, POST, PUT, DELETE"
	corsHeaders = "Authorization, Content-Type, Accept, If-None-Match, X-GraphQL-Event-Stream-Token, Apollo-Require-Preflight, GraphQL-Require-Preflight, Traceparent"
	corsExposed = "ETag, Content-Length, Content-Range, Accept-Ranges, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate, Content-Disposition, " + table.RowsHeader + ", " + receiptHeader
	corsMaxAge  = "600"
)

// isOwn reports whether a request comes from a page of this server. That the page and the request name one host is not
// enough: whoever owns a name can let it lead here (DNS rebinding), and so its pages. A host counts that the operator
// named, and an address or localhost, which nobody else can own.
func (g *admission) isOwn(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == g.own {
		return origin != ""
	}
	page, err := url.Parse(origin)
	return err == nil && page.Host != "" && strings.EqualFold(page.Host, r.Host) &&
		(slices.Contains(g.Hosts, strings.ToLower(page.Hostname())) || g.LocalHosts && isLocal(page.Hostname()))
}

// isLocal reports whether a host is an IP address or localhost.
func isLocal(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || strings.EqualFold(host, "localhost")
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
	header.Set("Access-Control-Allow-Headers", allowedHeaders(r.Header.Get("Access-Control-Request-Headers")))
	header.Set("Access-Control-Max-Age", corsMaxAge)
}

// headerName is a token of RFC 9110.
var headerName = regexp.MustCompile("^[0-9A-Za-z!#$%&'*+.^_`|~-]+$")

// maxAskedHeaders bounds what a preflight repeats, in bytes.
const maxAskedHeaders = 2048

// allowedHeaders lists the headers that a page may send: those that mean something here, and whatever else it asks for,
// such as what tracing and clients add. None of them changes an answer, and there are no cookies.
func allowedHeaders(asked string) string {
	allowed := corsHeaders
	if len(asked) > maxAskedHeaders {
		return allowed
	}
	for name := range strings.SplitSeq(asked, ",") {
		if name = strings.TrimSpace(name); headerName.MatchString(name) && !hasName(allowed, name) {
			allowed += ", " + name
		}
	}
	return allowed
}

func hasName(list, name string) bool {
	for one := range strings.SplitSeq(list, ", ") {
		if strings.EqualFold(one, name) {
			return true
		}
	}
	return false
}

func errorAs[E error](err error) (found E, ok bool) {
	ok = errors.As(err, &found)
	return found, ok
}
