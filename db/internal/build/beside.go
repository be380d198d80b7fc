package build

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"homebound/db/internal/sqlite"
)

// beside is a file for what is derived, beside that of the draft, whose content it reads.
//
// The draft's file is attached as immutable, so that SQLite takes no lock and the draft's own connection can make
// indexes meanwhile. That is sound for three reasons, and only as long as they hold. All content is on its pages when
// the file is attached, since the draft's transactions are over. Making an index, and counting for the planner, writes new
// pages, those of the schema and the first; a page of a table of the content is never touched. And the schema and the first page are read once:
// the transaction that is begun at once, and ended last, keeps them.
type beside struct {
	path string
	file *sql.DB
	conn *sql.Conn
}

// migrated are derived tables that the migrations make, and not the code that fills them.
const migrated = `('gaps', 'spans')`

// besideDraft makes a file for what is derived.
func (d *Draft) besideDraft(ctx context.Context) (b *beside, err error) {
	b = &beside{path: filepath.Join(d.path, "derived.db")}
	b.file = sqlite.OpenDraft(b.path)
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("prepare what is derived: %w", err), b.close())
		}
	}()
	if b.conn, err = b.file.Conn(ctx); err != nil {
		return b, err
	}
	for _, statement := range []string{
		`PRAGMA threads = 0`, `PRAGMA main.cache_size = -8192`, // the rows of a rollup come in order
		`ATTACH DATABASE ` + sqlite.UnchangingFile(filepath.Join(d.path, "release.db")) + ` AS content`,
		// Rows are sorted in as much memory as the cache has.
		`PRAGMA content.cache_size = -32768`,
		`BEGIN`,
	} {
		if _, err = sqlite.Run(ctx, b.conn, statement); err != nil {
			return b, err
		}
	}
	definitions, err := sqlite.Collect(ctx, b.conn, func(rows *sql.Rows) (text string, err error) {
		return text, rows.Scan(&text)
	}, `SELECT sql FROM content.sqlite_schema WHERE type = 'table' AND name IN `+migrated)
	for _, definition := range definitions {
		if err == nil {
			_, err = sqlite.Run(ctx, b.conn, definition)
		}
	}
	return b, err
}

// detach writes what is derived to the file, and lets go of the draft.
func (b *beside) detach(ctx context.Context) error {
	_, err := sqlite.Run(ctx, b.conn, `COMMIT`)
	if err != nil {
		return fmt.Errorf("write what is derived: %w", err)
	}
	return b.close()
}

// close may be called again.
func (b *beside) close() error {
	var failed error
	if b.conn != nil {
		failed = b.conn.Close()
	}
	if b.file != nil {
		failed = errors.Join(failed, b.file.Close())
	}
	b.conn, b.file = nil, nil
	return failed
}

// copyDerived takes the tables of another file into the draft, in the place of those of before, and counts for the planner
// what is in them. SQLite copies such tables, whose definitions are the same, as they lie there, with their indexes.
func (d *Draft) copyDerived(ctx context.Context, path string) error {
	run := func(statement string) error {
		if _, err := sqlite.Run(ctx, d.conn, statement); err != nil {
			return fmt.Errorf("take over what is derived: %w", err)
		}
		return nil
	}
	if err := run(`ATTACH DATABASE ` + sqlite.UnchangingFile(path) + ` AS derived`); err != nil {
		return err
	}
	if err := run(`BEGIN`); err != nil {
		return err
	}
	definitions, err := sqlite.Collect(ctx, d.conn, func(rows *sql.Rows) (s [3]string, err error) {
		return s, rows.Scan(&s[0], &s[1], &s[2])
	}, `SELECT type, name, sql FROM derived.sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, rowid`)
	if err != nil {
		return fmt.Errorf("take over what is derived: %w", err)
	}
	for _, of := range definitions {
		if of[0] == "table" {
			if err := run(`DROP TABLE IF EXISTS main.` + sqlite.Quote(of[1])); err != nil {
				return err
			}
		}
		if err := run(of[2]); err != nil {
			return err
		}
	}
	for _, of := range definitions {
		if name := sqlite.Quote(of[1]); of[0] == "table" {
			if err := run(`INSERT INTO main.` + name + ` SELECT * FROM derived.` + name); err != nil {
				return err
			}
			if err := run(`ANALYZE main.` + name); err != nil {
				return err
			}
		}
	}
	if err := run(`COMMIT`); err != nil {
		return err
	}
	return run(`DETACH DATABASE derived`)
}
