package build

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// bounds are the indicators that a stock of permits can be held against on the last day of a year: work permits in force,
// of all nationalities, and a government's own count of the workers of one.
const bounds = `'FOREIGN_WORK_PERMITS', 'WORKERS_PRESENT'`

// published is a figure that says how many workers with permits there can have been on the last day of a year.
type published struct {
	region, nationality, year, indicator, source string
	most                                         float64
}

// stockCell is the workers of a region's own rows, of a nationality, made up or not.
type stockCell struct {
	region, nationality string
	synthetic           bool
}

// exceeding is a published figure with the higher stock that the draft has.
type exceeding struct {
	published
	synthetic bool
	workers   int64
	regions   []string // the region and all within it
}

// WarnOfTotals warns where permits were staged and the draft now has more workers in a region at the end of a year than
// was published: one warning for each such figure, at the first staged permit behind it. Made-up rows are counted apart
// from others. It is to be called once all tables are merged, since departures lower a stock.
func (d *Draft) WarnOfTotals(ctx context.Context) error {
	at := slices.IndexFunc(d.counts, func(c labour.ImportCounts) bool { return c.Table == "permits" })
	if at < 0 {
		return nil
	}
	figures, err := d.published(ctx)
	if err != nil || len(figures) == 0 {
		return err
	}
	stocks, err := d.yearEnds(ctx)
	if err != nil {
		return err
	}
	within, err := d.regionsWithin(ctx, figures)
	if err != nil {
		return err
	}
	var found []exceeding
	for _, f := range figures {
		for _, synthetic := range []bool{false, true} {
			e := exceeding{published: f, synthetic: synthetic, regions: within[[2]string{f.region, f.year}]}
			for cell, byYear := range stocks {
				if cell.synthetic == synthetic && (f.nationality == "" || cell.nationality == f.nationality) &&
					slices.Contains(e.regions, cell.region) {
					e.workers += byYear[f.year]
				}
			}
			if float64(e.workers) > f.most {
				found = append(found, e)
			}
		}
	}
	warned, err := d.warnOf(ctx, found)
	d.counts[at].Warnings += warned
	return err
}

// published returns the figures of the ends of years.
func (d *Draft) published(ctx context.Context) ([]published, error) {
	list, err := sqlite.Collect(ctx, d.conn, func(rows *sql.Rows) (f published, err error) {
		return f, rows.Scan(&f.region, &f.nationality, &f.year, &f.indicator, &f.source, &f.most)
	}, `SELECT region_code, nationality, substr("to", 1, 4), indicator, source_id, COALESCE(value_high, value)
		FROM main.observations
		WHERE indicator IN (`+bounds+`) AND industry = '' AND substr("to", 5) = '-12-31'
		  AND (indicator = 'FOREIGN_WORK_PERMITS' OR "from" = "to") AND COALESCE(qualifier, '') <> 'AT_LEAST' AND status NOT IN ('ESTIMATED', 'MISSING')
		ORDER BY 3, 1, 2, 4, 5`)
	if err != nil {
		return nil, fmt.Errorf("read published totals: %w", err)
	}
	return list, nil
}

// overIn writes the year in which a row is over whose last day is known: that of the day after. Written as text of digits
// it takes SQLite a tenth of what its functions of dates take.
func overIn(lastDay string) string {
	return "MIN(9999, substr(" + lastDay + ", 1, 4) + (substr(" + lastDay + ", 6) = '12-31'))"
}

