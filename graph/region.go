package graph

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"homebound/db"
	"homebound/graph/model"
	"homebound/internal/answers"
	"homebound/internal/folding"
	"homebound/internal/labour"
)

func (query) Region(ctx context.Context, code string) (*labour.Region, error) {
	return found(releaseOf(ctx).Region(code))
}

func (query) Regions(ctx context.Context, filter *model.RegionFilter, orderBy *model.RegionOrder, first *int,
	after *string, last *int, before *string) (*model.RegionConnection, error) {
	release := releaseOf(ctx)
	matches, err := db.Matches(deref(filter), regionsWithin, func(f model.RegionFilter) (func(*labour.Region) bool, error) {
		return regionTest(release, f)
	})
	if err != nil {
		return nil, err
	}
	regions := slices.DeleteFunc(slices.Clone(release.Regions()), func(r labour.Region) bool { return !matches(&r) })
	order := model.RegionOrder{Field: model.RegionOrderFieldCode}
	if orderBy != nil {
		order = *orderBy
	}
	if order.Field == model.RegionOrderFieldName {
		sorter := folding.NewSorter()
		slices.SortStableFunc(regions, func(a, b labour.Region) int {
			return strings.Compare(sorter.Key(a.NameEN), sorter.Key(b.NameEN))
		})
	}
	listed := listOrder{name: orderName("regions", string(order.Field), order.Direction)}
	if order.Direction == model.OrderDirectionDesc {
		slices.Reverse(regions)
	}
	return slicePage(ctx, regions, pageArgs{first, after, last, before, nil}, listed, func(r labour.Region) string {
		return r.Code
	})
}

// regionsWithin lists the filters within one, each on the boundaries of this one where it has none of its own.
func regionsWithin(f model.RegionFilter) db.Nested[model.RegionFilter] {
	return nested(f.And, f.Or, f.Not, func(inner *model.RegionFilter) model.RegionFilter {
		inherited := *inner
		inherited.BoundariesOn = cmp.Or(inner.BoundariesOn, f.BoundariesOn)
		return inherited
	})
}

// regionTest makes a test of regions of a filter by itself.
func regionTest(release *db.Release, f model.RegionFilter) (func(*labour.Region) bool, error) {
	var within []string
	if f.Within != nil {
		if _, err := release.Region(*f.Within); err != nil {
			return nil, err
		}
		within = release.Geography().Within(*f.Within, release.LastDay(f.BoundariesOn))
	}
	words := folding.Words(deref(f.Search))
	return func(r *labour.Region) bool {
		return (f.Codes == nil || slices.Contains(f.Codes, r.Code)) &&
			(f.Kinds == nil || slices.Contains(f.Kinds, r.Kind)) &&
			(f.Within == nil || slices.Contains(within, r.Code)) && db.RegionHas(*r, words)
	}, nil
}

func (query) Industries(ctx context.Context) ([]labour.Industry, error) {
	return listed(releaseOf(ctx).Industries(), nil)
}

func (query) Countries(ctx context.Context) ([]labour.Country, error) {
	return listed(releaseOf(ctx).Countries(), nil)
}

type regionFields struct{}

func (regionFields) ID(_ context.Context, obj *labour.Region) (string, error) {
	return globalID("Region", obj.Code), nil
}

func (regionFields) Name(ctx context.Context, obj *labour.Region, language model.Language) (string, error) {
	if obj.Kind == labour.KindCountry && obj.NameLocal == "" {
		return countryIn(ctx, language, obj.Code, obj.NameEN), nil
	}
	return nameIn(language, obj.NameEN, obj.NameLocal), nil
}

// nameIn returns the local name where it is asked for and known, else the English one.
func nameIn(language model.Language, english, local string) string {
	if language == model.LanguageLocal && local != "" {
		return local
	}
	return english
}

func (regionFields) Parent(ctx context.Context, objs []*labour.Region, boundariesOn, on *labour.Date) ([]*labour.Region, error) {
	release := releaseOf(ctx)
	day := release.LastDay(cmp.Or(boundariesOn, on))
	return regionsNamed(ctx, objs, func(r *labour.Region) string { return release.Geography().Parent(r.Code, day) })
}

func (regionFields) Children(ctx context.Context, objs []*labour.Region, boundariesOn, on *labour.Date) ([][]labour.Region, error) {
	release := releaseOf(ctx)
	day := release.LastDay(cmp.Or(boundariesOn, on))
	return model.Together(ctx, objs, func(objs []*labour.Region) ([][]labour.Region, error) {
		children := make([][]labour.Region, len(objs))
		for i, region := range objs {
			var err error
			if children[i], err = regionsOf(release,
				release.Geography().Children(region.Code, day)); err != nil {
				return nil, err
			}
		}
		gatherLists(ctx, children)
		return children, nil
	})
}

// regionsNamed finds the region that each parent names, nil where it names none.
func regionsNamed[P any](ctx context.Context, parents []*P, code func(*P) string) ([]*labour.Region, error) {
	return model.Together(ctx, parents, func(parents []*P) ([]*labour.Region, error) {
		regions, err := lookUp(parents, code, releaseOf(ctx).Region)
		model.Gather(ctx, regions)
		return regions, err
	})
}

func regionsOf(release *db.Release, codes []string) ([]labour.Region, error) {
	return namedBy(codes, release.Region)
}

