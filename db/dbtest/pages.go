package dbtest

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/labour"
)

// pages holds every list to the naive one: each row once, forwards and backwards, whatever the size of a page.
func pages(t *testing.T, open func(testing.TB) *db.Store) {
	random(t, open, 60, func(t *testing.T, r *db.Release, n *Naive, d dice) {
		for range questions() / 8 {
			descending := d.once(2)
			byPermit := db.Order[db.PermitOrder]{Field: pick(d, []db.PermitOrder{db.PermitByIssuedOn, db.PermitByValidFrom, db.PermitByValidTo,
				db.PermitByWorkers, db.PermitByNumber}), Descending: descending}
			permitFilters := several(d, d.permitFilter(n))
			if d.once(2) { // one list by its days alone, as most are
				f := permitFilters[0]
				f.InForceOn, f.Status, f.Employers, f.Employer = Some(d.day()), nil, nil, ""
				permitFilters = []db.PermitFilter{f}
			}
			walk(t, d, func(ctx context.Context, span db.Span) ([]db.Page[labour.Permit], error) {
				return r.PermitPages(ctx, permitFilters, byPermit, span)
			}, each(permitFilters, func(f db.PermitFilter) []labour.Permit { return n.Permits(f, byPermit) }),
				func(p labour.Permit) int { return p.Workers }, describe(permitFilters)+describe(byPermit))

			byRepatriation := db.Order[db.RepatriationOrder]{Field: pick(d, []db.RepatriationOrder{db.RepatriationByDate, db.RepatriationByWorkers}), Descending: descending}
			repatriationFilters := several(d, d.repatriationFilter)
			walk(t, d, func(ctx context.Context, span db.Span) ([]db.Page[labour.Repatriation], error) {
				return r.RepatriationPages(ctx, repatriationFilters, byRepatriation, span)
			}, each(repatriationFilters, func(f db.RepatriationFilter) []labour.Repatriation { return n.Repatriations(f, byRepatriation) }),
				func(r labour.Repatriation) int { return r.Workers }, describe(repatriationFilters)+describe(byRepatriation))

			byEmployer := db.Order[db.EmployerOrder]{Field: pick(d, []db.EmployerOrder{db.EmployerByName, db.EmployerByWorkersAuthorised}), Descending: descending}
			employerFilters := several(d, d.employerFilter)
			walk(t, d, func(ctx context.Context, span db.Span) ([]db.Page[labour.Employer], error) {
				return r.EmployerPages(ctx, employerFilters, byEmployer, span)
			}, each(employerFilters, func(f db.EmployerFilter) []labour.Employer { return n.Employers(f, byEmployer) }),
				func(labour.Employer) int { return 0 }, describe(employerFilters)+describe(byEmployer))
		}
		byID(t, r, n)
	})
}

// walk reads several lists at once from the start, then each list by itself from end to end in both directions.
func walk[T any](t *testing.T, d dice, read func(context.Context, db.Span) ([]db.Page[T], error), expected [][]T, workers func(T) int, about string) {
	t.Helper()
	limit := d.between(1, 20)
	bare, err := read(t.Context(), db.Span{Limit: limit, NoRows: true, Count: true, Workers: true})
	require.NoError(t, err)
	first, err := read(t.Context(), db.Span{Limit: limit, Count: true, Workers: true})
	require.NoError(t, err, about)
	require.Len(t, first, len(expected), about)
	for i, list := range expected {
		sum := 0
		for _, row := range list {
			sum += workers(row)
		}
		assert.Equal(t, len(list), first[i].Total, "total of list %d of %s", i, about)
		assert.Equal(t, sum, first[i].Workers, "workers of list %d of %s", i, about)
		assert.Equal(t, db.Page[T]{Total: len(list), Workers: sum}, bare[i], "totals alone of list %d of %s", i, about)
		assert.Equal(t, len(list) > limit, first[i].More, "more of list %d of %s", i, about)
		for _, backward := range []bool{false, true} {
			var found []T
			span := db.Span{Limit: d.between(1, 20), Backward: backward}
			for more := true; more; {
				read, err := read(t.Context(), span)
				require.NoError(t, err, about)
				page := read[i]
				require.Len(t, page.Positions, len(page.Nodes), about)
				require.LessOrEqual(t, len(page.Nodes), span.Limit, about)
				if more = page.More; more {
					require.Len(t, page.Nodes, span.Limit, "a page that is not the last is full: %s", about)
				}
				if backward {
					found = append(slices.Clone(page.Nodes), found...)
				} else {
					found = append(found, page.Nodes...)
				}
				if more && backward {
					span.Before = &page.Positions[0]
				} else if more {
					span.After = &page.Positions[span.Limit-1]
				}
				span.Limit = d.between(1, 20)
			}
			require.Equal(t, list, found, "list %d of %s, backward %t", i, about, backward)
		}
		between(t, d, read, i, list, about)
	}
}

