package graph

import (
	"cmp"

	"homebound/db"
	"homebound/graph/model"
	"homebound/internal/answers"
	"homebound/internal/labour"
)

// Filters of the contract as the database has them.

// nested makes the filters within one of those of the contract.
func nested[M, F any](and, or []M, not *M, convert func(*M) F) (n db.Nested[F]) {
	each := func(filters []M) []F {
		if filters == nil {
			return nil
		}
		made := make([]F, len(filters))
		for i := range filters {
			made[i] = convert(&filters[i])
		}
		return made
	}
	n.And, n.Or = each(and), each(or)
	if not != nil {
		n.Not = new(convert(not))
	}
	return n
}

func reportFilter(given *model.ReportFilter) db.ReportFilter {
	f := deref(given)
	return db.ReportFilter{
		Within: list(f.Within), Industries: f.Industries, Nationalities: f.Nationalities,
		Employers: keysOf("Employer", f.Employers), Outcomes: f.Outcomes, Period: dateRange(f.Period),
		Synthetic: f.Synthetic, Search: deref(f.Search), Nested: nested(f.And, f.Or, f.Not, reportFilter),
	}
}

func permitFilter(given *model.PermitFilter) db.PermitFilter {
	f := deref(given)
	return db.PermitFilter{
		Within: list(f.Within), BoundariesOn: f.BoundariesOn, Industries: f.Industries, Nationalities: f.Nationalities,
		Employers: keysOf("Employer", f.Employers), Numbers: f.Numbers, Synthetic: f.Synthetic,
		Period: dateRange(f.Period), Issued: dateRange(f.Issued), IssuedOn: days(f.IssuedOn),
		ValidFrom: days(f.ValidFrom), ValidTo: days(f.ValidTo), RevokedOn: days(f.RevokedOn), Workers: wholeNumbers(f.Workers),
		WageMonthly: numbers(f.WageMonthly), InForceOn: f.InForceOn, Status: f.Status,
		Nested: nested(f.And, f.Or, f.Not, permitFilter),
	}
}

func employerFilter(given *model.EmployerFilter) db.EmployerFilter {
	f := deref(given)
	return db.EmployerFilter{Within: list(f.Within), BoundariesOn: f.BoundariesOn, Industries: f.Industries,
		Search: deref(f.Search), Synthetic: f.Synthetic, Nested: nested(f.And, f.Or, f.Not, employerFilter)}
}

func repatriationFilter(given *model.RepatriationFilter) db.RepatriationFilter {
	f := deref(given)
	return db.RepatriationFilter{
		Within: list(f.Within), BoundariesOn: f.BoundariesOn, Industries: f.Industries, Nationalities: f.Nationalities,
		Employers: keysOf("Employer", f.Employers), Outcomes: f.Outcomes, Synthetic: f.Synthetic,
		Period: dateRange(f.Period), Date: days(f.Date), Workers: wholeNumbers(f.Workers), Sanction: deref(f.Sanction),
		Nested: nested(f.And, f.Or, f.Not, repatriationFilter),
	}
}

func observationFilter(given *model.ObservationFilter) db.ObservationFilter {
	f := deref(given)
	return db.ObservationFilter{
		Indicators: f.Indicators, Regions: f.Regions, Within: list(f.Within), BoundariesOn: f.BoundariesOn,
		Industries: f.Industries, Nationalities: f.Nationalities, Span: dateRange(f.Period),
		Sources: keysOf("Source", f.Sources), Status: f.Status, Value: numbers(f.Value), Total: f.Total,
		Nested: nested(f.And, f.Or, f.Not, observationFilter),
	}
}

func claimFilter(given *model.ClaimFilter) answers.ClaimFilter {
	f := deref(given)
	return answers.ClaimFilter{
		Topics: f.Topics, Speaker: deref(f.Speaker), Region: cmp.Or(f.Within, f.Region), BoundariesOn: f.BoundariesOn,
		Industries: f.Industries, Nationalities: f.Nationalities, Verdicts: f.Verdicts, Search: deref(f.Search),
		Made: dateRange(f.Made), MadeOn: days(f.MadeOn), ValueLow: numbers(f.ValueLow), ValueHigh: numbers(f.ValueHigh),
		Units: f.Units, Nested: nested(f.And, f.Or, f.Not, claimFilter),
	}
}

func conditions(having []model.MeasureCondition) []db.MeasureCondition {
	list := make([]db.MeasureCondition, len(having))
	for i, h := range having {
		list[i] = db.MeasureCondition{Measure: h.Measure, AtLeast: h.AtLeast, AtMost: h.AtMost,
			Comparison: db.Comparison[float64]{Eq: h.Eq, In: h.In, Gt: h.Gt, Gte: h.Gte, Lt: h.Lt, Lte: h.Lte}}
	}
	return list
}

func wholeNumbers(given *model.IntComparison) db.Comparison[int] {
	c := deref(given)
	return db.Comparison[int]{Eq: c.Eq, In: c.In, Gt: c.Gt, Gte: c.Gte, Lt: c.Lt, Lte: c.Lte}
}

func numbers(given *model.FloatComparison) db.Comparison[float64] {
	c := deref(given)
	return db.Comparison[float64]{Eq: c.Eq, In: c.In, Gt: c.Gt, Gte: c.Gte, Lt: c.Lt, Lte: c.Lte}
}

func days(given *model.DateComparison) db.Comparison[labour.Date] {
	c := deref(given)
	both := db.Comparison[labour.Date]{Eq: c.Eq, In: c.In, Gt: c.Gt, Gte: c.Gte, Lt: c.Lt, Lte: c.Lte}
	if both.Gte == nil || c.From != nil && *c.From > *both.Gte {
		both.Gte = c.From
	}
	if both.Lte == nil || c.To != nil && *c.To < *both.Lte {
		both.Lte = c.To
	}
	return both
}

func dateRange(d *model.DateRange) db.DateRange {
	if d == nil {
		return db.DateRange{}
	}
	return db.DateRange{From: d.From, To: d.To}
}

// list returns the value, if any, as a list.
func list(value *string) []string {
	if value == nil {
		return nil
	}
	return []string{*value}
}
