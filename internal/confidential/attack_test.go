package confidential

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"homebound/internal/testsize"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// permit is a row of a register to attack.
type permit struct {
	id                            string
	region, nationality, industry int
	month, until                  int // of issue, and the last in force
	workers                       int
	key                           uint64 // of the cell key method
}

const (
	regions = 12
	months  = 70
)

// cell is what the attacks are after: what was issued in a region in a month.
type cell struct{ region, month int }

// newRegister makes a register with about 800 region-months, a sixth of them of fewer than 5 workers, in permits for 1
// to 6 workers, as the synthetic register has.
func newRegister(seed uint64) []permit {
	random := rand.New(rand.NewPCG(seed, 20171222))
	var rows []permit
	for region := range regions {
		for month := range months {
			n := 1 + int(random.ExpFloat64()*float64(1+region))
			if random.IntN(20) == 0 {
				n = 0
			}
			for range n {
				rows = append(rows, permit{fmt.Sprintf("P-%d", len(rows)), region, random.IntN(3), random.IntN(4), month,
					month + 6 + random.IntN(12), 1 + random.IntN(6), random.Uint64()})
			}
		}
	}
	return rows
}

// server answers a question: how many workers the permits have that it keeps.
type server func(keep func(permit) bool) float64

func exact(rows []permit) server {
	return func(keep func(permit) bool) float64 {
		sum := 0
		for _, row := range rows {
			if keep(row) {
				sum += row.workers
			}
		}
		return float64(sum)
	}
}

func masked(t *testing.T, rows []permit, k int) server {
	m, under := masker(t, k), slices.Clone(rows)
	for i, row := range rows {
		under[i].workers = m.Count(PermitWorkers, row.id, row.workers)
	}
	sum := exact(under)
	return func(keep func(permit) bool) float64 { return Show(k, sum(keep)) }
}

// cellKeyed is the method that was weighed and left: each figure has noise of its own, a function of the sum of its
// rows' keys, of 0 to K-1 up or down, all equally likely; figures below K are rounded to 0 or K, unbiased.
func cellKeyed(rows []permit, k int) server {
	return func(keep func(permit) bool) float64 {
		key, sum := uint64(0), 0
		for _, row := range rows {
			if keep(row) {
				key += row.key
				sum += row.workers
			}
		}
		drawn := rand.NewPCG(key, uint64(sum)).Uint64()
		if sum < k {
			if drawn%uint64(k) < uint64(sum) {
				return float64(k)
			}
			return 0
		}
		return float64(sum) + float64(drawn%uint64(2*k-1)) - float64(k-1)
	}
}

// small lists the region-months of 1 to k-1 workers, and what they have.
func small(rows []permit, k int) (cells []cell, truth map[cell]int) {
	truth = map[cell]int{}
	for _, row := range rows {
		truth[cell{row.region, row.month}] += row.workers
	}
	maps.DeleteFunc(truth, func(_ cell, n int) bool { return n >= k })
	cells = slices.SortedFunc(maps.Keys(truth), func(a, b cell) int {
		return (a.region-b.region)*months + a.month - b.month
	})
	return cells, truth
}

// rate is the part of the cells whose count the attack has right.
func rate(found map[cell]float64, truth map[cell]int) float64 {
	right := 0
	for c, n := range truth {
		if int(math.Round(found[c])) == n {
			right++
		}
	}
	return float64(right) / float64(len(truth))
}

// reader is what anybody may know beforehand: how common each count is among the cells of fewer than k, and what cells
// that are found to be of x really were, in many registers of the same kind.
type reader struct {
	counts map[int]int
	behind map[int]map[int]int
}

func newReader(t *testing.T, k int) reader {
	r := reader{map[int]int{}, map[int]map[int]int{}}
	m := masker(t, k)
	for seed := range uint64(15) {
		rows := newRegister(1000 + seed)
		for i := range rows {
			rows[i].id = fmt.Sprint(seed, rows[i].id)
		}
		masks := masksOf(m, rows)
		_, truth := small(rows, k)
		for c, n := range truth {
			r.counts[n]++
			if r.behind[masks[c]] == nil {
				r.behind[masks[c]] = map[int]int{}
			}
			r.behind[masks[c]][n]++
		}
	}
	return r
}

