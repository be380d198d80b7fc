package embeds_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/browsertest"
	"homebound/internal/eventually"
	"homebound/internal/site/sitetest"
	"homebound/internal/web"
)

// elsewhere is another site, with a page of its own at each path.
type elsewhere struct {
	*httptest.Server
	header http.Header
	mu     sync.Mutex
	pages  map[string]string
	whole  string // the document that is shown at every path, where it is given
}

func newElsewhere(t *testing.T) *elsewhere {
	t.Helper()
	e := &elsewhere{header: http.Header{}, pages: map[string]string{}}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.mu.Lock()
		defer e.mu.Unlock()
		for name, values := range e.header {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if e.whole != "" {
			_, _ = io.WriteString(w, e.whole)
			return
		}
		fmt.Fprintf(w, "<!doctype html><html lang=en><meta charset=utf-8><link rel=icon href=data:,><title>Elsewhere</title>%s", e.pages[r.URL.Path])
	}))
	t.Cleanup(e.Close)
	return e
}

// show puts a page at a path, and gives its address.
func (e *elsewhere) show(path, body string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pages[path] = body
	return e.URL + path
}

const figureOfStock = `<figure data-homebound="stock" data-region="RU-FD-FE" data-v-7ba5bd90><a href="#">Workers present, Far East</a><figcaption>A caption of our own</figcaption></figure>`

func including(s *sitetest.Site) string {
	return `<script async src="` + s.URL + `/embed.js"></script>`
}

// frames lists the addresses of the frames in the page, as far as they were let in.
func frames(t *testing.T, browser *browsertest.Browser) map[string]cdp.FrameID {
	t.Helper()
	tree := browsertest.Get(browser, func(ctx context.Context, target *chromedp.Target) (page.GetFrameTreeResult, error) {
		return cdp.Call(ctx, target, page.GetFrameTree, cdp.Empty{})
	})
	found := map[string]cdp.FrameID{}
	for _, child := range tree.FrameTree.ChildFrames {
		found[child.Frame.URL] = child.Frame.ID
	}
	return found
}

// within evaluates an expression in the frame whose address has a part, once there is one. The page around the
// frame could not.
func within[T any](t *testing.T, browser *browsertest.Browser, part, expression string) T {
	t.Helper()
	eventually.True(t, func() bool {
		return strings.Contains(strings.Join(slices.Collect(maps.Keys(frames(t, browser))), " "), part)
	}, sitetest.WaitFor, 20*time.Millisecond, "there is no frame of %s", part)
	for address, id := range frames(t, browser) {
		if !strings.Contains(address, part) {
			continue
		}
		world := browsertest.Get(browser, func(ctx context.Context, target *chromedp.Target) (page.CreateIsolatedWorldResult, error) {
			return cdp.Call(ctx, target, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: id})
		})
		return browsertest.Get(browser, chromedp.Evaluate[T](expression, func(p *runtime.EvaluateParams) { p.ContextID = world.ExecutionContextID }))
	}
	require.FailNow(t, "the frame of "+part+" has gone away")
	panic("which ends the test before")
}

// comes waits until an expression is true in the page around the frames.
func comes(t *testing.T, browser *browsertest.Browser, expression string) {
	t.Helper()
	eventually.True(t, func() bool { return browsertest.Get(browser, chromedp.Evaluate[bool](expression)) }, sitetest.WaitFor, 20*time.Millisecond,
		"waiting for %s; the browser complains of %q", expression, browser.Problems())
}

// fits waits until the frame in the first figure is as high as what is in it and nothing is left to scroll, and
// gives the height in CSS pixels.
func fits(t *testing.T, browser *browsertest.Browser) float64 {
	t.Helper()
	var inside, outside float64
	eventually.True(t, func() bool {
		// The script draws the picture into the page, another one in a narrow frame, and adds the buttons of its series.
		if !within[bool](t, browser, "/embed/stock", `document.readyState === 'complete' && document.querySelector('.drawing .series') !== null &&
			document.querySelector('.drawing svg').viewBox.baseVal.width === (innerWidth < 560 ? 360 : 800)`) {
			return false
		}
		inside = within[float64](t, browser, "/embed/stock", `Math.ceil(document.documentElement.getBoundingClientRect().height)`)
		outside = browsertest.Get(browser, chromedp.Evaluate[float64](`document.querySelector('figure > iframe').getBoundingClientRect().height`))
		return inside == outside && !within[bool](t, browser, "/embed/stock", `document.documentElement.scrollHeight > innerHeight`)
	}, sitetest.WaitFor, 50*time.Millisecond, "the frame never got as high as what is in it; the browser complains of %q", browser.Problems())
	return outside
}

