package exchange

import (
	"context"
	"errors"
	"fmt"

	"homebound/db"
	"homebound/internal/datapackage"
)

// Export writes a release into a folder as a package. Importing that into nothing gives the same content hash.
func Export(ctx context.Context, release *db.Release, dir string) error {
	info := release.Info()
	settings, err := release.Settings(ctx)
	if err != nil {
		return err
	}
	manifest := datapackage.Manifest{
		Name:        fmt.Sprintf("homebound-release-%d", info.Number),
		Title:       fmt.Sprintf("Homebound release %d (sha256 %s)", info.Number, info.ContentHash),
		Note:        info.Note,
		Currency:    settings.Currency,
		DataThrough: settings.DataThrough,

		LocalLanguage: settings.LocalLanguage,
		Confidential:  settings.Confidential,
	}
	for _, g := range info.Gates {
		manifest.Gates = append(manifest.Gates, g.Gate)
	}
	return write(dir, manifest, func(w *datapackage.Writer) error {
		for _, table := range datapackage.Tables {
			if err := exportTable(ctx, release, table, w); err != nil {
				return fmt.Errorf("export %s: %w", table.Name, err)
			}
		}
		return nil
	})
}

// write fills a folder with a package, or leaves nothing in it.
func write(dir string, m datapackage.Manifest, fill func(*datapackage.Writer) error) error {
	w, err := datapackage.Create(dir)
	if err != nil {
		return err
	}
	if err := fill(w); err != nil {
		return errors.Join(err, w.Abort())
	}
	return w.Close(m)
}

func exportTable(ctx context.Context, release *db.Release, table datapackage.Table, w *datapackage.Writer) error {
	var out *datapackage.TableWriter
	var err error
	if !table.Odd {
		if out, err = w.Table(table.Name); err != nil {
			return err
		}
	}
	columns := make([]string, len(table.Columns))
	var booleans []int
	for i, c := range table.Columns {
		columns[i] = c.Name
		if c.Type == datapackage.Boolean {
			booleans = append(booleans, i)
		}
	}
	return release.Rows(ctx, table.Name, columns, func(values []any) error {
		for _, i := range booleans { // which the database keeps as 0 and 1
			values[i] = values[i] == int64(1)
		}
		if out == nil {
			if out, err = w.Table(table.Name); err != nil {
				return err
			}
		}
		return out.Write(values)
	})
}
