package db

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/packed"
	"homebound/internal/labour"
)

// permitDays counts the permits of a list whose filter is of days, from the days of the register: few bytes a permit,
// where counting the permits would fetch each. It finds where they lie too, so that a walk along an index begins there.
type permitDays struct {
	release *Release
	cells   []*sqlbuilder.SelectBuilder // a permit's cell is among each
	holds   func(permit packed.RowDays, dated bool) bool
	share   func(permits packed.DaysSum, dated bool) share // of permits that hold
	years   labour.Period                                  // in which a permit that holds is counted
	on      *labour.Date                                   // on which they are in force; nil for any
	stock   *Counted                                       // where that is all that the filter says of days: whose stock on it they are

	found *foundPermits // once it has counted
	lies  *foundPermits // once it has found where they lie
}

type foundPermits struct {
	rows, workers int
	// the first and the last day of issue and first day in force; without days where there is no permit
	issued, from labour.Period
	undated      bool // a day of issue is not known, and sorted before all others
}

// byDays returns what counts the permits of a list by days, or nil: where it is not about days, or about more than the
// days of the register know.
func (r *Release) byDays(f PermitFilter, resolved facts) *permitDays {
	var demands []*Counted // each of which the permits are among
	if f.Counted != nil {
		demands = append(demands, f.Counted)
	}
	if p, empty, err := r.period(f.Period); f.Period != (DateRange{}) && !empty && err == nil {
		demands = append(demands, &Counted{release: r, period: p,
			families: map[labour.Family]bool{labour.IssueFlow: true, labour.Stock: true}})
		f.Period = DateRange{}
	}
	if issued, isRange := f.Issued.and(f.IssuedOn); isRange {
		f.Issued, f.IssuedOn = issued, Comparison[labour.Date]{}
	}
	if f.InForceOn = r.inForceOn(f); slices.Equal(f.Status, []labour.PermitStatus{labour.InForce}) {
		f.Status = nil
	}
	// All that the days know; a field that is added to the filter is not among it until somebody says so here. The filters
	// within are among it where they narrow cells, which isCovered tells.
	rest := f
	rest.Within, rest.BoundariesOn, rest.Industries, rest.Nationalities, rest.Synthetic = nil, nil, nil, nil, nil
	rest.Nested = Nested[PermitFilter]{}
	if reflect.ValueOf(rest).IsZero() && demands == nil {
		return nil // and nothing is about days
	}
	rest.Issued, rest.InForceOn, rest.Counted, rest.Workers = DateRange{}, nil, nil, Comparison[int]{}
	// Of permits whose day of issue is not known, the days have those alone that are in force on any.
	undated := f.Issued.From == nil && (f.Issued.To != nil || f.InForceOn == nil && demands == nil) && r.Gaps()[labour.NoIssueDay] > 0
	resolved.more = nil
	list := &Counted{release: r, facts: resolved, on: r.LastDay(f.BoundariesOn)}
	if r.confidential > 0 || undated || !reflect.ValueOf(rest).IsZero() || !list.isCovered() {
		return nil
	}
	d := &permitDays{release: r, cells: []*sqlbuilder.SelectBuilder{list.cells(build.PermitFacts)},
		years: f.Issued.period(), on: f.InForceOn}
	if f.InForceOn != nil {
		d.years = d.years.Clip(labour.Period{From: *f.InForceOn, To: *f.InForceOn})
		if f.Issued == (DateRange{}) && demands == nil && f.Workers.IsEmpty() && build.HasSpans(r.schema) {
			d.stock = list
		}
	}
	for _, behind := range demands {
		if !behind.isCovered() {
			return nil
		}
		d.cells = append(d.cells, behind.cells(build.PermitFacts))
	}
	d.holds = func(permit packed.RowDays, dated bool) bool {
		day := &permit.Day
		if !dated {
			day = nil
		}
		for _, behind := range demands {
			if !behind.holds(permit, dated) {
				return false
			}
		}
		return (f.InForceOn == nil || permit.Held.Contains(*f.InForceOn)) && f.Issued.Holds(day) && f.Workers.Holds(permit.Workers)
	}
	d.share = func(permits packed.DaysSum, dated bool) share {
		hold := all
		if f.InForceOn != nil {
			hold = shareOfAll(permits, labour.Period{From: *f.InForceOn, To: *f.InForceOn})
		}
		switch {
		case dated:
			hold = min(hold, shareOf(permits.Day, f.Issued.period()))
		case !f.Issued.Holds(nil):
			hold = none
		}
		for _, behind := range demands {
			hold = min(hold, behind.share(permits, dated))
		}
		if !f.Workers.IsEmpty() { // no sum tells
			hold = min(hold, some)
		}
		return hold
	}
	return d
}

// inForceOn returns the day on which all permits of a filter are in force, nil where there is none.
func (r *Release) inForceOn(f PermitFilter) *labour.Date {
	if slices.Equal(f.Status, []labour.PermitStatus{labour.InForce}) {
		return new(r.LastDay(f.InForceOn))
	}
	return f.InForceOn
}

// holds reports whether a permit is among those that a figure is of.
func (b *Counted) holds(permit packed.RowDays, dated bool) bool {
	return b.families[labour.IssueFlow] && dated && b.period.Contains(permit.Day) ||
		b.families[labour.Stock] && permit.Held.Clip(b.period).Days() > 0
}

