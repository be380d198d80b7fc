package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"homebound/internal/labour"
)

// Figure is a measure of a row held against others.
type Figure struct {
	Value *float64
	Base  *float64 // what it is held against; nil where it is held against nothing, or that is not known
	Unit  string
	// Coverage is how much is known of the row and of what it is held against.
	Coverage labour.Covered
	Why      string // why the value is not known, in a sentence
}

// derived is what figures of a report's rows are held against, each computed when it is first asked for.
type derived struct {
	mu     sync.Mutex
	cells  map[string]cells                // by the report that they are of and their family, then by key
	sorted map[string][]float64            // by measure and period, rising
	seen   map[string][]labour.Observation // by indicator
	wages  map[string][]paid               // by key
	totals *Report
}

// FigureOf computes a measure of a row of the report, in relation to what a derivation names. It may be asked for many rows
// at a time.
func (rep *Report) FigureOf(ctx context.Context, row ReportRow, m labour.Measure, as labour.Derivation) (Figure, error) {
	rep.beside.mu.Lock()
	defer rep.beside.mu.Unlock()
	info, known := m.Info()
	if !known {
		return Figure{}, fmt.Errorf("no measure %q", m)
	}
	if slices.Contains(rep.Query.GroupBy, labour.ByOutcome) && info.Family != labour.DepartureFlow {
		return Figure{}, labour.Faultf(labour.BadUserInput,
			"figure: OUTCOME groups repatriations alone; expected WORKERS_REPATRIATED, found %s.", m)
	}
	of := rep.partOf(row)
	own, err := of.cell(ctx, "own", of.again, row.Group, row.Period, info.Family)
	if err != nil {
		return Figure{}, err
	}
	f := Figure{Unit: strings.Replace(info.Unit, "currency units", rep.Currency, 1), Coverage: own.Coverage}
	value, has := own.Of(m)
	switch {
	case !has && m == labour.AverageMonthlyWage && !own.NoPermits:
		f.Why = "No wage is known."
	case !has:
		f.Why = fmt.Sprintf("Nothing is known of %s in %s.", info.Field, row.Period.Key())
	}
	if as == labour.Itself || !has {
		if f.Unit = as.Unit(f.Unit); has {
			f.Value = &value
		}
		return f, nil
	}
	err = of.hold(ctx, &f, held{row: row, info: info, value: value, as: as, whole: rep})
	return f, err
}

// partOf returns the report that a row is a group of: this one, or that of the totals or of the others.
func (rep *Report) partOf(row ReportRow) *Report {
	switch {
	case row.Others:
		return rep.others
	case !row.Whole:
		return rep
	}
	if rep.beside.totals == nil {
		rep.beside.totals = rep.with(nil, "", rep.Period)
	}
	return rep.beside.totals
}

// held is what a figure is made of.
type held struct {
	row   ReportRow
	info  labour.MeasureInfo
	value float64
	as    labour.Derivation
	whole *Report // the report that the row stands in
}

// hold holds the value of a row against what the derivation names.
func (rep *Report) hold(ctx context.Context, f *Figure, h held) error {
	f.Unit = h.as.Unit(f.Unit)
	switch h.as {
	case labour.ChangeOnPeriod, labour.RelativeOnPeriod:
		return rep.change(ctx, f, h, "before", rep.Query.Granularity.PeriodBefore)
	case labour.ChangeOnYear, labour.RelativeOnYear:
		return rep.change(ctx, f, h, "year before", labour.Period.YearBefore)
	case labour.ShareOfTotal, labour.ShareOfParent:
		return rep.share(ctx, f, h)
	case labour.Rank:
		return h.whole.rank(ctx, f, h)
	}
	return rep.perHead(ctx, f, h)
}

// change is the difference to another period, of the same groups on the same boundaries.
func (rep *Report) change(ctx context.Context, f *Figure, h held, name string, before func(labour.Period) labour.Period) error {
	base, err := rep.cell(ctx, name, func() *Report {
		return rep.with(rep.dimensions(), rep.Query.Granularity, before(rep.Period))
	}, h.row.Group, before(h.row.Period), h.info.Family)
	if err != nil {
		return err
	}
	value, known := base.Of(h.info.Measure)
	f.Coverage = f.Coverage.And(base.Coverage)
	if !known {
		f.Why = fmt.Sprintf("Nothing is known of %s in %s.", h.info.Field, base.Period.Key())
		return nil
	}
	f.Base = &value
	switch {
	case h.as == labour.ChangeOnPeriod || h.as == labour.ChangeOnYear:
		f.Value = new(h.value - value)
	case value == 0:
		f.Why = fmt.Sprintf("%s is 0 in %s, of which there is no fraction.", h.info.Field, base.Period.Key())
	default:
		f.Value = new((h.value - value) / value)
	}
	return nil
}

