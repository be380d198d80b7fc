package dbtest

import (
	"cmp"
	"slices"
	"strings"

	"homebound/db"
	"homebound/internal/labour"
)

// Counted is the register rows behind a figure, by id in order.
type Counted struct{ Permits, Repatriations []string }

// Row is one row of a naive report, and what it has counted.
type Row struct {
	db.ReportRow
	Counted
}

// group is the rows that share a value in every dimension.
type group struct {
	values map[labour.Dimension]string
	register
}

// Report answers a question: every row that the report has, in order, and its totals.
func (n *Naive) Report(q db.ReportQuery) (rows []Row, totals Row) {
	whole := n.Period(q.Filter.Period)
	boundaries := n.boundaries(q.BoundariesOn)
	measures := slices.Clone(q.Measures)
	for _, o := range q.OrderBy {
		if o.Measure != "" {
			measures = append(measures, o.Measure)
		}
	}
	for _, h := range q.Having {
		measures = append(measures, h.Measure)
	}
	periods := []labour.Period{whole}
	if q.Granularity != "" {
		periods = whole.Split(q.Granularity)
	}
	all := n.filter(q.Filter, boundaries, q.GroupBy...)
	groups := n.groups(all, q.GroupBy, boundaries)
	if len(without(q.GroupBy, labour.ByPeriod)) == 0 {
		groups = []group{{register: all}} // the whole is a group always, even where it counts nothing
	}
	for _, g := range groups {
		// Whatever is measured, sorted by or held to: a group with a row in the period has every part of the period.
		if c := counted(g, whole); g.values != nil && len(c.Permits)+len(c.Repatriations) == 0 {
			continue
		}
		for _, p := range periods {
			row := n.compute(g, measures, p, q.Currency)
			n.reach(q.Filter, boundaries, &row.ReportRow)
			row.Counted = counted(group{register: register{permits: g.permits, departures: g.departures}}, p)
			rows = append(rows, row)
		}
	}
	rows = slices.DeleteFunc(rows, func(r Row) bool { return !having(r.Values, q.Having) })
	slices.SortStableFunc(rows, func(a, b Row) int { return compare(a, b, q) })
	totals = n.compute(group{register: all}, q.Measures, whole, q.Currency)
	n.reach(q.Filter, boundaries, &totals.ReportRow)
	totals.Counted = counted(group{register: all}, whole)
	return rows, totals
}

// reach notes what is known of a row: whether a source that has a table has rows of any table of the row's place and
// people from a year up to its own to one from its own on. No industry, employer, outcome or search narrows that.
func (n *Naive) reach(f db.ReportFilter, boundaries labour.Date, row *db.ReportRow) {
	whole := f
	place := func(r fact) bool {
		if !n.about(whole, r, labour.ByRegion, boundaries) || !n.about(whole, r, labour.ByNationality, boundaries) {
			return false
		}
		values := map[labour.Dimension]string{labour.ByRegion: r.region, labour.ByNationality: r.nationality,
			labour.ByDistrict: n.district(r.region, boundaries)}
		for d, value := range values {
			if wanted, grouped := row.Group[d]; grouped && wanted != value {
				return false
			}
		}
		return true
	}
	type extent struct {
		source, region, nationality string
		synthetic                   bool
	}
	all := n.filter(db.ReportFilter{Synthetic: f.Synthetic, NotSource: f.NotSource}, boundaries)
	madeUp := false
	touched := func(table []fact) bool {
		spans := map[extent]labour.Period{}
		for _, r := range append(slices.Clone(all.permits), all.departures...) {
			if !place(r) || !slices.ContainsFunc(table, func(other fact) bool { return other.source == r.source }) {
				continue
			}
			at := extent{r.source, r.region, r.nationality, r.synthetic}
			for _, d := range n.daysOf(r) {
				if span, had := spans[at]; had {
					spans[at] = labour.Period{From: min(span.From, d), To: max(span.To, d)}
				} else {
					spans[at] = labour.Period{From: d, To: d}
				}
			}
		}
		any := false
		for at, span := range spans {
			if span.From.Year() <= row.Period.To.Year() && row.Period.From.Year() <= span.To.Year() {
				any, madeUp = true, madeUp || at.synthetic
			}
		}
		return any
	}
	row.NoPermits, row.NoDepartures = !touched(n.permits), !touched(n.departures)
	row.Coverage = labour.Partial
	if row.NoPermits && row.NoDepartures {
		row.Coverage = labour.NotAtAll
		madeUp = slices.ContainsFunc(append(slices.Clone(n.permits), n.departures...), func(r fact) bool { return r.synthetic }) ||
			slices.ContainsFunc(n.content.Employers, func(e labour.Employer) bool { return e.Synthetic })
		madeUp = madeUp && (f.Synthetic == nil || *f.Synthetic)
	}
	row.Synthetic = madeUp
}

