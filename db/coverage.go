package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"homebound/db/internal/build"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// tableOf names the table of the register that each kind of facts is of.
var tableOf = map[string]labour.RegisterTable{
	build.PermitFacts: labour.PermitTable, build.RepatriationFacts: labour.RepatriationTable,
}

// readReach reads how far the registers of a release reach: what sources declare, and where their rows are, year by
// year, from the days of the register. A source that has a table reaches in it as far as its rows of any table do.
func readReach(ctx context.Context, q sqlite.Querier, declared []labour.Coverage, sources []labour.Source) (
	*labour.Reach, error) {
	rows, err := sqlite.Collect(ctx, q, func(rows *sql.Rows) (e labour.Extent, err error) {
		var facts string
		var first, last int
		err = rows.Scan(&e.Source, &facts, &e.Region, &e.Nationality, &e.Synthetic, &first, &last)
		e.Table = tableOf[facts]
		e.Period = labour.Period{From: labour.YearPeriod(first).From, To: labour.YearPeriod(last).To}
		return e, err
	}, `WITH spans AS (
		SELECT c.source_id, c.region_code, c.nationality, c.synthetic, MIN(d.year) AS first, MAX(d.until) AS last
		FROM register_days AS d JOIN register_cells AS c ON c.id = d.cell GROUP BY 1, 2, 3, 4),
	tables AS (SELECT DISTINCT c.source_id, d.facts FROM register_days AS d JOIN register_cells AS c ON c.id = d.cell)
	SELECT s.source_id, t.facts, s.region_code, s.nationality, s.synthetic, s.first, s.last
	FROM spans AS s JOIN tables AS t ON t.source_id = s.source_id`)
	if err != nil {
		return nil, fmt.Errorf("read how far the registers reach: %w", err)
	}
	madeUp := map[string]bool{}
	for _, s := range sources {
		madeUp[s.ID] = s.Kind == labour.Synthetic
	}
	return labour.NewReach(declared, rows, func(source string) bool { return madeUp[source] }), nil
}

// coveredGroup is what of a report's row decides how much of it is known, beside its days.
type coveredGroup struct {
	dimension   labour.Dimension // ByRegion, ByDistrict or "" for all regions of the report
	place       string
	nationality string
	byOrigin    bool // whether rows are grouped by nationality
}

// covering tells how much of each row of a report is known. Rows of one place and nationality are alike.
type covering struct {
	rep    *Report
	groups map[coveredGroup]map[labour.RegisterTable]labour.Known
}

func (rep *Report) covering() *covering {
	return &covering{rep, map[coveredGroup]map[labour.RegisterTable]labour.Known{}}
}

// known returns which days of a row's place and nationality are known of each table.
func (c *covering) known(row ReportRow) map[labour.RegisterTable]labour.Known {
	var key coveredGroup
	for _, d := range []labour.Dimension{labour.ByDistrict, labour.ByRegion} {
		if place, grouped := row.Group[d]; grouped {
			key.dimension, key.place = d, place
		}
	}
	key.nationality, key.byOrigin = row.Group[labour.ByNationality]
	if found, ok := c.groups[key]; ok {
		return found
	}
	rep, g := c.rep, c.rep.release.geography
	asked := labour.Asked{
		Regions: rep.regions(), Nationalities: rep.facts.nationalities, Synthetic: rep.facts.synthetic,
		NotSource: rep.facts.notSource,
		Up:        func(region string) string { return g.Parent(region, rep.BoundariesOn) },
	}
	switch key.dimension {
	case labour.ByRegion:
		asked.Regions = []string{key.place}
	case labour.ByDistrict:
		asked.Regions = slices.DeleteFunc(slices.Clone(asked.Regions), func(code string) bool {
			return g.District(code, rep.BoundariesOn) != key.place
		})
	}
	if key.byOrigin {
		asked.Nationalities = []string{key.nationality}
	}
	found := map[labour.RegisterTable]labour.Known{}
	for _, table := range labour.RegisterTables {
		asked.Table = table
		found[table] = rep.release.reach.Known(asked)
	}
	c.groups[key] = found
	return found
}

// regions lists the regions that the report is about, on its boundaries.
func (rep *Report) regions() []string {
	codes := rep.release.geography.Codes()
	for _, within := range rep.facts.regions {
		codes = slices.DeleteFunc(codes, func(code string) bool { return !slices.Contains(within, code) })
	}
	return codes
}

// cover notes how much of each row is known, and whether it is, or may be, made up. A measure of a table of which
// nothing is known has no value: unknown is not zero.
func (rep *Report) cover(rows []ReportRow) {
	c := rep.covering()
	for i := range rows {
		row := &rows[i]
		if rep.empty {
			row.Coverage, row.NoPermits, row.NoDepartures = labour.NotAtAll, true, true
			continue
		}
		known := c.known(*row)
		permits, departures := known[labour.PermitTable], known[labour.RepatriationTable]
		row.Coverage = permits.On(row.Period).And(departures.On(row.Period))
		row.Synthetic = rep.madeUp(row.Period, permits, departures)
		row.NoPermits, row.NoDepartures = !permits.Touched(row.Period), !departures.Touched(row.Period)
	}
}

// madeUp reports whether figures of a period are, or may be, of synthetic rows: unless each source that has something
// of it is known not to be. Where none has, they are of what the release has at all.
func (rep *Report) madeUp(p labour.Period, tables ...labour.Known) bool {
	if rep.facts.synthetic != nil && !*rep.facts.synthetic || !rep.release.info.Synthetic {
		return false
	}
	touched := false
	for _, known := range tables {
		if known.MadeUp(p) {
			return true
		}
		touched = touched || known.Touched(p)
	}
	return !touched
}

// Uncovered lists the regions of the report, those that have others within them left out, of which nothing is known in
// its period.
func (rep *Report) Uncovered() []string {
	var codes []string
	c := rep.covering()
	for _, code := range rep.regions() {
		known := c.known(ReportRow{Group: map[labour.Dimension]string{labour.ByRegion: code}})
		if !known[labour.PermitTable].Touched(rep.Period) && !known[labour.RepatriationTable].Touched(rep.Period) {
			codes = append(codes, code)
		}
	}
	return codes
}
