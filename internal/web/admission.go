package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"homebound/internal/access"
	"homebound/internal/answers"
	"homebound/internal/labour"
	"homebound/internal/mount"
)

// Access says who may ask, for what and for how much. The zero Access lets everybody ask for everything.
type Access struct {
	Keys            *access.Keys // nil: there are none
	RefuseAnonymous bool         // whether a key is needed
	RowsNeedKey     bool         // whether single permits and repatriations are for keys that allow rows
	// AnonymousBudget is that of each client address without a key. IPv6 addresses count by their /64; all of a /48
	// have sixteen such budgets together.
	AnonymousBudget access.Budget
	Origins         []string       // of the pages that may ask without a key; none: all
	Hosts           []string       // that readers reach the server by, beside that of PublicURL: their pages are its own
	LocalHosts      bool           // whether addresses and localhost are such hosts too
	Trusted         *Documents     // nil: there are none
	TrustedOnly     bool           // whether trusted documents alone are answered, whoever asks
	Proxies         []netip.Prefix // whose X-Forwarded-For is believed
}

// principal is who sent a request, by its key or its address, and what it may do.
type principal struct {
	allowance
	client  string       // the key or the address, as slots and streams are shared by
	key     *access.Key  // nil: anonymous
	keys    *access.Keys // that the key is one of
	Limiter *access.Limiter
}

// allowance is what tells principals apart that the same question may have different answers for.
type allowance struct {
	rows        bool // whether a key lets it read single permits and repatriations, of few workers too
	noRows      bool // whether it may not, for want of such a key
	trustedOnly bool // whether documents that are not trusted are refused
}

func (g *admission) allowance(key *access.Key) allowance {
	rows := key != nil && key.Rows
	return allowance{rows, g.RowsNeedKey && !rows, g.TrustedOnly || key != nil && key.TrustedOnly}
}

type principalKey struct{}

// principalOf returns the principal of a request; one that nobody has looked at may do anything.
func principalOf(ctx context.Context) *principal {
	if v, ok := ctx.Value(principalKey{}).(*principal); ok {
		return v
	}
	return &principal{}
}

// stands returns a Fault with Unauthenticated where the principal's key has ended since it came, which one with a
// stream may have done long ago.
func (v *principal) stands(now time.Time) error {
	if v.key == nil {
		return nil
	}
	for _, k := range v.keys.Current() {
		if k.ID == v.key.ID && k.State(now) == "active" {
			return nil
		}
	}
	return labour.Faultf(labour.Unauthenticated, "The key has expired or was revoked.")
}

// admission lets requests in.
type admission struct {
	Access
	limits   Limits
	own      string // origin of the server itself, whose page GraphiQL may use any key
	Limiters access.Limiters
	now      func() time.Time
}

func newGate(c Config) *admission {
	own, _ := access.ParseOrigin(mount.Origin(c.PublicURL)) // one that is none is no page's origin either
	return &admission{c.Access, c.Limits.filled(), own, access.NewLimiters(), time.Now}
}

// client names who sends a request: by its key, else by its address.
func (g *admission) client(r *http.Request) string { return principalOf(r.Context()).client }

// admit acquires next the requests of principals that may ask, once they have paid for being asked at all. What
// their answer costs on top is taken when it has to be computed.
func (g *admission) admit(next http.Handler) http.Handler { return g.admitBy(g.identify, next) }

// admitBy is admit with another way of saying who sent a request.
func (g *admission) admitBy(identify func(*http.Request) (*principal, error), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			g.preflight(w, r)
			next.ServeHTTP(w, r)
			return
		}
		v, err := identify(r)
		g.share(w, r, v)
		if err != nil {
			refuse(w, r, challenge(w, r, err), err)
			return
		}
		if v.key != nil {
			recordOf(r.Context()).note(func(e *record) { e.key = v.key.Name })
		}
		err = v.Limiter.Charge(g.now(), 1)
		tell(v.Limiter, g.now(), w.Header())
		if err != nil {
			refuse(w, r, challenge(w, r, err), err)
			return
		}
		next.ServeHTTP(w, r.WithContext(g.known(r.Context(), v)))
	})
}

