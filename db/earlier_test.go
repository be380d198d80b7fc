package db_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
)

// earlier opens a folder whose current release is of an earlier schema.
func earlier(t *testing.T, name string, options ...db.Option) *db.Store {
	t.Helper()
	packed, err := os.Open(filepath.Join("testdata", name))
	require.NoError(t, err)
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	require.NoError(t, err)
	file, err := io.ReadAll(unpacked)
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "releases"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "releases", "0001-a9bbc07cc8fc.db"), file, 0o644))
	store, err := db.OpenStore(dir, options...)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	require.NoError(t, store.MakeCurrent(1))
	return store
}

// A release of an earlier schema answers as it did; tables and columns that it lacks are empty, its coverage is PARTIAL.
func TestRelease_OfTheFirstSchemaIsReadWhole(t *testing.T) {
	store := earlier(t, "schema1.db.gz")
	release := dbtest.MustRead(t, store)
	require.NoError(t, release.Verify(t.Context()))

	claims, err := release.Claims(t.Context())
	require.NoError(t, err)
	require.Len(t, claims, 1)
	assert.Empty(t, claims[0].Repeats)
	observations, err := release.Observations(t.Context(), db.ObservationFilter{})
	require.NoError(t, err)
	require.Len(t, observations, 1)
	assert.Empty(t, observations[0].Qualifier)
	reports, err := release.MemberStateReports(t.Context())
	require.NoError(t, err)
	assert.Empty(t, reports)
	assert.Empty(t, release.Declared())

	rep, err := release.Ask(t.Context(), db.ReportQuery{Measures: []labour.Measure{labour.WorkersAuthorised}})
	require.NoError(t, err)
	totals, err := rep.Totals(t.Context(), rep.Query.Measures)
	require.NoError(t, err)
	workers, _ := totals.Of(labour.WorkersAuthorised)
	assert.InDelta(t, 17, workers, 0)
	assert.Equal(t, labour.Partial, totals.Coverage)
	assert.True(t, totals.Synthetic)

	for _, table := range db.ContentTables() {
		require.NoError(t, release.Rows(t.Context(), table, []string{"source_id"}, func([]any) error { return nil }))
	}

	content := dbtest.Content{}
	content.Settings.Currency = "USD"
	dbtest.MustPublishInto(t, store, db.Merge, content)
	later := dbtest.MustRead(t, store)
	counts, err := later.ChangeCounts(t.Context(), release)
	require.NoError(t, err)
	for _, c := range counts {
		if c.Table != "settings" {
			assert.Zero(t, c.Added+c.Removed+c.Changed, c.Table)
		}
	}
}
