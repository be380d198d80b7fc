package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"homebound/db/internal/sqlite"
)

// The tables of a release's file are made again as they are: what a migration adds is copied without being told.

// table is a table of a file.
type table struct {
	name    string
	columns []column
	keys    []string
	indexes []string // the statements that make them
	shardBy string   // the expression of the file that rows are distributed by, "" for a table that is not
}

// column is a column of it, of a type that PostgreSQL has.
type column struct {
	name, declared, kind string
	neverNull, generated bool
}

// rowID is the column that holds the order of rows in a table without a key, as SQLite has it by itself.
const rowID = "rowid"

// readTables describes the tables and the views of a release's file.
func readTables(ctx context.Context, file *sql.DB) (tables []table, views []string, err error) {
	names, err := sqlite.Collect(ctx, file, func(rows *sql.Rows) (name string, err error) { return name, rows.Scan(&name) },
		`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE 'goose\_%' ESCAPE '\'
		ORDER BY name`)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		t, err := readTable(ctx, file, name)
		if err != nil {
			return nil, nil, fmt.Errorf("describe %s: %w", name, err)
		}
		tables = append(tables, t)
	}
	if err := setKinds(ctx, file, tables); err != nil {
		return nil, nil, err
	}
	views, err = sqlite.Collect(ctx, file, func(rows *sql.Rows) (view string, err error) { return view, rows.Scan(&view) },
		`SELECT sql FROM sqlite_schema WHERE type = 'view' ORDER BY rowid`)
	return tables, views, err
}

func readTable(ctx context.Context, file *sql.DB, name string) (table, error) {
	t := table{name: name}
	keys := map[int]string{}
	err := sqlite.Each(ctx, file, func(rows *sql.Rows) error {
		var c column
		var key, hidden int
		err := rows.Scan(&c.name, &c.declared, &c.neverNull, &key, &hidden)
		c.generated = hidden != 0
		if key > 0 {
			keys[key] = c.name
		}
		t.columns = append(t.columns, c)
		return err
	}, `SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid`, name)
	if err != nil {
		return t, err
	}
	for position := 1; keys[position] != ""; position++ {
		t.keys = append(t.keys, keys[position])
	}
	t.indexes, err = t.readIndexes(ctx, file)
	return t, err
}

// mayBeNull reports whether a column may lack a value.
func (t table) mayBeNull(name string) bool {
	return !slices.Contains(t.keys, name) &&
		slices.ContainsFunc(t.columns, func(c column) bool { return c.name == name && !c.neverNull })
}

// condition is that of an index of some rows alone.
var condition = regexp.MustCompile(`(?is)\)\s*(WHERE\s.*)$`)

// readIndexes writes the statements that make a table's indexes, those of the key aside. In a table without row ids SQLite
// ends each index with the key, and pages are read by that order: it is written out here. Where a NULL may come it comes
// first, as statements then say; a column without any is in the order that they have by saying nothing, since PostgreSQL takes
// no index of another one for it, and would sort all rows instead.
func (t table) readIndexes(ctx context.Context, file *sql.DB) ([]string, error) {
	type index struct {
		name, definition string
	}
	found, err := sqlite.Collect(ctx, file, func(rows *sql.Rows) (i index, err error) { return i, rows.Scan(&i.name, &i.definition) },
		`SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY name`, t.name)
	if err != nil {
		return nil, err
	}
	var statements []string
	for _, i := range found {
		columns, err := sqlite.Collect(ctx, file, func(rows *sql.Rows) (text string, err error) {
			var descending bool
			err = rows.Scan(&text, &descending)
			order := map[bool]string{true: " DESC"}[descending]
			if t.mayBeNull(text) {
				order = map[bool]string{false: " NULLS FIRST", true: " DESC NULLS LAST"}[descending]
			}
			return sqlite.Quote(text) + order, err
		}, `SELECT name, "desc" FROM pragma_index_xinfo(?) WHERE cid >= 0 ORDER BY seqno`, i.name)
		if err != nil {
			return nil, err
		}
		if len(columns) == 0 {
			return nil, fmt.Errorf("expected an index of columns, found %s", i.definition)
		}
		where := ""
		if match := condition.FindStringSubmatch(i.definition); match != nil {
			where = " " + match[1]
		}
		statements = append(statements, fmt.Sprintf("CREATE INDEX %s ON %s (%s)%s", sqlite.Quote(i.name), sqlite.Quote(t.name), strings.Join(columns, ", "), where))
	}
	return statements, nil
}

