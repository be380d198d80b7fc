package build

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strings"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// Fault is what is wrong with one record of a staged table; it keeps the record out of the release.
type Fault struct {
	Record  int64 // as it was added
	Column  string
	Message string // what was expected, and what was found
}

// Stage takes the rows of one table into the draft. Add or Reject every record once, in order, then Merge.
type Stage struct {
	draft  *Draft
	table  sqlite.Table
	counts labour.ImportCounts

	rows  *sqlite.Batch // each ends with its record and its line
	row   []any         // being put together
	named []named       // by reference of the table
	order []int         // position of each key and column in the values handed to Add

	pricing pricing
	direct  *direct      // nil where rows are staged
	years   *yearCounter // of permits
	dropped bool         // whether any record was taken out again
}

// Stage starts the rows of a table; columns names the values that Add is handed. Columns of the table that are not
// named stay empty.
func (d *Draft) Stage(ctx context.Context, name string, columns []string) (*Stage, error) {
	t, known := d.tables[name]
	if !known {
		return nil, fmt.Errorf("stage %q: there is no such table", name)
	}
	s := &Stage{draft: d, table: t, counts: labour.ImportCounts{Table: name}}
	for _, c := range t.Columns {
		s.order = append(s.order, slices.Index(columns, c.Name))
	}
	s.pricing = s.newPricing()
	if name == "permits" {
		s.years = newYearCounter(t)
	}
	for _, r := range t.References {
		s.named = append(s.named, named{at: t.Index(r.Column), values: map[string]struct{}{}})
	}
	var err error
	if s.direct, err = d.newDirect(ctx, t); err != nil {
		return nil, err
	}
	if err := s.prepareRows(ctx); err != nil {
		return nil, err
	}
	if _, err := sqlite.Run(ctx, d.conn, "BEGIN"); err != nil {
		return nil, fmt.Errorf("stage %s: %w", name, err)
	}
	return s, nil
}

// prepareRows prepares where rows are written.
func (s *Stage) prepareRows(ctx context.Context) (err error) {
	t, conn := s.table, s.draft.conn
	defer func() {
		if err != nil {
			err = fmt.Errorf("stage %s: %w", t.Name, err)
		}
	}()
	if s.direct != nil {
		s.rows, err = sqlite.NewBatch(ctx, conn, fmt.Sprintf("INSERT INTO main.%s (%s)", sqlite.Quote(t.Name),
			strings.Join(t.Names("", sqlite.AnyColumn), ", ")), len(t.Columns))
		return err
	}
	// The key comes first, so that a staged table is in its order already when it is merged.
	var definitions []string
	for _, c := range t.Columns {
		definitions = append(definitions, sqlite.Quote(c.Name)+" "+c.Kind)
	}
	create := fmt.Sprintf("CREATE TABLE stage.%s (%s, _record INTEGER NOT NULL, _line INTEGER NOT NULL, PRIMARY KEY (%s)) STRICT, WITHOUT ROWID",
		sqlite.Quote(t.Name), strings.Join(definitions, ", "), strings.Join(t.Names("", sqlite.IsKey), ", "))
	if _, err := sqlite.Run(ctx, conn, create); err != nil {
		return err
	}
	s.rows, err = sqlite.NewCountedBatch(ctx, conn, "INSERT OR IGNORE INTO stage."+sqlite.Quote(t.Name), len(t.Columns)+2)
	return err
}

// named holds what staged records name by one reference, since most registers name few things many times: each is
// then looked up once, and not for every record.
type named struct {
	at     int // position in a row
	last   string
	values map[string]struct{} // nil where they are more than mostNamed
}

// mostNamed bounds the memory that what is named may take.
const mostNamed = 1 << 16

func (n *named) add(row []any) {
	value, _ := row[n.at].(string)
	if value == "" || value == n.last || n.values == nil {
		return
	}
	n.last = value
	if _, known := n.values[value]; known {
		return
	}
	n.values[strings.Clone(value)] = struct{}{} // a part of the record would keep all of it
	if len(n.values) > mostNamed {
		n.values = nil
	}
}

// Add stages one record: nil, string, int64, float64 or bool by column. line is where it starts in its file, for
// messages about a later record with the same key. A record whose key came before is rejected with a fault.
func (s *Stage) Add(ctx context.Context, record, line int64, values []any) error {
	s.counts.Read++
	s.row = s.row[:0]
	for i, at := range s.order {
		var v any
		if at >= 0 {
			v = values[at]
		}
		if c := s.table.Columns[i]; v == nil && c.NeverNull && c.Kind == "TEXT" {
			v = ""
		}
		s.row = append(s.row, v)
	}
	for i := range s.named {
		s.named[i].add(s.row)
	}
	s.pricing.see(s.row)
	if s.years != nil {
		s.years.add(s.row, record)
	}
	if s.direct != nil && (s.pricing.needed || !s.direct.see(s.row, record, line)) {
		if err := s.putBack(ctx); err != nil {
			return err
		}
	}
	if s.direct == nil {
		s.row = append(s.row, record, line)
	}
	if s.rows.Add(s.row...) {
		return s.flush(ctx)
	}
	return nil
}

