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
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"

	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

// each joins the texts that a function gives for 0 to n-1.
func each(n int, text func(i int) string) string {
	var all strings.Builder
	for i := range n {
		all.WriteString(text(i))
	}
	return all.String()
}

func numbered(format string) func(int) string {
	return func(i int) string { return strings.ReplaceAll(format, "%d", fmt.Sprint(i)) }
}

// chain returns fragments each of which names those behind it.
func chain(n int, spread string) string {
	return each(n, func(i int) string {
		return fmt.Sprintf("fragment F%d on Region{code %s}", i, each(n-1-i, func(j int) string { return strings.ReplaceAll(spread, "%d", fmt.Sprint(i+1+j)) }))
	})
}

// branches returns a field that holds itself twice, so many times over.
func branches(depth int) string {
	text := "code"
	for range depth {
		text = "parent{" + text + "} parent{" + text + "}"
	}
	return text
}

func region(selection string) string { return `{region(code: "RU"){` + selection + "}}" }

// dear are documents that are made to be dear to check. Most are as large as the limits let them be.
var dear = map[string]string{
	"a field without end":                 region(strings.Repeat("code ", 1980)),
	"a field as often as it may be":       region(strings.Repeat("code ", 220)),
	"a root object as often as it may be": "{" + strings.Repeat(`region(code: "RU"){code} `, 50) + "}",
	"deep":                                region(strings.Repeat("parent{", 220) + "code" + strings.Repeat("}", 220)),
	"deep within the bound":               region(strings.Repeat("parent{", 17) + "code" + strings.Repeat("}", 17)),
	"deep and wide":                       "{" + strings.Repeat(`region(code: "RU")`+strings.Repeat("{parent", 8)+"{code}"+strings.Repeat("}", 8), 50) + "}",
	"branching":                           region(branches(7)),
	"branching as far as it may":          region(branches(6)),
	"aliases without end":                 region(each(600, numbered("a%d: code "))),
	"as many aliases as may be":           region(each(100, numbered("a%d: name "))),
	"the same alias of two fields":        region(strings.Repeat("a: code a: name ", 50)),
	"fields in conflict":                  region(strings.Repeat("name name(language: LOCAL) ", 110)),
	"objects in conflict":                 "{" + each(50, numbered(`region(code: "%d"){code parent{code name} children{code name}} `)) + "}",
	"fragments one by one":                region(each(200, numbered("...F%d "))) + each(200, numbered("fragment F%d on Region{code} ")),
	"a fragment without end":              region(strings.Repeat("...F ", 950)) + " fragment F on Region{code}",
	"fragments that double":               doubling(150),
	"fragments that name all behind":      region("...F0") + chain(40, "...F%d "),
	"fragments that hold all behind":      region("...F0") + chain(24, "parent{...F%d} "),
	"fragments that hold two ways":        region("...F0 ...F1") + each(100, func(i int) string { return fmt.Sprintf("fragment F%d on Region{parent{...F%d} ...F%d} ", i, i+1, i+1) }) + "fragment F100 on Region{code}",
	"fragments in a ring":                 region("...F0") + each(150, func(i int) string { return fmt.Sprintf("fragment F%d on Region{parent{...F%d}} ", i, (i+1)%150) }),
	"many fields beside many fragments":   region(each(90, numbered("a%d: code "))+each(120, numbered("...F%d "))) + each(120, numbered("fragment F%d on Region{a%d: code}")),
	"sets beside a chain":                 "{" + each(49, numbered(`region(code: "%d"){code ...F0} `)) + "}" + each(110, func(i int) string { return fmt.Sprintf("fragment F%d on Region{code ...F%d} ", i, i+1) }) + "fragment F110 on Region{code}",
	"operations on one fragment":          each(220, numbered("query Q%d{release{...F}} ")) + "fragment F on Release{number}",
	"operations on a chain":               each(100, numbered(`query Q%d{region(code:"RU"){...F0}} `)) + each(60, func(i int) string { return fmt.Sprintf("fragment F%d on Region{code ...F%d} ", i, i+1) }) + "fragment F60 on Region{code}",
	"inline fragments in a row":           region(strings.Repeat("...{code} ", 220)),
	"inline fragments in one another":     region(strings.Repeat("...{", 400) + "code" + strings.Repeat("}", 400)),
	"inline fragments of two types":       `{node(id: "x"){` + strings.Repeat("...on Permit{number} ...on Employer{name} ", 150) + "}}",
	"directives on one field":             region("code " + strings.Repeat("@skip(if: true) ", 300)),
	"directives of no name":               region("code " + strings.Repeat("@x ", 900)),
	"as many directives as may be":        region(strings.Repeat("code @skip(if: true) ", 50)),
	"fields that are not there":           region(each(1900, numbered("name%d "))),
	"a field that is not there":           region(strings.Repeat("cod ", 220)),
	"long names that are not there":       region(each(300, func(i int) string { return fmt.Sprintf("%s%d ", strings.Repeat("permits", 27), i) })),
	"interfaces without such a field":     `{node(id: "x"){` + each(1900, numbered("number%d ")) + "}}",
	"arguments that are not there":        region(each(300, numbered("parent(x%d: 1){code} "))),
	"arguments of one field":              "{permits(" + each(600, numbered("first%d: 1 ")) + "){totalCount}}",
	"types that are not there":            each(250, numbered("fragment F%d on Regio%d{code} ")) + "{release{id}}",
	"fragments that are not there":        region(each(900, numbered("...Regio%d "))),
	"variables that are not used":         "query(" + each(450, numbered("$v%d: Int ")) + "){release{number}}",
	"variables of no type":                "query(" + each(450, numbered("$v%d: Strin ")) + "){release{number}}",
	"variables that are used":             "query(" + each(99, numbered("$v%d: String! ")) + "){" + each(49, numbered("a%d: region(code: $v%d){code} ")) + "}",
	"variables that are not defined":      "{" + each(49, numbered("a%d: region(code: $v%d){code} ")) + "}",
	"a list without end":                  "{report(groupBy: [" + strings.Repeat("REGION ", 1900) + "]){totalCount}}",
	"a list of words unknown":             "{report(groupBy: [" + each(1900, numbered("REGIO%d ")) + "]){totalCount}}",
	"a list of numbers":                   "{nodes(ids: [" + strings.Repeat("1.5 ", 1900) + "]){id}}",
	"an object of members unknown":        "{permits(filter: {" + each(600, numbered("withi%d: 1 ")) + "}){totalCount}}",
	"an object of the same members":       "{permits(filter: {" + strings.Repeat(`within: "RU" `, 600) + "}){totalCount}}",
	"objects in objects":                  "{permits(filter: " + strings.Repeat("{issued: ", 450) + "1" + strings.Repeat("}", 450) + "){totalCount}}",
	"lists in lists":                      "{permits(filter: " + strings.Repeat("[", 950) + strings.Repeat("]", 950) + "){totalCount}}",
	"a number without end":                "{permits(first: " + strings.Repeat("9", 60_000) + "){totalCount}}",
	"a text without end":                  `{region(code: "` + strings.Repeat("x", 60_000) + `"){code}}`,
	"a block text without end":            `{region(code: """` + strings.Repeat("\n", 30_000) + `"""){code}}`,
	"a name without end":                  region(strings.Repeat("permits", 8000)),
	"introspection in itself":             "{__schema{types{" + strings.Repeat("fields{type{", 60) + "name" + strings.Repeat("}}", 60) + "}}}",
	"introspection by fragments": "{__schema{types{...F0}}}" + each(100, func(i int) string {
		return fmt.Sprintf("fragment F%d on __Type{ofType{...F%d} fields{type{...F%d}}} ", i, i+1, i+1)
	}) + "fragment F100 on __Type{name}",
}

