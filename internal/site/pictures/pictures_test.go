package pictures_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/browsertest"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

// update writes the pictures of testdata anew. Look at the differences before keeping them.
var update = flag.Bool("update", false, "write the files of testdata anew; look at the differences before keeping them")

var charts = []string{"stock", "permits", "map", "outcomes", "impact", "variants", "bridge", "tornado", "compliance"}

// chartData is what /charts/NAME.json gives.
type chartData struct {
	Title, Subtitle, Unit, Source, Description, Citation, Permalink string
	Synthetic                                                       bool
	Notes                                                           []string
	Release                                                         int
	Query                                                           putQuestion
	Columns                                                         []struct{ Name, Type, Unit, Description string }
	Rows                                                            [][]any
}

func chartOf(s *sitetest.Site, name, query string) chartData {
	s.T.Helper()
	r := s.Get("/charts/" + name + ".json?" + query)
	require.Equal(s.T, http.StatusOK, r.Status, r.Body)
	var data chartData
	require.NoError(s.T, json.Unmarshal([]byte(r.Body), &data))
	return data
}

// answer asks the document behind a chart as any reader may.
func answerTo(s *sitetest.Site, data chartData, into any) {
	s.T.Helper()
	body, err := json.Marshal(map[string]any{"query": data.Query.Document, "variables": data.Query.Variables})
	require.NoError(s.T, err)
	r := s.Do(http.MethodPost, "/graphql", string(body), "Content-Type", "application/json")
	require.NoError(s.T, json.Unmarshal([]byte(r.Body), &struct{ Data any }{into}), r.Body)
}

// column returns the values of one column in the rows whose first one is a text, or all where it is "".
func (d chartData) column(name, first string) []any {
	values := []any{}
	for i, column := range d.Columns {
		if column.Name == name {
			for _, row := range d.Rows {
				if first == "" || row[0] == first {
					values = append(values, row[i])
				}
			}
		}
	}
	return values
}

func TestCharts_LookAsBefore(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	asked := map[string]string{ // what stands behind the published figures, for whoever asks
		"impact-register": "impact.svg?scenario.basis=REGISTER&width=640", "variants-narrow": "variants.svg?width=390&theme=dark",
		"bridge-stayers": "bridge.svg?scenario.stayers=10000&scenario.stayersIn=RU-PRI&width=390&theme=dark",
		"tornado-share":  "tornado.svg?scenario.variant=ELASTICITY&scenario.stayers=1000&width=390",
	}
	for _, name := range charts {
		asked[name] = name + ".svg?width=640"
		asked[name+"-ru"] = name + ".svg?width=640&lang=ru"
	}
	for name, address := range asked {
		r := s.Get("/charts/" + address)
		require.Equal(t, http.StatusOK, r.Status, r.Body)
		golden := filepath.Join("testdata", "charts", name+".svg")
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(r.Body), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		assert.Equal(t, string(want), r.Body, "%s; -update writes it anew", golden)
	}
}

// withMoreWorkers starts a server with enough permits, of one worker each, that some of each kind are left to show.
func withMoreWorkers(t testing.TB) *sitetest.Site {
	t.Helper()
	s := sitetest.New(t)
	s.Begin(800)
	return s
}

