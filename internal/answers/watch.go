package answers

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"homebound/db"
	"homebound/internal/answers/evidence"
	"homebound/internal/labour"
)

// watcher looks at what a sanction's obligations are judged by, on one basis: the stock of workers day by day, permits
// issued, and what States reported.
type watcher struct {
	release *db.Release
	filter  db.StockFilter
	day     labour.Date
	basis   labour.Basis

	covered   labour.Covered // of the stock on day
	synthetic bool
	unknown   string // what is known, as a sentence, where the stock is not
	reached   db.Reached
	series    []evidence.Reported // on basis REPORTED: of the region itself, else of the uppermost within it that have one
	whole     bool                // whether the series are of all that was asked for
	used      []labour.Observation
	reports   []labour.MemberStateReport // of the region, where it is a State
}

func watch(ctx context.Context, release *db.Release, s labour.Sanction, q ComplianceQuestion, day labour.Date) (
	*watcher, error) {
	w := &watcher{release: release, day: day, basis: q.Basis,
		filter: db.StockFilter{Within: q.Region, BoundariesOn: day, Nationalities: s.Nationalities}}
	all, err := release.MemberStateReports(ctx)
	if err != nil {
		return nil, err
	}
	w.reports = slices.DeleteFunc(slices.Clone(all), func(r labour.MemberStateReport) bool { return r.Country != q.Region })
	if w.reached, err = release.Reached(ctx, w.filter); err != nil {
		return nil, err
	}
	if q.Basis == labour.Reported {
		err = w.readSeries(ctx, all)
	} else {
		w.covered, w.synthetic = w.reached.On(w.span(day)), w.reached.Synthetic(w.span(s.AdoptedOn))
	}
	if err == nil && w.covered == labour.NotAtAll {
		w.unknown, err = w.whatIsKnown(ctx, s)
	}
	return w, err
}

// span is the days from one up to the day asked about.
func (w *watcher) span(from labour.Date) labour.Period { return labour.Period{From: from, To: w.day} }

// readSeries reads the stocks that were reported: the region's own, else those of the uppermost regions within it that
// have one, which are a part of it.
func (w *watcher) readSeries(ctx context.Context, reports []labour.MemberStateReport) error {
	byRegion, err := reportedByRegion(ctx, w.release, w.filter.Nationalities)
	if err != nil {
		return err
	}
	g := w.release.Geography()
	roots := []string{w.filter.Within}
	if w.filter.Within == "" {
		roots = slices.DeleteFunc(g.Codes(), func(code string) bool { return g.Parent(code, w.day) != "" })
	}
	for i := 0; i < len(roots); i++ {
		code := roots[i]
		own := slices.DeleteFunc(slices.Clone(reports), func(r labour.MemberStateReport) bool { return r.Country != code })
		if series := evidence.NewReported(byRegion[code], own); len(series) > 0 {
			w.series, w.used = append(w.series, series), append(w.used, byRegion[code]...)
			w.whole = code == w.filter.Within
			continue
		}
		roots = append(roots, g.Children(code, w.day)...)
	}
	switch {
	case len(w.series) == 0:
		w.covered = labour.NotAtAll
	case !w.whole || !w.at(w.day).Known:
		w.covered = labour.Partial
	default:
		w.covered = labour.Complete
	}
	return nil
}

// reportedByRegion reads the published stocks of some nationalities by region.
func reportedByRegion(ctx context.Context, release *db.Release, nationalities []string) (
	map[string][]labour.Observation, error) {
	observations, err := release.Observations(ctx, db.ObservationFilter{
		Indicators: KnownIndicators(release, labour.WorkersPresentReported), Nationalities: nationalities,
	})
	byRegion := map[string][]labour.Observation{}
	for _, o := range observations {
		byRegion[o.Region] = append(byRegion[o.Region], o)
	}
	return byRegion, err
}

