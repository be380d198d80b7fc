package build

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// permitChanges selects every permit as a row, with the day of its issue, its first and its last day, what it brings,
// and its wage; and every day on which workers were repatriated under a permit that was in force, as a row that
// takes them for the rest of the permit's days. Repatriations never take more than the permit has, as present(p, d)
// = max(0, ...) asks: each takes what is left to take. Rows come in the order of their cells, each the text of its
// dimensions: SQLite sorts by one text several times as fast as by six columns. It reads the tables and their masks,
// since permit_facts looks every permit's employer and rate up.
const permitChanges = `
WITH gone AS (
  SELECT permit_id, date,
         SUM(SUM(COALESCE(m.workers, r.workers))) OVER (PARTITION BY permit_id ORDER BY date) AS total,
         SUM(COALESCE(m.workers, r.workers)) AS that_day
  FROM repatriations r LEFT JOIN repatriation_masks m ON m.id = r.id
  WHERE permit_id IS NOT NULL
  GROUP BY permit_id, date
)
SELECT %[1]s, f.issued_on, f.valid_from, f.ends_on, COALESCE(m.workers, f.workers), 1,
       COALESCE(m.wage_monthly, f.wage_monthly), f.wage_currency, COALESCE(m.permits, 1)
FROM permits f LEFT JOIN permit_masks m ON m.id = f.id
UNION ALL
SELECT %[1]s, NULL, MAX(g.date, f.valid_from), f.ends_on,
       MIN(COALESCE(m.workers, f.workers), g.total - g.that_day) - MIN(COALESCE(m.workers, f.workers), g.total), 0, NULL, NULL, 0
FROM gone g
JOIN permits f ON f.id = g.permit_id
LEFT JOIN permit_masks m ON m.id = f.id
WHERE f.valid_from <> '' AND f.valid_from <= f.ends_on AND g.date <= f.ends_on
ORDER BY 1`

// industryOf returns the industry of a permit: its own, else its employer's.
const industryOf = `COALESCE(f.industry, (SELECT e.industry FROM employers e WHERE e.id = f.employer_id))`

// permitChange is a row of permitChanges.
type permitChange struct {
	month       string      // of issue, such as 2017-12; "" where nothing is issued
	first, last labour.Date // in force; never where first is after last, or either is not known
	brings      packed.Change
	issued      int      // permits, as they are counted: masked where the permit is
	wage        *float64 // of a worker in a month, in the currency of reports; nil where it is unknown
}

// rates are exchange rates by currency and year.
type rates map[[2]string]float64

func readRates(ctx context.Context, q sqlite.Querier) (rates, error) {
	known := rates{}
	err := sqlite.Each(ctx, q, func(rows *sql.Rows) error {
		var of [2]string
		var rate float64
		err := rows.Scan(&of[0], &of[1], &rate)
		known[of] = rate
		return err
	}, `SELECT currency, year, rate FROM exchange_rates`)
	if err != nil {
		return nil, fmt.Errorf("read the exchange rates: %w", err)
	}
	return known, nil
}

// change reads a row of permitChanges.
func (r rates) change(values []any) (c permitChange, err error) {
	c.first, c.last = 1, 0
	if from, to := values[2].(string), values[3].(string); from != "" && to != "" {
		if c.first, err = labour.ParseDate(from); err != nil {
			return c, err
		}
		c.last, err = labour.ParseDate(to)
	}
	c.brings = packed.Change{Workers: int(values[4].(int64)), Permits: int(values[5].(int64))}
	c.issued = int(values[8].(int64))
	if issued, _ := values[1].(string); issued != "" {
		c.month = issued[:len("2017-12")]
	}
	if wage, ok := values[6].(float64); ok && c.month != "" {
		currency, _ := values[7].(string)
		if rate, known := r[[2]string{currency, c.month[:len("2017")]}]; known {
			wage *= rate
			c.wage = &wage
		}
	}
	return c, err
}

// inForce reports whether the change ever comes to anything.
func (c *permitChange) inForce() bool { return c.first <= c.last }

// ends returns the day on which the change is undone, or false: what runs to the end of the calendar never ends.
func (c *permitChange) ends() (labour.Date, bool) { return c.last + 1, c.last < packed.EndOfCalendar }

// buildFromPermits fills every rollup of the stock, and the finest of the permits issued, in one pass over the
// permits. It gives the first and the last day on which the stock changes.
func buildFromPermits(ctx context.Context, q sqlite.Querier) (labour.Period, error) {
	span := packed.NoDays
	var builders []*builder
	for _, r := range Rollups {
		if r.Facts != StockFacts && r.Name != finest(PermitFacts).Name {
			continue
		}
		b, err := newBuilder(ctx, q, r)
		if err != nil {
			return span, fmt.Errorf("build %s: %w", r.Name, err)
		}
		defer b.rows.Close()
		builders = append(builders, b)
	}
	rates, err := readRates(ctx, q)
	if err != nil {
		return span, err
	}
	columns := finest(StockFacts).columns()
	columns[slices.Index(columns, "industry")] = industryOf
	var entered string
	err = sqlite.EachValues(ctx, q, 9, func(values []any) error {
		c, err := rates.change(values)
		if err != nil {
			return err
		}
		if cell := values[0].(string); cell != entered {
			entered = cell
			dimensions := strings.Split(cell, sqlite.FieldEnd)
			for _, b := range builders {
				if err := b.enter(ctx, dimensions[:len(b.rollup.by)]); err != nil {
					return fmt.Errorf("build %s: %w", b.rollup.Name, err)
				}
			}
		}
		if c.inForce() {
			if span == packed.NoDays {
				span = labour.Period{From: c.first, To: c.first}
			}
			span = labour.Period{From: min(span.From, c.first), To: max(span.To, c.first)}
			if day, ends := c.ends(); ends {
				span.To = max(span.To, day)
			}
		}
		for _, b := range builders {
			b.figures.add(&c)
		}
		return nil
	}, fmt.Sprintf(permitChanges, sqlite.Joined(columns, sqlite.FieldEnd)))
	if err != nil {
		return span, fmt.Errorf("follow the permits: %w", err)
	}
	for _, b := range builders {
		if err := b.finish(ctx, q); err != nil {
			return span, fmt.Errorf("build %s: %w", b.rollup.Name, err)
		}
	}
	return span, nil
}

