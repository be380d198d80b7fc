package build

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// attachBase opens the current release beside the draft as base, and reports whether there is one.
func (d *Draft) attachBase(ctx context.Context) (bool, error) {
	if d.based {
		return true, nil
	}
	name, err := d.folder.ReadCurrent()
	if errors.Is(err, ErrNoRelease) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	path, err := filepath.Abs(d.folder.File(name))
	if err != nil {
		return false, err
	}
	address := (&url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro&immutable=1"}).String()
	if _, err := sqlite.Run(ctx, d.conn, `ATTACH DATABASE ? AS base`, address); err != nil {
		return false, fmt.Errorf("open the current release: %w", err)
	}
	d.based = true
	return true, nil
}

// detachBase lets the current release go again.
func (d *Draft) detachBase(ctx context.Context) error {
	if !d.based {
		return nil
	}
	d.based = false
	_, err := sqlite.Run(ctx, d.conn, `DETACH DATABASE base`)
	return err
}

// Shrunk lists the tables that have less than half of the rows which the current release has, by rows. A table that the
// current release lacks, since it is older than the table, has none.
func (d *Draft) Shrunk(ctx context.Context) ([]labour.ImportChange, error) {
	changes, err := d.compare(ctx, func(changes *[]labour.ImportChange) error {
		for _, name := range sqlite.ContentTables {
			c, err := d.counted(ctx, name)
			if err != nil {
				return err
			}
			if 2*c.RowsAfter < c.RowsBefore {
				*changes = append(*changes, c)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("compare with the current release: %w", err)
	}
	return changes, nil
}

// compare runs a comparison with the current release, and none where there is no such release.
func (d *Draft) compare(ctx context.Context, run func(*[]labour.ImportChange) error) (changes []labour.ImportChange, err error) {
	there, err := d.attachBase(ctx)
	if err != nil || !there {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.detachBase(ctx)) }()
	return changes, run(&changes)
}

// counted counts the rows of a table before and after.
func (d *Draft) counted(ctx context.Context, table string) (c labour.ImportChange, err error) {
	c.Table = table
	if c.RowsAfter, err = sqlite.Single[int64](ctx, d.conn, `SELECT COUNT(*) FROM main.`+sqlite.Quote(table)); err != nil {
		return c, err
	}
	known, err := sqlite.Single[bool](ctx, d.conn, `SELECT EXISTS (SELECT 1 FROM base.sqlite_schema WHERE name = ?)`, table)
	if err == nil && known {
		c.RowsBefore, err = sqlite.Single[int64](ctx, d.conn, `SELECT COUNT(*) FROM base.`+sqlite.Quote(table))
	}
	return c, err
}

// comparisons are what the rows of the register are compared by.
var comparisons = []struct{ table, by, column string }{
	{"permits", "year", `substr(issued_on, 1, 4)`}, {"permits", "region", "region_code"}, {"permits", "nationality", "nationality"},
	{"repatriations", "year", `substr("date", 1, 4)`}, {"repatriations", "region", "region_code"},
	{"repatriations", "nationality", "nationality"},
}

// Changes compares the register with that of the current release by year, region and nationality, and lists what differs.
// With no current release everything differs.
func (d *Draft) Changes(ctx context.Context) (changes []labour.ImportChange, err error) {
	there, err := d.attachBase(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.detachBase(ctx)) }()
	for _, c := range comparisons {
		sides := fmt.Sprintf(`SELECT %s AS value, 0 AS before, 1 AS after, 0 AS workers_before, workers AS workers_after FROM main.%s`, c.column, c.table)
		if there {
			sides += fmt.Sprintf(` UNION ALL SELECT %s, 1, 0, workers, 0 FROM base.%s`, c.column, c.table)
		}
		found, err := sqlite.Collect(ctx, d.conn, func(rows *sql.Rows) (labour.ImportChange, error) {
			change := labour.ImportChange{Table: c.table, By: c.by}
			return change, rows.Scan(&change.Value, &change.RowsBefore, &change.RowsAfter, &change.WorkersBefore, &change.WorkersAfter)
		}, `SELECT value, SUM(before) AS b, SUM(after) AS a, SUM(workers_before) AS wb, SUM(workers_after) AS wa FROM (`+sides+`)
			GROUP BY value HAVING a <> b OR wa <> wb ORDER BY value`)
		if err != nil {
			return nil, fmt.Errorf("compare %s with the current release by %s: %w", c.table, strings.ToLower(c.by), err)
		}
		changes = append(changes, found...)
	}
	return changes, nil
}