// daysOf lists the days that bound how far a row reaches: of its own, and of the permit that it is or is under.
func (n *Naive) daysOf(r fact) []labour.Date {
	permit, days := r.permit, []labour.Date{}
	if permit != nil {
		if permit.IssuedOn.Known() {
			days = append(days, permit.IssuedOn)
		}
	} else {
		days = append(days, r.departure.Date)
		for _, p := range n.permits {
			if p.id == r.departure.Permit {
				permit = p.permit
			}
		}
	}
	if permit != nil && permit.ValidFrom.Known() && permit.ValidFrom <= permit.End() {
		days = append(days, permit.ValidFrom, permit.End())
	}
	return days
}

// groups parts a register by the dimensions; without any there is one group.
func (n *Naive) groups(all register, by []labour.Dimension, boundaries labour.Date) []group {
	found := map[string]*group{}
	groupOf := func(row fact) *group {
		values := map[labour.Dimension]string{}
		key := ""
		for _, d := range without(by, labour.ByPeriod) {
			values[d] = map[labour.Dimension]func() string{
				labour.ByRegion:      func() string { return row.region },
				labour.ByDistrict:    func() string { return n.district(row.region, boundaries) },
				labour.ByIndustry:    func() string { return row.industry },
				labour.ByNationality: func() string { return row.nationality },
				labour.ByEmployer:    func() string { return row.employer },
				labour.ByOutcome:     func() string { return string(row.departure.Outcome) },
			}[d]()
			key += values[d] + "\x00"
		}
		if found[key] == nil {
			found[key] = &group{values: values, register: register{under: all.under}}
		}
		return found[key]
	}
	if !slices.Contains(by, labour.ByOutcome) {
		for _, p := range all.permits {
			g := groupOf(p)
			g.permits = append(g.permits, p)
		}
	}
	for _, r := range all.departures {
		g := groupOf(r)
		g.departures = append(g.departures, r)
	}
	var list []group
	for _, g := range found {
		list = append(list, *g)
	}
	return list
}

func without(dimensions []labour.Dimension, one labour.Dimension) []labour.Dimension {
	return slices.DeleteFunc(slices.Clone(dimensions), func(d labour.Dimension) bool { return d == one })
}

// counts reports whether one of the measures belongs to a family.
func counts(measures []labour.Measure, family labour.Family) bool {
	return slices.ContainsFunc(measures, func(m labour.Measure) bool {
		info, _ := m.Info()
		return info.Family == family
	})
}

// compute returns the measures of a group in a period.
func (n *Naive) compute(g group, measures []labour.Measure, period labour.Period, currency string) Row {
	row := Row{ReportRow: db.ReportRow{Group: g.values, Period: period}}
	all := n.everything(g, period, currency)
	if counts(measures, labour.Stock) {
		all.stock(g, period)
	}
	for _, m := range measures {
		switch m {
		case labour.PermitsIssued:
			row.PermitsIssued = all.PermitsIssued
		case labour.WorkersAuthorised:
			row.WorkersAuthorised = all.WorkersAuthorised
		case labour.AverageMonthlyWage:
			row.AverageMonthlyWage = all.AverageMonthlyWage
		case labour.WorkersPresent:
			row.WorkersPresent = all.WorkersPresent
		case labour.PeakWorkersPresent:
			row.PeakWorkersPresent, row.PeakOn = all.PeakWorkersPresent, all.PeakOn
		case labour.AverageWorkersPresent, labour.WorkerDays:
			row.WorkerDays = all.WorkerDays
		case labour.WorkersRepatriated:
			row.WorkersRepatriated = all.WorkersRepatriated
		}
	}
	row.Days = period.Days()
	return row
}

// counted lists the register rows of a group in a period: permits issued in it or in force on a day of it, repatriations
// dated in it, and those up to its end under the permits in force.
func counted(g group, period labour.Period) Counted {
	permits, repatriations := map[string]bool{}, map[string]bool{}
	for _, p := range g.permits {
		if period.Contains(p.permit.IssuedOn) {
			permits[p.id] = true
		}
		if inForceIn(p.permit, period) {
			permits[p.id] = true
			for _, r := range g.under[p.id] {
				if r.Date <= period.To {
					repatriations[r.ID] = true
				}
			}
		}
	}
	for _, r := range g.departures {
		if period.Contains(r.departure.Date) {
			repatriations[r.id] = true
		}
	}
	return Counted{known(permits), known(repatriations)}
}

