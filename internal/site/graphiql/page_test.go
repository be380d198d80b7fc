package graphiql_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
	"homebound/internal/eventually"
	"homebound/internal/site/graphiql"
)

// request is what GraphiQL posts.
type request struct {
	Query         string         `json:"query"`
	Variables     map[string]any `json:"variables"`
	OperationName string         `json:"operationName"`
	authorization string
}

// api stands for the GraphQL endpoint: it knows one schema, gives every query the same answer, and keeps what was
// asked.
type api struct {
	introspection []byte

	mu    sync.Mutex
	asked []request
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked := request{authorization: r.Header.Get("Authorization")}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	switch {
	case asked.OperationName == "IntrospectionQuery":
		w.Header().Set("Content-Type", "application/graphql-response+json")
		_, _ = w.Write(a.introspection)
		return
	case strings.HasPrefix(r.Header.Get("Accept"), "text/event-stream"):
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, ":\n\nevent: next\ndata: {\"data\":{\"releasePublished\":{\"number\":7}}}\n\nevent: complete\ndata:\n\n")
	case strings.Contains(asked.Query, "down"):
		http.Error(w, "out for maintenance", http.StatusServiceUnavailable)
	default:
		w.Header().Set("Content-Type", "application/graphql-response+json")
		fmt.Fprint(w, `{"data":{"answer":"as many as 37,000"}}`)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, asked)
}

// requests returns what was asked so far, in order, but for the schema.
func (a *api) requests() []request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.asked)
}

func (a *api) last(t *testing.T) request {
	t.Helper()
	asked := a.requests()
	require.NotEmpty(t, asked, "GraphiQL posted no query")
	return asked[len(asked)-1]
}

// principal is a browser before a server that has the page at /graphiql and an api at /graphql.
type visitor struct {
	*browsertest.Browser
	t      *testing.T
	api    *api
	origin string
}

func visit(t *testing.T) visitor {
	t.Helper()
	introspection, err := os.ReadFile("testdata/introspection.json")
	require.NoError(t, err)
	api := &api{introspection: introspection}

	mux := http.NewServeMux()
	page := graphiql.Handler("/graphiql", "/graphql")
	mux.Handle("/graphiql", page)
	mux.Handle("/graphiql/", page)
	mux.Handle("POST /graphql", api)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return visitor{Browser: browsertest.New(t, server.URL), t: t, api: api, origin: server.URL}
}

const (
	runButton = chromedp.CSS(".graphiql-execute-button")
	answer    = `document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()`
	editor    = `document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror`
)

// open goes to the page and waits until its four editors are there (query, variables, headers, response: each comes
// with a script of its own), a query stands in the first, and the schema is known.
func (v visitor) open(path string) {
	v.Do(chromedp.Navigate(v.origin+path), chromedp.WaitVisible(runButton))
	v.await(`document.querySelectorAll('.CodeMirror').length === 4`)
	v.await(editor + `.getValue() !== '' && !document.querySelector('.graphiql-spinner')`)
}

// count returns how many elements fit a selector.
func (v visitor) count(selector string) int {
	return browsertest.Get(v.Browser, chromedp.Evaluate[int](fmt.Sprintf(`document.querySelectorAll(%q).length`, selector)))
}

// click waits for the element of a selector at a place, and clicks it once.
func (v visitor) click(selector string, at int) {
	v.t.Helper()
	v.await(fmt.Sprintf(`document.querySelectorAll(%q).length > %d`, selector, at))
	browsertest.Get(v.Browser, chromedp.Evaluate[bool](fmt.Sprintf(`(document.querySelectorAll(%q)[%d].click(), true)`, selector, at)))
}

// await waits until an expression holds in the page.
func (v visitor) await(expression string) {
	v.t.Helper()
	_, err := chromedp.Run(v.Context(), chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(eventually.Patience)))
	if err != nil {
		shown, _ := chromedp.Run(v.Context(), chromedp.Evaluate[string](answer)) // the page may be gone with the wait
		require.NoError(v.t, err, "waiting for %s; the browser complains of %q; the answer shown is %s", expression, v.Problems(), shown)
	}
}

// run presses the execute button and waits until the answer holds a text.
func (v visitor) run(expected string) {
	v.t.Helper()
	v.Do(chromedp.Click(runButton))
	v.await(fmt.Sprintf(`%s.includes(%q)`, answer, expected))
}

