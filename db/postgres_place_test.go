package db_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/postgrestest"
	"homebound/internal/testsize"
)

// mustPrepare makes an empty catalogue, and returns its address.
func mustPrepare(t *testing.T, server *postgrestest.Server) string {
	t.Helper()
	address := server.URL(fmt.Sprintf("prefix=p%d", prefixed.Add(1)))
	_, err := db.Prepare(t.Context(), address)
	require.NoError(t, err)
	return address
}

// mustRead opens a reader of a PostgreSQL.
func mustReadFrom(t *testing.T, addresses ...string) *db.Store {
	t.Helper()
	store, err := db.OpenStored(addresses, t.TempDir(), 0)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	require.NoError(t, store.Refresh(t.Context()))
	return store
}

func postgresPlace(t *testing.T, address string) db.Place {
	t.Helper()
	p, err := db.PostgresPlace(address)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

func TestPostgres_IsReadOnlyAfterItIsPrepared(t *testing.T) {
	t.Parallel()
	server := postgrestest.Start(t)
	from := reopen(t, threeReleases(t))
	_, err := from.Push(t.Context(), server.URL(), 1, 0)
	require.ErrorContains(t, err, "homebound push --init makes it")
	address := mustPrepare(t, server)
	_, err = db.Prepare(t.Context(), address)
	require.NoError(t, err, "twice is once")
	require.NoError(t, os.WriteFile(filepath.Join(from.Dir(), "keys.json"), []byte(`{"keys":[]}`), 0o600))
	require.NoError(t, from.PushKeys(t.Context(), address))
	_, err = from.Push(t.Context(), address, 2, 0)
	require.NoError(t, err)

	prefix := address[strings.Index(address, "prefix=")+len("prefix="):]
	prefix = prefix[:strings.Index(prefix, "&")]
	server.Query(t, `CREATE ROLE web LOGIN; GRANT `+prefix+`_reader TO web`)
	reader := mustReadFrom(t, strings.Replace(address, "owner@", "web@", 1))
	assert.Equal(t, 1, countPermits(t, dbtest.MustRead(t, reader)), "who is a member of the role reads")
	assert.FileExists(t, filepath.Join(reader.Dir(), "keys.json"))
	_, err = reader.Draft(t.Context(), db.Merge)
	require.ErrorIs(t, err, db.ErrStored)
	said, err := exec.Command("psql", "-X", "-h", "127.0.0.1", "-p", fmt.Sprint(server.Port), "-U", "web", "-d", "postgres", "-c",
		"DELETE FROM "+prefix+".releases").CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(said), "permission denied")
}

// A push that is cut off at any moment leaves the release that was current, and the next one throws away what it left.
func TestPostgres_PushCutOffLeavesTheLastRelease(t *testing.T) {
	server := postgrestest.Start(t)
	address := mustPrepare(t, server)
	from := reopen(t, threeReleases(t))
	_, err := from.Push(t.Context(), address, 1, 0)
	require.NoError(t, err)
	reader := mustReadFrom(t, address)
	began := time.Now()
	_, err = from.Push(t.Context(), address, 2, 0)
	require.NoError(t, err)
	took := time.Since(began)
	require.NoError(t, postgresPlace(t, address).MakeCurrent(t.Context(), names(t, from)[0], names(t, from)[1]))
	require.NoError(t, postgresPlace(t, address).Remove(t.Context(), names(t, from)[1]))
	cuts := testsize.Rounds(12, 4)
	for i := range cuts {
		ctx, cancel := context.WithTimeout(t.Context(), took*time.Duration(i+1)/time.Duration(cuts+1))
		_, err := from.Push(ctx, address, 3, 0)
		cancel()
		require.NoError(t, reader.Refresh(t.Context()))
		number := dbtest.MustRead(t, reader).Info().Number
		if err != nil {
			assert.Equal(t, 1, number, "cut off after %d of %d parts: %v", i+1, cuts+1, err)
			continue
		}
		assert.Equal(t, 3, number)
		require.NoError(t, postgresPlace(t, address).MakeCurrent(t.Context(), names(t, from)[0], names(t, from)[2]))
		require.NoError(t, postgresPlace(t, address).Remove(t.Context(), names(t, from)[2]))
	}
	var pushed db.Pushed
	require.Eventually(t, func() bool {
		pushed, err = from.Push(t.Context(), address, 3, 0) // the server may not have noticed yet that the last one is gone
		return err == nil
	}, 20*time.Second, 100*time.Millisecond, "%v", err)
	assert.False(t, pushed.Current)
	assert.Equal(t, "2", server.Query(t, `SELECT COUNT(*) FROM pg_namespace WHERE nspname LIKE 'p%\_r%'`), "nothing is left of those that were cut off")
	assert.Equal(t, "0", server.Query(t, `SELECT COUNT(*) FROM pg_namespace WHERE nspname LIKE '%\_draft'`))
}

