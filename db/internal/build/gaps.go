package build

import (
	"context"
	"fmt"
	bits64 "math/bits"
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

// gapKey is what filters narrow most: the facts and what is lacking by its number in gapConditions, and the cell, the text
// of region, nationality, mark and source.
type gapKey struct {
	condition int
	cell      string
}

// buildGaps counts the rows that lack something. Each table is gone through once; rows are counted here, since SQLite
// would sort them for it, and many registers have no employer in any.
func buildGaps(ctx context.Context, q sqlite.Querier) error {
	if _, err := sqlite.Run(ctx, q, `DELETE FROM main.gaps`); err != nil {
		return fmt.Errorf("clear the gaps: %w", err)
	}
	counts := map[gapKey]int{}
	for _, table := range []string{"permits", "repatriations"} {
		var bits, lacks []string
		for i, g := range gapConditions {
			if g.table == table {
				lacks, bits = append(lacks, g.condition), append(bits, fmt.Sprintf("((%s) << %d)", g.condition, i))
			}
		}
		cell := sqlite.Joined([]string{"region_code", "nationality", "synthetic", "source_id"}, sqlite.FieldEnd)
		err := sqlite.EachValues(ctx, q, 2, func(values []any) error {
			key, lacking := gapKey{cell: values[0].(string)}, values[1].(int64)
			for ; lacking != 0; lacking &= lacking - 1 {
				key.condition = bits64.TrailingZeros64(uint64(lacking))
				counts[key]++
			}
			return nil
		}, fmt.Sprintf(`SELECT %s, %s FROM %s NOT INDEXED WHERE %s`, cell, strings.Join(bits, " | "), table,
			strings.Join(lacks, " OR ")))
		if err != nil {
			return fmt.Errorf("count the rows of %s that lack something: %w", table, err)
		}
	}
	for key, n := range counts {
		g, cell := gapConditions[key.condition], strings.Split(key.cell, sqlite.FieldEnd)
		if _, err := sqlite.Run(ctx, q, `INSERT INTO main.gaps VALUES (?, ?, ?, ?, ?, ?, ?)`, g.facts, string(g.gap),
			cell[0], cell[1], cell[2], cell[3], n); err != nil {
			return fmt.Errorf("keep what rows lack: %w", err)
		}
	}
	return nil
}
