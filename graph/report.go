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
	having []model.MeasureCondition, first *int, after, currency *string) (*model.Report, error) {
	return report(ctx, deref(filter), "", groupBy, granularity, boundariesOn, orderBy, having, currency, pageArgs{first: first, after: after})
}

// report asks the database for the measures that the selection names, and for nothing else. Where a region is given, the
// report is of what lies within it.
func report(ctx context.Context, given model.ReportFilter, region string, groupBy []labour.Dimension,
	granularity *labour.Granularity, boundariesOn *labour.Date, orderBy []model.ReportOrder,
	having []model.MeasureCondition, currency *string, page pageArgs) (*model.Report, error) {
	release := releaseOf(ctx)
	filter := reportFilter(&given)
	if region != "" {
		filter.Within = append(filter.Within, region)
		if given.Within == nil {
			given.Within = &region
		}
	}
	rep, err := release.Ask(ctx, db.ReportQuery{
		Filter: filter, GroupBy: groupBy, Granularity: deref(granularity), BoundariesOn: boundariesOn,
		Measures: reportMeasures(ctx, groupBy), OrderBy: reportOrder(orderBy), Having: conditions(having),
		Currency: currencyOf(ctx, currency, filter.Within),
	})
	if err != nil {
		return nil, err
	}
	limit := maxPage
	if page.first != nil {
		if err := checkLimit("first", *page.first); err != nil {
			return nil, err
		}
		limit = *page.first
	}
	answer := &model.Report{Coverage: rep.Coverage(), Synthetic: rep.Synthetic(), Currency: rep.Currency, BoundariesOn: rep.BoundariesOn,
		Filter: filterText(given), ID: reportID(release, rep, page)}
	if rep.Covers() {
		answer.Period = new(labour.Granularity("").Of(rep.Period))
	}
	// What stands behind a report, and what having left out, is of its rows, whether or not these are selected.
	if requested(ctx, "rows", "totalCount", "pageInfo", "provenance") ||
		len(having) > 0 && requested(ctx, "notices") {
		if err := rep.Answer(ctx); err != nil {
			return nil, err
		}
		if err := reportPage(ctx, rep, limit, page.after, answer); err != nil {
			return nil, err
		}
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
		answer.Totals = reportRow(rep, totals, measures, countedRequested(ctx, "totals."))
		answer.Totals.ID = rowIDs(release, rep)("totals")
	}
	return answer, nil
}

// reportPage fills in the rows after a cursor, and where they stand among all.
func reportPage(ctx context.Context, rep *db.Report, limit int, after *string, answer *model.Report) error {
	order := reportRows(rep.Query)
	position, err := parseCursor("after", after, order)
	if err != nil {
		return err
	}
	from := 0
	if position != nil {
		for from < len(rep.Rows) && rep.Key(rep.Rows[from]) != position.ID {
			from++
		}
		if from == len(rep.Rows) {
			return labour.Faultf(labour.BadUserInput, "after: expected a cursor of this report, found one of another.")
		}
		from++
	}
	to := min(from+limit, len(rep.Rows))
	counted, named := countedRequested(ctx, "rows."), rowIDs(releaseOf(ctx), rep)
	for _, row := range rep.Rows[from:to] {
		shown := reportRow(rep, row, rep.Query.Measures, counted)
		shown.ID = named(rep.Key(row))
		answer.Rows = append(answer.Rows, shown)
	}
	answer.TotalCount = len(rep.Rows)
	answer.PageInfo = model.PageInfo{HasPreviousPage: from > 0, HasNextPage: to < len(rep.Rows)}
	if from < to {
		start := formatCursor(order, db.Position{ID: rep.Key(rep.Rows[from])})
		end := formatCursor(order, db.Position{ID: rep.Key(rep.Rows[to-1])})
		answer.PageInfo.StartCursor, answer.PageInfo.EndCursor = &start, &end
	}
	return nil
}

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
	measures := selectedMeasures(ctx, "rows.")
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

// selectedMeasures lists the measures whose fields the selection names below a path.
func selectedMeasures(ctx context.Context, path string) []labour.Measure {
	var measures []labour.Measure
	for _, info := range labour.Measures {
		if graphql.FieldRequested(ctx, path+info.Field) || info.Measure == labour.PeakWorkersPresent &&
			graphql.FieldRequested(ctx, path+"peakOn") {
			measures = append(measures, info.Measure)
		}
	}
	return measures
}

func countedRequested(ctx context.Context, path string) bool {
	return graphql.FieldRequested(ctx, path+"permits") || graphql.FieldRequested(ctx, path+"repatriations")
}

// reportRow makes a row of the contract, with the measures that were computed and no other.
func reportRow(rep *db.Report, row db.ReportRow, measures []labour.Measure, counted bool) model.ReportRow {
	r := model.ReportRow{
		Region: row.Group[labour.ByRegion], District: row.Group[labour.ByDistrict], Industry: row.Group[labour.ByIndustry],
		Nationality: row.Group[labour.ByNationality], Employer: row.Group[labour.ByEmployer],
		Outcome:  known(labour.Outcome(row.Group[labour.ByOutcome])),
		Coverage: row.Coverage, Synthetic: row.Synthetic, Perturbed: rep.Perturbed(), Of: row.Of,
	}
	if rep.Covers() {
		r.Period = new(rep.Query.Granularity.Of(row.Period))
		if counted {
			r.Counted = rep.Counted(row)
		}
	}
	if slices.Contains(measures, labour.PeakWorkersPresent) && row.PeakWorkersPresent > 0 {
		r.PeakOn = &row.PeakOn
	}
	return r
}

func reportFilter(f *model.ReportFilter) db.ReportFilter {
	if f == nil {
		return db.ReportFilter{}
	}
	return db.ReportFilter{
		Within: list(f.Within), Industries: f.Industries, Nationalities: f.Nationalities,
		Employers: keysOf("Employer", f.Employers), Outcomes: f.Outcomes, Period: dateRange(f.Period),
		Synthetic: f.Synthetic,
	}
}

func reportOrder(orders []model.ReportOrder) []db.ReportOrder {
	list := make([]db.ReportOrder, len(orders))
	for i, o := range orders {
		list[i] = db.ReportOrder{By: deref(o.By), Measure: deref(o.Measure),
			Descending: o.Direction == model.OrderDirectionDesc}
	}
	return list
}

func conditions(having []model.MeasureCondition) []db.MeasureCondition {
	list := make([]db.MeasureCondition, len(having))
	for i, h := range having {
		list[i] = db.MeasureCondition{Measure: h.Measure, AtLeast: h.AtLeast, AtMost: h.AtMost}
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
	filters := make([]db.PermitFilter, len(objs))
	for i, row := range objs {
		filters[i].Counted, _ = row.Counted.(*db.Counted)
	}
	return permitPages(ctx, filters, orderBy, pageArgs{first, after, last, before})
}

func (reportRowFields) Repatriations(ctx context.Context, objs []*model.ReportRow, orderBy *model.RepatriationOrder,
	first *int, after *string, last *int, before *string) ([]*model.RepatriationConnection, error) {
	filters := make([]db.RepatriationFilter, len(objs))
	for i, row := range objs {
		filters[i].Counted, _ = row.Counted.(*db.Counted)
	}
	return repatriationPages(ctx, filters, orderBy, pageArgs{first, after, last, before})
}