func TestCharts_ShowWhatTheAnswerSays(t *testing.T) {
	testsize.Long(t)
	s := withMoreWorkers(t)
	type rows = []map[string]any
	values := func(rows rows, field string) []any {
		list := []any{}
		for _, row := range rows {
			list = append(list, row[field])
		}
		return list
	}
	var reported struct{ Report struct{ Rows rows } }

	stock := chartOf(s, "stock", "region=RU&period.from=2016-01-01&granularity=QUARTER")
	answerTo(s, stock, &reported)
	require.Len(t, reported.Report.Rows, 17)
	assert.Equal(t, values(reported.Report.Rows, "workersPresent"), stock.column("workers", "register"))
	assert.Equal(t, []any{30023.0, 19559.0, 11490.0, 1000.0}, stock.column("workers", "WORKERS_PRESENT"))
	assert.Equal(t, []any{false, false, false, false}, stock.column("synthetic", "WORKERS_PRESENT"), "what was reported is not made up")
	assert.NotContains(t, stock.column("synthetic", "register"), false)
	assert.NotContains(t, stock.column("publisher", "WORKERS_PRESENT_ESTIMATE"), "Radio Free Asia", "which tells of days before the period")
	assert.Contains(t, chartOf(s, "stock", "region=RU").column("publisher", "WORKERS_PRESENT_ESTIMATE"), "Radio Free Asia")

	permits := chartOf(s, "permits", "region=RU-FD-FE&period.to=2017-12-31")
	answerTo(s, permits, &reported)
	assert.Equal(t, values(reported.Report.Rows, "permitsIssued"), permits.column("permits", ""))
	shares := permits.column("permits", "")
	assert.Greater(t, shares[0], shares[len(shares)-1], "the most first")

	outcomes := chartOf(s, "outcomes", "")
	answerTo(s, outcomes, &reported)
	var shown, answered float64
	for _, v := range outcomes.column("workers", "") {
		shown += v.(float64)
	}
	for _, row := range reported.Report.Rows {
		answered += row["workersRepatriated"].(float64)
	}
	assert.Positive(t, shown)
	assert.Equal(t, answered, shown)

	var impact struct {
		EconomicImpact struct {
			Timeline []struct{ OutputLost map[string]any }
		}
	}
	cost := chartOf(s, "impact", "scenario.basis=REGISTER&scenario.stayers=10&scenario.to=2019-12-31")
	answerTo(s, cost, &impact)
	for i, part := range impact.EconomicImpact.Timeline {
		assert.Equal(t, []any{part.OutputLost["p5"], part.OutputLost["p50"], part.OutputLost["p95"], true}, cost.Rows[i][2:])
	}
	assert.Len(t, cost.Rows, 9)
	assert.Equal(t, "RUB", cost.Unit)
	assert.Contains(t, cost.Notes, "Assumed in the place of the defaults: stayers 10, to 2019-12-31.")

	var compliance struct {
		Compliance struct{ BaselineWorkers, Remaining float64 }
		Report     struct{ Rows rows }
	}
	standing := chartOf(s, "compliance", "region=RU")
	answerTo(s, standing, &compliance)
	register := standing.column("workers", "register")
	assert.Equal(t, compliance.Compliance.BaselineWorkers, register[0], "on the day of adoption")
	assert.Equal(t, values(compliance.Report.Rows, "workersPresent"), register[1:])
	assert.Contains(t, standing.Subtitle, fmt.Sprintf("%.0f of %.0f workers remained", compliance.Compliance.Remaining, compliance.Compliance.BaselineWorkers))
	assert.Contains(t, standing.Subtitle, "By the register, which is synthetic: deadline missed.")
}

