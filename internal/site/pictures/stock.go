package pictures

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"homebound/internal/chart"
	"homebound/internal/labour"
	"homebound/internal/site/port"
	"homebound/internal/table"
)

// stockReport is a report of workers present by period.
type stockReport struct {
	Rows []struct {
		Period         askedPeriod
		WorkersPresent *float64
	}
	PageInfo   struct{ HasNextPage bool }
	Provenance askedProvenance
	knowledge
}

// stockAnswer is what charts/stock.graphql is answered.
type stockAnswer struct {
	chartCommon
	Countries []askedCountry
	Sanction  *askedSanction
	Report    stockReport
}

var stockColumns = []table.Column{
	{Name: "series", Kind: table.Text,
		Description: "register: workers present on the last day, by permits and repatriations. WORKERS_PRESENT, WORKERS_PRESENT_ESTIMATE: stocks that others published, by indicator."},
	{Name: "from", Kind: table.Day,
		Description: "The first day of the period, or the first that the published figure is about."},
	{Name: "to", Kind: table.Day, Description: "The last day of the same, itself included."},
	{Name: "workers", Kind: table.Number, Unit: "persons", Description: "Workers present. Empty where not known."},
	{Name: "publisher", Kind: table.Text, Description: "Who published the figure."},
}

func (a *stockAnswer) picture(variables port.Variables) (*chart.Picture, error) {
	if a.Report.PageInfo.HasNextPage {
		return nil, tooMany()
	}
	codes := nationalities(variables)
	span := a.span(variables)
	a.Report.keep(a.counted(span))
	p := &chart.Picture{Title: "Workers present, " + a.Region.Name, Unit: "persons",
		Synthetic: a.Report.Provenance.Synthetic, Columns: stockColumns}
	unit := granularityWord(variables)
	p.Subtitle = fmt.Sprintf("On the last day of each %s. %s", unit, nationals(codes, a.Countries))
	a.cite(a.Report.Provenance.Sources...)
	series := a.Report.series(p, "Register", a.data)
	of := slices.DeleteFunc(slices.Clone(a.Region.Observations), func(o askedObservation) bool {
		return !o.isOf(codes)
	})
	published := a.published(p, of, span)
	p.Plot = chart.Timeline{From: span.From, To: span.To, Series: evidenceFirst(append(series, published...)),
		Events: a.Sanction.events(span)}
	whom := wholeRegion
	if len(codes) != 1 {
		whom = "these nationalities together in " + wholeRegion
	}
	a.explain(p, unit, whom, &a.Report, published, a.Sanction, span)
	p.Description = described(p, a.Report.sentences(), publishedSentence(published))
	return p, nil
}

// wholeRegion says that reported figures are about all workers of the region, where nothing narrower is asked.
const wholeRegion = "this region as a whole"

// evidenceFirst puts what was reported before what others estimated, and what is made up last.
func evidenceFirst(series []chart.Series) []chart.Series {
	rank := map[chart.Drawing]int{chart.Reported: -2, chart.Estimated: -1, chart.MadeUp: 1}
	slices.SortStableFunc(series, func(a, b chart.Series) int { return cmp.Compare(rank[a.Drawn], rank[b.Drawn]) })
	return series
}

// explain says in words what a picture of stocks lacks, reported figures for whom among it, and what its lines are.
func (c *chartCommon) explain(p *chart.Picture, unit, whom string, r *stockReport, published []chart.Series,
	s *askedSanction, span labour.Period) {
	var gaps runs
	known := len(published) > 0
	for _, row := range r.Rows {
		gaps.next(unitLabel(row.Period, unit), row.WorkersPresent == nil)
		known = known || row.WorkersPresent != nil
	}
	switch {
	case known:
		if len(published) == 0 {
			p.Note("No reported figure of these days is known for " + whom + ".")
		}
		if len(r.Rows) == 0 {
			p.Note(c.nobody(span, r.none("The register has no worker here in these days.")))
		} else {
			p.Note(c.beyondNote(span))
			p.Note(r.told())
			p.Note(r.beginningNote(c.data))
		}
		p.Note(s.note(span))
		p.Note(unknownNote(gaps.String()))
	case len(r.Rows) == 0:
		p.Empty = c.nobody(span,
			r.none(fmt.Sprintf("The register has no worker in %s in these days, and no reported figure is known.",
				c.Region.Name)))
	default:
		p.Empty = "No figure is known, " + whyUnknown + "."
	}
}

// keep leaves out what a report tells where no day is counted, and its rows where nothing is known in any.
func (r *stockReport) keep(counted labour.Period) {
	if counted.Days() == 0 {
		*r = stockReport{}
	}
	for _, row := range r.Rows {
		if row.WorkersPresent != nil {
			return
		}
	}
	r.Rows = nil
}

