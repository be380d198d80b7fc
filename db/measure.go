package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/huandu/go-sqlbuilder"

	"homebound/internal/labour"
)

// grouped starts a query over a view, narrowed to the report's filter, that selects the tally's dimensions first.
func (rep *Report) grouped(t *tally, view string) *sqlbuilder.SelectBuilder {
	sb := rep.release.selectFrom(view, slices.Contains(t.dimensions, labour.ByDistrict), rep.BoundariesOn)
	for _, d := range t.dimensions {
		sb.SelectMore(dimensionColumn(d))
	}
	rep.facts.narrow(sb, view)
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
func (rep *Report) fold(ctx context.Context, t *tally, sb *sqlbuilder.SelectBuilder, add func(*group) error, more ...any) error {
	values := make([]string, len(t.dimensions))
	into := make([]any, 0, len(values)+len(more))
	for i := range values {
		into = append(into, text(&values[i]))
	}
	into = append(into, more...)
	rep.SQL = append(rep.SQL, shown(sb))
	statement, args := sb.Build()
	return each(ctx, rep.release.file, func(rows *sql.Rows) error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := add(t.group(values)); err != nil {
			return err
		}
		return t.checkSize()
	}, statement, args...)
}

// unitOf gives SQL for the calendar unit of a day, as Granularity.Label writes it.
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

// countFlow runs a query of flows by calendar unit of a day.
func (rep *Report) countFlow(ctx context.Context, t *tally, view, day string, columns []string, add func(*Values), more ...any) error {
	if err := t.checkSize(); err != nil {
		return err
	}
	granularity := labour.Granularity("")
	if t.cut {
		granularity = rep.Query.Granularity
	}
	sb := rep.grouped(t, view)
	sb.SelectMore(unitOf(day, granularity)).SelectMore(columns...)
	sb.Where(sb.Between(day, rep.Period.From.String(), rep.Period.To.String()))
	sortByFirst(sb, len(t.dimensions)+1)
	numbers := rep.units(t)
	var unit string
	return rep.fold(ctx, t, sb, func(g *group) error {
		number, known := numbers[unit]
		if !known {
			return fmt.Errorf("the report has no period %q", unit)
		}
		add(t.cell(g, number))
		return nil
	}, append([]any{&unit}, more...)...)
}

// countPermits computes permitsIssued, workersAuthorised and, where wanted, averageMonthlyWage.
func (rep *Report) countPermits(ctx context.Context, t *tally, wages bool) error {
	columns := []string{"COUNT(*)", "SUM(f.workers)"}
	var permits, workers int
	var wage *float64
	into := []any{&permits, &workers}
	if wages {
		columns = append(columns, "SUM(f.wage * f.workers) / SUM(CASE WHEN f.wage IS NOT NULL THEN f.workers END)")
		into = append(into, &wage)
	}
	return rep.countFlow(ctx, t, permitFacts, "f.issued_on", columns, func(v *Values) {
		v.PermitsIssued, v.WorkersAuthorised, v.AverageMonthlyWage = permits, workers, wage
	}, into...)
}

// countRepatriations computes workersRepatriated.
func (rep *Report) countRepatriations(ctx context.Context, t *tally) error {
	var workers int
	return rep.countFlow(ctx, t, repatriationFacts, "f.date", []string{"SUM(f.workers)"}, func(v *Values) {
		v.WorkersRepatriated = workers
	}, &workers)
}

// followStock computes the measures of workers present. The database sums the changes of each group by day; a walk through
// them gives every day's stock, and with it the last day's, the highest, and the worker-days of each period.
func (rep *Report) followStock(ctx context.Context, t *tally) error {
	if err := t.checkSize(); err != nil {
		return err
	}
	sb := rep.grouped(t, stockFacts)
	// All that happened before the period is its opening stock, and comes as one row.
	sb.SelectMore("CASE WHEN f.day < "+sb.Var(rep.Period.From.String())+" THEN "+sb.Var(rep.Period.From.String())+" ELSE f.day END", "SUM(f.workers)", "SUM(f.permits)")
	sb.Where(sb.LessEqualThan("f.day", rep.Period.To.String()))
	sortByFirst(sb, len(t.dimensions)+1)

	var walk stockWalk
	var day labour.Date
	var workers, permits int
	err := rep.fold(ctx, t, sb, func(g *group) error {
		if walk.group != g {
			walk.finish()
			walk = stockWalk{tally: t, group: g, day: rep.Period.From}
		}
		walk.until(day)
		walk.workers += workers
		walk.permits += permits
		return nil
	}, date(&day), &workers, &permits)
	walk.finish()
	return err
}

// stockWalk goes through one group's days in order.
type stockWalk struct {
	tally   *tally
	group   *group
	day     labour.Date // the first day not yet counted
	period  int         // the number of its period
	workers int         // present on that day
	permits int         // in force on that day
}

// until counts the days before d, on all of which the stock is the same.
func (w *stockWalk) until(d labour.Date) {
	for w.day < d && w.period < len(w.tally.periods) {
		p := w.tally.periods[w.period]
		last := min(p.To, d-1)
		if w.permits > 0 {
			v := w.tally.cell(w.group, w.period)
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

// finish counts the days that are left.
func (w *stockWalk) finish() {
	if w.tally != nil {
		w.until(w.tally.periods[len(w.tally.periods)-1].To + 1)
	}
}