// TestCharts_OfTheCostLeadWithPublishedFigures asks for each picture of an economic impact as it comes, and for what
// stands behind it.
func TestCharts_OfTheCostLeadWithPublishedFigures(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	type object = map[string]any
	for name, field := range map[string]string{"impact": "timeline", "variants": "variants", "bridge": "bridge", "tornado": "sensitivity"} {
		for basis, words := range map[string]string{"REPORTED": "By published figures: ", "REGISTER": "By the register, which is made up: "} {
			query := "scenario.stayers=10"
			if basis != "REPORTED" {
				query += "&scenario.basis=" + basis
			}
			data := chartOf(s, name, query)
			assert.True(t, strings.HasPrefix(data.Subtitle, words), data.Subtitle)
			assert.Equal(t, basis == "REGISTER", data.Synthetic, name)
			assert.NotContains(t, data.column("synthetic", ""), basis != "REGISTER")
			assert.Equal(t, basis == "REPORTED", strings.Contains(strings.Join(data.Notes, " "), "derived from a share"), name)
			assert.Contains(t, data.Notes, "Assumed in the place of the defaults: stayers 10.")
			var answer struct{ EconomicImpact map[string]any }
			answerTo(s, data, &answer)
			parts := answer.EconomicImpact[field].([]any)
			require.Len(t, data.Rows, len(parts), "%s has all that was answered, whatever it draws", name)
			for i, part := range parts {
				part, row := part.(object), data.Rows[i]
				switch name {
				case "impact":
					assert.Equal(t, part["outputLost"].(object)["p50"], row[3])
				case "variants":
					lost := part["outputLost"].(object)
					assert.Equal(t, []any{part["variant"], lost["p5"], lost["p25"], lost["p50"], lost["p75"], lost["p95"]}, row[:6])
				case "bridge":
					assert.Equal(t, []any{part["step"], part["amount"], part["unit"], part["adds"]}, row[:4])
				case "tornado":
					assert.Equal(t, []any{part["parameter"], part["switch"], part["lowSetting"], part["highSetting"], part["outputLostAtLow"],
						part["outputLostAtHigh"]}, row[:6])
				}
			}
		}
	}
	for _, name := range []string{"impact", "variants", "bridge", "tornado"} {
		none := chartOf(s, name, "region=RU-KHA")
		assert.Contains(t, none.Description, "No estimate from published figures: they do not say how many workers were in Khabarovsk Krai", name)
		assert.Contains(t, none.Description, "scenario.basis=REGISTER asks the register instead.")
		assert.False(t, none.Synthetic)
	}
}

// TestCharts_ShowAllNationalitiesWhereNoneIsNamed asks for nobody in particular, in the place of the default.
func TestCharts_ShowAllNationalitiesWhereNoneIsNamed(t *testing.T) {
	testsize.Long(t)
	s := withMoreWorkers(t)
	for name, field := range map[string]string{"stock": "workersPresent", "permits": "permitsIssued", "map": "permitsIssued", "outcomes": "workersRepatriated"} {
		all := chartOf(s, name, "region=RU&nationalities=")
		assert.Contains(t, all.Subtitle, "All nationalities", name)
		assert.NotEqual(t, chartOf(s, name, "region=RU").Rows, all.Rows, name)
		var totals struct {
			Data struct {
				Report struct{ Totals map[string]float64 }
			}
		}
		require.NoError(t, json.Unmarshal([]byte(s.Post(`{ report(filter: {within: "RU"}) { totals { `+field+` } } }`).Body), &totals))
		column := map[string]string{"stock": "workers", "permits": "permits", "map": "permits", "outcomes": "workers"}[name]
		var shown float64
		for _, figure := range all.column(column, "") {
			shown += figure.(float64)
		}
		if name == "stock" {
			register := all.column(column, "register")
			shown = register[len(register)-1].(float64)
			several := chartOf(s, name, "region=RU&nationalities=KP,CN")
			assert.NotEmpty(t, chartOf(s, name, "region=RU&nationalities=KP,KP").column(column, "WORKERS_PRESENT"))
			for _, chart := range []chartData{all, several} {
				assert.Empty(t, chart.column(column, "WORKERS_PRESENT"), "what was reported is of one nationality")
				assert.Contains(t, chart.Description, "No reported figure of these days is known for these nationalities together in this region as a whole.")
			}
		}
		assert.Equal(t, totals.Data.Report.Totals[field], shown, name)
		assert.Contains(t, all.Permalink, "nationalities=&", name)
	}
	impact := chartOf(s, "impact", "region=RU&scenario.nationalities=")
	assert.Contains(t, impact.Notes, "Assumed in the place of the defaults: nationalities all.")
	assert.NotEqual(t, chartOf(s, "impact", "region=RU").Rows, impact.Rows)
	assert.Equal(t, chartOf(s, "impact", "region=RU").Notes, chartOf(s, "impact", "region=RU&scenario.to=&scenario.relativeWage=").Notes, "where the default is nothing, nothing is assumed")
	assert.Equal(t, s.Get("/export/report.csv?within=RU&groupBy=NATIONALITY").Body, s.Get("/export/report.csv?within=RU&groupBy=NATIONALITY&nationalities=").Body)
}

