package graph

import (
	"context"

	"homebound/db"
	"homebound/internal/labour"
)

type rowsKey struct{}

// WithRows gives a context whose request may read single permits and repatriations, or may not. One of which nothing is said
// may.
func WithRows(ctx context.Context, allowed bool) context.Context {
	return context.WithValue(ctx, rowsKey{}, allowed)
}

// checkRows returns a Fault with Forbidden where the request may not read single permits and repatriations: for itself, or
// since they would tell what the release withholds.
func checkRows(ctx context.Context) error { return checkRowsOf(ctx, releaseOf(ctx)) }

// checkRowsOf is checkRows for a release that may be another than the request's.
func checkRowsOf(ctx context.Context, release *db.Release) error {
	if allowed, said := ctx.Value(rowsKey{}).(bool); said && !allowed {
		return labour.Faultf(labour.Forbidden, "Single permits and repatriations need a key that allows rows; reports and totals do not.")
	}
	return checkSmallOf(ctx, release, "Single permits and repatriations")
}
