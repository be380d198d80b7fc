package exports_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

// choices has values for parameters, of which a question takes some at random.
type choices map[string][]string

var regionCodes = []string{"RU", "RU-FD-FE", "RU-FD-SI", "RU-BU", "RU-PRI", "RU-IRK", "X-BAIKAL", "RU-NOWHERE"}
var someDays = []string{"2017-10-15", "2017-12-22", "2018-01-01", "2018-06-15", "2018-11-04", "2019-02-10"}

var asked = map[string]choices{
	"permits": {
		"within": regionCodes, "boundariesOn": someDays, "industries": {"F", "A,C", "C,F"}, "nationalities": {"KP", "VN,UZ"}, "employers": {"E000", "E001,E002"},
		"issued.from": someDays, "issued.to": someDays, "inForceOn": someDays, "status": {"IN_FORCE", "REVOKED,EXPIRED", "PENDING"},
		"orderBy.field": {"ISSUED_ON", "VALID_FROM", "VALID_TO", "WORKERS", "NUMBER"}, "orderBy.direction": {"ASC", "DESC"},
	},
	"employers": {
		"within": regionCodes, "industries": {"F", "A,C"}, "search": {"e", "Employer", "ООО"}, "orderBy.field": {"NAME", "WORKERS_AUTHORISED"}, "orderBy.direction": {"ASC", "DESC"},
	},
	"repatriations": {
		"within": regionCodes, "boundariesOn": someDays, "nationalities": {"KP", "VN,UZ"}, "outcomes": {"RETURNED", "PROTECTED", "DEPORTED,EXEMPT", "THIRD_COUNTRY"},
		"date.from": someDays, "date.to": someDays, "sanction": {"S/RES/2397(2017)", "S/RES/2375 (2017)"}, "orderBy.field": {"DATE", "WORKERS"}, "orderBy.direction": {"ASC", "DESC"},
	},
	"observations": {
		"within": regionCodes, "codes": {"RU", "RU-PRI,RU-AMU"}, "kinds": {"COUNTRY", "SUBJECT,DISTRICT"}, "search": {"o", "Приморский"},
		"indicators": {"WORKERS_PRESENT", "GRP", "NOTHING"}, "from": someDays, "to": someDays,
	},
	"claims": {"topics": {"STOCK", "OTHER"}, "speaker": {"ambassador", "nobody"}, "region": regionCodes, "verdicts": {"CONSISTENT,UNDECIDED", "INCONSISTENT"}},
	"report": {
		"within": regionCodes, "industries": {"F", "A,C"}, "nationalities": {"KP", "VN,UZ"}, "employers": {"E000"}, "outcomes": {"RETURNED,PROTECTED"},
		"period.from": someDays, "period.to": someDays, "synthetic": {"true", "false"}, "boundariesOn": someDays,
		"groupBy":     {"REGION", "DISTRICT,INDUSTRY", "NATIONALITY,PERIOD", "EMPLOYER", "OUTCOME", "REGION,EMPLOYER,NATIONALITY"},
		"granularity": {"DAY", "MONTH", "QUARTER", "YEAR"}, "measures": {"PERMITS_ISSUED", "PEAK_WORKERS_PRESENT,WORKER_DAYS", "WORKERS_REPATRIATED"},
		"orderBy.measure": {"WORKERS_REPATRIATED"}, "orderBy.direction": {"ASC", "DESC"}, "having.measure": {"WORKERS_REPATRIATED"}, "having.atLeast": {"1"},
	},
}

func (c choices) pick(r *rand.Rand) url.Values {
	values := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(c)) {
		if r.IntN(4) == 0 {
			values.Set(name, c[name][r.IntN(len(c[name]))])
		}
	}
	return values
}

// newSample starts a server on a random register with rows of every kind, PROTECTED ones and those of nobody's
// employer among them.
func newSample(t testing.TB, seed uint64, configure ...func(*web.Config)) *sitetest.Site {
	s := sitetest.New(t, append([]func(*web.Config){func(c *web.Config) { c.CacheBytes = 1 << 20 }}, configure...)...)
	content := dbtest.Random(rand.New(rand.NewPCG(seed, 7)), 60)
	content.Permits[3].Precision = []labour.Precision{{Column: "issued_on", Unit: labour.Month}, {Column: "valid_to", Unit: labour.Year}}
	content.Repatriations[3].Precision = []labour.Precision{{Column: "date", Unit: labour.Quarter}}
	dbtest.MustPublish(t, s.Store, content)
	return s
}

