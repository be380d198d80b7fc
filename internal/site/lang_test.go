package site_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"homebound/internal/site/pictures"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
)

// properNames are what is called the same in every language: formats, units of files, and what products are called.
var properNames = regexp.MustCompile(`\b(Homebound|GraphiQL|GraphQL|CSV|TSV|XLSX|NDJSON|JSON|Parquet|Arrow|Atom|HTML|SVG|PNG|URL|SHA|SQL|sha256|` +
	`csv|xlsx|ndjson|json|parquet|arrow|zip|metadata|p5|p25|iframe|RSS|ISO|UTF-8|Excel|Grafana|DuckDB|Power BI|Observable|Google Sheets|WordPress)\b`)

// latin finds what is written in Latin letters, and address what may be.
var (
	latin   = regexp.MustCompile(`[A-Za-z][A-Za-z’'-]+`)
	address = regexp.MustCompile(`https?://\S+|/releases/\S*|sha256:[0-9a-f…]+|S/RES/\d+|\S*[=&]\S*|[A-Z]{2}(-[A-Z]{2,3}){1,2}\b|\b[IVX]+\b`)
)

// inLatin lists the words in Latin letters of a text, but for addresses and names.
func inLatin(text string) []string {
	return latin.FindAllString(properNames.ReplaceAllString(address.ReplaceAllString(text, " "), " "), -1)
}

// readerAttributes are those that a reader sees or hears.
var readerAttributes = []string{"alt", "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "title", "placeholder", "label",
	"content"}

// spoken has the texts of a page: those in its own language, and those that it says are in another one.
type spoken struct{ own, marked []string }

// listen collects the texts under a node.
func (s *spoken) listen(n *html.Node, language string) {
	foreign := language
	if n.Type == html.ElementNode {
		if slices.Contains([]string{"script", "style", "code", "pre", "kbd", "samp"}, n.Data) {
			return
		}
		named := ""
		for _, a := range n.Attr {
			if a.Key == "lang" {
				foreign = a.Val
			}
			if a.Key == "name" || a.Key == "property" {
				named = a.Val
			}
		}
		for _, a := range n.Attr {
			isMeta := n.Data == "meta" && !slices.Contains([]string{"description", "og:title", "og:description", "og:image:alt"}, named)
			if slices.Contains(readerAttributes, a.Key) && !isMeta || n.Data == "input" && a.Key == "value" && named == "" {
				s.add(a.Val, foreign)
			}
		}
	}
	if n.Type == html.TextNode {
		s.add(n.Data, foreign)
	}
	for child := range n.ChildNodes() {
		s.listen(child, foreign)
	}
}

func (s *spoken) add(text, language string) {
	text = strings.Join(strings.Fields(text), " ")
	switch {
	case text == "":
	case language == "ru":
		s.own = append(s.own, text)
	default:
		s.marked = append(s.marked, text)
	}
}

