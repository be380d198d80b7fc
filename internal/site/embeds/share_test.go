package embeds_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"homebound/internal/browsertest"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
)

// TestShare_IsWholeWithoutAScript opens each file and address that the section names: the same picture, live and
// archived.
func TestShare_IsWholeWithoutAScript(t *testing.T) {
	s := sitetest.WithRelease(t)
	page := s.Get("/embed/stock?region=RU-PRI&accent=0072B2&lang=ru").Body
	_, section, found := strings.Cut(page, `<details class="share">`)
	require.True(t, found)
	section, _, _ = strings.Cut(section, "</details>")
	seen := map[string]int{}
	for _, link := range regexp.MustCompile(`(?:href|action)="([^"]+)"`).FindAllStringSubmatch(section, -1) {
		address, err := url.Parse(strings.ReplaceAll(link[1], "&amp;", "&"))
		require.NoError(t, err)
		answer := s.Get(address.RequestURI())
		assert.Equal(t, http.StatusOK, answer.Status, "%s: %s", address, answer.Body)
		kind, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";")
		seen[kind+" "+strings.TrimSuffix(strings.Split(address.Path, "embed/")[0], "/")]++
	}
	for _, release := range []string{"", "/releases/1"} {
		for _, kind := range []string{"text/html", "image/svg+xml", "image/png", "text/csv", "application/json"} {
			assert.Equal(t, 1, seen[kind+" "+release], "%s of %q in %v", kind, release, seen)
		}
	}
	for _, want := range []string{
		`&lt;iframe src=&#34;https://homebound.example/embed/stock?accent=0072B2&amp;amp;lang=ru&amp;amp;region=RU-PRI&#34;`,
		`&lt;figure data-homebound=&#34;stock&#34; data-release=&#34;1&#34; data-accent=&#34;0072B2&#34;`,
		`&lt;homebound-chart chart=&#34;stock&#34; release=&#34;1&#34;`,
		`<input type="hidden" name="accent" value="0072B2">`, "содержание sha256:", "Выпуск 1, опубликован",
	} {
		assert.Contains(t, section, want)
	}
}

// TestShare_IsADialogByKeyboard walks the dialog of an embed with the keyboard, and listens to what it says.
func TestShare_IsADialogByKeyboard(t *testing.T) {
	axe := sitetest.AxeCore(t)
	s := sitetest.WithRelease(t)
	browser := browsertest.New(t, s.URL)
	key := func(keys string) { browser.Do(chromedp.KeyEvent(keys)) }
	is := func(expression string) {
		t.Helper()
		sitetest.Await(t, browser, expression)
	}
	for _, v := range testsize.Sample(sitetest.Views) {
		sitetest.Look(t, browser, s.URL+"/embed/stock", v)
		is(`!!document.querySelector('.tools [aria-haspopup="dialog"]') && !document.querySelector('details.share')`)
		browser.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.tools [aria-haspopup="dialog"]').focus(); undefined`))
		key(kb.Enter)
		is(`document.querySelector('dialog')?.open && document.activeElement.matches('dialog .close')`)
		sitetest.Audit(t, browser, axe, "the dialog "+v.String())
		sitetest.Keep(t, browser, "embed dialog "+v.String())
		key(kb.Tab)
		is(`document.activeElement.value === 'live'`)
		is(`[...document.querySelectorAll('.way')].map((w) => w.checkVisibility()).join() === 'true,false'`)
		key(kb.ArrowDown)
		is(`document.activeElement.value === 'archived' && document.activeElement.checked`)
		is(`[...document.querySelectorAll('.way')].map((w) => w.checkVisibility()).join() === 'false,true'`)
		is(`document.querySelector('.way:not([hidden]) code').textContent.includes('/releases/1/embed/stock')`)
		key(kb.Tab)
		is(`document.activeElement.matches('a.copy')`)
		key(kb.Tab)
		is(`document.activeElement.getAttribute('aria-label').startsWith('Copy: Archived: Link ')`)
		key(kb.Enter)
		is(`/^(Copied|Selected)/.test(document.activeElement.nextElementSibling.textContent) && document.activeElement.nextElementSibling.matches('[role=status]')`)
		assert.Equal(t, v.Width, browsertest.Get(browser, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)))
		key(kb.Escape)
		is(`!document.querySelector('dialog[open]') && document.activeElement.matches('.tools [aria-haspopup="dialog"]')`)
	}
	assert.Empty(t, browser.Problems())
}
