package synth

import (
	"math/rand/v2"
	"slices"
	"sort"

	"homebound/internal/labour"
)

// batch is all permits of one kind that begin on one day, with what becomes of their workers. The workers of a batch
// stand in a row, crew after crew, and leave from its front: so each permit can tell its own departures without
// knowing any other permit's.
type batch struct {
	start     labour.Date
	validTo   labour.Date
	revokedOn *labour.Date
	extension bool // for workers who are there already, under a contract of before the ban
	permits   int
	workers   int
	leaving   []departure // by day
	open      bool        // of nationalities that no sanction names
}

// departure says that on a day the row of a batch is emptied up to a position, counted from its front.
type departure struct {
	on   labour.Date
	upTo int
}

func (b *batch) end() labour.Date {
	if b.revokedOn != nil {
		return *b.revokedOn - 1
	}
	return b.validTo
}

func (b *batch) left() int {
	if len(b.leaving) == 0 {
		return 0
	}
	return b.leaving[len(b.leaving)-1].upTo
}

func (b *batch) remaining() int { return b.workers - b.left() }

// leastBatch is the smallest batch: with any fewer workers, scale could find that it holds no permit.
const leastBatch = 8

// planner walks through the days and keeps the head count on a curve: it begins permits where workers are missing and
// sends workers home where there are too many.
type planner struct {
	rng     *rand.Rand
	batches []*batch
	inForce []*batch // by their end
	present int
}

// planSanctioned plans the rise and fall of the workers whom the resolutions of 2017 send home.
func planSanctioned(seed uint64) []*batch {
	p := &planner{rng: rand.New(rand.NewPCG(seed, 1))}
	p.fill(reported[0])
	for d := reported[0].on; d <= lastDay; d++ {
		lapsed := p.lapse(d)
		target := reported.on(d)
		switch {
		case d < twoYearsFrom:
			p.turnover(d)
			p.begin(d, target-p.present)
		case d <= lastOrdinaryStart:
			p.turnover(d)
			p.beginForTwoYears(d, target-p.present)
		case d < adoption:
			// No new worker may come. Some permits run out, the other workers are called home.
			p.extend(d, target-p.present)
			p.sendAnyHome(d, p.present-target)
		default:
			// Whoever has not been sent home when the permit runs out is extended: every departure is a repatriation.
			p.extend(d, lapsed)
			p.sendHome(d, p.present-target)
		}
	}
	return p.batches
}

// planSteady plans the workers of all other nationalities, whom no resolution sends home.
func planSteady(seed uint64) []*batch {
	p := &planner{rng: rand.New(rand.NewPCG(seed, 2))}
	p.fill(steady[0])
	for d := steady[0].on; d <= lastDay; d++ {
		p.lapse(d)
		p.turnover(d)
		p.begin(d, steady.on(d)-p.present)
	}
	for _, b := range p.batches {
		b.open = true
	}
	return p.batches
}

// fill brings in the first workers over the year before the first anchor, by season. Permits of one year repeat that
// season in every year after.
func (p *planner) fill(first anchor) {
	weights := make([]int, first.on.Sub(firstStart))
	total := 0
	for i := range weights {
		month := firstStart.AddDays(i).Time().Month()
		weights[i] = startsByMonth[month] * (75 + p.rng.IntN(51))
		total += weights[i]
	}
	sum := 0
	for i, w := range weights {
		d := firstStart.AddDays(i)
		p.lapse(d)
		sum += w
		p.begin(d, first.workers*sum/total-p.present)
	}
}

// lapse takes the permits that ended the day before out of force, and gives how many workers were still on them.
func (p *planner) lapse(d labour.Date) int {
	lapsed, n := 0, 0
	for ; n < len(p.inForce) && p.inForce[n].end() < d; n++ {
		lapsed += p.inForce[n].remaining()
	}
	p.inForce = slices.Delete(p.inForce, 0, n)
	p.present -= lapsed
	return lapsed
}

// begin returns permits of one year to a number of workers. Now and then a tenth of a day's permits are revoked before
// their time.
func (p *planner) begin(d labour.Date, workers int) {
	if workers < leastBatch {
		return
	}
	revoked := 0
	if workers >= 10*leastBatch && p.rng.IntN(10) == 0 {
		if on := d.AddDays(60 + p.rng.IntN(240)); on <= lastDay {
			revoked = workers / 10
			p.add(&batch{start: d, validTo: d.AddMonths(12) - 1, revokedOn: &on, workers: revoked})
		}
	}
	p.add(&batch{start: d, validTo: d.AddMonths(12) - 1, workers: workers - revoked})
}

// beginForTwoYears returns permits of two years to half of a number of workers, and of one year to the others.
func (p *planner) beginForTwoYears(d labour.Date, workers int) {
	if workers < leastBatch {
		return
	}
	long := workers / 2
	if long < leastBatch {
		long = workers * p.rng.IntN(2)
	}
	p.add(&batch{start: d, validTo: d.AddMonths(24) - 1, workers: long})
	p.add(&batch{start: d, validTo: d.AddMonths(12) - 1, workers: workers - long})
}

// extend returns permits to workers who are there already: for a year, but not beyond the deadline; past it, to those
// who found no way home.
func (p *planner) extend(d labour.Date, workers int) {
	if workers < leastBatch {
		return
	}
	validTo := min(d.AddMonths(12)-1, deadline)
	if d > deadline {
		validTo = stranded
	}
	p.add(&batch{start: d, validTo: validTo, extension: true, workers: workers})
}

func (p *planner) add(b *batch) {
	if b.workers == 0 {
		return
	}
	p.batches = append(p.batches, b)
	i := sort.Search(len(p.inForce), func(i int) bool { return p.inForce[i].end() > b.end() })
	p.inForce = slices.Insert(p.inForce, i, b)
	p.present += b.workers
}

// turnover sends a few workers home once a week, as happened before any sanction.
func (p *planner) turnover(d labour.Date) {
	if d%7 == 0 {
		p.sendAnyHome(d, 3+p.rng.IntN(6))
	}
}

// sendHome sends a number of workers home: three in four from the permits that end first, one in four from any.
func (p *planner) sendHome(d labour.Date, workers int) {
	workers -= p.sendAnyHome(d, workers/4)
	for _, b := range p.inForce {
		if workers <= 0 {
			return
		}
		workers -= p.leave(b, d, workers)
	}
}

// sendAnyHome sends workers home from permits at random and gives how many it found.
func (p *planner) sendAnyHome(d labour.Date, workers int) int {
	const most, tries = 12, 20
	sent := 0
	for range tries {
		if sent >= workers || len(p.inForce) == 0 {
			break
		}
		b := p.inForce[p.rng.IntN(len(p.inForce))]
		sent += p.leave(b, d, min(workers-sent, most))
	}
	return sent
}

// leave takes up to most workers out of a batch on day d, but none on the day it begins, and gives how many.
func (p *planner) leave(b *batch, d labour.Date, most int) int {
	n := min(most, b.remaining())
	if n == 0 || b.start == d {
		return 0
	}
	upTo := b.left() + n
	if last := len(b.leaving) - 1; last >= 0 && b.leaving[last].on == d {
		b.leaving[last].upTo = upTo
	} else {
		b.leaving = append(b.leaving, departure{d, upTo})
	}
	p.present -= n
	return n
}