func TestPostgres_OfTwoPushersOneWins(t *testing.T) {
	server := postgrestest.Start(t)
	address := mustPrepare(t, server)
	from := reopen(t, threeReleases(t))
	outcomes := make(chan error, 2)
	for n := 1; n <= 2; n++ {
		go func() {
			_, err := from.Push(context.Background(), address, n, 0)
			outcomes <- err
		}()
	}
	one, other := <-outcomes, <-outcomes
	if one != nil {
		one, other = other, one
	}
	require.NoError(t, one, "%v", other)
	require.Error(t, other)
	assert.True(t, pushedMeanwhile(other) || strings.Contains(other.Error(), "another push is under way"), "%v", other)
}

// ask reads the count of permits until ctx ends; every error has to be one that the reader may try again after.
func askUntil(ctx context.Context, t *testing.T, store *db.Store, number int) (answers, failures int) {
	t.Helper()
	release, done, err := store.Numbered(context.WithoutCancel(ctx), number)
	if !assert.NoError(t, err) {
		return 0, 0
	}
	defer done()
	for ctx.Err() == nil {
		page, err := release.PermitPages(context.WithoutCancel(ctx), []db.PermitFilter{{}}, db.Order[db.PermitOrder]{Field: db.PermitByIssuedOn},
			db.Span{Limit: 5, Count: true})
		if err == nil {
			answers++
			assert.NotZero(t, page[0].Total)
			continue
		}
		failures++
		var fault *labour.Fault
		if assert.ErrorAs(t, err, &fault, "%v", err) {
			assert.Equal(t, labour.Unavailable, fault.Code)
		}
	}
	return answers, failures
}

// A standby that has the release goes on answering when the primary is gone, and one that lacks it is never asked.
func TestPostgres_FailsOverToTheStandby(t *testing.T) {
	t.Parallel()
	primary := postgrestest.Start(t)
	address := mustPrepare(t, primary)
	from := reopen(t, threeReleases(t))
	_, err := from.Push(t.Context(), address, 2, 0)
	require.NoError(t, err)
	standby := primary.Standby(t)
	parameters := address[strings.Index(address, "prefix="):]
	reader := mustReadFrom(t, postgrestest.URL([]*postgrestest.Server{primary, standby}, parameters))
	two := mustReadFrom(t, address, standby.URL(parameters))

	ctx, stop := context.WithCancel(t.Context())
	type outcome struct{ answers, failures int }
	outcomes := make(chan outcome, 4)
	for range 4 {
		go func() {
			answers, failures := askUntil(ctx, t, reader, 2)
			outcomes <- outcome{answers, failures}
		}()
	}
	time.Sleep(300 * time.Millisecond)
	primary.Kill()
	time.Sleep(700 * time.Millisecond)
	stop()
	for range 4 {
		o := <-outcomes
		assert.NotZero(t, o.answers)
		t.Log(o.answers, "answers,", o.failures, "failures that may be tried again")
	}
	assert.Equal(t, 1, countPermits(t, dbtest.MustRead(t, reader)), "by the standby alone")
	assert.Equal(t, 1, countPermits(t, dbtest.MustRead(t, two)), "two addresses are as good as two hosts")
	require.NoError(t, reader.Refresh(t.Context()), "the standby says what is current")
	_, err = from.Push(t.Context(), postgrestest.URL([]*postgrestest.Server{primary, standby}, parameters), 3, 0)
	require.ErrorContains(t, err, "no server takes writes")

	primary.Run(t)
	standby.Kill()
	_, err = from.Push(t.Context(), address, 3, 0)
	require.NoError(t, err)
	require.NoError(t, reader.Refresh(t.Context()))
	assert.Equal(t, 3, dbtest.MustRead(t, reader).Info().Number, "a release that the standby has not seen is read from the primary")
	primary.Kill()
	standby.Run(t)
	require.NoError(t, reader.Refresh(t.Context()), "the standby is back, behind")
	assert.Equal(t, 1, countOf(t, reader, 2), "what it has it answers")
}

