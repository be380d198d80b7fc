package evidence

import (
	"math"
	"slices"
)

// Interval is all numbers from Low to High, both included. An end that is open is an infinity.
type Interval struct{ Low, High float64 }

// Set is a set of numbers as intervals in their order, none of which touches another.
type Set []Interval

// Counts is every number that a count can be.
var counts = Interval{0, math.Inf(1)}

// NewSet returns the union of intervals; those whose low end is above the high one are empty.
func NewSet(intervals ...Interval) Set {
	intervals = slices.DeleteFunc(slices.Clone(intervals), func(i Interval) bool { return i.Low > i.High })
	slices.SortFunc(intervals, func(a, b Interval) int {
		switch {
		case a.Low < b.Low:
			return -1
		case a.Low > b.Low:
			return 1
		}
		return 0
	})
	var set Set
	for _, i := range intervals {
		if last := len(set) - 1; last >= 0 && i.Low <= set[last].High {
			set[last].High = max(set[last].High, i.High)
			continue
		}
		set = append(set, i)
	}
	return set
}

// Intersect returns the numbers that are in both sets.
func (s Set) Intersect(t Set) Set {
	var both []Interval
	for _, a := range s {
		for _, b := range t {
			both = append(both, Interval{max(a.Low, b.Low), min(a.High, b.High)})
		}
	}
	return NewSet(both...)
}

// Within reports whether every number of s is in t.
func (s Set) Within(t Set) bool {
	return !slices.ContainsFunc(s, func(a Interval) bool {
		return !slices.ContainsFunc(t, func(b Interval) bool { return b.Low <= a.Low && a.High <= b.High })
	})
}

// Disjoint reports whether no number is in both.
func (s Set) Disjoint(t Set) bool { return len(s.Intersect(t)) == 0 }

// reconcile returns what may be true where each of several independent sources leaves an interval: the numbers that all
// of them leave, and where they exclude one another, whatever any of them leaves.
func reconcile(said []Interval) Set {
	all := Set{counts}
	for _, s := range said {
		all = all.Intersect(NewSet(s))
	}
	if len(all) > 0 {
		return all
	}
	return NewSet(said...).Intersect(Set{counts})
}
