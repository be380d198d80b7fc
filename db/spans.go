package db

import (
	"context"
	"database/sql"
	"maps"
	"math/big"
	"slices"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// spanKey names the days of the rows of a cell that are first counted in a year.
type spanKey struct {
	facts            string
	cell, held, year int
}

// daysQuestion is a question about the days of the register's rows. These take ten bytes a row, so that following all of
// them costs what the register has. What the days of a cell's year add up to (register_spans) decides most of it: where
// all of them are within a period, or none, their sum is enough, and only those at its ends are unpacked.
type daysQuestion struct {
	facts   []any         // the kinds of days that are asked
	years   labour.Period // in any of which a row is counted
	columns []string      // of d, which is register_days or register_spans, and of its cell c where it is joined
	into    []any         // what they are read into, beside the key, before any of the functions below is called
	key     spanKey
	narrow  func(sb *sqlbuilder.SelectBuilder)
	// whose returns of which employers the rows are asked for by their own cell, and by that of the permit that they took workers
	// from, by the numbers of employers; it is nil for all. No sum tells, and see finds of each row whether it is theirs.
	whose          func() (own, behind *big.Int)
	isOwn, isTaken bool

	sum func(packed.DaysSum) (enough bool) // takes a sum, or asks for its days
	see func(packed.RowDays)               // takes the days of a row
	end func()                             // is called behind the last of some rows; nil for nothing
}

// answer asks the sums, then the days that they do not answer. A release of before has no sums.
func (q *daysQuestion) answer(ctx context.Context, r *Release) error {
	var left map[spanKey]bool // nil for all
	if build.HasSpans(r.schema) && q.whose == nil {
		left = map[spanKey]bool{}
		var s packed.DaysSum
		err := q.read(ctx, r, build.SpansTable, nil, func() error {
			if !q.sum(s) {
				left[q.key] = true
			}
			return nil
		}, []string{"d.n_rows", "d.n_held", "d.workers", "d.first_day", "d.last_day", "d.first_from", "d.last_from",
			"d.first_to", "d.last_to", "d.days_before", "d.days_after", "d.days_held"},
			&s.Rows, &s.Held, &s.Workers, &s.Day.From, &s.Day.To, &s.From.From, &s.From.To, &s.To.From, &s.To.To,
			&s.Before, &s.After, &s.Longest)
		if err != nil || len(left) == 0 {
			return err
		}
	}
	var days, owners sql.RawBytes
	others, into := []string{"d.days"}, []any{&days}
	if q.whose != nil {
		others, into = append(others, "d.owners"), append(into, &owners)
	}
	return q.read(ctx, r, build.DaysTable, left, func() error {
		if left != nil && !left[q.key] {
			return nil
		}
		err := q.unpack(days, owners)
		if err == nil && q.end != nil {
			q.end()
		}
		return err
	}, others, into...)
}

// unpack has see take the days of some rows, or of those among them that are of the employers that are asked for.
func (q *daysQuestion) unpack(days, owners []byte) error {
	if q.whose == nil {
		return packed.UnpackDays(q.key.year, days, q.see)
	}
	own, behind := q.whose()
	numbers := packed.NumbersOf(owners)
	err := packed.UnpackDays(q.key.year, days, func(row packed.RowDays) {
		owner := numbers.Next()
		q.isOwn = own != nil && own.Bit(owner) == 1
		if q.key.facts == build.RepatriationFacts {
			owner = numbers.Next()
		}
		q.isTaken = behind != nil && behind.Bit(owner) == 1
		if q.isOwn || q.isTaken {
			q.see(row)
		}
	})
	if err != nil {
		return err
	}
	return numbers.Err()
}

// read reads the question's columns and others of a table, row by row: of the years of what is left alone.
func (q *daysQuestion) read(ctx context.Context, r *Release, table string, left map[spanKey]bool, visit func() error,
	others []string, intoOthers ...any) error {
	sb := q.statement(table, others...)
	if left != nil {
		years := map[int]bool{}
		for k := range left {
			years[k.year] = true
		}
		sb.Where(sb.In("d.year", sqlbuilder.List(slices.Sorted(maps.Keys(years)))))
	}
	statement, args := sb.Build()
	into := slices.Concat([]any{&q.key.facts, &q.key.cell, &q.key.held, &q.key.year}, intoOthers, q.into)
	return sqlite.Each(ctx, r.file, func(rows *sql.Rows) error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		return visit()
	}, statement, args...)
}

// statement asks a table for the question's columns and others.
func (q *daysQuestion) statement(table string, others ...string) *sqlbuilder.SelectBuilder {
	sb := sqlite.Flavour.NewSelectBuilder()
	sb.Select("d.facts", "d.cell", "d.held", "d.year").SelectMore(others...).SelectMore(q.columns...).From(table + " AS d")
	q.narrow(sb)
	return sb.Where(sb.In("d.facts", q.facts...), sb.LessEqualThan("d.year", q.years.To.Year()),
		sb.GreaterEqualThan("d.until", q.years.From.Year()))
}

// share says how many of some rows hold what is asked.
type share int

const (
	none share = iota
	some
	all
)

// shareOf says how many of some days are within a period, by the first and the last of them.
func shareOf(days, within labour.Period) share {
	switch {
	case days.Clip(within).Days() == 0:
		return none
	case within.Contains(days.From) && within.Contains(days.To):
		return all
	}
	return some
}

// shareUntil says how many of some days are not after a day.
func shareUntil(days labour.Period, last labour.Date) share {
	return shareOf(days, labour.Period{From: days.From, To: last})
}

// shareInForce says how many of the rows that are ever in force are so on a day of a period.
func shareInForce(s packed.DaysSum, on labour.Period) share {
	switch {
	case s.Held == 0 || s.From.From > on.To || s.To.To < on.From:
		return none
	case s.From.To <= on.To && s.To.From >= on.From:
		return all
	}
	return some
}

// shareOfAll is shareInForce of all of the rows.
func shareOfAll(s packed.DaysSum, on labour.Period) share {
	if s.Held < s.Rows {
		return min(some, shareInForce(s, on))
	}
	return shareInForce(s, on)
}