// masksOf adds the masked workers of every region-month up.
func masksOf(m Masker, rows []permit) map[cell]int {
	sums := map[cell]int{}
	for _, row := range rows {
		sums[cell{row.region, row.month}] += m.Count(PermitWorkers, row.id, row.workers)
	}
	return sums
}

// guesses is how often the reader is right about some cells: without any figure, and from their masks.
func (r reader) guesses(masks map[cell]int, truth map[cell]int) (blind, informed float64) {
	commonest := func(of map[int]int) float64 {
		best := 0
		for n, times := range of {
			if times > of[best] || times == of[best] && n < best {
				best = n
			}
		}
		return float64(best)
	}
	blindly, knowing := map[cell]float64{}, map[cell]float64{}
	for c := range truth {
		blindly[c], knowing[c] = commonest(r.counts), commonest(r.behind[masks[c]])
	}
	return rate(blindly, truth), rate(knowing, truth)
}

// some picks a number of cells that lie evenly among all, and what they have.
func some(targets []cell, truth map[cell]int, number int) (fewer []cell, of map[cell]int) {
	of = map[cell]int{}
	number = min(number, len(targets))
	for i := range number {
		c := targets[i*len(targets)/number]
		fewer, of[c] = append(fewer, c), truth[c]
	}
	return fewer, of
}

var attacks = []struct {
	name  string
	cells int // that it is tried on
	run   attack
}{
	{"reading the figure", 1000, reading},
	{"two totals so far", 1000, soFar},
	{"a total less its complement", 1000, complement},
	{"all groupings, solved jointly", 25, groupings},
	{"averaging 64 questions a cell", 40, averaging(64)},
	{"averaging 200 questions a cell", 25, averaging(200)},
}

// The figures of this test stand in docs/PRIVACY.md: go test -v -run Attack ./internal/confidential
func TestNoAttackRecoversMoreThanGuessing(t *testing.T) {
	testsize.Long(t)
	for _, k := range testsize.Sample([]int{5, 10}) {
		rows := newRegister(1)
		all, truths := small(rows, k)
		assert.Greater(t, len(all), 90)
		known, masks := newReader(t, k), masksOf(masker(t, k), rows)
		for _, a := range attacks {
			targets, truth := some(all, truths, a.cells)
			found := a.run(masked(t, rows, k), targets, rand.New(rand.NewPCG(2, 3)))
			recovered := rate(found, truth)
			blind, informed := known.guesses(masks, truth)
			noise := 2.5 * math.Sqrt(0.25/float64(len(truth)))
			assert.LessOrEqual(t, recovered, max(blind, informed)+noise, "K %d, %s", k, a.name)
			t.Logf("K %d, %s: of %d cells %.0f%%; guessed without figures %.0f%%, from the masks %.0f%%",
				k, a.name, len(truth), 100*recovered, 100*blind, 100*informed)
		}
	}
}

// Why noise on the figures was left: the same attack takes it away.
func TestAveragingTakesNoiseOnFiguresAway(t *testing.T) {
	testsize.Long(t)
	type try struct {
		k, questions   int
		atLeast, below float64 // part of the cells that is recovered
	}
	for _, try := range testsize.Sample([]try{{10, 64, 0, 0.6}, {10, 2000, 0.85, 1.01}, {5, 2, 0, 0.4}, {5, 1000, 0.85, 1.01}}) {
		rows := newRegister(1)
		all, truths := small(rows, try.k)
		targets, truth := some(all, truths, 8)
		found := averaging(try.questions)(cellKeyed(rows, try.k), targets, rand.New(rand.NewPCG(2, 3)))
		recovered := rate(found, truth)
		t.Logf("cell keys, K %d, averaging %d questions a cell: %.0f%%", try.k, try.questions, 100*recovered)
		assert.GreaterOrEqual(t, recovered, try.atLeast)
		assert.Less(t, recovered, try.below)
	}
}

