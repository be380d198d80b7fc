package postgres

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"

	"homebound/db/internal/sqlite"
)

// A release is copied into a schema of its own that nobody reads, <prefix>_draft, table by table. It gets its name, its
// line in the catalogue and, where it is to be current, its turn in one transaction, once it has been read back and found
// to be what was sent. Whatever dies before leaves a draft that the next push throws away. A lock that ends with the
// connection keeps a second push out meanwhile.

// ErrBusy says that somebody else is pushing.
var ErrBusy = errors.New("another push is under way there")

// Pushing is what a push copies.
type Pushing struct {
	Entry Entry   // its Schema is set by Push
	File  *sql.DB // the release's file
	// Check reads the copy back and returns an error where it is not what the file holds.
	Check func(ctx context.Context, copy *Release) error
	// Current says that the release is to be the current one in the place of Before, "" where none was.
	Current bool
	Before  string
	// Shards says how the copy is distributed by Citus; nil leaves it where it is.
	Shards *Sharding
}

// Push copies a release and enters it in the catalogue. It returns ErrBusy while another push is under way, ErrTaken where
// another release has the number, and ErrMoved where the release was to be current and another one is by now: the copy is
// there then. One that is there already is let be.
func (c *Cluster) Push(ctx context.Context, p Pushing) error {
	w, err := c.write(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	got, _, err := w.one(ctx, `SELECT pg_try_advisory_lock(hashtext($1))`, c.prefix+".push")
	if err != nil {
		return err
	}
	if got != "t" {
		return ErrBusy
	}
	there, _, err := w.one(ctx, `SELECT name FROM `+c.prefix+`.releases WHERE number = $1`, strconv.Itoa(p.Entry.Number))
	if err != nil {
		return err
	}
	switch {
	case there != "" && there != p.Entry.Name:
		return fmt.Errorf("%w: %s", ErrTaken, there)
	case there == "":
		if err := c.draft(ctx, w, p); err != nil {
			return err
		}
		if err := w.enter(ctx, p, c.prefix+"_draft", c.schemaOf(p)); !errors.Is(err, ErrMoved) {
			return err
		}
		p.Current = false // the copy is good: it is kept, and whoever pushed decides
		return errors.Join(w.enter(ctx, p, c.prefix+"_draft", c.schemaOf(p)), ErrMoved)
	case p.Current:
		return c.MakeCurrent(ctx, p.Entry.Name, p.Before)
	}
	return nil
}

// schemaOf names the schema of a release: a number, and what tells it from another that had the same.
func (c *Cluster) schemaOf(p Pushing) string {
	hash := ""
	for _, r := range p.Entry.Name {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			hash += string(r)
		}
	}
	hash = hash[min(len(hash), 4):]
	schema := fmt.Sprintf("%s_r%d_%.12s", c.prefix, p.Entry.Number, hash)
	if p.Shards != nil {
		schema += sharded
	}
	return schema
}

// enter renames a draft and enters it in the catalogue, in one transaction with making it current where it is to be.
func (w *writer) enter(ctx context.Context, p Pushing, draft, schema string) (err error) {
	reader := w.prefix + "_reader"
	grants := []string{fmt.Sprintf("GRANT SELECT ON ALL TABLES IN SCHEMA %s TO %s", schema, reader)}
	if p.Shards != nil {
		if grants, err = w.grants(ctx, draft, schema, reader); err != nil {
			return err
		}
	}
	if err := w.run(ctx, append([]string{"BEGIN",
		fmt.Sprintf("ALTER SCHEMA %s RENAME TO %s", draft, schema),
		fmt.Sprintf("GRANT USAGE ON SCHEMA %s TO %s", schema, reader)}, grants...)...); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.run(context.WithoutCancel(ctx), "ROLLBACK"))
		}
	}()
	_, _, err = w.one(ctx, `INSERT INTO `+w.prefix+`.releases (name, number, schema_name, info) VALUES ($1, $2, $3, $4)`,
		p.Entry.Name, strconv.Itoa(p.Entry.Number), schema, p.Entry.Info)
	if err == nil && p.Current {
		err = w.makeCurrent(ctx, p.Entry.Name, p.Before)
	}
	if err != nil {
		return err
	}
	return w.run(ctx, "COMMIT")
}

// draft copies a release into the draft's schema and has it checked.
func (c *Cluster) draft(ctx context.Context, w *writer, p Pushing) error {
	schema := c.prefix + "_draft"
	if err := w.run(ctx, "SET client_min_messages = warning", "SET client_connection_check_interval = '1s'", "SET statement_timeout = 0",
		"SET lock_timeout = 0", "DROP SCHEMA IF EXISTS "+schema+" CASCADE", "CREATE SCHEMA "+schema, "SET search_path = "+schema); err != nil {
		return err
	}
	tables, views, err := readTables(ctx, p.File)
	if err != nil {
		return err
	}
	if p.Shards != nil {
		if err := w.copySharded(ctx, p.File, tables, views, p.Shards); err != nil {
			return err
		}
		return c.readBack(ctx, w, p, schema)
	}
	if err := w.copyAll(ctx, p.File, tables, views); err != nil {
		return err
	}
	both, running := errgroup.WithContext(ctx)
	both.Go(func() error { return c.readBack(running, w, p, schema) })
	both.Go(func() error { return w.index(running, tables) })
	return both.Wait()
}

