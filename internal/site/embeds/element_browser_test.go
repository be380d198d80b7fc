package embeds_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
	"homebound/internal/eventually"
	"homebound/internal/site/sitetest"
)

// pinned is the module as a page takes it in that holds it against its hash.
func pinned(t *testing.T, s *sitetest.Site) (script, path string) {
	t.Helper()
	var about struct{ Src, Integrity string }
	require.NoError(t, json.Unmarshal([]byte(s.Get("/homebound-chart.json").Body), &about))
	path = strings.TrimPrefix(about.Src, "https://homebound.example")
	return `<script type="module" src="` + s.URL + path + `" integrity="` + about.Integrity + `" crossorigin="anonymous"></script>`, path
}

// strictly allows no more than docs/EMBEDDING.md says that the element needs.
func strictly(there *elsewhere, s *sitetest.Site, path string) {
	there.header.Set("Content-Security-Policy", "default-src 'none'; script-src "+s.URL+path+"; frame-src "+s.URL+
		"; img-src data: "+s.URL+"; require-trusted-types-for 'script'")
}

const listen = `told = []; ['loaded', 'resized', 'selected'].forEach((name) => document.addEventListener(name, ({ type, target, detail }) => told.push({ type, id: target.id, detail }))); undefined`

// lastTold waits for an event, and returns the last one of its kind.
func lastTold(t *testing.T, browser *browsertest.Browser, kind, condition string) map[string]any {
	t.Helper()
	find := `told.findLast(({ type, id, detail }) => type === '` + kind + `' && (` + condition + `))`
	comes(t, browser, `!!`+find)
	var told map[string]any
	require.NoError(t, json.Unmarshal([]byte(browsertest.Get(browser, chromedp.Evaluate[string](`JSON.stringify(`+find+`)`))), &told))
	return told["detail"].(map[string]any)
}

func run(browser *browsertest.Browser, script string) {
	browser.Do(chromedp.Evaluate[chromedp.Void](script + `; undefined`))
}

// TestElement_IsAComponentOnAStrictPageOfAnotherOrigin walks through all that a page can do with the element.
func TestElement_IsAComponentOnAStrictPageOfAnotherOrigin(t *testing.T) {
	s, there := sitetest.WithRelease(t), newElsewhere(t)
	script, path := pinned(t, s)
	strictly(there, s, path)
	browser := browsertest.New(t, s.URL, there.URL)
	resize(browser, 1000)
	browser.Do(chromedp.Navigate(there.show("/", `<homebound-chart id="c" chart="stock" region="RU-FD-FE" class="wide" data-reactid="7" data-v-7ba5bd90 aria-label="x"><a href="#">Workers present</a></homebound-chart>`+script)))
	run(browser, listen)
	shown := func(expression string) string {
		return browsertest.Get(browser, chromedp.Evaluate[string](`String(`+expression+`)`))
	}
	const frame = `c.shadowRoot.querySelector('iframe')`
	comes(t, browser, frame+`?.src.length > 0`)
	assert.Equal(t, s.URL+"/embed/stock?region=RU-FD-FE", shown(frame+`.src`), "what others have set is no parameter")

	// It follows its attributes.
	run(browser, `c.setAttribute('region', 'RU-PRI'); c.setAttribute('period-from', '2016-01-01'); c.setAttribute('title', 'Who was there?'); c.setAttribute('notes', 'A note of ours.'); c.setAttribute('accent', '#aa3300'); c.setAttribute('lang', 'ru'); c.dataset.theme = 'light'`)
	loaded := lastTold(t, browser, "loaded", `id === 'c' && detail.title === 'Who was there?'`)
	assert.Equal(t, s.URL+"/embed/stock?accent=%23aa3300&lang=ru&notes=A+note+of+ours.&period.from=2016-01-01&region=RU-PRI&theme=light&title=Who+was+there%3F", loaded["address"])
	assert.Equal(t, []any{"stock", 1.0, true, "ru"}, []any{loaded["chart"], loaded["release"], loaded["live"], loaded["lang"]})
	assert.Equal(t, "Who was there?", shown(frame+`.title`))
	words := within[string](t, browser, "title=Who", `document.querySelector('main').innerText`)
	assert.Contains(t, words, "Таблица")
	assert.Contains(t, within[string](t, browser, "title=Who", `document.querySelector('caption').textContent`), "Сколько было работников: Приморский край.", "what the figures are of stays")
	svg := s.Get(within[string](t, browser, "title=Who", `(({pathname, search}) => pathname + search)(new URL(document.querySelector('img').currentSrc))`)).Body
	for _, said := range []string{"Who was there?", "A note of ours."} {
		assert.Contains(t, svg, said)
	}
	assert.Contains(t, s.Get("/charts/permits.svg?accent=aa3300").Body, "#AA3300", "the first colour; made-up lines have none")

	// It is as high as what is in it.
	height := lastTold(t, browser, "resized", `id === 'c' && detail.height > 300`)["height"]
	eventually.True(t, func() bool {
		height = lastTold(t, browser, "resized", `id === 'c'`)["height"]
		return browsertest.Get(browser, chromedp.Evaluate[float64](frame+`.getBoundingClientRect().height`)) == height
	}, sitetest.WaitFor, 20*time.Millisecond)

	// A reader selects a row, by mouse and by keyboard.
	within[bool](t, browser, "title=Who", `document.querySelector('[role=tab][data-view=table]').click(), document.querySelectorAll('tbody tr')[1].click(), true`)
	row := lastTold(t, browser, "selected", `id === 'c'`)["row"].(map[string]any)
	assert.Equal(t, "register", row["series"])
	within[bool](t, browser, "title=Who", `(() => { const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })); document.querySelectorAll('tbody tr')[1].focus(); press('ArrowDown'); press('Enter'); return true })()`)
	assert.NotEqual(t, row["from"], lastTold(t, browser, "selected", `detail.row.from !== '`+row["from"].(string)+`'`)["row"].(map[string]any)["from"])

	// It works within the shadow of another component, and is told apart from its neighbour.
	run(browser, `host = document.createElement('section'); document.body.append(host); host.attachShadow({ mode: 'closed' }).append(inner = document.createElement('homebound-chart')); inner.id = 'inner'; inner.setAttribute('chart', 'outcomes'); inner.setAttribute('release', '1')`)
	run(browser, `inner.addEventListener('loaded', ({ detail }) => told.push({ type: 'loaded', id: 'inner', detail }))`)
	assert.Equal(t, false, lastTold(t, browser, "loaded", `id === 'inner'`)["live"])

	// On paper it is a picture, which is never cut.
	comes(t, browser, `c.shadowRoot.querySelector('.printable') !== null`)
	browser.Do(func(ctx context.Context, page *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, page, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return chromedp.Void{}, err
	})
	assert.Equal(t, "none", shown(`getComputedStyle(`+frame+`).display`))
	assert.Equal(t, "block avoid", shown(`(({ display, breakInside }) => display + ' ' + breakInside)(getComputedStyle(c.shadowRoot.querySelector('img')))`))
	browser.Do(func(ctx context.Context, page *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, page, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
		return chromedp.Void{}, err
	})
	require.Empty(t, browser.Problems(), "the page's policy allows all that is needed")

	// It follows a new release, and the archived one beside it stays.
	s.Publish(310)
	eventually.True(t, func() bool {
		within[bool](t, browser, "title=Who", `dispatchEvent(new Event('online'))`)
		return browsertest.Get(browser, chromedp.Evaluate[bool](`told.some(({ type, id, detail }) => type === 'loaded' && id === 'c' && detail.release === 2)`))
	}, sitetest.WaitFor, 200*time.Millisecond)
	assert.Equal(t, "0", shown(`told.filter(({ type, id, detail }) => type === 'loaded' && id === 'inner' && detail.release !== 1).length`))

	run(browser, `gone = c; gone.remove()`)
	run(browser, `document.body.prepend(gone)`)
	lastTold(t, browser, "loaded", `id === 'c' && told.filter((one) => one.type === 'loaded' && one.id === 'c').length > 2`)
}

