package db

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// StockFilter says whose stock of workers is meant: in a region and everything in it (everywhere where it is ""),
// on the boundaries of a day, of some nationalities.
type StockFilter struct {
	Within        string
	BoundariesOn  labour.Date
	Nationalities []string
}

func (f StockFilter) facts(ctx context.Context, r *Release) (facts, error) {
	filter := ReportFilter{Nationalities: f.Nationalities}
	if f.Within != "" {
		filter.Within = []string{f.Within}
	}
	return r.resolve(ctx, filter, f.BoundariesOn)
}

// stockDays holds how a stock changes on each day from the first one on; on the first, it is the change from nothing.
type stockDays struct {
	from    labour.Date
	changes []packed.Change
}

// on returns the stock on a day.
func (s stockDays) on(day labour.Date) (stock packed.Change) {
	for i, c := range s.changes {
		if s.from.AddDays(i) <= day {
			stock.Workers += c.Workers
			stock.Permits += c.Permits
		}
	}
	return stock
}

// eachStock reads the stock of each group that is wanted, nil for all, through a period, and returns the statement that
// ran. Groups come once each; the days are good until visit returns.
func (r *Release) eachStock(ctx context.Context, f facts, dimensions []labour.Dimension, boundariesOn labour.Date,
	p labour.Period, wanted func(values []string) bool, visit func(values []string, days stockDays) error) (string, error) {
	sb, err := r.selectStock(f, dimensions, boundariesOn, p)
	if err != nil {
		return "", err
	}
	sb.SelectMore("f.year", "f.changes")
	// Few groups are gathered side by side; many come one after another, so that only one is held.
	sorted := slices.Contains(dimensions, labour.ByRegion) || slices.Contains(dimensions, labour.ByEmployer)
	if sorted {
		for i := range dimensions {
			sb.OrderBy(fmt.Sprint(i+1) + " NULLS FIRST")
		}
	}
	// Nothing changes outside the span of all changes, so no day outside it is looked at.
	span := p.Clip(r.spans[build.StockFacts])
	if span.Days() == 0 {
		span = labour.Period{From: p.From, To: p.From}
	}
	gather := &stockGatherer{span: span, groups: map[string]*gathered{}, visit: visit}
	var year int
	var changes sql.RawBytes
	err = eachGroup(ctx, r.file, sb, len(dimensions), func(values []string) error {
		if wanted != nil && !wanted(values) {
			return nil
		}
		g, err := gather.group(values, sorted)
		if err != nil {
			return err
		}
		return packed.Unpack(year, changes, span, g.changes)
	}, &year, &changes)
	if err == nil {
		err = gather.finish()
	}
	return shown(sb), err
}

// selectStock starts a query over the rollup of the stock that covers a question, of the years that a period touches, and
// selects the groups.
func (r *Release) selectStock(f facts, dimensions []labour.Dimension, boundariesOn labour.Date,
	p labour.Period) (*sqlbuilder.SelectBuilder, error) {
	from, ok := r.planner(build.StockFacts, append(f.dimensions(), dimensions...))
	if !ok {
		return nil, fmt.Errorf("no rollup of the stock covers %v", append(f.dimensions(), dimensions...))
	}
	sb := r.selectFrom(from.Name, slices.Contains(dimensions, labour.ByDistrict), boundariesOn)
	for _, d := range dimensions {
		sb.SelectMore(build.DimensionColumn(d))
	}
	f.narrow(sb, build.StockFacts)
	return sb.Where(sb.LessEqualThan("f.year", p.To.Year()), sb.GreaterEqualThan("f.until", p.From.Year())), nil
}

// stockGatherer sums the rows of each group up.
type stockGatherer struct {
	span   labour.Period
	groups map[string]*gathered
	order  []*gathered
	visit  func([]string, stockDays) error
}

type gathered struct {
	values  []string
	changes []packed.Change
}

