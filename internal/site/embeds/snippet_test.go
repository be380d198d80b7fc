package embeds

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os/exec"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/pictures"
	"homebound/internal/site/port"
	"homebound/internal/table"
	"homebound/internal/testsize"
	shared "homebound/internal/words"
)

func TestSnippet_IsWhatAnAuthorPastes(t *testing.T) {
	s := &Embeds{Base: port.Base{PublicURL: "https://homebound.example"}}
	const script = "\n" + `<script async src="https://homebound.example/embed.js"></script>`
	for name, test := range map[string]struct {
		chart   string
		query   string
		release int
		figure  string
	}{
		"live": {"stock", "region=RU-FD-FE", 0,
			`<figure data-homebound="stock" data-region="RU-FD-FE"><a href="https://homebound.example/embed/stock?region=RU-FD-FE">Workers present (RU-FD-FE)</a></figure>`},
		"archived": {"stock", "region=RU-FD-FE&theme=dark", 7,
			`<figure data-homebound="stock" data-release="7" data-region="RU-FD-FE" data-theme="dark"><a href="https://homebound.example/releases/7/embed/stock?region=RU-FD-FE&amp;theme=dark">Workers present (RU-FD-FE)</a></figure>`},
		"parts, capitals and lists": {"impact", "scenario.relativeWage.low=0.5&period.from=2017-01-01&asOf=2018-01-01&scenario.nationalities=KP&scenario.nationalities=CN&region=", 0,
			`<figure data-homebound="impact" data-as-of="2018-01-01" data-period-from="2017-01-01" data-scenario-nationalities="KP,CN" data-scenario-relative-wage-low="0.5">` +
				`<a href="https://homebound.example/embed/impact?asOf=2018-01-01&amp;period.from=2017-01-01&amp;scenario.nationalities=KP%2CCN&amp;scenario.relativeWage.low=0.5">Output lost as workers left</a></figure>`},
		"all nationalities": {"stock", "nationalities=&period.from=", 0,
			`<figure data-homebound="stock" data-nationalities=""><a href="https://homebound.example/embed/stock?nationalities=">Workers present</a></figure>`},
		"hostile": {`"><script>`, "region=" + url.QueryEscape(`"><script>`) + "&" + url.QueryEscape(`x"onload`) + "=1", 0,
			`<figure data-homebound="&#34;&gt;&lt;script&gt;" data-region="&#34;&gt;&lt;script&gt;"><a href="https://homebound.example/embed/%22%3E%3Cscript%3E?region=%22%3E%3Cscript%3E">&#34;&gt;&lt;script&gt; (&#34;&gt;&lt;script&gt;)</a></figure>`},
	} {
		values, err := url.ParseQuery(test.query)
		assert.NoError(t, err)
		assert.Equal(t, test.figure+script, s.Snippet(test.chart, values, test.release), name)
	}
	for _, name := range pictures.Names {
		assert.Contains(t, chartWords, name)
	}
}

func TestElement_IsWhatAnAuthorPastes(t *testing.T) {
	s := &Embeds{Base: port.Base{PublicURL: "https://homebound.example"}, element: element{path: "/homebound-chart.0.js", integrity: "sha384-x"}}
	values, err := url.ParseQuery("period.from=2017-01-01&scenario.nationalities=KP&region=RU&title=" + url.QueryEscape(`"><script>`))
	assert.NoError(t, err)
	assert.Equal(t, `<homebound-chart chart="stock" release="7" period-from="2017-01-01" region="RU" scenario-nationalities="KP" title="&#34;&gt;&lt;script&gt;">`+
		`<a href="https://homebound.example/releases/7/embed/stock?period.from=2017-01-01&amp;region=RU&amp;scenario.nationalities=KP&amp;title=%22%3E%3Cscript%3E">Workers present (RU)</a></homebound-chart>`+"\n"+
		`<script type="module" src="https://homebound.example/homebound-chart.0.js" integrity="sha384-x" crossorigin="anonymous"></script>`, s.Element("stock", values, 7))
}

