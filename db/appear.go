package db

import (
	"context"
	"crypto/sha256"
	"fmt"
	"reflect"
	"slices"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// everything is what questions ask of a release again and again, and what never changes of it.
type everything struct {
	appears *lru.Cache[appearKey, appearance]
	known   *lru.Cache[knownKey, map[labour.RegisterTable]labour.Known]
	wages   *lru.Cache[wagesKey, departedWages]
}

func newEverything() (e everything, err error) {
	if e.appears, err = lru.New[appearKey, appearance](mostAppearances); err != nil {
		return e, err
	}
	if e.known, err = lru.New[knownKey, map[labour.RegisterTable]labour.Known](mostKnownGroups); err != nil {
		return e, err
	}
	e.wages, err = lru.New[wagesKey, departedWages](mostWages)
	return e, err
}

// appearKey is all that decides which groups the families that are not measured add to a report: those that the measured
// ones have are there before.
type appearKey struct {
	filter               digest
	measured, dimensions string
	period               labour.Period
	boundaries           labour.Date
}

// appearance are the groups that come up, in their order, and the statements that find them.
type appearance struct {
	groups     [][]string
	statements []string
}

// What is kept is bounded: so many questions, of so many groups and families each.
const (
	mostAppearances = 128
	mostAppearing   = 1024
	mostKnownGroups = 4096
	mostWages       = 64 // scenarios, of a wage for each region and industry
)

// isAll reports whether a filter narrows nothing. A condition that is added to facts counts as one without being told.
func (f facts) isAll() bool { return reflect.ValueOf(f).IsZero() }

// digest is that of all that decides something, to find it again by: filters may be long.
type digest [sha256.Size]byte

// digest is of what a filter leaves of permits and of repatriations: filters of the same one leave the same rows.
func (f facts) digest() digest {
	if f.isAll() {
		return digest{}
	}
	var all []any
	for _, kind := range []string{build.PermitFacts, build.RepatriationFacts} {
		sb := sqlite.Flavour.NewSelectBuilder().Select("1")
		f.narrow(sb, kind)
		statement, args := sb.Build()
		all = append(all, statement, args)
	}
	return sha256.Sum256(fmt.Appendf(nil, "%#v", all))
}

// appear notes the groups that have a register row of some families in the period, and none of its figures. They are kept
// with the release, which is a file that never changes: the pages of a report, and reports of other measures, ask again.
func (rep *Report) appear(ctx context.Context, t *tally, families []labour.Family) error {
	if len(families) == 0 {
		return nil
	}
	key := appearKey{filter: rep.facts.digest(), measured: fmt.Sprint(familiesOf(rep.measures)),
		dimensions: fmt.Sprint(t.dimensions), period: rep.Period, boundaries: rep.BoundariesOn}
	all := rep.release.everything
	found, kept := all.appears.Get(key)
	if kept {
		for _, values := range found.groups {
			t.group(values)
		}
		rep.SQL = append(rep.SQL, found.statements...)
		return t.checkSize()
	}
	groups, statements := len(t.order), len(rep.SQL)
	if err := rep.findAppearing(ctx, t, families); err != nil {
		return err
	}
	if len(t.order)-groups > mostAppearing {
		return nil
	}
	for _, g := range t.order[groups:] {
		found.groups = append(found.groups, g.values)
	}
	found.statements = slices.Clone(rep.SQL[statements:])
	all.appears.Add(key, found)
	return nil
}

// findAppearing is appear, as the release tells it. One statement names the groups of all families: where the release is in
// a database, each more would be one more way there. It names the groups of the stock by the years that they have any
// in; only where one of them is of no other family are its days followed, to see whether they are in the period.
func (rep *Report) findAppearing(ctx context.Context, t *tally, families []labour.Family) error {
	var named []sqlbuilder.Builder
	for _, family := range families {
		sb, err := rep.naming(ctx, t, family)
		if err != nil {
			return err
		}
		if sb == nil {
			continue
		}
		for i := range t.dimensions {
			sb.GroupBy(fmt.Sprint(i + 1))
		}
		named = append(named, sb.SelectMore(map[bool]string{false: "0", true: "1"}[family == labour.Stock]))
	}
	if len(named) == 0 {
		return nil
	}
	union := sqlite.Flavour.NewUnionBuilder().UnionAll(named...)
	rep.SQL = append(rep.SQL, shown(union))
	var held bool
	var doubtful [][]string
	err := eachGroup(ctx, rep.release.file, union, len(t.dimensions), func(values []string) error {
		if !held {
			t.group(values)
		} else if !t.has(values) {
			doubtful = append(doubtful, slices.Clone(values))
		}
		return t.checkSize()
	}, &held)
	if err == nil && slices.ContainsFunc(doubtful, func(values []string) bool { return !t.has(values) }) {
		err = rep.followStock(ctx, t, false)
	}
	return err
}

// naming returns a query that selects the groups of a family, nil where there is none left to ask for: those that only the
// days of a rollup tell are noted at once.
func (rep *Report) naming(ctx context.Context, t *tally, family labour.Family) (*sqlbuilder.SelectBuilder, error) {
	f := issueFlow
	switch family {
	case labour.Stock:
		// What is issued in the period appears already: where that is all there is, no permit in force is of another group.
		if span := rep.release.spans[build.PermitFacts]; rep.Period.From <= span.From && span.To <= rep.Period.To {
			return nil, nil
		}
		if slices.Contains(t.dimensions, labour.ByEmployer) {
			if whole, ends, ok := rep.summed(append(rep.facts.dimensions(), t.dimensions...), ""); ok && len(ends) == 0 {
				return nil, rep.followSums(ctx, t, whole, nil, false)
			}
		}
		return rep.release.selectStock(rep.facts, t.dimensions, rep.BoundariesOn, rep.Period)
	case labour.DepartureFlow:
		f = departureFlow
	}
	s := rep.source(t, f, labour.Year, false)
	if s.sums.Days() > 0 {
		if err := rep.eachSum(ctx, t, f, s.sums, func(*group, labour.Date, packed.Flow) {}); err != nil {
			return nil, err
		}
	}
	if len(s.days) > 0 {
		if err := rep.namedByDay(ctx, t, f, s); err != nil {
			return nil, err
		}
	}
	if s.from == "" {
		return nil, nil
	}
	sb := rep.grouped(t, s.from, f.facts)
	return sb.Where(sb.Between(s.day, s.first, s.last)), nil
}

// knownKey is all that decides which days of a group are known.
type knownKey struct {
	about digest // what the report is about
	group coveredGroup
}

// knownOf returns which days of a group are known, and keeps them.
func (e everything) knownOf(key knownKey,
	find func(coveredGroup) map[labour.RegisterTable]labour.Known) map[labour.RegisterTable]labour.Known {
	found, kept := e.known.Get(key)
	if !kept {
		found = find(key.group)
		e.known.Add(key, found)
	}
	return found
}
