// Package dbtest holds an engine of package db to its contract, and gives other tests what they need to stand on: an
// open store, published sample data, random registers and a second, naive computation of every figure.
//
// Only tests import it.
package dbtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/labour"
)

// Run holds an engine to the contract. open returns an empty store that ends with the test.
func Run(t *testing.T, open func(testing.TB) *db.Store) {
	for _, part := range []struct {
		name string
		test func(*testing.T, func(testing.TB) *db.Store)
	}{
		{"Measures", measures}, {"Naive", againstNaive}, {"Availability", availability}, {"Order", order}, {"Pages", pages},
		{"Wholes", wholes}, {"Behind", behind}, {"Stock", stock}, {"Observations", observations}, {"Changes", changed},
		{"Empty", empty}, {"Faults", faults},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, open) })
	}
}

// MustOpen opens an empty store in a temporary folder and closes it with the test.
func MustOpen(tb testing.TB) *db.Store {
	tb.Helper()
	store, err := db.OpenStore(tb.TempDir())
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, store.Close()) })
	return store
}

// PublishedAt is the time at which MustPublish publishes.
var PublishedAt = time.Date(2020, time.March, 1, 12, 0, 0, 0, time.UTC)

// MustPublish publishes content as the store's next release, whatever the one before held, and makes the store
// serve it.
func MustPublish(tb testing.TB, store *db.Store, c Content) labour.Release {
	tb.Helper()
	return MustPublishInto(tb, store, db.Replace, c)
}

// MustPublishInto is MustPublish, onto the current release where mode is db.Merge.
func MustPublishInto(tb testing.TB, store *db.Store, mode db.Mode, c Content) labour.Release {
	tb.Helper()
	ctx := tb.Context()
	draft, err := store.Draft(ctx, mode)
	require.NoError(tb, err)
	defer func() { require.NoError(tb, draft.Discard()) }()
	_, err = Fill(ctx, draft, c)
	require.NoError(tb, err)
	for _, table := range Tables {
		for fault, err := range draft.Faults(ctx, table.Name) {
			require.NoError(tb, err)
			require.Failf(tb, "sample data is at fault", "%s %d %s: %s", table.Name, fault.Record, fault.Column, fault.Message)
		}
	}
	info, err := draft.Publish(ctx, PublishedAt, "")
	require.NoError(tb, err)
	require.NoError(tb, store.Refresh(ctx))
	return info
}

// MustRead acquires the store's current release until the test ends.
func MustRead(tb testing.TB, store *db.Store) *db.Release {
	tb.Helper()
	release, done, err := store.Current(tb.Context())
	require.NoError(tb, err)
	tb.Cleanup(done)
	return release
}

// Fill stages and merges every table of the content in turn, and gives what became of the rows of each.
func Fill(ctx context.Context, draft *db.Draft, c Content) ([]labour.ImportCounts, error) {
	if err := draft.Set(ctx, c.Settings); err != nil {
		return nil, err
	}
	var counts []labour.ImportCounts
	for _, table := range Tables {
		stage, err := draft.Stage(ctx, table.Name, table.Columns)
		if err != nil {
			return nil, err
		}
		for i, row := range table.Rows(c) {
			if err := stage.Add(ctx, int64(i+1), int64(i+2), row); err != nil {
				return nil, err
			}
		}
		count, err := stage.Merge(ctx)
		if err != nil {
			return nil, err
		}
		counts = append(counts, count)
	}
	return counts, nil
}