func TestCharts_ComeInFourForms(t *testing.T) {
	testsize.Long(t)
	s := withMoreWorkers(t)
	for _, name := range charts {
		query := "region=RU-PRI"
		if slices.Contains([]string{"impact", "variants", "bridge", "tornado"}, name) {
			query += "&scenario.basis=REGISTER" // whose rows are made up
		}
		data := chartOf(s, name, query)
		assert.True(t, data.Synthetic)
		assert.Contains(t, data.Description, "Synthetic rows take part")
		assert.Contains(t, data.Description, "Primorsky Krai")
		assert.Contains(t, data.Source, "synthetic register, made up by Homebound")
		assert.Contains(t, data.Citation, "Release 1")
		assert.Equal(t, "https://homebound.example/releases/1/charts/"+name+".svg?"+query, data.Permalink)
		require.NotEmpty(t, data.Rows)

		r := s.Get("/charts/" + name + ".csv?" + query + "&theme=dark")
		assert.Equal(t, "text/csv; charset=utf-8; header=present", r.Header.Get("Content-Type"))
		assert.Equal(t, `inline; filename="homebound-r1-`+name+`.csv"`, r.Header.Get("Content-Disposition"))
		records, err := csv.NewReader(strings.NewReader(r.Body)).ReadAll()
		require.NoError(t, err)
		require.Len(t, records, len(data.Rows)+1)
		for i, column := range data.Columns {
			assert.Equal(t, column.Name, records[0][i])
			assert.NotEmpty(t, column.Description)
		}

		r = s.Get("/releases/1/charts/" + name + ".png?" + query + "&width=320&scale=2&theme=dark")
		assert.Equal(t, "image/png", r.Header.Get("Content-Type"))
		assert.Contains(t, r.Header.Get("Cache-Control"), "immutable")
		image, err := png.Decode(strings.NewReader(r.Body))
		require.NoError(t, err)
		assert.Equal(t, 640, image.Bounds().Dx())

		r = s.Get("/charts/" + name + ".svg?" + query + "&theme=dark")
		assert.Equal(t, "image/svg+xml", r.Header.Get("Content-Type"))
		assert.Equal(t, "default-src 'none'; frame-ancestors 'none'", r.Header.Get("Content-Security-Policy"))
		assert.Equal(t, "cross-origin", r.Header.Get("Cross-Origin-Resource-Policy"))
		assert.Contains(t, r.Body, "Synthetic rows take part: made up, no finding</text>")
		assert.Contains(t, r.Body, strings.ReplaceAll(query, "&", "&amp;")+"</text>", "the picture says where it stays")
		decoder := xml.NewDecoder(strings.NewReader(r.Body))
		for err = nil; err == nil; _, err = decoder.Token() {
		}
		assert.Equal(t, io.EOF, err)
	}
}

