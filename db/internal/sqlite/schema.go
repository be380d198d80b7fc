package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// Schema is which columns each table of a file has. A release is never changed after it was published, so that one of
// an earlier schema lacks tables and columns that later ones have: it reads as if they were empty.
type Schema map[string]map[string]bool

// ReadSchema reads which columns each table and view of a file has.
func ReadSchema(ctx context.Context, q Querier) (Schema, error) {
	if other, is := q.(Foreign); is {
		return other.ReadSchema(ctx)
	}
	return CollectSchema(ctx, q, `SELECT m.name, c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c WHERE m.type IN ('table', 'view')`)
}

// CollectSchema makes a schema of the tables and their columns that a query lists.
func CollectSchema(ctx context.Context, q Querier, query string) (Schema, error) {
	s := Schema{}
	err := Each(ctx, q, func(rows *sql.Rows) error {
		var table, column string
		err := rows.Scan(&table, &column)
		if s[table] == nil {
			s[table] = map[string]bool{}
		}
		s[table][column] = true
		return err
	}, query)
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	return s, nil
}

// Columns writes some columns of a table as the list of a SELECT, NULL in the place of those that the file lacks.
// Prefix stands before each name, such as "f.".
func (s Schema) Columns(table, prefix string, names ...string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		if list[i] = "NULL"; s[table][name] {
			list[i] = prefix + Quote(name)
		}
	}
	return list
}

// Extras writes some columns of a table after those of a list, each under its own name.
func (s Schema) Extras(table, prefix string, names []string) string {
	list := ""
	for i, column := range s.Columns(table, prefix, names...) {
		list += ", " + column + " AS " + Quote(names[i])
	}
	return list
}

// Select writes a statement that reads some columns of a table, in the order of some of them. A table that the file
// lacks has no row.
func (s Schema) Select(table string, order string, names ...string) string {
	list := strings.Join(s.Columns(table, "", names...), ", ")
	if s[table] == nil {
		return "SELECT " + list + " WHERE FALSE"
	}
	return fmt.Sprintf("SELECT %s FROM %s ORDER BY %s", list, Quote(table), order)
}

// From writes a table of another file as a source of rows of this one, which has NULL in the place of columns that it
// lacks, and no row where it lacks the table.
func (s Schema) From(t Table) string {
	if s[t.Name] != nil && !slices.ContainsFunc(t.Columns, func(c Column) bool { return !s[t.Name][c.Name] }) {
		return Quote(t.Name)
	}
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	list := s.Columns(t.Name, "", names...)
	for i, c := range t.Columns {
		list[i] += " AS " + Quote(c.Name)
	}
	from := " FROM " + Quote(t.Name)
	if s[t.Name] == nil {
		from = " WHERE FALSE"
	}
	return "(SELECT " + strings.Join(list, ", ") + from + ")"
}
