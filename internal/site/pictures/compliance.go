package pictures

import (
	"slices"

	"homebound/internal/chart"
	"homebound/internal/labour"
	"homebound/internal/site/port"
	"homebound/internal/words"
)

// complianceAnswer is what charts/compliance.graphql is answered.
type complianceAnswer struct {
	chartCommon
	Compliance *struct {
		AsOf                                   askedDay
		Status                                 labour.ComplianceStatus
		BaselineWorkers, Remaining             *float64
		Progress                               *float64
		HalfwayMet                             *bool
		RequiredMonthlyPace, RecentMonthlyPace *float64
		ProjectedCompletion                    *askedDay
		Sanction                               askedSanction
		Reported                               []askedObservation
	}
	Report stockReport
}

func (a *complianceAnswer) picture(variables port.Variables) (*chart.Picture, error) {
	if a.Report.PageInfo.HasNextPage {
		return nil, tooMany()
	}
	c, title := a.Compliance, a.in.Say("Did workers leave by the deadline? %s", a.Region.Name)
	if c == nil {
		p := &chart.Picture{Words: a.in, Title: title, Unit: "persons",
			Synthetic: a.Report.Provenance.Synthetic, Columns: stockColumns, Empty: a.unknown}
		p.Description = described(p)
		return p, nil
	}
	// there is no compliance without one
	adopted, deadline := labour.Date(c.Sanction.AdoptedOn), labour.Date(*c.Sanction.Deadline)
	span := a.span(variables)
	a.Report.keep(a.counted(span))
	shown := span
	if period, _ := variables["period"].(map[string]any); period["to"] == nil {
		shown.To = max(span.To, deadline)
	}
	p := &chart.Picture{Words: a.in, Title: title, Unit: "persons",
		Synthetic: a.Report.Provenance.Synthetic, Columns: stockColumns}
	a.cite(a.Report.Provenance.Sources...)
	series := a.Report.series(p, a.in.Say("Workers remaining, register"), a.data)
	if c.BaselineWorkers != nil && *c.BaselineWorkers > 0 && len(series) > 0 {
		a.fromAdoption(p, &series[0], span)
		series = append(series, a.evenPace(*c.BaselineWorkers, labour.Period{From: adopted, To: deadline}, shown)...)
	}
	published := a.published(p, c.Reported, shown)
	p.Plot = chart.Timeline{From: shown.From, To: shown.To, Series: evidenceFirst(append(series, published...)),
		Events: c.Sanction.events(a.in, shown)}
	p.Subtitle = a.standing()
	a.explain(p, "month", noReported, &a.Report, published, &c.Sanction, span)
	p.Description = described(p, a.Report.sentences(a.in), a.halfway(), a.publishedSentence(published))
	return p, nil
}

// evenPace returns the part that is shown of the straight line from everybody on the day of adoption to nobody on
// the deadline.
func (c *chartCommon) evenPace(baseline float64, ordered, shown labour.Period) []chart.Series {
	part := ordered.Clip(shown)
	if part.Days() < 2 {
		return nil
	}
	at := func(d labour.Date) chart.Point {
		remaining := baseline * float64(ordered.To.Sub(d)) / float64(ordered.To.Sub(ordered.From))
		return chart.Point{Period: labour.Period{From: d, To: d}, Value: &remaining}
	}
	return []chart.Series{{Name: c.in.Say("Even pace to nobody on the deadline"), Drawn: chart.Pace,
		Points: []chart.Point{at(part.From), at(part.To)}}}
}

// fromAdoption puts the baseline, which is of the day of adoption, among the ends of months.
func (a *complianceAnswer) fromAdoption(p *chart.Picture, register *chart.Series, span labour.Period) {
	adopted := labour.Date(a.Compliance.Sanction.AdoptedOn)
	at := slices.IndexFunc(register.Points, func(q chart.Point) bool { return q.Period.To >= adopted })
	if at < 0 || register.Points[at].Period.To == adopted || !span.Contains(adopted) {
		return
	}
	register.Points = slices.Insert(register.Points, at,
		chart.Point{Period: labour.Period{From: adopted, To: adopted}, Value: a.Compliance.BaselineWorkers})
	p.Rows = slices.Insert(p.Rows, at,
		[]any{"register", adopted.String(), adopted.String(), *a.Compliance.BaselineWorkers, p.Rows[at][4]})
}

// standing says in words where things stand on the day that is judged, and by what.
func (a *complianceAnswer) standing() string {
	c := a.Compliance
	on := a.day(c.AsOf)
	if len(a.Report.Rows) == 0 {
		return a.in.Say("%s: the register has no worker here to judge by", c.Sanction.Symbol)
	}
	by := a.in.Say("By the register")
	if a.Report.Provenance.Synthetic {
		by = a.in.Say("By the register, which is synthetic")
	}
	verdict := a.in.Say(map[labour.ComplianceStatus]words.Text{
		labour.Unknown:   "what is known does not decide",
		labour.Completed: "completed", labour.OnTrack: "on track", labour.Behind: "behind the pace required", labour.Missed: "deadline missed",
	}[c.Status])
	switch {
	case c.BaselineWorkers == nil || c.Remaining == nil || c.Progress == nil:
		return a.in.Say("%s: %s on %s; how many workers is not known", by, verdict, on)
	case *c.BaselineWorkers == 0:
		return a.in.Say("%s, nobody was present on the adoption of %s, and %s on %s", by, c.Sanction.Symbol,
			a.in.Number(*c.Remaining, 0), on)
	}
	return a.in.Say("%s: %s. On %s, %s of %s workers remained; %s %% had left", by, verdict, on,
		a.in.Number(*c.Remaining, 0), a.in.Number(*c.BaselineWorkers, 0), a.in.Number(100**c.Progress, 1))
}

// halfway says whether half had left in half the time; "" before that day.
func (a *complianceAnswer) halfway() string {
	c := a.Compliance
	if c.HalfwayMet == nil || len(a.Report.Rows) == 0 {
		return ""
	}
	if *c.HalfwayMet {
		return a.in.Say("At least half had left 12 months after adoption.")
	}
	return a.in.Say("Less than half had left 12 months after adoption.")
}
