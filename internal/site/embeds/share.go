package embeds

import (
	"fmt"
	"html"
	"maps"
	"net/url"
	"slices"

	"homebound/internal/chart"
	"homebound/internal/site/pictures"
)

// share is what a reader can take away of a picture: as it will be in each new release, and as it is in this one.
type share struct {
	Live, Archived ways
	Citation       string
}

// ways are the forms in which a picture of one release is handed on. What is pasted elsewhere has whole addresses; the
// files are this server's, by whatever name a reader has reached it.
type ways struct {
	words
	Which                        string // live or archived, as readers call it
	Link, Frame, Figure, Element string // an address, and what an author pastes into a page
	SVG, CSV, JSON               string
	PNG                          string // what the form of the PNG is sent to
	Hidden                       []given
	Least, Most                  int // widths of the PNG in pixels
}

// given is a parameter that a form sends along.
type given struct{ Name, Value string }

// share returns what can be taken away of an embed.
func (s *Embeds) share(e embedding, title, citation string) share {
	permanent := s.PublicURL + embedPath(e.chart, without(e.values, partnerName), e.release.Number)
	return share{s.ways(e, title, 0), s.ways(e, title, e.release.Number),
		e.Say("quoted", title, citation, permanent)}
}

// ways returns how to hand on what an embed shows; release 0 is whatever release is current.
func (s *Embeds) ways(e embedding, title string, release int) ways {
	file := func(ending string, values url.Values) string { return embedPath(e.chart+ending, values, release) }
	data, drawn := pictures.Asked(e.values), without(e.values, pictures.ViewParameters...)
	w := ways{
		words: e.words, Which: e.Say("live"), Link: s.PublicURL + embedPath(e.chart, e.values, release),
		Figure: s.Snippet(e.chart, e.values, release), Element: s.Element(e.chart, e.values, release),
		SVG: file(".svg", drawn), CSV: file(".csv", data), JSON: file(".json", data),
		PNG: file(".png", nil), Least: chart.LeastWidth, Most: chart.MostWidth,
	}
	if release > 0 {
		w.Which = e.Say("archived")
	}
	w.Frame = fmt.Sprintf(
		`<iframe src="%s" title="%s" width="100%%" height="600" frameborder="0" loading="lazy"></iframe>`,
		html.EscapeString(w.Link), html.EscapeString(title))
	for _, name := range slices.Sorted(maps.Keys(drawn)) {
		for _, value := range drawn[name] {
			w.Hidden = append(w.Hidden, given{name, value})
		}
	}
	return w
}
