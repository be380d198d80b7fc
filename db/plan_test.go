package db_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// Every plan gives the same answer: a report read from each rollup that covers it, and from the register's rows.
func TestReport_IsTheSameByEveryPlan(t *testing.T) {
	testsize.Long(t)
	for seed := range uint64(testsize.Rounds(4, 2)) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 11))
			content := dbtest.Random(rng, 60)
			store := dbtest.MustOpen(t)
			dbtest.MustPublish(t, store, content)
			release := dbtest.MustRead(t, store)
			for range testsize.Rounds(60, 20) {
				q := anyQuestion(rng, content)
				chooseSome(rng, &q)
				release.ReadBy("")
				want, err := release.Report(t.Context(), q)
				require.NoError(t, err)
				for _, plan := range append(db.Rollups(), "fewest rows") {
					release.ReadBy(plan)
					got, err := release.Report(t.Context(), q)
					require.NoError(t, err)
					sameRows(t, want.Rows, got.Rows, "%s: %+v\n%v\n%v", plan, q, want.SQL, got.SQL)
				}
			}
		})
	}
}

// What stands behind a report or an estimate, and what there is to ask for, is the same from the days of the
// register and from its rows, withheld or not.
func TestProvenance_IsTheSameByEveryPlan(t *testing.T) {
	for _, seed := range testsize.Sample([]uint64{0, 1, 2, 3, 4, 5}) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 12))
			content := dbtest.Random(rng, 60)
			content.Settings.Confidential = []int{0, 5}[seed%2]
			signSome(rng, content)
			store := dbtest.MustOpen(t)
			dbtest.MustPublish(t, store, content)
			release := dbtest.MustRead(t, store)
			if seed >= 4 {
				release.ForgetSums()
			}
			read := 0
			for range testsize.Rounds(60, 20) {
				q := anyQuestion(rng, content)
				q.GroupBy, q.BoundariesOn = nil, new(labour.NewDate(2018, 1, rng.IntN(700)))
				switch employer := content.Employers[rng.IntN(len(content.Employers))]; rng.IntN(6) {
				case 0:
					q.Filter.Employers = []string{employer.ID}
				case 1:
					q.Filter.Search = employer.Name
				case 2:
					q.Filter.Nested.Not = &db.ReportFilter{Employers: []string{employer.ID}}
				}
				if rng.IntN(3) == 0 {
					q.Filter.NotSource = content.Sources[rng.IntN(len(content.Sources))].ID
				}
				want := evidence(t, release, "", q)
				for _, plan := range []string{"register_days", "issues_by_day", "issues_by_cell"} {
					require.Equal(t, want, evidence(t, release, plan, q), "%s: %+v", plan, q)
				}
				for _, p := range want.stands {
					read += p.RowsRead
				}
			}
			assert.Equal(t, content.Settings.Confidential == 0, read > 0, "numbers of rows are told where none are withheld")
		})
	}
}

// standing is what a release says about where an answer comes from.
type standing struct {
	stands     []db.Provenance
	available  db.Availability
	authorised db.Authorised
}

func evidence(t *testing.T, release *db.Release, plan string, q db.ReportQuery) (s standing) {
	t.Helper()
	release.ReadBy(plan)
	report, err := release.Ask(t.Context(), q)
	require.NoError(t, err)
	ofReport, err := report.Provenance(t.Context())
	require.NoError(t, err)
	f := db.StockFilter{BoundariesOn: *q.BoundariesOn, Nationalities: q.Filter.Nationalities}
	if q.Filter.Within != nil {
		f.Within = q.Filter.Within[0]
	}
	ofStock, err := release.StockProvenance(t.Context(), f, report.Period, nil)
	require.NoError(t, err)
	s.stands = []db.Provenance{ofReport, ofStock}
	s.authorised, err = release.Authorised(t.Context(), f, report.Period, new(report.Period.From.AddDays(90)))
	require.NoError(t, err)
	s.available, err = release.Availability(t.Context(), q.Filter, q.BoundariesOn)
	require.NoError(t, err)
	return s
}

// signSome sets a day on which the contract was finalised for two thirds of the permits, before that of issue or after.
func signSome(rng *rand.Rand, content dbtest.Content) {
	for i := range content.Permits {
		if p := &content.Permits[i]; p.IssuedOn.Known() && rng.IntN(3) > 0 {
			p.ContractOn = new(p.IssuedOn.AddDays(rng.IntN(400) - 300))
		}
	}
}

// chooseSome wants some of a question's groups by a figure, and its wages in some currency.
func chooseSome(rng *rand.Rand, q *db.ReportQuery) {
	if rng.IntN(2) == 0 && !slices.Contains(q.GroupBy, labour.ByEmployer) {
		q.GroupBy = append(q.GroupBy, labour.ByEmployer)
	}
	q.Currency = []string{"", "", "RUB", "USD"}[rng.IntN(4)]
	by := labour.Measures[rng.IntN(len(labour.Measures))].Measure
	if len(q.GroupBy) > 0 && rng.IntN(2) == 0 {
		q.Top = &db.Top{Count: 1 + rng.IntN(4), By: by, Others: rng.IntN(2) == 0}
	} else if rng.IntN(2) == 0 {
		q.OrderBy = []db.ReportOrder{{Measure: by, Descending: true}}
	}
}

