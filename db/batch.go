package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// batchRows is how many rows go over to SQLite in one call; each call costs more than a row.
const batchRows = 64

// batch writes rows into a table, many in one call.
type batch struct {
	many, one *sql.Stmt // write batchRows rows, and one
	width     int
	values    []any // of the rows that wait to be written
}

// newBatch prepares a statement such as INSERT INTO main.permits, for rows of so many values. Close ends it.
func newBatch(ctx context.Context, q querier, insert string, width int) (*batch, error) {
	row := "(" + strings.Repeat("?, ", width-1) + "?)"
	many, err := q.PrepareContext(ctx, insert+" VALUES "+strings.Repeat(row+", ", batchRows-1)+row)
	if err != nil {
		return nil, err
	}
	one, err := q.PrepareContext(ctx, insert+" VALUES "+row)
	if err != nil {
		many.Close()
		return nil, err
	}
	return &batch{many: many, one: one, width: width}, nil
}

// add takes a row up, and tells whether it is time to write.
func (b *batch) add(values ...any) (full bool) {
	b.values = append(b.values, values...)
	return len(b.values) == batchRows*b.width
}

// put adds a row, and writes those that wait once they are many.
func (b *batch) put(ctx context.Context, values ...any) error {
	if b.add(values...) {
		return b.flush(ctx)
	}
	return nil
}

// flush writes the rows that wait.
func (b *batch) flush(ctx context.Context) error {
	defer func() { b.values = b.values[:0] }()
	if len(b.values) == batchRows*b.width {
		return write(ctx, b.many, b.values)
	}
	for i := 0; i < len(b.values); i += b.width {
		if err := write(ctx, b.one, b.values[i:i+b.width]); err != nil {
			return err
		}
	}
	return nil
}

// Close lets go of the statements.
func (b *batch) Close() {
	b.many.Close()
	b.one.Close()
}

// write runs an insert as a query without rows: so the driver hands all values over in one call, and not each in its own.
func write(ctx context.Context, insert *sql.Stmt, values []any) error {
	rows, err := insert.QueryContext(ctx, values...)
	if err != nil {
		return translate(ctx, err)
	}
	defer rows.Close()
	if rows.Next() {
		return fmt.Errorf("an insert gave a row")
	}
	return translate(ctx, rows.Err())
}
