package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/sqlite"
	"homebound/internal/folding"
	"homebound/internal/labour"
)

// named are the employers whose name or tax number has some words.
type named struct {
	count int
	ids   []string // in order; nil where there are more than a statement lists
}

// searchesKept is how many searches a release remembers: a question's cost is foreseen from the same names that it is
// answered by, and its pages are asked for one after another.
const searchesKept = 64

// namedBy returns the employers whose name or tax number has all of some folded words.
func (r *Release) namedBy(ctx context.Context, words []string) (named, error) {
	key := strings.Join(words, " ")
	if found, known := r.searches.Get(key); known {
		return found, nil
	}
	statement, args := r.selectNamed(sqlite.Flavour.NewSelectBuilder().Select("n.id"), words).
		OrderBy("n.id").Limit(maxListed + 1).Build()
	ids, err := sqlite.Collect(ctx, r.file, func(rows *sql.Rows) (id string, err error) {
		return id, rows.Scan(&id)
	}, statement, args...)
	found := named{count: len(ids), ids: ids}
	if err == nil && len(ids) > maxListed {
		statement, args = r.selectNamed(sqlite.Flavour.NewSelectBuilder().Select("COUNT(*)"), words).Build()
		found.ids = nil
		found.count, err = sqlite.Single[int](ctx, r.file, statement, args...)
	}
	if err != nil {
		return named{}, fmt.Errorf("search employers: %w", err)
	}
	r.searches.Add(key, found)
	return found, nil
}

// selectNamed narrows a query to the employers n whose name or tax number has all of some folded words.
func (r *Release) selectNamed(sb *sqlbuilder.SelectBuilder, words []string) *sqlbuilder.SelectBuilder {
	names := "employer_names"
	if r.schema[names] == nil {
		names = "employers"
	}
	return sb.From(names + " AS n").Where(r.nameHas(sb, words)...)
}

// Hits says what the search of a report finds.
type Hits struct {
	Employers int  // whose name or tax number has all words
	Regions   bool // whether the name or the code of any region has them: rows of all employers may be of that region
}

// Search returns what a search finds, as ReportFilter.Search means it. A search without words finds every region.
func (r *Release) Search(ctx context.Context, search string) (Hits, error) {
	words := folding.Words(search)
	if len(words) == 0 {
		return Hits{r.info.Counts.Employers, true}, nil
	}
	found, err := r.namedBy(ctx, words)
	return Hits{found.count, slices.ContainsFunc(r.regions, func(region labour.Region) bool {
		return RegionHas(region, words)
	})}, err
}
