package graphiql_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
)

const rowsByYear = `query ByYear {
  report(groupBy: [REGION, PERIOD], granularity: YEAR) {
    rows { region { code name } period { label from to } permitsIssued averageMonthlyWage }
  }
}
`

// What the page shows of the answer.
const (
	table = `[...document.querySelectorAll('.homebound-table tr')]
		.map((row) => [...row.children].map((cell) => cell.textContent).join('|')).join('\n')`
	chartName = `document.querySelector('.homebound-drawing').ariaLabel`
	remarks   = `document.querySelector('.homebound-remarks').textContent`
)

// show turns to a view of the answer.
func (v visitor) show(view string) {
	v.t.Helper()
	v.await(fmt.Sprintf(`([...document.querySelectorAll('.homebound-views button')]
		.find((button) => button.textContent === %q).click(), true)`, view))
	v.await(fmt.Sprintf(`document.querySelector('.homebound-answer').dataset.view === %q`, view))
}

// shown returns an expression's value in the page.
func shown[T any](v visitor, expression string) T {
	return browsertest.Get(v.Browser, chromedp.Evaluate[T](expression))
}

// answers lets the page's server give every query one answer.
func (v visitor) answers(json string) {
	v.await(fmt.Sprintf(`(globalThis.fetch = async () => new Response(%q, {
		headers: { 'content-type': 'application/graphql-response+json', ratelimit: '"key";r=412;t=19' },
	}), true)`, json))
}

func TestAnswer_IsATable(t *testing.T) {
	v, _ := visitSite(t)
	v.open("/graphiql")
	v.show("Table")
	v.await(`document.querySelector('.homebound-nothing').textContent === 'There is no answer yet.'`)
	v.write(rowsByYear)
	v.run(`"rows": `)
	v.await(`document.querySelector('.homebound-table tbody tr') !== null`)
	assert.Equal(t, "region.code|region.name|period.label|period.from|period.to|permitsIssued|averageMonthlyWage",
		strings.Split(shown[string](v, table), "\n")[0])
	rows := shown[int](v, fmt.Sprintf(`JSON.parse(%s).data.report.rows.length`, answer))
	assert.Equal(t, rows, v.count(".homebound-table tbody tr"))
	assert.False(t, shown[bool](v, `document.querySelector('.result-window').checkVisibility()`))
	bottom := shown[float64](v, `document.querySelector('.homebound-tools').getBoundingClientRect().bottom - innerHeight`)
	assert.LessOrEqual(t, bottom, 0.0, "a long table scrolls by itself")

	v.write(`{
		regions(first: 2, filter: {kinds: [DISTRICT]}) { edges { cursor node { code within: name } } nodes { code } }
		claims(first: 3) { nodes { id } }
	}`)
	v.run(`"claims": `)
	v.await(`document.querySelectorAll('.homebound-view select option').length > 0`) // the table follows the text
	assert.Equal(t, []string{"regions.edges (2)", "regions.nodes (2)", "claims.nodes (3)"},
		shown[[]string](v, `[...document.querySelectorAll('.homebound-view select option')].map((o) => o.textContent)`))
	assert.Equal(t, "cursor|code|within", strings.Split(shown[string](v, table), "\n")[0])
	v.show("JSON")
	assert.True(t, shown[bool](v, `document.querySelector('.result-window').checkVisibility()`))
	assert.Empty(t, v.Problems())
}

const oddAnswer = `{"data":{"report":{"rows":[
	{"region":{"code":"RU-PRI","name":"=HYPERLINK(\"x\")"},"n":0,"wage":null,"tags":["a","b"],"ok":true,"year":2011},
	{"region":null,"n":null,"wage":1.5,"tags":[],"ok":false,"year":2012},
	{"region":{"code":"","name":"a, b"},"n":-7,"wage":2,"tags":["c"],"ok":null,"year":2013,"more":[{"a":1}]}
]}}}`

