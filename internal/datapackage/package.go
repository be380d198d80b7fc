package datapackage

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"homebound/internal/labour"
)

// Limits bound what a package may take; zero means the default.
type Limits struct {
	UnpackedBytes int64 // of all CSV files together, unpacked; 16 GiB
	RecordBytes   int   // of one row, and so of one value; 1 MiB

	Today labour.Date // what the register records cannot be years after it; the zero date sets no bound
}

const (
	defaultUnpackedBytes = 16 << 30
	defaultRecordBytes   = 1 << 20
	maxManifestBytes     = 4 << 20
)

func (l Limits) orDefault() Limits {
	if l.UnpackedBytes == 0 {
		l.UnpackedBytes = defaultUnpackedBytes
	}
	if l.RecordBytes == 0 {
		l.RecordBytes = defaultRecordBytes
	}
	return l
}

// Package is a package opened for reading. Its methods but Close may be called at the same time.
type Package struct {
	manifest Manifest
	mapping  *mapping // nil where columns have their own names
	from     string   // where it is said what the package holds
	files    []*File
	notices  []string
	closers  closers
	books    map[string]*workbook // by the path of their file
}

// closers are what is open for a package.
type closers []io.Closer

// Close closes all of them.
func (c closers) Close() error {
	var errs []error
	for _, one := range c {
		errs = append(errs, one.Close())
	}
	return errors.Join(errs...)
}

// Open opens a package in a folder or a .zip and checks its datapackage.json and the headers of its files. Nothing is
// unpacked to disk, and no path leads out of the folder, not by a symbolic link either. The error tells all faults
// found, one a line. The caller closes the package.
func Open(ctx context.Context, name string, limits Limits) (*Package, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	if info.IsDir() {
		root, err := os.OpenRoot(name)
		if err != nil {
			return nil, unreadable(name, err)
		}
		return openAndOwn(ctx, name, root.FS(), limits, root)
	}
	if isWorkbook(name) {
		return OpenTable(ctx, name, "", limits)
	}
	if isGeoJSON(name) {
		return OpenTable(ctx, name, boundariesTable, limits)
	}
	archive, err := zip.OpenReader(name)
	if errors.Is(err, zip.ErrFormat) && needsTable(name) != nil {
		return nil, needsTable(name)
	}
	if errors.Is(err, zip.ErrFormat) {
		return nil, fmt.Errorf("%s: expected a folder or a .zip file, found neither", name)
	}
	if err != nil {
		return nil, unreadable(name, err)
	}
	top, err := topFolder(&archive.Reader)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), archive.Close())
	}
	return openAndOwn(ctx, name, top, limits, archive)
}

func openAndOwn(ctx context.Context, name string, fsys fs.FS, limits Limits, closer io.Closer) (*Package, error) {
	p, err := OpenFS(ctx, fsys, limits)
	if err == errNoManifest {
		err = fmt.Errorf("%s: %w", name, err)
	}
	if err != nil {
		return nil, errors.Join(err, closer.Close())
	}
	p.closers = append(p.closers, closer)
	return p, nil
}

// OpenFS opens a package in a file system. Closing it does nothing.
func OpenFS(ctx context.Context, fsys fs.FS, limits Limits) (*Package, error) {
	d, m, err := describe(fsys)
	if err != nil {
		return nil, err
	}
	manifest, manifestErr := d.manifest()
	p := &Package{manifest: manifest, from: manifestName, mapping: m, books: map[string]*workbook{}}
	if err := errors.Join(manifestErr, p.openFiles(ctx, fsys, d.Resources, limits.orDefault())); err != nil {
		return nil, errors.Join(err, p.closers.Close())
	}
	return p, nil
}

// describe reads what the package says of itself: datapackage.json, mapping.yml, or both.
func describe(fsys fs.FS) (d descriptor, m *mapping, err error) {
	if m, err = readMapping(fsys); err != nil {
		return d, nil, err
	}
	text, err := readManifest(fsys)
	switch {
	case err == errNoManifest && m != nil:
	case err != nil:
		return d, nil, err
	default:
		if d, err = parseDescriptor(text, m != nil); err != nil {
			return d, nil, err
		}
	}
	if m != nil {
		d.Resources = m.into(d.Resources)
	}
	return d, m, nil
}

var errNoManifest = errors.New("expected a " + manifestName + " that lists the package's files, found none")

func readManifest(fsys fs.FS) ([]byte, error) {
	if _, err := fs.Stat(fsys, manifestName); errors.Is(err, fs.ErrNotExist) {
		return nil, errNoManifest
	}
	return readSmall(fsys, manifestName)
}

// readSmall reads a file of JSON whole.
func readSmall(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: expected an ordinary file, found %s", name, kindOf(info.Mode()))
	}
	in, err := fsys.Open(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, maxManifestBytes+1))
	if err != nil {
		return nil, unreadable(name, err)
	}
	if len(text) > maxManifestBytes {
		return nil, fmt.Errorf("%s: expected at most %d bytes, found more", name, maxManifestBytes)
	}
	return text, nil
}