func countOf(t *testing.T, store *db.Store, number int) int {
	t.Helper()
	release, done, err := store.Numbered(t.Context(), number)
	require.NoError(t, err)
	defer done()
	return countPermits(t, release)
}

// While no server answers, readers are told to try again, and are answered as soon as one is back.
func TestPostgres_TellsReadersToTryAgain(t *testing.T) {
	server := postgrestest.Start(t)
	address := mustPrepare(t, server)
	from := reopen(t, threeReleases(t))
	_, err := from.Push(t.Context(), address, 2, 0)
	require.NoError(t, err)
	reader := mustReadFrom(t, address)
	release := dbtest.MustRead(t, reader)
	server.Kill()
	_, err = release.PermitPages(t.Context(), []db.PermitFilter{{}}, db.Order[db.PermitOrder]{Field: db.PermitByIssuedOn}, db.Span{Limit: 1})
	assertFault(t, err, labour.Unavailable, "The database of the releases cannot be reached: try again in a few seconds.")
	require.Error(t, reader.Refresh(t.Context()))
	require.Error(t, reader.Trouble())
	listed, err := reader.List(t.Context())
	require.NoError(t, err, "what is known is listed")
	assert.Len(t, listed, 1)
	server.Run(t)
	require.NoError(t, reader.Refresh(t.Context()))
	assert.Equal(t, 1, countPermits(t, release), "the same open release")
}

// A query ends when nobody waits for it any more, here and on the server.
func TestPostgres_CancelsQueries(t *testing.T) {
	server := postgrestest.Start(t)
	address := mustPrepare(t, server)
	_, err := reopen(t, threeReleases(t)).Push(t.Context(), address, 2, 0)
	require.NoError(t, err)
	release := dbtest.MustRead(t, mustReadFrom(t, address))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, db.Grind(ctx, release), context.DeadlineExceeded)
	require.Eventually(t, func() bool {
		return server.Query(t, `SELECT COUNT(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'WITH RECURSIVE%'`) == "0"
	}, 10*time.Second, 50*time.Millisecond)
	assert.Equal(t, 1, countPermits(t, release))
}

// Behind a PgBouncer that hands a server's connection on after every transaction, readers get the same answers.
func TestPostgres_BehindPgBouncer(t *testing.T) {
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		testsize.Lacks(t, "PgBouncer: apt-get install pgbouncer")
	}
	server := postgrestest.Start(t)
	address := mustPrepare(t, server)
	from := reopen(t, threeReleases(t))
	for n := 1; n <= 3; n++ {
		_, err := from.Push(t.Context(), address, n, 0)
		require.NoError(t, err)
	}
	dir, port := postgrestest.Folder(t), postgrestest.FreePort(t)
	settings := filepath.Join(dir, "pgbouncer.ini")
	require.NoError(t, os.WriteFile(settings, fmt.Appendf(nil, "[databases]\npostgres = host=127.0.0.1 port=%d user=owner\n[pgbouncer]\n"+
		"listen_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 2\n", server.Port, port), 0o644))
	bouncer := postgrestest.AsUser(t.Context(), program, settings)
	require.NoError(t, bouncer.Start())
	t.Cleanup(func() { _ = bouncer.Process.Kill(); _ = bouncer.Wait() })
	through := strings.Replace(address, fmt.Sprint(server.Port), fmt.Sprint(port), 1)
	require.Eventually(t, func() bool {
		store, err := db.OpenStored([]string{through}, t.TempDir(), 0)
		require.NoError(t, err)
		defer store.Close()
		return store.Refresh(t.Context()) == nil
	}, 20*time.Second, 100*time.Millisecond)
	reader := mustReadFrom(t, through)
	outcomes := make(chan int, 6)
	for n := range 6 {
		go func() {
			ctx, stop := context.WithTimeout(t.Context(), time.Second)
			defer stop()
			_, failures := askUntil(ctx, t, reader, 2+n%2)
			outcomes <- failures
		}()
	}
	for range 6 {
		assert.Zero(t, <-outcomes)
	}
	assert.Equal(t, 1, countOf(t, reader, 2))
}
