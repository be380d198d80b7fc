package impact

import "math"

// fading is what the effect of a departure is still worth on each day, at every point: the ratio of A(d) to X(d),
// METHODOLOGY's two measures of the departed. It is the same for all units, since A is of their sum.
type fading struct {
	model   *model
	undone  []float64
	halves  []float64   // half-lives, in years
	weights [][]float64 // by unit
	ratios  []float64   // by stretch, each of one day
}

func (m *model) fading(p *points) *fading {
	f := &fading{model: m, undone: m.undone(p), halves: p.column(m.fade), ratios: make([]float64, len(m.stock.stretches))}
	for _, u := range m.units {
		weights := filled(p.n, 1)
		p.multiply(weights, u.factors)
		f.weights = append(f.weights, weights)
	}
	return f
}

// at returns the ratio by day at a point. What has gone since yesterday is added whole, the rest fades; where departures are
// undone the effect falls in proportion. The result holds until the next call.
func (f *fading) at(point int) []float64 {
	m := f.model
	daily := math.Exp2(-1 / (365 * f.halves[point]))
	effect, before := 0.0, 0.0
	for i := range m.stock.stretches {
		s := &m.stock.stretches[i]
		now := 0.0
		for u, of := range m.units {
			if gone := s.of(of.cell); gone > 0 {
				now += f.weights[u][point] * m.remaining(of, gone, m.stayingOn[i], f.undone[point])
			}
		}
		if now >= before {
			effect = daily*effect + now - before
		} else {
			effect *= daily * now / before
		}
		f.ratios[i] = 0
		if now > 0 {
			f.ratios[i] = effect / now
		}
		before = now
	}
	return f.ratios
}

// remaining returns how many of a unit's departed are not undone.
func (m *model) remaining(u unit, gone, staying, undone float64) float64 {
	if !u.stays || m.scenario.Stayers == 0 {
		return gone
	}
	at, before, after := m.rule(gone, staying)
	if undone >= at {
		return after[0] + after[1]*undone
	}
	return before[0] + before[1]*undone
}

// faded returns the monomial with each day weighed by its fading.
func (s *monomial) faded(undone float64, ratios []float64) float64 {
	sum := 0.0
	for _, p := range s.pieces {
		line := p.before
		if undone >= p.at {
			line = p.after
		}
		sum += ratios[p.stretch] * (line[0] + line[1]*undone)
	}
	return sum
}
