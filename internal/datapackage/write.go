package datapackage

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
)

// Writer writes a package into a folder, in a canonical form: the same rows give the same bytes.
//
// datapackage.json comes last, so a folder that was left half-written is no package.
type Writer struct {
	root   *os.Root
	tables map[string]*TableWriter
}

// Create makes the folder, or takes it where it is there and empty; a folder that holds anything is an error.
// The caller ends with Close or Abort.
func Create(dir string) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("%s: expected an empty folder to write the package to, found %s in it", dir,
			quote(entries[0].Name()))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Writer{root, map[string]*TableWriter{}}, nil
}

// TableWriter writes the rows of one table.
type TableWriter struct {
	table Table
	file  *os.File
	out   *bufio.Writer
	row   []byte
	value []byte
	count int // of features
}

// Table begins the file of a table, or gives the one that was begun.
func (w *Writer) Table(name string) (*TableWriter, error) {
	if t := w.tables[name]; t != nil {
		return t, nil
	}
	table, ok := TableByName(name)
	if !ok {
		return nil, fmt.Errorf("expected %s, found %s", oneOf(tableNames()), quote(name))
	}
	file, err := w.root.OpenFile(table.FileName(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	t := &TableWriter{table: table, file: file, out: bufio.NewWriterSize(file, 1<<16)}
	w.tables[name] = t
	if table.Name == boundariesTable {
		_, err := t.out.WriteString(collectionBegin)
		return t, err
	}
	for i, c := range table.Columns {
		t.row = appendCell(t.row, i, []byte(c.Name))
	}
	return t, t.flushRow()
}

// Write writes a row. The values stand in the order of Table.Columns, as Record.Values does.
func (t *TableWriter) Write(values []any) error {
	if len(values) != len(t.table.Columns) {
		return fmt.Errorf("table %s: expected %s, found %d", t.table.Name, count(len(t.table.Columns), "value"),
			len(values))
	}
	if t.table.Name == boundariesTable {
		return t.writeFeature(values)
	}
	for i, v := range values {
		if x, ok := v.(float64); ok && (math.IsNaN(x) || math.IsInf(x, 0)) {
			t.row = t.row[:0]
			return fmt.Errorf("table %s: expected a finite number for %s, found %v", t.table.Name,
				t.table.Columns[i].Name, x)
		}
		t.value = AppendValue(t.value[:0], v)
		t.row = appendCell(t.row, i, t.value)
	}
	return t.flushRow()
}

func (t *TableWriter) flushRow() error {
	t.row = append(t.row, '\n')
	_, err := t.out.Write(t.row)
	t.row = t.row[:0]
	return err
}

func (t *TableWriter) close() (err error) {
	if t.table.Name == boundariesTable {
		_, err = t.out.WriteString(collectionEnd)
	}
	return errors.Join(err, t.out.Flush(), t.file.Sync(), t.file.Close())
}

// Close ends the files and writes datapackage.json.
func (w *Writer) Close(m Manifest) error {
	text, err := w.descriptor(m)
	if err != nil {
		return errors.Join(err, w.Abort())
	}
	for _, t := range w.tables {
		err = errors.Join(err, t.close())
	}
	if err == nil {
		err = writeSynced(w.root, manifestName, text)
	}
	return errors.Join(err, w.root.Close())
}

// Abort removes the files that were written; the folder stays.
func (w *Writer) Abort() error {
	var err error
	for _, t := range w.tables {
		err = errors.Join(err, t.file.Close(), w.root.Remove(t.table.FileName()))
	}
	return errors.Join(err, w.root.Close())
}

// writeSynced writes a file under a temporary name first, so that it is never seen in part.
func writeSynced(root *os.Root, name string, text []byte) error {
	temporary := name + ".partial"
	file, err := root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return root.Rename(temporary, name)
}

// descriptor returns the text of datapackage.json.
func (w *Writer) descriptor(m Manifest) ([]byte, error) {
	block, err := m.homebound()
	if err != nil {
		return nil, err
	}
	d := written{Profile: "tabular-data-package", Name: m.Name, Title: m.Title, Homebound: block,
		Resources: []writtenResource{}}
	if d.Name == "" {
		d.Name = "homebound"
	}
	for _, t := range Tables {
		if w.tables[t.Name] != nil {
			d.Resources = append(d.Resources, t.resource(func(table string) bool { return w.tables[table] != nil }))
		}
	}
	text, err := json.MarshalIndent(d, "", "  ")
	return append(text, '\n'), err
}

// FileName returns the name of the table's file where it is written.
func (t Table) FileName() string {
	if t.Name == boundariesTable {
		return t.Name + ".geojson"
	}
	return t.Name + ".csv"
}

func appendCell(row []byte, i int, text []byte) []byte {
	if i > 0 {
		row = append(row, ',')
	}
	return appendField(row, text)
}
