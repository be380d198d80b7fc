package db

import (
	"context"
	"database/sql"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// registerCell is a combination of what filters narrow, but employers.
type registerCell struct {
	region, nationality, industry, outcome string // "" where there is none
	source                                 string
	synthetic                              bool
}

// touched is what a period counts of some rows of the register: how many there are, and the first and the last of
// their days in the period. Those of a repatriation that is counted for the stock alone are left out of the days.
type touched struct {
	rows int
	days labour.Period
}

// isCovered reports whether the days of the register answer what is asked. They know no employers.
func (b *Counted) isCovered() bool {
	_, yes := b.release.planner(build.DayFacts, b.facts.dimensions())
	return yes
}

// eachCell counts the rows behind a figure cell by cell, from the days of the register. A cell may come more than once.
func (b *Counted) eachCell(ctx context.Context, view string, visit func(registerCell, touched)) error {
	dayFamily := labour.IssueFlow
	if view == build.RepatriationFacts {
		dayFamily = labour.DepartureFlow
	}
	sb := sqlite.Flavour.NewSelectBuilder()
	own, held := "FALSE", "FALSE"
	if b.families[dayFamily] {
		own = sb.In("d.cell", b.cells(view))
	}
	if b.families[labour.Stock] {
		held = sb.In("d.held", b.cells(build.PermitFacts))
	}
	sb.Select("c.region_code", "c.nationality", "c.industry", "c.outcome", "c.source_id", "c.synthetic", own, held,
		"d.year", "d.days", "d.facts").
		From("register_days AS d").Join("register_cells AS c", "c.id = d.cell").
		Where(sb.In("d.facts", viewFacts(view)...), sb.LessEqualThan("d.year", b.period.To.Year()),
			sb.GreaterEqualThan("d.until", b.period.From.Year()), sb.Or(own, held))
	statement, args := sb.Build()
	return sqlite.Each(ctx, b.release.file, func(rows *sql.Rows) error {
		var c registerCell
		var byDay, byStock bool
		var year int
		var days sql.RawBytes
		var facts string
		err := rows.Scan(&c.region, &c.nationality, sqlite.Text(&c.industry), sqlite.Text(&c.outcome), &c.source,
			&c.synthetic, &byDay, &byStock, &year, &days, &facts)
		if err != nil {
			return err
		}
		t := touched{days: packed.NoDays}
		err = packed.UnpackDays(year, days, func(row packed.RowDays) {
			inForce := row.Held.Clip(b.period)
			hit := byStock && inForce.Days() > 0 && (view == build.PermitFacts || row.Day <= b.period.To)
			if hit && view == build.PermitFacts {
				t.widen(inForce)
			}
			if byDay && facts == view && b.period.Contains(row.Day) {
				hit = true
				t.widen(labour.Period{From: row.Day, To: row.Day})
			}
			if hit {
				t.rows++
			}
		})
		if err == nil && t.rows > 0 {
			visit(c, t)
		}
		return err
	}, statement, args...)
}

// viewFacts lists the kinds of days that a view has.
func viewFacts(view string) []any {
	if view == build.PermitFacts {
		return []any{build.PermitFacts, build.UndatedFacts}
	}
	return []any{view}
}

// cells selects the cells that the filter and the group leave for a view.
func (b *Counted) cells(view string) *sqlbuilder.SelectBuilder {
	sb := sqlite.Flavour.NewSelectBuilder().Select("f.id").From("register_cells AS f")
	b.narrow(sb, view)
	return sb
}

// widen makes some days part of those that are touched.
func (t *touched) widen(days labour.Period) { t.days = widened(t.days, days) }

// widened returns the period from the first day to the last of two.
func widened(p, days labour.Period) labour.Period {
	if p == packed.NoDays {
		return days
	}
	return labour.Period{From: min(p.From, days.From), To: max(p.To, days.To)}
}
