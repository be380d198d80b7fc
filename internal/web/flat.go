package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"homebound/internal/labour"
	"homebound/internal/negotiate"
	"homebound/internal/table"
)

const textCSV = "text/csv"

var csvFormat, _ = table.ByExtension("csv")

// wantsTable reports whether the reader would rather have a table than a document. Ranges such as text/* do not ask
// for one.
func wantsTable(r *http.Request) bool {
	return strings.Contains(negotiate.Accepted(r), textCSV) &&
		negotiate.Preferred(negotiate.Accepted(r), plainJSON, graphqlJSON, textCSV) == textCSV
}

// flat is a query's answer as one table: a row for each item of the one list that the query selects, or one row
// where it selects none. What stands outside the list is said again in each row, so that a row keeps its release
// and its mark of synthetic figures wherever it is taken.
type flat struct {
	list    []string // the path of the list; nil where there is none
	columns []table.Column
	cells   []flatCell // of a row, one for each column
}

// flatCell says where a value stands: within the list's item, or else within the whole answer.
type flatCell struct {
	path   []string
	inItem bool
}

// selected is a field of an answer: one name, which several selections may share.
type selected struct {
	name   string
	field  *ast.Field
	spread map[string]bool // fragments that are among the fields already
	fields []*selected
}

// layOut returns the table that a query's answer fills. It rests on the selection alone, so that an empty list has
// its header too. A Fault says why the query is no table.
func layOut(operation *graphql.OperationContext) (*flat, error) {
	root := &selected{spread: map[string]bool{}}
	root.take(operation.Operation.SelectionSet, operation.Variables)
	lists := root.lists(nil)
	switch outside := lists[:min(len(lists), 5)]; {
	case len(lists) > 1:
		return nil, labour.Faultf(labour.BadUserInput,
			"A table has one list, and this query selects several: %s. Ask for each by itself, or as JSON.",
			strings.Join(outside, ", "))
	case len(lists) == 0:
		lists = []string{""}
	}
	f := &flat{}
	if err := f.add(root, nil, lists[0]); err != nil {
		return nil, err
	}
	if len(f.columns) == 0 {
		return nil, labour.Faultf(labour.BadUserInput, "A table has columns, and this query leaves all its fields out.")
	}
	seen := map[string]bool{}
	for _, c := range f.columns {
		if seen[c.Name] {
			return nil, labour.Faultf(labour.BadUserInput,
				"Two columns of the table would be called %.200s: give one of the fields an alias.", c.Name)
		}
		seen[c.Name] = true
	}
	return f, nil
}

// take adds what a selection set selects, in its order. A fragment that was taken adds nothing more, however often
// it is spread.
func (s *selected) take(set ast.SelectionSet, variables map[string]any) {
	for _, selection := range set {
		switch part := selection.(type) {
		case *ast.Field:
			if !included(part.Directives, variables) {
				continue
			}
			at := slices.IndexFunc(s.fields, func(f *selected) bool { return f.name == part.Alias })
			if at < 0 {
				at = len(s.fields)
				s.fields = append(s.fields, &selected{name: part.Alias, field: part, spread: map[string]bool{}})
			}
			s.fields[at].take(part.SelectionSet, variables)
		case *ast.InlineFragment:
			if included(part.Directives, variables) {
				s.take(part.SelectionSet, variables)
			}
		case *ast.FragmentSpread:
			if included(part.Directives, variables) && !s.spread[part.Name] {
				s.spread[part.Name] = true
				s.take(part.Definition.SelectionSet, variables)
			}
		}
	}
}

// included reports whether @skip and @include leave a selection in.
func included(directives ast.DirectiveList, variables map[string]any) bool {
	holds := func(name string) (value, given bool) {
		d := directives.ForName(name)
		if d == nil {
			return false, false
		}
		value, _ = d.ArgumentMap(variables)["if"].(bool)
		return value, true
	}
	skipped, _ := holds("skip")
	kept, asked := holds("include")
	return !skipped && (kept || !asked)
}

func (s *selected) isList() bool { return s.field.Definition.Type.Elem != nil }

func (s *selected) isObject() bool { return len(s.field.SelectionSet) > 0 }

// lists returns the dotted paths of the outermost lists.
func (s *selected) lists(above []string) (paths []string) {
	for _, f := range s.fields {
		path := append(slices.Clip(above), f.name)
		if f.isList() {
			paths = append(paths, strings.Join(path, "."))
			continue
		}
		paths = append(paths, f.lists(path)...)
	}
	return paths
}

