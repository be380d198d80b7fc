package db_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
)

// A question is withheld the same, whatever was asked of the release before it.
func TestSuppressBelow_DoesNotDependOnWhatWasAskedBefore(t *testing.T) {
	const k = 12
	rng := rand.New(rand.NewPCG(31, 12))
	content := dbtest.Random(rng, 25)
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, content)
	open := func() *db.Release {
		other, err := db.OpenStore(store.Dir(), db.SuppressBelow(k))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, other.Close()) })
		return dbtest.MustRead(t, other)
	}
	asked := open()
	var questions []db.ReportQuery
	for range 15 {
		questions = append(questions, anyQuestion(rng, content))
	}
	var first []*db.Report
	withheld := 0
	for round := range 2 {
		for i, q := range questions {
			ctx, count := db.WithStatementCount(t.Context())
			found, err := asked.Report(ctx, q)
			require.NoError(t, err)
			if round == 1 {
				assert.Equal(t, first[i].Rows, found.Rows, "%+v", q)
				assert.LessOrEqual(t, count.Load(), int64(4), "the rows and the look-up of employers, and nothing to decide anew")
				continue
			}
			want, err := open().Report(t.Context(), q)
			require.NoError(t, err)
			assert.Equal(t, want.Rows, found.Rows, "%+v", q)
			first = append(first, found)
			for _, row := range found.Rows {
				for _, m := range q.Measures {
					if row.Withheld(m) {
						withheld++
					}
				}
			}
		}
	}
	assert.Greater(t, withheld, 100)
}
