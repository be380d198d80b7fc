package synth

import (
	"iter"
	"math/rand/v2"

	"homebound/internal/labour"
)

// outcomeStream sets the random sequence of a permit's repatriations apart from that of its particulars.
const outcomeStream = 0x9e3779b97f4a7c15

// Repatriations returns every repatriation, in the order of ids, which is that of their permits. Each names its permit
// and lies within its validity.
func (r *Register) Repatriations() iter.Seq[labour.Repatriation] {
	return func(yield func(labour.Repatriation) bool) {
		var source rand.PCG
		outcomes := rand.New(&source)
		number := 0
		for c := range r.draws {
			if c.stay.leftOn == 0 {
				continue
			}
			number++
			source.Seed(r.seed^outcomeStream, uint64(c.number))
			if !yield(repatriation(number, c, outcomes)) {
				return
			}
		}
	}
}

func repatriation(number int, c drawn, rng *rand.Rand) labour.Repatriation {
	p := labour.Repatriation{
		ID:          c.id("SYN-R-", number),
		Region:      c.employer.Region,
		Nationality: c.nationality,
		Permit:      c.id("SYN-P-", c.number),
		Date:        c.stay.leftOn,
		Workers:     1,
		Outcome:     outcome(rng),
		Source:      SourceID,
		Synthetic:   true,
	}
	if c.named {
		p.Employer = c.employer.ID
	}
	if c.nationality == Sanctioned && c.stay.leftOn >= adoption {
		p.Sanction = sanctionSymbol
	}
	return p
}

// outcome draws how a worker left. The shares are assumptions.
func outcome(rng *rand.Rand) labour.Outcome {
	switch chance := rng.IntN(1000); {
	case chance < 930:
		return labour.Returned
	case chance < 965:
		return labour.Deported
	case chance < 990:
		return labour.ThirdCountry
	case chance < 996:
		return labour.Protected
	}
	return labour.Exempt
}