// whatIsKnown says, where the stock is not known on the basis asked for, what is: on either.
func (w *watcher) whatIsKnown(ctx context.Context, s labour.Sanction) (string, error) {
	where := "everywhere"
	if w.filter.Within != "" {
		where = "in " + wordsOf(w.release).Region(w.filter.Within)
	}
	text := fmt.Sprintf("It is not known how many workers whom %s is about were %s on %s, which does not mean that there was nobody. ",
		s.Symbol, where, w.day)
	if w.basis == labour.Reported {
		if w.reached.On(w.span(w.day)) != labour.NotAtAll {
			return text + "No figure was reported; the register has something, on basis REGISTER.", nil
		}
		return text + "No figure was reported, and the register has nothing.", nil
	}
	own, err := reportedByRegion(ctx, w.release, w.filter.Nationalities)
	if len(own[w.filter.Within]) > 0 || slices.ContainsFunc(w.reports, func(r labour.MemberStateReport) bool {
		return r.Remaining != nil || r.Baseline != nil
	}) {
		return text + "The register has nothing; figures were reported, on basis REPORTED.", err
	}
	return text + "The register has nothing, and no figure was reported.", err
}

// at returns the stock on a day.
func (w *watcher) at(day labour.Date) evidence.Stock {
	if len(w.series) == 1 && w.whole {
		return w.series[0].At(day)
	}
	sum := evidence.Stock{Partial: true}
	for _, one := range w.series {
		if stock := one.At(day); stock.Known {
			sum.Value, sum.Known = sum.Value+stock.Value, true
		}
	}
	return sum
}

// counted returns the register's stock on the days that a judgement looks at, as a function of these.
func (w *watcher) counted(ctx context.Context, o labour.Obligation) (func(labour.Date) evidence.Stock, error) {
	days := []labour.Date{o.AppliesFrom, w.day, w.day.AddMonths(-3)}
	if o.HalfWayOn != nil {
		days = append(days, *o.HalfWayOn)
	}
	present, _, err := w.release.StockOn(ctx, w.filter, days)
	stocks := map[labour.Date]evidence.Stock{}
	for i, workers := range present {
		covered := w.reached.On(labour.Period{From: days[i], To: days[i]})
		stocks[days[i]] = evidence.Stock{Value: float64(workers), Known: covered != labour.NotAtAll,
			Partial: covered != labour.Complete}
	}
	return func(day labour.Date) evidence.Stock { return stocks[day] }, err
}

// judge tells where an obligation stands.
func (w *watcher) judge(ctx context.Context, o labour.Obligation) (evidence.Standing, error) {
	switch o.Kind {
	case labour.Repatriate:
		at := w.at
		if w.basis == labour.Register {
			var err error
			if at, err = w.counted(ctx, o); err != nil {
				return evidence.Standing{}, err
			}
		}
		return evidence.Repatriation(o, w.day, at), nil
	case labour.NoNewPermits:
		issued, err := w.authorised(ctx, o)
		return evidence.Ban(o, w.day, issued), err
	case labour.Ceiling:
		return w.ceiling(ctx, o)
	}
	return evidence.Reporting(o, w.day, w.reports), nil
}

// authorised counts the workers of permits issued under a ban, by the day of their contracts; nil where nothing is known.
func (w *watcher) authorised(ctx context.Context, o labour.Obligation) (*evidence.Authorisations, error) {
	span := w.span(o.AppliesFrom)
	if w.basis == labour.Reported || span.Days() == 0 {
		return nil, nil
	}
	found, err := w.release.Authorised(ctx, w.filter, span, o.GrandfatheredBefore)
	return &evidence.Authorisations{All: float64(found.Workers), Grandfathered: float64(found.Before),
		Later: float64(found.After), Covered: w.reached.On(span)}, err
}

// ceiling judges by the register's highest stock since the day that sets the ceiling.
func (w *watcher) ceiling(ctx context.Context, o labour.Obligation) (evidence.Standing, error) {
	span := w.span(o.AppliesFrom)
	if w.basis == labour.Reported || span.Days() == 0 {
		return evidence.CeilingOf(o, w.day, nil, nil, labour.NotAtAll), nil
	}
	filter := db.ReportFilter{Within: named(w.filter.Within), Nationalities: w.filter.Nationalities,
		Period: db.DateRange{From: &span.From, To: &span.To}}
	rep, err := w.release.Ask(ctx, db.ReportQuery{Filter: filter, BoundariesOn: &w.day,
		Measures: []labour.Measure{labour.PeakWorkersPresent}})
	if err != nil {
		return evidence.Standing{}, err
	}
	totals, err := rep.Totals(ctx, rep.Query.Measures)
	if err != nil {
		return evidence.Standing{}, err
	}
	first, _, err := w.release.StockOn(ctx, w.filter, []labour.Date{o.AppliesFrom})
	var ceiling, highest *float64
	if peak, known := totals.Of(labour.PeakWorkersPresent); known && err == nil {
		ceiling, highest = new(float64(first[0])), &peak
	}
	return evidence.CeilingOf(o, w.day, ceiling, highest, totals.Coverage), err
}