func TestDearDocuments_AreJudgedFast(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	const most = 100 * time.Millisecond * slower
	s.Post("{release{number}}") // so that no document is the first
	for name, document := range dear {
		t.Run(name, func(t *testing.T) {
			fastest := time.Hour
			for i := range 3 { // the machine may be busy with something else
				body, err := json.Marshal(map[string]string{"query": document + fmt.Sprintf("\n#%d", i)}) // not known by its text
				require.NoError(t, err)
				require.Less(t, len(body), 64<<10, "a body that is read")
				start := time.Now()
				answer := s.Do("POST", "/graphql", string(body), "Content-Type", "application/json")
				fastest = min(fastest, time.Since(start))
				var shown struct{ Errors []json.RawMessage }
				require.NoError(t, json.Unmarshal([]byte(answer.Body), &shown))
				assert.LessOrEqual(t, len(shown.Errors), 20)
				if len(shown.Errors) > 0 {
					assert.Less(t, len(answer.Body), 16<<10, "a refusal is short")
				}
			}
			assert.Less(t, fastest, most)
		})
	}
}

func TestErrors_OfAFloodAreTheFirst(t *testing.T) {
	s := sitetest.WithRelease(t, func(c *web.Config) { c.Limits.Errors = 3 })
	for n, want := range map[int]int{1: 1, 3: 3, 4: 3, 500: 3} {
		var shown struct {
			Errors []sitetest.Failure
		}
		answer := s.Post(region(each(n, numbered("nam%d "))))
		require.NoError(t, json.Unmarshal([]byte(answer.Body), &shown))
		require.Len(t, shown.Errors, want)
		assert.Equal(t, `Cannot query field "nam0" on type "Region". Did you mean "name"?`, shown.Errors[0].Message)
		assert.Equal(t, "BAD_USER_INPUT", shown.Errors[want-1].Extensions.Code)
	}
}

