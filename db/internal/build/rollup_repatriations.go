package build

import (
	"context"
	"fmt"

	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// buildFromRepatriations fills the rollup of the departures by day and the finest of those by month, in one pass.
func buildFromRepatriations(ctx context.Context, q sqlite.Querier) error {
	finest := finest(RepatriationFacts)
	builders, err := newBuilders(ctx, q, func(r Rollup) bool {
		return r.Facts == DepartureDays || r.Name == finest.Name
	})
	defer builders.close()
	if err != nil {
		return err
	}
	columns := finest.columns()
	for i, name := range columns {
		columns[i] = "f." + name
	}
	err = sqlite.EachValues(ctx, q, 3, func(values []any) error {
		date := values[1].(string)
		c := permitChange{month: date[:len("2017-12")], brings: packed.Change{Workers: int(values[2].(int64))}}
		if c.day, err = labour.ParseDate(date); err != nil {
			return err
		}
		return builders.add(ctx, values[0].(string), &c)
	}, fmt.Sprintf("SELECT %s, f.date, f.workers FROM %s AS f ORDER BY 1", sqlite.Joined(columns, sqlite.FieldEnd),
		RepatriationFacts))
	if err != nil {
		return fmt.Errorf("follow the repatriations: %w", err)
	}
	return builders.finish(ctx, q)
}
