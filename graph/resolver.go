// Package graph answers the contract: its resolvers translate a question for the packages below and their answer back.
package graph

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"homebound/db"
	"homebound/graph/generated"
	"homebound/graph/model"
	"homebound/internal/labour"
)

// Resolver is the root of all resolvers. The release that a request reads comes with its context: see WithRelease.
type Resolver struct {
	Store *db.Store
	// Permalink gives the address under which release n answers for ever, for citations.
	Permalink func(n int) string
}

var _ generated.ResolverRoot = (*Resolver)(nil)

// NewSchema returns the executable schema over a store.
func NewSchema(r *Resolver) graphql.ExecutableSchema {
	schema := *generated.NewExecutableSchema(generated.Config{}).Schema()
	schema.Directives = maps.Clone(schema.Directives)
	delete(schema.Directives, "defer") // which the parser brings along: an answer comes whole
	dropDraft(&schema)
	return writing(generated.NewExecutableSchema(generated.Config{Schema: &schema, Resolvers: r}))
}

// draftLocation is a place for directives that is no part of the specification yet: clients that know only what is break
// on it.
const draftLocation = "DIRECTIVE_DEFINITION"

// dropDraft takes the place out of what introspection tells.
func dropDraft(schema *ast.Schema) {
	for name, directive := range schema.Directives {
		known := *directive
		known.Locations = slices.DeleteFunc(slices.Clone(known.Locations), func(l ast.DirectiveLocation) bool { return l == draftLocation })
		schema.Directives[name] = &known
	}
	schema.Types = maps.Clone(schema.Types)
	places := *schema.Types["__DirectiveLocation"]
	places.EnumValues = slices.DeleteFunc(slices.Clone(places.EnumValues), func(v *ast.EnumValueDefinition) bool { return v.Name == draftLocation })
	schema.Types["__DirectiveLocation"] = &places
}

func (r *Resolver) Query() generated.QueryResolver               { return query{r} }
func (r *Resolver) Subscription() generated.SubscriptionResolver { return subscription{r} }
func (r *Resolver) Release() generated.ReleaseResolver           { return releaseFields{r} }
func (r *Resolver) Region() generated.RegionResolver             { return regionFields{} }
func (r *Resolver) Employer() generated.EmployerResolver         { return employerFields{} }
func (r *Resolver) Permit() generated.PermitResolver             { return permitFields{} }
func (r *Resolver) Repatriation() generated.RepatriationResolver { return repatriationFields{} }
func (r *Resolver) Observation() generated.ObservationResolver   { return observationFields{} }
func (r *Resolver) Source() generated.SourceResolver             { return sourceFields{} }
func (r *Resolver) Sanction() generated.SanctionResolver         { return sanctionFields{} }
func (r *Resolver) Claim() generated.ClaimResolver               { return claimFields{} }
func (r *Resolver) ClaimCheck() generated.ClaimCheckResolver     { return claimCheckFields{} }
func (r *Resolver) Evidence() generated.EvidenceResolver         { return evidenceFields{} }
func (r *Resolver) Interval() generated.IntervalResolver         { return intervalFields{} }
func (r *Resolver) Obligation() generated.ObligationResolver     { return obligationFields{} }
func (r *Resolver) MemberState() generated.MemberStateResolver   { return memberStateFields{} }
func (r *Resolver) MemberStateReport() generated.MemberStateReportResolver {
	return memberStateReportFields{}
}
func (r *Resolver) Country() generated.CountryResolver               { return countryFields{} }
func (r *Resolver) Indicator() generated.IndicatorResolver           { return indicatorFields{} }
func (r *Resolver) Period() generated.PeriodResolver                 { return periodFields{} }
func (r *Resolver) Industry() generated.IndustryResolver             { return industryFields{} }
func (r *Resolver) ReportRow() generated.ReportRowResolver           { return reportRowFields{} }
func (r *Resolver) EconomicImpact() generated.EconomicImpactResolver { return economicImpactFields{} }
func (r *Resolver) IndustryImpact() generated.IndustryImpactResolver { return industryImpactFields{} }
func (r *Resolver) ModelInput() generated.ModelInputResolver         { return modelInputFields{} }
func (r *Resolver) Parameter() generated.ParameterResolver           { return parameterFields{} }
func (r *Resolver) ObservedOutcome() generated.ObservedOutcomeResolver {
	return observedOutcomeFields{}
}
func (r *Resolver) MeasureInfo() generated.MeasureInfoResolver     { return measureInfoFields{} }
func (r *Resolver) DimensionInfo() generated.DimensionInfoResolver { return dimensionInfoFields{} }
func (r *Resolver) EnumValueInfo() generated.EnumValueInfoResolver { return enumValueInfoFields{} }
func (r *Resolver) Compliance() generated.ComplianceResolver       { return complianceFields{} }

type (
	query        struct{ r *Resolver }
	subscription struct{ r *Resolver }
)

type releaseKey struct{}

// WithRelease returns a context whose request reads one release from its first field to its last, whatever is published
// meanwhile.
func WithRelease(ctx context.Context, release *db.Release) context.Context {
	return context.WithValue(model.WithBatches(ctx), releaseKey{}, release)
}