// group returns the group of a row. Where the groups come sorted, the one before is complete and visited.
func (g *stockGatherer) group(values []string, sorted bool) (*gathered, error) {
	if len(g.order) > 0 && slices.Equal(g.order[len(g.order)-1].values, values) {
		return g.order[len(g.order)-1], nil
	}
	if sorted && len(g.order) > 0 {
		if err := g.finish(); err != nil {
			return nil, err
		}
		one := g.order[0]
		clear(one.changes)
		copy(one.values, values)
		return one, nil
	}
	key := strings.Join(values, sqlite.FieldEnd)
	one, known := g.groups[key]
	if !known {
		one = &gathered{slices.Clone(values), make([]packed.Change, g.span.Days())}
		g.groups[key] = one
		g.order = append(g.order, one)
	}
	return one, nil
}

// finish visits the groups that are held.
func (g *stockGatherer) finish() error {
	for _, one := range g.order {
		if err := g.visit(one.values, stockDays{g.span.From, one.changes}); err != nil {
			return err
		}
	}
	return nil
}

// StockOn returns the workers present on each of some days, and the statement that ran.
func (r *Release) StockOn(ctx context.Context, f StockFilter, days []labour.Date) ([]int, string, error) {
	narrowed, err := f.facts(ctx, r)
	if err != nil {
		return nil, "", err
	}
	stocks := make([]int, len(days))
	statement, err := r.eachStock(ctx, narrowed, nil, f.BoundariesOn,
		labour.Period{From: slices.Min(days), To: slices.Max(days)}, nil,
		func(_ []string, through stockDays) error {
			for i, day := range days {
				stocks[i] += through.on(day).Workers
			}
			return nil
		})
	if err != nil {
		return nil, "", fmt.Errorf("read the stock: %w", err)
	}
	for i := range stocks {
		stocks[i] = r.shown(stocks[i])
	}
	return stocks, statement, nil
}

// Departed sums the workers repatriated from one day through another by outcome, and gives the statement that ran.
func (r *Release) Departed(ctx context.Context, f StockFilter, p labour.Period) (map[labour.Outcome]int, string,
	error) {
	narrowed, err := f.facts(ctx, r)
	if err != nil {
		return nil, "", err
	}
	rep := &Report{release: r, facts: narrowed, Period: p, BoundariesOn: f.BoundariesOn}
	t := newTally([]labour.Dimension{labour.ByOutcome}, calendar{whole: p})
	if err := rep.countRepatriations(ctx, t); err != nil {
		return nil, "", fmt.Errorf("read the repatriations: %w", err)
	}
	departed := map[labour.Outcome]int{}
	for _, g := range t.order {
		departed[labour.Outcome(g.values[0])] = r.shown(g.cells[0].WorkersRepatriated)
	}
	return departed, strings.Join(rep.SQL, ";\n"), nil
}

// StockChange says that from Day on Workers more are present in a region and an industry ("" where none is known).
type StockChange struct {
	Day              labour.Date
	Region, Industry string
	Workers          int
}

// StockChanges returns the changes of the stock by region and industry in the order of days; those up to p.From
// come as of that day. It also gives the statement that ran.
func (r *Release) StockChanges(ctx context.Context, f StockFilter, p labour.Period) (iter.Seq[StockChange], string,
	error) {
	narrowed, err := f.facts(ctx, r)
	if err != nil {
		return nil, "", err
	}
	byDay := map[labour.Date][]StockChange{}
	statement, err := r.eachStock(ctx, narrowed, []labour.Dimension{labour.ByRegion, labour.ByIndustry},
		f.BoundariesOn, p, nil,
		func(values []string, through stockDays) error {
			for i, c := range through.changes {
				if c.Workers != 0 {
					day := through.from.AddDays(i)
					byDay[day] = append(byDay[day], StockChange{day, values[0], values[1], c.Workers})
				}
			}
			return nil
		})
	if err != nil {
		return nil, "", fmt.Errorf("read the changes of the stock: %w", err)
	}
	return func(yield func(StockChange) bool) {
		for _, day := range slices.Sorted(maps.Keys(byDay)) {
			for _, c := range byDay[day] {
				if !yield(c) {
					return
				}
			}
		}
	}, statement, nil
}

