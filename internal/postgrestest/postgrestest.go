// Package postgrestest starts PostgreSQL servers for tests: as another user than root, in a temporary folder, on a free
// port of 127.0.0.1, and ended with the test. Where the machine has no PostgreSQL the test is skipped; with
// HOMEBOUND_TEST_ALL=1 it fails.
//
// Only tests import it.
package postgrestest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homebound/internal/testsize"
)

// Server is a running PostgreSQL.
type Server struct {
	Port    int
	Workers []*Server // of a Citus cluster, beside this one
	dir     string    // its data
	bin     string
	own     []string // settings that it was started with
	run     *exec.Cmd
	tb      testing.TB
}

// settings make a server quick, and it need not outlive a loss of power.
var settings = []string{"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "listen_addresses=127.0.0.1",
	"-c", "unix_socket_directories=", "-c", "max_connections=200", "-c", "wal_level=replica", "-c", "hot_standby=on", "-c", "max_wal_senders=4",
	"-c", "log_min_messages=error", "-c", "max_wal_size=4GB"}

// Start starts a new server with an empty database. A plain run takes some of the tests that ask for it (testsize.OneOfMany).
func Start(tb testing.TB, more ...string) *Server {
	tb.Helper()
	testsize.OneOfMany(tb)
	return StartAlways(tb, more...)
}

// StartAlways is Start for what a plain run takes in parts, and for measurements.
func StartAlways(tb testing.TB, more ...string) *Server {
	tb.Helper()
	bin := Programs(tb)
	s := &Server{Port: freePort(tb), dir: filepath.Join(folder(tb), "data"), bin: bin, own: more, tb: tb}
	s.command(tb, "initdb", "--pgdata", s.dir, "--auth", "trust", "--username", "owner", "--no-sync", "--encoding", "UTF8", "--locale", "C.UTF-8")
	s.Run(tb)
	return s
}

// Standby starts a server that follows this one, and returns once it answers.
func (s *Server) Standby(tb testing.TB) *Server {
	tb.Helper()
	follower := &Server{Port: freePort(tb), dir: filepath.Join(folder(tb), "data"), bin: s.bin, tb: tb}
	s.command(tb, "pg_basebackup", "--pgdata", follower.dir, "--host", "127.0.0.1", "--port", strconv.Itoa(s.Port), "--username", "owner",
		"--write-recovery-conf", "--checkpoint", "fast", "--no-sync")
	follower.Run(tb)
	return follower
}

// StartCitus starts a server that distributes tables, over itself and so many workers that are started with it. The test
// is skipped where the machine's PostgreSQL has no extension of the name: Debian has no package of it, so that a run of
// every test does not ask for it either.
func StartCitus(tb testing.TB, workers int) *Server {
	tb.Helper()
	shared, err := exec.Command(filepath.Join(Programs(tb), "pg_config"), "--sharedir").Output()
	if err == nil {
		_, err = os.Stat(filepath.Join(strings.TrimSpace(string(shared)), "extension", "citus.control"))
	}
	if err != nil {
		tb.Skip("PostgreSQL has no extension citus on this machine, and Debian has no package of it: what is distributed by it was not tried")
	}
	start := func() *Server {
		s := Start(tb, "-c", "shared_preload_libraries=citus", "-c", "citus.shard_count=4", "-c", "wal_level=logical",
			"-c", "max_prepared_transactions=200", "-c", "citus.node_conninfo=sslmode=disable")
		s.Query(tb, "CREATE EXTENSION citus")
		return s
	}
	first := start()
	first.Query(tb, fmt.Sprintf("SELECT citus_set_coordinator_host('127.0.0.1', %d)", first.Port))
	first.Query(tb, fmt.Sprintf("SELECT citus_set_node_property('127.0.0.1', %d, 'shouldhaveshards', true)", first.Port))
	for range workers {
		worker := start()
		first.Query(tb, fmt.Sprintf("SELECT citus_add_node('127.0.0.1', %d)", worker.Port))
		first.Workers = append(first.Workers, worker)
	}
	return first
}