// Whoever groups so finely that every permit stands alone sees its mask. Knowing how permits are masked and how common
// each size is, the best guess of a permit's size is right in about one case of three. A mask says for certain only
// that a permit has half as many workers at least.
func TestAPermitAloneIsGuessedFromItsMask(t *testing.T) {
	for _, k := range []int{5, 10} {
		m := masker(t, k)
		behind := map[int]map[int]int{} // by mask, how many permits of each size
		const each = 3000
		for n := 1; n <= 6; n++ {
			for i := range each {
				mask := m.Count(PermitWorkers, fmt.Sprint(n, "-", i), n)
				if behind[mask] == nil {
					behind[mask] = map[int]int{}
				}
				behind[mask][n]++
			}
		}
		right := 0
		for mask, sizes := range behind {
			most := slices.Max(slices.Collect(maps.Values(sizes)))
			right += most
			if mask <= k { // the largest masks say that a permit is not of the smallest
				assert.Greater(t, len(sizes), 1, "K %d: a mask of %d says the size", k, mask)
			}
		}
		rate := float64(right) / (6 * each)
		t.Logf("K %d: the size of a permit is guessed from its mask in %.0f%% (one of six without)", k, 100*rate)
		assert.Less(t, rate, 0.4)
	}
}

// Who averages without end finds the mask itself, and every further question tells nothing new.
func TestAveragingEndsAtTheMask(t *testing.T) {
	rows := newRegister(1)
	all, truths := small(rows, 5)
	targets, _ := some(all, truths, 20)
	masks := masksOf(masker(t, 5), rows)
	for c, found := range averaging(200)(masked(t, rows, 5), targets, rand.New(rand.NewPCG(4, 5))) {
		assert.InDelta(t, masks[c], found, 1.5, "%v: the rounding of figures below K is all that is averaged", c)
	}
}

// The stock of consecutive months differs by the masks of who came and went; what it shows is no better than a guess.
func TestConsecutiveDaysShowNoChangeOfFew(t *testing.T) {
	const k = 5
	rows := newRegister(1)
	ask, truly := masked(t, rows, k), exact(rows)
	right, of := 0, 0
	counts := map[float64]int{}
	for region := range regions {
		for month := 1; month < months; month++ {
			on := func(month int) func(permit) bool {
				return func(p permit) bool { return p.region == region && p.month <= month && month <= p.until }
			}
			change := truly(on(month)) - truly(on(month-1))
			if math.Abs(change) < 1 || math.Abs(change) >= k {
				continue
			}
			of++
			counts[change]++
			if ask(on(month))-ask(on(month-1)) == change {
				right++
			}
		}
	}
	blind := float64(slices.Max(slices.Collect(maps.Values(counts)))) / float64(of)
	t.Logf("of %d changes of 1 to %d workers %.0f%%; guessed %.0f%%", of, k-1, 100*float64(right)/float64(of), 100*blind)
	assert.LessOrEqual(t, float64(right)/float64(of), blind+2.5*math.Sqrt(0.25/float64(of)))
}

// Two releases with one row between them differ by the row's mask, wherever it is counted.
func TestReleasesDifferByTheMaskOfTheirRow(t *testing.T) {
	const k = 5
	before := newRegister(1)
	row := permit{id: "P-new", region: 7, month: 30, until: 40, workers: 4}
	after := append(slices.Clone(before), row)
	mask := masker(t, k).Count(PermitWorkers, row.id, row.workers)
	for _, keep := range []func(permit) bool{
		func(permit) bool { return true },
		func(p permit) bool { return p.month <= 30 },
		func(p permit) bool { return p.region == 7 },
		func(p permit) bool { return p.until >= 35 },
	} {
		assert.InDelta(t, mask, masked(t, after, k)(keep)-masked(t, before, k)(keep), 0)
	}
}

