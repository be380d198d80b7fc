package pages

import (
	_ "embed"
	"slices"

	"homebound/internal/site/embeds"
	"homebound/internal/site/pictures"
	"homebound/internal/site/port"
)

//go:embed chart.html
var chartText string

var chartPage = parsePage(chartText)

// pictures registers a page for each picture, at its address without an ending. More telling than /charts/{file}, these
// patterns take the requests for pages from it, and leave it the files.
func (s *Pages) pictures() {
	for _, name := range append(slices.Clip(pictures.Names), pictures.MembersName) {
		s.page("/charts/"+name, chartPage, func(v *visit) (framed, error) { return s.tellChart(v, name) })
	}
}

// chartData is what the page of a picture shows.
type chartData struct {
	frame
	Figure         *figure
	Region         string
	Empty          bool
	Rested         []port.Source // what it rests on
	Heads          []embeds.Cell
	Cells          [][]embeds.Cell
	Embed          string // address of the embed
	Live, Archived string // snippets
}

// tellChart returns the page of a picture. Where no region is named, it is of what the release is about.
func (s *Pages) tellChart(v *visit, name string) (*chartData, error) {
	values := v.values
	if !values.Has("region") {
		_, about, err := s.whose(v)
		if err != nil {
			return nil, err
		}
		if about.Region != nil {
			for parameter, texts := range s.parameters(name, about.Region.Code, about.codes()) {
				if !values.Has(parameter) {
					values[parameter] = texts
				}
			}
		}
	}
	if _, err := pictures.TableShown(values); err != nil {
		return nil, err
	}
	asked := inLangValues(v, pictures.Asked(values))
	shown, err := s.charts.Of(v, name, asked)
	if err != nil {
		return nil, err
	}
	v.Path = "/charts/" + name + "?" + asked.Encode()
	data := &chartData{frame: v.frame, Figure: pictured(shown, v.Base, v.Number, name, asked), Region: asked.Get("region"),
		Empty: shown.Empty != "", Rested: shown.Sources(), Embed: v.Base + "/embed/" + name + "?" + asked.Encode(),
		Live: s.embeds.Snippet(name, asked, 0), Archived: s.embeds.Snippet(name, asked, v.Number)}
	data.Figure.Lazy = false
	data.Heads, data.Cells = embeds.Cells(shown.Picture)
	data.Title, data.Description = shown.Title, shown.Description
	data.Card, data.CardAlt = data.Figure.Card(), shown.Description
	return data, nil
}
