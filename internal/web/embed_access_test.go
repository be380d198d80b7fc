package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/web"
)

func TestEmbed_SaysWhichPagesMayShowIt(t *testing.T) {
	const chart, other = "https://chart.example", "https://two.example"
	open, openKeys := guarded(t, web.Access{})
	narrow, narrowKeys := guarded(t, web.Access{Origins: []string{chart}})
	closed, closedKeys := guarded(t, web.Access{RefuseAnonymous: true, Origins: []string{chart}})
	key := access.Key{Name: "partner", Origins: []string{partner, other}}
	for _, test := range []struct {
		name      string
		site      *site
		keys      *access.Keys // nil: without a partner
		status    int
		ancestors string
	}{
		{"anybody, where anybody may ask", open, nil, 200, "*"},
		{"anybody, whoever is named", open, openKeys, 200, "*"},
		{"those that may ask", narrow, nil, 200, "'self' " + chart},
		{"those, and the partner's", narrow, narrowKeys, 200, "'self' " + chart + " " + partner + " " + other},
		{"nobody where nobody may ask", closed, nil, 401, "*"},
		{"the partner's alone", closed, closedKeys, 200, "'self' " + partner + " " + other},
	} {
		t.Run(test.name, func(t *testing.T) {
			query := ""
			if test.keys != nil {
				query = "?partner=" + idOf(addKey(t, test.keys, key))
			}
			answer := test.site.get("/embed/stock" + query)
			require.Equal(t, test.status, answer.status, answer.body)
			assert.Equal(t, test.ancestors, answer.ancestors())
			assert.Equal(t, "require-corp", answer.header.Get("Cross-Origin-Embedder-Policy"))
			assert.Equal(t, "cross-origin", answer.header.Get("Cross-Origin-Resource-Policy"))
			if test.status == http.StatusOK {
				assert.Contains(t, answer.body, "<picture>")
			}
		})
	}
	assert.Equal(t, "'none'", open.get(byGet("/graphql", numberQuery)).ancestors(), "nothing else is for frames")
}

func TestEmbed_APartnerOpensTheChartAndItsFilesAndNothingElse(t *testing.T) {
	s, keys := guarded(t, web.Access{RefuseAnonymous: true})
	id := idOf(addKey(t, keys, access.Key{Name: "partner", Origins: []string{partner}}))
	for _, path := range []string{"/embed/stock", "/releases/1/embed/stock", "/releases/1/embed/stock.svg", "/embed/stock.csv"} {
		assert.Equal(t, http.StatusUnauthorized, s.get(path).status, path)
		assert.Equal(t, http.StatusOK, s.get(path+"?partner="+id).status, path)
		assert.Equal(t, http.StatusOK, s.get(path+"?partner="+id, "Origin", partner).status, path)
		assert.Equal(t, http.StatusForbidden, s.get(path+"?partner="+id, "Origin", stranger).status, path)
		assert.Equal(t, http.StatusForbidden, s.get(path+"?partner="+id, "Origin", "null", "Sec-Fetch-Mode", "cors").status, path)
		assert.Equal(t, http.StatusOK, s.get(path+"?partner="+id, "Origin", "null", "Sec-Fetch-Mode", "no-cors").status, "in a sandbox")
		assert.Equal(t, http.StatusUnauthorized, s.get(path, "Origin", "null", "Sec-Fetch-Mode", "no-cors").status, path)
	}
	for _, path := range []string{"/charts/stock.svg?partner=" + id, byGet("/graphql", numberQuery) + "&partner=" + id} {
		assert.Equal(t, http.StatusUnauthorized, s.get(path).status, path)
	}
	narrow, _ := guarded(t, web.Access{Origins: []string{partner}})
	for mode, status := range map[string]int{"": 403, "cors": 403, "no-cors": 200, "navigate": 200} {
		assert.Equal(t, status, narrow.get("/releases/1/embed/stock.svg", "Origin", "null", "Sec-Fetch-Mode", mode).status, mode)
	}
	page := s.get("/embed/stock?partner=" + id).body
	assert.Contains(t, page, "/releases/1/embed/stock.svg?partner="+id+"&amp;theme=light&amp;width=800", "else the picture would stay shut")
	assert.Contains(t, page, "/releases/1/embed/stock.csv?partner="+id)
	require.NoError(t, keys.Revoke("partner", time.Now()))
	assert.Equal(t, http.StatusForbidden, s.get("/embed/stock?partner="+id).status)
}

func TestEmbed_APartnersReadersSeeNoMoreThanThePublic(t *testing.T) {
	keys := openKeys(t, t.TempDir())
	s := newSite(t, func(c *web.Config) { c.Access, c.CacheBytes = web.Access{Keys: keys}, 1<<20 })
	s.publishGuarded(300, 20)

	key := addKey(t, keys, access.Key{Name: "partner", Rows: true, Origins: []string{partner}})
	public := s.get("/embed/stock")
	require.Contains(t, public.body, `<td class="number">–</td>`, "figures of few are withheld")
	id := "?partner=" + idOf(key)
	assert.Equal(t, public.body, strings.NewReplacer(id+"&amp;", "?", id, "", "%3Fpartner%3D"+idOf(key), "").Replace(s.get("/embed/stock"+id).body))
	assert.Equal(t, s.get("/releases/1/embed/stock.csv").body, s.get("/releases/1/embed/stock.csv"+id).body)
	keyed := s.get("/embed/stock", "Authorization", "Bearer "+key)
	assert.Equal(t, "private, max-age=0, must-revalidate", keyed.header.Get("Cache-Control"), "what a key opens is its holder's alone")
	assert.Equal(t, "public, max-age=0, must-revalidate", public.header.Get("Cache-Control"))
}

func TestEmbed_ReadersPayAndNotThePartner(t *testing.T) {
	s, keys := guarded(t, web.Access{AnonymousBudget: access.Budget{Cost: 60, Per: time.Hour}})
	key := addKey(t, keys, access.Key{Name: "partner", Origins: []string{partner}, Budget: access.Budget{Cost: 50, Per: time.Hour}})
	path := "/embed/stock?partner=" + idOf(key)
	answer := s.get(path)
	require.Equal(t, http.StatusOK, answer.status, answer.body)
	assert.Equal(t, `"anonymous";q=60;w=3600`, answer.header.Get("RateLimit-Policy"))
	for range 60 {
		answer = s.get(path)
	}
	assert.Equal(t, http.StatusTooManyRequests, answer.status)
	assert.Contains(t, answer.body, "<p>The budget of 60/h is spent")
	assert.NotEmpty(t, answer.header.Get("Retry-After"))
	assert.Regexp(t, `r=49;`, s.post(numberQuery, "Authorization", "Bearer "+key).header.Get("RateLimit"), "its purse is full but for this question")
	assert.Equal(t, http.StatusTooManyRequests, s.get("/embed/stock?partner=aaaaaaaa").status, "guessing ids is paid for, too")
}
