package pages_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/exchange"
	"homebound/internal/site/sitetest"
	"homebound/internal/synth"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

var tags = regexp.MustCompile(`<[^>]*>`)

// words returns what a page says, without its markup, in one line.
func words(page string) string {
	text := html.UnescapeString(tags.ReplaceAllString(page, " "))
	text = strings.Join(strings.Fields(text), " ") // no-break spaces, too
	for _, mark := range []string{".", ",", ";", ")", ":"} {
		text = strings.ReplaceAll(text, " "+mark, mark)
	}
	return strings.ReplaceAll(text, "( ", "(")
}

// realRegister writes the default package with a register that says of itself to be real, and asks to mask its rows
// for k workers.
func realRegister(t *testing.T, permits, k int) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, exchange.WriteDefault(t.Context(), dir, synth.Config{Permits: permits, Seed: 1}))
	for _, name := range []string{"employers.csv", "permits.csv", "repatriations.csv"} {
		file := filepath.Join(dir, name)
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
		require.NoError(t, err)
		synthetic := slices.Index(rows[0], "synthetic")
		for _, row := range rows[1:] {
			require.Equal(t, "true", row[synthetic])
			row[synthetic] = "false"
		}
		var out strings.Builder
		require.NoError(t, csv.NewWriter(&out).WriteAll(rows))
		require.NoError(t, os.WriteFile(file, []byte(out.String()), 0o644))
	}
	sources := filepath.Join(dir, "sources.csv")
	text, err := os.ReadFile(sources)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(sources, []byte(strings.Replace(string(text), ",SYNTHETIC,", ",PARTNER,", 1)), 0o644))
	if k > 0 {
		manifest := filepath.Join(dir, "datapackage.json")
		var content map[string]any
		text, err := os.ReadFile(manifest)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &content))
		content["homebound"] = map[string]any{"confidential": k}
		text, err = json.Marshal(content)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(manifest, text, 0o644))
	}
	return dir
}

// says asserts what a page says; the page itself would be too long to show.
func says(t *testing.T, page, text string, why ...any) {
	t.Helper()
	assert.True(t, strings.Contains(page, text), "the page does not say %q %v", text, why)
}

// saysNot asserts what a page does not say.
func saysNot(t *testing.T, page, text string, why ...any) {
	t.Helper()
	at := strings.Index(page, text)
	if at >= 0 {
		assert.Fail(t, "too much is said", "the page says %q %v", page[max(0, at-100):min(len(page), at+len(text)+100)], why)
	}
}

// commas writes a number as readers find it.
func commas(n float64) string {
	digits := fmt.Sprintf("%.0f", math.Round(n))
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func TestHome_ItsFiguresAreThoseOfTheRelease(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)
	for _, permits := range []int{300, 2500} {
		release := s.Publish(permits)
		var asked struct {
			Data struct {
				Stock struct {
					Totals struct{ WorkersRepatriated float64 }
				}
				Permits struct {
					Rows []struct {
						Region        struct{ Name string }
						PermitsIssued float64
					}
				}
				Outcomes struct {
					Rows []struct{ WorkersRepatriated float64 }
				}
			}
		}
		answer := s.Post(`{
			stock: report(filter: {within: "RU-FD-FE", nationalities: ["KP"]}) { totals { workersRepatriated } }
			permits: report(filter: {within: "RU-FD-FE", nationalities: ["KP"]}, groupBy: [REGION], first: 3,
				orderBy: [{measure: PERMITS_ISSUED, direction: DESC}]) { rows { region { name } permitsIssued } }
			outcomes: report(filter: {within: "RU-FD-FE", nationalities: ["KP"]}, groupBy: [OUTCOME]) { rows { workersRepatriated } }
		}`).Body
		require.NoError(t, json.Unmarshal([]byte(answer), &asked), answer)
		found := asked.Data
		page := words(s.Get("/").Body)

		says(t, page, fmt.Sprintf("Release %d, published on 2 January 2026, covers", release.Number))
		says(t, page, fmt.Sprintf("%s permits and %s repatriations of a register that is made up", commas(float64(permits)),
			commas(float64(release.Counts.Repatriations))))
		for _, row := range found.Permits.Rows {
			says(t, page, row.Region.Name+" ("+commas(row.PermitsIssued)+")")
		}
		says(t, page, commas(found.Stock.Totals.WorkersRepatriated)+" left the Far Eastern Federal District:")
		for _, row := range found.Outcomes.Rows {
			assert.Regexp(t, commas(row.WorkersRepatriated)+` (went|were|left|are)`, page, row)
		}
	}
	assert.Empty(t, s.Log.String())
}

