package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"homebound/internal/answers"
)

// refused are fields that a key may not read where rows need one, by the type that has them.
var refused = map[string]string{
	"Query.permit":            `permit(id: "P01") { id }`,
	"Query.permits":           `permits { totalCount }`,
	"Query.repatriation":      `repatriation(id: "R1") { id }`,
	"Query.repatriations":     `repatriations { totalCount }`,
	"Region.permits":          `region(code: "RU-PRI") { code permits { totalCount } }`,
	"Region.repatriations":    `region(code: "RU-PRI") { code repatriations { totalCount } }`,
	"Employer.permits":        `employer(id: "E-PRI") { name permits { totalCount } }`,
	"ReportRow.permits":       `report { totalCount rows { permitsIssued permits { totalCount } } }`,
	"ReportRow.repatriations": `report { totalCount rows { permitsIssued repatriations { totalCount } } }`,
}

// A field that is refused is null, and whatever is asked beside it stands.
func TestPanels_FailAlone(t *testing.T) {
	w := in(t, "small")
	for name, field := range refused {
		ctx := answers.WithRights(t.Context(), answers.Rights{NoRows: true})
		response := w.ask(ctx, t, "{ panel: "+field+" beside: region(code: \"RU\") { code } }", nil)
		require.NotEmpty(t, response.Errors, name)
		var data struct{ Beside struct{ Code string } }
		require.NoError(t, json.Unmarshal(response.Data, &data), name)
		assert.Equal(t, "RU", data.Beside.Code, name)
	}
	for _, field := range []string{`region(code: "RU-XX") { code }`, `report(filter: {within: "RU-XX"}) { totalCount }`,
		`economicImpact(region: "RU-XX") { from }`, `availability(filter: {within: "RU-XX"}) { from }`,
		`compliance(sanction: "S/RES/1") { asOf }`, `regions(first: 1001) { totalCount }`, `node(id: "?") { id }`} {
		response := w.ask(t.Context(), t, fmt.Sprintf(`{ panel: %s beside: region(code: "RU") { code } }`, field), nil)
		assert.JSONEq(t, `{"panel": null, "beside": {"code": "RU"}}`, string(response.Data), field)
	}
}

// Every root field, and every connection that is found by itself, is nullable: the schema cannot grow one that blanks a page.
func TestPanels_AreNullable(t *testing.T) {
	for _, def := range schema.Types {
		if def.Kind != ast.Object || def.BuiltIn {
			continue
		}
		for _, field := range def.Fields {
			kind := schema.Types[field.Type.Name()]
			paged := kind != nil && field.Arguments.ForName("first") != nil
			if def == schema.Query && field.Name[0] != '_' || paged {
				assert.False(t, field.Type.NonNull, "%s.%s", def.Name, field.Name)
			}
		}
	}
}

func TestNodes_AnIDThatCannotBeReadNullsItsOwnEntry(t *testing.T) {
	w := in(t, "small")
	region := data[struct{ Region identity }](t, w, `{ region(code: "RU") { id } }`).Region.ID
	response := w.ask(t.Context(), t, fmt.Sprintf(`{ nodes(ids: ["?", %q, "UmVnaW9uOlJVLVhY"]) { id } }`, region), nil)
	assert.JSONEq(t, fmt.Sprintf(`{"nodes": [null, {"id": %q}, null]}`, region), string(response.Data))
	require.Len(t, response.Errors, 1)
	assert.Equal(t, "nodes[0]", response.Errors[0].Path.String())
}
