package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"homebound/db/internal/sqlite"
)

// Citus distributes the large tables of a release over the servers of a cluster. What it adds to a copy in plain
// PostgreSQL is here: a column in each large table that says where a row belongs, the calls that distribute the table
// by it, and the calls that put every other table on every server, so that joins with it need no network.

// Sharding says how a release is distributed.
type Sharding struct {
	// Keys are the large tables, each with the expression, as the file's engine reads it, that rows are distributed by.
	// Rows with the same key of all of these tables are on the same server.
	Keys map[string]string
	// Views replace parts of views, by their names, that Citus refuses: joins of two of these tables that do not name the key,
	// and outer joins, which it does not know under conditions that contradict one another.
	Views map[string]*strings.Replacer
}

// shardKey is the column that a large table is distributed by.
const shardKey = "shard_key"

// sharded ends the names of schemas whose tables are distributed, so that who reads there knows it.
const sharded = "_sharded"

// constant finds the conditions that hold for every row or for none, as the statements above write them of rows f, equal
// those that a column has one value, and large the statements that read a distributed table.
var (
	constant = regexp.MustCompile(`(^|[ (])1 = ([01])\b`)
	equal    = regexp.MustCompile(`\bf\.\w+ (= \?|IN \(\?\))`)
	large    = regexp.MustCompile(`\b(permit|repatriation)(s|_facts)\b`)
)

// perRow writes a statement so that Citus takes it: it refuses outer joins under a condition that is the same for all rows,
// and not under one that names a column which is never NULL.
func perRow(query string) string {
	if !large.MatchString(query) {
		return query
	}
	// Two that contradict one another come to the same; a test for TRUE keeps PostgreSQL from comparing them.
	if strings.Contains(query, "LEFT JOIN") {
		query = equal.ReplaceAllString(query, "(($0) IS TRUE)")
	}
	return constant.ReplaceAllStringFunc(query, func(found string) string {
		before, holds := strings.CutSuffix(found, "1 = 1")
		if holds {
			return before + "f.synthetic IS NOT NULL"
		}
		return strings.TrimSuffix(found, "1 = 0") + "f.synthetic IS NULL"
	})
}

// functions of the extension that are called. Each is called by its name alone, wherever the extension was put.
const (
	distribute = "create_distributed_table"
	reference  = "create_reference_table"
)

// ErrNoCitus says that the server cannot distribute tables.
var ErrNoCitus = errors.New("the server has no Citus")

// requireCitus returns an error where the server cannot distribute tables, and the schema of the functions that do.
func (w *writer) requireCitus(ctx context.Context) (schema string, err error) {
	schema, _, err = w.one(ctx, `SELECT quote_ident(n.nspname) FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
		WHERE f.proname IN ($1, $2) GROUP BY n.nspname HAVING COUNT(DISTINCT f.proname) = 2 ORDER BY n.nspname LIMIT 1`,
		distribute, reference)
	if err != nil || schema != "" {
		return schema, err
	}
	name, _, err := w.one(ctx, `SELECT current_database() || ' of PostgreSQL ' || current_setting('server_version') || CASE WHEN EXISTS
		(SELECT FROM pg_available_extensions WHERE name = 'citus') THEN ', where it is installed and not created' ELSE '' END`)
	if err != nil {
		return "", err
	}
	return "", fmt.Errorf("%w: --citus expects a database with the extension (CREATE EXTENSION citus), found %s", ErrNoCitus, name)
}

