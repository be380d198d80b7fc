package embeds_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
)

// wordPressFinds looks for an oEmbed address in a page as WordPress 6 does (WP_oEmbed::discover in class-wp-oembed.php): in the
// first 150 KB, before </head>, in tags by a regular expression, JSON before XML. The address is asked for as it stands.
func wordPressFinds(page string) string {
	page = page[:min(len(page), 153600)]
	head, _, _ := strings.Cut(page, "</head>")
	found := map[string]string{}
	attribute := regexp.MustCompile(`(\w+)\s*=\s*"([^"]*)"`)
	for _, tag := range regexp.MustCompile(`(?i)<link([^<>]+)/?>`).FindAllStringSubmatch(head, -1) {
		has := map[string]string{}
		for _, a := range attribute.FindAllStringSubmatch(tag[1], -1) {
			has[strings.ToLower(a[1])] = html.UnescapeString(a[2])
		}
		if kind := has["type"]; has["href"] != "" && strings.HasSuffix(kind, "+oembed") && found[kind] == "" {
			found[kind] = has["href"]
		}
	}
	if json := found["application/json+oembed"]; json != "" {
		return json
	}
	return found["text/xml+oembed"]
}

// wordPressKeeps is what WordPress leaves of an answer from a site that it does not know (wp_filter_oembed_result): a frame, of its
// attributes these alone, in a sandbox.
func wordPressKeeps(answer string) string {
	frame := regexp.MustCompile(`(?s)<iframe.*?></iframe>`).FindString(answer)
	return regexp.MustCompile(`\s([a-z]+)="[^"]*"`).ReplaceAllStringFunc(frame, func(given string) string {
		name, _, _ := strings.Cut(strings.TrimSpace(given), "=")
		switch name {
		case "src", "width", "height", "frameborder", "marginwidth", "marginheight", "scrolling", "title":
			return given
		}
		return ""
	})
}

// TestOEmbed_WordPressShowsIt pastes addresses into WordPress, as far as its rules go without it: it finds the answer, asks for the
// width of its column, and what its filter leaves is a frame that shows the picture without any script.
func TestOEmbed_WordPressShowsIt(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	for path, title := range map[string]string{"/": "Workers present, Russian Federation", "/charts/stock?region=RU": "Workers present, Russian Federation",
		"/charts/map?region=RU-PRI&utm_source=mail": "", "/regions/RU-PRI": "Workers present, Primorsky Krai", "/embed/stock": "Workers present, Far Eastern Federal District",
		"/releases/1/charts/stock?region=RU": "Workers present, Russian Federation"} {
		ask, absolute := strings.CutPrefix(wordPressFinds(s.Get(path).Body), "https://homebound.example")
		require.True(t, absolute, "%s: %s", path, ask)
		found := readOEmbed(s.Get(ask+"&maxwidth=600&maxheight=900&dnt=1"), t)
		assert.Equal(t, []string{"1.0", "rich", "Homebound", "https://homebound.example"}, []string{found.Version, found.Type, found.ProviderName, found.ProviderURL}, path)
		if title != "" {
			assert.Equal(t, title, found.Title, path)
		}
		assert.Equal(t, 600, found.Width, path)
		assert.LessOrEqual(t, found.Height, 900, path)
		kept := wordPressKeeps(found.HTML)
		assert.NotContains(t, found.HTML, "<script")
		src := regexp.MustCompile(` src="(https://homebound\.example[^"]+)"`).FindStringSubmatch(kept)
		require.Len(t, src, 2, kept)
		assert.Contains(t, kept, ` width="600"`)
		frame, err := url.Parse(html.UnescapeString(src[1]))
		require.NoError(t, err)
		shown := s.Get(frame.RequestURI())
		assert.Equal(t, 200, shown.Status)
		assert.Contains(t, shown.Header.Get("Content-Security-Policy"), "frame-ancestors *")
		assert.Regexp(t, `<img src="/releases/1/embed/[a-z]+\.svg\?`, shown.Body, "the picture needs no script")
	}
	for _, path := range []string{"/claims/C001", "/releases/1/claims/C001"} {
		ask := strings.TrimPrefix(wordPressFinds(s.Get(path).Body), "https://homebound.example")
		assert.Equal(t, "link", readOEmbed(s.Get(ask), t).Type, path)
	}
}
