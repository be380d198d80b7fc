package embeds_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
)

// heard is what the live region of the picture has said last.
const heard = `document.querySelector('.drawing [role=status]').textContent`

// inlined waits until the drawing itself stands in the picture's place.
const inlined = `!!document.querySelector('.plot svg [data-value]')`

// TestFigure_IsReadByKeyboard goes along the figures of an embed, and holds what is said against the file's.
func TestFigure_IsReadByKeyboard(t *testing.T) {
	axe := sitetest.AxeCore(t)
	s := sitetest.WithRelease(t)
	browser := browsertest.New(t, s.URL)
	svg := s.Get("/releases/1/embed/stock.svg?region=RU").Body
	var drawn []string
	for _, found := range regexp.MustCompile(`data-value="([^"]+)"`).FindAllStringSubmatch(svg, -1) {
		drawn = append(drawn, found[1])
	}
	require.NotEmpty(t, drawn)
	csv := s.Get("/releases/1/embed/stock.csv?region=RU").Body
	for _, v := range testsize.Sample(sitetest.Views) {
		sitetest.Look(t, browser, s.URL+"/embed/stock?region=RU", v)
		sitetest.Await(t, browser, inlined)
		assert.False(t, browsertest.Get(browser, chromedp.Evaluate[bool](`document.querySelector('picture').checkVisibility()`)))
		browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.plot').focus(); undefined`))
		said := map[string]bool{}
		for range 4 {
			browser.Do(chromedp.KeyEvent(kb.ArrowRight))
			said[browsertest.Get(browser, chromedp.Evaluate[string](heard))] = true
		}
		browser.Do(chromedp.KeyEvent(kb.End), chromedp.KeyEvent(kb.ArrowDown))
		said[browsertest.Get(browser, chromedp.Evaluate[string](heard))] = true
		assert.Greater(t, len(said), 2, "each figure is another: %q", said)
		for text := range said {
			value, _, _ := strings.Cut(text, ". ")
			assert.Contains(t, drawn, value)
			assert.Contains(t, csv, strings.ReplaceAll(strings.TrimSuffix(value, " persons"), ",", ""))
		}
		assert.True(t, browsertest.Get(browser, chromedp.Evaluate[bool](`document.querySelector('.tip').checkVisibility()`)))
		browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('details').forEach(d => { d.open = true })`))
		sitetest.Audit(t, browser, axe, "an interactive picture "+v.String())
		sitetest.Keep(t, browser, "figure "+v.String())
		assert.Equal(t, v.Width, browsertest.Get(browser, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)))
		browser.Do(chromedp.KeyEvent(kb.Escape))
		assert.False(t, browsertest.Get(browser, chromedp.Evaluate[bool](`document.querySelector('.tip').checkVisibility()`)))
	}
	assert.Empty(t, browser.Problems())
}

// told is what the tip beside a mark says, "" where there is none.
const told = `document.querySelector('.tip').hidden ? '' : document.querySelector('.tip').innerText`

// TestFigure_AnswersToTouch taps a mark, another, and beside the picture, and scrolls the page with a finger on it.
func TestFigure_AnswersToTouch(t *testing.T) {
	s := sitetest.WithRelease(t)
	browser := browsertest.New(t, s.URL)
	touch := func(kind input.DispatchTouchEventType, at ...float64) {
		points := []*input.TouchPoint{}
		if len(at) > 0 {
			points = append(points, &input.TouchPoint{X: at[0], Y: at[1]})
		}
		browser.Do(func(ctx context.Context, page *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, page, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points})
			return chromedp.Void{}, err
		})
	}
	tap := func(x, y float64) {
		touch(input.DispatchTouchEventTypeTouchStart, x, y)
		touch(input.DispatchTouchEventTypeTouchEnd)
	}
	browser.Do(func(ctx context.Context, page *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, page, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true, MaxTouchPoints: 1})
		return chromedp.Void{}, err
	})
	for _, path := range []string{"/embed/stock?region=RU", "/charts/stock?region=RU"} {
		sitetest.Look(t, browser, s.URL+path, sitetest.Views[2])
		sitetest.Await(t, browser, inlined)
		browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.plot').scrollIntoView({block: 'end'}); undefined`))
		place := func(of string) (x, y float64) {
			at := browsertest.Get(browser, chromedp.Evaluate[[]float64](`(() => {const b = `+of+`.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]})()`))
			return at[0], at[1]
		}
		x, y := place(`[...document.querySelectorAll('.plot [data-more]')].at(0)`)
		tap(x, y)
		sitetest.Await(t, browser, `(`+told+`).includes(' persons')`)
		first := browsertest.Get(browser, chromedp.Evaluate[string](told))
		assert.NotEmpty(t, browsertest.Get(browser, chromedp.Evaluate[string](heard)), "and who cannot see it hears it")
		otherX, otherY := place(`[...document.querySelectorAll('.plot [data-more]')].at(-1)`)
		tap(otherX, otherY)
		sitetest.Await(t, browser, `(`+told+`).includes(' persons') && (`+told+`) !== `+strconv.Quote(first))
		before := browsertest.Get(browser, chromedp.Evaluate[float64](`scrollY`))
		x, y = place(`document.querySelector('.plot')`)
		touch(input.DispatchTouchEventTypeTouchStart, x, y)
		for step := range 10 {
			touch(input.DispatchTouchEventTypeTouchMove, x, y-float64(step+1)*15)
		}
		touch(input.DispatchTouchEventTypeTouchEnd)
		sitetest.Await(t, browser, fmt.Sprintf(`scrollY > %v + 50`, before))
		_, bottom := place(`document.querySelector('.tools')`)
		tap(355, bottom)
		sitetest.Await(t, browser, `(`+told+`) === ''`)
	}
	assert.Empty(t, browser.Problems())
}

