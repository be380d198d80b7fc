package datapackage

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"
)

// scanner splits RFC 4180 text into records. encoding/csv would do but for three things that an import needs: it keeps
// an unclosed quote's text to the end of the file in memory, it does not give the text of a record that it refuses,
// and it changes line ends inside quotes. In what is well formed both agree, which a fuzz test holds.
//
// Blank lines are passed over. A record that breaks the rules ends with its line, and the next one is read as if
// nothing had happened.
type scanner struct {
	src   io.Reader
	buf   []byte
	start int // buf[start:end] is read and not yet given out
	end   int
	err   error // of src, io.EOF at its end
	limit int   // bytes of the longest record
	form  textForm
	skip  bool // the rest of the line belongs to a record that was cut off

	line     int   // of the first byte not given out, from 1
	consumed int64 // bytes given out

	// The record, valid until the next call of next.
	raw    []byte // with its line end
	at     int    // its line
	fields []field
	// how it breaks the rules, "" where it does not; the last field is then the rest of the line, as it is
	fault string
}

// field is a part of scanner.raw.
type field struct {
	at       int // where it begins, its quote included
	from, to int // its text, without quotes
	escaped  bool
}

const firstBuffer = 64 << 10

// textForm is how a text is split into fields.
type textForm struct {
	delimiter, quote byte // of ASCII
	preamble         bool // the first line says the delimiter, as Excel has it, and is passed over
}

// plainForm is that of RFC 4180.
var plainForm = textForm{delimiter: ',', quote: '"'}

func newScanner(src io.Reader, limit int, form textForm) *scanner {
	return &scanner{src: src, buf: make([]byte, min(firstBuffer, limit)), limit: limit, line: 1, form: form}
}

var byteOrderMark = []byte("\ufeff")

// skipMark passes over a byte order mark, which may stand at the very beginning.
func (s *scanner) skipMark() {
	for s.end < len(byteOrderMark) && s.err == nil {
		s.fill()
	}
	if bytes.HasPrefix(s.buf[s.start:s.end], byteOrderMark) {
		s.start += len(byteOrderMark)
		s.consumed += int64(len(byteOrderMark))
	}
	if s.form.preamble {
		s.discard()
	}
}

// next reads the next record. At the end it returns io.EOF, and any other error of the source as it is.
func (s *scanner) next() error {
	for {
		if s.skip {
			s.discard()
		}
		data := s.buf[s.start:s.end]
		if blank := s.blank(data); blank > 0 {
			s.take(blank)
			continue
		}
		// At the end, and where no more would fit, split must make do with what there is.
		last := s.err != nil
		full := !last && len(data) >= s.limit
		if len(data) > 0 && (s.err == nil || s.err == io.EOF) {
			if n := s.split(data, last, full); n > 0 {
				s.at = s.line
				s.raw = data[:n]
				s.take(n)
				return nil
			}
		}
		if last {
			return s.err
		}
		s.fill()
	}
}

// blank returns the length of the empty line that data begins with, 0 where there is none.
func (s *scanner) blank(data []byte) int {
	switch {
	case bytes.HasPrefix(data, []byte("\n")):
		return 1
	case bytes.HasPrefix(data, []byte("\r\n")):
		return 2
	case s.err == io.EOF && string(data) == "\r":
		return 1
	}
	return 0
}

func (s *scanner) take(n int) {
	s.line += bytes.Count(s.buf[s.start:s.start+n], []byte("\n"))
	s.start += n
	s.consumed += int64(n)
}

// discard passes over the rest of the line.
func (s *scanner) discard() {
	for {
		if i := bytes.IndexByte(s.buf[s.start:s.end], '\n'); i >= 0 {
			s.take(i + 1)
			s.skip = false
			return
		}
		s.take(s.end - s.start)
		if s.err != nil {
			s.skip = false
			return
		}
		s.fill()
	}
}

// fill reads on, into a larger buffer where the record does not fit and the limit allows.
func (s *scanner) fill() {
	if s.start > 0 {
		s.end = copy(s.buf, s.buf[s.start:s.end])
		s.start = 0
	}
	if s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, min(len(s.buf), s.limit-len(s.buf)))...)
	}
	for range 100 {
		n, err := s.src.Read(s.buf[s.end:])
		s.end += n
		if n > 0 || err != nil {
			s.err = err
			return
		}
	}
	s.err = io.ErrNoProgress
}

// split finds the fields of the record that data begins with and gives the record's length, its line end included. It
// gives 0 where data ends before the record does, unless nothing can be added to data: it is the last, or full.
func (s *scanner) split(data []byte, last, full bool) int {
	s.fields, s.fault = s.fields[:0], ""
	end := bytes.IndexByte(data, '\n')
	if end < 0 {
		if !last {
			return s.broken(data, 0, last, full, "")
		}
		end = len(data)
	}
	if bytes.IndexByte(data[:end], s.form.quote) >= 0 {
		return s.splitQuoted(data, last, full)
	}
	line := withoutReturn(data[:end])
	for from := 0; ; {
		comma := bytes.IndexByte(line[from:], s.form.delimiter)
		if comma < 0 {
			s.fields = append(s.fields, field{from, from, len(line), false})
			return min(end+1, len(data))
		}
		s.fields = append(s.fields, field{from, from, from + comma, false})
		from += comma + 1
	}
}

