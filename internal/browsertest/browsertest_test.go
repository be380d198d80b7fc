package browsertest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
	"homebound/internal/eventually"
)

// serve returns a server with one page that runs a script, under a policy that lets it do little else.
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

// TestNew_KeepsNothingOfAnotherBrowser leaves behind whatever a page can leave, and looks for it with the next
// Browser at the same origin, while the first is there and when it has gone.
func TestNew_KeepsNothingOfAnotherBrowser(t *testing.T) {
	server := serve(t, ``)
	done := chromedp.Poll[bool](`document.title === 'done'`, chromedp.WithPollingTimeout(eventually.Patience))
	const found = `(async () => JSON.stringify({
		local: localStorage.length, session: sessionStorage.length, cookie: document.cookie,
		caches: await caches.keys(), databases: (await indexedDB.databases()).length,
		clipboard: (await navigator.permissions.query({name: 'clipboard-read'})).state,
		dark: matchMedia('(prefers-color-scheme: dark)').matches, size: [innerWidth, innerHeight], fetched: performance.getEntriesByName(location.origin + '/page.js')[0].transferSize > 0,
	}))()`
	look := func(t *testing.T) string {
		t.Helper()
		b := browsertest.New(t, server.URL)
		b.Do(chromedp.Navigate(server.URL))
		browsertest.Get(b, done)
		assert.Empty(t, b.Problems())
		return browsertest.Get(b, chromedp.Evaluate[string](found, chromedp.EvalAwaitPromise))
	}
	fresh := look(t)
	assert.Contains(t, fresh, `"local":0,"session":0,"cookie":"","caches":[],"databases":0`)
	assert.Contains(t, fresh, `"size":[1440,`)

	t.Run("a page that leaves much behind", func(t *testing.T) {
		b := browsertest.New(t, server.URL)
		b.Do(
			func(ctx context.Context, page *chromedp.Target) (chromedp.Void, error) {
				_, err := cdp.Call(ctx, page, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
					Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
				})
				return chromedp.Void{}, err
			},
			chromedp.EmulateViewport(360, 640),
			func(ctx context.Context, page *chromedp.Target) (chromedp.Void, error) {
				_, err := cdp.Call(ctx, page, browser.SetPermission, browser.SetPermissionParams{
					Permission: &browser.PermissionDescriptor{Name: "clipboard-read"}, Setting: browser.PermissionSettingGranted,
					BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
				})
				return chromedp.Void{}, err
			},
			chromedp.Navigate(server.URL),
		)
		browsertest.Get(b, done)
		left := browsertest.Get(b, chromedp.Evaluate[string](`(async () => {
			localStorage.a = sessionStorage.a = 1;
			document.cookie = 'a=1; max-age=3600';
			await caches.open('a');
			await new Promise((end) => { indexedDB.open('a').onsuccess = end; });
			console.error('a problem');
			return await `+found+`;
		})()`, chromedp.EvalAwaitPromise))
		assert.Contains(t, left, `"local":1,"session":1,"cookie":"a=1","caches":["a"],"databases":1,"clipboard":"granted","dark":true,"size":[360,640]`)
		assert.Equal(t, fresh, look(t), "beside it")
		assert.Equal(t, []string{`console error: "a problem"`}, b.Problems())
	})
	assert.Equal(t, fresh, look(t), "after it")
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
