package build

import (
	"context"
	"database/sql"
	"fmt"

	"homebound/db/internal/sqlite"
	"homebound/internal/folding"
)

// buildNames keeps, for each employer, what a search looks in and what lists are sorted by: its name, since an engine's own
// rules for case and order differ, and know few scripts; and the workers of its permits.
func (r *register) buildNames(ctx context.Context, q *sql.Conn) error {
	if _, err := sqlite.Run(ctx, q, `CREATE TABLE main.employer_names (id TEXT PRIMARY KEY, search TEXT NOT NULL, sort TEXT NOT NULL, workers INTEGER NOT NULL) STRICT, WITHOUT ROWID`); err != nil {
		return fmt.Errorf("fold the names of employers: %w", err)
	}
	insert, err := sqlite.NewBatch(ctx, q, `INSERT INTO main.employer_names`, 4)
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
		workers := r.employed[r.codes.employers[id].place]
		return insert.Put(ctx, id, folding.Fold(name+" "+taxID), sorter.Key(name), workers)
	}, `SELECT e.id, e.name, e.tax_id FROM employers e ORDER BY e.id`)
	if err == nil {
		err = insert.Flush(ctx)
	}
	for _, column := range []string{"sort", "workers"} {
		if err == nil {
			_, err = sqlite.Run(ctx, q, fmt.Sprintf(`CREATE INDEX main.employer_names_by_%s ON employer_names (%[1]s, id)`, column))
		}
	}
	if err != nil {
		return fmt.Errorf("fold the names of employers: %w", err)
	}
	return nil
}