// known tells those that answer who asks, and within which bounds.
func (g *admission) known(ctx context.Context, v *principal) context.Context {
	ctx = context.WithValue(context.WithValue(ctx, limitsKey{}, g.limits), principalKey{}, v)
	return answers.WithRights(ctx, answers.Rights{NoRows: v.noRows, Small: v.rows})
}

// identify says who sent a request, or by a Fault why it is not let in. The principal is nil where nothing is known
// of it.
func (g *admission) identify(r *http.Request) (*principal, error) {
	text, sent, err := credential(r)
	if err != nil {
		return nil, err
	}
	if !sent {
		v := g.anonymous(r)
		switch {
		case g.RefuseAnonymous && !isSocket(r): // whose key may come in its first message
			return v, labour.Faultf(labour.Unauthenticated, "A key is needed: send it as Authorization: Bearer hb_...")
		case !g.allows(r, v):
			return v, labour.Faultf(labour.Forbidden,
				"Pages of the origin %.100q may not ask this server without a key.", r.Header.Get("Origin"))
		}
		return v, nil
	}
	if errors.Is(g.Keys.Trouble(), access.ErrUnreadable) {
		return nil, labour.Faultf(labour.Unavailable,
			"The server cannot read its keys, and accepts none until it can; its operator's log says why.")
	}
	key, err := g.Keys.Current().Find(text, g.now())
	if err != nil {
		// Guessing is paid for like asking, so that it is no faster.
		if spent := g.anonymous(r).Limiter.Charge(g.now(), 1); spent != nil {
			return nil, spent
		}
		return nil, err
	}
	name := "key " + key.Name
	v := &principal{g.allowance(key), name, key, g.Keys, g.Limiters.Of(name, "key", key.Budget)}
	if !g.allows(r, v) {
		return v, labour.Faultf(labour.Forbidden, "Pages of the origin %.100q may not use this key.",
			r.Header.Get("Origin"))
	}
	return v, nil
}

// anonymous returns the principal that a request comes from where no key comes with it.
func (g *admission) anonymous(r *http.Request) *principal {
	address := g.address(r)
	name := "address " + clientNetwork(address, 64)
	limiter := g.Limiters.Of(name, "anonymous", g.AnonymousBudget)
	if address.Is6() {
		limiter = limiter.Within(g.Limiters.Of("site "+clientNetwork(address, 48), "anonymous",
			g.AnonymousBudget.Times(budgetsPerSite)))
	}
	return &principal{g.allowance(nil), name, nil, nil, limiter}
}

// budgetsPerSite is how many budgets all addresses of an IPv6 /48 have together: whoever has one has 65,536 times a
// /64, and would have as many budgets.
const budgetsPerSite = 16

// clientNetwork names an address, and of IPv6 the network of so many bits that it is in.
func clientNetwork(address netip.Addr, bits int) string {
	if !address.Is6() {
		return address.String()
	}
	wide, _ := address.WithZone("").Prefix(bits) // which every IPv6 address has
	return wide.String()
}

// credential returns the key that a request comes with: by the scheme Bearer or, for tools that know nothing else, as
// the password of Basic, whose user name says nothing here. A browser sends what was typed as a password once with all
// that later pages ask for, unasked. So a page of another site that is held against no origin has no key by Basic.
func credential(r *http.Request) (text string, sent bool, err error) {
	headers := r.Header.Values("Authorization")
	if len(headers) == 0 {
		return "", false, nil
	}
	scheme, text, _ := strings.Cut(headers[0], " ")
	_, password, basic := r.BasicAuth()
	site := r.Header.Get("Sec-Fetch-Site")
	unasked := r.Header.Get("Origin") == "" && site != "" && site != "none" && site != "same-origin"
	switch {
	case len(headers) > 1 || !basic && !strings.EqualFold(scheme, "Bearer"):
		return "", true, labour.Faultf(labour.Unauthenticated,
			"Expected one header Authorization: Bearer hb_..., found another kind.")
	case basic && unasked:
		return "", true, labour.Faultf(labour.Unauthenticated,
			"A key that a browser keeps as a password counts for addresses that its reader opens, not for pages of other sites.")
	case basic:
		return strings.TrimSpace(password), true, nil
	}
	return strings.TrimSpace(text), true, nil
}

