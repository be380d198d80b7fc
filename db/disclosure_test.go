package db_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
)

// twice publishes content and gives it to read with every count, and with counts below k workers withheld.
func twice(t *testing.T, content dbtest.Content, k int) (plain, guarded *db.Release) {
	t.Helper()
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, content)
	other, err := db.OpenStore(store.Dir(), db.SuppressBelow(k))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	return dbtest.MustRead(t, store), dbtest.MustRead(t, other)
}

// counted returns what decides whether a measure is small: the workers that it is of.
func counted(v db.Values, m labour.Measure) float64 {
	switch m {
	case labour.PermitsIssued, labour.AverageMonthlyWage:
		return float64(v.WorkersAuthorised)
	case labour.WorkerDays:
		return v.AverageWorkersPresent()
	}
	value, _ := v.Of(m)
	return value
}

// What is shown is true, what is small is not shown, and zero is.
func TestSuppressBelow_ShowsTheTruthOrNothing(t *testing.T) {
	const k = 12
	withheld, shown := 0, 0
	for seed := range uint64(3) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 12))
			content := dbtest.Random(rng, 60)
			plain, guarded := twice(t, content, k)
			for range 25 {
				q := anyQuestion(rng, content)
				want, err := plain.Report(t.Context(), q)
				require.NoError(t, err)
				got, err := guarded.Report(t.Context(), q)
				require.NoError(t, err)
				require.Len(t, got.Rows, len(want.Rows), "%+v", q)
				wantTotals, err := want.Totals(t.Context(), q.Measures)
				require.NoError(t, err)
				gotTotals, err := got.Totals(t.Context(), q.Measures)
				require.NoError(t, err)
				want.Rows, got.Rows = append(want.Rows, wantTotals), append(got.Rows, gotTotals)
				for i, row := range want.Rows {
					require.Equal(t, row.Group, got.Rows[i].Group)
					require.Equal(t, row.Period, got.Rows[i].Period)
					for _, m := range q.Measures {
						value, has := row.Of(m)
						found, hasToo := got.Rows[i].Of(m)
						small := counted(row.Values, m)
						if got.Rows[i].Withheld(m) {
							withheld++
							assert.False(t, hasToo)
							assert.Zero(t, found)
							assert.NotZero(t, small, "a zero is shown: %s of %v %s in %+v", m, row.Group, row.Period.Label(), q)
							continue
						}
						shown++
						assert.Equal(t, has, hasToo)
						assert.InDelta(t, value, found, 1e-9*(1+value), "%s of %v %s in %+v", m, row.Group, row.Period.Label(), q)
						assert.False(t, small > 0 && small < k, "%s of %v %s is of %v workers in %+v", m, row.Group, row.Period.Label(), small, q)
					}
				}
			}
		})
	}
	assert.Greater(t, withheld, 1000)
	assert.Greater(t, shown, 1000)
}

// additive lists the measures that add up over groups, and whether they do over periods.
var additive = []struct {
	measure  labour.Measure
	overTime bool
}{{labour.WorkersAuthorised, true}, {labour.WorkersRepatriated, true}, {labour.WorkerDays, true}, {labour.PermitsIssued, true}, {labour.WorkersPresent, false}}

// What is withheld in an answer does not follow from any one of its lines and marginals, and what is small, in
// tables of some hundred cells, not from all of them together. Marginals are asked for as questions of their own.
func TestSuppressBelow_RowsAndTotalsDoNotGiveOneBack(t *testing.T) {
	const k = 12
	dimensions := []labour.Dimension{labour.ByRegion, labour.ByIndustry, labour.ByNationality}
	for seed := range uint64(6) {
		size := 60
		if seed >= 3 {
			size = 16
		}
		t.Run(fmt.Sprintf("seed=%d,size=%d", seed, size), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 13))
			content := dbtest.Random(rng, size)
			plain, guarded := twice(t, content, k)
			for _, m := range additive {
				for range 3 {
					q := db.ReportQuery{Measures: []labour.Measure{m.measure}, Granularity: labour.Granularity([]string{"", "QUARTER", "YEAR"}[rng.IntN(3)])}
					for _, d := range dimensions {
						if rng.IntN(2) == 0 {
							q.GroupBy = append(q.GroupBy, d)
						}
					}
					a := newAttack(t, plain, guarded, q, m.overTime)
					a.subtract(t)
					if size < 60 {
						a.solve(t, k)
					}
				}
			}
		})
	}
}

// attack knows the answer to a question and to all coarser ones, as far as they are shown, and the truth to compare
// with.
type attack struct {
	q        db.ReportQuery
	truth    map[string]float64
	shown    map[string]bool
	member   map[string][]string // by coarse cell: the cells of the finest grouping in it
	grouping map[string]string   // by cell: the question that it answers
}

