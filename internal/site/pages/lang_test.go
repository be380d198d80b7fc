package pages_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	said "homebound/internal/words"
)

// russianPages are all kinds of pages, each with a link that it has to keep the language in.
var russianPages = []string{"/", "/regions", "/regions/RU-PRI", "/regions/RU", "/claims", "/claims?region=RU-PRI", "/claims/C001",
	"/changes", "/charts/stock", "/charts/map", "/charts/variants?region=RU", "/charts/compliance", "/charts/members?region=RU",
	"/releases/1/", "/releases/1/regions/RU-PRI"}

// TestPages_SpeakRussian walks all kinds of pages, and finds no English words of the catalogue.
func TestPages_SpeakRussian(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	tags := regexp.MustCompile(`(?s)<script.*?</script>|<pre.*?</pre>|<[^>]*>`)
	for _, path := range russianPages {
		sign := "?"
		if strings.Contains(path, "?") {
			sign = "&"
		}
		r := s.Get(path + sign + "lang=ru")
		require.Equal(t, http.StatusOK, r.Status, path)
		assert.Contains(t, r.Body, `<html lang="ru">`, path)
		assert.Contains(t, r.Body, `<meta property="og:locale" content="ru_RU">`)
		for _, code := range []string{"en", "ru", "x-default"} {
			assert.Contains(t, r.Body, `<link rel="alternate" hreflang="`+code+`" href="https://homebound.example/`, path)
		}
		text := "\n"
		for _, part := range tags.Split(r.Body, -1) {
			if part = strings.TrimSpace(html.UnescapeString(part)); part != "" {
				text += part + "\n"
			}
		}
		for _, key := range said.In("ru").Texts() {
			if english := string(key); regexp.MustCompile(`[a-z]{3}`).MatchString(english) && !strings.ContainsAny(english, "%{") &&
				said.In("ru").Plain(english) != english && english != "register" {
				assert.NotContains(t, text, "\n"+english+"\n", path)
			}
		}
		for _, link := range regexp.MustCompile(`<a [^>]*href="(/[^"]*)"[^>]*>`).FindAllStringSubmatch(r.Body, -1) {
			address := html.UnescapeString(link[1])
			isPage := !regexp.MustCompile(`^/graphiql|^/schema|^/releases\.atom|/export/|\.(svg|png|csv|json)|/graphql`).MatchString(address)
			assert.Equal(t, isPage && !strings.Contains(link[0], "data-lang"), strings.Contains(address, "lang=ru") && isPage, "%s: %s", path, link[0])
		}
		assert.Regexp(t, `<a href="[^"]*" hreflang="en" lang="en" data-lang>English</a>`, r.Body)
	}
	region := s.Get("/claims?lang=ru&region=RU-PRI&search=workers").Body
	assert.Contains(t, region, `<a href="/claims?region=RU-PRI&amp;search=workers" hreflang="en"`, "the switch keeps the other parameters")
	assert.Contains(t, region, `<input type="hidden" name="lang" value="ru">`)
	r := s.Get("/regions?lang=xx", "Accept", "text/html")
	assert.Equal(t, http.StatusBadRequest, r.Status)
	assert.Contains(t, html.UnescapeString(r.Body), `Expected for lang one of en, ru, found "xx".`)
	assert.Equal(t, s.Get("/").Body, s.Get("/", "Accept-Language", "ru").Body, "nobody is led by a header: one address, one page")
}
