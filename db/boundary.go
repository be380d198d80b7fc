package db

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/sqlite"
)

// Boundaries reads the outlines of some regions, as GeoJSON by their codes. Those that the release has none of are
// left out; a release of an earlier schema has none at all.
func (r *Release) Boundaries(ctx context.Context, codes []string) (map[string]string, error) {
	all := map[string]string{}
	if r.schema["boundaries"] == nil || len(codes) == 0 {
		return all, nil
	}
	sb := sqlite.Flavour.NewSelectBuilder()
	sb.Select("region_code", "geometry").From("boundaries").Where(sb.In("region_code", sqlbuilder.List(codes)))
	statement, args := sb.Build()
	err := sqlite.Each(ctx, r.file, func(rows *sql.Rows) error {
		var code, geometry string
		err := rows.Scan(&code, &geometry)
		all[code] = geometry
		return err
	}, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("read boundaries: %w", err)
	}
	return all, nil
}
