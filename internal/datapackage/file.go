package datapackage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"homebound/internal/labour"
)

// File holds the rows of one table, in one file of the package or in several that follow one another.
type File struct {
	table       Table
	parts       []*part
	fsys        fs.FS
	recordBytes int
	today       labour.Date                // what has happened cannot be long after it; the zero date where nobody told
	blank       atomic.Int64               // rows without any value, in the last reading that came to its end
	valueless   atomic.Int64               // observations that say that there is no figure, likewise
	lacking     atomic.Pointer[lackCounts] // likewise
}

// part is one CSV file.
type part struct {
	textSource
	text   textForm
	header []string
	field  []int         // for each column of the table, which field it is, or -1
	cells  []cellForm    // for each column of the table, how its values are written
	names  []string      // likewise, of a mapped file
	rules  []*columnRule // likewise, where the values come from; nil where columns have their own names
}

// Table returns the table that the rows belong to.
func (f *File) Table() Table { return f.table }

// Name returns the path of the file in the package; of several, the first with the number of the others.
func (f *File) Name() string {
	if n := len(f.parts) - 1; n > 0 {
		return f.parts[0].path + " and " + count(n, "more file")
	}
	return f.parts[0].path
}

// Blank returns how many rows without any value were passed over, once the file was read to its end.
func (f *File) Blank() int64 { return f.blank.Load() }

// Valueless returns how many observations without a figure were passed over, once the file was read to its end.
func (f *File) Valueless() int64 { return f.valueless.Load() }

// Size returns the number of bytes of text, for Record.Offset to be held against.
func (f *File) Size() int64 {
	var size int64
	for _, p := range f.parts {
		size += p.size
	}
	return size
}

// Records reads the rows from the first one on, each time it is ranged over; several readers may do so at once. The
// record is used again for the next one. An error (the file cannot be read, or ctx ended) is the last of the sequence;
// what is wrong with a row is in the record.
func (f *File) Records(ctx context.Context) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		r := &Record{Values: make([]any, len(f.table.Columns))}
		var lacking lackCounts
		for _, p := range f.parts {
			r.part = p
			check := newChecker(f.table, p.cells, f.today)
			goOn, err := f.read(ctx, r, check, yield)
			if err != nil {
				yield(nil, err)
				return
			}
			if !goOn {
				return
			}
			r.base += p.size
			for i, n := range check.lacking {
				lacking[i] += n
			}
		}
		f.blank.Store(r.blank)
		f.valueless.Store(r.valueless)
		f.lacking.Store(&lacking)
	}
}

// read yields the records of one part. It tells whether more are wanted.
func (f *File) read(ctx context.Context, r *Record, check *checker, yield func(*Record, error) bool) (bool, error) {
	in, err := r.part.open(f.fsys)
	if err != nil {
		return false, err
	}
	defer in.Close()
	r.text = in
	r.scan = newScanner(in, f.recordBytes, r.part.text)
	r.scan.skipMark()
	if err := r.scan.next(); err != nil { // the header, which Open has checked
		return false, fmt.Errorf("%s: the file has changed since it was opened: %w", r.part.path, err)
	}
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		switch err := r.scan.next(); {
		case err == io.EOF:
			return true, nil
		case err != nil:
			return false, fmt.Errorf("%s:%d: the file cannot be read any further: %w", r.part.path, r.scan.line, err)
		}
		if r.scan.isBlank() {
			r.blank++
			continue
		}
		r.Number++
		if check.check(r); check.saysNothing(r) {
			r.valueless++
			r.Number--
			continue
		}
		if !yield(r, nil) {
			return false, nil
		}
	}
}

// column returns the name of the i-th column, "" where there are not so many.
func (p *part) column(i int) string {
	if i < len(p.header) {
		return p.header[i]
	}
	return ""
}

// prepare reads and checks the header, and finds how the text is written where nobody told. It returns the notices on
// that, and on columns that are unknown or missing.
func (p *part) prepare(fsys fs.FS, t Table, r *resource, recordBytes int) (notices []string, err error) {
	head, err := p.head(fsys)
	if err != nil {
		return nil, err
	}
	name := ""
	if p.made() {
		p.text = plainForm
	} else if r.Encoding == "" {
		p.encoding, name = findEncoding(head)
	} else if p.encoding, err = encodingNamed(r.Encoding); err != nil {
		return nil, fmt.Errorf("%s: %w", p.path, err)
	}
	if p.encoding != nil {
		head, _ = p.encoding.NewDecoder().Bytes(head) // may be cut inside of a character; the scan tells faults
	}
	if p.returns = !p.made() && !bytes.Contains(head, []byte("\n")) && bytes.Count(head, []byte("\r")) > 1; p.returns {
		head = bytes.ReplaceAll(head, []byte("\r"), []byte("\n"))
	}
	if !p.made() {
		p.text = splitting(r.dialect.form(), head, r.names(t))
	}
	if p.returns {
		name = strings.TrimPrefix(name+", lines that end with carriage returns", ", ")
	}
	if notice := readAs(p.text, r.dialect, name); notice != "" {
		notices = append(notices, p.path+": read as "+notice)
	}
	columns, err := p.readHeader(fsys, t, r.mapping, recordBytes)
	notices = append(notices, columns...)
	if err != nil {
		return notices, err
	}
	forms, err := p.findFormsIn(fsys, t, recordBytes)
	return append(notices, forms...), err
}

// readAs says what was found of how a file is written, "" where it is the plain form or what the descriptor says.
func readAs(form textForm, d dialect, encoding string) string {
	var found []string
	if d.Delimiter == nil && form.delimiter != ',' {
		found = append(found, "split by "+delimiterName(form.delimiter)+"s")
	}
	if encoding != "" {
		found = append(found, encoding)
	}
	return strings.Join(found, ", ")
}

