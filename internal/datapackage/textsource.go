package datapackage

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// textSource is where the text of a part comes from: a file of the package, unpacked and in UTF-8.
type textSource struct {
	path     string // for people: of a sheet, with its name
	file     string
	size     int64 // of the file as it lies there
	book     *workbook
	sheet    string // of book
	form     *sheetForm
	features *features // of a file of GeoJSON, once it was read
	gzip     bool
	most     int64             // bytes that a packed file may unpack to
	encoding encoding.Encoding // nil for UTF-8
	returns  bool              // lines end with a carriage return alone
}

// made reports whether the text is made of a file of another form, and so as we write it.
func (s *textSource) made() bool { return s.book != nil || s.features != nil }

// openText is an open source. read counts the bytes of the file that have been read; own tells whether the text is the file
// itself, so that places in it are places in the file.
type openText struct {
	io.Reader
	file io.Closer
	read int64
	own  bool
}

// Close ends the reading.
func (t *openText) Close() error { return t.file.Close() }

// raw opens the source unpacked, in whatever encoding it is.
func (s *textSource) raw(fsys fs.FS) (*openText, error) {
	if s.book != nil {
		in, err := s.book.open(s.sheet)
		if err != nil {
			return nil, fmt.Errorf("%s: the sheet cannot be read: %w", s.path, err)
		}
		return &openText{Reader: in, file: in}, nil
	}
	if s.features != nil {
		return s.features.open(), nil
	}
	in, err := fsys.Open(s.file)
	if err != nil {
		return nil, unreadable(s.path, err)
	}
	t := &openText{Reader: in, file: in, own: !s.gzip && s.encoding == nil}
	if t.own {
		return t, nil
	}
	t.Reader = &counted{in, &t.read}
	if s.gzip {
		unpacked, err := gzip.NewReader(bufio.NewReaderSize(t.Reader, 1<<16))
		if err != nil {
			in.Close()
			return nil, fmt.Errorf("%s: expected a gzip file, since its name ends in .gz or its compression says so: %w", s.path, err)
		}
		t.Reader = &bounded{unpacked, s.most}
	}
	return t, nil
}

// open opens the source as UTF-8.
func (s *textSource) open(fsys fs.FS) (*openText, error) {
	t, err := s.raw(fsys)
	if err == nil && s.encoding != nil {
		t.Reader = s.encoding.NewDecoder().Reader(t.Reader)
	}
	if err == nil && s.returns {
		t.Reader = lineFeeds{t.Reader}
	}
	return t, err
}

// head returns the first bytes of the source, in whatever encoding it is.
func (s *textSource) head(fsys fs.FS) ([]byte, error) {
	t, err := s.raw(fsys)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	head, err := io.ReadAll(io.LimitReader(t, sampleBytes))
	if err != nil {
		return nil, unreadable(s.path, err)
	}
	return head, nil
}

type counted struct {
	in   io.Reader
	read *int64
}

func (c *counted) Read(into []byte) (int, error) {
	n, err := c.in.Read(into)
	*c.read += int64(n)
	return n, err
}

// lineFeeds reads carriage returns as line feeds.
type lineFeeds struct{ io.Reader }

// Read reads on.
func (l lineFeeds) Read(into []byte) (int, error) {
	n, err := l.Reader.Read(into)
	for i, b := range into[:n] {
		if b == '\r' {
			into[i] = '\n'
		}
	}
	return n, err
}

// bounded fails when more is read than was allowed.
type bounded struct {
	in   io.Reader
	left int64
}

func (b *bounded) Read(into []byte) (int, error) {
	n, err := b.in.Read(into)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("expected a file that unpacks to the bytes that --max-unpacked allows, found more")
	}
	return n, err
}

// plainEncodings are the names of UTF-8 and of what is part of it.
var plainEncodings = []string{"utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii"}

// encodingNamed returns the encoding that a descriptor names, nil for UTF-8.
func encodingNamed(name string) (encoding.Encoding, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	if slices.Contains(plainEncodings, name) {
		return nil, nil
	}
	if name == "utf-16" || name == "utf16" {
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), nil
	}
	e, err := htmlindex.Get(strings.Replace(name, "cp", "windows-", 1))
	if err != nil {
		e, err = htmlindex.Get(name)
	}
	if err != nil || e == encoding.Replacement {
		return nil, fmt.Errorf("expected an encoding such as utf-8, utf-16 or windows-1251, found %s", quote(name))
	}
	return e, nil
}

// findEncoding finds the encoding of a text that nobody told: a mark at its beginning says it, else text that is UTF-8
// is UTF-8. What is neither is of the old code pages of Russia or of Western Europe, told apart by whether letters
// beyond ASCII stand in words or alone. name is what a reader calls it, "" for UTF-8.
func findEncoding(head []byte) (e encoding.Encoding, name string) {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), "UTF-16"
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM), "UTF-16"
	case len(head) >= 4 && head[0] != 0 && head[1] == 0 && head[3] == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "UTF-16"
	case len(head) >= 4 && head[0] == 0 && head[1] != 0 && head[2] == 0:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "UTF-16"
	case mostlyUTF8(head):
		return nil, ""
	}
	best, score := pages[0], -1<<62
	for _, page := range pages {
		if s := page.score(head); s > score {
			best, score = page, s
		}
	}
	return best.encoding, best.name
}

// mostlyUTF8 reports whether text is UTF-8 but for some damaged bytes, which the rows tell then.
func mostlyUTF8(head []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(head); {
		if head[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(head[i:])
		switch {
		case r != utf8.RuneError || size > 1:
			good++
		case len(head)-i >= utf8.UTFMax || len(head) < sampleBytes: // else it may be cut off there
			bad++
		}
		i += size
	}
	return bad == 0 || good > 10*bad
}

type page struct {
	encoding encoding.Encoding
	name     string
	russian  bool
}

var pages = []page{
	{charmap.Windows1252, "Windows-1252", false}, {charmap.Windows1251, "Windows-1251", true},
	{charmap.KOI8R, "KOI8-R", true}, {charmap.CodePage866, "code page 866", true},
}

// score says how likely a text is of a page: Russian is words of small letters, some with a capital at their start;
// in the languages of Western Europe a letter beyond ASCII mostly stands beside one of ASCII.
func (p page) score(head []byte) (score int) {
	text, err := p.encoding.NewDecoder().Bytes(head)
	if err != nil {
		return -1 << 61
	}
	previous := ' '
	for _, r := range string(text) {
		small, was := isSmall(r), isSmall(previous)
		switch {
		case p.russian && isRussian(r) && !isRussian(previous): // a word begins
		case p.russian && isRussian(r):
			if score += 2; !small && was {
				score -= 6
			}
		case !p.russian && r >= 0x80:
			if previous < 0x80 {
				score++
			} else {
				score -= 4
			}
		case r >= 0x80:
			score--
		}
		previous = r
	}
	return score
}

func isRussian(r rune) bool { return 'Ё' <= r && r <= 'ё' }

func isSmall(r rune) bool { return 'а' <= r && r <= 'ё' }
