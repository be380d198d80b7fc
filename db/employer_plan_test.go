package db_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
)

// Permits and wages by employer are read from the sums of employers, one row after another, and where these do not cover the
// question from their rollups; no row of the register is looked up. Those of one employer are found.
func TestReport_ByEmployerReadsARollup(t *testing.T) {
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, register())
	for _, one := range []struct {
		filter db.ReportFilter
		steps  []string
	}{
		{db.ReportFilter{}, []string{"SCAN f"}},
		{db.ReportFilter{Employers: []string{register().Employers[0].ID}}, []string{"SEARCH f USING PRIMARY KEY (employer_id=?"}},
		{db.ReportFilter{Nationalities: []string{register().Permits[0].Nationality}},
			[]string{"SCAN f", "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)"}},
	} {
		report, err := dbtest.MustRead(t, store).Report(t.Context(), db.ReportQuery{
			GroupBy: []labour.Dimension{labour.ByEmployer}, Granularity: labour.Year, Filter: one.filter,
			Measures: []labour.Measure{labour.PermitsIssued, labour.WorkersAuthorised, labour.AverageMonthlyWage},
		})
		require.NoError(t, err)
		require.NotEmpty(t, report.Rows)
		require.Len(t, report.SQL, 2, "what is counted, and who has repatriations alone")
		for _, statement := range report.SQL {
			steps := planOf(t, onlyRelease(t, store.Dir()), statement)
			require.Len(t, steps, len(one.steps), "%q", steps)
			for i, step := range one.steps {
				assert.Contains(t, steps[i], step, "%q", steps)
			}
		}
	}
}

// planOf returns the steps in which SQLite answers a statement.
func planOf(t *testing.T, path, statement string) (steps []string) {
	t.Helper()
	file, err := sql.Open("sqlite3", "file:"+path+"?mode=ro&immutable=1")
	require.NoError(t, err)
	defer file.Close()
	rows, err := file.Query("EXPLAIN QUERY PLAN " + statement)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		require.NoError(t, rows.Scan(&id, &parent, &unused, &step))
		steps = append(steps, step)
	}
	require.NoError(t, rows.Err())
	return steps
}