// The page opens with a sentence that answers its title, from published figures, and with their picture.
func TestHome_AnswersItsTitleFirst(t *testing.T) {
	s := sitetest.WithRelease(t)
	answer := s.Get("/").Body
	page := words(answer)
	lead := "On 31 December 2017 30,023 workers from North Korea held permits in Russia; on 10 March 2020 511 were still there, without permits, although the United Nations had told all States to send them home."
	says(t, page, lead)
	figures := regexp.MustCompile(`data-chart="([a-z]+)" data-query="([^"]*)"`).FindAllStringSubmatch(answer, -1)
	require.NotEmpty(t, figures)
	assert.Equal(t, "stock", figures[0][1])
	assert.Contains(t, figures[0][2], "region=RU", "of the country, which the figures are of")
	assert.Less(t, strings.Index(answer, `data-chart="stock"`), strings.Index(answer, "<h2"), "before the first question")
	says(t, page, "both numbers were published, by KBS World (UN report) and NK News")
}

// Each section is a question, an answer and at most one picture, so that no two figures of one thing stand side by side.
func TestHome_ASectionHasOnePicture(t *testing.T) {
	s := sitetest.WithRelease(t)
	page := s.Get("/").Body
	sections := strings.Split(page, "<section")
	assert.Equal(t, 1, strings.Count(sections[0], "<figure"))
	for _, section := range sections[1:] {
		assert.LessOrEqual(t, strings.Count(section, "<figure"), 1, "%.200s", section)
		assert.Equal(t, 1, strings.Count(section, "<h2"), "%.200s", section)
		assert.Regexp(t, `(?s)<h2[^>]*>[^<]*\?</h2>`, section, "the heading is a question")
	}
	told := words(page)
	alternatives := strings.Join(regexp.MustCompile(`alt="[^"]*"`).FindAllString(page, -1), " ")
	assert.Zero(t, strings.Count(told, "at the highest"), "no peak of the register beside the published ones")
	assert.Equal(t, 1, strings.Count(alternatives, "at the highest"), "and one in the pictures")
}

// None of the assumptions on capital is the cost by itself: each is told beside the others, with its range.
func TestHome_TellsAllVariantsOfTheCost(t *testing.T) {
	s := sitetest.WithRelease(t)
	page := s.Get("/").Body
	_, section, found := strings.Cut(page, `id="impact"`)
	require.True(t, found)
	section, _, _ = strings.Cut(section, "</section>")
	assert.Contains(t, section, `data-chart="variants"`)
	text := words(section)
	assert.Len(t, regexp.MustCompile(`[\d.]+ (million|billion) RUB \([\d.]+ (million|billion) RUB to [\d.]+ (million|billion) RUB\) if`).FindAllString(text, -1), 3, text)
	says(t, text, "no one of these is the cost by itself")
}

// A verdict is of the number that was checked, and of no other in the statement: the sentence beside it names it.
func TestHome_SaysWhichNumberOfAStatementWasChecked(t *testing.T) {
	s := sitetest.WithRelease(t)
	page := words(s.Get("/").Body)
	says(t, page, "DPRK workers fell from 34,000 to 11,000 after the resolution")
	says(t, page, "The claim says about 11,000 persons in Russian Federation in December 2018.")
}

var enumWords = regexp.MustCompile(`\b[A-Z]{4,}_[A-Z_]+\b|\b(UNKNOWN|UNDECIDED|CONSISTENT|INCONSISTENT|COMPLETED|MISSED|MIDTERM)\b`)

func TestHome_HasWordsForReaders(t *testing.T) {
	s := sitetest.WithRelease(t)
	page := s.Get("/").Body
	said := words(regexp.MustCompile(`(?s)<script.*?</script>`).ReplaceAllString(page, ""))
	assert.Empty(t, enumWords.FindAllString(said, -1))
	saysNot(t, said, "is no finding")
	assert.Less(t, len(strings.Fields(said)), 2200, "what is read and what is folded away")
}

// What happened to other countries' workers, the greatest count first.
func TestHome_TellsOfOtherStates(t *testing.T) {
	s := sitetest.WithRelease(t)
	page := words(s.Get("/").Body)
	says(t, page, "Russia 30,023, December 2017 final report, March 2020 ")
	says(t, page, "Poland 445, December 2017 half-way report, December 2019 0 100 % nobody remained")
	says(t, page, "Malaysia 0, May 2017 half-way report 0 none to go nobody remained")
	says(t, page, "China not known final report, March 2020 not known not known not known")
	assert.Less(t, strings.Index(page, "Russia 30,023"), strings.Index(page, "Qatar 2,541"))
	assert.Regexp(t, `Of 53 states that reported or were counted, nobody remained in \d+ by their own figures`, page)
}

