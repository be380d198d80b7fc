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

// The query that a check gives runs as it is, and shows the figure that the claim was held against.
func TestClaims_EveryChecksQueryShowsItsEvidence(t *testing.T) {
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
							Basis       labour.Basis
							Computed    *float64
							Explanation string
							Query       string
							Synthetic   bool
						}
					}
				}
			}
			checked := 0
			for _, claim := range data[answer](t, w, `{ claims(first: 1000) { nodes { id check { verdict basis computed explanation query synthetic } } } }`).Claims.Nodes {
				if claim.Check == nil {
					continue
				}
				checked++
				assert.False(t, claim.Check.Synthetic, "synthetic rows are no evidence")
				assert.True(t, strings.HasSuffix(claim.Check.Explanation, "."), claim.Check.Explanation)
				shown := string(data[json.RawMessage](t, w, claim.Check.Query))
				switch {
				case claim.Check.Computed == nil:
					assert.Equal(t, labour.Undecided, claim.Check.Verdict)
				case claim.Check.Basis == labour.Register:
					assert.Contains(t, shown, fmt.Sprintf(":%.10g}", *claim.Check.Computed), claim.Check.Query)
					assert.Contains(t, shown, `"synthetic":false`)
				default:
					assert.Contains(t, shown, fmt.Sprintf(`"value":%.10g`, *claim.Check.Computed), claim.Check.Query)
				}
			}
			require.Positive(t, checked)
		})
	}
}
