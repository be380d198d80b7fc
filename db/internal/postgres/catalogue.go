package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"homebound/db/internal/sqlite"
)

// Entry is a release as the catalogue has it.
type Entry struct {
	Name   string // of its file, 0007-<hash>.db
	Number int
	Schema string
	Info   string // what the release says of itself, as it was handed in
}

// ErrMoved says that another release was made the current one since it was looked at.
var ErrMoved = errors.New("another release is current")

// ErrTaken says that another release has the number.
var ErrTaken = errors.New("another release has the number")

func listEntries(prefix string) string {
	return `SELECT name, number, schema_name, info FROM ` + prefix + `.releases ORDER BY number`
}

func scanEntry(rows *sql.Rows) (e Entry, err error) {
	return e, rows.Scan(&e.Name, &e.Number, &e.Schema, &e.Info)
}

// List returns the releases, in the order of their numbers, as the last look at the servers found them.
func (c *Cluster) List() []Entry { return c.newest().listed }

// Current returns the name of the current release, "" where none is named, likewise.
func (c *Cluster) Current() string { return c.newest().current }

// writer is a connection to the server that takes writes. Statements may be several, without arguments.
type writer struct {
	pg     *pgconn.PgConn
	config *pgconn.Config
	prefix string
}

// write opens a connection to the first server that takes writes.
func (c *Cluster) write(ctx context.Context) (*writer, error) {
	var failed error
	for _, s := range c.servers {
		config := s.config.Copy()
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
		pg, err := connect(ctx, config)
		if err == nil {
			return &writer{pg, config, c.prefix}, nil
		}
		failed = errors.Join(failed, fmt.Errorf("%s: %w", s.name, err))
	}
	return nil, fmt.Errorf("no server takes writes: %w", failed)
}

func (w *writer) close() {
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	_ = w.pg.Close(ctx)
}

// run runs statements; what they are of may be cut off with ctx.
func (w *writer) run(ctx context.Context, statements ...string) error {
	if _, err := w.pg.Exec(ctx, strings.Join(statements, ";\n")).ReadAll(); err != nil {
		return explain(ctx, err)
	}
	return nil
}

// one runs a statement with arguments and returns the first value of its first row, "" where there is none, and how many
// rows it touched.
func (w *writer) one(ctx context.Context, statement string, args ...string) (value string, rows int64, err error) {
	values := make([][]byte, len(args))
	for i, arg := range args {
		values[i] = []byte(arg)
	}
	result := w.pg.ExecParams(ctx, statement, values, nil, nil, nil).Read()
	if result.Err != nil {
		return "", 0, explain(ctx, result.Err)
	}
	if len(result.Rows) > 0 {
		value = string(result.Rows[0][0])
	}
	return value, result.CommandTag.RowsAffected(), nil
}

func explain(ctx context.Context, err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && (refused.Code == undefinedTable || refused.Code == undefinedSchema) {
		return fmt.Errorf("%w (%s)", ErrNoCatalogue, refused.Message)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// Reader is the role that may read what is pushed; who serves is made a member of it.
func (c *Cluster) Reader() string { return c.prefix + "_reader" }

// Init makes the catalogue and the role that reads, where they are not there yet.
func (c *Cluster) Init(ctx context.Context) error {
	w, err := c.write(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	role, p := c.Reader(), c.prefix
	return w.run(ctx,
		`BEGIN`,
		`SELECT pg_advisory_xact_lock(hashtext('`+p+`.init'))`,
		`CREATE SCHEMA IF NOT EXISTS `+p,
		`CREATE TABLE IF NOT EXISTS `+p+`.releases (
			name text COLLATE "C" PRIMARY KEY, number bigint NOT NULL UNIQUE, schema_name text COLLATE "C" NOT NULL UNIQUE,
			info text NOT NULL, pushed_at timestamptz NOT NULL DEFAULT now())`,
		// One row: which release is served, NULL for none, and how often that was changed.
		`CREATE TABLE IF NOT EXISTS `+p+`.current (
			one boolean PRIMARY KEY DEFAULT true CHECK (one), name text COLLATE "C" REFERENCES `+p+`.releases (name), moves bigint NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS `+p+`.files (name text COLLATE "C" PRIMARY KEY, content bytea NOT NULL)`,
		`INSERT INTO `+p+`.current (name, moves) VALUES (NULL, 0) ON CONFLICT DO NOTHING`,
		`DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '`+role+`') THEN CREATE ROLE `+role+` NOLOGIN; END IF; END $$`,
		`GRANT USAGE ON SCHEMA `+p+` TO `+role,
		`GRANT SELECT ON ALL TABLES IN SCHEMA `+p+` TO `+role,
		`COMMIT`)
}

// MakeCurrent names a release the current one in the place of another, "" where none was, and notifies who listens. It
// returns ErrMoved (wrapped) where another one is named by now.
func (c *Cluster) MakeCurrent(ctx context.Context, name, before string) error {
	w, err := c.write(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.run(ctx, "BEGIN"); err != nil {
		return err
	}
	if err := w.makeCurrent(ctx, name, before); err != nil {
		return err
	}
	return w.run(ctx, "COMMIT")
}

// makeCurrent is MakeCurrent within a transaction.
func (w *writer) makeCurrent(ctx context.Context, name, before string) error {
	_, touched, err := w.one(ctx, `UPDATE `+w.prefix+`.current SET name = $1, moves = moves + 1
		WHERE name IS NOT DISTINCT FROM NULLIF($2, '') COLLATE "C"`, name, before)
	if err != nil {
		return err
	}
	if touched == 0 {
		now, _, err := w.one(ctx, `SELECT name FROM `+w.prefix+`.current`)
		if err == nil {
			err = fmt.Errorf("%w: %q", ErrMoved, now)
		}
		return err
	}
	_, _, err = w.one(ctx, `SELECT pg_notify($1, $2)`, w.prefix, name)
	return err
}

// Remove removes a release. One that is not there is removed already.
func (c *Cluster) Remove(ctx context.Context, name string) error {
	w, err := c.write(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.run(ctx, "BEGIN"); err != nil {
		return err
	}
	schema, touched, err := w.one(ctx, `DELETE FROM `+c.prefix+`.releases WHERE name = $1 RETURNING schema_name`, name)
	if err != nil {
		return err
	}
	if touched == 0 {
		return w.run(ctx, "ROLLBACK")
	}
	return w.run(ctx, "DROP SCHEMA IF EXISTS "+sqlite.Quote(schema)+" CASCADE", "COMMIT")
}

// WriteFile keeps a small file beside the releases, for all who read there.
func (c *Cluster) WriteFile(ctx context.Context, name string, content []byte) error {
	w, err := c.write(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	_, _, err = w.one(ctx, `INSERT INTO `+c.prefix+`.files (name, content) VALUES ($1, decode($2, 'hex'))
		ON CONFLICT (name) DO UPDATE SET content = excluded.content`, name, fmt.Sprintf("%x", content))
	return err
}

// ReadFile reads one; it returns nil where there is none.
func (c *Cluster) ReadFile(ctx context.Context, name string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	return sqlite.Single[[]byte](ctx, &Release{cluster: c}, `SELECT content FROM `+c.prefix+`.files WHERE name = ?`, name)
}

// lookedFor is how long what the servers said is taken for what they hold.
const lookedFor = 250 * time.Millisecond

// Fresh looks at the servers where that was not done just now.
func (c *Cluster) Fresh(ctx context.Context) error {
	if now := c.newest(); now.trouble == nil && time.Since(now.lookedAt) < lookedFor {
		return nil
	}
	return c.Look(ctx)
}
