// Package model holds the Go side of the contract where no type of the domain is it: connections, reports and the
// generated inputs.
package model

import "homebound/internal/labour"

// Connection is one page of a list.
type Connection[T any] struct {
	Edges        []Edge[T]
	PageInfo     PageInfo
	TotalCount   int  // set where the selection asks for it
	TotalWorkers int  // of permits and repatriations, set where the selection asks for it
	Synthetic    bool // likewise

	items []T
}

// Edge is an item with the cursor that a page can start after.
type Edge[T any] struct {
	Cursor string
	Node   T

	place place[T]
}

// NewConnection makes a page of the items, in their order, with the cursors that cursor gives them. PageInfo has its
// cursors; whether there is more, and the totals, are the caller's to set, and Join gathers the nodes.
func NewConnection[T any](items []T, cursor func(T) string) *Connection[T] {
	c := &Connection[T]{Edges: make([]Edge[T], len(items)), items: items}
	for i, item := range items {
		c.Edges[i] = Edge[T]{Cursor: cursor(item), Node: item}
	}
	if len(items) > 0 {
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = &c.Edges[0].Cursor, &c.Edges[len(items)-1].Cursor
	}
	return c
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
