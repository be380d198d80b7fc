package model

import "homebound/internal/labour"

// ChangeConnection is one page of the rows that two releases hold differently.
type ChangeConnection struct {
	Connection[labour.Change]
	TotalCount *int // nil where a count is withheld
	Summary    []ChangeCounts
}

// ChangeEdge is a change with the cursor that a page can start after.
type ChangeEdge = Edge[labour.Change]

// ChangeCounts is how many rows of a table two releases hold differently; the counts are nil where they are withheld.
type ChangeCounts struct {
	Table                   string
	Added, Removed, Changed *int
}
