package db

import (
	"cmp"
	"context"
	"fmt"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// PermitFilter narrows a list of permits. Empty fields narrow nothing.
type PermitFilter struct {
	Within        []string     // region codes: a permit lies within every one of them
	BoundariesOn  *labour.Date // nil for the release's last day
	Industries    []string
	Nationalities []string
	Employers     []string
	Employer      string // one more condition: the permits of this one
	Numbers       []string
	Synthetic     *bool
	Period        DateRange // issued in it, or in force on a day of it
	Issued        DateRange
	IssuedOn      Comparison[labour.Date]
	ValidFrom     Comparison[labour.Date]
	ValidTo       Comparison[labour.Date]
	RevokedOn     Comparison[labour.Date]
	Workers       Comparison[int]
	WageMonthly   Comparison[float64]
	InForceOn     *labour.Date
	Status        []labour.PermitStatus // on InForceOn, else on the release's last day
	Counted       *Counted
	Nested        Nested[PermitFilter]

	statusOn *labour.Date // for Status where InForceOn is nil: that of the filter around
}

// nested lists the filters within one, each on the boundaries and of the day of this one where it has none of its own.
func (f PermitFilter) nested() Nested[PermitFilter] {
	return Inherit(f.Nested, func(inner *PermitFilter) {
		inner.BoundariesOn = cmp.Or(inner.BoundariesOn, f.BoundariesOn)
		if inner.Status != nil && inner.InForceOn == nil {
			inner.statusOn = cmp.Or(f.InForceOn, f.statusOn)
		}
	})
}

// PermitOrder names what permits are sorted by.
type PermitOrder string

const (
	PermitByIssuedOn  PermitOrder = "ISSUED_ON"
	PermitByValidFrom PermitOrder = "VALID_FROM"
	PermitByValidTo   PermitOrder = "VALID_TO"
	PermitByWorkers   PermitOrder = "WORKERS"
	PermitByNumber    PermitOrder = "NUMBER"
)

var permitSort = map[PermitOrder]string{
	PermitByIssuedOn: "f.issued_on", PermitByValidFrom: "f.valid_from", PermitByValidTo: "f.valid_to",
	PermitByWorkers: "f.workers", PermitByNumber: "f.number",
}

// permits lists the permits of a release.
func (r *Release) permits() listing[labour.Permit] {
	list := permitList
	list.view = build.PermitRows(r.schema)
	return list
}

var permitList = listing[labour.Permit]{
	columns: []string{"f.id", "f.number", "f.employer_id", "f.region_code", "f.nationality", "f.industry",
		"f.occupation", "f.workers",
		"f.issued_on", "f.valid_from", "f.valid_to", "f.revoked_on", "f.wage_monthly", "f.wage_currency", "f.source_id", "f.synthetic", "f.contract_on", "f.precision",
		"f.wage", "f.wage_unit", "f.hours_per_week", "f.industry_code", "f.industry_classification", "f.occupation_code",
		"f.occupation_classification"},
	scan: func(p *labour.Permit) []any {
		return []any{&p.ID, &p.Number, sqlite.Text(&p.Employer), &p.Region, &p.Nationality, sqlite.Text(&p.Industry),
			sqlite.Text(&p.Occupation), &p.Workers,
			sqlite.Date(&p.IssuedOn), sqlite.Date(&p.ValidFrom), sqlite.Date(&p.ValidTo), sqlite.OptionalDate(&p.RevokedOn), &p.WageMonthly, sqlite.Text(&p.WageCurrency), &p.Source, &p.Synthetic,
			sqlite.OptionalDate(&p.ContractOn), sqlite.Precision(&p.Precision), &p.Wage, sqlite.Text(&p.WageUnit), &p.HoursPerWeek,
			sqlite.Text(&p.IndustryCode), sqlite.Text(&p.IndustryClassification), sqlite.Text(&p.OccupationCode),
			sqlite.Text(&p.OccupationClassification)}
	},
	id:    func(p labour.Permit) string { return p.ID },
	count: "f.workers",
}

// Permits reads permits by id, in the order of the ids, nil for those that do not exist.
func (r *Release) Permits(ctx context.Context, ids []string) ([]*labour.Permit, error) {
	return byID(ctx, r, r.permits(), ids)
}

// PermitPages reads the same stretch of several lists of permits, one for each filter.
func (r *Release) PermitPages(ctx context.Context, filters []PermitFilter, order Order[PermitOrder],
	span Span) ([]Page[labour.Permit], error) {
	sortBy, known := permitSort[order.Field]
	if !known {
		return nil, fmt.Errorf("permits: no order %q", order.Field)
	}
	lists := make([]selection, len(filters))
	for i, f := range filters {
		var err error
		if lists[i], err = r.permitSelection(ctx, f); err != nil {
			return nil, err
		}
	}
	return pages(ctx, r, r.permits(), sortBy, order.Descending, span, lists)
}

func (r *Release) permitSelection(ctx context.Context, f PermitFilter) (selection, error) {
	resolved, err := foldFacts(f, PermitFilter.nested, func(f PermitFilter, _ int) (facts, error) {
		return r.permitFacts(ctx, f)
	})
	if err != nil {
		return selection{}, err
	}
	list := selection{real: f.Counted.isReal(), narrow: func(sb *sqlbuilder.SelectBuilder) {
		resolved.narrow(sb, build.PermitFacts)
		if f.Employer != "" {
			sb.Where(sb.Equal("f.employer_id", f.Employer))
		}
		if f.Counted != nil {
			f.Counted.permits(sb)
		}
	}}
	if r.confidential == 0 && r.Gaps()[labour.NoIssueDay] == 0 && f.Employer == "" && f.Counted == nil {
		if sums, ok := r.planner(build.PermitFacts, resolved.dimensions()); ok {
			list.counted = &counted{sums.Name, "SUM(f.permits)", "SUM(f.workers)"}
		}
	}
	days := r.byDays(f, resolved)
	if days != nil {
		list.total = days.total
	}
	list.page = func(ctx context.Context, sb *sqlbuilder.SelectBuilder, p paging) (orderBy, id string, err error) {
		list.narrow(sb)
		bound := r.boundPermits(ctx, f, days, p.sortBy)
		if orderBy, id, err = r.walkPermits(ctx, sb, f, resolved, walk{p, list.narrow, bound}); err == nil {
			err = bound(sb, orderBy)
		}
		return orderBy, id, err
	}
	return list, nil
}

// permitFacts makes the facts of a filter by itself.
func (r *Release) permitFacts(ctx context.Context, f PermitFilter) (facts, error) {
	own, err := r.resolve(ctx, ReportFilter{Within: f.Within, Industries: f.Industries,
		Nationalities: f.Nationalities, Employers: f.Employers, Synthetic: f.Synthetic}, r.LastDay(f.BoundariesOn))
	if err != nil {
		return own, err
	}
	if err := f.Issued.check("issued"); err != nil {
		return own, err
	}
	var period labour.Period
	if f.Period != (DateRange{}) {
		if period, _, err = r.period(f.Period); err != nil {
			return own, err
		}
	}
	// A filter without any of these demands nothing more, and its rows are counted from sums that are kept ready.
	if sb := sqlite.Flavour.NewSelectBuilder(); len(f.more(sb, r.LastDay(nil), period)) > 0 {
		own.more = func(sb *sqlbuilder.SelectBuilder) []string { return f.more(sb, r.LastDay(nil), period) }
	}
	return own, nil
}

// more lists what the filter demands of a permit f beside what reports can be narrowed by.
func (f PermitFilter) more(sb *sqlbuilder.SelectBuilder, last labour.Date, period labour.Period) []string {
	var all []string
	if f.Numbers != nil {
		all = append(all, isIn(sb, "f.number", f.Numbers))
	}
	if f.Period != (DateRange{}) {
		all = append(all, sb.Or(sb.Between("f.issued_on", period.From.String(), period.To.String()), inForce(sb, period)))
	}
	for _, column := range comparedPermits {
		all = append(all, f.compared(sb, column)...)
	}
	all = append(all, ofDays(sb, f.RevokedOn, "f.revoked_on")...)
	all = append(all, ofNumbers(sb, f.WageMonthly, "f.wage_monthly")...)
	if f.InForceOn != nil {
		day := f.InForceOn.String()
		all = append(all, sb.LessEqualThan("f.valid_from", day), sb.GreaterEqualThan("f.ends_on", day))
	}
	if f.Status != nil {
		on := last
		if given := cmp.Or(f.InForceOn, f.statusOn); given != nil {
			on = *given
		}
		day := on.String()
		status := fmt.Sprintf("CASE WHEN f.valid_from = '' OR f.valid_to = '' THEN %s "+
			"WHEN f.revoked_on <= f.valid_to AND f.revoked_on <= %s THEN %s WHEN f.valid_from > %s THEN %s "+
			"WHEN f.valid_to >= %s THEN %s ELSE %s END",
			sb.Var(labour.StatusUnknown), sb.Var(day), sb.Var(labour.Revoked), sb.Var(day), sb.Var(labour.Pending),
			sb.Var(day), sb.Var(labour.InForce), sb.Var(labour.Expired))
		all = append(all, fmt.Sprintf("(%s) IN (%s)", status, sb.Var(sqlbuilder.List(f.Status))))
	}
	return all
}

// comparedPermits are the columns that a filter compares and that have an index each.
var comparedPermits = []string{"f.issued_on", "f.valid_from", "f.valid_to", "f.workers"}

// compared lists what the filter demands of one of these columns.
func (f PermitFilter) compared(sb *sqlbuilder.SelectBuilder, column string) []string {
	switch column {
	case "f.issued_on", "i.issued_on": // i is the index that a page is found along: see walkPermits
		return append(f.Issued.conditions(sb, column), ofDays(sb, f.IssuedOn, column)...)
	case "f.valid_from":
		return ofDays(sb, f.ValidFrom, column)
	case "f.valid_to":
		return ofDays(sb, f.ValidTo, column)
	case "f.workers":
		return ofNumbers(sb, f.Workers, column)
	}
	panic("db: no column " + column + " is compared")
}

// LastDay returns a day, or where it is nil the release's last one, else that of its publication.
func (r *Release) LastDay(d *labour.Date) labour.Date {
	switch {
	case d != nil:
		return *d
	case r.info.DataThrough != nil:
		return *r.info.DataThrough
	}
	return labour.DateOf(r.info.PublishedAt)
}

// check returns a Fault with BadUserInput for a range that ends before it starts.
func (d DateRange) check(name string) error {
	if d.From != nil && d.To != nil && *d.From > *d.To {
		return labour.Faultf(labour.BadUserInput,
			"%s: expected a first day that is not after the last, found %s to %s.", name, *d.From, *d.To)
	}
	return nil
}

// conditions lists what the range demands of a column of days, which has an empty text where the day is not known.
func (d DateRange) conditions(sb *sqlbuilder.SelectBuilder, column string) []string {
	return ofDays(sb, Comparison[labour.Date]{Gte: d.From, Lte: d.To}, column)
}
