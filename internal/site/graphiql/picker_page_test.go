package graphiql_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
)

// press clicks the button of the explorer with a name or a text.
func (v visitor) press(name string) {
	v.t.Helper()
	v.await(fmt.Sprintf(`(() => { const button = [...document.querySelectorAll('.homebound-explorer button')].find((b) => b.ariaLabel === %q || b.textContent === %q); button?.click(); return !!button; })()`, name, name))
}

func TestExplorer_BeginsAReportWithFiguresThatRun(t *testing.T) {
	v, s := visitSite(t)
	v.explore("query Mine {\n  __typename\n}")
	v.tick("report", 0)
	v.run(`"permitsIssued": `)

	var answer struct {
		Data struct {
			Report struct {
				TotalCount int              `json:"totalCount"`
				Rows       []map[string]any `json:"rows"`
			} `json:"report"`
		} `json:"data"`
	}
	asked, err := json.Marshal(map[string]string{"query": v.query()})
	require.NoError(t, err)
	text := s.post("/graphql", string(asked))
	require.NoError(t, json.Unmarshal([]byte(text), &answer), text)
	require.Len(t, answer.Data.Report.Rows, 10, v.query())
	first := answer.Data.Report.Rows[0]
	assert.Contains(t, first["region"], "code")
	assert.Contains(t, first["region"], "name")
	assert.Contains(t, first, "period")
	assert.GreaterOrEqual(t, len(first), 5, "a region, a period and some measures: %v", first)
	assert.Positive(t, answer.Data.Report.TotalCount)

	for _, list := range []struct{ field, text string }{{"regions", `"nodes": [`}, {"countries", `"code": "KP"`}} {
		v.write("query Mine {\n  __typename\n}")
		v.tick(list.field, 0)
		v.run(list.text)
	}
	assert.Empty(t, v.Problems())
}

func TestExplorer_PicksWordsInTheOrderChosen(t *testing.T) {
	v, _ := visitSite(t)
	v.explore("query Mine {\n  report(groupBy: [REGION]) { totalCount }\n}")
	v.within("report")
	v.tick("INDUSTRY", 0)
	v.tick("PERIOD", 0)
	v.reads("query Mine {\n  report(groupBy: [REGION, INDUSTRY, PERIOD]) { totalCount }\n}")
	v.await(`document.querySelector('[aria-label="Choices of groupBy"]').textContent.includes('PERIOD3')`)
	v.tick("REGION", 0)
	v.tick("REGION", 0)
	v.reads("query Mine {\n  report(groupBy: [INDUSTRY, PERIOD, REGION]) { totalCount }\n}")
	v.run(`"totalCount": `)
	assert.Empty(t, v.Problems())
}

func TestExplorer_PicksOrdersAndConditions(t *testing.T) {
	v, _ := visitSite(t)
	v.explore("query Mine {\n  report(groupBy: [REGION]) { totalCount }\n}")
	v.within("report")
	v.tick("orderBy", 0)
	v.reads("query Mine {\n  report(groupBy: [REGION], orderBy: [{measure: PERMITS_ISSUED}]) { totalCount }\n}")
	v.enter("measure", "WORKERS_PRESENT")
	v.tick("direction", 0)
	v.enter("direction", "DESC")
	v.press("Add to orderBy")
	v.await(`document.querySelectorAll('[aria-label="Items of orderBy"] > li').length === 2`)
	v.tick("by", 1)
	v.tick("measure", 1)
	v.reads("query Mine {\n  report(groupBy: [REGION], orderBy: [{measure: WORKERS_PRESENT, direction: DESC}, {by: REGION}]) { totalCount }\n}")
	v.press("Move orderBy 2 up")
	v.reads("query Mine {\n  report(groupBy: [REGION], orderBy: [{by: REGION}, {measure: WORKERS_PRESENT, direction: DESC}]) { totalCount }\n}")
	v.run(`"totalCount": `)
	v.press("Remove orderBy 1")
	v.reads("query Mine {\n  report(groupBy: [REGION], orderBy: [{measure: WORKERS_PRESENT, direction: DESC}]) { totalCount }\n}")
	v.press("Remove orderBy 1")
	v.reads("query Mine {\n  report(groupBy: [REGION], orderBy: []) { totalCount }\n}")
	v.tick("orderBy", 0)
	v.tick("having", 0)
	v.await(editor + `.getValue().includes('having: [{measure: PERMITS_ISSUED')`)
	v.run(`"data": `)

	v.write("query Mine {\n  report(orderBy: {measure: PERMITS_ISSUED}) { totalCount }\n}") // a list of one without its brackets
	v.press("Add to orderBy")
	v.reads("query Mine {\n  report(orderBy: [{measure: PERMITS_ISSUED}, {measure: PERMITS_ISSUED}]) { totalCount }\n}")
	assert.Empty(t, v.Problems())
}

