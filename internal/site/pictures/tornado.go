package pictures

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"homebound/internal/chart"
	"homebound/internal/site/port"
	"homebound/internal/table"
	"homebound/internal/words"
)

// tornadoAnswer is what charts/tornado.graphql is answered.
type tornadoAnswer struct {
	chartCommon
	EconomicImpact struct {
		estimateCommon
		OutputLost *struct {
			Central float64
			Unit    string
		}
		Sensitivity []askedSwing
	}
}

type askedSwing struct {
	Parameter                         string
	Switch                            bool
	LowSetting, HighSetting           string
	OutputLostAtLow, OutputLostAtHigh float64
}

var tornadoColumns = []table.Column{
	{Name: "parameter", Kind: table.Text, Description: "The input that is moved alone, or the choice of the model’s form."},
	{Name: "switch", Kind: table.Bool, Description: "Whether it is a choice of the model’s form and no number."},
	{Name: "lowSetting", Kind: table.Text, Description: "The input’s low end; of a choice the one that gives the least."},
	{Name: "highSetting", Kind: table.Text, Description: "The input’s high end likewise."},
	{Name: "outputLostAtLow", Kind: table.Number, Description: "Output lost with the input at its low end."},
	{Name: "outputLostAtHigh", Kind: table.Number, Description: "Output lost with the input at its high end."},
}

// inputWords say what an input is; one that is not here is told by its name.
var inputWords = map[string]words.Text{
	"relativeProductivity":      "What a departed worker produces, beside an average one",
	"substitutionRate":          "Share of posts that others fill",
	"outputMultiplier":          "What suppliers in the region lose as well (multiplier)",
	"outputElasticity":          "How far output falls with the number of workers (elasticity)",
	"stockFactor":               "How many more were there than was reported",
	"regionShare":               "The region’s share of the country’s workers",
	"industryShare":             "The industry’s share of the workers",
	"labourShare":               "Labour’s share of output",
	"wageShare":                 "Labour’s share of output in the industry",
	"fadeOutHalfLifeYears":      "Years in which half the loss is made up for",
	"observationError.GRP":      "Error of the gross regional product",
	"variant":                   "What became of the capital they worked with",
	"stayersRule":               "Which of the departures the stayers undo",
	"observationError.GVA":      "Error of the value added",
	"observationError.EMPLOYED": "Error of the number of the employed",
}

// settingWords name the choices of the model's form.
var settingWords = map[string]words.Text{
	"AVERAGE_PRODUCT": "it was lost to use", "WAGE_SHARE": "it stayed", "ELASTICITY": "as the literature estimates",
	"PROPORTIONAL": "all alike", "LAST": "the last", "FIRST": "the first",
}

// figures say from where to where something is moved, and what comes of it.
func (s askedSwing) figures(in words.Words, unit string) string {
	name := func(setting string) string {
		if text, has := settingWords[setting]; has {
			return in.Say(text)
		}
		if n, err := strconv.ParseFloat(setting, 64); err == nil {
			_, decimals, _ := strings.Cut(setting, ".")
			setting = in.Number(n, len(decimals))
		}
		return in.Say("at %s", setting)
	}
	return fmt.Sprintf("%s: %s; %s: %s", name(s.LowSetting), in.Amount(s.OutputLostAtLow, unit), name(s.HighSetting),
		in.Amount(s.OutputLostAtHigh, unit))
}

// picture shows what each input alone does to the estimate, the one that matters most first.
func (a *tornadoAnswer) picture(port.Variables) (*chart.Picture, error) {
	const most = 12
	impact := &a.EconomicImpact
	p := &chart.Picture{
		Words: a.in, Title: a.in.Say("What the estimate hangs on, %s", a.Region.Name), Unit: "RUB",
		Subtitle:  impact.subtitle(&a.chartCommon, "output lost with one input at its ends, all others central"),
		Synthetic: impact.Synthetic, Columns: slices.Clone(tornadoColumns),
	}
	var shown chart.Tornado
	var told, left []string
	if e := impact.OutputLost; e != nil {
		p.Unit, shown.Central = e.Unit, e.Central
	}
	for _, s := range impact.Sensitivity {
		p.Rows = append(p.Rows, []any{s.Parameter, s.Switch, s.LowSetting, s.HighSetting, s.OutputLostAtLow, s.OutputLostAtHigh})
		label := a.in.Say(cmp.Or(inputWords[s.Parameter], words.Text(s.Parameter)))
		if len(shown.Swings) >= most && !s.Switch {
			left = append(left, label)
			continue
		}
		shown.Swings = append(shown.Swings, chart.Swing{Label: label, Figures: s.figures(a.in, p.Unit), AtLow: s.OutputLostAtLow,
			AtHigh: s.OutputLostAtHigh, IsChoiceOfTheForm: s.Switch})
		told = append(told, label+", "+s.figures(a.in, p.Unit))
	}
	p.Columns[4].Unit, p.Columns[5].Unit = p.Unit, p.Unit
	p.Plot = shown
	if impact.OutputLost == nil || len(told) == 0 || impact.nobody() {
		p.Empty = impact.empty(&a.chartCommon)
	} else {
		told = append([]string{a.in.Say("All inputs central: %s", a.in.Amount(shown.Central, p.Unit))}, told...)
		if len(left) > 0 {
			p.Note(a.in.Say("Left out, since they matter less: %s.", a.in.Listed(left)))
		}
		p.Note(impact.variantNote(a.in))
		impact.remarks(p)
	}
	p.Note(assumptionsNote(a.in, a.scenario))
	a.cite(impact.Provenance.Sources...)
	p.Description = described(p, strings.Join(told, "; ")+".")
	return p, nil
}
