package graphiql_test

import (
	"fmt"
	"homebound/internal/eventually"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// explore opens the explorer on a query.
func (v visitor) explore(query string) {
	v.open("/graphiql")
	v.write(query)
	v.Do(chromedp.Click(chromedp.CSS(`[aria-label="Show Field explorer"]`)))
	v.await(`document.querySelector('.homebound-explorer details') !== null`)
}

// inExplorer is the JavaScript that finds something in the explorer.
const inExplorer = `const rows = (label) => [...document.querySelectorAll('.homebound-explorer label')].filter((row) => row.firstChild.nextSibling?.textContent === label);
	const named = (label) => document.querySelector('.homebound-explorer [aria-label="' + label + '"]');
	const type = (input, value) => { Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), 'value').set.call(input, value);
		input.dispatchEvent(new Event(input.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true })); };`

// tick clicks the n-th box with a label.
func (v visitor) tick(label string, n int) {
	v.t.Helper()
	v.await(fmt.Sprintf(`(() => { %s const row = rows(%q)[%d]; row?.firstChild.click(); return !!row; })()`, inExplorer, label, n))
}

// enter writes a value into the input with a name.
func (v visitor) enter(name, value string) {
	v.t.Helper()
	v.await(fmt.Sprintf(`(() => { %s const input = named(%q); if (input) type(input, %q); return !!input; })()`, inExplorer, name, value))
}

func (v visitor) within(label string) {
	v.t.Helper()
	v.await(fmt.Sprintf(`(() => { %s const button = named('Within ' + %q); button?.click(); return !!button; })()`, inExplorer, label))
}

// reads waits until a query stands in the editor.
func (v visitor) reads(query string) {
	v.t.Helper()
	if _, err := chromedp.Run(v.Context(), chromedp.Poll[bool](fmt.Sprintf(`%s.getValue() === %q`, editor, query), chromedp.WithPollingTimeout(eventually.Patience))); err != nil {
		require.Equal(v.t, query, v.query())
	}
}

func TestExplorer_AddsAFieldThatRuns(t *testing.T) {
	v, _ := visitSite(t)
	v.explore("# How many?\nquery Mine {\n  release {\n    number # the latest\n  }\n}\n")
	v.within("release")
	v.tick("counts", 0)
	v.reads("# How many?\nquery Mine {\n  release {\n    number # the latest\n    counts {\n      regions\n    }\n  }\n}\n")
	v.tick("permits", 0) // that of Query comes after it
	v.tick("regions", 0)
	v.reads("# How many?\nquery Mine {\n  release {\n    number # the latest\n    counts {\n      permits\n    }\n  }\n}\n")
	v.run(`"permits": `)

	v.tick("permits", 0)
	v.reads("# How many?\nquery Mine {\n  release {\n    number # the latest\n    counts {\n      __typename\n    }\n  }\n}\n")
	v.tick("claims", 0)
	v.tick("number", 0)
	v.reads("# How many?\nquery Mine {\n  release {\n    # the latest\n    counts {\n      claims\n    }\n  }\n}\n")
	v.tick("release", 0)
	v.reads("# How many?\nquery Mine {\n  __typename\n}\n")
	assert.Empty(t, v.Problems())
}

func TestExplorer_WritesArguments(t *testing.T) {
	v, _ := visitSite(t)
	v.explore("query Mine {\n  release { number }\n}")
	v.tick("report", 0)
	v.await(editor + `.getValue().includes('report(groupBy: [REGION, PERIOD], granularity: YEAR, first: 10) {')`)
	v.write("query Mine {\n  release { number }\n  report {\n    totalCount\n  }\n}")
	v.await(`(() => { ` + inExplorer + ` return rows('groupBy')[0]?.firstChild.checked === false; })()`) // the explorer follows the text
	v.tick("filter", 0)
	v.tick("within", 0)
	v.reads("query Mine {\n  release { number }\n  report(filter: {within: \"\"}) {\n    totalCount\n  }\n}")
	v.enter("within", `RU-"PRI`)
	v.reads("query Mine {\n  release { number }\n  report(filter: {within: \"RU-\\\"PRI\"}) {\n    totalCount\n  }\n}")
	v.enter("within", "RU-PRI")
	v.tick("nationalities", 0)
	v.enter("nationalities", "KP, CN,")
	v.tick("period", 0)
	v.tick("from", 0)
	v.tick("groupBy", 0)
	v.enter("groupBy", "REGION, PERI")
	v.enter("groupBy", "REGION, PERIOD")
	v.tick("granularity", 0)
	v.enter("granularity", "YEAR")
	v.tick("first", 0)
	v.enter("first", "2")
	v.reads("query Mine {\n  release { number }\n  report(filter: {within: \"RU-PRI\", nationalities: [\"KP\", \"CN\"], period: {from: \"2017-12-22\"}}, groupBy: [REGION, PERIOD], granularity: YEAR, first: 2) {\n    totalCount\n  }\n}")
	v.run(`"totalCount": `)

	v.enter("first", "many")
	v.await(`document.querySelector('.homebound-explorer [aria-label=first]').ariaInvalid === 'true'`)
	for _, argument := range []string{"granularity", "within", "nationalities", "period", "first"} {
		v.tick(argument, 0)
	}
	v.reads("query Mine {\n  release { number }\n  report(filter: {}, groupBy: [REGION, PERIOD]) {\n    totalCount\n  }\n}")
	v.tick("filter", 0)
	v.tick("groupBy", 0)
	v.reads("query Mine {\n  release { number }\n  report {\n    totalCount\n  }\n}")
	v.tick("report", 0)
	v.tick("economicImpact", 0)
	v.await(`document.querySelector('.homebound-arguments input[type=checkbox]').disabled`) // the region has to be named
	v.tick("scenario", 0)
	v.tick("relativeWage", 0)
	v.reads("query Mine {\n  release { number }\n  economicImpact(region: \"RU-PRI\", scenario: {relativeWage: {low: 0, central: 0, high: 0}}) {\n    from\n  }\n}")
	assert.Empty(t, v.Problems())
}

func TestExplorer_KnowsFragmentsAliasesAndTypes(t *testing.T) {
	v, _ := visitSite(t)
	v.explore("query Mine {\n  here: region(code: \"RU-PRI\") { ...Named }\n  there: region(code: \"RU-MOW\") { kind }\n  node(id: \"x\") { id }\n}\n\nfragment Named on Region { name }\n")
	v.within("there: region")
	v.tick("...Named", 0)
	v.within("here: region")
	v.tick("code", 1) // after the argument
	v.within("node")
	v.tick("... on Release", 0)
	v.click(".homebound-explorer summary", 1)
	v.await(editor + `.getValue().includes('on Release')`)
	v.reads("query Mine {\n  here: region(code: \"RU-PRI\") { ...Named code }\n  there: region(code: \"RU-MOW\") { kind ...Named }\n  node(id: \"x\") { id ... on Release {\n    number\n  } }\n}\n\nfragment Named on Region { name }\n")
	v.run(`"kind": "SUBJECT"`)
	assert.Empty(t, v.Problems())
}

func TestExplorer_IsUsedWithTheKeyboardAlone(t *testing.T) {
	v, _ := visitSite(t)
	v.open("/graphiql")
	v.write("# nothing yet")
	v.Do(chromedp.Focus(chromedp.CSS(`[aria-label="Show Field explorer"]`)), chromedp.KeyEvent(kb.Enter))
	v.await(`document.querySelector('.homebound-explorer input[type=checkbox]') !== null`)
	v.await(`(document.querySelector('.homebound-explorer input[type=checkbox]').focus(), true)`)
	for range 2 { // node, nodes, release
		v.Do(chromedp.KeyEvent(kb.ArrowDown))
	}
	v.Do(chromedp.KeyEvent(" "))
	v.reads("# nothing yet\n{\n  release {\n    number\n  }\n}\n")
	v.run(`"number": 2`)
	assert.Empty(t, v.Problems())
}

func TestExplorer_SaysThatAQueryCannotBeRead(t *testing.T) {
	v, _ := visitSite(t)
	v.explore("{ release { number } }")
	v.write("{ release { number }")
	v.await(`document.querySelector('.homebound-explorer').textContent.includes('The query cannot be read as it stands. Syntax Error')`)
	v.write("{ release { number } }")
	v.await(`document.querySelector('.homebound-explorer details') !== null`)
	assert.Empty(t, v.Problems())
}
