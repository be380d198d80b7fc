package graphiql_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"homebound/internal/web/graphiql"
)

func TestTabs_AreTheFourQuestions(t *testing.T) {
	var names []string
	for _, tab := range graphiql.Tabs() {
		names = append(names, tab.Name)
	}
	assert.Equal(t, []string{"FarEastImpact", "PermitsByRegionAndYear", "Compliance2397", "AmbassadorsClaims"}, names)
}

func TestTabs_EachIsOneNamedQueryThatSaysWhatItAsks(t *testing.T) {
	for _, tab := range graphiql.Tabs() {
		document, err := parser.ParseQuery(&ast.Source{Name: tab.Name, Input: tab.Query})
		require.NoError(t, err)
		require.Len(t, document.Operations, 1)
		assert.Equal(t, tab.Name, document.Operations[0].Name)
		assert.Equal(t, ast.Query, document.Operations[0].Operation)
		assert.Empty(t, document.Operations[0].VariableDefinitions)
		assert.True(t, strings.HasPrefix(tab.Query, "# "), "%s starts with a comment", tab.Name)
	}
}
