package pages_test

import (
	"html"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
)

// unitedStates is a package of permits in the United States, under no sanction.
func unitedStates(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"datapackage.json": `{"resources": [{"path": "sources.csv"}, {"path": "countries.csv"}, {"path": "industries.csv"}, {"path": "regions.csv"},
			{"path": "region_parents.csv"}, {"path": "employers.csv"}, {"path": "permits.csv"}]}`,
		"sources.csv":        "id,title,publisher,url,kind\nDOL,Seasonal work permits,Department of Labor,https://example.org/h2a,PARTNER\n",
		"countries.csv":      "code,name\nUS,United States\nMX,Mexico\nJM,Jamaica\n",
		"industries.csv":     "code,name_en,name_local\nA,Agriculture,Agriculture\n",
		"regions.csv":        "code,name_en,name_local,kind\nUS,United States,United States,COUNTRY\nUS-CA,California,California,SUBJECT\nUS-FL,Florida,Florida,SUBJECT\n",
		"region_parents.csv": "code,parent_code,valid_from,valid_to\nUS-CA,US,,\nUS-FL,US,,\n",
		"employers.csv":      "id,name,region_code,industry,tax_id,source_id,synthetic\nE1,Groves,US-FL,A,,DOL,false\nE2,Fields,US-CA,A,,DOL,false\n",
		"permits.csv": "id,number,employer_id,region_code,nationality,industry,occupation,workers,issued_on,valid_from,valid_to,revoked_on,wage_monthly,wage_currency,source_id,synthetic\n" +
			"P1,1,E1,US-FL,MX,A,Picker,120,2022-01-10,2022-02-01,2022-11-30,,,,DOL,false\n" +
			"P2,2,E2,US-CA,MX,A,Picker,80,2022-02-10,2022-03-01,2022-10-31,,,,DOL,false\n" +
			"P3,3,E1,US-FL,MX,A,Picker,150,2023-01-12,2023-02-01,2023-11-30,,,,DOL,false\n" +
			"P4,4,E1,US-FL,JM,A,Picker,20,2023-01-12,2023-02-01,2023-11-30,,,,DOL,false\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return dir
}

var addresses = regexp.MustCompile(` (?:href|src|srcset)="(/[^"#]*)`)

// queries are the addresses of questions in GraphiQL, whose documents have defaults of their own.
var queries = regexp.MustCompile(`/graphiql\?[^"]*`)

// What the pages are about follows the release: its nationality and region are those with the most permits.
func TestSubject_OfAReleaseOfAnotherCountry(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)
	s.Load(unitedStates(t))
	answer := s.Get("/")
	require.Equal(t, http.StatusOK, answer.Status)
	page := words(answer.Body)
	says(t, page, "How many workers from Mexico are there in the United States?")
	says(t, page, "By the register of this release, 200 workers from Mexico were present in the United States on 1 March 2022")
	says(t, page, "By the register, most permits were for Florida (2) and California (1)")
	for _, elsewhere := range []string{"KP", "RU-", "Korea", "Russia", "2397", "United Nations", "cannot be shown"} {
		saysNot(t, queries.ReplaceAllString(answer.Body, ""), elsewhere)
	}
	assert.GreaterOrEqual(t, strings.Count(answer.Body, "<figure"), 2, "a picture of the stock and one of the permits")
	for _, from := range []string{"/", "/regions", "/regions/US", "/regions/US-FL", "/claims", "/charts/stock", "/charts/permits"} {
		page := s.Get(from)
		require.Equal(t, http.StatusOK, page.Status, from)
		for _, address := range addresses.FindAllStringSubmatch(page.Body, -1) {
			to := html.UnescapeString(address[1])
			assert.Equal(t, http.StatusOK, s.Get(to).Status, "%s leads to %s", from, to)
		}
	}
	assert.Empty(t, s.Log.String())
}

// A picture that nobody tells what to show is about what the pages are, and so are the fields of its embed.
func TestSubject_IsThatOfPicturesByThemselves(t *testing.T) {
	s := sitetest.New(t)
	s.Load(unitedStates(t))
	for _, name := range []string{"stock", "permits", "map", "outcomes", "impact", "variants", "bridge", "tornado"} {
		picture := s.Get("/charts/" + name + ".json")
		require.Equal(t, http.StatusOK, picture.Status, "%s: %s", name, picture.Body)
		assert.Contains(t, picture.Body, `"region": "US"`, name)
		if !strings.Contains(picture.Body, `"nationalities": null`) {
			assert.Regexp(t, `"nationalities": \[\s*"MX"\s*\]`, picture.Body, name)
		}
		for _, address := range []string{"/charts/" + name + ".svg", "/charts/" + name, "/embed/" + name} {
			assert.Equal(t, http.StatusOK, s.Get(address).Status, address)
		}
	}
	form := s.Get("/embed/permits").Body
	assert.Regexp(t, `<option value="US"[^>]* selected`, form)
	assert.Regexp(t, `<option value="MX"[^>]* selected`, form)
	assert.NotContains(t, form, "KP")
	assert.NotContains(t, s.Get("/embed/impact").Body, "KP")
}

// What there is not is a page to a browser, and JSON to a program.
func TestPictures_ThatThereAreNot(t *testing.T) {
	s := sitetest.WithRelease(t)
	for _, path := range []string{"/charts/nothing", "/charts/nothing.svg", "/charts/stock.gif", "/charts/stock.svg?region=XX-YY", "/releases/1/charts/nothing"} {
		page := s.Get(path, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
		assert.Equal(t, http.StatusNotFound, page.Status, path)
		assert.Equal(t, "text/html; charset=utf-8", page.Header.Get("Content-Type"), path)
		assert.Contains(t, page.Body, "There is no", path)
		for _, accept := range []string{"", "*/*", "application/json", "image/avif,image/svg+xml,*/*;q=0.8"} {
			answer := s.Get(path, "Accept", accept)
			assert.Equal(t, http.StatusNotFound, answer.Status, path)
			assert.Contains(t, answer.Header.Get("Content-Type"), "json", path)
			assert.Contains(t, answer.Body, `"code":"NOT_FOUND"`, path)
		}
	}
}

// No page's code or template names a country, a region or a sanction of its own.
func TestSubject_IsNamedNowhereInTheCode(t *testing.T) {
	files, err := filepath.Glob("*")
	require.NoError(t, err)
	named := regexp.MustCompile(`"KP"|"RU[-"]|S/RES/|homeRegion|Far East`)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || filepath.Ext(file) != ".go" && filepath.Ext(file) != ".html" {
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, line := range strings.Split(string(text), "\n") {
			if !strings.Contains(line, "plainNames") {
				assert.NotRegexp(t, named, line, file)
			}
		}
	}
}
