package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"homebound/graph/columns"
	"homebound/graph/model"
	"homebound/graph/scalar"
	"homebound/internal/labour"
)

// The columns of each type: the same fields and resolvers that gqlgen executes.

func (t tables) ofReports() map[string]columns.Column[model.ReportRow] {
	type row = model.ReportRow
	codes := reportRowFields{}
	all := map[string]columns.Column[row]{
		"id":          columns.By(codes.ID, columns.Text),
		"region":      namedRegion(t, func(r *row) string { return r.Region }),
		"district":    namedRegion(t, func(r *row) string { return r.District }),
		"industry":    namedIndustry(t, func(r *row) string { return r.Industry }),
		"nationality": namedCountry(t, func(r *row) string { return r.Nationality }),
		"employer":    columns.Batch(codes.Employer, t.employer),
		"outcome":     columns.Maybe(func(r *row) *labour.Outcome { return r.Outcome }, columns.Text),
		"period":      columns.Named(func(r *row) labour.CalendarPeriod { return deref(r.Period) }, itself, t.period),
		"coverage":    columns.Of(func(r *row) labour.Covered { return r.Coverage }, columns.Text),
		"synthetic":   columns.Of(func(r *row) bool { return r.Synthetic }, columns.Bool),
		"perturbed":   columns.Of(func(r *row) bool { return r.Perturbed }, columns.Bool),
		"peakOn":      columns.Maybe(func(r *row) *labour.Date { return r.PeakOn }, scalar.AppendDate),
		"others":      columns.Of(func(r *row) bool { return r.Others }, columns.Bool),
		"figure":      columns.Objects(figuresOf, t.figure),
	}
	for _, info := range labour.Measures {
		all[info.Field] = measured(info.Measure)
	}
	return all
}

// measured is the column of a measure, a whole number where the contract has an Int; null where a row has none.
func measured(m labour.Measure) columns.Column[model.ReportRow] {
	return func(_ context.Context, field graphql.CollectedField, rows []*model.ReportRow) (columns.Cell, error) {
		whole := field.Definition.Type.Name() == "Int"
		return func(json []byte, row int) ([]byte, error) {
			value, known := rows[row].Figures.Of(m)
			switch {
			case !known:
				return append(json, "null"...), nil
			case whole:
				return scalar.AppendInt(json, int(value))
			}
			return scalar.AppendFloat(json, value)
		}, nil
	}
}

// figuresOf finds the figure that a field asks for of each row.
func figuresOf(ctx context.Context, field graphql.CollectedField, rows []*model.ReportRow) ([]*model.Figure, error) {
	arguments := columns.Arguments(ctx, field)
	measure, err := textArgument[labour.Measure](arguments, "measure")
	if err != nil {
		return nil, err
	}
	as, err := textArgument[labour.Derivation](arguments, "as")
	if err != nil {
		return nil, err
	}
	figures := make([]*model.Figure, len(rows))
	for i, row := range rows {
		if figures[i], err = (reportRowFields{}).Figure(ctx, row, measure, as); err != nil {
			return nil, err
		}
	}
	return figures, nil
}

var ofFigures = map[string]columns.Column[model.Figure]{
	"value":    columns.Maybe(func(f *model.Figure) *float64 { return f.Value }, scalar.AppendFloat),
	"unit":     columns.Of(func(f *model.Figure) string { return f.Unit }, columns.Text),
	"base":     columns.Maybe(func(f *model.Figure) *float64 { return f.Base }, scalar.AppendFloat),
	"coverage": columns.Of(func(f *model.Figure) labour.Covered { return f.Coverage }, columns.Text),
	"why":      columns.Maybe(func(f *model.Figure) *string { return f.Why }, columns.Text),
}

var ofPeriods = map[string]columns.Column[labour.CalendarPeriod]{
	"key":      columns.Of(func(p *labour.CalendarPeriod) string { return p.Key() }, columns.Text),
	"label":    columns.Of(func(p *labour.CalendarPeriod) string { return p.Label() }, columns.Text),
	"unit":     columns.MaybeBy(periodFields{}.Unit, columns.Text),
	"from":     columns.Of(func(p *labour.CalendarPeriod) labour.Date { return p.From }, scalar.AppendDate),
	"to":       columns.Of(func(p *labour.CalendarPeriod) labour.Date { return p.To }, scalar.AppendDate),
	"complete": columns.Of(func(p *labour.CalendarPeriod) bool { return p.Complete() }, columns.Bool),
}

func (t tables) ofRegions() map[string]columns.Column[labour.Region] {
	return map[string]columns.Column[labour.Region]{
		"id":       columns.By(regionFields{}.ID, columns.Text),
		"code":     columns.Of(func(r *labour.Region) string { return r.Code }, columns.Text),
		"name":     columns.Asked(language, regionFields{}.Name, columns.Text),
		"kind":     columns.Of(func(r *labour.Region) labour.RegionKind { return r.Kind }, columns.Text),
		"currency": columns.By(regionFields{}.Currency, columns.Text),
	}
}

var ofIndustries = map[string]columns.Column[labour.Industry]{
	"id":   columns.By(industryFields{}.ID, columns.Text),
	"code": columns.Of(func(i *labour.Industry) string { return i.Code }, columns.Text),
	"name": columns.Asked(language, industryFields{}.Name, columns.Text),
}

