package db

import (
	"context"
	"database/sql"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// readOutcomes reads the outcomes in publishers' own words, in the order of their codes.
func readOutcomes(ctx context.Context, q sqlite.Querier, schema sqlite.Schema) ([]labour.OwnOutcome, error) {
	return sqlite.Collect(ctx, q, func(rows *sql.Rows) (o labour.OwnOutcome, err error) {
		return o, rows.Scan(&o.Code, &o.Label, &o.Base)
	}, schema.Select("outcomes", "code", "code", "label", "base_outcome"))
}

// Outcomes lists the outcomes in publishers' own words, in the order of their codes.
func (d *dictionary) Outcomes() []labour.OwnOutcome { return d.outcomes }

// OwnOutcome returns an outcome in a publisher's own words by its code, nil where there is none.
func (d *dictionary) OwnOutcome(code string) *labour.OwnOutcome {
	for i := range d.outcomes {
		if d.outcomes[i].Code == code {
			return &d.outcomes[i]
		}
	}
	return nil
}
