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

	"homebound/internal/web"
)

// table gives the rows of an answer in CSV, its header first.
func (r reply) table(t testing.TB) [][]string {
	t.Helper()
	require.Equal(t, http.StatusOK, r.status, r.body)
	require.Equal(t, "text/csv; charset=utf-8; header=present", r.header.Get("Content-Type"))
	rows, err := csv.NewReader(strings.NewReader(r.body)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, fmt.Sprint(len(rows)-1), r.header.Get("Homebound-Rows"))
	return rows
}

const acceptCSV = "text/csv"

func TestFlat_ColumnsAreWhatIsSelectedInItsOrder(t *testing.T) {
	s := newSiteWithRelease(t)
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
		rows := s.get(byGet("/graphql", query), "Accept", acceptCSV).table(t)
		assert.Equal(t, header, strings.Join(rows[0], ","), query)
	}
}

func TestFlat_RowsAreTheItems(t *testing.T) {
	s := newSiteWithRelease(t)
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
	asJSON := s.do("POST", "/graphql", string(body), "Content-Type", "application/json")
	require.NoError(t, json.Unmarshal([]byte(asJSON.body), &answer))
	require.Len(t, answer.Data.Permits.Nodes, 7)
	want := [][]string{{"number", "workers", "issuedOn", "revokedOn", "synthetic", "employer.name", "release.number"}}
	for _, n := range answer.Data.Permits.Nodes {
		revoked := ""
		if n.RevokedOn != nil {
			revoked = *n.RevokedOn
		}
		want = append(want, []string{n.Number, fmt.Sprint(n.Workers), n.IssuedOn, revoked, fmt.Sprint(n.Synthetic), n.Employer.Name, "1"})
	}
	asked := s.do("POST", "/graphql", string(body), "Content-Type", "application/json", "Accept", acceptCSV)
	assert.Equal(t, want, asked.table(t))
	assert.Contains(t, asked.header.Get("Vary"), "Accept")
	got := s.get("/releases/1/graphql?"+url.Values{"query": {query}, "variables": {`{"first":7,"with":false}`}}.Encode(), "Accept", "application/json;q=0.5, text/csv")
	assert.Equal(t, asked.body, got.body)
	assert.Contains(t, got.header.Get("Cache-Control"), "immutable")

	assert.Equal(t, [][]string{{"code"}}, s.post(`{regions(filter:{codes:["none"]}){nodes{code}}}`, "Accept", acceptCSV).table(t), "an empty list has its header")
	assert.Equal(t, [][]string{{"release.number", "region.code"}, {"1", ""}}, s.post(`{release{number} region(code:"none"){code}}`, "Accept", acceptCSV).table(t), "without a list there is one row")
	assert.Equal(t, [][]string{{"id", "release.number"}, {"", "1"}}, s.post(`{nodes(ids:["UGVybWl0Om5vbmU="]){id} release{number}}`, "Accept", acceptCSV).table(t), "an item that is null is a row")
}

func TestFlat_SaysWhyAQueryIsNoTable(t *testing.T) {
	s := newSiteWithRelease(t)
	for query, want := range map[string]string{
		`{industries{code} r:regions{nodes{code}}}`:                                             "A table has one list, and this query selects several: industries, r.nodes. Ask for each by itself, or as JSON.",
		`{regions{nodes{code children{code observations{value}} sources:observations{value}}}}`: "A table has one list, and within the items of regions.nodes there are more: regions.nodes.children, regions.nodes.sources. Leave them out, or ask for JSON.",
		`{regions(first:1){edges{node{observations{value}}}}}`:                                  "A table has one list, and within the items of regions.edges there are more: regions.edges.node.observations. Leave them out, or ask for JSON.",
		`{regions{edges{code:cursor node{code}}}}`:                                              "Two columns of the table would be called code: give one of the fields an alias.",
		`{release{number @skip(if:true)}}`:                                                      "A table has columns, and this query leaves all its fields out.",
	} {
		answer := s.post(query, "Accept", acceptCSV)
		assert.Equal(t, http.StatusBadRequest, answer.status, query)
		assert.Equal(t, "application/json; charset=utf-8", answer.header.Get("Content-Type"))
		assert.Equal(t, want, answer.failure(t).Message)
		assert.Equal(t, "BAD_USER_INPUT", answer.failure(t).Extensions.Code)
	}
}

func TestFlat_ErrorsAreNeverHalfATable(t *testing.T) {
	s, _ := guarded(t, web.Access{RowsNeedKey: true})
	for query, want := range map[string]int{
		`{nothing}`: http.StatusBadRequest,
		`{release{number} economicImpact(region:"none"){from}}`: http.StatusNotFound,
		`{release{number} permits(first:1){nodes{id}}}`:         http.StatusForbidden,
		`subscription{releasePublished{number}}`:                http.StatusBadRequest,
		``:                                                      http.StatusBadRequest,
	} {
		answer := s.post(query, "Accept", acceptCSV)
		assert.Equal(t, want, answer.status, "%s: %s", query, answer.body)
		assert.Equal(t, "application/json; charset=utf-8", answer.header.Get("Content-Type"), query)
		assert.Empty(t, answer.header.Get("Homebound-Rows"))
		answer.failure(t)
	}
}

func TestFlat_IsForThoseWhoNameIt(t *testing.T) {
	s := newSiteWithRelease(t)
	for accept, want := range map[string]string{
		"text/csv": "text/csv", "text/csv;header=present, */*;q=0.1": "text/csv", "application/json;q=0.4, text/csv;q=0.5": "text/csv",
		"application/json, text/csv": "application/json", "text/csv;q=0, */*": "application/json", "*/*": "application/json",
		"application/graphql-response+json, text/csv;q=0.9": "application/graphql-response+json",
	} {
		answer := s.post(`{release{number}}`, "Accept", accept)
		assert.True(t, strings.HasPrefix(answer.header.Get("Content-Type"), want+";"), "%s: %s", accept, answer.header.Get("Content-Type"))
	}
}

func TestFlat_FragmentsThatSpreadOneAnotherAreWalkedOnce(t *testing.T) {
	s := newSiteWithRelease(t, func(c *web.Config) { c.Limits = web.Limits{Cost: 1_000_000_000} })
	var query strings.Builder
	query.WriteString("{release{...f0}}")
	for i := range 40 {
		fmt.Fprintf(&query, " fragment f%d on Release{...f%d ...on Release{...f%d}}", i, i+1, i+1)
	}
	query.WriteString(" fragment f40 on Release{number}")
	assert.Equal(t, [][]string{{"release.number"}, {"1"}}, s.post(query.String(), "Accept", acceptCSV).table(t))
}
