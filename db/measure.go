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
func (rep *Report) fold(ctx context.Context, t *tally, sb sqlbuilder.Builder, add func(*group) error,
	more ...any) error {
	rep.SQL = append(rep.SQL, shown(sb))
	return eachGroup(ctx, rep.release.file, sb, len(t.dimensions), func(values []string) error {
		if err := add(t.group(values)); err != nil {
			return err
		}
		return t.checkSize()
	}, more...)
}

// eachGroup runs a query that selects the values of a group first, so many, and hands out those of each row; the columns
// after them are scanned into more. Both are good until visit returns.
func eachGroup(ctx context.Context, q sqlite.Querier, sb sqlbuilder.Builder, dimensions int,
	visit func(values []string) error, more ...any) error {
	values := make([]string, dimensions)
	into := make([]any, 0, dimensions+len(more))
	for i := range values {
		into = append(into, sqlite.Text(&values[i]))
	}
	into = append(into, more...)
	statement, args := sb.Build()
	return sqlite.Each(ctx, q, func(rows *sql.Rows) error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		return visit(values)
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
	daily string // the facts of the rollup by day
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
	facts: build.PermitFacts, daily: build.IssueDays, day: "f.issued_on",
	rows:   append([]string{"COUNT(*)"}, workersAndWages...),
	masked: append([]string{"SUM(f.permits)"}, workersAndWages...),
	summed: []string{"SUM(f.permits)", "SUM(f.workers)", "SUM(f.wage_total) / SUM(f.wage_workers)",
		"COALESCE(SUM(f.wage_workers), 0)"},
}

var departureFlow = flow{facts: build.RepatriationFacts, daily: build.DepartureDays, day: "f.date",
	rows: []string{"SUM(f.workers)"}, masked: []string{"SUM(f.workers)"}, summed: []string{"SUM(f.workers)"}}

// count adds up a flow by group and period: from the rollup by month, and that by day for what the period cuts of a
// month, or has days for; else from the register's rows. The first columns are scanned into some values before each add.
func (rep *Report) count(ctx context.Context, t *tally, f flow, wages bool, add func(*Values, flowSum)) error {
	if err := t.checkSize(); err != nil {
		return err
	}
	granularity := labour.Granularity("")
	if t.cut {
		granularity = rep.Query.Granularity
	}
	s := rep.source(t, f, granularity, wages)
	if s.from != "" {
		if err := rep.countRows(ctx, t, f, s, granularity, wages, add); err != nil {
			return err
		}
	}
	if len(s.days) == 0 && s.sums.Days() == 0 {
		return nil
	}
	sums := map[*Values]*flowSum{}
	var last *Values
	var sum *flowSum
	err := rep.eachDay(ctx, t, f, s, func(g *group, day labour.Date, found packed.Flow) {
		if v := &g.cells[t.periodOf(day)]; v != last {
			if last, sum = v, sums[v]; sum == nil {
				sum = &flowSum{}
				sums[v] = sum
			}
		}
		sum.Add(found)
		sum.wages.Add(found.Wages)
	})
	for v, sum := range sums {
		if sum.Wages = sum.wages.Total(); sum.WageWorkers > 0 {
			mean := sum.Wages / float64(sum.WageWorkers)
			sum.mean = &mean
		}
		add(v, *sum)
	}
	return err
}

// flowSum is what a group adds up to in a period, or in a part of it.
type flowSum struct {
	packed.Flow
	wages sqlite.Sum // of days
	mean  *float64   // wage; nil where none is known
}

// countRows adds up what stands in rows of the register, or of a rollup by month.
func (rep *Report) countRows(ctx context.Context, t *tally, f flow, s source, granularity labour.Granularity, wages bool,
	add func(*Values, flowSum)) error {
	var found flowSum
	into := []any{&found.Workers}
	if f.facts == build.PermitFacts {
		into = []any{&found.Permits, &found.Workers}
	}
	if wages {
		into = append(into, &found.mean, &found.WageWorkers)
	}
	sb := rep.grouped(t, s.from, f.facts)
	columns := rep.release.exact(s.columns[:len(into)])
	if s.from == f.facts && wages {
		wage := rep.wage(sb)
		for i := range columns {
			columns[i] = strings.ReplaceAll(columns[i], aWage, wage)
		}
	}
	sb.SelectMore(unitOf(s.day, granularity)).SelectMore(columns...)
	sb.Where(sb.Between(s.day, s.first, s.last))
	sortByFirst(sb, len(t.dimensions)+1)
	numbers := rep.units(t)
	var unit string
	return rep.fold(ctx, t, sb, func(g *group) error {
		number, known := numbers[unit]
		if !known {
			return fmt.Errorf("the report has no period %q", unit)
		}
		add(&g.cells[number], found)
		return nil
	}, append([]any{&unit}, into...)...)
}

// eachDay hands out what is read beside months, group by group: the days of some stretches that a rollup of a flow by day
// has, and sums of stretches as of their first day.
func (rep *Report) eachDay(ctx context.Context, t *tally, f flow, s source,
	visit func(*group, labour.Date, packed.Flow)) error {
	if s.sums.Days() > 0 {
		if err := rep.eachSum(ctx, t, f, s.sums, visit); err != nil {
			return err
		}
	}
	if len(s.days) == 0 {
		return nil
	}
	return rep.eachYear(ctx, t, f, s, func(values []string, _ int, unpack func(func(labour.Date, packed.Flow)) error) error {
		var g *group
		return unpack(func(day labour.Date, found packed.Flow) {
			if !s.has(day) {
				return
			}
			if g == nil {
				g = t.group(values)
			}
			visit(g, day, found)
		})
	})
}

// eachYear hands out the years of which a rollup of a flow by day has days that are read, and what unpacks these: all of
// the year, those beside the stretches too. Wages are in the currency of the report.
func (rep *Report) eachYear(ctx context.Context, t *tally, f flow, s source,
	visit func(values []string, year int, unpack func(func(labour.Date, packed.Flow)) error) error) error {
	sb := rep.grouped(t, s.daily, f.facts)
	inOwn, column := rep.release.schema[s.daily]["flows"], "f.flows"
	if !inOwn {
		column = "f.days" // of a release of before, whose wages are in its currency
	}
	sb.SelectMore("f.year", column)
	var years []string
	for _, p := range s.days {
		years = append(years, sb.Between("f.year", p.From.Year(), p.To.Year()))
	}
	sb.Where(sb.Or(years...))
	var year int
	var days sql.RawBytes
	unpack := func(add func(labour.Date, packed.Flow)) error {
		if inOwn {
			return packed.UnpackFlows(year, days, rep.byYear.in(year), add)
		}
		return packed.UnpackConverted(year, days, add)
	}
	rep.SQL = append(rep.SQL, shown(sb))
	return eachGroup(ctx, rep.release.file, sb, len(t.dimensions), func(values []string) error {
		if err := visit(values, year, unpack); err != nil {
			return err
		}
		return t.checkSize()
	}, &year, &days)
}

// plan returns the rollup that answers a question, or false.
func (rep *Report) plan(kind string, dimensions []labour.Dimension) (build.Rollup, bool) {
	if rep.facts.byOutcome() && (kind == build.RepatriationFacts || kind == build.DepartureDays) {
		dimensions = append(dimensions, labour.ByOutcome)
	}
	return rep.release.planner(kind, dimensions)
}

// cutMonths returns the months of the report's period that it does not cut, and the days of those that it does. A month
// of which no row of some facts lies outside the period is not cut.
func (rep *Report) cutMonths(kind string) (months labour.Period, days []labour.Period) {
	span, p := rep.release.spans[kind], rep.Period
	months = labour.Period{From: labour.Month.Unit(p.From).From, To: labour.Month.Unit(p.To).To}
	cutsFirst, cutsLast := months.From < p.From && p.From > span.From, p.To < months.To && p.To < span.To
	head := labour.Period{From: p.From, To: labour.Month.Unit(p.From).To}
	tail := labour.Period{From: labour.Month.Unit(p.To).From, To: p.To}
	if head.To == months.To && (cutsFirst || cutsLast) {
		return packed.NoDays, []labour.Period{p}
	}
	if cutsFirst {
		months.From, days = head.To+1, append(days, head)
	}
	if cutsLast {
		months.To, days = tail.From-1, append(days, tail)
	}
	return months, days
}

// countPermits computes permitsIssued, workersAuthorised and, where wanted, averageMonthlyWage.
func (rep *Report) countPermits(ctx context.Context, t *tally, wages bool) error {
	return rep.count(ctx, t, issueFlow, wages, func(v *Values, found flowSum) {
		v.PermitsIssued += found.Permits
		v.WorkersAuthorised += found.Workers
		if wages {
			v.addWages(found)
		}
	})
}

// addWages makes wages part of the average.
func (v *Values) addWages(found flowSum) {
	mean, workers := found.mean, v.wageWorkers+found.WageWorkers
	if v.AverageMonthlyWage != nil {
		if mean == nil {
			return
		}
		both := (*v.AverageMonthlyWage*float64(v.wageWorkers) + *mean*float64(found.WageWorkers)) / float64(workers)
		mean = &both
	}
	v.AverageMonthlyWage, v.wageWorkers = mean, workers
}

// countRepatriations computes workersRepatriated.
func (rep *Report) countRepatriations(ctx context.Context, t *tally) error {
	return rep.count(ctx, t, departureFlow, false, func(v *Values, found flowSum) {
		v.WorkersRepatriated += found.Workers
	})
}

// followStock computes the measures of workers present: a walk through each group's changes gives every day's
// stock, and with it the last day's, the highest, and the worker-days of each period. A group without a permit in force
// does not come up. Where nothing is measured, it goes no further than to the first permit in force.
func (rep *Report) followStock(ctx context.Context, t *tally, measured bool) error {
	if err := t.checkSize(); err != nil {
		return err
	}
	var wanted func([]string) bool
	if !measured { // what appears already need not be followed to see it
		wanted = func(values []string) bool { return !t.has(values) }
	}
	if slices.Contains(t.dimensions, labour.ByEmployer) {
		g := rep.Query.Granularity
		if !t.cut {
			g = ""
		}
		if whole, ends, ok := rep.summed(append(rep.facts.dimensions(), t.dimensions...), g); ok {
			return rep.followSums(ctx, t, whole, ends, measured)
		}
	}
	return rep.followDays(ctx, t, rep.Period, rep.facts, wanted, measured)
}

// followDays is followStock for the days of a part of the period, and the groups of some facts that are wanted.
func (rep *Report) followDays(ctx context.Context, t *tally, p labour.Period, f facts, wanted func([]string) bool, measured bool) error {
	statement, err := rep.release.eachStock(ctx, f, t.dimensions, rep.BoundariesOn, p, wanted,
		func(values []string, days stockDays) error {
			walk := rep.walk(t, values, p.From, measured)
			for i, c := range days.changes {
				if c != (packed.Change{}) {
					walk.until(days.from.AddDays(i))
					walk.workers += c.Workers
					walk.permits += c.Permits
				}
			}
			walk.until(p.To + 1)
			return t.checkSize()
		})
	rep.SQL = append(rep.SQL, statement)
	return err
}

// namedByDay notes the groups that a rollup by day has. Of a year that lies within the period, the days are not looked at.
func (rep *Report) namedByDay(ctx context.Context, t *tally, f flow, s source) error {
	return rep.eachYear(ctx, t, f, s, func(values []string, year int, unpack func(func(labour.Date, packed.Flow)) error) error {
		whole := labour.YearPeriod(year).Clip(rep.release.spans[f.facts])
		if slices.ContainsFunc(s.days, func(p labour.Period) bool { return p.From <= whole.From && whole.To <= p.To }) {
			t.group(values)
			return nil
		}
		return unpack(func(day labour.Date, _ packed.Flow) {
			if s.has(day) {
				t.group(values)
			}
		})
	})
}

// source says where a flow is read.
type source struct {
	// from is the rollup by month, or the view of the register's rows, with the day or month of a row there, what is
	// summed up, and the first and the last day or month; "" where nothing is read there.
	from, day   string
	columns     []string
	first, last string
	sums        labour.Period // the days that are read of the sums of employers
	// daily is the rollup by day, and days what is read of it.
	daily string
	days  []labour.Period
}

// source says where a flow is read for periods of a granularity: in the smallest rollup that covers the question, the
// days that it cuts of a month in that by day, and in the register's rows where no rollup does. Rollups by month have wages
// in the release's currency alone, and those by day in the currencies that they are paid in.
func (rep *Report) source(t *tally, f flow, g labour.Granularity, wages bool) source {
	asked := append(rep.facts.dimensions(), t.dimensions...)
	months, days := rep.cutMonths(f.facts)
	whole := packed.NoDays
	byMonth, isByMonth := rep.plan(f.facts, asked)
	byDay, isByDay := rep.plan(f.daily, asked)
	foreign := wages && rep.isForeign()
	if g == labour.Day || !isByMonth || foreign {
		months, days = packed.NoDays, []labour.Period{rep.Period}
		if part, ends, ok := rep.summed(asked, g); ok && !isByMonth && !(f.facts == build.RepatriationFacts && rep.facts.byOutcome()) {
			whole, days = part, ends
		}
	}
	if len(days) > 0 && !isByDay || foreign && !rep.release.schema[byDay.Name]["flows"] {
		s := source{sums: packed.NoDays, from: f.facts, day: f.day, columns: f.rows, first: rep.Period.From.String(), last: rep.Period.To.String()}
		if rep.release.confidential > 0 {
			s.columns = f.masked
		}
		return s
	}
	s := source{daily: byDay.Name, days: days, sums: whole}
	if months.Days() > 0 {
		s.from, s.day, s.columns = byMonth.Name, "f.month", f.summed
		s.first, s.last = labour.Month.Label(months.From), labour.Month.Label(months.To)
	}
	return s
}

// has reports whether a day is in what is read of the rollup by day.
func (s source) has(day labour.Date) bool {
	return slices.ContainsFunc(s.days, func(p labour.Period) bool { return p.Contains(day) })
}

// walk begins a walk through a group's days from one on.
func (rep *Report) walk(t *tally, values []string, from labour.Date, measured bool) *stockWalk {
	return &stockWalk{tally: t, values: values, day: from, period: t.periodOf(from), measured: measured}
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
		last := min(w.tally.periods[w.period].To, d-1)
		w.count(last, packed.Level{Held: w.permits > 0, Peak: w.workers, PeakOn: w.day, WorkerDays: w.workers * (last.Sub(w.day) + 1),
			Last: packed.Change{Workers: w.workers, Permits: w.permits}})
	}
}

// count counts the days to last, which are of one period, by what they come to.
func (w *stockWalk) count(last labour.Date, l packed.Level) {
	if w.period == len(w.tally.periods) {
		return
	}
	end := last == w.tally.periods[w.period].To
	if l.Held {
		if w.group == nil {
			w.group = w.tally.group(w.values)
		}
		if !w.measured {
			w.period = len(w.tally.periods)
			return
		}
		v := &w.group.cells[w.period]
		v.WorkerDays += l.WorkerDays
		if l.Peak > v.PeakWorkersPresent {
			v.PeakWorkersPresent, v.PeakOn = l.Peak, l.PeakOn
		}
		if end {
			v.WorkersPresent = l.Last.Workers
		}
	}
	w.workers, w.permits, w.day = l.Last.Workers, l.Last.Permits, last+1
	if end {
		w.period++
	}
}
