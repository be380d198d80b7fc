package graph

import (
	"context"
	"fmt"
	"reflect"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"homebound/db"
	"homebound/graph/columns"
	"homebound/graph/model"
	"homebound/graph/scalar"
	"homebound/internal/labour"
)

// written is the schema with the lists that have a table in it written by columns. All else, and a list of which a
// field has no column or fails, is executed field by field as gqlgen does it.
type written struct {
	graphql.ExecutableSchema
	lists map[reflect.Type]writeList
}

type writeList func(ctx context.Context, list any) (graphql.Marshaler, error)

// Exec puts the written form of a list in the place of the list, once its field has been resolved.
func (s written) Exec(ctx context.Context) graphql.ResponseHandler {
	operation := graphql.GetOperationContext(ctx)
	resolved := operation.ResolverMiddleware
	operation.ResolverMiddleware = func(ctx context.Context, next graphql.Resolver) (any, error) {
		value, err := resolved(ctx, next)
		if write, ok := s.lists[reflect.TypeOf(value)]; ok && err == nil {
			if json, err := write(ctx, value); err == nil {
				return json, nil
			} // else gqlgen finds the same error, at the field that it is of
		}
		return value, err
	}
	return s.ExecutableSchema.Exec(ctx)
}

// writing returns the schema over tables of its own types.
func writing(schema graphql.ExecutableSchema) written {
	t, s := newTables(schema.Schema()), written{schema, map[reflect.Type]writeList{}}
	listsOf(s, t.row)
	listsOf(s, t.permit)
	listsOf(s, t.repatriation)
	listsOf(s, t.employer)
	listsOf(s, t.region)
	listsOf(s, t.industry)
	listsOf(s, t.country)
	listsOf(s, t.source)
	edgesOf(s, t.row, schema.Schema().Types["ReportEdge"])
	edgesOf(s, t.permit, schema.Schema().Types["PermitEdge"])
	edgesOf(s, t.repatriation, schema.Schema().Types["RepatriationEdge"])
	edgesOf(s, t.employer, schema.Schema().Types["EmployerEdge"])
	return s
}

// listsOf has lists of a type written by its table.
func listsOf[T any](s written, table *columns.Table[T]) {
	s.lists[reflect.TypeFor[[]T]()] = func(ctx context.Context, list any) (graphql.Marshaler, error) {
		items := list.([]T)
		rows := make([]*T, len(items))
		for i := range items {
			rows[i] = &items[i]
		}
		return table.Write(ctx, rows)
	}
}

// edgesOf has the edges of a type's connections written.
func edgesOf[T any](s written, node *columns.Table[T], def *ast.Definition) {
	table := new(columns.Table[model.Edge[T]])
	table.Define(def, map[string]columns.Column[model.Edge[T]]{
		"cursor": columns.Of(func(e *model.Edge[T]) string { return e.Cursor }, columns.Text),
		"node":   columns.Object((*model.Edge[T]).Item, node),
	})
	listsOf(s, table)
}

// tables are those of the types that long lists have, and of what their rows name. A field without a column here is
// executed by gqlgen, and so is the list that it is selected of: those with pages of their own, mostly.
type tables struct {
	row          *columns.Table[model.ReportRow]
	figure       *columns.Table[model.Figure]
	period       *columns.Table[labour.CalendarPeriod]
	region       *columns.Table[labour.Region]
	industry     *columns.Table[labour.Industry]
	country      *columns.Table[labour.Country]
	employer     *columns.Table[labour.Employer]
	source       *columns.Table[labour.Source]
	permit       *columns.Table[labour.Permit]
	repatriation *columns.Table[labour.Repatriation]
}

func newTables(schema *ast.Schema) tables {
	t := tables{
		row: new(columns.Table[model.ReportRow]), figure: new(columns.Table[model.Figure]),
		period: new(columns.Table[labour.CalendarPeriod]), region: new(columns.Table[labour.Region]),
		industry: new(columns.Table[labour.Industry]), country: new(columns.Table[labour.Country]),
		employer: new(columns.Table[labour.Employer]), source: new(columns.Table[labour.Source]),
		permit: new(columns.Table[labour.Permit]), repatriation: new(columns.Table[labour.Repatriation]),
	}
	t.row.Define(schema.Types["ReportRow"], t.ofReports())
	t.figure.Define(schema.Types["Figure"], ofFigures)
	t.period.Define(schema.Types["Period"], ofPeriods)
	t.region.Define(schema.Types["Region"], t.ofRegions())
	t.industry.Define(schema.Types["Industry"], ofIndustries)
	t.country.Define(schema.Types["Country"], ofCountries)
	t.employer.Define(schema.Types["Employer"], t.ofEmployers())
	t.source.Define(schema.Types["Source"], ofSources)
	t.permit.Define(schema.Types["Permit"], t.ofPermits())
	t.repatriation.Define(schema.Types["Repatriation"], t.ofRepatriations())
	return t
}

// namedRegion is the column of a region that a row names by its code; so are those below of what else a release holds
// whole.
func namedRegion[T any](t tables, code func(*T) string) columns.Column[T] {
	return columns.Named(code, held((*db.Release).Region), t.region)
}

func namedIndustry[T any](t tables, code func(*T) string) columns.Column[T] {
	return columns.Named(code, held((*db.Release).Industry), t.industry)
}

func namedCountry[T any](t tables, code func(*T) string) columns.Column[T] {
	return columns.Named(code, held((*db.Release).Country), t.country)
}

func namedSource[T any](t tables, id func(*T) string) columns.Column[T] {
	return columns.Named(id, held((*db.Release).Source), t.source)
}

// held makes of a look-up of the release one in the release of the context.
func held[T any](find func(*db.Release, string) (T, error)) func(context.Context, string) (T, error) {
	return func(ctx context.Context, code string) (T, error) { return find(releaseOf(ctx), code) }
}

// itself is how what names itself is found.
func itself[T any](_ context.Context, value T) (T, error) { return value, nil }

func language(arguments map[string]any) (model.Language, error) {
	return textArgument[model.Language](arguments, "language")
}

// dayArgument reads a day that may be left out.
func dayArgument(name string) func(map[string]any) (*labour.Date, error) {
	return func(arguments map[string]any) (*labour.Date, error) {
		if arguments[name] == nil {
			return nil, nil
		}
		day, err := scalar.UnmarshalDate(arguments[name])
		return &day, err
	}
}

// textArgument reads a value of an enum, which has a default.
func textArgument[S ~string](arguments map[string]any, name string) (S, error) {
	value, ok := arguments[name].(string)
	if !ok {
		return "", fmt.Errorf("%s: expected a text, found %v", name, arguments[name])
	}
	return S(value), nil
}