// Authorised is how many workers permits were issued for, by the day on which their contracts were finalised.
type Authorised struct {
	Workers int // of all permits
	Before  int // of those whose contract was finalised before a day
	After   int // of those whose contract was finalised on it or later
}

// Authorised counts the workers of the permits issued in a period. Of which contracts are before a day is known only
// where permits carry it; before is nil where no day matters.
func (r *Release) Authorised(ctx context.Context, f StockFilter, p labour.Period, before *labour.Date) (Authorised,
	error) {
	narrowed, err := f.facts(ctx, r)
	if err != nil {
		return Authorised{}, err
	}
	behind := &Counted{release: r, facts: narrowed, period: p, on: f.BoundariesOn}
	if before != nil && !(build.HasContractDays(r.schema) && behind.isCovered()) {
		return behind.authorisedByRow(ctx, *before)
	}
	rep := &Report{release: r, facts: narrowed, Period: p, BoundariesOn: f.BoundariesOn}
	t := newTally(nil, calendar{whole: p})
	if err := rep.countPermits(ctx, t, false); err != nil {
		return Authorised{}, fmt.Errorf("count the workers authorised: %w", err)
	}
	a := Authorised{Workers: t.order[0].cells[0].WorkersAuthorised}
	if before != nil {
		if err := behind.contracts(ctx, *before, &a); err != nil {
			return Authorised{}, fmt.Errorf("count the workers by the days of their contracts: %w", err)
		}
	}
	return Authorised{r.shown(a.Workers), r.shown(a.Before), r.shown(a.After)}, nil
}

// contracts adds the workers of the permits issued in the period whose contract was finalised before a day, and from it on.
func (b *Counted) contracts(ctx context.Context, before labour.Date, a *Authorised) error {
	q := daysQuestion{facts: []any{build.ContractDays}, years: b.period, narrow: func(sb *sqlbuilder.SelectBuilder) {
		sb.Where(sb.In("d.cell", b.cells(build.PermitFacts)))
	}}
	q.sum = func(s packed.DaysSum) bool {
		issued := shareOf(s.Day, b.period)
		switch {
		case issued == all && s.From.To < before:
			a.Before += s.Workers
		case issued == all && s.From.From >= before:
			a.After += s.Workers
		default:
			return issued == none
		}
		return true
	}
	q.see = func(row packed.RowDays) {
		switch contract := row.Held.From; {
		case !b.period.Contains(row.Day):
		case contract < before:
			a.Before += row.Workers
		default:
			a.After += row.Workers
		}
	}
	return q.answer(ctx, b.release)
}

// authorisedByRow counts in the register's rows, as a release of before has no days of contracts.
func (b *Counted) authorisedByRow(ctx context.Context, before labour.Date) (Authorised, error) {
	r, p := b.release, b.period
	signed := r.schema.Columns("permits", "p.", "contract_on")[0]
	sb := sqlite.Flavour.NewSelectBuilder()
	sb.From(build.PermitFacts+" AS f").Join("permits AS p", "p.id = f.id").
		Where(sb.Between("f.issued_on", p.From.String(), p.To.String()))
	b.facts.narrow(sb, build.PermitFacts)
	sum := func(condition string) string {
		return "COALESCE(SUM(CASE WHEN " + condition + " THEN f.workers END), 0)"
	}
	earlier, later := signed+" < "+sb.Var(before.String()), signed+" >= "+sb.Var(before.String())
	sb.Select(sum("1 = 1"), sum(earlier), sum(later))
	statement, args := sb.Build()
	found, err := sqlite.Collect(ctx, r.file, func(rows *sql.Rows) (a Authorised, err error) {
		return a, rows.Scan(&a.Workers, &a.Before, &a.After)
	}, statement, args...)
	if err != nil {
		return Authorised{}, fmt.Errorf("count the workers authorised: %w", err)
	}
	a := found[0]
	return Authorised{r.shown(a.Workers), r.shown(a.Before), r.shown(a.After)}, nil
}

// DepartedWage is the average monthly wage of the workers who departed from a region and an industry between two
// days, in the currency of the region: of each permit's wage, weighted by the fall of its workers present.
type DepartedWage struct {
	Region, Industry string
	Monthly          float64
	Workers          int // the falls that it is weighted by
}

