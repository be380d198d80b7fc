package datapackage

import (
	"bufio"
	"errors"
	"os"
	"path"
	"slices"
	"strings"
)

const reasonColumn = "reason"

// Rejects writes rows that were not published, each with the reason, to be mended and imported again.
type Rejects struct {
	root  *os.Root
	files map[string]*rejectsFile
}

type rejectsFile struct {
	file *os.File
	out  *bufio.Writer
}

// NewRejects makes a folder for rejected rows. Files of the same names in it are replaced. The caller closes it.
func NewRejects(dir string) (*Rejects, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Rejects{root, map[string]*rejectsFile{}}, nil
}

// Write adds a row to the file that has the name of its own, under the header of its own and a last column, reason.
// Its fields are as they were, those of unknown columns too; a row that is short of fields is filled up with empty
// ones, and one that broke the rules of CSV has the rest of its line as its last field.
func (r *Rejects) Write(record *Record, reason string) error {
	f, err := r.open(record)
	if err != nil {
		return err
	}
	fields := record.Raw()
	for len(fields) < len(record.part.header) {
		fields = append(fields, "")
	}
	// A rejected row that was mended in part and comes back has the column already.
	if at := slices.Index(record.part.header, reasonColumn); at >= 0 && len(fields) == len(record.part.header) {
		fields[at] = reason
		return f.write(fields)
	}
	return f.write(append(fields, reason))
}

func (r *Rejects) open(record *Record) (*rejectsFile, error) {
	name := strings.TrimSuffix(record.part.path, ".gz")
	if record.part.book != nil {
		name += ".csv"
	}
	if f := r.files[name]; f != nil {
		return f, nil
	}
	if err := r.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return nil, err
	}
	file, err := r.root.Create(name)
	if err != nil {
		return nil, err
	}
	f := &rejectsFile{file, bufio.NewWriter(file)}
	r.files[name] = f
	header := record.Header()
	if !slices.Contains(header, reasonColumn) {
		header = append(header, reasonColumn)
	}
	return f, f.write(header)
}

func (f *rejectsFile) write(fields []string) error {
	var row []byte
	for i, text := range fields {
		row = appendCell(row, i, []byte(text))
	}
	_, err := f.out.Write(append(row, '\n'))
	return err
}

// Close ends the files.
func (r *Rejects) Close() error {
	var err error
	for _, f := range r.files {
		err = errors.Join(err, f.out.Flush(), f.file.Close())
	}
	return errors.Join(err, r.root.Close())
}
