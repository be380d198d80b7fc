package pictures

import (
	"fmt"
	"strings"

	"homebound/internal/chart"
	"homebound/internal/site/port"
	"homebound/internal/table"
	"homebound/internal/words"
)

// permitsAnswer is what charts/permits.graphql is answered.
type permitsAnswer struct {
	chartCommon
	Countries []askedCountry
	Report    struct {
		Rows []struct {
			Region        struct{ Code, Name string }
			PermitsIssued *float64
		}
		Totals     struct{ PermitsIssued *float64 }
		Provenance askedProvenance
		knowledge
	}
}

var permitsColumns = []table.Column{
	{Name: "region", Kind: table.Text, Description: "The code of the region that the permit is for work in."},
	{Name: "name", Kind: table.Text, Description: "The region's name."},
	{Name: "permits", Kind: table.Whole, Unit: "permits",
		Description: "Permits issued in the period. Empty where not known."},
}

// mostBars is how many bars a picture has room for before it is a table.
const mostBars = 40

func (a *permitsAnswer) picture(variables port.Variables) (*chart.Picture, error) {
	p := a.begun("Permits issued by region, %s", variables)
	var bars chart.Bars
	for _, row := range a.Report.Rows {
		bars = append(bars, chart.Bar{Label: row.Region.Name, Value: row.PermitsIssued})
	}
	if more := len(bars) - mostBars; more > 0 {
		bars = bars[:mostBars]
		p.Note(a.in.Say("%s more regions are in the picture's data.", a.in.Count(more)))
	}
	p.Plot = bars
	p.Note(a.unknown())
	p.Description = described(p, a.sentences()...)
	return p, nil
}

// begun returns what every picture of the report has.
func (a *permitsAnswer) begun(title words.Text, variables port.Variables) *chart.Picture {
	asked := a.span(variables)
	span := a.counted(asked)
	if span.Days() == 0 {
		span, a.Report.Rows, a.Report.Totals.PermitsIssued, a.Report.Provenance = asked, nil, nil, askedProvenance{}
	}
	p := &chart.Picture{
		Words: a.in, Title: a.in.Say(title, a.Region.Name), Unit: "permits",
		Subtitle:  fmt.Sprintf("%s. %s", a.spanWords(span), a.nationals(nationalities(variables), a.Countries)),
		Synthetic: a.Report.Provenance.Synthetic, Columns: permitsColumns,
	}
	for _, row := range a.Report.Rows {
		p.Rows = append(p.Rows, []any{row.Region.Code, row.Region.Name, wholeFigure(row.PermitsIssued)})
	}
	if len(p.Rows) == 0 {
		p.Empty = a.nobody(asked, a.Report.none(a.in, a.in.Say(
			"The register has no permit issued for work in %s in these days.", a.Region.Name)))
	} else {
		p.Note(a.beyondNote(asked))
		p.Note(a.Report.told(a.in))
	}
	a.cite(a.Report.Provenance.Sources...)
	return p
}

// unknown names the regions whose number is; "" where none is.
func (a *permitsAnswer) unknown() string {
	var gaps []string
	for _, row := range a.Report.Rows {
		if row.PermitsIssued == nil {
			gaps = append(gaps, row.Region.Name)
		}
	}
	return unknownNote(a.in, a.in.Listed(gaps))
}

// sentences tell the permits in all, and those of each region, the most first.
func (a *permitsAnswer) sentences() []string {
	var total string
	if a.Report.Totals.PermitsIssued != nil {
		total = a.in.Say("%s in all.", a.in.Amount(*a.Report.Totals.PermitsIssued, "permits"))
	}
	var told []string
	for _, row := range a.Report.Rows {
		if row.PermitsIssued != nil {
			told = append(told, fmt.Sprintf("%s %s", row.Region.Name, a.in.Number(*row.PermitsIssued, 0)))
		}
	}
	return []string{total, a.in.Say("By region: %s.", strings.Join(told, "; "))}
}
