package build

import (
	"context"
	"database/sql"
	"fmt"

	"homebound/db/internal/sqlite"
	"homebound/internal/folding"
)

// buildNames keeps, for each employer, what a search looks in and what lists by name are sorted by. An engine's own rules
// for case and order differ, and know few scripts.
func buildNames(ctx context.Context, q sqlite.Querier) error {
	for _, statement := range []string{
		`DROP TABLE IF EXISTS main.employer_names`,
		`CREATE TABLE main.employer_names (id TEXT PRIMARY KEY, search TEXT NOT NULL, sort TEXT NOT NULL) STRICT, WITHOUT ROWID`,
	} {
		if _, err := sqlite.Run(ctx, q, statement); err != nil {
			return fmt.Errorf("fold the names of employers: %w", err)
		}
	}
	insert, err := sqlite.NewBatch(ctx, q, `INSERT INTO main.employer_names`, 3)
	if err != nil {
		return fmt.Errorf("fold the names of employers: %w", err)
	}
	defer insert.Close()
	sorter := folding.NewSorter()
	err = sqlite.Each(ctx, q, func(rows *sql.Rows) error {
		var id, name, taxID string
		if err := rows.Scan(&id, &name, sqlite.Text(&taxID)); err != nil {
			return err
		}
		return insert.Put(ctx, id, folding.Fold(name+" "+taxID), sorter.Key(name))
	}, `SELECT id, name, tax_id FROM employers ORDER BY id`)
	if err == nil {
		err = insert.Flush(ctx)
	}
	if err == nil {
		_, err = sqlite.Run(ctx, q, `CREATE INDEX main.employer_names_by_sort ON employer_names (sort, id)`)
	}
	if err != nil {
		return fmt.Errorf("fold the names of employers: %w", err)
	}
	return nil
}
