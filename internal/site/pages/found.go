package pages

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"

	"homebound/internal/site/pictures"
)

// found registers what helps search engines to find the pages, and readers who came to an address that there is not.
func (s *Pages) found() {
	s.Handle("GET /robots.txt", http.HandlerFunc(s.robots))
	s.Handle("GET /sitemap.xml", s.Admit(s.Reading(s.Bounded(s.Current(s.Keep(http.HandlerFunc(s.sitemap)))))))
	s.Lost(http.HandlerFunc(s.showLost))
}

// robots lets search engines read the pages, and keeps them from asking all that can be asked.
func (s *Pages) robots(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	fmt.Fprintf(w, "User-agent: *\nDisallow: /graphql\nDisallow: /export/\nDisallow: /releases/*/export/\n"+
		"Disallow: /releases/*/graphql\n\nSitemap: %s/sitemap.xml\n", s.PublicURL)
}

// sitemap lists the pages of the current release (https://www.sitemaps.org).
func (s *Pages) sitemap(w http.ResponseWriter, r *http.Request) {
	type entry struct {
		Location string `xml:"loc"`
		Changed  string `xml:"lastmod"`
	}
	var list struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		Entries []entry  `xml:"url"`
	}
	v := &visit{Context: r.Context()}
	var release thisRelease
	var claims claimsPart
	regions, err := s.allRegions(v)
	for name, into := range map[string]any{"release": &release, "named": &claims} {
		if err == nil {
			err = s.ask(v, name, nil, into)
		}
	}
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	add := func(path string) {
		list.Entries = append(list.Entries, entry{s.PublicURL + path, release.Release.PublishedAt})
	}
	for _, path := range []string{"/", "/regions", "/claims", "/changes"} {
		add(path)
	}
	for _, name := range pictures.Names {
		add("/charts/" + name)
	}
	for _, region := range regions {
		add("/regions/" + url.PathEscape(region.Code))
	}
	for _, claim := range claims.All.Nodes {
		add("/claims/" + url.PathEscape(claim.Own()))
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	_, _ = fmt.Fprint(w, xml.Header) // whoever went away reads no error either
	_ = xml.NewEncoder(w).Encode(list)
}
