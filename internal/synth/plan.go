package synth

import (
	"math/rand/v2"

	"homebound/internal/labour"
)

// stay is one permit of the plan, and with it one worker: Russian permits are personal.
type stay struct {
	start     labour.Date
	validTo   labour.Date
	revokedOn labour.Date // 0: never
	leftOn    labour.Date // the day of repatriation; 0: none
	extension bool        // of a worker who is there already, under a contract of before the ban
	taken     bool        // while planning: how it ends is decided
}

// The terms of permits, in days.
const (
	leastTerm = 365
	mostTerm  = 3*365 - 1
	// extensionTerm is the longest of an extension, leastExtension the shortest after which another may follow.
	extensionTerm  = 365
	leastExtension = 10
)

// limit returns the last day on which a permit can be in force.
func (s *stay) limit() labour.Date {
	switch {
	case !s.extension:
		return s.start + mostTerm - 1
	case s.start > deadline:
		return stranded
	}
	return min(s.start+extensionTerm-1, deadline)
}

// ending is what becomes of a worker whom the plan takes out of the head count.
type ending int

const (
	expires  ending = iota // the permit runs out
	revoked                // it is revoked before its time
	leaves                 // the worker is repatriated before it runs out
	extended               // it runs out and another one follows: the head count stays
)

// planner walks through the days with three flows that were reported: the head count of each day, the permits of those
// who come, and those of workers who stay on. What it decides is who goes, so that the head count follows its curve:
// anyone whose permit is a year old at random, but first whoever is close to the longest term.
//
// A permit gets its last day only when it is taken, which is why no permit has to be cut to fit. stays are in the order
// of their start, so that the ages which may be taken are a range of positions.
type planner struct {
	rng     *rand.Rand
	stays   []stay
	present int
	// Before these positions all ordinary permits are taken, and all extensions.
	ordinary, extensions int
}

// planSanctioned plans the rise and fall of the workers whom the resolutions of 2017 send home.
func planSanctioned(seed uint64) []stay {
	p := newPlanner(seed, 1, reported[0].workers)
	coming, staying := bySeason(arrivals), evenly(extensions)
	for d := opening + 1; d <= lastDay; d++ {
		for range p.present + coming[d] - reported.on(d) {
			p.take(d, p.departure(d))
		}
		extended := p.extend(d, staying[d])
		p.add(d, coming[d], false)
		p.add(d, extended, true)
	}
	return p.finish()
}

// planSteady plans the workers of all other nationalities, whom no resolution sends home.
func planSteady(seed uint64) []stay {
	p := newPlanner(seed, 2, steady[0].workers)
	coming := bySeason(steadyArrivals)
	for d := opening + 1; d <= lastDay; d++ {
		for range p.present + coming[d] - steady.on(d) {
			p.take(d, p.ordinaryEnding())
		}
		p.add(d, coming[d], false)
	}
	return p.finish()
}

// newPlanner has the workers of the first day, who came in the three years before it: fewer the longer ago.
func newPlanner(seed, stream uint64, workers int) *planner {
	p := &planner{rng: rand.New(rand.NewPCG(seed, stream))}
	const years = mostTerm - 30
	total := years * (years + 1) / 2
	sum, given := 0, 0
	for i := 1; i <= years; i++ {
		sum += i
		n := proportion(workers, sum, total) - given
		given += n
		p.add(opening-labour.Date(years-i), n, false)
	}
	return p
}

func (p *planner) add(start labour.Date, workers int, extension bool) {
	for range workers {
		p.stays = append(p.stays, stay{start: start, extension: extension})
	}
	p.present += workers
}

// departure draws how somebody goes: before the resolutions permits run out, between ban and adoption two in three are
// called home, and then everyone is: every departure is a repatriation.
func (p *planner) departure(d labour.Date) ending {
	switch {
	case d >= adoption:
		return leaves
	case d > lastOrdinaryStart && p.rng.IntN(3) > 0:
		return leaves
	}
	return p.ordinaryEnding()
}

func (p *planner) ordinaryEnding() ending {
	switch chance := p.rng.IntN(1000); {
	case chance < 20:
		return leaves
	case chance < 28:
		return revoked
	}
	return expires
}

// extend lets the permits of some workers run out and returns how many were found: each gets another from day d.
func (p *planner) extend(d labour.Date, workers int) int {
	found := 0
	for range workers {
		if p.take(d, extended) {
			found++
		}
	}
	return found
}

// take ends one permit such that its worker is not counted under it from day d on, and reports whether one was found.
func (p *planner) take(d labour.Date, how ending) bool {
	s := p.choose(d, how)
	if s == nil {
		return false
	}
	s.taken = true
	s.validTo = d - 1
	switch how {
	case leaves:
		s.leftOn, s.validTo = d, p.term(s, d)
	case revoked:
		s.revokedOn, s.validTo = d, p.term(s, d)
	}
	p.present--
	return true
}

// term draws the last day of a permit that is still in force on day d.
func (p *planner) term(s *stay, d labour.Date) labour.Date {
	last := s.limit()
	if s.extension {
		return last
	}
	first := max(d, s.start+leastTerm-1)
	return first + labour.Date(p.rng.IntN(int(last-first)+1))
}

// choose returns a permit that can end as told, or nil.
func (p *planner) choose(d labour.Date, how ending) *stay {
	const soon, sooner = 90, 20
	p.ordinary = p.next(p.ordinary, false)
	p.extensions = p.next(p.extensions, true)
	for _, oldest := range []struct {
		at     int
		within labour.Date
	}{{p.ordinary, soon}, {p.extensions, sooner}} {
		if oldest.at < len(p.stays) && p.stays[oldest.at].limit() < d+oldest.within && p.may(oldest.at, d, how) {
			return &p.stays[oldest.at]
		}
	}
	from := min(p.ordinary, p.extensions)
	const tries = 400
	for range tries {
		if n := len(p.stays) - from; n > 0 {
			if i := from + p.rng.IntN(n); p.may(i, d, how) {
				return &p.stays[i]
			}
		}
	}
	for i := from; i < len(p.stays); i++ {
		if p.may(i, d, how) {
			return &p.stays[i]
		}
	}
	return nil
}

// next returns the position of the first permit of its kind that is not taken, from a position on.
func (p *planner) next(from int, extension bool) int {
	for from < len(p.stays) && (p.stays[from].taken || p.stays[from].extension != extension) {
		from++
	}
	return from
}

// may reports whether a permit can end as told on the day before d, or while it is in force on d.
func (p *planner) may(i int, d labour.Date, how ending) bool {
	s := &p.stays[i]
	age := d.Sub(s.start)
	switch {
	case s.taken || age < 1:
		return false
	case how == leaves || how == revoked:
		return s.limit() >= d
	case s.extension:
		return age >= leastExtension || d == deadline+1
	}
	return age >= leastTerm
}

// finish sets a term for the permits that are in force on the last day.
func (p *planner) finish() []stay {
	for i := range p.stays {
		if s := &p.stays[i]; !s.taken {
			s.validTo = p.term(s, lastDay)
		}
	}
	return p.stays
}
