package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// contentTables are the tables of the data package, in the order in which they are imported and hashed: a table refers
// only to itself and to those before it.
var contentTables = []string{
	"sources", "countries", "industries", "regions", "region_parents", "indicators",
	"observations", "sanctions", "claims", "obligations", "member_state_reports", "parameters", "coverage",
	"employers", "permits", "repatriations",
}

// table is what the schema itself says of a content table, so that staging, merging and hashing follow a migration
// without being told.
type table struct {
	name       string
	columns    []column
	references []reference
}

type column struct {
	name string
	kind string // TEXT, INTEGER or REAL
	key  bool
}

type reference struct{ column, table, key string }

// describe reads a content table's columns and references from the schema.
func describe(ctx context.Context, q querier, name string) (table, error) {
	t := table{name: name}
	columns, err := collect(ctx, q, func(rows *sql.Rows) (c column, err error) {
		return c, rows.Scan(&c.name, &c.kind, &c.key)
	}, `SELECT name, type, pk > 0 FROM pragma_table_info(?) ORDER BY cid`, name)
	if err != nil {
		return t, fmt.Errorf("describe %s: %w", name, err)
	}
	if len(columns) == 0 {
		return t, fmt.Errorf("describe %s: no such table", name)
	}
	t.columns = columns
	t.references, err = collect(ctx, q, func(rows *sql.Rows) (r reference, err error) {
		return r, rows.Scan(&r.column, &r.table, &r.key)
	}, `SELECT "from", "table", "to" FROM pragma_foreign_key_list(?) ORDER BY "from"`, name)
	if err != nil {
		return t, fmt.Errorf("describe %s: %w", name, err)
	}
	return t, nil
}

// index gives the position of a column, or -1.
func (t table) index(name string) int {
	return slices.IndexFunc(t.columns, func(c column) bool { return c.name == name })
}

// names lists the columns that keep says yes to, quoted and after a prefix.
func (t table) names(prefix string, keep func(column) bool) []string {
	var names []string
	for _, c := range t.columns {
		if keep(c) {
			names = append(names, prefix+quote(c.name))
		}
	}
	return names
}

func isKey(c column) bool      { return c.key }
func anyColumn(column) bool    { return true }
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// querier is a pool, a connection or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// begin begins a query, under the ledger that the context may bring. ended takes its outcome, once no more rows are read.
func begin(ctx context.Context, q querier, query string, args ...any) (rows *sql.Rows, ended func(error), err error) {
	ended = func(error) {}
	if ledger, kept := ctx.Value(ledgerKey{}).(*Ledger); kept {
		if ended, err = ledger.begin(ctx, query); err != nil {
			return nil, nil, err
		}
	}
	if rows, err = q.QueryContext(ctx, query, args...); err != nil {
		err = translate(ctx, err)
		ended(err)
		return nil, nil, err
	}
	return rows, ended, nil
}

// each runs a query and hands every row to scan; it closes what it opened.
func each(ctx context.Context, q querier, scan func(*sql.Rows) error, query string, args ...any) (err error) {
	rows, ended, err := begin(ctx, q, query, args...)
	if err != nil {
		return err
	}
	defer func() { ended(err) }()
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return translate(ctx, err)
		}
	}
	return translate(ctx, rows.Err())
}

// eachValues is each for rows of so many values as the database has them. They are good until yield returns.
func eachValues(ctx context.Context, q querier, width int, yield func(values []any) error, query string, args ...any) error {
	values, into := make([]any, width), make([]any, width)
	for i := range values {
		into[i] = &values[i]
	}
	return each(ctx, q, func(rows *sql.Rows) error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		return yield(values)
	}, query, args...)
}

// collect runs a query and gives what scan makes of its rows, in order.
func collect[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	var all []T
	err := each(ctx, q, func(rows *sql.Rows) error {
		one, err := scan(rows)
		all = append(all, one)
		return err
	}, query, args...)
	return all, err
}

// single runs a query for one value; it gives the zero value where no row comes.
func single[T any](ctx context.Context, q querier, query string, args ...any) (T, error) {
	var value T
	err := each(ctx, q, func(rows *sql.Rows) error { return rows.Scan(&value) }, query, args...)
	return value, err
}

// run executes a statement and gives the number of rows it touched.
func run(ctx context.Context, q querier, statement string, args ...any) (int64, error) {
	result, err := q.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, translate(ctx, err)
	}
	return result.RowsAffected()
}
