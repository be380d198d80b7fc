package graph

import (
	"context"
	"fmt"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"homebound/db"
	"homebound/graph/model"
	"homebound/internal/answers"
	"homebound/internal/labour"
)

func (query) Report(ctx context.Context, filter *model.ReportFilter, groupBy []labour.Dimension,
	granularity *labour.Granularity, boundariesOn *labour.Date, orderBy []model.ReportOrder,
	having []model.MeasureCondition, top *model.TopInput, first *int, after *string, last *int, before *string, offset *int,
	currency *string) (*model.Report, error) {
	return reportArgs{deref(filter), "", groupBy, granularity, boundariesOn, orderBy, having, top, currency,
		pageArgs{first: first, after: after, last: last, before: before, offset: offset}}.report(ctx)
}

// reportArgs are the arguments of a report. Where a region is given, the report is of what lies within it.
type reportArgs struct {
	filter       model.ReportFilter
	region       string
	groupBy      []labour.Dimension
	granularity  *labour.Granularity
	boundariesOn *labour.Date
	orderBy      []model.ReportOrder
	having       []model.MeasureCondition
	top          *model.TopInput
	currency     *string
	page         pageArgs
}

// ask checks the question, and computes nothing yet.
func (a reportArgs) ask(ctx context.Context) (*db.Report, error) {
	filter := reportFilter(&a.filter)
	if a.region != "" {
		filter.Within = append(filter.Within, a.region)
	}
	return releaseOf(ctx).Ask(ctx, db.ReportQuery{
		Filter: filter, GroupBy: a.groupBy, Granularity: deref(a.granularity), BoundariesOn: a.boundariesOn,
		Measures: reportMeasures(ctx, a.groupBy), OrderBy: reportOrder(a.orderBy), Having: conditions(a.having),
		Top:      topOf(a.top),
		Currency: currencyOf(ctx, a.currency, filter.Within),
	})
}

// echo writes the filter that the report is narrowed to.
func (a reportArgs) echo() string {
	if a.region != "" && a.filter.Within == nil {
		a.filter.Within = &a.region
	}
	return filterText(&a.filter)
}

// report asks the database for the measures that the selection names, and for nothing else.
func (a reportArgs) report(ctx context.Context) (*model.Report, error) {
	release := releaseOf(ctx)
	rep, err := a.ask(ctx)
	if err != nil {
		return nil, err
	}
	span, err := a.page.spanUpTo(ctx, reportRows(rep.Query), maxPage)
	if err != nil {
		return nil, err
	}
	answer := &model.Report{Coverage: rep.Coverage(), Synthetic: rep.Synthetic(), Currency: rep.Currency, BoundariesOn: rep.BoundariesOn,
		Filter: a.echo(), ID: reportID(release, rep, a.page)}
	if rep.Covers() {
		answer.Period = new(labour.Granularity("").Of(rep.Period))
	}
	// What stands behind a report, and what having left out, is of its rows, whether or not these are selected.
	if requested(ctx, "rows", "edges", "nodes", "totalCount", "pageInfo", "provenance") ||
		len(a.having) > 0 && requested(ctx, "notices") {
		if err := rep.Answer(ctx); err != nil {
			return nil, err
		}
		page, err := reportPage(ctx, rep, span)
		if err != nil {
			return nil, err
		}
		answer.Connection = *page
	}
	if requested(ctx, "notices") {
		answer.Notices = answers.Notices(release, rep)
	}
	if requested(ctx, "provenance") {
		stands, err := rep.Provenance(ctx)
		if err != nil {
			return nil, err
		}
		answer.Provenance = answers.ProvenanceOf(release, stands)
	}
	if requested(ctx, "totals") {
		measures := selectedMeasures(ctx, "totals.")
		totals, err := rep.Totals(ctx, measures)
		if err != nil {
			return nil, err
		}
		answer.Totals = reportRow(&derivable{rep: rep, row: totals, named: rowIDs(release, rep)}, measures,
			countedRequested(ctx, "totals."))
	}
	return answer, nil
}

