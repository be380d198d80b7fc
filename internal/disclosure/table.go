package disclosure

import (
	"iter"
	"maps"
	"slices"
)

// Table holds a count for each combination of its axes' members. Cells of nothing are not held: a zero is always shown.
type Table struct {
	least   float64
	axes    []*Axis
	strides []int
	cells   map[int]*cell
	open    []place // lines to look at
	late    []place // and those after them
	waiting map[place]bool
	fresh   []int // cells withheld since the last audit
}

type cell struct {
	count, rows float64
	withheld    bool
}

// place is a line of one axis at one place of the others.
type place struct{ axis, line, rest int }

// NewTable returns an empty table. A cell is withheld for its own sake where it counts more than 0 and less than
// least times the weights of its members.
func NewTable(least float64, axes ...*Axis) *Table {
	t := &Table{least: least, axes: axes, cells: map[int]*cell{}, waiting: map[place]bool{}}
	stride := 1
	for _, a := range axes {
		t.strides = append(t.strides, stride)
		stride *= len(a.members)
	}
	return t
}

// Add counts something at one leaf of each axis, for every member that holds it. rows is a second count that is
// withheld with the first and may not be worked out either; 0 where there is none.
func (t *Table) Add(leaves []int, count, rows float64) {
	if count != 0 {
		t.add(leaves, 0, 0, count, rows)
	}
}

func (t *Table) add(leaves []int, axis, key int, count, rows float64) {
	if axis < len(t.axes) {
		for _, m := range t.axes[axis].counted[leaves[axis]] {
			t.add(leaves, axis+1, key+m*t.strides[axis], count, rows)
		}
		return
	}
	c := t.cells[key]
	if c == nil {
		c = &cell{}
		t.cells[key] = c
	}
	c.count += count
	c.rows += rows
}

// Len returns the number of cells.
func (t *Table) Len() int { return len(t.cells) }

// Hide withholds a cell for reasons of its own, before Withhold decides on the others. One of nothing stays shown.
func (t *Table) Hide(members []int) {
	key := 0
	for i, m := range members {
		key += m * t.strides[i]
	}
	if c := t.cells[key]; c != nil && !c.withheld {
		t.hide(key)
	}
}

// Withhold decides which cells are withheld.
func (t *Table) Withhold() {
	for _, key := range slices.Sorted(maps.Keys(t.cells)) {
		if c := t.cells[key]; !c.withheld && c.count < t.leastAt(key) {
			t.hide(key)
		}
	}
	t.close()
}

// Withheld reports whether the cell of some members is withheld. A member of -1 is of nothing.
func (t *Table) Withheld(members []int) bool {
	key := 0
	for i, m := range members {
		if m < 0 {
			return false
		}
		key += m * t.strides[i]
	}
	c := t.cells[key]
	return c != nil && c.withheld
}

// Link withholds the cells of two tables over the same axes together, wherever one tells of the other.
func Link(a, b *Table, tells func(members []int) bool) {
	for a.follow(b, tells) || b.follow(a, tells) {
		a.close()
		b.close()
	}
}

// follow withholds what the other table withholds, and tells whether that is more than before.
func (t *Table) follow(other *Table, tells func([]int) bool) bool {
	more := false
	for _, key := range slices.Sorted(maps.Keys(other.cells)) {
		if c := t.cells[key]; other.cells[key].withheld && c != nil && !c.withheld && tells(t.membersAt(key)) {
			t.hide(key)
			more = true
		}
	}
	return more
}

func (t *Table) membersAt(key int) []int {
	members := make([]int, len(t.axes))
	for i, a := range t.axes {
		members[i] = key / t.strides[i] % len(a.members)
	}
	return members
}

func (t *Table) leastAt(key int) float64 {
	least := t.least
	for i, a := range t.axes {
		if a.weights != nil {
			least *= a.weights[key/t.strides[i]%len(a.members)]
		}
	}
	return least
}

// hide withholds a cell, and has every line through it looked at.
func (t *Table) hide(key int) {
	t.cells[key].withheld = true
	t.fresh = append(t.fresh, key)
	for p := range t.through(key) {
		if !t.waiting[p] {
			t.waiting[p] = true
			t.open = append(t.open, p)
		}
	}
}

