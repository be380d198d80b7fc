package pictures

import (
	"cmp"
	"slices"
	"strings"

	"homebound/internal/chart"
	"homebound/internal/site/port"
	"homebound/internal/table"
	"homebound/internal/words"
)

// bridgeAnswer is what charts/bridge.graphql is answered.
type bridgeAnswer struct {
	chartCommon
	EconomicImpact struct {
		estimateCommon
		Bridge []struct {
			Step   string
			Amount *float64
			Unit   string
			Adds   bool
		}
	}
}

var bridgeColumns = []table.Column{
	{Name: "step", Kind: table.Text, Description: "The step of the way from the stock to the output lost."},
	{Name: "amount", Kind: table.Number, Unit: "as in unit",
		Description: "Its amount, at central values. Empty where not known."},
	{Name: "unit", Kind: table.Text, Description: "The unit of the amount."},
	{Name: "adds", Kind: table.Bool,
		Description: "Whether it adds to what is reached next; else it is what has been reached, and ELSEWHERE stands apart."},
}

// stepWords say what each step of the bridge is.
var stepWords = map[string]words.Text{
	"STOCK_AT_BASELINE": "There at the start",
	"FALL":              "Fewer on the last day",
	"STAYERS":           "Allowed to stay",
	"DEPARTED":          "Departed",
	"WORKER_YEARS":      "Years of work lost",
	"AVERAGE_PRODUCT":   "What as many average workers produce",
	"RELATIVE_PRODUCT":  "The departed produced more or less than the average",
	"ELASTICITY":        "Output falls less than their number",
	"WAGE_SHARE":        "The capital’s share is not lost",
	"FILLED_POSTS":      "Posts that others fill",
	"NET_DIRECT":        "Lost directly",
	"LOCAL_SUPPLIERS":   "Lost by suppliers in the region",
	"TOTAL":             "Lost by the region",
	"ELSEWHERE":         "Apart: lost by suppliers in the rest of the country",
}

// picture shows how the estimate comes about, step by step.
func (a *bridgeAnswer) picture(port.Variables) (*chart.Picture, error) {
	impact := &a.EconomicImpact
	p := &chart.Picture{
		Words: a.in, Title: a.in.Say("From workers to output lost, %s", a.Region.Name),
		Subtitle:  impact.subtitle(&a.chartCommon, "step by step, at central values"),
		Synthetic: impact.Synthetic, Columns: slices.Clone(bridgeColumns),
	}
	var shown chart.Waterfall
	var told []string
	known := false
	for _, s := range impact.Bridge {
		label := a.in.Say(cmp.Or(stepWords[s.Step], words.Text(s.Step)))
		amount := a.in.Say("not known")
		if s.Amount != nil {
			amount = a.in.Amount(*s.Amount, s.Unit)
			known = known || len(s.Unit) == 3
		}
		if len(s.Unit) == 3 {
			p.Unit = s.Unit
		}
		shown = append(shown, chart.Step{Label: label, Amount: s.Amount, Unit: s.Unit, Adds: s.Adds, Apart: s.Step == "ELSEWHERE"})
		told = append(told, label+": "+amount)
		p.Rows = append(p.Rows, []any{s.Step, figureOf(s.Amount), s.Unit, s.Adds})
	}
	p.Plot = shown
	if !known || impact.nobody() {
		p.Empty = impact.empty(&a.chartCommon)
	} else {
		p.Note(a.in.Say("At central values, which is not the median of the draws. %s", impact.variantNote(a.in)))
		impact.remarks(p)
	}
	p.Note(assumptionsNote(a.in, a.scenario))
	a.cite(impact.Provenance.Sources...)
	p.Description = described(p, strings.Join(told, "; ")+".")
	return p, nil
}
