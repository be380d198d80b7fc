package db

import (
	"context"
	"database/sql"
	"fmt"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// Parameters reads the parameters of the economic model in the order of their key. A release of a schema before them has none.
func (r *Release) Parameters(ctx context.Context) ([]labour.Parameter, error) {
	parameters, err := sqlite.Collect(ctx, r.file, func(rows *sql.Rows) (p labour.Parameter, err error) {
		var from, to string
		err = rows.Scan(&p.Name, &p.Region, &p.Industry, &p.Nationality, &from, &to, &p.Low, &p.Central, &p.High,
			&p.Distribution, &p.Unit, &p.Kind, &p.Source, &p.Citation, sqlite.Text(&p.Note))
		for _, end := range []struct {
			text string
			into **labour.Date
		}{{from, &p.From}, {to, &p.To}} {
			if end.text != "" && err == nil {
				var day labour.Date
				day, err = labour.ParseDate(end.text)
				*end.into = &day
			}
		}
		return p, err
	}, r.schema.Select("parameters", `name, region_code, industry, nationality, "from", "to"`, "name", "region_code", "industry",
		"nationality", "from", "to", "low", "central", "high", "distribution", "unit", "kind", "source_id", "citation", "note"))
	if err != nil {
		return nil, fmt.Errorf("read parameters: %w", err)
	}
	return parameters, nil
}
