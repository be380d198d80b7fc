package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type identity struct {
	Typename string `json:"__typename"`
	ID       string
}

// everyNode selects an id of every object of each type that is a Node.
var everyNode = map[string]string{
	"Release":      "releases(first: 1000)",
	"Region":       "regions(first: 1000)",
	"Employer":     "employers(first: 1000)",
	"Permit":       "permits(first: 1000)",
	"Repatriation": "repatriations(first: 1000)",
	"Source":       "sources(first: 1000)",
	"Claim":        "claims(first: 1000)",
}

func TestNode_FindsEveryObjectByItsID(t *testing.T) {
	for _, name := range []string{"small", "default"} {
		w := in(t, name)
		ids := map[string]string{} // type by id
		for typename, field := range everyNode {
			for _, node := range data[struct{ List struct{ Nodes []identity } }](t, w, "{ list: "+field+" { nodes { __typename id } } }").List.Nodes {
				assert.Equal(t, typename, node.Typename)
				ids[node.ID] = typename
			}
		}
		plain := data[map[string][]identity](t, w,
			"{ industries { __typename id } countries { __typename id } indicators { __typename id } }")
		for _, list := range plain {
			for _, one := range list {
				ids[one.ID] = one.Typename
			}
		}
		for _, sanction := range data[struct{ Sanctions []identity }](t, w, "{ sanctions { __typename id } }").Sanctions {
			ids[sanction.ID] = sanction.Typename
		}
		seen := map[string]bool{}
		var asked []string
		for id, typename := range ids {
			seen[typename] = true
			asked = append(asked, id)
		}
		for _, def := range schema.PossibleTypes["Node"] {
			assert.True(t, seen[def.Name], "%s: no %s was looked up", name, def.Name)
		}
		for start := 0; start < len(asked); start += 1000 {
			some := asked[start:min(start+1000, len(asked))]
			nodes := data[struct{ Nodes []*identity }](t, w, `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`, "ids", some).Nodes
			for i, node := range nodes {
				require.NotNil(t, node, some[i])
				assert.Equal(t, identity{ids[some[i]], some[i]}, *node)
			}
		}
		first := map[string]bool{}
		for id, typename := range ids {
			if first[typename] {
				continue
			}
			first[typename] = true
			node := data[struct{ Node *identity }](t, w, `query ($id: ID!) { node(id: $id) { __typename id } }`, "id", id).Node
			require.NotNil(t, node)
			assert.Equal(t, identity{typename, id}, *node)
		}
	}
}

// Whoever publishes knows its own ids; they work wherever the contract says so, beside the global ones.
func TestIDs_ThePublishersOwnWorkLikeTheGlobalOnes(t *testing.T) {
	w := in(t, "small")
	for field, own := range map[string]string{"permit": "P04", "employer": "E-AMU", "repatriation": "R3"} {
		query := "query ($id: ID!) { found: " + field + "(id: $id) { id } }"
		type found struct{ Found *identity }
		byOwn := data[found](t, w, query, "id", own).Found
		require.NotNil(t, byOwn, field)
		assert.NotEqual(t, own, byOwn.ID, "what is given out is the global id")
		assert.Equal(t, byOwn, data[found](t, w, query, "id", byOwn.ID).Found)
	}
	employer := data[struct{ Employer identity }](t, w, `{ employer(id: "E-AMU") { id } }`).Employer.ID
	for _, field := range []string{
		"permits(filter: { employers: [%q] }) { totalCount }",
		"report(filter: { employers: [%q] }) { totals { permitsIssued workersRepatriated } }",
		"availability(filter: { employers: [%q] }) { regions { code } from to }",
	} {
		byOwn := data[map[string]any](t, w, "{ found: "+fmt.Sprintf(field, "E-AMU")+" }")
		assert.Equal(t, byOwn, data[map[string]any](t, w, "{ found: "+fmt.Sprintf(field, employer)+" }"), field)
		assert.NotContains(t, strings.Split(fmt.Sprint(byOwn), " "), "0")
	}
}
