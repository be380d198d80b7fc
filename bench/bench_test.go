// Package bench holds Homebound against limits and peers. Every figure is a ratio: the two sides take turns in the
// same run, so that a slow or busy machine slows both. bench/run prints the table of docs/PERFORMANCE.md; go test
// -bench gives single rows.
package bench

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	permitsFlag = flag.Int("permits", 1_000_000, "permits of the register that most rows are measured on")
	largeFlag   = flag.Int("large", 0, "permits of the larger register, such as 10000000; rows that need one are left out where it is 0")
	shapeFlag   = flag.String("shape", "real", "shape of the registers: real or uniform")
	dirFlag     = flag.String("dir", filepath.Join(os.TempDir(), "homebound-bench"), "folder in which registers are kept between runs")
	staleFlag   = flag.Bool("stale", false, "use releases that are older than the sources of package db, too")
	roundsFlag  = flag.Int("rounds", 9, "how often the two sides of a ratio take turns")
	tableFlag   = flag.Bool("table", false, "measure every row and print the table")
)

const (
	leastTurn = 150 * time.Millisecond // for which one side goes on before the other has its turn
	longest   = time.Minute            // after which three turns are enough
)

// contest sets two ways of doing something against each other.
type contest struct {
	what    string
	against string
	bound   bound
	// prepare gives the two sides, each of which does the thing once. It fails where they do not come to the same.
	prepare func(tb testing.TB) (ours, theirs func() error)
}

// bound is what a figure is held to.
type bound struct {
	least bool // else it is the most
	value float64
	unit  string
}

func atMost(value float64) bound { return bound{value: value} }

func (b bound) holds(value float64) bool {
	if b.least {
		return value >= b.value
	}
	return value <= b.value
}

func (b bound) String() string {
	sign := "≤"
	if b.least {
		sign = "≥"
	}
	return fmt.Sprintf("%s %g%s", sign, b.value, b.unit)
}

// result is what a contest comes to: the median of the turns' ratios, and the median time that each side takes.
type result struct {
	ratio        float64
	ours, theirs time.Duration
}

// run lets the sides take turns. The ratio is of times, ours over theirs; for a lower bound, which is one of
// throughput, it is the other way round.
func (c contest) run(tb testing.TB) result {
	tb.Helper()
	ours, theirs := c.prepare(tb)
	return compare(tb, ours, theirs, c.bound.least)
}

func compare(tb testing.TB, ours, theirs func() error, throughput bool) result {
	tb.Helper()
	require.NoError(tb, ours())
	require.NoError(tb, theirs())
	var ratios []float64
	var own, other []time.Duration
	began := time.Now()
	for i := 0; i < *roundsFlag && (i < 3 || time.Since(began) < longest); i++ {
		var a, b time.Duration
		if i%2 == 0 {
			a, b = turn(tb, ours), turn(tb, theirs)
		} else {
			b, a = turn(tb, theirs), turn(tb, ours)
		}
		own, other = append(own, a), append(other, b)
		if throughput {
			a, b = b, a
		}
		ratios = append(ratios, float64(a)/float64(b))
	}
	return result{median(ratios), median(own), median(other)}
}

// turn does something again and again for a while, and gives the mean time that it takes.
func turn(tb testing.TB, do func() error) time.Duration {
	tb.Helper()
	start, times := time.Now(), 0
	for ; times == 0 || time.Since(start) < leastTurn; times++ {
		if err := do(); err != nil {
			require.NoError(tb, err)
		}
	}
	return time.Since(start) / time.Duration(times)
}

func median[T float64 | time.Duration](values []T) T {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}

// bench measures our side as a benchmark does, and reports the ratio with it.
func (c contest) bench(b *testing.B) {
	ours, theirs := c.prepare(b)
	for b.Loop() {
		if err := ours(); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(compare(b, ours, theirs, c.bound.least).ratio, "ratio")
}