func TestAnswer_NeverShowsWhatIsNotKnownAsZero(t *testing.T) {
	v := visit(t)
	v.open("/graphiql")
	v.answers(oddAnswer)
	v.run(`"rows": `)
	v.show("Table")
	assert.Equal(t, `region.code|region.name|n|wage|tags|ok|year|more
RU-PRI|=HYPERLINK("x")|0|not known|a; b|true|2011|
not known|not known|not known|1.5||false|2012|
|a, b|-7|2|c|not known|2013|1 item`, shown[string](v, table))

	v.await(`(() => {
		globalThis.files = [];
		HTMLAnchorElement.prototype.click = function () { files.push(this.download); };
		URL.createObjectURL = (blob) => { blob.text().then((text) => files.push(text)); return 'blob:'; };
		return true;
	})()`)
	v.click(".homebound-tools > button", 0)
	v.await(`files.length === 2`)
	assert.Equal(t, "homebound-report.rows.csv", shown[string](v, `files.find((f) => f.endsWith('.csv'))`))
	assert.Equal(t, "region.code,region.name,n,wage,tags,ok,year,more\r\n"+
		"RU-PRI,\"'=HYPERLINK(\"\"x\"\")\",0,,\"a; b\",true,2011,\r\n"+
		",,,1.5,\"\",false,2012,\r\n"+
		"\"\",\"a, b\",-7,2,c,,2013,1 item\r\n", shown[string](v, `files.find((f) => f.startsWith('region'))`))

	v.show("Chart")
	v.await(`document.querySelector('.homebound-drawing') !== null`)
	assert.Equal(t, 2, v.count(".homebound-drawing circle"), "0 is drawn, null is not")
	path := shown[string](v, `document.querySelector('.homebound-line path').getAttribute('d')`)
	assert.Equal(t, 2, strings.Count(path, "M"), "the line breaks where a value is not known")
	assert.Contains(t, shown[string](v, remarks), "1 of the figures is not known and not drawn.")
	assert.Empty(t, v.Problems())
}

func TestAnswer_IsAChart(t *testing.T) {
	v, _ := visitSite(t)
	v.open("/graphiql")
	v.write(rowsByYear)
	v.run(`"rows": `)
	v.show("Chart")
	v.await(`document.querySelector('.homebound-drawing') !== null`)
	assert.Equal(t, "permitsIssued along period.label, for each region.name", shown[string](v, chartName))
	const rows = `JSON.parse(` + answer + `).data.report.rows`
	regions := shown[int](v, `new Set(`+rows+`.map((row) => row.region.code)).size`)
	assert.Equal(t, min(regions, 8), v.count(".homebound-legend li"))
	v.await(`(() => {
		const select = document.querySelector('.homebound-choices select');
		Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value').set.call(select, 'averageMonthlyWage');
		return select.dispatchEvent(new Event('change', { bubbles: true }));
	})()`)
	v.await(`document.querySelector('.homebound-drawing').ariaLabel.startsWith('averageMonthlyWage along')`)

	v.write(`{
		report(groupBy: [REGION], orderBy: [{measure: PERMITS_ISSUED, direction: DESC}], first: 5) {
			rows { region { code name } permitsIssued }
		}
	}`)
	v.run(`"permitsIssued": `)
	v.await(`document.querySelectorAll('.homebound-drawing rect').length === 5`)
	assert.Equal(t, "permitsIssued along region.name", shown[string](v, chartName))
	widths := shown[[]float64](v, `[...document.querySelectorAll('.homebound-drawing rect')]
		.map((bar) => Number(bar.getAttribute('width')))`)
	figures := shown[[]float64](v, rows+`.map((row) => row.permitsIssued)`)
	for i := range widths {
		assert.InEpsilon(t, figures[i]/figures[0], widths[i]/widths[0], 1e-6, "bars are as long as their figures")
	}

	v.write(`{ regions(first: 3) { nodes { code } } }`)
	v.run(`"regions": `)
	v.await(`document.querySelector('.homebound-nothing')?.textContent.startsWith('A chart needs a column of numbers')`)
	assert.Empty(t, v.Problems())
}

