package browsertest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/web/browsertest"
)

// serve gives a server with one page that runs a script, under a policy that lets it do little else.
func serve(t *testing.T, script string) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src *; img-src data:")
		_, _ = w.Write([]byte(`<!doctype html><title>a page</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>`))
	})
	mux.HandleFunc("GET /page.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write([]byte(script + "\ndocument.title = 'done';"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func TestProblems_EmptyForACleanPage(t *testing.T) {
	server := serve(t, `console.log('all is well'); await fetch('/');`)
	browser := browsertest.New(t, server.URL)

	browser.Do(chromedp.Navigate(server.URL))
	browsertest.Get(browser, chromedp.Poll[bool](`document.title === 'done'`))
	assert.Empty(t, browser.Problems())
}

func TestProblems_NamesWhatThePageDidWrong(t *testing.T) {
	for name, test := range map[string]struct{ script, problem string }{
		"an error in the console": {
			`console.error('spoilt', 7);`, `console error: "spoilt" 7`},
		"a warning in the console": {
			`console.warn('nearly spoilt');`, `console warning: "nearly spoilt"`},
		"an uncaught exception": {
			`setTimeout(() => { throw new Error('broken'); });`, `uncaught exception: Error: broken`},
		"an inline style that the policy refuses": {
			`const style = document.createElement('style'); style.textContent = 'p {}'; document.head.append(style);`, `security error: Applying inline style violates`},
		"a request that failed": {
			`await fetch('/missing');`, `network error: Failed to load resource: the server responded with a status of 404`},
		"a request to a foreign origin": {
			`await fetch('http://example.org/').catch(() => {});`, `request to a foreign origin: http://example.org/`},
		"a socket to a foreign origin": {
			`await new Promise((end) => { new WebSocket('ws://127.0.0.1:1/socket').onerror = end; });`, `request to a foreign origin: ws://127.0.0.1:1/socket`},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, test.script)
			browser := browsertest.New(t, server.URL)

			browser.Do(chromedp.Navigate(server.URL))
			browsertest.Get(browser, chromedp.Poll[bool](`new Promise((end) => setTimeout(() => end(document.title === 'done'), 50))`))
			problems := browser.Problems()
			require.NotEmpty(t, problems)
			assert.Contains(t, problems[0], test.problem)
		})
	}
}
