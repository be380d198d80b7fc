package embeds_test

import (
	"encoding/json"
	"encoding/xml"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

// oEmbed is an answer as a site would read it.
type oEmbed struct {
	XMLName      xml.Name `json:"-" xml:"oembed"`
	Version      string   `json:"version" xml:"version"`
	Type         string   `json:"type" xml:"type"`
	Title        string   `json:"title" xml:"title"`
	ProviderName string   `json:"provider_name" xml:"provider_name"`
	ProviderURL  string   `json:"provider_url" xml:"provider_url"`
	CacheAge     int      `json:"cache_age" xml:"cache_age"`
	HTML         string   `json:"html" xml:"html"`
	URL          string   `json:"url" xml:"url"`
	Width        int      `json:"width" xml:"width"`
	Height       int      `json:"height" xml:"height"`
}

// oEmbedOf asks how to show an address, with more parameters after it.
func oEmbedOf(s *sitetest.Site, address, more string) sitetest.Reply {
	return s.Get("/oembed?url=" + url.QueryEscape(address) + more)
}

func readOEmbed(r sitetest.Reply, t *testing.T) oEmbed {
	t.Helper()
	require.Equal(t, http.StatusOK, r.Status, r.Body)
	var read oEmbed
	if strings.HasPrefix(r.Header.Get("Content-Type"), "text/xml") {
		require.NoError(t, xml.Unmarshal([]byte(r.Body), &read), r.Body)
		read.XMLName = xml.Name{}
	} else {
		decoder := json.NewDecoder(strings.NewReader(r.Body))
		decoder.DisallowUnknownFields()
		require.NoError(t, decoder.Decode(&read), r.Body)
	}
	return read
}

const publicEmbed = "https://homebound.example/embed/stock?region=RU-PRI"

func TestOEmbed_DescribesAnEmbedInBothFormats(t *testing.T) {
	s := sitetest.WithRelease(t)
	answer := oEmbedOf(s, publicEmbed, "&maxwidth=600&maxheight=400")
	assert.Equal(t, "application/json; charset=utf-8", answer.Header.Get("Content-Type"))
	assert.Equal(t, `{"version":"1.0","type":"rich","title":"Workers present, Primorsky Krai","provider_name":"Homebound","provider_url":"https://homebound.example",`+
		`"cache_age":3600,"html":"\u003ciframe src=\"https://homebound.example/embed/stock?region=RU-PRI\" title=\"Workers present, Primorsky Krai\" width=\"600\" height=\"400\" `+
		`frameborder=\"0\" loading=\"lazy\"\u003e\u003c/iframe\u003e","width":600,"height":400}`+"\n", answer.Body)

	asXML := oEmbedOf(s, publicEmbed, "&maxwidth=600&maxheight=400&format=xml")
	assert.Equal(t, "text/xml; charset=utf-8", asXML.Header.Get("Content-Type"))
	assert.Equal(t, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<oembed><version>1.0</version><type>rich</type><title>Workers present, Primorsky Krai</title>`+
		`<provider_name>Homebound</provider_name><provider_url>https://homebound.example</provider_url><cache_age>3600</cache_age>`+
		`<html>&lt;iframe src=&#34;https://homebound.example/embed/stock?region=RU-PRI&#34; title=&#34;Workers present, Primorsky Krai&#34; width=&#34;600&#34; height=&#34;400&#34; frameborder=&#34;0&#34; loading=&#34;lazy&#34;&gt;&lt;/iframe&gt;</html>`+
		`<width>600</width><height>400</height></oembed>`, asXML.Body)
	assert.Equal(t, readOEmbed(answer, t), readOEmbed(asXML, t))

	free := readOEmbed(oEmbedOf(s, publicEmbed, ""), t)
	assert.Equal(t, 800, free.Width)
	assert.Greater(t, free.Height, 700, "the picture, and what stands below it")
	phone := readOEmbed(oEmbedOf(s, publicEmbed, "&maxwidth=360"), t)
	assert.Equal(t, 360, phone.Width)
	archived := readOEmbed(oEmbedOf(s, "https://homebound.example/releases/1/embed/stock?region=RU-PRI&theme=dark", ""), t)
	assert.Contains(t, html.UnescapeString(archived.HTML), `src="https://homebound.example/releases/1/embed/stock?region=RU-PRI&theme=dark"`)
}

func TestOEmbed_IsFoundFromTheEmbed(t *testing.T) {
	s := sitetest.WithRelease(t)
	for _, path := range []string{"/embed/stock?region=RU-PRI&theme=dark", "/releases/1/embed/stock"} {
		links := regexp.MustCompile(`<link rel="alternate" type="(?:application/json|text/xml)\+oembed" href="([^"]+)"`).FindAllStringSubmatch(s.Get(path).Body, -1)
		require.Len(t, links, 2)
		for _, link := range links {
			ask, absolute := strings.CutPrefix(html.UnescapeString(link[1]), "https://homebound.example")
			require.True(t, absolute, link[1])
			found := readOEmbed(s.Get(ask), t)
			assert.Contains(t, html.UnescapeString(found.HTML), `src="https://homebound.example`+path+`"`)
		}
	}
}

// TestOEmbed_IsFoundFromPages as WordPress looks for it: by links in the head, that are asked as they stand.
func TestOEmbed_IsFoundFromPages(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	for path, src := range map[string]string{"/": "/embed/stock?nationalities=KP&amp;region=RU", "/releases/1/": "/releases/1/embed/stock?nationalities=KP&amp;region=RU"} {
		head, _, _ := strings.Cut(s.Get(path).Body, "</head>")
		links := regexp.MustCompile(`<link rel="alternate" type="(?:application/json|text/xml)\+oembed" href="https://homebound\.example([^"]+)"`).FindAllStringSubmatch(head, -1)
		require.Len(t, links, 2, path)
		for _, link := range links {
			found := readOEmbed(s.Get(html.UnescapeString(link[1])), t)
			assert.Equal(t, "rich", found.Type)
			assert.Contains(t, found.HTML, `src="https://homebound.example`+src+`"`)
		}
	}
	for _, path := range []string{"/charts/stock.png?region=RU-PRI", "/releases/1/charts/stock.svg"} {
		link := regexp.MustCompile(`^<https://homebound\.example(/oembed\?[^>]+&format=json)>; rel="alternate"; type="application/json\+oembed"`).FindStringSubmatch(s.Get(path).Header.Get("Link"))
		require.NotNil(t, link, path)
		assert.Contains(t, readOEmbed(s.Get(link[1]), t).URL, "https://homebound.example"+strings.Split(path, "?")[0])
	}
	assert.Empty(t, s.Get("/charts/stock.csv").Header.Get("Link"))
}

// TestOEmbed_LinksToAStatement finds from a statement's page how to link to it: it has no picture to show elsewhere.
func TestOEmbed_LinksToAStatement(t *testing.T) {
	s := sitetest.WithRelease(t)
	for _, path := range []string{"/claims/C001", "/releases/1/claims/C001"} {
		head, _, _ := strings.Cut(s.Get(path).Body, "</head>")
		links := regexp.MustCompile(`type="(?:application/json|text/xml)\+oembed" href="https://homebound\.example([^"]+)"`).FindAllStringSubmatch(head, -1)
		require.Len(t, links, 2, path)
		for _, link := range links {
			answer := s.Get(html.UnescapeString(link[1]))
			found := readOEmbed(answer, t)
			assert.Equal(t, "link", found.Type)
			assert.Contains(t, found.Title, ": ")
			assert.NotContains(t, answer.Body, "width")
		}
	}
	assert.Equal(t, "link", readOEmbed(oEmbedOf(s, "HTTP://Homebound.Example:443/claims/C001/?fbclid=x", ""), t).Type)
	unknown := oEmbedOf(s, "https://homebound.example/claims/C9999", "")
	assert.Equal(t, http.StatusNotFound, unknown.Status)
	assert.Contains(t, unknown.Body, "There is no statement")
}

// TestOEmbed_KnowsAnAddressHoweverItIsWritten takes addresses as readers copy them and as others pass them on.
func TestOEmbed_KnowsAnAddressHoweverItIsWritten(t *testing.T) {
	s := sitetest.WithRelease(t)
	for shown, addresses := range map[string][]string{
		"/embed/stock?nationalities=KP&region=RU": {"https://homebound.example", "https://homebound.example/", "http://HOMEBOUND.example:80/",
			"https://homebound.example:443/?utm_source=x&fbclid=y", "https://homebound.example/#claims"},
		"/releases/1/embed/stock?nationalities=KP&region=RU": {"https://homebound.example/releases/1/?igsh=1", "https://homebound.example/releases/1"},
		"/embed/stock": {"https://homebound.example/embed/stock", "https://Homebound.Example/embed/stock/", "http://homebound.example/embed/stock?gclid=1",
			"HTTPS://homebound.example/charts/stock", "https://homebound.example/charts/stock/?utm_campaign=a"},
		"/embed/stock?region=RU-PRI": {"https://homebound.example/regions/RU-PRI", "https://homebound.example/regions/RU-PRI/?fbclid=x",
			"https://homebound.example/charts/stock?region=RU-PRI&utm_medium=x"},
	} {
		for _, address := range addresses {
			found := html.UnescapeString(readOEmbed(oEmbedOf(s, address, ""), t).HTML)
			assert.Contains(t, found, `src="https://homebound.example`+shown+`"`, address)
		}
	}
	below := sitetest.WithRelease(t, func(c *web.Config) { c.PublicURL = "https://homebound.example/below" })
	assert.Equal(t, http.StatusNotFound, oEmbedOf(below, "https://homebound.example/embed/stock", "").Status)
	assert.Contains(t, readOEmbed(oEmbedOf(below, "https://homebound.example/below/embed/stock", ""), t).HTML, `src="https://homebound.example/below/embed/stock"`)
}

func TestOEmbed_DescribesAPicture(t *testing.T) {
	s := sitetest.WithRelease(t)
	for _, test := range []struct {
		path, more    string
		width         int
		url           string
		narrowerThanW bool
	}{
		{"/charts/stock.png?region=RU-PRI", "", 800, "/charts/stock.png?region=RU-PRI&width=800", false},
		{"/charts/stock.svg?width=1200", "&maxwidth=500", 500, "/charts/stock.svg?width=500", false},
		{"/releases/1/charts/stock.png", "&maxwidth=200", 200, "/releases/1/charts/stock.png?width=320", true},
	} {
		photo := readOEmbed(oEmbedOf(s, "https://homebound.example"+test.path, test.more), t)
		assert.Equal(t, "photo", photo.Type)
		assert.Equal(t, test.width, photo.Width)
		assert.Equal(t, "https://homebound.example"+test.url, photo.URL)
		assert.Empty(t, photo.HTML)
		svg := s.Get(strings.Replace(strings.TrimPrefix(photo.URL, "https://homebound.example"), ".png", ".svg", 1)).Body
		size := regexp.MustCompile(`<svg [^>]*width="(\d+)" height="(\d+)"`).FindStringSubmatch(svg)
		require.NotNil(t, size, svg)
		width, err := strconv.Atoi(size[1])
		require.NoError(t, err)
		height, err := strconv.Atoi(size[2])
		require.NoError(t, err)
		assert.InDelta(t, float64(height)/float64(width), float64(photo.Height)/float64(photo.Width), 0.01, "as the picture is drawn")
		assert.Equal(t, test.narrowerThanW, photo.Width < width)
	}
	low := readOEmbed(oEmbedOf(s, "https://homebound.example/charts/stock.svg", "&maxheight=100"), t)
	assert.LessOrEqual(t, low.Height, 100)
	assert.Less(t, low.Width, 200)
}

func TestOEmbed_RefusesWhatIsNotToBeShown(t *testing.T) {
	s := sitetest.WithRelease(t)
	for name, test := range map[string]struct {
		address, more string
		status        int
	}{
		"no address":              {"", "", 404},
		"another site":            {"https://elsewhere.example/embed/stock", "", 404},
		"a site that begins so":   {"https://homebound.example.evil.example/embed/stock", "", 404},
		"somebody at the site":    {"https://homebound.example@evil.example/embed/stock", "", 404},
		"another scheme":          {"javascript://homebound.example/embed/stock", "", 404},
		"GraphiQL":                {"https://homebound.example/graphiql", "", 404},
		"a page of no region":     {"https://homebound.example/regions/RU-NOWHERE", "", 404},
		"a page of no picture":    {"https://homebound.example/charts/nothing", "", 404},
		"data":                    {"https://homebound.example/charts/stock.csv", "", 404},
		"an embed with an ending": {"https://homebound.example/embed/stock.svg", "", 404},
		"no such chart":           {"https://homebound.example/embed/nothing", "", 404},
		"no such region":          {publicEmbed + "X", "", 404},
		"no such release":         {"https://homebound.example/releases/9/embed/stock", "", 404},
		"a hostile address":       {`https://homebound.example/embed/stock"><script>`, "", 404},
		"another format":          {publicEmbed, "&format=yaml", 501},
		"no width":                {publicEmbed, "&maxwidth=0", 400},
		"a width in words":        {publicEmbed, "&maxwidth=wide", 400},
	} {
		t.Run(name, func(t *testing.T) {
			answer := oEmbedOf(s, test.address, test.more)
			assert.Equal(t, test.status, answer.Status, answer.Body)
			assert.NotEmpty(t, answer.Failure(t).Message)
		})
	}
	const hostile = `https://homebound.example/embed/stock?theme=dark&nationalities=KP&region=RU-PRI#"onload="alert(1)`
	assert.NotContains(t, readOEmbed(oEmbedOf(s, hostile, ""), t).HTML, "onload")
}

func TestOEmbed_OfAClosedServerIsThePartners(t *testing.T) {
	s, keys := sitetest.Guarded(t, web.Access{RefuseAnonymous: true})
	id := idOf(sitetest.AddKey(t, keys, access.Key{Name: "partner", Origins: []string{sitetest.Partner}}))
	assert.Equal(t, http.StatusUnauthorized, oEmbedOf(s, publicEmbed, "").Status)
	assert.Equal(t, http.StatusForbidden, oEmbedOf(s, publicEmbed+"&partner=aaaaaaaa", "").Status)
	assert.Equal(t, http.StatusUnauthorized, oEmbedOf(s, "https://homebound.example/charts/stock.svg?partner="+id, "").Status)
	found := readOEmbed(oEmbedOf(s, publicEmbed+"&partner="+id, ""), t)
	assert.Contains(t, html.UnescapeString(found.HTML), `src="https://homebound.example/embed/stock?partner=`+id+`&region=RU-PRI"`, "the id goes along")
}
