package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// grouped starts a query over a view or a rollup of some facts, narrowed to the report's filter, that selects the
// tally's dimensions first.
func (rep *Report) grouped(t *tally, from, kind string) *sqlbuilder.SelectBuilder {
	sb := rep.release.selectFrom(from, slices.Contains(t.dimensions, labour.ByDistrict), rep.BoundariesOn)
	for _, d := range t.dimensions {
		sb.SelectMore(build.DimensionColumn(d))
	}
	rep.facts.narrow(sb, kind)
	return sb
}

// sortByFirst groups, and orders, by the first n columns selected.
func sortByFirst(sb *sqlbuilder.SelectBuilder, n int) {
	for i := 1; i <= n; i++ {
		sb.GroupBy(fmt.Sprint(i))
		sb.OrderBy(fmt.Sprint(i))
	}
}

// fold runs a grouped query and hands each row's group to add; the columns after the dimensions are scanned into more.
func (rep *Report) fold(ctx context.Context, t *tally, sb *sqlbuilder.SelectBuilder, add func(*group) error,
	more ...any) error {
	values := make([]string, len(t.dimensions))
	into := make([]any, 0, len(values)+len(more))
	for i := range values {
		into = append(into, sqlite.Text(&values[i]))
	}
	into = append(into, more...)
	rep.SQL = append(rep.SQL, shown(sb))
	statement, args := sb.Build()
	return sqlite.Each(ctx, rep.release.file, func(rows *sql.Rows) error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := add(t.group(values)); err != nil {
			return err
		}
		return t.checkSize()
	}, statement, args...)
}

// unitOf returns SQL for the calendar unit of a day, as Granularity.Label writes it.
func unitOf(day string, g labour.Granularity) string {
	switch g {
	case labour.Day:
		return day
	case labour.Month:
		return "substr(" + day + ", 1, 7)"
	case labour.Quarter:
		return "substr(" + day + ", 1, 4) || '-Q' || ((CAST(substr(" + day + ", 6, 2) AS INTEGER) + 2) / 3)"
	case labour.Year:
		return "substr(" + day + ", 1, 4)"
	}
	return "''"
}

// units numbers the tally's periods by the label of their calendar unit, which a clipped one shares with the whole one.
func (rep *Report) units(t *tally) map[string]int {
	numbers := make(map[string]int, len(t.periods))
	for i, p := range t.periods {
		label := ""
		if t.cut {
			label = rep.Query.Granularity.Label(p.From)
		}
		numbers[label] = i
	}
	return numbers
}

// flow says where a kind of flow is read, row by row or from a rollup: the day or month of a row, and what it adds up.
type flow struct {
	facts string
	day   string
	// What a group adds up: over rows of the register, over masked ones, and over rows of a rollup. A release of before
	// there were masks has no masked counts of permits.
	rows, masked, summed []string
}

// Where a column of a flow stands for the wage of a row.
const aWage = "$wage"

var workersAndWages = []string{
	"SUM(f.workers)",
	"SUM($wage * f.workers) / SUM(CASE WHEN $wage IS NOT NULL THEN f.workers END)",
	"COALESCE(SUM(CASE WHEN $wage IS NOT NULL THEN f.workers END), 0)",
}

var issueFlow = flow{
	facts: build.PermitFacts, day: "f.issued_on",
	rows:   append([]string{"COUNT(*)"}, workersAndWages...),
	masked: append([]string{"SUM(f.permits)"}, workersAndWages...),
	summed: []string{"SUM(f.permits)", "SUM(f.workers)", "SUM(f.wage_total) / SUM(f.wage_workers)",
		"COALESCE(SUM(f.wage_workers), 0)"},
}

var departureFlow = flow{facts: build.RepatriationFacts, day: "f.date", rows: []string{"SUM(f.workers)"},
	masked: []string{"SUM(f.workers)"}, summed: []string{"SUM(f.workers)"}}

// count adds up a flow by group and period, and scans its first columns into some values before each add.
func (rep *Report) count(ctx context.Context, t *tally, f flow, add func(*Values), into ...any) error {
	if err := t.checkSize(); err != nil {
		return err
	}
	granularity := labour.Granularity("")
	if t.cut {
		granularity = rep.Query.Granularity
	}
	from, day, columns, first, last := rep.source(t, f, granularity, len(into) > 2)
	sb := rep.grouped(t, from, f.facts)
	columns = slices.Clone(columns[:len(into)])
	if f.facts == build.PermitFacts && from == f.facts && len(into) > 2 {
		wage := rep.wage(sb)
		for i := range columns {
			columns[i] = strings.ReplaceAll(columns[i], aWage, wage)
		}
	}
	sb.SelectMore(unitOf(day, granularity)).SelectMore(columns...)
	sb.Where(sb.Between(day, first, last))
	sortByFirst(sb, len(t.dimensions)+1)
	numbers := rep.units(t)
	var unit string
	return rep.fold(ctx, t, sb, func(g *group) error {
		number, known := numbers[unit]
		if !known {
			return fmt.Errorf("the report has no period %q", unit)
		}
		add(&g.cells[number])
		return nil
	}, append([]any{&unit}, into...)...)
}

// plan returns the rollup that answers a question, or false.
func (rep *Report) plan(kind string, dimensions []labour.Dimension) (build.Rollup, bool) {
	if rep.facts.byOutcome() && kind == build.RepatriationFacts {
		dimensions = append(dimensions, labour.ByOutcome)
	}
	return rep.release.planner(kind, dimensions)
}

