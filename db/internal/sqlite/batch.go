package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// batchRows is how many rows go over to SQLite in one call; each call costs more than a row.
const batchRows = 64

// Batch writes rows into a table, many in one call.
type Batch struct {
	many, one *sql.Stmt // write batchRows rows, and one
	changes   *sql.Stmt // counts what the last one wrote; nil where nobody asks
	Width     int
	Values    []any // of the rows that wait to be written
	Written   int64 // rows so far, where they are counted
}

// NewCountedBatch prepares a batch that counts the rows it writes, for an insert that may leave some out.
func NewCountedBatch(ctx context.Context, q Querier, insert string, width int) (*Batch, error) {
	b, err := NewBatch(ctx, q, insert, width)
	if err != nil {
		return nil, err
	}
	if b.changes, err = q.PrepareContext(ctx, "SELECT changes()"); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// NewBatch prepares a statement such as INSERT INTO main.permits, for rows of so many values. Close ends it.
func NewBatch(ctx context.Context, q Querier, insert string, width int) (*Batch, error) {
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
	return &Batch{many: many, one: one, Width: width}, nil
}

// Add takes a row up, and tells whether it is time to write.
func (b *Batch) Add(values ...any) (full bool) {
	b.Values = append(b.Values, values...)
	return len(b.Values) == batchRows*b.Width
}

// Put adds a row, and writes those that wait once they are many.
func (b *Batch) Put(ctx context.Context, values ...any) error {
	if b.Add(values...) {
		return b.Flush(ctx)
	}
	return nil
}

// Flush writes the rows that wait.
func (b *Batch) Flush(ctx context.Context) error {
	defer func() { b.Values = b.Values[:0] }()
	if len(b.Values) == batchRows*b.Width {
		return b.write(ctx, b.many, b.Values)
	}
	for i := 0; i < len(b.Values); i += b.Width {
		if err := b.write(ctx, b.one, b.Values[i:i+b.Width]); err != nil {
			return err
		}
	}
	return nil
}

// Close lets go of the statements.
func (b *Batch) Close() {
	b.many.Close()
	b.one.Close()
	if b.changes != nil {
		b.changes.Close()
	}
}

func (b *Batch) write(ctx context.Context, insert *sql.Stmt, values []any) error {
	if err := write(ctx, insert, values); err != nil || b.changes == nil {
		return err
	}
	var n int64
	if err := b.changes.QueryRowContext(ctx).Scan(&n); err != nil {
		return Translate(ctx, err)
	}
	b.Written += n
	return nil
}

// write runs an insert as a query without rows: so the driver hands all values over in one call, and not each in
// its own.
func write(ctx context.Context, insert *sql.Stmt, values []any) error {
	rows, err := insert.QueryContext(ctx, values...)
	if err != nil {
		return Translate(ctx, err)
	}
	defer rows.Close()
	if rows.Next() {
		return fmt.Errorf("an insert gave a row")
	}
	return Translate(ctx, rows.Err())
}
