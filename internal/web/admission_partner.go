package web

import (
	"net/http"
	"net/url"
	"strings"

	"homebound/internal/access"
	"homebound/internal/labour"
)

// partnerParameter names the key whose pages may show an embed, by its id, which is no secret: it stands on every
// such page.
const partnerParameter = "partner"

// partner returns the active key that a query string names, nil where it names none. A key of programs alone,
// without origins, is nobody's partner. A Fault with Forbidden says that there is no such key; whether there was
// one is nobody's business.
func (g *admission) partner(values url.Values) (*access.Key, error) {
	if !values.Has(partnerParameter) {
		return nil, nil
	}
	id := values.Get(partnerParameter)
	for _, k := range g.Keys.Current() {
		if k.ID == id && k.State(g.now()) == "active" && len(k.Origins) > 0 {
			return &k, nil
		}
	}
	return nil, labour.Faultf(labour.Forbidden,
		"Expected for partner the id of an active key that has origins, found %.20q.", id)
}

// identifyReader says who reads an embed that the values name. A partner's id lets in those who have no key of
// their own, and no further than the public: an embed is as public as the page that it stands on. Their address
// pays, since anybody could empty the limiter of a key whose id is there to be read.
func (g *admission) identifyReader(r *http.Request, values url.Values) (*principal, error) {
	key, err := g.partner(values)
	if err != nil {
		if spent := g.anonymous(r).Limiter.Charge(g.now(), 1); spent != nil {
			return nil, spent
		}
		return nil, err
	}
	switch v := g.anonymous(r); {
	case r.Header.Get("Authorization") != "", key == nil && (g.RefuseAnonymous || !unread(r)):
		return g.identify(r)
	case unread(r), g.allows(r, &principal{key: key}), !g.RefuseAnonymous && g.allows(r, v):
		return v, nil
	default:
		return v, labour.Faultf(labour.Forbidden, "Pages of the origin %.100q are none of this partner's.",
			r.Header.Get("Origin"))
	}
}

// unread tells, by the word of a browser, that no script will read the answer: it is shown in a frame, which the
// browser holds against mayFrame, or is a picture or a style of such a frame. In a sandbox these come from the
// origin null.
func unread(r *http.Request) bool {
	mode := r.Header.Get("Sec-Fetch-Mode")
	return mode == "navigate" || mode == "no-cors"
}

// mayFrame lists, as Content-Security-Policy has it, the pages that may show an embed: the server's own, those that
// may ask without a key, and those of the partner, who may be nil.
func (g *admission) mayFrame(partner *access.Key) string {
	sources := []string{"'self'"}
	switch {
	case g.RefuseAnonymous:
	case len(g.Origins) == 0:
		return "*"
	default:
		sources = append(sources, g.Origins...)
	}
	if partner != nil {
		sources = append(sources, partner.Origins...)
	}
	return strings.Join(sources, " ")
}
