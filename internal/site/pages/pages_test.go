package pages_test

import (
	"encoding/json"
	"encoding/xml"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

func TestRegion_TellsWhatIsKnownOfIt(t *testing.T) {
	s := sitetest.WithRelease(t)
	answer := s.Get("/regions/RU-PRI")
	require.Equal(t, http.StatusOK, answer.Status)
	page := words(answer.Body)
	says(t, page, "Far Eastern Federal District, Russian Federation, World, on the boundaries of")
	says(t, page, "Приморский край")
	for _, chart := range []string{"stock", "permits", "outcomes"} {
		says(t, answer.Body, `data-chart="`+chart+`" data-query="nationalities=KP&amp;region=RU-PRI" data-release="1"`)
	}
	says(t, page, "2017 ")
	says(t, page, "By the register, whose rows are made up by a program.")
	says(t, page, "(made up)", "an employer that is")
	assert.Len(t, statements(answer.Body), 5)
	says(t, answer.Body, "/export/observations.csv?codes=RU-PRI")
	assert.Empty(t, enumWords.FindAllString(readable(answer.Body), -1))
	assert.Empty(t, s.Log.String())
}

func TestRegion_EveryOneHasAPage(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	index := s.Get("/regions").Body
	found := regexp.MustCompile(`href="(/regions/[^"]+)"`).FindAllStringSubmatch(index, -1)
	assert.Greater(t, len(found), 100)
	for i := 0; i < len(found); i += 7 { // some of each kind: all take as long as all other tests
		page := s.Get(found[i][1])
		assert.Equal(t, http.StatusOK, page.Status, found[i][1])
		assert.Empty(t, enumWords.FindAllString(readable(page.Body), -1), found[i][1])
	}
	assert.Empty(t, s.Log.String())
}

func TestRegion_ListsNoEmployerOfMaskedRows(t *testing.T) {
	s := sitetest.New(t)
	s.Load(realRegister(t, 300, 10))
	page := words(s.Get("/regions/RU-PRI").Body)
	says(t, page, "Employers are not listed: the rows of this release are masked")
}

// readable returns what a page says to readers, but for what the publishers' own titles say.
func readable(page string) string {
	page = regexp.MustCompile(`(?s)<script.*?</script>|<cite>.*?</cite>|<tbody>.*?</tbody>`).ReplaceAllString(page, "")
	return words(page)
}

func TestClaims_AreFilteredByAForm(t *testing.T) {
	s := sitetest.WithRelease(t)
	all := s.Get("/claims")
	says(t, words(all.Body), "172 statements")
	says(t, all.Body, `<form class="filters" action="/claims" method="get" role="search">`)
	next := regexp.MustCompile(`href="(/claims\?after=[^"]+)" rel="next"`).FindStringSubmatch(all.Body)
	require.NotEmpty(t, next)
	assert.NotEqual(t, statements(all.Body)[0], statements(s.Get(html.UnescapeString(next[1])).Body)[0])

	another := s.Get("/claims?search=&verdict=another&region=").Body
	says(t, words(another), "1 statement ")
	says(t, another, `<option value="another" selected>Another number is known</option>`)
	says(t, words(s.Get("/claims?region=RU-PRI").Body), "statements about Primorsky Krai")
	says(t, words(s.Get("/claims?search=nothing+of+the+kind").Body), "0 statements")
	for _, wrong := range []string{"/claims?verdict=lie", "/claims?region=XX-YY", "/claims/C999", "/regions/XX"} {
		answer := s.Get(wrong)
		assert.Equal(t, http.StatusNotFound, answer.Status, wrong)
		assert.Equal(t, "text/html; charset=utf-8", answer.Header.Get("Content-Type"), wrong)
		says(t, words(answer.Body), "There is no such page", wrong)
	}
}

// statements returns the addresses of the statements of a list.
func statements(page string) (all []string) {
	for _, found := range regexp.MustCompile(`class="statement"><a href="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		all = append(all, found[1])
	}
	return all
}

// Words that would say more of a person than evidence can.
var defamatory = regexp.MustCompile(`(?i)\b(false|lied|lies|liar|wrong|untruth|contradict(s|ed)?|misled|misleading|fabricat\w*)\b`)

// Read as a lawyer of the person quoted would: every statement with who, when and where it was printed, a verdict that
// is no stronger than its evidence, and no word for readers that a computer made.
func TestClaims_EachIsFairToItsSpeaker(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	var asked struct {
		Data struct {
			Claims struct {
				Nodes []struct {
					Statement, Speaker, MadeOn string
					Source                     struct{ Publisher, PublishedOn string }
					Note                       string
					Check                      *struct {
						Verdict           string
						Allowed, Possible []interval
						Evidence          []struct{ Counted bool }
					}
				}
			}
		}
	}
	answer := s.Post(`{ claims(first: 500) { nodes { statement speaker madeOn note source { publisher publishedOn }
		check { verdict allowed { from to } possible { from to } evidence { counted } } } } }`).Body
	require.NoError(t, json.Unmarshal([]byte(answer), &asked), answer)
	require.Len(t, asked.Data.Claims.Nodes, 172)
	var paths []string
	for path := "/claims"; path != ""; {
		page := s.Get(path).Body
		paths = append(paths, statements(page)...)
		next := regexp.MustCompile(`href="([^"]+)" rel="next"`).FindStringSubmatch(page)
		if path = ""; len(next) > 0 {
			path = html.UnescapeString(next[1])
		}
	}
	require.Len(t, paths, 172)
	for i, claim := range asked.Data.Claims.Nodes {
		page := s.Get(paths[i])
		require.Equal(t, http.StatusOK, page.Status, paths[i])
		said := readable(page.Body)
		says(t, said, strings.Join(strings.Fields(claim.Statement), " "), paths[i])
		says(t, said, strings.Join(strings.Fields(claim.Speaker), " "), paths[i])
		says(t, said, "printed in "+claim.Source.Publisher, paths[i])
		assert.Regexp(t, `, on (\d+ [A-Z][a-z]+ \d{4}|a day that is not known); printed in`, said, paths[i])
		assert.Regexp(t, ` of \d+ [A-Z][a-z]+ \d{4}|on a day that is not known`, said, paths[i])
		own := strings.NewReplacer(claim.Statement, "", claim.Note, "").Replace(said)
		assert.Empty(t, defamatory.FindAllString(own, -1), paths[i])
		assert.Empty(t, enumWords.FindAllString(own, -1), paths[i])
		assert.NotRegexp(t, `\b[12]\d{3}-\d{2}`, own, "%s: days as people write them", paths[i])
		verdict := ""
		if claim.Check != nil {
			verdict = claim.Check.Verdict
		}
		fits := map[string]string{"": "No number to hold against", "UNDECIDED": "Left open",
			"CONSISTENT": "Agrees with another source", "INCONSISTENT": "Another number is known"}
		says(t, own, "What does it come to? "+fits[verdict], paths[i])
		if verdict == "INCONSISTENT" {
			assert.True(t, disjoint(claim.Check.Allowed, claim.Check.Possible), paths[i])
			says(t, own, "Which of them is right is not decided by that.", paths[i])
		}
		if verdict == "CONSISTENT" || verdict == "INCONSISTENT" {
			counted := 0
			for _, e := range claim.Check.Evidence {
				if e.Counted {
					counted++
				}
			}
			assert.Positive(t, counted, "%s: decided by nothing", paths[i])
		}
	}
	assert.Empty(t, s.Log.String())
}

