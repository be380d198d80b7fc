package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"homebound/internal/labour"
)

// StockFilter says whose stock of workers is meant: in a region and everything in it (everywhere where it is ""), on the
// boundaries of a day, of some nationalities.
type StockFilter struct {
	Within        string
	BoundariesOn  labour.Date
	Nationalities []string
}

func (f StockFilter) facts(ctx context.Context, r *Release) (facts, error) {
	filter := ReportFilter{Nationalities: f.Nationalities}
	if f.Within != "" {
		filter.Within = []string{f.Within}
	}
	return r.resolve(ctx, filter, f.BoundariesOn)
}

// StockOn gives the workers present on each of some days, and the statement that ran.
func (r *Release) StockOn(ctx context.Context, f StockFilter, days []labour.Date) ([]int, string, error) {
	narrowed, err := f.facts(ctx, r)
	if err != nil {
		return nil, "", err
	}
	sb := flavour.NewSelectBuilder()
	sb.From(stockFacts + " AS f")
	stocks, into := make([]int, len(days)), make([]any, len(days))
	for i, day := range days {
		sb.SelectMore("COALESCE(SUM(CASE WHEN f.day <= " + sb.Var(day.String()) + " THEN f.workers END), 0)")
		into[i] = &stocks[i]
	}
	narrowed.narrow(sb, stockFacts)
	statement, args := sb.Build()
	if err := each(ctx, r.file, func(rows *sql.Rows) error { return rows.Scan(into...) }, statement, args...); err != nil {
		return nil, "", fmt.Errorf("read the stock: %w", err)
	}
	return stocks, shown(sb), nil
}

// Departed sums the workers repatriated from one day through another by outcome, and gives the statement that ran.
func (r *Release) Departed(ctx context.Context, f StockFilter, p labour.Period) (map[labour.Outcome]int, string, error) {
	narrowed, err := f.facts(ctx, r)
	if err != nil {
		return nil, "", err
	}
	sb := flavour.NewSelectBuilder()
	sb.Select("f.outcome", "SUM(f.workers)").From(repatriationFacts + " AS f").GroupBy("f.outcome").OrderBy("f.outcome").
		Where(sb.Between("f.date", p.From.String(), p.To.String()))
	narrowed.narrow(sb, repatriationFacts)
	statement, args := sb.Build()
	departed := map[labour.Outcome]int{}
	err = each(ctx, r.file, func(rows *sql.Rows) error {
		var outcome labour.Outcome
		var workers int
		if err := rows.Scan(&outcome, &workers); err != nil {
			return err
		}
		departed[outcome] = workers
		return nil
	}, statement, args...)
	if err != nil {
		return nil, "", fmt.Errorf("read the repatriations: %w", err)
	}
	return departed, shown(sb), nil
}

// StockChange says that from Day on Workers more are present in a region and an industry ("" where none is known).
type StockChange struct {
	Day              labour.Date
	Region, Industry string
	Workers          int
}

// StockChanges gives the changes of the stock in the order of days; those up to p.From come as of that day. It also gives
// the statement that it runs while it is ranged over.
func (r *Release) StockChanges(ctx context.Context, f StockFilter, p labour.Period) (iter.Seq2[StockChange, error], string, error) {
	narrowed, err := f.facts(ctx, r)
	if err != nil {
		return nil, "", err
	}
	sb := flavour.NewSelectBuilder()
	from := sb.Var(p.From.String())
	sb.Select("CASE WHEN f.day < "+from+" THEN "+from+" ELSE f.day END", "f.region_code", "f.industry", "SUM(f.workers)").From(stockFacts + " AS f")
	sb.Where(sb.LessEqualThan("f.day", p.To.String()))
	narrowed.narrow(sb, stockFacts)
	sortByFirst(sb, 3)
	statement, args := sb.Build()
	return func(yield func(StockChange, error) bool) {
		stopped := errors.New("stopped")
		err := each(ctx, r.file, func(rows *sql.Rows) error {
			var c StockChange
			if err := rows.Scan(date(&c.Day), &c.Region, text(&c.Industry), &c.Workers); err != nil {
				return err
			}
			if !yield(c, nil) {
				return stopped
			}
			return nil
		}, statement, args...)
		if err != nil && !errors.Is(err, stopped) {
			yield(StockChange{}, fmt.Errorf("read the changes of the stock: %w", err))
		}
	}, shown(sb), nil
}

// DepartedWage is the average monthly wage of the workers who departed from a region and an industry between two days, in
// the release's currency: of each permit's wage, weighted by the fall of its workers present.
type DepartedWage struct {
	Region, Industry string
	Monthly          float64
}

// DepartedWages gives the departed permits' own wages, and the statement that ran. Regions and industries without a known
// wage are left out.
func (r *Release) DepartedWages(ctx context.Context, f StockFilter, p labour.Period) ([]DepartedWage, string, error) {
	narrowed, err := f.facts(ctx, r)
	if err != nil {
		return nil, "", err
	}
	falls := flavour.NewSelectBuilder()
	falls.Select("f.region_code AS region_code", "f.industry AS industry", "f.wage AS wage").From(permitFacts + " AS f")
	present := func(day labour.Date) string {
		on := falls.Var(day.String())
		gone := "COALESCE((SELECT SUM(r.workers) FROM repatriations r WHERE r.permit_id = f.id AND r.date <= " + on + "), 0)"
		return "CASE WHEN f.valid_from <= " + on + " AND f.ends_on >= " + on + " AND f.workers > " + gone + " THEN f.workers - " + gone + " ELSE 0 END"
	}
	falls.SelectMore(present(p.From) + " - " + present(p.To) + " AS fall")
	day := p.From.String()
	falls.Where(falls.LessEqualThan("f.valid_from", day), falls.GreaterEqualThan("f.ends_on", day), "f.wage IS NOT NULL")
	narrowed.narrow(falls, permitFacts)

	sb := flavour.NewSelectBuilder()
	sb.Select("region_code", "industry", "SUM(wage * fall) / SUM(fall)").From(sb.BuilderAs(falls, "falls")).Where("fall > 0")
	sortByFirst(sb, 2)
	statement, args := sb.Build()
	wages, err := collect(ctx, r.file, func(rows *sql.Rows) (w DepartedWage, err error) {
		return w, rows.Scan(&w.Region, text(&w.Industry), &w.Monthly)
	}, statement, args...)
	if err != nil {
		return nil, "", fmt.Errorf("read the wages of those who departed: %w", err)
	}
	return wages, shown(sb), nil
}

// StockProvenance says which register rows stand behind a stock followed through a period.
func (r *Release) StockProvenance(ctx context.Context, f StockFilter, p labour.Period, sql []string) (Provenance, error) {
	narrowed, err := f.facts(ctx, r)
	if err != nil {
		return Provenance{}, err
	}
	provenance := Provenance{SQL: sql}
	b := &Behind{release: r, facts: narrowed, period: p, on: f.BoundariesOn, families: map[labour.Family]bool{labour.Stock: true}}
	return provenance, b.describe(ctx, &provenance)
}

// Cite adds sources, by id, and rows to a provenance.
func (r *Release) Cite(p *Provenance, ids []string, rows int) error {
	set := map[string]bool{}
	for _, id := range ids {
		set[id] = true
	}
	p.RowsRead += rows
	return r.addSources(p, set)
}
