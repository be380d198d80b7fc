package graphiql_test

import (
	"homebound/internal/testsize"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCopyAs_EmbedsTheChartThatShowsTheQuery(t *testing.T) {
	testsize.Long(t)
	archived := place{Origin: "https://h.example", Endpoint: "/graphql", Number: 3}
	live := place{Origin: "https://h.example", Endpoint: "/graphql", Number: 3, Current: true}
	const impact = `query($to: Date = "2019-12-31", $stayers: Int) { economicImpact(region: "RU-PRI", scenario: {to: $to, stayers: $stayers, nationalities: ["KP", "CN"], relativeWage: {low: 0.5, central: 1, high: 1.5}}) { to } }`
	for _, test := range []struct{ query, variables, figure string }{
		{`{ report(filter: {within: "RU-PRI", nationalities: "KP", period: {from: "2017-01-01", to: null}}, groupBy: [REGION], granularity: YEAR) { rows { permitsIssued } } }`, "",
			`<figure data-homebound="permits" data-release="3" data-nationalities="KP" data-period-from="2017-01-01" data-region="RU-PRI"><a href="https://h.example/releases/3/embed/permits?nationalities=KP&amp;period.from=2017-01-01&amp;region=RU-PRI">Permits issued by region (RU-PRI)</a></figure>`},
		{`query($f: ReportFilter) { release { number } report(filter: $f, granularity: MONTH) { totals { ...M } } } fragment M on ReportRow { workersPresent }`, `{"f": {"within": "RU-\"><script>", "nationalities": ["KP", "CN"], "industries": null}}`,
			`<figure data-homebound="stock" data-release="3" data-granularity="MONTH" data-nationalities="KP,CN" data-region="RU-&#34;&gt;&lt;script&gt;"><a href="https://h.example/releases/3/embed/stock?granularity=MONTH&amp;nationalities=KP%2CCN&amp;region=RU-%22%3E%3Cscript%3E">Workers present (RU-&#34;&gt;&lt;script&gt;)</a></figure>`},
		{`{ report(filter: {within: "RU", nationalities: ["KP"]}, groupBy: OUTCOME) { rows { workersRepatriated } } }`, "",
			`<figure data-homebound="outcomes" data-release="3" data-nationalities="KP" data-region="RU"><a href="https://h.example/releases/3/embed/outcomes?nationalities=KP&amp;region=RU">Who left and how (RU)</a></figure>`},
		{impact, `{"stayers": 10000}`,
			`<figure data-homebound="impact" data-release="3" data-region="RU-PRI" data-scenario-basis="REGISTER" data-scenario-nationalities="KP,CN" data-scenario-relative-wage-central="1" data-scenario-relative-wage-high="1.5" data-scenario-relative-wage-low="0.5" data-scenario-stayers="10000" data-scenario-to="2019-12-31">` +
				`<a href="https://h.example/releases/3/embed/impact?region=RU-PRI&amp;scenario.basis=REGISTER&amp;scenario.nationalities=KP%2CCN&amp;scenario.relativeWage.central=1&amp;scenario.relativeWage.high=1.5&amp;scenario.relativeWage.low=0.5&amp;scenario.stayers=10000&amp;scenario.to=2019-12-31">Output lost as workers left (RU-PRI)</a></figure>`},
		{`{ report(filter: {within: "RU"}) { totals { workersPresent } } }`, "",
			`<figure data-homebound="stock" data-release="3" data-nationalities="" data-region="RU"><a href="https://h.example/releases/3/embed/stock?nationalities=&amp;region=RU">Workers present (RU)</a></figure>`},
		{`{ late: compliance(sanction: "S/RES/2397(2017)", region: "RU", asOf: "2020-01-01") { status } }`, "",
			`<figure data-homebound="compliance" data-release="3" data-as-of="2020-01-01" data-region="RU"><a href="https://h.example/releases/3/embed/compliance?asOf=2020-01-01&amp;region=RU">Did workers leave by the deadline? (RU)</a></figure>`},
	} {
		asked := tab{Query: test.query, Variables: test.variables}
		forms := copyAll(t, copying{asked, archived}, copying{asked, live})
		expected := test.figure + "\n<script async src=\"https://h.example/embed.js\"></script>\n"
		assert.Equal(t, form{Value: expected}, forms[0]["Embed"])
		assert.Equal(t, strings.NewReplacer(` data-release="3"`, "", "/releases/3", "").Replace(expected), forms[1]["Embed"].Value)
	}
}

func TestCopyAs_SaysWhyNoChartShowsAQuery(t *testing.T) {
	problems := map[string]string{
		`{ claims { totalCount } }`: "The charts show report, economicImpact and compliance, and this asks for none of them.",
		`{ report(filter: {within: "RU", industries: ["F"]}) { totals { permitsIssued } } }`:          "The charts cannot be narrowed by industries.",
		`{ report { totals { permitsIssued } } }`:                                                     "A chart is of one region: this report names none by filter.within.",
		`{ report(filter: {within: "RU", nationalities: []}) { totals { permitsIssued } } }`:          "No chart shows the workers of no nationality.",
		`{ report(filter: {within: "RU"}, boundariesOn: "2017-01-01") { totals { permitsIssued } } }`: "The charts cannot be narrowed by boundariesOn.",
		`{ report(filter: {within: "RU", nationalities: ["KP"]}) { totals { averageMonthlyWage } } }`: "No chart shows the measures of this report.",
		`{ economicImpact(region: "RU", scenario: {relativeWage: null}) { to } }`:                     "A chart's scenario.relativeWage has to be one value.",
		`{ compliance(sanction: "S/RES/2375(2017)", region: "RU") { status } }`:                       "The chart of compliance is about resolution 2397 alone.",
		`{ compliance(sanction: "S/RES/2397(2017)") { status } }`:                                     "A chart is of one region: this compliance names none.",
	}
	var tabs []copying
	queries := slices.Sorted(maps.Keys(problems))
	for _, query := range queries {
		tabs = append(tabs, copying{tab{Query: query}, place{Origin: "https://h.example", Endpoint: "/graphql", Number: 3}})
	}
	for i, forms := range copyAll(t, tabs...) {
		assert.Equal(t, form{Problem: problems[queries[i]]}, forms["Embed"])
	}
}

func TestCopyAs_SaysWhatIsWrongWithATab(t *testing.T) {
	long := strings.Repeat("x", 17_000)
	tests := []struct {
		tab
		problem string
		forms   []string
	}{
		{tab{Query: " # nothing\n"}, "There is no query to copy.", []string{"curl", "Python", "R", "TypeScript", "Embed", "Permalink", "Citation"}},
		{tab{Query: "fragment A on Release { number }"}, "There is no query to copy.", []string{"curl", "Permalink"}},
		{tab{Query: "{ release {"}, "The query cannot be read: Syntax Error: Expected Name, found <EOF>.", []string{"curl", "R"}},
		{tab{Query: "{ a }", Variables: "{"}, "The variables are not JSON.", []string{"curl", "Python"}},
		{tab{Query: "{ a }", Variables: "[1]"}, "The variables are not a JSON object.", []string{"curl", "TypeScript"}},
		{tab{Query: "{ a }", Headers: "x"}, "The headers are not JSON.", []string{"curl"}},
		{tab{Query: "subscription { releasePublished { number } }"}, "A subscription is a stream, and the snippets ask once.", []string{"curl", "R"}},
		{tab{Query: `{ a(b: "` + long + `") }`}, "The address would have 17029 characters, and the server takes 16384. Copy it as a program.", []string{"Permalink", "Citation"}},
		{tab{Query: `{ a(b: "` + long + `") }`}, "R asks by an address; this one would have 17038 characters, and the server takes 16384.", []string{"R"}},
	}
	var tabs []copying
	for _, test := range tests {
		tabs = append(tabs, copying{test.tab, place{Origin: "https://h.example", Endpoint: "/graphql", Number: 3}})
	}
	for i, forms := range copyAll(t, tabs...) {
		for _, name := range tests[i].forms {
			assert.Equal(t, form{Problem: tests[i].problem}, forms[name], name)
		}
	}
}

func TestCopyAs_CopiesNoKeyFromAnywhere(t *testing.T) {
	key := "hb_abcdefgh_" + strings.Repeat("a2", 26)
	asked := tab{Query: "# " + key + "\n{ claims(filter: {speaker: \"" + key + "\"}) { totalCount } }", Variables: `{"a": "` + key + `"}`, Headers: `{"AUTHORIZATION": "Bearer ` + key + `", "X-Other": "` + key + `"}`}
	for name, form := range copyAs(t, asked, place{Origin: "https://h.example", Endpoint: "/graphql", Number: 3}) {
		assert.NotContains(t, form.Value, key, name)
	}
}
