package db_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
)

// threeReleases returns a folder with releases of 0, 1 and 2 permits, of which the third is current.
func threeReleases(t *testing.T) string {
	t.Helper()
	store := dbtest.MustOpen(t)
	for i := range 3 {
		dbtest.MustPublish(t, store, permits(i))
	}
	require.NoError(t, store.Close())
	return store.Dir()
}

func fileOf(t *testing.T, dir, number string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "releases", number+"-*.db"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	return files[0]
}

func reopen(t *testing.T, dir string) *db.Store {
	t.Helper()
	store, err := db.OpenStore(dir)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	return store
}

func TestRescue_ServesTheNewestReleaseThatOpens(t *testing.T) {
	dir := threeReleases(t)
	whole, err := os.ReadFile(fileOf(t, dir, "0003"))
	require.NoError(t, err)
	require.NoError(t, os.Truncate(fileOf(t, dir, "0003"), 100))
	require.NoError(t, os.Truncate(fileOf(t, dir, "0002"), 0))
	store := reopen(t, dir)
	require.ErrorIs(t, store.Refresh(t.Context()), db.ErrCorrupt)

	rescued, err := store.Rescue(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, rescued.Number)
	assert.Equal(t, 0, countPermits(t, dbtest.MustRead(t, store)))
	require.ErrorIs(t, store.Trouble(), db.ErrCorrupt)
	require.ErrorIs(t, store.Refresh(t.Context()), db.ErrCorrupt, "the one that is named is tried again")
	assert.Equal(t, 1, dbtest.MustRead(t, store).Info().Number, "and the other one is served on")

	news := store.Published(t.Context())
	require.NoError(t, os.WriteFile(fileOf(t, dir, "0003"), whole, 0o644))
	require.NoError(t, store.Refresh(t.Context()))
	require.NoError(t, store.Trouble())
	assert.Equal(t, 2, countPermits(t, dbtest.MustRead(t, store)), "once it can be read it is served")
	select {
	case release := <-news:
		assert.Equal(t, 3, release.Number)
	case <-time.After(time.Minute):
		assert.Fail(t, "nobody was told of it")
	}
}

func TestRescue_OfNothing(t *testing.T) {
	store := dbtest.MustOpen(t)
	_, err := store.Rescue(t.Context())
	require.ErrorIs(t, err, db.ErrNoRelease)

	dir := threeReleases(t)
	for _, number := range []string{"0001", "0002", "0003"} {
		require.NoError(t, os.Truncate(fileOf(t, dir, number), 50))
	}
	_, err = reopen(t, dir).Rescue(t.Context())
	require.ErrorIs(t, err, db.ErrCorrupt)
	assert.ErrorContains(t, err, "0001-")
	assert.ErrorContains(t, err, "0003-")
}

func TestTrouble_IsOverWhenAnotherReleaseIsNamed(t *testing.T) {
	dir := threeReleases(t)
	store := reopen(t, dir)
	require.NoError(t, store.Refresh(t.Context()))
	require.NoError(t, store.Trouble())
	require.NoError(t, os.WriteFile(filepath.Join(dir, "CURRENT"), []byte("gibberish\n"), 0o644))
	require.Error(t, store.Refresh(t.Context()))
	require.ErrorContains(t, store.Trouble(), "gibberish")
	require.NoError(t, store.MakeCurrent(1))
	require.NoError(t, store.Refresh(t.Context()))
	require.NoError(t, store.Trouble())
}
