package disclosure_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/disclosure"
)

// row makes a table of one axis, with sets of its leaves besides the whole.
func row(least float64, counts []float64, sets ...[]int) (*disclosure.Table, *disclosure.Axis) {
	axis := disclosure.NewAxis(len(counts), sets...)
	t := disclosure.NewTable(least, axis)
	for i, count := range counts {
		t.Add([]int{i}, count, 0)
	}
	return t, axis
}

func TestTable_OneAxis(t *testing.T) {
	const K = 5
	for name, c := range map[string]struct {
		counts   []float64
		withheld []int
		total    bool
	}{
		"nothing small": {counts: []float64{5, 80, 0}},
		"the next smallest goes with a small one":       {counts: []float64{100, 2, 9}, withheld: []int{1, 2}},
		"zero is shown and protects nobody":             {counts: []float64{100, 2, 0, 9}, withheld: []int{1, 3}},
		"two small ones that make K are enough":         {counts: []float64{100, 4, 4, 9}, withheld: []int{1, 2}},
		"two that are evidently few take a third":       {counts: []float64{100, 1, 1, 9}, withheld: []int{1, 2, 3}},
		"ones are known to be ones by their sum":        {counts: []float64{1, 1, 1, 1, 1, 1, 30, 40}, withheld: []int{0, 1, 2, 3, 4, 5, 6}},
		"ones alone take their total with them":         {counts: []float64{1, 1, 1, 1, 1, 1}, withheld: []int{0, 1, 2, 3, 4, 5}, total: true},
		"one count is its own total":                    {counts: []float64{0, 3, 0}, withheld: []int{1}, total: true},
		"a small total has nothing but small parts":     {counts: []float64{2, 2}, withheld: []int{0, 1}, total: true},
		"of two, the large one goes with the small one": {counts: []float64{700, 1}, withheld: []int{0, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			table, axis := row(K, c.counts)
			table.Withhold()
			var withheld []int
			for i := range c.counts {
				if table.Withheld([]int{i}) {
					withheld = append(withheld, i)
				}
			}
			assert.Equal(t, c.withheld, withheld)
			assert.Equal(t, c.total, table.Withheld([]int{axis.Whole()}), "the total")
		})
	}
}

// Regions lie in regions: what a parent less its other children gives is no more shown than the child.
func TestTable_NestedSets(t *testing.T) {
	east, west := []int{0, 1, 2}, []int{3, 4}
	table, axis := row(5, []float64{2, 30, 40, 50, 60}, east, west)
	table.Withhold()
	assert.True(t, table.Withheld([]int{0}))
	assert.True(t, table.Withheld([]int{1}), "30 is all of the east less 40 and the small one")
	assert.False(t, table.Withheld([]int{2}))
	assert.False(t, table.Withheld([]int{axis.Member(east)}))
	assert.False(t, table.Withheld([]int{axis.Member(west)}))

	table, axis = row(5, []float64{2, 0, 0, 50, 60}, east, west)
	table.Withhold()
	assert.True(t, table.Withheld([]int{axis.Member(east)}), "which is the small one alone")
	assert.True(t, table.Withheld([]int{axis.Member(west)}), "all less the west is the east")
	assert.True(t, table.Withheld([]int{3}) || table.Withheld([]int{4}), "else the west would be known by its parts")
	assert.False(t, table.Withheld([]int{axis.Whole()}))
}

// A list that a filter names is a figure of its own, and so is all but it.
func TestTable_CrossingSets(t *testing.T) {
	list := []int{1, 3}
	table, axis := row(5, []float64{30, 40, 2, 50}, []int{0, 1}, []int{2, 3}, list)
	table.Withhold()
	assert.True(t, table.Withheld([]int{2}))
	assert.True(t, table.Withheld([]int{3}), "its other part is the small one")
	assert.False(t, table.Withheld([]int{axis.Whole()}))
	known := !table.Withheld([]int{axis.Member(list)}) && !table.Withheld([]int{1})
	assert.False(t, known, "else the list less its other part is what is withheld")
}

// A table of two axes may give a cell back by its rows and columns together, though each has two withheld cells.
func TestTable_RowsAndColumnsTogether(t *testing.T) {
	// Two blocks of four small cells each, and one small cell between them: a bridge.
	counts := [4][4]float64{{3, 4, 0, 0}, {4, 3, 3, 90}, {0, 90, 4, 3}, {80, 0, 3, 4}}
	rows, columns := disclosure.NewAxis(4), disclosure.NewAxis(4)
	table := disclosure.NewTable(5, rows, columns)
	for i := range counts {
		for j, count := range counts[i] {
			table.Add([]int{i, j}, count, 0)
		}
	}
	table.Withhold()
	assert.True(t, table.Withheld([]int{1, 2}))
	others := 0
	for _, cell := range [][]int{{1, 3}, {2, 1}, {3, 0}} {
		if table.Withheld(cell) {
			others++
		}
	}
	assert.Positive(t, others, "the first block's rows less its columns give the bridge")
}

