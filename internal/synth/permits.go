package synth

import (
	"iter"
	"math"
	"math/rand/v2"

	"homebound/internal/labour"
)

// drawn is one permit before its particulars: for whom and where.
type drawn struct {
	number      int // from 1
	digits      int // of numbers in ids, so that ids are in the order of numbers
	stay        *stay
	nationality string
	employer    *labour.Employer
	named       bool // whether the permit names its employer
}

// draws goes through all permits in the order of their start. Each has a random sequence of its own, made from the
// seed and its number, which yield may go on drawing from: so permits and repatriations agree without meeting.
func (r *Register) draws(yield func(drawn, *rand.Rand) bool) {
	var source rand.PCG
	rng := rand.New(&source)
	number := 0
	for s, open := range r.stays {
		number++
		source.Seed(r.seed, uint64(number))
		c := drawn{number: number, digits: r.digits, stay: s, nationality: Sanctioned}
		c.employer = &r.employers[r.weights(s).draw(rng)]
		c.named = rng.IntN(1000) >= 15
		if open {
			c.nationality = r.others[r.otherMix.draw(rng)]
		}
		if !yield(c, rng) {
			return
		}
	}
}

// stays goes through both plans in the order of their start, and says which permits are of nationalities that no
// sanction names.
func (r *Register) stays(yield func(s *stay, open bool) bool) {
	i, j := 0, 0
	for i < r.sanctioned.permits || j < r.open.permits {
		fromOpen := i == r.sanctioned.permits ||
			j < r.open.permits && r.open.at(j).start < r.sanctioned.at(i).start
		next := &r.sanctioned
		at := &i
		if fromOpen {
			next, at = &r.open, &j
		}
		if !yield(next.at(*at), fromOpen) {
			return
		}
		*at++
	}
}

// sample is a plan with an exact number of permits: of a smaller one than the plan each stands for several, of a larger
// one some are alike but for their particulars.
type sample struct {
	plan    []stay
	permits int
}

func (s *sample) at(i int) *stay {
	return &s.plan[int64(i)*int64(len(s.plan))/int64(s.permits)]
}

// Permits returns every permit, in the order of ids, which is that of their start.
func (r *Register) Permits() iter.Seq[labour.Permit] {
	return func(yield func(labour.Permit) bool) {
		for c, rng := range r.draws {
			if !yield(permit(c, rng)) {
				return
			}
		}
	}
}

func permit(c drawn, rng *rand.Rand) labour.Permit {
	p := labour.Permit{
		ID:          c.id("SYN-P-", c.number),
		Region:      c.employer.Region,
		Nationality: c.nationality,
		Workers:     1,
		IssuedOn:    c.stay.start.AddDays(-lead(c, rng)),
		ValidFrom:   c.stay.start,
		ValidTo:     c.stay.validTo,
		Source:      SourceID,
		Synthetic:   true,
	}
	p.Number = padded("SYNTHETIC-", p.IssuedOn.Year(), 4) + c.id("-", c.number)
	if c.named {
		p.Employer = c.employer.ID
	}
	if on := c.stay.revokedOn; on != 0 {
		p.RevokedOn = &on
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

func (c *drawn) id(prefix string, number int) string { return padded(prefix, number, c.digits) }

func drawTrade(mix []trade, rng *rand.Rand) int {
	at := rng.IntN(100)
	for i, t := range mix {
		if at -= t.workers; at < 0 {
			return i
		}
	}
	return 0
}

// lead returns the days from issue to start: two to six weeks and a half for a worker yet to come, a week for one who
// is there. The last ordinary permits wait longer, since none is issued once new authorisations are forbidden.
func lead(c drawn, rng *rand.Rand) int {
	if c.stay.extension {
		return extensionLead
	}
	shortest := 14
	if c.nationality == Sanctioned {
		shortest = max(shortest, c.stay.start.Sub(newAuthorisationsEnd)+1)
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
