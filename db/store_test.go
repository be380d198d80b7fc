package db_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// permits returns the sample world with n permits.
func permits(n int) dbtest.Content {
	c := dbtest.Sample()
	for i := range n {
		c.Permits = append(c.Permits, permit(fmt.Sprintf("p%03d", i)))
	}
	return c
}

func TestStore_NothingIsPublished(t *testing.T) {
	store := dbtest.MustOpen(t)
	_, _, err := store.Current(t.Context())
	require.ErrorIs(t, err, db.ErrNoRelease)
	require.ErrorIs(t, store.Refresh(t.Context()), db.ErrNoRelease)
	list, err := store.List(t.Context())
	require.NoError(t, err)
	assert.Empty(t, list)
	_, _, err = store.Numbered(t.Context(), 1)
	assertFault(t, err, labour.NotFound, "There is no release 1; this server holds none.")
}

func TestStore_NumberedAndList(t *testing.T) {
	store := dbtest.MustOpen(t)
	for i := range 3 {
		assert.Equal(t, i+1, dbtest.MustPublish(t, store, permits(i)).Number)
	}
	list, err := store.List(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 3)
	for i, info := range list {
		assert.Equal(t, i+1, info.Number, "the oldest first")
		assert.Equal(t, i, info.Counts.Permits)
		assert.Equal(t, dbtest.PublishedAt, info.PublishedAt)
		release, done, err := store.Numbered(t.Context(), i+1)
		require.NoError(t, err)
		assert.Equal(t, info, release.Info())
		done()
		done() // twice is once
	}
	for _, n := range []int{0, -1, 4} {
		_, _, err = store.Numbered(t.Context(), n)
		assertFault(t, err, labour.NotFound, fmt.Sprintf("There is no release %d; this server holds releases 1 to 3.", n))
	}
}

func TestStore_MakeCurrentServesAnEarlierReleaseAgain(t *testing.T) {
	testsize.Long(t)
	store := dbtest.MustOpen(t)
	for i := range 3 {
		dbtest.MustPublish(t, store, permits(i))
	}
	require.NoError(t, store.MakeCurrent(1))
	require.NoError(t, store.Refresh(t.Context()))
	assert.Equal(t, 1, dbtest.MustRead(t, store).Info().Number)
	assertFault(t, store.MakeCurrent(9), labour.NotFound, "There is no release 9; this server holds releases 1 to 3.")
	merged := dbtest.MustPublishInto(t, store, db.Merge, dbtest.Content{})
	assert.Equal(t, 4, merged.Number, "numbers are never used again")
	assert.Equal(t, 0, merged.Counts.Permits, "a merge starts from the release that is current")
}

func TestStore_ReadersKeepTheirRelease(t *testing.T) {
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, permits(1))
	old, done, err := store.Current(t.Context())
	require.NoError(t, err)
	for i := range 6 {
		dbtest.MustPublish(t, store, permits(i+2))
	}
	assert.Equal(t, 1, countPermits(t, old), "the release that was lent is open still")
	assert.Equal(t, 7, countPermits(t, dbtest.MustRead(t, store)))
	done()
}

func countPermits(t testing.TB, r *db.Release) int {
	t.Helper()
	pages, err := r.PermitPages(context.Background(), []db.PermitFilter{{}}, db.Order[db.PermitOrder]{Field: db.PermitByIssuedOn}, db.Span{Limit: 1, Count: true})
	require.NoError(t, err)
	return pages[0].Total
}

// Readers read through fifty swaps without one failure, each always from one whole release, and old files are closed.
func TestStore_HotSwap(t *testing.T) {
	testsize.Long(t)
	swaps := testsize.Rounds(50, 15)
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, permits(1))
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for last := 0; ctx.Err() == nil; {
				release, done, err := store.Current(t.Context())
				if !assert.NoError(t, err) {
					return
				}
				number := release.Info().Number
				assert.GreaterOrEqual(t, number, last, "time runs forwards")
				assert.Equal(t, number, countPermits(t, release), "release n holds n permits")
				last = number
				done()
				time.Sleep(5 * time.Millisecond) // leaves the publisher some of the processor
			}
		})
	}
	for i := range swaps {
		dbtest.MustPublish(t, store, permits(i+2))
	}
	stop()
	readers.Wait()
	release, done, err := store.Current(t.Context())
	require.NoError(t, err)
	assert.Equal(t, swaps+1, release.Info().Number)
	done()
	assert.LessOrEqual(t, len(openFiles(t, store.Dir())), 5, "the current release and the four last used stay open")
	require.NoError(t, store.Close())
	assert.Empty(t, openFiles(t, store.Dir()))
}

// openFiles lists the release files that this process holds open.
func openFiles(t *testing.T, dir string) map[string]bool {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("there is no /proc to count open files in")
	}
	open := map[string]bool{}
	for _, entry := range entries {
		target, err := os.Readlink(filepath.Join("/proc/self/fd", entry.Name()))
		if err == nil && strings.HasPrefix(target, dir) && strings.Contains(target, ".db") {
			open[target] = true
		}
	}
	return open
}

