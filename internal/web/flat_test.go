package web_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/web"
)

// table returns the rows of an answer in CSV, its header first.
func tableOf(r sitetest.Reply, t testing.TB) [][]string {
	t.Helper()
	require.Equal(t, http.StatusOK, r.Status, r.Body)
	require.Equal(t, "text/csv; charset=utf-8; header=present", r.Header.Get("Content-Type"))
	rows, err := csv.NewReader(strings.NewReader(r.Body)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, fmt.Sprint(len(rows)-1), r.Header.Get("Homebound-Rows"))
	return rows
}

const acceptCSV = "text/csv"

func TestFlat_ColumnsAreWhatIsSelectedInItsOrder(t *testing.T) {
	s := sitetest.WithRelease(t)
	for query, header := range map[string]string{
		`{report(groupBy:[REGION],granularity:YEAR){rows{region{code} period{label} permitsIssued}}}`: "region.code,period.label,permitsIssued",
		`{report{rows{permitsIssued region{name code}}}}`:                                             "permitsIssued,region.name,region.code",
		`{report{rows{issued:permitsIssued r:region{c:code}}}}`:                                       "issued,r.c",
		`{release{number} report{totalCount rows{permitsIssued} provenance{synthetic}}}`:              "release.number,report.totalCount,permitsIssued,report.provenance.synthetic",
		`{permits(first:3){totalCount nodes{id employer{name}}}}`:                                     "permits.totalCount,id,employer.name",
		`{p:permits(first:3){e:edges{cursor n:node{id region{code}}}}}`:                               "cursor,id,region.code",
		`{regions(first:2){edges{node{code} place:cursor}} release{synthetic}}`:                       "code,place,release.synthetic",
		`{industries{code name}}`:       "code,name",
		`{availability{outcomes from}}`: "outcomes,availability.from",
		`{nodes(ids:[]){__typename id ...on Region{code} ...on Permit{number}}}`:                      "__typename,id,code,number",
		`{industries{...a ...b code}} fragment a on Industry{name ...b} fragment b on Industry{code}`: "name,code",
		`{a:industries{code} ...on Query{a:industries{name}}}`:                                        "code,name",
		`{industries{code name @skip(if:true)} countries @include(if:false){code}}`:                   "code",
		`{release{number counts{permits}} region(code:"RU-PRI"){name}}`:                               "release.number,release.counts.permits,region.name",
		`{__schema{types{name}}}`: "name",
		`{region(code:"none"){code observations(indicators:["GRP"]){value indicator{code}}}}`: "region.code,value,indicator.code",
	} {
		rows := tableOf(s.Get(sitetest.ByGet("/graphql", query), "Accept", acceptCSV), t)
		assert.Equal(t, header, strings.Join(rows[0], ","), query)
	}
}

func TestFlat_RowsAreTheItems(t *testing.T) {
	s := sitetest.WithRelease(t)
	const query = `query($first: Int!, $with: Boolean!) { permits(first: $first) { nodes { number workers issuedOn revokedOn synthetic wageMonthly @include(if: $with) employer { name } } } release { number } }`
	variables := map[string]any{"first": 7, "with": false}
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(t, err)
	var answer struct {
		Data struct {
			Permits struct {
				Nodes []struct {
					Number, IssuedOn string
					RevokedOn        *string
					Workers          int
					Synthetic        bool
					Employer         struct{ Name string }
				}
			}
		}
	}
	asJSON := s.Do("POST", "/graphql", string(body), "Content-Type", "application/json")
	require.NoError(t, json.Unmarshal([]byte(asJSON.Body), &answer))
	require.Len(t, answer.Data.Permits.Nodes, 7)
	want := [][]string{{"number", "workers", "issuedOn", "revokedOn", "synthetic", "employer.name", "release.number"}}
	for _, n := range answer.Data.Permits.Nodes {
		revoked := ""
		if n.RevokedOn != nil {
			revoked = *n.RevokedOn
		}
		want = append(want, []string{n.Number, fmt.Sprint(n.Workers), n.IssuedOn, revoked, fmt.Sprint(n.Synthetic), n.Employer.Name, "1"})
	}
	asked := s.Do("POST", "/graphql", string(body), "Content-Type", "application/json", "Accept", acceptCSV)
	assert.Equal(t, want, tableOf(asked, t))
	assert.Contains(t, asked.Header.Get("Vary"), "Accept")
	got := s.Get("/releases/1/graphql?"+url.Values{"query": {query}, "variables": {`{"first":7,"with":false}`}}.Encode(), "Accept", "application/json;q=0.5, text/csv")
	assert.Equal(t, asked.Body, got.Body)
	assert.Contains(t, got.Header.Get("Cache-Control"), "immutable")

	assert.Equal(t, [][]string{{"code"}}, tableOf(s.Post(`{regions(filter:{codes:["none"]}){nodes{code}}}`, "Accept", acceptCSV), t), "an empty list has its header")
	assert.Equal(t, [][]string{{"release.number", "region.code"}, {"1", ""}}, tableOf(s.Post(`{release{number} region(code:"none"){code}}`, "Accept", acceptCSV), t), "without a list there is one row")
	assert.Equal(t, [][]string{{"id", "release.number"}, {"", "1"}}, tableOf(s.Post(`{nodes(ids:["UGVybWl0Om5vbmU="]){id} release{number}}`, "Accept", acceptCSV), t), "an item that is null is a row")
}

