// Package pages serves what people read: the page of a release and those that go deeper, what it changed, and the feed
// of releases.
package pages

import (
	"context"
	_ "embed"
	"net/url"
	"strings"

	"homebound/internal/labour"
	"homebound/internal/site/embeds"
	"homebound/internal/site/exports"
	"homebound/internal/site/graphiql"
	"homebound/internal/site/pictures"
	"homebound/internal/site/port"
)

var (
	//go:embed home.html
	homeText string
	//go:embed home.css
	homeStyle []byte
	//go:embed home.svg
	homeIcon []byte
)

var homePage = parsePage(homeText)

// Pages are what people read: the page of a release, what it changed, and the feed of releases.
type Pages struct {
	port.Base
	charts *pictures.Pictures
	embeds *embeds.Embeds
}

// New registers the pages: of the current release and, for ever, of each.
func New(base port.Base, charts *pictures.Pictures, embeds *embeds.Embeds) *Pages {
	s := &Pages{base, charts, embeds}
	charts.About, charts.Notice, embeds.First = s.about, s.showNotice, s.first
	s.page("/{$}", homePage, func(v *visit) (framed, error) { return s.tellHome(v) })
	s.Handle("GET /home.css", port.Asset("text/css; charset=utf-8", "no-cache", homeStyle))
	s.Handle("GET /home.svg", port.Asset("image/svg+xml", "no-cache", homeIcon))
	s.regions()
	s.claims()
	s.pictures()
	s.changes()
	s.feed()
	s.found()
	return s
}

// tellHome returns the page that a person reads first.
func (s *Pages) tellHome(v *visit) (*homeData, error) {
	v.Path, v.values = "/", nil // whatever else the address says: it is one page
	told, err := s.tellStory(v.Context, v.Base)
	if err != nil {
		return nil, err
	}
	partial := told.Partial
	told.frame = v.frame
	told.Partial = partial
	if told.Sanction != nil {
		told.Tabs = homeTabs // which are about one
	}
	told.Title, told.Description = said(v.in, told.Question()), told.Lead
	if told.Description == "" {
		told.Description = v.in.Say("Labour migration under sanctions: permits, stocks, departures and what they cost, each figure with its evidence.")
	}
	for _, f := range []*figure{told.Stock.Figure, told.Permits.Figure} {
		if f != nil && told.Card == "" {
			told.Card, told.CardAlt = f.Card(), f.Description
		}
	}
	told.OEmbed = s.OEmbed(v.asked)
	told.Dataset = told.dataset()
	return told, nil
}

// first returns the picture that the page of a release begins with, and what it is asked by: other sites that take in the
// page show this one. A page without it has no name for it.
func (s *Pages) first(ctx context.Context) (name string, values url.Values, err error) {
	data, err := s.beginStory(ctx, s.PublicURL)
	if err != nil || data.Region == nil {
		return "", nil, err
	}
	_, err = partly(data.in, s.tellStock(ctx, data))
	if err != nil || data.Stock.Figure == nil {
		return "", nil, err
	}
	values, err = url.ParseQuery(data.Stock.Figure.Parameters)
	return data.Stock.Figure.Name, values, err
}

// homeExport is a table to take away, in all formats.
type homeExport struct {
	Name  string
	Files []link
}

// listExports returns the tables of the release that the principal may take away. Whether rows are among them, a
// row tells.
func (s *Pages) listExports(ctx context.Context, data *homeData) error {
	var rows struct{ Permits struct{ TotalCount int } }
	err := s.Ask(ctx, `{ permits(first: 1) { totalCount } }`, nil, &rows)
	if fault, ok := asFault(err); ok && fault.Code == labour.Forbidden {
		data.RowsClosed, err = true, nil
	}
	if err != nil {
		return err
	}
	for _, exported := range exports.Tables {
		if data.RowsClosed && (exported.Name == "permits" || exported.Name == "repatriations") {
			continue
		}
		path, query := port.ReleasePath(data.Release.Number)+"/export/"+exported.Name+".", ""
		if exported.Name == "impact" {
			if data.Region == nil {
				continue
			}
			query = "?" + s.parameters("impact", data.Region.Code, data.codes()).Encode()
		}
		table := homeExport{Name: exported.Title}
		for _, format := range exports.Formats() {
			table.Files = append(table.Files, link{format, path + format + query})
		}
		data.Exports = append(data.Exports, table)
	}
	return nil
}

type link struct{ Text, URL string }

// homeTabs are the questions with which GraphiQL opens.
var homeTabs = func() (links []link) {
	for _, tab := range graphiql.Tabs() {
		links = append(links, link{question(tab.Query), "/graphiql?query=" + url.QueryEscape(tab.Query)})
	}
	return links
}()

// question returns the comment that a tab's query begins with.
func question(query string) string {
	var words []string
	for line := range strings.Lines(query) {
		text, isComment := strings.CutPrefix(line, "#")
		if !isComment {
			break
		}
		words = append(words, strings.Fields(text)...)
	}
	return strings.Join(words, " ")
}
