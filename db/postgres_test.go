package db_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/postgrestest"
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
// the same, and what they read from has other keys and other types of tables. None of them may be one that Citus refuses.
func TestPostgreSQL(t *testing.T) {
	server := postgrestest.Start(t, statistics(t)...)
	server.Query(t, standIns)
	opened := 0
	dbtest.Run(t, func(tb testing.TB) *db.Store {
		if opened++; opened%2 == 0 {
			return mustDistribute(tb, server)
		}
		return mustMirror(tb, server)
	})
	refusesNone(t, server)
}
