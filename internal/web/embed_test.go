package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/web"
)

// ancestors gives the pages that the browser lets show an answer.
func (r reply) ancestors() string {
	_, sources, _ := strings.Cut(r.header.Get("Content-Security-Policy"), "frame-ancestors ")
	return sources
}

// idOf gives the public part of a key.
func idOf(key string) string { return key[len("hb_"):len("hb_12345678")] }

func TestEmbed_ShowsTheChartItsFiguresAndWhatTheyRestOn(t *testing.T) {
	s := newSiteWithRelease(t, func(c *web.Config) { c.CacheBytes = 1 << 20 })
	answer := s.get("/embed/stock?region=RU-PRI")
	require.Equal(t, http.StatusOK, answer.status, answer.body)
	assert.Equal(t, "text/html; charset=utf-8", answer.header.Get("Content-Type"))
	assert.Contains(t, answer.body, `<html lang="en">`)
	assert.Regexp(t, `<h1 class="heard">Workers present, Primorsky Krai</h1>`, answer.body)
	assert.Regexp(t, `<img src="[^"]+" width="800" height="\d+" alt="[^"]*Primorsky Krai[^"]*">`, answer.body)
	assert.Contains(t, answer.body, "<strong>Synthetic rows take part:</strong>")
	assert.Regexp(t, `<p class="small">Sources?: `, answer.body)
	assert.Contains(t, answer.body, "content sha256:")
	assert.Contains(t, answer.body, `>https://homebound.example/releases/1/embed/stock?region=RU-PRI</a>`)
	assert.NotContains(t, answer.body, "<style")
	assert.NotRegexp(t, `<script(>| [^>]*>[^<])|\son\w+=|\sstyle=`, answer.body, "the policy would stop it")

	// All that the page shows is of one release, whatever is published while it loads.
	files := regexp.MustCompile(`(?:src|srcset|href)="(/[^"]*/embed/[^"]+)"`).FindAllStringSubmatch(answer.body, -1)
	require.Len(t, files, 6, "four pictures, and the data twice")
	for _, file := range files {
		address := strings.ReplaceAll(file[1], "&amp;", "&")
		assert.True(t, strings.HasPrefix(address, "/releases/1/"), address)
		got := s.get(address)
		assert.Equal(t, http.StatusOK, got.status, address)
		assert.Equal(t, "public, max-age=31536000, immutable", got.header.Get("Cache-Control"))
		charts := s.get(strings.Replace(address, "/embed/", "/charts/", 1))
		assert.Equal(t, charts.body, got.body, "the same bytes as those of the chart")
		assert.Equal(t, charts.header.Get("Content-Type"), got.header.Get("Content-Type"))
	}
}

func TestEmbed_ShowsEveryChart(t *testing.T) {
	s := newSiteWithRelease(t)
	for _, query := range []string{"stock", "permits", "outcomes", "impact?scenario.stayers=10&scenario.relativeWage.low=0.5&scenario.relativeWage.central=0.6&scenario.relativeWage.high=0.7", "compliance?asOf=2019-12-22"} {
		answer := s.get("/embed/" + query)
		require.Equal(t, http.StatusOK, answer.status, answer.body)
		assert.Regexp(t, `alt="[^"]{40,}"`, answer.body, query)
		assert.Contains(t, answer.body, `<th scope="row">`, query)
	}
}

func TestEmbed_KeepsTheThemeThatTheAuthorChose(t *testing.T) {
	s := newSiteWithRelease(t)
	dark := s.get("/embed/stock?theme=dark").body
	assert.Contains(t, dark, `<html lang="en" data-theme="dark">`)
	assert.Contains(t, dark, `<meta name="color-scheme" content="dark">`)
	assert.NotContains(t, dark, "theme=light")
	assert.NotContains(t, dark, "prefers-color-scheme")
	either := s.get("/embed/stock").body
	assert.Contains(t, either, `media="(max-width: 559px) and (prefers-color-scheme: dark)"`)
	assert.Contains(t, either, `content="light dark"`)
}

