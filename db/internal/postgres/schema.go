package postgres

import (
	"context"
	"database/sql"
	"fmt"

	"homebound/db/internal/sqlite"
)

// kinds are the types of columns in PostgreSQL, by SQLite's.
var kinds = map[string]string{"TEXT": `text COLLATE "C"`, "INTEGER": "bigint", "REAL": "double precision", "BLOB": "bytea"}

// derived is the comment on columns that are not columns of the file's table, or that the file computes from others.
const derived = "derived"

// kindOf is the type in SQLite of a column, by PostgreSQL's own.
const kindOf = `CASE a.atttypid WHEN 20 THEN 'INTEGER' WHEN 701 THEN 'REAL' WHEN 17 THEN 'BLOB' ELSE 'TEXT' END`

// ReadSchema reads which columns each table and view has.
func (r *Release) ReadSchema(ctx context.Context) (sqlite.Schema, error) {
	return sqlite.CollectSchema(ctx, r, `SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped`)
}

// Describe reads the columns of a table, as the file has them.
func (r *Release) Describe(ctx context.Context, name string) (sqlite.Table, error) {
	t := sqlite.Table{Name: name}
	var err error
	t.Columns, err = sqlite.Collect(ctx, r, func(rows *sql.Rows) (c sqlite.Column, err error) {
		return c, rows.Scan(&c.Name, &c.Kind, &c.Key, &c.NeverNull)
	}, `SELECT a.attname, `+kindOf+`, COALESCE(a.attnum = ANY (i.indkey), false), a.attnotnull
		FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
		WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped
			AND col_description(a.attrelid, a.attnum) IS DISTINCT FROM '`+derived+`' ORDER BY a.attnum`, sqlite.Quote(name))
	if err != nil {
		return t, fmt.Errorf("describe %s: %w", name, err)
	}
	if len(t.Columns) == 0 {
		return t, fmt.Errorf("describe %s: %w", name, sqlite.ErrNoTable)
	}
	return t, nil
}
