package test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
	"homebound/internal/eventually"
)

// openDashboard serves the dashboard of examples/typescript from an origin of its own, and uses it as a reader would.
func (e *exampleRun) openDashboard(t *testing.T) {
	folder := t.TempDir()
	e.run(t, "examples/typescript", "env", "SITE="+folder, "npm", "run", "--silent", "dashboard")
	site := httptest.NewServer(http.FileServer(http.Dir(folder)))
	t.Cleanup(site.Close)
	asked := &counted{}
	target, err := url.Parse(e.server)
	require.NoError(t, err)
	between := httptest.NewServer(asked.by(httputil.NewSingleHostReverseProxy(target)))
	t.Cleanup(between.Close)
	browser := browsertest.New(t, site.URL, between.URL)
	await := func(condition string) {
		t.Helper()
		browsertest.Get(browser, chromedp.Poll[bool](condition, chromedp.WithPollingTimeout(eventually.Patience)))
	}
	const settled = `document.querySelectorAll('[aria-busy=true]').length === 0 && document.querySelector('#employers tbody tr') !== null`
	const first = `document.querySelector('#employers tbody td')?.textContent`
	text := func(selector string) string {
		t.Helper()
		return browsertest.Get(browser, chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector(%q).textContent`, selector)))
	}

	for _, width := range []int64{1280, 390} {
		browser.Do(chromedp.EmulateViewport(width, 900),
			chromedp.Navigate(site.URL+"/?region=RU-FD-FE&year=2017&server="+url.QueryEscape(between.URL)))
		await(settled)
		if width == 1280 { // by an empty cache
			t.Logf("the dashboard opened by %d questions, answered in %d bytes", asked.questions.Load(), asked.bytes.Load())
			assert.LessOrEqual(t, asked.questions.Load(), int64(6), "as the README of examples says")
			assert.LessOrEqual(t, asked.bytes.Load(), int64(6_000), "as the README of examples says")
		}
		assert.LessOrEqual(t, browsertest.Get(browser, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`)), width)
	}
	assert.Contains(t, text("#tiles"), "made up, no finding")
	assert.Regexp(t, `\d[\d.]* billion RUB \([\d.]+ (b|m)illion to [\d.]+ billion\)`, text("#impact"), "the cost comes with its range")
	assert.Contains(t, text("#citation"), "Release 1, published")
	assert.Positive(t, browsertest.Get(browser, chromedp.Evaluate[int](`document.querySelectorAll('#series svg rect, #series svg path').length`)))

	page := browsertest.Get(browser, chromedp.Evaluate[string](first))
	require.Regexp(t, `^1 to 10 of`, text("#place"))
	browser.Do(chromedp.Click(chromedp.CSS("#next")))
	await(`document.querySelector('#place').textContent.startsWith('11 to 20')`)
	assert.NotEqual(t, page, browsertest.Get(browser, chromedp.Evaluate[string](first)))

	browser.Do(chromedp.SendKeys(chromedp.CSS("#search"), page))
	await(settled + ` && ` + first + fmt.Sprintf(` === %q`, page))
	assert.Regexp(t, `^1 to \d+ of \d+$`, text("#place"), "a search begins at the first page")
	browser.Do(chromedp.SendKeys(chromedp.CSS("#search"), " no such name"))
	await(`document.querySelector('#place').textContent === 'none found'`)
	assert.Empty(t, browser.Problems())
}

// counted counts the questions that pass, and the bytes of their answers as they are sent, packed.
type counted struct{ questions, bytes atomic.Int64 }

func (c *counted) by(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			next.ServeHTTP(w, r)
			return
		}
		c.questions.Add(1)
		next.ServeHTTP(countedAnswer{w, &c.bytes}, r)
	})
}

type countedAnswer struct {
	http.ResponseWriter
	bytes *atomic.Int64
}

func (a countedAnswer) Write(text []byte) (int, error) {
	a.bytes.Add(int64(len(text)))
	return a.ResponseWriter.Write(text)
}
