package exports_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/site/sitetest"
	"homebound/internal/table"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

const recipes = "../../../examples/tools/"

func recipe(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(recipes + name)
	require.NoError(t, err)
	return string(text)
}

// TestRecipes_GrafanasPanelsAnswer sends what Grafana's Infinity would send for every panel, and looks for its columns.
func TestRecipes_GrafanasPanelsAnswer(t *testing.T) {
	s := sitetest.WithRelease(t)
	type pair struct{ Key, Value string }
	var dashboard struct {
		Time       struct{ From, To time.Time }
		Templating struct {
			List []struct {
				Name    string
				Current struct{ Value string }
			}
		}
		Panels []struct {
			Title   string
			Targets []struct {
				Type, Source, Parser, URL string
				Options                   struct {
					Method string
					Params []pair
				} `json:"url_options"`
				Columns []struct{ Selector, Text, Type string }
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(recipe(t, "grafana.json")), &dashboard))
	replaced := []string{"${__from:date:YYYY-MM-DD}", dashboard.Time.From.Format(time.DateOnly), "${__to:date:YYYY-MM-DD}", dashboard.Time.To.Format(time.DateOnly)}
	for _, v := range dashboard.Templating.List {
		if value := v.Current.Value; v.Name == "server" {
			replaced = append(replaced, "${server}", "")
		} else {
			replaced = append(replaced, "${"+v.Name+"}", value)
		}
	}
	fill := strings.NewReplacer(replaced...).Replace
	require.Len(t, dashboard.Panels, 4)
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			assert.Equal(t, []string{"json", "url", "backend", "GET"}, []string{target.Type, target.Source, target.Parser, target.Options.Method})
			query := url.Values{}
			for _, p := range target.Options.Params {
				query.Set(p.Key, fill(p.Value))
			}
			answer := s.Get(fill(target.URL) + "?" + query.Encode())
			require.Equal(t, http.StatusOK, answer.Status, "%s: %s", panel.Title, answer.Body)
			var rows []map[string]any
			require.NoError(t, json.Unmarshal([]byte(answer.Body), &rows))
			require.NotEmpty(t, rows, panel.Title)
			for _, column := range target.Columns {
				known := 0
				for _, row := range rows {
					value, there := row[column.Selector]
					require.True(t, there, "%s: %s", panel.Title, column.Selector)
					if value == nil {
						continue
					}
					known++
					switch column.Type {
					case "number":
						require.IsType(t, 0.0, value)
					case "boolean":
						require.IsType(t, true, value)
					case "timestamp":
						_, err := time.Parse(time.DateOnly, value.(string))
						require.NoError(t, err)
					default:
						require.IsType(t, "", value)
					}
				}
				assert.NotZero(t, known, "%s: %s", panel.Title, column.Selector)
			}
		}
	}
}

// TestRecipes_PowerBIsQueryAnswers asks what the query in M asks, with a key as the password, and holds the types that it
// gives its columns against those of the metadata.
func TestRecipes_PowerBIsQueryAnswers(t *testing.T) {
	s, keys := sitetest.Guarded(t, web.Access{RefuseAnonymous: true})
	key := sitetest.AddKey(t, keys, access.Key{Name: "powerbi"})
	text := recipe(t, "powerbi.pq")
	path := regexp.MustCompile(`RelativePath = "([^"]+)"`).FindStringSubmatch(text)[1]
	query := url.Values{}
	for _, p := range regexp.MustCompile(`(\w+) = "([^"]+)"`).FindAllStringSubmatch(regexp.MustCompile(`Query = \[(.*)\]`).FindStringSubmatch(text)[1], -1) {
		query.Set(p[1], p[2])
	}
	address := "/" + path + "?" + query.Encode()
	refused := s.Get(address)
	assert.Equal(t, http.StatusUnauthorized, refused.Status)
	assert.Contains(t, strings.Join(refused.Header.Values("WWW-Authenticate"), " "), "Basic", "by which Power Query knows what to ask for")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
	require.NoError(t, err)
	r.SetBasicAuth("any", key)
	basic := r.Header.Get("Authorization")
	heads := records(t, s.Get(address, "Authorization", basic).Body)[0]
	kinds := map[string]table.Kind{}
	for _, c := range (described{}.read(t, s.Get(strings.Replace(address, ".csv", ".metadata.json", 1), "Authorization", basic).Body)).Columns {
		kinds[c.Name] = c.Kind
	}
	typed := regexp.MustCompile(`\{"([^"]+)", ([\w. ]+)\}`).FindAllStringSubmatch(text, -1)
	require.Len(t, typed, 8)
	types := map[string]table.Kind{"type text": table.Text, "type date": table.Day, "Int64.Type": table.Whole, "type logical": table.Bool}
	for _, column := range typed {
		assert.Contains(t, heads, column[1])
		assert.Equal(t, kinds[column[1]], types[column[2]], column[1])
	}
}

