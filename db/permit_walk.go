package db

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// walkPermits has a page found along the index of its order where that is sooner, and returns what it is in the order of.
//
// A page can be found in three ways: fetch all rows that an index has of what the filter demands, and sort them; go along the
// index of the order and look at each row, until there are enough; or read all rows once, in the order in which they lie. A database does
// not know how many rows meet the filter, and fetches most of the register row by row where it guesses wrong. For the second, the index is
// read as rows of their own, i, and the rows of the list are found by their ids. That of the day of issue has the last day of
// validity too: which permits had ended by a day it tells by itself, and these are passed over without being read. For the
// first, the order is one that no index has, and for the third no column is one.
func (r *Release) walkPermits(ctx context.Context, sb *sqlbuilder.SelectBuilder, f PermitFilter, resolved facts, w walk) (orderBy, id string, err error) {
	sortBy := w.sortBy
	byIssue := sortBy == permitSort[PermitByIssuedOn]
	var ends *labour.Date // the least last day of validity that a permit of the list may have
	if byIssue {
		ends = Comparison[labour.Date]{Gte: r.inForceOn(f), Gt: f.ValidTo.least()}.least()
	}
	way, err := r.wayToPermits(ctx, f, resolved, w, ends != nil)
	switch {
	case err != nil || way == asGuessed:
		return sortBy, "f.id", err
	case way == byDemand:
		return build.WithoutIndex(sortBy), "f.id", nil
	case way == amongDemanded:
		return sortBy, "f.id", r.sortFirst(sb, build.PermitRows(r.schema), build.WithoutIndex(sortBy), w)
	case way == amongAll:
		return sortBy, "f.id", r.sortFirst(sb, build.PermitRowsWithoutIndex(r.schema), sortBy, w)
	}
	// CROSS JOIN has SQLite read the index first.
	sb.From("permits AS i CROSS JOIN " + build.PermitRows(r.schema) + " AS f").
		Where("f.id = i.id" + build.Colocated(r.schema, "f", "i"))
	if ends != nil {
		sb.Where(sb.GreaterEqualThan("i.valid_to", ends.String()))
	}
	if byIssue {
		sb.Where(f.compared(sb, "i.issued_on")...)
	}
	return "i." + strings.TrimPrefix(sortBy, "f."), "i.id", nil
}

// boundPermits narrows lists that are sorted by a day to where their permits lie in the order, as far as the days of the
// register tell; orderBy is where the day is read.
func (r *Release) boundPermits(ctx context.Context, f PermitFilter, days *permitDays, sortBy string) func(sb *sqlbuilder.SelectBuilder, orderBy string) error {
	issuedWithin := sync.OnceValues(func() (labour.Period, error) { return r.issuedWithin(ctx, f) })
	return func(sb *sqlbuilder.SelectBuilder, orderBy string) error {
		if sortBy == permitSort[PermitByIssuedOn] {
			issued, err := issuedWithin()
			if err != nil {
				return err
			}
			if issued.Days() > 0 {
				sb.Where(sb.Between(orderBy, issued.From.String(), issued.To.String()))
			}
		}
		if on := r.inForceOn(f); on != nil && sortBy == permitSort[PermitByValidTo] { // to its last day at most
			sb.Where(sb.GreaterEqualThan(orderBy, on.String()))
		}
		if days == nil {
			return nil
		}
		return days.bound(ctx, sb, sortBy, orderBy)
	}
}

// issuedWithin returns days within which all permits are issued whose days of validity are what the filter demands; none
// where nothing tells. The sums of the days of the register tell it: between which days those of a cell's year lie.
func (r *Release) issuedWithin(ctx context.Context, f PermitFilter) (labour.Period, error) {
	issued := packed.NoDays
	least, ended := f.ValidFrom.least(), f.ValidTo.most()
	most := Comparison[labour.Date]{Lt: f.ValidFrom.most(), Lte: ended}.most() // a permit begins before it ends
	if least == nil && most == nil || r.confidential > 0 || r.Gaps()[labour.NoIssueDay] > 0 || !build.HasSpans(r.schema) {
		return issued, nil
	}
	q := daysQuestion{facts: []any{build.PermitFacts}, years: DateRange{}.period(), narrow: func(*sqlbuilder.SelectBuilder) {}}
	q.sum = func(s packed.DaysSum) bool {
		day := s.Day
		if s.Held == s.Rows { // else the first day of some is not among the sums
			if least != nil && s.From.To < *least || most != nil && s.From.From > *most || ended != nil && s.To.From > *ended {
				return true
			}
			if most != nil {
				day.To = min(day.To, most.AddDays(-s.Before))
			}
		}
		issued = packed.Widen(issued, day)
		return true
	}
	if err := q.answer(ctx, r); err != nil {
		return packed.NoDays, fmt.Errorf("find between which days permits are issued: %w", err)
	}
	return issued, nil
}

