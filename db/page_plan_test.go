package db_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
)

// Permits in force on a day are listed by their day of issue from an index that tells which had ended by then: these are
// not read, nor is anything sorted. Those of one region are found by it.
func TestPermitPages_PassOverThoseThatHadEnded(t *testing.T) {
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, register())
	steps := func(f db.PermitFilter) []string {
		var page string
		ctx := db.WithLedger(t.Context(), &db.Ledger{Watch: func(_ context.Context, query string) func(error) {
			if strings.Contains(query, "LIMIT") {
				page = query
			}
			return func(error) {}
		}})
		_, err := dbtest.MustRead(t, store).PermitPages(ctx, []db.PermitFilter{f}, db.Order[db.PermitOrder]{Field: db.PermitByIssuedOn},
			db.Span{Limit: 1, After: &db.Position{Value: "2015-01-01", ID: "1"}})
		require.NoError(t, err)
		return planOf(t, onlyRelease(t, store.Dir()), strings.ReplaceAll(page, "?", "''"))
	}
	f := db.PermitFilter{InForceOn: new(labour.NewDate(2017, 6, 1))}
	found := steps(f)
	require.Len(t, found, 4, "%q", found)
	assert.Contains(t, found[0], "SEARCH i USING COVERING INDEX permits_by_issued_on")
	assert.Contains(t, found[1], "SEARCH p USING PRIMARY KEY (id=?)")
	assert.Contains(t, found[3], "SEARCH e USING PRIMARY KEY (id=?)", "the industry of the employer")
	f.Within = []string{register().Permits[0].Region}
	found = steps(f)
	assert.Contains(t, found[0], "SEARCH p USING INDEX permits_by_region", "%q", found)
}