// between reads the rows that lie between two positions, from either end.
func between[T any](t *testing.T, d dice, read func(context.Context, db.Span) ([]db.Page[T], error), i int, list []T, about string) {
	t.Helper()
	if len(list) < 3 {
		return
	}
	all, err := read(t.Context(), db.Span{Limit: len(list)})
	require.NoError(t, err, about)
	from := d.between(0, len(list)-2)
	to := d.between(from+1, len(list)-1)
	inside := list[from+1 : to]
	for _, backward := range []bool{false, true} {
		limit := d.between(1, 5)
		read, err := read(t.Context(), db.Span{After: &all[i].Positions[from], Before: &all[i].Positions[to], Limit: limit, Backward: backward})
		require.NoError(t, err, about)
		expected := inside[:min(limit, len(inside))]
		if backward {
			expected = inside[max(0, len(inside)-limit):]
		}
		assert.Equal(t, append([]T(nil), expected...), read[i].Nodes, "between rows %d and %d of %s", from, to, about)
		assert.Equal(t, len(inside) > limit, read[i].More, "more between rows %d and %d of %s", from, to, about)
	}
}

// byID looks rows up in the order of the ids, with strangers among them.
func byID(t *testing.T, r *db.Release, n *Naive) {
	permits, err := r.Permits(t.Context(), []string{"P003", "nobody", "P001", "P003"})
	require.NoError(t, err)
	require.Len(t, permits, 4)
	assert.Equal(t, []string{"P003", "P001", "P003"}, []string{permits[0].ID, permits[2].ID, permits[3].ID})
	assert.Nil(t, permits[1])
	employers, err := r.Employers(t.Context(), []string{"nobody", "E002"})
	require.NoError(t, err)
	require.Len(t, employers, 2)
	assert.Nil(t, employers[0])
	assert.Equal(t, n.employers["E002"], *employers[1])
	var known []string
	var expected []*labour.Repatriation
	for _, one := range n.content.Repatriations {
		known = append(known, one.ID, "nobody")
		if one.Outcome == labour.Protected {
			expected = append(expected, nil, nil)
		} else {
			expected = append(expected, &one, nil)
		}
	}
	repatriations, err := r.Repatriations(t.Context(), known)
	require.NoError(t, err)
	assert.Equal(t, expected, repatriations)

	ids := []string{"P002", "nobody", "P000"}
	under, err := r.RepatriationsUnder(t.Context(), ids)
	require.NoError(t, err)
	require.Len(t, under, len(ids))
	byDate := n.Repatriations(db.RepatriationFilter{}, db.Order[db.RepatriationOrder]{Field: db.RepatriationByDate})
	for i, id := range ids {
		var expected []labour.Repatriation
		for _, r := range byDate {
			if r.Permit == id {
				expected = append(expected, r)
			}
		}
		assert.Equal(t, expected, under[i], "under permit %s", id)
	}
}

// several makes up to four filters, each by itself.
func several[F any](d dice, one func() F) []F {
	filters := make([]F, d.between(1, 4))
	for i := range filters {
		filters[i] = one()
	}
	return filters
}

func each[F, T any](filters []F, list func(F) []T) [][]T {
	lists := make([][]T, len(filters))
	for i, f := range filters {
		lists[i] = list(f)
	}
	return lists
}