// tabs returns the titles of the tabs, the one that is open in brackets.
func (v visitor) tabs() []string {
	return browsertest.Get(v.Browser, chromedp.Evaluate[[]string](`[...document.querySelectorAll('.graphiql-tab-button')].map(
		(tab) => tab.closest('[aria-selected=true]') ? '[' + tab.textContent + ']' : tab.textContent)`))
}

func (v visitor) query() string {
	return browsertest.Get(v.Browser, chromedp.Evaluate[string](editor+`.getValue()`))
}

func (v visitor) write(query string) {
	v.await(fmt.Sprintf(`(%s.setValue(%q), true)`, editor, query))
}

func TestPage_OpensWithFourTabsAndRunsTheFirst(t *testing.T) {
	v := visit(t)
	v.open("/graphiql")
	assert.Equal(t, "Homebound GraphiQL", browsertest.Get(v.Browser, chromedp.Title()))
	assert.Equal(t, []string{"[FarEastImpact]", "PermitsByRegionAndYear", "Compliance2397", "AmbassadorsClaims"}, v.tabs())

	v.run("as many as 37,000")
	assert.Equal(t, graphiql.Tabs()[0].Query, v.api.last(t).Query)
	assert.Equal(t, "FarEastImpact", v.api.last(t).OperationName)
	assert.Empty(t, v.Problems())
}

func TestPage_RunsWhatWasPastedThisMoment(t *testing.T) {
	v := visit(t)
	v.open("/graphiql")
	browsertest.Get(v.Browser, chromedp.Evaluate[bool](fmt.Sprintf(`(%s.setValue("query Pasted { answer }"), document.querySelector(%q).click(), true)`, editor, runButton)))
	v.await(fmt.Sprintf(`%s.includes("as many as 37,000")`, answer))
	assert.Equal(t, "query Pasted { answer }", v.api.last(t).Query)
	assert.Equal(t, "Pasted", v.api.last(t).OperationName, "GraphiQL reads the name of an operation a moment after its text")
	assert.Empty(t, v.Problems())
}

func TestPage_ShowsTheSchemaAndItsMenusWithinThePolicy(t *testing.T) {
	v := visit(t)
	v.open("/graphiql")
	v.Do(
		chromedp.Click(chromedp.CSS(`[aria-label="Show Documentation Explorer"]`)),
		chromedp.WaitVisible(chromedp.CSS(".graphiql-doc-explorer-content")),
	)
	v.await(`document.querySelector('.graphiql-doc-explorer-content').textContent.includes('A corner of the contract')`)
	for _, dialog := range []string{"Open short keys dialog", "Open settings dialog"} {
		v.Do(
			chromedp.Click(chromedp.CSS(fmt.Sprintf(`[aria-label=%q]`, dialog))),
			chromedp.WaitVisible(chromedp.CSS(".graphiql-dialog")),
			chromedp.KeyEvent(kb.Escape),
			chromedp.WaitNotPresent(chromedp.CSS(".graphiql-dialog")),
		)
	}
	assert.Empty(t, v.Problems())
}

func TestPage_SearchesWithinThePolicy(t *testing.T) {
	v := visit(t)
	v.open("/graphiql")
	for _, dialog := range []struct {
		key      string
		modifier chromedp.Modifier
		label    string
	}{
		{"f", chromedp.ModifierCtrl, "Search:"},
		{"g", chromedp.ModifierAlt, "Jump to line:"},
	} {
		v.await(fmt.Sprintf(`(%s.focus(), true)`, editor))
		v.Do(
			chromedp.KeyEvent(dialog.key, chromedp.KeyModifiers(dialog.modifier)),
			chromedp.WaitVisible(chromedp.CSS(".CodeMirror-search-field")),
		)
		v.await(fmt.Sprintf(`document.querySelector('.CodeMirror-dialog').textContent.includes(%q)`, dialog.label))
		v.Do(chromedp.KeyEvent(kb.Escape), chromedp.WaitNotPresent(chromedp.CSS(".CodeMirror-dialog")))
	}
	assert.Empty(t, v.Problems())
}

