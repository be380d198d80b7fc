package bench

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// claimsWithChecks asks for every claim with its check and the evidence behind it.
const claimsWithChecks = `{ claims(first: 1000) { totalCount nodes { id check { verdict explanation
	evidence { relation value unit from to source { id } } possible { from to } allowed { from to } } } } }`

// BenchmarkClaims measures how long all claims with their checks take, computed anew, beside a register of real rows of
// -permits: a second at most of a million.
func BenchmarkClaims(b *testing.B) {
	w := publishedReal(b, *permitsFlag, 0)
	ask := func() []byte {
		answer, err := w.ask(b.Context(), claimsWithChecks, nil)
		require.NoError(b, err)
		return answer
	}
	var found struct{ Claims struct{ TotalCount int } }
	require.NoError(b, json.Unmarshal(ask(), &found))
	require.Positive(b, found.Claims.TotalCount)
	slowest := time.Duration(0)
	for b.Loop() {
		began := time.Now()
		ask()
		slowest = max(slowest, time.Since(began))
	}
	b.ReportMetric(float64(slowest.Milliseconds()), "ms/slowest")
}