// series returns the register's stock, none where it has nobody, and adds its rows to the picture's data.
func (r *stockReport) series(p *chart.Picture, name string, data labour.Period) []chart.Series {
	if len(r.Rows) == 0 {
		return nil
	}
	s := chart.Series{Name: name, Drawn: chart.Area}
	if r.Provenance.Synthetic {
		s.Name, s.Drawn = s.Name+" (synthetic)", chart.MadeUp
	}
	publisher := strings.Join(publishers(r.Provenance.Sources), "; ")
	begins := r.beginning(data)
	for _, row := range r.Rows {
		days := row.Period.days()
		s.Points = append(s.Points, chart.Point{Period: days, Value: row.WorkersPresent, Part: begins.Contains(days.To)})
		p.Rows = append(p.Rows, []any{"register", days.From.String(), days.To.String(), figureOf(row.WorkersPresent),
			publisher})
	}
	return []chart.Series{s}
}

// beginning returns the first year of a register, where it begins in these rows: as long as a permit mostly lasts it does
// not know who was there before, and what rises in it are its rows, not people. It has no day elsewhere.
func (r *stockReport) beginning(data labour.Period) labour.Period {
	for i, row := range r.Rows {
		if row.WorkersPresent == nil || *row.WorkersPresent == 0 {
			continue
		}
		first := row.Period.days().From
		if i == 0 && first > data.From {
			break // the register had begun before
		}
		return labour.Period{From: first, To: first + 364}
	}
	return labour.Period{From: 1}
}

// beginningNote says what the first year of a register is; "" where it does not begin in these rows.
func (r *stockReport) beginningNote(data labour.Period) string {
	begins := r.beginning(data)
	if begins.Days() == 0 {
		return ""
	}
	return "The register begins on " + words(begins.From) + ": the rise of its first year, drawn thin, is no history."
}

// sentences tell the first, the highest and the last figure.
func (r *stockReport) sentences() string {
	var first, peak, last string
	var highest float64
	end := "in the end"
	for _, row := range r.Rows {
		if row.WorkersPresent == nil {
			end = "the last figure that is shown"
			continue
		}
		end = "in the end"
		told := fmt.Sprintf("%s on %s", chart.Grouped(*row.WorkersPresent, 0), words(row.Period.days().To))
		if first == "" {
			first = told
		}
		if peak == "" || *row.WorkersPresent > highest {
			peak, highest = told, *row.WorkersPresent
		}
		last = told
	}
	if first == "" {
		return "The register shows no figure."
	}
	return fmt.Sprintf("By the register, %s; at the highest %s; %s %s.", first, peak, end, last)
}

// published returns the stocks in a span among observations of the region, and adds their rows to the picture's data.
func (c *chartCommon) published(p *chart.Picture, observations []askedObservation, span labour.Period) []chart.Series {
	var all []chart.Series
	for _, kind := range []struct {
		indicator, name string
		drawn           chart.Drawing
	}{
		{labour.WorkersPresentReported, "Reported to the United Nations or by the foreign ministry", chart.Reported},
		{labour.WorkersPresentEstimate, "Other estimates, which conflict", chart.Estimated},
	} {
		s := chart.Series{Name: kind.name, Drawn: kind.drawn}
		for _, o := range observations {
			if o.Indicator.Code != kind.indicator || o.Industry != nil || o.Status == "MISSING" ||
				!span.Contains(labour.Date(o.To)) {
				continue
			}
			days := askedPeriod{From: o.From, To: o.To}.days()
			s.Points = append(s.Points, chart.Point{Period: days, Value: &o.Value, More: o.Source.Publisher})
			p.Rows = append(p.Rows, []any{kind.indicator, days.From.String(), days.To.String(), o.Value,
				o.Source.Publisher})
			c.cite(o.Source)
		}
		if len(s.Points) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// publishedSentence tells the published figures.
func publishedSentence(all []chart.Series) string {
	var texts []string
	for _, s := range all {
		var figures []string
		for _, q := range s.Points {
			on := words(q.Period.To)
			if q.Period.From != q.Period.To {
				on = words(q.Period.From) + " to " + on
			}
			figures = append(figures, fmt.Sprintf("%s (%s)", chart.Grouped(*q.Value, 0), on))
		}
		texts = append(texts, fmt.Sprintf("%s: %s.", s.Name, chart.Listed(figures)))
	}
	return strings.Join(texts, " ")
}

// described puts the text alternative of a picture together.
func described(p *chart.Picture, sentences ...string) string {
	all := []string{p.Title + ". " + p.Subtitle + "."}
	if p.Synthetic {
		all = append(all, chart.SyntheticMark+".")
	}
	if p.Empty != "" {
		sentences = []string{p.Empty}
	}
	for _, sentence := range append(sentences, p.Notes...) {
		if sentence != "" {
			all = append(all, sentence)
		}
	}
	return strings.Join(all, " ")
}