// The table of PRIVACY: how far off a figure is that sums permits for 1 to 6 workers, each as common as the others.
func TestPrivacySaysHowFarOffFiguresAre(t *testing.T) {
	document, err := os.ReadFile("../../docs/PRIVACY.md")
	require.NoError(t, err)
	for _, row := range []struct {
		k    int
		name string
	}{{5, "K = 5"}, {10, "K of 10 or more"}, {50, "K of 10 or more"}} {
		m, variance := masker(t, row.k), 0.0
		for workers := 1; workers <= 6; workers++ {
			variance += m.Variance(workers)
		}
		text := "| " + row.name + " |"
		for _, figure := range []float64{20, 100, 1000, 10_000, 37_000} {
			off := math.Sqrt(figure * variance / (1 + 2 + 3 + 4 + 5 + 6))
			digits := map[bool]int{true: 1, false: 0}
			text += fmt.Sprintf(" %.*f (%.*f %%) |", digits[off < 10], off, digits[100*off/figure < 10], 100*off/figure)
		}
		assert.Contains(t, string(document), text+"\n")
	}
}

// What the noise costs a reader: it is never above the documented bound.
func TestErrorsAreWithinTheDocumentedBound(t *testing.T) {
	testsize.Long(t)
	for _, k := range []int{5, 10, 20} {
		m := masker(t, k)
		for _, workers := range []int{20, 100, 1000, 10_000, 37_000} {
			squares, draws := 0.0, max(20, 40_000/workers)
			for draw := range draws {
				off, random := 0, rand.New(rand.NewPCG(uint64(draw), 9))
				for i, n := 0, 0; n < workers; i++ {
					w := min(1+random.IntN(6), workers-n)
					n += w
					off += m.Count(PermitWorkers, fmt.Sprint(draw, i), w) - w
				}
				squares += float64(off) * float64(off)
			}
			found := math.Sqrt(squares / float64(draws))
			bound := StandardError(k, 12, float64(workers))
			t.Logf("K %d, %d workers in permits for 1 to 6: off by %.1f (%.1f%%), bound %.1f", k, workers, found,
				100*found/float64(workers), bound)
			assert.LessOrEqual(t, found, 1.25*bound)
		}
	}
	// One permit for many.
	m := masker(t, 5)
	for _, workers := range []int{40, 80, 500, 5000} {
		assert.LessOrEqual(t, math.Sqrt(m.Variance(workers)), StandardError(5, workers-m.Reach(workers), float64(workers)))
	}
}

// Who sees how a permit's stock falls knows the masks of the permit and of what left it. Together they say little more of
// how many left first than how common each number is.
func TestDeparturesAreGuessedFromTheirMasks(t *testing.T) {
	for _, k := range []int{5, 10} {
		m, random := masker(t, k), rand.New(rand.NewPCG(11, 12))
		const draws = 60_000
		counts, behind := map[int]int{}, map[[3]int]map[int]int{}
		for i := range draws {
			workers := 1 + random.IntN(6)
			first := 1 + random.IntN(workers)
			gone := []Row{{fmt.Sprint(i, "a"), first}, {fmt.Sprint(i, "b"), workers - first}}
			mask, fell := m.Permit(Row{fmt.Sprint(i), workers}, gone)
			seen := [3]int{mask, fell[0], fell[1]}
			if behind[seen] == nil {
				behind[seen] = map[int]int{}
			}
			behind[seen][first]++
			counts[first]++
		}
		right := 0
		for _, firsts := range behind {
			right += slices.Max(slices.Collect(maps.Values(firsts)))
		}
		blind := float64(slices.Max(slices.Collect(maps.Values(counts)))) / draws
		informed := float64(right) / draws
		t.Logf("K %d: the first departure is guessed from all masks in %.0f%%, without in %.0f%%", k, 100*informed, 100*blind)
		assert.Less(t, informed, blind+0.2)
	}
}