// ReleaseOf returns the release that a request reads. It panics for a request without one, since then the wiring is
// wrong.
func ReleaseOf(ctx context.Context) *db.Release { return ctx.Value(releaseKey{}).(*db.Release) }

func releaseOf(ctx context.Context) *db.Release { return ReleaseOf(ctx) }

type volatileKey struct{}

// WithVolatile returns a context, and a mark that is set once a resolver under it answers with more than the one
// release tells: such an answer may be another one tomorrow. A context that has a mark keeps it.
func WithVolatile(ctx context.Context) (context.Context, *atomic.Bool) {
	if mark, ok := ctx.Value(volatileKey{}).(*atomic.Bool); ok {
		return ctx, mark
	}
	mark := new(atomic.Bool)
	return context.WithValue(ctx, volatileKey{}, mark), mark
}

func markVolatile(ctx context.Context) {
	if mark, ok := ctx.Value(volatileKey{}).(*atomic.Bool); ok {
		mark.Store(true)
	}
}

// listed returns a list that a question found, an empty one for nil: where the contract has a nullable list, null says
// that the question failed.
func listed[T any](list []T, err error) ([]T, error) {
	if list == nil && err == nil {
		list = []T{}
	}
	return list, err
}

// known returns nil for "", which the domain has for what is not known.
func known[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}

// deref returns the value, or the zero value where there is none.
func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// found turns the fault of a look-up that found nothing into the null that the contract has for it.
func found[T any](value T, err error) (*T, error) {
	var fault *labour.Fault
	if errors.As(err, &fault) && fault.Code == labour.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &value, nil
}

// lookUp finds what each parent names, nil where it names nothing. What a release names it holds: import has
// checked it.
func lookUp[P, T any](parents []*P, key func(*P) string, find func(string) (T, error)) ([]*T, error) {
	values := make([]*T, len(parents))
	for i, parent := range parents {
		if k := key(parent); k != "" {
			value, err := find(k)
			if err != nil {
				return nil, fmt.Errorf("look up %q: %w", k, err)
			}
			values[i] = &value
		}
	}
	return values, nil
}

// fetch is lookUp for what is read from the database: once for all parents of a page.
func fetch[P, T any](ctx context.Context, parents []*P, key func(*P) string,
	read func(context.Context, []string) ([]*T, error)) ([]*T, error) {
	return model.Together(ctx, parents, func(parents []*P) ([]*T, error) {
		var keys []string
		for _, parent := range parents {
			if k := key(parent); k != "" {
				keys = append(keys, k)
			}
		}
		values := make([]*T, len(parents))
		if len(keys) == 0 {
			return values, nil
		}
		rows, err := read(ctx, keys)
		if err != nil {
			return nil, err
		}
		model.Gather(ctx, rows)
		for i, parent := range parents {
			if key(parent) != "" {
				values[i], rows = rows[0], rows[1:]
			}
		}
		return values, nil
	})
}

// gatherLists remembers that the members of several lists were read together.
func gatherLists[T any](ctx context.Context, lists [][]T) {
	var items []*T
	for _, list := range lists {
		for i := range list {
			items = append(items, &list[i])
		}
	}
	model.Gather(ctx, items)
}

func (q query) Release(ctx context.Context) (*labour.Release, error) {
	info := releaseOf(ctx).Info()
	return &info, nil
}

func (s subscription) ReleasePublished(ctx context.Context) (<-chan *labour.Release, error) {
	releases, published := s.r.Store.Published(ctx), make(chan *labour.Release)
	go func() {
		defer close(published)
		for info := range releases {
			select {
			case published <- &info:
			case <-ctx.Done():
				return
			}
		}
	}()
	return published, nil
}

type releaseFields struct{ r *Resolver }

func (releaseFields) ID(_ context.Context, obj *labour.Release) (string, error) {
	return globalID("Release", fmt.Sprint(obj.Number)), nil
}

func (releaseFields) Note(_ context.Context, obj *labour.Release) (*string, error) {
	return known(obj.Note), nil
}

func (releaseFields) LocalLanguage(_ context.Context, obj *labour.Release) (*string, error) {
	return known(obj.LocalLanguage), nil
}

func (releaseFields) MethodVersion(context.Context, *labour.Release) (string, error) {
	return labour.MethodVersion, nil
}

func (f releaseFields) Citation(_ context.Context, obj *labour.Release) (string, error) {
	marked := ""
	if obj.Synthetic {
		marked = " Register rows are wholly or partly synthetic."
	}
	return fmt.Sprintf("Homebound: labour migration under sanctions. Release %d, published %s, content sha256:%s.%s %s",
		obj.Number, obj.PublishedAt.Format(time.DateOnly), obj.ContentHash, marked, f.r.Permalink(obj.Number)), nil
}

// Releases lists every published release, the newest first.
func (q query) Releases(ctx context.Context, first *int, after *string, last *int,
	before *string) (*model.ReleaseConnection, error) {
	markVolatile(ctx)
	releases, err := q.r.Store.List(ctx)
	if err != nil {
		return nil, err
	}
	slices.Reverse(releases)
	return slicePage(ctx, releases, pageArgs{first, after, last, before, nil}, listOrder{name: "releases"},
		func(r labour.Release) string {
			return fmt.Sprint(r.Number)
		})
}
