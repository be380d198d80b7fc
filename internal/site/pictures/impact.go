package pictures

import (
	"fmt"
	"slices"
	"strings"

	"homebound/internal/chart"
	"homebound/internal/site/port"
	"homebound/internal/table"
	"homebound/internal/words"
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

// byUnit says what an estimate by calendar unit is, and partOf of which unit a period is a part alone.
var (
	byUnit = map[string]words.Text{
		"day": "estimate by day with its range", "week": "estimate by week with its range",
		"month": "estimate by month with its range", "quarter": "estimate by quarter with its range",
		"year": "estimate by year with its range",
	}
	partOf = map[string]words.Text{
		"day": "A part of a day alone", "week": "A part of a week alone", "month": "A part of a month alone",
		"quarter": "A part of a quarter alone", "year": "A part of a year alone",
	}
)

func (a *impactAnswer) picture(variables port.Variables) (*chart.Picture, error) {
	impact := &a.EconomicImpact
	unit := granularityWord(variables)
	span := impact.span()
	p := &chart.Picture{
		Words: a.in, Title: a.in.Say("Output lost as workers left, %s", a.Region.Name), Unit: "RUB",
		Subtitle:  impact.subtitle(&a.chartCommon, byUnit[unit]),
		Synthetic: impact.Synthetic, Columns: slices.Clone(impactChartColumns),
	}
	band := chart.Series{Name: a.in.Say("Median, in its range from p5 to p95"), Drawn: chart.Band}
	var missing runs
	var told []string
	var periods []askedPeriod
	for _, part := range impact.Timeline {
		days := part.Period.days()
		point := chart.Point{Period: days, Part: a.cut(part.Period, unit) != ""}
		if point.Part {
			point.More = a.in.Say(partOf[unit])
		}
		row := []any{days.From.String(), days.To.String(), nil, nil, nil}
		periods = append(periods, part.Period)
		if e := part.OutputLost; e != nil {
			p.Unit = e.Unit
			point.Low, point.Value, point.High = &e.P5, &e.P50, &e.P95
			row[2], row[3], row[4] = e.P5, e.P50, e.P95
			told = append(told, fmt.Sprintf("%s %s (%s)", a.unitLabel(part.Period, unit),
				a.in.Amount(e.P50, e.Unit), a.in.Say("%s to %s", a.in.Amount(e.P5, e.Unit), a.in.Amount(e.P95, e.Unit))))
		}
		label := a.unitLabel(part.Period, unit)
		missing.next(label, part.OutputLost == nil)
		band.Points = append(band.Points, point)
		p.Rows = append(p.Rows, row)
	}
	for i := 2; i < len(p.Columns); i++ {
		p.Columns[i].Unit = p.Unit
	}
	p.Plot = chart.Timeline{From: span.From, To: span.To, Series: []chart.Series{band}, Events: a.Sanction.events(a.in, span)}
	if len(told) == 0 || impact.nobody() {
		p.Empty = impact.empty(&a.chartCommon)
	} else {
		if len(missing.found) > 0 {
			p.Note(a.in.Say("No estimate, since an observation is missing: %s.", missing.told(a.in)))
		}
		if e := impact.OutputLost; e != nil {
			p.Subtitle = a.in.Say("%s. In all %s", p.Subtitle, e.within(a.in))
		}
		p.Note(a.partialNote(periods, unit))
		p.Note(a.Sanction.note(a.in, span))
		p.Note(impact.variantNote(a.in))
		impact.remarks(p)
	}
	p.Note(assumptionsNote(a.in, a.scenario))
	a.cite(impact.Provenance.Sources...)
	p.Description = described(p, a.in.Say("By period: %s.", strings.Join(told, "; ")))
	return p, nil
}
