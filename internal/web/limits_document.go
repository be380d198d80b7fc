package web

import (
	"github.com/vektah/gqlparser/v2/ast"

	"homebound/internal/labour"
)

// documentCounts counts what a document is made of, before it is held against the schema.
type documentCounts struct {
	aliases, directives int
	rootFields          int            // of the operation that has most
	depth               int            // of fields within fields, with no fragment followed
	names               map[string]int // how many fields answer under each name
}

func countDocument(doc *ast.QueryDocument) *documentCounts {
	c := &documentCounts{names: map[string]int{}}
	for _, operation := range doc.Operations {
		c.directives += len(operation.Directives)
		for _, variable := range operation.VariableDefinitions {
			c.directives += len(variable.Directives)
		}
		c.selections(operation.SelectionSet, 1)
		c.rootFields = max(c.rootFields, rootFields(doc, operation.SelectionSet, map[string]bool{}))
	}
	for _, fragment := range doc.Fragments {
		c.directives += len(fragment.Directives)
		c.selections(fragment.SelectionSet, 1)
	}
	return c
}

func (c *documentCounts) selections(set ast.SelectionSet, depth int) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			c.depth = max(c.depth, depth)
			if s.Alias != s.Name {
				c.aliases++
			}
			c.names[s.Alias]++
			c.directives += len(s.Directives)
			c.selections(s.SelectionSet, depth+1)
		case *ast.InlineFragment:
			c.directives += len(s.Directives)
			c.selections(s.SelectionSet, depth)
		case *ast.FragmentSpread:
			c.directives += len(s.Directives)
		}
	}
}

// rootFields counts the fields at the root of an operation, in fragments too.
func rootFields(doc *ast.QueryDocument, set ast.SelectionSet, seen map[string]bool) int {
	n := 0
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			n++
		case *ast.InlineFragment:
			n += rootFields(doc, s.SelectionSet, seen)
		case *ast.FragmentSpread:
			if fragment := doc.Fragments.ForName(s.Name); fragment != nil && !seen[s.Name] {
				seen[s.Name] = true
				n += rootFields(doc, fragment.SelectionSet, seen)
			}
		}
	}
	return n
}

// check holds the counts against the limits.
func (c *documentCounts) check(l Limits) error {
	if c.depth > l.Depth {
		return tooDeep(c.depth, l)
	}
	pairs := 0
	for _, n := range c.names {
		pairs += n * n
	}
	for _, count := range []struct {
		found, most int
		of          string
	}{
		{c.aliases, l.Aliases, "aliases"},
		{c.rootFields, l.RootFields, "fields at its root"},
		{c.directives, l.Directives, "directives"},
		{pairs, maxPairs, "pairs of fields that answer under the same name"},
	} {
		if count.found > count.most {
			return labour.Faultf(labour.LimitExceeded, "The query has %d %s: expected at most %d.", count.found,
				count.of, count.most)
		}
	}
	return nil
}
