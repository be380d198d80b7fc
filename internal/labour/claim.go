package labour

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Checkable reports whether the claim has a number and a measure to hold it against.
func (c Claim) Checkable() bool { return c.Operator != "" && c.ValueLow != nil && c.Measure != "" }

// Tolerances of the operators, as shares of the claimed value.
const (
	exactly = 0.01
	about   = 0.10
)

// Holds reports whether a computed value agrees with a checkable claim, and how far it is from what was claimed, as
// a share of it: 0.1 where the value is 10 % above. Within the ends of BETWEEN the distance is 0, beyond them it is
// from the nearer.
func (c Claim) Holds(value float64) (holds bool, relative float64) {
	low := *c.ValueLow
	switch {
	case c.Operator == Between && c.ValueHigh != nil && value > *c.ValueHigh:
		return false, share(value, *c.ValueHigh)
	case c.Operator == Between && value < low:
		return false, share(value, low)
	case c.Operator == Between:
		return true, 0
	}
	relative = share(value, low)
	switch c.Operator {
	case Exactly:
		return math.Abs(relative) <= exactly, relative
	case About:
		return math.Abs(relative) <= about, relative
	case AtLeast:
		return value >= low, relative
	case AtMost:
		return value <= low, relative
	}
	return false, relative
}

// share returns how far a value is from another, over that other; 0 and 0 do not differ.
func share(value, from float64) float64 {
	if value == from {
		return 0
	}
	if from == 0 {
		return math.Copysign(1, value)
	}
	return (value - from) / math.Abs(from)
}

// Expectation says in words what the claim expects.
func (c Claim) Expectation() string {
	low := number(*c.ValueLow)
	switch c.Operator {
	case Exactly:
		return low + " within 1 %"
	case About:
		return low + " within 10 %"
	case AtLeast:
		return "at least " + low
	case AtMost:
		return "at most " + low
	}
	if c.ValueHigh != nil {
		return "between " + low + " and " + number(*c.ValueHigh)
	}
	return low
}

func number(x float64) string { return fmt.Sprintf("%.10g", x) }

// maxDistance is how many days an observation may be away from the day that a claim is about.
const maxDistance = 92

// Day returns the day that a claim about a stock is about: the last of its period, else the first, else the day it
// was made.
func (c Claim) Day() (Date, bool) {
	for _, d := range []*Date{c.To, c.From, c.MadeOn} {
		if d != nil {
			return *d, true
		}
	}
	return 0, false
}

// Evidence picks the observation to hold a claim against: of the same region, industry and nationality, from another
// source, of a stock where the claim is of one. Reports to the United Nations (WORKERS_PRESENT) come before other
// estimates, which must be of high confidence; then the nearest in time, within 92 days, counts; then the higher
// confidence, and the first source.
func (c Claim) Evidence(observations []Observation) (Observation, bool) {
	info, _ := c.Measure.Info()
	day, known := c.Day()
	if info.Family != Stock || info.Unit != "persons" || !known || c.Region == "" {
		return Observation{}, false
	}
	distance := func(o Observation) int { return max(0, o.From.Sub(day), day.Sub(o.To)) }
	fitting := slices.DeleteFunc(slices.Clone(observations), func(o Observation) bool {
		stock := o.Indicator == WorkersPresentReported || o.Indicator == WorkersPresentEstimate && o.Confidence == High
		return !stock || o.Status == StatusMissing || o.Region != c.Region || o.Industry != c.Industry ||
			o.Nationality != c.Nationality ||
			o.Source == c.Source || distance(o) > maxDistance
	})
	if len(fitting) == 0 {
		return Observation{}, false
	}
	return slices.MinFunc(fitting, func(a, b Observation) int {
		return cmp.Or(
			cmp.Compare(a.Indicator, b.Indicator), // WORKERS_PRESENT before WORKERS_PRESENT_ESTIMATE
			distance(a)-distance(b),
			a.Confidence.Rank()-b.Confidence.Rank(),
			cmp.Compare(a.Source, b.Source),
		)
	}), true
}
