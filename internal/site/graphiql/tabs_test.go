package graphiql_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"homebound/internal/site/graphiql"
	"homebound/internal/testsize"
)

func TestTabs_AreTheFourQuestions(t *testing.T) {
	var names []string
	for _, tab := range graphiql.Tabs() {
		names = append(names, tab.Name)
	}
	assert.Equal(t, []string{"FarEastImpact", "PermitsByRegionAndYear", "Compliance2397", "AmbassadorsClaims"}, names)
}

func TestExamples_BeginWithTheTabs(t *testing.T) {
	var names []string
	for _, example := range graphiql.Examples() {
		names = append(names, example.Name)
	}
	assert.Equal(t, []string{"FarEastImpact", "PermitsByRegionAndYear", "Compliance2397", "AmbassadorsClaims", "WorkersPresentByMonth", "WhoLeftAndHow",
		"ReportedImpact", "ClaimsAndVerdicts", "ThisRelease", "ChangesSinceTheFirst"}, names)
}

func TestExamples_EachIsOneNamedQueryThatSaysWhatItAsks(t *testing.T) {
	for _, tab := range graphiql.Examples() {
		document, err := parser.ParseQuery(&ast.Source{Name: tab.Name, Input: tab.Query})
		require.NoError(t, err)
		require.Len(t, document.Operations, 1)
		assert.Equal(t, tab.Name, document.Operations[0].Name)
		assert.Equal(t, ast.Query, document.Operations[0].Operation)
		assert.Empty(t, document.Operations[0].VariableDefinitions)
		assert.True(t, strings.HasPrefix(tab.Query, "# "), "%s starts with a comment", tab.Name)
	}
}

// answered returns the data of the answer to an example.
func (s *site) answered(example graphiql.Tab) string {
	s.t.Helper()
	body, err := json.Marshal(map[string]string{"query": example.Query, "operationName": example.Name})
	require.NoError(s.t, err)
	return data(s.t, s.post("/graphql", string(body)))
}

// The examples are answered by the default release, without an error and with something in each of their lists.
func TestExamples_AreAnswered(t *testing.T) {
	testsize.Long(t)
	s := newSite(t)
	for _, example := range graphiql.Examples() {
		answer := s.answered(example)
		if example.Name == "ChangesSinceTheFirst" {
			continue // the default release is the first itself
		}
		if strings.Contains(answer, `"evidence":`) { // of a claim on which nothing bears there is none
			assert.Contains(t, answer, `"evidence":[{`, example.Name)
			answer = strings.ReplaceAll(answer, `"evidence":[]`, `"evidence":null`)
		}
		for _, empty := range []string{`:[]`, `"totalCount":0`} {
			assert.NotContains(t, answer, empty, example.Name)
		}
	}
}

func TestExamples_TellWhatHasChangedSinceTheFirstRelease(t *testing.T) {
	testsize.Long(t)
	s := newSite(t)
	changes := graphiql.Examples()[9]
	require.Equal(t, "ChangesSinceTheFirst", changes.Name)
	type counts struct{ Added, Removed, Changed int }
	ask := func() (rows map[string]counts, published int) {
		var answer struct {
			Release struct {
				Rows struct {
					Summary []struct {
						Table string
						counts
					}
				}
				Published struct{ TotalCount int }
			}
		}
		require.NoError(t, json.Unmarshal([]byte(s.answered(changes)), &answer))
		rows = map[string]counts{}
		for _, of := range answer.Release.Rows.Summary {
			rows[of.Table] = of.counts
		}
		return rows, answer.Release.Published.TotalCount
	}
	rows, published := ask()
	assert.Zero(t, rows["permits"])
	assert.Zero(t, published)
	s.publish(310)
	rows, published = ask()
	assert.NotZero(t, rows["permits"].Added)
	assert.Zero(t, rows["claims"])
	assert.Zero(t, published, "only the register is another one")
}
