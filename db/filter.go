package db

import (
	"context"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/sqlite"
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

// ReportFilter narrows the register rows that a report counts. An empty list or "" narrows nothing.
type ReportFilter struct {
	Within        []string // region codes: a row lies within every one of them
	Industries    []string
	Nationalities []string
	Employers     []string
	Outcomes      []labour.Outcome // of repatriations; permits have none
	Period        DateRange
	Synthetic     *bool  // only rows that are synthetic, or only those that are not
	NotSource     string // leaves out the rows of one source
}

// facts is a filter whose codes are known to exist and whose region is spelled out, ready to become SQL. The same
// columns carry the same names in permit_facts, repatriation_facts and stock_changes, so that one filter fits all
// three.
type facts struct {
	regions       [][]string // a row's region is in every one of these lists
	industries    []string
	nationalities []string
	employers     []string
	outcomes      []labour.Outcome
	synthetic     *bool
	allMarked     bool // all rows of the release are as synthetic says, which narrows nothing then
	notSource     string
	group         []groupValue
}

// groupValue pins a dimension to the value that it has in one row of a report; "" is the group of those without one.
type groupValue struct {
	dimension labour.Dimension
	value     string
}

// resolve checks a filter's codes and spells out its region on the boundaries of a day.
func (r *Release) resolve(ctx context.Context, f ReportFilter, boundariesOn labour.Date) (facts, error) {
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
	return resolved, nil
}

// allWithin spells out each region, and everything in it, on the boundaries of a day.
func (r *Release) allWithin(codes []string, on labour.Date) ([][]string, error) {
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
	for _, codes := range f.regions {
		in(sb, "f.region_code", codes)
	}
	in(sb, "f.industry", f.industries)
	in(sb, "f.nationality", f.nationalities)
	in(sb, "f.employer_id", f.employers)
	if kind == build.RepatriationFacts {
		in(sb, "f.outcome", f.outcomes)
	}
	if f.byMark() {
		sb.Where(sb.Equal("f.synthetic", *f.synthetic))
	}
	if f.notSource != "" {
		sb.Where(sb.NotEqual("f.source_id", f.notSource))
	}
	for _, g := range f.group {
		if column := build.DimensionColumn(g.dimension); g.value == "" {
			sb.Where(sb.Or(sb.IsNull(column), sb.Equal(column, "")))
		} else {
			sb.Where(sb.Equal(column, g.value))
		}
	}
}

// byMark reports whether rows are told apart by whether they are synthetic.
func (f facts) byMark() bool { return f.synthetic != nil && !f.allMarked }

// in narrows to the values listed; nil leaves everything in.
func in[T any](sb *sqlbuilder.SelectBuilder, column string, values []T) {
	if values != nil {
		sb.Where(sb.In(column, sqlbuilder.List(values)))
	}
}

// dimensions lists what the filter narrows.
func (f facts) dimensions() []labour.Dimension {
	var list []labour.Dimension
	for _, narrowed := range []struct {
		by  labour.Dimension
		yes bool
	}{
		{labour.ByRegion, len(f.regions) > 0},
		{labour.ByIndustry, f.industries != nil},
		{labour.ByNationality, f.nationalities != nil},
		{labour.ByEmployer, f.employers != nil},
		{build.BySynthetic, f.byMark()},
		{build.BySource, f.notSource != ""},
	} {
		if narrowed.yes {
			list = append(list, narrowed.by)
		}
	}
	for _, g := range f.group {
		list = append(list, g.dimension)
	}
	return list
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