// unmarked lists what is said in Latin letters without being marked. A title or a description can be no element with a
// language of its own, so that it may repeat what the page marks. known are names of the data that stand in texts which
// cannot be marked.
func (s *spoken) unmarked(known []string) (found []string) {
	known = append(slices.Clone(known), s.marked...)
	slices.SortFunc(known, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, text := range s.own {
		left := text
		for _, quoted := range known {
			if len(quoted) > 1 {
				left = strings.ReplaceAll(left, quoted, " ")
			}
		}
		if len(inLatin(left)) > 0 {
			found = append(found, text)
		}
	}
	return found
}

// kindOf returns an address without what varies within a kind of pages, and how many of the kind are read.
func kindOf(path string) (kind string, most int) {
	path, _, _ = strings.Cut(path, "?")
	path = regexp.MustCompile(`^/releases/\d+`).ReplaceAllString(path, "")
	switch {
	case strings.Contains(path, "/claims/C"):
		return "claim", 8
	case strings.Contains(path, "/regions/"):
		return "region", 5
	case strings.Contains(path, "/charts/"):
		return path, 2
	}
	return path, 4
}

// namesOf lists the names that a release has in English alone, and that pictures and embeds write into their lines:
// publishers, and regions without a local name.
func namesOf(s *sitetest.Site) (names []string) {
	var answer struct {
		Data struct {
			Sources struct{ Nodes []struct{ Publisher string } }
			Regions struct{ Nodes []struct{ Local string } }
		}
	}
	r := s.Post(`{ sources(first: 1000) { nodes { publisher } } regions(first: 1000) { nodes { local: name(language: LOCAL) } } }`)
	require.NoError(s.T, json.Unmarshal([]byte(r.Body), &answer), r.Body)
	names = []string{"Natural Earth"}
	for _, n := range answer.Data.Sources.Nodes {
		names = append(names, n.Publisher)
	}
	for _, n := range answer.Data.Regions.Nodes {
		if len(inLatin(n.Local)) > 0 {
			names = append(names, n.Local)
		}
	}
	require.Greater(s.T, len(names), 20)
	return names
}

// TestSite_SaysInRussianWhatItSays follows every link of the pages in Russian, and looks for words in Latin letters that
// are not said to be in another language. What it does not know is a fault: a text that is written in code, or that comes
// with the data, is translated or marked, or the test fails.
func TestSite_SaysInRussianWhatItSays(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)
	s.Begin(300, 320)
	waiting := []string{"/", "/regions", "/claims", "/claims?verdict=refuted&region=RU-PRI&search=workers", "/changes", "/releases/1/",
		"/releases/1/changes", "/no-such-page", "/claims/C999", "/regions/XX", "/charts/nothing", "/charts/stock?region=XX",
		"/regions?colour=red", "/claims?verdict=odd", "/releases/99/", "/embed/nothing", "/embed/stock?region=XX"}
	for i, path := range waiting {
		waiting[i] = path + map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "lang=ru"
	}
	for _, chart := range append(slices.Clone(pictures.Names), pictures.MembersName) {
		for _, form := range []string{"/charts/%s?region=RU-PRI&lang=ru", "/embed/%s?region=RU&lang=ru", "/charts/%s.svg?lang=ru&region=RU-PRI"} {
			waiting = append(waiting, fmt.Sprintf(form, chart))
		}
	}
	data := namesOf(s)
	inQuotes := regexp.MustCompile(`"[^"]*"`)
	var names []string
	for _, name := range regexp.MustCompile(`(?m)^\s+(\w+)(?:\(.*)?:`).FindAllStringSubmatch(sitetest.Contract(t), -1) {
		names = append(names, name[1])
	}
	parameters := regexp.MustCompile(`\b(` + strings.Join(names, "|") + `|` + strings.Join(pictures.Names, "|") + `|width|scale|theme|accent|light|dark|lang|svg|png|another|agreeing|open|none|embed|charts|claims|[A-Z_]{4,})\b`)
	seen, kinds, links := map[string]bool{}, map[string]int{}, regexp.MustCompile(`(?:href|src|srcset)="(?:https://homebound\.example)?(/[^"# ]*)`)
	faults := map[string][]string{}
	for len(waiting) > 0 {
		path := waiting[0]
		waiting = waiting[1:]
		kind, most := kindOf(path)
		if seen[path] || kinds[kind] >= testsize.Rounds(most, 1) {
			continue
		}
		seen[path] = true
		kinds[kind]++
		r := s.Get(path, "Accept", "text/html,image/svg+xml,*/*")
		require.Less(t, r.Status, http.StatusInternalServerError, path)
		if media := r.Header.Get("Content-Type"); !strings.HasPrefix(media, "text/html") && !strings.HasPrefix(media, "image/svg") {
			continue
		}
		page, err := html.Parse(strings.NewReader(r.Body))
		require.NoError(t, err)
		var heard spoken
		heard.listen(page, "")
		assert.True(t, slices.ContainsFunc(heard.own, func(text string) bool {
			return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
		}), "%s says nothing in Russian", path)
		if strings.HasPrefix(r.Header.Get("Content-Type"), "image/svg") { // whose lines are broken anywhere
			heard.own = []string{strings.Join(heard.own, " ")}
		}
		if r.Status >= http.StatusBadRequest { // which quote what was asked for, and name parameters
			for i, text := range heard.own {
				heard.own[i] = parameters.ReplaceAllString(inQuotes.ReplaceAllString(text, " "), " ")
			}
		}
		for _, text := range heard.unmarked(data) {
			faults[text] = append(faults[text], path)
		}
		for _, link := range links.FindAllStringSubmatch(r.Body, -1) {
			to, err := url.Parse(html.UnescapeString(link[1]))
			if err == nil && to.Query().Get("lang") == "ru" && to.Query().Get("theme") != "dark" {
				waiting = append(waiting, to.String())
			}
		}
	}
	for _, text := range slices.Sorted(maps.Keys(faults)) {
		t.Errorf("%q is said in Russian by %s", text, strings.Join(faults[text][:min(3, len(faults[text]))], ", "))
	}
	assert.Greater(t, len(seen), testsize.Rounds(100, 60))
}
