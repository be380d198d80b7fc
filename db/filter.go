package db

import (
	"context"
	"encoding/json"
	"iter"
	"slices"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/folding"
	"homebound/internal/labour"
)

// DateRange is a span of days whose ends are included; a nil end is open.
type DateRange struct{ From, To *labour.Date }

// Holds reports whether a day lies in the span; one that is not known does where the span has no end.
func (r DateRange) Holds(day *labour.Date) bool {
	if day == nil {
		return r.From == nil && r.To == nil
	}
	return (r.From == nil || *r.From <= *day) && (r.To == nil || *day <= *r.To)
}

// and returns the days of the range that meet a comparison too, or false where these are no range. A day that is not known
// meets none.
func (r DateRange) and(c Comparison[labour.Date]) (DateRange, bool) {
	if c.IsEmpty() {
		return r, true
	}
	all := r.period().Clip(DateRange{c.Gte, c.Lte}.period()).Clip(DateRange{c.Eq, c.Eq}.period())
	if c.Gt != nil {
		all.From = max(all.From, c.Gt.AddDays(1))
	}
	if c.Lt != nil {
		all.To = min(all.To, c.Lt.AddDays(-1))
	}
	return DateRange{&all.From, &all.To}, c.In == nil
}

// period returns the range with the first and the last day of the calendar in the place of an open end.
func (r DateRange) period() labour.Period {
	p := labour.Period{From: labour.YearPeriod(1).From, To: packed.EndOfCalendar}
	if r.From != nil {
		p.From = *r.From
	}
	if r.To != nil {
		p.To = *r.To
	}
	return p
}

// ReportFilter narrows the register rows that a report counts. An empty list or "" narrows nothing.
type ReportFilter struct {
	Within        []string // region codes: a row lies within every one of them
	Industries    []string
	Nationalities []string
	Employers     []string
	Outcomes      []labour.Outcome // of repatriations; permits have none
	Period        DateRange        // of the outermost filter alone
	Synthetic     *bool            // only rows that are synthetic, or only those that are not
	NotSource     string           // leaves out the rows of one source
	Search        string           // words that the name of the employer or that of the region has, in any order
	Nested        Nested[ReportFilter]
}

// facts is a filter whose codes are known to exist and whose region is spelled out, ready to become SQL. The same
// columns carry the same names in permit_facts, repatriation_facts, stock_changes and the lists of rows, so that one
// filter fits them all.
type facts struct {
	regions       [][]string // a row's region is in every one of these lists
	industries    []string
	nationalities []string
	employers     []string
	named         *sqlbuilder.SelectBuilder // of the ids of employers, where there are too many to list
	outcomes      []labour.Outcome
	synthetic     *bool
	allMarked     bool // all rows of the release are as synthetic says, which narrows nothing then
	notSource     string
	group         []groupValue
	// more lists other conditions on rows of a list, which no rollup answers. It may be nil.
	more   func(sb *sqlbuilder.SelectBuilder) []string
	nested Nested[facts]
}

// groupValue pins a dimension to the value that it has in one row of a report; "" is the group of those without one.
type groupValue struct {
	dimension labour.Dimension
	value     string
}

// resolve checks a filter's codes and spells out its regions on the boundaries of a day. The report is grouped by some
// dimensions.
func (r *Release) resolve(ctx context.Context, f ReportFilter, boundariesOn labour.Date,
	groupBy ...labour.Dimension) (facts, error) {
	return foldFacts(f, func(f ReportFilter) Nested[ReportFilter] { return f.Nested },
		func(f ReportFilter, depth int) (facts, error) {
			if depth > 0 && f.Period != (DateRange{}) {
				return facts{}, labour.Faultf(labour.BadUserInput, "filter: expected no period in and, or and not, "+
					"since a report covers the same days throughout, found one.")
			}
			return r.resolveOne(ctx, f, boundariesOn, slices.Contains(groupBy, labour.ByDistrict))
		})
}

// foldFacts makes facts of a filter of any kind and of those within it; own makes them of one by itself.
func foldFacts[F any](f F, within func(F) Nested[F], own func(f F, depth int) (facts, error)) (facts, error) {
	return FoldFilter(f, within, own, func(own facts, nested Nested[facts]) facts {
		nested.And = append(nested.And, own.nested.And...)
		own.nested = nested
		return own
	})
}