// yearEnds returns the workers present at the end of each year, from one pass over permits and one over repatriations:
// a row counts from the year in which it begins to before the year in which it is over.
func (d *Draft) yearEnds(ctx context.Context) (map[stockCell]map[string]int64, error) {
	stocks := map[stockCell]map[string]int64{}
	for _, query := range []string{
		`SELECT region_code, nationality, synthetic, substr(valid_from, 1, 4), ` + overIn("ends_on") + `, SUM(workers)
			FROM main.permits NOT INDEXED WHERE ends_on >= valid_from AND valid_from <> '' GROUP BY 1, 2, 3, 4, 5`,
		`SELECT p.region_code, p.nationality, p.synthetic, substr(MAX(r.date, p.valid_from), 1, 4),
				` + overIn("p.ends_on") + `, -SUM(r.workers)
			FROM main.repatriations r CROSS JOIN main.permits p ON p.id = r.permit_id
			WHERE p.ends_on >= r.date AND p.valid_from <> '' GROUP BY 1, 2, 3, 4, 5`,
	} {
		err := sqlite.Each(ctx, d.conn, func(rows *sql.Rows) error {
			var cell stockCell
			var from, until int
			var workers int64
			if err := rows.Scan(&cell.region, &cell.nationality, &cell.synthetic, &from, &until, &workers); err != nil {
				return err
			}
			if stocks[cell] == nil {
				stocks[cell] = map[string]int64{}
			}
			for year := from; year < until; year++ {
				stocks[cell][fmt.Sprintf("%04d", year)] += workers
			}
			return nil
		}, query)
		if err != nil {
			return nil, fmt.Errorf("count workers at the ends of years: %w", err)
		}
	}
	return stocks, nil
}

// regionsWithin returns, by region and year of figures, the region and all that lay within it at that year's end.
func (d *Draft) regionsWithin(ctx context.Context, figures []published) (map[[2]string][]string, error) {
	within := map[[2]string][]string{}
	years := map[string]map[string][]string{} // region to parents, by year
	for _, f := range figures {
		if years[f.year] != nil {
			continue
		}
		years[f.year] = map[string][]string{}
		err := sqlite.Each(ctx, d.conn, func(rows *sql.Rows) error {
			var region, parent string
			err := rows.Scan(&region, &parent)
			years[f.year][parent] = append(years[f.year][parent], region)
			return err
		}, `SELECT code, parent_code FROM main.region_parents
			WHERE (COALESCE(valid_from, '') = '' OR valid_from <= ?1) AND (COALESCE(valid_to, '') = '' OR valid_to >= ?1)`,
			f.year+"-12-31")
		if err != nil {
			return nil, fmt.Errorf("find the regions of published totals: %w", err)
		}
	}
	for _, f := range figures {
		all := []string{f.region}
		for i := 0; i < len(all); i++ {
			for _, child := range years[f.year][all[i]] {
				if !slices.Contains(all, child) {
					all = append(all, child)
				}
			}
		}
		within[[2]string{f.region, f.year}] = all
	}
	return within, nil
}

// warnOf keeps a warning of each figure that the staged permits have a part in, at the first of them.
func (d *Draft) warnOf(ctx context.Context, found []exceeding) (warned int64, err error) {
	if len(found) == 0 {
		return 0, nil
	}
	type staged struct {
		cell        stockCell
		from, until string
		record      int64
	}
	first, err := sqlite.Collect(ctx, d.conn, func(rows *sql.Rows) (s staged, err error) {
		return s, rows.Scan(&s.cell.region, &s.cell.nationality, &s.cell.synthetic, &s.from, &s.until, &s.record)
	}, `SELECT region_code, nationality, synthetic, substr(valid_from, 1, 4), `+overIn("MIN(valid_to, COALESCE(revoked_on, valid_to))")+`, MIN(_record)
		FROM stage.permits WHERE valid_from <> '' AND valid_to <> '' GROUP BY 1, 2, 3, 4, 5`)
	if err != nil {
		return 0, fmt.Errorf("find the permits beyond published totals: %w", err)
	}
	for _, e := range found {
		record := int64(-1)
		for _, s := range first {
			if s.cell.synthetic == e.synthetic && s.from <= e.year && e.year < s.until && slices.Contains(e.regions, s.cell.region) &&
				(e.nationality == "" || e.nationality == s.cell.nationality) && (record < 0 || s.record < record) {
				record = s.record
			}
		}
		if record < 0 {
			continue
		}
		warned++
		message := fmt.Sprintf("more workers at the end of a year than were published: %d in %s at the end of %s, %s has %.0f (%s)",
			e.workers, e.region, e.year, e.source, e.most, e.indicator)
		if _, err := sqlite.Run(ctx, d.conn, `INSERT INTO stage.warnings VALUES ('permits', ?, 'workers', ?)`, record, message); err != nil {
			return warned, fmt.Errorf("keep a warning: %w", err)
		}
	}
	return warned, nil
}