func TestHome_SaysWhichReleaseItIs(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)
	release := s.Publish(300)
	answer := s.Get("/")
	page := words(answer.Body)
	says(t, page, "300 permits and ")
	says(t, page, commas(float64(release.Counts.Observations)), "numbers are easy to read")
	says(t, page, "sha256:"+release.ContentHash)
	says(t, page, "Homebound: labour migration under sanctions. Release 1, published 2026-01-02")
	assert.Regexp(t, `<a href="/graphiql\?query=[^"]+">What did the departures cost the Far East&#39;s economy, and what would be different`, answer.Body)
	assert.Equal(t, "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
		answer.Header.Get("Content-Security-Policy"))
}

// Pictures carry their own mark; beside it each is said once to be made up.
func TestHome_MarksWhatIsMadeUpOnceAPicture(t *testing.T) {
	s := sitetest.WithRelease(t)
	page := s.Get("/").Body
	for _, part := range strings.Split(page, "<figure")[1:] {
		part, _, _ = strings.Cut(part, "<h2")
		synthetic := strings.Contains(part, "Synthetic rows take part") // in the picture's alternative
		assert.Equal(t, synthetic, strings.Contains(part, "made up by a program"), "%.300s", part)
		assert.LessOrEqual(t, strings.Count(part, "made up by a program"), 1)
	}
	assert.Equal(t, 3, strings.Count(page, "made up by a program"))
}

func TestHome_OfARealRegisterMarksNothing(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)
	release := s.Load(realRegister(t, 300, 0))
	require.False(t, release.Synthetic)
	page := words(s.Get("/").Body)
	saysNot(t, page, "Synthetic")
	saysNot(t, page, "made up")
	says(t, page, "By the register, ")
}

func TestHome_TellsOfMaskedRows(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)
	s.Load(realRegister(t, 300, 10))
	page := words(s.Get("/").Body)
	saysNot(t, page, "cannot be shown")
	saysNot(t, page, "<nil>")
	saysNot(t, page, "unknown number")
	assert.Empty(t, regexp.MustCompile(`\b[1-9] (permits|workers) `).FindAllString(page, -1), "no figure is of a few")
}

func TestHome_OfAReleaseWithoutRegions(t *testing.T) {
	s := sitetest.New(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"datapackage.json": `{"resources": [{"path": "sources.csv"}]}`,
		"sources.csv":      "id,title,publisher,kind\nS1,<b>Bold</b>,A publisher,NEWS\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	s.Load(dir)
	answer := s.Get("/")
	page := words(answer.Body)
	assert.Equal(t, http.StatusOK, answer.Status)
	saysNot(t, strings.ToLower(page), "synthetic")
	says(t, page, "This release has no rows about any region.")
	says(t, page, "This release holds no statements.")
	saysNot(t, page, "covers", "a release without figures covers nothing")
	says(t, page, "0 statements from 1 sources")
	saysNot(t, answer.Body, "<figure")
	assert.Empty(t, s.Log.String())
}

// A release that knows the district and holds no row about it says so, part by part.
func TestHome_OfAReleaseWithoutARegister(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)
	dir := t.TempDir()
	require.NoError(t, exchange.WriteDefault(t.Context(), dir, synth.Config{Permits: 300, Seed: 1}))
	for _, name := range []string{"employers.csv", "permits.csv", "repatriations.csv", "claims.csv"} {
		file := filepath.Join(dir, name)
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		head, _, _ := strings.Cut(string(text), "\n")
		require.NoError(t, os.WriteFile(file, []byte(head+"\n"), 0o644))
	}
	manifest := filepath.Join(dir, "datapackage.json")
	text, err := os.ReadFile(manifest)
	require.NoError(t, err)
	var content map[string]any
	require.NoError(t, json.Unmarshal(text, &content))
	delete(content, "homebound") // with its gates
	text, err = json.Marshal(content)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(manifest, text, 0o644))
	s.Load(dir)

	page := words(s.Get("/").Body)
	says(t, page, "What became of the workers sent home from the Far Eastern Federal District?", "of which most was published")
	says(t, page, "On 31 December 2017 30,023 workers from North Korea held permits in Russia")
	says(t, page, "The register has no permit for them in the Far Eastern Federal District.")
	says(t, page, "The register has none of them who left the Far Eastern Federal District.")
	says(t, page, "By published figures, the Far Eastern Federal District lost output of")
	says(t, page, "This release holds no statements.")
	saysNot(t, page, "Synthetic:")
	saysNot(t, page, "cannot be shown")
	assert.Empty(t, s.Log.String())
}

