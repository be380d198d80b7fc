package db

import (
	"context"
	"maps"
	"slices"

	"homebound/db/internal/build"
	"homebound/internal/disclosure"
	"homebound/internal/labour"
)

// measureSet holds measures by their place in labour.Measures.
type measureSet uint16

func setOf(m labour.Measure) measureSet {
	return 1 << slices.IndexFunc(labour.Measures, func(info labour.MeasureInfo) bool { return info.Measure == m })
}

// Withheld reports whether a measure of the row is not shown since it tells of few workers, or would give back one
// that does.
func (v Values) Withheld(m labour.Measure) bool { return v.withheld&setOf(m) != 0 }

// withhold takes measures out of the values, so that nobody reads them by mistake.
func (v *Values) withhold(measures ...labour.Measure) {
	for _, m := range measures {
		v.withheld |= setOf(m)
		switch m {
		case labour.PermitsIssued:
			v.PermitsIssued = 0
		case labour.WorkersAuthorised:
			v.WorkersAuthorised = 0
		case labour.WorkersPresent:
			v.WorkersPresent = 0
		case labour.PeakWorkersPresent:
			v.PeakWorkersPresent, v.PeakOn = 0, 0
		case labour.WorkerDays, labour.AverageWorkersPresent:
			v.WorkerDays = 0
		case labour.AverageMonthlyWage:
			v.AverageMonthlyWage = nil
		case labour.WorkersRepatriated:
			v.WorkersRepatriated = 0
		}
	}
}

// SuppressBelow returns the least count of workers that the release shows: counts of 1 to one less are withheld. It
// is 0 where every count is shown.
func (r *Release) SuppressBelow() int { return r.suppressBelow }

// withhold takes out of some rows of the report, or out of its totals, what may not be shown of some measures.
func (rep *Report) withhold(ctx context.Context, rows []ReportRow, measures []labour.Measure) error {
	if rep.release.suppressBelow == 0 || rep.empty || len(measures) == 0 {
		return nil
	}
	for _, family := range []labour.Family{labour.IssueFlow, labour.Stock, labour.DepartureFlow} {
		if !rep.familiesOf(measures)[family] {
			continue
		}
		g, err := rep.guard(ctx, family)
		if err != nil {
			return err
		}
		for i := range rows {
			g.mark(&rows[i])
		}
	}
	return nil
}

// guard knows which figures of one family of measures a report may show. It looks at the report's cells among all
// that other filters and periods would give: what a filter names becomes a dimension, and a period is one among
// those of the whole release. So the answer to a narrow question is withheld just as its cell would be in the
// answer to the wide one.
type guard struct {
	rep        *Report
	family     labour.Family
	least      int
	dimensions []guardedDimension
	periods    map[labour.Period]int // the members of the time axis that are asked for
	flat, time *disclosure.Axis      // of time, as it is and with the days as weights
	decision
}

// decision is which figures of one family are withheld.
type decision struct {
	counts disclosure.Decision // of a flow its workers, of the stock those present at the end
	days   disclosure.Decision // worker-days of the stock
}

// guardedDimension is a dimension that the report groups or filters by, as an axis.
type guardedDimension struct {
	by      labour.Dimension
	axis    *disclosure.Axis
	leaves  map[string]int // by value
	asked   int            // the member that the filter leaves
	grouped map[string]int // members by the value that rows have of ByDistrict
}

// maxGuarded bounds the cells that are weighed against each other for one report.
const maxGuarded = 1_000_000

// guard returns the guard of a family, which serves the rows and the totals.
func (rep *Report) guard(ctx context.Context, family labour.Family) (*guard, error) {
	if g := rep.guards[family]; g != nil {
		return g, nil
	}
	g := &guard{rep: rep, family: family, least: rep.release.suppressBelow}
	for _, d := range rep.guarded(family) {
		g.dimensions = append(g.dimensions, guardedDimension{by: d})
	}
	if err := g.weigh(ctx); err != nil {
		return nil, err
	}
	if rep.guards == nil {
		rep.guards = map[labour.Family]*guard{}
	}
	rep.guards[family] = g
	return g, nil
}

// guarded lists the dimensions by which a family is looked at: those that the report groups or filters by,
// districts being made of regions, and beside them always those of the rollups by cell, so that coarse questions
// and fine ones withhold the same. A report by days is looked at by its own dimensions alone, since there would be
// too many cells.
func (rep *Report) guarded(family labour.Family) []labour.Dimension {
	named := append(rep.dimensions(), rep.facts.dimensions()...)
	if rep.facts.outcomes != nil {
		named = append(named, labour.ByOutcome)
	}
	if slices.Contains(named, labour.ByDistrict) {
		named = append(named, labour.ByRegion)
	}
	if rep.Query.Granularity != labour.Day {
		named = append(named, labour.ByRegion, labour.ByIndustry, labour.ByNationality)
	}
	var list []labour.Dimension
	for _, d := range []labour.Dimension{labour.ByRegion, labour.ByIndustry, labour.ByNationality, labour.ByEmployer, labour.ByOutcome, build.BySynthetic, build.BySource} {
		if slices.Contains(named, d) && (d != labour.ByOutcome || family == labour.DepartureFlow) {
			list = append(list, d)
		}
	}
	return list
}

