package graph_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/testsize"
)

// list is a connection of the contract, with the arguments that make it one list.
type list struct {
	world string
	field string // with %s where the paging arguments go
	node  string // selects what tells one node from another
	sizes int    // pages have up to this many items
}

// lists are all connections of the contract, each in every order.
func lists() map[string]list {
	all := map[string]list{
		"releases": {world: "small", field: "releases(%s)", node: "id", sizes: 2},
		"sources":  {world: "default", field: "sources(%s)", node: "id", sizes: 60},
		"claims":   {world: "default", field: "claims(%s)", node: "id", sizes: 60},
		"report by region and month": {world: "default", node: "id", sizes: 900,
			field: `report(groupBy: [REGION], granularity: MONTH, orderBy: [{ measure: WORKERS_PRESENT, direction: DESC }], %s)`},
		"report by employer, small": {world: "small", node: "id", sizes: 3, field: `report(groupBy: [EMPLOYER, NATIONALITY], granularity: YEAR, %s)`},
	}
	for _, kind := range []struct {
		field, order, world string
		sizes               int
		filter              string
	}{
		{"regions", "RegionOrderField", "default", 40, ""},
		{"employers", "EmployerOrderField", "default", 300, ""},
		{"permits", "PermitOrderField", "default", 200, `filter: { issued: { from: "2018-01-01", to: "2018-06-30" } }, `},
		{"repatriations", "RepatriationOrderField", "default", 200, `filter: { date: { from: "2018-01-01", to: "2018-02-28" } }, `},
		{"observations", "ObservationOrderField", "default", 300, `filter: { regions: ["RU-PRI", "RU-AMU"] }, `},
		{"observations", "ObservationOrderField", "small", 3, ""},
		{"regions", "RegionOrderField", "small", 3, ""},
		{"employers", "EmployerOrderField", "small", 2, ""},
		{"permits", "PermitOrderField", "small", 5, ""},
		{"repatriations", "RepatriationOrderField", "small", 3, ""},
	} {
		for _, by := range schema.Types[kind.order].EnumValues {
			for _, direction := range schema.Types["OrderDirection"].EnumValues {
				name := fmt.Sprintf("%s %s %s, %s", kind.field, by.Name, direction.Name, kind.world)
				field := fmt.Sprintf("%s(%sorderBy: { field: %s, direction: %s }, %%s)", kind.field, kind.filter, by.Name, direction.Name)
				all[name] = list{world: kind.world, field: field, node: "id", sizes: kind.sizes}
			}
		}
	}
	return all
}

type page struct {
	List struct {
		Edges []struct {
			Cursor string
			Node   struct{ ID string }
		}
		Nodes    []struct{ ID string }
		PageInfo struct {
			HasNextPage, HasPreviousPage bool
			StartCursor, EndCursor       *string
		}
	}
}

func (p page) ids() []string {
	ids := make([]string, len(p.List.Nodes))
	for i, node := range p.List.Nodes {
		ids[i] = node.ID
	}
	return ids
}

// read asks for a page of the list.
func (l list) read(tb testing.TB, w *world, arguments string) page {
	tb.Helper()
	query := "{ list: " + fmt.Sprintf(l.field, arguments) + " { edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
	p := data[page](tb, w, query)
	require.Len(tb, p.List.Edges, len(p.List.Nodes))
	for i, edge := range p.List.Edges {
		require.Equal(tb, p.List.Nodes[i].ID, edge.Node.ID)
	}
	if n := len(p.List.Edges); n > 0 {
		require.Equal(tb, p.List.Edges[0].Cursor, *p.List.PageInfo.StartCursor)
		require.Equal(tb, p.List.Edges[n-1].Cursor, *p.List.PageInfo.EndCursor)
	} else {
		require.Nil(tb, p.List.PageInfo.StartCursor)
		require.Nil(tb, p.List.PageInfo.EndCursor)
	}
	return p
}

// walk visits the list page by page from one end, with pages of random sizes, and gives the ids in the list's order.
func (l list) walk(tb testing.TB, w *world, random *rand.Rand, backward bool) []string {
	tb.Helper()
	var ids []string
	at := ""
	for range 10_000 {
		size := 1 + random.IntN(l.sizes)
		arguments := fmt.Sprintf("first: %d", size)
		if backward {
			arguments = fmt.Sprintf("last: %d", size)
		}
		if at != "" && backward {
			arguments += fmt.Sprintf(", before: %q", at)
		} else if at != "" {
			arguments += fmt.Sprintf(", after: %q", at)
		}
		p := l.read(tb, w, arguments)
		more, counted := p.List.PageInfo.HasNextPage, p.List.PageInfo.HasPreviousPage
		if backward {
			more, counted = counted, more
			ids = append(p.ids(), ids...)
		} else {
			ids = append(ids, p.ids()...)
		}
		require.Equal(tb, at != "", counted, "whether there are items on the side that was come from")
		if !more {
			return ids
		}
		require.Len(tb, p.List.Nodes, size, "a page is full while there is more")
		at = *p.List.PageInfo.EndCursor
		if backward {
			at = *p.List.PageInfo.StartCursor
		}
	}
	require.Fail(tb, "the list has no end")
	return nil
}