// What a set has from its last leaf is that leaf's figure: shown or withheld in both places.
func TestAxis_Latest(t *testing.T) {
	time, places := disclosure.NewAxis(4, []int{0, 1}, []int{2, 3}).Latest(), disclosure.NewAxis(3)
	table := disclosure.NewTable(5, places, time)
	stock := [3][4]float64{{9, 9, 9, 2}, {20, 20, 20, 20}, {90, 80, 70, 60}}
	for i := range stock {
		for j, count := range stock[i] {
			table.Add([]int{i, j}, count, 0)
		}
	}
	table.Withhold()
	for _, place := range []int{0, 1} {
		for _, when := range []int{3, time.Member([]int{2, 3}), time.Member([]int{0, 1, 2, 3})} {
			assert.True(t, table.Withheld([]int{place, when}), "place %d, member %d", place, when)
		}
		assert.False(t, table.Withheld([]int{place, 1}))
		assert.False(t, table.Withheld([]int{place, time.Member([]int{0, 1})}))
	}
	assert.False(t, table.Withheld([]int{places.Whole(), 3}))
}

// Two small permits of one row are one each, once it is known that they are two.
func TestTable_SecondCounts(t *testing.T) {
	axis := disclosure.NewAxis(3)
	table := disclosure.NewTable(5, axis)
	table.Add([]int{0}, 4, 1)
	table.Add([]int{1}, 4, 1)
	table.Add([]int{2}, 50, 6)
	table.Withhold()
	assert.True(t, table.Withheld([]int{2}))
}

func TestTable_Weights(t *testing.T) {
	time := disclosure.NewAxis(2).Weigh([]float64{31, 28})
	table := disclosure.NewTable(5, time, disclosure.NewAxis(1))
	table.Add([]int{0, 0}, 9*31, 0)
	table.Add([]int{1, 0}, 5*28-1, 0)
	table.Withhold()
	assert.True(t, table.Withheld([]int{1, 0}), "fewer than five a day")
	assert.True(t, table.Withheld([]int{0, 0}), "the whole less the other month")
	assert.False(t, table.Withheld([]int{time.Whole(), 0}))
}

func TestLink(t *testing.T) {
	axis := disclosure.NewAxis(4)
	a, b := disclosure.NewTable(5, axis), disclosure.NewTable(5, axis)
	for i, count := range []float64{2, 50, 60, 70} {
		a.Add([]int{i}, count, 0)
		b.Add([]int{i}, 400-count, 0)
	}
	a.Withhold()
	b.Withhold()
	require.True(t, a.Withheld([]int{1}))
	require.False(t, b.Withheld([]int{0}))
	disclosure.Link(a, b, func(members []int) bool { return members[0] == 0 })
	assert.True(t, b.Withheld([]int{0}))
	assert.True(t, b.Withheld([]int{3}), "a line of the second table closes too, with its smallest")
	assert.False(t, a.Withheld([]int{3}), "of other members neither tells of the other")
}

// A random table with up to three axes, some of them with sets, most of its counts small or none.
func TestTable_NobodyWorksACellOut(t *testing.T) {
	const least = 5
	for seed := range uint64(60) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 1))
			s := newSample(rng)
			table := disclosure.NewTable(least, s.axes...)
			for at, count := range s.counts() {
				table.Add(at, count, 0)
			}
			table.Withhold()
			hidden := func(cell int) bool { return table.Withheld(s.cells[cell].members) }
			for i, cell := range s.cells {
				if cell.count > 0 && cell.count < least {
					assert.True(t, hidden(i), "%v counts %v", cell.members, cell.count)
				}
				if cell.count == 0 {
					assert.False(t, hidden(i), "%v counts nothing", cell.members)
				}
			}
			for i, known := range s.worksOut(hidden) {
				if hidden(i) {
					assert.False(t, known, "%v follows from what is shown", s.cells[i].members)
				}
			}
			low, high := s.bounds(hidden)
			for i, cell := range s.cells {
				if hidden(i) {
					assert.Less(t, low[i], high[i], "%v lies between", cell.members)
				}
			}
		})
	}
}

// sample is a table as its reader knows it: cells, and which of them are sums of which leaves.
type sample struct {
	axes   []*disclosure.Axis
	sets   [][][]int // by axis and member: the leaves
	leaves []float64
	sizes  []int
	cells  []sampleCell
}

type sampleCell struct {
	members []int
	leaves  []int
	count   float64
}

func newSample(rng *rand.Rand) *sample {
	s := &sample{}
	total := 1
	for range 1 + rng.IntN(3) {
		n := 2 + rng.IntN(3)
		var sets [][]int
		whole := make([]int, n)
		for i := range whole {
			whole[i] = i
		}
		if n > 2 && rng.IntN(2) == 0 {
			sets = append(sets, whole[:2])
		}
		if n > 3 && rng.IntN(2) == 0 {
			sets = append(sets, []int{1, 3})
		}
		s.axes = append(s.axes, disclosure.NewAxis(n, sets...))
		members := [][]int{}
		for i := range n {
			members = append(members, []int{i})
		}
		s.sets = append(s.sets, append(append(members, sets...), whole))
		s.sizes = append(s.sizes, n)
		total *= n
	}
	for range total {
		s.leaves = append(s.leaves, []float64{0, 0, 1, 1, 2, 4, 5, 12, 60}[rng.IntN(9)])
	}
	s.list(nil, nil)
	return s
}

