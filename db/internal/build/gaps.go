package build

import (
	"bytes"
	"context"
	"fmt"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// permitGaps say which permits lack something.
var permitGaps = []struct {
	gap   labour.Gap
	lacks func(v *permitValues) bool
}{
	{labour.NoIssueDay, func(v *permitValues) bool { return len(v[fIssued]) == 0 }},
	{labour.NoValidity, func(v *permitValues) bool { return len(v[fFrom]) == 0 || len(v[fTo]) == 0 }},
	{labour.NoRegion, func(v *permitValues) bool { return len(v[fRegion]) == 0 }},
	{labour.NoNationality, func(v *permitValues) bool { return len(v[fNationality]) == 0 }},
	{labour.NoEmployer, func(v *permitValues) bool { return len(v[fEmployer]) == 0 }},
	{labour.RoughIssueDay, func(v *permitValues) bool { return bytes.Contains(v[fPrecision], []byte("issued_on=")) }},
	{labour.RoughValidity, func(v *permitValues) bool {
		return bytes.Contains(v[fPrecision], []byte("valid_")) || bytes.Contains(v[fPrecision], []byte("revoked_on="))
	}},
	{labour.WageNotMonthly, func(v *permitValues) bool { return len(v[fWage]) > 0 && len(v[fWageMonthly]) == 0 }},
}

// gapKey is what filters narrow most: what is lacking, and of what rows.
type gapKey struct {
	gap                                    labour.Gap
	region, nationality, source, synthetic string
}

// gapCounts are how many permits lack something.
type gapCounts map[gapKey]int

func (g gapCounts) see(v *permitValues) {
	for _, gap := range permitGaps {
		if gap.lacks(v) {
			g[gapKey{gap.gap, string(v[fRegion]), string(v[fNationality]), string(v[fSource]), string(v[fSynthetic])}]++
		}
	}
}

// buildGaps keeps how many permits lack something, and counts the repatriations whose day is known roughly.
func (g gapCounts) build(ctx context.Context, q sqlite.Querier) error {
	for key, n := range g {
		if _, err := sqlite.Run(ctx, q, `INSERT INTO main.gaps VALUES (?, ?, ?, ?, ?, ?, ?)`, PermitFacts, string(key.gap), key.region,
			key.nationality, key.synthetic, key.source, n); err != nil {
			return fmt.Errorf("keep what rows lack: %w", err)
		}
	}
	_, err := sqlite.Run(ctx, q, `INSERT INTO main.gaps
		SELECT ?, ?, region_code, nationality, synthetic, source_id, COUNT(*) FROM repatriations NOT INDEXED
		WHERE precision IS NOT NULL GROUP BY region_code, nationality, synthetic, source_id`,
		RepatriationFacts, string(labour.RoughDeparture))
	if err != nil {
		return fmt.Errorf("keep what rows lack: %w", err)
	}
	return nil
}
