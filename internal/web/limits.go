package web

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"

	"homebound/internal/labour"
)

// Bounds on one request. They keep the cost of refusing a question small, and that of answering it foreseeable.
const (
	maxBody   = 64 << 10 // bytes
	maxQuery  = 16 << 10 // bytes of the query string of a GET
	maxTokens = 2000
	maxDepth  = 20 // fields within fields; a full introspection has 15
	maxValues = 500_000
	maxErrors = 20
)

// What a list is taken to hold where the question does not say.
const (
	aPage = 100
	aList = 10
)

// limits refuses questions that are too large, before anything is read for them.
type limits struct{}

var _ interface {
	graphql.OperationParameterMutator
	graphql.OperationContextMutator
} = limits{}

// ExtensionName names the extension.
func (limits) ExtensionName() string { return "Limits" }

// Validate has nothing to hold against the schema.
func (limits) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters counts the tokens of the text, before it is parsed.
func (limits) MutateOperationParameters(_ context.Context, params *graphql.RawParams) *gqlerror.Error {
	tokens := lexer.New(&ast.Source{Input: params.Query})
	for range maxTokens {
		if token, err := tokens.ReadToken(); err != nil || token.Kind == lexer.EOF {
			return nil // the parser says what is wrong with it
		}
	}
	return faultList(labour.Faultf(labour.LimitExceeded, "The query has too many words and signs: expected fewer than %d.", maxTokens))[0]
}

// MutateOperationContext measures the operation, which is valid by now: no fragment holds itself.
func (limits) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	m := measure{variables: operation.Variables, fragments: map[string]extent{}}
	e := m.selections(operation.Operation.SelectionSet, false)
	switch {
	case e.depth > maxDepth:
		return faultList(labour.Faultf(labour.LimitExceeded, "The query nests fields %d deep: expected at most %d.", e.depth, maxDepth))[0]
	case e.values > maxValues:
		return faultList(labour.Faultf(labour.LimitExceeded, "The answer could hold more than %d values: ask for fewer fields, or for shorter pages of nested lists.", maxValues))[0]
	}
	return nil
}

// extent is how large an answer may become.
type extent struct {
	depth  int
	values float64 // grows by products, for which an integer would be too short
}

// measure goes through a document. It measures each fragment once, however often it is spread: fragments that spread one
// another twice over make a short text stand for more fields than can be counted one by one.
type measure struct {
	variables map[string]any
	fragments map[string]extent // by name, and whether it is spread within a page
}

// selections measures a selection set. paged says that the field around it is a connection, whose page has been
// reckoned with: the lists directly within it hold no more than that.
func (m measure) selections(set ast.SelectionSet, paged bool) extent {
	var sum extent
	for _, selection := range set {
		var e extent
		switch s := selection.(type) {
		case *ast.Field:
			e = m.field(s, paged)
		case *ast.InlineFragment:
			e = m.selections(s.SelectionSet, paged)
		case *ast.FragmentSpread:
			e = m.fragment(s, paged)
		}
		sum.depth = max(sum.depth, e.depth)
		sum.values += e.values
	}
	return sum
}

func (m measure) fragment(spread *ast.FragmentSpread, paged bool) extent {
	key := spread.Name
	if paged {
		key += " paged"
	}
	e, known := m.fragments[key]
	if !known {
		e = m.selections(spread.Definition.SelectionSet, paged)
		m.fragments[key] = e
	}
	return e
}

func (m measure) field(f *ast.Field, paged bool) extent {
	isPage := f.Definition.Arguments.ForName("first") != nil
	within := m.selections(f.SelectionSet, isPage)
	times := 1.0
	switch {
	case isPage:
		times = m.pageSize(f)
	case f.Definition.Type.Elem != nil && !paged:
		times = aList
	}
	return extent{within.depth + 1, 1 + times*within.values}
}

// pageSize gives how many rows a connection is asked for.
func (m measure) pageSize(f *ast.Field) float64 {
	arguments := f.ArgumentMap(m.variables)
	for _, name := range []string{"first", "last"} {
		if n, err := graphql.UnmarshalInt(arguments[name]); err == nil && arguments[name] != nil {
			return float64(max(1, n))
		}
	}
	return aPage
}
