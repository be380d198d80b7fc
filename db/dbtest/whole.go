package dbtest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/labour"
)

// wholes holds every list that is read at once to the naive one: the same rows in the same order, counted, with
// their sources.
func wholes(t *testing.T, open func(testing.TB) *db.Store) {
	random(t, open, 60, func(t *testing.T, r *db.Release, n *Naive, d dice) {
		for range questions() / 8 {
			byPermit := db.Order[db.PermitOrder]{Field: pick(d, []db.PermitOrder{db.PermitByIssuedOn, db.PermitByWorkers, db.PermitByNumber}), Descending: d.once(2)}
			permits := d.permitFilter(n)()
			list, err := r.WholePermits(t.Context(), permits, byPermit)
			require.NoError(t, err)
			isWhole(t, list, n.Permits(permits, byPermit), func(p labour.Permit) []any {
				return []any{p.ID, number(p.WageMonthly), day(p.RevokedOn), int64(p.Workers), p.Source, mark(p.Synthetic)}
			}, "id", "wage_monthly", "revoked_on", "workers", "source_id", "synthetic")

			byRepatriation := db.Order[db.RepatriationOrder]{Field: pick(d, []db.RepatriationOrder{db.RepatriationByDate, db.RepatriationByWorkers}), Descending: d.once(2)}
			repatriations := d.repatriationFilter()
			list, err = r.WholeRepatriations(t.Context(), repatriations, byRepatriation)
			require.NoError(t, err)
			isWhole(t, list, n.Repatriations(repatriations, byRepatriation), func(p labour.Repatriation) []any {
				return []any{p.ID, text(p.Permit), string(p.Outcome), p.Date.String(), p.Source, mark(p.Synthetic)}
			}, "id", "permit_id", "outcome", "date", "source_id", "synthetic")

			byEmployer := db.Order[db.EmployerOrder]{Field: pick(d, []db.EmployerOrder{db.EmployerByName, db.EmployerByWorkersAuthorised}), Descending: d.once(2)}
			employers := d.employerFilter()
			list, err = r.WholeEmployers(t.Context(), employers, byEmployer)
			require.NoError(t, err)
			isWhole(t, list, n.Employers(employers, byEmployer), func(e labour.Employer) []any {
				return []any{e.ID, e.Name, text(e.Industry), e.Region, e.Source, mark(e.Synthetic)}
			}, "id", "name", "industry", "region_code", "source_id", "synthetic")
		}
		observations := db.ObservationFilter{Regions: []string{"RU", "RU-PRI"}}
		list, err := r.WholeObservations(t.Context(), observations)
		require.NoError(t, err)
		all, err := r.Observations(t.Context(), observations)
		require.NoError(t, err)
		isWhole(t, list, all, func(o labour.Observation) []any { return []any{o.Indicator, o.From.String(), o.Value, o.Source} }, "indicator", "from", "value", "source_id")
	})
}

// isWhole reads a list at once, and holds some columns of it against the rows that are expected.
func isWhole[T any](t *testing.T, list *db.Whole, expected []T, values func(T) []any, columns ...string) {
	t.Helper()
	var places []int
	for _, column := range columns {
		places = append(places, slices.Index(list.Columns(), column))
	}
	require.NotContains(t, places, -1, "%v of %v", columns, list.Columns())
	var found, wanted [][]any
	require.NoError(t, list.Each(t.Context(), func(row []any) error {
		var some []any
		for _, at := range places {
			some = append(some, row[at])
		}
		found = append(found, some)
		return nil
	}))
	synthetic := map[string]bool{}
	for _, row := range expected {
		some := values(row)
		wanted = append(wanted, some)
		if at := slices.Index(columns, "source_id"); at >= 0 {
			source := some[at].(string)
			synthetic[source] = synthetic[source] || some[len(some)-1] == int64(1)
		}
	}
	require.Equal(t, wanted, found)
	count, err := list.Count(t.Context())
	require.NoError(t, err)
	assert.Equal(t, len(expected), count)
	evidence, err := list.Evidence(t.Context())
	require.NoError(t, err)
	marked := map[string]bool{}
	for _, e := range evidence {
		marked[e.Source] = marked[e.Source] || e.Synthetic
	}
	assert.Equal(t, synthetic, marked)
}

func mark(synthetic bool) int64 {
	if synthetic {
		return 1
	}
	return 0
}