// TestFigure_AnswersToMouseAndLegend points at a mark, and puts a series out of sight.
func TestFigure_AnswersToMouseAndLegend(t *testing.T) {
	s := sitetest.WithRelease(t)
	browser := browsertest.New(t, s.URL)
	sitetest.Look(t, browser, s.URL+"/embed/stock?region=RU", sitetest.Views[0])
	sitetest.Await(t, browser, inlined)
	place := func(n string) (x, y float64) {
		at := browsertest.Get(browser, chromedp.Evaluate[[]float64](`(() => {const b = [...document.querySelectorAll('.plot [data-more]')].at(`+n+`).getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]})()`))
		return at[0], at[1]
	}
	x, y := place("0")
	browser.Do(chromedp.MouseClickXY(x, y))
	assert.Contains(t, browsertest.Get(browser, chromedp.Evaluate[string](told)), " persons")
	const seen = `[...document.querySelectorAll('.plot [data-series="1"]')].filter(m => m.checkVisibility()).length`
	assert.Positive(t, browsertest.Get(browser, chromedp.Evaluate[int](seen)))
	browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.series button').focus(); undefined`), chromedp.KeyEvent(kb.Enter))
	sitetest.Await(t, browser, `document.activeElement.getAttribute('aria-pressed') === 'false'`)
	assert.Zero(t, browsertest.Get(browser, chromedp.Evaluate[int](seen)))
	browser.Do(chromedp.KeyEvent(kb.Enter))
	sitetest.Await(t, browser, `document.activeElement.getAttribute('aria-pressed') === 'true'`)
	assert.Positive(t, browsertest.Get(browser, chromedp.Evaluate[int](seen)))
	assert.Empty(t, browser.Problems())
}

