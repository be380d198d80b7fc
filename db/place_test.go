package db_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/postgrestest"
	"homebound/internal/testsize"
)

// storage is an object storage in memory, which a test can have go wrong.
type storage struct {
	address string
	away    atomic.Bool
	fails   atomic.Int64                                          // the request, counted from now, that gets no answer; 0 for none
	spoil   atomic.Pointer[func(path string, body []byte) []byte] // what becomes of the bodies of objects that are read
}

// newStorage starts a storage, which the AWS_ variables name until the test ends.
func newStorage(t *testing.T) *storage {
	t.Helper()
	s := &storage{address: "s3://homebound/some/where"}
	backend := s3mem.New()
	require.NoError(t, backend.CreateBucket("homebound"))
	sound := gofakes3.New(backend).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.away.Load() || s.fails.Load() > 0 && s.fails.Add(-1) == 0 {
			panic(http.ErrAbortHandler) // which closes the connection
		}
		spoil := s.spoil.Load()
		if spoil == nil || r.Method != http.MethodGet {
			sound.ServeHTTP(w, r)
			return
		}
		whole := httptest.NewRecorder()
		sound.ServeHTTP(whole, r)
		body := whole.Body.Bytes()
		sent := (*spoil)(r.URL.Path, bytes.Clone(body))
		for name, values := range whole.Header() {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(whole.Code)
		_, _ = w.Write(sent)
		if len(sent) < len(body) {
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL_S3": server.URL, "AWS_ACCESS_KEY_ID": "key",
		"AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"} {
		t.Setenv(name, value)
	}
	return s
}

func (s *storage) place(t *testing.T) db.Place {
	t.Helper()
	p, err := db.BucketPlace(s.address, reopen(t, t.TempDir()).Dir(), 1<<30)
	require.NoError(t, err)
	return p
}

// names lists the files of a store's releases.
func names(t *testing.T, store *db.Store) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(store.Dir(), "releases", "*.db"))
	require.NoError(t, err)
	for _, file := range files {
		names = append(names, filepath.Base(file))
	}
	return names
}

// Whatever place releases are in, it keeps the same promises.
func TestPlaces_KeepTheirContract(t *testing.T) {
	for kind, open := range map[string]func(*testing.T) db.Place{
		"folder": func(t *testing.T) db.Place { return db.FolderPlace(reopen(t, t.TempDir()).Dir()) },
		"bucket": func(t *testing.T) db.Place { return newStorage(t).place(t) },
		"postgres": func(t *testing.T) db.Place {
			return postgresPlace(t, mustPrepare(t, postgrestest.Start(t)))
		},
	} {
		t.Run(kind, func(t *testing.T) { placeContract(t, open(t)) })
	}
}

func placeContract(t *testing.T, p db.Place) {
	from, ctx := reopen(t, threeReleases(t)), t.Context()
	files := names(t, from)
	listed, err := p.List(ctx)
	require.NoError(t, err)
	assert.Empty(t, listed)
	_, err = p.Current(ctx)
	require.ErrorIs(t, err, db.ErrNoRelease)
	assertFault(t, p.MakeCurrent(ctx, files[0], ""), labour.NotFound, "There is no release 1; this server holds none.")

	for _, i := range []int{2, 0, 1, 1} {
		require.NoError(t, p.Publish(ctx, from, files[i]), "once or again")
	}
	listed, err = p.List(ctx)
	require.NoError(t, err)
	assert.Equal(t, files, listed, "in the order of their numbers")
	_, err = p.Current(ctx)
	require.ErrorIs(t, err, db.ErrNoRelease, "to publish is not to name")

	require.NoError(t, p.MakeCurrent(ctx, files[1], ""))
	require.ErrorIs(t, p.MakeCurrent(ctx, files[2], ""), db.ErrMoved, "of two who find none, one wins")
	require.ErrorIs(t, p.MakeCurrent(ctx, files[2], files[0]), db.ErrMoved)
	current, err := p.Current(ctx)
	require.NoError(t, err)
	assert.Equal(t, files[1], current)
	require.NoError(t, p.MakeCurrent(ctx, files[0], files[1]), "back is a way too")

	for _, name := range files {
		if p.HasNoFiles() {
			break
		}
		path, err := p.Fetch(ctx, name)
		require.NoError(t, err)
		fetched, err := os.ReadFile(path)
		require.NoError(t, err)
		published, err := os.ReadFile(filepath.Join(from.Dir(), "releases", name))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(published, fetched), name)
	}

	other := dbtest.MustOpen(t)
	dbtest.MustPublish(t, other, permits(9))
	var fault *labour.Fault
	require.ErrorAs(t, p.Publish(ctx, other, names(t, other)[0]), &fault)
	assert.Contains(t, fault.Error(), "a number names one release for good")
	require.NoError(t, p.Remove(ctx, files[2]))
	require.NoError(t, p.Remove(ctx, files[2]), "twice is once")
	listed, err = p.List(ctx)
	require.NoError(t, err)
	assert.Equal(t, files[:2], listed)
}

