package impact

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"homebound/internal/labour"
)

// quantity is what the model can be asked for of some days and units.
type quantity int

const (
	workerYears    quantity = iota
	averageOutput           // of as many average workers
	relativeOutput          // corrected by relative productivity
	directOutput
	indirectOutput
	regionOutput // direct and indirect
	elsewhereOutput
	wages
	incomeTax
	contributions
	productionTaxes
	surplus
	fiscalLoss
)

// question is a quantity in one account. Indirect output and all that follows from it is always net.
type question struct {
	of      quantity
	net     bool // of posts that stay empty, faded where the scenario asks for it
	variant int  // of Variants
}

// terms lists the amounts of one worker-year that a question sums.
func (w *worth) terms(q question) []amount {
	output := w.product[q.variant]
	minus := func(a amount) amount { a.value = -a.value; return a }
	var sum []amount
	switch q.of {
	case workerYears:
		sum = []amount{constant(1)}
	case averageOutput:
		sum = []amount{w.average}
	case relativeOutput:
		sum = []amount{w.product[0]}
	case directOutput:
		sum = []amount{output}
	case indirectOutput:
		sum = []amount{output.times(w.local)}
	case regionOutput:
		sum = []amount{output, output.times(w.local)}
	case elsewhereOutput:
		sum = []amount{output.times(w.elsewhere)}
	case wages:
		sum = []amount{w.wage}
	case incomeTax:
		sum = []amount{w.wage.times(w.tax)}
	case contributions:
		sum = []amount{w.wage.times(w.social)}
	case productionTaxes:
		sum = []amount{w.fee, output.times(w.production)}
	case surplus:
		sum = []amount{output, minus(w.wage), minus(w.wage.times(w.social)), minus(w.fee), minus(output.times(w.production))}
	case fiscalLoss:
		sum = []amount{w.wage.times(w.tax), w.wage.times(w.social), w.fee, output.times(w.production)}
	}
	if q.net {
		for i := range sum {
			sum[i] = sum[i].times(w.vacant)
		}
	}
	return sum
}

// slice is the part of a question's days and units that a figure is of.
type slice struct {
	days     labour.Period
	industry string // "" is all
}

// monomial is a product of factors times the departed of some days, of which the stayers take a part.
type monomial struct {
	by     []int
	stays  bool // whether stayers count
	pieces []piece
	curve  curve
}

// piece is what a stretch of days adds: level + slope x undone up to the break, after it the second pair. Pieces of equal
// days sum to the worker-years of X(d), whatever the rule.
type piece struct {
	stretch       int
	at            float64
	before, after [2]float64 // level and slope of each line
}

// curve sums pieces: a line that changes at breaks.
type curve struct {
	level, slope float64
	at           []float64    // in ascending order
	then         [][2]float64 // the line from each break on
}

// of returns the sum at an undone. What cancels out is 0 and no rest of rounding.
func (c *curve) of(undone float64) float64 {
	v := c.level + c.slope*undone
	if i, _ := slices.BinarySearch(c.at, undone); i > 0 {
		v = c.then[i-1][0] + c.then[i-1][1]*undone
	}
	if math.Abs(v) < 1e-12*math.Abs(c.level) {
		return 0
	}
	return v
}

// rule returns the departed of a cell with gone of the staying departed of a day, as a function of the undone: two lines and
// where they meet. See METHODOLOGY for the three rules.
func (m *model) rule(gone, staying float64) (at float64, before, after [2]float64) {
	last := m.plainLast
	switch {
	case staying <= 0:
		return math.Inf(1), [2]float64{gone, 0}, [2]float64{}
	case m.scenario.StayersRule == First:
		return staying, [2]float64{gone, -gone / staying}, [2]float64{}
	case m.scenario.StayersRule == Last:
		return last - staying, [2]float64{gone, 0}, [2]float64{gone / staying * max(staying, last), -gone / staying}
	case last <= 0:
		return math.Inf(1), [2]float64{gone, 0}, [2]float64{}
	}
	return math.Inf(1), [2]float64{gone, -gone / last}, [2]float64{}
}

// polynomial is a question about a slice, made ready for evaluation.
type polynomial struct {
	monomials []*monomial
	net       bool
}

// collect sums the terms of a question over the units and days of a slice. It is false where a figure is not known that
// somebody's departure needs.
func (m *model) collect(q question, s slice) (*polynomial, bool) {
	var units []int
	for i, u := range m.units {
		if s.industry == "" || s.industry == u.industry {
			units = append(units, i)
		}
	}
	return m.sum(s.days, units, q.net, func(unit, year int) []keyed { return m.termsOf(q, unit, year) })
}

