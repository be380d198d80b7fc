package pictures_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
)

// counts returns the permits of a picture by region; nil where not known.
func (d chartData) counts() map[string]any {
	counts := map[string]any{}
	for _, row := range d.Rows {
		counts[row[0].(string)] = row[2]
	}
	return counts
}

// TestCharts_MapShowsWhatTheBarsShow compares the two pictures of one report, on boundaries that moved.
func TestCharts_MapShowsWhatTheBarsShow(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	for _, query := range []string{"", "region=RU", "region=RU-FD-FE&period.to=2017-12-31", "region=RU-FD-SI&period.to=2017-12-31", "region=RU-PRI&nationalities=", "region=WORLD"} {
		bars, shown := chartOf(s, "permits", query).counts(), chartOf(s, "map", query).counts()
		require.NotEmpty(t, bars, query)
		for code, count := range shown {
			if count == 0.0 { // a bar there is where it has workers of permits from before
				assert.Contains(t, []any{nil, 0.0}, bars[code], query)
				delete(shown, code)
				delete(bars, code)
			}
		}
		assert.Equal(t, bars, shown, query)
	}
	members := func(query string) int { return len(chartOf(s, "map", query).Rows) }
	assert.Equal(t, 83, members("region=RU&nationalities="))
	assert.Equal(t, 1, members("region=RU-PRI"))
	// Buryatia and the Zabaykalsky Krai came over on 3 November 2018.
	assert.Equal(t, 11, members("region=RU-FD-FE"))
	assert.Equal(t, 9, members("region=RU-FD-FE&period.to=2018-11-02"))
	assert.Equal(t, 11, members("region=RU-FD-FE&period.to=2018-11-03"))
	assert.Equal(t, 9, members("region=RU-FD-FE&boundariesOn=2018-11-02"))
	assert.Equal(t, 12, members("region=RU-FD-SI&period.to=2018-11-02"))
	assert.Contains(t, chartOf(s, "map", "period.to=2018-11-02").Notes, "Members of the region as of 2 Nov 2018; borders by Natural Earth, simplified.")
}

func TestCharts_MapSaysInWordsWhatItShows(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	data := chartOf(s, "map", "region=RU")
	most := data.Rows[0]
	assert.Contains(t, data.Description, "Where permits were issued, Russian Federation. ")
	assert.Contains(t, data.Description, "By region: "+most[1].(string)+" ")
	assert.Contains(t, data.Description, "No permit in ")
	assert.Contains(t, data.Source, "Natural Earth", "whose borders they are")
	svg := s.Get("/charts/map.svg?region=RU&width=1200").Body
	for _, words := range []string{">None</text>", ">Permits per 1,000 employed</text>", ">Synthetic rows take part: made up, no finding</text>", "Natural Earth", "<title>Where permits were issued, Russian Federation</title>"} {
		assert.Contains(t, svg, words)
	}
	for _, forbidden := range []string{"style=", "<style", "url(", "href"} {
		assert.NotContains(t, svg, forbidden)
	}
	assert.Less(t, len(svg), 150_000)
}