func (p *part) readHeader(fsys fs.FS, t Table, m *tableMapping, recordBytes int) (notices []string, err error) {
	in, err := p.open(fsys)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	scan := newScanner(in, recordBytes, p.text)
	scan.skipMark()
	switch err := scan.next(); {
	case err == io.EOF:
		return nil, fmt.Errorf("%s: expected a header with the names of the columns, found an empty file", p.path)
	case err != nil:
		return nil, unreadable(p.path, err)
	case scan.fault != "":
		line, column := scan.position(len(scan.fields) - 1)
		return nil, fmt.Errorf("%s: %s", Position{p.path, line, column}, scan.fault)
	case !utf8.Valid(scan.raw):
		return nil, fmt.Errorf("%s:%d:1: expected a header in UTF-8, found bytes of another encoding", p.path, scan.at)
	}
	p.header = scan.texts()
	if m != nil {
		return p.matchMapped(t, m)
	}
	return p.match(t, scan)
}

func (p *part) findFormsIn(fsys fs.FS, t Table, recordBytes int) ([]string, error) {
	in, err := p.open(fsys)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	values, err := p.readSample(in, t, recordBytes)
	if err != nil {
		return nil, err
	}
	return p.findForms(t, values)
}

// match finds the table's columns in the header. A name that is written in another way, with capitals or a blank that
// nobody sees, is taken as the column's where no other is; a column is never left out for its spelling.
func (p *part) match(t Table, header *scanner) (notices []string, err error) {
	var faults []error
	first := map[string]bool{} // the names that have come
	for _, name := range p.header {
		first[name] = false
	}
	for i, name := range p.header {
		if folded := fold(name); t.index(name) < 0 && t.index(folded) >= 0 {
			if _, there := first[folded]; !there {
				notices = append(notices, fmt.Sprintf("%s: the column %s was read as %s", p.path, quote(name), folded))
				first[folded] = false
			}
			p.header[i], name = folded, folded
		}
		switch {
		case first[name] && name != "":
			if len(faults) < mostHeaderFaults {
				line, column := header.position(i)
				faults = append(faults, fmt.Errorf("%s: expected each column once, found %s again",
					Position{p.path, line, column}, quote(name)))
			}
		case t.index(name) < 0 && t.nearColumn(name, p.lacks) != "":
			if len(faults) < mostHeaderFaults {
				line, column := header.position(i)
				faults = append(faults, fmt.Errorf("%s: expected the name of a column, found %s: write %s, or take the column out",
					Position{p.path, line, column}, quote(name), t.nearColumn(name, p.lacks)))
			}
		case t.index(name) < 0:
			notices = append(notices, fmt.Sprintf("%s: the column %s is unknown and was left out", p.path, quote(name)))
		}
		first[name] = true
	}
	var required, optional []string
	p.field = make([]int, len(t.Columns))
	for i, c := range t.Columns {
		p.field[i] = slices.Index(p.header, c.Name)
		switch {
		case p.field[i] >= 0:
		case c.Required:
			required = append(required, c.Name)
		case !c.Rare:
			optional = append(optional, c.Name)
		}
	}
	if len(required) > 0 {
		faults = append(faults, fmt.Errorf("%s:%d:1: expected the required %s in the header, found %s", p.path,
			header.at, columns(required), quote(strings.Join(p.header, ","))))
	}
	if len(optional) > 0 {
		notices = append(notices, fmt.Sprintf("%s: optional and not there, so read as empty: %s", p.path,
			strings.Join(optional, ", ")))
	}
	return notices, errors.Join(faults...)
}

// lacks reports whether the header has no column of a name.
func (p *part) lacks(column string) bool { return !slices.Contains(p.header, column) }

// mostHeaderFaults bounds what is said of one header: a file that is no table can have thousands of equal columns.
const mostHeaderFaults = 20

func columns(names []string) string {
	if len(names) == 1 {
		return "column " + names[0]
	}
	return "columns " + strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// newPart checks that a file of the package can be read without leaving it, and is one.
func newPart(fsys fs.FS, name string) (*part, error) {
	if err := checkPath(name); err != nil {
		return nil, err
	}
	clean := path.Clean(name)
	info, err := fs.Stat(fsys, clean)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("expected the file %s in the package, found none", quote(clean))
	}
	if err != nil {
		return nil, unreadable(clean, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: expected an ordinary file, found %s", clean, kindOf(info.Mode()))
	}
	return &part{textSource: textSource{path: clean, file: clean, size: info.Size(), gzip: strings.HasSuffix(strings.ToLower(clean), ".gz")}}, nil
}

// checkPath refuses a path that could lead out of the package on any system.
func checkPath(name string) error {
	const want = "expected the path of a file in the package such as permits.csv"
	switch {
	case strings.Contains(name, "://"):
		return fmt.Errorf("%s, found the address %s", want, quote(name))
	case strings.ContainsAny(name, "\\:\x00"):
		return fmt.Errorf("%s, found a backslash, colon or NUL in %s", want, quote(name))
	case name == "" || strings.HasPrefix(name, "/") || slices.Contains(strings.Split(name, "/"), ".."):
		return fmt.Errorf("%s, found %s", want, quote(name))
	}
	return nil
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	}
	return "a pipe or device"
}

func unreadable(name string, err error) error {
	var cause *fs.PathError
	if errors.As(err, &cause) {
		err = cause.Err
	}
	return fmt.Errorf("%s: the file cannot be read: %w", name, err)
}
