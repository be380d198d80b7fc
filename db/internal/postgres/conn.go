package postgres

import (
	"context"
	"crypto/tls"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"homebound/db/internal/sqlite"

	"github.com/jackc/pgx/v5/pgconn"
)

// What stands between database/sql and a server is written here, and not taken from pgx/stdlib, for three reasons. A
// statement goes over with the settings that it needs, the schema of its release and its time limit, in one round trip
// and one transaction, so that a PgBouncer in transaction mode may hand the server to somebody else after it; nothing is
// prepared by a name. Values come as SQLite's driver has them, so that the code above scans both alike. And the first
// rows are read before the statement is said to run, so that most failures can be tried again on another server.

// scope is what a statement is run under; it travels in the context.
type scope struct {
	schema string // of the release, "" for none
}

type scopeKey struct{}

// ahead is how many rows are read before a statement is said to run.
const ahead = 256

// connector opens connections to one server.
type connector struct{ config *pgconn.Config }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	pg, err := connect(ctx, c.config.Copy())
	if err != nil {
		return nil, err
	}
	return &conn{pg}, nil
}

// connect opens a connection. Of a server that does not prove who it is the error says so first.
func connect(ctx context.Context, config *pgconn.Config) (*pgconn.PgConn, error) {
	pg, err := pgconn.ConnectConfig(ctx, config)
	var unproven *tls.CertificateVerificationError
	if errors.As(err, &unproven) {
		return nil, fmt.Errorf("sslmode expects a certificate of %s that sslrootcert vouches for, found another: %w", config.Host, unproven.Err)
	}
	return pg, err
}

func (c connector) Driver() driver.Driver { return noDriver{} }

type noDriver struct{}

func (noDriver) Open(string) (driver.Conn, error) { return nil, errNotSupported }

var errNotSupported = errors.New("a release in PostgreSQL is read by queries alone")

// conn is a connection. database/sql lends it to one goroutine at a time.
type conn struct{ pg *pgconn.PgConn }

func (c *conn) Prepare(string) (driver.Stmt, error) { return nil, errNotSupported }
func (c *conn) Begin() (driver.Tx, error)           { return nil, errNotSupported }
func (c *conn) IsValid() bool                       { return !c.pg.IsClosed() }

// closeLimit bounds how long a server is waited for that is told good-bye.
const closeLimit = time.Second

func (c *conn) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	_ = c.pg.Close(ctx) // a connection that cannot be closed in order is gone as well
	return nil
}

// QueryContext runs a statement of question marks. It is driver.ErrBadConn where the connection turned out to be dead
// before anything was read, so that database/sql tries another one.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	values, types, err := encode(args)
	if err != nil {
		return nil, err
	}
	under, _ := ctx.Value(scopeKey{}).(scope)
	if strings.HasSuffix(under.schema, sharded) {
		query = perRow(query)
	}
	pipeline := c.pg.StartPipeline(ctx)
	pipeline.SendQueryParams(`SELECT set_config('search_path', $1, true), set_config('statement_timeout', $2, true),
		set_config('transaction_read_only', 'on', true), set_config('jit', 'off', true)`,
		[][]byte{[]byte(under.path()), []byte(timeLimit(ctx))}, nil, nil, nil)
	pipeline.SendQueryParams(numbered(query), values, types, nil, []int16{1})
	r := &rows{ctx: ctx, conn: c, pipeline: pipeline}
	err = pipeline.Sync()
	if err == nil {
		err = r.begin()
	}
	if err == nil {
		return r, nil
	}
	_ = pipeline.Close()
	var refused *pgconn.PgError
	if c.pg.IsClosed() && ctx.Err() == nil && !errors.As(err, &refused) {
		return nil, driver.ErrBadConn
	}
	return nil, translate(ctx, err)
}

// path is the search path of a statement: nothing but the release's schema and what is PostgreSQL's own.
func (s scope) path() string {
	if s.schema == "" {
		return "pg_catalog"
	}
	return sqlite.Quote(s.schema) + ", pg_catalog"
}

// timeLimit is how long the server may take by itself, in milliseconds: as long as the context, so that it ends even
// where the word that nobody waits any more is lost on the way. 0 is no limit.
func timeLimit(ctx context.Context) string {
	end, limited := ctx.Deadline()
	if !limited {
		return "0"
	}
	return strconv.FormatInt(max(1, time.Until(end).Milliseconds()), 10)
}

// numbered writes the question marks of a statement as PostgreSQL has its parameters, $1 and on. Those in quotes stay.
func numbered(query string) string {
	var b strings.Builder
	b.Grow(len(query) + 16)
	n, quoted := 0, byte(0)
	for i := range len(query) {
		c := query[i]
		switch {
		case quoted != 0:
			if c == quoted {
				quoted = 0
			}
		case c == '\'' || c == '"':
			quoted = c
		case c == '?':
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// rows hands out the rows of a statement, those that were read ahead first.
type rows struct {
	ctx      context.Context
	conn     *conn
	pipeline *pgconn.Pipeline
	result   *pgconn.ResultReader
	fields   []pgconn.FieldDescription
	read     [][]driver.Value
	ended    bool // whether all that the server sent is read
}

// begin takes in the settings' result and the first rows.
func (r *rows) begin() error {
	result, err := r.next()
	if err == nil {
		_, err = result.Close()
	}
	if err != nil {
		return err
	}
	if r.result, err = r.next(); err != nil {
		return err
	}
	for range ahead {
		if !r.result.NextRow() {
			return r.end()
		}
		row := make([]driver.Value, len(r.result.Values()))
		if err := r.decode(row); err != nil {
			return err
		}
		r.read = append(r.read, row)
	}
	return nil
}

func (r *rows) next() (*pgconn.ResultReader, error) {
	results, err := r.pipeline.GetResults()
	if err != nil {
		return nil, err
	}
	result, ok := results.(*pgconn.ResultReader)
	if !ok {
		return nil, fmt.Errorf("expected rows, found %T", results)
	}
	return result, nil
}

// end takes in what comes after the last row.
func (r *rows) end() error {
	r.ended = true
	if r.fields == nil {
		r.fields = r.result.FieldDescriptions()
	}
	_, err := r.result.Close()
	return errors.Join(err, r.pipeline.Close())
}

func (r *rows) decode(into []driver.Value) error {
	if r.fields == nil {
		r.fields = append(r.fields, r.result.FieldDescriptions()...)
	}
	for i, raw := range r.result.Values() {
		var err error
		if into[i], err = decode(r.fields[i].DataTypeOID, raw); err != nil {
			return fmt.Errorf("%w: column %s: %w", errValue, r.fields[i].Name, err)
		}
	}
	return nil
}

func (r *rows) Columns() []string {
	fields := r.fields
	if fields == nil {
		fields = r.result.FieldDescriptions()
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

func (r *rows) Next(into []driver.Value) error {
	if len(r.read) > 0 {
		copy(into, r.read[0])
		r.read = r.read[1:]
		return nil
	}
	if r.ended {
		return io.EOF
	}
	if !r.result.NextRow() {
		if err := r.end(); err != nil {
			return lost(translate(r.ctx, err))
		}
		return io.EOF
	}
	return r.decode(into)
}

// Close lets go of the connection where not all rows were read: to end it is cheaper than to read them.
func (r *rows) Close() error {
	if r.ended {
		return nil
	}
	r.ended = true
	return r.conn.Close()
}