// reportPage makes the page of the rows, and says where they stand among all.
func reportPage(ctx context.Context, rep *db.Report, span db.Span) (*model.Connection[model.ReportRow], error) {
	cut, err := cutPage(rep.Rows, span, rep.Key)
	if err != nil {
		return nil, err
	}
	counted, named := countedRequested(ctx, rowPaths...), rowIDs(releaseOf(ctx), rep)
	derived := make([]derivable, len(cut.Nodes))
	page := db.Page[model.ReportRow]{Nodes: make([]model.ReportRow, len(cut.Nodes)), More: cut.More, Total: cut.Total}
	for i, row := range cut.Nodes {
		derived[i] = derivable{rep: rep, row: row, named: named}
		page.Nodes[i] = reportRow(&derived[i], rep.Query.Measures, counted)
	}
	rep.Rows = nil // a large report need not be kept until its page has been written
	at := func(i int) db.Position { return db.Position{ID: rep.Key(derived[i].row)} }
	connection := connection(page, at, span, reportRows(rep.Query))
	model.Join(ctx, []*model.Connection[model.ReportRow]{connection})
	return connection, nil
}

// rowPaths are where the selection of a report finds its rows.
var rowPaths = []string{"rows.", "nodes.", "edges.node."}

// reportRows names the rows of a report by all that decides which they are and how they are sorted, but for the filter.
func reportRows(q db.ReportQuery) listOrder {
	return listOrder{name: fmt.Sprintf("report by %v, %q, in the order %v", q.GroupBy, q.Granularity, q.OrderBy)}
}

func requested(ctx context.Context, fields ...string) bool {
	return slices.ContainsFunc(fields, func(field string) bool { return graphql.FieldRequested(ctx, field) })
}

// reportMeasures lists the measures that the rows are asked for: those selected, and where it is asked what they rest on all
// that they could be, so that this follows from the arguments alone.
func reportMeasures(ctx context.Context, groupBy []labour.Dimension) []labour.Measure {
	measures := selectedMeasures(ctx, rowPaths...)
	if !requested(ctx, "provenance") {
		return measures
	}
	var all []labour.Measure
	for _, info := range labour.Measures {
		if slices.Contains(measures, info.Measure) || info.Family == labour.DepartureFlow ||
			!slices.Contains(groupBy, labour.ByOutcome) {
			all = append(all, info.Measure)
		}
	}
	return all
}

// selectedMeasures lists the measures whose fields the selection names below some paths.
func selectedMeasures(ctx context.Context, paths ...string) []labour.Measure {
	var measures []labour.Measure
	for _, info := range labour.Measures {
		if requestedBelow(ctx, paths, info.Field) ||
			info.Measure == labour.PeakWorkersPresent && requestedBelow(ctx, paths, "peakOn") {
			measures = append(measures, info.Measure)
		}
	}
	return measures
}

func countedRequested(ctx context.Context, paths ...string) bool {
	return requestedBelow(ctx, paths, "permits") || requestedBelow(ctx, paths, "repatriations")
}

func requestedBelow(ctx context.Context, paths []string, field string) bool {
	return slices.ContainsFunc(paths, func(path string) bool { return graphql.FieldRequested(ctx, path+field) })
}

// reportRow makes a row of the contract, with the measures that were computed and no other.
func reportRow(d *derivable, measures []labour.Measure, counted bool) model.ReportRow {
	rep, row := d.rep, &d.row
	r := model.ReportRow{
		Region: row.Group[labour.ByRegion], District: row.Group[labour.ByDistrict], Industry: row.Group[labour.ByIndustry],
		Nationality: row.Group[labour.ByNationality], Employer: row.Group[labour.ByEmployer],
		Outcome:  known(labour.Outcome(row.Group[labour.ByOutcome])),
		Coverage: row.Coverage, Synthetic: row.Synthetic, Perturbed: rep.Perturbed(), Others: row.Others,
		Figures: d,
	}
	if rep.Covers() {
		d.period = rep.Query.Granularity.Of(row.Period)
		r.Period = &d.period
		if counted {
			r.Counted = rep.Counted(*row)
		}
	}
	if slices.Contains(measures, labour.PeakWorkersPresent) && row.PeakWorkersPresent > 0 {
		r.PeakOn = &row.PeakOn
	}
	return r
}

