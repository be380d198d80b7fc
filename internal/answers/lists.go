package answers

import (
	"context"

	"homebound/db"
)

// FullList is a list of a release that is read from its first row to its last, and not page by page.
type FullList struct {
	*db.Whole
	Rows int // how many it has
	Cost int // what reading them costs, beside asking
}

// rowsPerCost is how many rows cost 1: as many as are read and written in the time in which an answer's hundred
// values are.
const rowsPerCost = 300

// FullPermits opens the list of permits. It returns a Fault, FORBIDDEN, where the request may not read single rows.
func FullPermits(ctx context.Context, release *db.Release, f db.PermitFilter, order db.Order[db.PermitOrder]) (
	*FullList, error) {
	return full(ctx, CheckRows(ctx, release), func() (*db.Whole, error) { return release.WholePermits(ctx, f, order) })
}

// FullRepatriations opens the list of repatriations, under the same condition.
func FullRepatriations(ctx context.Context, release *db.Release, f db.RepatriationFilter,
	order db.Order[db.RepatriationOrder]) (*FullList, error) {
	return full(ctx, CheckRows(ctx, release), func() (*db.Whole, error) {
		return release.WholeRepatriations(ctx, f, order)
	})
}

// FullEmployers opens the list of employers. Their order by workers tells who has more: see CheckEmployerOrder.
func FullEmployers(ctx context.Context, release *db.Release, f db.EmployerFilter, order db.Order[db.EmployerOrder]) (
	*FullList, error) {
	return full(ctx, CheckEmployerOrder(ctx, release, order.Field), func() (*db.Whole, error) {
		return release.WholeEmployers(ctx, f, order)
	})
}

// FullObservations opens the list of observations, which are open to everybody.
func FullObservations(ctx context.Context, release *db.Release, f db.ObservationFilter) (*FullList, error) {
	return full(ctx, nil, func() (*db.Whole, error) { return release.WholeObservations(ctx, f) })
}

// full opens a list where nothing forbids it. What it costs and what its rows are marked as is decided here for every
// list alike.
func full(ctx context.Context, forbidden error, open func() (*db.Whole, error)) (*FullList, error) {
	if forbidden != nil {
		return nil, forbidden
	}
	list, err := open()
	if err != nil {
		return nil, err
	}
	rows, err := list.Count(ctx)
	return &FullList{Whole: list, Rows: rows, Cost: rows / rowsPerCost}, err
}

// Mark returns the sources of the list's rows, in the order of ids, and whether any row is made up.
func (l *FullList) Mark(ctx context.Context) (sources []string, synthetic bool, err error) {
	found, err := l.Evidence(ctx)
	for _, e := range found {
		sources, synthetic = append(sources, e.Source), synthetic || e.Synthetic
	}
	return sources, synthetic, err
}
