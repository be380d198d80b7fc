// Package model holds the Go side of the contract where no type of the domain is it: connections, reports and the
// generated inputs.
package model

import "homebound/internal/labour"

// Connection is one page of a list.
type Connection[T any] struct {
	PageInfo     PageInfo
	TotalCount   int  // set where the selection asks for it
	TotalWorkers int  // of permits and repatriations, set where the selection asks for it
	Synthetic    bool // likewise

	items  []T
	cursor func(i int) string
	batch  *batch[T] // of the items, which begin at first in it; nil where nothing was gathered
	first  int
}

// Edge is an item with the cursor that a page can start after.
type Edge[T any] struct {
	Cursor string
	Node   T

	place place[T]
}

// Item returns the node as it was read together with others.
func (e *Edge[T]) Item() *T {
	if e.place.batch == nil {
		return &e.Node
	}
	return e.place.batch.items[e.place.index]
}

// NewConnection makes a page of the items, in their order; cursor returns that of the item at a place. PageInfo has its
// cursors; whether there is more, and the totals, are the caller's to set, and Join gathers the nodes.
func NewConnection[T any](items []T, cursor func(i int) string) *Connection[T] {
	c := &Connection[T]{items: items, cursor: cursor}
	if n := len(items); n > 0 {
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = new(cursor(0)), new(cursor(n-1))
	}
	return c
}

// Edges returns the page's items with their cursors, which are made only where they are asked for.
func (c *Connection[T]) Edges() []Edge[T] {
	edges := make([]Edge[T], len(c.items))
	for i, item := range c.items {
		edges[i] = Edge[T]{Cursor: c.cursor(i), Node: item, place: place[T]{c.batch, c.first + i}}
	}
	return edges
}

// Nodes returns the page's items without their cursors.
func (c Connection[T]) Nodes() []T {
	if c.items == nil {
		return []T{}
	}
	return c.items
}

// The connections of the contract and their edges.
type (
	ReleaseConnection      = Connection[labour.Release]
	RegionConnection       = Connection[labour.Region]
	EmployerConnection     = Connection[labour.Employer]
	PermitConnection       = Connection[labour.Permit]
	RepatriationConnection = Connection[labour.Repatriation]
	ObservationConnection  = Connection[labour.Observation]
	SourceConnection       = Connection[labour.Source]
	ClaimConnection        = Connection[labour.Claim]

	ReleaseEdge      = Edge[labour.Release]
	RegionEdge       = Edge[labour.Region]
	EmployerEdge     = Edge[labour.Employer]
	PermitEdge       = Edge[labour.Permit]
	RepatriationEdge = Edge[labour.Repatriation]
	ObservationEdge  = Edge[labour.Observation]
	SourceEdge       = Edge[labour.Source]
	ClaimEdge        = Edge[labour.Claim]
)
