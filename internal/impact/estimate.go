package impact

import (
	"maps"
	"slices"
	"sync"
)

// Estimate is a result in Unit. Its ends and its quantiles are worked out when they are first asked for.
type Estimate struct {
	Central float64 // with every input central
	Unit    string

	model *model
	names []string                   // of the inputs that it can depend on
	at    func(*points) []float64    // the result at any points
	ends  func() (low, high float64) // worked out once
	draws func() Spread
}

// Low returns the result with every input at the end that makes it smallest: a bound, since not all are likely at once.
func (e *Estimate) Low() float64 { low, _ := e.ends(); return low }

// High returns the result with every input at the end that makes it greatest: a bound likewise.
func (e *Estimate) High() float64 { _, high := e.ends(); return high }

// Spread returns the mean and the quantiles over the scenario's draws.
func (e *Estimate) Spread() Spread { return e.draws() }

// Mean returns the mean of the draws.
func (e *Estimate) Mean() float64 { return e.draws().Mean }

// P5 returns the value that 5 % of the draws do not exceed; P25 to P95 likewise.
func (e *Estimate) P5() float64 { return e.draws().P5 }

// P25 returns the value that 25 % of the draws do not exceed.
func (e *Estimate) P25() float64 { return e.draws().P25 }

// P50 returns the median of the draws.
func (e *Estimate) P50() float64 { return e.draws().P50 }

// P75 returns the value that 75 % of the draws do not exceed.
func (e *Estimate) P75() float64 { return e.draws().P75 }

// P95 returns the value that 95 % of the draws do not exceed.
func (e *Estimate) P95() float64 { return e.draws().P95 }

// estimate makes an estimate of what at returns. The polynomials are those that it reads.
func (m *model) estimate(unit string, at func(*points) []float64, of ...*polynomial) *Estimate {
	e := &Estimate{Central: at(m.central)[0], Unit: unit, model: m, names: m.namesOf(of...), at: at}
	e.ends = sync.OnceValues(func() (float64, float64) { return e.extreme(-1), e.extreme(1) })
	e.draws = sync.OnceValue(func() Spread { return spreadOf(at(m.draws())) })
	return e
}

// namesOf lists the inputs that polynomials read, in the order of the alphabet. A fixed one is none.
func (m *model) namesOf(of ...*polynomial) []string {
	names := map[string]bool{}
	read := func(f int) {
		for _, i := range m.book.factors[f].slots {
			if s := m.book.slots[i]; s.Low < s.High {
				names[s.Name] = true
			}
		}
	}
	for _, p := range of {
		for _, mono := range p.monomials {
			for _, f := range mono.by {
				read(f)
			}
		}
		if p.net && m.fade >= 0 {
			read(m.fade)
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// extreme returns the smallest result (sign -1) or the greatest (sign 1) with each input at an end of its range. It starts
// from the ends that are best one by one and turns over the one input that helps most until none helps. Results are
// monotonic in nearly every input whatever the others are, and then this is the bound.
func (e *Estimate) extreme(sign float64) float64 {
	best, value := ends{}, sign*e.Central
	if len(e.names) == 0 {
		return e.Central
	}
	singles := make([]ends, 0, 2*len(e.names))
	for _, name := range e.names {
		singles = append(singles, ends{name: 'l'}, ends{name: 'h'})
	}
	alone := e.at(e.model.book.settings(singles))
	for i, name := range e.names {
		best[name] = 'l'
		if sign*alone[2*i+1] > sign*alone[2*i] {
			best[name] = 'h'
		}
	}
	for range 2 * len(e.names) {
		tries := []ends{best}
		for _, name := range e.names {
			turned := maps.Clone(best)
			turned[name] = 'l' + 'h' - best[name]
			tries = append(tries, turned)
		}
		found := e.at(e.model.book.settings(tries))
		for i := range found {
			found[i] *= sign
		}
		at := 0
		for i, v := range found {
			if v > found[at] {
				at = i
			}
		}
		best, value = tries[at], max(value, found[at])
		if at == 0 {
			break
		}
	}
	return sign * value
}