var ofCountries = map[string]columns.Column[labour.Country]{
	"id":   columns.By(countryFields{}.ID, columns.Text),
	"code": columns.Of(func(c *labour.Country) string { return c.Code }, columns.Text),
	"name": columns.Asked(language, countryFields{}.Name, columns.Text),
}

var ofSources = map[string]columns.Column[labour.Source]{
	"id":          columns.By(sourceFields{}.ID, columns.Text),
	"title":       columns.Of(func(s *labour.Source) string { return s.Title }, columns.Text),
	"publisher":   columns.Of(func(s *labour.Source) string { return s.Publisher }, columns.Text),
	"url":         columns.MaybeBy(sourceFields{}.URL, columns.Text),
	"publishedOn": columns.Maybe(func(s *labour.Source) *labour.Date { return s.PublishedOn }, scalar.AppendDate),
	"kind":        columns.Of(func(s *labour.Source) labour.SourceKind { return s.Kind }, columns.Text),
	"licence":     columns.MaybeBy(sourceFields{}.Licence, columns.Text),
}

func (t tables) ofEmployers() map[string]columns.Column[labour.Employer] {
	type row = labour.Employer
	return map[string]columns.Column[row]{
		"id":        columns.By(employerFields{}.ID, columns.Text),
		"name":      columns.Of(func(e *row) string { return e.Name }, columns.Text),
		"region":    namedRegion(t, func(e *row) string { return e.Region }),
		"industry":  namedIndustry(t, func(e *row) string { return e.Industry }),
		"taxId":     columns.MaybeBy(employerFields{}.TaxID, columns.Text),
		"synthetic": columns.Of(func(e *row) bool { return e.Synthetic }, columns.Bool),
		"source":    namedSource(t, func(e *row) string { return e.Source }),
	}
}

func (t tables) ofPermits() map[string]columns.Column[labour.Permit] {
	type row = labour.Permit
	permits := permitFields{}
	return map[string]columns.Column[row]{
		"id":          columns.By(permits.ID, columns.Text),
		"number":      columns.Of(func(p *row) string { return p.Number }, columns.Text),
		"employer":    columns.Batch(permits.Employer, t.employer),
		"region":      namedRegion(t, func(p *row) string { return p.Region }),
		"nationality": namedCountry(t, func(p *row) string { return p.Nationality }),
		"industry":    namedIndustry(t, func(p *row) string { return p.Industry }),
		"occupation":  columns.MaybeBy(permits.Occupation, columns.Text),
		"workers":     columns.Of(func(p *row) int { return p.Workers }, scalar.AppendInt),
		"issuedOn":    columns.MaybeBy(permits.IssuedOn, scalar.AppendDate),
		"validFrom":   columns.MaybeBy(permits.ValidFrom, scalar.AppendDate),
		"validTo":     columns.MaybeBy(permits.ValidTo, scalar.AppendDate),
		"revokedOn":   columns.Maybe(func(p *row) *labour.Date { return p.RevokedOn }, scalar.AppendDate),
		"status":      columns.Asked(dayArgument("on"), permits.Status, columns.Text),
		"wageMonthly": columns.Maybe(func(p *row) *float64 { return p.WageMonthly }, scalar.AppendFloat),

		"wageCurrency":  columns.MaybeBy(permits.WageCurrency, columns.Text),
		"repatriations": columns.Lists(permits.Repatriations, t.repatriation),
		"synthetic":     columns.Of(func(p *row) bool { return p.Synthetic }, columns.Bool),
		"source":        namedSource(t, func(p *row) string { return p.Source }),
		"wage":          columns.Maybe(func(p *row) *float64 { return p.Wage }, scalar.AppendFloat),
		"wageUnit":      columns.MaybeBy(permits.WageUnit, columns.Text),
		"hoursPerWeek":  columns.Maybe(func(p *row) *float64 { return p.HoursPerWeek }, scalar.AppendFloat),

		"industryCode":             columns.MaybeBy(permits.IndustryCode, columns.Text),
		"industryClassification":   columns.MaybeBy(permits.IndustryClassification, columns.Text),
		"occupationCode":           columns.MaybeBy(permits.OccupationCode, columns.Text),
		"occupationClassification": columns.MaybeBy(permits.OccupationClassification, columns.Text),
	}
}

func (t tables) ofRepatriations() map[string]columns.Column[labour.Repatriation] {
	type row = labour.Repatriation
	return map[string]columns.Column[row]{
		"id":          columns.By(repatriationFields{}.ID, columns.Text),
		"region":      namedRegion(t, func(r *row) string { return r.Region }),
		"nationality": namedCountry(t, func(r *row) string { return r.Nationality }),
		"employer":    columns.Batch(repatriationFields{}.Employer, t.employer),
		"permit":      columns.Batch(repatriationFields{}.Permit, t.permit),
		"date":        columns.Of(func(r *row) labour.Date { return r.Date }, scalar.AppendDate),
		"workers":     columns.Of(func(r *row) int { return r.Workers }, scalar.AppendInt),
		"outcome":     columns.Of(func(r *row) labour.Outcome { return r.Outcome }, columns.Text),
		"synthetic":   columns.Of(func(r *row) bool { return r.Synthetic }, columns.Bool),
		"source":      namedSource(t, func(r *row) string { return r.Source }),
	}
}
