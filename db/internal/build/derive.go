package build

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"homebound/db/internal/sqlite"
	"homebound/internal/confidential"
)

// derive makes the indexes and what reports read beside the content, from the content and the masks of its real rows,
// and computes the content hash, whose pass over the permits it shares.
//
// SQLite lets one connection at a time write a file, so what is derived is written to a file of its own while the
// indexes are made, and copied at the end: it is a tenth of the release.
func (d *Draft) derive(ctx context.Context, m *confidential.Masker, k int) (r *register, hash string, err error) {
	currency, err := currencyOf(ctx, d.conn)
	if err != nil {
		return nil, "", err
	}
	rates, err := ReadRates(ctx, d.conn)
	if err != nil {
		return nil, "", err
	}
	if err := d.prepareDerived(ctx, m, k, rates.Into(currency)); err != nil {
		return nil, "", err
	}
	beside, err := d.besideDraft(ctx)
	if err != nil {
		return nil, "", err
	}
	defer func() { err = errors.Join(err, beside.close()) }()
	both, running := errgroup.WithContext(ctx)
	both.Go(func() error { return d.index(running) })
	both.Go(func() (err error) {
		r, hash, err = deriveInto(running, beside.conn, rates, m != nil, d.path)
		return err
	})
	if err := both.Wait(); err != nil {
		return nil, "", err
	}
	if err := beside.detach(ctx); err != nil {
		return nil, "", err
	}
	if err := d.copyDerived(ctx, beside.path); err != nil {
		return nil, "", err
	}
	return r, hash, d.deriveOwnRates(ctx, currency, r.years)
}

// prepareDerived writes what the content and its hash are read with, and clears what was derived before.
func (d *Draft) prepareDerived(ctx context.Context, m *confidential.Masker, k int, rates []YearRate) error {
	// Outside of a transaction, each batch of rows would write its pages by itself.
	if _, err := sqlite.Run(ctx, d.conn, `BEGIN`); err != nil {
		return fmt.Errorf("prepare what is derived: %w", err)
	}
	if err := deriveRates(ctx, d.conn, rates); err != nil {
		return err
	}
	if err := mask(ctx, d.conn, m, k); err != nil {
		return err
	}
	if err := clearRollups(ctx, d.conn); err != nil {
		return err
	}
	if _, err := sqlite.Run(ctx, d.conn, `COMMIT`); err != nil {
		return fmt.Errorf("prepare what is derived: %w", err)
	}
	return nil
}

// index makes the indexes that were put off until their tables were filled, and counts for the planner what is in them.
func (d *Draft) index(ctx context.Context) error {
	for _, statement := range append(d.deferred, `PRAGMA analysis_limit = 1000`, `ANALYZE`) {
		if _, err := sqlite.Run(ctx, d.conn, statement); err != nil {
			return fmt.Errorf("index the draft: %w", err)
		}
	}
	return nil
}

// deriveInto writes what is derived to a file that has the content attached. Files of its own are in dir.
func deriveInto(ctx context.Context, q *sql.Conn, rates *Rates, masked bool, dir string) (r *register,
	hash string, err error) {
	local, err := newLocalWages(ctx, q, rates)
	if err != nil {
		return nil, "", err
	}
	made, err := newRegister(ctx, q, local, dir)
	if err != nil {
		return nil, "", err
	}
	defer func() { err = errors.Join(err, made.close()) }()
	if hash, err = contentHash(ctx, q, map[string]watcher{"permits": made.watch(masked)}); err != nil {
		return nil, "", err
	}
	return made, hash, made.build(ctx, q)
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
