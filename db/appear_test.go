package db_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// What a release keeps of questions changes no answer, nor what is said of how it was found: the
// second time, and after and beside any other question, the report is the one that a release just opened gives.
func TestReport_AskedAgainIsTheSame(t *testing.T) {
	testsize.Long(t)
	store := dbtest.MustOpen(t)
	content := dbtest.Random(rand.New(rand.NewPCG(5, 0)), 200)
	dbtest.MustPublish(t, store, content)
	others := content.Countries[slices.IndexFunc(content.Countries, func(c labour.Country) bool { return c.Code != "KP" })].Code
	early, late := dbtest.On("2017-12-05"), dbtest.On("2018-03-20")
	periods := []db.DateRange{{}, {From: early}, {To: late}, {From: early, To: late}, {From: late, To: late}}
	var questions []db.ReportQuery
	for _, groups := range [][]labour.Dimension{{labour.ByRegion}, {labour.ByDistrict}, {labour.ByNationality},
		{labour.ByRegion, labour.ByNationality}, {labour.ByEmployer}, {labour.ByOutcome}} {
		for _, period := range periods {
			for _, measures := range [][]labour.Measure{{labour.WorkersRepatriated}, {labour.PermitsIssued}, {labour.WorkersPresent}} {
				if groups[0] == labour.ByOutcome && measures[0] != labour.WorkersRepatriated {
					continue
				}
				for _, nationalities := range [][]string{nil, {"KP"}, {others}} {
					questions = append(questions, db.ReportQuery{GroupBy: groups, Granularity: labour.Year, Measures: measures,
						Filter: db.ReportFilter{Period: period, Nationalities: nationalities}},
						db.ReportQuery{GroupBy: groups, Measures: measures, BoundariesOn: early,
							Filter: db.ReportFilter{Period: period, Nationalities: nationalities}})
				}
			}
		}
	}
	type answer struct {
		rows       []db.ReportRow
		statements []string
	}
	ask := func(release *db.Release, q db.ReportQuery) answer {
		rep, err := release.Report(t.Context(), q)
		if !assert.NoError(t, err) {
			return answer{}
		}
		return answer{rep.Rows, rep.SQL}
	}
	var expected []answer
	for _, q := range questions {
		again, err := db.OpenStore(store.Dir())
		require.NoError(t, err)
		release, leave, err := again.Current(t.Context())
		require.NoError(t, err)
		expected = append(expected, ask(release, q))
		leave()
		require.NoError(t, again.Close())
	}
	release, leave, err := store.Current(t.Context())
	require.NoError(t, err)
	defer leave()
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			for range 2 {
				for i, q := range questions {
					assert.Equal(t, expected[i], ask(release, q), "%+v", q)
				}
			}
		})
	}
	both.Wait()
}
