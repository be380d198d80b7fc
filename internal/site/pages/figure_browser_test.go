package pages_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"

	"homebound/internal/browsertest"
	"homebound/internal/eventually"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
)

// inlined waits until the drawing itself stands in the place of the page's first picture, with its tabs. Those of another may be
// there before it.
const inlined = `['.plot svg [data-value]', '[role=tablist]'].every((part) => document.querySelector('.tools')?.parentElement.querySelector(part))`

// pressed lists which series' buttons are pressed, and seen whether marks of each are seen.
const (
	pressed = `[...document.querySelectorAll('.series button')].map((b) => b.getAttribute('aria-pressed')).join()`
	seen    = `[...document.querySelectorAll('.series button')].map((b, i) => [...document.querySelectorAll('.plot [data-series="' + (i + 1) + '"]')].some((m) => m.checkVisibility())).join()`
)

// TestFigure_SeriesOutOfSightAreInTheAddress puts a series out of sight: who opens the address, comes back to it, or reads it in
// another language sees the same; the server draws all the same.
func TestFigure_SeriesOutOfSightAreInTheAddress(t *testing.T) {
	s := sitetest.WithRelease(t)
	browser := browsertest.New(t, s.URL)
	is := func(expression string) { t.Helper(); sitetest.Await(t, browser, expression) }
	for _, of := range testsize.Sample([]struct{ page, kept string }{
		{"/charts/stock?region=RU", "&hide=2"}, {"/embed/stock?region=RU", "&hide=2"}, {"/", "%26hide%3D2"},
	}) {
		page, kept := of.page, of.kept
		sitetest.Look(t, browser, s.URL+page, sitetest.Views[0])
		is(inlined)
		is(pressed + `.startsWith('true,true') && ` + seen + ` === ` + pressed)
		browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('.series button')[1].focus(); undefined`), chromedp.KeyEvent(kb.Enter))
		const hidden = pressed + `.startsWith('true,false') && ` + seen + ` === ` + pressed
		is(hidden)
		address := browsertest.Get(browser, chromedp.Evaluate[string](`location.pathname + location.search`))
		assert.Contains(t, address+"&", kept, page)
		local := browsertest.Get(browser, chromedp.Evaluate[string](`document.querySelector('a[data-lang]')?.getAttribute('href') ?? ''`))

		other := browsertest.New(t, s.URL)
		sitetest.Look(t, other, s.URL+address, sitetest.Views[2])
		sitetest.Await(t, other, inlined+` && `+hidden)
		assert.Empty(t, other.Problems())

		move := func(steps, to, shown string) {
			t.Helper()
			browser.Do(chromedp.Evaluate[chromedp.Void](`setTimeout(() => history.go(` + steps + `)); undefined`))
			eventually.True(t, func() bool { // while it navigates, no page answers
				at, err := chromedp.Run(browser.Context(), chromedp.Evaluate[bool](`location.href.endsWith(`+strconv.Quote(to)+`) && document.readyState === 'complete' && `+shown))
				return err == nil && at
			}, sitetest.WaitFor, 50*time.Millisecond, "%s in %s", shown, to)
		}
		sitetest.Look(t, browser, s.URL+"/regions", sitetest.Views[0])
		move("-1", address, inlined+` && `+hidden)
		move("1", "/regions", "true")
		move("-1", address, inlined+` && `+hidden)
		if local != "" {
			browser.Do(chromedp.Navigate(local))
			is(`document.documentElement.lang === 'ru' && ` + inlined + ` && ` + hidden)
		}
		browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('.series button')[1].click()`))
		is(`!location.search.includes('hide')`)
	}
	assert.Empty(t, browser.Problems())
	assert.Equal(t, s.Get("/embed/stock.svg?region=RU").Body, s.Get("/embed/stock.svg?region=RU&hide=2").Body)
	assert.Contains(t, s.Get("/embed/stock?hide=all").Body, "Expected for hide numbers of series")
}

// TestFigure_ViewsAreTabs goes through chart, map and table with the keyboard, and shares the last of them.
func TestFigure_ViewsAreTabs(t *testing.T) {
	axe := sitetest.AxeCore(t)
	s := sitetest.WithRelease(t)
	browser := browsertest.New(t, s.URL)
	is := func(expression string) { t.Helper(); sitetest.Await(t, browser, expression) }
	const (
		chosen = `[...document.querySelector('[role=tablist]').children].map((t) => t.textContent + (t.getAttribute('aria-selected') === 'true' ? '*' : '') + (t.tabIndex === 0 ? '0' : '')).join()`
		shown  = `(() => { const t = document.activeElement; const p = document.getElementById(t.getAttribute('aria-controls'))
			return t.matches('[role=tab][aria-selected=true]') && p.matches('[role=tabpanel]') && p.checkVisibility() && p.getAttribute('aria-labelledby') === t.id &&
				[...t.closest('figure, main').querySelectorAll('.panel')].filter((o) => o.checkVisibility()).length === 1 })()`
	)
	for _, of := range testsize.Sample([]struct{ page, asked string }{{"/charts/stock?region=RU", "region=RU"},
		{"/embed/stock?region=RU", "region=RU"}, {"/regions/RU", "nationalities=KP&region=RU"}}) {
		page, asked := of.page, of.asked
		key := func(keys, tabs, address string) {
			t.Helper()
			browser.Do(chromedp.KeyEvent(keys))
			is(chosen + ` === '` + tabs + `' && ` + shown)
			is(`decodeURIComponent(location.pathname + location.search).endsWith('` + address + `')`)
		}
		back := page // to what the page began with, which its address need not say
		sitetest.Look(t, browser, s.URL+page, sitetest.Views[0])
		is(inlined)
		is(chosen + ` === 'Chart*0,Map,Table'`)
		browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('[role=tablist] [tabindex="0"]').focus(); undefined`))
		key(kb.ArrowRight, "Chart,Map*0,Table", "map?"+asked)
		is(`document.querySelector('.plot').getAttribute('aria-label').includes('Where permits were issued')`)
		key(kb.End, "Chart,Map,Table*0", "map?"+asked+"&view=table")
		is(`document.querySelector('.panel:not(.away) thead').textContent.includes('per_1000_employed') || document.querySelector('.panel:not(.away) thead').textContent.includes('Per 1,000 employed')`)
		key(kb.ArrowRight, "Chart*0,Map,Table", back)
		is(`document.querySelector('.plot').getAttribute('aria-label').includes('present')`)
		key(kb.ArrowLeft, "Chart,Map,Table*0", "stock?"+asked+"&view=table")
		sitetest.Audit(t, browser, axe, "the table of "+page)
		address := browsertest.Get(browser, chromedp.Evaluate[string](`location.pathname + location.search`))
		browser.Do(chromedp.Navigate(s.URL + address))
		is(`!!document.querySelector('[role=tablist]')`)
		is(chosen + ` === 'Chart,Map,Table*0'`)
		browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('[role=tablist] [tabindex="0"]').focus(); undefined`))
		is(shown)
		key(kb.Home, "Chart*0,Map,Table", back)
	}
	assert.Empty(t, browser.Problems())
	page := s.Get("/embed/stock?view=table").Body
	assert.Contains(t, page, `<details class="figures" id="table" open>`, "and so it is without a script")
	assert.Contains(t, s.Get("/embed/stock?view=pie").Body, "Expected for view the word table")
}
