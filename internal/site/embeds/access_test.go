package embeds_test

import (
	"net/http"
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

func TestEmbed_SaysWhichPagesMayShowIt(t *testing.T) {
	testsize.Long(t)
	const chart, other = "https://chart.example", "https://two.example"
	open, openKeys := sitetest.Guarded(t, web.Access{})
	narrow, narrowKeys := sitetest.Guarded(t, web.Access{Origins: []string{chart}})
	closed, closedKeys := sitetest.Guarded(t, web.Access{RefuseAnonymous: true, Origins: []string{chart}})
	key := access.Key{Name: "partner", Origins: []string{sitetest.Partner, other}}
	for _, test := range []struct {
		name      string
		site      *sitetest.Site
		keys      *access.Keys // nil: without a partner
		status    int
		ancestors string
	}{
		{"anybody, where anybody may ask", open, nil, 200, "*"},
		{"anybody, whoever is named", open, openKeys, 200, "*"},
		{"those that may ask", narrow, nil, 200, "'self' " + chart},
		{"those, and the partner's", narrow, narrowKeys, 200, "'self' " + chart + " " + sitetest.Partner + " " + other},
		{"nobody where nobody may ask", closed, nil, 401, "*"},
		{"the partner's alone", closed, closedKeys, 200, "'self' " + sitetest.Partner + " " + other},
	} {
		t.Run(test.name, func(t *testing.T) {
			query := ""
			if test.keys != nil {
				query = "?partner=" + idOf(sitetest.AddKey(t, test.keys, key))
			}
			answer := test.site.Get("/embed/stock" + query)
			require.Equal(t, test.status, answer.Status, answer.Body)
			assert.Equal(t, test.ancestors, ancestorsOf(answer))
			assert.Equal(t, "require-corp", answer.Header.Get("Cross-Origin-Embedder-Policy"))
			assert.Equal(t, "cross-origin", answer.Header.Get("Cross-Origin-Resource-Policy"))
			if test.status == http.StatusOK {
				assert.Contains(t, answer.Body, "<picture>")
			}
		})
	}
	assert.Equal(t, "'none'", ancestorsOf(open.Get(sitetest.ByGet("/graphql", sitetest.NumberQuery))), "nothing else is for frames")
}

func TestEmbed_APartnerOpensTheChartAndItsFilesAndNothingElse(t *testing.T) {
	testsize.Long(t)
	s, keys := sitetest.Guarded(t, web.Access{RefuseAnonymous: true})
	id := idOf(sitetest.AddKey(t, keys, access.Key{Name: "partner", Origins: []string{sitetest.Partner}}))
	for _, path := range []string{"/embed/stock", "/releases/1/embed/stock", "/releases/1/embed/stock.svg", "/embed/stock.csv"} {
		assert.Equal(t, http.StatusUnauthorized, s.Get(path).Status, path)
		assert.Equal(t, http.StatusOK, s.Get(path+"?partner="+id).Status, path)
		assert.Equal(t, http.StatusOK, s.Get(path+"?partner="+id, "Origin", sitetest.Partner).Status, path)
		assert.Equal(t, http.StatusForbidden, s.Get(path+"?partner="+id, "Origin", sitetest.Stranger).Status, path)
		assert.Equal(t, http.StatusForbidden, s.Get(path+"?partner="+id, "Origin", "null", "Sec-Fetch-Mode", "cors").Status, path)
		assert.Equal(t, http.StatusOK, s.Get(path+"?partner="+id, "Origin", "null", "Sec-Fetch-Mode", "no-cors").Status, "in a sandbox")
		assert.Equal(t, http.StatusUnauthorized, s.Get(path, "Origin", "null", "Sec-Fetch-Mode", "no-cors").Status, path)
	}
	for _, path := range []string{"/charts/stock.svg?partner=" + id, sitetest.ByGet("/graphql", sitetest.NumberQuery) + "&partner=" + id} {
		assert.Equal(t, http.StatusUnauthorized, s.Get(path).Status, path)
	}
	narrow, _ := sitetest.Guarded(t, web.Access{Origins: []string{sitetest.Partner}})
	for mode, status := range map[string]int{"": 403, "cors": 403, "no-cors": 200, "navigate": 200} {
		assert.Equal(t, status, narrow.Get("/releases/1/embed/stock.svg", "Origin", "null", "Sec-Fetch-Mode", mode).Status, mode)
	}
	page := s.Get("/embed/stock?partner=" + id).Body
	assert.Contains(t, page, "/releases/1/embed/stock.svg?partner="+id+"&amp;theme=light&amp;width=800", "else the picture would stay shut")
	assert.Contains(t, page, "/releases/1/embed/stock.csv?partner="+id)
	require.NoError(t, keys.Revoke("partner", time.Now()))
	assert.Equal(t, http.StatusForbidden, s.Get("/embed/stock?partner="+id).Status)
}

func TestEmbed_APartnersReadersSeeNoMoreThanThePublic(t *testing.T) {
	keys := sitetest.OpenKeys(t, t.TempDir())
	s := sitetest.New(t, func(c *web.Config) { c.Access, c.CacheBytes = web.Access{Keys: keys}, 1<<20 })
	s.PublishMasked(300, 20)

	key := sitetest.AddKey(t, keys, access.Key{Name: "partner", Rows: true, Origins: []string{sitetest.Partner}})
	public := s.Get("/embed/stock")
	id := "?partner=" + idOf(key)
	named := strings.NewReplacer(id+"&amp;", "?", id, "", "%3Fpartner%3D"+idOf(key), "",
		" data-partner=&#34;"+idOf(key)+"&#34;", "", " partner=&#34;"+idOf(key)+"&#34;", "",
		`<input type="hidden" name="partner" value="`+idOf(key)+`">`+"\n", "")
	assert.Equal(t, public.Body, named.Replace(s.Get("/embed/stock"+id).Body))
	assert.Equal(t, s.Get("/releases/1/embed/stock.csv").Body, s.Get("/releases/1/embed/stock.csv"+id).Body)
	keyed := s.Get("/embed/stock", "Authorization", "Bearer "+key)
	assert.Equal(t, "private, max-age=0, must-revalidate", keyed.Header.Get("Cache-Control"), "what a key opens is its holder's alone")
	assert.Equal(t, "public, max-age=0, s-maxage=60, stale-while-revalidate=60", public.Header.Get("Cache-Control"))
}

func TestEmbed_ReadersPayAndNotThePartner(t *testing.T) {
	testsize.Long(t)
	s, keys := sitetest.Guarded(t, web.Access{AnonymousBudget: access.Budget{Cost: 60, Per: time.Hour}})
	key := sitetest.AddKey(t, keys, access.Key{Name: "partner", Origins: []string{sitetest.Partner}, Budget: access.Budget{Cost: 50, Per: time.Hour}})
	path := "/embed/stock?partner=" + idOf(key)
	answer := s.Get(path)
	require.Equal(t, http.StatusOK, answer.Status, answer.Body)
	assert.Equal(t, `"anonymous";q=60;w=3600`, answer.Header.Get("RateLimit-Policy"))
	for range 60 {
		answer = s.Get(path)
	}
	assert.Equal(t, http.StatusTooManyRequests, answer.Status)
	assert.Contains(t, answer.Body, "<p>The budget of 60/h is spent")
	assert.NotEmpty(t, answer.Header.Get("Retry-After"))
	assert.Regexp(t, `r=49;`, s.Post(sitetest.NumberQuery, "Authorization", "Bearer "+key).Header.Get("RateLimit"), "its purse is full but for this question")
	assert.Equal(t, http.StatusTooManyRequests, s.Get("/embed/stock?partner=aaaaaaaa").Status, "guessing ids is paid for, too")
}
