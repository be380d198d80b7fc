package db

import (
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

// topOf are the groups that Top keeps, by their figures over the whole period.
type topOf struct {
	places map[string]int // of each group that is kept, from 0 on, by key
	kept   facts          // what pins these
	all    bool           // whether there are no others
}

// chooseTop finds the groups that Top keeps before any of their periods is computed. Groups without a value come last, equals
// in the order of groups.
func (rep *Report) chooseTop(ctx context.Context) (*topOf, error) {
	whole := rep.with(rep.dimensions(), "", rep.Period)
	whole.measures = []labour.Measure{rep.Query.Top.By}
	rows, err := whole.answerRows(ctx, whole)
	if err != nil {
		return nil, err
	}
	rep.SQL = append(rep.SQL, whole.SQL...)
	rows = sortRows(rows, []ReportOrder{{Measure: rep.Query.Top.By, Descending: true}})
	top := &topOf{places: map[string]int{}, all: len(rows) <= rep.Query.Top.Count}
	rows = rows[:min(len(rows), rep.Query.Top.Count)]
	for i, row := range rows {
		top.places[rep.groupKey(row)] = i
	}
	top.kept = rep.pinnedAll(rows)
	return top, nil
}

// narrowed returns the report of the groups that are kept alone, or of all others.
func (rep *Report) narrowed(top *topOf, groupBy []labour.Dimension, others bool) *Report {
	if !others && top.all {
		return rep
	}
	of := rep.with(groupBy, rep.Query.Granularity, rep.Period)
	of.measures = rep.measures
	one := top.kept
	if others {
		one = facts{nested: Nested[facts]{Not: &top.kept}}
	}
	of.facts.nested.And = append(slices.Clone(rep.facts.nested.And), one)
	return of
}

// othersOf returns the rows of all groups together that Top does not keep.
func (rep *Report) othersOf(ctx context.Context, top *topOf) ([]ReportRow, error) {
	if top.all || !rep.Query.Top.Others {
		return nil, nil
	}
	rep.others = rep.narrowed(top, nil, true)
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

// groupKey names a row's group.
func (rep *Report) groupKey(row ReportRow) string {
	return rep.Key(ReportRow{Group: row.Group, Period: rep.Period})
}

// pinnedAll is the filter of some groups. Employers are listed, by which their rows are found.
func (rep *Report) pinnedAll(rows []ReportRow) facts {
	if dimensions := rep.dimensions(); len(dimensions) == 1 && dimensions[0] == labour.ByEmployer {
		ids := []string{}
		for _, row := range rows {
			ids = append(ids, row.Group[labour.ByEmployer])
		}
		if !slices.Contains(ids, "") { // those of no employer are in no list
			return facts{employers: ids}
		}
	}
	either := []facts{}
	for _, row := range rows {
		either = append(either, rep.pinned(row.Group))
	}
	return facts{nested: Nested[facts]{Or: either}}
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