// walk is a page of a list in an order.
type walk struct {
	paging
	narrow func(*sqlbuilder.SelectBuilder)
	bound  func(sb *sqlbuilder.SelectBuilder, orderBy string) error // to where the list lies in the order
}

// way is how a page is found.
type way int

const (
	asGuessed     way = iota // by the database
	alongOrder               // along its order
	byDemand                 // by what the filter demands, of few
	amongDemanded            // by what it demands, of many
	amongAll                 // among all
)

// wayToPermits chooses the sooner way to the first permits of a list: of so many that meet the filter, one comes in so many of
// all along the order. passes says that the index of the order tells by itself of some that they do not.
func (r *Release) wayToPermits(ctx context.Context, f PermitFilter, resolved facts, w walk, passes bool) (way, error) {
	if f.Employer != "" || f.Employers != nil || f.Numbers != nil || f.Counted != nil {
		return asGuessed, nil // which are few, and have indexes
	}
	all := r.info.Counts.Permits
	// So many permits, and more, are sorted later than they are come across.
	enough := int(math.Sqrt(float64(w.limit)*float64(all))) + 1
	many, few, compared := false, false, false
	if len(resolved.regions) > 0 {
		if w.sortBy == permitSort[PermitByIssuedOn] && len(resolved.regions[0]) == 1 {
			return asGuessed, nil // an index has the permits of a region in this order
		}
		permits, found, err := r.permitsOf(ctx, resolved)
		if err != nil || !found || permits < enough {
			return asGuessed, err
		}
		many = true
	}
	if f.Nested.isEmpty() { // which may leave few
		permits, demanded, err := r.fewest(ctx, f, w, enough)
		if err != nil {
			return asGuessed, err
		}
		few, compared = permits < enough, demanded
	} else {
		passes = false
	}
	many = many || compared
	unknown := !f.WageMonthly.IsEmpty() || !f.RevokedOn.IsEmpty() || !f.Nested.isEmpty() // of which no index tells
	if !few && (unknown || compared) {
		soon, err := r.comeAcross(ctx, f, w)
		if err != nil {
			return asGuessed, err
		}
		if !soon {
			return r.wayToLate(ctx, f, w, unknown, compared)
		}
		many = true
	}
	switch {
	case few:
		return byDemand, nil
	case many || passes:
		return alongOrder, nil
	}
	return asGuessed, nil
}

// wayToLate chooses the sooner way to permits that are late in an order. unknown says that some of what the filter demands no index
// knows, and compared that an index knows some of it.
func (r *Release) wayToLate(ctx context.Context, f PermitFilter, w walk, unknown, compared bool) (way, error) {
	some := r.info.Counts.Permits / 3
	permits, _, err := r.fewest(ctx, f, w, some)
	switch {
	case err != nil:
		return asGuessed, err
	case permits < some:
		return amongDemanded, nil
	case !unknown:
		return alongOrder, nil // of so many there is one before long
	case compared || r.inForceOn(f) != nil:
		return amongAll, nil
	}
	return byDemand, nil // where there is none, so that all rows are read
}

// sortFirst has the ids of a page found and sorted before anything else is read of its rows.
func (r *Release) sortFirst(sb *sqlbuilder.SelectBuilder, rows, orderBy string, w walk) error {
	first := sqlite.Flavour.NewSelectBuilder()
	first.Select("f.id").From(rows+" AS f").OrderBy(orderBy+" "+w.direction, "f.id "+w.direction).Limit(w.limit)
	w.narrow(first)
	w.cursor(first, orderBy, "f.id")
	if err := w.bound(first, orderBy); err != nil {
		return err
	}
	sb.From(sb.BuilderAs(first, "i") + " CROSS JOIN " + build.PermitRows(r.schema) + " AS f").Where("f.id = i.id")
	return nil
}

