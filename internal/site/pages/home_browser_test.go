package pages_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

// pagesToLookAt are one of each kind; a sample has a page of pictures and one of a statement.
var pagesToLookAt = []string{"/regions/RU-PRI", "/regions", "/regions/RU-FD-FE", "/claims", "/claims/C001",
	"/charts/stock", "/charts/map", "/charts/variants", "/changes", "/nosuch", "/claims/C063"}

func TestPages_AreAccessibleInBothThemesAndOnAPhone(t *testing.T) {
	axe := sitetest.AxeCore(t)
	s := sitetest.WithRelease(t)
	for _, v := range testsize.Sample(sitetest.Views) {
		t.Run(v.String(), func(t *testing.T) {
			browser := browsertest.New(t, s.URL)
			sitetest.Look(t, browser, s.URL, v)
			sitetest.Keep(t, browser, "home "+v.String())
			sitetest.Audit(t, browser, axe, "the page")

			for _, path := range testsize.Sample(pagesToLookAt) {
				sitetest.Look(t, browser, s.URL+path, v)
				sitetest.Keep(t, browser, strings.ReplaceAll(path[1:], "/", "-")+" "+v.String())
				sitetest.Audit(t, browser, axe, path)
				assert.Equal(t, v.Width, browsertest.Get(browser, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)), path)
			}
			sitetest.Look(t, browser, s.URL+"/charts/stock?region=RU", v)
			// Tabs and buttons of series move what is below them as they come: a click before that could miss.
			browser.Do(chromedp.WaitVisible(chromedp.CSS(`[role="tablist"]`)), chromedp.WaitVisible(chromedp.CSS(`.drawing .series`)),
				chromedp.Click(chromedp.CSS(`[aria-haspopup="dialog"]`)), chromedp.WaitVisible(chromedp.CSS("dialog[open]")))
			sitetest.Keep(t, browser, "dialog "+v.String())
			sitetest.Audit(t, browser, axe, "the dialog")
			assert.Empty(t, slices.DeleteFunc(browser.Problems(), func(problem string) bool {
				return strings.Contains(problem, "404") && strings.Contains(problem, "/nosuch")
			}), "but for the page that there is not")
		})
	}
}

func TestPages_FitTheNarrowestPhone(t *testing.T) {
	s := sitetest.WithRelease(t)
	browser := browsertest.New(t, s.URL)
	for _, path := range append([]string{"/"}, pagesToLookAt...) {
		sitetest.Look(t, browser, s.URL+path, sitetest.View{Scheme: "light", Width: 320})
		browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('details').forEach((d) => { d.open = true }); undefined`))
		assert.Equal(t, 320, browsertest.Get(browser, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)), "%s with all details open", path)
		wide := browsertest.Get(browser, chromedp.Evaluate[[]string](`[...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > 321 &&
			!e.closest('.scroller') && !e.closest('.hidden')).map((e) => e.outerHTML.slice(0, 200))`))
		assert.Empty(t, wide, path)
		unfocusable := browsertest.Get(browser, chromedp.Evaluate[int](`[...document.querySelectorAll('.scroller')].filter((e) => e.tabIndex !== 0).length`))
		assert.Zero(t, unfocusable, "what scrolls can be reached with the keyboard")
	}
}

func TestChart_SharesByKeyboard(t *testing.T) {
	s := sitetest.WithRelease(t)
	browser := browsertest.New(t, s.URL)
	sitetest.Look(t, browser, s.URL+"/charts/stock", sitetest.Views[0])
	const opener = `document.querySelector('[aria-haspopup="dialog"]')`
	browser.Do(chromedp.Evaluate[chromedp.Void](opener+`.focus(); undefined`), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS("dialog[open]")))
	assert.True(t, browsertest.Get(browser, chromedp.Evaluate[bool](`document.querySelector('dialog[open]').contains(document.activeElement)`)), "the dialog has the focus")
	snippets := browsertest.Get(browser, chromedp.Evaluate[[]string](`[...document.querySelectorAll('dialog[open] pre')].map((p) => p.textContent)`))
	require.Len(t, snippets, 7)
	assert.Contains(t, snippets[0], `<iframe src="https://homebound.example/embed/stock`)
	assert.Contains(t, snippets[1], `<figure data-homebound="stock"`)
	assert.NotContains(t, snippets[1], "data-release")
	assert.Contains(t, snippets[2], `<homebound-chart chart="stock"`)
	assert.Contains(t, snippets[4], `data-release="1"`)
	assert.Contains(t, snippets[6], "Release 1, published")

	browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('dialog[open] .copying button').focus(); undefined`), chromedp.KeyEvent(kb.Enter))
	sitetest.Await(t, browser, `/^(Copied|Selected)/.test(document.querySelector('dialog[open] [role=status]').textContent)`)

	browser.Do(chromedp.KeyEvent(kb.Escape))
	sitetest.Await(t, browser, `!document.querySelector('dialog[open]') && document.activeElement === `+opener)
	browser.Do(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS("dialog[open]")))
	browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('dialog[open] > button').focus(); undefined`), chromedp.KeyEvent(kb.Enter))
	sitetest.Await(t, browser, `!document.querySelector('dialog[open]')`)
	assert.Empty(t, browser.Problems())
}