// through returns the lines that a cell is a part or the total of.
func (t *Table) through(key int) iter.Seq[place] {
	return func(yield func(place) bool) {
		for i, a := range t.axes {
			m := key / t.strides[i] % len(a.members)
			for _, l := range a.of[m] {
				if !yield(place{i, l, key - m*t.strides[i]}) {
					return
				}
			}
		}
	}
}

// total returns the key of a line's total.
func (t *Table) total(p place) int {
	return p.rest + t.axes[p.axis].lines[p.line].total*t.strides[p.axis]
}

// parts returns the cells that a line adds up, by their keys.
func (t *Table) parts(p place) iter.Seq2[int, *cell] {
	return func(yield func(int, *cell) bool) {
		for _, part := range t.axes[p.axis].lines[p.line].parts {
			key := p.rest + part*t.strides[p.axis]
			if c := t.cells[key]; c != nil && !yield(key, c) {
				return
			}
		}
	}
}

// close withholds further cells until no line gives one back. It ends, since every step withholds one more. The
// lines of what is small come first, for what these withhold is often enough for the others; lines whose total is
// withheld and no part of it come last, for another line may yet withhold one.
func (t *Table) close() {
	for {
		var p place
		var last bool
		switch {
		case len(t.open) > 0:
			p, t.open = t.open[0], t.open[1:]
		case len(t.late) > 0:
			p, t.late, last = t.late[0], t.late[1:], true
		case t.audit():
			continue
		default:
			return
		}
		key, unsafe := t.further(p)
		if unsafe && !last && t.onlyTotal(p) {
			t.late = append(t.late, p)
			continue
		}
		delete(t.waiting, p)
		if unsafe {
			t.hide(key) // which has the line looked at again
		}
	}
}

// onlyTotal reports whether of a line the total alone is withheld.
func (t *Table) onlyTotal(p place) bool {
	if !t.cells[t.total(p)].withheld {
		return false
	}
	for _, c := range t.parts(p) {
		if c.withheld {
			return false
		}
	}
	return true
}

// further returns the cell that must be withheld too, lest a line gives back one that is.
func (t *Table) further(p place) (key int, unsafe bool) {
	total := t.total(p)
	whole := t.cells[total]
	if whole == nil {
		return 0, false
	}
	hidden, sum, rows, least := 0.0, 0.0, 0.0, 0.0
	for part, c := range t.parts(p) {
		if !c.withheld {
			continue
		}
		hidden++
		sum += c.count
		rows += c.rows
		least = max(least, t.leastAt(part))
	}
	if whole.withheld {
		if hidden > 0 {
			return 0, false
		}
		return t.choose(t.shown(p))
	}
	// A reader knows the sum of what is withheld, and that each part of it is 1 at least. It is safe where any of
	// them, for all the reader knows, may be large enough to be shown.
	safe := hidden == 0 || hidden > 1 && sum-(hidden-1) >= least && (rows == 0 || rows > hidden)
	if safe {
		return 0, false
	}
	if key, ok := t.choose(t.shown(p)); ok {
		return key, true
	}
	return total, true
}

// shown returns the parts of a line that are not withheld.
func (t *Table) shown(p place) (keys []int) {
	for key, c := range t.parts(p) {
		if !c.withheld {
			keys = append(keys, key)
		}
	}
	return keys
}

// choose picks the cell whose loss is least: the smallest, but rather one that no total equals, for such a total would
// have to go with it and may stand in another answer.
func (t *Table) choose(keys []int) (key int, ok bool) {
	var bestLonely bool
	for _, candidate := range keys {
		lonely := t.lonely(candidate)
		better := !ok || bestLonely && !lonely ||
			bestLonely == lonely && (t.cells[candidate].count < t.cells[key].count || t.cells[candidate].count == t.cells[key].count && candidate < key)
		if better {
			key, bestLonely, ok = candidate, lonely, true
		}
	}
	return key, ok
}

// lonely reports whether a cell is all that some total consists of.
func (t *Table) lonely(key int) bool {
	for p := range t.through(key) {
		if t.axes[p.axis].latest || t.total(p) == key {
			continue
		}
		parts := 0
		for range t.parts(p) {
			if parts++; parts > 1 {
				break
			}
		}
		if parts == 1 && !t.cells[t.total(p)].withheld {
			return true
		}
	}
	return false
}
