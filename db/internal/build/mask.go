package build

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"homebound/db/internal/sqlite"
	"homebound/internal/confidential"
)

// mask makes the masks of a release anew: of every permit and repatriation that is real, and of what goes with one, since
// a stock is what a permit has less what was repatriated under it. Without a masker there are none.
func mask(ctx context.Context, q *sql.Conn, m *confidential.Masker, k int) error {
	for _, table := range []string{"permit_masks", "repatriation_masks", "masked"} {
		if _, err := sqlite.Run(ctx, q, `DELETE FROM main.`+table); err != nil {
			return fmt.Errorf("clear %s: %w", table, err)
		}
	}
	if m == nil {
		return nil
	}
	w := &maskWriter{masker: *m}
	var err error
	if w.permits, err = sqlite.NewBatch(ctx, q, "INSERT INTO main.permit_masks", 4); err != nil {
		return err
	}
	defer w.permits.Close()
	if w.repatriations, err = sqlite.NewBatch(ctx, q, "INSERT INTO main.repatriation_masks", 2); err != nil {
		return err
	}
	defer w.repatriations.Close()
	if err := w.read(ctx, q); err != nil {
		return fmt.Errorf("mask the register: %w", err)
	}
	if _, err := sqlite.Run(ctx, q, `INSERT INTO main.masked VALUES (?, MAX(
		(SELECT COALESCE(MAX(workers), 0) FROM permit_facts), (SELECT COALESCE(MAX(workers), 0) FROM repatriation_facts)))`, k); err != nil {
		return fmt.Errorf("mask the register: %w", err)
	}
	return nil
}

// underPermits hands out each permit with the repatriations under it, in the order in which they lower its stock, and last
// those under none.
const underPermits = `
SELECT p.id, p.workers, p.synthetic, p.wage_monthly, r.id, r.workers, r.synthetic, r.date AS date
FROM permits p LEFT JOIN repatriations r ON r.permit_id = p.id
UNION ALL
SELECT NULL, 0, 1, NULL, id, workers, synthetic, date FROM repatriations WHERE permit_id IS NULL
ORDER BY 1 NULLS LAST, 8, 5`

// maskWriter masks a permit at a time.
type maskWriter struct {
	masker                 confidential.Masker
	permits, repatriations *sqlite.Batch

	permit confidential.Row
	wage   any
	gone   []confidential.Row
	real   bool // whether the permit is, or a repatriation under it
}

func (w *maskWriter) read(ctx context.Context, q sqlite.Querier) error {
	err := sqlite.EachValues(ctx, q, 8, func(values []any) error {
		id, isPermit := values[0].(string)
		if id != w.permit.ID {
			if err := w.write(ctx); err != nil {
				return err
			}
			w.permit = confidential.Row{ID: strings.Clone(id), Workers: int(values[1].(int64))}
			w.wage, w.gone, w.real = values[3], w.gone[:0], values[2].(int64) == 0
		}
		gone, has := values[4].(string)
		if !has {
			return nil
		}
		row, real := confidential.Row{ID: strings.Clone(gone), Workers: int(values[5].(int64))}, values[6].(int64) == 0
		if isPermit {
			w.gone, w.real = append(w.gone, row), w.real || real
		} else if real {
			return w.repatriations.Put(ctx, row.ID, w.masker.Count(confidential.RepatriatedWorkers, row.ID, row.Workers))
		}
		return nil
	}, underPermits)
	if err != nil {
		return err
	}
	if err := w.write(ctx); err != nil {
		return err
	}
	if err := w.permits.Flush(ctx); err != nil {
		return err
	}
	return w.repatriations.Flush(ctx)
}

// write masks the permit that was read whole.
func (w *maskWriter) write(ctx context.Context) error {
	if w.permit.ID == "" || !w.real {
		return nil
	}
	workers, repatriated := w.masker.Permit(w.permit, w.gone)
	for i, g := range w.gone {
		if err := w.repatriations.Put(ctx, g.ID, repatriated[i]); err != nil {
			return err
		}
	}
	wage := w.wage
	if paid, known := wage.(float64); known {
		wage = w.masker.Wage(w.permit.ID, paid)
	}
	return w.permits.Put(ctx, w.permit.ID, w.masker.Count(confidential.PermitCount, w.permit.ID, 1), workers, wage)
}

// ReadMasked returns the size that a release's masks protect and the most workers that one of its rows has, 0 where no
// row is masked. A release of before there were masks has no table of them.
func ReadMasked(ctx context.Context, q sqlite.Querier) (k, largest int, err error) {
	_, err = sqlite.Describe(ctx, q, "masked")
	if errors.Is(err, sqlite.ErrNoTable) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	err = sqlite.Each(ctx, q, func(rows *sql.Rows) error { return rows.Scan(&k, &largest) }, `SELECT k, largest FROM masked`)
	return k, largest, err
}
