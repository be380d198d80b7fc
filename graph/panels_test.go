package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"homebound/db/dbtest"
	"homebound/internal/answers"
	"homebound/internal/labour"
)

// A dashboard asks for several panels at once. One that is refused leaves the others standing, since what may be refused
// may be null: every field of the root, and every field that leads to single rows.

// Every root field, and every list with pages, is nullable: the schema cannot grow one that blanks a page.
func TestPanels_AreNullable(t *testing.T) {
	for _, def := range schema.Types {
		if def.Kind != ast.Object || def.BuiltIn {
			continue
		}
		for _, field := range def.Fields {
			kind := schema.Types[field.Type.Name()]
			paged := kind != nil && field.Arguments.ForName("first") != nil
			if def == schema.Query && !strings.HasPrefix(field.Name, "__") || paged {
				assert.False(t, field.Type.NonNull, "%s.%s: one panel that fails would blank all others", def.Name, field.Name)
			}
		}
	}
}

// refusable are the types that nobody reads without a right to single rows.
var refusable = map[string]bool{
	"Permit": true, "PermitConnection": true, "Repatriation": true, "RepatriationConnection": true,
}

// owners ask for an object of each type that has a field of these, and for a sibling that stands: %s is the field.
var owners = map[string]string{
	"Query":     `{ stands: release { number } %s }`,
	"Region":    `{ region(code: "RU-PRI") { stands: code %s } }`,
	"Employer":  `{ employer(id: "E-AMU") { stands: name %s } }`,
	"ReportRow": `{ report { totals { stands: permitsIssued %s } } }`,
}

// withinRows are types whose objects nobody gets who may not read single rows.
var withinRows = map[string]bool{"PermitConnection": true, "PermitEdge": true, "Permit": true,
	"RepatriationConnection": true, "RepatriationEdge": true, "Repatriation": true}

func TestPanels_ARefusedFieldLeavesItsSiblingsStanding(t *testing.T) {
	w := in(t, "small")
	ctx := answers.WithRights(t.Context(), answers.Rights{NoRows: true})
	asked := 0
	for _, def := range schema.Types {
		if def.Kind != ast.Object || withinRows[def.Name] {
			continue
		}
		for _, field := range def.Fields {
			if !refusable[field.Type.Name()] {
				continue
			}
			asked++
			require.Contains(t, owners, def.Name, "%s.%s leads to single rows: say how it is asked for", def.Name, field.Name)
			assert.False(t, field.Type.NonNull, "%s.%s may be refused", def.Name, field.Name)
			selection := "refused: " + field.Name
			if field.Arguments.ForName("id") != nil {
				selection += `(id: "P04")`
			}
			answer := w.ask(ctx, t, fmt.Sprintf(owners[def.Name], selection+" { __typename }"), nil)
			require.Len(t, answer.Errors, 1, "%s.%s", def.Name, field.Name)
			assert.Equal(t, labour.Forbidden, codeOf(answer.Errors[0]))
			assert.Contains(t, string(answer.Data), `"refused":null`)
			assert.Regexp(t, `"stands":(\{"number":\d+\}|"[^"]+"|\d+)`, string(answer.Data))
		}
	}
	assert.GreaterOrEqual(t, asked, 9)
}

// An id that cannot be read, and one whose object may not be read, are null in their own places with errors of their own.
func TestPanels_AnIDThatFailsNullsItsOwnEntry(t *testing.T) {
	w := in(t, "small")
	permit := data[struct{ Permit identity }](t, w, `{ permit(id: "P04") { id } }`).Permit.ID
	region := data[struct{ Region identity }](t, w, `{ region(code: "RU-PRI") { id } }`).Region.ID
	ctx := answers.WithRights(t.Context(), answers.Rights{NoRows: true})
	answer := w.ask(ctx, t, `query ($ids: [ID!]!) { list: nodes(ids: $ids) { id } }`,
		map[string]any{"ids": []any{"nonsense", region, permit, "UmVnaW9uOlJVLVhY"}}) // the last is of no region that there is
	var got struct{ List []*identity }
	require.NoError(t, json.Unmarshal(answer.Data, &got))
	assert.Equal(t, []*identity{nil, {ID: region}, nil, nil}, got.List)
	paths := map[string]labour.Code{}
	for _, err := range answer.Errors {
		paths[err.Path.String()] = codeOf(err)
	}
	assert.Equal(t, map[string]labour.Code{"list[0]": labour.BadUserInput, "list[2]": labour.Forbidden}, paths)
}

// A list that may be null is so where its question failed, and nowhere else: nothing found is an empty list.
func TestPanels_NothingFoundIsAnEmptyList(t *testing.T) {
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, dbtest.Content{
		Sources: []labour.Source{{ID: "S", Title: "S", Publisher: "S", Kind: labour.Research}},
		Regions: []labour.Region{{Code: "AA", NameEN: "A", Kind: labour.KindCountry}},
	})
	w := overStore(store)
	for _, field := range schema.Query.Fields {
		ofTheContract := slices.Contains([]string{"measures", "dimensions", "enums"}, field.Name) // and so in every release
		if field.Type.Elem == nil || field.Name == "nodes" || field.Name == "memberStates" || ofTheContract ||
			strings.HasPrefix(field.Name, "__") {
			continue
		}
		answer := w.ask(t.Context(), t, "{ list: "+field.Name+" { __typename } }", nil)
		require.Empty(t, answer.Errors, field.Name)
		assert.Equal(t, `{"list":[]}`, string(answer.Data), field.Name)
	}
	answer := w.ask(t.Context(), t, `{ region(code: "AA") { observations { value } } nodes(ids: []) { id } }`, nil)
	assert.JSONEq(t, `{"region":{"observations":[]},"nodes":[]}`, string(answer.Data))
}

// An unknown code, a bad argument and a limit are a panel's own as well.
func TestPanels_APanelThatFailsForAnyReasonFailsAlone(t *testing.T) {
	w := in(t, "small")
	for failing, code := range map[string]labour.Code{
		`economicImpact(region: "none") { from }`:                                  labour.NotFound,
		`compliance(sanction: "none") { asOf }`:                                    labour.NotFound,
		`report(filter: {within: "none"}) { totalCount }`:                          labour.NotFound,
		`availability(filter: {within: "none"}) { from }`:                          labour.NotFound,
		`memberStates(sanction: "none") { country { code } }`:                      labour.NotFound,
		`parameters(region: "none") { name }`:                                      labour.NotFound,
		`employers(filter: {within: "none"}) { totalCount }`:                       labour.NotFound,
		`claims(filter: {region: "none"}) { totalCount }`:                          labour.NotFound,
		`regions(first: 1001) { totalCount }`:                                      labour.LimitExceeded,
		`node(id: "?") { id }`:                                                     labour.BadUserInput,
		`sources(after: "none") { totalCount }`:                                    labour.BadUserInput,
		`region(code: "RU-PRI") { stands: code report(first: -1) { totalCount } }`: labour.BadUserInput,
	} {
		answer := w.ask(t.Context(), t, `{ stands: release { number } `+failing+` }`, nil)
		require.Len(t, answer.Errors, 1, failing)
		assert.Equal(t, code, codeOf(answer.Errors[0]), failing)
		assert.Contains(t, string(answer.Data), `"stands":{"number":3}`, failing)
		assert.Contains(t, string(answer.Data), `:null`, failing)
	}
	answer := w.ask(t.Context(), t, `{ panel: region(code: "RU-XX") { code } beside: region(code: "RU") { code } }`, nil)
	assert.JSONEq(t, `{"panel": null, "beside": {"code": "RU"}}`, string(answer.Data))
}
