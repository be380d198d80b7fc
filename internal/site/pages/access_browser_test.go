package pages_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
)

// receiptPath asks a question, and returns where its receipt is.
func receiptPath(t *testing.T, s *sitetest.Site) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": `{ regions(first: 2) { nodes { name } } report(groupBy: [REGION], first: 3) { rows { permitsIssued } } }`,
		"extensions": map[string]any{"receipt": true}})
	require.NoError(t, err)
	var told struct {
		Extensions struct{ Receipt struct{ URL string } }
	}
	answer := s.Do("POST", "/graphql", string(body), "Content-Type", "application/json")
	require.NoError(t, json.Unmarshal([]byte(answer.Body), &told), answer.Body)
	_, path, found := strings.Cut(told.Extensions.Receipt.URL, "/receipts/")
	require.True(t, found, answer.Body)
	return "/receipts/" + path
}

// TestPages_AreAccessibleAfterUse audits pages as they are once a reader has used them: another view, a series out of sight, the
// form open, the dialog of sharing; in both languages and themes, on phones, and in forced colours.
func TestPages_AreAccessibleAfterUse(t *testing.T) {
	axe := sitetest.AxeCore(t)
	s := sitetest.WithRelease(t)
	receipt := receiptPath(t, s)
	type use struct {
		view sitetest.View
		lang string
	}
	for _, u := range testsize.Sample([]use{{sitetest.View{Scheme: "light", Width: 320}, "ru"},
		{sitetest.View{Scheme: "dark", Width: 390}, "en"}, {sitetest.View{Scheme: "dark", Width: 1280}, "ru"},
		{sitetest.View{Scheme: "light", Width: 1280, Forced: true}, "en"}}) {
		v, lang := u.view, u.lang
		t.Run(v.String(), func(t *testing.T) {
			browser := browsertest.New(t, s.URL)
			for _, path := range testsize.Sample([]string{"/", "/regions/RU-PRI", "/claims/C001", "/changes", receipt, "/charts/stock?region=RU"}) {
				name := strings.ReplaceAll(strings.Trim(path, "/"), "/", "-") + " " + lang
				address := s.URL + path
				if path == receipt {
					name = "receipt" // which speaks English
				} else if lang != "en" {
					address += map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "lang=" + lang
				}
				sitetest.Look(t, browser, address, v)
				fits := func() {
					t.Helper()
					assert.Equal(t, v.Width, browsertest.Get(browser, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)), name)
				}
				fits()
				sitetest.Keep(t, browser, "used "+name+" "+v.String())
				if browsertest.Get(browser, chromedp.Evaluate[bool](`!document.querySelector('figure picture')`)) {
					sitetest.Audit(t, browser, axe, name)
					continue
				}
				sitetest.Await(t, browser, inlined)
				browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('.series button')[1]?.click(); document.querySelectorAll('details').forEach((d) => { d.open = true });
					document.querySelector('.plot').focus(); document.querySelector('.plot').dispatchEvent(new KeyboardEvent('keydown', {key: 'End', bubbles: true})); undefined`))
				sitetest.Await(t, browser, `!!document.querySelector('.controls form') && document.querySelector('.tip').checkVisibility()`)
				sitetest.Audit(t, browser, axe, name+" with a series out of sight and a figure told")
				sitetest.Keep(t, browser, "told "+name+" "+v.String())
				browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('[role=tab]:last-child').click(); undefined`))
				fits()
				browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('[aria-haspopup=dialog]').click(); undefined`))
				sitetest.Await(t, browser, `!!document.querySelector('dialog[open]')`)
				sitetest.Audit(t, browser, axe, name+" with its table and the dialog")
				sitetest.Keep(t, browser, "dialog "+name+" "+v.String())
			}
			assert.Empty(t, browser.Problems())
		})
	}
}

// TestPages_PrintWhole prints pages: pictures are the server's and whole, what only a screen can do is gone, and sources have
// their addresses.
func TestPages_PrintWhole(t *testing.T) {
	s := sitetest.WithRelease(t)
	browser := browsertest.New(t, s.URL)
	for _, path := range testsize.Sample([]string{"/", "/charts/stock?region=RU&hide=1", "/regions/RU-PRI", "/embed/stock?region=RU", "/claims/C001"}) {
		sitetest.Look(t, browser, s.URL+path, sitetest.View{Scheme: "dark", Width: 800})
		if !strings.HasPrefix(path, "/claims") {
			sitetest.Await(t, browser, inlined)
		}
		browser.Do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print",
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "light"}}})
			return chromedp.Void{}, err
		})
		seen := browsertest.Get(browser, chromedp.Evaluate[[]string](`[...document.querySelectorAll('button, [role=tablist], .drawing, .tools, .controls, dialog, header nav, .skip, form')].filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 120))`))
		assert.Empty(t, seen, "%s: what only a screen can do", path)
		sitetest.Await(t, browser, `[...document.querySelectorAll('picture img')].every((i) => i.checkVisibility() && i.naturalWidth > 0 && i.getBoundingClientRect().right <= innerWidth + 1)`)
		assert.Empty(t, browsertest.Get(browser, chromedp.Evaluate[[]string](`[...document.querySelectorAll('main *')].filter((e) => e.checkVisibility() && e.scrollHeight > e.clientHeight + 2 && ['auto', 'scroll', 'hidden'].includes(getComputedStyle(e).overflowY) && !e.matches('.hidden, .heard, .figure-heard, select, option')).map((e) => e.outerHTML.slice(0, 120))`)), "%s: nothing is cut", path)
		printed := browsertest.Get(browser, func(ctx context.Context, target *chromedp.Target) (page.PrintToPDFResult, error) {
			return cdp.Call(ctx, target, page.PrintToPDF, page.PrintToPDFParams{})
		})
		pdf := printed.Data
		require.True(t, strings.HasPrefix(string(pdf), "%PDF"), path)
		if folder := os.Getenv("HOMEBOUND_SCREENSHOTS"); folder != "" {
			require.NoError(t, os.WriteFile(filepath.Join(folder, "print "+strings.ReplaceAll(strings.Trim(path, "/"), "/", "-")+".pdf"), pdf, 0o644))
		}
		if program, err := exec.LookPath("pdftotext"); err == nil && strings.HasPrefix(path, "/claims") {
			text := exec.CommandContext(t.Context(), program, "-", "-")
			text.Stdin = strings.NewReader(string(pdf))
			words, err := text.Output()
			require.NoError(t, err)
			assert.Contains(t, string(words), "https://", "sources have their addresses on paper")
		}
	}
	assert.Empty(t, browser.Problems())
}

// TestPages_KeepTheirLinesInForcedColours looks for what would go away where the system's few colours take the page's place.
func TestPages_KeepTheirLinesInForcedColours(t *testing.T) {
	s := sitetest.WithRelease(t)
	browser := browsertest.New(t, s.URL)
	for _, scheme := range []string{"light", "dark"} {
		v := sitetest.View{Scheme: scheme, Width: 1280, Forced: true}
		sitetest.Look(t, browser, s.URL+"/charts/stock?region=RU", v)
		sitetest.Await(t, browser, inlined+` && matchMedia('(forced-colors: active)').matches`)
		sitetest.Keep(t, browser, "colours "+v.String())
		strokes := browsertest.Get(browser, chromedp.Evaluate[[]string](`[...new Set([...document.querySelectorAll('.plot svg [data-series]')].flatMap((m) => [getComputedStyle(m).stroke, getComputedStyle(m).fill]).filter((c) => c !== 'none'))]`))
		assert.Greater(t, len(strokes), 2, "series keep colours of their own: %v", strokes)
		for _, selector := range []string{".plot", "[role=tab][tabindex='0']", ".series button", ".tools button", "header a"} {
			browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector("` + selector + `").focus({focusVisible: true}); undefined`))
			ring := browsertest.Get(browser, chromedp.Evaluate[string](`(() => { const c = getComputedStyle(document.querySelector("`+selector+`")); return c.outlineStyle + ' ' + parseFloat(c.outlineWidth) })()`))
			assert.NotContains(t, ring, "none", selector)
		}
		chosen := browsertest.Get(browser, chromedp.Evaluate[[]string](`['[role=tab][aria-selected=true]', '[role=tab][aria-selected=false]'].map((s) => getComputedStyle(document.querySelector(s)).borderTopWidth)`))
		assert.NotEqual(t, chosen[0], chosen[1], "the chosen tab is told from others without colours")
	}
	assert.Empty(t, browser.Problems())
}