// TestSnippet_IsWhatGraphiQLCopies asks GraphiQL's menu for the embed of a query of each chart.
func TestSnippet_IsWhatGraphiQLCopies(t *testing.T) {
	type object = map[string]any
	queries := map[string]string{
		"stock":      `{ report(filter: {within: "RU-PRI"}, granularity: YEAR) { totals { workersPresent } } }`,
		"permits":    `{ report(filter: {within: "RU", nationalities: ["KP", "CN"], period: {from: "2017-01-01"}}) { totals { permitsIssued } } }`,
		"outcomes":   `{ report(filter: {within: "RU-PRI", nationalities: "KP"}, groupBy: OUTCOME) { rows { workersRepatriated } } }`,
		"impact":     `{ economicImpact(region: "<&'\">", scenario: {nationalities: null, relativeWage: {low: 0.5, central: 1, high: 1.5}}) { to } }`,
		"variants":   `{ economicImpact(region: "RU", scenario: {basis: REPORTED}) { variants { variant outputLost { p50 } } } }`,
		"bridge":     `{ economicImpact(region: "RU") { bridge { step amount } } }`,
		"tornado":    `query($b: Basis! = REPORTED) { economicImpact(region: "RU", scenario: {basis: $b}) { sensitivity { parameter } } }`,
		"compliance": `{ compliance(sanction: "S/RES/2397(2017)", region: "RU", asOf: "2020-01-01") { status } }`,
	}
	parameters := map[string]string{
		"stock": "region=RU-PRI&nationalities=&granularity=YEAR", "permits": "region=RU&nationalities=KP,CN&period.from=2017-01-01", "outcomes": "region=RU-PRI&nationalities=KP",
		"impact": "region=%3C%26'%22%3E&scenario.basis=REGISTER&scenario.nationalities=&scenario.relativeWage.low=0.5&scenario.relativeWage.central=1&scenario.relativeWage.high=1.5", "compliance": "region=RU&asOf=2020-01-01",
		"variants": "region=RU&scenario.basis=REPORTED", "bridge": "region=RU&scenario.basis=REGISTER", "tornado": "region=RU&scenario.basis=REPORTED",
	}
	// A query of permits is copied as bars: nothing in it asks for a map.
	names := slices.DeleteFunc(slices.Clone(pictures.Names), func(name string) bool { return name == "map" })
	var asked []object
	for _, name := range names {
		asked = append(asked, object{"tab": object{"query": queries[name], "variables": "", "headers": ""}, "place": object{"origin": "https://homebound.example", "endpoint": "/graphql", "number": 7}})
	}
	input, err := json.Marshal(asked)
	require.NoError(t, err)
	copied := exec.CommandContext(t.Context(), "node", "../graphiql/testdata/copyas.mjs")
	copied.Stdin = bytes.NewReader(input)
	output, err := copied.Output()
	if err != nil {
		testsize.Lacks(t, "node, and npm ci in internal/site/graphiql/src: "+err.Error())
	}
	var forms []map[string]struct{ Value, Problem string }
	require.NoError(t, json.Unmarshal(output, &forms))
	require.Len(t, forms, len(names))
	s := &Embeds{Base: port.Base{PublicURL: "https://homebound.example"}}
	for i, name := range names {
		values, err := url.ParseQuery(parameters[name])
		require.NoError(t, err)
		require.Empty(t, forms[i]["Embed"].Problem, name)
		assert.Equal(t, s.Snippet(name, values, 7)+"\n", forms[i]["Embed"].Value, name)
	}
}

func TestLegible_RoundsToWhatTellsSomething(t *testing.T) {
	for want, value := range map[string]any{
		"–": nil, "yes": true, "no": false, "RU-PRI": "RU-PRI", "0": 0.0, "12": int64(12), "−1,234": int64(-1234), "21,608": 21608.0,
		"16,589,416,940": 16589416939.976393, "−123.5": -123.456, "0.0001539": 0.00015386973234532636, "999.9": 999.94, "0.5": 0.5, "1,000": 999.96, "−6,380,544,977": -6380544976.9,
	} {
		assert.Equal(t, want, legible(shared.Words{}, value, table.Column{Kind: table.Text}))
	}
	year := table.Column{Kind: table.Whole, IsName: true}
	assert.Equal(t, "2020", legible(shared.In("ru"), int64(2020), year), "a year is no count")
	assert.Equal(t, "2\u00a0020", legible(shared.In("ru"), int64(2020), table.Column{Kind: table.Whole}))
}
