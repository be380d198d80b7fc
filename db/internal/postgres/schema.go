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

// kindOf is the type in SQLite of a column, as PostgreSQL names its own.
const kindOf = `CASE c.data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'double precision' THEN 'REAL' WHEN 'bytea' THEN 'BLOB' ELSE 'TEXT' END`

// ReadSchema reads which columns each table and view has.
func (r *Release) ReadSchema(ctx context.Context) (sqlite.Schema, error) {
	s := sqlite.Schema{}
	err := sqlite.Each(ctx, r, func(rows *sql.Rows) error {
		var table, column string
		err := rows.Scan(&table, &column)
		if s[table] == nil {
			s[table] = map[string]bool{}
		}
		s[table][column] = true
		return err
	}, `SELECT c.table_name, c.column_name FROM information_schema.columns c WHERE c.table_schema = current_schema()`)
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	return s, nil
}

// Describe reads the columns of a table, as the file has them.
func (r *Release) Describe(ctx context.Context, name string) (sqlite.Table, error) {
	t := sqlite.Table{Name: name}
	var err error
	t.Columns, err = sqlite.Collect(ctx, r, func(rows *sql.Rows) (c sqlite.Column, err error) {
		return c, rows.Scan(&c.Name, &c.Kind, &c.Key, &c.NeverNull)
	}, `SELECT c.column_name, `+kindOf+`, k.column_name IS NOT NULL, c.is_nullable = 'NO'
		FROM information_schema.columns c LEFT JOIN (
			SELECT a.attname AS column_name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
			WHERE i.indisprimary AND i.indrelid = to_regclass(?)) k ON k.column_name = c.column_name
		WHERE c.table_schema = current_schema() AND c.table_name = ? AND col_description(to_regclass(?), c.ordinal_position) IS DISTINCT FROM '`+derived+`'
		ORDER BY c.ordinal_position`,
		sqlite.Quote(name), name, sqlite.Quote(name))
	if err != nil {
		return t, fmt.Errorf("describe %s: %w", name, err)
	}
	if len(t.Columns) == 0 {
		return t, fmt.Errorf("describe %s: %w", name, sqlite.ErrNoTable)
	}
	return t, nil
}