// TestFigure_IsChosenAndFoundAgain moves the slider of a scenario and picks another region: the server draws, and the
// address that a reader has then shows the same, with a script and without.
func TestFigure_IsChosenAndFoundAgain(t *testing.T) {
	s := sitetest.WithRelease(t)
	browser := browsertest.New(t, s.URL)
	sitetest.Look(t, browser, s.URL+"/embed/impact", sitetest.Views[0])
	sitetest.Await(t, browser, inlined)
	const set = `(name, value) => { const f = document.querySelector('.controls').querySelector('[name="' + name + '"]'); f.value = value; f.dispatchEvent(new Event('input', {bubbles: true})) }`
	browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.controls').open = true; (` + set + `)('scenario.stayers', 10)`))
	sitetest.Await(t, browser, `location.search === '?scenario.stayers=10' && document.querySelector('img').alt.includes('stayers 10')`)
	sitetest.Await(t, browser, heard+`.startsWith('Redrawn: Output lost')`)
	browser.Do(chromedp.Evaluate[chromedp.Void](`(` + set + `)('scenario.variant', 'WAGE_SHARE')`))
	sitetest.Await(t, browser, `location.search === '?scenario.stayers=10&scenario.variant=WAGE_SHARE'`)
	const drawing = `document.querySelector('.plot svg').innerHTML`
	sitetest.Await(t, browser, drawing+`.includes('labour’s share was lost')`)
	chosen := browsertest.Get(browser, chromedp.Evaluate[string](drawing))
	browser.Do(chromedp.Reload())
	sitetest.Await(t, browser, inlined)
	assert.Equal(t, chosen, browsertest.Get(browser, chromedp.Evaluate[string](drawing)), "a reload shows the same")
	address := browsertest.Get(browser, chromedp.Evaluate[string](`location.pathname + location.search`))
	assert.Contains(t, s.Get(address).Body, "stayers 10", "and so it does without a script")

	sitetest.Look(t, browser, s.URL+"/embed/stock", sitetest.Views[2])
	sitetest.Await(t, browser, inlined)
	browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('[role=tab][data-view=map]').click()`))
	sitetest.Await(t, browser, `location.pathname === '/embed/map' && document.querySelector('h1').textContent.startsWith('Where permits')`)
	browser.Do(chromedp.Evaluate[chromedp.Void](`(` + set + `)('region', 'RU')`))
	sitetest.Await(t, browser, `location.search === '?region=RU'`)
	browser.Do(chromedp.Evaluate[chromedp.Void](`(` + set + `)('period.from', '2999-01-01'); document.activeElement.blur()`))
	sitetest.Await(t, browser, `document.querySelector('.figure-status').textContent !== '' || location.search.includes('2999')`)
	assert.Empty(t, slices.DeleteFunc(browser.Problems(), func(p string) bool { return strings.Contains(p, "2999") }))
}

// TestFigure_FormIsSentWithoutAScript sends each form as a browser without scripts does.
func TestFigure_FormIsSentWithoutAScript(t *testing.T) {
	s := sitetest.WithRelease(t)
	for _, asked := range []string{"stock?region=RU", "map", "impact?scenario.stayers=10&theme=dark&lang=ru", "compliance"} {
		page := s.Get("/embed/" + asked).Body
		_, form, _ := strings.Cut(page, `<details class="controls">`)
		form, _, _ = strings.Cut(form, "</form>")
		sent := url.Values{}
		for _, input := range regexp.MustCompile(`<input[^>]* name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(form, -1) {
			sent.Set(input[1], input[2])
		}
		for _, list := range regexp.MustCompile(`(?s)<select name="([^"]+)".*?</select>`).FindAllStringSubmatch(form, -1) {
			sent.Set(list[1], regexp.MustCompile(`value="([^"]*)" selected`).FindStringSubmatch(list[0])[1])
		}
		action := regexp.MustCompile(`action="([^"]+)"`).FindStringSubmatch(form)[1]
		answer := s.Get(action + "?" + sent.Encode())
		require.Equal(t, http.StatusOK, answer.Status, "%s: %s", sent.Encode(), answer.Body)
		alt := regexp.MustCompile(`alt="[^"]+"`)
		assert.Equal(t, alt.FindString(page), alt.FindString(answer.Body), "nothing was changed, and nothing is")
	}
}

// TestFigure_ScriptsAreLight sums up the scripts that an embed and a page load, as they come over the wire.
func TestFigure_ScriptsAreLight(t *testing.T) {
	const most = 60_000 // bytes
	s := sitetest.WithRelease(t)
	for _, page := range []string{"/embed/stock", "/"} {
		scripts := map[string]bool{}
		for _, found := range regexp.MustCompile(`<script[^>]* src="(/[^"]+)"`).FindAllStringSubmatch(s.Get(page).Body, -1) {
			scripts[found[1]] = true
		}
		sum := 0
		for waiting := true; waiting; {
			waiting = false
			for name, unread := range scripts {
				if !unread {
					continue
				}
				scripts[name], waiting = false, true
				body := s.Get(name).Body
				sum += packed(t, body)
				for _, found := range regexp.MustCompile(`from '\./([^']+)'`).FindAllStringSubmatch(body, -1) {
					if _, known := scripts["/"+found[1]]; !known {
						scripts["/"+found[1]] = true
					}
				}
			}
		}
		assert.GreaterOrEqual(t, len(scripts), 4, page)
		assert.Less(t, sum, most, page)
		t.Logf("%s: %d bytes in %d scripts", page, sum, len(scripts))
	}
}

func packed(t *testing.T, text string) int {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Len()
}
