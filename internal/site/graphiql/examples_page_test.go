package graphiql_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"

	"homebound/internal/browsertest"
	"homebound/internal/site/graphiql"
)

func (v visitor) openExamples() {
	v.Do(chromedp.Click(chromedp.CSS(`[aria-label="Show Examples and saved queries"]`)), chromedp.WaitVisible(chromedp.CSS(".homebound-examples")))
}

// saved returns the names of the reader's own queries.
func (v visitor) saved() []string {
	return browsertest.Get(v.Browser, chromedp.Evaluate[[]string](`[...document.querySelectorAll('.homebound-saved button:first-child')].map((b) => b.textContent)`))
}

func (v visitor) save(name string) {
	v.Do(chromedp.SendKeys(chromedp.CSS(`.homebound-examples form input`), name+kb.Enter))
	v.await(fmt.Sprintf(`document.querySelector('.homebound-examples [role=status]').textContent === %q`, name+" is saved."))
}

func TestExamples_BringBackTheTabsThatWereClosed(t *testing.T) {
	v := visit(t)
	v.open("/graphiql")
	v.await(`document.querySelectorAll('.graphiql-tab').length > 1`)
	for left := v.count(".graphiql-tab") - 1; left > 0; left-- {
		v.click(".graphiql-tab-close", 0)
		v.await(fmt.Sprintf(`document.querySelectorAll('.graphiql-tab').length === %d`, left))
	}
	v.write("query Mine { release { number } }")
	v.await(`document.querySelector('.graphiql-tab-button').textContent === 'Mine'`)
	v.openExamples()
	names := []string{"Mine"}
	for i, example := range graphiql.Examples() {
		v.click(".homebound-examples li button", i)
		v.await(fmt.Sprintf(`%s.getValue() === %q`, editor, example.Query))
		names = append(names, example.Name)
	}
	open := slices.Clone(names)
	open[len(open)-1] = "[" + open[len(open)-1] + "]"
	assert.Equal(t, open, v.tabs())

	v.click(".homebound-examples li button", 1)
	v.await(fmt.Sprintf(`%s.getValue() === %q`, editor, graphiql.Examples()[1].Query))
	names[2] = "[" + names[2] + "]"
	assert.Equal(t, names, v.tabs(), "one that is open is not opened again")
	assert.Empty(t, v.Problems())
}

func TestExamples_KeepTheReadersQueries(t *testing.T) {
	v := visit(t)
	v.open("/graphiql")
	v.openExamples()
	v.write("query Mine($n: Int) { mine }")
	v.await(`(document.querySelectorAll('.graphiql-editor-tool .CodeMirror')[0].CodeMirror.setValue('{"n": 7}'), true)`)
	v.save("Zweite")
	v.write("query Other { other }")
	v.save("My <b>own</b>")
	assert.Equal(t, []string{"My <b>own</b>", "Zweite"}, v.saved())

	v.open("/graphiql")
	v.openExamples()
	assert.Equal(t, []string{"My <b>own</b>", "Zweite"}, v.saved())
	v.Do(chromedp.Click(chromedp.CSS(".homebound-saved:last-child button:first-child")))
	v.await(editor + `.getValue() === 'query Mine($n: Int) { mine }'`)
	v.run("as many as 37,000")
	assert.Equal(t, map[string]any{"n": 7.0}, v.api.last(t).Variables)

	v.Do(chromedp.Click(chromedp.CSS(`[aria-label="Rename Zweite"]`)))
	v.Do(chromedp.SendKeys(chromedp.CSS(`[aria-label="New name of Zweite"]`), " Frage"+kb.Enter))
	v.await(`document.querySelector('.homebound-examples [role=status]').textContent === 'Zweite is now Zweite Frage.'`)
	v.Do(chromedp.Click(chromedp.CSS(`.homebound-saved:first-child [aria-label^="Delete"]`)))
	v.await(`document.querySelectorAll('.homebound-saved').length === 1`)
	v.write("query Third { third }")
	v.save("Zweite Frage")

	v.open("/graphiql")
	v.openExamples()
	assert.Equal(t, []string{"Zweite Frage"}, v.saved())
	v.Do(chromedp.Click(chromedp.CSS(".homebound-saved button:first-child")))
	v.await(editor + `.getValue() === 'query Third { third }'`)
	assert.Empty(t, v.Problems())
}

func TestExamples_AreNoneWhereTheStoreIsDamaged(t *testing.T) {
	v := visit(t)
	v.open("/graphiql")
	v.write("query Mine { mine }")
	v.await(`localStorage.getItem('graphiql:query')?.includes('Mine')`)
	for _, damaged := range []string{"{", "7", "{}", "[null, 7]", `[{"name": 1, "query": "{a}"}]`} {
		v.await(fmt.Sprintf(`(localStorage.setItem('graphiql:savedQueries', %q), true)`, damaged))
		v.open("/graphiql")
		v.openExamples()
		assert.Empty(t, v.saved())
	}
	v.save("whole")
	assert.Equal(t, []string{"whole"}, v.saved())
	assert.Empty(t, v.Problems())
}