func reportOrder(orders []model.ReportOrder) []db.ReportOrder {
	list := make([]db.ReportOrder, len(orders))
	for i, o := range orders {
		list[i] = db.ReportOrder{By: deref(o.By), Measure: deref(o.Measure),
			Descending: o.Direction == model.OrderDirectionDesc}
	}
	return list
}

func (query) Availability(ctx context.Context, filter *model.ReportFilter,
	boundariesOn *labour.Date) (*model.Availability, error) {
	release := releaseOf(ctx)
	has, err := release.Availability(ctx, reportFilter(filter), boundariesOn)
	if err != nil {
		return nil, err
	}
	a := &model.Availability{Outcomes: has.Outcomes, From: has.From, To: has.To, Synthetic: has.Synthetic}
	if a.Regions, err = regionsOf(release, has.Regions); err != nil {
		return nil, err
	}
	if a.Districts, err = regionsOf(release, has.Districts); err != nil {
		return nil, err
	}
	if a.Industries, err = namedBy(has.Industries, release.Industry); err != nil {
		return nil, err
	}
	a.Nationalities, err = namedBy(has.Nationalities, release.Country)
	return a, err
}

type reportRowFields struct{}

func (reportRowFields) ID(_ context.Context, obj *model.ReportRow) (string, error) {
	d, ok := obj.Figures.(*derivable)
	if !ok {
		return "", errNotDerivable
	}
	return d.named(d.row), nil
}

func (reportRowFields) Region(ctx context.Context, objs []*model.ReportRow) ([]*labour.Region, error) {
	return regionsNamed(ctx, objs, func(r *model.ReportRow) string { return r.Region })
}

func (reportRowFields) District(ctx context.Context, objs []*model.ReportRow) ([]*labour.Region, error) {
	return regionsNamed(ctx, objs, func(r *model.ReportRow) string { return r.District })
}

func (reportRowFields) Industry(ctx context.Context, objs []*model.ReportRow) ([]*labour.Industry, error) {
	return lookUp(objs, func(r *model.ReportRow) string { return r.Industry }, releaseOf(ctx).Industry)
}

func (reportRowFields) Nationality(ctx context.Context, objs []*model.ReportRow) ([]*labour.Country, error) {
	return lookUp(objs, func(r *model.ReportRow) string { return r.Nationality }, releaseOf(ctx).Country)
}

func (reportRowFields) Employer(ctx context.Context, objs []*model.ReportRow) ([]*labour.Employer, error) {
	return fetch(ctx, objs, func(r *model.ReportRow) string { return r.Employer }, releaseOf(ctx).Employers)
}

func (reportRowFields) Permits(ctx context.Context, objs []*model.ReportRow, orderBy *model.PermitOrder, first *int,
	after *string, last *int, before *string) ([]*model.PermitConnection, error) {
	return model.Together(ctx, objs, func(objs []*model.ReportRow) ([]*model.PermitConnection, error) {
		filters := make([]db.PermitFilter, len(objs))
		for i, row := range objs {
			filters[i].Counted, _ = row.Counted.(*db.Counted)
		}
		return permitPages(ctx, filters, orderBy, pageArgs{first, after, last, before, nil})
	})
}

func (reportRowFields) Repatriations(ctx context.Context, objs []*model.ReportRow, orderBy *model.RepatriationOrder,
	first *int, after *string, last *int, before *string) ([]*model.RepatriationConnection, error) {
	return model.Together(ctx, objs, func(objs []*model.ReportRow) ([]*model.RepatriationConnection, error) {
		filters := make([]db.RepatriationFilter, len(objs))
		for i, row := range objs {
			filters[i].Counted, _ = row.Counted.(*db.Counted)
		}
		return repatriationPages(ctx, filters, orderBy, pageArgs{first, after, last, before, nil})
	})
}
