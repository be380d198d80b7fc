package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
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
			for _, claim := range data[answer](t, w, question).Claims.Nodes {
				if claim.Check == nil {
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
