package pictures

import (
	"slices"
	"strings"

	"homebound/internal/chart"
	"homebound/internal/site/port"
	"homebound/internal/table"
)

// variantsAnswer is what charts/variants.graphql is answered.
type variantsAnswer struct {
	chartCommon
	EconomicImpact struct {
		estimateCommon
		Variants []struct {
			Variant    string
			OutputLost *askedEstimate
		}
	}
}

var variantsColumns = []table.Column{
	{Name: "variant", Kind: table.Text, Description: "What is assumed of the capital that the departed worked with."},
	{Name: "p5", Kind: table.Number, Description: "Output lost: 5 % of the draws are at most this. Empty where not known."},
	{Name: "p25", Kind: table.Number, Description: "Output lost: 25 % of the draws are at most this. Empty where not known."},
	{Name: "p50", Kind: table.Number, Description: "Output lost: the median of the draws. Empty where not known."},
	{Name: "p75", Kind: table.Number, Description: "Output lost: 75 % of the draws are at most this. Empty where not known."},
	{Name: "p95", Kind: table.Number, Description: "Output lost: 95 % of the draws are at most this. Empty where not known."},
}

// picture shows the three variants side by side: none of them is the cost by itself.
func (a *variantsAnswer) picture(port.Variables) (*chart.Picture, error) {
	impact := &a.EconomicImpact
	p := &chart.Picture{
		Words: a.in, Title: a.in.Say("Output lost as workers left, %s: three assumptions", a.Region.Name), Unit: "RUB",
		Subtitle:  impact.subtitle(&a.chartCommon, "medians with their ranges"),
		Synthetic: impact.Synthetic, Columns: slices.Clone(variantsColumns),
	}
	var shown chart.Intervals
	var told []string
	for _, v := range impact.Variants {
		row := []any{v.Variant, nil, nil, nil, nil, nil}
		interval := chart.Interval{Label: a.in.Say(variantWords[v.Variant]), Figures: a.in.Say("Not known")}
		if e := v.OutputLost; e != nil {
			p.Unit = e.Unit
			interval = chart.Interval{Label: interval.Label, Figures: e.within(a.in), Known: true, Low: e.P5, Quarter: e.P25,
				Median: e.P50, ThreeQuarters: e.P75, High: e.P95}
			row = []any{v.Variant, e.P5, e.P25, e.P50, e.P75, e.P95}
			told = append(told, interval.Label+": "+e.within(a.in))
		}
		shown, p.Rows = append(shown, interval), append(p.Rows, row)
	}
	for i := 1; i < len(p.Columns); i++ {
		p.Columns[i].Unit = p.Unit
	}
	p.Plot = shown
	if len(told) == 0 || impact.nobody() {
		p.Empty = impact.empty(&a.chartCommon)
	} else {
		p.Note(a.in.Say("No one of the three is the cost by itself: how much was lost depends on what became of the capital."))
		impact.remarks(p)
	}
	p.Note(assumptionsNote(a.in, a.scenario))
	a.cite(impact.Provenance.Sources...)
	p.Description = described(p, strings.Join(told, ". ")+".")
	return p, nil
}
