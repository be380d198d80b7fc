package db

import (
	"cmp"
	"context"
	"slices"

	"homebound/internal/labour"
)

// Top keeps the groups with the most of a measure over the whole period of a report.
type Top struct {
	Count  int
	By     labour.Measure
	Others bool // whether the other groups are put together in one row for each period
}

// maxTop bounds the groups that are kept: each is named in the statement that puts the others together.
const maxTop = 100

func (q ReportQuery) checkTop() error {
	switch {
	case q.Top == nil:
		return nil
	case q.Top.Count < 1 || q.Top.Count > maxTop:
		return labour.Faultf(labour.BadUserInput, "top.count: expected a number from 1 to %d, found %d.", maxTop, q.Top.Count)
	case len(q.Having) > 0:
		return labour.Faultf(labour.BadUserInput, "top: expected no having beside it, which chooses among rows too, found one.")
	case !slices.ContainsFunc(q.GroupBy, func(d labour.Dimension) bool { return d != labour.ByPeriod }):
		return labour.Faultf(labour.BadUserInput, "top: expected a dimension in groupBy, found none.")
	}
	return nil
}

// cutTop leaves the rows of the groups that Top keeps, in the order of their figures where no other is asked for, and
// returns those of the others.
func (rep *Report) cutTop(ctx context.Context) ([]ReportRow, error) {
	top := rep.Query.Top
	if top == nil {
		return nil, nil
	}
	places, kept, err := rep.placesOfTop(ctx)
	if err != nil {
		return nil, err
	}
	groups := len(places)
	rep.Rows = slices.DeleteFunc(rep.Rows, func(row ReportRow) bool { return places[rep.groupKey(row)] >= top.Count })
	if len(rep.Query.OrderBy) == 0 {
		slices.SortStableFunc(rep.Rows, func(a, b ReportRow) int {
			return cmp.Compare(places[rep.groupKey(a)], places[rep.groupKey(b)])
		})
	}
	if groups <= top.Count || !top.Others {
		return nil, nil
	}
	rep.others = rep.with(nil, rep.Query.Granularity, rep.Period)
	rep.others.facts.nested.And = append(slices.Clone(rep.facts.nested.And), facts{nested: Nested[facts]{Not: &facts{
		nested: Nested[facts]{Or: kept}}}})
	rows, err := rep.others.tallied(ctx, rep.others.tally(), func(t *tally) error {
		return rep.others.compute(ctx, t, rep.measures, familiesOf(rep.measures))
	})
	if err != nil {
		return nil, err
	}
	for i := range rows {
		rows[i].Others = true
	}
	rep.SQL = append(rep.SQL, rep.others.SQL...)
	return rows, nil
}

// placesOfTop returns the place of each group by its figure over the whole period, from 0 on, and what pins those that are
// kept. Groups without a value come last, equals in the order of groups.
func (rep *Report) placesOfTop(ctx context.Context) (map[string]int, []facts, error) {
	info, _ := rep.Query.Top.By.Info()
	type placed struct {
		key   string
		group map[labour.Dimension]string
		value float64
		known bool
	}
	var all []placed
	whole := func() *Report { return rep.with(rep.dimensions(), "", rep.Period) }
	seen := map[string]bool{}
	for _, row := range rep.Rows {
		key := rep.groupKey(row)
		if seen[key] {
			continue
		}
		seen[key] = true
		cell, err := rep.cell(ctx, "whole", whole, row.Group, rep.Period, info.Family)
		if err != nil {
			return nil, nil, err
		}
		value, known := cell.Of(info.Measure)
		all = append(all, placed{key, row.Group, value, known})
	}
	slices.SortStableFunc(all, func(a, b placed) int {
		if a.known != b.known {
			return map[bool]int{true: -1, false: 1}[a.known]
		}
		return cmp.Compare(b.value, a.value)
	})
	places := make(map[string]int, len(all))
	var kept []facts
	for i, one := range all {
		places[one.key] = i
		if i < rep.Query.Top.Count {
			kept = append(kept, rep.pinned(one.group))
		}
	}
	return places, kept, nil
}

// groupKey names a row's group.
func (rep *Report) groupKey(row ReportRow) string {
	return rep.Key(ReportRow{Group: row.Group, Period: rep.Period})
}

// pinned is the filter of one group.
func (rep *Report) pinned(values map[labour.Dimension]string) facts {
	var f facts
	for _, d := range rep.dimensions() {
		if d == labour.ByDistrict {
			f.regions = append(f.regions, rep.release.ofDistrict(values[d], rep.BoundariesOn))
			continue
		}
		f.group = append(f.group, groupValue{d, values[d]})
	}
	return f
}

// ofDistrict lists the regions of a district on the boundaries of a day; "" is that of those that have none.
func (r *Release) ofDistrict(district string, on labour.Date) []string {
	codes := []string{}
	if district == "" && r.geography.District("", on) == "" {
		codes = append(codes, "")
	}
	for _, region := range r.regions {
		if r.geography.District(region.Code, on) == district {
			codes = append(codes, region.Code)
		}
	}
	return codes
}
