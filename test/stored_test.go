package test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/eventually"
	"homebound/internal/testsize"
)

// Servers that read an object storage follow what is pushed, and outlive the storage and one another.
func TestServe_FromAnObjectStorage(t *testing.T) {
	testsize.Long(t)
	testsize.OneOfMany(t)
	away := startStorage(t)
	const address = "s3://homebound/public"
	data, caches := filepath.Join(t.TempDir(), "data"), t.TempDir()
	mustRun(t, "import", "--data", data, writePackage(t, 500))
	key := regexp.MustCompile(`hb_\w+`).FindString(mustRun(t, "keys", "add", "reader", "--data", data))
	assert.Equal(t, "release 1 is pushed, and current there\n", mustRun(t, "push", "--data", data, "--keys", address))

	serve := func(name string) *served {
		return mustServe(t, "--store", address, "--cache-dir", filepath.Join(caches, name), "--anonymous-budget", "0")
	}
	one, other := serve("one"), serve("other")
	request, err := http.NewRequest(http.MethodGet, one.url+"/graphql?query={release{number}}", nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+key)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	assert.Equal(t, http.StatusOK, answer.StatusCode, "the keys came with the releases: %s", body)

	underLoad(t, one.url+"/graphql", func(whole) error { return nil }, func() {
		mustRun(t, "import", "--data", data, "--mode", "replace", writePackage(t, 700))
		assert.Equal(t, "release 2 is pushed, and current there\n", mustRun(t, "push", "--data", data, address))
		for _, s := range []*served{one, other} {
			eventually.True(t, func() bool { return numberOf(t, s) == 2 }, patience, 50*time.Millisecond, "it follows")
		}
		require.ErrorContains(t, other.stop(syscall.SIGKILL), "killed", "and it ends nobody else")
		away.Store(true)
		other = serve("other")
		assert.Equal(t, 2, numberOf(t, other), "from what it had fetched before")
		var old whole
		require.NoError(t, query(t.Context(), other.url+"/releases/1/graphql", askWhole, &old))
		assert.Equal(t, 1, old.Release.Number)
		_, ready := get(t, other.url+"/readyz", "*/*")
		assert.Contains(t, string(ready), "degraded")
		away.Store(false)
		assert.Equal(t, 2, numberOf(t, serve("cold")), "from an empty disk")
	})
}

// startStorage starts an object storage in memory, which the AWS_ variables name until the test ends. It is gone while
// away is true.
func startStorage(t *testing.T) (away *atomic.Bool) {
	t.Helper()
	backend := s3mem.New()
	require.NoError(t, backend.CreateBucket("homebound"))
	away = new(atomic.Bool)
	sound := gofakes3.New(backend).Server()
	storage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			panic(http.ErrAbortHandler)
		}
		sound.ServeHTTP(w, r)
	}))
	t.Cleanup(storage.Close)
	t.Setenv("AWS_ENDPOINT_URL", storage.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_REGION", "us-east-1")
	return away
}

// numberOf asks a server for the number of its release.
func numberOf(t *testing.T, s *served) int {
	t.Helper()
	var w whole
	require.NoError(t, query(t.Context(), s.url+"/graphql", askWhole, &w))
	return w.Release.Number
}
