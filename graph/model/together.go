package model

import (
	"context"
	"fmt"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// page is what the edges of one connection share, so that a field of their nodes is resolved once for all of them.
type page[T any] struct {
	items  []*T
	fields sync.Map // by edgeField, a func() ([]R, error)
}

// edgeField names a field of a node by the response keys on the way to it from the connection.
type edgeField struct{ edges, node, field string }

// Together resolves a field for all of its parents at once. gqlgen gathers the parents of `nodes { field }` and of plain
// lists itself, but hands over those of `edges { node { field } }` one by one: then the first of them resolves for the
// whole page, and the others take their share.
//
// resolve gives one result for each of its parents, in their order. Its error fails all of them, or each its own where
// it is a graphql.BatchErrors.
func Together[T, R any](ctx context.Context, parents []*T, resolve func([]*T) ([]R, error)) ([]R, error) {
	edge, key := edgeAbove[T](graphql.GetFieldContext(ctx))
	if edge == nil || len(parents) != 1 {
		return resolve(parents)
	}
	shared, _ := edge.page.fields.LoadOrStore(key, sync.OnceValues(func() ([]R, error) { return resolve(edge.page.items) }))
	results, err := shared.(func() ([]R, error))()
	own := func(n int) bool { return edge.index < n }
	if each, ok := err.(graphql.BatchErrors); ok && own(len(results)) && own(len(each.Errors())) {
		return results[edge.index : edge.index+1], each.Errors()[edge.index]
	}
	if err != nil {
		return nil, err
	}
	if !own(len(results)) {
		return nil, fmt.Errorf("resolving %s together: expected %d results, found %d", key.field, len(edge.page.items), len(results))
	}
	return results[edge.index : edge.index+1], nil
}

// edgeAbove gives the edge whose node the field is of, or nil where it is not the node of an edge.
func edgeAbove[T any](field *graphql.FieldContext) (*Edge[T], edgeField) {
	if field == nil || field.Parent == nil || field.Parent.Parent == nil || field.Parent.Parent.Parent == nil {
		return nil, edgeField{}
	}
	node, item := field.Parent, field.Parent.Parent
	edge, ok := item.Result.(*Edge[T])
	if !ok || edge.page == nil {
		return nil, edgeField{}
	}
	return edge, edgeField{item.Parent.Field.Alias, node.Field.Alias, field.Field.Alias}
}