func resize(browser *browsertest.Browser, width int64) {
	browser.Do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1})
		return chromedp.Void{}, err
	})
}

func TestEmbed_FillsAFigureOnAPageOfAnotherOrigin(t *testing.T) {
	s, there := sitetest.WithRelease(t), newElsewhere(t)
	browser := browsertest.New(t, s.URL, there.URL)
	resize(browser, 1000)
	browser.Do(chromedp.Navigate(there.show("/", `<script>var before = Object.keys(window).length</script><h1>News</h1>`+figureOfStock+including(s)+including(s))))
	broad := fits(t, browser)
	assert.Greater(t, broad, 300.0)
	resize(browser, 390)
	assert.NotEqual(t, broad, fits(t, browser), "a phone has another picture, and longer lines")
	sitetest.Picture(t, browser, "embed-elsewhere")

	shown := func(expression string) string {
		return browsertest.Get(browser, chromedp.Evaluate[string](`String(`+expression+`)`))
	}
	assert.Equal(t, s.URL+"/embed/stock?region=RU-FD-FE", shown(`document.querySelector('figure > iframe').src`))
	assert.Equal(t, "Workers present, Far East", shown(`document.querySelector('figure > iframe').title`))
	assert.Equal(t, "A caption of our own", shown(`document.querySelector('figure').innerText.trim()`))
	assert.Equal(t, "1", shown(`document.querySelectorAll('iframe').length`), "the second script finds nothing to do")
	assert.Equal(t, "0", shown(`Object.keys(window).filter(name => isNaN(name)).length - before`), "nothing is left behind")

	before := fits(t, browser)
	browser.Do(chromedp.Evaluate[chromedp.Void](`document.body.insertAdjacentHTML('beforeend', '<section><figure data-homebound="nothing" data-period-from="2017-01-01" data-scenario-relative-wage-low="0.5"></figure></section>')`))
	comes(t, browser, `document.querySelectorAll('figure > iframe').length === 2`)
	assert.Equal(t, s.URL+"/embed/nothing?period.from=2017-01-01&scenario.relativeWage.low=0.5", shown(`document.querySelectorAll('figure > iframe')[1].src`))
	comes(t, browser, `parseInt(document.querySelectorAll('figure > iframe')[1].style.height) < 300`)
	assert.Contains(t, within[string](t, browser, "/embed/nothing", `document.body.innerText`), "There is no chart")
	browser.Do(chromedp.Evaluate[chromedp.Void](`document.body.insertAdjacentHTML('beforeend', '<figure data-homebound="permits" data-nationalities="" data-theme></figure>')`))
	comes(t, browser, `document.querySelectorAll('figure > iframe').length === 3`)
	assert.Equal(t, s.URL+"/embed/permits?nationalities=", shown(`document.querySelectorAll('figure > iframe')[2].src`))
	assert.Contains(t, within[string](t, browser, "/embed/permits", `document.querySelector('img').alt`), "All nationalities")
	assert.Equal(t, before, fits(t, browser), "each frame has its own height")
}

