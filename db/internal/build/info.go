package build

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// ReadInfo reads the row in which a release says what it is, and its gates.
func ReadInfo(ctx context.Context, q sqlite.Querier) (labour.Release, error) {
	var info labour.Release
	var published, counts string
	found := false
	err := sqlite.Each(ctx, q, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&info.Number, &info.ContentHash, &published, sqlite.OptionalDate(&info.DataFrom),
			sqlite.OptionalDate(&info.DataThrough),
			&info.Synthetic, &info.Factual, sqlite.Text(&info.Note), &info.MethodVersion, &counts)
	}, `SELECT number, content_hash, published_at, data_from, data_through, synthetic, factual, note, method_version, counts FROM release`)
	if err != nil {
		return info, fmt.Errorf("read the release's description: %w", err)
	}
	if !found {
		return info, fmt.Errorf("read the release's description: %w: it has none", sqlite.ErrCorrupt)
	}
	if info.PublishedAt, err = time.Parse(time.RFC3339, published); err != nil {
		return info, fmt.Errorf("read the release's description: %w", err)
	}
	k, _, err := ReadMasked(ctx, q)
	if err != nil {
		return info, fmt.Errorf("read the release's masking: %w", err)
	}
	if k > 0 {
		info.Confidential = &k
	}
	var rows map[string]int
	if err := json.Unmarshal([]byte(counts), &rows); err != nil {
		return info, fmt.Errorf("read the release's counts: %w", err)
	}
	info.Counts = labour.ReleaseCounts{
		Regions: rows["regions"], Employers: rows["employers"], Permits: rows["permits"], Repatriations: rows["repatriations"],
		Observations: rows["observations"], Claims: rows["claims"], Sources: rows["sources"],
	}
	if info.Currency, err = currencyOf(ctx, q); err != nil {
		return info, err
	}
	info.LocalLanguage, err = sqlite.Single[string](ctx, q, `SELECT value FROM settings WHERE name = ?`, SettingLocalLanguage)
	if err != nil {
		return info, fmt.Errorf("read the release's language: %w", err)
	}
	info.Gates, err = sqlite.Collect(ctx, q, func(rows *sql.Rows) (g labour.GateResult, err error) {
		err = rows.Scan(&g.Name, &g.Table, &g.AtLeast, &g.AtMost, &g.Found)
		g.Passed = g.Holds(g.Found)
		return g, err
	}, `SELECT name, table_name, at_least, at_most, found FROM gates ORDER BY name`)
	if err != nil {
		return info, fmt.Errorf("read the release's gates: %w", err)
	}
	return info, nil
}
