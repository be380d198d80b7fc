package web

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"homebound/db"
	"homebound/graph"
	"homebound/internal/complexity"
	"homebound/internal/labour"
)

// Limits are the bounds on one request. They keep the cost of refusing a question small, and that of answering it
// foreseeable. What is 0 has the default that DefaultLimits says.
type Limits struct {
	Body       int // bytes of the body of a POST
	Query      int // bytes of the query string of a GET
	Tokens     int // words and signs of the document
	Depth      int // fields within fields
	Aliases    int // in the document
	RootFields int // of an operation
	Directives int // in the document
	Cost       int // of the answer; see internal/complexity
	Errors     int // told in one answer
}

// DefaultLimits returns the bounds that hold where nothing else is said. A full introspection is 15 deep.
func DefaultLimits() Limits {
	return Limits{Body: 64 << 10, Query: 16 << 10, Tokens: 2000, Depth: 20, Aliases: 100, RootFields: 50,
		Directives: 50, Cost: 5000, Errors: 20}
}

// filled returns the limits with the defaults in the places that are 0.
func (l Limits) filled() Limits {
	d := DefaultLimits()
	return Limits{cmp.Or(l.Body, d.Body), cmp.Or(l.Query, d.Query), cmp.Or(l.Tokens, d.Tokens),
		cmp.Or(l.Depth, d.Depth), cmp.Or(l.Aliases, d.Aliases),
		cmp.Or(l.RootFields, d.RootFields), cmp.Or(l.Directives, d.Directives), cmp.Or(l.Cost,
			d.Cost), cmp.Or(l.Errors, d.Errors)}
}

type limitsKey struct{}

// limitsOf returns the limits that hold for a request.
func limitsOf(ctx context.Context) Limits {
	if l, ok := ctx.Value(limitsKey{}).(Limits); ok {
		return l
	}
	return DefaultLimits()
}

const (
	longestName = 200    // characters of a name or number: none of the contract's is as long
	maxPairs    = 50_000 // fields of the same name, squared: validation compares each with each
)

// measured refuses questions that are too large, before anything is read for them, and takes what the others cost.
type measured struct {
	known  graphql.Cache[*ast.QueryDocument] // valid documents, by their text
	schema *ast.Schema
}

var _ interface {
	graphql.OperationParameterMutator
	graphql.OperationContextMutator
	graphql.ResponseInterceptor
} = (*measured)(nil)

// ExtensionName names the extension.
func (*measured) ExtensionName() string { return "Limits" }

// Validate takes the schema that documents are held against.
func (b *measured) Validate(schema graphql.ExecutableSchema) error {
	b.schema = schema.Schema()
	return nil
}

// MutateOperationParameters looks at a text that is not known yet: it counts before it parses, and again before it
// validates.
func (b *measured) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	principal := principalOf(ctx)
	if err := principal.stands(time.Now()); err != nil {
		return faultList(err)[0]
	}
	if ctx.Value(acquirerKey{}) != nil { // the request has paid for itself, and this is one of many in its stream
		if err := principal.Limiter.Charge(time.Now(), 1); err != nil {
			return faultList(err)[0]
		}
	}
	if _, known := b.known.Get(ctx, params.Query); known {
		return nil
	}
	l := limitsOf(ctx)
	if err := countTokens(params.Query, l.Tokens); err != nil {
		return faultList(err)[0]
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: params.Query})
	if err != nil {
		return nil // the executor says what is wrong with it
	}
	if err := countDocument(doc).check(l); err != nil {
		return faultList(err)[0]
	}
	faults := firstFaults(b.schema, doc, l.Errors+1)
	switch {
	case len(faults) > l.Errors:
		first := *faults[0]
		first.Err = tooManyErrors(faults[:l.Errors])
		return &first
	case len(faults) == 0 && len(doc.Operations) > 0:
		b.known.Add(ctx, params.Query, doc)
	}
	return nil // the executor lists the faults, if there are any
}

// countTokens reads a text to the end, or to the bound.
func countTokens(text string, most int) error {
	tokens := lexer.New(&ast.Source{Input: text})
	for range most {
		token, err := tokens.ReadToken()
		if err != nil || token.Kind == lexer.EOF {
			return nil // the parser says what is wrong with it
		}
		if n := len(token.Value); n > longestName &&
			(token.Kind == lexer.Name || token.Kind == lexer.Int || token.Kind == lexer.Float) {
			return labour.Faultf(labour.LimitExceeded,
				"The query has a name or number of %d characters: expected at most %d.", n, longestName)
		}
	}
	return labour.Faultf(labour.LimitExceeded, "The query has too many words and signs: expected fewer than %d.", most)
}

