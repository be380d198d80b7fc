package build

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"homebound/db/internal/sqlite"
)

// createMappings makes the table of the mappings by which publishers' files became rows. They are evidence of how a
// release came about, beside its content: the same rows have the same content hash, whatever they were read from.
const createMappings = `CREATE TABLE IF NOT EXISTS main.mappings (hash TEXT PRIMARY KEY, release INTEGER NOT NULL, text TEXT NOT NULL)`

// Mapping is a mapping.yml that rows of a release were read by.
type Mapping struct {
	Hash    string // SHA-256 of the text, in hex
	Release int    // the first release that has it
	Text    string
}

// KeepMapping keeps the text of a mapping with the release.
func (d *Draft) KeepMapping(ctx context.Context, hash string, text []byte) error {
	if _, err := sqlite.Run(ctx, d.conn, createMappings); err != nil {
		return fmt.Errorf("keep the mapping: %w", err)
	}
	if _, err := sqlite.Run(ctx, d.conn, `INSERT OR IGNORE INTO main.mappings VALUES (?, ?, ?)`, hash, d.number, string(text)); err != nil {
		return fmt.Errorf("keep the mapping: %w", err)
	}
	return nil
}

// ReadMappings returns the mappings of a release, the oldest first.
func ReadMappings(ctx context.Context, q sqlite.Querier) ([]Mapping, error) {
	_, err := sqlite.Describe(ctx, q, "mappings")
	if errors.Is(err, sqlite.ErrNoTable) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return sqlite.Collect(ctx, q, func(rows *sql.Rows) (m Mapping, err error) {
		return m, rows.Scan(&m.Hash, &m.Release, &m.Text)
	}, `SELECT hash, release, text FROM mappings ORDER BY release, hash`)
}
