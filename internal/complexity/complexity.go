// Package complexity foresees how large the answer to a question becomes, before anything is read for it: how deep its
// fields are nested and how many values it holds or takes as much work as. It reads the document, the variables and what
// a release says of itself, and at most looks at the names that a search finds.
package complexity

import (
	"context"
	"math"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"homebound/db"
	"homebound/internal/labour"
)

// What a list is taken to hold where the question does not say.
const (
	aPage = 100
	aList = 10
)

// valuesPerCost is how many values of an answer cost 1.
const valuesPerCost = 100

// weights are the fields that take more work than their answer's size tells, in values: as many as take as long.
var weights = map[string]float64{
	"economicImpact": 20_000, // reads every change of a region's stock, and values it by cell and year
	"compliance":     4000,   // reads a sanction's stocks on several days
	"availability":   1000,   // reads every dimension of the register
	"check":          20,     // holds a claim against a figure
}

// What a report takes beside the rows that it shows, in values.
const (
	aReportRow   = 0.05 // for each group and period, of which not all will be there
	aRegisterRow = 0.25 // where it has percentiles of wages, which are read from the register's rows
	// where it is by employer: for each row of the register, of which sums are kept by employer, year and what else is asked by
	anEmployersRow = 0.01
	anEmployer     = 0.5 // for each employer, where what their years add up to is enough
)

// What a filter takes beside the rows that it leaves, in values.
const (
	aFilter       = 25   // for each within another, by and, or and not: a condition on every row that is read
	aSearchedName = 0.02 // for each employer whose name is looked at
)

// aComparedRow is what the changes since another release take for each row of the register, in values. The releases
// are compared once for all who ask, so that it is a share.
const aComparedRow = 0.02

// Complexity is how large an answer may become.
type Complexity struct {
	Depth  int     // of fields within fields
	values float64 // grows by products, for which an integer would be too short
}

// Cost returns what an answer of that size costs: at least 1, and 1000000000 where it is too much to count.
func (c Complexity) Cost() int { return int(min(1e9, max(1, math.Ceil(c.values/valuesPerCost)))) }

// Foresee measures an operation of a valid document. What reports by their searches cost depends on what these find: names
// are looked at once charge has taken what that costs, and only where the fields are no deeper than the bound, beyond
// which the question is refused anyway. charged is what was taken for the searches. An error is one of charge.
func Foresee(ctx context.Context, release *db.Release, operation *ast.OperationDefinition, variables map[string]any,
	deepest int, charge func(cost int) error) (c Complexity, charged int, err error) {
	found := searches{}
	measure := func() Complexity {
		e := estimator{release, variables, map[string]Complexity{}, found}
		return e.selections(operation.SelectionSet, false)
	}
	c = measure()
	if len(found) == 0 || c.Depth > deepest {
		return c, 0, nil
	}
	charged = len(found.unknown()) * aSearch(release)
	if err := charge(charged); err != nil {
		return c, 0, err
	}
	found.lookUp(ctx, release)
	return measure(), charged, nil
}

// estimator goes through a document that is valid: no fragment holds itself. It measures each fragment once, however
// often it is spread: fragments that spread one another twice over make a short text stand for more fields than can
// be counted one by one.
type estimator struct {
	release   *db.Release // whose number of regions, employers and so on a report's groups are reckoned by
	variables map[string]any
	fragments map[string]Complexity // by name, and whether it is spread within a page
	searches  searches
}

// selections measures a selection set. paged says that the field around it is a connection, whose page has been
// reckoned with: the lists directly within it hold no more than that.
func (m estimator) selections(set ast.SelectionSet, paged bool) Complexity {
	var sum Complexity
	for _, selection := range set {
		var e Complexity
		switch s := selection.(type) {
		case *ast.Field:
			e = m.field(s, paged)
		case *ast.InlineFragment:
			e = m.selections(s.SelectionSet, paged)
		case *ast.FragmentSpread:
			e = m.fragment(s, paged)
		}
		sum.Depth = max(sum.Depth, e.Depth)
		sum.values += e.values
	}
	return sum
}

func (m estimator) fragment(spread *ast.FragmentSpread, paged bool) Complexity {
	key := spread.Name
	if paged {
		key += " paged"
	}
	e, known := m.fragments[key]
	if !known {
		e = m.selections(spread.Definition.SelectionSet, paged)
		m.fragments[key] = e
	}
	return e
}