func TestExplorer_FindsCodesByName(t *testing.T) {
	v, _ := visitSite(t)
	for _, test := range []struct{ query, argument, list, text, code, becomes string }{
		{`{ report(filter: {within: ""}) { totalCount } }`, "within", "regions", "krai PRIM", "RU-PRI", `{ report(filter: {within: "RU-PRI"}) { totalCount } }`},
		{`{ report(filter: {nationalities: []}) { totalCount } }`, "nationalities", "countries", "koréa dem", "KP", `{ report(filter: {nationalities: ["KP"]}) { totalCount } }`},
		{`{ report(filter: {industries: ["A"]}) { totalCount } }`, "industries", "industries", "constr", "F", `{ report(filter: {industries: ["A", "F"]}) { totalCount } }`},
		{`{ compliance(sanction: "") { status } }`, "sanction", "sanctions", "2397", "S/RES/2397(2017)", `{ compliance(sanction: "S/RES/2397(2017)") { status } }`},
		{`{ region(code: "") { name } }`, "code", "regions", "москва", "RU-MOW", `{ region(code: "RU-MOW") { name } }`},
	} {
		v.explore(test.query)
		v.press("Within " + browsertest.Get(v.Browser, chromedp.Evaluate[string](`document.querySelector('.homebound-explorer .homebound-disclosure').ariaLabel.slice(7)`)))
		v.enter("Find "+test.list+" for "+test.argument, test.text)
		find := fmt.Sprintf(`[...document.querySelectorAll('.homebound-codes li button')].find((b) => b.querySelector('b').textContent === %q)`, test.code)
		v.await(find + ` !== undefined`)
		browsertest.Get(v.Browser, chromedp.Evaluate[bool](`(`+find+`.click(), true)`))
		v.reads(test.becomes)
		v.await(find + `.ariaPressed === 'true'`)
		v.run(`"data": {`)
	}
	v.enter("Find regions for code", "nowhere at all")
	v.await(`document.querySelector('.homebound-codes [role=status]').textContent === 'No regions are called so.'`)
	assert.Empty(t, v.Problems())
}

func TestExplorer_AsksForCodesWithTheReadersKey(t *testing.T) {
	v, _ := visitSite(t)
	v.explore(`{ economicImpact(region: "") { workerYearsLost } }`)
	v.Do(chromedp.Click(chromedp.CSS(`[data-name="headers"]`)))
	const headers = `document.querySelector('[aria-label="Headers"] .graphiql-editor:not(.hidden) .CodeMirror')`
	v.await(headers + ` !== null`)
	v.await(`(` + headers + `.CodeMirror.setValue('{"Authorization": "Bearer k"}'), true)`)
	v.within("economicImpact")
	v.enter("Find regions for region", "prim")
	v.await(`document.querySelector('.homebound-codes [role=status]').textContent.includes('key')`) // which this server does not know
	assert.Zero(t, v.count(".homebound-codes li"))
}

func TestExplorer_SearchesFieldsArgumentsAndDescriptions(t *testing.T) {
	v, _ := visitSite(t)
	v.explore("query Mine {\n  release { number }\n}")
	find := func(text, place string) {
		v.t.Helper()
		v.enter("Find fields, arguments and descriptions", text)
		v.await(fmt.Sprintf(`[...document.querySelectorAll('.homebound-finds button')].some((b) => b.textContent === %q)`, place))
		v.press(place)
	}
	find("averagemonthly", "report › rows › averageMonthlyWage")
	v.await(editor + `.getValue().includes('averageMonthlyWage')`)
	v.await(`document.querySelector('.homebound-finds') === null`)
	v.await(`[...document.querySelectorAll('.homebound-explorer input:checked')].some((box) => box.parentNode.textContent.startsWith('averageMonthlyWage') && box.checkVisibility())`)
	v.run(`"averageMonthlyWage": `)

	v.write("query Mine {\n  release { number }\n}")
	find("accents words regions search", "regions(filter.search)") // by what its description says
	v.await(editor + `.getValue().includes('regions(first: 10, filter: {search: ""})')`)
	v.write("query Mine {\n  report(groupBy: [REGION]) { totalCount }\n}")
	find("QUARTER", "report(granularity: QUARTER)")
	v.reads("query Mine {\n  report(groupBy: [REGION], granularity: QUARTER) { totalCount }\n}")
	find("nationality of the workers", "report(groupBy: NATIONALITY)")
	v.reads("query Mine {\n  report(groupBy: [REGION, NATIONALITY], granularity: QUARTER) { totalCount }\n}")

	v.enter("Find fields, arguments and descriptions", "no such xyzzy")
	v.await(`document.querySelector('.homebound-found').textContent === 'Nothing found.'`)
	v.Do(chromedp.Focus(chromedp.CSS(`.homebound-search`)), chromedp.KeyEvent(kb.Escape))
	v.await(`document.querySelector('.homebound-search').value === '' && document.querySelector('.homebound-explorer summary').checkVisibility()`)
	assert.Empty(t, v.Problems())
}
