package db

import (
	"context"
	"slices"

	"homebound/internal/labour"
)

// StockWithheld tells for each of some days whether the workers present on it may not be shown. What StockOn and
// StockChanges give is exact, for the models to compute with.
func (r *Release) StockWithheld(ctx context.Context, f StockFilter, days []labour.Date) ([]bool, error) {
	withheld := make([]bool, len(days))
	for i, day := range days {
		if first := slices.Index(days, day); first < i {
			withheld[i] = withheld[first]
			continue
		}
		rows, err := r.guarded(ctx, f, labour.Period{From: day, To: day}, "", nil, labour.WorkersPresent)
		if err != nil {
			return nil, err
		}
		withheld[i] = rows[0].Withheld(labour.WorkersPresent)
	}
	return withheld, nil
}

// StockWithheldIn tells for which calendar units of a period, or for the whole where granularity is "", the workers
// present at its end or through it may not be shown.
func (r *Release) StockWithheldIn(ctx context.Context, f StockFilter, p labour.Period, granularity labour.Granularity) (map[labour.Period]bool, error) {
	rows, err := r.guarded(ctx, f, p, granularity, nil, labour.WorkersPresent, labour.WorkerDays)
	if err != nil {
		return nil, err
	}
	withheld := map[labour.Period]bool{}
	for _, row := range rows {
		withheld[row.Period] = row.Withheld(labour.WorkersPresent) || row.Withheld(labour.WorkerDays)
	}
	return withheld, nil
}

// DepartedWithheld reports whether the workers repatriated in a period by some outcomes may not be shown. What
// Departed gives is exact, for the models to compute with.
func (r *Release) DepartedWithheld(ctx context.Context, f StockFilter, p labour.Period, outcomes []labour.Outcome) (bool, error) {
	rows, err := r.guarded(ctx, f, p, "", outcomes, labour.WorkersRepatriated)
	if err != nil {
		return false, err
	}
	return rows[0].Withheld(labour.WorkersRepatriated), nil
}

// guarded asks a report for a model's figures.
func (r *Release) guarded(ctx context.Context, f StockFilter, p labour.Period, granularity labour.Granularity, outcomes []labour.Outcome, measures ...labour.Measure) ([]ReportRow, error) {
	q := ReportQuery{
		Filter:      ReportFilter{Nationalities: f.Nationalities, Outcomes: outcomes, Period: DateRange{&p.From, &p.To}},
		Granularity: granularity, BoundariesOn: &f.BoundariesOn, Measures: measures,
	}
	if f.Within != "" {
		q.Filter.Within = []string{f.Within}
	}
	rep, err := r.Report(ctx, q)
	if err != nil {
		return nil, err
	}
	return rep.Rows, nil
}
