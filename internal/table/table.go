// Package table writes tables row by row in the formats that notebooks, spreadsheets and warehouses read. Writers
// hold no more than a bounded number of rows.
package table

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// Kind is what the values of a column are. Every column may have nil, for what is unknown.
type Kind string

const (
	Text   Kind = "string"   // string in UTF-8; what is not is replaced by U+FFFD
	Whole  Kind = "integer"  // int64
	Number Kind = "number"   // float64, neither infinite nor NaN
	Bool   Kind = "boolean"  // bool
	Day    Kind = "date"     // string, RFC 3339 full-date; it has no zone
	Moment Kind = "datetime" // string, RFC 3339 date-time
)

// Column describes a column.
type Column struct {
	Name        string `json:"name"`
	Kind        Kind   `json:"type"`
	Unit        string `json:"unit,omitempty"`  // such as persons, RUB or fraction
	Label       string `json:"label,omitempty"` // for people
	Description string `json:"description"`
	// IsName says that a number names something, as that of a year does, so that its thousands are never set apart.
	IsName bool `json:"-"`
}

// Meta goes along with a table where its format has a place for it.
type Meta struct {
	Title       string
	Description string // what a reader must know, the mark of synthetic rows first
	Facts       []Fact // what else to know of it, such as its release and its citation
	Written     time.Time
}

// Fact is a name and what stands under it. title, description, written and columns are names that every table has.
type Fact struct{ Name, Value string }

// Writer takes the rows of one table. A table that is not closed is not whole, and can be told to be cut. Whoever
// has a writer calls Discard when done with it, whatever happened.
type Writer interface {
	// Write takes one row: nil, or by the column's kind string, int64, float64 or bool. The row may be used anew
	// afterwards. A row that is not of this form is an error and is not written; others may follow it.
	Write(row []any) error
	// Close ends the table; it does not close what the table is written to.
	Close() error
	// Discard lets go of what the writer holds, such as a temporary file. A table that was not closed ends where it is.
	Discard()
}

// Format is one way of writing tables.
type Format struct {
	Extension string // without a dot
	MediaType string
	MaxRows   int // that a table can have: one more is a TooManyRows; 0: there is no bound
	New       func(w io.Writer, columns []Column, meta Meta) (Writer, error)
}

// Formats lists the formats, the plainest first.
var Formats = []Format{
	{Extension: "csv", MediaType: "text/csv; charset=utf-8; header=present", New: NewCSV},
	{Extension: "json", MediaType: "application/json; charset=utf-8", New: NewJSON},
	{Extension: "ndjson", MediaType: "application/x-ndjson", New: NewNDJSON},
	{Extension: "parquet", MediaType: "application/vnd.apache.parquet", New: NewParquet},
	{Extension: "arrow", MediaType: "application/vnd.apache.arrow.file", New: NewArrow},
	{Extension: "xlsx", MediaType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		MaxRows: maxSheetRows, New: NewXLSX},
}

// TooManyRows is the error of a row beyond the format's MaxRows.
type TooManyRows struct{ Most int }

// Error says how many rows there may be.
func (e *TooManyRows) Error() string {
	return fmt.Sprintf("table: expected at most %d rows, which is what a sheet can have besides its header", e.Most)
}

// ByExtension returns the format of an extension, which is written without a dot.
func ByExtension(extension string) (Format, bool) {
	for _, f := range Formats {
		if f.Extension == extension {
			return f, true
		}
	}
	return Format{}, false
}

// checkColumns tells what keeps columns from being those of a table.
func checkColumns(columns []Column) error {
	if len(columns) == 0 {
		return errors.New("table: expected at least one column, found none")
	}
	seen := make(map[string]bool, len(columns))
	for _, c := range columns {
		if c.Name == "" || seen[c.Name] {
			return fmt.Errorf("table: expected columns with a name each of their own, found %.80q twice or none",
				c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

// check tells what keeps a row from being one of a table's.
func check(columns []Column, row []any) error {
	if len(row) != len(columns) {
		return fmt.Errorf("table: expected a row of %d values, found %d", len(columns), len(row))
	}
	for i, value := range row {
		if !columns[i].holds(value) {
			return fmt.Errorf("table: column %s: expected nil or a %s, found %.80q of the type %T", columns[i].Name,
				columns[i].Kind, fmt.Sprint(value), value)
		}
	}
	return nil
}

// holds reports whether a column can have a value.
func (c *Column) holds(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		switch c.Kind {
		case Text:
			return true
		case Day:
			_, ok := daysOf(v)
			return ok
		case Moment:
			_, err := time.Parse(time.RFC3339, v)
			return err == nil
		}
		return false
	case int64:
		return c.Kind == Whole
	case float64:
		return c.Kind == Number && !math.IsNaN(v) && !math.IsInf(v, 0)
	case bool:
		return c.Kind == Bool
	}
	return false
}

// valid returns a text in UTF-8, whatever stood in it.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// daysOf returns the days from 1970-01-01 to a day, by the proleptic Gregorian calendar.
func daysOf(text string) (days int32, ok bool) {
	day, err := time.Parse(time.DateOnly, text)
	return int32(day.Unix() / 86400), err == nil
}
