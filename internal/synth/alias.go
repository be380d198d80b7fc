package synth

import "math/rand/v2"

// alias draws an index in proportion to its weight in constant time (Walker's method, as Vose builds it).
type alias struct {
	keep  []float64 // the chance that a column gives its own index
	other []int32   // what it gives else
}

// newAlias takes at least one weight; all are above 0.
func newAlias(weights []float64) *alias {
	n := len(weights)
	var sum float64
	for _, w := range weights {
		sum += w
	}
	a := &alias{keep: make([]float64, n), other: make([]int32, n)}
	var small, large []int
	for i, w := range weights {
		a.keep[i] = w * float64(n) / sum
		a.other[i] = int32(i)
		if a.keep[i] < 1 {
			small = append(small, i)
		} else {
			large = append(large, i)
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		a.other[s] = int32(l)
		a.keep[l] -= 1 - a.keep[s]
		if a.keep[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	return a
}

func (a *alias) draw(rng *rand.Rand) int {
	i := rng.IntN(len(a.keep))
	if rng.Float64() < a.keep[i] {
		return i
	}
	return int(a.other[i])
}
