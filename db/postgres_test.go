package db_test

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/postgrestest"
	"homebound/internal/testsize"
)

// prefixed numbers the catalogues that tests make in one server.
var prefixed atomic.Int64

// mustMirror opens an empty store whose releases are read from a PostgreSQL.
func mustMirror(tb testing.TB, server *postgrestest.Server) *db.Store {
	tb.Helper()
	store, err := db.OpenStore(tb.TempDir())
	require.NoError(tb, err)
	tb.Cleanup(func() { assert.NoError(tb, store.Close()) })
	require.NoError(tb, store.Mirror(tb.Context(), server.URL(fmt.Sprintf("prefix=p%d", prefixed.Add(1)))))
	return store
}

// The whole contract. Every second release lies as Citus distributes it, with what stands in for Citus: the statements are
// the same, and what they read from has other keys and other types of tables. None of them may be one that Citus refuses. A plain
// run takes some of the parts.
func TestPostgreSQL(t *testing.T) {
	testsize.Unraced(t)
	server := postgrestest.StartAlways(t, statistics(t)...)
	server.Query(t, standIns)
	opened := 0
	dbtest.Run(t, func(tb testing.TB) *db.Store {
		testsize.OneOfMany(tb)
		if opened++; opened%2 == 0 {
			return mustDistribute(tb, server)
		}
		return mustMirror(tb, server)
	})
	refusesNone(t, server)
}

// A page is read along the index of its order: what is not needed is not sorted.
func TestPostgres_ReadsPagesAlongAnIndex(t *testing.T) {
	server := postgrestest.Start(t)
	from := dbtest.MustOpen(t)
	dbtest.MustPublish(t, from, dbtest.Random(rand.New(rand.NewPCG(15, 9)), 200))
	_, err := from.Push(t.Context(), mustPrepare(t, server), 0, 0)
	require.NoError(t, err)
	schema := server.Query(t, `SELECT nspname FROM pg_namespace WHERE nspname LIKE 'p%\_r1\_%'`)
	for table, columns := range map[string][]string{"permits": {"issued_on", "valid_from", "valid_to", "workers", "number"},
		"repatriations": {"date", "workers"}, "employer_names": {"sort", "workers"}} {
		for _, column := range columns {
			for _, direction := range []string{"ASC", "DESC"} {
				plan := server.Query(t, fmt.Sprintf(`SET enable_sort = off; SET enable_seqscan = off; SET search_path = %s;
					EXPLAIN SELECT id FROM %s ORDER BY %s %[4]s, id %[4]s LIMIT 10`, schema, table, column, direction))
				assert.NotContains(t, plan, "Sort", "%s by %s %s", table, column, direction)
			}
		}
	}
}
