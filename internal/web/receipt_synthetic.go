package web

import (
	"bytes"
	"context"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"

	"homebound/db"
)

// The page of a receipt says whether made-up rows are behind the figure, also where the question did not ask for it. So the
// question is asked once more, with the mark of every figure, row and estimate that it selects.

// madeUp is the alias under which marks are asked for.
const madeUp = "homeboundSynthetic"

// synthetic returns whether made-up rows took part in an answer; nil where that cannot be found out.
func (s *Edge) synthetic(ctx context.Context, release *db.Release, of receipt) *bool {
	no := false
	if !release.Info().Synthetic {
		return &no
	}
	text, m, err := s.withMarks(of.Document)
	if err != nil {
		return nil
	}
	if m.marks == 0 && !m.counts {
		return &no
	}
	limits := limitsOf(ctx)
	limits.Aliases, limits.Tokens, limits.Depth = limits.Aliases+2*m.marks, limits.Tokens+6*m.marks, limits.Depth+1
	ctx = context.WithValue(context.WithValue(ctx, limitsKey{}, limits), ownKey{}, true)
	of.Document = text
	data, refused, err := s.loopback.again(ctx, of)
	if err != nil || refused != "" {
		return nil
	}
	// The executor writes no blank behind a colon, and a text's own quotes with a backslash before them.
	took := bytes.Contains(data, []byte(`"`+madeUp+`":true`))
	if !took && m.counts {
		if release.Info().Factual {
			return nil // some rows are made up, and nothing says whether one was counted
		}
		took = true
	}
	return &took
}

// withMarks returns a document that asks for the same and for the marks of what it selects, and what was added.
func (s *Edge) withMarks(document string) (text string, m marker, err error) {
	doc, err := parser.ParseQuery(&ast.Source{Input: document})
	if err != nil {
		return "", m, err
	}
	m.schema = s.schema
	for _, operation := range doc.Operations {
		operation.SelectionSet = m.mark(s.schema.Query, operation.SelectionSet)
	}
	for _, fragment := range doc.Fragments {
		fragment.SelectionSet = m.mark(s.schema.Types[fragment.TypeCondition], fragment.SelectionSet)
	}
	var written bytes.Buffer
	formatter.NewFormatter(&written).FormatQueryDocument(doc)
	return written.String(), m, nil
}

// marker adds marks to selections.
type marker struct {
	schema *ast.Schema
	marks  int
	counts bool // whether lists of rows with marks are counted
}

// mark adds the mark of a type to a selection of it, and to what is selected within.
func (m *marker) mark(of *ast.Definition, selected ast.SelectionSet) ast.SelectionSet {
	if of == nil {
		return selected
	}
	for _, selection := range selected {
		switch selection := selection.(type) {
		case *ast.Field:
			if field := of.Fields.ForName(selection.Name); field != nil {
				selection.SelectionSet = m.mark(m.schema.Types[field.Type.Name()], selection.SelectionSet)
			}
		case *ast.InlineFragment:
			within := of
			if selection.TypeCondition != "" {
				within = m.schema.Types[selection.TypeCondition]
			}
			selection.SelectionSet = m.mark(within, selection.SelectionSet)
		}
	}
	// A release's own mark says what it holds, and not what an answer is made of.
	if of.Name == "Release" || len(selected) == 0 {
		return selected
	}
	if nodes := of.Fields.ForName("nodes"); nodes != nil && m.schema.Types[nodes.Type.Name()].Fields.ForName("synthetic") != nil {
		m.counts = true
	}
	own := ast.SelectionSet{&ast.Field{Alias: madeUp, Name: "synthetic"}}
	if of.Fields.ForName("synthetic") != nil {
		m.marks++
		return append(selected, own...)
	}
	if behind := of.Fields.ForName("provenance"); behind != nil &&
		m.schema.Types[behind.Type.Name()].Fields.ForName("synthetic") != nil {
		m.marks++
		return append(selected, &ast.Field{Alias: madeUp + "Behind", Name: "provenance", SelectionSet: own})
	}
	return selected
}