func TestHome_OfAnOldReleaseStaysAndNamesTheNewOne(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)
	s.Publish(300)
	first := s.Get("/releases/1/")
	assert.Equal(t, http.StatusOK, first.Status)
	own := strings.NewReplacer("%2Freleases%2F1%2F&amp;", "%2F&amp;") // that is what editors are told
	assert.Contains(t, first.Body, "oembed?url=https%3A%2F%2Fhomebound.example%2Freleases%2F1%2F&amp;format=json")
	assert.Equal(t, s.Get("/").Body, own.Replace(first.Body), "while it is the current one")

	s.Publish(400)
	old, now := words(s.Get("/releases/1/").Body), words(s.Get("/").Body)
	says(t, old, "This is the page of release 1, as it was published and for ever. The current one is release 2.")
	says(t, old, "300 permits and")
	says(t, now, "400 permits and")
	saysNot(t, now, "This is the page of release")
	says(t, s.Get("/releases/1/").Body, `src="/releases/1/charts/stock.svg?`)
	says(t, s.Get("/").Body, `src="/releases/2/charts/stock.svg?`, "a picture is of the release that the words are of")
	says(t, s.Get("/releases/1/").Body, `href="/releases/1/charts/stock?`, "and so is what it leads to")

	missing := s.Get("/releases/3/")
	assert.Equal(t, http.StatusNotFound, missing.Status)
	assert.Equal(t, "text/html; charset=utf-8", missing.Header.Get("Content-Type"))
	says(t, words(missing.Body), "There is no release 3; this server holds releases 1 to 2.")
	assert.Equal(t, http.StatusNotFound, s.Get("/releases/01/").Status)
}

func TestHome_IsKeptAndPacked(t *testing.T) {
	s := sitetest.WithRelease(t, func(c *web.Config) { c.CacheBytes = 1 << 20 })
	for _, path := range []string{"/", "/releases/1/"} {
		answer := s.Get(path, "Accept-Encoding", "gzip")
		assert.Equal(t, "gzip", answer.Header.Get("Content-Encoding"), path)
		assert.Equal(t, "public, max-age=0, must-revalidate", answer.Header.Get("Cache-Control"), "a page of an old release will say that there is a newer one")
		again := s.Get(path, "Accept-Encoding", "gzip", "If-None-Match", answer.Header.Get("Etag"))
		assert.Equal(t, http.StatusNotModified, again.Status, path)
	}
	for _, asset := range []string{"/home.css", "/figure.js", "/home.svg"} {
		assert.Equal(t, http.StatusOK, s.Get(asset).Status, asset)
	}
}

func TestHome_SaysThatAKeyIsNeeded(t *testing.T) {
	s, keys := sitetest.Guarded(t, web.Access{RefuseAnonymous: true})
	key := sitetest.AddKey(t, keys, access.Key{Name: "reader"})
	for _, path := range []string{"/", "/releases/1/", "/releases/9/"} {
		answer := s.Get(path)
		assert.Equal(t, http.StatusUnauthorized, answer.Status, path)
		assert.Equal(t, "text/html; charset=utf-8", answer.Header.Get("Content-Type"))
		says(t, words(answer.Body), "The figures of this server are for holders of a key. A key is needed", path)
		saysNot(t, answer.Body, "30,023", path)
		assert.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	}
	answer := s.Get("/", "Authorization", "Bearer "+key)
	assert.Equal(t, http.StatusOK, answer.Status)
	says(t, answer.Body, "30,023")
	assert.Contains(t, answer.Header.Get("Cache-Control"), "private")
	assert.Equal(t, http.StatusOK, s.Get("/home.css").Status, "and the page that says so has its style")
}

func TestHome_OfAVisitorWhoHasSpentAllIsNotKept(t *testing.T) {
	s, _ := sitetest.Guarded(t, web.Access{AnonymousBudget: access.Budget{Cost: 60, Per: time.Hour}})
	poor := s.Get("/")
	assert.Equal(t, http.StatusOK, poor.Status)
	says(t, words(poor.Body), "This part cannot be shown now. The budget of 60/h is spent")
	assert.Equal(t, "no-store", poor.Header.Get("Cache-Control"))
}
