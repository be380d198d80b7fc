package datapackage

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"

	"homebound/internal/labour"
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
	text *openText
	base int64

	blank, valueless int64 // rows passed over so far: without any value, and observations without a figure
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
	i := r.part.fieldOf(column)
	if column == "" || i < 0 || i >= len(r.scan.fields) {
		i = 0
	}
	line, col := r.scan.position(i)
	if r.part.book != nil {
		col = i + 1 // of the sheet
	}
	if r.part.features != nil {
		line, col = r.part.features.line(r.scan.at), 1
	}
	return Position{r.part.path, line, col}
}

// fieldOf returns which field of a row a column is, or -1.
func (p *part) fieldOf(column string) int {
	for i, rule := range p.rules {
		if rule != nil && p.names[i] == column {
			return rule.field
		}
	}
	if p.rules != nil {
		return -1
	}
	return slices.Index(p.header, column)
}

// Raw returns the row's fields as they stand in the file. Where the row breaks the rules of CSV, the last one is
// the rest of its line, quotes included.
func (r *Record) Raw() []string { return r.scan.texts() }

// Header returns the names of the columns of the file that the row stands in, in the order of Raw.
func (r *Record) Header() []string { return slices.Clone(r.part.header) }

// Offset returns how many bytes of the file have been read with this record, of File.Size.
func (r *Record) Offset() int64 {
	if f := r.part.features; f != nil { // which were read before, all at once
		return r.base + r.part.size*r.scan.consumed/int64(len(f.text))
	}
	if !r.text.own {
		return r.base + r.text.read
	}
	return r.base + r.scan.consumed
}

// checker turns fields into checked values.
type checker struct {
	table Table
	cells []cell
	rules []bound
	// The places of precision, of wage (with its unit and hours after it) and of wage_monthly, -1 where there are none.
	precision, wage, monthly int
	dated                    []int // issued_on, valid_from, valid_to, region_code and nationality, of permits
	lacking                  lackCounts
}

func newChecker(t Table, forms []cellForm, today labour.Date) *checker {
	c := &checker{table: t, cells: make([]cell, len(t.Columns)), rules: t.bind(),
		precision: t.index(precisionColumn), wage: t.index("wage"), monthly: t.index("wage_monthly")}
	latest, day := "", ""
	if today != 0 {
		day = today.String()
		latest = today.AddMonths(12 * yearsAhead).String()
	}
	if t.Name == "permits" {
		for _, name := range []string{"issued_on", "valid_from", "valid_to", "region_code", "nationality"} {
			c.dated = append(c.dated, t.index(name))
		}
	}
	for i := range t.Columns {
		c.cells[i] = cell{column: &t.Columns[i], form: &forms[i], plain: forms[i].isPlain(), latest: latest, today: day, known: map[string]any{}}
	}
	return c
}

// yearsAhead is how long after the day of an import a row of the register may be dated: permits are given ahead.
const yearsAhead = 2

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
		text, fault := r.part.value(r.scan, i)
		if fault == "" && cell.column.Type == Geometry && r.part.features != nil {
			fault = r.part.features.fault(r.scan.at)
		}
		if fault != "" {
			r.Faults = append(r.Faults, Fault{cell.column.Name, fault})
			continue
		}
		value, fault, odd := cell.read(text)
		if fault != "" {
			r.Faults = append(r.Faults, Fault{cell.column.Name, fault})
		}
		if odd != "" {
			r.Warnings = append(r.Warnings, Fault{cell.column.Name, odd})
		}
		r.Values[i] = value
	}
	c.roughly(r)
	c.monthlyWage(r)
	for i := range c.rules {
		c.rules[i].apply(r)
	}
	if len(r.Faults) == 0 {
		c.seeLacking(r)
	}
}

// cell reads the values of one column. Most columns hold few different values, so it keeps those it has checked.
type cell struct {
	column *Column
	form   *cellForm
	plain  bool           // values are in the plain form
	latest string         // the last day that a row of the register may be of, "" where nobody told
	today  string         // likewise, after which nothing has happened yet
	known  map[string]any // those without fault and oddity; nil where it was not worth it
	hits   int
	last   []byte // the text that was known last
	value  any    // and what it says
	told   bool   // that NA is a country
}

const (
	mostKnown      = 4096
	mostKnownBytes = 64
)

func (c *cell) read(text []byte) (value any, fault, odd string) {
	if len(text) == 0 {
		value, fault = c.nothing("nothing")
		return value, fault, ""
	}
	if bytes.Equal(text, c.last) { // as in a column that says one thing for many rows
		return c.value, "", ""
	}
	if value, ok := c.known[string(text)]; ok {
		c.hits++
		c.last, c.value = append(c.last[:0], text...), value
		return value, "", ""
	}
	value, fault, odd = c.check(text)
	if fault == "" && odd == "" && c.known != nil && len(text) <= mostKnownBytes {
		c.keep(text, value)
	}
	return value, fault, odd
}

// nothing is what a cell without a value is read as.
func (c *cell) nothing(found string) (value any, fault string) {
	if c.column.Required || c.form.needed {
		return nil, "expected a value, found " + found
	}
	return c.column.Default, ""
}

// check reads a value that was not seen before.
func (c *cell) check(text []byte) (value any, fault, odd string) {
	plain := text
	if !c.plain {
		if plain = c.form.plain(text, c.column.Type); len(plain) == 0 {
			value, fault = c.nothing(quote(text) + ", which the package calls missing")
			return value, fault, ""
		}
	}
	value, fault = c.column.read(plain)
	if c.form.edge != "" {
		value = c.form.edged(value)
	}
	switch {
	case fault != "" && c.column.canBeUnknown() && isUnknown(text):
		return c.column.Default, "", "was read as no value: " + string(text)
	case fault != "" && c.column.parse(string(plain)) == nil && !c.plain && utf8.Valid(text):
		return nil, c.column.expected() + ", found " + quote(text), ""
	case fault != "":
		return nil, fault, ""
	}
	if fault = c.column.impossible(value, c.latest); fault != "" {
		return nil, fault, ""
	}
	for _, limit := range c.form.limits {
		if fault = limit(string(text), value); fault != "" {
			return nil, fault, ""
		}
	}
	if c.column.Refers == "countries" && string(text) == "NA" && !c.told {
		c.told = true
		return value, "", "was read as the code of Namibia: NA; programs such as R write it for what is not known, and missingValues can say so"
	}
	if lossy, is := c.column.Lossy[string(text)]; is {
		return value, "", lossy
	}
	if rough, is := value.(roughDay); is {
		plain = []byte(rough.day)
	}
	return value, "", c.column.odd(plain, c.today)
}

func (c *cell) keep(text []byte, value any) {
	switch {
	case len(c.known) < mostKnown:
		c.known[string(text)] = value
	case c.hits < mostKnown:
		c.known = nil
	}
}

// saysNothing reports whether a row is an observation that is marked as missing and has no figure, as statistical
// offices write it. It is no fault, and nothing to publish.
func (c *checker) saysNothing(r *Record) bool {
	if c.table.Name != "observations" || len(r.Faults) != 1 || r.Faults[0].Column != "value" {
		return false
	}
	value, status := c.table.index("value"), c.table.index("status")
	if r.Values[status] != string(labour.StatusMissing) || r.Values[value] != nil {
		return false
	}
	at := r.part.field[value]
	text := r.scan.text(at)
	return len(text) == 0 || isUnknown(text) || r.part.cells[value].missing[string(text)]
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
