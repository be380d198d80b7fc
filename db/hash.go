package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// contentHash is sha256, in hex, over the canonical content of a release: for every content table and the settings,
// the line `# table column,column,...`, then each row in the order of its key. A row is its values joined by U+001F and
// ended by U+001E; a value that is absent is empty, whole numbers are decimal, others the shortest decimal that reads
// back the same. Only text and numbers enter it, so every engine and every build gives the same hash for the same content.
func contentHash(ctx context.Context, q querier) (string, error) {
	sum := sha256.New()
	for _, name := range append([]string{"settings"}, contentTables...) {
		t, err := describe(ctx, q, name)
		if err != nil {
			return "", err
		}
		if err := hashTable(ctx, q, t, sum); err != nil {
			return "", fmt.Errorf("hash %s: %w", name, err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// derivedHash is sha256, in hex, over the schema and every other table of a release's file, written alike: what the release says
// of itself, the rollups, what was asserted and counted at import. It finds what the content hash does not: damage to what is derived.
func derivedHash(ctx context.Context, q querier) (string, error) {
	names, err := collect(ctx, q, func(rows *sql.Rows) (name string, err error) { return name, rows.Scan(&name) },
		`SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name`)
	if err != nil {
		return "", fmt.Errorf("list the tables: %w", err)
	}
	sum := sha256.New()
	err = each(ctx, q, func(rows *sql.Rows) error {
		var definition string
		err := rows.Scan(&definition)
		fmt.Fprintln(sum, definition)
		return err
	}, `SELECT COALESCE(sql, name) FROM main.sqlite_schema ORDER BY type, name`)
	if err != nil {
		return "", fmt.Errorf("read the schema: %w", err)
	}
	for _, name := range names {
		if name == "settings" || slices.Contains(contentTables, name) || strings.HasPrefix(name, "sqlite_") {
			continue
		}
		t, err := describe(ctx, q, name)
		if err != nil {
			return "", err
		}
		t.columns = slices.DeleteFunc(t.columns, func(c column) bool { return c.name == "derived_hash" })
		if err := hashTable(ctx, q, t, sum); err != nil {
			return "", fmt.Errorf("hash %s: %w", name, err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func hashTable(ctx context.Context, q querier, t table, sum io.Writer) error {
	const field, record = '\x1f', '\x1e'
	plain := make([]string, len(t.columns))
	for i, c := range t.columns {
		plain[i] = c.name
	}
	fmt.Fprintf(sum, "# %s %s\n", t.name, strings.Join(plain, ","))

	order := "rowid"
	if keys := t.names("", isKey); keys != nil {
		order = strings.Join(keys, ", ")
	}
	expressions, reals := segments(t)
	values := make([]sql.RawBytes, len(expressions))
	into := make([]any, len(values))
	numbers := make([]sql.NullFloat64, len(values))
	for i := range values {
		if into[i] = &values[i]; reals[i] {
			into[i] = &numbers[i]
		}
	}
	var row []byte
	buffered := bytes.NewBuffer(make([]byte, 0, 1<<16))
	flush := func() { _, _ = buffered.WriteTo(sum) } // a hash never fails to take bytes
	err := each(ctx, q, func(rows *sql.Rows) error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		row = row[:0]
		for i := range values {
			if i > 0 {
				row = append(row, field)
			}
			if !reals[i] {
				row = append(row, values[i]...)
			} else if numbers[i].Valid {
				row = strconv.AppendFloat(row, numbers[i].Float64, 'g', -1, 64)
			}
		}
		buffered.Write(append(row, record))
		if buffered.Len() > 1<<15 {
			flush()
		}
		return nil
	}, fmt.Sprintf("SELECT %s FROM %s ORDER BY %s", strings.Join(expressions, ", "), quote(t.name), order))
	flush()
	return err
}

// segments joins neighbouring columns in SQL, since each value that crosses into Go costs as much as a short row.
// Real numbers come over alone: engines do not agree on how to write them; and so do bytes that are no text.
func segments(t table) (expressions []string, reals []bool) {
	var neighbours []string
	flush := func() {
		if neighbours != nil {
			expressions, reals = append(expressions, joined(neighbours, fieldEnd)), append(reals, false)
			neighbours = nil
		}
	}
	for _, c := range t.columns {
		if c.kind == "REAL" || c.kind == "BLOB" {
			flush()
			expressions, reals = append(expressions, quote(c.name)), append(reals, c.kind == "REAL")
			continue
		}
		neighbours = append(neighbours, quote(c.name))
	}
	flush()
	return expressions, reals
}
