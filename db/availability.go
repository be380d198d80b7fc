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

// Availability lists the values of each dimension that have register rows under a filter, each in the order of codes.
type Availability struct {
	Regions       []string
	Districts     []string
	Industries    []string
	Nationalities []string
	Outcomes      []labour.Outcome
	// the first and last day with a register row, within the filter's period; nil where there is none
	From, To *labour.Date
	// Synthetic is false only where every row behind is known not to be made up.
	Synthetic bool
}

// Availability says what can be asked under a filter: rows that are issued, in force or repatriated in its period.
func (r *Release) Availability(ctx context.Context, f ReportFilter, boundariesOn *labour.Date) (Availability, error) {
	var a Availability
	rep, err := r.Ask(ctx, ReportQuery{Filter: f, BoundariesOn: boundariesOn})
	if err != nil {
		return a, err
	}
	if a.Synthetic = rep.Synthetic(); rep.empty {
		return a, nil
	}
	b := rep.counted(rep.Period)
	values := map[string]map[string]bool{}
	note := func(column, value string) {
		if value == "" {
			return
		}
		if values[column] == nil {
			values[column] = map[string]bool{}
		}
		values[column][value] = true
	}
	see := func(c registerCell, t touched) {
		note("region", c.region)
		note("district", r.geography.District(c.region, rep.BoundariesOn))
		note("industry", c.industry)
		note("nationality", c.nationality)
		note("outcome", c.outcome)
		if a.From == nil || t.days.From < *a.From {
			a.From = &t.days.From
		}
		if a.To == nil || t.days.To > *a.To {
			a.To = &t.days.To
		}
	}
	for _, view := range []string{build.PermitFacts, build.RepatriationFacts} {
		if err := b.eachTouched(ctx, view, see); err != nil {
			return a, fmt.Errorf("find what is available: %w", err)
		}
	}
	a.Regions, a.Districts = sorted(values["region"]), sorted(values["district"])
	a.Industries, a.Nationalities = sorted(values["industry"]), sorted(values["nationality"])
	for _, outcome := range labour.Outcomes {
		if values["outcome"][string(outcome)] {
			a.Outcomes = append(a.Outcomes, outcome)
		}
	}
	return a, nil
}

// eachTouched hands out the cells of the rows that are issued, in force or repatriated in the period: from the days
// of the register where these cover the question. A cell may come more than once.
func (b *Counted) eachTouched(ctx context.Context, view string, visit func(registerCell, touched)) error {
	if view == build.RepatriationFacts { // not those of other days that lowered the stock of this period
		dated := *b
		dated.families = map[labour.Family]bool{labour.DepartureFlow: true}
		b = &dated
	}
	if b.isCovered() || b.isOwned() {
		return b.eachCell(ctx, view, true, visit)
	}
	sb := sqlite.Flavour.NewSelectBuilder()
	sb.Select("f.region_code", "f.industry", "f.nationality")
	from, to := b.period.From.String(), b.period.To.String()
	if view == build.PermitFacts {
		b.permits(sb)
		// The first day of a permit in the period is its issue or its first day in force there, whichever is there
		// and earlier.
		issued := sb.Between("f.issued_on", from, to)
		held := inForce(sb, b.period)
		first := "CASE WHEN " + held + " THEN CASE WHEN f.valid_from > " + sb.Var(from) + " THEN f.valid_from ELSE " + sb.Var(from) + " END ELSE " + sb.Var(to) + " END"
		last := "CASE WHEN " + held + " THEN CASE WHEN f.ends_on < " + sb.Var(to) + " THEN f.ends_on ELSE " + sb.Var(to) + " END ELSE " + sb.Var(from) + " END"
		sb.SelectMore("NULL",
			"MIN(CASE WHEN "+issued+" AND f.issued_on <= "+first+" THEN f.issued_on ELSE "+first+" END)",
			"MAX(CASE WHEN "+issued+" AND f.issued_on >= "+last+" THEN f.issued_on ELSE "+last+" END)")
	} else {
		b.narrow(sb, build.RepatriationFacts)
		sb.Where(sb.Between("f.date", from, to))
		sb.SelectMore("f.outcome", "MIN(f.date)", "MAX(f.date)")
	}
	sb.From(view+" AS f").GroupBy("1", "2", "3", "4")
	statement, args := sb.Build()
	return sqlite.Each(ctx, b.release.file, func(rows *sql.Rows) error {
		var c registerCell
		var t touched
		if err := rows.Scan(&c.region, sqlite.Text(&c.industry), &c.nationality, sqlite.Text(&c.outcome),
			sqlite.Date(&t.days.From), sqlite.Date(&t.days.To)); err != nil {
			return err
		}
		visit(c, t)
		return nil
	}, statement, args...)
}

func sorted(set map[string]bool) []string {
	list := make([]string, 0, len(set))
	for value := range set {
		list = append(list, value)
	}
	slices.Sort(list)
	return list
}
