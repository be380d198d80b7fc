package synth

import (
	"iter"
	"math"
	"math/rand/v2"

	"homebound/internal/labour"
)

// crew is one permit before its particulars: which workers of its batch it covers, for whom and where.
type crew struct {
	number      int // from 1
	batch       *batch
	first       int // position of the first worker in the batch's row
	workers     int
	nationality string
	employer    *labour.Employer
	named       bool // whether the permit names its employer
}

// crews goes through all permits in the order of their start. Each has a random sequence of its own, made from the
// seed and its number, which yield may go on drawing from: so permits and repatriations agree without meeting.
func (r *Register) crews(yield func(crew, *rand.Rand) bool) {
	var source rand.PCG
	rng := rand.New(&source)
	number := 0
	for i := range r.batches {
		b := &r.batches[i]
		first := 0
		for permits := b.permits; permits > 0; permits-- {
			number++
			source.Seed(r.seed, uint64(number))
			c := crew{number: number, batch: b, first: first, nationality: Sanctioned}
			c.workers = crewSize(rng, b.workers-first, permits)
			c.employer = &r.employers[r.byWeight.draw(rng)]
			c.named = rng.IntN(1000) >= 15
			if b.open {
				c.nationality = r.others[r.otherMix.draw(rng)]
			}
			if !yield(c, rng) {
				return
			}
			first += c.workers
		}
	}
}

// crewSize draws the size of one of the permits left, so that in the end they cover exactly the workers left.
// Small crews are more frequent than large ones.
func crewSize(rng *rand.Rand, workers, permits int) int {
	mean := float64(workers) / float64(permits)
	u := rng.Float64()
	size := 1 + int(float64(3*(mean-1)*u*u)+rng.Float64())
	return min(max(size, workers-maxCrew*(permits-1), 1), workers-(permits-1), maxCrew)
}

// Permits returns every permit, in the order of ids, which is that of their start.
func (r *Register) Permits() iter.Seq[labour.Permit] {
	return func(yield func(labour.Permit) bool) {
		for c, rng := range r.crews {
			if !yield(permit(c, rng)) {
				return
			}
		}
	}
}

func permit(c crew, rng *rand.Rand) labour.Permit {
	p := labour.Permit{
		ID:          permitID(c.number),
		Region:      c.employer.Region,
		Nationality: c.nationality,
		Workers:     c.workers,
		IssuedOn:    c.batch.start.AddDays(-lead(c.batch, rng)),
		ValidFrom:   c.batch.start,
		ValidTo:     c.batch.validTo,
		RevokedOn:   c.batch.revokedOn,
		Source:      SourceID,
		Synthetic:   true,
	}
	p.Number = padded("SYNTHETIC-", p.IssuedOn.Year(), 4) + padded("-", c.number, 7)
	if c.named {
		p.Employer = c.employer.ID
	}
	industry := c.employer.Industry
	switch chance := rng.IntN(100); {
	case chance < 6:
		// The permit's own, which may be another than its employer's.
		mix := places[rng.IntN(len(places))].mix
		industry = mix[drawTrade(mix, rng)].industry
		p.Industry = industry
	case chance < 66 || !c.named:
		p.Industry = industry
	}
	occupations := occupationsOf[industry]
	p.Occupation = occupations[rng.IntN(len(occupations))]
	p.WageMonthly, p.WageCurrency = wage(industry, p.IssuedOn.Year(), rng)
	return p
}

func permitID(number int) string { return padded("SYN-P-", number, 7) }

func drawTrade(mix []trade, rng *rand.Rand) int {
	at := rng.IntN(100)
	for i, t := range mix {
		if at -= t.workers; at < 0 {
			return i
		}
	}
	return 0
}

// lead returns the days from issue to start: two to six weeks and a half for a worker yet to come, a fortnight at
// most for one who is there. The last ordinary permits wait longer, since none is issued once new authorisations
// are forbidden.
func lead(b *batch, rng *rand.Rand) int {
	if b.extension {
		return 1 + rng.IntN(14)
	}
	shortest := 14
	if !b.open && b.start <= lastOrdinaryStart {
		shortest = max(shortest, b.start.Sub(newAuthorisationsEnd)+1)
	}
	const longest = 45
	return shortest + rng.IntN(longest-shortest+1)
}

// roublesPerDollar are the yearly averages of 2013 to 2020: the observations FX_RUB_PER_USD of the default package.
var roublesPerDollar = [...]float64{31.8367, 38.3783, 60.9383, 67.055, 58.3433, 62.6686, 64.7377, 72.1049}

const firstRate = 2013

// Monthly pay in US dollars lies between the two ends that were reported (claims C090 and C100).
const (
	leastPay = 415
	mostPay  = 840
)

// wage draws a monthly wage of the permit's year: builders earn more than others. Some permits name none. Where no rate
// is observed that could convert dollars, all wages are in roubles.
func wage(industry string, year int, rng *rand.Rand) (*float64, string) {
	const step = 5
	steps := (mostPay-leastPay)/step + 1
	drawn := rng.IntN(steps)
	if other := rng.IntN(steps); industry != "F" {
		drawn = min(drawn, other)
	}
	dollars := float64(leastPay + step*drawn)
	switch chance := rng.IntN(100); {
	case chance < 8:
		return nil, ""
	case chance < 45 && year >= firstRate:
		return &dollars, "USD"
	}
	rate := roublesPerDollar[min(max(year-firstRate, 0), len(roublesPerDollar)-1)]
	roubles := math.Round(dollars*rate/100) * 100
	return &roubles, "RUB"
}
