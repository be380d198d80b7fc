package db

import (
	"context"
	"fmt"
	"reflect"

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
	years   labour.Period // in which a permit that holds is counted

	found *foundPermits // once it has counted
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
	// All that the days know; a field that is added to the filter is not among it until somebody says so here.
	rest := f
	rest.Within, rest.BoundariesOn, rest.Industries, rest.Nationalities, rest.Synthetic = nil, nil, nil, nil, nil
	if reflect.ValueOf(rest).IsZero() {
		return nil // and nothing is about days
	}
	rest.Issued, rest.InForceOn, rest.Counted = DateRange{}, nil, nil
	// Of permits whose day of issue is not known, the days have those alone that are in force on any.
	undated := f.Issued.From == nil && f.Issued.To != nil && r.Gaps()[labour.NoIssueDay] > 0
	resolved.more = nil
	list := &Counted{release: r, facts: resolved, on: r.LastDay(f.BoundariesOn)}
	if r.confidential > 0 || undated || !reflect.ValueOf(rest).IsZero() || !list.isCovered() {
		return nil
	}
	d := &permitDays{release: r, cells: []*sqlbuilder.SelectBuilder{list.cells(build.PermitFacts)},
		years: f.Issued.period()}
	if f.InForceOn != nil {
		d.years = d.years.Clip(labour.Period{From: *f.InForceOn, To: *f.InForceOn})
	}
	if behind := f.Counted; behind != nil {
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
		return (f.InForceOn == nil || permit.Held.Contains(*f.InForceOn)) && f.Issued.Holds(day) &&
			(f.Counted == nil || f.Counted.holds(permit, dated))
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
		if f.Counted != nil {
			hold = min(hold, f.Counted.share(permits, dated))
		}
		return hold
	}
	return d
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
	q := daysQuestion{narrow: func(sb *sqlbuilder.SelectBuilder) {
		sb.Where(sb.In("d.facts", viewFacts(build.PermitFacts)...))
		for _, cells := range d.cells {
			sb.Where(sb.In("d.cell", cells))
		}
		// A permit that is in force on a day may have been issued in a later year, and the other way round.
		sb.Where(sb.LessEqualThan("d.year", d.years.To.Year()), sb.GreaterEqualThan("d.until", d.years.From.Year()))
	}}
	take := func(s packed.DaysSum) {
		found.rows += s.Rows
		found.workers += s.Workers
		found.undated = found.undated || q.key.facts != build.PermitFacts
		found.issued, found.from = packed.Widen(found.issued, s.Day), packed.Widen(found.from, s.From)
	}
	q.sum = func(s packed.DaysSum) bool {
		hold := d.share(s, q.key.facts == build.PermitFacts)
		if hold == all {
			take(s)
		}
		return hold != some
	}
	q.see = func(row packed.RowDays) {
		if d.holds(row, q.key.facts == build.PermitFacts) {
			one := packed.NoRows
			one.Add(row)
			take(one)
		}
	}
	err := q.answer(ctx, d.release)
	if err != nil {
		return nil, fmt.Errorf("count permits by their days: %w", err)
	}
	d.found = found
	return found, nil
}

// bound narrows a list that is sorted by a day to the days on which there are any of its permits.
func (d *permitDays) bound(ctx context.Context, sb *sqlbuilder.SelectBuilder, sortBy string, inForceOn *labour.Date) error {
	switch {
	case inForceOn == nil:
	case sortBy == permitSort[PermitByValidTo]: // a permit is in force to its last day at most
		sb.Where(sb.GreaterEqualThan(sortBy, inForceOn.String()))
	case sortBy == permitSort[PermitByIssuedOn]:
		found, err := d.find(ctx)
		if err != nil {
			return err
		}
		sb.Where(sb.LessEqualThan(sortBy, found.issued.To.String()))
		if !found.undated {
			sb.Where(sb.GreaterEqualThan(sortBy, found.issued.From.String()))
		}
	case sortBy == permitSort[PermitByValidFrom]:
		found, err := d.find(ctx)
		if err != nil {
			return err
		}
		sb.Where(sb.Between(sortBy, found.from.From.String(), found.from.To.String()))
	}
	return nil
}
