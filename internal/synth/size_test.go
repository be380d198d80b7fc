package synth_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
	"homebound/internal/synth"
	"homebound/internal/testsize"
)

func TestRegister_HasExactlyThePermitsAskedFor(t *testing.T) {
	testsize.Long(t)
	for _, permits := range []int{1, 2, 3, 10, 99, 1000, 4321, 30_000, 300_000} {
		t.Run(fmt.Sprint(permits), func(t *testing.T) {
			r := mustNew(t, synth.Config{Permits: permits, Seed: 1})
			n := 0
			for p := range r.Permits() {
				n++
				require.True(t, p.Workers == 1, p)
			}
			assert.Equal(t, permits, n)
			assert.Equal(t, permits, countUpTo(permits+1, r.Permits()))
			assert.Positive(t, countUpTo(1, r.Employers()))
		})
	}
}

func TestRegister_HasTheSameShapeAtAnySize(t *testing.T) {
	testsize.Long(t)
	for _, permits := range []int{2_000, 200_000} {
		t.Run(fmt.Sprint(permits), func(t *testing.T) {
			all := collect(mustNew(t, synth.Config{Permits: permits, Seed: 9}))
			nationalities := map[string]int{}
			for _, p := range all.permits {
				nationalities[p.Nationality]++
			}
			for code, share := range map[string]float64{"KP": 0.60, "CN": 0.18, "VN": 0.08, "TR": 0.06, "UZ": 0.05, "IN": 0.03} {
				assert.InDelta(t, share, float64(nationalities[code])/float64(permits), 0.02, code)
			}

			sanctioned := rows{permit: all.permit}
			others := rows{permit: all.permit}
			for _, p := range all.permits {
				if p.Nationality == synth.Sanctioned {
					sanctioned.permits = append(sanctioned.permits, p)
				} else {
					others.permits = append(others.permits, p)
				}
			}
			for _, x := range all.repatriations {
				if x.Nationality == synth.Sanctioned {
					sanctioned.repatriations = append(sanctioned.repatriations, x)
				} else {
					others.repatriations = append(others.repatriations, x)
				}
			}
			peak, end, last := labour.MustParseDate("2017-10-20"), labour.MustParseDate("2018-12-31"), labour.MustParseDate("2020-03-10")
			top := float64(sanctioned.present(peak))
			assert.InDelta(t, 37_000*0.6*float64(permits)/float64(synth.Default().Permits), top, 0.05*top)
			assert.InDelta(t, 11_490.0/37_000, float64(sanctioned.present(end))/top, 0.05)
			assert.InDelta(t, 511.0/37_000, float64(sanctioned.present(last))/top, 0.02)
			assert.InEpsilon(t, others.present(peak), others.present(last), 0.2, "no sanction sends the others home")
		})
	}
}

func TestRegister_EmployersGrowMoreSlowlyThanPermits(t *testing.T) {
	count := func(permits int) int {
		return countUpTo(synth.MaxPermits, mustNew(t, synth.Config{Permits: permits, Seed: 1}).Employers())
	}
	assert.Equal(t, 1, count(1))
	small, large := count(10_000), count(1_000_000)
	assert.InEpsilon(t, 25.1, float64(large)/float64(small), 0.02, "a hundred to the power 0.7")
}

// heapGrowth returns the largest growth of the live heap while a register of a size is read, in bytes.
func heapGrowth(t *testing.T, permits int) int64 {
	t.Helper()
	r := mustNew(t, synth.Config{Permits: permits, Seed: 1})
	live := func() int64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	before, most, n := live(), int64(0), 0
	for range r.Permits() {
		if n++; n%(permits/4) == 0 {
			most = max(most, live()-before)
		}
	}
	n = 0
	for range r.Repatriations() {
		if n++; n%(permits/8) == 0 {
			most = max(most, live()-before)
		}
	}
	runtime.KeepAlive(r)
	return most
}

func TestRegister_NeedsNoMoreMemoryForMorePermits(t *testing.T) {
	testsize.Long(t)
	const bound = 256 << 10
	assert.Less(t, heapGrowth(t, 10_000), int64(bound))
	assert.Less(t, heapGrowth(t, 1_000_000), int64(bound))
}

func BenchmarkPermits(b *testing.B) {
	const permits = 1_000_000
	r := mustNew(b, synth.Config{Permits: permits, Seed: 1})
	b.ReportAllocs()
	for b.Loop() {
		if n := countUpTo(permits+1, r.Permits()); n != permits {
			b.Fatalf("expected %d permits, found %d", permits, n)
		}
	}
}

func BenchmarkRepatriations(b *testing.B) {
	r := mustNew(b, synth.Config{Permits: 1_000_000, Seed: 1})
	b.ReportAllocs()
	for b.Loop() {
		if countUpTo(synth.MaxPermits, r.Repatriations()) == 0 {
			b.Fatal("expected repatriations, found none")
		}
	}
}
