package exports

import (
	"context"
	"fmt"

	"homebound/db"
	"homebound/graph"
	"homebound/internal/answers"
	"homebound/internal/labour"
	"homebound/internal/prefetch"
	"homebound/internal/site/port"
)

// openList opens an export of one of the register's lists: its first question is the list's own, which refuses and
// counts, and leaves the list to be read row by row from the database.
func openList(list string) func(context.Context, *Exports, *extract) error {
	// The list's name says what its filter and its order are called.
	input := map[string]string{"permits": "Permit", "employers": "Employer", "repatriations": "Repatriation"}[list]
	count := fmt.Sprintf(`query CountOf%ss($filter: %sFilter, $orderBy: %sOrder) { list: %s(filter: $filter, orderBy: $orderBy, first: 0) { totalCount } }`, input, input, input, list)
	return func(ctx context.Context, s *Exports, x *extract) error {
		if err := s.Ask(ctx, count, x.variables, new(struct{})); err != nil {
			return err
		}
		full, err := graph.FullList(ctx, list, x.variables)
		if err != nil {
			return err
		}
		return x.streamed(ctx, full, input)
	}
}

// openObservations opens the export of observations: those of the regions that the filter keeps.
func openObservations(ctx context.Context, s *Exports, x *extract) error {
	filter := db.ObservationFilter{Indicators: port.Texts(x.variables["indicators"]), Regions: []string{}}
	for _, end := range []struct {
		name string
		day  **labour.Date
	}{{"from", &filter.Span.From}, {"to", &filter.Span.To}} {
		if text, given := x.variables[end.name].(string); given {
			day, err := labour.ParseDate(text)
			if err != nil {
				return err
			}
			*end.day = &day
		}
	}
	const regions = `query RegionsOf($filter: RegionFilter, $after: String) { regions(filter: $filter, first: 1000, after: $after) { nodes { code } pageInfo { hasNextPage endCursor } } }`
	var page struct {
		Regions struct {
			Nodes    []struct{ Code string }
			PageInfo pageInfo
		}
	}
	for after := (any)(nil); after == nil ||
		page.Regions.PageInfo.HasNextPage; after = page.Regions.PageInfo.EndCursor {
		page.Regions.Nodes = nil
		if err := s.Ask(ctx, regions, port.Variables{"filter": x.variables["filter"], "after": after},
			&page); err != nil {
			return err
		}
		for _, region := range page.Regions.Nodes {
			filter.Regions = append(filter.Regions, region.Code)
		}
	}
	full, err := answers.FullObservations(ctx, graph.ReleaseOf(ctx), filter)
	if err != nil {
		return err
	}
	return x.streamed(ctx, full, "Observation")
}

type pageInfo struct {
	HasNextPage bool
	EndCursor   string
}

// streamed lets an export be read from a list of the database, row by row, while others are written.
func (x *extract) streamed(ctx context.Context, list *answers.FullList, typename string) error {
	release := graph.ReleaseOf(ctx)
	names := list.Columns()
	values := valuesOf(release, typename, names)
	fill := make([]func([]any) any, len(x.columns))
	for i, column := range x.columns {
		if fill[i] = values[column.Name]; fill[i] == nil {
			return fmt.Errorf("export: no value for the column %s", column.Name)
		}
	}
	x.rows, x.cost, x.evidence = list.Rows, list.Cost, list.Mark
	x.each = func(ctx context.Context, yield func([]any) error) error {
		row := make([]any, len(fill))
		return prefetch.Rows(ctx, len(names), list.Each, func(read []any) error {
			for i, value := range fill {
				row[i] = value(read)
			}
			return yield(row)
		})
	}
	return nil
}

