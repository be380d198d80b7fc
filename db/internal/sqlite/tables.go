package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ContentTables are the tables of the data package, in the order in which they are imported and hashed: a table refers
// only to itself and to those before it.
var ContentTables = []string{
	"sources", "countries", "industries", "regions", "region_parents", "boundaries", "indicators",
	"observations", "sanctions", "claims", "obligations", "member_state_reports", "parameters", "coverage", "outcomes",
	"employers", "permits", "repatriations",
}

// Table is what the schema itself says of a content table, so that staging, merging and hashing follow a migration
// without being told.
type Table struct {
	Name       string
	Columns    []Column
	References []Reference
}

// Column is one column of a table; what is absent is ” where it is never NULL.
type Column struct {
	Name string
	Kind string // TEXT, INTEGER or REAL
	Key  bool

	NeverNull bool // in a key, or where lists are sorted by it
}

// Reference says that a column names a row of another table by its key.
type Reference struct{ Column, Table, Key string }

// ErrNoTable says that a file, of an earlier schema, does not have a table.
var ErrNoTable = errors.New("no such table")

// Describe reads a content table's columns and references from the schema. It returns ErrNoTable (wrapped) where the
// file has none of that name.
func Describe(ctx context.Context, q Querier, name string) (Table, error) {
	if other, is := q.(Foreign); is {
		return other.Describe(ctx, name)
	}
	t := Table{Name: name}
	columns, err := Collect(ctx, q, func(rows *sql.Rows) (c Column, err error) {
		return c, rows.Scan(&c.Name, &c.Kind, &c.Key, &c.NeverNull)
	}, `SELECT name, type, pk > 0, pk > 0 OR "notnull" FROM pragma_table_info(?) ORDER BY cid`, name)
	if err != nil {
		return t, fmt.Errorf("describe %s: %w", name, err)
	}
	if len(columns) == 0 {
		return t, fmt.Errorf("describe %s: %w", name, ErrNoTable)
	}
	t.Columns = columns
	t.References, err = Collect(ctx, q, func(rows *sql.Rows) (r Reference, err error) {
		return r, rows.Scan(&r.Column, &r.Table, &r.Key)
	}, `SELECT "from", "table", "to" FROM pragma_foreign_key_list(?) ORDER BY "from"`, name)
	if err != nil {
		return t, fmt.Errorf("describe %s: %w", name, err)
	}
	return t, nil
}

// Index returns the position of a column, or -1.
func (t Table) Index(name string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
}

// Names lists the columns that keep says yes to, quoted and after a prefix.
func (t Table) Names(prefix string, keep func(Column) bool) []string {
	var names []string
	for _, c := range t.Columns {
		if keep(c) {
			names = append(names, prefix+Quote(c.Name))
		}
	}
	return names
}

// IsKey keeps the columns of the key: see Table.Names.
func IsKey(c Column) bool { return c.Key }

// AnyColumn keeps every column: see Table.Names.
func AnyColumn(Column) bool { return true }

// Quote returns a name as SQL has it.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Querier is a pool, a connection or a transaction.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// Foreign is a release in another engine. The statements that read a release are written so that every engine understands
// them and answers alike: what no statement can ask alike, the engine is asked for. Its queries are measured by the time
// that they take, since their work is done elsewhere.
type Foreign interface {
	Querier
	ReadSchema(ctx context.Context) (Schema, error)
	Describe(ctx context.Context, name string) (Table, error)
}

// Begin begins a query, under the ledger that the context may bring. ended takes its outcome, once no more rows are
// read.
func Begin(ctx context.Context, q Querier, query string, args ...any) (rows *sql.Rows, ended func(error), err error) {
	ended = func(error) {}
	if ledger, kept := ctx.Value(ledgerKey{}).(*Ledger); kept {
		if ended, err = ledger.begin(ctx, query); err != nil {
			return nil, nil, err
		}
	}
	if rows, err = q.QueryContext(ctx, query, args...); err != nil {
		err = Translate(ctx, err)
		ended(err)
		return nil, nil, err
	}
	return rows, ended, nil
}

// Each runs a query and hands every row to scan; it closes what it opened. scan may run no query of its own under the
// same ledger: where that bounds how many run at a time, it would wait for itself.
func Each(ctx context.Context, q Querier, scan func(*sql.Rows) error, query string, args ...any) (err error) {
	if ledger, kept := ctx.Value(ledgerKey{}).(*Ledger); kept {
		done, err := ledger.meter(ctx, clockOf(q))
		if err != nil {
			return err
		}
		defer done()
	}
	rows, ended, err := Begin(ctx, q, query, args...)
	if err != nil {
		return err
	}
	defer func() { ended(err) }()
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return Translate(ctx, err)
		}
	}
	return Translate(ctx, rows.Err())
}

// EachValues is each for rows of so many values as the database has them. They are good until yield returns.
func EachValues(ctx context.Context, q Querier, width int, yield func(values []any) error, query string,
	args ...any) error {
	values, into := make([]any, width), make([]any, width)
	for i := range values {
		into[i] = &values[i]
	}
	return Each(ctx, q, func(rows *sql.Rows) error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		return yield(values)
	}, query, args...)
}

// Collect runs a query and gives what scan makes of its rows, in order.
func Collect[T any](ctx context.Context, q Querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T,
	error) {
	var all []T
	err := Each(ctx, q, func(rows *sql.Rows) error {
		one, err := scan(rows)
		all = append(all, one)
		return err
	}, query, args...)
	return all, err
}

// Single runs a query for one value; it gives the zero value where no row comes.
func Single[T any](ctx context.Context, q Querier, query string, args ...any) (T, error) {
	var value T
	err := Each(ctx, q, func(rows *sql.Rows) error { return rows.Scan(&value) }, query, args...)
	return value, err
}

// Run executes a statement and gives the number of rows it touched.
func Run(ctx context.Context, q Querier, statement string, args ...any) (int64, error) {
	result, err := q.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, Translate(ctx, err)
	}
	return result.RowsAffected()
}

// FieldEnd parts values that are joined: the dimensions of a cell, or the columns of a key. It sorts before
// whatever they may hold, which has no control characters, so that joined values stand in the same order as the
// values do.
const FieldEnd = "\x1f"

// Joined returns the SQL that writes some columns as one text with something between them, and nothing for what is
// absent. One call of format takes SQLite a third of the time of as many ||.
func Joined(columns []string, between string) string {
	return "format('" + strings.Repeat(between+"%s", len(columns))[len(between):] + "', " + strings.Join(columns,
		", ") + ")"
}

// Compare returns one condition for each pair of expressions, all with the same operator.
func Compare(left, right []string, operator string) []string {
	conditions := make([]string, len(left))
	for i := range left {
		conditions[i] = left[i] + " " + operator + " " + right[i]
	}
	return conditions
}