// ofUnit sums an amount over the departures of one unit and year.
func (m *model) ofUnit(key worthKey, days labour.Period, a amount) *polynomial {
	a.by = slices.Sorted(slices.Values(slices.Concat(a.by, m.units[key.unit].factors)))
	terms := []keyed{{a, fmt.Sprint(a.by, m.units[key.unit].stays)}}
	p, _ := m.sum(days.Clip(labour.YearPeriod(key.year)), []int{key.unit}, false, func(int, int) []keyed { return terms })
	return p
}

// sum adds up terms over some units and days.
func (m *model) sum(of labour.Period, units []int, net bool, terms func(unit, year int) []keyed) (*polynomial, bool) {
	sums := map[string]*monomial{}
	for at := range m.stock.stretches {
		stretch := &m.stock.stretches[at]
		days := stretch.Clip(of).Days()
		if days <= 0 || stretch.departed <= 0 {
			continue
		}
		years := float64(days) / float64(labour.DaysInYear(stretch.year))
		staying := m.stayingOn[at]
		for _, i := range units {
			u := &m.units[i]
			gone := stretch.of(u.cell)
			if gone <= 0 {
				continue
			}
			for _, term := range terms(i, stretch.year) {
				if !term.known {
					return nil, false
				}
				sum := sums[term.key]
				if sum == nil {
					sum = &monomial{by: term.by, stays: u.stays && m.scenario.Stayers > 0}
					sums[term.key] = sum
				}
				weight := years * term.value
				p := piece{stretch: at, at: math.Inf(1), before: [2]float64{gone * weight, 0}}
				if sum.stays {
					b, before, after := m.rule(gone, staying)
					p.at, p.before = b, [2]float64{before[0] * weight, before[1] * weight}
					p.after = [2]float64{after[0] * weight, after[1] * weight}
				}
				sum.add(p, net && m.fade >= 0)
			}
		}
	}
	p := &polynomial{net: net}
	for _, key := range slices.Sorted(maps.Keys(sums)) {
		sum := sums[key]
		sum.close()
		p.monomials = append(p.monomials, sum)
	}
	return p, true
}

// add adds a piece. Pieces without a break are summed at once, unless each stretch is to be weighed by its own fading.
func (s *monomial) add(p piece, apart bool) {
	if !apart && math.IsInf(p.at, 1) {
		s.curve.level += p.before[0]
		s.curve.slope += p.before[1]
		return
	}
	s.pieces = append(s.pieces, p)
}

// close sums the pieces into the curve.
func (s *monomial) close() {
	level, slope := s.curve.level, s.curve.slope
	pieces := slices.Clone(s.pieces)
	slices.SortStableFunc(pieces, func(a, b piece) int { return cmp.Compare(a.at, b.at) })
	for _, p := range pieces {
		level, slope = level+p.before[0], slope+p.before[1]
	}
	s.curve.level, s.curve.slope = level, slope
	for _, p := range pieces {
		if math.IsInf(p.at, 1) {
			break
		}
		level, slope = level+p.after[0]-p.before[0], slope+p.after[1]-p.before[1]
		s.curve.at = append(s.curve.at, p.at)
		s.curve.then = append(s.curve.then, [2]float64{level, slope})
	}
}

// evaluate returns a polynomial at every point.
func (m *model) evaluate(of *polynomial, p *points) []float64 {
	parts := make([][]float64, len(of.monomials))
	none := make([]float64, p.n)
	undone := none
	if m.scenario.Stayers > 0 {
		undone = m.undone(p)
	}
	for k, mono := range of.monomials {
		parts[k] = make([]float64, p.n)
		if of.net && m.fade >= 0 {
			continue
		}
		for i := range parts[k] {
			if mono.stays {
				parts[k][i] = mono.curve.of(undone[i])
			} else {
				parts[k][i] = mono.curve.level
			}
		}
	}
	if of.net && m.fade >= 0 {
		faded := m.fading(p)
		for i := range p.n {
			ratios := faded.at(i)
			for k, mono := range of.monomials {
				parts[k][i] = mono.faded(undone[i], ratios)
			}
		}
	}
	sum := none
	for k, mono := range of.monomials {
		p.multiply(parts[k], mono.by)
		for i, v := range parts[k] {
			sum[i] += v
		}
	}
	return sum
}

// keyed is an amount with a key that is the same for equal factors.
type keyed struct {
	amount
	key string
}

// termsOf returns the terms of a unit and year with the unit's own factors, worked out once.
func (m *model) termsOf(q question, unit, year int) []keyed {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := termKey{q, unit, year}
	if list, ok := m.terms[at]; ok {
		return list
	}
	u := m.units[unit]
	var list []keyed
	for _, term := range m.worths[worthKey{unit, year}].terms(q) {
		term.by = slices.Sorted(slices.Values(slices.Concat(term.by, u.factors)))
		list = append(list, keyed{term, fmt.Sprint(term.by, u.stays)})
	}
	m.terms[at] = list
	return list
}

type termKey struct {
	question
	unit, year int
}
