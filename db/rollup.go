package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"homebound/internal/labour"
)

// rollup is a table of figures summed up when a release is built, so that a report costs what its answer has and not what
// the register has. A rollup answers a question whose groups and filters are among its dimensions.
type rollup struct {
	name  string
	facts string // what it sums: stockFacts day by day, the others by month
	by    []labour.Dimension
}

// rollups lists every rollup; of several that cover a question the first one answers it, so the smaller come first. The
// grains were chosen by measurement: docs/PERFORMANCE.md. Another rollup is another entry.
var rollups = []rollup{
	{"stock_by_region", stockFacts, []labour.Dimension{labour.ByRegion}},
	{"stock_by_cell", stockFacts, []labour.Dimension{labour.ByRegion, labour.ByNationality, labour.ByIndustry}},
	{"stock_by_employer", stockFacts, []labour.Dimension{labour.ByRegion, labour.ByNationality, labour.ByIndustry, labour.ByEmployer, bySynthetic, bySource}},

	{"issues_by_region", permitFacts, []labour.Dimension{labour.ByRegion}},
	{"issues_by_cell", permitFacts, []labour.Dimension{labour.ByRegion, labour.ByNationality, labour.ByIndustry}},

	{"departures_by_region", repatriationFacts, []labour.Dimension{labour.ByRegion, labour.ByOutcome}},
	{"departures_by_cell", repatriationFacts, []labour.Dimension{labour.ByRegion, labour.ByNationality, labour.ByIndustry, labour.ByOutcome}},
}

// Dimensions of filters and rollups alone: whether rows are synthetic, and where they come from.
const (
	bySynthetic = labour.Dimension("SYNTHETIC")
	bySource    = labour.Dimension("SOURCE")
)

// columns names the rollup's dimensions in SQL.
func (r rollup) columns() []string {
	names := make([]string, len(r.by))
	for i, d := range r.by {
		names[i] = strings.TrimPrefix(dimensionColumn(d), "f.")
	}
	return names
}

// covers tells whether all of some dimensions are among the rollup's. A district is made of regions.
func (r rollup) covers(dimensions []labour.Dimension) bool {
	for _, d := range dimensions {
		if d == labour.ByDistrict {
			d = labour.ByRegion
		}
		if !slices.Contains(r.by, d) {
			return false
		}
	}
	return true
}

// smallest gives the first rollup of some facts that covers all of some dimensions, or false.
func smallest(facts string, dimensions []labour.Dimension) (rollup, bool) {
	for _, r := range rollups {
		if r.facts == facts && r.covers(dimensions) {
			return r, true
		}
	}
	return rollup{}, false
}

// build makes the rollups anew from the register. The coarser ones of a flow are summed up from the finer.
func build(ctx context.Context, q querier) error {
	built := map[string]string{} // by facts, the rollup made last
	for _, r := range slices.Backward(rollups) {
		if _, err := run(ctx, q, `DROP TABLE IF EXISTS main.`+r.name); err != nil {
			return fmt.Errorf("clear %s: %w", r.name, err)
		}
		if r.facts == stockFacts {
			continue
		}
		if err := r.buildFlow(ctx, q, built[r.facts]); err != nil {
			return fmt.Errorf("build %s: %w", r.name, err)
		}
		built[r.facts] = r.name
	}
	stock, err := buildStocks(ctx, q)
	if err != nil {
		return err
	}
	_, err = run(ctx, q, `INSERT INTO main.spans
		SELECT ?, MIN(issued_on), MAX(issued_on) FROM permits HAVING COUNT(*) > 0 UNION ALL
		SELECT ?, MIN(date), MAX(date) FROM repatriations HAVING COUNT(*) > 0 UNION ALL
		SELECT ?, ?, ? WHERE ?`, permitFacts, repatriationFacts, stockFacts, stock.From.String(), stock.To.String(), stock.Days() > 0)
	if err != nil {
		return fmt.Errorf("keep the spans of the facts: %w", err)
	}
	return nil
}