func TestStore_Close(t *testing.T) {
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, permits(3))
	release, done, err := store.Current(t.Context())
	require.NoError(t, err)
	require.NoError(t, store.Close())
	assert.Equal(t, 3, countPermits(t, release), "a reader may finish")
	assert.Len(t, openFiles(t, store.Dir()), 1)
	done()
	assert.Empty(t, openFiles(t, store.Dir()), "the last reader closes the file")
	for name, lend := range map[string]func() error{
		"Current":  func() error { _, _, err := store.Current(t.Context()); return err },
		"Numbered": func() error { _, _, err := store.Numbered(t.Context(), 1); return err },
	} {
		require.ErrorIs(t, lend(), fs.ErrClosed, name)
		assert.Empty(t, openFiles(t, store.Dir()), "%s of a closed store leaves no file open", name)
	}
	require.NoError(t, store.Close(), "twice is once")
}

func TestStore_PublishedTellsOfEveryNewRelease(t *testing.T) {
	testsize.Long(t)
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, permits(0))
	ctx, cancel := context.WithCancel(t.Context())
	one, two := store.Published(ctx), store.Published(t.Context())
	for i := range 3 {
		info := dbtest.MustPublish(t, store, permits(i+1))
		assert.Equal(t, info, <-one)
		assert.Equal(t, info, <-two)
		require.NoError(t, store.Refresh(t.Context()), "looking again tells nothing new")
	}
	cancel()
	assert.Empty(t, rest(one), "it ends with its context")
	for i := range 10 { // nobody listens: publishing does not wait
		dbtest.MustPublish(t, store, permits(i))
	}
	require.NoError(t, store.Close())
	assert.NotEmpty(t, rest(two), "it ends with the store")
	_, open := <-store.Published(t.Context())
	assert.False(t, open)
}

// rest reads what is left on a channel until it is closed.
func rest(releases <-chan labour.Release) []labour.Release {
	var all []labour.Release
	for info := range releases {
		all = append(all, info)
	}
	return all
}

func TestStore_WatchSeesWhatAnotherProcessPublishes(t *testing.T) {
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, permits(0))
	news := store.Published(t.Context())
	ctx, cancel := context.WithCancel(t.Context())
	reports := make(chan error, 100)
	ended := make(chan struct{})
	go func() {
		store.Watch(ctx, time.Millisecond, func(err error) { reports <- err })
		close(ended)
	}()
	other, err := db.OpenStore(store.Dir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	assert.Equal(t, dbtest.MustPublish(t, other, permits(1)), <-news)

	next := filepath.Join(store.Dir(), "next") // in one step, as a publisher does
	require.NoError(t, os.WriteFile(next, []byte("gibberish\n"), 0o644))
	require.NoError(t, os.Rename(next, filepath.Join(store.Dir(), "CURRENT")))
	assert.ErrorContains(t, <-reports, `found "gibberish"`)
	time.Sleep(20 * time.Millisecond)
	assert.Empty(t, reports, "the same trouble is reported once")
	assert.Equal(t, dbtest.MustPublish(t, other, permits(2)), <-news, "and is over when it is over")
	cancel()
	<-ended
}

func assertFault(t *testing.T, err error, code labour.Code, says string) {
	t.Helper()
	var fault *labour.Fault
	require.ErrorAs(t, err, &fault)
	assert.Equal(t, code, fault.Code)
	assert.Equal(t, says, fault.Error())
}

// A file that takes long to open holds up nobody but those who want it, and it is opened once for all of them.
func TestStore_SlowFileHoldsUpNobodyElse(t *testing.T) {
	dir := t.TempDir()
	published, err := db.OpenStore(dir)
	require.NoError(t, err)
	dbtest.MustPublish(t, published, permits(1))
	dbtest.MustPublish(t, published, permits(2))
	require.NoError(t, published.Close())

	store, err := db.OpenStore(dir)
	require.NoError(t, err)
	defer func() { assert.NoError(t, store.Close()) }()
	_, done, err := store.Current(t.Context())
	require.NoError(t, err)
	done()

	begun, goOn := make(chan string, 8), make(chan struct{})
	store.OpenWith(func(path string) {
		begun <- filepath.Base(path)
		<-goOn
	})
	numbers := make(chan int, 2)
	for range 2 {
		go func() {
			release, done, err := store.Numbered(t.Context(), 1)
			if assert.NoError(t, err) {
				numbers <- release.Info().Number
				done()
			}
		}()
	}
	assert.Regexp(t, "^0001-", <-begun)

	release, done, err := store.Current(t.Context())
	require.NoError(t, err, "the current release is there meanwhile")
	assert.Equal(t, 2, release.Info().Number)
	done()
	require.NoError(t, store.Refresh(t.Context()))
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = store.Numbered(impatient, 1)
	require.ErrorIs(t, err, context.Canceled, "whoever gives up waits no longer")

	close(goOn)
	assert.Equal(t, 1, <-numbers)
	assert.Equal(t, 1, <-numbers)
	assert.Empty(t, begun, "it was opened once")
}
