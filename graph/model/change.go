package model

import (
	"homebound/internal/answers"
	"homebound/internal/labour"
)

// ChangeConnection is one page of the rows that two releases hold differently.
type ChangeConnection struct {
	Connection[labour.Change]
	TotalCount *int // nil where a count is withheld
	Summary    []answers.TableChanges
}

// ChangeEdge is a change with the cursor that a page can start after.
type ChangeEdge = Edge[labour.Change]
