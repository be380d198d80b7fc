package table

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/flate"
	"github.com/xuri/excelize/v2"
)

// What a sheet can hold.
const (
	maxSheetRows = 1<<20 - 1               // besides the header
	maxCell      = excelize.TotalCellChars // UTF-16 code units of a text
	exactWhole   = 1_000_000_000_000_000   // from which on a sheet, which has 15 digits, cannot show every whole number
)

// firstDay is the first from which on spreadsheets agree on the number of a day.
var firstDay = time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)

// layouts are the forms of texts that a sheet has as numbers.
var layouts = map[Kind]string{Day: time.DateOnly, Moment: time.RFC3339}

var errEnded = errors.New("table: expected nothing more of a workbook that has ended")

// NewXLSX writes a workbook of two sheets: Data, and About with what is known of the table and its columns. Texts are cells
// in the format of texts: none is a formula, nor becomes one when it is edited; characters that XML cannot have are replaced
// by U+FFFD. Days and moments are numbers shown as dates. What a sheet would show as another value is a text: whole numbers
// of more than 15 digits, and days before 1900-03-01. Other numbers are rounded to 15 digits, as spreadsheets do.
//
// The rows stand in a temporary file until Close, which writes the whole of the workbook.
func NewXLSX(w io.Writer, columns []Column, meta Meta) (Writer, error) {
	if err := checkColumns(columns); err != nil {
		return nil, err
	}
	// Without a place for files, which is found out here, excelize would hold all rows in memory.
	files, err := os.MkdirTemp("", "homebound-xlsx-")
	if err != nil {
		return nil, fmt.Errorf("table: make a folder for the rows of a workbook: %w", err)
	}
	x := &xlsxWriter{book: excelize.NewFile(excelize.Options{TmpDir: files}), files: files, columns: columns, cells: make([]any, len(columns))}
	// excelize would hold the whole file before it writes it; what it hands to its own writer goes to w instead.
	x.book.ZipWriter = func(io.Writer) excelize.ZipWriter {
		z := zip.NewWriter(w)
		z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
		return z
	}
	if err := x.open(meta); err != nil {
		x.Discard()
		return nil, fmt.Errorf("table: open a workbook: %w", err)
	}
	return x, nil
}

type xlsxWriter struct {
	book    *excelize.File
	files   string // the folder of what is too large for memory
	columns []Column
	data    *excelize.StreamWriter
	text    int   // the style of texts
	cells   []any // of the row at hand
	rows    int
	err     error // why nothing more can be written
}

// open writes what stands before the first row.
func (x *xlsxWriter) open(meta Meta) error {
	day, moment := "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
	const header Kind = "header"
	styles := map[Kind]int{}
	for _, s := range []struct {
		of    Kind
		looks excelize.Style
	}{
		{Text, excelize.Style{NumFmt: 49}}, {Whole, excelize.Style{NumFmt: 1}},
		{Day, excelize.Style{CustomNumFmt: &day}}, {Moment, excelize.Style{CustomNumFmt: &moment}},
		{header, excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}}},
	} {
		var err error
		if styles[s.of], err = x.book.NewStyle(&s.looks); err != nil {
			return err
		}
	}
	x.text = styles[Text]
	written := meta.Written.UTC().Format(time.RFC3339)
	properties := excelize.DocProperties{Title: meta.Title, Description: meta.Description, Creator: "homebound", Created: written, Modified: written}
	if err := errors.Join(x.book.SetDocProps(&properties), x.book.SetSheetName("Sheet1", "Data"), x.about(meta, styles[header])); err != nil {
		return err
	}
	var err error
	if x.data, err = x.book.NewStreamWriter("Data"); err != nil {
		return err
	}
	for i, c := range x.columns {
		x.cells[i] = excelize.Cell{StyleID: styles[header], Value: c.Name}
		if err := x.data.SetColStyle(i+1, i+1, styles[c.Kind]); err != nil {
			return err
		}
	}
	return errors.Join(x.data.SetColWidth(1, len(x.columns), 18),
		x.data.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
		x.data.SetRow("A1", x.cells))
}

// about writes the sheet About.
func (x *xlsxWriter) about(meta Meta, header int) error {
	const sheet = "About"
	_, err := x.book.NewSheet(sheet)
	err = errors.Join(err, x.book.SetColStyle(sheet, "A:D", x.text), x.book.SetColWidth(sheet, "A", "D", 18))
	row := 0
	add := func(texts ...any) {
		row++
		err = errors.Join(err, x.book.SetSheetRow(sheet, "A"+strconv.Itoa(row), &texts))
	}
	facts := about(x.columns, meta)
	for _, f := range facts[:len(facts)-2] { // the last two say for programs what the rows below say
		add(f.Name, f.Value)
	}
	row++
	add("column", "type", "unit", "description")
	err = errors.Join(err, x.book.SetCellStyle(sheet, "A"+strconv.Itoa(row), "D"+strconv.Itoa(row), header))
	for _, c := range x.columns {
		add(c.Name, string(c.Kind), c.Unit, c.Description)
	}
	return err
}

// Write takes one row.
func (x *xlsxWriter) Write(row []any) error {
	if x.err != nil {
		return x.err
	}
	if err := check(x.columns, row); err != nil {
		return err
	}
	for i, value := range row {
		if text, ok := value.(string); ok && len(text) > maxCell && units(text) > maxCell {
			return fmt.Errorf("table: column %s: expected a text of at most %d characters, which is what a cell can have, found one of %d", x.columns[i].Name, maxCell, units(text))
		}
		x.cells[i] = x.cell(x.columns[i].Kind, value)
	}
	if x.rows == maxSheetRows {
		return &TooManyRows{maxSheetRows}
	}
	x.rows++
	x.err = x.data.SetRow("A"+strconv.Itoa(x.rows+1), x.cells) // below the header
	return x.err
}

// cell gives a value as a sheet has it.
func (x *xlsxWriter) cell(kind Kind, value any) any {
	switch v := value.(type) {
	case int64:
		if v >= exactWhole || v <= -exactWhole {
			return excelize.Cell{StyleID: x.text, Value: strconv.FormatInt(v, 10)}
		}
	case float64:
		// excelize cuts digits off, and does not round.
		if rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64); err == nil {
			return rounded
		}
	case string:
		if layout, ok := layouts[kind]; ok {
			at, _ := time.Parse(layout, v) // which is one: the row was checked
			if at.Before(firstDay) {
				return excelize.Cell{StyleID: x.text, Value: v}
			}
			return at.UTC()
		}
	}
	return value
}

// units counts the UTF-16 code units of a text.
func units(text string) (n int) {
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}

// Close writes the workbook.
func (x *xlsxWriter) Close() error {
	if x.err == nil {
		x.err = x.data.Flush()
	}
	if x.err == nil {
		x.err = x.book.Write(io.Discard) // and to the zip, which is where everything goes
	}
	err := x.err
	x.Discard()
	return err
}

// Discard removes the temporary file.
func (x *xlsxWriter) Discard() {
	if x.err == nil {
		x.err = errEnded
	}
	_ = x.book.Close() // of which nothing more is wanted
	_ = os.RemoveAll(x.files)
}