// share is the part of all groups of the period, or of the group around.
func (rep *Report) share(ctx context.Context, f *Figure, h held) error {
	if !h.info.AddsUpOverGroups {
		f.Why = fmt.Sprintf("%s does not add up over groups, so that no group has a share of it.", h.info.Field)
		return nil
	}
	var around []labour.Dimension
	group := map[labour.Dimension]string{}
	if dimensions := rep.dimensions(); h.as == labour.ShareOfParent && len(dimensions) > 0 {
		if around = dimensions[:len(dimensions)-1]; len(around) == 0 && dimensions[0] == labour.ByRegion {
			around = []labour.Dimension{labour.ByDistrict}
			group[labour.ByDistrict] = rep.release.geography.District(h.row.Group[labour.ByRegion], rep.BoundariesOn)
		}
	}
	for _, d := range around {
		if value, grouped := h.row.Group[d]; grouped {
			group[d] = value
		}
	}
	base, err := h.whole.cell(ctx, fmt.Sprint("around ", around, rep.Query.Granularity), func() *Report {
		return h.whole.with(around, rep.Query.Granularity, rep.Period)
	}, group, h.row.Period, h.info.Family)
	if err != nil {
		return err
	}
	value, known := base.Of(h.info.Measure)
	f.Coverage = f.Coverage.And(base.Coverage)
	switch {
	case !known:
		f.Why = fmt.Sprintf("Nothing is known of %s of the whole.", h.info.Field)
	case value == 0:
		f.Base, f.Why = &value, fmt.Sprintf("%s of the whole is 0, of which there is no share.", h.info.Field)
	default:
		f.Base, f.Value = &value, new(h.value/value)
	}
	return nil
}

// rank is the place of a row among all groups of its period, 1 for the highest value; equals share the higher place.
func (rep *Report) rank(ctx context.Context, f *Figure, h held) error {
	if h.row.Others || h.row.Whole {
		f.Why = "This is no group, which would have a rank."
		return nil
	}
	at := string(h.info.Measure) + " " + h.row.Period.Key()
	values, done := rep.beside.sorted[at]
	if !done {
		all, err := rep.allCells(ctx, "own", rep.again, h.info.Family)
		if err != nil {
			return err
		}
		for _, cell := range all.rows {
			if value, known := cell.Of(h.info.Measure); known && cell.Period == h.row.Period {
				values = append(values, value)
			}
		}
		slices.Sort(values)
		rep.beside.sorted[at] = values
	}
	above, _ := slices.BinarySearch(values, h.value)
	for above < len(values) && values[above] == h.value {
		above++
	}
	f.Value = new(float64(1 + len(values) - above))
	return nil
}

// with returns a report of the same rows of the register in other groups and another period.
func (rep *Report) with(groupBy []labour.Dimension, g labour.Granularity, p labour.Period) *Report {
	q := rep.Query
	q.GroupBy, q.Granularity, q.OrderBy, q.Having, q.Measures, q.Top = groupBy, g, nil, nil, nil, nil
	return &Report{Query: q, Period: p, BoundariesOn: rep.BoundariesOn, Currency: rep.Currency, release: rep.release,
		facts: rep.facts, rates: rep.rates, byYear: rep.byYear, empty: rep.empty, beside: newDerived()}
}

// again returns the same report, without anything computed.
func (rep *Report) again() *Report {
	return rep.with(rep.dimensions(), rep.Query.Granularity, rep.Period)
}

func newDerived() *derived {
	return &derived{cells: map[string]cells{}, sorted: map[string][]float64{},
		seen: map[string][]labour.Observation{}}
}

// cells are the figures of a family for each group and period of a report, by key.
type cells struct {
	rep  *Report
	rows map[string]ReportRow
}

// cell returns a group and period of a report that with makes; one that has no row counts nothing.
func (rep *Report) cell(ctx context.Context, name string, with func() *Report, group map[labour.Dimension]string,
	p labour.Period, family labour.Family) (ReportRow, error) {
	all, err := rep.allCells(ctx, name, with, family)
	if err != nil {
		return ReportRow{}, err
	}
	row := ReportRow{Group: group, Period: p, Values: Values{Days: p.Days(), PeakOn: p.From}}
	if found, ok := all.rows[all.rep.Key(row)]; ok {
		return found, nil
	}
	rows := []ReportRow{row}
	all.rep.cover(rows)
	all.rep.show(rows)
	return rows[0], nil
}

// allCells computes the cells of a report, once for each name and family.
func (rep *Report) allCells(ctx context.Context, name string, with func() *Report, family labour.Family) (cells, error) {
	at := fmt.Sprint(name, " ", family)
	if all, done := rep.beside.cells[at]; done {
		return all, nil
	}
	all := cells{with(), map[string]ReportRow{}}
	rows, err := all.rep.tallied(ctx, all.rep.tally(), func(t *tally) error {
		return all.rep.compute(ctx, t, measuresOf(family), map[labour.Family]bool{family: true})
	})
	if err != nil {
		return all, err
	}
	for _, row := range rows {
		all.rows[all.rep.Key(row)] = row
	}
	rep.beside.cells[at] = all
	return all, nil
}

// measuresOf lists the measures of a family.
func measuresOf(family labour.Family) []labour.Measure {
	var measures []labour.Measure
	for _, info := range labour.Measures {
		if info.Family == family {
			measures = append(measures, info.Measure)
		}
	}
	return measures
}
