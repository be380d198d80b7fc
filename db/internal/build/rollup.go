package build

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// Rollup is a table of figures summed up when a release is built, so that a report costs what its answer has and
// not what the register has. A rollup answers a question whose groups and filters are among its dimensions.
type Rollup struct {
	Name string
	// Facts says what it sums up: the stock, issues and departures by day, the other flows by month. DayFacts are no sums.
	Facts string
	by    []labour.Dimension
}

// The dimensions of rollups. Most of permits begin with all of the coarser ones, so that one pass over rows in the order
// of the finest makes them all; those by nationality have few cells, which are kept until the end of the pass. Whether rows are synthetic is a dimension of each: where a release mixes registers, any
// figure is asked of one of them too, and where it does not, no row is added.
var (
	byRegion   = []labour.Dimension{labour.ByRegion, BySynthetic}
	byNation   = []labour.Dimension{labour.ByNationality, BySynthetic}
	byCell     = slices.Concat(byRegion, []labour.Dimension{labour.ByNationality, labour.ByIndustry, BySource})
	byEmployer = append(slices.Clone(byCell), labour.ByEmployer)
	byOutcome  = append(slices.Clone(byCell), labour.ByOutcome)
)

// Rollups lists every rollup; of several that cover a question the first one answers it, so the smaller come first. The
// grains were chosen by measurement: docs/PERFORMANCE.md. Another rollup is another entry.
var Rollups = []Rollup{
	{"stock_by_region", StockFacts, byRegion},
	{"stock_by_nationality", StockFacts, byNation},
	{"stock_by_cell", StockFacts, byCell},
	{"stock_by_employer", StockFacts, byEmployer},

	{"issues_by_region", PermitFacts, byRegion},
	{"issues_by_nationality", PermitFacts, byNation},
	{"issues_by_cell", PermitFacts, byCell},

	{"issues_by_day", IssueDays, byCell},
	{"issues_by_employer", IssueDays, byEmployer},

	{"departures_by_region", RepatriationFacts, append(slices.Clone(byRegion), labour.ByOutcome)},
	{"departures_by_nationality", RepatriationFacts, append(slices.Clone(byNation), labour.ByOutcome)},
	{"departures_by_cell", RepatriationFacts, byOutcome},
	{"departures_by_day", DepartureDays, byOutcome},
	{"departures_by_employer", DepartureDays, append(slices.Clone(byOutcome), labour.ByEmployer)},

	registerDays,
	employerSums,
}

// Dimensions of filters and rollups alone: whether rows are synthetic, and where they come from.
const (
	BySynthetic = labour.Dimension("SYNTHETIC")
	BySource    = labour.Dimension("SOURCE")
)

// isByEmployer reports whether the rollup is a view: of a table that has employers, numbers of cells and figures, and of
// register_cells. An employer is of few cells, whose text would be most of the table.
func (r Rollup) isByEmployer() bool { return r.by[len(r.by)-1] == labour.ByEmployer }

// table names the table that the rollup's figures are in.
func (r Rollup) table() string {
	if what, _, found := strings.Cut(r.Name, "_by_employer"); found {
		return "employer_" + what
	}
	return r.Name
}

// columns names the rollup's dimensions in SQL.
func (r Rollup) columns() []string {
	names := make([]string, len(r.by))
	for i, d := range r.by {
		names[i] = strings.TrimPrefix(DimensionColumn(d), "f.")
	}
	return names
}

// Covers reports whether all of some dimensions are among the rollup's. A district is made of regions.
func (r Rollup) Covers(dimensions []labour.Dimension) bool {
	for _, d := range dimensions {
		if d == labour.ByDistrict {
			d = labour.ByRegion
		}
		if !slices.Contains(r.by, d) {
			return false
		}
	}
	return true
}

// Smallest returns the first rollup of some facts that covers all of some dimensions in a file of a schema, or false:
// rollups of earlier files have fewer dimensions.
func Smallest(schema sqlite.Schema, facts string, dimensions []labour.Dimension) (Rollup, bool) {
	for _, r := range Rollups {
		if r.Facts == facts && r.Covers(dimensions) && r.IsIn(schema, dimensions) {
			return r, true
		}
	}
	return Rollup{}, false
}

// IsIn reports whether a file of a schema has the rollup with columns for some dimensions.
func (r Rollup) IsIn(schema sqlite.Schema, dimensions []labour.Dimension) bool {
	table := r.Name
	if r.Facts == DayFacts {
		table = "register_cells"
	}
	for _, d := range dimensions {
		if d == labour.ByDistrict {
			d = labour.ByRegion
		}
		if !schema[table][strings.TrimPrefix(DimensionColumn(d), "f.")] {
			return false
		}
	}
	return schema[r.Name] != nil
}

