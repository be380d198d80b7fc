// Package table writes tables row by row in the formats that notebooks, spreadsheets and warehouses read. Writers hold no
// more than a bounded number of rows.
package table

import (
	"io"
	"time"
)

// Kind is what the values of a column are. Every column may have nil, for what is unknown or withheld.
type Kind string

const (
	Text   Kind = "string"  // string
	Whole  Kind = "integer" // int64
	Number Kind = "number"  // float64
	Bool   Kind = "boolean" // bool
	Day    Kind = "date"    // string, RFC 3339 full-date
	Moment Kind = "datetime"
)

// Column describes a column.
type Column struct {
	Name        string `json:"name"`
	Kind        Kind   `json:"type"`
	Unit        string `json:"unit,omitempty"` // such as persons, RUB or fraction
	Description string `json:"description"`
}

// Meta goes along with a table where its format has a place for it.
type Meta struct {
	Title       string
	Description string // what a reader must know, the mark of synthetic rows first
	Written     time.Time
}

// Writer takes the rows of one table. A table that is not closed is not whole, and can be told to be cut.
type Writer interface {
	// Write takes one row: nil, or by the column's kind string, int64, float64 or bool. The row may be used anew afterwards.
	Write(row []any) error
	// Close ends the table; it does not close what the table is written to.
	Close() error
}

// Format is one way of writing tables.
type Format struct {
	Extension string // without a dot
	MediaType string
	New       func(w io.Writer, columns []Column, meta Meta) (Writer, error)
}
