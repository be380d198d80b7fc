package labour

import "slices"

// Point is a head count on one day.
type Point struct {
	On    Date
	Value float64
}

// Series is a stock known on some days, in their order, each day once.
type Series []Point

// At returns the stock on day d: interpolated linearly between the nearest days, held flat before the first and
// after the last. An empty series gives 0 and false.
func (s Series) At(d Date) (float64, bool) {
	if len(s) == 0 {
		return 0, false
	}
	i, found := slices.BinarySearchFunc(s, d, func(p Point, d Date) int { return int(p.On) - int(d) })
	switch {
	case found:
		return s[i].Value, true
	case i == 0:
		return s[0].Value, true
	case i == len(s):
		return s[i-1].Value, true
	}
	before, after := s[i-1], s[i]
	share := float64(d.Sub(before.On)) / float64(after.On.Sub(before.On))
	return before.Value + share*(after.Value-before.Value), true
}