func TestCharts_WithoutDataSaySoInWords(t *testing.T) {
	s := sitetest.WithRelease(t)
	for name, words := range map[string]string{
		"stock":      "Nothing is known of this, which does not mean that there was nobody: the synthetic register",
		"permits":    "Nothing is known of this, which does not mean that there was nobody: the synthetic register",
		"map":        "Nothing is known of this, which does not mean that there was nobody: the synthetic register",
		"outcomes":   "Nothing is known of this, which does not mean that there was nobody: the synthetic register",
		"impact":     "Nothing is known of this, which does not mean that there was nobody: the synthetic register",
		"variants":   "Nothing is known of this, which does not mean that there was nobody: the synthetic register",
		"bridge":     "Nothing is known of this, which does not mean that there was nobody: the synthetic register",
		"tornado":    "Nothing is known of this, which does not mean that there was nobody: the synthetic register",
		"compliance": "It is not known how many workers whom S/RES/2397(2017) is about were in Egypt on",
	} {
		query := "region=EG&period.to=2018-12-31"
		if name == "impact" || name == "variants" || name == "bridge" || name == "tornado" {
			query = "region=EG&scenario.basis=REGISTER"
		}
		data := chartOf(s, name, query)
		assert.Contains(t, data.Description, words)
		assert.True(t, data.Synthetic, "an empty answer of a made-up register is of that")
		assert.NotContains(t, data.Subtitle, "completed", "nobody to judge is no success")
		svg := s.Get("/charts/" + name + ".svg?width=1200&" + query)
		require.Equal(t, http.StatusOK, svg.Status)
		assert.Contains(t, svg.Body, words[:30])
	}
	reported := chartOf(s, "impact", "region=JP&scenario.basis=REPORTED&scenario.baseline=2017-12-22")
	assert.Contains(t, reported.Description, "No estimate from published figures: they do not say how many workers were in Japan on 22 Dec 2017", "unknown is no zero")
	data := chartOf(s, "stock", "region=KW")
	assert.Contains(t, strings.Join(data.Notes, " "), "Nothing is known of this, which does not mean that there was nobody")
	assert.Equal(t, []any{6064.0, 1800.0}, data.column("workers", ""))
}

func TestCharts_RefuseWhatThereIsNot(t *testing.T) {
	s := sitetest.WithRelease(t)
	for _, c := range []struct {
		path    string
		status  int
		message string
	}{
		{"/charts/atlas.svg", 404, `There is no chart "atlas": expected one of stock, permits, map, outcomes, impact, variants, bridge, tornado, compliance.`},
		{"/charts/stock.pdf", 404, `There is no chart "stock.pdf": expected a name such as stock with one of the endings .svg, .png, .csv, .json.`},
		{"/releases/9/charts/stock.svg", 404, "release"},
		{"/charts/stock.svg?region=XX", 404, "XX"},
		{"/charts/impact.svg?region=XX", 404, "XX"},
		{"/charts/stock.svg?theme=sepia", 400, `Expected for theme one of light, dark, found "sepia".`},
		{"/charts/stock.svg?width=319", 400, `Expected for width a whole number from 320 to 2000, found "319".`},
		{"/charts/stock.svg?width=", 400, `Expected for width a whole number from 320 to 2000, found "".`},
		{"/charts/stock.png?width=2000&scale=3", 400, "Expected for width times scale at most 3000 dots, found 6000."},
		{"/charts/stock.png?scale=2&scale=3", 400, "Expected the parameter scale once, found it 2 times."},
		{"/charts/stock.svg?colour=red", 400, `Expected parameters out of region, period.from, nationalities, granularity, found "colour".`},
		{"/charts/stock.svg?period.from=yesterday", 400, "yesterday"},
		{"/charts/stock.svg?period.from=2019-01-01&period.to=2018-01-01", 400, ""},
		{"/charts/stock.svg?granularity=DAY", 400, "Expected at most 1000 periods in a picture, found more: shorten the period or take a coarser granularity."},
		{"/charts/permits.svg?scenario.stayers=1", 400, "scenario.stayers"},
		{"/charts/compliance.svg?asOf=2016-01-01", 400, "2016-01-01"},
		{"/charts/stock.svg?%zz", 400, "The query string cannot be read: expected pairs such as region=RU-PRI."},
	} {
		r := s.Get(c.path)
		assert.Equal(t, c.status, r.Status, "%s: %s", c.path, r.Body)
		assert.Contains(t, r.Failure(t).Message, c.message, c.path)
		assert.NotContains(t, r.Body, "SELECT")
	}
	assert.Equal(t, http.StatusMethodNotAllowed, s.Do(http.MethodPost, "/charts/stock.svg", "").Status)
}