// TestHome_IsLight sums up what a first visit takes over the wire.
func TestHome_IsLight(t *testing.T) {
	const most = 300_000
	s := sitetest.WithRelease(t, func(c *web.Config) { c.CacheBytes = 4 << 20 })
	for _, v := range testsize.Sample(sitetest.Views) {
		t.Run(v.String(), func(t *testing.T) {
			browser := browsertest.New(t, s.URL) // one that has kept nothing
			sitetest.Look(t, browser, s.URL, v)
			type transfer struct {
				Name  string
				Bytes int
			}
			transfers := browsertest.Get(browser, chromedp.Evaluate[[]transfer](`[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(
				(e) => ({Name: e.name, Bytes: e.encodedBodySize}))`))
			sum, pictures, counted := 0, 0, map[string]bool{}
			for _, one := range transfers {
				if counted[one.Name] {
					continue // a script takes from the browser's cache what the page has loaded
				}
				counted[one.Name] = true
				assert.Positive(t, one.Bytes, one.Name)
				sum += one.Bytes
				if strings.Contains(one.Name, "/charts/") {
					pictures++
				}
			}
			assert.Equal(t, 4, pictures, "one for each part of the story, in one theme and width: %v", transfers)
			assert.Less(t, sum, most, "%v", transfers)
			assert.Empty(t, browser.Problems(), "and nothing comes from elsewhere")
			t.Logf("%d bytes", sum)
		})
	}
}

func TestPages_EveryLinkLeadsSomewhere(t *testing.T) {
	s := sitetest.WithRelease(t)
	browser := browsertest.New(t, s.URL)
	known := map[string]sitetest.Reply{} // each is asked for once, however many pages lead there
	for _, path := range testsize.Sample([]string{"/", "/releases/1/", "/regions", "/regions/RU-PRI", "/claims", "/claims/C063", "/charts/stock",
		"/releases/1/regions/RU-FD-FE", "/releases/1/charts/variants", "/releases/1/claims/C001"}) {
		sitetest.Look(t, browser, s.URL+path, sitetest.Views[0])
		links := browsertest.Get(browser, chromedp.Evaluate[[]string](`[...new Set([...document.querySelectorAll('a[href], link[href], script[src], source[srcset], img[src]')].map(
			(e) => e.href || e.src || e.srcset))]`))
		own := 0
		for _, link := range links {
			address, err := url.Parse(link)
			require.NoError(t, err)
			if address.Host != "" && !strings.HasPrefix(link, s.URL) {
				assert.Contains(t, []string{"http", "https"}, address.Scheme, link) // sources elsewhere, which no test asks
				continue
			}
			own++
			fragment := address.Fragment
			address.Scheme, address.Host, address.Fragment, address.User = "", "", "", nil
			answer, asked := known[address.String()]
			if !asked {
				answer = s.Get(address.String())
				known[address.String()] = answer
			}
			assert.Equal(t, http.StatusOK, answer.Status, "%s: %.200s", link, answer.Body)
			if fragment != "" {
				says(t, answer.Body, fmt.Sprintf("id=%q", fragment), link)
			}
		}
		assert.Greater(t, own, 12, path)
	}
	assert.Empty(t, browser.Problems())
}
