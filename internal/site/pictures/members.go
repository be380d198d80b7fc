package pictures

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"homebound/graph"
	"homebound/internal/chart"
	"homebound/internal/labour"
	"homebound/internal/site/port"
	"homebound/internal/table"
)

// MembersName is the picture of a region's members side by side. It tells no part of the story, and is not among Names.
const MembersName = "members"

// membersAnswer is what charts/members.graphql is answered.
type membersAnswer struct {
	chartCommon
	Countries []askedCountry
	Report    struct {
		Rows []struct {
			Region, District *askedCountry
			Period           askedPeriod
			WorkersPresent   *float64
		}
		PageInfo   struct{ HasNextPage bool }
		Provenance askedProvenance
		knowledge
	}
}

var membersColumns = []table.Column{
	{Name: "region", Kind: table.Text, Description: "The code of the member."},
	{Name: "name", Kind: table.Text, Description: "The member's name."},
	{Name: "from", Kind: table.Day, Description: "The first day of the period."},
	{Name: "to", Kind: table.Day, Description: "The last day of the period, itself included."},
	{Name: "workers", Kind: table.Number, Unit: "persons",
		Description: "Workers present on the last day. Empty where not known."},
}

// settleMembers groups by districts where the region has some, unless a reader names the groups.
func settleMembers(ctx context.Context, _ *Pictures, variables port.Variables, _ labour.Period) error {
	release := graph.ReleaseOf(ctx)
	regions := release.Geography()
	for _, code := range regions.Children(fmt.Sprint(variables["region"]), release.LastDay(nil)) {
		if child, _ := regions.Region(code); child.Kind == labour.KindDistrict {
			variables["groupBy"] = []any{"DISTRICT", "PERIOD"}
		}
	}
	return nil
}

// member is one row of a picture's data by the place that it is of.
type member struct {
	place askedCountry
	panel chart.Panel
	most  float64
}

func (a *membersAnswer) picture(variables port.Variables) (*chart.Picture, error) {
	if a.Report.PageInfo.HasNextPage {
		return nil, tooMany()
	}
	span := a.span(variables)
	p := &chart.Picture{Words: a.in, Title: a.in.Say("Workers present by region, %s", a.Region.Name), Unit: "persons",
		Synthetic: a.Report.Provenance.Synthetic, Columns: membersColumns}
	p.Subtitle = a.in.Say("%s All on one scale. %s", a.in.Say(eachUnit[granularityWord(variables)]),
		a.nationals(nationalities(variables), a.Countries))
	a.cite(a.Report.Provenance.Sources...)
	drawn, name := chart.Area, a.in.Say("Register")
	if p.Synthetic {
		drawn, name = chart.MadeUp, a.in.Say("%s (synthetic)", name)
	}
	var plot chart.Multiples
	plot.From, plot.To = span.From, span.To
	var told []string
	for _, m := range a.members(p) {
		m.panel.Series.Drawn, m.panel.Series.Name = drawn, name
		plot.Panels = append(plot.Panels, m.panel)
		told = append(told, fmt.Sprintf("%s %s", m.place.Name, a.in.Number(m.most, 0)))
	}
	p.Plot = plot
	if len(plot.Panels) == 0 {
		p.Empty = a.nobody(span, a.Report.none(a.in, a.in.Say("The register has no worker in a member of %s in these days.",
			a.Region.Name)))
	} else {
		p.Note(a.beyondNote(span))
		p.Note(a.Report.told(a.in))
	}
	p.Description = described(p, a.in.Say("At the highest: %s.", strings.Join(told, "; ")))
	return p, nil
}

// members returns what is drawn of each place, the greatest first, and adds its rows to the picture's data.
func (a *membersAnswer) members(p *chart.Picture) []*member {
	byCode := map[string]*member{}
	var all []*member
	for _, row := range a.Report.Rows {
		place := row.Region
		if row.District != nil {
			place = row.District
		}
		if place == nil {
			continue
		}
		m := byCode[place.Code]
		if m == nil {
			m = &member{place: *place, panel: chart.Panel{Label: place.Name}}
			byCode[place.Code], all = m, append(all, m)
		}
		days := row.Period.days()
		m.panel.Series.Points = append(m.panel.Series.Points, chart.Point{Period: days, Value: row.WorkersPresent})
		if row.WorkersPresent != nil {
			m.most = max(m.most, *row.WorkersPresent)
		}
		p.Rows = append(p.Rows, []any{place.Code, place.Name, days.From.String(), days.To.String(),
			figureOf(row.WorkersPresent)})
	}
	all = slices.DeleteFunc(all, func(m *member) bool { return m.most == 0 })
	slices.SortStableFunc(all, func(x, y *member) int { return int(y.most - x.most) })
	return all
}