func (s *scanner) splitQuoted(data []byte, last, full bool) int {
	special := string([]byte{s.form.delimiter, '\n', s.form.quote})
	for at := 0; ; {
		f, after := field{at: at, from: at}, 0
		if at < len(data) && data[at] == s.form.quote {
			f.from++
			f.to, f.escaped = closingQuote(data, f.from, s.form.quote)
			switch {
			case f.to < 0 && last:
				return s.broken(data, at, last, full, "expected a closing quote, found the end of the file")
			case f.to < 0 && full:
				return s.broken(data, at, last, full,
					fmt.Sprintf("expected a closing quote within a record of at most %d bytes, found none", s.limit))
			case f.to < 0:
				return 0
			}
			after = f.to + 1
			rest := data[after:]
			atEnd := len(rest) == 0 || string(rest) == "\r"
			switch {
			case atEnd && full:
				return s.broken(data, at, last, full, s.tooLong())
			case atEnd && !last:
				return 0 // what follows tells whether the quote closes the field
			case atEnd:
				after = len(data)
			case bytes.HasPrefix(rest, []byte("\r\n")):
				after++
			case rest[0] != s.form.delimiter && rest[0] != '\n':
				return s.broken(data, at, last, full, "expected a "+delimiterName(s.form.delimiter)+
					" or the end of the line after a closing quote, found "+quote(firstRune(rest)))
			}
		} else {
			length := bytes.IndexAny(data[at:], special)
			switch {
			case length < 0 && !last:
				return s.broken(data, at, last, full, "")
			case length < 0:
				length = len(data) - at
			case data[at+length] == s.form.quote:
				return s.broken(data, at, last, full,
					"expected quotes around the whole value or none, found one inside")
			}
			after = at + length
			f.to = after
			if after == len(data) || data[after] == '\n' {
				f.to = at + len(withoutReturn(data[at:after]))
			}
		}
		s.fields = append(s.fields, f)
		if after == len(data) || data[after] == '\n' {
			return min(after+1, len(data))
		}
		at = after + 1
	}
}

func (s *scanner) tooLong() string {
	return fmt.Sprintf("expected a record of at most %d bytes, found a longer one, cut off there", s.limit)
}

// broken ends a record that breaks the rules with the line on which its last field begins, or cuts it off where that
// line is too long to hold. It gives 0 where more of the line is to come.
func (s *scanner) broken(data []byte, at int, last, full bool, fault string) int {
	s.fault = fault
	length, end := bytes.IndexByte(data[at:], '\n'), 0
	switch {
	case length >= 0:
		end = at + length + 1
	case last:
		length, end = len(data)-at, len(data)
	case full:
		s.fault, s.skip = s.tooLong(), true
		length, end = len(data)-at, len(data)
	default:
		return 0
	}
	s.fields = append(s.fields, field{at, at, at + len(withoutReturn(data[at:at+length])), false})
	return end
}

// closingQuote finds the quote that closes a field, which is not doubled, or gives -1.
func closingQuote(data []byte, from int, quote byte) (at int, escaped bool) {
	for {
		i := bytes.IndexByte(data[from:], quote)
		if i < 0 {
			return -1, escaped
		}
		from += i + 1
		if from == len(data) || data[from] != quote {
			return from - 1, escaped
		}
		from++
		escaped = true
	}
}

// text returns the value of the i-th field.
func (s *scanner) text(i int) []byte {
	f := s.fields[i]
	if f.escaped {
		one := []byte{s.form.quote}
		return bytes.ReplaceAll(s.raw[f.from:f.to], []byte{s.form.quote, s.form.quote}, one)
	}
	return s.raw[f.from:f.to]
}

// texts returns the values of all fields.
func (s *scanner) texts() []string {
	texts := make([]string, len(s.fields))
	for i := range s.fields {
		texts[i] = string(s.text(i))
	}
	return texts
}

// position returns the line and the column, in characters from 1, at which the i-th field begins.
func (s *scanner) position(i int) (line, column int) {
	before := s.raw[:s.fields[i].at]
	start := bytes.LastIndexByte(before, '\n') + 1
	return s.at + bytes.Count(before, []byte("\n")), utf8.RuneCount(before[start:]) + 1
}

func withoutReturn(line []byte) []byte { return bytes.TrimSuffix(line, []byte("\r")) }

func firstRune(text []byte) []byte {
	_, size := utf8.DecodeRune(text)
	return text[:size]
}

// isBlank reports whether a row has no value at all: commas alone, empty quotes or blanks, as spreadsheets leave them
// below a table.
func (s *scanner) isBlank() bool {
	if s.fault != "" {
		return false
	}
	for i := range s.fields {
		if len(bytes.TrimSpace(s.text(i))) > 0 {
			return false
		}
	}
	return true
}
