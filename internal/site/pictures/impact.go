package pictures

import (
	"fmt"
	"slices"
	"strings"

	"homebound/internal/chart"
	"homebound/internal/site/port"
	"homebound/internal/table"
)

// impactAnswer is what charts/impact.graphql is answered.
type impactAnswer struct {
	chartCommon
	Sanction       *askedSanction
	EconomicImpact struct {
		estimateCommon
		OutputLost *askedEstimate
		Timeline   []struct {
			Period     askedPeriod
			OutputLost *askedEstimate
		}
	}
}

var impactChartColumns = []table.Column{
	{Name: "from", Kind: table.Day, Description: "The first day of the period."},
	{Name: "to", Kind: table.Day, Description: "The last day of the period, itself included."},
	{Name: "p5", Kind: table.Number,
		Description: "Output lost in the period: 5 % of the draws are at most this. Empty where not known."},
	{Name: "p50", Kind: table.Number,
		Description: "Output lost in the period: the median of the draws. Empty where not known."},
	{Name: "p95", Kind: table.Number,
		Description: "Output lost in the period: 95 % of the draws are at most this. Empty where not known."},
}

func (a *impactAnswer) picture(variables port.Variables) (*chart.Picture, error) {
	impact := &a.EconomicImpact
	unit := granularityWord(variables)
	span := impact.span()
	p := &chart.Picture{
		Title: "Output lost as workers left, " + a.Region.Name, Unit: "RUB",
		Subtitle:  impact.subtitle("estimate by " + unit + " with its range"),
		Synthetic: impact.Synthetic, Columns: slices.Clone(impactChartColumns),
	}
	band := chart.Series{Name: "Median, in its range from p5 to p95", Drawn: chart.Band}
	var missing runs
	var told []string
	var periods []askedPeriod
	for _, part := range impact.Timeline {
		days := part.Period.days()
		point := chart.Point{Period: days, Part: part.Period.cut(unit) != ""}
		if point.Part {
			point.More = "A part of a " + unit + " alone"
		}
		row := []any{days.From.String(), days.To.String(), nil, nil, nil}
		periods = append(periods, part.Period)
		if e := part.OutputLost; e != nil {
			p.Unit = e.Unit
			point.Low, point.Value, point.High = &e.P5, &e.P50, &e.P95
			row[2], row[3], row[4] = e.P5, e.P50, e.P95
			told = append(told, fmt.Sprintf("%s %s (%s to %s)", unitLabel(part.Period, unit),
				chart.Amount(e.P50, e.Unit), chart.Amount(e.P5, e.Unit), chart.Amount(e.P95, e.Unit)))
		}
		label := unitLabel(part.Period, unit)
		missing.next(label, part.OutputLost == nil)
		band.Points = append(band.Points, point)
		p.Rows = append(p.Rows, row)
	}
	for i := 2; i < len(p.Columns); i++ {
		p.Columns[i].Unit = p.Unit
	}
	p.Plot = chart.Timeline{From: span.From, To: span.To, Series: []chart.Series{band}, Events: a.Sanction.events(span)}
	if len(told) == 0 || impact.nobody() {
		p.Empty = impact.empty(a.Region.Name)
	} else {
		if len(missing.found) > 0 {
			p.Note("No estimate, since an observation is missing: " + missing.String() + ".")
		}
		if e := impact.OutputLost; e != nil {
			p.Subtitle += ". In all " + e.within()
		}
		p.Note(partialNote(periods, unit))
		p.Note(a.Sanction.note(span))
		p.Note(impact.variantNote())
		impact.remarks(p)
	}
	p.Note(assumptionsNote(a.scenario))
	a.cite(impact.Provenance.Sources...)
	p.Description = described(p, "By period: "+strings.Join(told, "; ")+".")
	return p, nil
}