func TestConnections_VisitEveryRowOnceEitherWay(t *testing.T) {
	random := rand.New(rand.NewPCG(2397, 2017))
	for name, l := range lists() {
		seed := random.Uint64()
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, random := in(t, l.world), rand.New(rand.NewPCG(seed, 1))
			total := data[struct{ List struct{ TotalCount int } }](t, w, "{ list: "+fmt.Sprintf(l.field, "first: 0")+" { totalCount } }").List.TotalCount

			forward := l.walk(t, w, random, false)
			assert.Len(t, forward, total)
			sorted := slices.Sorted(slices.Values(forward))
			assert.Len(t, slices.Compact(sorted), total, "every row once")
			assert.Equal(t, forward, l.walk(t, w, random, true), "the same order both ways")
		})
	}
}

func TestConnections_AnyStretchIsThatOfTheWholeList(t *testing.T) {
	all := lists()
	for _, name := range testsize.Sample([]string{"permits WORKERS ASC, small", "releases", "regions NAME DESC, small", "employers WORKERS_AUTHORISED ASC, small",
		"repatriations DATE DESC, small", "report by employer, small"}) {
		l := all[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := in(t, l.world)
			whole := l.read(t, w, "first: 1000")
			ids, n := whole.ids(), len(whole.ids())
			for after := -1; after < n; after++ {
				for before := after + 1; before <= n; before++ {
					for _, limit := range []int{0, 1, 3, n} {
						var ends []string
						if after >= 0 {
							ends = append(ends, fmt.Sprintf("after: %q", whole.List.Edges[after].Cursor))
						}
						if before < n {
							ends = append(ends, fmt.Sprintf("before: %q", whole.List.Edges[before].Cursor))
						}
						stretch := ids[after+1 : before]
						taken := min(limit, len(stretch))

						first := l.read(t, w, strings.Join(append(ends, fmt.Sprintf("first: %d", limit)), ", "))
						require.Equal(t, stretch[:taken], first.ids(), "%v first %d", ends, limit)
						require.Equal(t, after >= 0, first.List.PageInfo.HasPreviousPage, "%v first %d", ends, limit)
						require.Equal(t, taken < len(stretch) || before < n, first.List.PageInfo.HasNextPage, "%v first %d", ends, limit)

						last := l.read(t, w, strings.Join(append(ends, fmt.Sprintf("last: %d", limit)), ", "))
						require.Equal(t, stretch[len(stretch)-taken:], last.ids(), "%v last %d", ends, limit)
						require.Equal(t, before < n, last.List.PageInfo.HasNextPage, "%v last %d", ends, limit)
						require.Equal(t, taken < len(stretch) || after >= 0, last.List.PageInfo.HasPreviousPage, "%v last %d", ends, limit)
					}
				}
			}
		})
	}
}

func TestConnections_CursorsStayWhateverThePage(t *testing.T) {
	w := in(t, "small")
	l := lists()["permits WORKERS ASC, small"]
	cursors := map[string]string{}
	for _, arguments := range []string{"first: 1000", "last: 1000", "first: 3", "last: 4"} {
		for _, edge := range l.read(t, w, arguments).List.Edges {
			if known, ok := cursors[edge.Node.ID]; ok {
				assert.Equal(t, known, edge.Cursor)
			}
			cursors[edge.Node.ID] = edge.Cursor
			assert.Regexp(t, `^[A-Za-z0-9_-]+$`, edge.Cursor, "a cursor goes into a URL as it is")
		}
	}
	assert.Len(t, cursors, 12)
}

func TestConnections_ReportRowsPageLikeAList(t *testing.T) {
	w := in(t, "default")
	type report struct {
		Report struct {
			Rows []struct {
				Region        struct{ Code string }
				Period        struct{ Label string }
				PermitsIssued int
			}
			TotalCount int
			PageInfo   struct {
				HasNextPage, HasPreviousPage bool
				EndCursor                    *string
			}
		}
	}
	const query = `query ($first: Int, $after: String) {
		report(groupBy: [REGION], granularity: YEAR, orderBy: [{ measure: PERMITS_ISSUED, direction: DESC }], first: $first, after: $after) {
			rows { region { code } period { label } permitsIssued } totalCount pageInfo { hasNextPage hasPreviousPage endCursor }
		}
	}`
	whole := data[report](t, w, query).Report
	require.Len(t, whole.Rows, whole.TotalCount)
	require.False(t, whole.PageInfo.HasNextPage)

	random := rand.New(rand.NewPCG(1, 2))
	var after any
	visited := whole.Rows[:0:0]
	for {
		p := data[report](t, w, query, "first", 1+random.IntN(40), "after", after).Report
		require.Equal(t, after != nil, p.PageInfo.HasPreviousPage)
		require.Equal(t, whole.TotalCount, p.TotalCount)
		visited = append(visited, p.Rows...)
		if !p.PageInfo.HasNextPage {
			break
		}
		after = *p.PageInfo.EndCursor
	}
	assert.Equal(t, whole.Rows, visited)
}