// namedBy finds what each code of a list names.
func namedBy[T any](codes []string, find func(string) (T, error)) ([]T, error) {
	values := make([]T, len(codes))
	for i, code := range codes {
		var err error
		if values[i], err = find(code); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func (regionFields) Observations(ctx context.Context, objs []*labour.Region, indicators []string, period *model.DateRange,
	from, to *labour.Date) ([][]labour.Observation, error) {
	span := dateRange(period)
	span.From, span.To = cmp.Or(span.From, from), cmp.Or(span.To, to)
	return model.Together(ctx, objs, func(objs []*labour.Region) ([][]labour.Observation, error) {
		codes := make([]string, len(objs))
		for i, region := range objs {
			codes[i] = region.Code
		}
		all, err := releaseOf(ctx).Observations(ctx, db.ObservationFilter{
			Indicators: indicators, Regions: codes, Span: span,
		})
		if err != nil {
			return nil, err
		}
		byRegion := map[string][]labour.Observation{}
		for _, o := range all {
			byRegion[o.Region] = append(byRegion[o.Region], o)
		}
		lists := make([][]labour.Observation, len(objs))
		for i, code := range codes {
			lists[i], _ = listed(byRegion[code], nil)
		}
		return lists, nil
	})
}

func (regionFields) Boundary(ctx context.Context, objs []*labour.Region) ([]*string, error) {
	return model.Together(ctx, objs, func(objs []*labour.Region) ([]*string, error) {
		codes := make([]string, len(objs))
		for i, region := range objs {
			codes[i] = region.Code
		}
		found, err := releaseOf(ctx).Boundaries(ctx, codes)
		if err != nil {
			return nil, err
		}
		outlines := make([]*string, len(objs))
		for i, code := range codes {
			if text, has := found[code]; has {
				outlines[i] = &text
			}
		}
		return outlines, nil
	})
}

func (regionFields) Employers(ctx context.Context, objs []*labour.Region, filter *model.EmployerFilter,
	orderBy *model.EmployerOrder, first *int, after *string, last *int, before *string) ([]*model.EmployerConnection,
	error) {
	return model.Together(ctx, objs, func(objs []*labour.Region) ([]*model.EmployerConnection, error) {
		filters := make([]db.EmployerFilter, len(objs))
		for i, region := range objs {
			filters[i] = employerFilter(filter)
			filters[i].Within = append(filters[i].Within, region.Code)
		}
		return employerPages(ctx, filters, orderBy, pageArgs{first, after, last, before, nil})
	})
}

func (regionFields) Permits(ctx context.Context, objs []*labour.Region, filter *model.PermitFilter,
	orderBy *model.PermitOrder, first *int, after *string, last *int, before *string) ([]*model.PermitConnection,
	error) {
	return model.Together(ctx, objs, func(objs []*labour.Region) ([]*model.PermitConnection, error) {
		filters := make([]db.PermitFilter, len(objs))
		for i, region := range objs {
			filters[i] = permitFilter(filter)
			filters[i].Within = append(filters[i].Within, region.Code)
		}
		return permitPages(ctx, filters, orderBy, pageArgs{first, after, last, before, nil})
	})
}

func (regionFields) Repatriations(ctx context.Context, objs []*labour.Region, filter *model.RepatriationFilter,
	orderBy *model.RepatriationOrder, first *int, after *string, last *int,
	before *string) ([]*model.RepatriationConnection, error) {
	return model.Together(ctx, objs, func(objs []*labour.Region) ([]*model.RepatriationConnection, error) {
		filters := make([]db.RepatriationFilter, len(objs))
		for i, region := range objs {
			filters[i] = repatriationFilter(filter)
			filters[i].Within = append(filters[i].Within, region.Code)
		}
		return repatriationPages(ctx, filters, orderBy, pageArgs{first, after, last, before, nil})
	})
}

// Report is the root's report of what lies within the region; a filter's own within narrows it further, to a region
// that lies inside.
func (regionFields) Report(ctx context.Context, obj *labour.Region, filter *model.ReportFilter,
	groupBy []labour.Dimension, granularity *labour.Granularity, boundariesOn *labour.Date,
	orderBy []model.ReportOrder, having []model.MeasureCondition, top *model.TopInput, first *int, after *string, last *int, before *string,
	offset *int, currency *string) (*model.Report, error) {
	return reportArgs{deref(filter), obj.Code, groupBy, granularity, boundariesOn, orderBy, having, top, currency,
		pageArgs{first: first, after: after, last: last, before: before, offset: offset}}.report(ctx)
}

func (regionFields) EconomicImpact(ctx context.Context, obj *labour.Region,
	scenario *model.Scenario) (*answers.EconomicImpact, error) {
	return economicImpact(ctx, obj.Code, scenario)
}

func (regionFields) Compliance(ctx context.Context, obj *labour.Region, sanction string, asOf *labour.Date,
	basis labour.Basis) (*answers.Compliance, error) {
	return answers.Judge(ctx, releaseOf(ctx),
		answers.ComplianceQuestion{Sanction: sanction, Region: obj.Code, AsOf: asOf, Basis: basis})
}

type industryFields struct{}

func (industryFields) Name(_ context.Context, obj *labour.Industry, language model.Language) (string, error) {
	return nameIn(language, obj.NameEN, obj.NameLocal), nil
}