// TestLimits_HoldAtTheirNumber asks for as much as each limit allows, and for one more.
func TestLimits_HoldAtTheirNumber(t *testing.T) {
	for _, test := range []struct {
		name     string
		limits   web.Limits
		document func(n int) string
		most     int
		message  string
	}{
		{"tokens", web.Limits{Tokens: 40}, func(n int) string { return region(strings.Repeat("code ", n)) }, 29, "The query has too many words and signs: expected fewer than 40."},
		{"depth", web.Limits{Depth: 5}, func(n int) string {
			return region(strings.Repeat("parent{", n-2) + "code" + strings.Repeat("}", n-2))
		}, 5, "The query nests fields 6 deep: expected at most 5."},
		{"aliases", web.Limits{Aliases: 7}, func(n int) string { return region(each(n, numbered("a%d: code "))) }, 7, "The query has 8 aliases: expected at most 7."},
		{"aliases in fragments", web.Limits{Aliases: 7}, func(n int) string {
			return region("...F") + "fragment F on Region{" + each(n, numbered("a%d: code ")) + "}"
		}, 7, "The query has 8 aliases: expected at most 7."},
		{"root fields", web.Limits{RootFields: 3}, func(n int) string { return "{" + strings.Repeat("release{number} ", n) + "}" }, 3, "The query has 4 fields at its root: expected at most 3."},
		{"root fields in fragments", web.Limits{RootFields: 3}, func(n int) string {
			return "{...F ...{__typename}} fragment F on Query{" + strings.Repeat("release{number} ", n-1) + "}"
		}, 3, "The query has 4 fields at its root: expected at most 3."},
		{"directives", web.Limits{Directives: 3}, func(n int) string { return "{release{number " + strings.Repeat("id @skip(if: true) ", n) + "}}" }, 3, "The query has 4 directives: expected at most 3."},
		{"directives on all that can have them", web.Limits{Directives: 4}, func(n int) string {
			return "{...F @skip(if: false) ... @skip(if: false){__typename}} fragment F on Query{release @skip(if: false) {number " + strings.Repeat("id @skip(if: true) ", n-3) + "}}"
		}, 4, "The query has 5 directives: expected at most 4."},
		{"fields of the same name", web.Limits{}, func(n int) string { return region(strings.Repeat("code ", n)) }, 223, "The query has 50177 pairs of fields that answer under the same name: expected at most 50000."},
		{"cost", web.Limits{Cost: 3}, func(n int) string { return fmt.Sprintf(`{permits(first: %d) {nodes {id}}}`, n*50-1) }, 3, "The answer could cost 4: expected at most 3. Ask for fewer fields, for shorter pages of nested lists, or for fewer groups and periods."},
		{"names", web.Limits{}, func(n int) string { return region(strings.Repeat("a", 199) + strings.Repeat("b", n-199) + ": code") }, 200, "The query has a name or number of 201 characters: expected at most 200."},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := sitetest.WithRelease(t, func(c *web.Config) { c.Limits = test.limits })
			assert.NotContains(t, s.Post(test.document(test.most)).Body, `"errors"`)
			refused := s.Post(test.document(test.most + 1)).Failure(t)
			assert.Equal(t, "LIMIT_EXCEEDED", refused.Extensions.Code)
			assert.Equal(t, test.message, refused.Message)
		})
	}
	s := sitetest.WithRelease(t, func(c *web.Config) { c.Limits = web.Limits{Body: 100, Query: 80} })
	assert.Equal(t, "The body is too long: expected at most 100 bytes.", s.Post(strings.Repeat("#", 100)).Failure(t).Message)
	assert.Equal(t, "The query string has 86 bytes: expected at most 80; send it as POST.", s.Get("/graphql?query="+strings.Repeat("a", 80)).Failure(t).Message)
}

func TestLimits_LetTheIntrospectionOfToolsThrough(t *testing.T) {
	s := sitetest.WithRelease(t)
	asGraphiQL, err := os.ReadFile("testdata/introspection.graphql")
	require.NoError(t, err)
	tokens := lexer.New(&ast.Source{Input: string(asGraphiQL)})
	count := 0
	for token, err := tokens.ReadToken(); token.Kind != lexer.EOF; token, err = tokens.ReadToken() {
		require.NoError(t, err)
		count++
	}
	assert.Less(t, count, 1000, "half of what is allowed")
	body, err := json.Marshal(map[string]any{"query": string(asGraphiQL), "operationName": "IntrospectionQuery", "extensions": map[string]bool{"cost": true}})
	require.NoError(t, err)
	var answer struct {
		Errors     []sitetest.Failure
		Extensions struct{ Cost struct{ Value int } }
	}
	require.NoError(t, json.Unmarshal([]byte(s.Do("POST", "/graphql", string(body), "Content-Type", "application/json").Body), &answer))
	assert.Empty(t, answer.Errors)
	assert.Less(t, answer.Extensions.Cost.Value, 1000, "it is far below what one answer may cost")
}