// wholeMonths reports whether no row of some facts lies in a month that the report's period cuts, but outside the
// period.
func (rep *Report) wholeMonths(kind string) bool {
	span := rep.release.spans[kind]
	p := rep.Period
	return (p.From == labour.Month.Unit(p.From).From || p.From <= span.From) &&
		(p.To == labour.Month.Unit(p.To).To || p.To >= span.To)
}

// countPermits computes permitsIssued, workersAuthorised and, where wanted, averageMonthlyWage.
func (rep *Report) countPermits(ctx context.Context, t *tally, wages bool) error {
	var permits, workers, wageWorkers int
	var wage *float64
	into := []any{&permits, &workers, &wage, &wageWorkers}
	if !wages {
		into = into[:2]
	}
	return rep.count(ctx, t, issueFlow, func(v *Values) {
		v.PermitsIssued, v.WorkersAuthorised, v.AverageMonthlyWage, v.wageWorkers = permits, workers, wage, wageWorkers
	}, into...)
}

// countRepatriations computes workersRepatriated.
func (rep *Report) countRepatriations(ctx context.Context, t *tally) error {
	var workers int
	return rep.count(ctx, t, departureFlow, func(v *Values) { v.WorkersRepatriated = workers }, &workers)
}

// followStock computes the measures of workers present: a walk through each group's changes gives every day's
// stock, and with it the last day's, the highest, and the worker-days of each period. A group without a permit in force
// does not come up. Where nothing is measured, it goes no further than to the first permit in force.
func (rep *Report) followStock(ctx context.Context, t *tally, measured bool) error {
	if err := t.checkSize(); err != nil {
		return err
	}
	statement, err := rep.release.eachStock(ctx, rep.facts, t.dimensions, rep.BoundariesOn, rep.Period,
		func(values []string, days stockDays) error {
			walk := stockWalk{tally: t, values: values, day: rep.Period.From, measured: measured}
			for i, c := range days.changes {
				if c != (packed.Change{}) {
					walk.until(days.from.AddDays(i))
					walk.workers += c.Workers
					walk.permits += c.Permits
				}
			}
			walk.until(rep.Period.To + 1)
			return t.checkSize()
		})
	rep.SQL = append(rep.SQL, statement)
	return err
}

// appear notes the groups that have a register row of a family in the period, and none of its figures.
func (rep *Report) appear(ctx context.Context, t *tally, family labour.Family) error {
	switch family {
	case labour.IssueFlow:
		return rep.named(ctx, t, issueFlow)
	case labour.DepartureFlow:
		return rep.named(ctx, t, departureFlow)
	}
	// What is issued in the period appears already: where that is all there is, no permit in force is of another group.
	if span := rep.release.spans[build.PermitFacts]; rep.Period.From <= span.From && span.To <= rep.Period.To {
		return nil
	}
	return rep.followStock(ctx, t, false)
}

// named notes the groups of a flow.
func (rep *Report) named(ctx context.Context, t *tally, f flow) error {
	from, day, _, first, last := rep.source(t, f, labour.Year, false)
	sb := rep.grouped(t, from, f.facts)
	sb.Where(sb.Between(day, first, last))
	sortByFirst(sb, len(t.dimensions))
	return rep.fold(ctx, t, sb, func(*group) error { return nil })
}

// source says where a flow is read for periods of a granularity, the day or month of a row there, what is summed up, and
// the first and last day or month: the smallest rollup that covers the question, and the register's rows where none does.
// Wages are summed up there in the release's currency alone.
func (rep *Report) source(t *tally, f flow, g labour.Granularity, wages bool) (from, day string, columns []string, first,
	last string) {
	if r, ok := rep.plan(f.facts, append(rep.facts.dimensions(), t.dimensions...)); ok && g != labour.Day &&
		rep.wholeMonths(f.facts) && !(wages && rep.isForeign()) {
		return r.Name, "f.month", f.summed, labour.Month.Label(rep.Period.From), labour.Month.Label(rep.Period.To)
	}
	if columns = f.rows; rep.release.confidential > 0 {
		columns = f.masked
	}
	return f.facts, f.day, columns, rep.Period.From.String(), rep.Period.To.String()
}

// stockWalk goes through one group's days in order.
type stockWalk struct {
	tally    *tally
	values   []string
	group    *group      // once a permit is in force
	day      labour.Date // the first day not yet counted
	period   int         // the number of its period
	workers  int         // present on that day
	permits  int         // in force on that day
	measured bool        // whether its figures are wanted
}

// until counts the days before d, on all of which the stock is the same.
func (w *stockWalk) until(d labour.Date) {
	for w.day < d && w.period < len(w.tally.periods) {
		p := w.tally.periods[w.period]
		last := min(p.To, d-1)
		if w.permits > 0 {
			if w.group == nil {
				w.group = w.tally.group(w.values)
			}
			if !w.measured {
				w.period = len(w.tally.periods)
				return
			}
			v := &w.group.cells[w.period]
			v.WorkerDays += w.workers * (last.Sub(w.day) + 1)
			if w.workers > v.PeakWorkersPresent {
				v.PeakWorkersPresent, v.PeakOn = w.workers, w.day
			}
			if last == p.To {
				v.WorkersPresent = w.workers
			}
		}
		w.day = last + 1
		if last == p.To {
			w.period++
		}
	}
}