func TestPush_OfTwoAtOnceOneWins(t *testing.T) {
	storage := newStorage(t)
	from := reopen(t, threeReleases(t))
	for round := range 5 {
		won := make(chan int, 2)
		for n := 1; n <= 2; n++ {
			go func() {
				if pushed, err := from.Push(context.Background(), storage.address, n+round%2, 0); err == nil && !pushed.Current {
					won <- pushed.Release.Number
				} else {
					assert.True(t, err == nil || pushedMeanwhile(err), "%v", err)
					won <- 0
				}
			}()
		}
		winners := []int{<-won, <-won}
		current, err := storage.place(t).Current(t.Context())
		require.NoError(t, err)
		assert.Regexp(t, `^000[1-3]-`, current)
		t.Log(winners, current)
	}
	pushed, err := from.Push(t.Context(), storage.address, 3, 1)
	require.NoError(t, err)
	assert.NotContains(t, pushed.Removed, 3)
}

func pushedMeanwhile(err error) bool { return strings.Contains(err.Error(), db.ErrMoved.Error()) }

// mustFollow opens a reader of a storage, which fetches the current release.
func mustFollow(t *testing.T, s *storage, cache string) *db.Store {
	t.Helper()
	store, err := db.OpenStored([]string{s.address}, cache, 1<<30)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	require.NoError(t, store.Refresh(t.Context()))
	return store
}

func TestStored_FollowsAndOutlivesTheStorage(t *testing.T) {
	testsize.Long(t)
	storage, cache := newStorage(t), t.TempDir()
	from := reopen(t, threeReleases(t))
	require.NoError(t, os.WriteFile(filepath.Join(from.Dir(), "keys.json"), []byte(`{"keys":[]}`), 0o600))
	push := func(n int) {
		_, err := from.Push(t.Context(), storage.address, n, 0)
		require.NoError(t, err)
	}
	push(2)
	require.NoError(t, from.PushKeys(t.Context(), storage.address))
	reader := mustFollow(t, storage, cache)
	assert.Equal(t, 1, countPermits(t, dbtest.MustRead(t, reader)))
	keys, err := os.ReadFile(filepath.Join(cache, "keys.json"))
	require.NoError(t, err)
	assert.Equal(t, `{"keys":[]}`, string(keys))
	news := reader.Published(t.Context())
	push(3)
	require.NoError(t, reader.Refresh(t.Context()))
	assert.Equal(t, 3, (<-news).Number)
	release, done, err := reader.Numbered(t.Context(), 2)
	require.NoError(t, err)
	require.NoError(t, release.Verify(t.Context()))
	done()
	list, err := reader.List(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 2)
	expected, err := from.List(t.Context())
	require.NoError(t, err)
	assert.Equal(t, expected[1:], list, "without a file of each")
	_, err = reader.Draft(t.Context(), db.Merge)
	require.ErrorIs(t, err, db.ErrStored)

	storage.away.Store(true)
	require.Error(t, reader.Refresh(t.Context()))
	assert.Equal(t, 2, countPermits(t, dbtest.MustRead(t, reader)), "the last whole release is served on")
	again, err := db.OpenStored([]string{storage.address}, cache, 1<<30)
	require.NoError(t, err)
	require.Error(t, again.Refresh(t.Context()))
	rescued, err := again.Rescue(t.Context())
	require.NoError(t, err, "and a reader that starts now has it too")
	assert.Equal(t, 3, rescued.Number)
	require.Error(t, again.Trouble())
	require.NoError(t, again.Close())
	storage.away.Store(false)
	require.NoError(t, reader.Refresh(t.Context()))
	assert.Equal(t, 3, numberOf(t, mustFollow(t, storage, t.TempDir())), "from an empty disk as well")
}

func TestStored_RepairsItsCache(t *testing.T) {
	storage, cache := newStorage(t), t.TempDir()
	from := reopen(t, threeReleases(t))
	_, err := from.Push(t.Context(), storage.address, 0, 0)
	require.NoError(t, err)
	reader := mustFollow(t, storage, cache)
	damage(t, fileOf(t, cache, "0003"))
	require.ErrorIs(t, reader.CheckFiles(t.Context()), db.ErrRefused)
	require.NoError(t, reader.Refresh(t.Context()), "it is fetched again")
	require.NoError(t, dbtest.MustRead(t, reader).Verify(t.Context()))
	damage(t, fileOf(t, cache, "0003"))
	require.NoError(t, dbtest.MustRead(t, mustFollow(t, storage, cache)).Verify(t.Context()), "also by one that starts")
}

