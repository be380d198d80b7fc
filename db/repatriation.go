package db

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"slices"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// RepatriationFilter narrows a list of repatriations. Empty fields narrow nothing; those of outcome PROTECTED are
// never listed.
type RepatriationFilter struct {
	Within        []string     // region codes: a repatriation lies within every one of them
	BoundariesOn  *labour.Date // nil for the release's last day
	Industries    []string
	Nationalities []string
	Employers     []string
	Outcomes      []labour.Outcome
	Synthetic     *bool
	Period        DateRange // dated in it
	Date          Comparison[labour.Date]
	Workers       Comparison[int]
	Sanction      string // symbol
	Counted       *Counted
	Nested        Nested[RepatriationFilter]
}

// nested lists the filters within one, each on the boundaries of this one where it has none of its own.
func (f RepatriationFilter) nested() Nested[RepatriationFilter] {
	return Inherit(f.Nested, func(inner *RepatriationFilter) {
		inner.BoundariesOn = cmp.Or(inner.BoundariesOn, f.BoundariesOn)
	})
}

// RepatriationOrder names what repatriations are sorted by.
type RepatriationOrder string

const (
	RepatriationByDate    RepatriationOrder = "DATE"
	RepatriationByWorkers RepatriationOrder = "WORKERS"
)

var repatriationSort = map[RepatriationOrder]string{RepatriationByDate: "f.date", RepatriationByWorkers: "f.workers"}

// repatriations lists the repatriations of a release.
func (r *Release) repatriations() listing[labour.Repatriation] {
	list := repatriationList
	list.view = build.RepatriationRows(r.schema)
	return list
}

var repatriationList = listing[labour.Repatriation]{
	columns: []string{"f.id", "f.region_code", "f.nationality", "f.employer_id", "f.permit_id", "f.date", "f.workers",
		"f.outcome",
		"f.sanction_symbol", "f.source_id", "f.synthetic", "f.own_outcome", "f.precision"},
	scan: func(p *labour.Repatriation) []any {
		return []any{&p.ID, &p.Region, &p.Nationality, sqlite.Text(&p.Employer), sqlite.Text(&p.Permit),
			sqlite.Date(&p.Date), &p.Workers, &p.Outcome,
			sqlite.Text(&p.Sanction), &p.Source, &p.Synthetic, sqlite.Text(&p.OwnOutcome),
			sqlite.Precision(&p.Precision)}
	},
	id:    func(p labour.Repatriation) string { return p.ID },
	count: "f.workers",
}

// Repatriations reads repatriations by id, in the order of the ids, nil for those that do not exist or are of
// outcome PROTECTED.
func (r *Release) Repatriations(ctx context.Context, ids []string) ([]*labour.Repatriation, error) {
	found, err := byID(ctx, r, r.repatriations(), ids)
	for i, one := range found {
		if one != nil && one.Outcome == labour.Protected {
			found[i] = nil
		}
	}
	return found, err
}

// listed leaves out who is in an asylum or refugee procedure: a row may be enough for others to find them.
func listed(sb *sqlbuilder.SelectBuilder) {
	sb.Where(sb.NotEqual("f.outcome", labour.Protected))
}

// RepatriationsUnder reads every repatriation under each of some permits that is listed, by date.
func (r *Release) RepatriationsUnder(ctx context.Context, permitIDs []string) ([][]labour.Repatriation, error) {
	list := r.repatriations()
	under := make(map[string][]labour.Repatriation, len(permitIDs))
	for some := range slices.Chunk(permitIDs, 1000) {
		sb := sqlite.Flavour.NewSelectBuilder()
		sb.Select(list.columns...).From(list.view+" AS f").Where(sb.In("f.permit_id",
			sqlbuilder.List(some))).OrderBy("f.date", "f.id")
		listed(sb)
		statement, args := sb.Build()
		err := sqlite.Each(ctx, r.file, func(rows *sql.Rows) error {
			var row labour.Repatriation
			if err := rows.Scan(list.scan(&row)...); err != nil {
				return err
			}
			under[row.Permit] = append(under[row.Permit], row)
			return nil
		}, statement, args...)
		if err != nil {
			return nil, fmt.Errorf("read repatriations under permits: %w", err)
		}
	}
	lists := make([][]labour.Repatriation, len(permitIDs))
	for i, id := range permitIDs {
		lists[i] = under[id]
	}
	return lists, nil
}

