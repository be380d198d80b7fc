// Package sqlite opens the files of releases and runs statements on them. It is the only package that knows the engine:
// its pragmas, its error codes and what counts and bounds its queries.
package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/huandu/go-sqlbuilder"
	"github.com/mattn/go-sqlite3"
)

// Flavour is the SQL that every query is built for.
const Flavour = sqlbuilder.SQLite

// connector opens connections that are all set up alike: what a PRAGMA sets on one pooled connection, the next one
// would not know.
type connector struct {
	driver sqlite3.SQLiteDriver
	dsn    string
}

func (c *connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c *connector) Driver() driver.Driver                        { return &c.driver }

func newConnector(path, options string, pragmas ...string) *connector {
	return &connector{dsn: fileURL(path, options),
		driver: sqlite3.SQLiteDriver{ConnectHook: func(conn *sqlite3.SQLiteConn) error {
			_, err := conn.Exec(strings.Join(pragmas, ";"), nil)
			return err
		}}}
}

func fileURL(path, options string) string {
	of := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: options}
	return of.String()
}

// UnchangingFile writes a file for ATTACH DATABASE, to be read without locks: nothing that is read of it may change.
func UnchangingFile(path string) string {
	return "'" + strings.ReplaceAll(fileURL(path, "mode=ro&immutable=1"), "'", "''") + "'"
}

// OpenPublished opens a release's file for reading. Nothing writes to it any more, so SQLite may leave out locks and
// change checks. Every connection runs one statement at a time, since interrupting one would end the others with it.
// There are as many connections as the operations of a server with its default settings run statements side by side: who
// is let in to compute does not wait for those who were let in before.
func OpenPublished(path string) *sql.DB {
	file := sql.OpenDB(newConnector(path, "mode=ro&immutable=1&_query_only=on&_stmt_cache_size=64",
		"PRAGMA cache_size = -8192", "PRAGMA temp_store = FILE"))
	file.SetMaxOpenConns(8 * runtime.NumCPU())
	file.SetMaxIdleConns(8 * runtime.NumCPU())
	return file
}

// OpenWhole opens a release's file for statements that read much of it once. A connection lives as long as its
// statement, and keeps little in memory.
func OpenWhole(path string) *sql.DB {
	file := sql.OpenDB(newConnector(path, "mode=ro&immutable=1&_query_only=on", "PRAGMA cache_size = -8192",
		"PRAGMA temp_store = FILE"))
	file.SetMaxIdleConns(-1)
	return file
}

// OpenDraft opens a file that nobody reads yet. It needs no journal: a draft that was cut short is thrown away. Nor
// does its one connection need SQLite's locks: database/sql lends it to one goroutine at a time. Pages are twice SQLite's own
// size, for half as many calls of the system; the file is as large.
func OpenDraft(path string) *sql.DB {
	file := sql.OpenDB(newConnector(path, "mode=rwc&_mutex=no",
		"PRAGMA page_size = 8192", "PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA locking_mode = EXCLUSIVE",
		"PRAGMA cache_size = -65536", "PRAGMA temp_store = FILE", "PRAGMA threads = 2"))
	file.SetMaxOpenConns(1)
	return file
}

// Translate turns what the driver reports into the errors that callers decide on.
func Translate(ctx context.Context, err error) error {
	var failed sqlite3.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &failed) && failed.Code == sqlite3.ErrInterrupt && ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &failed) && (failed.Code == sqlite3.ErrCorrupt || failed.Code == sqlite3.ErrNotADB):
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	case errors.As(err, &failed) && (failed.Code == sqlite3.ErrFull || slices.Contains(noRoom, failed.SystemErrno)):
		return ErrDiskFull
	}
	return err
}

// noRoom is what the system says, beside what SQLite knows as a full disk: a bound on the size of files, and a quota.
var noRoom = []syscall.Errno{syscall.EFBIG, syscall.EDQUOT, syscall.ENOSPC}

// ErrCorrupt says that a release's file does not hold what was written to it.
var ErrCorrupt = errors.New("the release's file is damaged")

// ErrDiskFull says that there is no room for what has to be written.
var ErrDiskFull = errors.New("the disk is full, or a file may not grow further")