// finest returns the rollup of some facts that has the most dimensions.
func finest(facts string) (last Rollup) {
	for _, r := range Rollups {
		if r.Facts == facts {
			last = r
		}
	}
	return last
}

// clearRollups drops the rollups of before.
func clearRollups(ctx context.Context, q sqlite.Querier) error {
	views, err := sqlite.Collect(ctx, q, func(rows *sql.Rows) (name string, err error) { return name, rows.Scan(&name) },
		`SELECT name FROM main.sqlite_schema WHERE type = 'view'`)
	if err != nil {
		return fmt.Errorf("list the views: %w", err)
	}
	for _, r := range Rollups {
		drop := []string{`DROP TABLE IF EXISTS main.` + r.Name} // as releases of before have all of them
		if slices.Contains(views, r.Name) {
			drop = []string{`DROP VIEW main.` + r.Name, `DROP TABLE main.` + r.table()}
		}
		for _, statement := range drop {
			if _, err := sqlite.Run(ctx, q, statement); err != nil {
				return fmt.Errorf("clear %s: %w", r.Name, err)
			}
		}
	}
	return nil
}

// build makes the rollups from a register whose permits were seen. The coarser ones of a flow are summed up from the finer.
func (r *register) build(ctx context.Context, q *sql.Conn) (err error) {
	if r.from, r.through, err = r.dataSpan(ctx, q); err != nil {
		return err
	}
	if r.sums, err = newSumsBuilder(ctx, q, r.from, r.through); err != nil {
		return err
	}
	if err := r.seeRepatriations(ctx, q); err != nil {
		return err
	}
	if err := r.buildFromPermits(ctx, q); err != nil {
		return err
	}
	if err := r.buildFromRepatriations(ctx, q); err != nil {
		return err
	}
	if err := r.sums.finish(ctx, q); err != nil {
		return err
	}
	for _, r := range Rollups {
		if fine := finest(r.Facts); flowColumns[r.Facts] != "" && r.Name != fine.Name {
			if err := r.buildFlow(ctx, q, fine.Name); err != nil {
				return fmt.Errorf("build %s: %w", r.Name, err)
			}
		}
	}
	if err := r.days.finish(ctx, q); err != nil {
		return err
	}
	if err := r.buildNames(ctx, q); err != nil {
		return err
	}
	if err := r.gaps.build(ctx, q); err != nil {
		return err
	}
	_, err = sqlite.Run(ctx, q, `INSERT INTO main.spans
		SELECT ?, ?, ? WHERE ? <> '' UNION ALL
		SELECT ?, MIN(date), MAX(date) FROM repatriations HAVING COUNT(*) > 0 UNION ALL
		SELECT ?, ?, ? WHERE ?`, PermitFacts, r.issued.first, r.issued.last, r.issued.first, RepatriationFacts,
		StockFacts, r.span.From.String(), r.span.To.String(), r.span.Days() > 0)
	if err != nil {
		return fmt.Errorf("keep the spans of the facts: %w", err)
	}
	return nil
}

// flowColumns are what a rollup of flows sums up for each month, from the finest of its facts.
var flowColumns = map[string]string{
	PermitFacts: "f.month AS month, SUM(f.permits) AS permits, SUM(f.workers) AS workers, SUM(f.wage_total) AS wage_total, " +
		"SUM(f.wage_workers) AS wage_workers, SUM(f.unpriced) AS unpriced",
	RepatriationFacts: "f.month AS month, SUM(f.workers) AS workers",
}

func (r Rollup) buildFlow(ctx context.Context, q sqlite.Querier, finer string) error {
	dimensions := "f." + strings.Join(r.columns(), ", f.")
	_, err := sqlite.Run(ctx, q,
		fmt.Sprintf("CREATE TABLE main.%s AS SELECT %s, %s FROM %s AS f GROUP BY %[2]s, month ORDER BY %[2]s, month",
			r.Name, dimensions, flowColumns[r.Facts], finer))
	if err != nil {
		return err
	}
	return r.index(ctx, q, "month")
}

// index makes the index of a rollup: its first dimension, then time.
func (r Rollup) index(ctx context.Context, q sqlite.Querier, time string) error {
	first := r.columns()[0]
	_, err := sqlite.Run(ctx, q, fmt.Sprintf("CREATE INDEX main.%s_by_%s ON %[1]s (%[3]s, %[4]s)", r.Name,
		strings.TrimSuffix(first, "_code"), first, time))
	return err
}
