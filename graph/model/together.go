package model

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// batch is objects that were read together: a field of one of them is resolved for all.
type batch[T any] struct {
	items  []*T
	fields sync.Map // by the path of the field without indices, a func() ([]R, error)
}

// place is where an object stands in its batch.
type place[T any] struct {
	batch *batch[T]
	index int
}

type batchesKey struct{}

// batches knows the batch of every object that was read together with others. Most answers never ask for one, so that
// objects are entered only once somebody does.
type batches struct {
	mu      sync.Mutex
	waiting []func() // enter the objects of a batch
	some    atomic.Bool
	places  sync.Map // by *T, a place[T]
}

func (b *batches) find(item any) (any, bool) {
	if b.some.Load() {
		b.mu.Lock()
		for _, enter := range b.waiting {
			enter()
		}
		b.waiting = nil
		b.some.Store(false)
		b.mu.Unlock()
	}
	return b.places.Load(item)
}

// WithBatches returns a context whose request remembers which objects were read together.
func WithBatches(ctx context.Context) context.Context {
	return context.WithValue(ctx, batchesKey{}, new(batches))
}

// Gather remembers that objects were read together, so that Together resolves their fields together.
func Gather[T any](ctx context.Context, items []*T) {
	newBatch(ctx, items)
}

func newBatch[T any](ctx context.Context, items []*T) *batch[T] {
	b := &batch[T]{items: items}
	if known, ok := ctx.Value(batchesKey{}).(*batches); ok && len(items) > 0 {
		known.mu.Lock()
		defer known.mu.Unlock()
		known.waiting = append(known.waiting, func() {
			for i, item := range items {
				if item != nil {
					known.places.Store(item, place[T]{b, i})
				}
			}
		})
		known.some.Store(true)
	}
	return b
}

// Join gathers the nodes of connections that were read together.
func Join[T any](ctx context.Context, connections []*Connection[T]) {
	var items []*T
	for _, c := range connections {
		for i := range c.items {
			items = append(items, &c.items[i])
		}
	}
	shared, at := newBatch(ctx, items), 0
	for _, c := range connections {
		c.batch, c.first = shared, at
		at += len(c.items)
	}
}

// Together resolves a field for all objects that were read together with its parents, and gives each its own.
// gqlgen gathers the parents of one list itself; but it hands over the nodes of edges, and objects that are not in
// a list, one by one, and the lists of several parents list by list.
//
// resolve returns one result for each of its parents, in their order. Its error fails all of them, or each its own
// where it is a graphql.BatchErrors.
func Together[T, R any](ctx context.Context, parents []*T, resolve func([]*T) ([]R, error)) ([]R, error) {
	places, ok := placesOf(ctx, parents)
	if !ok {
		return resolve(parents)
	}
	b, path := places[0].batch, pathOf(ctx)
	shared, _ := b.fields.LoadOrStore(path, sync.OnceValues(func() ([]R, error) { return resolve(b.items) }))
	results, err := shared.(func() ([]R, error))()
	each, apart := err.(graphql.BatchErrors)
	if err != nil && !apart {
		return nil, err
	}
	if len(results) != len(b.items) || apart && len(each.Errors()) != len(b.items) {
		return nil, fmt.Errorf("resolving %s together: expected %d results, found %d", path, len(b.items), len(results))
	}
	own, errs := make([]R, len(parents)), make(graphql.BatchErrorList, len(parents))
	for i, p := range places {
		own[i] = results[p.index]
		if apart {
			errs[i] = each.Errors()[p.index]
		}
	}
	if len(errs.Unwrap()) == 0 {
		return own, nil
	}
	if len(own) == 1 {
		return own, errs[0]
	}
	return own, errs
}

// placesOf finds the parents in the one batch that all of them are of.
func placesOf[T any](ctx context.Context, parents []*T) ([]place[T], bool) {
	if len(parents) == 0 {
		return nil, false
	}
	if edge := edgeAbove[T](graphql.GetFieldContext(ctx)); edge != nil && len(parents) == 1 {
		return []place[T]{edge.place}, true
	}
	known, ok := ctx.Value(batchesKey{}).(*batches)
	if !ok {
		return nil, false
	}
	places := make([]place[T], len(parents))
	for i, parent := range parents {
		found, ok := known.find(parent)
		if !ok {
			return nil, false
		}
		places[i] = found.(place[T])
		if places[i].batch != places[0].batch {
			return nil, false
		}
	}
	return places, true
}

// edgeAbove returns the edge whose node the field is of, or nil where it is not the node of an edge.
func edgeAbove[T any](field *graphql.FieldContext) *Edge[T] {
	if field == nil || field.Parent == nil || field.Parent.Parent == nil {
		return nil
	}
	edge, ok := field.Parent.Parent.Result.(*Edge[T])
	if !ok || edge.place.batch == nil {
		return nil
	}
	return edge
}

// pathOf names the field by the response keys on the way to it, the same for all that one selection selects.
func pathOf(ctx context.Context) string {
	var keys []string
	for _, element := range graphql.GetPath(ctx) {
		if name, ok := element.(ast.PathName); ok {
			keys = append(keys, string(name))
		}
	}
	return strings.Join(keys, ".")
}