// Run starts the server anew, once it was stopped.
func (s *Server) Run(tb testing.TB, more ...string) {
	tb.Helper()
	said := new(bytes.Buffer)
	s.run = s.asUser("postgres", slices.Concat([]string{"-D", s.dir, "-p", strconv.Itoa(s.Port)}, settings, s.own, more)...)
	s.run.Stdout, s.run.Stderr = said, said
	require.NoError(tb, s.run.Start())
	started := s.run
	tb.Cleanup(func() { stop(started, syscall.SIGQUIT) })
	until := time.Now().Add(30 * time.Second)
	for s.ready() != nil {
		require.True(tb, time.Now().Before(until), "the server does not answer: %s", said)
		time.Sleep(50 * time.Millisecond)
	}
}

// Kill ends the server as a loss of power would.
func (s *Server) Kill() { stop(s.run, syscall.SIGQUIT) }

// stop sends a signal and waits; a server that was stopped is let be.
func stop(run *exec.Cmd, signal syscall.Signal) {
	if run.ProcessState == nil {
		_ = run.Process.Signal(signal)
		_ = run.Wait()
	}
}

// URL is the address of the server's database, with parameters such as prefix=some.
func (s *Server) URL(parameters ...string) string { return URL([]*Server{s}, parameters...) }

// URL is the address of several servers.
func URL(servers []*Server, parameters ...string) string {
	hosts := make([]string, len(servers))
	for i, s := range servers {
		hosts[i] = "127.0.0.1:" + strconv.Itoa(s.Port)
	}
	return fmt.Sprintf("postgres://owner@%s/postgres?%s", strings.Join(hosts, ","), strings.Join(append(parameters, "sslmode=disable"), "&"))
}

// Query runs statements with psql and returns what it prints, without spaces at the ends.
func (s *Server) Query(tb testing.TB, statements string) string {
	tb.Helper()
	return strings.TrimSpace(s.command(tb, "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", strconv.Itoa(s.Port),
		"-U", "owner", "-d", "postgres", "-c", statements))
}

func (s *Server) ready() error {
	return s.asUser("pg_isready", "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(s.Port)).Run()
}

func (s *Server) command(tb testing.TB, name string, args ...string) string {
	tb.Helper()
	said, err := s.asUser(name, args...).CombinedOutput()
	require.NoError(tb, err, "%s %s: %s", name, strings.Join(args, " "), said)
	return string(said)
}

// asUser is a program of PostgreSQL, which refuses to be run by root.
func (s *Server) asUser(name string, args ...string) *exec.Cmd {
	return AsUser(context.Background(), filepath.Join(s.bin, name), args...)
}

// AsUser is a command that is run by somebody else where this process is root's.
func AsUser(ctx context.Context, program string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, program, args...)
	command.Dir = "/"
	command.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TZ=UTC")
	if uid, gid, other := someUser(); other {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: gid}}
	}
	return command
}

// someUser is whom servers run as where this process is root's.
func someUser() (uid, gid uint32, other bool) {
	if os.Geteuid() != 0 {
		return 0, 0, false
	}
	for _, name := range []string{"postgres", "nobody"} {
		if found, err := user.Lookup(name); err == nil {
			id, _ := strconv.ParseUint(found.Uid, 10, 32)
			group, _ := strconv.ParseUint(found.Gid, 10, 32)
			return uint32(id), uint32(group), true
		}
	}
	return 65534, 65534, true
}

// folder makes a folder that the server's user owns. Those of testing.TB are for the test's own user alone.
func folder(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "postgres")
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	if uid, gid, other := someUser(); other {
		require.NoError(tb, os.Chown(dir, int(uid), int(gid)))
	}
	return dir
}

// Folder is a folder that AsUser's commands may write to.
func Folder(tb testing.TB) string { return folder(tb) }

// Programs finds the folder of the newest PostgreSQL, of 15 and above. With -short the test is skipped.
func Programs(tb testing.TB) string {
	tb.Helper()
	testsize.Long(tb)
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if len(found) > 0 && version(found[0]) >= 15 {
		return filepath.Dir(found[0])
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(path)
	}
	testsize.Lacks(tb, "PostgreSQL 15 or later: apt-get install postgresql")
	return ""
}

func version(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

func freePort(tb testing.TB) int {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// FreePort is a port of 127.0.0.1 that nobody listens on.
func FreePort(tb testing.TB) int { return freePort(tb) }