func TestCharts_AreKeptAndFoundAgain(t *testing.T) {
	s := sitetest.WithRelease(t, func(c *web.Config) { c.CacheBytes = 1 << 20 })
	first := s.Get("/charts/stock.svg")
	require.Equal(t, http.StatusOK, first.Status)
	again := s.Get("/charts/stock.svg", "If-None-Match", first.Header.Get("Etag"))
	assert.Equal(t, http.StatusNotModified, again.Status)
	head := s.Do(http.MethodHead, "/charts/stock.svg", "", "Accept-Encoding", "gzip")
	assert.Equal(t, []any{http.StatusOK, "", first.Header.Get("Etag")}, []any{head.Status, head.Body, head.Header.Get("Etag")})
	assert.True(t, bytes.Equal([]byte(first.Body), []byte(s.Get("/releases/1/charts/stock.svg").Body)), "the picture names its release and is the same at both of its addresses")
}

// TestCharts_TextsKeepApartInABrowser measures in a real browser, whose faces may run wider than those that the
// layout knows.
func TestCharts_TextsKeepApartInABrowser(t *testing.T) {
	s := sitetest.WithRelease(t)
	browser := browsertest.New(t, s.URL)
	for _, name := range charts {
		for _, region := range testsize.Sample([]string{"RU-FD-FE", "RU", "KW"}) {
			for _, width := range testsize.Sample([]int{320, 800, 1200}) {
				query := url.Values{"region": {region}, "width": {fmt.Sprint(width)}}.Encode()
				browser.Do(chromedp.Navigate(s.URL + "/charts/" + name + ".svg?" + query))
				assert.Empty(t, browsertest.Get(browser, chromedp.Evaluate[string](collisions)), "%s?%s", name, query)
			}
		}
	}
	assert.Empty(t, browser.Problems())
}

// collisions tells which texts of a picture lie outside of it or on each other.
const collisions = `(() => {
	const svg = document.documentElement, size = svg.viewBox.baseVal, found = [];
	const texts = [...svg.querySelectorAll('text')].map(t => ({words: t.textContent, b: t.getBBox()}));
	// getBBox takes in the room above capitals and below the deepest letter, where no ink is.
	for (const t of texts) { t.top = t.b.y + t.b.height * 0.12; t.bottom = t.b.y + t.b.height * 0.95; t.left = t.b.x; t.right = t.b.x + t.b.width; }
	texts.forEach((a, i) => {
		if (a.left < 0 || a.top < 0 || a.right > size.width || a.bottom > size.height) found.push(a.words + ' lies outside');
		for (const b of texts.slice(0, i))
			if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) found.push(a.words + ' meets ' + b.words);
	});
	return texts.length > 4 ? found.join('; ') : 'no texts';
})()`

func BenchmarkCharts(b *testing.B) {
	s := sitetest.WithRelease(b)
	for _, file := range []string{"stock.svg", "stock.png", "impact.json"} {
		b.Run(file, func(b *testing.B) {
			for b.Loop() {
				s.Get("/charts/" + file)
			}
		})
	}
}

func TestCharts_AreNotDrawnForWhoHasSpentAll(t *testing.T) {
	s := sitetest.WithRelease(t, func(c *web.Config) { c.Access.AnonymousBudget = access.Budget{Cost: 300, Per: time.Hour} })
	require.Equal(t, http.StatusOK, s.Get("/charts/impact.svg").Status)
	spent := s.Get("/charts/impact.svg?region=RU")
	assert.Equal(t, http.StatusTooManyRequests, spent.Status)
	assert.NotEmpty(t, spent.Header.Get("Retry-After"))
	assert.Contains(t, spent.Failure(t).Message, "The budget of 300/h is spent: this costs")
}
