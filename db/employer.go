package db

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/sqlite"
	"homebound/internal/folding"
	"homebound/internal/labour"
)

// EmployerFilter narrows a list of employers. Empty fields narrow nothing.
type EmployerFilter struct {
	Within       []string     // region codes: an employer lies within every one
	BoundariesOn *labour.Date // nil for the release's last day
	Industries   []string
	Search       string // words of the name or the tax number, or parts of them, in any order
	Synthetic    *bool
	Nested       Nested[EmployerFilter]
}

// EmployerOrder names what employers are sorted by.
type EmployerOrder string

const (
	EmployerByName              EmployerOrder = "NAME"
	EmployerByWorkersAuthorised EmployerOrder = "WORKERS_AUTHORISED"
)

// employerRows is where lists of employers read: with what their names are searched and sorted by, but for a release of
// an earlier schema, which has no more than the names.
func (r *Release) employerRows() (view string, sorts map[EmployerOrder]string) {
	sorts = map[EmployerOrder]string{
		EmployerByName:              "n.sort",
		EmployerByWorkersAuthorised: "n.workers",
	}
	if !r.schema["employer_names"]["workers"] {
		sorts[EmployerByWorkersAuthorised] = "(SELECT COALESCE(SUM(p.workers), 0) FROM permits p WHERE p.employer_id = f.id)"
	}
	if r.schema["employer_names"] == nil {
		sorts[EmployerByName] = "n.name"
		return "employers AS n, employers", sorts
	}
	return "employer_names AS n, employers", sorts
}

var employers = listing[labour.Employer]{
	view:    "employers",
	columns: []string{"f.id", "f.name", "f.region_code", "f.industry", "f.tax_id", "f.source_id", "f.synthetic"},
	scan: func(e *labour.Employer) []any {
		return []any{&e.ID, &e.Name, &e.Region, sqlite.Text(&e.Industry), sqlite.Text(&e.TaxID), &e.Source,
			&e.Synthetic}
	},
	id: func(e labour.Employer) string { return e.ID },
}

// Employers reads employers by id, in the order of the ids, nil for those that do not exist.
func (r *Release) Employers(ctx context.Context, ids []string) ([]*labour.Employer, error) {
	return byID(ctx, r, employers, ids)
}

// EmployerPages reads the same stretch of several lists of employers, one for each filter.
func (r *Release) EmployerPages(ctx context.Context, filters []EmployerFilter, order Order[EmployerOrder],
	span Span) ([]Page[labour.Employer], error) {
	view, sorts := r.employerRows()
	sortBy, known := sorts[order.Field]
	if !known {
		return nil, fmt.Errorf("employers: no order %q", order.Field)
	}
	l := employers
	l.view = view
	lists := make([]selection, len(filters))
	for i, f := range filters {
		var err error
		if lists[i].narrow, err = r.employerCondition(ctx, f); err != nil {
			return nil, err
		}
	}
	return pages(ctx, r, l, sortBy, order.Descending, span, lists)
}

func (r *Release) employerCondition(ctx context.Context, f EmployerFilter) (func(*sqlbuilder.SelectBuilder), error) {
	resolved, err := foldFacts(f, EmployerFilter.nested, func(f EmployerFilter, _ int) (facts, error) {
		own, err := r.resolve(ctx, ReportFilter{Within: f.Within, Industries: f.Industries, Synthetic: f.Synthetic},
			r.LastDay(f.BoundariesOn))
		own.more = func(sb *sqlbuilder.SelectBuilder) []string { return r.nameHas(sb, folding.Words(f.Search)) }
		return own, err
	})
	if err != nil {
		return nil, err
	}
	return func(sb *sqlbuilder.SelectBuilder) {
		sb.Where("n.id = f.id")
		resolved.narrow(sb, "employers")
	}, nil
}

// nested lists the filters within one, each on the boundaries of this one where it has none of its own.
func (f EmployerFilter) nested() Nested[EmployerFilter] {
	return Inherit(f.Nested, func(inner *EmployerFilter) {
		inner.BoundariesOn = cmp.Or(inner.BoundariesOn, f.BoundariesOn)
	})
}

// nameHas demands words of what is searched of an employer n, as employerRows has it.
func (r *Release) nameHas(sb *sqlbuilder.SelectBuilder, words []string) []string {
	searched := "n.search"
	if r.schema["employer_names"] == nil {
		searched = "LOWER(n.name || ' ' || COALESCE(n.tax_id, ''))"
	}
	escape := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
	var all []string
	for _, word := range words {
		all = append(all, fmt.Sprintf(`%s LIKE %s ESCAPE '\'`, searched, sb.Var("%"+escape.Replace(word)+"%")))
	}
	return all
}

// searched narrows to rows whose employer's name, or the name or the code of whose region, has all of some folded words:
// the name of its district too in a report by districts.
func (r *Release) searched(ctx context.Context, words []string, on labour.Date, byDistrict bool) (facts, error) {
	either := []facts{} // nothing, where no name has them
	var regions []string
	for _, region := range r.regions {
		found := RegionHas(region, words)
		if district := r.geography.District(region.Code, on); byDistrict && !found && district != "" {
			around, err := r.Region(district)
			if err != nil {
				return facts{}, err
			}
			found = RegionHas(around, words)
		}
		if found {
			regions = append(regions, region.Code)
		}
	}
	if regions != nil {
		either = append(either, facts{regions: [][]string{regions}})
	}
	found, err := r.namedBy(ctx, words)
	if err != nil {
		return facts{}, err
	}
	switch {
	case found.ids == nil && found.count > 0:
		sb := sqlite.Flavour.NewSelectBuilder()
		either = append(either, facts{named: r.selectNamed(sb.Select("n.id"), words)})
	case found.count > 0:
		either = append(either, facts{employers: found.ids})
	}
	return facts{nested: Nested[facts]{Or: either}}, nil
}

// RegionHas reports whether a region's code and its names have all of some folded words.
func RegionHas(region labour.Region, words []string) bool {
	return len(words) == 0 || folding.HasWords(folding.Fold(region.Code+" "+region.NameEN+" "+region.NameLocal), words)
}
