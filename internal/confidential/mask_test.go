package confidential

import (
	"bytes"
	"fmt"
	"homebound/internal/testsize"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var testSecret = bytes.Repeat([]byte{7}, SecretSize)

func masker(t testing.TB, k int) Masker {
	m, err := New(testSecret, k)
	require.NoError(t, err)
	return m
}

func TestAMaskIsTheSameEverywhereAndNobodyElsesWithoutTheSecret(t *testing.T) {
	m, again := masker(t, 5), masker(t, 5)
	other, err := New(bytes.Repeat([]byte{8}, SecretSize), 5)
	require.NoError(t, err)
	same, kinds := 0, 0
	const n = 4000
	for i := range n {
		id := fmt.Sprint(i)
		shown := m.Count(PermitWorkers, id, 4)
		require.Equal(t, shown, again.Count(PermitWorkers, id, 4))
		if shown == other.Count(PermitWorkers, id, 4) {
			same++
		}
		if shown == m.Count(RepatriatedWorkers, id, 4) {
			kinds++
		}
	}
	// Nine values are equally likely, so that two independent draws agree in one case of nine.
	assert.InDelta(t, n/9, same, 5*math.Sqrt(n/9))
	assert.InDelta(t, n/9, kinds, 5*math.Sqrt(n/9))
}

func TestMasksAreUnbiasedBoundedAndAsWideAsDocumented(t *testing.T) {
	testsize.Long(t)
	const draws = 6_000
	for _, k := range []int{3, 5, 10, 20} {
		m := masker(t, k)
		assert.Zero(t, m.Count(PermitWorkers, "p", 0))
		for _, n := range []int{1, 2, 3, 4, 6, 9, 10, 11, 40, 500} {
			sum, squares := 0.0, 0.0
			seen := map[int]int{}
			for i := range draws {
				shown := m.Count(PermitWorkers, fmt.Sprint(i), n)
				require.GreaterOrEqual(t, shown, max(0, n-m.Reach(n)))
				require.LessOrEqual(t, shown, n+m.Reach(n))
				seen[shown]++
				sum += float64(shown - n)
				squares += float64((shown - n) * (shown - n))
			}
			require.Len(t, seen, 2*m.Reach(n)+1, "K %d, n %d", k, n)
			deviation := math.Sqrt(m.Variance(n) / draws)
			assert.InDelta(t, 0, sum/draws, 5*deviation, "K %d, n %d", k, n)
			assert.InEpsilon(t, m.Variance(n), squares/draws, 0.1, "K %d, n %d", k, n)
		}
	}
}

func TestFewerThanKMayBeNoneOrTwiceAsMany(t *testing.T) {
	m := masker(t, 10)
	for n := 1; n < 10; n++ {
		assert.Equal(t, n, m.Reach(n))
	}
	assert.Equal(t, 9, m.Reach(10))
	assert.Equal(t, 9, m.Reach(36))
	assert.Equal(t, 125, m.Reach(500))
}

func TestWagesAreUnbiasedAndNeverNear(t *testing.T) {
	m := masker(t, 5)
	sum := 0.0
	const draws = 20_000
	for i := range draws {
		part := m.Wage(fmt.Sprint(i), 30_000)/30_000 - 1
		require.GreaterOrEqual(t, math.Abs(part), 0.05-1e-9)
		require.LessOrEqual(t, math.Abs(part), 0.15+1e-9)
		sum += part
	}
	assert.InDelta(t, 0, sum/draws, 5*0.104/math.Sqrt(draws))
}

func TestSmallFiguresAreShownAsNoneOrK(t *testing.T) {
	assert.Equal(t, []float64{0, 0, 0, 5, 5, 5, 6}, []float64{
		Show(5, 0), Show(5, 1), Show(5, 2), Show(5, 3), Show(5, 4), Show(5, 5), Show(5, 6)})
	assert.Equal(t, 5.0, Show(5, 2.5))
	assert.Equal(t, 12.25, Show(5, 12.25))
}

func TestKAndSecretsAreChecked(t *testing.T) {
	for _, k := range []int{-1, 0, 1, 2, 1001} {
		_, err := New(testSecret, k)
		assert.ErrorContains(t, err, fmt.Sprintf("expected a whole number from 3 to 1000, found %d", k))
	}
	_, err := New([]byte("short"), 5)
	assert.EqualError(t, err, "the secret: expected at least 32 bytes, found 5")
}

func FuzzPermit(f *testing.F) {
	f.Add("p", 4, 5, []byte{1, 1, 2})
	f.Add("", 500, 10, []byte{0, 255, 255, 3})
	f.Fuzz(func(t *testing.T, id string, workers, k int, gone []byte) {
		if workers < 0 || workers > 1_000_000 || CheckK(k) != nil {
			t.Skip()
		}
		m := masker(t, k)
		rows, left := []Row(nil), workers
		for i, n := range gone {
			rows = append(rows, Row{fmt.Sprint(id, i), int(n)})
		}
		masked, repatriated := m.Permit(Row{id, workers}, rows)
		require.Equal(t, m.Count(PermitWorkers, id, workers), masked)
		require.Len(t, repatriated, len(rows))
		present := masked
		for i, row := range rows {
			require.GreaterOrEqual(t, repatriated[i], 0)
			present, left = max(0, present-repatriated[i]), left-row.Workers
			if left <= 0 {
				require.Zero(t, present, "nobody is left")
			}
		}
		// What comes later changes nothing of what came before.
		if len(rows) > 0 {
			_, fewer := m.Permit(Row{id, workers}, rows[:len(rows)-1])
			require.Equal(t, repatriated[:len(rows)-1], append([]int{}, fewer...))
		}
	})
}

// Departures are masked about the true ones, those of one worker at a time as those of everybody at once.
func TestDeparturesAreNearlyUnbiased(t *testing.T) {
	m := masker(t, 5)
	for _, gone := range [][]int{{1}, {2}, {4}, {1, 1}, {3}, {1, 1, 1, 1}, {2, 2}, {1, 3}} {
		shown, truly := 0.0, 0.0
		for i := range 10_000 {
			var rows []Row
			for j, n := range gone {
				rows = append(rows, Row{fmt.Sprint(i, "-", j), n})
				truly += float64(n)
			}
			_, repatriated := m.Permit(Row{fmt.Sprint(i), 4}, rows)
			for _, n := range repatriated {
				shown += float64(n)
			}
		}
		t.Logf("%v of 4: %+.1f%%", gone, 100*(shown/truly-1))
		assert.InEpsilon(t, truly, shown, 0.05, "%v of 4", gone)
	}
}

func TestOneOfAHundredWhoLeavesIsMasked(t *testing.T) {
	m := masker(t, 5)
	seen := map[int]int{}
	const draws = 3000
	for i := range draws {
		_, repatriated := m.Permit(Row{fmt.Sprint(i), 100}, []Row{{fmt.Sprint(i), 1}})
		seen[repatriated[0]]++
	}
	assert.InDelta(t, draws/3, seen[0], 150)
	assert.Less(t, seen[1], draws/2)
}
