package embeds_test

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
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

// ancestors returns the pages that the browser lets show an answer.
func ancestorsOf(r sitetest.Reply) string {
	_, sources, _ := strings.Cut(r.Header.Get("Content-Security-Policy"), "frame-ancestors ")
	return sources
}

// idOf returns the public part of a key.
func idOf(key string) string { return key[len("hb_"):len("hb_12345678")] }

func TestEmbed_ShowsTheChartItsFiguresAndWhatTheyRestOn(t *testing.T) {
	s := sitetest.WithRelease(t, func(c *web.Config) { c.CacheBytes = 1 << 20 })
	answer := s.Get("/embed/stock?region=RU-PRI")
	require.Equal(t, http.StatusOK, answer.Status, answer.Body)
	assert.Equal(t, "text/html; charset=utf-8", answer.Header.Get("Content-Type"))
	assert.Contains(t, answer.Body, `<html lang="en">`)
	assert.Regexp(t, `<h1 class="heard">Workers present, Primorsky Krai</h1>`, answer.Body)
	assert.Regexp(t, `<img src="[^"]+" width="800" height="\d+" alt="[^"]*Primorsky Krai[^"]*">`, answer.Body)
	assert.Contains(t, answer.Body, "<strong>Synthetic rows take part:</strong>")
	assert.Regexp(t, `<p class="small source">Sources?: `, answer.Body)
	assert.Contains(t, answer.Body, "content sha256:")
	assert.Contains(t, answer.Body, `>https://homebound.example/releases/1/embed/stock?region=RU-PRI</a>`)
	assert.NotContains(t, answer.Body, "<style")
	assert.NotRegexp(t, `<script(>| [^>]*>[^<])|\son\w+=|\sstyle=`, answer.Body, "the policy would stop it")

	// All that the page shows is of one release, whatever is published while it loads.
	files := regexp.MustCompile(`(?:src|srcset|href)="(/[^"]*/embed/[^"]+)"`).FindAllStringSubmatch(answer.Body, -1)
	require.Len(t, files, 9, "four pictures, the data twice, and the files of the archived picture")
	for _, file := range files {
		address := strings.ReplaceAll(file[1], "&amp;", "&")
		assert.True(t, strings.HasPrefix(address, "/releases/1/"), address)
		got := s.Get(address)
		assert.Equal(t, http.StatusOK, got.Status, address)
		assert.Equal(t, "public, max-age=31536000, immutable", got.Header.Get("Cache-Control"))
		charts := s.Get(strings.Replace(address, "/embed/", "/charts/", 1))
		assert.Equal(t, charts.Body, got.Body, "the same bytes as those of the chart")
		assert.Equal(t, charts.Header.Get("Content-Type"), got.Header.Get("Content-Type"))
	}
}

func TestEmbed_ShowsEveryChart(t *testing.T) {
	s := sitetest.WithRelease(t)
	for _, query := range []string{"stock", "permits", "outcomes", "impact?scenario.stayers=10&scenario.relativeWage.low=0.5&scenario.relativeWage.central=0.6&scenario.relativeWage.high=0.7", "compliance?asOf=2019-12-22"} {
		answer := s.Get("/embed/" + query)
		require.Equal(t, http.StatusOK, answer.Status, answer.Body)
		assert.Regexp(t, `alt="[^"]{40,}"`, answer.Body, query)
		assert.Contains(t, answer.Body, `<th scope="row"`, query)
	}
}

func TestEmbed_KeepsTheThemeThatTheAuthorChose(t *testing.T) {
	s := sitetest.WithRelease(t)
	dark := s.Get("/embed/stock?theme=dark").Body
	assert.Contains(t, dark, `<html lang="en" data-theme="dark">`)
	assert.Contains(t, dark, `<meta name="color-scheme" content="dark">`)
	assert.NotContains(t, dark, "theme=light")
	assert.NotContains(t, dark, "prefers-color-scheme")
	either := s.Get("/embed/stock").Body
	assert.Contains(t, either, `media="(max-width: 559px) and (prefers-color-scheme: dark)"`)
	assert.Contains(t, either, `content="light dark"`)
}

func TestEmbed_FigureForFigureThoseOfTheFile(t *testing.T) {
	s := sitetest.WithRelease(t)
	page := s.Get("/embed/stock?region=RU-PRI").Body
	lines := strings.Split(strings.TrimSpace(s.Get("/releases/1/charts/stock.csv?region=RU-PRI").Body), "\r\n")
	assert.Equal(t, len(lines), strings.Count(page, "<tr>"), "a row for each line, and the heads")
	first := strings.Split(lines[1], ",")
	assert.Contains(t, page, `<tr><th scope="row">`+first[0]+`</th>`)
}

