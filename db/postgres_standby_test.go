package db_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/postgrestest"
)

// Once a standby is promoted, pushes go to it and readers follow it, by the same address as before.
func TestPostgres_FollowsAPromotedStandby(t *testing.T) {
	primary := postgrestest.Start(t)
	address := mustPrepare(t, primary)
	from := reopen(t, threeReleases(t))
	_, err := from.Push(t.Context(), address, 2, 0)
	require.NoError(t, err)
	standby := primary.Standby(t)
	both := postgrestest.URL([]*postgrestest.Server{primary, standby}, parametersOf(address))
	reader := mustReadFrom(t, both)

	primary.Kill()
	_, err = from.Push(t.Context(), both, 3, 0)
	require.ErrorContains(t, err, "no server takes writes")
	standby.Query(t, "SELECT pg_promote()")
	_, err = from.Push(t.Context(), both, 3, 0)
	require.NoError(t, err)
	require.NoError(t, reader.Refresh(t.Context()))
	assert.Equal(t, 3, numberOf(t, reader))
	assert.Equal(t, 2, countPermits(t, dbtest.MustRead(t, reader)))
	assert.Equal(t, 1, countOf(t, reader, 2), "what came before is there as well")
}

func parametersOf(address string) string {
	parameters := address[strings.Index(address, "prefix="):]
	return parameters[:strings.Index(parameters, "&")]
}

// asked reports whether a server was asked for permits since it was forgotten what it was asked.
func asked(t *testing.T, server *postgrestest.Server) bool {
	t.Helper()
	return server.Query(t, `SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'homebound' AND query LIKE '%permit%'`) != "0"
}

// forget ends the connections of readers, with what they asked.
func forget(t *testing.T, servers ...*postgrestest.Server) {
	t.Helper()
	for _, server := range servers {
		server.Query(t, `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'homebound'`)
	}
}

// A standby that takes nothing in any more is asked after one that does, and for the releases that it has alone.
func TestPostgres_ChoosesByLag(t *testing.T) {
	t.Parallel()
	primary := postgrestest.Start(t)
	address := mustPrepare(t, primary)
	from := reopen(t, threeReleases(t))
	_, err := from.Push(t.Context(), address, 2, 0)
	require.NoError(t, err)
	standby := primary.Standby(t)
	reader := mustReadFrom(t, postgrestest.URL([]*postgrestest.Server{standby, primary}, parametersOf(address)))
	read := func() {
		t.Helper()
		forget(t, primary, standby)
		require.Eventually(t, func() bool { return reader.Refresh(t.Context()) == nil }, 10*time.Second, 50*time.Millisecond)
		assert.Equal(t, 1, countOf(t, reader, 2))
	}
	read()
	assert.True(t, asked(t, standby), "the first of two that keep up")
	assert.False(t, asked(t, primary))

	standby.Query(t, "SELECT pg_wal_replay_pause()")
	for range 6 { // each of which is 16 MB further
		primary.Query(t, "SELECT txid_current()")
		primary.Query(t, "SELECT pg_switch_wal()")
	}
	require.Eventually(t, func() bool {
		return standby.Query(t, `SELECT pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) > 64 << 20`) == "t"
	}, 20*time.Second, 50*time.Millisecond)
	read()
	assert.True(t, asked(t, primary), "before one that is 64 MB behind")
	assert.False(t, asked(t, standby))
	_, err = from.Push(t.Context(), address, 3, 0)
	require.NoError(t, err)
	require.NoError(t, reader.Refresh(t.Context()))
	assert.Equal(t, 3, numberOf(t, reader), "the one that has come furthest says what is current")
	primary.Kill()
	assert.Equal(t, 1, countOf(t, reader, 2), "one that is behind is better than none")
	primary.Run(t)

	standby.Query(t, "SELECT pg_wal_replay_resume()")
	require.Eventually(t, func() bool {
		return standby.Query(t, `SELECT pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) < 1 << 20`) == "t"
	}, 20*time.Second, 50*time.Millisecond)
	read()
	assert.True(t, asked(t, standby), "once it keeps up again")
}

// Who asks for TLS gets it, or one sentence that says why not.
func TestPostgres_VerifiesTheServer(t *testing.T) {
	t.Parallel()
	server, authority := postgrestest.StartTLS(t, "localhost")
	from := reopen(t, threeReleases(t))
	trusted := "prefix=tls&sslmode=verify-full&sslrootcert=" + authority
	address := server.URLAt("localhost", trusted)
	_, err := db.Prepare(t.Context(), address)
	require.NoError(t, err)
	_, err = from.Push(t.Context(), address, 2, 0)
	require.NoError(t, err)
	reader := mustReadFrom(t, address)
	assert.Equal(t, 1, countPermits(t, dbtest.MustRead(t, reader)))

	for _, refused := range []struct{ address, sentence string }{
		{server.URLAt("127.0.0.1", trusted), "sslmode expects a certificate of 127.0.0.1 that sslrootcert vouches for, found another: x509: cannot validate certificate for 127.0.0.1"},
		{server.URLAt("localhost", "prefix=tls&sslmode=verify-full"), "sslmode expects a certificate of localhost that sslrootcert vouches for, found another: x509: certificate signed by unknown authority"},
		{server.URLAt("localhost", "prefix=tls&sslmode=disable"), "no encryption"},
	} {
		_, err := from.Push(t.Context(), refused.address, 2, 0)
		require.ErrorContains(t, err, refused.sentence)
		t.Log(err)
		assert.NotContains(t, err.Error(), "\n")
	}
	plain := postgrestest.Start(t)
	_, err = from.Push(t.Context(), plain.URLAt("localhost", trusted), 2, 0)
	require.ErrorContains(t, err, "refused TLS")
}