// figures holds a row of a report against others.
func figures(t *testing.T, ctx context.Context, report *db.Report, rng *rand.Rand) {
	t.Helper()
	if len(report.Rows) == 0 {
		return
	}
	row := report.Rows[rng.IntN(len(report.Rows))]
	_, err := report.FigureOf(ctx, row, labour.Measures[rng.IntN(len(labour.Measures))].Measure,
		[]labour.Derivation{labour.ShareOfTotal, labour.Rank, labour.ChangeOnYear}[rng.IntN(3)])
	require.NoError(t, err)
}

func sameRows(t *testing.T, want, got []db.ReportRow, format string, args ...any) {
	t.Helper()
	require.Len(t, got, len(want), append([]any{format}, args...)...)
	for i := range want {
		w, g := want[i], got[i]
		if w.AverageMonthlyWage != nil && g.AverageMonthlyWage != nil { // sums of other orders differ in their last digits
			assert.InEpsilon(t, *w.AverageMonthlyWage+1, *g.AverageMonthlyWage+1, 1e-9)
			w.AverageMonthlyWage = g.AverageMonthlyWage
		}
		require.Equal(t, w, g, append([]any{format}, args...)...)
	}
}

// anyQuestion asks for some measures by some dimensions, under a filter that is narrow now and then.
func anyQuestion(rng *rand.Rand, content dbtest.Content) db.ReportQuery {
	q := db.ReportQuery{Granularity: []labour.Granularity{"", labour.Day, labour.Month, labour.Quarter, labour.Year}[rng.IntN(5)]}
	for _, d := range []labour.Dimension{labour.ByRegion, labour.ByDistrict, labour.ByIndustry, labour.ByNationality, labour.ByEmployer} {
		if rng.IntN(4) == 0 {
			q.GroupBy = append(q.GroupBy, d)
		}
	}
	for _, info := range labour.Measures {
		if rng.IntN(2) == 0 {
			q.Measures = append(q.Measures, info.Measure)
		}
	}
	if rng.IntN(3) == 0 {
		q.Filter.Within = []string{content.Regions[rng.IntN(len(content.Regions))].Code}
	}
	if rng.IntN(3) == 0 {
		q.Filter.Nationalities = []string{content.Countries[rng.IntN(len(content.Countries))].Code}
	}
	if rng.IntN(4) == 0 {
		q.Filter.Industries = []string{content.Industries[rng.IntN(len(content.Industries))].Code}
	}
	if rng.IntN(4) == 0 {
		q.Filter.Outcomes = []labour.Outcome{labour.Returned, labour.Deported}
	}
	if rng.IntN(4) == 0 {
		q.Filter.Synthetic = new(rng.IntN(2) == 0)
	}
	if rng.IntN(2) == 0 {
		from := labour.NewDate(2016+rng.IntN(3), 1, 1+rng.IntN(400))
		q.Filter.Period = db.DateRange{From: &from, To: new(from.AddDays(rng.IntN(500)))}
		if rng.IntN(3) == 0 { // whole years, at one end or at both
			q.Filter.Period.From = new(labour.YearPeriod(from.Year()).From)
		}
		if rng.IntN(3) == 0 {
			q.Filter.Period.To = new(labour.YearPeriod(from.Year() + rng.IntN(3)).To)
		}
	}
	return q
}

