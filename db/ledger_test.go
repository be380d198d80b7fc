package db_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
)

func onePage(ctx context.Context, r *db.Release) error {
	_, err := r.PermitPages(ctx, []db.PermitFilter{{}}, db.Order[db.PermitOrder]{Field: db.PermitByNumber}, db.Span{Limit: 1})
	return err
}

func TestLedger_CountsTimesAndWatchesQueries(t *testing.T) {
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, permits(3))
	r := dbtest.MustRead(t, store)
	var mu sync.Mutex
	var began, ended []string
	ledger := &db.Ledger{Watch: func(_ context.Context, query string) func(error) {
		mu.Lock()
		defer mu.Unlock()
		began = append(began, query)
		return func(err error) {
			mu.Lock()
			defer mu.Unlock()
			assert.NoError(t, err)
			ended = append(ended, query)
		}
	}}
	ctx := db.WithLedger(t.Context(), ledger)
	require.NoError(t, onePage(ctx, r))
	require.NoError(t, onePage(ctx, r))
	assert.EqualValues(t, 2, ledger.Statements())
	assert.Positive(t, ledger.Spent())
	assert.Less(t, ledger.Spent(), time.Minute)
	assert.Positive(t, ledger.Work())
	assert.Less(t, ledger.Work(), time.Minute)
	require.Len(t, began, 2)
	assert.Equal(t, began, ended)
	assert.Contains(t, began[0], "FROM permit")
	assert.False(t, strings.Contains(began[0], "p000"), "values are not part of the text")
}

func TestLedger_WatchHearsOfAFailure(t *testing.T) {
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, permits(3))
	var outcome error
	ctx, cancel := context.WithCancel(t.Context())
	ctx = db.WithLedger(ctx, &db.Ledger{Watch: func(context.Context, string) func(error) {
		cancel()
		return func(err error) { outcome = err }
	}})
	require.ErrorIs(t, onePage(ctx, dbtest.MustRead(t, store)), context.Canceled)
	assert.ErrorIs(t, outcome, context.Canceled)
}

func TestLedger_RefusesTheQueryBeyondItsLimit(t *testing.T) {
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, permits(3))
	r := dbtest.MustRead(t, store)
	ctx := db.WithLedger(t.Context(), &db.Ledger{Limit: 2})
	require.NoError(t, onePage(ctx, r))
	require.NoError(t, onePage(ctx, r))
	assertFault(t, onePage(ctx, r), labour.LimitExceeded,
		"The request needs more than 2 reads of the database: ask for fewer fields at a time.")
	require.NoError(t, onePage(t.Context(), r), "the limit is of the context alone")
}

// A deadline interrupts SQLite in the middle of a statement, and the connection is good for the next one.
func TestDeadline_InterruptsAStatement(t *testing.T) {
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, permits(300))
	r := dbtest.MustRead(t, store)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	err := db.Grind(ctx, r)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Less(t, time.Since(start), 5*time.Second)
	require.NoError(t, onePage(t.Context(), r))
}

// However many ask side by side, only so many statements of one ledger run at a time; and one that waits for its turn
// ends with its context.
func TestLedger_BoundsWhatRunsAtATime(t *testing.T) {
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, permits(3))
	r := dbtest.MustRead(t, store)
	var now, most atomic.Int64
	held, let := make(chan struct{}, 20), make(chan struct{})
	ctx := db.WithLedger(t.Context(), &db.Ledger{Width: 2, Watch: func(context.Context, string) func(error) {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		held <- struct{}{}
		<-let
		return func(error) { now.Add(-1) }
	}})
	var running sync.WaitGroup
	for range 10 {
		running.Go(func() { assert.NoError(t, onePage(ctx, r)) })
	}
	<-held
	<-held
	ended, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, onePage(ended, r), context.Canceled)
	close(let)
	running.Wait()
	assert.LessOrEqual(t, most.Load(), int64(2))
}
