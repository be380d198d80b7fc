package db_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

func TestPrune(t *testing.T) {
	testsize.Long(t)
	for name, test := range map[string]struct {
		current, keep int
		removed       []int
	}{
		"the newest stay":                    {3, 2, []int{1}},
		"the newest alone stays":             {3, 1, []int{1, 2}},
		"the current one stays, however old": {1, 1, []int{2}},
		"the current one counts as newest":   {2, 2, []int{1}},
		"more to keep than there are":        {3, 9, nil},
	} {
		t.Run(name, func(t *testing.T) {
			store := reopen(t, threeReleases(t))
			require.NoError(t, store.MakeCurrent(test.current))
			removed, err := store.Prune(test.keep)
			require.NoError(t, err)
			assert.Equal(t, test.removed, removed)
			assert.Equal(t, test.current, dbtest.MustRead(t, store).Info().Number)
			for _, number := range removed {
				_, _, err := store.Numbered(t.Context(), number)
				var fault *labour.Fault
				require.ErrorAs(t, err, &fault)
				assert.Equal(t, labour.NotFound, fault.Code)
			}
			assert.Equal(t, 4, dbtest.MustPublish(t, store, permits(0)).Number, "no number is used again")
		})
	}
}

func TestPrune_LeavesReadersTheirRelease(t *testing.T) {
	store := reopen(t, threeReleases(t))
	release, done, err := store.Numbered(t.Context(), 2)
	require.NoError(t, err)
	defer done()
	removed, err := store.Prune(1)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 2}, removed)
	assert.Equal(t, 1, countPermits(t, release))
	require.NoError(t, release.Verify(t.Context()))
}

func TestPrune_Refuses(t *testing.T) {
	dir := threeReleases(t)
	store := reopen(t, dir)
	_, err := store.Prune(0)
	assertFault(t, err, labour.BadUserInput, "Expected at least 1 release to keep, found 0.")

	lock := flock.New(filepath.Join(dir, "import.lock"))
	require.NoError(t, lock.Lock())
	_, err = store.Prune(1)
	require.ErrorIs(t, err, db.ErrBusy)
	require.NoError(t, lock.Unlock())

	require.NoError(t, os.Remove(filepath.Join(dir, "CURRENT")))
	_, err = store.Prune(1)
	require.ErrorIs(t, err, db.ErrNoRelease, "nothing says which one is current")
	numbers, err := store.Numbers()
	require.NoError(t, err)
	assert.Equal(t, []int{1, 2, 3}, numbers)
}
