package db

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// ObservationFilter narrows a list of observations. Empty fields narrow nothing.
type ObservationFilter struct {
	Indicators    []string
	Regions       []string // region codes, each by itself
	Nationalities []string
	Span          DateRange // observations that share a day with it
}

// Observations are read and sorted by their key, and so by indicator first.
var observationColumns = []string{"indicator", "region_code", "industry", "nationality", "from", "to", "value", "unit",
	"status", "source_id", "confidence", "note", "qualifier", "value_high"}

const observationOrder = `f.indicator, f.region_code, f.industry, f.nationality, f."from", f."to", f.source_id`

// Observations reads observations in the order of indicator, region, industry, nationality, first day and source.
func (r *Release) Observations(ctx context.Context, f ObservationFilter) ([]labour.Observation, error) {
	narrow, err := r.observationCondition(f)
	if err != nil {
		return nil, err
	}
	sb := sqlite.Flavour.NewSelectBuilder()
	sb.Select(r.schema.Columns("observations", "f.", observationColumns...)...).From("observations AS f")
	narrow(sb)
	sb.OrderBy(observationOrder)
	statement, args := sb.Build()
	observations, err := sqlite.Collect(ctx, r.file, func(rows *sql.Rows) (o labour.Observation, err error) {
		return o, rows.Scan(&o.Indicator, &o.Region, &o.Industry, &o.Nationality, sqlite.Date(&o.From),
			sqlite.Date(&o.To), &o.Value, &o.Unit,
			&o.Status, &o.Source, sqlite.Text(&o.Confidence), sqlite.Text(&o.Note), sqlite.Text(&o.Qualifier), &o.ValueHigh)
	}, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("read observations: %w", err)
	}
	return observations, nil
}

func (r *Release) observationCondition(f ObservationFilter) (func(*sqlbuilder.SelectBuilder), error) {
	if err := f.Span.check("observations"); err != nil {
		return nil, err
	}
	for _, code := range f.Indicators {
		if _, err := r.Indicator(code); err != nil {
			return nil, err
		}
	}
	return func(sb *sqlbuilder.SelectBuilder) {
		in(sb, "f.indicator", f.Indicators)
		in(sb, "f.region_code", f.Regions)
		in(sb, "f.nationality", f.Nationalities)
		if f.Span.From != nil {
			sb.Where(sb.GreaterEqualThan(`f."to"`, f.Span.From.String()))
		}
		if f.Span.To != nil {
			sb.Where(sb.LessEqualThan(`f."from"`, f.Span.To.String()))
		}
	}, nil
}

// Claims reads every claim in the order of ids.
func (r *Release) Claims(ctx context.Context) ([]labour.Claim, error) {
	claims, err := sqlite.Collect(ctx, r.file, func(rows *sql.Rows) (c labour.Claim, err error) {
		return c, rows.Scan(&c.ID, &c.Topic, &c.Statement, &c.Speaker, sqlite.Text(&c.SpeakerRole),
			sqlite.OptionalDate(&c.MadeOn), sqlite.Text(&c.Operator), &c.ValueLow, &c.ValueHigh, sqlite.Text(&c.Unit),
			sqlite.OptionalDate(&c.From), sqlite.OptionalDate(&c.To), sqlite.Text(&c.Region), sqlite.Text(&c.Industry),
			sqlite.Text(&c.Nationality), sqlite.Text(&c.Measure), &c.Source, sqlite.Text(&c.Confidence),
			sqlite.Text(&c.Note), sqlite.Text(&c.Repeats), sqlite.Text(&c.Disputes), sqlite.Text(&c.Per),
			sqlite.Text(&c.CompareWith), sqlite.Text(&c.WageBasis))
	}, r.schema.Select("claims", "id", "id", "topic", "statement", "speaker", "speaker_role", "made_on", "operator",
		"value_low", "value_high", "unit", "from", "to", "region_code", "industry", "nationality", "measure", "source_id",
		"confidence", "note", "repeats", "disputes", "per", "compare_with", "wage_basis"))
	if err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	return claims, nil
}

// MemberStateReports reads what States reported of their own compliance, in the order of countries, of resolutions and
// of the days on which they reported.
func (r *Release) MemberStateReports(ctx context.Context) ([]labour.MemberStateReport, error) {
	reports, err := sqlite.Collect(ctx, r.file, func(rows *sql.Rows) (m labour.MemberStateReport, err error) {
		return m, rows.Scan(&m.Country, &m.Symbol, &m.Kind, sqlite.OptionalDate(&m.DueOn),
			sqlite.OptionalDate(&m.SubmittedOn), sqlite.Text(&m.Document), &m.Baseline, sqlite.OptionalDate(&m.BaselineOn),
			&m.Repatriated, &m.Remaining, sqlite.OptionalDate(&m.AsOf), sqlite.Text(&m.Text), sqlite.Text(&m.Confidence),
			&m.Source, sqlite.Text(&m.Note))
	}, r.schema.Select("member_state_reports", "country_code, symbol, submitted_on, as_of, kind, source_id",
		"country_code", "symbol", "kind", "due_on", "submitted_on", "un_document", "baseline", "baseline_on",
		"repatriated", "remaining", "as_of", "text", "confidence", "source_id", "note"))
	if err != nil {
		return nil, fmt.Errorf("read the reports of States: %w", err)
	}
	return reports, nil
}
