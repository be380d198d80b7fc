package datapackage

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/xuri/excelize/v2"
)

// workbook is an opened spreadsheet. Rows are read as a stream; sheets of more than 16 MiB lie in a temporary file.
type workbook struct {
	mutex sync.Mutex // excelize reads what sheets share when it is first asked
	book  *excelize.File
}

// Close removes the temporary files.
func (w *workbook) Close() error { return w.book.Close() }

// isWorkbook reports whether a file is a spreadsheet, by its name.
func isWorkbook(name string) bool {
	return slices.Contains([]string{".xlsx", ".xlsm"}, strings.ToLower(path.Ext(name)))
}

// openWorkbook opens a spreadsheet of the package, or returns the one that was opened for another table.
func (p *Package) openWorkbook(fsys fs.FS, name string, limits Limits) (*workbook, error) {
	if w := p.books[name]; w != nil {
		return w, nil
	}
	in, err := fsys.Open(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	defer in.Close()
	book, err := excelize.OpenReader(in, excelize.Options{RawCellValue: true, UnzipSizeLimit: limits.UnpackedBytes,
		UnzipXMLSizeLimit: min(16<<20, limits.UnpackedBytes)})
	switch {
	case errors.Is(err, excelize.ErrWorkbookPassword), errors.Is(err, excelize.ErrWorkbookFileFormat):
		return nil, fmt.Errorf("%s: expected a workbook of Excel without a password, found another file: %w", name, err)
	case err != nil:
		return nil, fmt.Errorf("%s: the workbook cannot be read: %w", name, err)
	}
	w := &workbook{book: book}
	p.books[name] = w
	p.closers = append(p.closers, w)
	return w, nil
}

// sheetOf returns the sheet of a table: the one that the dialect names, else the one that is called like the table, else
// the only one.
func (w *workbook) sheetOf(t Table, d dialect) (string, error) {
	sheets := w.book.GetSheetList()
	listed := strings.Join(sheets, ", ")
	switch {
	case d.SheetName != "":
		if slices.Contains(sheets, d.SheetName) {
			return d.SheetName, nil
		}
		return "", fmt.Errorf("expected the sheet %s, found %s", quote(d.SheetName), listed)
	case d.SheetNumber != 0:
		if 1 <= d.SheetNumber && d.SheetNumber <= len(sheets) {
			return sheets[d.SheetNumber-1], nil
		}
		return "", fmt.Errorf("expected a sheet %d, found %d: %s", d.SheetNumber, len(sheets), listed)
	}
	for _, sheet := range sheets {
		if fold(sheet) == t.Name {
			return sheet, nil
		}
	}
	if len(sheets) == 1 {
		return sheets[0], nil
	}
	return "", fmt.Errorf("expected a sheet called %s, found %s", t.Name, listed)
}

// date1904 reports whether days are counted from 1904, as on old Macintoshes.
func (w *workbook) date1904() bool {
	properties, err := w.book.GetWorkbookProps()
	return err == nil && properties.Date1904 != nil && *properties.Date1904
}

// sheetText reads a sheet as CSV, a line for each row so that lines are rows.
type sheetText struct {
	rows  *excelize.Rows
	width int // of the first row that has cells
	text  []byte
}

func (w *workbook) open(sheet string) (*sheetText, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	rows, err := w.book.Rows(sheet)
	if err != nil {
		return nil, err
	}
	return &sheetText{rows: rows}, nil
}

// Read returns the next bytes of the text.
func (s *sheetText) Read(into []byte) (int, error) {
	for len(s.text) == 0 {
		if !s.rows.Next() {
			if err := s.rows.Error(); err != nil {
				return 0, err
			}
			return 0, io.EOF
		}
		cells, err := s.rows.Columns()
		if err != nil {
			return 0, err
		}
		if s.width == 0 {
			s.width = len(cells)
		}
		for len(cells) < s.width && len(cells) > 0 {
			cells = append(cells, "")
		}
		for i, cell := range cells {
			// A line break inside of a cell would be counted as another row; sheetValue makes it one again.
			s.text = appendCell(s.text, i, bytes.ReplaceAll([]byte(cell), []byte("\n"), []byte("\r")))
		}
		s.text = append(s.text, '\n')
	}
	n := copy(into, s.text)
	s.text = s.text[n:]
	return n, nil
}

// Close ends the reading.
func (s *sheetText) Close() error { return s.rows.Close() }

var (
	serialDay   = regexp.MustCompile(`^\d{1,7}(\.0+)?$`)
	binaryWhole = regexp.MustCompile(`^\d(\.\d+)?E\d+$`)
)

// sheetForm is how a workbook keeps values.
type sheetForm struct{ from1904 bool }

// plain returns the value of a cell as its sheet shows it: days are counted there, and long numbers have an exponent.
func (s *sheetForm) plain(text []byte, t Type) []byte {
	text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	switch t {
	case Date:
		if !serialDay.Match(text) {
			return text
		}
		serial, err := strconv.ParseFloat(string(text), 64)
		if err != nil {
			return text
		}
		if day, err := excelize.ExcelDateToTime(serial, s.from1904); err == nil {
			return day.AppendFormat(nil, time.DateOnly)
		}
	case Text, Key, Region:
		if binaryWhole.Match(text) {
			if x, err := strconv.ParseFloat(string(text), 64); err == nil {
				return strconv.AppendFloat(nil, x, 'f', -1, 64)
			}
		}
	}
	return text
}