// flowColumns are what a rollup of flows sums up for each month, from rows of the register and from a finer rollup.
var flowColumns = map[string]struct{ rows, finer string }{
	permitFacts: {
		"substr(f.issued_on, 1, 7) AS month, COUNT(*) AS permits, SUM(f.workers) AS workers, SUM(f.wage * f.workers) AS wage_total, " +
			"SUM(CASE WHEN f.wage IS NOT NULL THEN f.workers END) AS wage_workers",
		"f.month AS month, SUM(f.permits) AS permits, SUM(f.workers) AS workers, SUM(f.wage_total) AS wage_total, SUM(f.wage_workers) AS wage_workers",
	},
	repatriationFacts: {"substr(f.date, 1, 7) AS month, SUM(f.workers) AS workers", "f.month AS month, SUM(f.workers) AS workers"},
}

func (r rollup) buildFlow(ctx context.Context, q querier, finer string) error {
	from, columns := r.facts, flowColumns[r.facts].rows
	if finer != "" {
		from, columns = finer, flowColumns[r.facts].finer
	}
	dimensions := "f." + strings.Join(r.columns(), ", f.")
	_, err := run(ctx, q, fmt.Sprintf("CREATE TABLE main.%s AS SELECT %s, %s FROM %s AS f GROUP BY %[2]s, month ORDER BY %[2]s, month",
		r.name, dimensions, columns, from))
	if err != nil {
		return err
	}
	_, err = run(ctx, q, fmt.Sprintf("CREATE INDEX main.%s_by_region ON %[1]s (region_code, month)", r.name))
	return err
}

// permitLives gives every permit that is ever in force as one row: its cell, its first day with the workers it brings, and
// its last day with those that go after it; and every day on which workers were repatriated under it while it was in force.
// Repatriations never take more than the permit has, as present(p, d) = max(0, ...) asks: each takes what is left to take.
// Cells come in the order of the finest rollup's dimensions.
const permitLives = `
WITH gone AS (
  SELECT permit_id, date,
         SUM(SUM(workers)) OVER (PARTITION BY permit_id ORDER BY date) AS total,
         SUM(workers) AS that_day
  FROM repatriations
  WHERE permit_id IS NOT NULL
  GROUP BY permit_id, date
),
lost AS (
  SELECT p.id, MAX(g.date, p.valid_from) AS day, MIN(p.workers, g.total) - MIN(p.workers, g.total - g.that_day) AS workers
  FROM gone g
  JOIN permits p ON p.id = g.permit_id
  WHERE p.valid_from <= p.ends_on AND g.date <= p.ends_on
),
lost_in_all AS (SELECT id, SUM(workers) AS workers FROM lost GROUP BY id)
SELECT p.region_code, p.nationality, COALESCE(p.industry, e.industry), p.employer_id, p.synthetic, p.source_id,
       p.valid_from, p.workers, 1, p.ends_on, p.workers - COALESCE(l.workers, 0)
FROM permits p
LEFT JOIN employers e ON e.id = p.employer_id
LEFT JOIN lost_in_all l ON l.id = p.id
WHERE p.valid_from <= p.ends_on
UNION ALL
SELECT p.region_code, p.nationality, COALESCE(p.industry, e.industry), p.employer_id, p.synthetic, p.source_id, l.day, -l.workers, 0, NULL, 0
FROM lost l
JOIN permits p ON p.id = l.id
LEFT JOIN employers e ON e.id = p.employer_id
WHERE l.workers > 0
ORDER BY 1, 2, 3, 4, 5, 6`

