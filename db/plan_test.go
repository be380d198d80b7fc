package db_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
)

// Every plan gives the same answer: a report read from each rollup that covers it, and from the register's rows.
func TestReport_IsTheSameByEveryPlan(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 11))
			content := dbtest.Random(rng, 60)
			store := dbtest.MustOpen(t)
			dbtest.MustPublish(t, store, content)
			release := dbtest.MustRead(t, store)
			for range 60 {
				q := anyQuestion(rng, content)
				release.ReadBy("")
				want, err := release.Report(t.Context(), q)
				require.NoError(t, err)
				for _, plan := range db.Rollups() {
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
	for seed := range uint64(6) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 12))
			content := dbtest.Random(rng, 60)
			content.Settings.Confidential = []int{0, 5}[seed%2]
			store := dbtest.MustOpen(t)
			dbtest.MustPublish(t, store, content)
			release := dbtest.MustRead(t, store)
			read := 0
			for range 60 {
				q := anyQuestion(rng, content)
				q.GroupBy, q.BoundariesOn = nil, new(labour.NewDate(2018, 1, rng.IntN(700)))
				if rng.IntN(4) == 0 {
					q.Filter.Employers = []string{content.Employers[rng.IntN(len(content.Employers))].ID}
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
	stands    []db.Provenance
	available db.Availability
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
	s.available, err = release.Availability(t.Context(), q.Filter, q.BoundariesOn)
	require.NoError(t, err)
	return s
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
	}
	return q
}