// share says how many of some permits are among those that a figure is of.
func (b *Counted) share(permits packed.DaysSum, dated bool) share {
	hold := none
	if b.families[labour.IssueFlow] && dated {
		hold = shareOf(permits.Day, b.period)
	}
	if b.families[labour.Stock] {
		hold = max(hold, shareOfAll(permits, b.period))
	}
	return hold
}

// find counts the permits, once.
func (d *permitDays) find(ctx context.Context) (*foundPermits, error) {
	if d.found != nil {
		return d.found, nil
	}
	found := &foundPermits{issued: packed.NoDays, from: packed.NoDays}
	q := d.question()
	take := func(rows, workers int, issued, from labour.Period) {
		found.rows += rows
		found.workers += workers
		found.undated = found.undated || q.key.facts != build.PermitFacts
		found.issued, found.from = packed.Widen(found.issued, issued), packed.Widen(found.from, from)
	}
	q.sum = func(s packed.DaysSum) bool {
		hold := d.share(s, q.key.facts == build.PermitFacts)
		if hold == all {
			take(s.Rows, s.Workers, s.Day, s.From)
		}
		return hold != some
	}
	q.see = func(row packed.RowDays) {
		if d.holds(row, q.key.facts == build.PermitFacts) {
			take(1, row.Workers, labour.Period{From: row.Day, To: row.Day}, labour.Period{From: row.Held.From, To: row.Held.From})
		}
	}
	err := q.answer(ctx, d.release)
	if err != nil {
		return nil, fmt.Errorf("count permits by their days: %w", err)
	}
	d.found = found
	return found, nil
}

// question asks the days of the permits.
func (d *permitDays) question() *daysQuestion {
	// A permit that is in force on a day may have been issued in a later year, and the other way round.
	return &daysQuestion{facts: viewFacts(build.PermitFacts), years: d.years, narrow: func(sb *sqlbuilder.SelectBuilder) {
		for _, cells := range d.cells {
			sb.Where(sb.In("d.cell", cells))
		}
	}}
}

// total counts the permits and their workers. Those in force on a day are its stock, and their workers are those present with
// those who had left by then.
func (d *permitDays) total(ctx context.Context) (rows, workers int, err error) {
	if d.stock == nil {
		found, err := d.find(ctx)
		if err != nil {
			return 0, 0, err
		}
		return found.rows, found.workers, nil
	}
	day := labour.Period{From: *d.on, To: *d.on}
	_, err = d.release.eachStock(ctx, d.stock.facts, nil, d.stock.on, day, nil, func(_ []string, through stockDays) error {
		stock := through.on(*d.on)
		rows += stock.Permits
		workers += stock.Workers
		return nil
	})
	if err != nil {
		return 0, 0, fmt.Errorf("count the permits in force: %w", err)
	}
	q := daysQuestion{facts: []any{build.RepatriationFacts}, years: day, narrow: func(sb *sqlbuilder.SelectBuilder) {
		sb.Where(sb.In("d.held", d.cells[0]))
	}}
	q.sum = func(s packed.DaysSum) bool {
		left := min(shareOfAll(s, day), shareUntil(s.Day, *d.on))
		if left == all {
			workers -= s.Workers
		}
		return left != some
	}
	q.see = func(row packed.RowDays) {
		if row.Held.Contains(*d.on) && row.Day <= *d.on {
			workers -= row.Workers
		}
	}
	if err := q.answer(ctx, d.release); err != nil {
		return 0, 0, fmt.Errorf("count the workers who had left: %w", err)
	}
	return rows, workers, nil
}

// lie finds between which days the permits in force lie, or a little more: a walk along an index is as good then, and no row
// is unpacked for it.
func (d *permitDays) lie(ctx context.Context) (*foundPermits, error) {
	if !build.HasSpans(d.release.schema) {
		return d.find(ctx)
	}
	if d.lies != nil {
		return d.lies, nil
	}
	found := &foundPermits{issued: packed.NoDays, from: packed.NoDays}
	q := d.question()
	q.sum = func(s packed.DaysSum) bool {
		dated := q.key.facts == build.PermitFacts
		if d.share(s, dated) == none {
			return true
		}
		found.undated = found.undated || !dated
		issued := labour.Period{From: d.on.AddDays(-s.After), To: d.on.AddDays(-s.Before)}.Clip(s.Day)
		from := labour.Period{From: d.on.AddDays(1 - s.Longest), To: *d.on}.Clip(s.From)
		if issued.Days() > 0 && from.Days() > 0 {
			found.issued, found.from = packed.Widen(found.issued, issued), packed.Widen(found.from, from)
		}
		return true
	}
	if err := q.answer(ctx, d.release); err != nil {
		return nil, fmt.Errorf("find between which days permits lie: %w", err)
	}
	d.lies = found
	return found, nil
}

// bound narrows a list that is sorted by a day to the days on which there are any of its permits; orderBy is where it is read.
func (d *permitDays) bound(ctx context.Context, sb *sqlbuilder.SelectBuilder, sortBy, orderBy string) error {
	switch {
	case d.on == nil:
	case sortBy == permitSort[PermitByIssuedOn]:
		found, err := d.lie(ctx)
		if err != nil {
			return err
		}
		sb.Where(sb.LessEqualThan(orderBy, found.issued.To.String()))
		if !found.undated {
			sb.Where(sb.GreaterEqualThan(orderBy, found.issued.From.String()))
		}
	case sortBy == permitSort[PermitByValidFrom]:
		found, err := d.lie(ctx)
		if err != nil {
			return err
		}
		sb.Where(sb.Between(orderBy, found.from.From.String(), found.from.To.String()))
	}
	return nil
}
