package datapackage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// OpenTable opens a file by itself as a package: a CSV file, which is of the table named, or a workbook, each of whose
// sheets is the table that it is called like where no table is named. Everything else is as for Open.
func OpenTable(ctx context.Context, name, table string, limits Limits) (*Package, error) {
	if _, known := TableByName(table); table != "" && !known {
		return nil, fmt.Errorf("expected %s, found the table %s", oneOf(tableNames()), quote(table))
	}
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return nil, unreadable(name, err)
	}
	file := filepath.Base(name)
	p := &Package{from: file, closers: closers{root}, books: map[string]*workbook{}}
	d := descriptor{Resources: []resource{{Name: table, Path: file}}}
	if table == "" {
		book, err := p.openWorkbook(root.FS(), file, limits.orDefault())
		if err != nil {
			return nil, errors.Join(err, p.Close())
		}
		d.Resources = nil
		for _, sheet := range book.book.GetSheetList() {
			d.Resources = append(d.Resources, resource{Name: sheet, Path: file, dialect: dialect{SheetName: sheet}, alone: true})
		}
	}
	err = p.openFiles(ctx, root.FS(), d.Resources, limits.orDefault())
	if err == nil && len(p.files) == 0 {
		err = fmt.Errorf("%s: expected sheets called like tables, %s, found none", file, oneOf(tableNames()))
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// needsTable says why a file by itself cannot be opened without the name of its table, or nil: where it is a workbook
// or no text.
func needsTable(name string) error {
	plain := strings.TrimSuffix(strings.ToLower(name), ".gz")
	if isWorkbook(name) || !slices.Contains([]string{".csv", ".tsv"}, path.Ext(plain)) {
		return nil
	}
	return fmt.Errorf("%s: expected a folder or a .zip with a datapackage.json, found one file: say which table it is, such as --table permits", name)
}
