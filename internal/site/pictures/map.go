package pictures

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"homebound/internal/boundaries"
	"homebound/internal/chart"
	"homebound/internal/labour"
	"homebound/internal/site/port"
	"homebound/internal/words"
)

// mapAnswer is what charts/map.graphql is answered: the report of the bars, and the regions that there are to draw.
type mapAnswer struct {
	permitsAnswer
	Within askedPlace
}

// askedPlace is a region and those within it.
type askedPlace struct {
	Code, Name   string
	Boundary     string // GeoJSON; "" where the release has none of it
	Observations []askedObservation
	Children     []askedPlace
}

// drawn returns the smallest regions of a place that there is an outline of: itself where it has no such member.
func (p askedPlace) drawn() []askedPlace {
	var all []askedPlace
	for _, child := range p.Children {
		all = append(all, child.drawn()...)
	}
	if len(all) == 0 && (p.Boundary != "" || chart.HasShape(p.Code)) {
		all = []askedPlace{p}
	}
	return all
}

// outlined puts the outlines that a release has onto a map, and returns the sentence that says whose borders it
// shows, as of a day.
func (a *mapAnswer) outlined(drawn chart.Map, places []askedPlace) (chart.Map, words.Text, error) {
	own := 0
	for i, place := range places {
		if place.Boundary == "" {
			continue
		}
		shape, err := boundaries.Parse([]byte(place.Boundary))
		if err != nil {
			return nil, "", fmt.Errorf("charts: the boundary of %s: %w", place.Code, err)
		}
		drawn[i].Shape = shape
		own++
	}
	switch {
	case own == len(places):
		return drawn, "Members of the region as of %s; borders as the data gives them, simplified.", nil
	case own > 0:
		a.cite(borders)
		return drawn, "Members of the region as of %s; borders as the data gives them, else by Natural Earth, simplified.", nil
	}
	a.cite(borders)
	return drawn, "Members of the region as of %s; borders by Natural Earth, simplified.", nil
}

// borders is where the shapes are from that a release does not have itself. The picture names it beside the sources of
// its figures.
var borders = port.Source{Title: "Admin 1, states and provinces, 1:10m (public domain), simplified: the borders on the map", Publisher: "Natural Earth", Kind: "RESEARCH"}

// settleMap takes the boundaries that the report takes where none are named, for the subjects without a permit too; and
// leaves rates where a release has no employment.
func settleMap(ctx context.Context, s *Pictures, variables port.Variables, data labour.Period) error {
	if variables["rates"] == true {
		employed, err := s.has(ctx, "EMPLOYED")
		if err != nil {
			return err
		}
		variables["rates"] = employed
	}
	period, _ := variables["period"].(map[string]any)
	if variables["boundariesOn"] != nil || period["to"] == nil {
		return nil
	}
	span := periodOf(period, data)
	if within := span.Clip(data); within.Days() > 0 {
		span = within
	}
	variables["boundariesOn"] = span.To.String()
	return nil
}

func (a *mapAnswer) picture(variables port.Variables) (*chart.Picture, error) {
	p := a.begun("Where permits were issued, %s", variables)
	places, absent := a.places()
	if p.Empty == "" && len(places) == 0 {
		p.Empty = a.in.Say("There are no boundaries of %s or of regions within it: a package may bring them as boundaries.geojson.",
			a.Region.Name)
	}
	if p.Empty != "" {
		p.Description = described(p)
		return p, nil
	}
	var drawn chart.Map
	var none []string
	names := shortNames(places)
	for i, place := range places {
		subject := chart.Subject{Code: place.Code, Label: names[i], Value: new(float64)}
		if row := a.row(place.Code); row >= 0 {
			subject.Value = a.Report.Rows[row].PermitsIssued
		} else {
			none = append(none, place.Name)
			p.Rows = append(p.Rows, []any{place.Code, place.Name, int64(0)})
		}
		drawn = append(drawn, subject)
	}
	a.asRates(p, drawn, places, a.counted(a.span(variables)))
	drawn, by, err := a.outlined(drawn, places)
	if err != nil {
		return nil, err
	}
	p.Plot = drawn
	if len(absent) > 0 {
		p.Note(a.in.Say("Not on the map, having no boundaries: %s.", a.in.Listed(absent)))
	}
	p.Note(a.unknown())
	p.Note(a.in.Say(by, a.in.Day(a.boundaries(variables).Time())))
	sentences := append(a.sentences(), a.rateSentence(drawn))
	if len(none) > 0 {
		sentences = append(sentences, a.in.Say("No permit in %s.", a.in.Listed(none)))
	}
	p.Description = described(p, sentences...)
	return p, nil
}

// places returns what is drawn, in the order of codes, and names the rows that there is no shape for. A region of
// the report is within the one asked about, however deep.
func (a *mapAnswer) places() (places []askedPlace, absent []string) {
	places = a.Within.drawn()
	for _, row := range a.Report.Rows {
		if known := func(p askedPlace) bool { return p.Code == row.Region.Code }; slices.ContainsFunc(places, known) {
			continue
		}
		if chart.HasShape(row.Region.Code) {
			places = append(places, askedPlace{Code: row.Region.Code, Name: row.Region.Name})
		} else {
			absent = append(absent, row.Region.Name)
		}
	}
	slices.SortFunc(places, func(p, q askedPlace) int { return strings.Compare(p.Code, q.Code) })
	return slices.CompactFunc(places, func(p, q askedPlace) bool { return p.Code == q.Code }), absent
}

// row finds a region in the report; -1 where it has none.
func (a *mapAnswer) row(code string) int {
	for i, row := range a.Report.Rows {
		if row.Region.Code == code {
			return i
		}
	}
	return -1
}

// boundaries returns the day whose boundaries the picture takes.
func (a *mapAnswer) boundaries(variables port.Variables) labour.Date {
	text, _ := variables["boundariesOn"].(string)
	if day, err := labour.ParseDate(text); err == nil {
		return day
	}
	return a.span(variables).To
}

// kindWords say of what kind a subject is, or what else it is called. The one autonomous region goes by no other name.
var kindWords = strings.NewReplacer(" Krai", "", " Autonomous Okrug", "", " Autonomous Oblast", " AO", " Oblast", "",
	"Republic of ", "", " Republic", "", " (Yakutia)", "", " - Yugra", "", "-Alania", "")

// shortNames returns names for a map: without the kind where they still tell the places apart.
func shortNames(places []askedPlace) []string {
	count := map[string]int{}
	for _, place := range places {
		count[kindWords.Replace(place.Name)]++
	}
	names := make([]string, len(places))
	for i, place := range places {
		names[i] = kindWords.Replace(place.Name)
		if count[names[i]] > 1 {
			names[i] = place.Name
		}
	}
	return names
}
