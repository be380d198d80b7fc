package web_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/graphiql"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

// doubling returns fragments that spread one another twice over: each adds a line to the text and doubles the answer.
func doubling(n int) string {
	var text strings.Builder
	text.WriteString(`{region(code: "RU") {...F0}}`)
	for i := range n {
		fmt.Fprintf(&text, " fragment F%d on Region {...F%d ...F%d}", i, i+1, i+1)
	}
	fmt.Fprintf(&text, " fragment F%d on Region {parent {code} children {code}}", n)
	return text.String()
}

func TestLimits_RefuseFast(t *testing.T) {
	s := sitetest.WithRelease(t)
	for _, test := range []struct{ name, query, message string }{
		{"a flood of words", "{" + strings.Repeat("a ", 20_000) + "}", "The query has too many words and signs: expected fewer than 2000."},
		{"a flood of comments", strings.Repeat("#\n", 20_000) + "{release{number}}", "The query has too many words and signs: expected fewer than 2000."},
		{"fields nested deep", `{region(code: "RU")` + strings.Repeat("{parent", 300) + "{code}" + strings.Repeat("}", 300) + "}", "The query nests fields 302 deep: expected at most 20."},
		{"brackets nested deep", `{report(filter: {within: ` + strings.Repeat("[", 5000) + "}){rows{workerDays}}}", "The query has too many words and signs: expected fewer than 2000."},
		{"fragments that double", doubling(60), "The answer could cost 1000000000: expected at most 5000. Ask for fewer fields, for shorter pages of nested lists, or for fewer groups and periods."},
		{"children of parents of children", `{region(code: "RU")` + strings.Repeat("{children{parent", 8) + "{code}" + strings.Repeat("}}", 8) + "}", "The answer could cost 2222223: expected at most 5000. Ask for fewer fields, for shorter pages of nested lists, or for fewer groups and periods."},
		{"pages of pages", `{employers(first: 1000) {nodes {permits(first: 1000) {nodes {id}}}}}`, "The answer could cost 20021: expected at most 5000. Ask for fewer fields, for shorter pages of nested lists, or for fewer groups and periods."},
	} {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			answer := s.Post(test.query)
			assert.Less(t, time.Since(start), 2*time.Second)
			assert.Equal(t, "LIMIT_EXCEEDED", answer.Failure(t).Extensions.Code)
			assert.Equal(t, test.message, answer.Failure(t).Message)
		})
	}
}

func TestLimits_ReckonWithThePageThatIsAskedFor(t *testing.T) {
	s := sitetest.WithRelease(t)
	const query = `query($n: Int) {employers(first: 100) {nodes {permits(first: $n) {nodes {id number workers issuedOn}}}}}`
	ask := func(n int) sitetest.Reply {
		return s.Do("POST", "/graphql", fmt.Sprintf(`{"query": %q, "variables": {"n": %d}}`, query, n), "Content-Type", "application/json")
	}
	assert.Equal(t, "LIMIT_EXCEEDED", ask(1000+500).Failure(t).Extensions.Code)
	assert.Contains(t, ask(100).Body, `"workers":`)
}

func TestLimits_LetThroughWhatReadersAsk(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	introspection, err := os.ReadFile("testdata/introspection.graphql")
	require.NoError(t, err)
	questions := map[string]string{
		"the introspection of a schema browser": string(introspection),
		"a page of permits with all about them": `{permits(first: 1000) {nodes {id number workers issuedOn validFrom validTo status
			employer {id name region {code name}} region {code name parent {code}} nationality {code} industry {code} source {id title}}}}`,
		"a report of each region": `{regions(first: 100) {nodes {code report(granularity: YEAR) {rows {period {label} permitsIssued peakWorkersPresent}}}}}`,
	}
	for _, example := range graphiql.Examples() {
		questions[example.Name] = example.Query
	}
	for name, query := range questions {
		t.Run(name, func(t *testing.T) {
			assert.NotContains(t, s.Post(query).Body, `"errors"`)
		})
	}
}

// Ten unknown regions by ten aliases fail when they are executed, after all that is checked before.
func TestLimits_BoundTheErrorsOfAnExecution(t *testing.T) {
	var query strings.Builder
	for i := range 35 {
		fmt.Fprintf(&query, `a%d: economicImpact(region: "XX-%d") { to } `, i, i)
	}
	for _, most := range []int{3, 40} {
		s := sitetest.WithRelease(t, func(c *web.Config) { c.Limits.Errors, c.Limits.Cost = most, 1_000_000 })
		var shown struct{ Errors []sitetest.Failure }
		require.NoError(t, json.Unmarshal([]byte(s.Post("{"+query.String()+"}").Body), &shown))
		assert.Len(t, shown.Errors, min(most, 35), shown.Errors[0].Message)
	}
}
