package build

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"

	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// permitChange is what a permit, or a repatriation under one, brings to the rollups: of a permit the day of its
// issue, its first and its last day, what it brings, and its wage; of a repatriation under a permit that was in
// force, what it takes for the rest of the permit's days.
type permitChange struct {
	cell        uint64 // sorts as the codes of the cell do: see cells
	employer    uint32 // likewise; 0 for none
	day         labour.Date
	first, last labour.Date // in force; never where first is after last
	brings      packed.Change
	issued      int             // permits, as they are counted: masked where the permit is
	dated       bool            // whether anything is issued, on day
	priced      bool            // whether the wage is known
	unpriced    bool            // there is a wage, and no rate for it
	pays        bool            // there is a wage
	wage        float64         // in the currency of the release
	paid        float64         // in its own
	currency    packed.Currency // its own
}

// never is the first and the last day in force of what never is.
var never = labour.Period{From: 1, To: 0}

// inForce reports whether the change ever comes to anything.
func (c *permitChange) inForce() bool { return c.first <= c.last }

// ends returns the day on which the change is undone, or false: what runs to the end of the calendar never ends.
func (c *permitChange) ends() (labour.Date, bool) { return c.last + 1, c.last < packed.EndOfCalendar }

func (c *permitChange) compare(other *permitChange) int {
	return cmp.Or(cmp.Compare(c.cell, other.cell), cmp.Compare(c.employer, other.employer))
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

// departuresUnderPermits selects every day on which workers were repatriated under a permit that was in force: the
// codes of the permit's cell, its employer, the days that are left of it, and the workers that it loses.
// Repatriations never take more than the permit has, as present(p, d) = max(0, ...) asks: each takes what is left to
// take.
const departuresUnderPermits = `
WITH gone AS (
  SELECT permit_id, date,
         SUM(SUM(COALESCE(m.workers, r.workers))) OVER (PARTITION BY permit_id ORDER BY date) AS total,
         SUM(COALESCE(m.workers, r.workers)) AS that_day
  FROM repatriations r LEFT JOIN repatriation_masks m ON m.id = r.id
  WHERE permit_id IS NOT NULL
  GROUP BY permit_id, date
)
SELECT f.region_code, f.nationality, COALESCE(f.industry, ''), f.source_id, f.synthetic, COALESCE(f.employer_id, ''),
       MAX(g.date, f.valid_from), f.ends_on,
       MIN(COALESCE(m.workers, f.workers), g.total - g.that_day) - MIN(COALESCE(m.workers, f.workers), g.total)
FROM gone g
JOIN permits f ON f.id = g.permit_id
LEFT JOIN permit_masks m ON m.id = f.id
WHERE f.valid_from <> '' AND f.valid_from <= f.ends_on AND g.date <= f.ends_on
ORDER BY g.permit_id, g.date`

// addDepartures adds what permits lose to their changes.
func (r *register) addDepartures(ctx context.Context, q sqlite.Querier) error {
	var region, nationality, industry, source, employer sql.RawBytes
	err := sqlite.Each(ctx, q, func(rows *sql.Rows) error {
		var c permitChange
		var synthetic bool
		err := rows.Scan(&region, &nationality, &industry, &source, &synthetic, &employer, sqlite.Date(&c.first),
			sqlite.Date(&c.last), &c.brings.Workers)
		if err != nil {
			return err
		}
		of, err := r.codes.employer(employer)
		if err != nil {
			return err
		}
		c.employer = of.place
		if c.cell, err = r.codes.cell(region, nationality, industry, source, synthetic, of.industry); err != nil {
			return err
		}
		r.inForce(&c)
		return r.changes.add(c)
	}, departuresUnderPermits)
	if err != nil {
		return fmt.Errorf("follow the repatriations under permits: %w", err)
	}
	return nil
}

// buildFromPermits fills every rollup of the stock, and the finest of the permits issued, from the changes of the
// register in the order of their cells.
func (r *register) buildFromPermits(ctx context.Context, q *sql.Conn) (err error) {
	builders, err := newBuilders(ctx, q, r.days.numberOf, func(r Rollup) bool {
		return r.Facts == StockFacts || r.Facts == IssueDays || r.Name == finest(PermitFacts).Name
	})
	defer builders.close()
	if err != nil {
		return err
	}
	if err := r.addDepartures(ctx, q); err != nil {
		return err
	}
	var of permitChange // the one before
	begun := false
	err = r.changes.each(func(c *permitChange) error {
		if !begun || of.compare(c) != 0 {
			of, begun = *c, true
			cell := r.codes.texts(c.cell, c.employer)
			if err := builders.enter(ctx, cell); err != nil {
				return err
			}
			if err := r.sums.enter(ctx, cell); err != nil {
				return err
			}
		}
		builders.add(c)
		r.sums.addPermit(c)
		return nil
	})
	if err != nil {
		return fmt.Errorf("sum up the permits: %w", err)
	}
	return builders.finish(ctx, q)
}