func TestEmbed_SaysWhyThereIsNothingToShow(t *testing.T) {
	s, keys := sitetest.Guarded(t, web.Access{})
	past := time.Now().Add(-time.Hour)
	expired := idOf(sitetest.AddKey(t, keys, access.Key{Name: "expired", Expires: &past, Origins: []string{sitetest.Partner}}))
	programs := idOf(sitetest.AddKey(t, keys, access.Key{Name: "programs"}))
	revoked := idOf(sitetest.AddKey(t, keys, access.Key{Name: "revoked", Origins: []string{sitetest.Partner}}))
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
			answer := s.Get(test.path)
			assert.Equal(t, test.status, answer.Status)
			assert.Equal(t, "text/html; charset=utf-8", answer.Header.Get("Content-Type"))
			assert.Contains(t, answer.Body, test.message)
			assert.NotContains(t, answer.Body, "<script>")
			assert.NotContains(t, answer.Body, "<picture>")
			assert.Equal(t, "*", ancestorsOf(answer), "the people whose page it is need to read it")
			assert.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
		})
	}
	file := s.Get("/embed/stock.svg?region=XX")
	assert.Equal(t, "NOT_FOUND", file.Failure(t).Extensions.Code, "a program reads what is refused of a file")
	assert.Equal(t, http.StatusMethodNotAllowed, s.Do(http.MethodPost, "/embed/stock", "").Status)
}

func TestEmbed_TellsOfANewerReleaseWhileItsFiguresStay(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t, func(c *web.Config) { c.CacheBytes = 1 << 20 })
	const path = "/releases/1/embed/stock?region=RU-PRI&theme=light"
	before := s.Get(path)
	assert.NotContains(t, before.Body, "newer release")
	assert.Equal(t, "public, max-age=0, must-revalidate", before.Header.Get("Cache-Control"))
	assert.Equal(t, http.StatusNotModified, s.Get(path, "If-None-Match", before.Header.Get("ETag")).Status)

	s.Publish(500)
	after := s.Get(path, "If-None-Match", before.Header.Get("ETag"))
	require.Equal(t, http.StatusOK, after.Status, "what was kept is out of date")
	assert.Contains(t, after.Body, "A newer release (2, published 2026-01-02) exists. This is release 1.")
	assert.Contains(t, after.Body, `<a href="/embed/stock?region=RU-PRI&amp;theme=light" target="_blank" rel="noopener">See the same in release 2</a>`)
	told := regexp.MustCompile(`(?s)<p class="note">A newer.*?</p>\n`)
	assert.Equal(t, before.Body, told.ReplaceAllString(after.Body, ""), "all else is as it was")

	live := s.Get("/embed/stock?region=RU-PRI&theme=light")
	assert.NotContains(t, live.Body, "newer release")
	assert.NotEqual(t, before.Body, live.Body)
	assert.NotContains(t, s.Get("/releases/2/embed/stock?region=RU-PRI").Body, "newer release")

	require.NoError(t, s.Store.MakeCurrent(1))
	require.NoError(t, s.Store.Refresh(t.Context()))
	assert.Contains(t, s.Get("/releases/2/embed/stock?region=RU-PRI").Body, "The publisher has gone back to release 1, published 2026-01-02. This is release 2.")
	assert.Equal(t, before.Body, s.Get(path).Body)
}

func TestEmbed_SaysThatItsReleaseIsKeptNoLonger(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	s.Publish(310)
	removed, err := s.Store.Prune(1)
	require.NoError(t, err)
	require.Equal(t, []int{1}, removed)
	answer := s.Get("/releases/1/embed/stock?region=RU-PRI")
	assert.Equal(t, http.StatusGone, answer.Status)
	assert.Contains(t, answer.Body, "<h1>This release is kept no longer</h1>")
	assert.Contains(t, answer.Body, `<a href="/embed/stock?region=RU-PRI" target="_blank" rel="noopener">See the same in the current release</a>`)
	assert.Equal(t, "*", ancestorsOf(answer))
}

func TestEmbed_SaysThatNothingIsPublishedYet(t *testing.T) {
	answer := sitetest.New(t).Get("/embed/stock")
	assert.Equal(t, http.StatusServiceUnavailable, answer.Status)
	assert.Equal(t, "2", answer.Header.Get("Retry-After"))
	assert.Contains(t, answer.Body, "<p>No release is published yet; the first one may be in the making.</p>")
}

func TestEmbed_FilesAreForAllOrigins(t *testing.T) {
	s := sitetest.New(t)
	for path, kind := range map[string]string{"/embed.js": "text/javascript", "/embed-frame.js": "text/javascript", "/embed.css": "text/css"} {
		answer := s.Get(path)
		assert.Equal(t, http.StatusOK, answer.Status)
		assert.Equal(t, kind+"; charset=utf-8", answer.Header.Get("Content-Type"))
		assert.Equal(t, "cross-origin", answer.Header.Get("Cross-Origin-Resource-Policy"), "else neither partners' pages nor sandboxes could load it")
		assert.Equal(t, http.StatusNotModified, s.Get(path, "If-None-Match", answer.Header.Get("ETag")).Status)
	}
	assert.Less(t, len(s.Get("/embed.js").Body), 4<<10)
}

func TestEmbed_DrawsInItsOwnWidths(t *testing.T) {
	s := sitetest.WithRelease(t)
	assert.Equal(t, strings.ReplaceAll(s.Get("/embed/stock?width=1200&scale=2").Body, "%3Fscale%3D2%26width%3D1200", ""), s.Get("/embed/stock").Body)
}