// TestCharts_MapNamesWhatItCannotDraw publishes a permit for a district as a whole, one for a subject and one for a
// place abroad.
func TestCharts_MapNamesWhatItCannotDraw(t *testing.T) {
	s := sitetest.New(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"datapackage.json":   `{"resources": [{"path": "sources.csv"}, {"path": "countries.csv"}, {"path": "regions.csv"}, {"path": "region_parents.csv"}, {"path": "permits.csv"}]}`,
		"sources.csv":        "id,title,publisher,kind\nS1,A register,A ministry,GOVERNMENT\n",
		"countries.csv":      "code,name\nKP,Korea\n",
		"regions.csv":        "code,name_en,kind\nX,Everywhere,OTHER\nRU-FD-FE,Far East,DISTRICT\nRU-PRI,Primorsky Krai,SUBJECT\nEG,Egypt,COUNTRY\n",
		"region_parents.csv": "code,parent_code,valid_from,valid_to\nEG,X,,\nRU-FD-FE,X,,\nRU-PRI,RU-FD-FE,,\n",
		"permits.csv": "id,number,region_code,nationality,workers,issued_on,valid_from,valid_to,source_id\n1,1,RU-FD-FE,KP,1,2018-01-09,2018-02-01,2019-01-31,S1\n" +
			"2,2,RU-PRI,KP,1,2018-01-09,2018-02-01,2019-01-31,S1\n3,3,EG,KP,1,2018-01-09,2018-02-01,2019-01-31,S1\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	s.Load(dir)
	data := chartOf(s, "map", "region=X")
	assert.Contains(t, data.Notes, "Not on the map, having no boundaries: Egypt and Far East.")
	assert.Equal(t, map[string]any{"EG": 1.0, "RU-FD-FE": 1.0, "RU-PRI": 1.0}, data.counts())
	abroad := chartOf(s, "map", "region=EG")
	assert.Contains(t, abroad.Description, "There are no boundaries of Egypt or of regions within it: a package may bring them as boundaries.geojson.")
	assert.Equal(t, map[string]any{"EG": 1.0}, abroad.counts())
}

func TestCharts_MapRefusesWhatThereIsNot(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	for path, message := range map[string]string{
		"/charts/map.svg?granularity=MONTH":              `Expected parameters out of region, period.from, nationalities, boundariesOn, rates, found "granularity".`,
		"/charts/map.svg?boundariesOn=2018-11-31":        "2018-11-31",
		"/charts/map.json?boundariesOn=a&boundariesOn=b": "boundariesOn",
		"/charts/map.svg?period.to=%22%3E%3Cscript%3E":   "script",
		"/charts/map.png?width=2001":                     `Expected for width a whole number from 320 to 2000, found "2001".`,
	} {
		r := s.Get(path)
		assert.Equal(t, http.StatusBadRequest, r.Status, "%s: %s", path, r.Body)
		assert.Contains(t, r.Failure(t).Message, message, path)
	}
	assert.Equal(t, http.StatusNotFound, s.Get("/charts/map.csv?region=XX").Status)
	hostile := s.Get("/charts/map.svg?region=%22%3E%3Cscript%3E")
	assert.Equal(t, http.StatusNotFound, hostile.Status)
	assert.NotContains(t, hostile.Body, "<script>")
	for _, path := range []string{"/releases/1/charts/map.svg", "/embed/map", "/releases/1/embed/map?region=RU", "/oembed?url=https://homebound.example/embed/map"} {
		assert.Equal(t, http.StatusOK, s.Get(path).Status, path)
	}
}

// TestCharts_MapShowsRates computes the rates from the picture's own columns, and asks for counts in their place.
func TestCharts_MapShowsRates(t *testing.T) {
	s := sitetest.WithRelease(t)
	data := chartOf(s, "map", "region=RU")
	rates := 0
	for _, row := range data.Rows {
		permits, _ := row[2].(float64)
		employed, has := row[3].(float64)
		if !has {
			assert.Nil(t, row[5], row)
			continue
		}
		assert.InDelta(t, permits/employed, row[5], 1e-12, row)
		rates++
	}
	assert.Greater(t, rates, 60)
	svg := s.Get("/charts/map.svg?region=RU&width=320").Body
	assert.Regexp(t, `data-label="Primorsky" data-value="[0-9.]+ permits per 1,000 employed" data-more="[0-9,]+ permits; [0-9.]+ thousand employed in \d{4}"`, svg)
	assert.Regexp(t, `>Primorsky</text>\n<text [^>]+>[0-9.]+</text>`, svg, "with its figure in the list below")
	counts := s.Get("/charts/map.svg?rates=false").Body
	assert.Contains(t, counts, ">Permits</text>")
	assert.NotContains(t, counts, "employed")
}
