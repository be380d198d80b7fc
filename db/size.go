package db

import (
	"context"
	"fmt"
	"slices"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// Reports that are computed at the same time hold at most sharedCells rows together, so that many large ones take turns
// rather than all memory. Those that cannot have more than freeCells rows take no part in this.
const (
	sharedCells = maxCells
	freeCells   = maxCells / 8
)

// reserve waits until there is room for the report's rows; leave gives it back. It returns a Fault with LimitExceeded where
// the report's groups times its periods are more than one report may hold, before any of them is computed: a report by
// employer and day would else fill the memory first.
func (rep *Report) reserve(ctx context.Context, t *tally) (leave func(), err error) {
	periods := calendar{rep.Period, rep.Query.Granularity}.count()
	if rep.empty || len(t.dimensions) == 0 || rep.release.mostGroups(t.dimensions) <= freeCells/max(1, periods) {
		return func() {}, nil
	}
	groups, err := rep.countGroups(ctx, t, maxCells/max(1, periods))
	if err != nil {
		return nil, err
	}
	rows := int64(min(groups*periods, sharedCells))
	if rep.release.room == nil || rows <= freeCells {
		return func() {}, nil
	}
	if err := rep.release.room.Acquire(ctx, rows); err != nil {
		return nil, fmt.Errorf("wait for room for a report of %d rows: %w", rows, err)
	}
	return func() { rep.release.room.Release(rows) }, nil
}

// countGroups counts the groups of every kind of register row in the period, at most: those of two kinds are often the same.
// It returns a Fault where one kind alone has more than most. It counts no further than that.
func (rep *Report) countGroups(ctx context.Context, t *tally, most int) (groups int, err error) {
	if slices.Contains(t.dimensions, labour.ByEmployer) && !rep.facts.byOutcome() &&
		rep.hasSums(append(rep.facts.dimensions(), t.dimensions...), rep.Query.Granularity) {
		// Of all kinds and days, in few rows: there are no more groups in the period.
		found, err := rep.groupsOf(ctx, rep.groupsIn(t.dimensions, build.EmployerSums, build.PermitFacts), most+1)
		if err != nil || found <= most {
			return found, err
		}
	}
	for _, kind := range []struct {
		family labour.Family
		flow   flow // whose day is "" where rows are of a year, and reach until another one
	}{
		{labour.Stock, flow{facts: build.StockFacts}}, {labour.IssueFlow, issueFlow}, {labour.DepartureFlow, departureFlow},
	} {
		if !slices.Contains(rep.families(), kind.family) {
			continue
		}
		found, err := rep.groupsUpTo(ctx, t.dimensions, kind.flow, most+1)
		if err != nil {
			return 0, err
		}
		if found > most {
			return 0, tooLarge()
		}
		groups += found
	}
	return groups, nil
}

// mostGroups returns the most groups that dimensions can have: their members, multiplied.
func (r *Release) mostGroups(dimensions []labour.Dimension) int {
	groups := 1
	for _, d := range dimensions {
		members := 1
		switch d {
		case labour.ByRegion, labour.ByDistrict:
			members = len(r.regions)
		case labour.ByIndustry:
			members = len(r.Industries())
		case labour.ByNationality:
			members = len(r.Countries())
		case labour.ByEmployer:
			members = r.info.Counts.Employers
		case labour.ByOutcome:
			members = len(labour.Outcomes)
		}
		groups *= members + 1 // that which is unknown
		if groups > maxCells {
			return groups
		}
	}
	return groups
}

// groupsUpTo counts the groups with a row in the period, and stops at most. Where a rollup has them by month, so does it count
// those of the whole first and last month; where it has them by day alone, it counts them all.
func (rep *Report) groupsUpTo(ctx context.Context, dimensions []labour.Dimension, of flow, most int) (int, error) {
	facts, day := of.facts, of.day
	from, first, last := facts, rep.Period.From.String(), rep.Period.To.String()
	asked := append(rep.facts.dimensions(), dimensions...)
	rollup, rolledUp := rep.plan(facts, asked)
	if _, byDay := rep.plan(of.daily, asked); byDay && !rolledUp && day != "" {
		return rep.groupsByDay(ctx, dimensions, of)
	}
	switch {
	case rolledUp && day != "":
		from, day = rollup.Name, "f.month"
		first, last = labour.Month.Label(rep.Period.From), labour.Month.Label(rep.Period.To)
	case rolledUp:
		from = rollup.Name
	case day == "":
		return 0, nil // which the computation itself says
	}
	sb := rep.groupsIn(dimensions, from, facts)
	if day == "" {
		sb.Where(sb.LessEqualThan("f.year", rep.Period.To.Year()), sb.GreaterEqualThan("f.until", rep.Period.From.Year()))
	} else {
		sb.Where(sb.Between(day, first, last))
	}
	return rep.groupsOf(ctx, sb, most)
}

// groupsIn selects the groups that the filter leaves of a table of some facts.
func (rep *Report) groupsIn(dimensions []labour.Dimension, from, facts string) *sqlbuilder.SelectBuilder {
	sb := rep.release.selectFrom(from, slices.Contains(dimensions, labour.ByDistrict), rep.BoundariesOn)
	for _, d := range dimensions {
		sb.SelectMore(build.DimensionColumn(d))
	}
	rep.facts.narrow(sb, facts)
	return sb
}

// groupsOf counts the groups that are selected, and stops at most.
func (rep *Report) groupsOf(ctx context.Context, sb *sqlbuilder.SelectBuilder, most int) (int, error) {
	sb.Distinct().Limit(most)
	counted := sqlite.Flavour.NewSelectBuilder()
	counted.Select("COUNT(*)").From(counted.BuilderAs(sb, "g"))
	statement, args := counted.Build()
	return sqlite.Single[int](ctx, rep.release.file, statement, args...)
}

// groupsByDay counts the groups of a flow that has a rollup by day alone, in the period to the day.
func (rep *Report) groupsByDay(ctx context.Context, dimensions []labour.Dimension, of flow) (int, error) {
	t := newTally(dimensions, calendar{whole: rep.Period})
	aside := *rep // whose statements are not those of the figures
	aside.SQL = nil
	err := aside.namedByDay(ctx, t, of, aside.source(t, of, labour.Day, false))
	return len(t.order), err
}