func TestEmbed_IsHeardFromItsOwnFrameAlone(t *testing.T) {
	s, there := sitetest.WithRelease(t), newElsewhere(t)
	browser := browsertest.New(t, s.URL, there.URL)
	address := there.show("/", figureOfStock+including(s)+`<iframe id="hostile" src="/hostile"></iframe><script>var heard = 0; addEventListener('message', () => heard++)</script>`)
	there.show("/hostile", `<script>var shout = () => parent.postMessage({homebound: {height: 7}}, '*')</script>`)
	browser.Do(chromedp.Navigate(address))
	height := fits(t, browser)
	const shout = `(() => { heard = 0; hostile.contentWindow.shout(); postMessage({homebound: {height: 7}}, '*'); postMessage(null, '*'); postMessage({homebound: null}, '*') })()`
	browser.Do(chromedp.Evaluate[chromedp.Void](shout))
	comes(t, browser, `heard === 4`)
	assert.Equal(t, height, fits(t, browser))

	// The frame itself is believed only in reason: a page in it that goes wrong must not push everything else away.
	for _, wrong := range []string{`-1`, `1e9`, `NaN`, `"100vh"`, `{}`} {
		browser.Do(chromedp.Evaluate[chromedp.Void](`heard = 0`))
		within[bool](t, browser, "/embed/stock", `parent.postMessage({homebound: {height: `+wrong+`}}, '*'), true`)
		comes(t, browser, `heard === 1`)
		assert.Equal(t, height, fits(t, browser), wrong)
	}
	assert.Empty(t, browser.Problems())
}

func TestEmbed_IsRefusedToPagesThatTheOperatorDoesNotName(t *testing.T) {
	named, other := newElsewhere(t), newElsewhere(t)
	var arrived []*http.Request
	var mu sync.Mutex
	s := sitetest.WithRelease(t, func(c *web.Config) { c.Access.Origins = []string{named.URL} })
	inner := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		arrived = append(arrived, r.Clone(context.Background()))
		mu.Unlock()
		inner.ServeHTTP(w, r)
	})
	browser := browsertest.New(t, s.URL, named.URL, other.URL)
	browser.Do(chromedp.Navigate(named.show("/", figureOfStock+including(s))))
	fits(t, browser)
	require.Empty(t, browser.Problems())

	// A frame is asked for without an Origin, so that the admission cannot look at it, and the policy has to.
	mu.Lock()
	for _, r := range arrived {
		if path.Ext(r.URL.Path) == ".js" {
			continue // modules, which are files for everybody, come with one
		}
		assert.Empty(t, r.Header.Get("Origin"), r.URL.Path)
		if r.URL.Path == "/embed/stock" {
			assert.Equal(t, "iframe", r.Header.Get("Sec-Fetch-Dest"))
			assert.Empty(t, r.Header.Get("Referer"), "which page it was is not told")
		}
	}
	mu.Unlock()

	browser.Do(chromedp.Navigate(other.show("/", figureOfStock+including(s))))
	comes(t, browser, `!!document.querySelector('figure > iframe')`)
	eventually.True(t, func() bool { return len(browser.Problems()) > 0 }, sitetest.WaitFor, 20*time.Millisecond)
	assert.Contains(t, browser.Problems()[0], "frame-ancestors")
	for address := range frames(t, browser) {
		assert.Equal(t, "chrome-error://chromewebdata/", address)
	}
}

func TestEmbed_TheExampleIsTrue(t *testing.T) {
	s, there := sitetest.WithRelease(t), newElsewhere(t)
	text, err := os.ReadFile("../../../examples/embed/index.html")
	require.NoError(t, err)
	there.whole = strings.ReplaceAll(string(text), "http://127.0.0.1:8080", s.URL)
	browser := browsertest.New(t, s.URL, there.URL)
	browser.Do(chromedp.Navigate(there.URL))
	links := browsertest.Get(browser, chromedp.Evaluate[[]string](`[...new DOMParser().parseFromString(`+strconv.Quote(there.whole)+`, 'text/html').links].map(a => a.href)`))
	comes(t, browser, `document.querySelectorAll('figure > iframe').length === 2`)
	assert.Equal(t, links, browsertest.Get(browser, chromedp.Evaluate[[]string](`[...document.querySelectorAll('figure > iframe')].map(f => f.src)`)), "what the links lead to")
	fits(t, browser)
	assert.Empty(t, browser.Problems(), "its policy allows all that is needed")
	sitetest.Picture(t, browser, "embed-example")
}

