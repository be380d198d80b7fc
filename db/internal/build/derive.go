package build

import (
	"context"
	"database/sql"
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
	made, err := newRegister(ctx, q, local, dir)
	if err != nil {
		return nil, "", err
	}
	defer func() { err = errors.Join(err, made.close()) }()
	if hash, err = contentHash(ctx, q, map[string]watcher{"permits": made.watch(m != nil)}); err != nil {
		return nil, "", err
	}
	if err := made.build(ctx, q); err != nil {
		return nil, "", err
	}
	if _, err := sqlite.Run(ctx, q, `COMMIT`); err != nil {
		return nil, "", fmt.Errorf("build the rollups: %w", err)
	}
	return made, hash, nil
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
func (r *register) dataSpan(ctx context.Context, q sqlite.Querier) (from, through *string, err error) {
	declared := map[string]string{}
	err = sqlite.Each(ctx, q, func(rows *sql.Rows) error {
		var source, day string
		err := rows.Scan(&source, &day)
		declared[source] = day
		return err
	}, `SELECT source_id, MIN("from") FROM coverage GROUP BY source_id`)
	if err != nil {
		return nil, nil, fmt.Errorf("span of the data: %w", err)
	}
	err = sqlite.Each(ctx, q, func(rows *sql.Rows) error {
		var source string
		var first, last []byte
		err := rows.Scan(&source, &first, &last)
		r.daysOf(source).see(first)
		r.daysOf(source).see(last)
		return err
	}, `SELECT source_id, MIN(date), MAX(date) FROM repatriations GROUP BY source_id`)
	if err != nil {
		return nil, nil, fmt.Errorf("span of the data: %w", err)
	}
	var all dateSpan
	for source, days := range r.known {
		if days.first != "" {
			all.see([]byte(max(days.first, declared[source])))
			all.last = max(all.last, days.last)
		}
	}
	from, err = sqlite.Single[*string](ctx, q, `SELECT COALESCE(NULLIF(?, ''), (SELECT MIN("from") FROM observations))`, all.first)
	if err != nil {
		return nil, nil, fmt.Errorf("span of the data: %w", err)
	}
	through, err = sqlite.Single[*string](ctx, q, `SELECT COALESCE((SELECT value FROM settings WHERE name = ?), NULLIF(?, ''),
		(SELECT MAX("to") FROM observations))`, SettingDataThrough, all.last)
	if err != nil {
		return nil, nil, fmt.Errorf("span of the data: %w", err)
	}
	return from, through, nil
}
