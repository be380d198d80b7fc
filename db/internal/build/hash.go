package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"homebound/db/internal/sqlite"
	"homebound/internal/prefetch"
)

// ContentHash is sha256, in hex, over the canonical content of a release: for the settings and every content table
// (boundaries only where there are any), the line `# table column,column,...`, then each row in the order of its key. A
// row is its values joined by U+001F and ended by U+001E; a value that is absent is empty, whole numbers are decimal,
// others the shortest decimal that reads back the same. Only text and numbers enter it, so every engine and every build gives the same hash for the
// same content.
func ContentHash(ctx context.Context, q sqlite.Querier) (string, error) {
	return contentHash(ctx, q, nil)
}

// watcher sees the rows of a table while they are hashed, since reading a row costs more than hashing it.
type watcher struct {
	extra []string // expressions that are read beside the columns
	begin func(sqlite.Table)
	// see takes a row as it is hashed: its values with FieldEnd between them. Both are good until it returns.
	see func(ctx context.Context, row []byte, extra []sql.RawBytes) error
}

func contentHash(ctx context.Context, q sqlite.Querier, watchers map[string]watcher) (string, error) {
	sum := sha256.New()
	for _, name := range append([]string{"settings"}, sqlite.ContentTables...) {
		t, err := sqlite.Describe(ctx, q, name)
		if errors.Is(err, sqlite.ErrNoTable) {
			continue // a release of an earlier schema; that no table was lost is for DerivedHash to see
		}
		if err != nil {
			return "", err
		}
		if slices.Contains(laterTables, name) {
			some, err := sqlite.Single[bool](ctx, q, `SELECT EXISTS (SELECT 1 FROM `+sqlite.Quote(name)+`)`)
			if err != nil {
				return "", fmt.Errorf("hash %s: %w", name, err)
			}
			if !some {
				continue
			}
		}
		if err := hashTable(ctx, q, t, false, sum, watchers[name]); err != nil {
			return "", fmt.Errorf("hash %s: %w", name, err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// laterTables are hashed only where they have rows, so that content without any has the hash that it had before there was
// such a table.
var laterTables = []string{"boundaries"}

// typedHash stands before a derived hash that covers the types of values too. One without is of an earlier release.
const typedHash = "types:"

// DerivedHash is sha256, in hex, over the schema and every other table of a release's file, written alike: what the
// release says of itself, the rollups, what was asserted and counted at import. It finds what the content hash does
// not: damage to what is derived.
//
// It covers the type of each value where a table takes any. Of a STRICT one, as those of the content are, SQLite's own
// integrity check tells a value of another type than its column's.
func DerivedHash(ctx context.Context, q sqlite.Querier) (string, error) {
	hash, err := derivedHash(ctx, q, true)
	return typedHash + hash, err
}

// DerivedHashLike is DerivedHash, computed as the one that is to be compared with it was.
func DerivedHashLike(ctx context.Context, q sqlite.Querier, other string) (string, error) {
	if strings.HasPrefix(other, typedHash) {
		return DerivedHash(ctx, q)
	}
	return derivedHash(ctx, q, false)
}

func derivedHash(ctx context.Context, q sqlite.Querier, typed bool) (string, error) {
	names, err := sqlite.Collect(ctx, q, func(rows *sql.Rows) (name string, err error) {
		return name, rows.Scan(&name)
	},
		`SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name`)
	if err != nil {
		return "", fmt.Errorf("list the tables: %w", err)
	}
	sum := sha256.New()
	err = sqlite.Each(ctx, q, func(rows *sql.Rows) error {
		var definition string
		err := rows.Scan(&definition)
		fmt.Fprintln(sum, definition)
		return err
	}, `SELECT COALESCE(sql, name) FROM main.sqlite_schema ORDER BY type, name`)
	if err != nil {
		return "", fmt.Errorf("read the schema: %w", err)
	}
	for _, name := range names {
		if name == "settings" || slices.Contains(sqlite.ContentTables, name) || strings.HasPrefix(name, "sqlite_") {
			continue
		}
		t, err := sqlite.Describe(ctx, q, name)
		if err != nil {
			return "", err
		}
		t.Columns = slices.DeleteFunc(t.Columns, func(c sqlite.Column) bool { return c.Name == "derived_hash" })
		strict, err := sqlite.Single[bool](ctx, q, `SELECT strict FROM pragma_table_list(?)`, name)
		if err != nil {
			return "", fmt.Errorf("hash %s: %w", name, err)
		}
		if err := hashTable(ctx, q, t, typed && !strict, sum, watcher{}); err != nil {
			return "", fmt.Errorf("hash %s: %w", name, err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// hashTable writes a table's rows in the order of its key to sum; typed, each with the types of its values.
func hashTable(ctx context.Context, q sqlite.Querier, t sqlite.Table, typed bool, sum io.Writer, w watcher) error {
	const record = '\x1e'
	if w.begin != nil {
		w.begin(t)
	}
	plain := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		plain[i] = c.Name
	}
	fmt.Fprintf(sum, "# %s %s\n", t.Name, strings.Join(plain, ","))

	order := "rowid"
	if keys := t.Names("", sqlite.IsKey); keys != nil {
		order = strings.Join(keys, ", ")
	}
	expressions, reals := Segments(t)
	if typed {
		types := t.Names("typeof(", sqlite.AnyColumn)
		expressions, reals = append(expressions, strings.Join(types, ") || ")+")"), append(reals, false)
	}
	hashed := len(expressions)
	expressions, reals = append(expressions, w.extra...), append(reals, make([]bool, len(w.extra))...)
	query := fmt.Sprintf("SELECT %s FROM %s ORDER BY %s", strings.Join(expressions, ", "), sqlite.Quote(t.Name), order)
	buffered := bytes.NewBuffer(make([]byte, 0, 1<<16))
	flush := func() { _, _ = buffered.WriteTo(sum) } // a hash never fails to take bytes
	take := func(rows []hashedRow) error {
		buffered.Write(rows[0].text)
		buffered.WriteByte(record)
		if buffered.Len() > 1<<15 {
			flush()
		}
		if w.see != nil {
			return w.see(ctx, rows[0].text, rows[0].extra)
		}
		return nil
	}
	r := rowReader{columns: t.Columns, reals: reals, hashed: hashed}
	each := func(ctx context.Context, yield func([]hashedRow) error) error { return r.each(ctx, q, query, yield) }
	var err error
	if w.see == nil {
		err = each(ctx, take)
	} else {
		r.apart = true
		err = prefetch.Rows(ctx, 1, each, take)
	}
	flush()
	return err
}

// hashedRow is a row as it is hashed, with FieldEnd between its values, and what is read beside it.
type hashedRow struct {
	text  []byte
	extra []sql.RawBytes
}

// rowReader reads rows to be hashed: the values that Segments names, with more of them to be hashed, and others beside.
type rowReader struct {
	columns []sqlite.Column
	reals   []bool
	hashed  int
	apart   bool // each row has memory of its own; else it is good until the next
	slab    []byte
}

func (r *rowReader) each(ctx context.Context, q sqlite.Querier, query string, yield func([]hashedRow) error) error {
	values := make([]sql.RawBytes, len(r.reals))
	into := make([]any, len(values))
	numbers := make([]sql.NullFloat64, len(values))
	for i := range values {
		if into[i] = &values[i]; r.reals[i] {
			into[i] = &numbers[i]
		}
	}
	one := make([]hashedRow, 1)
	return sqlite.Each(ctx, q, func(rows *sql.Rows) error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		row := r.next()
		joined, at := []byte(values[0]), 1
		put := func() {
			if !r.reals[at] {
				row = append(row, values[at]...)
			} else if numbers[at].Valid {
				row = strconv.AppendFloat(row, numbers[at].Float64, 'g', -1, 64)
			}
			at++
		}
		for i, c := range r.columns {
			if i > 0 {
				row = append(row, sqlite.FieldEnd...)
			}
			if isAlone(c) {
				put()
				continue
			}
			end := bytes.IndexByte(joined, sqlite.FieldEnd[0])
			if end < 0 {
				end = len(joined)
			}
			row = append(row, joined[:end]...)
			joined = joined[min(end+1, len(joined)):]
		}
		row = append(row, joined...) // nothing, unless a value was damaged
		for at < r.hashed {
			row = append(row, sqlite.FieldEnd...)
			put()
		}
		r.slab = row
		one[0] = hashedRow{row, values[r.hashed:]}
		if r.apart {
			one[0].extra = nil
			for _, v := range values[r.hashed:] {
				one[0].extra = append(one[0].extra, bytes.Clone(v))
			}
		}
		return yield(one)
	}, query)
}

// slabBytes is how much memory is taken at a time for rows that have their own.
const slabBytes = 1 << 16

// next returns where the next row is written.
func (r *rowReader) next() []byte {
	switch {
	case !r.apart:
		return r.slab[:0]
	case cap(r.slab)-len(r.slab) < slabBytes/32:
		return make([]byte, 0, slabBytes)
	}
	return r.slab[len(r.slab):]
}

// Segments says how a row is read in few values, since each that crosses into Go costs as much as a short row: the columns
// that can be written as text are joined in SQL, and the others follow. It tells which values are real numbers.
func Segments(t sqlite.Table) (expressions []string, reals []bool) {
	var joined []string
	expressions, reals = []string{"''"}, []bool{false}
	for _, c := range t.Columns {
		if isAlone(c) {
			expressions, reals = append(expressions, sqlite.Quote(c.Name)), append(reals, c.Kind == "REAL")
		} else {
			joined = append(joined, sqlite.Quote(c.Name))
		}
	}
	if joined != nil {
		expressions[0] = sqlite.Joined(joined, sqlite.FieldEnd)
	}
	return expressions, reals
}

// isAlone reports whether a column is no text in every engine alike: they do not agree on how to write real numbers.
func isAlone(c sqlite.Column) bool { return c.Kind == "REAL" || c.Kind == "BLOB" }