// TestElement_IsHeldAgainstItsHash takes in the module with a hash that is not its own.
func TestElement_IsHeldAgainstItsHash(t *testing.T) {
	s, there := sitetest.WithRelease(t), newElsewhere(t)
	script, path := pinned(t, s)
	browser := browsertest.New(t, s.URL, there.URL)
	browser.Do(chromedp.Navigate(there.show("/", `<homebound-chart chart="stock"><a href="#">Workers</a></homebound-chart>`+strings.Replace(script, "sha384-", "sha384-A", 1))))
	eventually.True(t, func() bool { return len(browser.Problems()) > 0 }, sitetest.WaitFor, 20*time.Millisecond)
	assert.False(t, browsertest.Get(browser, chromedp.Evaluate[bool](`!!customElements.get('homebound-chart')`)))
	assert.True(t, browsertest.Get(browser, chromedp.Evaluate[bool](`document.querySelector('a').checkVisibility()`)), "readers have the link")

	for _, at := range []string{path, "/homebound-chart.js"} {
		answer := s.Get(at)
		assert.Equal(t, "*", answer.Header.Get("Access-Control-Allow-Origin"))
		assert.Equal(t, http.StatusNotModified, s.Get(at, "If-None-Match", answer.Header.Get("ETag")).Status)
		assert.Less(t, len(answer.Body), 8<<10)
	}
	assert.Contains(t, s.Get(path).Header.Get("Cache-Control"), "immutable")
	assert.NotContains(t, s.Get("/homebound-chart.js").Header.Get("Cache-Control"), "immutable")
	assert.Equal(t, http.StatusNotFound, s.Get("/homebound-chart.0000000000000000.js").Status)
}

func TestEmbed_AuthorsTextsAreBounded(t *testing.T) {
	s := sitetest.WithRelease(t)
	for query, message := range map[string]string{
		"accent=red": "Expected for accent a colour of six hexadecimal digits such as 0072B2, found", "lang=xx": "Expected for lang one of en, ru, found",
		"title=" + strings.Repeat("a", 121): "Expected for title at most 120 letters", "title=a&title=b": "Expected the parameter title once",
		"notes=%00": "Expected for notes at most 400 letters",
	} {
		answer := s.Get("/embed/stock?" + query)
		assert.Equal(t, http.StatusBadRequest, answer.Status, query)
		assert.Contains(t, answer.Body, message)
	}
	hostile := s.Get(`/embed/stock?title=%3Cscript%3Ealert(1)%3C/script%3E&notes=%22%3E%3Cimg%20src=x%3E&lang=ru-RU`).Body
	assert.NotContains(t, hostile, "<script>")
	assert.NotContains(t, hostile, "<img src=x>")
	assert.Contains(t, hostile, `<html lang="ru">`)
	assert.Contains(t, s.Get("/charts/stock.svg?title=Ours").Body, "Workers present, Far Eastern Federal District")
}