// valuesOf says how the columns of a list's export are made from a row of the database, whose columns are named.
func valuesOf(release *db.Release, typename string, names []string) map[string]func([]any) any {
	place := make(map[string]int, len(names))
	for i, name := range names {
		place[name] = i
	}
	values := map[string]func([]any) any{}
	column := func(to, from string) {
		if at, there := place[from]; there {
			values[to] = func(row []any) any {
				if row[at] == "" { // which a key has for what is unknown
					return nil
				}
				return row[at]
			}
		}
	}
	marked := func(to, from string) {
		if at, there := place[from]; there {
			values[to] = func(row []any) any { return row[at] != int64(0) }
		}
	}
	// looked gives what is derived from a key; what was found is kept, since few keys stand in many rows.
	looked := func(to, from string, find func(key string) any) {
		at, there := place[from]
		if !there {
			return
		}
		kept := map[string]any{}
		values[to] = func(row []any) any {
			key, _ := row[at].(string)
			if key == "" {
				return nil
			}
			value, known := kept[key]
			if !known {
				if len(kept) == mostKept {
					clear(kept)
				}
				value = find(key)
				kept[key] = value
			}
			return value
		}
	}
	global := func(to, from, typename string) {
		looked(to, from, func(key string) any { return graph.GlobalID(typename, key) })
	}
	for to, from := range map[string]string{
		"number": "number", "name": "name", "taxId": "tax_id", "employer.name": "employer_name", "permit.number": "permit_number", "region.code": "region_code",
		"nationality.code": "nationality", "industry.code": "industry", "indicator.code": "indicator", "occupation": "occupation", "workers": "workers",
		"issuedOn": "issued_on", "validFrom": "valid_from", "validTo": "valid_to", "revokedOn": "revoked_on", "wageMonthly": "wage_monthly",
		"wageCurrency": "wage_currency", "wage": "wage", "wageUnit": "wage_unit", "hoursPerWeek": "hours_per_week",
		"industryCode": "industry_code", "industryClassification": "industry_classification", "occupationCode": "occupation_code",
		"occupationClassification": "occupation_classification", "ownOutcome.code": "own_outcome", "precision": "precision", "date": "date", "outcome": "outcome", "sanction.symbol": "sanction_symbol", "from": "from", "to": "to",
		"value": "value", "unit": "unit", "status": "status", "confidence": "confidence", "note": "note",
	} {
		column(to, from)
	}
	for path, from := range map[string]string{"": "id", "employer.": "employer_id", "permit.": "permit_id",
		"source.": "source_id"} {
		column(path+publisherID, from)
	}
	marked("synthetic", "synthetic")
	if at, there := place["id"]; there {
		values["id"] = func(row []any) any { return graph.GlobalID(typename, row[at].(string)) }
	}
	global("employer.id", "employer_id", "Employer")
	global("permit.id", "permit_id", "Permit")
	global("source.id", "source_id", "Source")
	looked("ownOutcome.label", "own_outcome", func(code string) any {
		if own := release.OwnOutcome(code); own != nil {
			return own.Label
		}
		return nil
	})
	looked("region.name", "region_code", named(release.Region, func(r labour.Region) string { return r.NameEN }))
	looked("nationality.name", "nationality", named(release.Country, func(c labour.Country) string { return c.Name }))
	looked("industry.name", "industry", named(release.Industry, func(i labour.Industry) string { return i.NameEN }))
	looked("indicator.name", "indicator", named(release.Indicator, func(i labour.Indicator) string { return i.Name }))
	looked("indicator.definition", "indicator", named(release.Indicator, func(i labour.Indicator) string {
		return i.Definition
	}))
	looked("source.title", "source_id", named(release.Source, func(s labour.Source) string { return s.Title }))
	looked("source.publisher", "source_id", named(release.Source, func(s labour.Source) string { return s.Publisher }))
	looked("source.url", "source_id", func(id string) any {
		if source, err := release.Source(id); err == nil && source.URL != "" {
			return source.URL
		}
		return nil
	})
	return values
}

// mostKept is how many values that are derived from keys are kept for one column.
const mostKept = 10_000

// named returns a text of what a key leads to. Every key of a release leads somewhere: the import has seen to it.
func named[T any](find func(string) (T, error), text func(T) string) func(string) any {
	return func(key string) any {
		if found, err := find(key); err == nil {
			return text(found)
		}
		return nil
	}
}