func (r *Release) resolveOne(ctx context.Context, f ReportFilter, boundariesOn labour.Date, byDistrict bool) (facts, error) {
	resolved := facts{industries: f.Industries, nationalities: f.Nationalities, employers: f.Employers,
		outcomes:  f.Outcomes,
		synthetic: f.Synthetic, notSource: f.NotSource}
	resolved.allMarked = f.Synthetic != nil && r.info.Synthetic == *f.Synthetic && r.info.Factual != *f.Synthetic
	var err error
	if resolved.regions, err = r.allWithin(f.Within, boundariesOn); err != nil {
		return resolved, err
	}
	for _, code := range f.Industries {
		if _, err := r.Industry(code); err != nil {
			return resolved, err
		}
	}
	for _, code := range f.Nationalities {
		if _, err := r.Country(code); err != nil {
			return resolved, err
		}
	}
	if len(f.Employers) > 0 {
		found, err := r.Employers(ctx, f.Employers)
		if err != nil {
			return resolved, err
		}
		for i, employer := range found {
			if employer == nil {
				return resolved, labour.Faultf(labour.NotFound, "There is no employer %.80q in this release.",
					f.Employers[i])
			}
		}
	}
	if words := folding.Words(f.Search); len(words) > 0 {
		found, err := r.searched(ctx, words, boundariesOn, byDistrict)
		if err != nil {
			return resolved, err
		}
		resolved.nested.And = []facts{found}
	}
	return resolved, nil
}

// allWithin spells out each region, and everything in it, on the boundaries of a day.
func (r *Release) allWithin(codes []string, on labour.Date) ([][]string, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	regions := make([][]string, len(codes))
	for i, code := range codes {
		if _, err := r.Region(code); err != nil {
			return nil, err
		}
		regions[i] = r.geography.Within(code, on)
	}
	return regions, nil
}

// narrow adds the filter to a query over facts of a kind, or a rollup of them, under the name f.
func (f facts) narrow(sb *sqlbuilder.SelectBuilder, kind string) {
	sb.Where(f.conditions(sb, kind, false)...)
}

// conditions lists what must hold of a row. Only repatriations have an outcome: of permits a condition on it leaves none
// out, in whatever it stands, so that it holds where the filter is asked for and does not where it is negated.
func (f facts) conditions(sb *sqlbuilder.SelectBuilder, kind string, negated bool) []string {
	var all []string
	for _, codes := range f.regions {
		one := isIn(sb, "f.region_code", codes)
		if slices.Contains(codes, "") { // no region, which some rollups have as NULL
			one = sb.Or(one, sb.IsNull("f.region_code"))
		}
		all = append(all, one)
	}
	for _, one := range []struct {
		column string
		values []string
	}{{"f.industry", f.industries}, {"f.nationality", f.nationalities}, {"f.employer_id", f.employers}} {
		if one.values != nil {
			all = append(all, isIn(sb, one.column, one.values))
		}
	}
	if f.named != nil {
		all = append(all, sb.In("f.employer_id", f.named))
	}
	if f.outcomes != nil && kind == build.RepatriationFacts {
		all = append(all, isIn(sb, "f.outcome", f.outcomes))
	} else if f.outcomes != nil && negated {
		all = append(all, "1 = 0")
	}
	if f.byMark() {
		all = append(all, sb.Equal("f.synthetic", *f.synthetic))
	}
	if f.notSource != "" {
		all = append(all, sb.NotEqual("f.source_id", f.notSource))
	}
	for _, g := range f.group {
		if column := build.DimensionColumn(g.dimension); g.value == "" {
			all = append(all, sb.Or(sb.IsNull(column), sb.Equal(column, "")))
		} else {
			all = append(all, sb.Equal(column, g.value))
		}
	}
	if f.more != nil {
		all = append(all, f.more(sb)...)
	}
	return append(all, f.nestedConditions(sb, kind, negated)...)
}

func (f facts) nestedConditions(sb *sqlbuilder.SelectBuilder, kind string, negated bool) []string {
	together := func(f facts, negated bool) string {
		if all := f.conditions(sb, kind, negated); len(all) > 0 {
			return sb.And(all...)
		}
		return "1 = 1"
	}
	var all []string
	for _, one := range f.nested.And {
		all = append(all, together(one, negated))
	}
	if f.nested.Or != nil {
		either := []string{"1 = 0"}
		for _, one := range f.nested.Or {
			either = append(either, together(one, negated))
		}
		all = append(all, sb.Or(either...))
	}
	if f.nested.Not != nil { // of what is not known it is not known whether it is so, and it is kept
		all = append(all, "("+together(*f.nested.Not, !negated)+") IS NOT TRUE")
	}
	return all
}

// byMark reports whether rows are told apart by whether they are synthetic.
func (f facts) byMark() bool { return f.synthetic != nil && !f.allMarked }

// in narrows to the values listed; nil leaves everything in.
func in[T any](sb *sqlbuilder.SelectBuilder, column string, values []T) {
	if values != nil {
		sb.Where(isIn(sb, column, values))
	}
}

// maxListed bounds the values that a statement lists one by one: SQLite has 32,766 places for values in all.
const maxListed = 500