// runScript runs a script in Node, of which the recipes need no package.
func runScript(t *testing.T, script string, args ...string) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("SKIPPED: needs Node.js")
	}
	run := exec.CommandContext(t.Context(), node, append([]string{"--input-type=module", "-e", script}, args...)...)
	run.Dir, run.Stderr = recipes, os.Stderr
	said, err := run.Output()
	require.NoError(t, err)
	return string(said)
}

func TestRecipes_ObservablesCellsRun(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	said := runScript(t, `import { readFileSync } from 'node:fs'
		const source = 'data:text/javascript,' + encodeURIComponent(readFileSync('observable.js', 'utf8'))
		const { reported, permits, question } = await import(source)
		const server = process.argv[1]
		const rows = await reported(server)
		console.log(JSON.stringify({ days: rows.every(({ to }) => to instanceof Date && !isNaN(to)), reported: rows.length, permits: (await permits(server, 'within=RU')).length, question: question(server) }))`, s.URL)
	var found struct {
		Days              bool
		Reported, Permits int
		Question          string
	}
	require.NoError(t, json.Unmarshal([]byte(said), &found))
	assert.True(t, found.Days)
	assert.NotZero(t, found.Reported)
	assert.Equal(t, len(rowsOf(s, "/export/permits.ndjson?within=RU")), found.Permits)
	file := regexp.MustCompile(`'` + regexp.QuoteMeta(s.URL) + `([^']+)'`).FindStringSubmatch(found.Question)
	require.NotNil(t, file)
	assert.Equal(t, "bytes", s.Do(http.MethodHead, file[1], "").Header.Get("Accept-Ranges"))
}

// TestRecipes_SheetsFunctionRuns runs the script with what Google gives it: fetching that waits, and properties.
func TestRecipes_SheetsFunctionRuns(t *testing.T) {
	testsize.Long(t)
	s, keys := sitetest.Guarded(t, web.Access{RefuseAnonymous: true})
	key := sitetest.AddKey(t, keys, access.Key{Name: "sheets"})
	const script = `import { readFileSync } from 'node:fs'; import vm from 'node:vm'; import { execFileSync } from 'node:child_process'
		const [, server, key, query] = process.argv
		const fetchNow = (address, { headers }) => {
			const [status, text] = JSON.parse(execFileSync(process.execPath, ['-e', 'fetch(process.argv[1], { headers: JSON.parse(process.argv[2]) }).then(async (r) => console.log(JSON.stringify([r.status, await r.text()])))', address, JSON.stringify(headers)]))
			return { getResponseCode: () => status, getContentText: () => text }
		}
		const google = { UrlFetchApp: { fetch: fetchNow }, Utilities: { base64Encode: (text) => Buffer.from(text).toString('base64') },
			PropertiesService: { getScriptProperties: () => ({ getProperty: (name) => ({ SERVER: server, KEY: key })[name] }) } }
		vm.runInNewContext(readFileSync('sheets.gs', 'utf8'), google)
		try { console.log(JSON.stringify(google.HOMEBOUND('report', query))) } catch (error) { console.log(JSON.stringify(error.message)) }`
	var cells [][]any
	require.NoError(t, json.Unmarshal([]byte(runScript(t, script, s.URL, key, "groupBy=REGION&measures=PERMITS_ISSUED")), &cells))
	require.Greater(t, len(cells), 2)
	assert.Contains(t, cells[0], "permitsIssued")
	assert.Contains(t, runScript(t, script, s.URL, "", "groupBy=REGION"), "A key is needed")
	assert.Contains(t, runScript(t, script, s.URL, key, "groupBy=NOTHING"), "Expected for groupBy one of")
	assert.Contains(t, recipe(t, "sheets.gs"), `IMPORTDATA("https://homebound.example/export/report.csv?`)
}