// list lists the cells of every combination of members.
func (s *sample) list(members []int, sets [][]int) {
	axis := len(members)
	if axis < len(s.axes) {
		for _, set := range s.sets[axis] {
			s.list(append(slices.Clone(members), s.axes[axis].Member(set)), append(slices.Clone(sets), set))
		}
		return
	}
	cell := sampleCell{members: members}
	for leaf := range s.leaves {
		at, inside := s.at(leaf), true
		for i := range sets {
			inside = inside && slices.Contains(sets[i], at[i])
		}
		if inside {
			cell.leaves = append(cell.leaves, leaf)
			cell.count += s.leaves[leaf]
		}
	}
	s.cells = append(s.cells, cell)
}

func (s *sample) at(leaf int) []int {
	var at []int
	for _, n := range s.sizes {
		at = append(at, leaf%n)
		leaf /= n
	}
	return at
}

func (s *sample) counts() func(func([]int, float64) bool) {
	return func(yield func([]int, float64) bool) {
		for leaf, count := range s.leaves {
			if !yield(s.at(leaf), count) {
				return
			}
		}
	}
}

// worksOut tells which cells follow from the shown ones: those that are linear combinations of them.
func (s *sample) worksOut(hidden func(int) bool) []bool {
	var basis [][]*big.Rat
	var pivots []int
	reduce := func(leaves []int) []*big.Rat {
		row := make([]*big.Rat, len(s.leaves))
		for i := range row {
			row[i] = new(big.Rat)
		}
		for _, leaf := range leaves {
			if s.leaves[leaf] != 0 { // a zero is known
				row[leaf].SetInt64(1)
			}
		}
		for i, pivot := range pivots {
			if row[pivot].Sign() != 0 {
				factor := new(big.Rat).Quo(row[pivot], basis[i][pivot])
				for j := range row {
					row[j].Sub(row[j], new(big.Rat).Mul(factor, basis[i][j]))
				}
			}
		}
		return row
	}
	pivotOf := func(row []*big.Rat) int {
		return slices.IndexFunc(row, func(x *big.Rat) bool { return x.Sign() != 0 })
	}
	for i, cell := range s.cells {
		if !hidden(i) {
			if row := reduce(cell.leaves); pivotOf(row) >= 0 {
				basis, pivots = append(basis, row), append(pivots, pivotOf(row))
			}
		}
	}
	known := make([]bool, len(s.cells))
	for i, cell := range s.cells {
		known[i] = pivotOf(reduce(cell.leaves)) < 0
	}
	return known
}

// bounds narrows what a reader can say of each cell down, knowing that a withheld one is 1 at least: a set of
// leaves has at least what its parts have, and a part at most what the set leaves to it.
func (s *sample) bounds(hidden func(int) bool) (low, high []float64) {
	low, high = make([]float64, len(s.cells)), make([]float64, len(s.cells))
	for i, cell := range s.cells {
		low[i], high[i] = cell.count, cell.count
		if hidden(i) {
			low[i], high[i] = 1, math.Inf(1)
		}
	}
	type sum struct {
		total int
		parts []int
	}
	var sums []sum
	for i, cell := range s.cells { // of pairs of cells that make up a third, and of leaves
		var parts []int
		for j, part := range s.cells {
			if len(part.leaves) == 1 && slices.Contains(cell.leaves, part.leaves[0]) {
				parts = append(parts, j)
			}
			for k, other := range s.cells {
				both := append(slices.Clone(part.leaves), other.leaves...)
				slices.Sort(both)
				if j < k && slices.Equal(both, cell.leaves) {
					sums = append(sums, sum{i, []int{j, k}})
				}
			}
		}
		if len(parts) > 1 {
			sums = append(sums, sum{i, parts})
		}
	}
	for range 50 {
		for _, sum := range sums {
			lows, highs := 0.0, 0.0
			for _, part := range sum.parts {
				lows += low[part]
				highs += high[part]
			}
			low[sum.total], high[sum.total] = max(low[sum.total], lows), min(high[sum.total], highs)
			for _, part := range sum.parts {
				high[part] = min(high[part], high[sum.total]-(lows-low[part]))
				if !math.IsInf(highs, 1) {
					low[part] = max(low[part], low[sum.total]-(highs-high[part]))
				}
			}
		}
	}
	return low, high
}

func TestAxis_DoesNotDependOnTheOrderOfItsSets(t *testing.T) {
	sets := [][]int{{0, 1}, {2, 3}, {1, 2}, {4, 5}, {0, 1, 2, 3}}
	axis := disclosure.NewAxis(6, sets...)
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		random.Shuffle(len(sets), func(i, j int) { sets[i], sets[j] = sets[j], sets[i] })
		assert.Equal(t, axis, disclosure.NewAxis(6, sets...))
	}
}
