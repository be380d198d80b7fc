package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// EmployerFilter narrows a list of employers. Empty fields narrow nothing.
type EmployerFilter struct {
	Within     []string // region codes, on the boundaries of the release's last day: an employer lies within every one
	Industries []string
	Search     string // part of the name or the tax number
}

// EmployerOrder names what employers are sorted by.
type EmployerOrder string

const (
	EmployerByName              EmployerOrder = "NAME"
	EmployerByWorkersAuthorised EmployerOrder = "WORKERS_AUTHORISED"
)

var employerSort = map[EmployerOrder]string{
	EmployerByName:              "f.name",
	EmployerByWorkersAuthorised: "(SELECT COALESCE(SUM(p.workers), 0) FROM permits p WHERE p.employer_id = f.id)",
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
	sortBy, known := employerSort[order.Field]
	if !known {
		return nil, fmt.Errorf("employers: no order %q", order.Field)
	}
	lists := make([]selection, len(filters))
	for i, f := range filters {
		var err error
		if lists[i].narrow, err = r.employerCondition(ctx, f); err != nil {
			return nil, err
		}
	}
	return pages(ctx, r, employers, sortBy, order.Descending, span, lists)
}

func (r *Release) employerCondition(ctx context.Context, f EmployerFilter) (func(*sqlbuilder.SelectBuilder), error) {
	checked, err := r.resolve(ctx, ReportFilter{Within: f.Within, Industries: f.Industries}, r.LastDay(nil))
	if err != nil {
		return nil, err
	}
	return func(sb *sqlbuilder.SelectBuilder) {
		checked.narrow(sb, "employers")
		contains(sb, f.Search, "f.name", "f.tax_id")
	}, nil
}

// contains keeps rows one of whose texts has the search in it. Engines fold the case of ASCII letters at best, so
// other scripts are looked for as typed, in small letters, in capitals and with a capital first.
func contains(sb *sqlbuilder.SelectBuilder, search string, columns ...string) {
	if search == "" {
		return
	}
	first, size := utf8.DecodeRuneInString(search)
	forms := []string{search, strings.ToLower(search), strings.ToUpper(search),
		string(unicode.ToUpper(first)) + strings.ToLower(search[size:])}
	slices.Sort(forms)
	escape := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
	var either []string
	for _, form := range slices.Compact(forms) {
		for _, column := range columns {
			either = append(either, fmt.Sprintf(`%s LIKE %s ESCAPE '\'`, column, sb.Var("%"+escape.Replace(form)+"%")))
		}
	}
	sb.Where(sb.Or(either...))
}
