package dbtest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/labour"
)

// order holds an engine to the one order of text and of what is missing, in which engines like to differ: names as a
// dictionary has them, codes and numbers by code point, capitals before small letters, Cyrillic after Latin; equals by id;
// rows without a value last either way.
func order(t *testing.T, open func(testing.TB) *db.Store) {
	store := open(t)
	c := Sample()
	for id, name := range map[string]string{"1": "zarya", "2": "Zarya", "3": "Ёлка", "4": "Восток", "5": "восток", "6": "acme", "7": "Acme", "8": "Zarya", "9": "10", "10": "9"} {
		c.Employers = append(c.Employers, labour.Employer{ID: id, Name: name, Region: "RU-PRI", Source: "register"})
	}
	p := labour.Permit{Region: "RU-PRI", Nationality: "KP", Workers: 5, IssuedOn: *On("2018-03-01"), ValidFrom: *On("2018-03-01"),
		ValidTo: *On("2018-03-31"), Source: "register"}
	for _, one := range []struct {
		id, number, employer, industry string
		wage                           *float64
	}{
		{"a", "б-1", "2", "F", Some(10.0)}, {"B", "Б-1", "8", "", nil}, {"c", "b-1", "", "A", Some(30.0)}, {"d", "B-1", "3", "F", Some(20.0)},
		{"e", "10", "4", "", nil}, {"f", "9", "", "C", nil},
	} {
		p.ID, p.Number, p.Employer, p.Industry, p.WageMonthly, p.WageCurrency = one.id, one.number, one.employer, one.industry, one.wage, ""
		if one.wage != nil {
			p.WageCurrency = "RUB"
		}
		c.Permits = append(c.Permits, p)
	}
	MustPublish(t, store, c)
	r := MustRead(t, store)

	employers := func(descending bool) (ids []string) {
		page, err := r.EmployerPages(t.Context(), []db.EmployerFilter{{}}, db.Order[db.EmployerOrder]{Field: db.EmployerByName, Descending: descending}, db.Span{Limit: 100})
		require.NoError(t, err)
		for _, e := range page[0].Nodes {
			ids = append(ids, e.ID)
		}
		return ids
	}
	//                         10   9     acme Acme zarya Zarya Zarya восток Восток Ёлка
	assert.Equal(t, []string{"9", "10", "6", "7", "1", "2", "8", "5", "4", "3"}, employers(false), "employers by name")
	assert.Equal(t, []string{"3", "4", "5", "8", "2", "1", "7", "6", "10", "9"}, employers(true), "employers by name, descending")

	permits := func(field db.PermitOrder, descending bool) (ids []string) {
		page, err := r.PermitPages(t.Context(), []db.PermitFilter{{}}, db.Order[db.PermitOrder]{Field: field, Descending: descending}, db.Span{Limit: 100})
		require.NoError(t, err)
		for _, p := range page[0].Nodes {
			ids = append(ids, p.ID)
		}
		return ids
	}
	//                        10   9    B-1  b-1  Б-1  б-1
	assert.Equal(t, []string{"e", "f", "d", "c", "B", "a"}, permits(db.PermitByNumber, false), "permits by number")
	assert.Equal(t, []string{"B", "a", "c", "d", "e", "f"}, permits(db.PermitByWorkers, false), "equals by id")
	assert.Equal(t, []string{"f", "e", "d", "c", "a", "B"}, permits(db.PermitByIssuedOn, true), "equals by id, descending")

	groups := func(d labour.Dimension, order ...db.ReportOrder) (values []string) {
		report, err := r.Report(t.Context(), db.ReportQuery{GroupBy: []labour.Dimension{d}, OrderBy: order,
			Measures: []labour.Measure{labour.PermitsIssued, labour.AverageMonthlyWage}})
		require.NoError(t, err)
		for _, row := range report.Rows {
			values = append(values, row.Group[d])
		}
		return values
	}
	assert.Equal(t, []string{"A", "C", "F", ""}, groups(labour.ByIndustry), "a group without a value comes last")
	assert.Equal(t, []string{"F", "C", "A", ""}, groups(labour.ByIndustry, db.ReportOrder{By: labour.ByIndustry, Descending: true}))
	// Wages: A 30, C none, F (10 + 20) / 2 = 15, no industry none.
	byWage := db.ReportOrder{Measure: labour.AverageMonthlyWage}
	assert.Equal(t, []string{"F", "A", "C", ""}, groups(labour.ByIndustry, byWage), "no wage is last, and equal to no wage")
	byWage.Descending = true
	assert.Equal(t, []string{"A", "F", "C", ""}, groups(labour.ByIndustry, byWage), "no wage is last also where the highest is first")
	byWage.Descending = false
	assert.Equal(t, []string{"F", "A", "", "C"}, groups(labour.ByIndustry, byWage, db.ReportOrder{Measure: labour.PermitsIssued, Descending: true}),
		"equals by the next order: 2 permits without an industry, 1 of C")
}

