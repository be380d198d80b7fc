package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"homebound/db"
)

const everythingOfAPermit = `id number employer { id name region { code } industry { code } source { title } } region { code name parent { code } }
	nationality { name } industry { name } source { title publisher } status workers
	repatriations { id date outcome sanction { symbol } region { code } source { title } }`

// No list costs a statement per row: what a hundred rows cost is bounded, and is what ten rows cost.
func TestStatements_AreAsManyForALongListAsForAShortOne(t *testing.T) {
	w := in(t, "default")
	deep := pageAt(t, w, 15_000)
	for name, test := range map[string]struct {
		query  string // with %d for the number of rows
		atMost int64
	}{
		"permits by nodes":                         {`{ permits(first: %d) { nodes { ` + everythingOfAPermit + ` } } }`, 3},
		"permits by edges":                         {`{ permits(first: %d) { edges { cursor node { ` + everythingOfAPermit + ` } } } }`, 3},
		"permits, both, counted":                   {`{ permits(first: %d) { totalCount totalWorkers edges { node { employer { name } } } nodes { repatriations { id } } } }`, 4},
		"permits, a deep page":                     {`{ permits(first: %d, after: "` + deep + `") { edges { node { ` + everythingOfAPermit + ` } } nodes { number } } }`, 3},
		"permits, deep backwards":                  {`{ permits(last: %d, before: "` + deep + `") { nodes { ` + everythingOfAPermit + ` } } }`, 3},
		"repatriations":                            {`{ repatriations(first: %d) { nodes { employer { name } permit { number employer { name } } region { name } nationality { name } source { title } sanction { title source { title } } } } }`, 4},
		"employers":                                {`{ employers(first: %d) { nodes { name permits(first: 2) { totalWorkers nodes { number } } } } }`, 3},
		"employers by edges":                       {`{ employers(first: %d) { edges { node { name permits(first: 2) { totalWorkers edges { node { number } } } } } } }`, 3},
		"regions":                                  {`{ regions(first: %d) { nodes { permits(first: 2) { nodes { number } } employers(first: 1) { nodes { name } } repatriations(last: 1) { nodes { date } } observations(indicators: ["GRP"]) { value } parent { name } children { code } } } }`, 4},
		"employers of permits of regions":          {`{ regions(first: %d) { nodes { permits(first: 2) { nodes { employer { name } } } } } }`, 2},
		"employers of permits of regions by edges": {`{ regions(first: %d) { edges { node { permits(first: 2) { edges { node { employer { name } } } } } } } }`, 2},
		"employers of repatriations under permits": {`{ permits(first: %d) { nodes { repatriations { employer { name } permit { employer { name } } } } } }`, 5},
		"permits of regions of permits":            {`{ permits(first: %d) { nodes { region { permits(first: 1) { nodes { number } } parent { employers(first: 1) { nodes { name } } } } } } }`, 3},
		"permits of children":                      {`{ regions(first: %d) { nodes { children { permits(first: 1) { nodes { number } } } } } }`, 2},
		"report rows":                              {`{ report(groupBy: [EMPLOYER], first: %d) { rows { employer { name region { code } } permitsIssued permits(first: 1) { nodes { number } } repatriations(first: 1) { totalCount } } } }`, 7}, // two say which groups there are
		"claims":                                   {`{ claims(first: %d) { nodes { source { title } region { name } check { verdict evidence { query } } } } }`, 3},
		"claims by edges":                          {`{ claims(first: %d) { edges { node { source { title } region { name } check { verdict evidence { query } } } } } }`, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := func(rows int) int64 {
				ctx, count := db.WithStatementCount(t.Context())
				dataOf[json.RawMessage](ctx, t, w, fmt.Sprintf(test.query, rows))
				return count.Load()
			}
			few, many := run(10), run(100)
			assert.LessOrEqual(t, few, test.atMost)
			assert.LessOrEqual(t, many, test.atMost)
		})
	}
}

// pageAt returns a cursor so many permits into the list.
func pageAt(t *testing.T, w *world, n int) string {
	t.Helper()
	type page struct {
		Permits struct {
			PageInfo struct{ EndCursor string }
		}
	}
	var cursor any
	for ; n > 0; n -= 1000 {
		cursor = data[page](t, w, `query ($n: Int, $after: String) { permits(first: $n, after: $after) { pageInfo { endCursor } } }`,
			"n", min(n, 1000), "after", cursor).Permits.PageInfo.EndCursor
	}
	return cursor.(string)
}

func TestStatements_NothingIsReadThatIsNotAsked(t *testing.T) {
	w := in(t, "small")
	for query, statements := range map[string]int64{
		`{ release { number } regions { nodes { code parent { code } } } industries { code } sources { nodes { title } } }`: 0,
		`{ report { totals { permitsIssued } } }`:                                    1,
		`{ report { rows { permitsIssued } } }`:                                      1,
		`{ report { rows { permitsIssued workersAuthorised averageMonthlyWage } } }`: 1,
		`{ report { rows { workersPresent peakWorkersPresent workerDays } } }`:       1,
		`{ report { rows { permitsIssued workersPresent workersRepatriated } } }`:    3,
		`{ permit(id: "P01") { number region { name } source { title } } }`:          1,
		`{ economicImpact(region: "RU-PRI") { outputLost { central } } }`:            3, // observations, changes of the stock, wages
		`{ compliance(sanction: "S/RES/2397(2017)", region: "RU") { progress } }`:    4, // what States said, stocks, departures, reports
	} {
		ctx, count := db.WithStatementCount(t.Context())
		dataOf[json.RawMessage](ctx, t, w, query)
		assert.LessOrEqual(t, count.Load(), statements, query)
	}
}