// TestEmbed_KeepsToStrictPages shows an embed where little is allowed: on a page that takes nothing in which does
// not ask for it, in a sandbox, in which it has no origin, and by a partner of a server that others may not ask.
func TestEmbed_KeepsToStrictPages(t *testing.T) {
	there, stranger := newElsewhere(t), newElsewhere(t)
	keys := sitetest.OpenKeys(t, t.TempDir())
	id := idOf(sitetest.AddKey(t, keys, access.Key{Name: "partner", Origins: []string{there.URL}}))
	s := sitetest.WithRelease(t, func(c *web.Config) { c.Access = web.Access{Keys: keys, RefuseAnonymous: true} })
	there.header.Set("Cross-Origin-Embedder-Policy", "require-corp")
	there.header.Set("Cross-Origin-Opener-Policy", "same-origin")
	browser := browsertest.New(t, s.URL, there.URL, stranger.URL)
	figure := `<figure data-homebound="stock" data-partner="` + id + `"></figure>` + including(s)
	browser.Do(chromedp.Navigate(there.show("/", figure)))
	fits(t, browser)
	assert.True(t, browsertest.Get(browser, chromedp.Evaluate[bool](`crossOriginIsolated`)))

	browser.Do(chromedp.Navigate(there.show("/sandbox", `<script>addEventListener('message', ({data, origin}) => { heard = origin + ' ' + data.homebound.height }); var heard</script>`+
		`<iframe sandbox="allow-scripts" width="800" height="300" src="`+s.URL+`/embed/stock?theme=dark&partner=`+id+`"></iframe>`)))
	comes(t, browser, `/^null \d{3,}$/.test(heard)`)
	// Without an origin, it runs in a process of its own.
	var sandboxed context.Context
	eventually.True(t, func() bool {
		targets, err := chromedp.Targets(browser.Context())
		require.NoError(t, err)
		for _, info := range targets {
			if info.Type == "iframe" {
				var leave context.CancelFunc
				sandboxed, leave = chromedp.NewContext(browser.Context(), chromedp.WithTargetID(info.TargetID))
				t.Cleanup(leave)
			}
		}
		return sandboxed != nil
	}, sitetest.WaitFor, 50*time.Millisecond)
	eventually.True(t, func() bool {
		loaded, err := chromedp.Run(sandboxed, chromedp.Evaluate[bool](`document.querySelector('img').naturalWidth > 0 && getComputedStyle(document.body).marginTop === '0px'`))
		return err == nil && loaded
	}, sitetest.WaitFor, 50*time.Millisecond, "the picture and the styles came")
	require.Empty(t, browser.Problems())

	browser.Do(chromedp.Navigate(stranger.show("/", figure)))
	eventually.True(t, func() bool { return len(browser.Problems()) > 0 }, sitetest.WaitFor, 20*time.Millisecond)
	assert.Contains(t, browser.Problems()[0], "frame-ancestors")
}

func TestEmbed_IsAccessibleInBothThemesAndInNarrowFrames(t *testing.T) {
	axe := sitetest.AxeCore(t)
	s := sitetest.WithRelease(t)
	s.Publish(310)
	browser := browsertest.New(t, s.URL)
	const archived = "/releases/1/embed/stock"
	for _, test := range []struct {
		path string
		sitetest.View
	}{
		{archived, sitetest.View{Scheme: "light", Width: 800}}, {archived, sitetest.View{Scheme: "dark", Width: 800}}, {archived, sitetest.View{Scheme: "light", Width: 320}}, {archived, sitetest.View{Scheme: "dark", Width: 320}},
		{archived + "?theme=light", sitetest.View{Scheme: "dark", Width: 320}}, {"/releases/9/embed/stock", sitetest.View{Scheme: "light", Width: 320}},
	} {
		what := strings.ReplaceAll("embed"+test.path+" "+test.View.String(), "/", "-")
		sitetest.Look(t, browser, s.URL+test.path, test.View)
		sitetest.Keep(t, browser, what)
		browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('details').forEach(d => { d.open = true })`))
		sitetest.Audit(t, browser, axe, what)
		assert.Equal(t, test.Width, browsertest.Get(browser, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)), "%s: nothing runs out of the frame", what)
	}
	for _, problem := range browser.Problems() {
		assert.Contains(t, problem, "/releases/9/embed/stock", "but for the release that is not there")
	}
}