// notices says what a reader might stumble over.
func (w *watcher) notices(c *Compliance) []Notice {
	var notices []Notice
	if c.Coverage != labour.Complete {
		missing := w.reached.Uncovered()
		if w.basis == labour.Reported {
			missing = nil
		}
		notices = append(notices, Notice{NoticeCoverage, coverageSentence(w.release, w.filter.Nationalities, c.Coverage, missing)})
	}
	if w.basis == labour.Register && w.filter.Within != "" {
		notices = append(notices, boundariesMoved(w.release, labour.Period{From: c.Sanction.AdoptedOn, To: w.day}, w.day)...)
	}
	if w.basis == labour.Reported {
		if stock := w.at(w.day); stock.Flat {
			notices = append(notices, Notice{NoticeHeldFlat,
				fmt.Sprintf("No figure of %s is known: the nearest is held. %s", w.day, c.Explanation)})
		}
	}
	return notices
}

// provenance says what the figures rest on.
func (w *watcher) provenance(ctx context.Context) (db.Provenance, error) {
	p := db.Provenance{Method: "The stock of the sanction's nationalities on the first day that it binds, on the day asked about and three months before; docs/METHODOLOGY.md has the rules of each obligation."}
	if w.basis == labour.Register {
		var err error
		p, err = w.release.StockProvenance(ctx, w.filter, labour.Period{From: w.day, To: w.day}, nil)
		if err != nil {
			return p, err
		}
		p.Synthetic = p.Synthetic || w.synthetic
	}
	var sources []string
	for _, o := range w.used {
		sources = append(sources, o.Source)
	}
	for _, r := range w.reports {
		sources = append(sources, r.Source)
	}
	return p, w.release.Cite(&p, sources, len(sources))
}

// MemberStates lists every State that reported on a sanction or of which a stock was published, by its code, each on its
// own figures alone.
func MemberStates(ctx context.Context, release *db.Release, symbol string, asOf *labour.Date) ([]MemberState, error) {
	sanction, err := release.Sanction(symbol)
	if err != nil {
		return nil, err
	}
	reports, err := release.MemberStateReports(ctx)
	if err != nil {
		return nil, err
	}
	byRegion, err := reportedByRegion(ctx, release, sanction.Nationalities)
	if err != nil {
		return nil, err
	}
	claims, err := release.Claims(ctx)
	if err != nil {
		return nil, err
	}
	var codes []string
	var observations []labour.Observation
	for _, r := range reports {
		if r.Symbol == sanction.Symbol {
			codes = append(codes, r.Country)
		}
	}
	for code, own := range byRegion {
		if _, err := release.Country(code); err == nil {
			codes, observations = append(codes, code), append(observations, own...)
		}
	}
	slices.Sort(codes)
	obligation := obligationsOf(release, sanction)[0]
	states := evidence.MemberStates(obligation, slices.Compact(codes), reports, observations, release.LastDay(asOf))
	list := make([]MemberState, len(states))
	for i, state := range states {
		list[i] = MemberState{MemberState: state, Claims: slices.DeleteFunc(slices.Clone(claims), func(c labour.Claim) bool {
			return c.Region != state.Country || c.Nationality != "" && !slices.Contains(sanction.Nationalities, c.Nationality)
		})}
		slices.SortStableFunc(list[i].Claims, func(a, b labour.Claim) int { return cmp.Compare(a.ID, b.ID) })
	}
	return list, nil
}

// MemberState is where a State stands with a sanction on its own figures, and what was claimed of it.
type MemberState struct {
	evidence.MemberState
	Claims []labour.Claim
}