// Reject counts a record that is not staged, for the reasons given.
func (s *Stage) Reject(ctx context.Context, faults ...Fault) error {
	s.counts.Read++
	s.counts.Rejected++
	for _, f := range faults {
		if err := s.fault(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// Warn counts a record that is odd but possible, and keeps the reason with it.
func (s *Stage) Warn(ctx context.Context, w Fault) error {
	s.counts.Warnings++
	_, err := sqlite.Run(ctx, s.draft.conn, `INSERT INTO stage.warnings VALUES (?, ?, ?, ?)`, s.table.Name, w.Record,
		w.Column, w.Message)
	if err != nil {
		return fmt.Errorf("keep a warning: %w", err)
	}
	return nil
}

func (s *Stage) fault(ctx context.Context, f Fault) error {
	_, err := sqlite.Run(ctx, s.draft.conn, `INSERT INTO stage.faults VALUES (?, ?, ?, ?)`, s.table.Name, f.Record,
		f.Column, f.Message)
	if err != nil {
		return fmt.Errorf("keep a fault: %w", err)
	}
	return nil
}

// flush writes the waiting rows. Where fewer went in than were handed over, a key came twice: only then are the rows
// gone through one by one.
func (s *Stage) flush(ctx context.Context) error {
	rows := s.rows.Values
	before := s.rows.Written
	if err := s.rows.Flush(ctx); err != nil {
		return fmt.Errorf("stage %s: %w", s.table.Name, err)
	}
	if s.direct != nil || int(s.rows.Written-before)*s.rows.Width == len(rows) {
		return nil
	}
	for row := range slices.Chunk(rows, s.rows.Width) {
		if err := s.rejectTwin(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

// rejectTwin rejects a row if its key is staged by another record.
func (s *Stage) rejectTwin(ctx context.Context, row []any) error {
	var conditions, shown []string
	var key []any
	first := ""
	for i, c := range s.table.Columns {
		if !c.Key {
			continue
		}
		if first == "" {
			first = c.Name
		}
		conditions = append(conditions, sqlite.Quote(c.Name)+" = ?")
		key = append(key, row[i])
		if row[i] != "" {
			shown = append(shown, fmt.Sprint(row[i]))
		}
	}
	record := row[len(row)-2].(int64)
	var twin, line int64
	err := sqlite.Each(ctx, s.draft.conn, func(rows *sql.Rows) error { return rows.Scan(&twin, &line) },
		fmt.Sprintf("SELECT _record, _line FROM stage.%s WHERE %s", sqlite.Quote(s.table.Name),
			strings.Join(conditions, " AND ")), key...)
	if err != nil {
		return fmt.Errorf("look for a key that came twice: %w", err)
	}
	if twin == record {
		return nil
	}
	s.dropped = true
	s.counts.Rejected++
	return s.fault(ctx, Fault{record, first,
		fmt.Sprintf("expected a key that comes once, found %q again, first on line %d", strings.Join(shown, " "),
			line)})
}

// Faults returns the faults found in a table, in the order of its records.
func (d *Draft) Faults(ctx context.Context, table string) iter.Seq2[Fault, error] {
	return d.remarks(ctx, "faults", table)
}

// Warnings returns the warnings about a table's records, in their order.
func (d *Draft) Warnings(ctx context.Context, table string) iter.Seq2[Fault, error] {
	return d.remarks(ctx, "warnings", table)
}

func (d *Draft) remarks(ctx context.Context, kind, table string) iter.Seq2[Fault, error] {
	return func(yield func(Fault, error) bool) {
		stopped := fmt.Errorf("stopped")
		err := sqlite.Each(ctx, d.conn, func(rows *sql.Rows) error {
			var f Fault
			if err := rows.Scan(&f.Record, &f.Column, &f.Message); err != nil {
				return err
			}
			if !yield(f, nil) {
				return stopped
			}
			return nil
		}, `SELECT record, column_name, message FROM stage.`+sqlite.Quote(kind)+` WHERE table_name = ? ORDER BY record, rowid`, table)
		if err != nil && err != stopped {
			yield(Fault{}, err)
		}
	}
}