// buildStocks fills every rollup of the stock in one pass over the changes, and gives the first and the last day of a change.
func buildStocks(ctx context.Context, q querier) (labour.Period, error) {
	span := noDays
	var builders []*stockBuilder
	var order []labour.Dimension
	for _, r := range rollups {
		if r.facts != stockFacts {
			continue
		}
		b, err := newStockBuilder(ctx, q, r)
		if err != nil {
			return span, fmt.Errorf("build %s: %w", r.name, err)
		}
		defer b.insert.Close()
		builders = append(builders, b)
		if len(r.by) > len(order) {
			order = r.by
		}
	}
	var cell [6]sql.NullString
	var day labour.Date
	var last *labour.Date
	var brings change
	var takes int
	err := each(ctx, q, func(rows *sql.Rows) error {
		if err := rows.Scan(&cell[0], &cell[1], &cell[2], &cell[3], &cell[4], &cell[5], date(&day), &brings.workers, &brings.permits, optionalDate(&last), &takes); err != nil {
			return err
		}
		ends := last != nil && *last < endOfCalendar // what runs to the end of the calendar never ends
		final := day
		if ends {
			final = *last + 1
		}
		if span == noDays {
			span = labour.Period{From: day, To: final}
		}
		span = labour.Period{From: min(span.From, day), To: max(span.To, final)}
		for _, b := range builders {
			if err := b.enter(ctx, cell[:len(b.rollup.by)]); err != nil {
				return err
			}
			b.add(day, brings)
			if ends {
				b.add(final, change{-takes, -1})
			}
		}
		return nil
	}, permitLives)
	if err != nil {
		return span, fmt.Errorf("follow the stock: %w", err)
	}
	for _, b := range builders {
		if err := b.flush(ctx); err != nil {
			return span, fmt.Errorf("build %s: %w", b.rollup.name, err)
		}
	}
	return span, nil
}

// stockBuilder writes one rollup of the stock. Its cells arrive one after another, each with all of its changes.
type stockBuilder struct {
	rollup  rollup
	insert  *sql.Stmt
	cell    []sql.NullString
	changes map[labour.Date]change
}

func newStockBuilder(ctx context.Context, q querier, r rollup) (*stockBuilder, error) {
	columns := strings.Join(r.columns(), " TEXT, ") + " TEXT"
	columns = strings.Replace(columns, "synthetic TEXT", "synthetic INTEGER", 1)
	if _, err := run(ctx, q, fmt.Sprintf("CREATE TABLE main.%s (%s, year INTEGER NOT NULL, until INTEGER NOT NULL, changes BLOB NOT NULL)", r.name, columns)); err != nil {
		return nil, err
	}
	if _, err := run(ctx, q, fmt.Sprintf("CREATE INDEX main.%s_by_region ON %[1]s (region_code, year)", r.name)); err != nil {
		return nil, err
	}
	insert, err := q.PrepareContext(ctx, fmt.Sprintf("INSERT INTO main.%s VALUES (%s?, ?, ?)", r.name, strings.Repeat("?, ", len(r.by))))
	return &stockBuilder{rollup: r, insert: insert, changes: map[labour.Date]change{}}, err
}

// enter makes a cell the one that changes are added to, and writes the one before.
func (b *stockBuilder) enter(ctx context.Context, cell []sql.NullString) error {
	if slices.Equal(b.cell, cell) {
		return nil
	}
	if err := b.flush(ctx); err != nil {
		return err
	}
	b.cell = append(b.cell[:0], cell...)
	return nil
}

func (b *stockBuilder) add(day labour.Date, c change) {
	sum := b.changes[day]
	b.changes[day] = change{sum.workers + c.workers, sum.permits + c.permits}
}

// flush writes the cell that is complete.
func (b *stockBuilder) flush(ctx context.Context) error {
	for _, row := range packYears(b.changes) {
		values := make([]any, 0, len(b.cell)+3)
		for _, v := range b.cell {
			values = append(values, v)
		}
		if _, err := b.insert.ExecContext(ctx, append(values, row.year, row.until, row.changes)...); err != nil {
			return translate(ctx, err)
		}
	}
	clear(b.changes)
	return nil
}