func newAttack(t *testing.T, plain, guarded *db.Release, q db.ReportQuery, overTime bool) attack {
	a := attack{q, map[string]float64{}, map[string]bool{}, map[string][]string{}, map[string]string{}}
	finest, err := plain.Report(t.Context(), q)
	require.NoError(t, err)
	granularities := []labour.Granularity{q.Granularity}
	if overTime && q.Granularity != "" {
		granularities = append(granularities, "")
	}
	for some := range 1 << len(q.GroupBy) {
		for _, granularity := range granularities {
			coarse := db.ReportQuery{Measures: q.Measures, Granularity: granularity, BoundariesOn: q.BoundariesOn}
			for i, d := range q.GroupBy {
				if some&(1<<i) != 0 {
					coarse.GroupBy = append(coarse.GroupBy, d)
				}
			}
			answer, err := guarded.Report(t.Context(), coarse)
			require.NoError(t, err)
			exact, err := plain.Report(t.Context(), coarse)
			require.NoError(t, err)
			for i, row := range answer.Rows {
				key := fmt.Sprint(coarse.GroupBy, answer.Key(row))
				a.grouping[key] = fmt.Sprint(coarse.GroupBy, coarse.Granularity)
				a.truth[key], _ = exact.Rows[i].Of(q.Measures[0])
				a.shown[key] = !row.Withheld(q.Measures[0])
				for _, cell := range finest.Rows {
					inside := row.Period.From <= cell.Period.From && cell.Period.To <= row.Period.To
					for d, value := range row.Group {
						inside = inside && cell.Group[d] == value
					}
					if value, _ := cell.Of(q.Measures[0]); inside && value != 0 {
						a.member[key] = append(a.member[key], finest.Key(cell))
					}
				}
			}
		}
	}
	return a
}

// subtract takes from each shown figure the shown parts of any finer grouping, and fails where one withheld part is
// left.
func (a attack) subtract(t *testing.T) {
	groupings := map[string][]string{}
	for key := range a.truth {
		groupings[a.grouping[key]] = append(groupings[a.grouping[key]], key)
	}
	for whole, shown := range a.shown {
		if !shown {
			continue
		}
		for grouping, keys := range groupings {
			var left []string
			covered := 0
			for _, key := range keys {
				if a.truth[key] == 0 || !containsAll(a.member[whole], a.member[key]) {
					continue
				}
				covered += len(a.member[key])
				if !a.shown[key] {
					left = append(left, key)
				}
			}
			if covered == len(a.member[whole]) {
				assert.NotEqual(t, 1, len(left), "%v of %s is %v less the others by %s, in %+v", left, whole, a.truth[whole], grouping, a.q)
			}
		}
	}
}

func containsAll(list, part []string) bool {
	for _, one := range part {
		if !slices.Contains(list, one) {
			return false
		}
	}
	return true
}

// solve solves what is shown as equations, and fails where a cell below k follows.
func (a attack) solve(t *testing.T, k float64) {
	solved := newSystem()
	for key, shown := range a.shown {
		if shown {
			solved.add(a.member[key])
		}
	}
	for key, shown := range a.shown {
		if small := a.truth[key] > 0 && a.truth[key] < k; !shown && small {
			assert.False(t, solved.follows(a.member[key]), "%s is %v and follows from what is shown, in %+v", key, a.truth[key], a.q)
		}
	}
}

// The narrow question is withheld as its cell of the wide one: no filter, list of a filter or period gets round it.
func TestSuppressBelow_FiltersAreCells(t *testing.T) {
	const k = 12
	for seed := range uint64(2) {
		rng := rand.New(rand.NewPCG(seed, 14))
		content := dbtest.Random(rng, 60)
		_, guarded := twice(t, content, k)
		for _, m := range []labour.Measure{labour.WorkersAuthorised, labour.WorkersRepatriated, labour.WorkersPresent, labour.WorkerDays} {
			wide, err := guarded.Report(t.Context(), db.ReportQuery{
				Measures: []labour.Measure{m}, GroupBy: []labour.Dimension{labour.ByIndustry, labour.ByNationality}, Granularity: labour.Year,
			})
			require.NoError(t, err)
			for _, row := range wide.Rows {
				if row.Group[labour.ByIndustry] == "" {
					continue
				}
				narrow, err := guarded.Report(t.Context(), db.ReportQuery{Measures: []labour.Measure{m}, Filter: db.ReportFilter{
					Industries:    []string{row.Group[labour.ByIndustry]},
					Nationalities: []string{row.Group[labour.ByNationality]},
					Period:        db.DateRange{From: &row.Period.From, To: &row.Period.To},
				}})
				require.NoError(t, err)
				require.Len(t, narrow.Rows, 1)
				assert.Equal(t, row.Withheld(m), narrow.Rows[0].Withheld(m), "%s of %v in %s", m, row.Group, row.Period.Label())
			}
		}
	}
}

