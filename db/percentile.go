package db

import (
	"context"
	"fmt"
	"slices"

	"homebound/db/internal/build"
	"homebound/internal/labour"
)

// paid is a monthly wage and the workers whose permits name it.
type paid struct {
	wage    float64
	workers int
}

// WagePercentile returns the lowest monthly wage that at least some percent of the workers do not exceed whose permits were
// issued in a row's period and name a wage: 50 for the median. It may be asked for many rows at a time.
func (rep *Report) WagePercentile(ctx context.Context, row ReportRow, percent float64) (Figure, error) {
	rep.beside.mu.Lock()
	defer rep.beside.mu.Unlock()
	f := Figure{Unit: rep.Currency + " per month", Coverage: row.Coverage}
	if !(percent >= 0 && percent <= 100) {
		return f, labour.Faultf(labour.BadUserInput, "percent: expected a number from 0 to 100, found %v.", percent)
	}
	if slices.Contains(rep.Query.GroupBy, labour.ByOutcome) {
		return f, labour.Faultf(labour.BadUserInput, "wagePercentile: OUTCOME groups repatriations alone, which have no wage.")
	}
	if rep.Perturbed() {
		f.Why = "Rows are masked in this release, and a percentile would be the wage of one of them."
		return f, nil
	}
	of := rep.partOf(row)
	if of.beside.wages == nil {
		wages, err := of.again().wages(ctx)
		if err != nil {
			return f, err
		}
		of.beside.wages = wages
	}
	wages := of.beside.wages[of.Key(ReportRow{Group: row.Group, Period: row.Period})]
	workers := 0
	for _, p := range wages {
		workers += p.workers
	}
	below := 0
	for _, p := range wages {
		if below += p.workers; float64(below)*100 >= percent*float64(workers) {
			f.Value = &p.wage
			return f, nil
		}
	}
	f.Why = "No wage is known."
	return f, nil
}

// wages lists the wages of each group and period, rising, by key.
func (rep *Report) wages(ctx context.Context) (map[string][]paid, error) {
	found := map[string][]paid{}
	if rep.empty {
		return found, nil
	}
	t := rep.tally()
	if err := t.checkSize(); err != nil {
		return nil, err
	}
	sb := rep.grouped(t, build.PermitFacts, build.PermitFacts)
	wage := rep.wage(sb)
	granularity := labour.Granularity("")
	if t.cut {
		granularity = rep.Query.Granularity
	}
	sb.SelectMore(unitOf("f.issued_on", granularity), wage, "SUM(f.workers)")
	sb.Where(sb.Between("f.issued_on", rep.Period.From.String(), rep.Period.To.String()), "("+wage+") IS NOT NULL", "f.workers > 0")
	sortByFirst(sb, len(t.dimensions)+2)
	numbers := rep.units(t)
	var unit string
	var one paid
	err := rep.fold(ctx, t, sb, func(g *group) error {
		number, known := numbers[unit]
		if !known {
			return fmt.Errorf("the report has no period %q", unit)
		}
		row := ReportRow{Group: map[labour.Dimension]string{}, Period: t.periods[number]}
		for i, d := range t.dimensions {
			row.Group[d] = g.values[i]
		}
		key := rep.Key(row)
		found[key] = append(found[key], one)
		return nil
	}, &unit, &one.wage, &one.workers)
	return found, err
}
