package db_test

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
)

// Permits by employer have no rollup, so they are counted from an index that has all it takes, and no permit is
// looked up.
func TestReport_ByEmployerReadsAnIndexAlone(t *testing.T) {
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, register())
	report, err := dbtest.MustRead(t, store).Report(t.Context(), db.ReportQuery{
		GroupBy: []labour.Dimension{labour.ByEmployer}, Granularity: labour.Year,
		Measures: []labour.Measure{labour.PermitsIssued, labour.WorkersAuthorised},
	})
	require.NoError(t, err)
	require.NotEmpty(t, report.Rows)
	require.Len(t, report.SQL, 2, "what is counted, and who has repatriations alone")
	steps := planOf(t, onlyRelease(t, store.Dir()), report.SQL[0])
	assert.True(t, slices.ContainsFunc(steps, func(step string) bool { return strings.Contains(step, "COVERING INDEX permits_by_employer") }), "%q", steps)
	for _, step := range steps {
		assert.NotContains(t, step, "employers", "no table beside")
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
