package pictures_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
)

// putQuestion is a document and its variables.
type putQuestion struct {
	Document  string
	Variables map[string]any
}

// Where the data of a release end, so does what its pictures tell: neither is a year without data one in which
// nobody left, nor does anybody stay for as long as a permit would have run.
func TestCharts_TellNothingOfDaysWithoutData(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	var release struct {
		Release struct{ DataFrom, DataThrough string }
	}
	answerTo(s, chartData{Query: putQuestion{Document: "{ release { dataFrom dataThrough } }"}}, &release)
	since, through := release.Release.DataFrom, release.Release.DataThrough
	days := told(t, since) + " to " + told(t, through)
	for _, name := range []string{"stock", "outcomes", "compliance"} {
		data := chartOf(s, name, "region=RU&period.from=2001-01-01&period.to=2033-12-31")
		series := "register"
		if name == "outcomes" {
			series = "RETURNED"
		}
		from, to := data.column("from", series), data.column("to", series)
		require.NotEmpty(t, from, name)
		assert.GreaterOrEqual(t, from[0], since, name)
		assert.Equal(t, through, to[len(to)-1], name)
		assert.Contains(t, data.Description, "The register of this release is of "+days+" alone.", name)
		assert.NotContains(t, data.Description, "2021", name)
		assert.Contains(t, data.Permalink, "period.to=2033-12-31", name)
	}
	permits := chartOf(s, "permits", "region=RU&period.from=2001-01-01&period.to=2033-12-31")
	assert.True(t, strings.HasPrefix(permits.Subtitle, days+"."), permits.Subtitle)
	assert.Equal(t, chartOf(s, "permits", "region=RU").Rows, permits.Rows)

	for _, name := range []string{"stock", "permits", "outcomes", "compliance"} {
		none := chartOf(s, name, "region=RU&period.from=2031-01-01&period.to=2033-12-31")
		assert.Contains(t, none.Description, "The register of this release is of ", name)
		assert.NotContains(t, none.Description, "has nobody", name)
		assert.Empty(t, none.Rows, name)
		assert.False(t, none.Synthetic, name)
	}
}

// told writes a day as pictures do.
func told(t *testing.T, day string) string {
	d, err := labour.ParseDate(day)
	require.NoError(t, err)
	return d.Time().Format("2 Jan 2006")
}

func TestCharts_OfOneDaySayWhich(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	for _, name := range []string{"stock", "permits", "outcomes", "compliance"} {
		data := chartOf(s, name, "region=RU&period.from=2018-05-16&period.to=2018-05-16")
		assert.NotContains(t, data.Description, "16 May 2018 to 16 May 2018", name)
		for _, width := range []string{"320", "1200"} {
			svg := s.Get("/charts/" + name + ".svg?region=RU&period.from=2018-05-16&period.to=2018-05-16&width=" + width)
			require.Equal(t, http.StatusOK, svg.Status)
			drawn := svg.Body[strings.LastIndex(svg.Body, "</desc>"):]
			assert.Contains(t, drawn, "16 May 2018", "%s at %s", name, width)
			assert.NotContains(t, svg.Body, "No reported figure is known", "Russia has some, of other days")
		}
	}
}

// The pace that a deadline asks for is a line of two years, of which a picture may show a part.
func TestCharts_DrawThePaceWithinThePlot(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	for period, drawn := range map[string]bool{
		"period.from=2018-11-01&period.to=2019-02-28": true,
		"period.from=2019-12-22&period.to=2019-12-22": false,
		"period.from=2020-01-01&period.to=2020-02-28": false,
	} {
		svg := s.Get("/charts/compliance.svg?region=RU&width=800&" + period)
		require.Equal(t, http.StatusOK, svg.Status)
		assert.Equal(t, drawn, strings.Contains(svg.Body, "Even pace"), period)
		assert.NotRegexp(t, `[ML"] ?-\d`, svg.Body, "nothing is drawn left of the picture: %s", period)
	}
}
