package pictures

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"homebound/graph"
	"homebound/internal/chart"
	"homebound/internal/labour"
	"homebound/internal/site/port"
	"homebound/internal/words"
)

// askedEstimate is an estimate with the quantiles of its draws.
type askedEstimate struct {
	P5, P25, P50, P75, P95 float64
	Unit                   string
}

// within writes an estimate with the range of nine draws in ten.
func (e *askedEstimate) within(in words.Words) string {
	return in.Say("%s, between %s and %s", in.Amount(e.P50, e.Unit), in.Amount(e.P5, e.Unit), in.Amount(e.P95, e.Unit))
}

// estimateCommon is what every picture of an economic impact asks of it.
type estimateCommon struct {
	knowledge
	Basis                            string
	Synthetic                        bool
	From, To, Baseline               askedDay
	BaselineWorkers, DepartedWorkers *float64
	Variant                          string
	Provenance                       askedProvenance
}

func (e *estimateCommon) span() labour.Period {
	return labour.Period{From: labour.Date(e.From), To: labour.Date(e.To)}
}

// settleScenario takes stocks from published figures where the scenario names no basis: the register stands behind them,
// and whoever wants it asks for basis REGISTER. Such an estimate ends with the figures where the release goes on beyond.
func settleScenario(ctx context.Context, s *Pictures, variables port.Variables, _ labour.Period) error {
	given, _ := variables["scenario"].(map[string]any)
	scenario := maps.Clone(given)
	if scenario == nil {
		scenario = map[string]any{}
	}
	if scenario["basis"] == nil {
		scenario["basis"] = "REPORTED"
	}
	if scenario["basis"] == "REPORTED" && scenario["to"] == nil {
		last, err := s.Reach(ctx, fmt.Sprint(variables["region"]))
		if err != nil {
			return err
		}
		baseline := scenario["baseline"]
		if baseline == nil {
			baseline = s.Parameters.Schema.Types["Scenario"].Fields.ForName("baseline").DefaultValue.Raw
		}
		if last > fmt.Sprint(baseline) { // days as the contract writes them are in the order of texts
			scenario["to"] = last
		}
	}
	variables["scenario"] = scenario
	return nil
}

// reached is what documents/reach.graphql is answered of a region.
type reached struct {
	Observations []struct {
		Indicator askedCode
		To        askedDay
	}
	Parent *reached
}

// Reach returns the last day that published stocks of a region, and of what it lies in, tell of, where it is before
// the release's last; "" elsewhere.
func (s *Pictures) Reach(ctx context.Context, region string) (string, error) {
	document, err := chartDocuments.ReadFile("documents/reach.graphql")
	if err != nil {
		return "", fmt.Errorf("charts: %w", err)
	}
	var answer struct{ Region *reached }
	if err := s.Ask(ctx, string(document), port.Variables{"region": region}, &answer); err != nil {
		return "", err
	}
	last := labour.Date(0)
	for at := answer.Region; at != nil; at = at.Parent {
		for _, o := range at.Observations {
			if o.Indicator.Code == labour.WorkersPresentReported {
				last = max(last, labour.Date(o.To))
			}
		}
	}
	if last == 0 || last >= graph.ReleaseOf(ctx).LastDay(nil) {
		return "", nil
	}
	return last.String(), nil
}

// stockWords says what the departures are read from, as the beginning of a subtitle.
func (e *estimateCommon) stockWords() words.Text {
	switch {
	case e.Basis == "REPORTED":
		return "By published figures"
	case e.Basis == "SCENARIO":
		return "By the stock that the scenario states"
	case e.Synthetic:
		return "By the register, which is made up"
	}
	return "By the register"
}

// subtitle says what an estimate rests on, and of which days it is.
func (e *estimateCommon) subtitle(c *chartCommon, what words.Text) string {
	return c.in.Say("%s: %s, %s", c.in.Say(e.stockWords()), c.in.Say(what), c.spanWords(e.span()))
}

// nobody reports whether it is known that nobody was there who could leave.
func (e *estimateCommon) nobody() bool { return e.BaselineWorkers != nil && *e.BaselineWorkers == 0 }

// empty says why there is nothing to show.
func (e *estimateCommon) empty(c *chartCommon) string {
	if e.nobody() {
		return c.in.Say("Nobody of those asked about was present in %s on %s, so that nobody could leave.", c.Region.Name,
			c.day(e.Baseline))
	}
	if e.Basis == "REPORTED" && e.BaselineWorkers == nil {
		return c.in.Say("No estimate from published figures: they do not say how many workers were in %s on %s and on %s, nor which "+
			"share of a country’s were. scenario.basis=REGISTER asks the register instead.", c.Region.Name, c.day(e.Baseline),
			c.day(e.To))
	}
	return e.none(c.in, c.in.Say("No estimate: an observation that it needs, such as gross regional product or employment, is missing."))
}

// fromShare says of an estimate that its workers were not counted where they worked.
const fromShare words.Text = "How many workers were there is derived from a share of the country’s."

// remarks are what the estimate says of itself that a reader of its picture must know.
func (e *estimateCommon) remarks(p *chart.Picture) {
	for _, notice := range e.Notices {
		if notice.Code == "MODEL" && strings.Contains(notice.Message, "derived from a share") {
			if p.Words.IsEnglish() {
				p.Note(notice.Message)
			} else {
				p.Note(p.Words.Say(fromShare))
			}
		}
	}
}

// variantWords say what each variant assumes of the capital that the departed worked with.
var variantWords = map[string]words.Text{
	"AVERAGE_PRODUCT": "What they worked with was lost to use with them (average product)",
	"WAGE_SHARE":      "What they worked with stayed, and labour’s share was lost (wage share)",
	"ELASTICITY":      "Output fell with their number as the literature estimates (elasticity)",
}

// variantNote says that a picture is of one variant among three; "" where it is not known which.
func (e *estimateCommon) variantNote(in words.Words) string {
	assumed := variantWords[e.Variant]
	if assumed == "" {
		return ""
	}
	return in.Say("One of three assumptions, none of which is the cost by itself. Here: %s.", words.Lower(in.Say(assumed)))
}

// assumptionsNote names what a scenario assumes in the place of the defaults. Its basis stands in the subtitle.
func assumptionsNote(in words.Words, scenario any) string {
	var told []string
	var walk func(prefix string, value any)
	walk = func(prefix string, value any) {
		if parts, ok := value.(map[string]any); ok {
			for _, name := range slices.Sorted(maps.Keys(parts)) {
				walk(strings.TrimPrefix(prefix+"."+name, "."), parts[name])
			}
			return
		}
		if value == nil && prefix == "nationalities" { // the one whose default is not nothing
			value = in.Say("all")
		}
		if value != nil && prefix != "basis" {
			told = append(told, fmt.Sprintf("%s %v", prefix, value))
		}
	}
	walk("", scenario)
	if len(told) == 0 {
		return ""
	}
	return in.Say("Assumed in the place of the defaults: %s.", strings.Join(told, ", "))
}
