package pages_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/access"
	"homebound/internal/labour"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

// feedDocument is a feed as a reader takes it in, in the words of RFC 4287.
type feedDocument struct {
	XMLName xml.Name     `xml:"http://www.w3.org/2005/Atom feed"`
	IDs     []string     `xml:"http://www.w3.org/2005/Atom id"`
	Titles  []string     `xml:"http://www.w3.org/2005/Atom title"`
	Updated []string     `xml:"http://www.w3.org/2005/Atom updated"`
	Authors []string     `xml:"http://www.w3.org/2005/Atom author>name"`
	Links   []feedLink   `xml:"http://www.w3.org/2005/Atom link"`
	Entries []feedRecord `xml:"http://www.w3.org/2005/Atom entry"`
}

type feedRecord struct {
	IDs        []string   `xml:"http://www.w3.org/2005/Atom id"`
	Titles     []string   `xml:"http://www.w3.org/2005/Atom title"`
	Updated    []string   `xml:"http://www.w3.org/2005/Atom updated"`
	Published  string     `xml:"http://www.w3.org/2005/Atom published"`
	Links      []feedLink `xml:"http://www.w3.org/2005/Atom link"`
	Summary    string     `xml:"http://www.w3.org/2005/Atom summary"`
	Content    string     `xml:"http://www.w3.org/2005/Atom content"`
	Categories []struct {
		Term string `xml:"term,attr"`
	} `xml:"http://www.w3.org/2005/Atom category"`
}

type feedLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

// feedElements are those that RFC 4287 knows within a feed and an entry, with how often they may stand there.
var feedElements = map[string]map[string]bool{ // whether more than one is allowed
	"feed":  {"author": true, "category": true, "contributor": true, "generator": false, "icon": false, "id": false, "link": true, "logo": false, "rights": false, "subtitle": false, "title": false, "updated": false, "entry": true},
	"entry": {"author": true, "category": true, "content": false, "contributor": true, "id": false, "link": true, "published": false, "rights": false, "source": false, "summary": false, "title": false, "updated": false},
}

// readFeed reads a feed, and holds it to what RFC 4287 asks for.
func readFeed(t *testing.T, text string) feedDocument {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(text))
	var within []string
	seen := []map[string]int{{}}
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		switch element := token.(type) {
		case xml.StartElement:
			require.Equal(t, "http://www.w3.org/2005/Atom", element.Name.Space)
			if len(within) > 0 {
				if allowed, known := feedElements[within[len(within)-1]]; known {
					several, in := allowed[element.Name.Local]
					require.True(t, in, "%s in %v", element.Name.Local, within)
					seen[len(seen)-1][element.Name.Local]++
					require.True(t, several || seen[len(seen)-1][element.Name.Local] == 1, "%s more than once in %v", element.Name.Local, within)
				}
			}
			within, seen = append(within, element.Name.Local), append(seen, map[string]int{})
		case xml.EndElement:
			within, seen = within[:len(within)-1], seen[:len(seen)-1]
		}
	}
	var f feedDocument
	require.NoError(t, xml.Unmarshal([]byte(text), &f))
	required := func(ids, titles, updated []string) string {
		require.Len(t, ids, 1)
		id, err := url.Parse(ids[0])
		require.NoError(t, err)
		assert.True(t, id.IsAbs())
		require.Len(t, titles, 1)
		assert.NotEmpty(t, titles[0])
		require.Len(t, updated, 1)
		_, err = time.Parse(time.RFC3339, updated[0])
		require.NoError(t, err)
		return ids[0]
	}
	required(f.IDs, f.Titles, f.Updated)
	require.NotEmpty(t, f.Authors, "entries have no author of their own")
	ids := map[string]bool{}
	for _, e := range f.Entries {
		id := required(e.IDs, e.Titles, e.Updated)
		assert.False(t, ids[id], "two entries are %s", id)
		ids[id] = true
		assert.NotEmpty(t, e.Summary)
	}
	return f
}

func hrefOf(links []feedLink, rel string) string {
	for _, l := range links {
		if l.Rel == rel {
			return l.Href
		}
	}
	return ""
}