func TestAnswer_SaysWhatAChartLeavesOut(t *testing.T) {
	v := visit(t)
	v.open("/graphiql")
	var rows []string
	for year := 2011; year < 2014; year++ {
		for group := range 10 {
			const row = `{"period":{"key":"%d","label":"in %d"},"name":"G%d","n":%d}`
			rows = append(rows, fmt.Sprintf(row, year, year, group, group))
		}
	}
	v.answers(`{"data":{"rows":[` + strings.Join(rows, ",") + `]}}`)
	v.run(`"rows": `)
	v.show("Chart")
	v.await(`document.querySelector('.homebound-drawing') !== null`)
	assert.Equal(t, "n along period.key, for each name", shown[string](v, chartName))
	assert.Equal(t, "G9G8G7G6G5G4G3G2", shown[string](v, `document.querySelector('.homebound-legend').textContent`))
	assert.Equal(t, "The largest are drawn; 2 more are in the table.", shown[string](v, remarks))
	assert.Empty(t, v.Problems())
}

func TestAnswer_SaysWhatItTook(t *testing.T) {
	const taken = `document.querySelector('.homebound-taken').textContent`
	v, _ := visitSite(t)
	v.open("/graphiql")
	assert.Empty(t, shown[string](v, taken))
	v.write(rowsByYear)
	v.run(`"rows": `)
	v.await(taken + ` !== ''`)
	assert.Regexp(t, `^(\d+ ms|\d+\.\d s) · \d+\.\d kB · cost [1-9]\d* of at most 5000`, shown[string](v, taken))
	assert.NotContains(t, shown[string](v, answer), "extensions", "the reader did not ask for the cost in the answer")
	first := shown[string](v, taken)

	v.click(`[aria-label="New tab"]`, 0)
	v.await(taken + ` === ''`)
	v.write("{ release { number } }")
	v.run(`"number": 2`)
	v.await(taken + ` !== ''`)
	assert.Regexp(t, ` · \d\d bytes · cost 1 of`, shown[string](v, taken))
	v.click(".graphiql-tab-button", 0)
	v.await(fmt.Sprintf(`%s === %q`, taken, first))

	mock := visit(t)
	mock.open("/graphiql")
	mock.answers(oddAnswer)
	mock.run(`"rows": `)
	mock.await(taken + `.endsWith('412 left to spend')`)
	assert.Empty(t, append(v.Problems(), mock.Problems()...))
}

func TestAnswer_IsSharedAsALink(t *testing.T) {
	const message = `document.querySelector('.homebound-shared').textContent`
	const query = "query First { release { number } }\n\nquery Second($code: String!) { region(code: $code) { name } }"
	v, s := visitSite(t)
	v.letCopy()
	asked := url.Values{"query": {query}, "variables": {`{"code": "RU-PRI"}`}, "operationName": {"Second"}}
	v.open("/graphiql?" + asked.Encode())
	v.click(".homebound-tools > button", 1)
	v.await(message + ` === 'The link to this query, for release 2, is on the clipboard.'`)
	link, err := url.Parse(v.clipboard())
	require.NoError(t, err)
	assert.Equal(t, s.URL+"/graphiql", link.Scheme+"://"+link.Host+link.Path)
	asked.Set("release", "2")
	assert.Equal(t, asked, link.Query())

	s.publish(100)
	v.open(link.RequestURI())
	assert.Equal(t, "Homeboundrelease 2 · current", v.header())
	assert.Equal(t, query, v.query())
	v.run(`"name": "Primorsky Krai"`)

	v.write("# " + strings.Repeat("a", 70_000))
	v.click(".homebound-tools > button", 1)
	v.await(message + ` === 'The query would make a link of 70002 characters; at most 65536 are opened.'`)
	v.write("{ release { number } } # " + strings.Repeat("a", 60_000))
	v.click(".homebound-tools > button", 1)
	v.await(message + `.startsWith('The link to this query')`)
	long, err := url.Parse(v.clipboard())
	require.NoError(t, err)
	v.open(long.RequestURI()) // by the whole server, which bounds addresses
	assert.Len(t, v.query(), 60_025)
	assert.Empty(t, v.Problems())
}
