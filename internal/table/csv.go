package table

import (
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// NewCSV writes RFC 4180: lines that end with CRLF, the header first. nil is an empty field, an empty text two
// quotes. What a spreadsheet would take for a formula gets an apostrophe in front; PlainText takes it away again.
func NewCSV(w io.Writer, columns []Column, _ Meta) (Writer, error) {
	if err := checkColumns(columns); err != nil {
		return nil, err
	}
	c := &lines{w: w, columns: columns, encode: appendRow}
	for i, column := range columns {
		if i > 0 {
			c.buf = append(c.buf, ',')
		}
		c.buf = appendText(c.buf, column.Name)
	}
	c.buf = append(c.buf, "\r\n"...)
	return c, nil
}

func appendRow(buf []byte, row []any) []byte {
	start := len(buf)
	for i, value := range row {
		if i > 0 {
			buf = append(buf, ',')
		}
		switch v := value.(type) {
		case string:
			buf = appendText(buf, v)
		case int64:
			buf = strconv.AppendInt(buf, v, 10)
		case float64:
			buf = appendNumber(buf, v)
		case bool:
			buf = strconv.AppendBool(buf, v)
		}
	}
	if len(buf) == start {
		buf = append(buf, `""`...) // since readers leave out empty lines
	}
	return append(buf, "\r\n"...)
}

// What a byte means for the field that it is in.
const (
	quoted  = 1 << iota // the field stands in quotes
	foreign             // a character that is not of ASCII
)

// bytesOf has what each byte means. The separators of other tables than this are among those that are quoted, for the
// spreadsheets that guess at them.
var bytesOf = func() (meaning [256]uint8) {
	for _, b := range []byte("\",;\t\r\n") {
		meaning[b] = quoted
	}
	for b := utf8.RuneSelf; b < len(meaning); b++ {
		meaning[b] = foreign
	}
	return meaning
}()

func appendText(buf []byte, text string) []byte {
	if text == "" {
		return append(buf, `""`...)
	}
	var meaning uint8
	for i := range len(text) {
		meaning |= bytesOf[text[i]]
	}
	if meaning&foreign != 0 {
		text = valid(text)
	}
	formula := isFormula(text)
	if meaning&quoted == 0 {
		if formula {
			buf = append(buf, '\'')
		}
		return append(buf, text...)
	}
	buf = append(buf, '"')
	if formula {
		buf = append(buf, '\'')
	}
	for {
		before, after, found := strings.Cut(text, `"`)
		buf = append(buf, before...)
		if !found {
			return append(buf, '"')
		}
		buf = append(buf, `""`...)
		text = after
	}
}

// isFormula reports whether a spreadsheet would, or after PlainText could, take a text for a formula.
func isFormula(text string) bool {
	if text == "" || text[0] > '@' && text[0] < utf8.RuneSelf && text[0] != '|' {
		return false
	}
	// Spreadsheets pass over blanks, and some over marks that nobody sees; a pipe starts a program in old ones.
	text = strings.TrimLeft(text, "'")
	switch r, _ := utf8.DecodeRuneInString(text); r {
	case '\t', '\r', '\n':
		return true
	}
	switch r, _ := utf8.DecodeRuneInString(strings.TrimLeft(text, " '\u00a0\u200b\u200e\u200f\ufeff\u3000")); r {
	case '=', '+', '-', '@', '|', '＝', '＋', '－', '＠', '｜':
		return true
	}
	return false
}

// PlainText returns a text as it was before a writer put an apostrophe in front of it.
func PlainText(field string) string {
	if plain, marked := strings.CutPrefix(field, "'"); marked && isFormula(plain) {
		return plain
	}
	return field
}