func isIn[T any](sb *sqlbuilder.SelectBuilder, column string, values []T) string {
	switch {
	case len(values) == 0:
		return "1 = 0"
	case len(values) <= maxListed:
		return sb.In(column, sqlbuilder.List(values))
	}
	text, err := json.Marshal(values)
	if err != nil {
		panic("db: a list holds texts and numbers alone") // which always have a JSON form
	}
	return column + " IN (SELECT value FROM json_each(" + sb.Var(string(text)) + "))"
}

// byRow is no dimension of any rollup: what is narrowed by it is read row by row.
const byRow labour.Dimension = "ROW"

// dimensions lists what the filter narrows, but outcomes.
func (f facts) dimensions() []labour.Dimension {
	var list []labour.Dimension
	for _, narrowed := range []struct {
		by  labour.Dimension
		yes bool
	}{
		{labour.ByRegion, len(f.regions) > 0},
		{labour.ByIndustry, f.industries != nil},
		{labour.ByNationality, f.nationalities != nil},
		{labour.ByEmployer, f.employers != nil || f.named != nil},
		{build.BySynthetic, f.byMark()},
		{build.BySource, f.notSource != ""},
		{byRow, f.more != nil},
	} {
		if narrowed.yes {
			list = append(list, narrowed.by)
		}
	}
	for _, g := range f.group {
		list = append(list, g.dimension)
	}
	for within := range f.within() {
		list = append(list, within.dimensions()...)
	}
	return list
}

// byOutcome reports whether the filter narrows outcomes.
func (f facts) byOutcome() bool {
	for within := range f.within() {
		if within.byOutcome() {
			return true
		}
	}
	return f.outcomes != nil
}

// within goes through the filters that are directly within this one.
func (f facts) within() iter.Seq[facts] {
	return func(yield func(facts) bool) {
		for _, list := range [][]facts{f.nested.And, f.nested.Or} {
			for _, one := range list {
				if !yield(one) {
					return
				}
			}
		}
		if f.nested.Not != nil {
			yield(*f.nested.Not)
		}
	}
}

// places lists those of some regions that rows may lie in, "" for no known region, as far as the filter tells: no row lies
// elsewhere.
func (f facts) places(of []string) []string {
	return f.among(of, labour.ByRegion, true, func(f facts) [][]string { return f.regions })
}

// origins lists those of some nationalities that rows may have, likewise.
func (f facts) origins(of []string) []string {
	return f.among(of, labour.ByNationality, true, func(f facts) [][]string {
		if f.nationalities == nil {
			return nil
		}
		return [][]string{f.nationalities}
	})
}

// among lists those of some values of a dimension whose rows may meet the filter, or, where not all that may do, those
// whose rows all meet it. kept lists what a filter by itself keeps of the dimension; what it demands beside, some rows are
// taken to meet and others not.
func (f facts) among(of []string, by labour.Dimension, may bool, kept func(facts) [][]string) []string {
	if !may {
		alone := f
		alone.nested = Nested[facts]{}
		if alone.byOutcome() || slices.ContainsFunc(alone.dimensions(), func(d labour.Dimension) bool { return d != by }) {
			return nil
		}
	}
	keep := func(in []string, yes bool) {
		of = slices.DeleteFunc(slices.Clone(of), func(value string) bool { return slices.Contains(in, value) != yes })
	}
	for _, values := range kept(f) {
		keep(values, true)
	}
	for _, one := range f.nested.And {
		keep(one.among(of, by, may, kept), true)
	}
	if f.nested.Or != nil {
		var either []string
		for _, one := range f.nested.Or {
			either = append(either, one.among(of, by, may, kept)...)
		}
		keep(either, true)
	}
	if f.nested.Not != nil {
		keep(f.nested.Not.among(of, by, !may, kept), false)
	}
	return of
}

// selectFrom starts a query over a view, with the district of every region on the boundaries of a day where it is
// asked for.
func (r *Release) selectFrom(view string, districts bool, boundariesOn labour.Date) *sqlbuilder.SelectBuilder {
	sb := sqlite.Flavour.NewSelectBuilder()
	sb.From(view + " AS f")
	if districts {
		values := ""
		for _, region := range r.regions {
			if district := r.geography.District(region.Code, boundariesOn); district != "" {
				if values != "" {
					values += ", "
				}
				values += "(" + sb.Var(region.Code) + ", " + sb.Var(district) + ")"
			}
		}
		if values == "" {
			values = "(NULL, NULL)"
		}
		sb.JoinWithOption(sqlbuilder.LeftJoin, "(VALUES "+values+") AS d", "d.column1 = f.region_code")
	}
	return sb
}

// shown writes a query with its arguments in place, as provenance shows it.
func shown(b sqlbuilder.Builder) string {
	statement, args := b.BuildWithFlavor(sqlite.Flavour)
	text, err := sqlite.Flavour.Interpolate(statement, args)
	if err != nil {
		return statement
	}
	return text
}