func TestEmbed_FigureForFigureThoseOfTheFile(t *testing.T) {
	s := newSiteWithRelease(t)
	page := s.get("/embed/stock?region=RU-PRI").body
	lines := strings.Split(strings.TrimSpace(s.get("/releases/1/charts/stock.csv?region=RU-PRI").body), "\r\n")
	assert.Equal(t, len(lines), strings.Count(page, "<tr>"), "a row for each line, and the heads")
	first := strings.Split(lines[1], ",")
	assert.Contains(t, page, `<tr><th scope="row">`+first[0]+`</th>`)
}

func TestEmbed_SaysWhyThereIsNothingToShow(t *testing.T) {
	s, keys := guarded(t, web.Access{})
	past := time.Now().Add(-time.Hour)
	expired := idOf(addKey(t, keys, access.Key{Name: "expired", Expires: &past, Origins: []string{partner}}))
	programs := idOf(addKey(t, keys, access.Key{Name: "programs"}))
	revoked := idOf(addKey(t, keys, access.Key{Name: "revoked", Origins: []string{partner}}))
	require.NoError(t, keys.Revoke("revoked", time.Now()))
	const hostile = `"><script>alert(1)</script>`
	for name, test := range map[string]struct {
		path, message string
		status        int
	}{
		"no such chart":          {"/embed/nothing", "There is no chart", 404},
		"a hostile name":         {"/embed/" + url.PathEscape(hostile), "There is no chart", 404},
		"no such region":         {"/embed/stock?region=XX", "There is no region", 404},
		"a hostile region":       {"/embed/stock?region=" + url.QueryEscape(hostile), "There is no region", 404},
		"an unknown parameter":   {"/embed/stock?regoin=RU", "Expected parameters out of", 400},
		"a hostile parameter":    {"/embed/stock?" + url.QueryEscape(hostile) + "=1", "Expected parameters out of", 400},
		"a hostile nationality":  {"/embed/stock?nationalities=" + url.QueryEscape(hostile), "There is no country", 404},
		"no such theme":          {"/embed/stock?theme=sepia", "Expected for theme one of light, dark", 400},
		"a partner of nobody":    {"/embed/stock?partner=aaaaaaaa", "Expected for partner the id of an active key", 403},
		"an expired partner":     {"/embed/stock?partner=" + expired, "Expected for partner the id of an active key", 403},
		"a revoked partner":      {"/embed/stock?partner=" + revoked, "Expected for partner the id of an active key", 403},
		"a partner of programs":  {"/embed/stock?partner=" + programs, "Expected for partner the id of an active key", 403},
		"a broken query":         {"/embed/stock?region=%zz", "The query string cannot be read", 400},
		"a parameter twice":      {"/embed/stock?region=RU&region=RU-PRI", "Expected the parameter region once", 400},
		"a release to come":      {"/releases/9/embed/stock", "There is no release 9", 404},
		"a release with no name": {"/releases/x/embed/stock", "There is no release", 404},
	} {
		t.Run(name, func(t *testing.T) {
			answer := s.get(test.path)
			assert.Equal(t, test.status, answer.status)
			assert.Equal(t, "text/html; charset=utf-8", answer.header.Get("Content-Type"))
			assert.Contains(t, answer.body, test.message)
			assert.NotContains(t, answer.body, "<script>")
			assert.NotContains(t, answer.body, "<picture>")
			assert.Equal(t, "*", answer.ancestors(), "the people whose page it is need to read it")
			assert.Equal(t, "no-store", answer.header.Get("Cache-Control"))
		})
	}
	file := s.get("/embed/stock.svg?region=XX")
	assert.Equal(t, "NOT_FOUND", file.failure(t).Extensions.Code, "a program reads what is refused of a file")
	assert.Equal(t, http.StatusMethodNotAllowed, s.do(http.MethodPost, "/embed/stock", "").status)
}

