package receipts

import (
	"bytes"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// The page of a receipt says whether made-up rows are behind the figure, also where the question did not ask for it. So the
// question is asked once more, with the mark of every figure, row and estimate that it selects.

// madeUp is the alias under which marks are asked for.
const madeUp = "homeboundSynthetic"

// WithMarks returns a document that asks for the same and for the marks of what it selects, and what was added. It returns
// an error for a text that is no document.
func WithMarks(schema *ast.Schema, document string) (text string, m Marks, err error) {
	doc, err := parser.ParseQuery(&ast.Source{Input: document})
	if err != nil {
		return "", m, err
	}
	m.schema = schema
	for _, operation := range doc.Operations {
		operation.SelectionSet = m.mark(schema.Query, operation.SelectionSet)
	}
	for _, fragment := range doc.Fragments {
		fragment.SelectionSet = m.mark(schema.Types[fragment.TypeCondition], fragment.SelectionSet)
	}
	var written bytes.Buffer
	formatter.NewFormatter(&written).FormatQueryDocument(doc)
	return written.String(), m, nil
}

// Marks is what was added to a document.
type Marks struct {
	Asked  int  // marks
	Counts bool // whether lists of rows with marks are counted, of which no mark tells

	schema *ast.Schema
}

// Took reports whether the data of the answer to the document with marks tell of a synthetic row.
func (m Marks) Took(data []byte) bool {
	// The executor writes no blank behind a colon, and a text's own quotes with a backslash before them.
	return bytes.Contains(data, []byte(`"`+madeUp+`":true`))
}

// mark adds the mark of a type to a selection of it, and to what is selected within.
func (m *Marks) mark(of *ast.Definition, selected ast.SelectionSet) ast.SelectionSet {
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
		m.Counts = true
	}
	own := ast.SelectionSet{&ast.Field{Alias: madeUp, Name: "synthetic"}}
	if of.Fields.ForName("synthetic") != nil {
		m.Asked++
		return append(selected, own...)
	}
	if behind := of.Fields.ForName("provenance"); behind != nil &&
		m.schema.Types[behind.Type.Name()].Fields.ForName("synthetic") != nil {
		m.Asked++
		return append(selected, &ast.Field{Alias: madeUp + "Behind", Name: "provenance", SelectionSet: own})
	}
	return selected
}