// add adds the columns of the fields above, beside and within the list, in the order in which they are selected.
func (f *flat) add(s *selected, above []string, list string) error {
	for _, field := range s.fields {
		path := append(slices.Clip(above), field.name)
		switch {
		case field.isList():
			f.list = path
			if nested := field.lists(path); len(nested) > 0 {
				return labour.Faultf(labour.BadUserInput,
					"A table has one list, and within the items of %s there are more: %s. Leave them out, or ask for JSON.", list, strings.Join(nested[:min(len(nested), 5)], ", "))
			}
			if !field.isObject() {
				f.column(field, field.name, flatCell{nil, true})
			}
			f.addItem(field, nil, nil)
		case field.isObject():
			if err := f.add(field, path, list); err != nil {
				return err
			}
		default:
			f.column(field, strings.Join(path, "."), flatCell{path, false})
		}
	}
	return nil
}

// addItem adds the columns of a list's items, named by their place within the item. What a connection's edge has in
// its node counts as the edge's own.
func (f *flat) addItem(s *selected, above, named []string) {
	for _, field := range s.fields {
		path, name := append(slices.Clip(above), field.name), append(slices.Clip(named), field.name)
		switch {
		case above == nil && field.field.Name == "node" && strings.HasSuffix(field.field.ObjectDefinition.Name, "Edge"):
			f.addItem(field, path, nil)
		case field.isObject():
			f.addItem(field, path, name)
		default:
			f.column(field, strings.Join(name, "."), flatCell{path, true})
		}
	}
}

func (f *flat) column(s *selected, name string, c flatCell) {
	f.columns = append(f.columns, table.Column{Name: name, Kind: table.KindOf(s.field.Definition.Type.Name())})
	f.cells = append(f.cells, c)
}

// write answers with the table, or where the answer has errors with these alone: never with the part of a table.
func (f *flat) write(w http.ResponseWriter, r *http.Request, response *graphql.Response) {
	if len(response.Errors) > 0 {
		code, _ := response.Errors[0].Extensions["code"].(labour.Code)
		answer(w, r, statusOfFault(w, code), &graphql.Response{Errors: response.Errors})
		return
	}
	var text bytes.Buffer
	rows, err := f.fill(&text, response.Data)
	if err != nil {
		refuse(w, r, http.StatusInternalServerError,
			labour.Faultf(labour.Internal, "The answer could not be written as a table; ask for JSON."))
		return
	}
	w.Header().Set("Content-Type", csvFormat.MediaType)
	w.Header().Set(table.RowsHeader, strconv.Itoa(rows))
	if given, ok := response.Extensions[receiptName].(map[string]any); ok {
		if address, ok := given["url"].(string); ok {
			w.Header().Set(receiptHeader, address)
		}
	}
	w.Header()["Vary"] = varyOn
	_, _ = w.Write(text.Bytes()) // whoever went away reads no error either
}

// fill writes the table out of an answer's data, and gives its number of rows.
func (f *flat) fill(to io.Writer, data json.RawMessage) (rows int, err error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var whole any
	if err := decoder.Decode(&whole); err != nil {
		return 0, fmt.Errorf("read the answer: %w", err)
	}
	items := []any{nil}
	if f.list != nil {
		items, _ = table.At(whole, f.list).([]any) // none where what has the list is null
	}
	writer, err := table.NewCSV(to, f.columns, table.Meta{})
	if err != nil {
		return 0, err
	}
	defer writer.Discard()
	row := make([]any, len(f.cells))
	for _, item := range items {
		for i, c := range f.cells {
			from := whole
			if c.inItem {
				from = item
			}
			if row[i], err = plainValue(f.columns[i].Kind, table.At(from, c.path)); err != nil {
				return 0, err
			}
		}
		if err := writer.Write(row); err != nil {
			return 0, err
		}
	}
	return len(items), writer.Close()
}

// plainValue returns a JSON value as a column has it.
func plainValue(kind table.Kind, value any) (any, error) {
	number, ok := value.(json.Number)
	switch {
	case !ok:
		return value, nil
	case kind == table.Whole:
		return number.Int64()
	case kind == table.Number:
		return number.Float64()
	}
	return number.String(), nil
}