type interval struct{ From, To *float64 }

// disjoint reports whether no value is in an interval of both.
func disjoint(a, b []interval) bool {
	for _, x := range a {
		for _, y := range b {
			if (x.From == nil || y.To == nil || *x.From <= *y.To) && (y.From == nil || x.To == nil || *y.From <= *x.To) {
				return false
			}
		}
	}
	return len(a) > 0 && len(b) > 0
}

func TestChart_HasAPageBesideItsFiles(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	for _, name := range []string{"stock", "permits", "map", "outcomes", "impact", "variants", "bridge", "tornado", "compliance"} {
		page := s.Get("/charts/" + name)
		require.Equal(t, http.StatusOK, page.Status, name)
		assert.Equal(t, "text/html; charset=utf-8", page.Header.Get("Content-Type"), name)
		says(t, page.Body, "<h1>", name)
		for _, extension := range []string{"svg", "png", "csv", "json"} {
			assert.Regexp(t, `href="/releases/1/charts/`+name+`\.`+extension+`\?`, page.Body)
		}
		says(t, page.Body, `&lt;figure data-homebound=&#34;`+name+`&#34;`, "a snippet that is there without scripts")
		says(t, page.Body, `href="/embed/`+name+`?`)
		saysNot(t, page.Body, "<button", "a control that would do nothing")
		assert.Equal(t, "image/svg+xml", s.Get("/charts/"+name+".svg").Header.Get("Content-Type"), "and the file stays as it was")
	}
	says(t, words(s.Get("/charts/stock?region=RU-PRI").Body), "Workers present, Primorsky Krai")
	answer := s.Get("/charts/stock?region=XX-YY")
	assert.Equal(t, http.StatusNotFound, answer.Status)
	says(t, words(answer.Body), "There is no such page")
	assert.Equal(t, http.StatusBadRequest, s.Get("/charts/stock?colour=red").Status)
}

