package db

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// walkPermits has a page found along the index of its order where that is sooner, and returns what it is in the order of.
//
// A page can be found in two ways: fetch all rows that an index has of what the filter demands, and sort them; or go along the
// index of the order and look at each row, until there are enough. A database does not know how many rows meet the filter,
// and reads the register where it guesses wrong. For the second, the index is read as rows of their own, i, and the rows of the
// list are found by their ids. That of the day of issue has the last day of validity too: which permits had ended by a day it
// tells by itself, and these are passed over without being read. For the first, the order is one that no index has.
func (r *Release) walkPermits(ctx context.Context, sb *sqlbuilder.SelectBuilder, f PermitFilter, resolved facts, sortBy string,
	limit int) (orderBy, id string, err error) {
	var ends *labour.Date // the least last day of validity that a permit of the list may have
	if sortBy == permitSort[PermitByIssuedOn] {
		ends = Comparison[labour.Date]{Gte: r.inForceOn(f), Gt: f.ValidTo.least()}.least()
	}
	way, err := r.wayToPermits(ctx, f, resolved, sortBy, limit, ends != nil)
	switch {
	case err != nil || way == asGuessed:
		return sortBy, "f.id", err
	case way == byDemand && sortBy == permitSort[PermitByWorkers]:
		return "(" + sortBy + " + 0)", "f.id", nil
	case way == byDemand:
		return "(" + sortBy + " || '')", "f.id", nil
	}
	// CROSS JOIN has SQLite read the index first.
	sb.From("permits AS i CROSS JOIN " + build.PermitRows(r.schema) + " AS f").
		Where("f.id = i.id" + build.Colocated(r.schema, "f", "i"))
	if ends != nil {
		sb.Where(sb.GreaterEqualThan("i.valid_to", ends.String()))
	}
	return "i." + strings.TrimPrefix(sortBy, "f."), "i.id", nil
}

// way is how a page is found.
type way int

const (
	asGuessed  way = iota // by the database
	alongOrder            // along its order
	byDemand              // by what the filter demands
)

// wayToPermits chooses the sooner way to the first permits of a list: of so many that meet the filter, one comes in so many of
// all along the order. passes says that the index of the order tells by itself of some that they do not.
func (r *Release) wayToPermits(ctx context.Context, f PermitFilter, resolved facts, sortBy string, limit int, passes bool) (way, error) {
	if f.Employer != "" || f.Employers != nil || f.Numbers != nil || f.Counted != nil {
		return asGuessed, nil // which are few, and have indexes
	}
	all := r.info.Counts.Permits
	// So many permits, and more, are sorted later than they are come across.
	enough := int(math.Sqrt(float64(limit)*float64(all))) + 1
	many, few := false, false
	if len(resolved.regions) > 0 {
		if sortBy == permitSort[PermitByIssuedOn] && len(resolved.regions[0]) == 1 {
			return asGuessed, nil // an index has the permits of a region in this order
		}
		permits, found, err := r.permitsOf(ctx, resolved)
		if err != nil || !found || permits < enough {
			return asGuessed, err
		}
		many = true
	}
	columns := comparedPermits
	if !f.Nested.isEmpty() { // which may leave few
		columns, passes = nil, false
	}
	for _, column := range columns {
		if column == sortBy {
			continue
		}
		permits, demanded, err := r.demanded(ctx, f, column, enough)
		if err != nil {
			return asGuessed, err
		}
		many, few = many || demanded, few || demanded && permits < enough
	}
	switch {
	case few:
		return byDemand, nil
	case many || passes:
		return alongOrder, nil
	}
	return asGuessed, nil
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

// demanded counts, up to a number, the permits that the index of a column has of what the filter demands of it, if it does.
func (r *Release) demanded(ctx context.Context, f PermitFilter, column string, enough int) (permits int, demanded bool, err error) {
	one := sqlite.Flavour.NewSelectBuilder()
	conditions := f.compared(one, column)
	if len(conditions) == 0 {
		return 0, false, nil
	}
	one.Select("f.id").From("permits AS f").Where(conditions...).Limit(enough)
	sb := sqlite.Flavour.NewSelectBuilder()
	statement, args := sb.Select("COUNT(*)").From(sb.BuilderAs(one, "f")).Build()
	if permits, err = sqlite.Single[int](ctx, r.file, statement, args...); err != nil {
		return 0, false, fmt.Errorf("count some permits: %w", err)
	}
	return permits, true, nil
}
