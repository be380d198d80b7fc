package db

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/sqlite"
)

// Whole is a list that is read from its first row to its last, in one statement whose memory does not grow with it.
// Unlike pages it leaves the rows as the database has them, column by column, so that a million of them are handed
// on quickly.
type Whole struct {
	columns []string
	release *Release
	from    string
	sortBy  string
	narrow  func(*sqlbuilder.SelectBuilder)
}

// joinedNames are the names of columns that come from another table than the list's own.
var joinedNames = map[string]string{"e.name": "employer_name", "n.number": "permit_number"}

// Columns names what rows hold, in their order: the columns of the list's table, as docs/DATA.md has them, and what
// is joined to it, such as employer_name.
func (l *Whole) Columns() []string {
	names := make([]string, len(l.columns))
	for i, column := range l.columns {
		if joined, is := joinedNames[column]; is {
			names[i] = joined
		} else {
			names[i] = strings.Trim(strings.TrimPrefix(column, "f."), `"`)
		}
	}
	return names
}

// Count returns the number of rows.
func (l *Whole) Count(ctx context.Context) (int, error) {
	sb := sqlite.Flavour.NewSelectBuilder()
	sb.Select("COUNT(*)").From(l.from)
	l.narrow(sb)
	statement, args := sb.Build()
	return sqlite.Single[int](ctx, l.release.whole, statement, args...)
}

// Each hands out the rows in the list's order. Their values are nil, string, int64 or float64; what is unknown is
// nil. The row is filled anew for the next one, the values in it stay.
func (l *Whole) Each(ctx context.Context, yield func(row []any) error) error {
	sb := sqlite.Flavour.NewSelectBuilder()
	sb.Select(l.columns...).From(l.from)
	l.narrow(sb)
	sb.OrderBy(l.sortBy)
	statement, args := sb.Build()
	known := func(row []any) error {
		for i, value := range row {
			if value == "" { // how columns that are never NULL have it
				row[i] = nil
			}
		}
		return yield(row)
	}
	if err := sqlite.EachValues(ctx, l.release.whole, len(l.columns), known, statement, args...); err != nil {
		return fmt.Errorf("read a whole list: %w", err)
	}
	return nil
}

// Evidence is where rows of a list come from.
type Evidence struct {
	Source    string // id
	Synthetic bool   // whether rows of that source are marked as synthetic, where rows have such a mark
}

// Evidence returns where the list's rows come from, in the order of the sources' ids.
func (l *Whole) Evidence(ctx context.Context) ([]Evidence, error) {
	synthetic := "0"
	if slices.Contains(l.columns, "f.synthetic") {
		synthetic = "f.synthetic"
	}
	sb := sqlite.Flavour.NewSelectBuilder()
	// DISTINCT looks rows up among the few that were found, where GROUP BY would sort them all.
	sb.Select("DISTINCT f.source_id", synthetic).From(l.from)
	l.narrow(sb)
	statement, args := sb.Build()
	found, err := sqlite.Collect(ctx, l.release.whole, func(rows *sql.Rows) (e Evidence, err error) {
		return e, rows.Scan(&e.Source, &e.Synthetic)
	}, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("read where a list comes from: %w", err)
	}
	slices.SortFunc(found, func(a, b Evidence) int { return cmp.Compare(a.Source, b.Source) })
	return found, nil
}

// nameOfEmployer joins the name of a row's employer, e.name.
const nameOfEmployer = " LEFT JOIN employers AS e ON e.id = f.employer_id"

// WholePermits returns the list that PermitPages gives in pages, with the names of the employers.
func (r *Release) WholePermits(ctx context.Context, f PermitFilter, order Order[PermitOrder]) (*Whole, error) {
	list, err := r.permitSelection(ctx, f)
	if err != nil {
		return nil, err
	}
	return whole(r, slices.Concat(permitList.columns, []string{"e.name"}), build.PermitRows(r.schema)+" AS f"+nameOfEmployer,
		permitSort, order, list.narrow)
}

// WholeRepatriations returns the list that RepatriationPages gives in pages, with the names of the employers and
// the numbers of the permits.
func (r *Release) WholeRepatriations(ctx context.Context, f RepatriationFilter,
	order Order[RepatriationOrder]) (*Whole, error) {
	list, err := r.repatriationSelection(ctx, f)
	if err != nil {
		return nil, err
	}
	return whole(r, slices.Concat(repatriationList.columns, []string{"e.name", "n.number"}),
		build.RepatriationRows(r.schema)+" AS f"+nameOfEmployer+" LEFT JOIN permits AS n ON n.id = f.permit_id"+
			build.Colocated(r.schema, "n", "f"), repatriationSort, order, list.narrow)
}

// WholeEmployers returns the list that EmployerPages gives in pages.
func (r *Release) WholeEmployers(ctx context.Context, f EmployerFilter, order Order[EmployerOrder]) (*Whole, error) {
	narrow, err := r.employerCondition(ctx, f)
	if err != nil {
		return nil, err
	}
	view, sorts := r.employerRows()
	return whole(r, employers.columns, view+" AS f", sorts, order, narrow)
}

// WholeObservations returns the list that Observations gives at once.
func (r *Release) WholeObservations(ctx context.Context, f ObservationFilter) (*Whole, error) {
	narrow, err := r.observationCondition(ctx, f)
	if err != nil {
		return nil, err
	}
	return &Whole{r.schema.Columns("observations", "f.", observationColumns...), r, "observations AS f", observationOrder, narrow}, nil
}

func whole[F ~string](r *Release, columns []string, from string, sorts map[F]string, order Order[F],
	narrow func(*sqlbuilder.SelectBuilder)) (*Whole, error) {
	sortBy, known := sorts[order.Field]
	if !known {
		return nil, fmt.Errorf("a whole list: no order %q", order.Field)
	}
	direction := " ASC"
	if order.Descending {
		direction = " DESC"
	}
	return &Whole{columns, r, from, sortBy + direction + ", f.id" + direction, narrow}, nil
}