// challenge returns the status that a Fault of the admission goes with, and writes the headers that go with that.
func challenge(w http.ResponseWriter, r *http.Request, err error) int {
	if spent, ok := errorAs[*access.OverBudget](err); ok {
		recordOf(r.Context()).refused("budget")
		w.Header().Set("Retry-After", spent.RetryAfter())
		return http.StatusTooManyRequests
	}
	if fault, ok := errorAs[*labour.Fault](err); ok {
		switch fault.Code {
		case labour.Unauthenticated:
			w.Header()["Www-Authenticate"] = challenges(r)
			return http.StatusUnauthorized
		case labour.Forbidden:
			return http.StatusForbidden
		case labour.Unavailable:
			w.Header().Set("Retry-After", "2")
			return http.StatusServiceUnavailable
		}
	}
	return http.StatusBadRequest
}

// challenges says how a key can be sent. Basic is offered to programs alone, which ask for a name and a password only
// where they are told to: a browser would open a window of its own over the page, and keep what is typed in it.
func challenges(r *http.Request) []string {
	offered := []string{`Bearer realm="homebound"`}
	if r.Header.Get("Sec-Fetch-Mode") == "" && r.Header.Get("Origin") == "" {
		offered = append(offered, `Basic realm="homebound", charset="UTF-8"`)
	}
	return offered
}

// statusFor returns the status of a request whose operation is refused, and writes the headers that go with that.
func statusFor(w http.ResponseWriter, r *http.Request, faults gqlerror.List) int {
	if _, spent := errorAs[*access.OverBudget](faults[0]); spent {
		return challenge(w, r, faults[0])
	}
	if fault, ok := errorAs[*labour.Fault](faults[0]); ok && fault.Code == labour.Forbidden {
		return http.StatusForbidden
	}
	return statusOf(r)
}

// keyless refuses addresses with a key in them, since addresses are kept in logs and histories, and takes the query
// string out of the request, so that it is not in ours.
func keyless(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !access.ContainsKey(r.URL.RawQuery) && !access.ContainsKey(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		r.URL.RawQuery, r.URL.Path, r.URL.RawPath, r.RequestURI = "", "/", "", "/"
		refuse(w, r, http.StatusBadRequest, labour.Faultf(labour.BadUserInput,
			"A key does not belong in an address, where logs and histories keep it: send it as Authorization: Bearer hb_..., and have this one rotated."))
	})
}

// forwardedFrom reads one entry of X-Forwarded-For: an address, with a port or quotes as some proxies write them.
func forwardedFrom(text string) (netip.Addr, bool) {
	text = strings.Trim(strings.TrimSpace(text), `"`)
	if with, err := netip.ParseAddrPort(text); err == nil {
		return with.Addr(), true
	}
	address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	return address, err == nil
}

// address returns the address that a request comes from, by which anonymous budgets are kept: behind trusted
// proxies the last one that they did not add themselves.
func (g *admission) address(r *http.Request) netip.Addr {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	address := from.Addr().Unmap()
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, text := range slices.Backward(forwarded) {
		before, known := forwardedFrom(text)
		if !known || !slices.ContainsFunc(g.Proxies, func(p netip.Prefix) bool { return p.Contains(address) }) {
			break
		}
		address = before.Unmap()
	}
	return address
}

// tell writes the policy and what is left into a header, as draft-ietf-httpapi-ratelimit-headers-10 has it; t
// counts the seconds until the budget is whole again.
func tell(p *access.Limiter, now time.Time, header http.Header) {
	if p == nil {
		return
	}
	header.Set("RateLimit-Policy", fmt.Sprintf("%q;q=%d;w=%d", p.Name, p.Budget.Cost, access.Seconds(p.Budget.Per)))
	header.Set("RateLimit", fmt.Sprintf("%q;r=%d;t=%d", p.Name, p.Left(now), access.Seconds(p.UntilWhole(now))))
}