// precisionOf writes a node's days that are known roughly as packages have them, nil where there are none.
func precisionOf(node map[string]any) any {
	columns := map[any]string{"issuedOn": "issued_on", "validFrom": "valid_from", "validTo": "valid_to", "revokedOn": "revoked_on", "date": "date"}
	var texts []string
	for _, day := range node["precision"].([]any) {
		day := day.(map[string]any)
		texts = append(texts, fmt.Sprintf("%s=%s", columns[day["field"]], day["granularity"]))
	}
	if texts == nil {
		return nil
	}
	return strings.Join(texts, ";")
}

// TestExport_HasWhatItsQueryShows asks at random, and holds each export against the pages of the query that its
// metadata names.
func TestExport_HasWhatItsQueryShows(t *testing.T) {
	testsize.Long(t)
	s := newSample(t, 1)
	r := rand.New(rand.NewPCG(2, 3))
	for name, parameters := range asked {
		t.Run(name, func(t *testing.T) {
			rows := 0
			for range 60 {
				query := parameters.pick(r).Encode()
				answer := s.Get("/export/" + name + ".metadata.json?" + query)
				if answer.Status != http.StatusOK { // then the data is refused with the same words
					assert.Contains(t, []int{http.StatusNotFound, http.StatusBadRequest}, answer.Status, "%s: %s", query, answer.Body)
					assert.Equal(t, answer.Body, s.Get("/export/"+name+".csv?"+query).Body)
					continue
				}
				m := described{}.read(t, answer.Body)
				found := rowsOf(s, "/export/"+name+".ndjson?"+query)
				rows += len(found)
				require.Len(t, found, m.Rows, query)
				var expected []map[string]any
				for _, node := range shownBy(s, m) {
					row := map[string]any{}
					for _, c := range m.Columns {
						row[c.Name] = leaf(node, c.Name)
						if of, is := strings.CutSuffix(c.Name, "publisherId"); is {
							row[c.Name] = publishersOwn(t, leaf(node, of+"id"))
						}
						if c.Name == "precision" {
							row[c.Name] = precisionOf(node)
						}
					}
					if name == "report" {
						row["synthetic"] = m.Synthetic // of every row, as of the whole
					}
					expected = append(expected, row)
				}
				if name == "observations" { // whose query has them by region
					assert.ElementsMatch(t, expected, found, query)
				} else if len(expected)+len(found) > 0 {
					require.Equal(t, expected, found, query)
				}
			}
			assert.Greater(t, rows, 20, "most questions have an answer")
		})
	}
}

// publishersOwn decodes a global id, which is the type's name, a colon and the publisher's own id in base64.
func publishersOwn(t *testing.T, global any) any {
	t.Helper()
	if global == nil {
		return nil
	}
	text, err := base64.StdEncoding.DecodeString(global.(string))
	require.NoError(t, err)
	_, own, found := strings.Cut(string(text), ":")
	require.True(t, found)
	return own
}

// shown asks the query of an export's metadata, in pages that are short, and gives what it has rows of.
func shownBy(s *sitetest.Site, m described) (nodes []map[string]any) {
	s.T.Helper()
	document := m.Query.Document
	isObservations := strings.Contains(document, "observations(")
	if !isObservations && !strings.Contains(document, "$after") {
		document = strings.Replace(document, "(", "($after: String, ", 1)
		document = strings.Replace(document, "first: 1000", "first: 7, after: $after", 1)
	}
	variables := maps.Clone(m.Query.Variables)
	for {
		body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
		require.NoError(s.T, err)
		answer := s.Do(http.MethodPost, strings.TrimPrefix(m.Query.URL, "https://homebound.example"), string(body), "Content-Type", "application/json")
		var read struct {
			Data   map[string]map[string]any
			Errors []any
		}
		require.NoError(s.T, json.NewDecoder(bytes.NewReader([]byte(answer.Body))).Decode(&read))
		require.Empty(s.T, read.Errors, document)
		for _, list := range read.Data {
			for _, key := range []string{"nodes", "rows"} {
				of, _ := list[key].([]any)
				for _, node := range of {
					object := node.(map[string]any)
					if isObservations {
						for _, o := range object["observations"].([]any) {
							nodes = append(nodes, o.(map[string]any))
						}
						continue
					}
					nodes = append(nodes, object)
				}
			}
			page, _ := list["pageInfo"].(map[string]any)
			if page == nil || page["hasNextPage"] != true {
				return nodes
			}
			variables["after"] = page["endCursor"]
		}
	}
}

