package db

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// ObservationFilter narrows a list of observations. Empty fields narrow nothing.
type ObservationFilter struct {
	Indicators    []string
	Regions       []string     // region codes, each by itself
	Within        []string     // region codes: an observation lies within every one of them
	BoundariesOn  *labour.Date // nil for the release's last day
	Industries    []string
	Nationalities []string
	Span          DateRange // observations that share a day with it
	Sources       []string
	Status        []labour.ObservationStatus
	Value         Comparison[float64]
	Total         *bool // only those of all industries and nationalities together, or only those of some
	Nested        Nested[ObservationFilter]
}

// nested lists the filters within one, each on the boundaries of this one where it has none of its own.
func (f ObservationFilter) nested() Nested[ObservationFilter] {
	return Inherit(f.Nested, func(inner *ObservationFilter) {
		inner.BoundariesOn = cmp.Or(inner.BoundariesOn, f.BoundariesOn)
	})
}

// ObservationOrder names what observations are sorted by.
type ObservationOrder string

const (
	ObservationByKey    ObservationOrder = "INDICATOR"
	ObservationByRegion ObservationOrder = "REGION"
	ObservationByFrom   ObservationOrder = "FROM"
	ObservationByTo     ObservationOrder = "TO"
	ObservationByValue  ObservationOrder = "VALUE"
)

var observationSort = map[ObservationOrder]string{ObservationByKey: "f.indicator", ObservationByRegion: "f.region_code",
	ObservationByFrom: `f."from"`, ObservationByTo: `f."to"`, ObservationByValue: "f.value"}

// Observations are read and sorted by their key, and so by indicator first.
var observationColumns = []string{"indicator", "region_code", "industry", "nationality", "from", "to", "value", "unit",
	"status", "source_id", "confidence", "note", "qualifier", "value_high"}

const observationOrder = `f.indicator, f.region_code, f.industry, f.nationality, f."from", f."to", f.source_id`

// observationKey writes the key of an observation as one text, which sorts as its parts do.
var observationKey = strings.Join([]string{"indicator", "region_code", "industry", "nationality", `"from"`, `"to"`, "source_id"},
	" || '"+sqlite.FieldEnd+"' || ")

// ObservationKey returns the key of an observation as one text.
func ObservationKey(o labour.Observation) string {
	return strings.Join([]string{o.Indicator, o.Region, o.Industry, o.Nationality, o.From.String(), o.To.String(), o.Source},
		sqlite.FieldEnd)
}

// observations lists the observations of a release; their key is their id.
func (r *Release) observations() listing[labour.Observation] {
	return listing[labour.Observation]{
		view:    "(SELECT *, " + observationKey + " AS id FROM observations)",
		columns: r.schema.Columns("observations", "f.", observationColumns...),
		scan: func(o *labour.Observation) []any {
			return []any{&o.Indicator, &o.Region, &o.Industry, &o.Nationality, sqlite.Date(&o.From),
				sqlite.Date(&o.To), &o.Value, &o.Unit, &o.Status, &o.Source, sqlite.Text(&o.Confidence),
				sqlite.Text(&o.Note), sqlite.Text(&o.Qualifier), &o.ValueHigh}
		},
	}
}

// ObservationPages reads the same stretch of several lists of observations, one for each filter.
func (r *Release) ObservationPages(ctx context.Context, filters []ObservationFilter, order Order[ObservationOrder],
	span Span) ([]Page[labour.Observation], error) {
	sortBy, known := observationSort[order.Field]
	if !known {
		return nil, fmt.Errorf("observations: no order %q", order.Field)
	}
	lists := make([]selection, len(filters))
	for i, f := range filters {
		var err error
		if lists[i].narrow, err = r.observationCondition(ctx, f); err != nil {
			return nil, err
		}
	}
	return pages(ctx, r, r.observations(), sortBy, order.Descending, span, lists)
}

// Observations reads observations in the order of indicator, region, industry, nationality, first day and source.
func (r *Release) Observations(ctx context.Context, f ObservationFilter) ([]labour.Observation, error) {
	narrow, err := r.observationCondition(ctx, f)
	if err != nil {
		return nil, err
	}
	list := r.observations()
	sb := sqlite.Flavour.NewSelectBuilder()
	sb.Select(list.columns...).From("observations AS f")
	narrow(sb)
	sb.OrderBy(observationOrder)
	statement, args := sb.Build()
	observations, err := sqlite.Collect(ctx, r.file, func(rows *sql.Rows) (o labour.Observation, err error) {
		return o, rows.Scan(list.scan(&o)...)
	}, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("read observations: %w", err)
	}
	return observations, nil
}

func (r *Release) observationCondition(ctx context.Context, f ObservationFilter) (func(*sqlbuilder.SelectBuilder), error) {
	resolved, err := foldFacts(f, ObservationFilter.nested, func(f ObservationFilter, _ int) (facts, error) {
		return r.observationFacts(ctx, f)
	})
	if err != nil {
		return nil, err
	}
	return func(sb *sqlbuilder.SelectBuilder) { resolved.narrow(sb, "observations") }, nil
}

// observationFacts makes the facts of a filter by itself.
func (r *Release) observationFacts(ctx context.Context, f ObservationFilter) (facts, error) {
	if err := f.Span.check("observations"); err != nil {
		return facts{}, err
	}
	for _, code := range f.Indicators {
		if _, err := r.Indicator(code); err != nil {
			return facts{}, err
		}
	}
	for _, id := range f.Sources {
		if _, err := r.Source(id); err != nil {
			return facts{}, err
		}
	}
	own, err := r.resolve(ctx, ReportFilter{Within: f.Within}, r.LastDay(f.BoundariesOn))
	if err != nil {
		return own, err
	}
	if f.Regions != nil {
		own.regions = append(own.regions, f.Regions)
	}
	own.industries, own.nationalities = f.Industries, f.Nationalities
	own.more = func(sb *sqlbuilder.SelectBuilder) []string {
		var all []string
		if f.Indicators != nil {
			all = append(all, isIn(sb, "f.indicator", f.Indicators))
		}
		if f.Sources != nil {
			all = append(all, isIn(sb, "f.source_id", f.Sources))
		}
		if f.Status != nil {
			all = append(all, isIn(sb, "f.status", f.Status))
		}
		if f.Total != nil {
			total := "(f.industry = '' AND f.nationality = '')"
			if !*f.Total {
				total = "NOT " + total
			}
			all = append(all, total)
		}
		if f.Span.From != nil {
			all = append(all, sb.GreaterEqualThan(`f."to"`, f.Span.From.String()))
		}
		if f.Span.To != nil {
			all = append(all, sb.LessEqualThan(`f."from"`, f.Span.To.String()))
		}
		return append(all, ofNumbers(sb, f.Value, "f.value")...)
	}
	return own, nil
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