// wagesKey is all that decides what departed permits were paid.
type wagesKey struct {
	filter     digest
	period     labour.Period
	boundaries labour.Date
}

// departedWages are what they were paid, and the statement that says so.
type departedWages struct {
	wages     []DepartedWage
	statement string
}

// DepartedWages returns the departed permits' own wages, and the statement that finds them. Regions and industries without
// a known wage are left out, and those of fewer workers than masked rows protect. They are kept with the release, since a
// scenario is asked again and again with other assumptions of what a worker's output is.
func (r *Release) DepartedWages(ctx context.Context, f StockFilter, p labour.Period) ([]DepartedWage, string, error) {
	narrowed, err := f.facts(ctx, r)
	if err != nil {
		return nil, "", err
	}
	key := wagesKey{narrowed.digest(), p, f.BoundariesOn}
	found, kept := r.everything.wages.Get(key)
	if !kept {
		if found, err = r.departedWages(ctx, &Counted{release: r, facts: narrowed, period: p, on: f.BoundariesOn}); err != nil {
			return nil, "", fmt.Errorf("read the wages of those who departed: %w", err)
		}
		r.everything.wages.Add(key, found)
	}
	return slices.Clone(found.wages), found.statement, nil
}

// departedWages reads what those were paid who departed in the period of some stock.
func (r *Release) departedWages(ctx context.Context, b *Counted) (departedWages, error) {
	p := b.period
	type paidTo struct {
		workers int
		sum     sqlite.Sum // of wages times falls
	}
	type place struct{ region, industry string }
	found := map[place]*paidTo{}
	var at, last place
	paid := &paidTo{} // at last
	first := labour.Period{From: p.From, To: p.From}
	q := daysQuestion{facts: append(viewFacts(build.PermitFacts), build.RepatriationFacts), years: first,
		columns: []string{"c.region_code", "c.industry"}, into: []any{&at.region, sqlite.Text(&at.industry)}}
	q.narrow = func(sb *sqlbuilder.SelectBuilder) {
		sb.Join("register_cells AS c", "c.id = d.held").Where(sb.In("d.held", b.cells(build.PermitFacts)))
	}
	q.sum = func(s packed.DaysSum) bool { return shareInForce(s, first) == none }
	q.see = func(row packed.RowDays) {
		fall := row.Fall(p) // of most rows there is none, which is sooner seen than where they are
		if fall == 0 {
			return
		}
		if at != last {
			last, paid = at, cmp.Or(found[at], &paidTo{})
			found[at] = paid
		}
		if wage, known := row.Wage.Known(); known {
			paid.workers += fall
			paid.sum.Add(wage * float64(fall))
		}
	}
	if err := q.answer(ctx, r); err != nil {
		return departedWages{}, err
	}
	var wages []DepartedWage
	for at, paid := range found {
		if paid.workers >= max(1, r.confidential) {
			wages = append(wages, DepartedWage{at.region, at.industry, paid.sum.Total() / float64(paid.workers), paid.workers})
		}
	}
	slices.SortFunc(wages, func(a, b DepartedWage) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Industry, b.Industry))
	})
	return departedWages{wages, shown(q.statement(build.DaysTable, "d.days"))}, nil
}

// StockProvenance says which register rows a stock rests on that is followed through a period.
func (r *Release) StockProvenance(ctx context.Context, f StockFilter, p labour.Period, sql []string) (Provenance,
	error) {
	narrowed, err := f.facts(ctx, r)
	if err != nil {
		return Provenance{}, err
	}
	provenance := Provenance{SQL: sql}
	b := &Counted{release: r, facts: narrowed, period: p, on: f.BoundariesOn,
		families: map[labour.Family]bool{labour.Stock: true}}
	return provenance, b.describe(ctx, &provenance)
}

// Cite adds sources, by id, and rows to a provenance.
func (r *Release) Cite(p *Provenance, ids []string, rows int) error {
	set := map[string]bool{}
	for _, id := range ids {
		set[id] = true
	}
	p.RowsRead += rows
	return r.addSources(p, set)
}
