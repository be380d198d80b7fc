package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// lacking is how many rows of a place, a nationality and a source lack something.
type lacking struct {
	gap                         labour.Gap
	region, nationality, source string // "" where it is not known
	synthetic                   bool
	rows                        int
}

// readGaps reads what the rows of a release's register lack; one of an earlier schema has no rows that do.
func readGaps(ctx context.Context, q sqlite.Querier, schema sqlite.Schema) ([]lacking, error) {
	gaps, err := sqlite.Collect(ctx, q, func(rows *sql.Rows) (l lacking, err error) {
		return l, rows.Scan(&l.gap, &l.region, &l.nationality, &l.source, &l.synthetic, &l.rows)
	}, schema.Select("gaps", "gap", "gap", "region_code", "nationality", "source_id", "synthetic", "n_rows"))
	if err != nil {
		return nil, fmt.Errorf("read what rows lack: %w", err)
	}
	return gaps, nil
}

// Gaps counts the rows of the whole release that lack something.
func (r *Release) Gaps() map[labour.Gap]int {
	counts := map[labour.Gap]int{}
	for _, l := range r.gaps {
		counts[l.gap] += l.rows
	}
	return counts
}

// lacks counts the rows that lack something among those that a filter is about, by place, nationality, mark and source.
// A row without the region or the nationality that the filter asks for may be meant, and so counts.
func (f facts) lacks(r *Release, gap labour.Gap) int {
	rows := 0
	for _, l := range r.gaps {
		if l.gap != gap || f.synthetic != nil && l.synthetic != *f.synthetic || l.source == f.notSource {
			continue
		}
		if f.nationalities != nil && l.nationality != "" && !slices.Contains(f.nationalities, l.nationality) {
			continue
		}
		if l.region != "" && slices.ContainsFunc(f.regions, func(within []string) bool { return !slices.Contains(within, l.region) }) {
			continue
		}
		rows += l.rows
	}
	return rows
}

// Lacking counts the rows that may be among what the report is about and lack something that decides whether a measure
// counts them, or when: left out of it, or counted on a day that is known roughly.
func (rep *Report) Lacking() map[labour.Gap]int {
	counts := map[labour.Gap]int{}
	for _, gap := range rep.gaps() {
		if n := rep.facts.lacks(rep.release, gap); n > 0 {
			counts[gap] = n
		}
	}
	return counts
}

// gaps lists what bears on any measure under the report's filter and groups, whichever measures are selected.
func (rep *Report) gaps() []labour.Gap {
	gaps := []labour.Gap{labour.NoIssueDay, labour.RoughIssueDay, labour.WageNotMonthly, labour.NoValidity,
		labour.RoughValidity, labour.RoughDeparture}
	asked := append(rep.facts.dimensions(), rep.Query.GroupBy...)
	for _, of := range []struct {
		gap labour.Gap
		by  []labour.Dimension
	}{
		{labour.NoRegion, []labour.Dimension{labour.ByRegion, labour.ByDistrict}},
		{labour.NoNationality, []labour.Dimension{labour.ByNationality}},
		{labour.NoEmployer, []labour.Dimension{labour.ByEmployer}},
	} {
		if slices.ContainsFunc(asked, func(d labour.Dimension) bool { return slices.Contains(of.by, d) }) {
			gaps = append(gaps, of.gap)
		}
	}
	return gaps
}

// leavesOut reports whether rows that may be meant are counted nowhere, so that no count is the whole.
func (f facts) leavesOut(r *Release) bool {
	if len(r.gaps) == 0 {
		return false
	}
	for _, gap := range []labour.Gap{labour.NoIssueDay, labour.NoValidity} {
		if f.lacks(r, gap) > 0 {
			return true
		}
	}
	asked := f.dimensions()
	return slices.Contains(asked, labour.ByRegion) && f.lacks(r, labour.NoRegion) > 0 ||
		slices.Contains(asked, labour.ByNationality) && f.lacks(r, labour.NoNationality) > 0
}