// RepatriationPages reads the same stretch of several lists of repatriations, one for each filter.
func (r *Release) RepatriationPages(ctx context.Context, filters []RepatriationFilter, order Order[RepatriationOrder],
	span Span) ([]Page[labour.Repatriation], error) {
	sortBy, known := repatriationSort[order.Field]
	if !known {
		return nil, fmt.Errorf("repatriations: no order %q", order.Field)
	}
	lists := make([]selection, len(filters))
	for i, f := range filters {
		var err error
		if lists[i], err = r.repatriationSelection(ctx, f); err != nil {
			return nil, err
		}
	}
	return pages(ctx, r, r.repatriations(), sortBy, order.Descending, span, lists)
}

func (r *Release) repatriationSelection(ctx context.Context, f RepatriationFilter) (selection, error) {
	resolved, err := foldFacts(f, RepatriationFilter.nested, func(f RepatriationFilter, _ int) (facts, error) {
		return r.repatriationFacts(ctx, f)
	})
	if err != nil {
		return selection{}, err
	}
	return selection{real: f.Counted.isReal(), total: r.repatriationTotal(f, resolved), narrow: func(sb *sqlbuilder.SelectBuilder) {
		listed(sb)
		resolved.narrow(sb, build.RepatriationFacts)
		if f.Counted != nil {
			f.Counted.repatriations(sb)
		}
	}}, nil
}

// repatriationTotal returns what counts the repatriations of a list by the days of the register, and their workers by the
// rollups of departures, or nil where the list is about more than these know.
func (r *Release) repatriationTotal(f RepatriationFilter, resolved facts) func(context.Context) (rows, workers int, err error) {
	if dated, isRange := f.Period.and(f.Date); isRange {
		f.Period, f.Date = dated, Comparison[labour.Date]{}
	}
	// All that these know; a field that is added to the filter is not among it until somebody says so here.
	rest := f
	rest.Within, rest.BoundariesOn, rest.Industries, rest.Nationalities, rest.Outcomes, rest.Synthetic = nil, nil, nil, nil, nil, nil
	rest.Period = DateRange{}
	resolved.more = nil
	resolved.nested.And = append(slices.Clone(resolved.nested.And), facts{outcomes: slices.DeleteFunc(
		slices.Clone(labour.Outcomes), func(o labour.Outcome) bool { return o == labour.Protected })})
	behind := &Counted{release: r, facts: resolved, on: r.LastDay(f.BoundariesOn), dated: true,
		period:   f.Period.period().Clip(r.spans[build.RepatriationFacts]),
		families: map[labour.Family]bool{labour.DepartureFlow: true}}
	if r.confidential > 0 || !reflect.ValueOf(rest).IsZero() || !behind.isCovered() {
		return nil
	}
	return func(ctx context.Context) (rows, workers int, err error) {
		if behind.period.Days() == 0 {
			return 0, 0, nil
		}
		err = behind.eachCell(ctx, build.RepatriationFacts, false, func(_ registerCell, t touched) { rows += t.rows })
		if err != nil {
			return 0, 0, fmt.Errorf("count repatriations by their days: %w", err)
		}
		rep := &Report{release: r, facts: resolved, Period: behind.period, BoundariesOn: behind.on}
		t := newTally(nil, calendar{whole: behind.period})
		if err := rep.countRepatriations(ctx, t); err != nil {
			return 0, 0, fmt.Errorf("count the workers of repatriations: %w", err)
		}
		return rows, t.order[0].cells[0].WorkersRepatriated, nil
	}
}

// repatriationFacts makes the facts of a filter by itself.
func (r *Release) repatriationFacts(ctx context.Context, f RepatriationFilter) (facts, error) {
	own, err := r.resolve(ctx, ReportFilter{Within: f.Within, Industries: f.Industries, Nationalities: f.Nationalities,
		Employers: f.Employers, Outcomes: f.Outcomes, Synthetic: f.Synthetic}, r.LastDay(f.BoundariesOn))
	if err != nil {
		return own, err
	}
	if err := f.Period.check("period"); err != nil {
		return own, err
	}
	if err := (DateRange{f.Date.Gte, f.Date.Lte}).check("date"); err != nil {
		return own, err
	}
	if f.Sanction != "" {
		if _, err := r.dictionary.Sanction(f.Sanction); err != nil {
			return own, err
		}
	}
	own.more = func(sb *sqlbuilder.SelectBuilder) []string {
		all := append(f.Period.conditions(sb, "f.date"), ofDays(sb, f.Date, "f.date")...)
		all = append(all, ofNumbers(sb, f.Workers, "f.workers")...)
		if f.Sanction != "" {
			all = append(all, sb.Equal("f.sanction_symbol", f.Sanction))
		}
		return all
	}
	return own, nil
}
