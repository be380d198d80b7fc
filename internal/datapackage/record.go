package datapackage

import (
	"fmt"
	"slices"
)

// Record is one row of a file. It and its slices hold good until the next record is read; the values in Values may be
// kept.
type Record struct {
	Number int64 // from 1, over all parts of the file, the header and blank lines not counted
	// in the order of Table.Columns: nil, string, int64, float64 or bool; nil too where there is a fault
	Values   []any
	Faults   []Fault // why the row is not to be published
	Warnings []Fault // odd, but possible

	part *part
	scan *scanner
	base int64

	blank int64 // rows without any value so far
}

// Fault says what is wrong in one column of a row; Column is "" where it is the row as a whole.
type Fault struct {
	Column  string
	Message string // what was expected and what was found, without a full stop
}

// Position is a place in a file of the package, as editors count.
type Position struct {
	File   string // path in the package
	Line   int    // from 1
	Column int    // in characters, from 1
}

// String returns file:line:column.
func (p Position) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// Position returns where the value of a column begins, or the row where it has no such column.
func (r *Record) Position(column string) Position {
	i := slices.Index(r.part.header, column)
	if column == "" || i < 0 || i >= len(r.scan.fields) {
		i = 0
	}
	line, col := r.scan.position(i)
	return Position{r.part.path, line, col}
}

// Raw returns the row's fields as they stand in the file. Where the row breaks the rules of CSV, the last one is
// the rest of its line, quotes included.
func (r *Record) Raw() []string { return r.scan.texts() }

// Header returns the names of the columns of the file that the row stands in, in the order of Raw.
func (r *Record) Header() []string { return slices.Clone(r.part.header) }

// Offset returns how many bytes of the file have been read with this record, of File.Size.
func (r *Record) Offset() int64 { return r.base + r.scan.consumed }

// checker turns fields into checked values.
type checker struct {
	table Table
	cells []cell
	rules []bound
}

func newChecker(t Table) *checker {
	c := &checker{table: t, cells: make([]cell, len(t.Columns)), rules: t.bind()}
	for i := range t.Columns {
		c.cells[i] = cell{column: &t.Columns[i], known: map[string]any{}}
	}
	return c
}

// check fills in the record's values, faults and warnings.
func (c *checker) check(r *Record) {
	r.Faults, r.Warnings = r.Faults[:0], r.Warnings[:0]
	clear(r.Values)
	if found, expected := len(r.scan.fields), len(r.part.header); r.scan.fault != "" {
		r.Faults = append(r.Faults, Fault{r.part.column(found - 1), r.scan.fault})
		return
	} else if found != expected {
		r.Faults = append(r.Faults, Fault{"", fmt.Sprintf("expected %s, found %d", count(expected, "field"), found)})
		return
	}
	for i := range c.cells {
		cell := &c.cells[i]
		var text []byte
		if at := r.part.field[i]; at >= 0 {
			text = r.scan.text(at)
		}
		value, fault := cell.read(text)
		if fault != "" {
			r.Faults = append(r.Faults, Fault{cell.column.Name, fault})
		}
		r.Values[i] = value
	}
	for i := range c.rules {
		c.rules[i].apply(r)
	}
}

// cell reads the values of one column. Most columns hold few different values, so it keeps those it has checked.
type cell struct {
	column *Column
	known  map[string]any // nil where it was not worth it
	hits   int
}

const (
	mostKnown      = 4096
	mostKnownBytes = 64
)

func (c *cell) read(text []byte) (value any, fault string) {
	if len(text) == 0 {
		if c.column.Required {
			return nil, "expected a value, found nothing"
		}
		return c.column.Default, ""
	}
	if value, ok := c.known[string(text)]; ok {
		c.hits++
		return value, ""
	}
	value, fault = c.column.read(text)
	if fault == "" && c.known != nil && len(text) <= mostKnownBytes {
		c.keep(text, value)
	}
	return value, fault
}

func (c *cell) keep(text []byte, value any) {
	switch {
	case len(c.known) < mostKnown:
		c.known[string(text)] = value
	case c.hits < mostKnown:
		c.known = nil
	}
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