// firstFaults validates a document until it has found so many faults: a hostile one has thousands, each with a
// guess at what was meant.
func firstFaults(schema *ast.Schema, doc *ast.QueryDocument, most int) (faults gqlerror.List) {
	enough := new(int) // what no rule panics with
	defer func() {
		if cause := recover(); cause != nil && cause != enough {
			panic(cause)
		}
	}()
	inner, counted := rules.NewDefaultRules().GetInner(), rules.NewRules()
	for _, name := range slices.Sorted(maps.Keys(inner)) {
		counted.AddRule(name, func(observers *core.Events, _ core.AddErrFunc) {
			inner[name](observers, func(options ...core.ErrorOption) {
				fault := &gqlerror.Error{Rule: name}
				for _, set := range options {
					set(fault)
				}
				if faults = append(faults, fault); len(faults) == most {
					panic(enough)
				}
			})
		})
	}
	validator.ValidateWithRules(schema, doc, counted)
	return faults
}

// tooManyErrors is the cause of a fault that stands for a whole list of them.
type tooManyErrors gqlerror.List

// Error returns the first.
func (f tooManyErrors) Error() string { return f[0].Message }

// spelled returns the faults that a list stands for.
func spelled(faults gqlerror.List) gqlerror.List {
	if len(faults) == 1 {
		if many, ok := faults[0].Err.(tooManyErrors); ok {
			return gqlerror.List(many)
		}
	}
	return faults
}

// MutateOperationContext measures the operation, which is valid by now, and takes what it costs beyond the 1 that
// asking costs.
func (b *measured) MutateOperationContext(ctx context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	l := limitsOf(ctx)
	release, done, err := b.release(ctx)
	if err != nil {
		return faultList(err)[0]
	}
	defer done()
	limiter := principalOf(ctx).Limiter
	foreseen, charged, err := complexity.Foresee(ctx, release, operation.Operation, operation.Variables, l.Depth,
		func(cost int) error { return limiter.Charge(time.Now(), cost) })
	if err != nil {
		return faultList(err)[0]
	}
	cost := foreseen.Cost()
	switch {
	case foreseen.Depth > l.Depth:
		return faultList(tooDeep(foreseen.Depth, l))[0]
	case cost > l.Cost:
		return faultList(labour.Faultf(labour.LimitExceeded,
			"The answer could cost %d: expected at most %d. Ask for fewer fields, for shorter pages of nested lists, or for fewer groups and periods.", cost, l.Cost))[0]
	}
	operation.Stats.SetExtension(costName, cost)
	recordOf(ctx).note(func(e *record) { e.asked.cost = cost })
	if err := limiter.Charge(time.Now(), max(0, cost-1-charged)); err != nil {
		return faultList(err)[0]
	}
	return nil
}

func tooDeep(depth int, l Limits) error {
	return labour.Faultf(labour.LimitExceeded, "The query nests fields %d deep: expected at most %d.", depth, l.Depth)
}

// release returns the release that a question is measured by: the one that the request reads, or in a stream, where
// each question is lent its own, the one that it would be lent now.
func (b *measured) release(ctx context.Context) (*db.Release, func(), error) {
	if acquire, ok := ctx.Value(acquirerKey{}).(acquirer); ok {
		return acquire(ctx)
	}
	return graph.ReleaseOf(ctx), func() {}, nil
}

const costName = "cost"

// costOf returns what an operation was found to cost, 0 where it was not measured.
func costOf(operation *graphql.OperationContext) int {
	cost, _ := operation.Stats.GetExtension(costName).(int)
	return cost
}

// InterceptResponse says what the answer cost, where the request asks for it by the extension cost.
func (b *measured) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	operation := graphql.GetOperationContext(ctx)
	if operation.Extensions[costName] == true && costOf(operation) > 0 {
		graphql.RegisterExtension(ctx, costName, map[string]int{"value": costOf(operation), "most": limitsOf(ctx).Cost})
	}
	return next(ctx)
}