// readBack has the draft checked, on connections of its own.
func (c *Cluster) readBack(ctx context.Context, w *writer, p Pushing, schema string) error {
	one := &Cluster{prefix: c.prefix}
	config := w.config
	pool := sql.OpenDB(connector{config})
	defer pool.Close()
	one.servers = []*server{{name: named(config), config: config, pool: pool, whole: pool}}
	if err := p.Check(ctx, one.Release(schema)); err != nil {
		return fmt.Errorf("read the copy back: %w", err)
	}
	return nil
}

// listFunction is what statements read long lists of values by, as SQLite has it: from an array in JSON.
const listFunction = `CREATE FUNCTION json_each(list text) RETURNS TABLE (value text) LANGUAGE sql IMMUTABLE PARALLEL SAFE
	AS 'SELECT pg_catalog.json_array_elements_text(list::json)'`

// copyAll makes the tables and fills them by COPY in one transaction, so that rows are frozen: no reader has to look up
// whether they are there. They have their keys then, by which they are read back while their indexes are made.
func (w *writer) copyAll(ctx context.Context, file *sql.DB, tables []table, views []string) error {
	statements := []string{"BEGIN"}
	for _, t := range tables {
		statements = append(statements, t.create()...)
	}
	if err := w.run(ctx, statements...); err != nil {
		return err
	}
	statements = nil
	rows := map[string]int64{}
	for _, t := range tables {
		var err error
		if rows[t.name], err = w.copyTable(ctx, file, t, " WITH (FREEZE)"); err != nil {
			return fmt.Errorf("copy %s: %w", t.name, err)
		}
		statements = append(statements, t.finish()...)
	}
	statements = append(append(statements, listFunction), append(views, "COMMIT")...)
	if err := w.run(ctx, statements...); err != nil {
		return fmt.Errorf("make the keys and views: %w", err)
	}
	return w.count(ctx, rows)
}

// index makes the indexes of the tables, the largest of which sort in more memory than a server gives by itself.
func (w *writer) index(ctx context.Context, tables []table) error {
	statements := []string{"SET maintenance_work_mem = '256MB'"}
	for _, t := range tables {
		statements = append(statements, t.indexes...)
	}
	if err := w.run(ctx, statements...); err != nil {
		return fmt.Errorf("make the indexes: %w", err)
	}
	return nil
}

// count compares how many rows tables have with how many were sent.
func (w *writer) count(ctx context.Context, sent map[string]int64) error {
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		found, _, err := w.one(ctx, "SELECT COUNT(*) FROM "+sqlite.Quote(name))
		if err == nil && found != strconv.FormatInt(sent[name], 10) {
			err = fmt.Errorf("expected %s to have the %d rows of the file, found %s", name, sent[name], found)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// copyTable fills a table and returns how many rows were sent.
func (w *writer) copyTable(ctx context.Context, file *sql.DB, t table, with string) (int64, error) {
	reader, written := io.Pipe()
	sent := make(chan error, 1)
	rows := int64(0)
	reading, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		var err error
		rows, err = writeRows(reading, file, t, written)
		_ = written.CloseWithError(err)
		sent <- err
	}()
	tag, err := w.pg.CopyFrom(ctx, reader, fmt.Sprintf("COPY %s FROM STDIN%s", sqlite.Quote(t.name), with))
	_ = reader.Close()
	if err != nil {
		cancel()
	}
	failed := <-sent
	if err != nil {
		return 0, explain(ctx, errors.Join(err, failed))
	}
	if tag.RowsAffected() != rows {
		return 0, fmt.Errorf("expected %d rows to be copied, found %d", rows, tag.RowsAffected())
	}
	return rows, nil
}

// writeRows writes a table's rows as COPY reads them: values parted by tabs, rows ended by new lines.
func writeRows(ctx context.Context, file *sql.DB, t table, to io.Writer) (rows int64, err error) {
	query, width := t.read()
	buffered := bufio.NewWriterSize(to, 1<<16)
	var line []byte
	err = sqlite.EachValues(ctx, file, width, func(values []any) error {
		line = line[:0]
		for i, value := range values {
			if i > 0 {
				line = append(line, '\t')
			}
			line = appendValue(line, value)
		}
		rows++
		_, err := buffered.Write(append(line, '\n'))
		return err
	}, query)
	return rows, errors.Join(err, buffered.Flush())
}

func appendValue(line []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(line, `\N`...)
	case int64:
		return strconv.AppendInt(line, v, 10)
	case float64:
		return strconv.AppendFloat(line, v, 'g', -1, 64)
	case bool:
		return strconv.AppendInt(line, map[bool]int64{true: 1}[v], 10)
	case []byte:
		return hex.AppendEncode(append(line, `\\x`...), v)
	case string:
		for i := range len(v) {
			switch c := v[i]; c {
			case '\\':
				line = append(line, `\\`...)
			case '\n':
				line = append(line, `\n`...)
			case '\r':
				line = append(line, `\r`...)
			case '\t':
				line = append(line, `\t`...)
			default:
				line = append(line, c)
			}
		}
		return line
	}
	panic(fmt.Sprintf("db: a release holds text, numbers and bytes alone, not %T", value)) // which are all that SQLite has
}
