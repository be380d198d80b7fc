package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"homebound/internal/labour"
)

// rollup is a table of figures summed up when a release is built, so that a report costs what its answer has and not what
// the register has. A rollup answers a question whose groups and filters are among its dimensions.
type rollup struct {
	name  string
	facts string // what it sums: stockFacts day by day, the others by month; dayFacts are no sums
	by    []labour.Dimension
}

// rollups lists every rollup; of several that cover a question the first one answers it, so the smaller come first. The
// grains were chosen by measurement: docs/PERFORMANCE.md. Another rollup is another entry.
var rollups = []rollup{
	{"stock_by_region", stockFacts, []labour.Dimension{labour.ByRegion}},
	{"stock_by_cell", stockFacts, []labour.Dimension{labour.ByRegion, labour.ByNationality, labour.ByIndustry}},
	{"stock_by_employer", stockFacts, []labour.Dimension{labour.ByRegion, labour.ByNationality, labour.ByIndustry, labour.ByEmployer, bySynthetic, bySource}},

	{"issues_by_region", permitFacts, []labour.Dimension{labour.ByRegion}},
	{"issues_by_cell", permitFacts, []labour.Dimension{labour.ByRegion, labour.ByNationality, labour.ByIndustry}},

	{"departures_by_region", repatriationFacts, []labour.Dimension{labour.ByRegion, labour.ByOutcome}},
	{"departures_by_cell", repatriationFacts, []labour.Dimension{labour.ByRegion, labour.ByNationality, labour.ByIndustry, labour.ByOutcome}},

	registerDays,
}

// Dimensions of filters and rollups alone: whether rows are synthetic, and where they come from.
const (
	bySynthetic = labour.Dimension("SYNTHETIC")
	bySource    = labour.Dimension("SOURCE")
)

// columns names the rollup's dimensions in SQL.
func (r rollup) columns() []string {
	names := make([]string, len(r.by))
	for i, d := range r.by {
		names[i] = strings.TrimPrefix(dimensionColumn(d), "f.")
	}
	return names
}

// covers tells whether all of some dimensions are among the rollup's. A district is made of regions.
func (r rollup) covers(dimensions []labour.Dimension) bool {
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

// smallest gives the first rollup of some facts that covers all of some dimensions, or false.
func smallest(facts string, dimensions []labour.Dimension) (rollup, bool) {
	for _, r := range rollups {
		if r.facts == facts && r.covers(dimensions) {
			return r, true
		}
	}
	return rollup{}, false
}

// finest gives the rollup of some facts that has the most dimensions.
func finest(facts string) (last rollup) {
	for _, r := range rollups {
		if r.facts == facts {
			last = r
		}
	}
	return last
}

// build makes the rollups anew from the register. The coarser ones of a flow are summed up from the finer.
func build(ctx context.Context, q querier) error {
	for _, r := range rollups {
		if _, err := run(ctx, q, `DROP TABLE IF EXISTS main.`+r.name); err != nil {
			return fmt.Errorf("clear %s: %w", r.name, err)
		}
	}
	stock, err := buildFromPermits(ctx, q)
	if err != nil {
		return err
	}
	built := map[string]string{permitFacts: finest(permitFacts).name} // by facts, the rollup made last
	for _, r := range slices.Backward(rollups) {
		if r.facts == stockFacts || r.facts == dayFacts || r.name == built[permitFacts] {
			continue
		}
		if err := r.buildFlow(ctx, q, built[r.facts]); err != nil {
			return fmt.Errorf("build %s: %w", r.name, err)
		}
		built[r.facts] = r.name
	}
	if err := buildDays(ctx, q); err != nil {
		return err
	}
	_, err = run(ctx, q, `INSERT INTO main.spans
		SELECT ?, MIN(issued_on), MAX(issued_on) FROM permits HAVING COUNT(*) > 0 UNION ALL
		SELECT ?, MIN(date), MAX(date) FROM repatriations HAVING COUNT(*) > 0 UNION ALL
		SELECT ?, ?, ? WHERE ?`, permitFacts, repatriationFacts, stockFacts, stock.From.String(), stock.To.String(), stock.Days() > 0)
	if err != nil {
		return fmt.Errorf("keep the spans of the facts: %w", err)
	}
	return nil
}

// flowColumns are what a rollup of flows sums up for each month, from rows of the register and from a finer rollup. The finest of the
// permits issued is made by buildFromPermits.
var flowColumns = map[string]struct{ rows, finer string }{
	permitFacts: {
		finer: "f.month AS month, SUM(f.permits) AS permits, SUM(f.workers) AS workers, SUM(f.wage_total) AS wage_total, SUM(f.wage_workers) AS wage_workers",
	},
	repatriationFacts: {
		rows:  "substr(f.date, 1, 7) AS month, SUM(f.workers) AS workers",
		finer: "f.month AS month, SUM(f.workers) AS workers",
	},
}

func (r rollup) buildFlow(ctx context.Context, q querier, finer string) error {
	from, columns := r.facts, flowColumns[r.facts].rows
	if finer != "" {
		from, columns = finer, flowColumns[r.facts].finer
	}
	dimensions := "f." + strings.Join(r.columns(), ", f.")
	_, err := run(ctx, q, fmt.Sprintf("CREATE TABLE main.%s AS SELECT %s, %s FROM %s AS f GROUP BY %[2]s, month ORDER BY %[2]s, month",
		r.name, dimensions, columns, from))
	if err != nil {
		return err
	}
	_, err = run(ctx, q, fmt.Sprintf("CREATE INDEX main.%s_by_region ON %[1]s (region_code, month)", r.name))
	return err
}