// distributed writes the statement that distributes an empty table, or puts it on every server.
func (s *Sharding) distributed(schema string, t table, first string) string {
	name := literal(sqlite.Quote(t.name))
	switch {
	case s.Keys[t.name] == "":
		return fmt.Sprintf("SELECT %s.%s(%s)", schema, reference, name)
	case t.name == first:
		return fmt.Sprintf("SELECT %s.%s(%s, '%s', colocate_with => 'none')", schema, distribute, name, shardKey)
	}
	return fmt.Sprintf("SELECT %s.%s(%s, '%s', colocate_with => %s)", schema, distribute, name, shardKey, literal(sqlite.Quote(first)))
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// shard adds the key's column to the large tables: the first of their columns, and the last of their primary key.
func (s *Sharding) shard(tables []table) error {
	found := 0
	for i := range tables {
		t := &tables[i]
		if s.Keys[t.name] == "" {
			continue
		}
		found++
		t.shardBy = s.Keys[t.name]
		t.keys = append(t.keys[:len(t.keys):len(t.keys)], shardKey)
	}
	if found != len(s.Keys) {
		return fmt.Errorf("expected the tables %v to distribute, found %d of them", slices.Sorted(maps.Keys(s.Keys)), found)
	}
	return nil
}

// views writes the views of a release so that Citus takes them.
func (s *Sharding) views(views []string) []string {
	list := make([]string, len(views))
	for i, view := range views {
		list[i] = view
		for name, replacer := range s.Views {
			if strings.HasPrefix(view, "CREATE VIEW "+name+" ") {
				list[i] = replacer.Replace(view)
			}
		}
	}
	return list
}

// grants writes the statements that let a role read every table and view of a draft, once it has its name. Citus hands
// those on to the other servers that name a table, and not those that name a schema.
func (w *writer) grants(ctx context.Context, draft, schema, role string) (statements []string, err error) {
	names, _, err := w.one(ctx, `SELECT string_agg(quote_ident(relname), ',' ORDER BY relname) FROM pg_class
		WHERE relnamespace = to_regnamespace($1) AND relkind IN ('r', 'v', 'p')`, draft)
	for name := range strings.SplitSeq(names, ",") {
		statements = append(statements, fmt.Sprintf("GRANT SELECT ON %s.%s TO %s", schema, name, role))
	}
	return statements, err
}

// copySharded makes, distributes and fills the tables, and makes their indexes. Each step is a transaction by itself: what a
// cluster does on many servers at once it refuses to do in one with other such steps. Nobody reads a draft meanwhile.
func (w *writer) copySharded(ctx context.Context, file *sql.DB, tables []table, views []string, s *Sharding) error {
	extension, err := w.requireCitus(ctx)
	if err != nil {
		return err
	}
	if err := s.shard(tables); err != nil {
		return err
	}
	sent, first := map[string]int64{}, slices.Sorted(maps.Keys(s.Keys))[0]
	for _, t := range tables {
		if err := t.requireKey(ctx, file); err != nil {
			return err
		}
		if err := w.run(ctx, t.create()...); err != nil {
			return fmt.Errorf("make %s: %w", t.name, err)
		}
		if err := w.run(ctx, s.distributed(extension, t, first)); err != nil {
			return fmt.Errorf("distribute %s: %w", t.name, err)
		}
		if sent[t.name], err = w.copyTable(ctx, file, t, ""); err != nil {
			return fmt.Errorf("copy %s: %w", t.name, err)
		}
		for _, statement := range append(t.finish(), t.indexes...) {
			if err := w.run(ctx, statement); err != nil {
				return fmt.Errorf("make the indexes of %s: %w", t.name, err)
			}
		}
	}
	for _, statement := range append([]string{listFunction}, s.views(views)...) {
		if err := w.run(ctx, statement); err != nil {
			return fmt.Errorf("make the views: %w", err)
		}
	}
	return w.count(ctx, sent)
}

// requireKey returns an error where a row of a large table belongs nowhere.
func (t table) requireKey(ctx context.Context, file *sql.DB) error {
	if t.shardBy == "" {
		return nil
	}
	without, err := sqlite.Single[int64](ctx, file, fmt.Sprintf(`SELECT COUNT(*) FROM %s WHERE (%s) IS NULL`, sqlite.Quote(t.name), t.shardBy))
	if err == nil && without > 0 {
		err = fmt.Errorf("expected every row of %s to have a %s, %s, found %d without", t.name, shardKey, t.shardBy, without)
	}
	return err
}
