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
	"strconv"
	"strings"
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

// Spreadsheets number days from dayZero, and agree on the numbers from firstDay on.
var (
	dayZero  = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	firstDay = time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)
)

// layouts are the forms of texts that a sheet has as numbers.
var layouts = map[Kind]string{Day: time.DateOnly, Moment: time.RFC3339}

// The sheets, and where the workbook has the rows.
const (
	dataSheet  = "Data"
	aboutSheet = "About"
	dataPart   = "xl/worksheets/sheet1.xml"
	endOfRows  = "</sheetData>"
)

var errEnded = errors.New("table: expected nothing more of a workbook that has ended")

// NewXLSX writes a workbook of two sheets: Data, and About with what is known of the table and its columns. Texts
// are cells in the format of texts: none is a formula, nor becomes one when it is edited; characters that XML
// cannot have are replaced by U+FFFD. Days and moments are numbers shown as dates. What a sheet would show as
// another value is a text: whole numbers of more than 15 digits, and days before 1900-03-01. Other numbers are
// rounded to 15 digits, as spreadsheets do.
//
// The workbook is excelize's, but for the rows below the header: its own stream of rows holds 16 MiB and more of
// them.
func NewXLSX(w io.Writer, columns []Column, meta Meta) (Writer, error) {
	if err := checkColumns(columns); err != nil {
		return nil, err
	}
	x := &xlsxWriter{lines: lines{columns: columns}, parts: zip.NewWriter(w), styles: map[Kind]int{}}
	x.encode = x.appendRow
	x.parts.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed)
	})
	for i := range columns {
		letters, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return nil, fmt.Errorf("table: name column %d of a workbook: %w", i+1, err)
		}
		x.letters = append(x.letters, letters)
	}
	if err := x.open(meta); err != nil {
		return nil, fmt.Errorf("table: open a workbook: %w", err)
	}
	return x, nil
}

type xlsxWriter struct {
	lines   // of the sheet Data
	parts   *zip.Writer
	styles  map[Kind]int
	letters []string // of the columns
	rows    int      // below the header
	tail    []byte   // what comes after the rows
}

// open writes what stands before the first row.
func (x *xlsxWriter) open(meta Meta) error {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }() // which holds no file
	day, moment := "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
	const header Kind = "header"
	for _, s := range []struct {
		of    Kind
		looks excelize.Style
	}{
		{Text, excelize.Style{NumFmt: 49}}, {Whole, excelize.Style{NumFmt: 1}},
		{Day, excelize.Style{CustomNumFmt: &day}}, {Moment, excelize.Style{CustomNumFmt: &moment}},
		{header, excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}}},
	} {
		var err error
		if x.styles[s.of], err = book.NewStyle(&s.looks); err != nil {
			return err
		}
	}
	written := meta.Written.UTC().Format(time.RFC3339)
	properties := excelize.DocProperties{Title: meta.Title, Description: meta.Description, Creator: "homebound",
		Created: written, Modified: written}
	names := make([]string, len(x.columns))
	err := errors.Join(book.SetDocProps(&properties), book.SetSheetName("Sheet1", dataSheet),
		x.about(book, meta, x.styles[header]))
	for i, c := range x.columns {
		names[i] = c.Name
		err = errors.Join(err, book.SetColStyle(dataSheet, x.letters[i], x.styles[c.Kind]))
	}
	last := x.letters[len(x.letters)-1]
	err = errors.Join(err, book.SetSheetRow(dataSheet, "A1", &names),
		book.SetCellStyle(dataSheet, "A1", last+"1", x.styles[header]),
		book.SetColWidth(dataSheet, "A", last, 18),
		book.SetPanes(dataSheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
		// Readers that go by it would miss what excelize has not counted.
		book.SetSheetDimension(dataSheet, ""), book.SetSheetDimension(aboutSheet, ""),
	)
	if err != nil {
		return err
	}
	var sheet bytes.Buffer
	book.ZipWriter = func(io.Writer) excelize.ZipWriter { return besides{x.parts, &sheet} }
	if err := book.Write(io.Discard); err != nil { // and to the zip, which is where everything goes
		return err
	}
	before, after, _ := bytes.Cut(sheet.Bytes(), []byte(endOfRows))
	x.tail = append([]byte(endOfRows), after...)
	if x.w, err = x.parts.Create(dataPart); err != nil {
		return err
	}
	_, err = x.w.Write(before)
	return err
}

// besides takes the parts of a workbook besides the sheet Data, which is kept for its rows.
type besides struct {
	*zip.Writer
	data *bytes.Buffer
}

// Create begins a part.
func (b besides) Create(name string) (io.Writer, error) {
	if name == dataPart {
		return b.data, nil
	}
	w, err := b.Writer.Create(name)
	if name == coreProperties {
		return withoutModifier{w}, err
	}
	return w, err
}

// coreProperties says who made a workbook. excelize names who modified it last, though nobody did, and without the
// prefix that Office writes: ExcelJS does not open such a file.
const coreProperties = "docProps/core.xml"

type withoutModifier struct{ io.Writer }

// Write takes a part that comes whole.
func (w withoutModifier) Write(part []byte) (int, error) {
	_, err := w.Writer.Write(bytes.Replace(part, []byte("<lastModifiedBy></lastModifiedBy>"), nil, 1))
	return len(part), err
}

// Close leaves the zip open.
func (besides) Close() error { return nil }

// about writes the sheet About.
func (x *xlsxWriter) about(book *excelize.File, meta Meta, header int) error {
	_, err := book.NewSheet(aboutSheet)
	err = errors.Join(err, book.SetColStyle(aboutSheet, "A:D", x.styles[Text]),
		book.SetColWidth(aboutSheet, "A", "D", 18))
	row := 0
	add := func(texts ...any) {
		row++
		err = errors.Join(err, book.SetSheetRow(aboutSheet, "A"+strconv.Itoa(row), &texts))
	}
	facts := about(x.columns, meta)
	for _, f := range facts[:len(facts)-2] { // the last two say for programs what the rows below say
		add(f.Name, f.Value)
	}
	row++
	add("column", "type", "unit", "description")
	err = errors.Join(err, book.SetCellStyle(aboutSheet, "A"+strconv.Itoa(row), "D"+strconv.Itoa(row), header))
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
		buf = append(x.appendCell(buf, x.columns[i].Kind, value), "</c>"...)
	}
	return append(buf, "</row>"...)
}

// appendCell adds what comes after the place of a cell.
func (x *xlsxWriter) appendCell(buf []byte, kind Kind, value any) []byte {
	style := x.styles[kind]
	switch v := value.(type) {
	case int64:
		if v >= exactWhole || v <= -exactWhole {
			return x.appendInline(buf, strconv.FormatInt(v, 10))
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
	return x.appendInline(buf, text)
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
func (x *xlsxWriter) appendInline(buf []byte, text string) []byte {
	buf = append(opened(buf, "inlineStr", x.styles[Text]), `<is><t xml:space="preserve">`...)
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
		x.buf = append(x.buf, x.tail...)
		x.err = x.flush()
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