func TestFeed_TellsOfEveryRelease(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)
	const note = "Permits & <repatriations> \"put right\" ]]> \x01 ёж"
	content := dbtest.Sample()
	dbtest.MustPublish(t, s.Store, content)
	content.Claims = append(content.Claims, content.Claims[0])
	content.Claims[1].ID = "C2"
	draft, err := s.Store.Draft(t.Context(), db.Replace)
	require.NoError(t, err)
	defer func() { require.NoError(t, draft.Discard()) }()
	_, err = dbtest.Fill(t.Context(), draft, content)
	require.NoError(t, err)
	_, err = draft.Publish(t.Context(), dbtest.PublishedAt.Add(time.Hour), note)
	require.NoError(t, err)
	dbtest.MustPublish(t, s.Store, content)
	s.Publish(300)

	reply := s.Get("/releases.atom")
	require.Equal(t, http.StatusOK, reply.Status, reply.Body)
	assert.Equal(t, "application/atom+xml; charset=utf-8", reply.Header.Get("Content-Type"))
	assert.Equal(t, "public, max-age=0, must-revalidate", reply.Header.Get("Cache-Control"))
	f := readFeed(t, reply.Body)
	assert.Equal(t, "https://homebound.example/releases.atom", hrefOf(f.Links, "self"))
	assert.Equal(t, "https://homebound.example/", hrefOf(f.Links, "alternate"))
	assert.Equal(t, []string{"2026-01-02T03:04:05Z"}, f.Updated)
	require.Len(t, f.Entries, 4)

	var shown []string
	for _, e := range f.Entries {
		shown = append(shown, e.Titles[0]+": "+e.Summary)
	}
	assert.Regexp(t, `^Release 4: Rows: permits 300 \(\+300\), repatriations \d+ \(\+\d+\), .* In brackets: how many more or fewer than in release 3; others may have changed\. Register rows are wholly or partly synthetic\.$`, shown[0])
	assert.Equal(t, "Release 3: Rows: permits 0, repatriations 0, employers 0, regions 9, observations 6, claims 2, sources 5. The content is that of release 2.", shown[1])
	assert.Equal(t, "Release 2: Permits & <repatriations> \"put right\" ]]> \uFFFD ёж. Rows: permits 0, repatriations 0, employers 0, regions 9, observations 6, claims 2 (+1), sources 5. In brackets: how many more or fewer than in release 1; others may have changed.", shown[2])
	assert.Equal(t, "Release 1: Rows: permits 0, repatriations 0, employers 0, regions 9, observations 6, claims 1, sources 5.", shown[3])
	assert.Equal(t, "synthetic", f.Entries[0].Categories[0].Term)
	assert.Empty(t, f.Entries[1].Categories)
	releases, err := s.Store.List(t.Context())
	require.NoError(t, err)
	for i, e := range f.Entries {
		release := releases[len(releases)-1-i]
		assert.Contains(t, e.Content, "content sha256:"+release.ContentHash)
		assert.Equal(t, release.PublishedAt.Format(time.RFC3339), e.Published)
		var answer struct {
			Data   struct{ Release struct{ Number int } }
			Errors []sitetest.Failure
		}
		for _, rel := range []string{"alternate", "related"} {
			if i == 3 && rel == "related" {
				assert.Empty(t, hrefOf(e.Links, rel), "there is nothing before the first")
				continue
			}
			text := s.Get(strings.TrimPrefix(hrefOf(e.Links, rel), "https://homebound.example")).Body
			require.NoError(t, json.Unmarshal([]byte(text), &answer), text)
			require.Empty(t, answer.Errors)
			assert.Contains(t, text, map[string]string{"alternate": fmt.Sprintf(`"number":%d`, release.Number), "related": `"summary"`}[rel])
		}
	}
}

func TestFeed_IsAskedForAgainByWhatItWas(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	first := s.Get("/releases.atom")
	require.Equal(t, http.StatusOK, first.Status)
	assert.Equal(t, "Fri, 02 Jan 2026 03:04:05 GMT", first.Header.Get("Last-Modified"))
	assert.Equal(t, http.StatusNotModified, s.Get("/releases.atom", "If-None-Match", first.Header.Get("Etag")).Status)
	assert.Equal(t, http.StatusNotModified, s.Get("/releases.atom", "If-Modified-Since", first.Header.Get("Last-Modified")).Status)
	head := s.Do(http.MethodHead, "/releases.atom", "")
	assert.Equal(t, first.Header.Get("Etag"), head.Header.Get("Etag"))
	assert.Empty(t, head.Body)

	s.Publish(301)
	second := s.Get("/releases.atom", "If-None-Match", first.Header.Get("Etag"))
	require.Equal(t, http.StatusOK, second.Status)
	require.Len(t, readFeed(t, second.Body).Entries, 2)
	_, err := s.Store.Prune(1)
	require.NoError(t, err)
	third := s.Get("/releases.atom", "If-None-Match", second.Header.Get("Etag"))
	require.Equal(t, http.StatusOK, third.Status, "a release that is removed is gone from the feed")
	require.Len(t, readFeed(t, third.Body).Entries, 1)
}

func TestFeed_TellsOfTheNewestFifty(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)
	for range 53 {
		dbtest.MustPublish(t, s.Store, dbtest.Content{Countries: []labour.Country{{Code: "KP", Name: "North Korea"}}})
	}
	f := readFeed(t, s.Get("/releases.atom").Body)
	require.Len(t, f.Entries, 50)
	assert.Equal(t, "Release 53", f.Entries[0].Titles[0])
	assert.Equal(t, "Release 4", f.Entries[49].Titles[0])
	assert.NotEmpty(t, hrefOf(f.Entries[49].Links, "related"))
}

func TestFeed_IsBehindTheGate(t *testing.T) {
	s := sitetest.WithRelease(t, func(c *web.Config) { c.Access.RefuseAnonymous = true })
	assert.Equal(t, http.StatusUnauthorized, s.Get("/releases.atom").Status)
	s = sitetest.WithRelease(t, func(c *web.Config) { c.Access.AnonymousBudget = access.Budget{Cost: 2, Per: time.Hour} })
	refused := s.Get("/releases.atom")
	assert.Contains(t, []int{http.StatusBadRequest, http.StatusTooManyRequests}, refused.Status, refused.Body)
	assert.Equal(t, "LIMIT_EXCEEDED", refused.Failure(t).Extensions.Code)
	assert.Equal(t, http.StatusMethodNotAllowed, sitetest.WithRelease(t).Do(http.MethodPost, "/releases.atom", "").Status)
	assert.Equal(t, http.StatusServiceUnavailable, sitetest.New(t).Get("/releases.atom").Status, "nothing is published yet")
}
