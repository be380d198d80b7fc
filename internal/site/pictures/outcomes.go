package pictures

import (
	"slices"
	"strings"

	"homebound/internal/chart"
	"homebound/internal/labour"
	"homebound/internal/site/port"
	"homebound/internal/table"
	"homebound/internal/words"
)

// outcomesAnswer is what charts/outcomes.graphql is answered.
type outcomesAnswer struct {
	chartCommon
	Countries []askedCountry
	Report    struct {
		Rows []struct {
			Outcome            string
			Period             askedPeriod
			WorkersRepatriated *float64
		}
		PageInfo   struct{ HasNextPage bool }
		Provenance askedProvenance
		knowledge
	}
	Whole struct {
		Rows []struct {
			Outcome            string
			WorkersRepatriated *float64
		}
	}
}

var outcomesColumns = []table.Column{
	{Name: "outcome", Kind: table.Text, Description: "How the workers left, by the contract's RepatriationOutcome."},
	{Name: "from", Kind: table.Day, Description: "The first day of the period."},
	{Name: "to", Kind: table.Day, Description: "The last day of the period, itself included."},
	{Name: "workers", Kind: table.Whole, Unit: "persons",
		Description: "Workers of the repatriations dated in the period. Empty where not known."},
}

// outcomeNames name the outcomes of a repatriation in the order in which they are stacked.
var outcomeNames = []struct {
	code string
	name words.Text
}{
	{"RETURNED", "Returned home"},
	{"DEPORTED", "Deported"},
	{"THIRD_COUNTRY", "Left for a third country"},
	{"PROTECTED", "Protected, in an asylum procedure"},
	{"EXEMPT", "Exempt by the sanction's terms"},
}

// outcomesBy begins the subtitle of outcomes by calendar unit.
var outcomesBy = map[string]words.Text{
	"day":     "Workers by outcome and day",
	"week":    "Workers by outcome and week",
	"month":   "Workers by outcome and month",
	"quarter": "Workers by outcome and quarter",
	"year":    "Workers by outcome and year",
}

func (a *outcomesAnswer) picture(variables port.Variables) (*chart.Picture, error) {
	if a.Report.PageInfo.HasNextPage {
		return nil, tooMany()
	}
	asked := a.span(variables)
	span := a.counted(asked)
	if span.Days() == 0 {
		span, a.Report.Rows, a.Report.Provenance = asked, nil, askedProvenance{}
	}
	unit := granularityWord(variables)
	p := &chart.Picture{
		Words: a.in, Title: a.in.Say("Who left and how, %s", a.Region.Name), Unit: "persons",
		Subtitle: a.in.Say("%s, %s. %s", a.in.Say(outcomesBy[unit]), a.spanWords(span),
			a.nationals(nationalities(variables), a.Countries)),
		Synthetic: a.Report.Provenance.Synthetic, Columns: outcomesColumns,
	}
	var periods []askedPeriod
	granularity := labour.Granularity(strings.ToUpper(unit))
	for _, days := range span.Split(granularity) {
		periods = append(periods, askedPeriod{From: askedDay(days.From), To: askedDay(days.To),
			Label: granularity.Of(days).Label()})
	}
	for _, row := range a.Report.Rows {
		if !slices.Contains(periods, row.Period) {
			periods = append(periods, row.Period)
		}
	}
	slices.SortFunc(periods, func(x, y askedPeriod) int { return int(x.From) - int(y.From) })
	columns := chart.Columns{}
	for _, period := range periods {
		columns.Labels = append(columns.Labels, a.unitLabel(period, unit))
		columns.Cut = append(columns.Cut, a.cut(period, unit))
	}
	var gaps, told []string
	known := false
	for _, outcome := range outcomeNames {
		values := a.values(p, outcome.code, periods)
		if values == nil {
			continue
		}
		part := chart.Part{Name: a.in.Say(outcome.name) + ": " + a.total(outcome.code), Values: values}
		columns.Parts = append(columns.Parts, part)
		told = append(told, part.Name)
		var missing runs
		for i, v := range values {
			missing.next(columns.Labels[i], v == nil)
			known = known || v != nil && *v > 0
		}
		if len(missing.found) > 0 {
			gaps = append(gaps, a.in.Say("%s in %s", strings.ToLower(a.in.Say(outcome.name)), missing.told(a.in)))
		}
	}
	p.Plot = columns
	switch {
	case len(columns.Parts) == 0:
		p.Empty = a.nobody(asked,
			a.Report.none(a.in, a.in.Say("The register has nobody who left %s in these days.", a.Region.Name)))
	case !known && len(gaps) > 0:
		p.Empty = a.in.Say(noFigure)
	default:
		p.Note(a.beyondNote(asked))
		p.Note(a.Report.told(a.in))
		p.Note(a.partialNote(periods, unit))
		if len(gaps) > 0 {
			p.Note(a.in.Say("* stands above a period of which a part is unknown and not drawn. %s",
				unknownNote(a.in, strings.Join(gaps, "; "))))
		}
	}
	a.cite(a.Report.Provenance.Sources...)
	p.Description = described(p, a.in.Say("In all: %s.", strings.Join(told, "; ")), a.columnSentences(columns))
	return p, nil
}

// values returns the workers of an outcome in each period, none where nobody had it, and adds them to the picture's
// data. A period without a row has nobody.
func (a *outcomesAnswer) values(p *chart.Picture, outcome string, periods []askedPeriod) []*float64 {
	var values []*float64
	for _, row := range a.Report.Rows {
		if row.Outcome != outcome {
			continue
		}
		if values == nil {
			values = make([]*float64, len(periods))
			for i := range values {
				values[i] = new(float64)
			}
		}
		values[slices.Index(periods, row.Period)] = row.WorkersRepatriated
		days := row.Period.days()
		p.Rows = append(p.Rows, []any{row.Outcome, days.From.String(), days.To.String(),
			wholeFigure(row.WorkersRepatriated)})
	}
	return values
}

// total writes the workers of an outcome in the whole span.
func (a *outcomesAnswer) total(outcome string) string {
	for _, row := range a.Whole.Rows {
		if row.Outcome == outcome && row.WorkersRepatriated != nil {
			return a.in.Number(*row.WorkersRepatriated, 0)
		}
	}
	return a.in.Say("not known")
}

// columnSentences state the sum of each period. A period with an unknown part has no sentence.
func (a *outcomesAnswer) columnSentences(c chart.Columns) string {
	var told []string
	for i, label := range c.Labels {
		sum, whole := c.Total(i)
		figure := a.in.Say("partly unknown")
		if whole {
			figure = a.in.Number(sum, 0)
		}
		told = append(told, label+" "+figure)
	}
	return a.in.Say("By period: %s.", strings.Join(told, "; "))
}