// faults holds the answers to questions that cannot be answered.
func faults(t *testing.T, open func(testing.TB) *db.Store) {
	store := open(t)
	c := Sample()
	c.Permits = []labour.Permit{{ID: "a", Number: "1", Region: "RU-PRI", Nationality: "KP", Workers: 1, IssuedOn: *On("2018-03-01"),
		ValidFrom: *On("2018-03-01"), ValidTo: *On("2018-03-31"), Source: "register"}}
	MustPublish(t, store, c)
	r := MustRead(t, store)
	present := []labour.Measure{labour.WorkersPresent}
	for name, one := range map[string]struct {
		question db.ReportQuery
		code     labour.Code
		says     string
	}{
		"unknown region":      {db.ReportQuery{Measures: present, Filter: db.ReportFilter{Within: []string{"RU-XXX"}}}, labour.NotFound, `"RU-XXX"`},
		"unknown industry":    {db.ReportQuery{Measures: present, Filter: db.ReportFilter{Industries: []string{"Z"}}}, labour.NotFound, `"Z"`},
		"unknown nationality": {db.ReportQuery{Measures: present, Filter: db.ReportFilter{Nationalities: []string{"ZZ"}}}, labour.NotFound, `"ZZ"`},
		"unknown employer":    {db.ReportQuery{Measures: present, Filter: db.ReportFilter{Employers: []string{"E9"}}}, labour.NotFound, `"E9"`},
		"a period that ends before it starts": {db.ReportQuery{Measures: present,
			Filter: db.ReportFilter{Period: db.DateRange{From: On("2018-03-02"), To: On("2018-03-01")}}}, labour.BadUserInput, "2018-03-02 to 2018-03-01"},
		"stock by outcome":             {db.ReportQuery{Measures: present, GroupBy: []labour.Dimension{labour.ByOutcome}}, labour.BadUserInput, "workersPresent"},
		"order by a foreign dimension": {db.ReportQuery{Measures: present, OrderBy: []db.ReportOrder{{By: labour.ByIndustry}}}, labour.BadUserInput, "INDUSTRY"},
		"order by nothing":             {db.ReportQuery{Measures: present, OrderBy: []db.ReportOrder{{}}}, labour.BadUserInput, "neither"},
		"order by two things": {db.ReportQuery{Measures: present, GroupBy: []labour.Dimension{labour.ByRegion},
			OrderBy: []db.ReportOrder{{By: labour.ByRegion, Measure: labour.WorkersPresent}}}, labour.BadUserInput, "both"},
		"a condition without bounds": {db.ReportQuery{Measures: present, Having: []db.MeasureCondition{{Measure: labour.WorkersPresent}}}, labour.BadUserInput, "neither"},
		"too many rows": {db.ReportQuery{Measures: present, Granularity: labour.Day, GroupBy: []labour.Dimension{labour.ByPeriod},
			Filter: db.ReportFilter{Period: db.DateRange{From: On("0001-01-01"), To: On("9999-12-31")}}}, labour.LimitExceeded, "1000000"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.Report(t.Context(), one.question)
			var fault *labour.Fault
			require.ErrorAs(t, err, &fault)
			assert.Equal(t, one.code, fault.Code)
			assert.Contains(t, fault.Error(), one.says)
		})
	}
}