// field measures a field: a page is as many times its children as it is asked for, a report as many as it has
// groups and periods, which are computed whether or not they are shown.
func (m estimator) field(f *ast.Field, paged bool) Complexity {
	isPage := f.Definition.Arguments.ForName("first") != nil
	within := m.selections(f.SelectionSet, isPage)
	times, work := 1.0, 1+weights[f.Name]+m.filter(f)
	switch {
	case f.Definition.Type.Name() == "Report":
		arguments := f.ArgumentMap(m.variables)
		rows := m.rows(arguments)
		times, work = min(rows, rowsAsked(arguments, maxRows)), work+aReportRow*rows
		figures, percentiles := m.derived(f.SelectionSet, map[string]bool{})
		if arguments["top"] != nil {
			figures++ // the groups that are kept are found before the others are put together
		}
		// What a figure is held against is a report of its own.
		read := m.register() * m.share(arguments["filter"])
		work += figures*aReportRow*rows + percentiles*aRegisterRow*read
		switch byEmployer := slices.Contains(texts(arguments["groupBy"]), string(labour.ByEmployer)); {
		case byEmployer && m.isSummed(arguments):
			work += (1 + figures) * min(anEmployer*m.employers(arguments["filter"]), anEmployersRow*read)
		case byEmployer || m.byEmployer(arguments["filter"]):
			work += (1 + figures) * anEmployersRow * read
		}
	case f.Name == "changes":
		times, work = rowsAsked(f.ArgumentMap(m.variables), aPage), work+aComparedRow*m.register()
	case isPage:
		times = rowsAsked(f.ArgumentMap(m.variables), aPage)
	case f.Definition.Type.Elem != nil && !paged:
		times = aList
	}
	return Complexity{within.Depth + 1, work + times*within.values}
}

// derived counts the derived figures and the percentiles that a selection of a report names, each fragment once.
func (m estimator) derived(set ast.SelectionSet, seen map[string]bool) (figures, percentiles float64) {
	for _, selection := range set {
		var inner ast.SelectionSet
		switch s := selection.(type) {
		case *ast.Field:
			switch s.Name {
			case "figure":
				figures++
			case "wagePercentile":
				percentiles++
			case "rows", "nodes", "edges", "node", "totals":
				inner = s.SelectionSet
			}
		case *ast.InlineFragment:
			inner = s.SelectionSet
		case *ast.FragmentSpread:
			if !seen[s.Name] {
				seen[s.Name], inner = true, s.Definition.SelectionSet
			}
		}
		f, p := m.derived(inner, seen)
		figures, percentiles = figures+f, percentiles+p
	}
	return figures, percentiles
}

// maxRows is how many rows a report shows where the question does not say.
const maxRows = 1000

// rowsAsked returns how many rows a connection is asked for.
func rowsAsked(arguments map[string]any, otherwise float64) float64 {
	for _, name := range []string{"first", "last"} {
		if n, err := graphql.UnmarshalInt(arguments[name]); err == nil && arguments[name] != nil {
			return float64(max(1, n))
		}
	}
	return otherwise
}

// rows returns the most rows that a report can have: its groups, times the calendar units of its period.
func (m estimator) rows(arguments map[string]any) float64 {
	info := m.release.Info()
	groups, granularity := 1.0, labour.Granularity("")
	for _, d := range texts(arguments["groupBy"]) {
		if labour.Dimension(d) == labour.ByEmployer {
			groups *= max(1, m.employers(arguments["filter"]))
		} else {
			groups *= max(1, float64(m.members(labour.Dimension(d))))
		}
	}
	// A group has at least one row of the register.
	groups = min(groups, max(1, m.register()))
	if g, ok := arguments["granularity"].(string); ok {
		granularity = labour.Granularity(g)
	}
	if granularity == "" {
		return groups
	}
	var p labour.Period
	if info.DataFrom != nil && info.DataThrough != nil {
		p = labour.Period{From: *info.DataFrom, To: *info.DataThrough}
	}
	filter, _ := arguments["filter"].(map[string]any)
	span, _ := filter["period"].(map[string]any)
	p.From, p.To = day(span["from"], p.From), day(span["to"], p.To)
	return groups * max(1, float64(p.Count(granularity)))
}

// register returns the number of permits and repatriations.
func (m estimator) register() float64 {
	counts := m.release.Info().Counts
	return float64(counts.Permits + counts.Repatriations)
}

// members returns how many groups a dimension can have.
func (m estimator) members(d labour.Dimension) int {
	switch d {
	case labour.ByRegion:
		return len(m.release.Regions())
	case labour.ByDistrict:
		districts := 0
		for _, region := range m.release.Regions() {
			if region.Kind == labour.KindDistrict {
				districts++
			}
		}
		return districts
	case labour.ByIndustry:
		return len(m.release.Industries())
	case labour.ByNationality:
		return len(m.release.Countries())
	case labour.ByOutcome:
		return len(labour.Outcomes)
	}
	return 1
}

// texts returns the members of a list argument; a single value stands for a list of one.
func texts(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []string:
		return v
	case []any:
		list := make([]string, 0, len(v))
		for _, member := range v {
			if text, ok := member.(string); ok {
				list = append(list, text)
			}
		}
		return list
	}
	return nil
}

// day reads an argument that is a date, else gives another one.
func day(value any, otherwise labour.Date) labour.Date {
	if text, ok := value.(string); ok {
		if d, err := labour.ParseDate(text); err == nil {
			return d
		}
	}
	return otherwise
}
