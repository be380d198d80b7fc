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

// gapConditions say which rows of the register lack something: SQL over the table, by what is lacking.
var gapConditions = []struct {
	facts, table string
	gap          labour.Gap
	condition    string
}{
	{PermitFacts, "permits", labour.NoIssueDay, `issued_on = ''`},
	{PermitFacts, "permits", labour.NoValidity, `(valid_from = '' OR valid_to = '')`},
	{PermitFacts, "permits", labour.NoRegion, `region_code = ''`},
	{PermitFacts, "permits", labour.NoNationality, `nationality = ''`},
	{PermitFacts, "permits", labour.NoEmployer, `employer_id IS NULL`},
	{PermitFacts, "permits", labour.RoughIssueDay, `(precision IS NOT NULL AND instr(precision, 'issued_on=') > 0)`},
	{PermitFacts, "permits", labour.RoughValidity, `(precision IS NOT NULL AND (instr(precision, 'valid_') > 0 OR instr(precision, 'revoked_on=') > 0))`},
	{PermitFacts, "permits", labour.WageNotMonthly, `(wage IS NOT NULL AND wage_monthly IS NULL)`},
	{RepatriationFacts, "repatriations", labour.RoughDeparture, `precision IS NOT NULL`},
}

// buildGaps counts the rows that lack something, by what filters narrow most. Each table is gone through once.
func buildGaps(ctx context.Context, q sqlite.Querier) error {
	if _, err := sqlite.Run(ctx, q, `DELETE FROM main.gaps`); err != nil {
		return fmt.Errorf("clear the gaps: %w", err)
	}
	for _, table := range []string{"permits", "repatriations"} {
		var sums, lacks []string
		var of []int
		for i, g := range gapConditions {
			if g.table == table {
				sums, lacks, of = append(sums, "SUM("+g.condition+")"), append(lacks, g.condition), append(of, i)
			}
		}
		counts := make([]int64, len(sums))
		var row gapRow
		into := []any{&row.region, &row.nationality, &row.synthetic, &row.source}
		for i := range counts {
			into = append(into, &counts[i])
		}
		found, err := sqlite.Collect(ctx, q, func(rows *sql.Rows) (gapRow, error) {
			err := rows.Scan(into...)
			row.counts = slices.Clone(counts)
			return row, err
		}, fmt.Sprintf(`SELECT region_code, nationality, synthetic, source_id, %s FROM %s NOT INDEXED WHERE %s GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
			strings.Join(sums, ", "), table, strings.Join(lacks, " OR ")))
		if err != nil {
			return fmt.Errorf("count the rows of %s that lack something: %w", table, err)
		}
		for _, r := range found {
			for i, n := range r.counts {
				if n == 0 {
					continue
				}
				if _, err := sqlite.Run(ctx, q, `INSERT INTO main.gaps VALUES (?, ?, ?, ?, ?, ?, ?)`, gapConditions[of[i]].facts,
					string(gapConditions[of[i]].gap), r.region, r.nationality, r.synthetic, r.source, n); err != nil {
					return fmt.Errorf("keep what rows lack: %w", err)
				}
			}
		}
	}
	return nil
}

type gapRow struct {
	region, nationality, source string
	synthetic                   bool
	counts                      []int64
}
