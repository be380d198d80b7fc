package graph

import (
	"context"

	"homebound/db"
)

type wholeKey struct{}

// WithWhole returns a context, and a place that holds, once a query under it has listed employers, permits or
// repatriations, the whole list that its page is of: by the same filter, in the same order, and only where the
// request may read it.
func WithWhole(ctx context.Context) (context.Context, **db.Whole) {
	place := new(*db.Whole)
	return context.WithValue(ctx, wholeKey{}, place), place
}

// leaveWhole leaves the whole list of a page that was read, where one is waited for.
func leaveWhole(ctx context.Context, list func() (*db.Whole, error)) (err error) {
	if place, ok := ctx.Value(wholeKey{}).(**db.Whole); ok {
		*place, err = list()
	}
	return err
}

// GlobalID returns the id that `node` finds an object by.
func GlobalID(typename, key string) string { return globalID(typename, key) }

// KeyOf returns the publisher's own key of an object, whose global id or key is given.
func KeyOf(typename, id string) string { return keyOf(typename, id) }
