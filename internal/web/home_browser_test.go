package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
	"homebound/internal/web"
)

// view is how a reader looks at a page.
type view struct {
	scheme string // light or dark
	width  int    // in CSS pixels
}

func (v view) String() string { return fmt.Sprintf("%s at %d", v.scheme, v.width) }

var views = []view{{"light", 1280}, {"dark", 1280}, {"light", 360}, {"dark", 360}}

// look opens a page in a view, and waits until its pictures are there.
func look(t *testing.T, browser *browsertest.Browser, address string, v view) {
	t.Helper()
	browser.Do(
		func(ctx context.Context, page *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, page, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
			})
			return chromedp.Void{}, err
		},
		chromedp.EmulateViewport(int64(v.width), 900),
		chromedp.Navigate(address),
	)
	await(t, browser, `document.readyState === 'complete' && (document.querySelectorAll('img').forEach((i) => i.loading = 'eager'), true)`)
	await(t, browser, `[...document.images].every((i) => i.complete && i.naturalWidth > 0)`)
}

// keep puts away what the page looks like, where somebody wants to see it.
func keep(t *testing.T, browser *browsertest.Browser, name string) {
	t.Helper()
	if folder := os.Getenv(screenshots); folder != "" {
		image := browsertest.Get(browser, chromedp.FullScreenshot(100))
		require.NoError(t, os.WriteFile(filepath.Join(folder, name+".png"), image, 0o644))
	}
}

func TestHome_IsAccessibleInBothThemesAndOnAPhone(t *testing.T) {
	axe := axeCore(t)
	s := newSiteWithRelease(t)
	for _, v := range views {
		t.Run(v.String(), func(t *testing.T) {
			browser := browsertest.New(t, s.URL)
			look(t, browser, s.URL, v)
			keep(t, browser, "home "+v.String())
			audit(t, browser, axe, "the page")

			browser.Do(chromedp.Click(chromedp.CSS(`[aria-haspopup="dialog"]`)), chromedp.WaitVisible(chromedp.CSS("dialog[open]")))
			keep(t, browser, "dialog "+v.String())
			audit(t, browser, axe, "the dialog")
			assert.Empty(t, browser.Problems())
		})
	}
}

// axeCore gives the text of the script that audits pages.
func axeCore(t *testing.T) string {
	t.Helper()
	node(t, "")
	text, err := os.ReadFile("clients/node_modules/axe-core/axe.min.js")
	require.NoError(t, err)
	return string(text)
}

// audit runs axe-core on the page as it is.
func audit(t *testing.T, browser *browsertest.Browser, axe, what string) {
	t.Helper()
	browser.Do(chromedp.Evaluate[chromedp.Void](axe))
	const run = `axe.run(document, {resultTypes: ['violations']}).then((found) => { window.found = JSON.stringify({passed: found.passes.length, violations: found.violations.map(
		({id, impact, nodes}) => ({id, impact, nodes: nodes.map((n) => n.html + ' — ' + n.failureSummary)}))}) }, (e) => { window.found = String(e) })`
	browser.Do(chromedp.Evaluate[chromedp.Void](`window.found = undefined; ` + run + `; undefined`))
	await(t, browser, `window.found !== undefined`)
	var found struct {
		Passed     int
		Violations []struct {
			ID, Impact string
			Nodes      []string
		}
	}
	text := browsertest.Get(browser, chromedp.Evaluate[string](`window.found`))
	require.NoError(t, json.Unmarshal([]byte(text), &found), text)
	assert.Greater(t, found.Passed, 15, "rules that found something to look at")
	for _, v := range found.Violations {
		assert.False(t, v.Impact == "serious" || v.Impact == "critical", "%s: %s %s: %s", what, v.Impact, v.ID, strings.Join(v.Nodes, "\n"))
		t.Logf("%s: %s %s: %q", what, v.Impact, v.ID, v.Nodes)
	}
}