func TestEmbed_TellsOfANewerReleaseWhileItsFiguresStay(t *testing.T) {
	s := newSiteWithRelease(t, func(c *web.Config) { c.CacheBytes = 1 << 20 })
	const path = "/releases/1/embed/stock?region=RU-PRI&theme=light"
	before := s.get(path)
	assert.NotContains(t, before.body, "newer release")
	assert.Equal(t, "public, max-age=0, must-revalidate", before.header.Get("Cache-Control"))
	assert.Equal(t, http.StatusNotModified, s.get(path, "If-None-Match", before.header.Get("ETag")).status)

	s.publish(500)
	after := s.get(path, "If-None-Match", before.header.Get("ETag"))
	require.Equal(t, http.StatusOK, after.status, "what was kept is out of date")
	assert.Contains(t, after.body, "A newer release (2, published 2026-01-02) exists. This is release 1.")
	assert.Contains(t, after.body, `<a href="/embed/stock?region=RU-PRI&amp;theme=light" target="_blank" rel="noopener">See the same in release 2</a>`)
	told := regexp.MustCompile(`(?s)<p class="note">A newer.*?</p>\n`)
	assert.Equal(t, before.body, told.ReplaceAllString(after.body, ""), "all else is as it was")

	live := s.get("/embed/stock?region=RU-PRI&theme=light")
	assert.NotContains(t, live.body, "newer release")
	assert.NotEqual(t, before.body, live.body)
	assert.NotContains(t, s.get("/releases/2/embed/stock?region=RU-PRI").body, "newer release")

	require.NoError(t, s.store.MakeCurrent(1))
	require.NoError(t, s.store.Refresh(t.Context()))
	assert.Contains(t, s.get("/releases/2/embed/stock?region=RU-PRI").body, "The publisher has gone back to release 1, published 2026-01-02. This is release 2.")
	assert.Equal(t, before.body, s.get(path).body)
}

func TestEmbed_SaysThatItsReleaseIsKeptNoLonger(t *testing.T) {
	s := newSiteWithRelease(t)
	s.publish(310)
	removed, err := s.store.Prune(1)
	require.NoError(t, err)
	require.Equal(t, []int{1}, removed)
	answer := s.get("/releases/1/embed/stock?region=RU-PRI")
	assert.Equal(t, http.StatusGone, answer.status)
	assert.Contains(t, answer.body, "<h1>This release is kept no longer</h1>")
	assert.Contains(t, answer.body, `<a href="/embed/stock?region=RU-PRI" target="_blank" rel="noopener">See the same in the current release</a>`)
	assert.Equal(t, "*", answer.ancestors())
}

func TestEmbed_SaysThatNothingIsPublishedYet(t *testing.T) {
	answer := newSite(t).get("/embed/stock")
	assert.Equal(t, http.StatusServiceUnavailable, answer.status)
	assert.Equal(t, "2", answer.header.Get("Retry-After"))
	assert.Contains(t, answer.body, "<p>No release is published yet; the first one may be in the making.</p>")
}

func TestEmbed_FilesAreForAllOrigins(t *testing.T) {
	s := newSite(t)
	for path, kind := range map[string]string{"/embed.js": "text/javascript", "/embed-frame.js": "text/javascript", "/embed.css": "text/css"} {
		answer := s.get(path)
		assert.Equal(t, http.StatusOK, answer.status)
		assert.Equal(t, kind+"; charset=utf-8", answer.header.Get("Content-Type"))
		assert.Equal(t, "cross-origin", answer.header.Get("Cross-Origin-Resource-Policy"), "else neither partners' pages nor sandboxes could load it")
		assert.Equal(t, http.StatusNotModified, s.get(path, "If-None-Match", answer.header.Get("ETag")).status)
	}
	assert.Less(t, len(s.get("/embed.js").body), 4<<10)
}

func TestEmbed_DrawsInItsOwnWidths(t *testing.T) {
	s := newSiteWithRelease(t)
	assert.Equal(t, strings.ReplaceAll(s.get("/embed/stock?width=1200&scale=2").body, "%3Fscale%3D2%26width%3D1200", ""), s.get("/embed/stock").body)
}