// builder writes one rollup of permits. Its cells arrive one after another, each with all of its changes.
type builder struct {
	rollup  Rollup
	rows    *sqlite.Batch
	cell    []string
	figures figures // of the cell
}

// figures are what a rollup has of one cell: some rows, one for each part of time.
type figures interface {
	time() string    // the column that is indexed beside the region
	columns() string // all of them, with their types
	add(*permitChange)
	// flush hands out the values of each row, in the order of time, and begins anew.
	flush(put func(values ...any) error) error
}

func newBuilder(ctx context.Context, q sqlite.Querier, r Rollup) (*builder, error) {
	b := &builder{rollup: r, figures: stockFigures{}}
	if r.Facts == PermitFacts {
		b.figures = issueFigures{}
	}
	dimensions := strings.Join(r.columns(), " TEXT, ") + " TEXT, "
	dimensions = strings.Replace(dimensions, "synthetic TEXT", "synthetic INTEGER", 1)
	columns := b.figures.columns()
	_, err := sqlite.Run(ctx, q, fmt.Sprintf("CREATE TABLE main.%s (%s%s)", r.Name, dimensions, columns))
	if err != nil {
		return nil, err
	}
	b.rows, err = sqlite.NewBatch(ctx, q, "INSERT INTO main."+r.Name, len(r.by)+1+strings.Count(columns, ","))
	return b, err
}

// enter makes a cell the one that changes are added to, and writes the one before.
func (b *builder) enter(ctx context.Context, cell []string) error {
	if slices.Equal(b.cell, cell) {
		return nil
	}
	if err := b.write(ctx); err != nil {
		return err
	}
	b.cell = append(b.cell[:0], cell...)
	return nil
}

func (b *builder) write(ctx context.Context) error {
	row := make([]any, len(b.cell), len(b.cell)+5)
	for i, v := range b.cell {
		if v != "" {
			row[i] = v
		}
	}
	return b.figures.flush(func(values ...any) error {
		return b.rows.Put(ctx, append(row, values...)...)
	})
}

// finish writes the last cell, and makes the index.
func (b *builder) finish(ctx context.Context, q sqlite.Querier) error {
	if err := b.write(ctx); err != nil {
		return err
	}
	if err := b.rows.Flush(ctx); err != nil {
		return err
	}
	_, err := sqlite.Run(ctx, q, fmt.Sprintf("CREATE INDEX main.%s_by_region ON %[1]s (region_code, %s)",
		b.rollup.Name, b.figures.time()))
	return err
}

// stockFigures are how many workers more are present, and permits more in force, from a day on.
type stockFigures map[labour.Date]packed.Change

func (stockFigures) time() string { return "year" }
func (stockFigures) columns() string {
	return "year INTEGER NOT NULL, until INTEGER NOT NULL, changes BLOB NOT NULL"
}

func (f stockFigures) add(c *permitChange) {
	if !c.inForce() {
		return
	}
	sum := f[c.first]
	f[c.first] = packed.Change{Workers: sum.Workers + c.brings.Workers, Permits: sum.Permits + c.brings.Permits}
	if day, ends := c.ends(); ends {
		sum = f[day]
		f[day] = packed.Change{Workers: sum.Workers - c.brings.Workers, Permits: sum.Permits - c.brings.Permits}
	}
}

func (f stockFigures) flush(put func(values ...any) error) error {
	for _, row := range packed.PackYears(f) {
		if err := put(row.Year, row.Until, row.Changes); err != nil {
			return err
		}
	}
	clear(f)
	return nil
}

// issueFigures are what was issued in a month, such as 2017-12.
type issueFigures map[string]*issued

type issued struct {
	permits, workers int
	wages            sqlite.Sum
	wageWorkers      sql.NullInt64 // whose wage is known
}

func (issueFigures) time() string { return "month" }
func (issueFigures) columns() string {
	return "month TEXT NOT NULL, permits INTEGER NOT NULL, workers INTEGER NOT NULL, wage_total REAL, wage_workers INTEGER"
}

func (f issueFigures) add(c *permitChange) {
	if c.month == "" {
		return
	}
	sum, known := f[c.month]
	if !known {
		sum = &issued{}
		f[c.month] = sum
	}
	sum.permits += c.issued
	sum.workers += c.brings.Workers
	if c.wage != nil {
		sum.wages.Add(*c.wage * float64(c.brings.Workers))
		sum.wageWorkers = sql.NullInt64{Int64: sum.wageWorkers.Int64 + int64(c.brings.Workers), Valid: true}
	}
}

func (f issueFigures) flush(put func(values ...any) error) error {
	for _, month := range slices.Sorted(maps.Keys(f)) {
		sum := f[month]
		wages := sql.NullFloat64{Float64: sum.wages.Total(), Valid: sum.wageWorkers.Valid}
		if err := put(month, sum.permits, sum.workers, wages, sum.wageWorkers); err != nil {
			return err
		}
	}
	clear(f)
	return nil
}
