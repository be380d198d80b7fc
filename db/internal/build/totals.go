package build

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

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
	staged, all, err := d.permitYears(ctx)
	if err != nil {
		return err
	}
	stocks, err := d.yearEnds(ctx, all)
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
					e.workers += byYear[yearOf(f.year)]
				}
			}
			if float64(e.workers) > f.most {
				found = append(found, e)
			}
		}
	}
	warned, err := d.warnOf(ctx, found, staged)
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

// cellYears is a cell, and the years from which and before which some of its rows count.
type cellYears struct {
	stockCell
	from, until int
}

// yearTally sums up permits by their cells and years.
type yearTally map[cellYears]*yearSum

type yearSum struct {
	workers, first int64 // the first record
}

// yearCounter sums up permits while they are staged. It knows where their columns are.
type yearCounter struct {
	region, nationality, synthetic, from, to, revoked, workers int
	tally                                                      yearTally
}

func newYearCounter(t sqlite.Table) *yearCounter {
	return &yearCounter{t.Index("region_code"), t.Index("nationality"), t.Index("synthetic"), t.Index("valid_from"),
		t.Index("valid_to"), t.Index("revoked_on"), t.Index("workers"), yearTally{}}
}

// add adds a permit; one that is never in force counts nowhere.
func (c *yearCounter) add(row []any, record int64) {
	text := func(at int) string {
		s, _ := row[at].(string)
		return s
	}
	from, to, revoked := text(c.from), text(c.to), text(c.revoked)
	if from == "" || to == "" || to < from || revoked != "" && revoked <= from {
		return
	}
	key := cellYears{from: yearOf(from), until: yearOf(to)}
	if strings.HasSuffix(to, "-12-31") {
		key.until = min(9999, key.until+1)
	}
	if revoked != "" && revoked <= to { // which is the day after the last
		key.until = yearOf(revoked)
	}
	key.stockCell = stockCell{text(c.region), text(c.nationality), row[c.synthetic] == true || row[c.synthetic] == int64(1)}
	sum := c.tally[key]
	if sum == nil {
		key.region, key.nationality = strings.Clone(key.region), strings.Clone(key.nationality) // parts of a record keep all of it
		sum = &yearSum{first: record}
		c.tally[key] = sum
	}
	workers, _ := row[c.workers].(int64)
	sum.workers, sum.first = sum.workers+workers, min(sum.first, record)
}

// yearOf reads the year of a day that was checked.
func yearOf(day string) int {
	year, _ := strconv.Atoi(day[:min(4, len(day))])
	return year
}

// permitYears sums up the staged permits, and all of the draft.
func (d *Draft) permitYears(ctx context.Context) (staged, all yearTally, err error) {
	if d.years != nil {
		return d.years, d.years, nil
	}
	const columns = `SELECT region_code, nationality, synthetic, valid_from, valid_to, revoked_on, workers, `
	if staged, err = d.tallyYears(ctx, columns+`_record FROM stage.permits`); err != nil {
		return nil, nil, err
	}
	all, err = d.tallyYears(ctx, columns+`0 FROM main.permits NOT INDEXED`)
	return staged, all, err
}

// tallyYears sums up what a query reads: region, nationality, mark, the first and the last day of validity and that of
// revocation, workers, and the record.
func (d *Draft) tallyYears(ctx context.Context, query string) (yearTally, error) {
	c := &yearCounter{0, 1, 2, 3, 4, 5, 6, yearTally{}}
	err := sqlite.EachValues(ctx, d.conn, 8, func(values []any) error {
		c.add(values, values[7].(int64))
		return nil
	}, query)
	if err != nil {
		return nil, fmt.Errorf("count workers at the ends of years: %w", err)
	}
	return c.tally, nil
}

// yearEnds returns the workers present at the end of each year, by year: those of permits less those repatriated under
// them. A row counts from the year in which it begins to before the year in which it is over.
func (d *Draft) yearEnds(ctx context.Context, permits yearTally) (map[stockCell]map[int]int64, error) {
	stocks := map[stockCell]map[int]int64{}
	add := func(c cellYears, workers int64) {
		if stocks[c.stockCell] == nil {
			stocks[c.stockCell] = map[int]int64{}
		}
		for year := c.from; year < c.until; year++ {
			stocks[c.stockCell][year] += workers
		}
	}
	for key, sum := range permits {
		add(key, sum.workers)
	}
	gone, err := d.tallyYears(ctx, `SELECT p.region_code, p.nationality, p.synthetic, MAX(r.date, p.valid_from), p.valid_to, p.revoked_on,
			r.workers, 0
		FROM main.repatriations r CROSS JOIN main.permits p ON p.id = r.permit_id WHERE p.valid_from <> ''`)
	if err != nil {
		return nil, err
	}
	for key, sum := range gone {
		add(key, -sum.workers)
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
func (d *Draft) warnOf(ctx context.Context, found []exceeding, staged yearTally) (warned int64, err error) {
	for _, e := range found {
		year := yearOf(e.year)
		record := int64(-1)
		for c, s := range staged {
			if c.synthetic == e.synthetic && c.from <= year && year < c.until && slices.Contains(e.regions, c.region) &&
				(e.nationality == "" || e.nationality == c.nationality) && (record < 0 || s.first < record) {
				record = s.first
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