func TestFlat_SaysWhyAQueryIsNoTable(t *testing.T) {
	s := sitetest.WithRelease(t)
	for query, want := range map[string]string{
		`{industries{code} r:regions{nodes{code}}}`:                                             "A table has one list, and this query selects several: industries, r.nodes. Ask for each by itself, or as JSON.",
		`{regions{nodes{code children{code observations{value}} sources:observations{value}}}}`: "A table has one list, and within the items of regions.nodes there are more: regions.nodes.children, regions.nodes.sources. Leave them out, or ask for JSON.",
		`{regions(first:1){edges{node{observations{value}}}}}`:                                  "A table has one list, and within the items of regions.edges there are more: regions.edges.node.observations. Leave them out, or ask for JSON.",
		`{regions{edges{code:cursor node{code}}}}`:                                              "Two columns of the table would be called code: give one of the fields an alias.",
		`{release{number @skip(if:true)}}`:                                                      "A table has columns, and this query leaves all its fields out.",
	} {
		answer := s.Post(query, "Accept", acceptCSV)
		assert.Equal(t, http.StatusBadRequest, answer.Status, query)
		assert.Equal(t, "application/json; charset=utf-8", answer.Header.Get("Content-Type"))
		assert.Equal(t, want, answer.Failure(t).Message)
		assert.Equal(t, "BAD_USER_INPUT", answer.Failure(t).Extensions.Code)
	}
}

func TestFlat_ErrorsAreNeverHalfATable(t *testing.T) {
	s, _ := sitetest.Guarded(t, web.Access{RowsNeedKey: true})
	for query, want := range map[string]int{
		`{nothing}`: http.StatusBadRequest,
		`{release{number} economicImpact(region:"none"){from}}`: http.StatusNotFound,
		`{release{number} permits(first:1){nodes{id}}}`:         http.StatusForbidden,
		`subscription{releasePublished{number}}`:                http.StatusBadRequest,
		``:                                                      http.StatusBadRequest,
	} {
		answer := s.Post(query, "Accept", acceptCSV)
		assert.Equal(t, want, answer.Status, "%s: %s", query, answer.Body)
		assert.Equal(t, "application/json; charset=utf-8", answer.Header.Get("Content-Type"), query)
		assert.Empty(t, answer.Header.Get("Homebound-Rows"))
		answer.Failure(t)
	}
}

func TestFlat_IsForThoseWhoNameIt(t *testing.T) {
	s := sitetest.WithRelease(t)
	for accept, want := range map[string]string{
		"text/csv": "text/csv", "text/csv;header=present, */*;q=0.1": "text/csv", "application/json;q=0.4, text/csv;q=0.5": "text/csv",
		"application/json, text/csv": "application/json", "text/csv;q=0, */*": "application/json", "*/*": "application/json",
		"application/graphql-response+json, text/csv;q=0.9": "application/graphql-response+json",
	} {
		answer := s.Post(`{release{number}}`, "Accept", accept)
		assert.True(t, strings.HasPrefix(answer.Header.Get("Content-Type"), want+";"), "%s: %s", accept, answer.Header.Get("Content-Type"))
	}
}

func TestFlat_FragmentsThatSpreadOneAnotherAreWalkedOnce(t *testing.T) {
	s := sitetest.WithRelease(t, func(c *web.Config) { c.Limits = web.Limits{Cost: 1_000_000_000} })
	var query strings.Builder
	query.WriteString("{release{...f0}}")
	for i := range 40 {
		fmt.Fprintf(&query, " fragment f%d on Release{...f%d ...on Release{...f%d}}", i, i+1, i+1)
	}
	query.WriteString(" fragment f40 on Release{number}")
	assert.Equal(t, [][]string{{"release.number"}, {"1"}}, tableOf(s.Post(query.String(), "Accept", acceptCSV), t))
}
