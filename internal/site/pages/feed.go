package pages

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"homebound/internal/site/port"
)

// feed registers the feed of releases. It is one feed for all of them, so that it has no address below a release.
func (s *Pages) feed() {
	s.Handle("/releases.atom", s.Admit(s.Reading(s.Current(http.HandlerFunc((&feed{site: s}).serve)))))
}

// feed keeps the last text that it has written, for as long as the releases are the same.
type feed struct {
	site *Pages
	last atomic.Pointer[writtenFeed]
}

type writtenFeed struct {
	numbers []int // of all releases when it was written
	text    []byte
	etag    string
	updated time.Time
}

func (f *feed) serve(w http.ResponseWriter, r *http.Request) {
	numbers, err := f.site.Store.Numbers()
	if err != nil {
		f.site.Refuse(w, r, err)
		return
	}
	written := f.last.Load()
	if written == nil || !slices.Equal(written.numbers, numbers) {
		if written, err = f.write(r.Context(), numbers); err != nil {
			f.site.Refuse(w, r, err)
			return
		}
		f.last.Store(written)
	}
	header := w.Header()
	header.Set("Content-Type", "application/atom+xml; charset=utf-8")
	header.Set("Etag", written.etag)
	header["Cache-Control"], header["Vary"] = f.site.CacheControl(r), []string{"Authorization, Origin"}
	http.ServeContent(w, r, "", written.updated, bytes.NewReader(written.text))
}

// maxEntries is how many releases the feed tells of; `releases` lists the others.
const maxEntries = 50

// feedQuery asks for one release more than is told of, for what the last of them has changed.
var feedQuery = fmt.Sprintf(`{ releases(first: %d) { nodes {
	number contentHash publishedAt note synthetic citation
	counts { regions employers permits repatriations observations claims sources }
} } }`, maxEntries+1)

// feedRelease is what the feed tells of a release.
type feedRelease struct {
	Number                      int
	ContentHash, Note, Citation string
	PublishedAt                 time.Time
	Synthetic                   bool
	Counts                      struct{ Permits, Repatriations, Employers, Regions, Observations, Claims, Sources int }
}

func (f *feed) write(ctx context.Context, numbers []int) (*writtenFeed, error) {
	var answer struct{ Releases struct{ Nodes []feedRelease } }
	if err := f.site.Ask(ctx, feedQuery, nil, &answer); err != nil {
		return nil, err
	}
	releases := answer.Releases.Nodes
	public := f.site.PublicURL
	doc := atomFeed{
		ID: public + "/releases.atom", Title: "Homebound: releases", Subtitle: "Labour migration under sanctions, release by release.",
		Author: atomAuthor{"Homebound", public + "/"},
		Links: []atomLink{
			{Rel: "self", Type: "application/atom+xml", Href: public + "/releases.atom"},
			{Rel: "alternate", Type: "text/html", Href: public + "/"},
		},
		Rights: "The data keep the terms of those who published them; each source says what is known.",
	}
	for i, release := range releases[:min(len(releases), maxEntries)] {
		var before *feedRelease
		if i+1 < len(releases) {
			before = &releases[i+1]
		}
		doc.Entries = append(doc.Entries, release.entry(public, before))
		if release.PublishedAt.After(doc.Updated) {
			doc.Updated = release.PublishedAt
		}
	}
	text, err := xml.MarshalIndent(doc, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write the feed: %w", err)
	}
	text = append([]byte(xml.Header), append(text, '\n')...)
	return &writtenFeed{numbers, text, port.ETag(text), doc.Updated}, nil
}

// entry tells of a release, and of the one before it where there is one.
func (r feedRelease) entry(public string, before *feedRelease) atomEntry {
	address := public + port.ReleasePath(r.Number) + "/graphql"
	ask := func(query string) string { return address + "?" + url.Values{"query": {query}}.Encode() }
	e := atomEntry{
		ID: address, Title: fmt.Sprintf("Release %d", r.Number), Published: r.PublishedAt, Updated: r.PublishedAt,
		Summary: atomText{"text", r.summary(before)}, Content: atomText{"text", r.Citation},
		Links: []atomLink{{Rel: "alternate", Type: "application/json", Title: "What it says of itself",
			Href: ask("{ release { number contentHash publishedAt dataFrom dataThrough currency synthetic note methodVersion citation } }")}},
	}
	if before != nil {
		e.Links = append(e.Links, atomLink{Rel: "alternate", Type: "text/html", Title: "What it changed, in words",
			Href: public + port.ReleasePath(r.Number) + "/changes"}, atomLink{Rel: "related", Type: "application/json",
			Title: fmt.Sprintf("What changed since release %d", before.Number),
			Href:  ask(fmt.Sprintf(`{ release { changes(since: "%d", first: 0) { summary { table added removed changed } } } }`, before.Number))})
	}
	if r.Synthetic {
		e.Categories = []atomCategory{{"synthetic", "Register rows are wholly or partly synthetic"}}
	}
	return e
}

// sentence ends a publisher's words, so that others can follow them.
func sentence(words string) string {
	if strings.HasSuffix(words, ".") || strings.HasSuffix(words, "!") || strings.HasSuffix(words, "?") {
		return words
	}
	return words + "."
}

// summary says what a release holds, and by how many rows more or fewer than the one before it.
func (r feedRelease) summary(before *feedRelease) string {
	var held []string
	for _, c := range []struct {
		what string
		of   func(feedRelease) int
	}{
		{"permits", func(r feedRelease) int { return r.Counts.Permits }},
		{"repatriations", func(r feedRelease) int { return r.Counts.Repatriations }},
		{"employers", func(r feedRelease) int { return r.Counts.Employers }},
		{"regions", func(r feedRelease) int { return r.Counts.Regions }},
		{"observations", func(r feedRelease) int { return r.Counts.Observations }},
		{"claims", func(r feedRelease) int { return r.Counts.Claims }},
		{"sources", func(r feedRelease) int { return r.Counts.Sources }},
	} {
		text := c.what + " " + english.Count(c.of(r))
		if before != nil {
			switch more := c.of(r) - c.of(*before); {
			case more > 0:
				text += " (+" + english.Count(more) + ")"
			case more < 0:
				text += " (-" + english.Count(-more) + ")"
			}
		}
		held = append(held, text)
	}
	sentences := []string{"Rows: " + strings.Join(held, ", ") + "."}
	if r.Note != "" {
		sentences = append([]string{sentence(r.Note)}, sentences...)
	}
	switch {
	case before == nil:
	case before.ContentHash == r.ContentHash:
		sentences = append(sentences, fmt.Sprintf("The content is that of release %d.", before.Number))
	default:
		sentences = append(sentences,
			fmt.Sprintf("In brackets: how many more or fewer than in release %d; others may have changed.",
				before.Number))
	}
	if r.Synthetic {
		sentences = append(sentences, "Register rows are wholly or partly synthetic.")
	}
	return strings.Join(sentences, " ")
}