func TestPage_KeepsTheReadersTabsOnTheNextVisit(t *testing.T) {
	v := visit(t)
	v.open("/graphiql")
	v.write("query Mine { release { number } }")
	v.await(`localStorage.getItem('graphiql:tabState')?.includes('Mine')`)

	v.open("/graphiql")
	assert.Equal(t, []string{"[Mine]", "PermitsByRegionAndYear", "Compliance2397", "AmbassadorsClaims"}, v.tabs())
	assert.Empty(t, v.Problems())
}

func TestPage_KeepsTheTabsOfAVisitInWhichNothingWasWritten(t *testing.T) {
	v := visit(t)
	v.open("/graphiql")
	v.await(`localStorage.getItem('graphiql:tabState') !== null`)

	v.open("/graphiql")
	assert.Equal(t, []string{"[FarEastImpact]", "PermitsByRegionAndYear", "Compliance2397", "AmbassadorsClaims"}, v.tabs())
	assert.Empty(t, v.Problems())
}

func TestPage_OpensALinkedQuery(t *testing.T) {
	v := visit(t)
	const document = "query First { a }\n\nquery Second($region: String!) { economicImpact(region: $region) { workerYearsLost } }"
	link := "/graphiql?" + url.Values{
		"query": {document}, "variables": {`{"region": "RU-PRI"}`}, "operationName": {"Second"},
	}.Encode()

	for range 2 { // the second visit finds the tabs of the first
		v.open(link)
		assert.Equal(t, []string{"[First]", "FarEastImpact", "PermitsByRegionAndYear", "Compliance2397", "AmbassadorsClaims"}, v.tabs())
		assert.Equal(t, document, v.query())
	}
	assert.Empty(t, v.api.requests(), "a link runs nothing by itself")

	v.run("as many as 37,000")
	assert.Equal(t, document, v.api.last(t).Query)
	assert.Equal(t, map[string]any{"region": "RU-PRI"}, v.api.last(t).Variables)
	assert.Equal(t, "Second", v.api.last(t).OperationName)

	v.Do(chromedp.Click(chromedp.CSS(".graphiql-tab:nth-of-type(2) .graphiql-tab-button")))
	v.await(editor + `.getValue().includes('FarEastImpact')`)
	v.await(`!document.querySelector('.graphiql-execute-button').ariaHasPopup`) // that of the tab before offers its two operations
	v.run("as many as 37,000")
	assert.Equal(t, "FarEastImpact", v.api.last(t).OperationName, "the link's operation is that of its own tab alone")
	assert.Empty(t, v.Problems())
}

func TestPage_SaysWhyALinkIsNotOpened(t *testing.T) {
	v := visit(t)
	for reason, link := range map[string]url.Values{
		"The link's variables are not a JSON object": {"query": {"{a}"}, "variables": {`["RU-PRI"]`}},
		"The link's query has 70000 characters":      {"query": {strings.Repeat("a", 70_000)}},
	} {
		v.open("/graphiql?" + link.Encode())
		assert.Contains(t, v.query(), reason)
	}
	assert.Empty(t, v.Problems())
}

func TestPage_FollowsASubscription(t *testing.T) {
	v := visit(t)
	v.open("/graphiql?" + url.Values{"query": {"subscription Releases { releasePublished { number } }"}}.Encode())
	v.run(`"number": 7`)
	assert.Empty(t, v.Problems())
}

func TestPage_ShowsAnAnswerThatIsNotGraphQL(t *testing.T) {
	v := visit(t)
	v.open("/graphiql?" + url.Values{"query": {"{ down }"}}.Encode())
	v.run("The server answered 503 Service Unavailable: out for maintenance")
}

func TestPage_SendsTheHeadersOfTheReader(t *testing.T) {
	v := visit(t)
	v.open("/graphiql")
	v.Do(chromedp.Click(chromedp.CSS(`[data-name="headers"]`)))
	const headers = `document.querySelector('[aria-label="Headers"] .graphiql-editor:not(.hidden) .CodeMirror')`
	v.await(headers + ` !== null`)
	v.await(`(` + headers + `.CodeMirror.setValue('{"Authorization": "Bearer k"}'), true)`)
	v.run("as many as 37,000")
	assert.Equal(t, "Bearer k", v.api.last(t).authorization)
	v.await(`localStorage.getItem('graphiql:queries')?.includes('FarEastImpact')`)
	assert.NotContains(t, browsertest.Get(v.Browser, chromedp.Evaluate[string](`JSON.stringify(localStorage)`)), "Bearer", "a key is not kept")
	assert.Empty(t, v.Problems())
}
