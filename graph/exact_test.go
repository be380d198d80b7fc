package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"
)

// A variable that is null is refused in every position of the contract that needs a value and has a default: one by one,
// found by walking the schema.
func TestExact_NullIsNoValueInAnyPosition(t *testing.T) {
	w := in(t, "small")
	refused := func(kind *ast.Type, field string) {
		query := fmt.Sprintf("query ($v: %s) { %s }", strings.TrimSuffix(kind.String(), "!"), field)
		response := w.ask(t.Context(), t, query, map[string]any{"v": nil})
		if assert.Len(t, response.Errors, 1, query) {
			assert.Contains(t, response.Errors[0].Message, "$v: expected a value for ", query)
			assert.Equal(t, "BAD_USER_INPUT", fmt.Sprint(response.Errors[0].Extensions["code"]), query)
		}
	}
	positions := 0
	for _, owner := range []struct{ name, around string }{{"Query", "%s"}, {"Region", `region(code: "RU") { %s }`}, {"Release", "release { %s }"}} {
		for _, field := range ownFields(schema.Types[owner.name]) {
			for _, arg := range field.Arguments {
				call := func(value string) string {
					text := field.Name + "(" + strings.Join(append(required(field.Arguments, arg.Name), arg.Name+": "+value), ", ") + ")"
					if schema.Types[field.Type.Name()].IsCompositeType() {
						text += " { __typename }"
					}
					return fmt.Sprintf(owner.around, text)
				}
				if arg.Type.NonNull && arg.DefaultValue != nil {
					positions++
					refused(arg.Type, call("$v"))
				}
				input := schema.Types[arg.Type.Name()]
				if input.Kind != ast.InputObject {
					continue
				}
				for _, member := range input.Fields {
					if member.Type.NonNull && member.DefaultValue != nil {
						positions++
						object := "{" + strings.Join(append(required(asArguments(input.Fields), member.Name), member.Name+": $v"), ", ") + "}"
						refused(member.Type, call(object))
					}
				}
			}
		}
	}
	require.Greater(t, positions, 15)
}

func asArguments(fields ast.FieldList) (list ast.ArgumentDefinitionList) {
	for _, f := range fields {
		list = append(list, &ast.ArgumentDefinition{Name: f.Name, Type: f.Type, DefaultValue: f.DefaultValue})
	}
	return list
}

// required writes some value for each argument that has to have one, but for one of them.
func required(arguments ast.ArgumentDefinitionList, but string) (written []string) {
	for _, a := range arguments {
		if a.Name == but || !a.Type.NonNull || a.DefaultValue != nil {
			continue
		}
		value := `"RU"`
		if definition := schema.Types[a.Type.Name()]; definition.Kind == ast.Enum {
			value = definition.EnumValues[0].Name
		} else if a.Type.Name() == "Int" {
			value = "1"
		} else if a.Name == "sanction" {
			value = `"S/RES/2397(2017)"`
		}
		if a.Type.Elem != nil {
			value = "[" + value + "]"
		}
		written = append(written, a.Name+": "+value)
	}
	return slices.Clip(written)
}

func TestExact_VariablesAreReadAsTheSpecificationHasThem(t *testing.T) {
	w := in(t, "small")
	const days = `query ($f: ReportFilter, $on: Date, $first: Int) { report(filter: $f, boundariesOn: $on, first: $first) { totalCount } }`
	for name, c := range map[string]struct {
		variables map[string]any
		expected  string // what the error says; "" for none
	}{
		"a date":                 {map[string]any{"on": "2018-01-01"}, ""},
		"a bad date":             {map[string]any{"on": "2018-13-01"}, "$on: expected a date"},
		"a bad date in an input": {map[string]any{"f": map[string]any{"period": map[string]any{"to": "soon"}}}, "$f: period: to: expected a date"},
		"a number for a date":    {map[string]any{"on": json.Number("20180101")}, "$on: expected a date"},
		"2.0 is an Int":          {map[string]any{"first": json.Number("2.0")}, ""},
		"2e0 is an Int":          {map[string]any{"first": json.Number("2e0")}, ""},
		"2.5 is none":            {map[string]any{"first": json.Number("2.5")}, "$first: expected Int"},
		"1e400 is none":          {map[string]any{"first": json.Number("1e400")}, "$first: expected Int"},
		"one value for a list":   {map[string]any{"f": map[string]any{"nationalities": "KP"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			response := w.ask(t.Context(), t, days, c.variables)
			if c.expected == "" {
				assert.Empty(t, response.Errors)
			} else if assert.Len(t, response.Errors, 1) {
				assert.Contains(t, response.Errors[0].Message, c.expected)
				assert.Nil(t, response.Data, "a request error")
			}
		})
	}
}
