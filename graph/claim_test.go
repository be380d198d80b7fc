package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// The query that a piece of evidence comes with runs as it is, and shows its figure.
func TestClaims_EveryPieceOfEvidenceCanBeAsked(t *testing.T) {
	for _, name := range []string{"small", "default"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := in(t, name)
			type answer struct {
				Claims struct {
					Nodes []struct {
						ID    string
						Check *struct {
							Verdict     labour.Verdict
							Explanation string
							Evidence    []struct {
								Value     float64
								Counted   bool
								Indicator *struct{ Code string }
								Query     string
							}
						}
					}
				}
			}
			checked, seen := 0, map[string]string{}
			const question = `{ claims(first: 1000) { nodes { id check { verdict explanation evidence { value counted indicator { code } query } } } } }`
			for i, claim := range data[answer](t, w, question).Claims.Nodes {
				if claim.Check == nil || name == "default" && i%testsize.Rounds(1, 5) != 0 {
					continue
				}
				checked++
				assert.True(t, strings.HasSuffix(claim.Check.Explanation, "."), claim.Check.Explanation)
				counted := false
				for _, piece := range claim.Check.Evidence {
					counted = counted || piece.Counted
					if seen[piece.Query] == "" {
						seen[piece.Query] = string(data[json.RawMessage](t, w, piece.Query))
					}
					shown := fmt.Sprintf(`"value":%.10g`, piece.Value)
					if piece.Indicator == nil {
						shown = fmt.Sprintf(`:%.10g,"coverage":`, piece.Value)
					}
					assert.Contains(t, seen[piece.Query], shown, "%s: %s", claim.ID, piece.Query)
				}
				assert.True(t, counted || claim.Check.Verdict == labour.Undecided, "%s: a verdict rests on evidence", claim.ID)
			}
			require.Positive(t, checked)
		})
	}
}

// Filters within one another keep what sets put together hold: what a filter does not keep, its `not` does, also where
// it could not tell.
func TestClaims_FiltersWithinOneAnother(t *testing.T) {
	t.Parallel()
	w := in(t, "small")
	ids := func(filter map[string]any) []string {
		found := []string{}
		for _, node := range data[struct {
			Claims struct{ Nodes []struct{ ID string } }
		}](t, w, `query ($filter: ClaimFilter) { claims(filter: $filter, first: 1000) { nodes { id } } }`, "filter", filter).Claims.Nodes {
			found = append(found, node.ID)
		}
		return found
	}
	everything := ids(nil)
	single := []map[string]any{
		{}, {"search": "permits"}, {"within": "RU-FD-FE"}, {"within": "RU-FD-FE", "boundariesOn": "2019-01-01"},
		{"verdicts": []string{"CONSISTENT", "UNDECIDED"}}, {"nationalities": []string{"KP"}}, {"industries": []string{"F"}},
		{"madeOn": map[string]any{"gte": "2018-02-01", "lt": "2018-02-09"}}, {"made": map[string]any{"from": "2018-02-05"}},
		{"valueLow": map[string]any{"gt": 100}}, {"valueHigh": map[string]any{"lte": 1e9}}, {"units": []string{"permits"}},
		{"or": []any{}}, {"speaker": "a"},
	}
	for i, one := range single[:len(single)-1] {
		kept := ids(one)
		if i > 0 {
			require.Less(t, len(kept), len(everything), "%v narrows", one)
		}
		if one["or"] == nil {
			require.NotEmpty(t, kept, "%v", one)
		}
	}
	random := rand.New(rand.NewPCG(1, 14))
	var compose func(depth int) (map[string]any, []string)
	compose = func(depth int) (map[string]any, []string) {
		filter := maps.Clone(single[random.IntN(len(single))])
		kept := ids(filter)
		if depth == 0 {
			return filter, kept
		}
		a, inA := compose(depth - 1)
		b, inB := compose(depth - 1)
		c, inC := compose(depth - 1)
		filter["and"], filter["not"] = []any{a}, c
		either := slices.Concat(inB, inA)
		if filter["or"] == nil {
			filter["or"] = []any{b, a}
		} else {
			either = nil
		}
		return filter, slices.DeleteFunc(kept, func(id string) bool {
			return !slices.Contains(inA, id) || !slices.Contains(either, id) || slices.Contains(inC, id)
		})
	}
	for range 40 {
		// On the same day's boundaries throughout: a filter hands its own to those within it.
		filter, want := compose(1 + random.IntN(2))
		if text := fmt.Sprint(filter); strings.Contains(text, "boundariesOn") {
			continue
		}
		assert.Equal(t, want, ids(filter), "%v", filter)
	}
	assert.Equal(t, ids(single[3]), ids(map[string]any{"boundariesOn": "2019-01-01", "and": []any{single[2]}}))
	unknown := data[struct {
		Claims struct{ Nodes []struct{ ID string } }
	}](t, w, `{ claims(filter: {not: {valueHigh: {gte: 0}}}) { nodes { id } } }`).Claims.Nodes
	assert.NotEmpty(t, unknown, "claims without a higher number survive not")
	for _, test := range []string{`{industries: ["nope"]}`, `{not: {nationalities: ["nope"]}}`, `{or: [{within: "nope"}]}`} {
		response := w.ask(t.Context(), t, `{ claims(filter: `+test+`) { totalCount } }`, nil)
		require.Len(t, response.Errors, 1, test)
		assert.EqualValues(t, "NOT_FOUND", response.Errors[0].Extensions["code"], test)
	}
}
