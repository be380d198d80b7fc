package port

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"homebound/internal/labour"
)

// Variables are the variables of a document by name, as JSON has them.
type Variables map[string]any

// Parameters reads query strings as variables of documents, under the names and types that the contract has: a part
// of an input object is named by its path (period.from=2017-01-01), a list by repeating its parameter or by commas,
// and an input object may also come whole, as JSON. What a document's $filter has in it stands by itself:
// within=RU-PRI.
type Parameters struct {
	Schema *ast.Schema
	local  *otter.Cache[string, *string] // documents by their text; nil keeps none
}

// NewParameters returns what reads query strings by a schema, and keeps the documents that Named has rewritten.
func NewParameters(schema *ast.Schema) Parameters {
	return Parameters{schema, otter.Must(&otter.Options[string, *string]{MaximumSize: mostLocal})}
}

// hoisted is the variable whose fields are parameters by themselves.
const hoisted = "filter"

// Read returns the variables of an operation. A Fault names what is not one of its parameters or cannot be its
// value; what the contract asks beyond the form of a value is left to the executor.
func (p Parameters) Read(values url.Values, variables ast.VariableDefinitionList) (Variables, error) {
	read, given := Variables{}, map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		path, kind := p.find(name, variables)
		if kind == nil {
			return nil, p.unknown(name, variables)
		}
		value, err := p.value(name, kind, values[name])
		if err != nil {
			return nil, err
		}
		into := map[string]any(read)
		for i, step := range path {
			last := i == len(path)-1
			if so := strings.Join(path[:i+1], "."); given[so] || last && into[step] != nil {
				return nil, labour.Faultf(labour.BadUserInput,
					"The parameter %.80s is given twice, as a whole or in parts.", so)
			}
			if last {
				into[step] = value
				break
			}
			if into[step] == nil {
				into[step] = map[string]any{}
			}
			into = into[step].(map[string]any)
		}
		given[strings.Join(path, ".")] = true
	}
	return read, nil
}

// find returns the path and the type of a parameter within the variables; the type is nil where there is no such
// parameter.
func (p Parameters) find(name string, variables ast.VariableDefinitionList) (path []string, kind *ast.Type) {
	path = strings.Split(name, ".")
	head := variables.ForName(path[0])
	if filter := variables.ForName(hoisted); head == nil && filter != nil {
		path, head = append([]string{hoisted}, path...), filter
	}
	if head == nil {
		return nil, nil
	}
	kind = head.Type
	for _, step := range path[1:] {
		field := p.field(kind, step)
		if field == nil {
			return nil, nil
		}
		kind = field.Type
	}
	return path, kind
}

// field returns a field of an input object, of the items of a list too: a list of one is written as its item.
func (p Parameters) field(kind *ast.Type, name string) *ast.FieldDefinition {
	if definition := p.Schema.Types[kind.Name()]; definition != nil && definition.Kind == ast.InputObject {
		return definition.Fields.ForName(name)
	}
	return nil
}

// value reads the texts of one parameter.
func (p Parameters) value(name string, kind *ast.Type, texts []string) (any, error) {
	for _, text := range texts {
		if !utf8.ValidString(text) {
			return nil, labour.Faultf(labour.BadUserInput, "The parameter %.80s is not UTF-8.", name)
		}
	}
	if len(texts) == 1 && texts[0] == "" {
		if kind.NonNull {
			return nil, labour.Faultf(labour.BadUserInput,
				"Expected for %.80s a value of the type %s, found nothing.", name, kind)
		}
		return nil, nil
	}
	definition := p.Schema.Types[kind.Name()]
	if kind.Elem != nil && definition.Kind != ast.InputObject {
		list := []any{}
		for _, text := range texts {
			for item := range strings.SplitSeq(text, ",") {
				value, err := scalar(name, definition, item)
				if err != nil {
					return nil, err
				}
				list = append(list, value)
			}
		}
		return list, nil
	}
	if len(texts) != 1 {
		return nil, labour.Faultf(labour.BadUserInput, "Expected the parameter %.80s once, found it %d times.", name,
			len(texts))
	}
	if definition.Kind == ast.InputObject {
		return whole(name, kind, definition, texts[0])
	}
	return scalar(name, definition, texts[0])
}

// whole reads an input object, or a list of them, from JSON.
func whole(name string, kind *ast.Type, definition *ast.Definition, text string) (any, error) {
	var value any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	err := decoder.Decode(&value)
	if _, more := decoder.Token(); err == nil && errors.Is(more, io.EOF) {
		_, isObject := value.(map[string]any)
		_, isList := value.([]any)
		if isObject || isList && kind.Elem != nil {
			return value, nil
		}
	}
	return nil, labour.Faultf(labour.BadUserInput,
		"Expected for %.80s one of its parts, such as %s, or a JSON object; found %.80q.", name,
		example(name, definition), text)
}

func scalar(name string, definition *ast.Definition, text string) (any, error) {
	var value any = text
	var err error
	switch definition.Name {
	case "Int":
		value, err = strconv.ParseInt(text, 10, 32)
	case "Float":
		var number float64
		if number, err = strconv.ParseFloat(text, 64); math.IsNaN(number) || math.IsInf(number, 0) {
			err = strconv.ErrRange
		}
		value = number
	case "Boolean":
		value = text == "true"
		if text != "true" && text != "false" {
			err = strconv.ErrSyntax
		}
	}
	if err != nil {
		return nil, labour.Faultf(labour.BadUserInput, "Expected for %.80s a value of the type %s, found %.80q.",
			name, definition.Name, text)
	}
	if definition.Kind == ast.Enum && definition.EnumValues.ForName(text) == nil {
		var known []string
		for _, v := range definition.EnumValues {
			known = append(known, v.Name)
		}
		return nil, labour.Faultf(labour.BadUserInput, "Expected for %.80s one of %s, found %.80q.", name,
			strings.Join(known, ", "), text)
	}
	return value, nil
}

// unknown says which parameters there are.
func (p Parameters) unknown(name string, variables ast.VariableDefinitionList) error {
	var known []string
	for _, v := range variables {
		definition := p.Schema.Types[v.Type.Name()]
		switch {
		case v.Variable == hoisted:
			for _, field := range definition.Fields {
				known = append(known, example(field.Name, p.Schema.Types[field.Type.Name()]))
			}
		default:
			known = append(known, example(v.Variable, definition))
		}
	}
	if len(known) == 0 {
		return labour.Faultf(labour.BadUserInput, "Expected no parameter, found %.80q.", name)
	}
	return labour.Faultf(labour.BadUserInput, "Expected parameters out of %s, found %.80q.",
		strings.Join(known, ", "), name)
}

// example names a parameter, or where it is an input object one of its parts.
func example(name string, definition *ast.Definition) string {
	if definition.Kind == ast.InputObject {
		return name + "." + definition.Fields[0].Name
	}
	return name
}

// Document is a document that the site asks, and the variables that readers may set in it.
type Document struct {
	Text      string
	Variables ast.VariableDefinitionList
}

// MustDocument reads a document of the site's own, which has one operation.
func MustDocument(text string) Document {
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		panic("site: " + gqlerror.List{gqlerror.Wrap(err)}.Error())
	}
	return Document{text, doc.Operations[0].VariableDefinitions}
}