// figures is every measure of a group in a period.
type figures struct{ db.Values }

// everything returns the flows of a group in a period.
func (n *Naive) everything(g group, period labour.Period, currency string) figures {
	var v figures
	var paid, weighed float64
	for _, p := range g.permits {
		if !period.Contains(p.permit.IssuedOn) {
			continue
		}
		v.PermitsIssued++
		v.WorkersAuthorised += p.permit.Workers
		if rate, known := n.rate(p.permit.WageCurrency, currency, p.permit.IssuedOn.Year()); known && p.permit.WageMonthly != nil {
			paid += float64(p.permit.Workers) * *p.permit.WageMonthly * rate
			weighed += float64(p.permit.Workers)
		}
	}
	if weighed > 0 {
		v.AverageMonthlyWage = Some(paid / weighed)
	}
	for _, r := range g.departures {
		if period.Contains(r.departure.Date) {
			v.WorkersRepatriated += r.departure.Workers
		}
	}
	return v
}

// stock adds what follows the workers present day by day.
func (v *figures) stock(g group, period labour.Period) {
	for d := period.From; d <= period.To; d++ {
		sum := 0
		for _, p := range g.permits {
			sum += present(p.permit, g.under[p.id], d)
		}
		v.WorkerDays += sum
		v.WorkersPresent = sum
		if sum > v.PeakWorkersPresent || d == period.From {
			v.PeakWorkersPresent, v.PeakOn = sum, d
		}
	}
}

// having reports whether every condition is met; a measure without a value meets none.
func having(v db.Values, conditions []db.MeasureCondition) bool {
	for _, c := range conditions {
		value, known := valueOf(v, c.Measure)
		if !known || c.AtLeast != nil && value < *c.AtLeast || c.AtMost != nil && value > *c.AtMost {
			return false
		}
	}
	return true
}

func valueOf(v db.Values, m labour.Measure) (float64, bool) {
	switch {
	case m == labour.WorkersRepatriated && v.NoDepartures, m != labour.WorkersRepatriated && v.NoPermits:
		return 0, false
	}
	switch m {
	case labour.AverageMonthlyWage:
		if v.AverageMonthlyWage == nil {
			return 0, false
		}
		return *v.AverageMonthlyWage, true
	case labour.AverageWorkersPresent:
		return float64(v.WorkerDays) / float64(v.Days), true
	}
	return map[labour.Measure]float64{
		labour.PermitsIssued: float64(v.PermitsIssued), labour.WorkersAuthorised: float64(v.WorkersAuthorised),
		labour.WorkersPresent: float64(v.WorkersPresent), labour.PeakWorkersPresent: float64(v.PeakWorkersPresent),
		labour.WorkerDays: float64(v.WorkerDays), labour.WorkersRepatriated: float64(v.WorkersRepatriated),
	}[m], true
}

// compare sorts by what was asked for, then by the groups in the order of groupBy, then by period.
func compare(a, b Row, q db.ReportQuery) int {
	for _, o := range q.OrderBy {
		var order int
		if o.Measure != "" {
			x, xKnown := valueOf(a.Values, o.Measure)
			y, yKnown := valueOf(b.Values, o.Measure)
			order = lastIfMissing(cmp.Compare(x, y), xKnown, yKnown, o.Descending)
		} else {
			order = compareBy(a, b, o.By, o.Descending)
		}
		if order != 0 {
			return order
		}
	}
	for _, d := range without(q.GroupBy, labour.ByPeriod) {
		if order := compareBy(a, b, d, false); order != 0 {
			return order
		}
	}
	return compareBy(a, b, labour.ByPeriod, false)
}

func compareBy(a, b Row, d labour.Dimension, descending bool) int {
	if d == labour.ByPeriod {
		return lastIfMissing(cmp.Compare(a.Period.From, b.Period.From), true, true, descending)
	}
	x, y := a.Group[d], b.Group[d]
	return lastIfMissing(strings.Compare(x, y), x != "", y != "", descending)
}

// lastIfMissing turns the order round where it descends, and puts what has no value last either way.
func lastIfMissing(order int, x, y, descending bool) int {
	switch {
	case !x && !y:
		return 0
	case !x:
		return 1
	case !y:
		return -1
	case descending:
		return -order
	}
	return order
}
