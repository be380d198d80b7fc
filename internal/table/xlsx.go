package table

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/flate"
)

// What a sheet can hold.
const (
	maxSheetRows = 1<<20 - 1 // besides the header
	maxColumns   = 1 << 14
	maxCell      = 1<<15 - 1             // UTF-16 code units of a text
	exactWhole   = 1_000_000_000_000_000 // from which on a sheet, which has 15 digits, cannot show every whole number
)

// Spreadsheets number days from dayZero, and agree on the numbers from firstDay on.
var (
	dayZero  = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	firstDay = time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)
)

// layouts are the forms of texts that a sheet has as numbers.
var layouts = map[Kind]string{Day: time.DateOnly, Moment: time.RFC3339}

var errEnded = errors.New("table: expected nothing more of a workbook that has ended")

// NewXLSX writes a workbook of two sheets: Data, and About with what is known of the table and its columns. Texts
// are cells in the format of texts: none is a formula, nor becomes one when it is edited; characters that XML
// cannot have are replaced by U+FFFD. Days and moments are numbers shown as dates. What a sheet would show as
// another value is a text: whole numbers of more than 15 digits, and days before 1900-03-01. Other numbers are
// rounded to 15 digits, as spreadsheets do.
//
// excelize writes no workbook here: its stream of rows holds 16 MiB and more of them, and what it copies columns by looks
// methods up by name, for which the linker would keep every method of the program.
func NewXLSX(w io.Writer, columns []Column, meta Meta) (Writer, error) {
	if err := checkColumns(columns); err != nil {
		return nil, err
	}
	x := &xlsxWriter{lines: lines{columns: columns}, parts: zip.NewWriter(w)}
	x.encode = x.appendRow
	x.parts.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed)
	})
	if len(columns) > maxColumns {
		return nil, fmt.Errorf("table: expected at most %d columns, which is what a sheet can have, found %d", maxColumns,
			len(columns))
	}
	for i := range columns {
		x.letters = append(x.letters, letters(i))
	}
	if err := x.open(meta); err != nil {
		return nil, fmt.Errorf("table: open a workbook: %w", err)
	}
	return x, nil
}

type xlsxWriter struct {
	lines   // of the sheet Data
	parts   *zip.Writer
	letters []string // of the columns
	rows    int      // below the header
}

// open writes what stands before the first row.
func (x *xlsxWriter) open(meta Meta) error {
	parts := append(slices.Clip(bookParts), [2]string{corePart, coreProperties(meta)},
		[2]string{aboutPart, aboutBook(x.columns, meta)})
	for _, part := range parts {
		w, err := x.parts.Create(part[0])
		if err == nil {
			_, err = io.WriteString(w, xmlHead+part[1])
		}
		if err != nil {
			return err
		}
	}
	names, styles := make([]string, len(x.columns)), make([]int, len(x.columns))
	for i, c := range x.columns {
		names[i], styles[i] = c.Name, kindStyles[c.Kind]
	}
	sheet := begun(`<sheetView tabSelected="1" workbookViewId="0">`+
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>`, styles...)
	x.buf = appendTexts([]byte(xmlHead+sheet), 1, headerStyle, names)
	x.end = ended
	var err error
	if x.w, err = x.parts.Create(dataPart); err != nil {
		return err
	}
	return x.parts.Flush() // a place that takes nothing is told of before there are rows
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
	}
	if x.rows == maxSheetRows {
		return &TooManyRows{maxSheetRows}
	}
	x.rows++
	return x.append(row)
}

// appendRow adds a row as ECMA-376, part 1, 18.3.1.73 has it.
func (x *xlsxWriter) appendRow(buf []byte, row []any) []byte {
	number := strconv.Itoa(x.rows + 1) // below the header
	buf = append(append(append(buf, `<row r="`...), number...), `">`...)
	for i, value := range row {
		if value == nil {
			continue
		}
		buf = append(append(append(buf, `<c r="`...), x.letters[i]...), number...)
		buf = append(appendCell(buf, x.columns[i].Kind, value), "</c>"...)
	}
	return append(buf, "</row>"...)
}

// appendCell adds what comes after the place of a cell.
func appendCell(buf []byte, kind Kind, value any) []byte {
	style := kindStyles[kind]
	switch v := value.(type) {
	case int64:
		if v >= exactWhole || v <= -exactWhole {
			return appendInline(buf, textStyle, strconv.FormatInt(v, 10))
		}
		return appendValue(buf, "n", style, float64(v))
	case float64:
		return appendValue(buf, "n", style, v)
	case bool:
		one := 0.0
		if v {
			one = 1
		}
		return appendValue(buf, "b", style, one)
	}
	text := value.(string) // the row was checked
	if layout, ok := layouts[kind]; ok {
		if at, _ := time.Parse(layout, text); !at.Before(firstDay) {
			return appendValue(buf, "n", style, float64(at.UnixMicro()-dayZero.UnixMicro())/86_400e6)
		}
	}
	return appendInline(buf, textStyle, text)
}

// appendValue adds a value that is written as a number.
func appendValue(buf []byte, kind string, style int, v float64) []byte {
	digits := 15
	if math.Abs(v) > 1.79769313486231e308 { // which would be rounded to more than there is
		digits = -1
	}
	buf = strconv.AppendFloat(append(opened(buf, kind, style), "<v>"...), v, 'g', digits, 64)
	return append(buf, "</v>"...)
}

// coded begins what a sheet takes for a character by its code: ECMA-376, part 1, 22.9.2.19.
var coded = regexp.MustCompile(`_(x[0-9A-Fa-f]{4})`)

// appendInline adds a text.
func appendInline(buf []byte, style int, text string) []byte {
	buf = append(opened(buf, "inlineStr", style), `<is><t xml:space="preserve">`...)
	if strings.Contains(text, "_x") {
		text = coded.ReplaceAllString(text, "_x005F_$1")
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' || strings.ContainsRune(`<>&"'`, r) }) {
		escaped := bytes.NewBuffer(buf)
		_ = xml.EscapeText(escaped, []byte(text)) // a buffer takes everything
		buf = escaped.Bytes()
	} else {
		buf = append(buf, text...)
	}
	return append(buf, "</t></is>"...)
}

// opened adds the rest of a cell's tag.
func opened(buf []byte, kind string, style int) []byte {
	buf = append(append(append(buf, `" t="`...), kind...), `" s="`...)
	return append(strconv.AppendInt(buf, int64(style), 10), `">`...)
}

// units counts the UTF-16 code units of a text.
func units(text string) (n int) {
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}

// Close ends the sheet and the workbook.
func (x *xlsxWriter) Close() error {
	if x.err == nil {
		x.err = x.lines.Close()
	}
	if x.err == nil {
		x.err = x.parts.Close()
	}
	err := x.err
	x.Discard()
	return err
}

// Discard ends the writing.
func (x *xlsxWriter) Discard() {
	if x.err == nil {
		x.err = errEnded
	}
}
