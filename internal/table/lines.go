package table

import (
	"io"
	"math"
	"strconv"
)

// flushAt is how many bytes of lines are gathered before they are written on.
const flushAt = 64 << 10

// lines writes a row as a line of text.
type lines struct {
	w       io.Writer
	columns []Column
	encode  func(buf []byte, row []any) []byte // a row that has been checked
	buf     []byte
	end     string // what stands behind the last line
	err     error  // of w
}

// Write takes one row.
func (l *lines) Write(row []any) error {
	if l.err != nil {
		return l.err
	}
	if err := check(l.columns, row); err != nil {
		return err
	}
	return l.append(row)
}

// append takes a row that has been checked.
func (l *lines) append(row []any) error {
	l.buf = l.encode(l.buf, row)
	if len(l.buf) >= flushAt {
		return l.flush()
	}
	return nil
}

// Close writes what is left.
func (l *lines) Close() error {
	if l.err != nil {
		return l.err
	}
	l.buf = append(l.buf, l.end...)
	return l.flush()
}

// Discard does nothing: there is only memory to let go of.
func (*lines) Discard() {}

func (l *lines) flush() error {
	_, l.err = l.w.Write(l.buf)
	l.buf = l.buf[:0]
	return l.err
}

// appendNumber writes a number in the shortest form that reads back exactly: in digits alone where these are not
// many, as JSON and spreadsheets have it.
func appendNumber(buf []byte, v float64) []byte {
	form := byte('f')
	if size := math.Abs(v); size != 0 && (size < 1e-6 || size >= 1e21) {
		form = 'e'
	}
	return strconv.AppendFloat(buf, v, form, -1, 64)
}
