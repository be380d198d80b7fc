package dbtest

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"homebound/db"
	"homebound/internal/labour"
)

// Permits lists the permits that a filter keeps, sorted, equals by id. A filter's Behind is left aside.
func (n *Naive) Permits(f db.PermitFilter, order db.Order[db.PermitOrder]) []labour.Permit {
	var kept []labour.Permit
	for _, row := range n.permits {
		p := *row.permit
		p.Industry = row.industry
		if n.meetsPermit(f, row, &p, n.lastDay(f.InForceOn), n.boundaries(f.BoundariesOn)) {
			kept = append(kept, p)
		}
	}
	return sorted(kept, order.Descending, func(a, b labour.Permit) int {
		return cmp.Or(map[db.PermitOrder]int{
			db.PermitByIssuedOn: cmp.Compare(a.IssuedOn, b.IssuedOn), db.PermitByValidFrom: cmp.Compare(a.ValidFrom, b.ValidFrom),
			db.PermitByValidTo: cmp.Compare(a.ValidTo, b.ValidTo), db.PermitByWorkers: cmp.Compare(a.Workers, b.Workers),
			db.PermitByNumber: strings.Compare(a.Number, b.Number),
		}[order.Field], strings.Compare(a.ID, b.ID))
	})
}

// meetsPermit reports whether a permit meets a filter; those within it are of its day and on its boundaries, unless they say.
func (n *Naive) meetsPermit(f db.PermitFilter, row fact, p *labour.Permit, on, boundaries labour.Date) bool {
	if f.InForceOn != nil {
		on = *f.InForceOn
	}
	if f.BoundariesOn != nil {
		boundaries = *f.BoundariesOn
	}
	inner := func(f db.PermitFilter) bool { return n.meetsPermit(f, row, p, on, boundaries) }
	return n.inside(db.ReportFilter{Within: f.Within}, row, boundaries) && anyOf(f.Industries, row.industry) &&
		anyOf(f.Nationalities, row.nationality) && anyOf(f.Employers, row.employer) && anyOf(f.Numbers, p.Number) &&
		(f.Synthetic == nil || *f.Synthetic == row.synthetic) && (f.Employer == "" || p.Employer == f.Employer) &&
		in(f.Issued, p.IssuedOn) && compares(f.Workers, p.Workers) && comparesDay(f.IssuedOn, p.IssuedOn) &&
		comparesDay(f.ValidFrom, p.ValidFrom) && comparesDay(f.ValidTo, p.ValidTo) &&
		(f.WageMonthly.IsEmpty() || p.WageMonthly != nil && compares(f.WageMonthly, *p.WageMonthly)) &&
		(f.InForceOn == nil || inForce(p, *f.InForceOn)) && anyOf(f.Status, p.Status(on)) &&
		!slices.ContainsFunc(f.Nested.And, func(f db.PermitFilter) bool { return !inner(f) }) &&
		(f.Nested.Or == nil || slices.ContainsFunc(f.Nested.Or, inner)) && (f.Nested.Not == nil || !inner(*f.Nested.Not))
}

func compares[T cmp.Ordered](c db.Comparison[T], v T) bool {
	return (c.Gt == nil || v > *c.Gt) && (c.Gte == nil || v >= *c.Gte) && (c.Lt == nil || v < *c.Lt) && (c.Lte == nil || v <= *c.Lte) &&
		(c.Eq == nil || v == *c.Eq) && anyOf(c.In, v)
}

func comparesDay(c db.Comparison[labour.Date], d labour.Date) bool {
	return c.IsEmpty() || d.Known() && compares(c, d)
}

// Repatriations lists the repatriations that a filter keeps and that may be listed, sorted, equals by id. A
// filter's Behind is left aside.
func (n *Naive) Repatriations(f db.RepatriationFilter, order db.Order[db.RepatriationOrder]) []labour.Repatriation {
	boundaries := n.boundaries(f.BoundariesOn)
	reg := n.filter(db.ReportFilter{Within: f.Within, Nationalities: f.Nationalities, Outcomes: f.Outcomes}, boundaries)
	var kept []labour.Repatriation
	for _, row := range reg.departures {
		if r := *row.departure; r.Outcome != labour.Protected && in(f.Period, r.Date) && (f.Sanction == "" || r.Sanction == f.Sanction) {
			kept = append(kept, r)
		}
	}
	return sorted(kept, order.Descending, func(a, b labour.Repatriation) int {
		return cmp.Or(map[db.RepatriationOrder]int{
			db.RepatriationByDate: cmp.Compare(a.Date, b.Date), db.RepatriationByWorkers: cmp.Compare(a.Workers, b.Workers),
		}[order.Field], strings.Compare(a.ID, b.ID))
	})
}

// Employers lists the employers that a filter keeps, sorted, equals by id.
func (n *Naive) Employers(f db.EmployerFilter, order db.Order[db.EmployerOrder]) []labour.Employer {
	authorised := map[string]int{}
	for _, p := range n.permits {
		authorised[p.employer] += p.permit.Workers
	}
	var kept []labour.Employer
	for _, e := range n.content.Employers {
		inside := !slices.ContainsFunc(f.Within, func(code string) bool { return !n.within(e.Region, code, n.lastDay(nil)) })
		plain := strings.NewReplacer("ё", "е", "й", "и")
		found := strings.Contains(plain.Replace(strings.ToLower(e.Name)), plain.Replace(strings.ToLower(f.Search))) ||
			strings.Contains(e.TaxID, f.Search)
		if inside && found && anyOf(f.Industries, e.Industry) {
			kept = append(kept, e)
		}
	}
	byName := collate.New(language.Und).CompareString
	return sorted(kept, order.Descending, func(a, b labour.Employer) int {
		return cmp.Or(map[db.EmployerOrder]int{
			db.EmployerByName: byName(a.Name, b.Name), db.EmployerByWorkersAuthorised: cmp.Compare(authorised[a.ID], authorised[b.ID]),
		}[order.Field], strings.Compare(a.ID, b.ID))
	})
}

// Observations lists the observations that a filter keeps, in the order of their keys.
func (n *Naive) Observations(f db.ObservationFilter) []labour.Observation {
	var kept []labour.Observation
	for _, o := range n.content.Observations {
		if anyOf(f.Indicators, o.Indicator) && anyOf(f.Regions, o.Region) && anyOf(f.Nationalities, o.Nationality) &&
			(f.Span.From == nil || o.To >= *f.Span.From) && (f.Span.To == nil || o.From <= *f.Span.To) {
			kept = append(kept, o)
		}
	}
	slices.SortFunc(kept, func(a, b labour.Observation) int {
		return cmp.Or(strings.Compare(a.Indicator, b.Indicator), strings.Compare(a.Region, b.Region), strings.Compare(a.Industry, b.Industry),
			strings.Compare(a.Nationality, b.Nationality), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), strings.Compare(a.Source, b.Source))
	})
	return kept
}

func (n *Naive) lastDay(d *labour.Date) labour.Date {
	if d != nil {
		return *d
	}
	if span, known := n.Span(); known {
		return span.To
	}
	return labour.DateOf(PublishedAt)
}

func in(r db.DateRange, d labour.Date) bool {
	if r != (db.DateRange{}) && !d.Known() {
		return false
	}
	return (r.From == nil || *r.From <= d) && (r.To == nil || d <= *r.To)
}

func sorted[T any](rows []T, descending bool, compare func(a, b T) int) []T {
	slices.SortFunc(rows, compare)
	if descending {
		slices.Reverse(rows)
	}
	return rows
}
