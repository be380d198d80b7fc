package build

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// buildFromRepatriations fills the rollups of the departures by day and the finest of those by month, in one pass.
func (r *register) buildFromRepatriations(ctx context.Context, q *sql.Conn) error {
	byMonth := finest(RepatriationFacts)
	builders, err := newBuilders(ctx, q, r.days.numberOf, func(r Rollup) bool {
		return r.Facts == DepartureDays || r.Name == byMonth.Name
	})
	defer builders.close()
	if err != nil {
		return err
	}
	columns := finest(DepartureDays).columns()
	for i, name := range columns {
		columns[i] = "f." + name
	}
	begun, before := false, ""
	err = sqlite.EachValues(ctx, q, 3, func(values []any) error {
		c := permitChange{dated: true, brings: packed.Change{Workers: int(values[2].(int64))}}
		if c.day, err = labour.ParseDate(values[1].(string)); err != nil {
			return err
		}
		if cell := values[0].(string); !begun || cell != before {
			begun, before = true, cell
			dimensions := strings.Split(cell, sqlite.FieldEnd)
			if err := builders.enter(ctx, dimensions); err != nil {
				return err
			}
			if err := r.sums.enter(ctx, dimensions); err != nil {
				return err
			}
		}
		builders.add(&c)
		r.sums.addRepatriation(&c)
		return nil
	}, fmt.Sprintf("SELECT %s, f.date, f.workers FROM %s AS f ORDER BY 1", sqlite.Joined(columns, sqlite.FieldEnd),
		RepatriationFacts))
	if err != nil {
		return fmt.Errorf("follow the repatriations: %w", err)
	}
	return builders.finish(ctx, q)
}
