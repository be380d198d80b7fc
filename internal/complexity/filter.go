package complexity

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"homebound/db"
	"homebound/internal/labour"
)

// searches are the searches of reports in a question: what they find says how many employers a report is of, and how
// much of the register it reads. A search is looked up once what that costs has been charged; until then it may find all.
type searches map[string]*db.Hits

// searchesLookedUp bounds those of one question that are; any other is taken to find everything. searchWithin bounds
// the time of all: it is spent before the question has its turn in the queue.
const (
	searchesLookedUp = 4
	searchWithin     = 250 * time.Millisecond
)

// unknown lists the searches that are worth looking up.
func (s searches) unknown() []string {
	texts := slices.Sorted(maps.Keys(s))
	return texts[:min(len(texts), searchesLookedUp)]
}

// lookUp finds what the searches of a question find.
func (s searches) lookUp(ctx context.Context, release *db.Release) {
	ctx, cancel := context.WithTimeout(ctx, searchWithin)
	defer cancel()
	for _, text := range s.unknown() {
		if hits, err := release.Search(ctx, text); err == nil {
			s[text] = &hits
		}
	}
}

// aSearch returns what looking for a text in the names of a release's employers costs.
func aSearch(release *db.Release) int {
	return int(math.Ceil(aSearchedName * float64(release.Info().Counts.Employers) / valuesPerCost))
}

// hits returns what a search is known to find, everything where it has not been looked up, and notes that it is of use.
func (m estimator) hits(search string) db.Hits {
	if found := m.searches[search]; found != nil {
		return *found
	}
	m.searches[search] = nil
	return db.Hits{Employers: m.release.Info().Counts.Employers, Regions: true}
}

// employers returns how many employers at most the rows are of that meet a report's filter.
func (m estimator) employers(filter any) float64 {
	all := float64(m.release.Info().Counts.Employers)
	f, given := filter.(map[string]any)
	if !given {
		return all
	}
	most := all
	if f["employers"] != nil {
		most = min(most, float64(len(texts(f["employers"]))))
	}
	if search, given := f["search"].(string); given {
		if found := m.hits(search); !found.Regions {
			most = min(most, float64(found.Employers))
		}
	}
	for _, inner := range filtersIn(f["and"]) {
		most = min(most, m.employers(inner))
	}
	if f["or"] != nil {
		either := 0.0
		for _, inner := range filtersIn(f["or"]) {
			either += m.employers(inner)
		}
		most = min(most, either)
	}
	return most
}

// share returns the part of the register that is of the employers of a report's filter, if they are of the usual size.
func (m estimator) share(filter any) float64 {
	return m.employers(filter) / max(1, float64(m.release.Info().Counts.Employers))
}

// isSummed reports whether a report by employer is of no more than what a release sums up of each of them and a region, in
// years that its period does not cut.
func (m estimator) isSummed(arguments map[string]any) bool {
	for _, d := range texts(arguments["groupBy"]) {
		if !slices.Contains([]labour.Dimension{labour.ByEmployer, labour.ByRegion, labour.ByDistrict, labour.ByPeriod}, labour.Dimension(d)) {
			return false
		}
	}
	if g, given := arguments["granularity"].(string); given && g != string(labour.Year) {
		return false
	}
	filter, _ := arguments["filter"].(map[string]any)
	span, _ := filter["period"].(map[string]any)
	from, to := day(span["from"], labour.NoDate), day(span["to"], labour.NoDate)
	return (from == labour.NoDate || from == labour.YearPeriod(from.Year()).From) &&
		(to == labour.NoDate || to == labour.YearPeriod(to.Year()).To) && !narrowsCells(filter)
}

// narrowsCells reports whether a filter narrows what employers are not summed up by.
func narrowsCells(filter any) bool {
	f, _ := filter.(map[string]any)
	for name, value := range f {
		switch name {
		case "and", "or", "not":
			if slices.ContainsFunc(filtersIn(value), narrowsCells) {
				return true
			}
		case "within", "employers", "search", "synthetic", "period":
		default:
			if value != nil {
				return true
			}
		}
	}
	return false
}

// byEmployer reports whether a filter tells employers apart, of which many sums are kept.
func (m estimator) byEmployer(filter any) bool {
	f, _ := filter.(map[string]any)
	if f["employers"] != nil {
		return true
	}
	if search, given := f["search"].(string); given && m.hits(search).Employers > 0 {
		return true
	}
	for _, name := range []string{"and", "or", "not"} {
		if slices.ContainsFunc(filtersIn(f[name]), m.byEmployer) {
			return true
		}
	}
	return false
}

// filtersIn lists the filters of an argument; one by itself stands for a list of one.
func filtersIn(value any) []any {
	if list, is := value.([]any); is {
		return list
	}
	if value == nil {
		return nil
	}
	return []any{value}
}

// filter returns what the filter of a field takes, in values.
func (m estimator) filter(f *ast.Field) float64 {
	if f.Definition.Arguments.ForName("filter") == nil {
		return 0
	}
	filters, searched, judged := 0, 0, 0
	var visit func(value any)
	visit = func(value any) {
		for _, one := range filtersIn(value) {
			f, _ := one.(map[string]any)
			filters++
			if _, given := f["search"].(string); given {
				searched++
			}
			if f["verdicts"] != nil {
				judged = m.release.Info().Counts.Claims
			}
			for _, name := range []string{"and", "or", "not"} {
				visit(f[name])
			}
		}
	}
	visit(f.ArgumentMap(m.variables)["filter"])
	return aFilter*float64(max(0, filters-1)) + aSearchedName*float64(searched*m.release.Info().Counts.Employers) +
		weights["check"]*float64(judged)
}
