package build

import (
	"context"
	"fmt"

	"homebound/db/internal/sqlite"
	"homebound/internal/confidential"
	"homebound/internal/labour"
)

// derive makes what reports read beside the content, from the content and the masks of its real rows.
func derive(ctx context.Context, q sqlite.Querier, m *confidential.Masker, k int) error {
	currency, err := currencyOf(ctx, q)
	if err != nil {
		return err
	}
	if _, err := sqlite.Run(ctx, q, exchangeRates, currency, labour.ExchangeRateIndicator(currency, "")); err != nil {
		return fmt.Errorf("derive exchange rates: %w", err)
	}
	// Outside of a transaction, each batch of rows would write its pages by itself.
	if _, err := sqlite.Run(ctx, q, `BEGIN`); err != nil {
		return fmt.Errorf("build the rollups: %w", err)
	}
	if err := mask(ctx, q, m, k); err != nil {
		return err
	}
	if err := build(ctx, q); err != nil {
		return err
	}
	if _, err := sqlite.Run(ctx, q, `COMMIT`); err != nil {
		return fmt.Errorf("build the rollups: %w", err)
	}
	return nil
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

// exchangeRates takes the observations FX_<currency>_PER_<other> that cover a calendar year; of several for one year
// the one of highest confidence, then of the first source. The currency itself counts 1 in every year.
const exchangeRates = `
INSERT INTO exchange_rates (currency, year, rate)
WITH own (currency, prefix) AS (VALUES (?, ?)),
rates AS (
  SELECT substr(indicator, length(own.prefix) + 1) AS currency, substr("from", 1, 4) AS year, value,
         ROW_NUMBER() OVER (PARTITION BY indicator, "from" ORDER BY
           CASE confidence WHEN 'HIGH' THEN 0 WHEN 'MEDIUM' THEN 1 WHEN 'LOW' THEN 2 ELSE 3 END, source_id, region_code) AS choice
  FROM observations, own
  WHERE substr(indicator, 1, length(own.prefix)) = own.prefix AND value > 0 AND status <> 'MISSING'
    AND "from" = substr("from", 1, 4) || '-01-01' AND "to" = substr("from", 1, 4) || '-12-31'
)
SELECT currency, year, value FROM rates WHERE choice = 1
UNION ALL
SELECT own.currency, years.year, 1 FROM own, (SELECT DISTINCT substr(issued_on, 1, 4) AS year FROM permits) AS years`

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
				SELECT MIN(issued_on) AS day FROM permits WHERE source_id NOT IN (SELECT source_id FROM declared)
				UNION ALL SELECT MIN(valid_from) FROM permits WHERE source_id NOT IN (SELECT source_id FROM declared)
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