// lay makes the axis of a dimension from the values that it has.
func (g *guard) lay(i int, values []string) {
	d := &g.dimensions[i]
	d.leaves = make(map[string]int, len(values))
	for n, value := range values {
		d.leaves[value] = n
	}
	asked := g.rep.facts.keeping(d.by, values)
	sets := [][]int{asked}
	districts := map[string][]int{}
	if d.by == labour.ByRegion {
		// Boundaries of any day may be asked for, and the difference tells of those who changed sides.
		sets = append(sets, g.rep.release.above(values, g.rep.BoundariesOn)...)
		for _, day := range g.rep.release.geography.Changes() {
			sets = append(sets, g.rep.release.above(values, day-1)...)
			sets = append(sets, g.rep.release.above(values, day)...)
		}
		if slices.Contains(g.rep.dimensions(), labour.ByDistrict) {
			for _, n := range asked {
				code := g.rep.release.geography.District(values[n], g.rep.BoundariesOn)
				districts[code] = append(districts[code], n)
			}
			for _, code := range slices.Sorted(maps.Keys(districts)) {
				sets = append(sets, districts[code])
			}
		}
	}
	d.axis = disclosure.NewAxis(len(values), sets...)
	d.asked = d.axis.Member(asked)
	d.grouped = make(map[string]int, len(districts))
	for code, set := range districts {
		d.grouped[code] = d.axis.Member(set)
	}
}

// keeping lists, by their numbers, the values of a dimension that the filter keeps.
func (f facts) keeping(by labour.Dimension, values []string) []int {
	kept := []int{}
	for n, value := range values {
		keeps := true
		switch by {
		case labour.ByRegion:
			keeps = !slices.ContainsFunc(f.regions, func(codes []string) bool { return !slices.Contains(codes, value) })
		case labour.ByIndustry:
			keeps = f.industries == nil || slices.Contains(f.industries, value)
		case labour.ByNationality:
			keeps = f.nationalities == nil || slices.Contains(f.nationalities, value)
		case labour.ByEmployer:
			keeps = f.employers == nil || slices.Contains(f.employers, value)
		case labour.ByOutcome:
			keeps = f.outcomes == nil || slices.Contains(f.outcomes, labour.Outcome(value))
		case build.BySynthetic:
			keeps = f.synthetic == nil || *f.synthetic == (value == "1")
		case build.BySource:
			keeps = value != f.notSource
		}
		if keeps {
			kept = append(kept, n)
		}
	}
	return kept
}

// above returns, for every region that one of some lies in, which of them do, by their numbers.
func (r *Release) above(codes []string, on labour.Date) [][]int {
	within := map[string][]int{}
	for n, code := range codes {
		for range len(r.regions) { // a circle would have no end
			if code == "" {
				break
			}
			within[code] = append(within[code], n)
			code = r.geography.Parent(code, on)
		}
	}
	sets := make([][]int, 0, len(within))
	for _, code := range slices.Sorted(maps.Keys(within)) {
		sets = append(sets, within[code])
	}
	return sets
}

// mark withholds the measures of a row that may not be shown.
func (g *guard) mark(row *ReportRow) {
	members := g.membersOf(row)
	counts := g.counts.Withheld(members)
	switch g.family {
	case labour.IssueFlow:
		if counts {
			row.withhold(labour.PermitsIssued, labour.WorkersAuthorised, labour.AverageMonthlyWage)
		} else if row.wageWorkers > 0 && row.wageWorkers < g.least {
			row.withhold(labour.AverageMonthlyWage)
		}
		row.wageWorkers = 0
	case labour.DepartureFlow:
		if counts {
			row.withhold(labour.WorkersRepatriated)
		}
	case labour.Stock:
		peak, peakOn, days := row.PeakWorkersPresent, row.PeakOn, row.WorkerDays
		if g.days.Withheld(members) {
			row.withhold(labour.PeakWorkersPresent, labour.AverageWorkersPresent, labour.WorkerDays)
		}
		if counts {
			row.withhold(labour.WorkersPresent)
			// A peak on the last day is the last day's stock; one that the other days do not use up bounds it.
			if peakOn == row.Period.To || days > peak*(row.Days-1) {
				row.withhold(labour.PeakWorkersPresent)
			}
		}
	}
}

// membersOf finds a row's place in the tables. Dimensions that it is not grouped by are taken as far as the filter
// goes.
func (g *guard) membersOf(row *ReportRow) []int {
	members := make([]int, 0, len(g.dimensions)+1)
	for _, d := range g.dimensions {
		value, grouped := row.Group[d.by]
		district, byDistrict := row.Group[labour.ByDistrict]
		member, known := d.asked, true
		switch {
		case grouped:
			member, known = d.leaves[value]
		case byDistrict && d.by == labour.ByRegion:
			member, known = d.grouped[district]
		}
		if !known {
			member = -1 // which nobody is counted under
		}
		members = append(members, member)
	}
	return append(members, g.periods[row.Period])
}
