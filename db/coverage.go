package db

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"slices"

	"homebound/db/internal/build"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// tableOf names the table of the register that each kind of facts is of.
var tableOf = map[string]labour.RegisterTable{
	build.PermitFacts: labour.PermitTable, build.UndatedFacts: labour.PermitTable, build.RepatriationFacts: labour.RepatriationTable,
}

// readReach reads how far the registers of a release reach: what sources declare, and where their rows are, year by
// year, from the days of the register or their sums. A source that has a table reaches in it as far as its rows of any
// table do.
func readReach(ctx context.Context, q sqlite.Querier, schema sqlite.Schema, declared []labour.Coverage,
	sources []labour.Source) (*labour.Reach, error) {
	days := build.DaysTable
	if build.HasSpans(schema) {
		days = build.SpansTable
	}
	rows, err := sqlite.Collect(ctx, q, func(rows *sql.Rows) (e labour.Extent, err error) {
		var facts string
		var first, last int
		err = rows.Scan(&e.Source, &facts, &e.Region, &e.Nationality, &e.Synthetic, &first, &last)
		e.Table = tableOf[facts]
		e.Period = labour.Period{From: labour.YearPeriod(first).From, To: labour.YearPeriod(last).To}
		return e, err
	}, `WITH spans AS (
		SELECT c.source_id, c.region_code, c.nationality, c.synthetic, MIN(d.year) AS first, MAX(d.until) AS last
		FROM `+days+` AS d JOIN register_cells AS c ON c.id = d.cell
		WHERE d.facts <> '`+build.ContractDays+`' GROUP BY 1, 2, 3, 4),
	tables AS (SELECT DISTINCT c.source_id, d.facts FROM `+days+` AS d JOIN register_cells AS c ON c.id = d.cell
		WHERE d.facts <> '`+build.ContractDays+`')
	SELECT s.source_id, t.facts, s.region_code, COALESCE(NULLIF(s.nationality, ''), '`+labour.NoOrigin+`'), s.synthetic, s.first, s.last
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
	asked  *labour.Asked // what all of the report is about; made when it is first asked for
	digest digest        // of it
	groups map[coveredGroup]map[labour.RegisterTable]labour.Known
}

// covering returns what the rows, the totals and the whole of the report share.
func (rep *Report) covering() *covering {
	if rep.covers == nil {
		rep.covers = &covering{rep: rep, groups: map[coveredGroup]map[labour.RegisterTable]labour.Known{}}
		decides := fmt.Append(nil, rep.BoundariesOn)
		if !rep.facts.isAll() {
			asked := rep.covers.about()
			if asked.Synthetic != nil {
				decides = fmt.Append(decides, *asked.Synthetic)
			}
			decides = fmt.Appendf(decides, "%q %q %q", asked.NotSource, asked.Nationalities, asked.Regions)
		}
		rep.covers.digest = sha256.Sum256(decides)
	}
	return rep.covers
}

func (c *covering) about() labour.Asked {
	if c.asked == nil {
		asked := c.rep.asked()
		c.asked = &asked
	}
	return *c.asked
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
	found := c.rep.release.everything.knownOf(knownKey{c.digest, key}, c.find)
	c.groups[key] = found
	return found
}

// find computes what known returns.
func (c *covering) find(key coveredGroup) map[labour.RegisterTable]labour.Known {
	rep, g, asked := c.rep, c.rep.release.geography, c.about()
	switch key.dimension {
	case labour.ByRegion:
		asked.Regions = []string{key.place}
	case labour.ByDistrict:
		asked.Regions = slices.DeleteFunc(slices.Clone(asked.Regions), func(code string) bool {
			return g.District(code, rep.BoundariesOn) != key.place
		})
	}
	if key.byOrigin {
		asked.Nationalities = []string{cmp.Or(key.nationality, labour.NoOrigin)}
	}
	found := map[labour.RegisterTable]labour.Known{}
	for _, table := range labour.RegisterTables {
		asked.Table = table
		found[table] = rep.release.reach.Known(asked)
	}
	return found
}

// asked is what the report is about, of either table: as far as the filter tells by regions and nationalities, and never
// less.
func (rep *Report) asked() labour.Asked {
	return labour.Asked{
		Regions: rep.placed(), Nationalities: rep.origins(), Synthetic: rep.facts.synthetic,
		NotSource: rep.facts.notSource,
		Up:        func(region string) string { return rep.release.geography.Parent(region, rep.BoundariesOn) },
	}
}

// placed lists the regions that the report is about, and "" where it is about rows of no known region too. Filters within
// the filter that no region can meet leave out rows of all that it is about.
func (rep *Report) placed() []string {
	alone := rep.facts
	alone.nested = Nested[facts]{}
	all := alone.places(append(rep.release.geography.Codes(), ""))
	if places := rep.facts.places(all); len(places) > 0 {
		return places
	}
	return all
}

// regions lists the regions that the report is about, on its boundaries.
func (rep *Report) regions() []string {
	return slices.DeleteFunc(rep.placed(), func(code string) bool { return code == "" })
}

// origins lists the nationalities that the report is about; nil for all.
func (rep *Report) origins() []string {
	if !slices.Contains(rep.facts.dimensions(), labour.ByNationality) {
		return nil
	}
	all := []string{labour.NoOrigin}
	for _, country := range rep.release.Countries() {
		all = append(all, country.Code)
	}
	origins := rep.facts.origins(all)
	if len(origins) == len(all) || len(origins) == 0 {
		return rep.facts.nationalities
	}
	return origins
}

// cover notes how much of each row is known, and whether it is, or may be, made up. A measure of a table of which
// nothing is known has no value: unknown is not zero.
func (rep *Report) cover(rows []ReportRow) {
	c := rep.covering()
	for i := range rows {
		row := &rows[i]
		if rep.empty {
			row.Coverage, row.NoPermits, row.NoDepartures = labour.NotAtAll, true, true
			row.Synthetic = rep.madeUp(row.Period)
			continue
		}
		known := c.known(*row)
		permits, departures := known[labour.PermitTable], known[labour.RepatriationTable]
		row.Coverage = permits.On(row.Period).And(departures.On(row.Period))
		if row.Coverage == labour.Complete && rep.facts.leavesOut(rep.release) {
			row.Coverage = labour.Partial
		}
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

// whole returns a row without figures that is of all that the report is about.
func (rep *Report) whole() ReportRow {
	rows := []ReportRow{{Period: rep.Period}}
	rep.cover(rows)
	return rows[0]
}

// Coverage tells how much of what the report is about is known, over its whole period.
func (rep *Report) Coverage() labour.Covered { return rep.whole().Coverage }

// Synthetic reports whether any figure of the report is, or may be, of synthetic rows.
func (rep *Report) Synthetic() bool { return rep.whole().Synthetic }

// Reaching lists the sources that have something of what the report is about, in the order of ids.
func (rep *Report) Reaching() []string {
	asked := rep.asked()
	var sources []string
	for _, table := range labour.RegisterTables {
		asked.Table = table
		sources = append(sources, rep.release.reach.Sources(asked, rep.Period)...)
	}
	slices.Sort(sources)
	return slices.Compact(sources)
}

// Uncovered lists the uppermost regions of the report of which, with all within them, nothing is known in its period.
func (rep *Report) Uncovered() []string {
	g, regions := rep.release.geography, rep.regions()
	asked := rep.asked()
	var codes []string
	var visit func(code string)
	visit = func(code string) {
		asked.Regions = g.Within(code, rep.BoundariesOn)
		for _, table := range labour.RegisterTables {
			if asked.Table = table; rep.release.reach.Known(asked).Touched(rep.Period) {
				for _, child := range g.Children(code, rep.BoundariesOn) {
					visit(child)
				}
				return
			}
		}
		codes = append(codes, code)
	}
	for _, code := range regions {
		if !slices.Contains(regions, g.Parent(code, rep.BoundariesOn)) {
			visit(code)
		}
	}
	return codes
}

// Reached is what a release knows of the workers of a place.
type Reached struct {
	rep                 *Report
	permits, departures labour.Known
}

// Reached tells what is known of the workers that a filter is about.
func (r *Release) Reached(ctx context.Context, f StockFilter) (Reached, error) {
	filter := ReportFilter{Nationalities: f.Nationalities}
	if f.Within != "" {
		filter.Within = []string{f.Within}
	}
	rep, err := r.Ask(ctx, ReportQuery{Filter: filter, BoundariesOn: &f.BoundariesOn})
	if err != nil {
		return Reached{}, err
	}
	known := rep.covering().known(ReportRow{})
	return Reached{rep, known[labour.PermitTable], known[labour.RepatriationTable]}, nil
}

// On tells how much is known of a period. A stock of which no permit is known is not known at all.
func (r Reached) On(p labour.Period) labour.Covered {
	if !r.permits.Touched(p) {
		return labour.NotAtAll
	}
	covered := r.permits.On(p).And(r.departures.On(p))
	if covered == labour.Complete && r.rep.facts.leavesOut(r.rep.release) {
		return labour.Partial
	}
	return covered
}

// Synthetic reports whether figures of a period are, or may be, of synthetic rows.
func (r Reached) Synthetic(p labour.Period) bool { return r.rep.madeUp(p, r.permits, r.departures) }

// Uncovered is Report.Uncovered for the whole of the data.
func (r Reached) Uncovered() []string { return r.rep.Uncovered() }
