package db

import (
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
	Within     []string // region codes, on the boundaries of the release's last day: an employer lies within every one
	Industries []string
	Search     string // words of the name or the tax number, or parts of them, in any order
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
		return "employers AS n JOIN employers", sorts
	}
	return "employer_names AS n JOIN employers", sorts
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
	checked, err := r.resolve(ctx, ReportFilter{Within: f.Within, Industries: f.Industries}, r.LastDay(nil))
	if err != nil {
		return nil, err
	}
	searched := "n.search"
	if r.schema["employer_names"] == nil {
		searched = "LOWER(n.name || ' ' || COALESCE(n.tax_id, ''))"
	}
	escape := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
	return func(sb *sqlbuilder.SelectBuilder) {
		sb.Where("n.id = f.id")
		checked.narrow(sb, "employers")
		for _, word := range folding.Words(f.Search) {
			sb.Where(fmt.Sprintf(`%s LIKE %s ESCAPE '\'`, searched, sb.Var("%"+escape.Replace(word)+"%")))
		}
	}, nil
}