// What links to a page shows, and search engines read.
func TestPages_SayWhatTheyAre(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	for _, path := range []string{"/", "/regions", "/regions/RU-PRI", "/claims", "/claims/C001", "/charts/stock?nationalities=KP&region=RU-PRI", "/changes"} {
		page := s.Get(path).Body
		says(t, page, `<link rel="canonical" href="https://homebound.example`+html.EscapeString(path)+`">`)
		says(t, page, `<meta property="og:url" content="https://homebound.example`+html.EscapeString(path)+`">`)
		assert.Regexp(t, `<meta property="og:title" content="[^"]+">`, page, path)
		assert.Regexp(t, `<meta property="og:description" content="[^"]+">`, page, path)
	}
	card := regexp.MustCompile(`<meta property="og:image" content="https://homebound.example([^"]+)">`)
	for _, path := range []string{"/", "/regions/RU-PRI", "/charts/map"} {
		found := card.FindStringSubmatch(s.Get(path).Body)
		require.NotEmpty(t, found, path)
		picture := s.Get(html.UnescapeString(found[1]))
		assert.Equal(t, "image/png", picture.Header.Get("Content-Type"), path)
	}
	for _, path := range []string{"/", "/regions/RU-PRI"} {
		found := regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`).FindStringSubmatch(s.Get(path).Body)
		require.NotEmpty(t, found, path)
		var set map[string]any
		require.NoError(t, json.Unmarshal([]byte(found[1]), &set), found[1])
		assert.Equal(t, "Dataset", set["@type"])
		for _, name := range []string{"name", "description", "url", "distribution", "datePublished", "temporalCoverage", "creator"} {
			assert.NotEmpty(t, set[name], name)
		}
	}
}

func TestPages_AreInTheSitemap(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	says(t, s.Get("/robots.txt").Body, "Sitemap: https://homebound.example/sitemap.xml")
	var list struct {
		URL []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	answer := s.Get("/sitemap.xml")
	require.NoError(t, xml.Unmarshal([]byte(answer.Body), &list), answer.Body)
	assert.Greater(t, len(list.URL), 172+80)
	for i, entry := range list.URL {
		if path, own := strings.CutPrefix(entry.Loc, "https://homebound.example"); assert.True(t, own, entry.Loc) && i%17 == 0 {
			assert.Equal(t, http.StatusOK, s.Get(path).Status, path)
		}
	}
}

func TestPages_OfAnOldReleaseStay(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)
	s.Begin(300, 400)
	for _, path := range []string{"/regions/RU-PRI", "/claims", "/claims/C001", "/charts/stock?nationalities=KP&region=RU-PRI"} {
		old := s.Get("/releases/1" + path)
		require.Equal(t, http.StatusOK, old.Status, path)
		says(t, old.Body, `This is the page of release 1, as it was published and for ever. The current one is <a href="`+html.EscapeString(path)+`">release 2</a>.`)
		says(t, old.Body, `<link rel="canonical" href="https://homebound.example/releases/1`+html.EscapeString(path)+`">`)
		saysNot(t, s.Get(path).Body, "This is the page of release")
		for _, address := range addresses.FindAllStringSubmatch(old.Body, -1) {
			if strings.HasPrefix(address[1], "/claims/") || strings.HasPrefix(address[1], "/regions/") {
				assert.Equal(t, html.EscapeString(path), address[1], "a page of an old release leads to others of it")
			}
		}
	}
}

// Below a path, and by another name, a page leads to addresses that are there.
func TestPages_BelowAPath(t *testing.T) {
	s := sitetest.New(t, func(c *web.Config) { c.PublicURL = "https://homebound.example/below" })
	s.Begin(300)
	for _, path := range []string{"/", "/regions/RU-PRI", "/claims", "/claims/C001", "/charts/stock"} {
		page := s.Get("/below" + path)
		require.Equal(t, http.StatusOK, page.Status, path)
		says(t, page.Body, `href="https://homebound.example/below`+path)
		for _, address := range regexp.MustCompile(` (?:href|src|srcset|action)="(/[^"#]*)`).FindAllStringSubmatch(page.Body, -1) {
			assert.True(t, strings.HasPrefix(address[1], "/below/"), "%s leads to %s", path, address[1])
		}
	}
}

func TestLost_GetAPageWhereTheyReadPages(t *testing.T) {
	s := sitetest.WithRelease(t)
	page := s.Get("/nosuch", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	assert.Equal(t, http.StatusNotFound, page.Status)
	says(t, words(page.Body), "There is no such page")
	says(t, page.Body, `<meta name="robots" content="noindex">`)
	for _, accept := range []string{"*/*", "application/json"} {
		answer := s.Get("/nosuch", "Accept", accept)
		assert.Equal(t, http.StatusNotFound, answer.Status)
		saysNot(t, answer.Body, "<html")
	}
}