// comeAcross reports whether the first hundredth of a walk has a page of the list. Where it has not, the walk is too long.
func (r *Release) comeAcross(ctx context.Context, f PermitFilter, w walk) (bool, error) {
	if build.Sharded(r.schema) {
		return true, nil // where a walk asks every server
	}
	first, page, sb := sqlite.Flavour.NewSelectBuilder(), sqlite.Flavour.NewSelectBuilder(), sqlite.Flavour.NewSelectBuilder()
	first.Select("f.id").From("permits AS f").OrderBy(w.sortBy + " " + w.direction).Limit(r.info.Counts.Permits/100 + w.limit)
	page.Select("f.id").From(page.BuilderAs(first, "i") + " CROSS JOIN " + build.PermitRows(r.schema) + " AS f").Where("f.id = i.id").
		Limit(w.limit)
	w.cursor(first, w.sortBy, "f.id")
	if err := w.bound(first, w.sortBy); err != nil {
		return false, err
	}
	if slices.Contains(comparedPermits, w.sortBy) {
		first.Where(f.compared(first, w.sortBy)...)
	}
	w.narrow(page)
	statement, args := sb.Select("COUNT(*)").From(sb.BuilderAs(page, "f")).Build()
	found, err := sqlite.Single[int](ctx, r.file, statement, args...)
	if err != nil {
		return false, fmt.Errorf("walk along some permits: %w", err)
	}
	return found == w.limit, nil
}

// permitsOf counts the permits of the regions, industries and nationalities of a filter, where a rollup has them.
func (r *Release) permitsOf(ctx context.Context, resolved facts) (permits int, found bool, err error) {
	resolved.more, resolved.nested = nil, Nested[facts]{} // which leave out some more
	sums, ok := r.planner(build.PermitFacts, resolved.dimensions())
	if !ok {
		return 0, false, nil
	}
	sb := sqlite.Flavour.NewSelectBuilder()
	sb.Select("COALESCE(SUM(f.permits), 0)").From(sums.Name + " AS f")
	resolved.narrow(sb, build.PermitFacts)
	statement, args := sb.Build()
	if permits, err = sqlite.Single[int](ctx, r.file, statement, args...); err != nil {
		return 0, false, fmt.Errorf("count the permits of a region: %w", err)
	}
	return permits, true, nil
}

// fewest counts, up to a number, the permits that an index has of what the filter demands of a column: those of the column of
// which it leaves the fewest, but for that of the order. Where it demands nothing the number itself is returned.
func (r *Release) fewest(ctx context.Context, f PermitFilter, w walk, enough int) (permits int, demanded bool, err error) {
	permits = enough
	for _, column := range comparedPermits {
		if column == w.sortBy {
			continue
		}
		of, does, err := r.demanded(ctx, f, column, permits)
		if err != nil {
			return 0, false, err
		}
		if does {
			permits, demanded = of, true
		}
	}
	return permits, demanded, nil
}

// demanded counts, up to a number, the permits that the index of a column has of what the filter demands of it, if it does.
func (r *Release) demanded(ctx context.Context, f PermitFilter, column string, enough int) (permits int, demanded bool, err error) {
	one := sqlite.Flavour.NewSelectBuilder()
	conditions := f.compared(one, column)
	if len(conditions) == 0 {
		return 0, false, nil
	}
	if on := r.inForceOn(f); on != nil && column == "f.valid_from" {
		one.Where(one.LessEqualThan(column, on.String()))
	} else if on != nil && column == "f.valid_to" {
		one.Where(one.GreaterEqualThan(column, on.String()))
	}
	one.Select("f.id").From("permits AS f").Where(conditions...).Limit(enough)
	sb := sqlite.Flavour.NewSelectBuilder()
	statement, args := sb.Select("COUNT(*)").From(sb.BuilderAs(one, "f")).Build()
	if permits, err = sqlite.Single[int](ctx, r.file, statement, args...); err != nil {
		return 0, false, fmt.Errorf("count some permits: %w", err)
	}
	return permits, true, nil
}