// Conditions and orders take what is withheld as unknown.
func TestSuppressBelow_HavingAndOrder(t *testing.T) {
	content := dbtest.Random(rand.New(rand.NewPCG(5, 15)), 60)
	_, guarded := twice(t, content, 12)
	q := db.ReportQuery{Measures: []labour.Measure{labour.WorkersAuthorised}, GroupBy: []labour.Dimension{labour.ByRegion, labour.ByNationality}}
	all, err := guarded.Report(t.Context(), q)
	require.NoError(t, err)
	withheld := 0
	for _, row := range all.Rows {
		if row.Withheld(labour.WorkersAuthorised) {
			withheld++
		}
	}
	require.Positive(t, withheld)
	for _, by := range []labour.Measure{labour.WorkersAuthorised, labour.PermitsIssued, labour.WorkersPresent} {
		q.Having = []db.MeasureCondition{{Measure: by, AtLeast: new(0.0)}}
		q.Measures = []labour.Measure{labour.WorkersRepatriated}
		kept, err := guarded.Report(t.Context(), q)
		require.NoError(t, err)
		for _, row := range kept.Rows {
			assert.False(t, row.Withheld(by), "a row whose %s is withheld meets no condition on it", by)
		}
		q.Having = nil
		for _, descending := range []bool{false, true} {
			q.OrderBy = []db.ReportOrder{{Measure: by, Descending: descending}}
			ordered, err := guarded.Report(t.Context(), q)
			require.NoError(t, err)
			end := len(ordered.Rows)
			for end > 0 && ordered.Rows[end-1].Withheld(by) {
				end--
			}
			for i, row := range ordered.Rows {
				assert.Equal(t, i >= end, row.Withheld(by), "withheld rows come last")
			}
		}
		q.OrderBy = nil
	}
}

func TestSuppressBelow_IsTheLargerOfServerAndRelease(t *testing.T) {
	for name, c := range map[string]struct{ server, release, effective int }{
		"neither":     {0, 0, 0},
		"the server":  {10, 0, 10},
		"the release": {0, 7, 7},
		"more":        {10, 7, 10},
		"not lowered": {5, 7, 7},
	} {
		t.Run(name, func(t *testing.T) {
			content := dbtest.Sample()
			content.Settings.SuppressBelow = c.release
			_, guarded := twice(t, content, c.server)
			assert.Equal(t, c.effective, guarded.SuppressBelow())
			settings, err := guarded.Settings(t.Context())
			require.NoError(t, err)
			assert.Equal(t, c.release, settings.SuppressBelow)
		})
	}
}

// A merge may raise it and never lowers it; it is content.
func TestSuppressBelow_OverMerges(t *testing.T) {
	store := dbtest.MustOpen(t)
	content := dbtest.Sample()
	plain := dbtest.MustPublish(t, store, content)
	content.Settings.SuppressBelow = 7
	first := dbtest.MustPublish(t, store, content)
	assert.NotEqual(t, plain.ContentHash, first.ContentHash)
	for _, c := range []struct{ asked, found int }{{0, 7}, {5, 7}, {12, 12}, {7, 12}} {
		dbtest.MustPublishInto(t, store, db.Merge, dbtest.Content{Settings: db.Settings{SuppressBelow: c.asked}})
		assert.Equal(t, c.found, dbtest.MustRead(t, store).SuppressBelow(), "after a package that asks for %d", c.asked)
	}
}

// Where the rows are few, so is their number.
func TestSuppressBelow_ProvenanceCountsNoRows(t *testing.T) {
	content := dbtest.Random(rand.New(rand.NewPCG(6, 16)), 60)
	plain, guarded := twice(t, content, 5)
	q := db.ReportQuery{Measures: []labour.Measure{labour.AverageMonthlyWage}}
	for _, release := range []*db.Release{plain, guarded} {
		rep, err := release.Report(t.Context(), q)
		require.NoError(t, err)
		stands, err := rep.Provenance(t.Context())
		require.NoError(t, err)
		assert.NotEmpty(t, stands.Sources)
		assert.Equal(t, release == plain, stands.RowsRead > 0)
		assert.Equal(t, release == guarded, !containsDigit(stands.Method[:len(stands.Method)-len(" 2019-02-10.")]), stands.Method)
	}
}

func containsDigit(text string) bool {
	for _, r := range text {
		if r >= '0' && r <= '9' {
			return true
		}
	}
	return false
}
