package db

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// stretch is a part of a table, in the order of joined keys. What is empty bounds nothing.
type stretch struct {
	after    string   // the key before the first
	from, to string   // the first and the last key
	keys     []string // the only ones
}

// stream hands out a table's rows in the order of their keys, one at a time. Its cells are good until next is called.
type stream struct {
	key   sql.RawBytes
	cells []cell
	more  bool // whether there is a row

	into  []any
	rows  *sql.Rows
	ended func(error)
	ctx   context.Context
}

// cell is a value, or several that are joined. Real numbers are held as such: engines do not agree on how to write
// them.
type cell struct {
	real   bool
	number sql.NullFloat64
	text   sql.RawBytes
}

// mark is the column that says whether a row is synthetic, as 0 or 1.
const mark = "synthetic"

// shown returns the value of a column as a package writes it, nil for one that is absent.
func (c *cell) shown(of sqlite.Column) *string {
	switch {
	case c.real && !c.number.Valid || !c.real && len(c.text) == 0:
		return nil
	case of.Name == mark:
		return new(strconv.FormatBool(string(c.text) == "1"))
	case c.real:
		text, err := json.Marshal(c.number.Float64)
		if err != nil {
			panic("db: a release holds finite numbers alone") // which always have a JSON form
		}
		return new(string(text))
	}
	return new(string(c.text))
}

func (c *cell) equal(other *cell) bool {
	if c.real {
		return c.number == other.number
	}
	return bytes.Equal(c.text, other.text)
}

// rows says how the rows of a table are read in two releases.
type rows struct {
	sqlite.Table
	older, newer string // where they come from
	expressions  []string
	reals        []bool // which of the expressions are real numbers
}

// rowsOf describes a table of two releases by the columns of the newer. What one of them lacks, being of an earlier
// schema, is absent from each of its rows; a table that it lacks has none.
func rowsOf(ctx context.Context, before, after *Release, name string) (rows, error) {
	described := after
	if after.schema[name] == nil {
		described = before
	}
	t, err := sqlite.Describe(ctx, described.file, name)
	if errors.Is(err, sqlite.ErrNoTable) {
		return rows{Table: t}, nil
	}
	return rows{Table: t, older: before.schema.From(t), newer: after.schema.From(t)}, err
}

// roughly reads what tells whether two rows are the same, in as few values as it can.
func (t rows) roughly() rows {
	rest := sqlite.Table{Columns: slices.DeleteFunc(slices.Clone(t.Columns), sqlite.IsKey)}
	t.expressions, t.reals = build.Segments(rest)
	return t
}

// exactly reads every column by itself.
func (t rows) exactly() rows {
	t.expressions = t.Names("", sqlite.AnyColumn)
	for _, c := range t.Columns {
		t.reals = append(t.reals, c.Kind == "REAL")
	}
	return t
}

// open begins to read a stretch of the table.
func (t rows) open(ctx context.Context, r *Release, from string, s stretch) (*stream, error) {
	keys := t.Names("", sqlite.IsKey)
	sb := sqlite.Flavour.NewSelectBuilder()
	sb.Select(sqlite.Joined(keys, sqlite.FieldEnd)).SelectMore(t.expressions...).From(from)
	if t.Name == "repatriations" {
		sb.Where(sb.NotEqual("outcome", labour.Protected)) // which are never shown one by one: see listed
	}
	for _, bound := range []struct{ operator, key string }{{">", s.after}, {">=", s.from}, {"<=", s.to}} {
		if bound.key != "" {
			sb.Where(fmt.Sprintf("(%s) %s %s", strings.Join(keys, ", "), bound.operator, values(sb, bound.key)))
		}
	}
	if s.keys != nil {
		listed := make([]string, len(s.keys))
		for i, key := range s.keys {
			listed[i] = values(sb, key)
		}
		sb.Where(fmt.Sprintf("(%s) IN (VALUES %s)", strings.Join(keys, ", "), strings.Join(listed, ", ")))
	}
	statement, args := sb.OrderBy(keys...).Build()
	read, ended, err := sqlite.Begin(ctx, r.file, statement, args...)
	if err != nil {
		return nil, err
	}
	opened := &stream{cells: make([]cell, len(t.expressions)), rows: read, ended: ended, ctx: ctx}
	opened.into = append(opened.into, &opened.key)
	for i := range opened.cells {
		if c := &opened.cells[i]; t.reals[i] {
			c.real = true
			opened.into = append(opened.into, &c.number)
		} else {
			opened.into = append(opened.into, &c.text)
		}
	}
	if err := opened.next(); err != nil {
		opened.close(err)
		return nil, err
	}
	return opened, nil
}

// values returns the values of a joined key in brackets.
func values(sb *sqlbuilder.SelectBuilder, key string) string {
	var marks []string
	for part := range strings.SplitSeq(key, sqlite.FieldEnd) {
		marks = append(marks, sb.Var(part))
	}
	return "(" + strings.Join(marks, ", ") + ")"
}

// next goes to the next row.
func (s *stream) next() error {
	if s.more = s.rows.Next(); s.more {
		return sqlite.Translate(s.ctx, s.rows.Scan(s.into...))
	}
	return sqlite.Translate(s.ctx, s.rows.Err())
}

// close ends the query, with what became of it.
func (s *stream) close(err error) {
	_ = s.rows.Close() // whose error next has given
	s.ended(err)
}

func (s *stream) equal(other *stream) bool {
	return slices.EqualFunc(s.cells, other.cells, func(a, b cell) bool { return a.equal(&b) })
}

// walk goes through a stretch of the table in both releases in step, and hands out every key that either holds:
// what became of its row, "" where it is the same in both. The streams are at that row where they have it. It ends
// where yield says no.
func (t rows) walk(ctx context.Context, before, after *Release, s stretch,
	yield func(kind labour.ChangeKind, key []byte, older, newer *stream) bool) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("compare %s: %w", t.Name, err)
		}
	}()
	older, err := t.open(ctx, before, t.older, s)
	if err != nil {
		return err
	}
	defer func() { older.close(err) }()
	newer, err := t.open(ctx, after, t.newer, s)
	if err != nil {
		return err
	}
	defer func() { newer.close(err) }()
	for older.more || newer.more {
		order := bytes.Compare(older.key, newer.key)
		if !older.more {
			order = 1
		} else if !newer.more {
			order = -1
		}
		kind, key := labour.ChangeKind(""), older.key
		switch {
		case order < 0:
			kind = labour.Removed
		case order > 0:
			kind, key = labour.Added, newer.key
		case !older.equal(newer):
			kind = labour.Changed
		}
		if !yield(kind, key, older, newer) {
			return nil
		}
		if order <= 0 {
			if err := older.next(); err != nil {
				return err
			}
		}
		if order >= 0 {
			if err := newer.next(); err != nil {
				return err
			}
		}
	}
	return nil
}