func TestHome_FitsTheNarrowestPhone(t *testing.T) {
	s := newSiteWithRelease(t)
	browser := browsertest.New(t, s.URL)
	look(t, browser, s.URL, view{"light", 320})
	browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('details').forEach((d) => { d.open = true }); undefined`))
	assert.Equal(t, 320, browsertest.Get(browser, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)), "with all details open")
	wide := browsertest.Get(browser, chromedp.Evaluate[[]string](`[...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > 321 &&
		!e.closest('.scroller') && !e.closest('.hidden')).map((e) => e.outerHTML.slice(0, 200))`))
	assert.Empty(t, wide)
	unfocusable := browsertest.Get(browser, chromedp.Evaluate[int](`[...document.querySelectorAll('.scroller')].filter((e) => e.tabIndex !== 0).length`))
	assert.Zero(t, unfocusable, "what scrolls can be reached with the keyboard")
}

func TestHome_SharesByKeyboard(t *testing.T) {
	s := newSiteWithRelease(t)
	browser := browsertest.New(t, s.URL)
	look(t, browser, s.URL, views[0])
	const opener = `document.querySelector('[aria-haspopup="dialog"]')`
	browser.Do(chromedp.Evaluate[chromedp.Void](opener+`.focus(); undefined`), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS("dialog[open]")))
	assert.True(t, browsertest.Get(browser, chromedp.Evaluate[bool](`document.querySelector('dialog[open]').contains(document.activeElement)`)), "the dialog has the focus")
	snippets := browsertest.Get(browser, chromedp.Evaluate[[]string](`[...document.querySelectorAll('dialog[open] pre')].map((p) => p.textContent)`))
	require.Len(t, snippets, 3)
	assert.Contains(t, snippets[0], `<figure data-homebound="stock"`)
	assert.NotContains(t, snippets[0], "data-release")
	assert.Contains(t, snippets[1], `data-release="1"`)
	assert.Contains(t, snippets[2], "Release 1, published")

	browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('dialog[open] .copying button').focus(); undefined`), chromedp.KeyEvent(kb.Enter))
	await(t, browser, `/^(Copied|Selected)/.test(document.querySelector('dialog[open] [role=status]').textContent)`)

	browser.Do(chromedp.KeyEvent(kb.Escape))
	await(t, browser, `!document.querySelector('dialog[open]') && document.activeElement === `+opener)
	browser.Do(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS("dialog[open]")))
	browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('dialog[open] > button').focus(); undefined`), chromedp.KeyEvent(kb.Enter))
	await(t, browser, `!document.querySelector('dialog[open]')`)
	assert.Empty(t, browser.Problems())
}

// TestHome_IsLight sums up what a first visit takes over the wire.
func TestHome_IsLight(t *testing.T) {
	const most = 300_000
	s := newSiteWithRelease(t, func(c *web.Config) { c.CacheBytes = 4 << 20 })
	for _, v := range views {
		t.Run(v.String(), func(t *testing.T) {
			browser := browsertest.New(t, s.URL) // one that has kept nothing
			look(t, browser, s.URL, v)
			type transfer struct {
				Name  string
				Bytes int
			}
			transfers := browsertest.Get(browser, chromedp.Evaluate[[]transfer](`[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(
				(e) => ({Name: e.name, Bytes: e.encodedBodySize}))`))
			sum, pictures := 0, 0
			for _, one := range transfers {
				assert.Positive(t, one.Bytes, one.Name)
				sum += one.Bytes
				if strings.Contains(one.Name, "/charts/") {
					pictures++
				}
			}
			assert.Equal(t, 6, pictures, "one for each part of the story, a map and one of the country, in one theme and width: %v", transfers)
			assert.Less(t, sum, most, "%v", transfers)
			assert.Empty(t, browser.Problems(), "and nothing comes from elsewhere")
			t.Logf("%d bytes", sum)
		})
	}
}

func TestHome_EveryLinkLeadsSomewhere(t *testing.T) {
	s := newSiteWithRelease(t)
	browser := browsertest.New(t, s.URL)
	for _, path := range []string{"/", "/releases/1/"} {
		look(t, browser, s.URL+path, views[0])
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
			answer := s.get(address.String())
			assert.Equal(t, http.StatusOK, answer.status, "%s: %.200s", link, answer.body)
			if fragment != "" {
				says(t, answer.body, fmt.Sprintf("id=%q", fragment), link)
			}
		}
		assert.Greater(t, own, 40)
	}
	assert.Empty(t, browser.Problems())
}

func TestHome_IsWholeWithoutScripts(t *testing.T) {
	s := newSiteWithRelease(t)
	page := s.get("/").body
	says(t, page, "<summary>Share / embed</summary>")
	says(t, page, `&lt;figure data-homebound=&#34;stock&#34; data-release=&#34;1&#34;`)
	saysNot(t, page, "<button", "a control that would do nothing")
	saysNot(t, page, "<dialog")
}
