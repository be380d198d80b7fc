package db

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math/big"
	"slices"

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

// isCovered reports whether the days of the register answer what is asked, whoever employs.
func (b *Counted) isCovered() bool {
	_, yes := b.release.planner(build.DayFacts, b.facts.dimensions())
	return yes
}

// isOwned reports whether they answer what is asked of some employers. Where rows are masked they do not: those that come to
// nothing are missing from the rollups which tell whose rows a cell has.
func (b *Counted) isOwned() bool {
	dimensions := b.facts.dimensions()
	others := slices.DeleteFunc(slices.Clone(dimensions), func(d labour.Dimension) bool { return d == labour.ByEmployer })
	if len(others) == len(dimensions) || b.release.confidential > 0 || !build.HasOwners(b.release.schema) {
		return false
	}
	_, yes := b.release.planner(build.DayFacts, others)
	return yes
}

// owners are whose rows a filter leaves of each cell of the register: bits by the numbers of employers.
type owners map[int]*big.Int

// ownersOf finds, once, whose rows of a view the filter and the group leave.
func (b *Counted) ownersOf(ctx context.Context, view string) (owners, error) {
	if found := b.owners[view]; found != nil {
		return found, nil
	}
	numbers := map[string]int{"": 0}
	err := sqlite.Each(ctx, b.release.file, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		numbers[id] = len(numbers)
		return err
	}, `SELECT id FROM employers ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("number the employers: %w", err)
	}
	tables := []string{"employer_departures"}
	if view == build.PermitFacts { // of which some are never in force, and of some no day of issue is known
		tables = []string{"employer_issues", "employer_stock"}
	}
	found := owners{}
	for _, table := range tables {
		sb := sqlite.Flavour.NewSelectBuilder()
		sb.Select("f.employer_id", "f.cell").From("(SELECT e.employer_id, e.cell, c.region_code, c.nationality, c.industry, c.outcome, " +
			"c.source_id, c.synthetic FROM " + table + " AS e CROSS JOIN register_cells AS c WHERE c.id = e.cell) AS f")
		b.narrow(sb, view)
		statement, args := sb.GroupBy("f.employer_id", "f.cell").Build()
		err := sqlite.Each(ctx, b.release.file, func(rows *sql.Rows) error {
			var id string
			var cell int
			err := rows.Scan(&id, &cell)
			if found[cell] == nil {
				found[cell] = new(big.Int)
			}
			found[cell].SetBit(found[cell], numbers[id], 1)
			return err
		}, statement, args...)
		if err != nil {
			return nil, fmt.Errorf("find whose rows are asked for: %w", err)
		}
	}
	if b.owners == nil {
		b.owners = map[string]owners{}
	}
	b.owners[view] = found
	return found, nil
}

// eachCell counts the rows behind a figure cell by cell, from the days of the register. A cell may come more than once. The
// days that are touched are found where byDay asks for them.
func (b *Counted) eachCell(ctx context.Context, view string, byDay bool, visit func(registerCell, touched)) error {
	dayFamily := labour.IssueFlow
	if view == build.RepatriationFacts {
		dayFamily = labour.DepartureFlow
	}
	var c registerCell
	var own, held bool // whether rows are counted by their own cell, or by that of the permit in force
	t := touched{days: packed.NoDays}
	q := daysQuestion{
		facts: viewFacts(view), years: b.period,
		columns: []string{"c.region_code", "c.nationality", "c.industry", "c.outcome", "c.source_id", "c.synthetic"},
		into: []any{&c.region, &c.nationality, sqlite.Text(&c.industry), sqlite.Text(&c.outcome), &c.source, &c.synthetic,
			&own, &held},
	}
	if b.isOwned() {
		rows, err := b.ownersOf(ctx, view)
		if err != nil {
			return err
		}
		permits := rows
		if view != build.PermitFacts && b.families[labour.Stock] {
			if permits, err = b.ownersOf(ctx, build.PermitFacts); err != nil {
				return err
			}
		}
		q.whose = func() (own, behind *big.Int) { return rows[q.key.cell], permits[q.key.held] }
	}
	q.narrow = func(sb *sqlbuilder.SelectBuilder) {
		among := func(column, view string) string {
			if q.whose != nil {
				return isIn(sb, column, slices.Sorted(maps.Keys(b.owners[view])))
			}
			return sb.In(column, b.cells(view))
		}
		isOwn, isHeld := "FALSE", "FALSE"
		if b.families[dayFamily] {
			isOwn = among("d.cell", view)
		}
		if b.families[labour.Stock] {
			isHeld = among("d.held", build.PermitFacts)
		}
		sb.SelectMore(isOwn, isHeld).Join("register_cells AS c", "c.id = d.cell").Where(sb.Or(isOwn, isHeld))
	}
	q.end = func() {
		if t.rows > 0 {
			visit(c, t)
		}
		t = touched{days: packed.NoDays}
	}
	q.sum = func(s packed.DaysSum) bool {
		dated, inForce := none, none
		if own && q.key.facts == view {
			dated = shareOf(s.Day, b.period)
		}
		if held {
			inForce = shareInForce(s, b.period)
		}
		if view == build.RepatriationFacts {
			inForce = min(inForce, shareUntil(s.Day, b.period.To))
		}
		switch {
		case dated == all && (inForce != some || !byDay):
			t.rows = s.Rows
			t.widen(s.Day)
		case dated == none && inForce == all:
			t.rows = s.Held
		case dated == some || inForce == some:
			return false
		}
		if inForce == all && view == build.PermitFacts {
			t.widen(labour.Period{From: s.From.From, To: s.To.To}.Clip(b.period))
		}
		q.end()
		return true
	}
	q.see = func(row packed.RowDays) {
		own, held := own, held
		if q.whose != nil {
			own, held = own && q.isOwn, held && q.isTaken
		}
		inForce := row.Held.Clip(b.period)
		hit := held && inForce.Days() > 0 && (view == build.PermitFacts || row.Day <= b.period.To)
		if hit && view == build.PermitFacts {
			t.widen(inForce)
		}
		if own && q.key.facts == view && b.period.Contains(row.Day) {
			hit = true
			t.widen(labour.Period{From: row.Day, To: row.Day})
		}
		if hit {
			t.rows++
		}
	}
	return q.answer(ctx, b.release)
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
func (t *touched) widen(days labour.Period) { t.days = packed.Widen(t.days, days) }
