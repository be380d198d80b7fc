package disclosure

import (
	"maps"
	"math"
	"slices"
)

// Lines may give a cell back together though none does alone. The audit looks at all that hang together, as a reader might:
// it solves them as equations, and narrows the cells down by what is known of their size. It does so for up to maxAudit
// withheld cells: beyond, the work grows faster than the risk.
const maxAudit = 300

// prime is the modulus of the arithmetic: exact, unlike fractions of floats, and so large that chance gives no cell back.
const prime = 2_147_483_647

// equation is a line with withheld cells: their sum, each times its coefficient, is known.
type equation struct {
	coefficients map[int]int64
	sum          float64
}

// audit withholds one more cell for each that the lines together give back, and tells whether there was any.
func (t *Table) audit() bool {
	more := false
	for _, group := range t.connected() {
		for _, key := range append(determined(group), pinned(group)...) {
			if next, ok := t.choose(t.around(key)); ok {
				t.hide(next)
				more = true
			}
		}
	}
	return more
}

// around gives the cells that are shown in the lines through a withheld one; where there are none, in the lines through
// those it shares a line with. Of these it gives the finest, since a total stands in other answers too.
func (t *Table) around(key int) []int {
	reached := map[int]bool{key: true}
	for queue := []int{key}; len(queue) > 0; {
		var shown, next []int
		for _, at := range queue {
			for _, p := range t.through(at) {
				total, parts := t.at(p)
				for _, other := range append(parts, total) {
					switch c := t.cells[other]; {
					case c == nil || reached[other]:
					case !c.withheld:
						shown = append(shown, other)
					default:
						next = append(next, other)
					}
					reached[other] = true
				}
			}
		}
		if len(shown) > 0 {
			finest := math.MaxInt
			for _, at := range shown {
				finest = min(finest, t.breadth(at))
			}
			return slices.DeleteFunc(shown, func(at int) bool { return t.breadth(at) > finest })
		}
		queue = next
	}
	return nil
}

// breadth counts the axes on which a cell is of more than one leaf.
func (t *Table) breadth(key int) int {
	n := 0
	for i, m := range t.membersAt(key) {
		if len(t.axes[i].members[m]) > 1 {
			n++
		}
	}
	return n
}

// connected gives, for the cells withheld since the last audit, the equations that hang together with them.
func (t *Table) connected() [][]equation {
	reached := map[int]bool{}
	seen := map[place]bool{}
	var groups [][]equation
	for _, start := range t.fresh {
		if reached[start] {
			continue
		}
		reached[start] = true
		var group []equation
		queue := []int{start}
		for at := 0; at < len(queue); at++ {
			for _, p := range t.through(queue[at]) {
				if seen[p] {
					continue
				}
				seen[p] = true
				e := t.equation(p)
				group = append(group, e)
				for _, key := range slices.Sorted(maps.Keys(e.coefficients)) {
					if !reached[key] {
						reached[key] = true
						queue = append(queue, key)
					}
				}
			}
		}
		if len(queue) <= maxAudit {
			groups = append(groups, group)
		}
	}
	t.fresh = t.fresh[:0]
	return groups
}

func (t *Table) equation(p place) equation {
	e := equation{coefficients: map[int]int64{}}
	total, parts := t.at(p)
	for _, part := range parts {
		if c := t.cells[part]; c.withheld {
			e.coefficients[part] = 1
			e.sum += c.count
		}
	}
	if c := t.cells[total]; c != nil && c.withheld {
		e.coefficients[total] = prime - 1
		e.sum -= c.count
	}
	return e
}

// determined gives the cells that the equations leave one value.
func determined(group []equation) []int {
	var solved []map[int]int64 // each with a pivot that no other has
	var pivots []int
	for _, e := range group {
		row := e.coefficients
		for i, pivot := range pivots {
			row = less(row, solved[i], row[pivot])
		}
		if len(row) == 0 {
			continue
		}
		pivot := slices.Min(slices.Collect(maps.Keys(row)))
		row = times(row, inverse(row[pivot]))
		for i := range solved {
			solved[i] = less(solved[i], row, solved[i][pivot])
		}
		solved, pivots = append(solved, row), append(pivots, pivot)
	}
	var keys []int
	for i, row := range solved {
		if len(row) == 1 {
			keys = append(keys, pivots[i])
		}
	}
	return keys
}

// less gives a row less a multiple of another.
func less(row, other map[int]int64, factor int64) map[int]int64 {
	if factor == 0 {
		return row
	}
	result := maps.Clone(row)
	for key, c := range other {
		if left := ((result[key]-factor*c)%prime + prime) % prime; left != 0 {
			result[key] = left
		} else {
			delete(result, key)
		}
	}
	return result
}

func times(row map[int]int64, factor int64) map[int]int64 {
	result := make(map[int]int64, len(row))
	for key, c := range row {
		result[key] = c * factor % prime
	}
	return result
}

// inverse gives the number that times x is 1, by Fermat's little theorem.
func inverse(x int64) int64 {
	result := int64(1)
	for n := int64(prime - 2); n > 0; n >>= 1 {
		if n&1 == 1 {
			result = result * x % prime
		}
		x = x * x % prime
	}
	return result
}

// rounds bounds how often bounds are handed from line to line; they settle after a few.
const rounds = 20

// pinned gives the cells whose bounds meet: each is 1 at least, and at most what the other cells of its lines leave to it.
func pinned(group []equation) []int {
	type bound struct{ low, high float64 }
	bounds := map[int]bound{}
	for _, e := range group {
		for key := range e.coefficients {
			bounds[key] = bound{1, math.Inf(1)}
		}
	}
	for range rounds {
		changed := false
		for _, e := range group {
			for key, own := range e.coefficients {
				// The others' part in the sum lies between lows and highs.
				lows, highs := 0.0, 0.0
				for other, c := range e.coefficients {
					switch {
					case other == key:
					case c == 1:
						lows, highs = lows+bounds[other].low, highs+bounds[other].high
					default:
						lows, highs = lows-bounds[other].high, highs-bounds[other].low
					}
				}
				b := bounds[key]
				if own == 1 {
					b = bound{max(b.low, e.sum-highs), min(b.high, e.sum-lows)}
				} else {
					b = bound{max(b.low, lows-e.sum), min(b.high, highs-e.sum)}
				}
				if b != bounds[key] {
					bounds[key], changed = b, true
				}
			}
		}
		if !changed {
			break
		}
	}
	var keys []int
	for _, key := range slices.Sorted(maps.Keys(bounds)) {
		if bounds[key].low >= bounds[key].high {
			keys = append(keys, key)
		}
	}
	return keys
}
