package web

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"homebound/internal/labour"
)

// parameters reads query strings as variables of documents, under the names and types that the contract has: a part of an
// input object is named by its path (period.from=2017-01-01), a list by repeating its parameter or by commas, and an input
// object may also come whole, as JSON. What a document's $filter has in it stands by itself: within=RU-PRI.
type parameters struct{ schema *ast.Schema }

// hoisted is the variable whose fields are parameters by themselves.
const hoisted = "filter"

// read gives the variables of an operation. A Fault names what is not one of its parameters or cannot be its value; what the
// contract asks beyond the form of a value is left to the executor.
func (p parameters) read(values url.Values, variables ast.VariableDefinitionList) (map[string]any, error) {
	read := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		path := strings.Split(name, ".")
		head := variables.ForName(path[0])
		into := read
		if filter := variables.ForName(hoisted); head == nil && filter != nil {
			path = append([]string{hoisted}, path...)
			head = filter
		}
		if head == nil {
			return nil, p.unknown(name, variables)
		}
		kind := head.Type
		for _, step := range path[1:] {
			field := p.field(kind, step)
			if field == nil {
				return nil, p.unknown(name, variables)
			}
			inner, _ := into[path[0]].(map[string]any)
			if inner == nil {
				if _, whole := into[path[0]]; whole {
					return nil, labour.Faultf(labour.BadUserInput, "The parameter %.80s is given whole and in parts.", path[0])
				}
				inner = map[string]any{}
				into[path[0]] = inner
			}
			into, path, kind = inner, path[1:], field.Type
		}
		value, err := p.value(name, kind, values[name])
		if err != nil {
			return nil, err
		}
		if _, twice := into[path[0]]; twice {
			return nil, labour.Faultf(labour.BadUserInput, "The parameter %.80s is given whole and in parts.", path[0])
		}
		into[path[0]] = value
	}
	return read, nil
}

// field gives a field of an input object, of the items of a list too: a list of one is written as its item.
func (p parameters) field(kind *ast.Type, name string) *ast.FieldDefinition {
	if definition := p.schema.Types[kind.Name()]; definition != nil && definition.Kind == ast.InputObject {
		return definition.Fields.ForName(name)
	}
	return nil
}

// value reads the texts of one parameter.
func (p parameters) value(name string, kind *ast.Type, texts []string) (any, error) {
	definition := p.schema.Types[kind.Name()]
	if definition.Kind == ast.InputObject {
		var whole any
		if len(texts) != 1 || json.Unmarshal([]byte(texts[0]), &whole) != nil {
			return nil, labour.Faultf(labour.BadUserInput, "Expected for %.80s one of its parts, such as %s, or one JSON value; found %.80q.", name, example(name, definition), texts[0])
		}
		return whole, nil
	}
	if kind.Elem == nil {
		if len(texts) != 1 {
			return nil, labour.Faultf(labour.BadUserInput, "Expected the parameter %.80s once, found it %d times.", name, len(texts))
		}
		return scalar(name, definition, texts[0])
	}
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

func scalar(name string, definition *ast.Definition, text string) (value any, err error) {
	switch definition.Name {
	case "Int":
		value, err = strconv.ParseInt(text, 10, 32)
	case "Float":
		value, err = strconv.ParseFloat(text, 64)
	case "Boolean":
		if text != "true" && text != "false" {
			err = strconv.ErrSyntax
		}
		value = text == "true"
	default:
		if definition.Kind == ast.Enum && definition.EnumValues.ForName(text) == nil {
			var known []string
			for _, v := range definition.EnumValues {
				known = append(known, v.Name)
			}
			return nil, labour.Faultf(labour.BadUserInput, "Expected for %.80s one of %s, found %.80q.", name, strings.Join(known, ", "), text)
		}
		return text, nil
	}
	if err != nil {
		return nil, labour.Faultf(labour.BadUserInput, "Expected for %.80s a value of the type %s, found %.80q.", name, definition.Name, text)
	}
	return value, nil
}

// unknown says which parameters there are.
func (p parameters) unknown(name string, variables ast.VariableDefinitionList) error {
	var known []string
	for _, v := range variables {
		definition := p.schema.Types[v.Type.Name()]
		switch {
		case v.Variable == hoisted:
			for _, field := range definition.Fields {
				known = append(known, example(field.Name, p.schema.Types[field.Type.Name()]))
			}
		default:
			known = append(known, example(v.Variable, definition))
		}
	}
	if len(known) == 0 {
		return labour.Faultf(labour.BadUserInput, "Expected no parameter, found %.80q.", name)
	}
	return labour.Faultf(labour.BadUserInput, "Expected parameters out of %s, found %.80q.", strings.Join(known, ", "), name)
}

// example names a parameter, or where it is an input object one of its parts.
func example(name string, definition *ast.Definition) string {
	if definition.Kind == ast.InputObject {
		return name + "." + definition.Fields[0].Name
	}
	return name
}

// operation is a document that the site asks, and the variables that readers may set in it.
type operation struct {
	text      string
	variables ast.VariableDefinitionList
}

// mustOperation reads a document of the site's own, which has one operation.
func mustOperation(text string) operation {
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		panic("web: " + gqlerror.List{gqlerror.Wrap(err)}.Error())
	}
	return operation{text, doc.Operations[0].VariableDefinitions}
}
