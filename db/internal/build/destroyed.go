package build

import (
	"context"
	"database/sql"
	"fmt"

	"homebound/db/internal/sqlite"
)

// MovedMean is an average wage of a year that a few wages far from the median move by more than a tenth.
type MovedMean struct {
	Currency, Year string
	Odd, Wages     int64   // the wages far from the median, of all
	Mean, Without  float64 // with them and without
}

// String says how far they move it.
func (m MovedMean) String() string {
	return fmt.Sprintf("%d of %d wages of %s in %s move their average from %.10g to %.10g", m.Odd, m.Wages, m.Year, m.Currency, m.Without, m.Mean)
}

// Moved lists the average wages that few wages of the package destroy.
func (d *Draft) Moved() []MovedMean { return d.moved }

// seeMoved finds them, in a package that has wages far from the median.
func (s *Stage) seeMoved(ctx context.Context) (err error) {
	s.draft.moved, err = sqlite.Collect(ctx, s.draft.conn, func(rows *sql.Rows) (m MovedMean, err error) {
		return m, rows.Scan(&m.Currency, &m.Year, &m.Odd, &m.Wages, &m.Mean, &m.Without)
	}, medians+`
SELECT wage_currency, year, SUM(odd), COUNT(*), SUM(wage * workers) / SUM(workers) AS mean,
       SUM(CASE WHEN odd THEN 0 ELSE wage * workers END) / SUM(CASE WHEN odd THEN 0 ELSE workers END) AS without
FROM (SELECT s.wage_currency, substr(s.issued_on, 1, 4) AS year, s.wage_monthly AS wage, s.workers,
             s.wage_monthly > 10 * m.median OR s.wage_monthly < m.median / 10 AS odd
      FROM stage.permits s JOIN medians m ON m.wage_currency = s.wage_currency WHERE s.wage_monthly > 0 AND s.issued_on <> '')
GROUP BY 1, 2 HAVING SUM(odd) > 0 AND SUM(odd) < COUNT(*) AND COUNT(*) >= 20 AND abs(mean / without - 1) > 0.1 ORDER BY 1, 2`)
	if err != nil {
		return fmt.Errorf("see how far odd wages move their average: %w", err)
	}
	return nil
}
