package graph_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
)

// smallCells is a real register with one permit of 1 to 4 workers in each month and nationality, besides others.
func smallCells() (dbtest.Content, map[string]int) {
	content := dbtest.Random(rand.New(rand.NewPCG(1, 2)), 5)
	content.Permits, content.Repatriations, content.Claims = nil, nil, nil
	cells := map[string]int{}
	for month := range 48 {
		for i, country := range content.Countries {
			issued := labour.NewDate(2015, 1, 15).AddMonths(month)
			workers := 1 + (month*7+i*5+month*i)%4
			content.Permits = append(content.Permits, labour.Permit{
				ID: fmt.Sprintf("P%d-%d", month, i), Number: fmt.Sprintf("%d/%d", month, i), Region: "RU-PRI",
				Nationality: country.Code, Workers: workers, IssuedOn: issued, ValidFrom: issued, ValidTo: issued.AddDays(300),
				Source: content.Sources[0].ID,
			})
			cells[issued.String()[:7]+country.Code] = workers
		}
	}
	return content, cells
}

// openWithSecret opens a folder whose masks are the same in every run.
func openWithSecret(t *testing.T) *db.Store {
	t.Helper()
	store := dbtest.MustOpen(t)
	secret := []byte("the masks of this test's registers")
	require.NoError(t, os.WriteFile(filepath.Join(store.Dir(), "secret"), secret, 0o600))
	return store
}

type attackedTotals struct {
	Report struct {
		Totals struct {
			WorkersAuthorised float64
			Perturbed         bool
		}
	}
}

// Every way of asking for a small cell comes to its mask, and no way tells more than guessing does: cumulated periods,
// complements, and averages over many sums that each contain it.
func TestMasks_HoldAgainstDifferences(t *testing.T) {
	content, cells := smallCells()
	content.Settings.Confidential = 5
	store := openWithSecret(t)
	dbtest.MustPublish(t, store, content)
	w := overStore(store)
	figure := func(filter string) float64 {
		totals := data[attackedTotals](t, w, `{ report(filter: {`+filter+`}) { totals { workersAuthorised perturbed } } }`).Report.Totals
		require.True(t, totals.Perturbed)
		return totals.WorkersAuthorised
	}
	soFar := func(through labour.Date, more string) float64 {
		return figure(fmt.Sprintf(`%speriod: {from: "2015-01-01", to: %q}`, more, through))
	}
	exact, asked := 0, 0
	agree := 0
	for month := 30; month < 48; month++ {
		first := labour.NewDate(2015, 1, 1).AddMonths(month)
		last := first.AddMonths(1).AddDays(-1)
		for _, country := range content.Countries {
			only := fmt.Sprintf("nationalities: [%q], ", country.Code)
			found := soFar(last, only) - soFar(first.AddDays(-1), only)
			// The same cell by sums that begin elsewhere: their mean is no nearer to the truth.
			sum, n := 0.0, 0
			for start := range 12 {
				from := labour.NewDate(2015, 1, 1).AddMonths(start)
				of := func(to labour.Date) float64 {
					return figure(fmt.Sprintf(`%speriod: {from: %q, to: %q}`, only, from, to))
				}
				sum, n = sum+of(last)-of(first.AddDays(-1)), n+1
			}
			asked++
			if found == sum/float64(n) {
				agree++
			}
			if found == float64(cells[first.String()[:7]+country.Code]) {
				exact++
			}
		}
	}
	t.Logf("%d of %d cells found exactly", exact, asked)
	assert.Less(t, float64(exact), 0.35*float64(asked), "guessing one of 1 to 4 finds a quarter; the mask itself is right in a fifth")
	assert.Equal(t, asked, agree, "many sums say no more than one: there is one mask to find")
}

// having, orderBy, totalCount and paging go by what is shown: none finds a bound between 0 and K.
func TestMasks_HoldAgainstHavingAndOrder(t *testing.T) {
	content, _ := smallCells()
	content.Settings.Confidential = 5
	store := openWithSecret(t)
	dbtest.MustPublish(t, store, content)
	w := overStore(store)
	counts := map[int]bool{}
	for least := 1; least <= 5; least++ {
		answer := data[struct {
			Report struct {
				TotalCount int
				Rows       []struct{ WorkersAuthorised int }
			}
		}](t, w, fmt.Sprintf(`{ report(groupBy: [NATIONALITY], granularity: MONTH, first: 1000,
			having: [{measure: WORKERS_AUTHORISED, atLeast: %d}], orderBy: [{measure: WORKERS_AUTHORISED, direction: DESC}]) {
			totalCount rows { workersAuthorised } } }`, least))
		counts[answer.Report.TotalCount] = true
		for i, row := range answer.Report.Rows {
			assert.GreaterOrEqual(t, row.WorkersAuthorised, 5)
			if i > 0 {
				assert.LessOrEqual(t, row.WorkersAuthorised, answer.Report.Rows[i-1].WorkersAuthorised)
			}
		}
	}
	assert.Len(t, counts, 1, "no bound below K parts the rows")
}

// A release says for how many workers it is masked, and one of synthetic rows that it is not.
func TestMasks_AreToldOfARelease(t *testing.T) {
	content, _ := smallCells()
	content.Settings.Confidential = 5
	store := openWithSecret(t)
	dbtest.MustPublish(t, store, content)
	type told struct{ Release struct{ Confidential *int } }
	assert.Equal(t, 5, *data[told](t, overStore(store), `{ release { confidential } }`).Release.Confidential)
	for i := range content.Permits {
		content.Permits[i].Synthetic = true
	}
	dbtest.MustPublish(t, store, content)
	require.NoError(t, store.Refresh(t.Context()))
	w := overStore(store)
	assert.Nil(t, data[told](t, w, `{ release { confidential } }`).Release.Confidential)
	assert.False(t, data[attackedTotals](t, w, `{ report { totals { workersAuthorised perturbed } } }`).Report.Totals.Perturbed)
}

// Figures that are held against others are made of those that are handed out, and no percentile is the wage of one permit.
func TestMasks_HoldForDerivedFigures(t *testing.T) {
	content, _ := smallCells()
	content.Settings.Confidential = 5
	store := openWithSecret(t)
	dbtest.MustPublish(t, store, content)
	rows := data[struct {
		Report struct {
			Rows []struct {
				WorkersAuthorised int
				Total             figure
				Median            figure
			}
			Totals struct{ WorkersAuthorised int }
		}
	}](t, overStore(store), `{ report(groupBy: [NATIONALITY]) { rows { workersAuthorised
		total: figure(measure: WORKERS_AUTHORISED, as: SHARE_OF_TOTAL) { value base } median: wagePercentile { value why } } totals { workersAuthorised } } }`).Report
	require.NotEmpty(t, rows.Rows)
	for _, row := range rows.Rows {
		assert.InDelta(t, float64(rows.Totals.WorkersAuthorised), *row.Total.Base, 0)
		assert.InDelta(t, float64(row.WorkersAuthorised)/float64(rows.Totals.WorkersAuthorised), *row.Total.Value, 1e-12)
		assert.Nil(t, row.Median.Value)
		assert.Equal(t, "Rows are masked in this release, and a percentile would be the wage of one of them.", deref(row.Median.Why))
	}
}