func TestStored_KeepsWhatFits(t *testing.T) {
	testsize.Long(t)
	storage, cache := newStorage(t), t.TempDir()
	from := reopen(t, threeReleases(t))
	for n := 1; n <= 3; n++ {
		_, err := from.Push(t.Context(), storage.address, n, 0)
		require.NoError(t, err)
	}
	reader, err := db.OpenStored([]string{storage.address}, cache, 1) // a byte
	require.NoError(t, err)
	defer func() { assert.NoError(t, reader.Close()) }()
	require.NoError(t, reader.Refresh(t.Context()))
	for _, n := range []int{1, 2, 1} {
		release, done, err := reader.Numbered(t.Context(), n)
		require.NoError(t, err)
		assert.Equal(t, n-1, countPermits(t, release))
		done()
	}
	kept, err := filepath.Glob(filepath.Join(cache, "releases", "*.db"))
	require.NoError(t, err)
	assert.LessOrEqual(t, len(kept), 2, "the current one, and the one that was read last")
	fileOf(t, cache, "0003")
}

// Whatever is cut off or changed on its way, a reader that has a release keeps it, and takes nothing over that is not
// what was pushed.
func TestStored_TakesNothingOverThatIsCutOrChanged(t *testing.T) {
	testsize.Long(t)
	storage, cache := newStorage(t), t.TempDir()
	from := reopen(t, threeReleases(t))
	_, err := from.Push(t.Context(), storage.address, 1, 0)
	require.NoError(t, err)
	reader := mustFollow(t, storage, cache)
	_, err = from.Push(t.Context(), storage.address, 2, 0)
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(2, 2))
	var mu sync.Mutex // a request that was given up may still be answered
	for object, ways := range map[string]map[string]func([]byte, int) []byte{
		"/CURRENT": {"cut": cutAt, "changed": changedAt}, "/0002.json": {"cut": cutAt}, ".zst": {"cut": cutAt, "changed": changedAt},
	} {
		for way, spoiled := range ways {
			for range testsize.Rounds(24, 2) {
				spoilt := ""
				about := func() string {
					mu.Lock()
					defer mu.Unlock()
					return spoilt
				}
				spoil := func(path string, body []byte) []byte {
					if !strings.HasSuffix(path, object) || len(body) == 0 {
						return body
					}
					mu.Lock()
					defer mu.Unlock()
					at := rng.IntN(len(body))
					spoilt = fmt.Sprintf("%s %s at %d of %d", path, way, at, len(body))
					return spoiled(body, at)
				}
				storage.spoil.Store(&spoil)
				other := t.TempDir()
				cold, err := db.OpenStored([]string{storage.address}, other, 1<<30)
				require.NoError(t, err)
				if err := cold.Refresh(t.Context()); err == nil { // it asked again and got it whole
					require.NoError(t, dbtest.MustRead(t, cold).Verify(t.Context()), about())
				} else {
					files, err := filepath.Glob(filepath.Join(other, "releases", "*.db"))
					require.NoError(t, err)
					assert.Empty(t, files, about())
				}
				require.NoError(t, cold.Close())
			}
		}
	}
	spoil := func(path string, body []byte) []byte {
		if strings.HasSuffix(path, ".zst") { // at many places: a single bit may lead to an equal stretch of the file, as zeros are
			for at := len(body) / 4; at < len(body); at += max(1, len(body)/64) {
				body = changedAt(body, at)
			}
		}
		return body
	}
	storage.spoil.Store(&spoil)
	require.Error(t, reader.Refresh(t.Context()))
	assert.Equal(t, 1, numberOf(t, reader), "the last release stays")
	storage.spoil.Store(nil)
	require.NoError(t, reader.Refresh(t.Context()))
	assert.Equal(t, 2, numberOf(t, reader))
}

func cutAt(body []byte, at int) []byte { return body[:at] }

func changedAt(body []byte, at int) []byte {
	body[at] ^= 1
	return body
}

// A push that gets no answer to any of its requests leaves the last release current and whole, and can be done again.
func TestPush_ThatIsCutOffLeavesTheLastRelease(t *testing.T) {
	testsize.Long(t)
	storage := newStorage(t)
	from := reopen(t, threeReleases(t))
	_, err := from.Push(t.Context(), storage.address, 1, 0)
	require.NoError(t, err)
	for request := int64(1); ; request++ {
		require.Less(t, request, int64(40))
		storage.fails.Store(request)
		ctx, stop := context.WithCancel(t.Context())
		pushed, err := from.Push(ctx, storage.address, 2, 0)
		stop()
		left := storage.fails.Swap(0)
		reader := mustFollow(t, storage, t.TempDir())
		require.NoError(t, dbtest.MustRead(t, reader).Verify(t.Context()))
		if err == nil {
			assert.Equal(t, 2, numberOf(t, reader), "%+v", pushed)
		}
		if left > 0 {
			break // it needs no more requests than that
		}
	}
	_, err = from.Push(t.Context(), storage.address, 3, 0)
	require.NoError(t, err)
}

func numberOf(t *testing.T, s *db.Store) int {
	t.Helper()
	return dbtest.MustRead(t, s).Info().Number
}