func leaf(object any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		inner, _ := object.(map[string]any)
		object = inner[name]
	}
	return object
}

// TestExport_ReportHasMoreRowsThanAPage reads a report that the API gives in pages only.
func TestExport_ReportHasMoreRowsThanAPage(t *testing.T) {
	testsize.Long(t)
	s := newSample(t, 1)
	const query = "groupBy=REGION,NATIONALITY&granularity=DAY"
	m := describedBy(s, "report", query)
	require.Greater(t, m.Rows, 2000)
	found := rowsOf(s, "/export/report.ndjson?"+query)
	require.Len(t, found, m.Rows)
	issued := 0.0
	for _, row := range found {
		if count, known := row["permitsIssued"].(float64); known { // of days that no source reaches nothing is known
			issued += count
		}
	}
	assert.Equal(t, fmt.Sprintf(`{"data":{"report":{"totals":{"permitsIssued":%v}}}}`, issued), strings.TrimSpace(s.Post("{report{totals{permitsIssued}}}").Body))
}

// TestExport_ImpactHasTheAnswersFigures holds the long form against the answer.
func TestExport_ImpactHasTheAnswersFigures(t *testing.T) {
	s := sitetest.WithRelease(t)
	const query = "region=RU-FD-FE&scenario.stayers=5&scenario.substitutionRate=" + `{"low":0,"central":0.5,"high":1}` + "&granularity=YEAR"
	rows := rowsOf(s, "/export/impact.ndjson?"+strings.ReplaceAll(query, `"`, "%22"))
	var answer struct {
		Data struct{ EconomicImpact map[string]any }
	}
	text := s.Post(`{ economicImpact(region: "RU-FD-FE", scenario: {stayers: 5, substitutionRate: {low: 0, central: 0.5, high: 1}}) {
		from to coverage basis baselineWorkers outputLost { ...all } remittancesForgone { ...all }
		variants { variant outputLost { ...all } directOutputLost { ...all } } bridge { step amount unit }
		netAccounts { output { ...all } wages { ...all } contributions { ...all } productionTaxes { ...all } surplus { ...all } }
		observed { indicator { code name } year value trend unit } notices { code message }
		byIndustry { industry { code name } workerYearsLost outputLost { low central high unit } }
		timeline(granularity: YEAR) { period { from to label } departedWorkers outputLost { low central high unit } }
		sensitivity { parameter lowSetting outputLostAtLow outputLostAtHigh } inputs { name value low high unit imputed note period { from to } source { title } } } }
		fragment all on Estimate { low central high mean p5 p25 p50 p75 p95 unit }`)
	require.NoError(t, json.Unmarshal([]byte(text.Body), &answer))
	impact := answer.Data.EconomicImpact
	find := func(section, item, figure string) map[string]any {
		for _, row := range rows {
			if row["section"] == section && (row["item"] == item || item == "" && row["item"] == nil) && row["figure"] == figure {
				return row
			}
		}
		require.Fail(t, "no such row", "%s %s %s", section, item, figure)
		return nil
	}
	check := func(row map[string]any, estimate any) {
		t.Helper()
		for _, part := range []string{"low", "central", "high", "unit"} {
			assert.Equal(t, leaf(estimate, part), row[part], "%v", row)
		}
		for _, part := range []string{"mean", "p5", "p25", "p50", "p75", "p95"} {
			if drawn := leaf(estimate, part); drawn != nil {
				assert.Equal(t, drawn, row[part], "%v", row)
			}
		}
	}
	check(find("totals", "", "outputLost"), impact["outputLost"])
	check(find("totals", "", "remittancesForgone"), impact["remittancesForgone"])
	assert.Equal(t, impact["baselineWorkers"], find("totals", "", "baselineWorkers")["central"])
	assert.Equal(t, impact["to"], find("totals", "", "baselineWorkers")["to"])
	for _, field := range []string{"output", "wages", "contributions", "productionTaxes", "surplus"} {
		check(find("netAccounts", "", field), leaf(impact["netAccounts"], field))
	}
	require.Len(t, impact["variants"], 3)
	for _, part := range impact["variants"].([]any) {
		check(find("variants", leaf(part, "variant").(string), "outputLost"), leaf(part, "outputLost"))
		check(find("variants", leaf(part, "variant").(string), "directOutputLost"), leaf(part, "directOutputLost"))
	}
	require.NotEmpty(t, impact["bridge"])
	for _, part := range impact["bridge"].([]any) {
		row := find("bridge", leaf(part, "step").(string), "amount")
		assert.Equal(t, []any{leaf(part, "amount"), leaf(part, "unit")}, []any{row["central"], row["unit"]})
	}
	require.NotEmpty(t, impact["notices"])
	for _, part := range impact["notices"].([]any) {
		assert.True(t, slices.ContainsFunc(rows, func(row map[string]any) bool {
			return row["section"] == "notices" && row["item"] == leaf(part, "code") && row["note"] == leaf(part, "message")
		}), "%v", part)
	}
	for _, part := range impact["observed"].([]any) {
		assert.True(t, slices.ContainsFunc(rows, func(row map[string]any) bool {
			return row["section"] == "observed" && row["item"] == leaf(part, "indicator.code") && row["figure"] == "trend" &&
				row["from"] == fmt.Sprintf("%v-01-01", leaf(part, "year")) && row["central"] == leaf(part, "trend")
		}), "%v", part)
	}
	assert.Equal(t, []any{impact["basis"], impact["coverage"]}, []any{rows[0]["basis"], rows[0]["coverage"]})
	for _, part := range impact["byIndustry"].([]any) {
		check(find("byIndustry", leaf(part, "industry.code").(string), "outputLost"), leaf(part, "outputLost"))
		assert.Equal(t, leaf(part, "industry.name"), find("byIndustry", leaf(part, "industry.code").(string), "workerYearsLost")["name"])
	}
	for _, part := range impact["timeline"].([]any) {
		row := find("timeline", leaf(part, "period.label").(string), "outputLost")
		check(row, leaf(part, "outputLost"))
		assert.Equal(t, leaf(part, "period.from"), row["from"])
		assert.Equal(t, leaf(part, "departedWorkers"), find("timeline", leaf(part, "period.label").(string), "departedWorkers")["central"])
	}
	for _, part := range impact["sensitivity"].([]any) {
		assert.Equal(t, leaf(part, "outputLostAtHigh"), find("sensitivity", leaf(part, "parameter").(string), "outputLostAtHigh")["central"])
		assert.Equal(t, leaf(part, "lowSetting"), find("sensitivity", leaf(part, "parameter").(string), "outputLostAtLow")["note"])
	}
	inputs := 0
	for _, row := range rows {
		if row["section"] == "inputs" {
			part := impact["inputs"].([]any)[inputs]
			inputs++
			assert.Equal(t, []any{leaf(part, "name"), leaf(part, "value"), leaf(part, "low"), leaf(part, "high"), leaf(part, "unit"), leaf(part, "imputed"), leaf(part, "note"), leaf(part, "period.from"), leaf(part, "source.title")},
				[]any{row["item"], row["central"], row["low"], row["high"], row["unit"], row["imputed"], row["note"], row["from"], row["source.title"]})
		}
	}
	assert.Len(t, impact["inputs"], inputs)
	assert.Equal(t, http.StatusBadRequest, s.Get("/export/impact.csv").Status, "the region is not left out")
}