func (d dice) permitFilter(n *Naive) func() db.PermitFilter {
	return func() db.PermitFilter {
		general := d.filter(n)
		f := db.PermitFilter{Within: general.Within, Industries: general.Industries, Nationalities: general.Nationalities,
			Employers: general.Employers, BoundariesOn: d.maybeDay(3)}
		if d.once(6) {
			f.Employer = pick(d, n.content.Employers).ID
		}
		if d.once(3) {
			f.Issued = general.Period
		}
		f.InForceOn = d.maybeDay(4)
		if d.once(3) {
			f.Workers = db.Comparison[int]{Gte: Some(d.between(0, 20)), Lt: Some(d.between(10, 40))}
		}
		if d.once(4) {
			f.ValidFrom = db.Comparison[labour.Date]{Gte: d.maybeDay(2), Lt: d.maybeDay(2)}
		}
		if d.once(6) {
			f.ValidTo = db.Comparison[labour.Date]{Gt: d.maybeDay(2), Lte: d.maybeDay(2)}
		}
		if d.once(4) {
			f.Status = some(d, 3, labour.PermitStatuses)
		}
		if d.once(3) {
			f.Nested = nest(d, 1, func() db.PermitFilter { return d.comparedPermits(n) },
				func(f *db.PermitFilter, within db.Nested[db.PermitFilter]) { f.Nested = within })
		}
		return f
	}
}

// comparedPermits makes a random filter of what reports do not have.
func (d dice) comparedPermits(n *Naive) db.PermitFilter {
	f := db.PermitFilter{BoundariesOn: d.maybeDay(4)}
	if d.once(4) {
		f.Within = []string{pick(d, []string{"RU-FD-FE", "RU-FD-SI", "RU-BU", "X-BAIKAL"})}
	}
	if d.once(3) {
		for _, p := range some(d, 9, n.content.Permits) {
			f.Numbers = append(f.Numbers, p.Number)
		}
	}
	if d.once(4) {
		f.Synthetic = Some(d.once(2))
	}
	if d.once(3) {
		f.Workers = db.Comparison[int]{Gt: Some(d.between(0, 20)), Lte: Some(d.between(10, 40))}
	}
	if d.once(4) {
		f.Workers.Gte, f.Workers.Lt = Some(d.between(0, 20)), Some(d.between(10, 40))
	}
	if d.once(9) {
		f.Workers.In, f.Workers.Eq = []int{1, 2, 3, 4, 5}, Some(d.between(1, 5))
	}
	if d.once(3) {
		f.IssuedOn = db.Comparison[labour.Date]{Gte: d.maybeDay(2), Lt: d.maybeDay(2), Gt: d.maybeDay(9), Lte: d.maybeDay(9)}
	}
	f.InForceOn = d.maybeDay(9)
	if d.once(5) {
		f.Status = some(d, 3, labour.PermitStatuses)
	}
	return f
}

func (d dice) repatriationFilter() db.RepatriationFilter {
	var f db.RepatriationFilter
	if d.once(4) {
		f.Within = some(d, 2, []string{"RU", "RU-FD-FE", "RU-FD-SI", "RU-BU", "X-BAIKAL"})
	}
	f.BoundariesOn = d.maybeDay(3)
	if d.once(4) {
		f.Nationalities = some(d, 2, []string{"KP", "UZ", "VN"})
	}
	if d.once(4) {
		f.Outcomes = some(d, 3, labour.Outcomes)
	}
	if d.once(4) {
		f.Period.From = Some(d.day())
		f.Period.To = Some(f.Period.From.AddDays(d.between(0, 300)))
	}
	if d.once(4) {
		f.Sanction = "S/RES/2397(2017)"
	}
	return f
}

func (d dice) employerFilter() db.EmployerFilter {
	var f db.EmployerFilter
	if d.once(4) {
		f.Within = some(d, 2, []string{"RU", "RU-FD-FE", "RU-FD-SI"})
	}
	if d.once(4) {
		f.Industries = some(d, 2, []string{"A", "F"})
	}
	if d.once(2) {
		f.Search = pick(d, []string{"amur", "ВОСТОК", "вост", "ёлка", "%", "_", "250", "a", "nobody"})
	}
	return f
}

// maybeDay returns a day once in n throws.
func (d dice) maybeDay(n int) *labour.Date {
	if d.once(n) {
		return Some(d.day())
	}
	return nil
}
