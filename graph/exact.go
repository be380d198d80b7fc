package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"homebound/graph/scalar"
	"homebound/internal/labour"
)

// Exact is an extension that holds variables to the specification once, where they come in, in two places where gqlgen
// does so late or not at all: values of the scalars of this contract, and null for a variable that stands where a value
// is needed. Whatever fails is a fault of the request, before anything is computed.
type Exact struct{ Schema *ast.Schema }

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
	graphql.OperationContextMutator
} = Exact{}

// ExtensionName names the extension.
func (Exact) ExtensionName() string { return "Exact" }

// Validate accepts every schema.
func (Exact) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters writes whole numbers as such: 2.0 is an Int.
func (Exact) MutateOperationParameters(_ context.Context, request *graphql.RawParams) *gqlerror.Error {
	for name, value := range request.Variables {
		request.Variables[name] = whole(value)
	}
	return nil
}

func whole(value any) any {
	switch v := value.(type) {
	case json.Number:
		const exact = 1 << 53 // beyond it a float does not have every whole number
		if !strings.ContainsAny(v.String(), ".eE") {
			return v
		}
		if f, err := v.Float64(); err == nil && f == math.Trunc(f) && math.Abs(f) < exact {
			return json.Number(strconv.FormatInt(int64(f), 10))
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = whole(v[name])
		}
	}
	return value
}

// MutateOperationContext checks the variables of an operation that is valid by now.
func (e Exact) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	for _, v := range operation.Operation.VariableDefinitions {
		if value, given := operation.Variables[v.Variable]; given {
			if err := e.checkScalars(v.Type, value); err != nil {
				return badVariable(v.Variable, err.Error())
			}
		}
	}
	n := nulls{variables: operation.Variables, seen: map[string]bool{}}
	n.directives(operation.Operation.Directives)
	n.selections(operation.Operation.SelectionSet)
	return n.found
}

func badVariable(name, message string) *gqlerror.Error {
	return &gqlerror.Error{Err: labour.Faultf(labour.BadUserInput, "$%s: %s", name, message),
		Path: ast.Path{ast.PathName("variable"), ast.PathName(name)}}
}

// scalars read the scalars of the contract that the parser knows nothing of.
var scalars = map[string]func(any) error{
	"Date": func(v any) error { _, err := scalar.UnmarshalDate(v); return err },
	"DateTime": func(v any) error {
		if _, err := graphql.UnmarshalTime(v); err != nil {
			return fmt.Errorf("expected a date-time such as 2018-02-07T09:30:00Z, found %.80q", fmt.Sprint(v))
		}
		return nil
	},
}

// checkScalars reads each value of such a scalar in a variable.
func (e Exact) checkScalars(of *ast.Type, value any) error {
	if value == nil {
		return nil
	}
	if of.Elem != nil {
		list, is := value.([]any)
		if !is { // one value stands for a list of it
			return e.checkScalars(of.Elem, value)
		}
		for _, one := range list {
			if err := e.checkScalars(of.Elem, one); err != nil {
				return err
			}
		}
		return nil
	}
	if read, known := scalars[of.NamedType]; known {
		return read(value)
	}
	members, is := value.(map[string]any)
	definition := e.Schema.Types[of.NamedType]
	if !is || definition == nil {
		return nil
	}
	for _, field := range definition.Fields {
		if err := e.checkScalars(field.Type, members[field.Name]); err != nil {
			return fmt.Errorf("%s: %w", field.Name, err)
		}
	}
	return nil
}

// nulls looks for a variable that is null where a value is needed. The parser lets such a variable pass where the place
// has a default, since one that is left out takes that.
type nulls struct {
	variables map[string]any
	seen      map[string]bool // fragments
	found     *gqlerror.Error
}

func (n *nulls) selections(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			n.arguments(s.Arguments)
			n.directives(s.Directives)
			n.selections(s.SelectionSet)
		case *ast.InlineFragment:
			n.directives(s.Directives)
			n.selections(s.SelectionSet)
		case *ast.FragmentSpread:
			n.directives(s.Directives)
			if s.Definition != nil && !n.seen[s.Name] {
				n.seen[s.Name] = true
				n.selections(s.Definition.SelectionSet)
			}
		}
	}
}

func (n *nulls) directives(list ast.DirectiveList) {
	for _, d := range list {
		n.arguments(d.Arguments)
	}
}

func (n *nulls) arguments(list ast.ArgumentList) {
	for _, a := range list {
		n.value(a.Name, a.Value)
	}
}

func (n *nulls) value(place string, v *ast.Value) {
	if v == nil || n.found != nil {
		return
	}
	if v.Kind == ast.Variable && v.ExpectedType != nil && v.ExpectedType.NonNull {
		if value, given := n.variables[v.Raw]; given && value == nil {
			n.found = badVariable(v.Raw, "expected a value for "+place+", found null.")
		}
	}
	for _, child := range v.Children {
		name := child.Name
		if name == "" {
			name = place
		}
		n.value(name, child.Value)
	}
}
