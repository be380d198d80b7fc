package impact

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// goldenNumbers are the draws and distributions of testdata/model-examples.json.
type goldenNumbers struct {
	Golden struct {
		Fnv1a64 map[string]string
		Draws   struct {
			Seed int64
			Key  string
			U    []float64
		}
		Triangular, Pert struct {
			Low, Central, High float64
			AtU, Expected      []float64
		}
		Quantiles struct {
			Of                     []float64
			P5, P25, P50, P75, P95 float64
		}
	}
}

func readGolden(t *testing.T) goldenNumbers {
	t.Helper()
	text, err := os.ReadFile("testdata/model-examples.json")
	require.NoError(t, err)
	var golden goldenNumbers
	require.NoError(t, json.Unmarshal(text, &golden))
	return golden
}

func TestDraws_AreThoseOfTheSpecificationBitForBit(t *testing.T) {
	golden := readGolden(t).Golden
	for i, expected := range golden.Draws.U {
		u := newStream(golden.Draws.Seed, golden.Draws.Key).at(i)
		assert.Equal(t, math.Float64bits(expected), math.Float64bits(u), "draw %d", i)
	}
}

func TestDraws_AreOfTheSeedTheNameAndTheDraw(t *testing.T) {
	seen := map[float64]string{}
	for _, seed := range []int64{0, 1, 2, -1} {
		for _, name := range []string{"", "a", "b", "substitutionRate"} {
			for draw := range 50 {
				u := newStream(seed, name).at(draw)
				require.True(t, u >= 0 && u < 1)
				key := fmt.Sprint(seed, name, draw)
				require.Empty(t, seen[u], "%s", key)
				seen[u] = key
			}
		}
	}
}

func TestQuantile_MeetsTheGoldenNumbers(t *testing.T) {
	golden := readGolden(t).Golden
	for _, c := range []struct {
		of           Range
		distribution labour.Distribution
		at, expected []float64
	}{
		{Range{golden.Triangular.Low, golden.Triangular.Central, golden.Triangular.High}, labour.Triangular,
			golden.Triangular.AtU, golden.Triangular.Expected},
		{Range{golden.Pert.Low, golden.Pert.Central, golden.Pert.High}, labour.PERT, golden.Pert.AtU, golden.Pert.Expected},
		{Range{2, 3, 6}, labour.Uniform, []float64{0, 0.25, 0.75}, []float64{2, 3, 5}},
		{Range{2, 3, 6}, labour.Fixed, []float64{0, 0.25, 0.75}, []float64{3, 3, 3}},
		{Range{0, 0, 1}, labour.Triangular, []float64{0, 0.75}, []float64{0, 0.5}},
		{Range{0, 1, 1}, labour.Triangular, []float64{0, 0.25}, []float64{0, 0.5}},
		{Range{0, 0, 1}, labour.PERT, []float64{0, 1 - 1.0/32}, []float64{0, 0.5}},
	} {
		for i, u := range c.at {
			assert.InDelta(t, c.expected[i], quantile(c.of, c.distribution)(u), 1e-9, "%s %v at %v", c.distribution, c.of, u)
		}
	}
}

// The polynomial is held against the distribution itself, over shapes from one end to the other.
func TestQuantile_InvertsPERT(t *testing.T) {
	testsize.Long(t)
	for step := range 41 {
		a := 1 + 4*float64(step)/40
		d := newBeta(a, 6-a)
		for i := range 2001 {
			u := newStream(3, "pert").at(i)
			switch i {
			case 0:
				u = 0
			case 1:
				u = 1 - 1.0/(1<<53)
			case 2:
				u = 1.0 / (1 << 53)
			}
			x := d.quantile(u)
			require.True(t, x >= 0 && x <= 1)
			require.InDelta(t, u, incompleteBeta(a, 6-a, x), 1e-12, "shapes %v and %v at %v", a, 6-a, u)
			if u < d.middle {
				require.InDelta(t, invert(a, 6-a, u), x, 1e-12)
			}
		}
	}
}

func TestIncompleteBeta_OfWholeShapesIsABinomialSum(t *testing.T) {
	for a := 1; a <= 5; a++ {
		b := 6 - a
		for _, x := range []float64{0.001, 0.1, 0.4, 0.5, 0.77, 0.999} {
			sum, n := 0.0, a+b-1
			for j := a; j <= n; j++ {
				choose := 1.0
				for k := range j {
					choose *= float64(n-k) / float64(k+1)
				}
				sum += choose * math.Pow(x, float64(j)) * math.Pow(1-x, float64(n-j))
			}
			assert.InDelta(t, sum, incompleteBeta(float64(a), float64(b), x), 1e-14)
		}
	}
}

func TestSpread_TakesTheNearestRank(t *testing.T) {
	golden := readGolden(t).Golden.Quantiles
	s := spreadOf(append([]float64{}, golden.Of...))
	assert.Equal(t, Spread{5.5, golden.P5, golden.P25, golden.P50, golden.P75, golden.P95}, s)
	assert.Equal(t, Spread{7, 7, 7, 7, 7, 7}, spreadOf([]float64{7}))
}
