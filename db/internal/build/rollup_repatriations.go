package build

import (
	"context"
	"database/sql"
	"fmt"

	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
)

// departures reads repatriations in the order of keys, so that the same content comes out the same: a row's own cell, and
// the cell of its permit, empty where none was in force; its days: the date, then the first and last in force or none; the
// workers of the permit, and how many had been repatriated under it before this row, and with it; the wage, its currency,
// the permit's region and the year of its rate; its employer, and that of the permit.
//
// Repatriations are joined with permits and their masks: permit_facts would be made whole first, with an index of its own.
var departures = `
SELECT ` + cellOf("r", "COALESCE("+industryOfPermit+", (SELECT industry FROM employers WHERE id = r.employer_id))", baseOutcome) + `,
       CASE WHEN ` + isInForce + ` THEN ` + cellOf("p", industryOfPermit, "''") + ` ELSE '' END,
       r.date, p.valid_from, p.ends_on,
       COALESCE(pm.workers, p.workers, 0), g.gone - g.workers, g.gone, COALESCE(pm.wage_monthly, p.wage_monthly),
       p.wage_currency, p.region_code, substr(COALESCE(NULLIF(p.issued_on, ''), p.valid_from), 1, 4),
       r.employer_id, p.employer_id
FROM (SELECT r.id, COALESCE(m.workers, r.workers) AS workers,
             SUM(COALESCE(m.workers, r.workers)) OVER (PARTITION BY permit_id ORDER BY date, r.id) AS gone
      FROM repatriations r LEFT JOIN repatriation_masks m ON m.id = r.id) g
JOIN repatriations r ON r.id = g.id
LEFT JOIN permits p ON p.id = r.permit_id
LEFT JOIN permit_masks pm ON pm.id = p.id
ORDER BY r.id`

const (
	isInForce        = "(p.valid_from <> '' AND p.valid_from <= p.ends_on)"
	industryOfPermit = "COALESCE(p.industry, (SELECT e.industry FROM employers e WHERE e.id = p.employer_id))"
)

// cellOf returns the expression of a cell: the text of region, nationality, industry, outcome, source and mark.
func cellOf(row, industry, outcome string) string {
	return sqlite.Joined([]string{row + ".region_code", row + ".nationality", industry, outcome, row + ".source_id",
		row + ".synthetic"}, sqlite.FieldEnd)
}

// baseOutcome is what a repatriation counts as: see repatriation_facts.
const baseOutcome = "COALESCE((SELECT o.base_outcome FROM outcomes o WHERE o.code = r.outcome), r.outcome)"

// departure is what is read of a repatriation: see departures.
type departure struct {
	own, under                    sql.RawBytes // cells
	date, from, to                sql.RawBytes
	workers, before, with         int
	wage                          sql.NullFloat64
	currency, region, year        sql.RawBytes
	employer, employerOfThePermit sql.RawBytes
}

// seeRepatriations takes in the repatriations, once the permits were seen.
func (r *register) seeRepatriations(ctx context.Context, q sqlite.Querier) error {
	var d departure
	err := sqlite.Each(ctx, q, func(rows *sql.Rows) error {
		err := rows.Scan(&d.own, &d.under, &d.date, &d.from, &d.to, &d.workers, &d.before, &d.with, &d.wage, &d.currency, &d.region,
			&d.year, &d.employer, &d.employerOfThePermit)
		if err != nil {
			return err
		}
		return r.seeRepatriation(ctx, &d)
	}, departures)
	if err != nil {
		return fmt.Errorf("follow the repatriations: %w", err)
	}
	return nil
}

// seeRepatriation takes in a repatriation: what it is by itself, what it takes from its permit, and its days. Repatriations
// never take more than a permit has, as present(p, d) = max(0, ...) asks: each takes what is left to take.
func (r *register) seeRepatriation(ctx context.Context, d *departure) error {
	own, err := r.codes.cellNamed(d.own)
	if err != nil {
		return err
	}
	employer, err := r.codes.employer(d.employer)
	if err != nil {
		return err
	}
	behind, err := r.codes.employer(d.employerOfThePermit)
	if err != nil {
		return err
	}
	day, err := r.parse(d.date)
	if err != nil {
		return err
	}
	err = r.gone.add(permitChange{cell: own, employer: employer.place, day: day, dated: true,
		brings: packed.Change{Workers: d.with - d.before}})
	if err != nil {
		return err
	}
	at := block{facts: RepatriationFacts, cell: r.days.number(own)}
	days := packed.RowDays{Day: day, Held: packed.NoDays}
	if len(d.under) > 0 {
		under, err := r.codes.cellNamed(d.under)
		if err != nil {
			return err
		}
		at.held = r.days.number(under)
		if days.Held.From, err = r.parse(d.from); err != nil {
			return err
		}
		if days.Held.To, err = r.parse(d.to); err != nil {
			return err
		}
		if day <= days.Held.To {
			days.Workers = min(d.workers, d.before) - min(d.workers, d.with)
			c := permitChange{cell: under, employer: behind.place, first: max(day, days.Held.From), last: days.Held.To,
				brings: packed.Change{Workers: days.Workers}}
			r.inForce(&c)
			if err := r.changes.add(c); err != nil {
				return err
			}
		}
	}
	if d.wage.Valid && days.Workers != 0 {
		if wage, known := r.local.of(d.wage.Float64, string(d.currency), string(d.region), string(d.year)); known {
			days.Wage = packed.PackWage(wage)
		}
	}
	return r.days.add(ctx, at, days, int(employer.place), int(behind.place))
}

// buildFromRepatriations fills the rollups of the departures by day and the finest of those by month, in one pass.
func (r *register) buildFromRepatriations(ctx context.Context, q *sql.Conn) error {
	dimensions := func(cell uint64) []string { return append(r.codes.texts(cell), r.codes.outcomes.in(cell)) }
	err := r.follow(ctx, q, &r.gone, func(of Rollup) bool {
		return of.Facts == DepartureDays || of.Name == finest(RepatriationFacts).Name
	}, dimensions, departureSums{r.sums})
	if err != nil {
		return fmt.Errorf("sum up the repatriations: %w", err)
	}
	return nil
}
