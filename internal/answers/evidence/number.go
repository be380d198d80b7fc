package evidence

import (
	"math"
	"strconv"
	"strings"

	"homebound/internal/labour"
)

// Shares of a number by which it may be off.
const (
	mostRounding = 0.05 // of a number that is given as it is
	about        = 0.10 // of a number that is said to be about right, or estimated
)

// sameReport is how many significant digits make two equal figures of one day the same report.
const sameReport = 3

// digits returns how many significant digits a number is written with, and the unit of its last digit that is not 0:
// 12,000 has 2 and 1,000. Zero has none.
func digits(x float64) (significant int, unit float64) {
	if x == 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return 0, 0
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(math.Abs(x), 'e', -1, 64), "e")
	power, _ := strconv.Atoi(exponent) // always a whole number, as FormatFloat wrote it
	significant = len(strings.Replace(mantissa, ".", "", 1))
	return significant, math.Pow(10, float64(power-significant+1))
}

// rounded returns the numbers that are written as x: half a unit of its last digit that is not 0 either side, but at
// most a twentieth of it. Zero stands for itself alone.
func rounded(x float64) Interval {
	_, unit := digits(x)
	half := min(unit/2, mostRounding*math.Abs(x))
	return Interval{x - half, x + half}
}

// allowed returns the numbers that a claim or a figure leaves, by the way its number is meant.
func allowed(operator labour.ClaimOperator, low float64, high *float64) Interval {
	switch operator {
	case labour.About:
		off := about * math.Abs(low)
		return Interval{low - off, low + off}
	case labour.AtLeast:
		return Interval{low, math.Inf(1)}
	case labour.AtMost:
		return Interval{math.Inf(-1), low}
	case labour.Between:
		if high != nil {
			return Interval{low, *high}
		}
	}
	return rounded(low)
}

// Says returns the numbers that an observation leaves: by its qualifier, else by its digits, and by a tenth where it is
// no more than an estimate.
func says(o labour.Observation) Interval {
	switch {
	case o.Qualifier != "":
		return allowed(o.Qualifier, o.Value, o.ValueHigh)
	case o.Status == labour.StatusEstimated:
		return allowed(labour.About, o.Value, nil)
	}
	return rounded(o.Value)
}

// number writes a number with its thousands apart, whole or to two places: 12,000 or 697.71.
func number(x float64) string {
	text := strconv.FormatFloat(math.Abs(x), 'f', -1, 64)
	whole, fraction, dotted := strings.Cut(text, ".")
	if dotted && len(fraction) > 2 {
		whole, fraction, _ = strings.Cut(strconv.FormatFloat(math.Abs(x), 'f', 2, 64), ".")
	}
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if dotted && strings.Trim(fraction, "0") != "" {
		whole += "." + fraction
	}
	if x < 0 {
		return "-" + whole
	}
	return whole
}

// phrase says a number the way it is meant.
func phrase(operator labour.ClaimOperator, low float64, high *float64) string {
	switch {
	case operator == labour.About:
		return "about " + number(low)
	case operator == labour.AtLeast:
		return "at least " + number(low)
	case operator == labour.AtMost:
		return "at most " + number(low)
	case operator == labour.Between && high != nil:
		return number(low) + " to " + number(*high)
	}
	return number(low)
}
