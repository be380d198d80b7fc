package test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/eventually"
	"homebound/internal/postgrestest"
	"homebound/internal/testsize"
)

// Servers that read a PostgreSQL follow what is pushed, outlive a push that is killed and a primary that is, and are back as
// soon as a server is.
func TestServe_FromPostgreSQL(t *testing.T) {
	testsize.Long(t)
	primary := postgrestest.Start(t)
	data, caches := filepath.Join(t.TempDir(), "data"), t.TempDir()
	mustRun(t, "import", "--data", data, writePackage(t, 500))
	said := mustRun(t, "push", "--data", data, "--init", primary.URL())
	assert.Equal(t, "the catalogue is there; members of the role homebound_reader may read\nrelease 1 is pushed, and current there\n", said)
	standby := primary.Standby(t)

	both := postgrestest.URL([]*postgrestest.Server{primary, standby})
	one := mustServe(t, "--store", both, "--cache-dir", filepath.Join(caches, "one"), "--anonymous-budget", "0")
	other := mustServe(t, "--store", primary.URL(), "--store", standby.URL(), "--cache-dir", filepath.Join(caches, "other"), "--anonymous-budget", "0")
	underLoad(t, one.url+"/graphql", func(whole) error { return nil }, func() {
		mustRun(t, "import", "--data", data, "--mode", "replace", writePackage(t, 700))
		began := time.Now()
		mustRun(t, "push", "--data", data, primary.URL("prefix=trial"), "--init") // how long one takes
		took := time.Since(began)
		kills := testsize.Rounds(5, 2)
		for i := range kills {
			eventually.True(t, func() bool { // else the next one is told that another is under way
				return primary.Query(t, "SELECT COUNT(*) = 0 FROM pg_locks WHERE locktype = 'advisory'") == "t"
			}, patience, 50*time.Millisecond, "the server has noticed that the push before is gone")
			if killed(t, took*time.Duration(i+1)/time.Duration(kills+2), "push", "--data", data, primary.URL()) {
				assert.Equal(t, 1, numberOf(t, one), "a push that was killed changes nothing")
			}
		}
		eventually.True(t, func() bool { // the server may not have noticed yet that the last push is gone
			out, err := program(t.Context(), "push", "--data", data, primary.URL()).CombinedOutput()
			return err == nil || strings.Contains(string(out), "current already")
		}, patience, 200*time.Millisecond, "the next push is whole")
		for _, s := range []*served{one, other} {
			eventually.True(t, func() bool { return numberOf(t, s) == 2 }, patience, 50*time.Millisecond, "it follows")
		}
		// Of a release that the standby does not have yet nobody could answer once the primary is gone.
		written := primary.Query(t, "SELECT pg_current_wal_lsn()")
		eventually.True(t, func() bool {
			return standby.Query(t, "SELECT pg_last_wal_replay_lsn() >= '"+written+"'") == "t"
		}, patience, 50*time.Millisecond, "the standby has what was written")
		primary.Kill()
		time.Sleep(time.Second) // under load: no request fails
		assert.Equal(t, 2, numberOf(t, other))
		var old whole
		require.NoError(t, query(t.Context(), other.url+"/releases/1/graphql", askWhole, &old))
		assert.Equal(t, 1, old.Release.Number, "by the standby")
	})
	standby.Kill()
	eventually.True(t, func() bool {
		_, ready := get(t, one.url+"/readyz", "*/*")
		return strings.Contains(string(ready), "degraded")
	}, patience, 100*time.Millisecond, "no server is left")
	status, answer := get(t, one.url+"/graphql?query={permits(first:3,orderBy:{field:WORKERS}){nodes{number}}}", "application/json")
	assert.Contains(t, string(answer), "UNAVAILABLE", "%d", status)
	standby.Run(t)
	eventually.True(t, func() bool {
		var w whole
		return query(t.Context(), one.url+"/graphql", askWhole, &w) == nil && w.Release.Number == 2
	}, patience, 100*time.Millisecond, "back by itself")
	require.NoError(t, one.stop(syscall.SIGTERM))
	require.NoError(t, other.stop(syscall.SIGTERM))
}
