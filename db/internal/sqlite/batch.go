package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
)

// batchRows is how many rows go over to SQLite in one call; each call costs more than a row.
const batchRows = 64

// Batch writes rows into a table, many in one call. Values go to SQLite's driver without database/sql between, which
// looks at each of them and takes as long as the driver.
type Batch struct {
	conn      *sql.Conn
	many, one driver.StmtQueryContext // write batchRows rows, and one
	changes   *sql.Stmt               // counts what the last one wrote; nil where nobody asks
	Width     int
	Values    []any               // of the rows that wait to be written
	args      []driver.NamedValue // the values on their way
	Written   int64               // rows so far, where they are counted
}

// NewCountedBatch prepares a batch that counts the rows it writes, for an insert that may leave some out.
func NewCountedBatch(ctx context.Context, conn *sql.Conn, insert string, width int) (*Batch, error) {
	b, err := NewBatch(ctx, conn, insert, width)
	if err != nil {
		return nil, err
	}
	if b.changes, err = conn.PrepareContext(ctx, "SELECT changes()"); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// NewBatch prepares a statement such as INSERT INTO main.permits, for rows of so many values. Close ends it.
func NewBatch(ctx context.Context, conn *sql.Conn, insert string, width int) (*Batch, error) {
	b := &Batch{conn: conn, Width: width, args: make([]driver.NamedValue, batchRows*width)}
	for i := range b.args {
		b.args[i].Ordinal = i + 1
	}
	row := "(" + strings.Repeat("?, ", width-1) + "?)"
	err := conn.Raw(func(of any) (err error) {
		if b.many, err = prepare(ctx, of, insert+" VALUES "+strings.Repeat(row+", ", batchRows-1)+row); err != nil {
			return err
		}
		b.one, err = prepare(ctx, of, insert+" VALUES "+row)
		return err
	})
	if err != nil {
		b.Close()
		return nil, Translate(ctx, err)
	}
	return b, nil
}

func prepare(ctx context.Context, conn any, query string) (driver.StmtQueryContext, error) {
	statement, err := conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return statement.(driver.StmtQueryContext), nil
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
	_ = b.conn.Raw(func(any) error { // the rows have been answered for
		for _, statement := range []driver.StmtQueryContext{b.many, b.one} {
			if statement != nil {
				_ = statement.(driver.Stmt).Close()
			}
		}
		return nil
	})
	if b.changes != nil {
		b.changes.Close()
	}
}

func (b *Batch) write(ctx context.Context, insert driver.StmtQueryContext, values []any) error {
	for i, v := range values {
		var err error
		if b.args[i].Value, err = driver.DefaultParameterConverter.ConvertValue(v); err != nil {
			return err
		}
	}
	err := b.conn.Raw(func(any) error { return run(ctx, insert, b.args[:len(values)]) })
	if err != nil || b.changes == nil {
		return Translate(ctx, err)
	}
	var n int64
	if err := b.changes.QueryRowContext(ctx).Scan(&n); err != nil {
		return Translate(ctx, err)
	}
	b.Written += n
	return nil
}

// run runs an insert as a query without rows: so the driver hands all values over in one call, and not each in
// its own.
func run(ctx context.Context, insert driver.StmtQueryContext, values []driver.NamedValue) error {
	rows, err := insert.QueryContext(ctx, values)
	if err != nil {
		return err
	}
	return rows.Close()
}