func TestConnections_ReportRowsByOffsetAreThoseOfTheWhole(t *testing.T) {
	w := in(t, "default")
	l := lists()["report by region and month"]
	whole := l.walk(t, w, rand.New(rand.NewPCG(3, 107)), false)
	require.Greater(t, len(whole), 1000, "more than a page")
	var skipped []string
	for offset := 0; offset < len(whole)+900; offset += 900 {
		p := l.read(t, w, fmt.Sprintf("first: 900, offset: %d", offset))
		skipped = append(skipped, p.ids()...)
		assert.Equal(t, offset > 0, p.List.PageInfo.HasPreviousPage, offset)
		assert.Equal(t, offset+900 < len(whole), p.List.PageInfo.HasNextPage, offset)
	}
	assert.Equal(t, whole, skipped)

	p := l.read(t, w, "first: 3, offset: 7")
	assert.Equal(t, l.read(t, w, fmt.Sprintf("first: 2, after: %q", *p.List.PageInfo.EndCursor)).ids(), whole[10:12],
		"a cursor of a page by offset leads on")
}

func TestReport_RefusesPagesThatItDoesNotHave(t *testing.T) {
	w := in(t, "small")
	cursor := *lists()["report by employer, small"].read(t, w, "first: 1").List.PageInfo.EndCursor
	for arguments, message := range map[string]string{
		"offset: 10001":      "offset: expected at most 10000, found 10001.",
		"offset: -1":         "offset: expected a number from 0 to 10000, found -1.",
		"offset: 1, last: 2": "offset: expected no after, before or last beside it, which count from elsewhere, found one.",
		fmt.Sprintf("offset: 1, after: %q", cursor):  "offset: expected no after, before or last beside it, which count from elsewhere, found one.",
		fmt.Sprintf("offset: 1, before: %q", cursor): "offset: expected no after, before or last beside it, which count from elsewhere, found one.",
		"first: 1, last: 1":                          "expected either first or last, found both.",
		"last: 1001":                                 "last: expected at most 1000, found 1001.",
	} {
		errs := w.ask(t.Context(), t, "{ report(groupBy: [EMPLOYER, NATIONALITY], granularity: YEAR, "+arguments+") { totalCount } }", nil).Errors
		require.Len(t, errs, 1, arguments)
		assert.Equal(t, message, errs[0].Message, arguments)
	}
}

func TestReport_RowsNodesAndEdgesAreTheSame(t *testing.T) {
	w := in(t, "small")
	const fields = `{ id region { code } employer { name source { id } } period { key } permitsIssued workersPresent peakOn
		permits(first: 2) { totalCount nodes { id } } repatriations(first: 1) { totalCount nodes { id } } }`
	type answer struct {
		Report struct {
			Rows, Nodes []map[string]any
			Edges       []struct{ Node map[string]any }
		}
	}
	const arguments = "groupBy: [REGION, EMPLOYER], granularity: YEAR, first: 7, offset: 2"
	all := data[answer](t, w, "{ report("+arguments+") { rows "+fields+" nodes "+fields+" edges { node "+fields+" } } }").Report
	require.Len(t, all.Rows, 7)
	assert.Equal(t, all.Rows, all.Nodes)
	for i, edge := range data[answer](t, w, "{ report("+arguments+") { edges { cursor node "+fields+" } } }").Report.Edges {
		assert.Equal(t, all.Rows[i], edge.Node, "edges alone compute the same measures")
		assert.Equal(t, all.Rows[i], all.Edges[i].Node)
	}
	one, many := int64(0), int64(0)
	for first, statements := range map[int]*int64{1: &one, 7: &many} {
		ctx, count := db.WithStatementCount(t.Context())
		dataOf[any](ctx, t, w, fmt.Sprintf("{ report(groupBy: [REGION, EMPLOYER], granularity: YEAR, first: %d) { edges { node %s } } }", first, fields))
		*statements = count.Load()
	}
	assert.Equal(t, one, many, "edges are looked up together")
}

func TestConnections_ReadOnlyWhatIsAsked(t *testing.T) {
	w := in(t, "small")
	for selection, statements := range map[string]int64{
		"nodes { id }":                                        1,
		"pageInfo { hasNextPage endCursor }":                  1,
		"nodes { id } totalCount":                             2,
		"totalCount totalWorkers":                             1,
		"edges { cursor } totalCount":                         2,
		"all: nodes { id } totalCount":                        2,
		"pageInfo { hasNextPage } totalCount":                 2,
		"... on PermitConnection { nodes { id } } totalCount": 2,
		"nodes { id } count: totalWorkers":                    2,
		"nodes { id } totalCount @include(if: false)":         1,
		"nodes { id } ... on PermitConnection { totalCount }": 2,
	} {
		ctx, count := db.WithStatementCount(t.Context())
		dataOf[any](ctx, t, w, "{ permits(first: 2) { "+selection+" } }")
		assert.Equal(t, statements, count.Load(), selection)
	}
}
