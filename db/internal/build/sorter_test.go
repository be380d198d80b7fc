package build

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db/internal/packed"
	"homebound/internal/labour"
)

// Changes come out in the order of their cells, those of one as they came in, whether they fit in memory or not.
func TestChangeSorter(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	var want []permitChange
	for i := range 1000 {
		want = append(want, permitChange{cell: rng.Uint64N(20) << 60, employer: rng.Uint32N(5), day: labour.Date(i - 500),
			first: -3, last: packed.EndOfCalendar, brings: packed.Change{Workers: -i, Permits: i}, issued: i,
			dated: i%2 == 0, priced: i%3 == 0, unpriced: i%5 == 0, wage: rng.NormFloat64()})
	}
	for _, size := range []int{100, 333, 1000, 2000} {
		s := changeSorter{dir: t.TempDir(), size: size}
		for _, c := range want {
			require.NoError(t, s.add(c))
		}
		var found []permitChange
		require.NoError(t, s.each(func(c *permitChange) error {
			found = append(found, *c)
			return nil
		}))
		require.NoError(t, s.close())
		sorted := slices.Clone(want)
		slices.SortStableFunc(sorted, func(a, b permitChange) int { return a.compare(&b) })
		assert.Equal(t, sorted, found, "%d at a time", size)
	}
}
