package build

import (
	"context"
	"errors"
	"fmt"

	"homebound/db/internal/sqlite"
	"homebound/internal/confidential"
)

// derive makes what reports read beside the content, from the content and the masks of its real rows, and computes the
// content hash, whose pass over the permits it shares. Files of its own are in dir.
func derive(ctx context.Context, q sqlite.Querier, m *confidential.Masker, k int, dir string) (r *register, hash string, err error) {
	currency, err := currencyOf(ctx, q)
	if err != nil {
		return nil, "", err
	}
	rates, err := ReadRates(ctx, q)
	if err != nil {
		return nil, "", err
	}
	if err := deriveRates(ctx, q, currency, rates); err != nil {
		return nil, "", err
	}
	local, err := newLocalWages(ctx, q, rates)
	if err != nil {
		return nil, "", err
	}
	// Outside of a transaction, each batch of rows would write its pages by itself.
	if _, err := sqlite.Run(ctx, q, `BEGIN`); err != nil {
		return nil, "", fmt.Errorf("build the rollups: %w", err)
	}
	if err := mask(ctx, q, m, k); err != nil {
		return nil, "", err
	}
	if err := clearRollups(ctx, q); err != nil {
		return nil, "", err
	}
	if r, err = newRegister(ctx, q, local, dir); err != nil {
		return nil, "", err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	if hash, err = contentHash(ctx, q, map[string]watcher{"permits": r.watch(m != nil)}); err != nil {
		return nil, "", err
	}
	if err := r.build(ctx, q); err != nil {
		return nil, "", err
	}
	if _, err := sqlite.Run(ctx, q, `COMMIT`); err != nil {
		return nil, "", fmt.Errorf("build the rollups: %w", err)
	}
	return r, hash, nil
}

func currencyOf(ctx context.Context, q sqlite.Querier) (string, error) {
	currency, err := sqlite.Single[string](ctx, q, `SELECT value FROM settings WHERE name = ?`, SettingCurrency)
	if err != nil {
		return "", fmt.Errorf("read the currency: %w", err)
	}
	if currency == "" {
		currency = defaultCurrency
	}
	return currency, nil
}

// dataSpan returns the first and the last day on which a register row is issued, starts, is revoked or is repatriated,
// else the span of the observations; a publisher's dataThrough takes the place of the last. Nil where there is nothing.
//
// A source that declares its coverage is there no sooner than it declares, since its earlier rows are only those that
// still counted then: the climb of their number is how a register begins, and no history.
func dataSpan(ctx context.Context, q sqlite.Querier) (from, through *string, err error) {
	for _, column := range []struct {
		into *(*string)
		sql  string
	}{
		{&from, `WITH declared AS (SELECT source_id, MIN("from") AS day FROM coverage GROUP BY source_id)
			SELECT COALESCE(
			(SELECT MIN(day) FROM (
				SELECT MIN(NULLIF(issued_on, '')) AS day FROM permits WHERE source_id NOT IN (SELECT source_id FROM declared)
				UNION ALL SELECT MIN(NULLIF(valid_from, '')) FROM permits WHERE source_id NOT IN (SELECT source_id FROM declared)
				UNION ALL SELECT MIN(revoked_on) FROM permits WHERE source_id NOT IN (SELECT source_id FROM declared)
				UNION ALL SELECT MIN(date) FROM repatriations WHERE source_id NOT IN (SELECT source_id FROM declared)
				UNION ALL SELECT MAX(d.day, (SELECT MIN(day) FROM (
					SELECT MIN(issued_on) AS day FROM permits WHERE source_id = d.source_id
					UNION ALL SELECT MIN(valid_from) FROM permits WHERE source_id = d.source_id
					UNION ALL SELECT MIN(revoked_on) FROM permits WHERE source_id = d.source_id
					UNION ALL SELECT MIN(date) FROM repatriations WHERE source_id = d.source_id))) FROM declared AS d)),
			(SELECT MIN("from") FROM observations))`},
		{&through, `SELECT COALESCE(
			(SELECT value FROM settings WHERE name = 'dataThrough'),
			(SELECT MAX(day) FROM (SELECT MAX(issued_on) AS day FROM permits UNION ALL SELECT MAX(valid_from) FROM permits
				UNION ALL SELECT MAX(revoked_on) FROM permits UNION ALL SELECT MAX(date) FROM repatriations)),
			(SELECT MAX("to") FROM observations))`},
	} {
		if *column.into, err = sqlite.Single[*string](ctx, q, column.sql); err != nil {
			return nil, nil, fmt.Errorf("span of the data: %w", err)
		}
	}
	return from, through, nil
}
