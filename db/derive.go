package db

import (
	"context"
	"fmt"

	"homebound/internal/labour"
)

// derive fills the tables that reports read from the content alone, so that they can be made again at any time.
func derive(ctx context.Context, q querier) error {
	currency, err := currencyOf(ctx, q)
	if err != nil {
		return err
	}
	for _, step := range []struct {
		what, statement string
		args            []any
	}{
		{"exchange rates", exchangeRates, []any{currency, labour.ExchangeRateIndicator(currency, "")}},
		{"stock changes", stockChanges, nil},
		{"stock changes", `CREATE INDEX IF NOT EXISTS main.stock_changes_by_region ON stock_changes (region_code, day)`, nil},
	} {
		if _, err := run(ctx, q, step.statement, step.args...); err != nil {
			return fmt.Errorf("derive %s: %w", step.what, err)
		}
	}
	return nil
}

func currencyOf(ctx context.Context, q querier) (string, error) {
	currency, err := single[string](ctx, q, `SELECT value FROM settings WHERE name = ?`, settingCurrency)
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
  WHERE substr(indicator, 1, length(own.prefix)) = own.prefix AND value > 0
    AND "from" = substr("from", 1, 4) || '-01-01' AND "to" = substr("from", 1, 4) || '-12-31'
)
SELECT currency, year, value FROM rates WHERE choice = 1
UNION ALL
SELECT own.currency, years.year, 1 FROM own, (SELECT DISTINCT substr(issued_on, 1, 4) AS year FROM permits) AS years`

// stockChanges lays every permit's life out as changes of the stock. A permit brings its workers on its first day, less
// those repatriated by then; each later day of repatriation takes what is left to take; the day after its end takes the rest.
// Repatriations never take more than the permit has, as present(p, d) = max(0, ...) asks.
const stockChanges = `
INSERT INTO stock_changes (region_code, nationality, industry, employer_id, synthetic, day, workers, permits)
WITH gone AS (
  SELECT permit_id, date,
         SUM(SUM(workers)) OVER (PARTITION BY permit_id ORDER BY date) AS total,
         SUM(workers) AS that_day
  FROM repatriations
  WHERE permit_id IS NOT NULL
  GROUP BY permit_id, date
),
changes AS (
  SELECT id, valid_from AS day, workers, 1 AS permits
  FROM permits
  WHERE valid_from <= ends_on
  UNION ALL
  SELECT p.id, MAX(g.date, p.valid_from), MIN(p.workers, g.total - g.that_day) - MIN(p.workers, g.total), 0
  FROM gone g
  JOIN permits p ON p.id = g.permit_id
  WHERE p.valid_from <= p.ends_on AND g.date <= p.ends_on
  UNION ALL
  SELECT p.id, date(p.ends_on, '+1 day'),
         MIN(p.workers, COALESCE((SELECT SUM(r.workers) FROM repatriations r WHERE r.permit_id = p.id AND r.date <= p.ends_on), 0)) - p.workers,
         -1
  FROM permits p
  WHERE p.valid_from <= p.ends_on AND p.ends_on < '9999-12-31'
)
SELECT p.region_code, p.nationality, COALESCE(p.industry, e.industry), p.employer_id, p.synthetic, c.day, SUM(c.workers), SUM(c.permits)
FROM changes c
JOIN permits p ON p.id = c.id
LEFT JOIN employers e ON e.id = p.employer_id
GROUP BY 1, 2, 3, 4, 5, 6`

// dataSpan gives the first and the last day on which a register row is issued, starts, is revoked or is repatriated,
// else the span of the observations; a publisher's dataThrough takes the place of the last. Nil where there is nothing.
func dataSpan(ctx context.Context, q querier) (from, through *string, err error) {
	for _, column := range []struct {
		into *(*string)
		sql  string
	}{
		{&from, `SELECT COALESCE(
			(SELECT MIN(day) FROM (SELECT MIN(issued_on) AS day FROM permits UNION ALL SELECT MIN(valid_from) FROM permits
				UNION ALL SELECT MIN(revoked_on) FROM permits UNION ALL SELECT MIN(date) FROM repatriations)),
			(SELECT MIN("from") FROM observations))`},
		{&through, `SELECT COALESCE(
			(SELECT value FROM settings WHERE name = 'dataThrough'),
			(SELECT MAX(day) FROM (SELECT MAX(issued_on) AS day FROM permits UNION ALL SELECT MAX(valid_from) FROM permits
				UNION ALL SELECT MAX(revoked_on) FROM permits UNION ALL SELECT MAX(date) FROM repatriations)),
			(SELECT MAX("to") FROM observations))`},
	} {
		if *column.into, err = single[*string](ctx, q, column.sql); err != nil {
			return nil, nil, fmt.Errorf("span of the data: %w", err)
		}
	}
	return from, through, nil
}
