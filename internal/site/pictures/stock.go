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
	"homebound/internal/words"
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
	p := &chart.Picture{Words: a.in, Title: a.in.Say("Workers present, %s", a.Region.Name), Unit: "persons",
		Synthetic: a.Report.Provenance.Synthetic, Columns: stockColumns}
	unit := granularityWord(variables)
	p.Subtitle = a.in.Say(eachUnit[unit]) + " " + a.nationals(codes, a.Countries)
	a.cite(a.Report.Provenance.Sources...)
	series := a.Report.series(p, a.in.Say("Register"), a.data)
	of := slices.DeleteFunc(slices.Clone(a.Region.Observations), func(o askedObservation) bool {
		return !o.isOf(codes)
	})
	published := a.published(p, of, span)
	p.Plot = chart.Timeline{From: span.From, To: span.To, Series: evidenceFirst(append(series, published...)),
		Events: a.Sanction.events(a.in, span)}
	none := noReported
	if len(codes) != 1 {
		none = "No reported figure of these days is known for these nationalities together in this region as a whole."
	}
	a.explain(p, unit, none, &a.Report, published, a.Sanction, span)
	p.Description = described(p, a.Report.sentences(a.in), a.publishedSentence(published))
	return p, nil
}

// noReported says that reported figures, which are about all workers of a region, are not known.
const noReported words.Text = "No reported figure of these days is known for this region as a whole."

// eachUnit begins the subtitle of stocks by calendar unit.
var eachUnit = map[string]words.Text{
	"day":     "On the last day of each day.",
	"week":    "On the last day of each week.",
	"month":   "On the last day of each month.",
	"quarter": "On the last day of each quarter.",
	"year":    "On the last day of each year.",
}

// evidenceFirst puts what was reported before what others estimated, and what is made up last.
func evidenceFirst(series []chart.Series) []chart.Series {
	rank := map[chart.Drawing]int{chart.Reported: -2, chart.Estimated: -1, chart.MadeUp: 1}
	slices.SortStableFunc(series, func(a, b chart.Series) int { return cmp.Compare(rank[a.Drawn], rank[b.Drawn]) })
	return series
}

// explain says in words what a picture of stocks lacks, reported figures among it, and what its lines are.
func (c *chartCommon) explain(p *chart.Picture, unit string, none words.Text, r *stockReport, published []chart.Series,
	s *askedSanction, span labour.Period) {
	var gaps runs
	known := len(published) > 0
	for _, row := range r.Rows {
		gaps.next(c.unitLabel(row.Period, unit), row.WorkersPresent == nil)
		known = known || row.WorkersPresent != nil
	}
	switch {
	case known:
		if len(published) == 0 {
			p.Note(c.in.Say(none))
		}
		if len(r.Rows) == 0 {
			p.Note(c.nobody(span, r.none(c.in, c.in.Say("The register has no worker here in these days."))))
		} else {
			p.Note(c.beyondNote(span))
			p.Note(r.told(c.in))
			p.Note(r.beginningNote(c.in, c.data))
		}
		p.Note(s.note(c.in, span))
		p.Note(unknownNote(c.in, gaps.told(c.in)))
	case len(r.Rows) == 0:
		p.Empty = c.nobody(span,
			r.none(c.in, c.in.Say("The register has no worker in %s in these days, and no reported figure is known.",
				c.Region.Name)))
	default:
		p.Empty = c.in.Say(noFigure)
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
		s.Name, s.Drawn = p.Words.Say("%s (synthetic)", s.Name), chart.MadeUp
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
func (r *stockReport) beginningNote(in words.Words, data labour.Period) string {
	begins := r.beginning(data)
	if begins.Days() == 0 {
		return ""
	}
	return in.Say("The register begins on %s: the rise of its first year, drawn thin, is no history.",
		in.Day(begins.From.Time()))
}

// sentences tell the first, the highest and the last figure.
func (r *stockReport) sentences(in words.Words) string {
	var first, peak, last string
	var highest float64
	end := in.Say("in the end")
	for _, row := range r.Rows {
		if row.WorkersPresent == nil {
			end = in.Say("the last figure that is shown")
			continue
		}
		end = in.Say("in the end")
		told := in.Say("%s on %s", in.Number(*row.WorkersPresent, 0), in.Day(row.Period.days().To.Time()))
		if first == "" {
			first = told
		}
		if peak == "" || *row.WorkersPresent > highest {
			peak, highest = told, *row.WorkersPresent
		}
		last = told
	}
	if first == "" {
		return in.Say("The register shows no figure.")
	}
	return in.Say("By the register, %s; at the highest %s; %s %s.", first, peak, end, last)
}

// published returns the stocks in a span among observations of the region, and adds their rows to the picture's data.
func (c *chartCommon) published(p *chart.Picture, observations []askedObservation, span labour.Period) []chart.Series {
	var all []chart.Series
	for _, kind := range []struct {
		indicator string
		name      words.Text
		drawn     chart.Drawing
	}{
		{labour.WorkersPresentReported, "Reported to the United Nations or by the foreign ministry", chart.Reported},
		{labour.WorkersPresentEstimate, "Other estimates, which conflict", chart.Estimated},
	} {
		s := chart.Series{Name: c.in.Say(kind.name), Drawn: kind.drawn}
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
func (c *chartCommon) publishedSentence(all []chart.Series) string {
	var texts []string
	for _, s := range all {
		var figures []string
		for _, q := range s.Points {
			figures = append(figures, fmt.Sprintf("%s (%s)", c.in.Number(*q.Value, 0), c.spanWords(q.Period)))
		}
		texts = append(texts, fmt.Sprintf("%s: %s.", s.Name, c.in.Listed(figures)))
	}
	return strings.Join(texts, " ")
}

// described puts the text alternative of a picture together.
func described(p *chart.Picture, sentences ...string) string {
	all := []string{p.Title + "."}
	if p.Subtitle != "" {
		all = append(all, p.Subtitle+".")
	}
	if p.Synthetic {
		all = append(all, p.Words.Say(chart.SyntheticMark)+".")
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
