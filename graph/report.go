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
	having []model.MeasureCondition, first *int, after *string,
	currency *string) (*model.Report, error) {
	return report(ctx, reportFilter(filter), groupBy, granularity, boundariesOn, orderBy, having, first, after, currency)
}

// report asks the database for the measures that the selection names, and for nothing else.
func report(ctx context.Context, filter db.ReportFilter, groupBy []labour.Dimension, granularity *labour.Granularity,
	boundariesOn *labour.Date, orderBy []model.ReportOrder, having []model.MeasureCondition, first *int,
	after, currency *string) (*model.Report, error) {
	release := releaseOf(ctx)
	rep, err := release.Ask(ctx, db.ReportQuery{
		Filter: filter, GroupBy: groupBy, Granularity: deref(granularity), BoundariesOn: boundariesOn,
		Measures: selectedMeasures(ctx, "rows."), OrderBy: reportOrder(orderBy), Having: conditions(having),
		Currency: currencyOf(ctx, currency, filter.Within),
	})
	if err != nil {
		return nil, err
	}
	limit := maxPage
	if first != nil {
		if err := checkLimit("first", *first); err != nil {
			return nil, err
		}
		limit = *first
	}
	answer := &model.Report{Coverage: rep.Coverage(), Synthetic: rep.Synthetic(), Currency: rep.Currency}
	if graphql.FieldRequested(ctx, "rows") || graphql.FieldRequested(ctx, "totalCount") ||
		graphql.FieldRequested(ctx, "pageInfo") {
		if err := rep.Answer(ctx); err != nil {
			return nil, err
		}
		if err := reportPage(ctx, rep, limit, after, answer); err != nil {
			return nil, err
		}
	}
	if graphql.FieldRequested(ctx, "totals") {
		measures := selectedMeasures(ctx, "totals.")
		totals, err := rep.Totals(ctx, measures)
		if err != nil {
			return nil, err
		}
		answer.Totals = reportRow(rep, totals, measures, countedRequested(ctx, "totals."))
	}
	if graphql.FieldRequested(ctx, "notices") { // after the totals, whose measures they are about too
		answer.Notices = answers.Notices(release, rep)
	}
	if graphql.FieldRequested(ctx, "provenance") {
		stands, err := rep.Provenance(ctx)
		if err != nil {
			return nil, err
		}
		answer.Provenance = answers.ProvenanceOf(release, stands)
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
	counted := countedRequested(ctx, "rows.")
	for _, row := range rep.Rows[from:to] {
		answer.Rows = append(answer.Rows, reportRow(rep, row, rep.Query.Measures, counted))
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
		r.Period = &row.Period
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
	a := &model.Availability{Outcomes: has.Outcomes, From: has.From, To: has.To}
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