// setKinds decides on the type of each column. One that was declared without a type, as the columns of rollups are that are
// made by a SELECT, has that of a column of the same name elsewhere, else that of its values.
func setKinds(ctx context.Context, file *sql.DB, tables []table) error {
	elsewhere := map[string]string{}
	for _, t := range tables {
		for _, c := range t.columns {
			if kinds[c.declared] != "" && elsewhere[c.name] == "" {
				elsewhere[c.name] = c.declared
			}
		}
	}
	for _, t := range tables {
		for i := range t.columns {
			c := &t.columns[i]
			declared := c.declared
			if declared == "INT" {
				declared = "INTEGER"
			}
			if kinds[declared] == "" {
				declared = elsewhere[c.name]
			}
			if declared == "" {
				types, err := sqlite.Collect(ctx, file, func(rows *sql.Rows) (kind string, err error) { return kind, rows.Scan(&kind) },
					fmt.Sprintf(`SELECT DISTINCT upper(typeof(%s)) FROM %s`, sqlite.Quote(c.name), sqlite.Quote(t.name)))
				if err != nil {
					return fmt.Errorf("describe %s: %w", t.name, err)
				}
				for _, kind := range []string{"TEXT", "BLOB", "REAL", "INTEGER"} {
					if declared == "" && slices.Contains(types, kind) {
						declared = kind
					}
				}
			}
			if c.kind = kinds[declared]; c.kind == "" {
				c.kind = kinds["TEXT"]
			}
		}
	}
	return nil
}

// hasKey reports whether rows are in the order of a key.
func (t table) hasKey() bool { return len(t.keys) > 0 }

// create writes the statement that makes the table, and comments on what is no column of the file.
func (t table) create() []string {
	var columns, statements []string
	mark := func(name string) {
		statements = append(statements, fmt.Sprintf("COMMENT ON COLUMN %s.%s IS '%s'", sqlite.Quote(t.name), sqlite.Quote(name), derived))
	}
	if !t.hasKey() {
		columns = append(columns, rowID+" bigint NOT NULL")
		mark(rowID)
	}
	if t.shardBy != "" {
		columns = append(columns, shardKey+" "+kinds["TEXT"]+" NOT NULL")
		mark(shardKey)
	}
	for _, c := range t.columns {
		text := sqlite.Quote(c.name) + " " + c.kind
		if c.neverNull {
			text += " NOT NULL"
		}
		columns = append(columns, text)
		if c.generated {
			mark(c.name)
		}
	}
	return append([]string{fmt.Sprintf("CREATE TABLE %s (%s)", sqlite.Quote(t.name), strings.Join(columns, ", "))}, statements...)
}

// read writes the query that reads the table's rows from the file, in the order of its key.
func (t table) read() (query string, width int) {
	var columns []string
	order := strings.Join(quoted(t.keys), ", ") // the key of the shard follows a key that is one by itself
	if !t.hasKey() {
		columns, order = append(columns, rowID), rowID
	}
	if t.shardBy != "" {
		columns = append(columns, "("+t.shardBy+") AS "+shardKey)
	}
	for _, c := range t.columns {
		columns = append(columns, sqlite.Quote(c.name))
	}
	return fmt.Sprintf("SELECT %s FROM %s ORDER BY %s", strings.Join(columns, ", "), sqlite.Quote(t.name), order), len(columns)
}

// finish writes the statements that make the table's key and have its rows counted.
func (t table) finish() []string {
	var statements []string
	if t.hasKey() {
		statements = append(statements, fmt.Sprintf("ALTER TABLE %s ADD PRIMARY KEY (%s)", sqlite.Quote(t.name), strings.Join(quoted(t.keys), ", ")))
	}
	return append(statements, "ANALYZE "+sqlite.Quote(t.name))
}

func quoted(names []string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = sqlite.Quote(name)
	}
	return list
}
