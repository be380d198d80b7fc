package graph

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"homebound/db"
	"homebound/graph/model"
	"homebound/internal/answers"
	"homebound/internal/labour"
)

// answerID names an answer that has no key of its own by everything that decides it: the release and the question. Two
// answers have one id only where they are the same, so that a client's cache may keep them under it.
func answerID(release *db.Release, typename string, question ...any) string {
	text, err := json.Marshal(question)
	if err != nil {
		panic("graph: a question holds texts, numbers and days alone") // which always have a JSON form
	}
	sum := sha256.Sum256(text)
	return globalID(typename, fmt.Sprintf("%d:%s", release.Info().Number, base64.RawURLEncoding.EncodeToString(sum[:18])))
}

// rowsOf is what decides the figures of a report's rows, but for their group and period: not how rows are ordered, and
// not which of them a page has.
func rowsOf(rep *db.Report) []any {
	filter := rep.Query.Filter
	filter.Period = db.DateRange{From: &rep.Period.From, To: &rep.Period.To}
	filter.Within = slices.Sorted(slices.Values(filter.Within))
	groupBy := slices.Sorted(slices.Values(rep.Query.GroupBy))
	return []any{filter, slices.Compact(groupBy), rep.Query.Granularity, rep.BoundariesOn.String(), rep.Covers(), rep.Currency,
		rep.Query.Top}
}

// reportID names a report by its rows and by all that chooses, orders and pages them.
func reportID(release *db.Release, rep *db.Report, page pageArgs) string {
	return answerID(release, "Report", rowsOf(rep), rep.Query.GroupBy, rep.Query.Having, rep.Query.OrderBy,
		page.first, page.after, page.last, page.before, page.offset)
}

// rowIDs names the rows of a report by their keys, and its totals as such.
func rowIDs(release *db.Release, rep *db.Report) func(db.ReportRow) string {
	report := sync.OnceValue(func() string { return answerID(release, "Report", rowsOf(rep), rep.Query.Having) })
	return func(row db.ReportRow) string {
		key := "totals"
		if !row.Whole {
			key = rep.Key(row)
		}
		return answerID(release, "ReportRow", report(), key)
	}
}

// echoed is a filter as JSON has it that a variable takes: an `or` without members is not one that is left out.
type echoed struct {
	model.ReportFilter
	And []echoed `json:"and,omitzero"`
	Or  []echoed `json:"or,omitzero"`
	Not *echoed  `json:"not,omitempty"`
}

func echo(f *model.ReportFilter) echoed {
	within := nested(f.And, f.Or, f.Not, echo)
	return echoed{*f, within.And, within.Or, within.Not}
}

// filterText writes a filter as JSON that a variable takes.
func filterText(filter *model.ReportFilter) string {
	text, err := json.Marshal(echo(filter))
	if err != nil {
		panic("graph: a filter holds texts, numbers and days alone") // which always have a JSON form
	}
	return string(text)
}

// whose is the filter of a stock: of a region ("" for everywhere) and of some nationalities.
func whose(region string, nationalities []string) string {
	return filterText(&model.ReportFilter{Within: known(region), Nationalities: nationalities})
}

type periodFields struct{}

func (periodFields) Unit(_ context.Context, obj *labour.CalendarPeriod) (*labour.Granularity, error) {
	return known(obj.Unit), nil
}

type countryFields struct{}

func (countryFields) ID(_ context.Context, obj *labour.Country) (string, error) {
	return globalID("Country", obj.Code), nil
}

type indicatorFields struct{}

func (indicatorFields) ID(_ context.Context, obj *labour.Indicator) (string, error) {
	return globalID("Indicator", obj.Code), nil
}

func (industryFields) ID(_ context.Context, obj *labour.Industry) (string, error) {
	return globalID("Industry", obj.Code), nil
}

// impactKey is everything that decides an estimate.
func impactKey(obj *answers.EconomicImpact) []any {
	return []any{obj.Scenario, obj.Stocks, obj.OfIndustry}
}

func (economicImpactFields) ID(ctx context.Context, obj *answers.EconomicImpact) (string, error) {
	return answerID(releaseOf(ctx), "EconomicImpact", impactKey(obj)...), nil
}

func (economicImpactFields) Period(_ context.Context, obj *answers.EconomicImpact) (*labour.CalendarPeriod, error) {
	return new(labour.Granularity("").Of(obj.Horizon())), nil
}

func (economicImpactFields) Filter(_ context.Context, obj *answers.EconomicImpact) (string, error) {
	return whose(obj.Scenario.Region, obj.Nationalities), nil
}

func (economicImpactFields) Timeline(ctx context.Context, obj *answers.EconomicImpact,
	granularity labour.Granularity) ([]model.ImpactPeriod, error) {
	parts := obj.Result.Timeline(granularity)
	timeline := make([]model.ImpactPeriod, len(parts))
	for i, part := range parts {
		timeline[i] = model.ImpactPeriod{PeriodImpact: part, ID: answerID(releaseOf(ctx), "ImpactPeriod",
			impactKey(obj), granularity, part.Period.Key())}
	}
	return timeline, nil
}

func (complianceFields) Period(_ context.Context, obj *answers.Compliance) (*labour.CalendarPeriod, error) {
	return new(labour.Granularity("").Of(labour.Period{From: obj.Sanction.AdoptedOn, To: obj.AsOf})), nil
}

func (complianceFields) BoundariesOn(_ context.Context, obj *answers.Compliance) (labour.Date, error) {
	return obj.AsOf, nil
}

func (complianceFields) Filter(_ context.Context, obj *answers.Compliance) (string, error) {
	return whose(obj.Region, obj.Sanction.Nationalities), nil
}
