package build

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// permitChanges selects every permit as a row, with the day of its issue, its first and its last day, what it brings,
// and its wage; and every day on which workers were repatriated under a permit that was in force, as a row that
// takes them for the rest of the permit's days. Repatriations never take more than the permit has, as present(p, d)
// = max(0, ...) asks: each takes what is left to take. Rows come in the order of their cells, each the text of its
// dimensions: SQLite sorts by one text several times as fast as by six columns. It reads the tables and their masks,
// since permit_facts looks every permit's employer and rate up; in the order in which permits lie, since one of another
// index, which SQLite takes where nothing is known of them yet, fetches each from another page.
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
FROM permits f NOT INDEXED LEFT JOIN permit_masks m ON m.id = f.id
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
	day         labour.Date // of issue
	first, last labour.Date // in force; never where first is after last, or either is not known
	brings      packed.Change
	issued      int      // permits, as they are counted: masked where the permit is
	wage        *float64 // of a worker in a month, in the currency of reports; nil where it is unknown
	unpriced    bool     // there is a wage, and no rate for it
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
		if c.day, err = labour.ParseDate(issued); err != nil {
			return c, err
		}
	}
	if wage, ok := values[6].(float64); ok && c.month != "" {
		currency, _ := values[7].(string)
		if rate, known := r[[2]string{currency, c.month[:len("2017")]}]; known {
			wage *= rate
			c.wage = &wage
		}
		c.unpriced = c.wage == nil
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
	builders, err := newBuilders(ctx, q, func(r Rollup) bool {
		return r.Facts == StockFacts || r.Facts == IssueDays || r.Name == finest(PermitFacts).Name
	})
	defer builders.close()
	if err != nil {
		return span, err
	}
	rates, err := readRates(ctx, q)
	if err != nil {
		return span, err
	}
	columns := finest(StockFacts).columns()
	columns[slices.Index(columns, "industry")] = industryOf
	err = sqlite.EachValues(ctx, q, 9, func(values []any) error {
		c, err := rates.change(values)
		if err != nil {
			return err
		}
		if err := builders.add(ctx, values[0].(string), &c); err != nil {
			return err
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
		return nil
	}, fmt.Sprintf(permitChanges, sqlite.Joined(columns, sqlite.FieldEnd)))
	if err != nil {
		return span, fmt.Errorf("follow the permits: %w", err)
	}
	return span, builders.finish(ctx, q)
}