// No statement reads a row of the register for a figure that rollups or the days of the register have: whatever the period
// cuts, whichever kind of rows is asked for, by whatever groups, employers among them, and in whatever currency, on a release
// that mixes registers. Left to rows are percentiles of wages and what a list shows.
func TestQuestions_AreAnsweredWithoutTheRegister(t *testing.T) {
	testsize.Long(t)
	rng := rand.New(rand.NewPCG(1, 13))
	content := dbtest.Random(rng, 200)
	signSome(rng, content)
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, content)
	release := dbtest.MustRead(t, store)
	require.True(t, release.Info().Synthetic && release.Info().Factual, "a release that mixes registers")
	var asked string
	ctx := db.WithLedger(t.Context(), &db.Ledger{Watch: func(_ context.Context, query string) func(error) {
		assert.NotRegexp(t, `\b(permit_facts|repatriation_facts|permits AS|FROM permits|repatriations)\b`, query, asked)
		return func(error) {}
	}})
	for range testsize.Rounds(300, 60) {
		q := anyQuestion(rng, content)
		chooseSome(rng, &q)
		if rng.IntN(4) == 0 {
			q.Filter.NotSource = content.Sources[rng.IntN(len(content.Sources))].ID
		}
		asked = fmt.Sprintf("%+v", q)
		report, err := release.Report(ctx, q)
		require.NoError(t, err)
		figures(t, ctx, report, rng)
		_, err = report.Totals(ctx, q.Measures)
		require.NoError(t, err)
		_, err = report.Provenance(ctx)
		require.NoError(t, err)
		_, err = release.Availability(ctx, q.Filter, q.BoundariesOn)
		require.NoError(t, err)
		f := db.StockFilter{BoundariesOn: report.BoundariesOn, Nationalities: q.Filter.Nationalities}
		_, _, err = release.Departed(ctx, f, report.Period)
		require.NoError(t, err)
		_, err = release.Authorised(ctx, f, report.Period, nil)
		require.NoError(t, err)
		_, err = release.Authorised(ctx, f, report.Period, new(report.Period.From.AddDays(rng.IntN(200))))
		require.NoError(t, err)
		_, _, err = release.DepartedWages(ctx, f, report.Period)
		require.NoError(t, err)
	}

	for range testsize.Rounds(100, 20) { // of some employers, by their ids or names
		q := anyQuestion(rng, content)
		chooseSome(rng, &q)
		employer := content.Employers[rng.IntN(len(content.Employers))]
		if rng.IntN(2) == 0 {
			q.Filter.Employers = []string{employer.ID}
		} else {
			q.Filter.Search = employer.Name
		}
		asked = fmt.Sprintf("%+v", q)
		report, err := release.Report(ctx, q)
		require.NoError(t, err)
		figures(t, ctx, report, rng)
		_, err = report.Provenance(ctx)
		require.NoError(t, err)
		_, err = release.Availability(ctx, q.Filter, q.BoundariesOn)
		require.NoError(t, err)
	}

	for i := range content.Permits { // of those whose day of issue is not known, rollups do not know the workers
		content.Permits[i].IssuedOn, content.Permits[i].Precision = labour.NewDate(2017, 1, 1+i%400), nil
	}
	dbtest.MustPublish(t, store, content)
	release = dbtest.MustRead(t, store)
	either := db.Nested[db.PermitFilter]{Or: []db.PermitFilter{{Within: []string{content.Regions[0].Code}}, {Nationalities: []string{content.Countries[0].Code}}},
		Not: &db.PermitFilter{Industries: []string{content.Industries[0].Code}}}
	for _, f := range []db.PermitFilter{{}, {InForceOn: new(labour.NewDate(2017, 6, 1))}, {Within: []string{content.Regions[0].Code}},
		{Nested: either}, {InForceOn: new(labour.NewDate(2017, 6, 1)), Nested: either}, {Issued: db.DateRange{To: new(labour.NewDate(2017, 6, 1))}, Nested: either},
		{Status: []labour.PermitStatus{labour.InForce}}, {Status: []labour.PermitStatus{labour.InForce}, InForceOn: new(labour.NewDate(2017, 6, 1)), Nested: either},
		{Workers: db.Comparison[int]{Gte: new(3)}}, {Workers: db.Comparison[int]{Gte: new(3)}, InForceOn: new(labour.NewDate(2017, 6, 1)), Within: []string{content.Regions[0].Code}},
		{Issued: db.DateRange{From: new(labour.NewDate(2017, 6, 1))}}, {Period: db.DateRange{From: new(labour.NewDate(2017, 6, 1))}},
		{IssuedOn: db.Comparison[labour.Date]{Gt: new(labour.NewDate(2017, 2, 1)), Lte: new(labour.NewDate(2017, 6, 1))}}} {
		var counted []string
		ctx := db.WithLedger(t.Context(), &db.Ledger{Watch: func(_ context.Context, query string) func(error) {
			counted = append(counted, query)
			return func(error) {}
		}})
		_, err := release.PermitPages(ctx, []db.PermitFilter{f}, db.Order[db.PermitOrder]{Field: db.PermitByIssuedOn}, db.Span{Limit: 1, Count: true, Workers: true})
		require.NoError(t, err)
		for _, query := range counted {
			assert.True(t, strings.Contains(query, "LIMIT") || !strings.Contains(query, "FROM permits"), "%+v is counted by %s", f, query)
		}
	}
	for _, f := range []db.RepatriationFilter{{}, {Date: db.Comparison[labour.Date]{Lt: new(labour.NewDate(2018, 6, 9))}}, {Outcomes: []labour.Outcome{labour.Deported}},
		{Within: []string{content.Regions[0].Code}, Period: db.DateRange{From: new(labour.NewDate(2017, 6, 9))}}} {
		ctx := db.WithLedger(t.Context(), &db.Ledger{Watch: func(_ context.Context, query string) func(error) {
			assert.True(t, strings.Contains(query, "LIMIT") || !strings.Contains(query, "FROM repatriations"), "%+v is counted by %s", f, query)
			return func(error) {}
		}})
		_, err := release.RepatriationPages(ctx, []db.RepatriationFilter{f}, db.Order[db.RepatriationOrder]{Field: db.RepatriationByDate},
			db.Span{Limit: 1, Count: true, Workers: true})
		require.NoError(t, err)
	}
}
