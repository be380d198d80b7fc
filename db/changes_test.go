package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// two publishes two contents and lends both releases.
func two(t *testing.T, before, after dbtest.Content) (older, newer *db.Release) {
	t.Helper()
	store := dbtest.MustOpen(t)
	lent := func(c dbtest.Content) *db.Release {
		release, done, err := store.Numbered(t.Context(), dbtest.MustPublish(t, store, c).Number)
		require.NoError(t, err)
		t.Cleanup(done)
		return release
	}
	return lent(before), lent(after)
}

// Changes that lie far apart, in more places than are remembered one by one, are all found on the pages.
func TestChangesSince_FindsWhatLiesFarApart(t *testing.T) {
	testsize.Long(t)
	rng := rand.New(rand.NewPCG(1, 2))
	var before, after dbtest.Content
	var expected []string
	for i := range 60_000 {
		s := labour.Source{ID: fmt.Sprintf("S%05d", i), Title: "T", Publisher: "P", Kind: labour.News}
		before.Sources = append(before.Sources, s)
		if rng.IntN(300) == 0 && i > 3000 || i > 59_950 {
			s.Title = "Another"
			expected = append(expected, s.ID)
		}
		after.Sources = append(after.Sources, s)
	}
	older, newer := two(t, before, after)
	var found []string
	span := db.Span{Limit: 37}
	for more := true; more; {
		ctx, statements := db.WithStatementCount(t.Context())
		page, err := newer.ChangesSince(ctx, older, []string{"sources"}, span)
		require.NoError(t, err)
		if span.After != nil {
			assert.LessOrEqual(t, statements.Load(), int64(2*64))
		}
		for _, c := range page.Nodes {
			found = append(found, c.Key)
		}
		if more = page.More; more {
			span.After = &page.Positions[len(page.Positions)-1]
		}
	}
	assert.Equal(t, expected, found)
	counts, err := newer.ChangeCounts(t.Context(), older)
	require.NoError(t, err)
	assert.Contains(t, counts, labour.ChangeCounts{Table: "sources", Changed: len(expected)})
}

// impatient ends a context once it has been asked so many times whether it has ended.
type impatient struct {
	context.Context
	left *atomic.Int64
}

func (c impatient) Err() error {
	if c.left.Add(-1) < 0 {
		return context.DeadlineExceeded
	}
	return c.Context.Err()
}

// A comparison that is cut short goes on from where it stopped, and finds the same.
func TestChangeCounts_GoOnFromWhereTheyStopped(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	before, after := dbtest.Random(rng, 300), dbtest.Random(rng, 300)
	older, newer := two(t, before, after)
	expected, err := older.ChangeCounts(t.Context(), newer)
	require.NoError(t, err)
	cut := 0
	for {
		patience := new(atomic.Int64)
		patience.Store(400)
		ctx, cancel := context.WithCancel(t.Context())
		found, err := newer.ChangeCounts(impatient{ctx, patience}, older)
		cancel()
		if err == nil {
			for i := range expected { // which are the other way round
				expected[i].Added, expected[i].Removed = expected[i].Removed, expected[i].Added
			}
			assert.Equal(t, expected, found)
			break
		}
		require.ErrorIs(t, err, context.DeadlineExceeded)
		cut++
		require.Less(t, cut, 100, "it never gets to its end")
	}
	assert.Greater(t, cut, 3)
}

// A comparison is made once, whoever asks for it at a time.
func TestChangeCounts_AreComputedOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	older, newer := two(t, dbtest.Random(rng, 50), dbtest.Random(rng, 50))
	ctx, statements := db.WithStatementCount(t.Context())
	answers := make(chan []labour.ChangeCounts)
	for range 8 {
		go func() {
			counts, err := newer.ChangeCounts(ctx, older)
			assert.NoError(t, err)
			answers <- counts
		}()
	}
	first := <-answers
	for range 7 {
		assert.Equal(t, first, <-answers)
	}
	// Two to describe each table, and one to read it in either release.
	assert.Equal(t, int64(4*len(db.ChangeTables())), statements.Load())
	_, err := newer.ChangeCounts(ctx, older)
	require.NoError(t, err)
	assert.Equal(t, int64(4*len(db.ChangeTables())), statements.Load())
}

// A release of an older schema is compared by the columns of the newer one: what it has no column for is absent.
func TestChangesSince_ReadsOlderSchemas(t *testing.T) {
	store := dbtest.MustOpen(t)
	before := dbtest.Sample()
	after := before
	after.Claims = slices.Clone(before.Claims)
	after.Claims[0].Note = "New."
	older := dbtest.MustPublish(t, store, before)
	dbtest.MustPublish(t, store, after)
	files, err := filepath.Glob(filepath.Join(store.Dir(), "releases", "0001-*.db"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	file, err := sql.Open("sqlite3", files[0])
	require.NoError(t, err)
	_, err = file.ExecContext(t.Context(), `ALTER TABLE claims DROP COLUMN note`)
	require.NoError(t, err)
	require.NoError(t, file.Close())

	again, err := db.OpenStore(store.Dir())
	require.NoError(t, err)
	defer func() { require.NoError(t, again.Close()) }()
	old, done, err := again.Numbered(t.Context(), older.Number)
	require.NoError(t, err)
	defer done()
	page, err := dbtest.MustRead(t, store).ChangesSince(t.Context(), old, db.ChangeTables(), db.Span{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, []labour.Change{{Table: "claims", Key: "C1", Kind: labour.Changed,
		Fields: []labour.FieldChange{{Name: "note", After: new("New.")}}}}, page.Nodes)
}

func TestChangesSince_RefusesPositionsOfOtherLists(t *testing.T) {
	older, newer := two(t, dbtest.Sample(), dbtest.Content{})
	for _, at := range []db.Position{{Value: "nothing", ID: "a"}, {Value: "observations", ID: "a"}, {Value: int64(1), ID: "a"}, {Value: "permits", ID: "a\x1fb"}} {
		_, err := newer.ChangesSince(t.Context(), older, db.ChangeTables(), db.Span{Limit: 1, After: &at})
		var fault *labour.Fault
		require.ErrorAs(t, err, &fault, "%v", at)
		assert.Equal(t, labour.BadUserInput, fault.Code)
	}
}