// openFiles finds the file of each table, in their order.
func (p *Package) openFiles(ctx context.Context, fsys fs.FS, resources []resource, limits Limits) error {
	var faults []error
	byTable := map[string]*File{}
	for i := range resources {
		if err := ctx.Err(); err != nil {
			return err
		}
		r := &resources[i]
		paths, err := r.paths()
		table, notice, named := r.table(paths)
		switch {
		case named == errUnknownTable:
			p.notices = append(p.notices, fmt.Sprintf("%s: %s is %s and was left out", p.from, r.label(i), named))
			continue
		case named != nil:
			faults = append(faults, prefixed(p.from+": "+r.label(i)+": ", errors.Join(err, named)))
			continue
		case notice != "":
			p.notices = append(p.notices, p.from+": "+notice)
		}
		err = errors.Join(err, r.check(fsys, table))
		if byTable[table.Name] != nil {
			err = errors.Join(err,
				fmt.Errorf("expected one resource for the table %s, found another; one resource may list several paths", table.Name))
		}
		if err != nil {
			faults = append(faults, prefixed(p.from+": "+r.label(i)+": ", err))
			continue
		}
		f := &File{table: table, fsys: fsys, recordBytes: limits.RecordBytes, today: limits.Today}
		byTable[table.Name] = f
		faults = append(faults, p.openParts(f, r, paths, r.label(i), limits))
		if err := r.checkContent(ctx, f); err != nil {
			faults = append(faults, prefixed(p.from+": "+r.label(i)+": ", err))
		}
	}
	for _, t := range Tables {
		if f := byTable[t.Name]; f != nil {
			p.files = append(p.files, f)
		}
	}
	return errors.Join(append(faults, p.checkSize(limits))...)
}

func (p *Package) openParts(f *File, r *resource, paths []string, label string, limits Limits) error {
	var faults []error
	for _, name := range paths {
		next, err := newPart(f.fsys, name)
		if err != nil {
			faults = append(faults, prefixed(p.from+": "+label+": ", err))
			continue
		}
		next.gzip, next.most = next.gzip || r.Compression == "gz", limits.UnpackedBytes
		if f.table.Name == boundariesTable && !strings.Contains(strings.ToLower(next.path), ".csv") && !isWorkbook(next.path) {
			if err := next.openFeatures(f.fsys, r.mapping); err != nil {
				faults = append(faults, prefixed(p.from+": "+label+": ", err))
				continue
			}
		}
		if isWorkbook(next.path) {
			if err := p.openSheet(f, r, next, limits); err != nil {
				faults = append(faults, prefixed(p.from+": "+label+": ", err))
				continue
			}
		}
		if slices.ContainsFunc(f.parts, func(other *part) bool { return other.path == next.path }) {
			faults = append(faults, fmt.Errorf("%s: %s: expected each path once, found %s again", p.from, label,
				quote(name)))
			continue
		}
		next.cells, _ = r.schema.forms(f.table, r.dialect) // of each part by itself; check has told the faults
		for i := range next.cells {
			next.cells[i].sheet = next.form
		}
		notices, err := next.prepare(f.fsys, f.table, r, f.recordBytes)
		p.notices = append(p.notices, notices...)
		faults = append(faults, err)
		f.parts = append(f.parts, next)
	}
	return errors.Join(faults...)
}

// openSheet makes a part that of a sheet.
func (p *Package) openSheet(f *File, r *resource, part *part, limits Limits) error {
	book, err := p.openWorkbook(f.fsys, part.file, limits)
	if err != nil {
		return err
	}
	sheet, err := book.sheetOf(f.table, r.dialect)
	if err != nil {
		return fmt.Errorf("%s: %w", part.file, err)
	}
	part.book, part.sheet, part.form = book, sheet, &sheetForm{book.date1904()}
	part.path = part.file + "/" + sheet
	return nil
}

// checkSize holds the sizes that the files declare against the limit. archive/zip refuses an entry that unpacks to
// more than it declares, so the sum holds for what is read as well.
func (p *Package) checkSize(limits Limits) error {
	left := limits.UnpackedBytes
	for _, f := range p.files {
		for _, part := range f.parts {
			if part.size < 0 || part.size > left {
				return fmt.Errorf("%s: expected at most %d bytes of unpacked CSV files in the package, found more",
					part.path, limits.UnpackedBytes)
			}
			left -= part.size
		}
	}
	return nil
}

// Close frees the folder or archive. Records may not be read afterwards.
func (p *Package) Close() error {
	return p.closers.Close()
}

// Manifest returns what the package says of itself.
func (p *Package) Manifest() Manifest { return p.manifest }

// Files lists the tables that the package holds, in the order of Tables.
func (p *Package) Files() []*File { return slices.Clone(p.files) }

// Mapping returns the text of mapping.yml, by which a publisher's file was read; nil where there is none.
func (p *Package) Mapping() []byte {
	if p.mapping == nil {
		return nil
	}
	return p.mapping.text
}

// Notices lists what is no fault but should be known: resources and columns that are left out, and optional columns
// that are not there.
func (p *Package) Notices() []string { return slices.Clone(p.notices) }

// prefixed puts a place before each line of an error.
func prefixed(place string, err error) error {
	var all interface{ Unwrap() []error }
	if !errors.As(err, &all) {
		return fmt.Errorf("%s%w", place, err)
	}
	var errs []error
	for _, e := range all.Unwrap() {
		errs = append(errs, prefixed(place, e))
	}
	return errors.Join(errs...)
}
