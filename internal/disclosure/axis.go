// Package disclosure decides which counts of a table are withheld, so that none that tells of few persons can be
// read from it or worked out from the others. It is pure: the same table gives the same decision.
//
// It is cell suppression as statistical offices do it: counts below a least one are withheld for their own sake,
// and others with them for as long as a total less its other parts would give one back.
package disclosure

import (
	"cmp"
	"fmt"
	"slices"
)

// Axis is one dimension of a table: its leaves, at which counts are added up, and its members, the sets of leaves that
// figures are shown of. Every leaf is a member, and so are all of them together.
type Axis struct {
	members [][]int // the leaves one by one, then sets of them, each in order
	counted [][]int // by leaf: the members that it counts for
	lines   []line
	of      [][]int // by member: the lines that it is a part or the total of
	weights []float64
	latest  bool
}

// line says that some members add up to another.
type line struct {
	total int
	parts []int
}

// NewAxis returns the axis of some leaves, numbered from 0, with some sets of them as further members. The order in
// which the sets are given makes no difference: questions that name one before another are decided alike.
func NewAxis(leaves int, sets ...[]int) *Axis {
	a := &Axis{}
	whole := make([]int, leaves)
	for i := range leaves {
		whole[i] = i
		a.members = append(a.members, []int{i})
	}
	ordered := [][]int{whole}
	for _, set := range sets {
		ordered = append(ordered, slices.Sorted(slices.Values(set)))
	}
	slices.SortFunc(ordered, func(x, y []int) int { return cmp.Or(len(y)-len(x), slices.Compare(x, y)) })
	var nested, crossing [][]int
	for _, set := range ordered {
		switch {
		case len(set) < 2 || !a.add(set):
		case slices.ContainsFunc(nested, func(other []int) bool { return cross(set, other) }):
			crossing = append(crossing, set)
		default:
			nested = append(nested, set)
		}
	}
	for _, set := range nested {
		a.lines = append(a.lines, line{a.Member(set), a.parts(set, nested)})
	}
	for _, set := range crossing {
		a.lines = append(a.lines, line{a.Member(set), a.parts(set, nested)})
		rest := a.parts(without(whole, set), nested)
		a.lines = append(a.lines, line{a.Member(whole), append(rest, a.Member(set))})
	}
	a.index()
	return a
}

// Latest returns the same axis for a count that a set has from its last leaf, as a stock has it from the last day
// of a period.
func (a *Axis) Latest() *Axis {
	b := &Axis{members: a.members, weights: a.weights, latest: true}
	for m, set := range a.members {
		if len(set) > 1 {
			b.lines = append(b.lines, line{m, []int{set[len(set)-1]}})
		}
	}
	b.index()
	return b
}

// Weigh returns the same axis with a weight for each leaf; the least count of a cell is that of the table times its
// weight.
func (a *Axis) Weigh(leaves []float64) *Axis {
	b := *a
	b.weights = make([]float64, len(a.members))
	for m, set := range a.members {
		for _, leaf := range set {
			b.weights[m] += leaves[leaf]
		}
	}
	return &b
}

// Weight returns the weight of a member: the sum of those of its leaves.
func (a *Axis) Weight(member int) float64 { return a.weights[member] }

// Member returns the number of a set of leaves, or -1 where it is empty. It panics where the set is no member.
func (a *Axis) Member(set []int) int {
	if len(set) == 0 {
		return -1
	}
	m := slices.IndexFunc(a.members, func(other []int) bool { return slices.Equal(set, other) })
	if m < 0 {
		panic(fmt.Sprintf("disclosure: no member %v", set))
	}
	return m
}

// Whole is the member that holds every leaf, or -1 where there is none.
func (a *Axis) Whole() int {
	return slices.IndexFunc(a.members, func(set []int) bool { return len(set) == len(a.counted) })
}

// add makes a set a member, and tells whether it is a new one.
func (a *Axis) add(set []int) bool {
	if slices.ContainsFunc(a.members, func(other []int) bool { return slices.Equal(set, other) }) {
		return false
	}
	a.members = append(a.members, set)
	return true
}

// parts divides a set into the largest nested sets that lie in it, and into leaves.
func (a *Axis) parts(set []int, nested [][]int) []int {
	var parts []int
	left := set
	for _, candidate := range nested { // which come the largest first
		if len(candidate) < len(set) && contains(left, candidate) {
			parts = append(parts, a.Member(candidate))
			left = without(left, candidate)
		}
	}
	return append(parts, left...) // a leaf's number is its member's
}

func (a *Axis) index() {
	a.of = make([][]int, len(a.members))
	for i, l := range a.lines {
		a.of[l.total] = append(a.of[l.total], i)
		for _, part := range l.parts {
			a.of[part] = append(a.of[part], i)
		}
	}
	leaves := 0
	for leaves < len(a.members) && len(a.members[leaves]) == 1 {
		leaves++
	}
	a.counted = make([][]int, leaves)
	for m, set := range a.members {
		if a.latest {
			set = set[len(set)-1:]
		}
		for _, leaf := range set {
			a.counted[leaf] = append(a.counted[leaf], m)
		}
	}
}

// contains reports whether every element of the second set is in the first. Both are in order.
func contains(set, other []int) bool {
	for _, x := range other {
		if _, found := slices.BinarySearch(set, x); !found {
			return false
		}
	}
	return true
}

// cross reports whether two sets share leaves though neither holds the other.
func cross(x, y []int) bool {
	shared := len(x) - len(without(x, y))
	return shared > 0 && shared < min(len(x), len(y))
}

func without(set, other []int) []int {
	return slices.DeleteFunc(slices.Clone(set), func(x int) bool {
		_, found := slices.BinarySearchFunc(other, x, cmp.Compare)
		return found
	})
}
