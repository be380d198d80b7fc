// Package columns writes a list of objects straight into JSON, column by column: what a field needs is prepared once
// for all rows, and then each row is written from it.
//
// gqlgen executes a list field by field: each field of each row has a context, closures, a marshaler and often a
// goroutine of its own. For a report of small rows that takes several times what computing the rows takes.
//
// A Table has the columns of one type of the contract. Nothing is written halfway: where a selection names a field
// that the table has no column for, or where anything fails, Write returns an error and the caller lets gqlgen execute
// the list, which can do all and says what failed and where. A column can therefore be left out, but not answer
// differently: package graph's tests hold both ways to the same bytes.
package columns

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"homebound/graph/scalar"
)

// Cell appends the value of a field in a row to JSON.
type Cell func(json []byte, row int) ([]byte, error)

// Column prepares the cells of a field for the rows of a list.
type Column[T any] func(ctx context.Context, field graphql.CollectedField, rows []*T) (Cell, error)

// Table has the columns of a type, by the names of its fields.
type Table[T any] struct {
	types   []string // the type's name and its interfaces
	columns map[string]Column[T]
}

// Define sets the columns of a type of the contract. It panics where the type lacks one of the fields. Tables are
// defined after they are made, since types name each other.
func (t *Table[T]) Define(def *ast.Definition, columns map[string]Column[T]) {
	for name := range columns {
		if def.Fields.ForName(name) == nil {
			panic(fmt.Sprintf("columns: %s has no field %s", def.Name, name))
		}
	}
	t.types, t.columns = append([]string{def.Name}, def.Interfaces...), columns
}

// Has reports whether the table has a column for a field.
func (t *Table[T]) Has(field string) bool { return t.columns[field] != nil }

// Write returns the JSON of a list of rows with the fields that are selected of the field in the context.
func (t *Table[T]) Write(ctx context.Context, rows []*T) (graphql.Marshaler, error) {
	row, err := t.row(ctx, graphql.GetFieldContext(ctx).Field.Selections, rows)
	if err != nil {
		return nil, err
	}
	json := []byte{'['}
	for i := range rows {
		if i > 0 {
			json = append(json, ',')
		}
		if json, err = row(json, i); err != nil {
			return nil, err
		}
	}
	json = append(json, ']')
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(json) }), nil // w is a buffer of gqlgen's
}

// member is a field of an object: its key and colon, and its cells.
type member struct {
	key  string
	cell Cell
}

// row prepares the cells of whole objects.
func (t *Table[T]) row(ctx context.Context, selected ast.SelectionSet, rows []*T) (Cell, error) {
	var members []member
	for _, field := range graphql.CollectFields(graphql.GetOperationContext(ctx), selected, t.types) {
		key := string(append(scalar.AppendText(nil, field.Alias), ':'))
		if slices.ContainsFunc(members, func(m member) bool { return m.key == key }) {
			continue // selected on the type and on an interface of it: gqlgen writes the first
		}
		cell, err := t.cell(ctx, field, rows)
		if err != nil {
			return nil, err
		}
		members = append(members, member{key, cell})
	}
	return func(json []byte, row int) ([]byte, error) {
		var err error
		json = append(json, '{')
		for i, m := range members {
			if i > 0 {
				json = append(json, ',')
			}
			if json, err = m.cell(append(json, m.key...), row); err != nil {
				return nil, err
			}
		}
		return append(json, '}'), nil
	}, nil
}

func (t *Table[T]) cell(ctx context.Context, field graphql.CollectedField, rows []*T) (Cell, error) {
	if field.Name == "__typename" {
		return func(json []byte, _ int) ([]byte, error) { return scalar.AppendText(json, t.types[0]), nil }, nil
	}
	column := t.columns[field.Name]
	if column == nil {
		return nil, fmt.Errorf("%s.%s has no column", t.types[0], field.Name)
	}
	// Resolvers of columns find their place in the question as those of rows do, but for the row.
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: t.types[0], Field: field, IsResolver: true})
	return column(ctx, field, rows)
}

var errNull = errors.New("null where the contract has none")

// null appends null, where the field may be.
func null(json []byte, field graphql.CollectedField) ([]byte, error) {
	if field.Definition.Type.NonNull {
		return nil, errNull
	}
	return append(json, "null"...), nil
}
