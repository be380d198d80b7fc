package disclosure

import (
	"math"
	"slices"
)

// Lines may give a cell back together though none does alone. The audit looks at all that hang together, as a
// reader might: it solves them as equations, and narrows the cells down by what is known of their size. It does so
// for up to maxAudit withheld cells: beyond, the work grows faster than the risk.
const maxAudit = 300

// prime is the modulus of the arithmetic: exact, unlike fractions of floats, and so large that chance gives no cell
// back.
const prime = 2_147_483_647

// equation is a line with withheld cells: their sum, each times its coefficient, is known.
type equation struct {
	terms []term // in the order of keys
	sum   float64
}

// term is a withheld cell of an equation: +1 for a part, -1 for the total.
type term struct{ key, coefficient int }

// audit withholds one more cell for each that the lines together give back, and tells whether there was any.
func (t *Table) audit() bool {
	more := false
	for _, group := range t.connected() {
		numbered := number(group)
		for _, key := range append(numbered.determined(), numbered.pinned()...) {
			if next, ok := t.choose(t.around(key)); ok {
				t.hide(next)
				more = true
			}
		}
	}
	return more
}

// around returns the cells that are shown in the lines through a withheld one; where there are none, in the lines
// through those it shares a line with. Of these it gives the finest, since a total stands in other answers too.
func (t *Table) around(key int) []int {
	reached := map[int]bool{key: true}
	for queue := []int{key}; len(queue) > 0; {
		var shown, next []int
		for _, at := range queue {
			for p := range t.through(at) {
				reach := func(other int, c *cell) {
					switch {
					case reached[other]:
						return
					case !c.withheld:
						shown = append(shown, other)
					default:
						next = append(next, other)
					}
					reached[other] = true
				}
				for part, c := range t.parts(p) {
					reach(part, c)
				}
				if c := t.cells[t.total(p)]; c != nil {
					reach(t.total(p), c)
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

// connected returns, for the cells withheld since the last audit, the equations that hang together with them.
func (t *Table) connected() [][]equation {
	reached := map[int]bool{}
	seen := map[place]bool{}
	var groups [][]equation
	var e equation
	for _, start := range t.fresh {
		if reached[start] {
			continue
		}
		reached[start] = true
		var group []equation
		queue := []int{start}
		for at := 0; at < len(queue); at++ {
			for p := range t.through(queue[at]) {
				if seen[p] {
					continue
				}
				seen[p] = true
				e.read(t, p)
				if len(queue) <= maxAudit {
					group = append(group, equation{slices.Clone(e.terms), e.sum})
				}
				for _, cell := range e.terms {
					if !reached[cell.key] {
						reached[cell.key] = true
						queue = append(queue, cell.key)
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

// read makes the equation that of a line.
func (e *equation) read(t *Table, p place) {
	e.terms, e.sum = e.terms[:0], 0
	for part, c := range t.parts(p) {
		if c.withheld {
			e.terms = append(e.terms, term{part, 1})
			e.sum += c.count
		}
	}
	total := t.total(p)
	if c := t.cells[total]; c != nil && c.withheld {
		e.terms = append(e.terms, term{total, -1})
		e.sum -= c.count
	}
	slices.SortFunc(e.terms, func(a, b term) int { return a.key - b.key })
}

// system is a group of equations whose unknowns are numbered in the order of their keys.
type system struct {
	keys      []int
	equations []equation // whose terms have numbers for keys
}

func number(group []equation) system {
	var s system
	for _, e := range group {
		for _, cell := range e.terms {
			s.keys = append(s.keys, cell.key)
		}
	}
	slices.Sort(s.keys)
	s.keys = slices.Compact(s.keys)
	for _, e := range group {
		numbered := equation{make([]term, len(e.terms)), e.sum}
		for i, cell := range e.terms {
			n, _ := slices.BinarySearch(s.keys, cell.key)
			numbered.terms[i] = term{n, cell.coefficient}
		}
		s.equations = append(s.equations, numbered)
	}
	return s
}

// determined returns the cells that the equations leave one value.
func (s system) determined() []int {
	var solved [][]int64 // coefficients by unknown; each has a pivot, its first unknown, that no other has
	var pivots []int
	for _, e := range s.equations {
		row := make([]int64, len(s.keys))
		for _, cell := range e.terms {
			row[cell.key] = int64(cell.coefficient+prime) % prime
		}
		for i, pivot := range pivots {
			subtract(row, solved[i], pivot)
		}
		pivot := slices.IndexFunc(row, func(c int64) bool { return c != 0 })
		if pivot < 0 {
			continue
		}
		factor := inverse(row[pivot])
		for n := range row {
			row[n] = row[n] * factor % prime
		}
		for _, other := range solved {
			subtract(other, row, pivot)
		}
		solved, pivots = append(solved, row), append(pivots, pivot)
	}
	var keys []int
	for i, row := range solved {
		if !slices.ContainsFunc(row[pivots[i]+1:], func(c int64) bool { return c != 0 }) {
			keys = append(keys, s.keys[pivots[i]])
		}
	}
	return keys
}

// subtract takes so much of another row from a row that its coefficient at the other's pivot is 0.
func subtract(row, other []int64, pivot int) {
	factor := row[pivot]
	if factor == 0 {
		return
	}
	for n := pivot; n < len(row); n++ { // before its pivot the other has nothing
		if c := other[n]; c != 0 {
			row[n] = (row[n] + (prime-factor)*c) % prime
		}
	}
}

// inverse returns the number that times x is 1, by Fermat's little theorem.
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

// pinned returns the cells whose bounds meet: each is 1 at least, and at most what the other cells of its lines
// leave to it.
func (s system) pinned() []int {
	type bound struct{ low, high float64 }
	bounds := make([]bound, len(s.keys))
	for n := range bounds {
		bounds[n] = bound{1, math.Inf(1)}
	}
	for range rounds {
		changed := false
		for _, e := range s.equations {
			for i, cell := range e.terms {
				// The others' part in the sum lies between lows and highs.
				lows, highs := 0.0, 0.0
				for j, other := range e.terms {
					switch b := bounds[other.key]; {
					case i == j:
					case other.coefficient == 1:
						lows, highs = lows+b.low, highs+b.high
					default:
						lows, highs = lows-b.high, highs-b.low
					}
				}
				b := bounds[cell.key]
				if cell.coefficient == 1 {
					b = bound{max(b.low, e.sum-highs), min(b.high, e.sum-lows)}
				} else {
					b = bound{max(b.low, lows-e.sum), min(b.high, highs-e.sum)}
				}
				if b != bounds[cell.key] {
					bounds[cell.key], changed = b, true
				}
			}
		}
		if !changed {
			break
		}
	}
	var keys []int
	for n, b := range bounds {
		if b.low >= b.high {
			keys = append(keys, s.keys[n])
		}
	}
	return keys
}
