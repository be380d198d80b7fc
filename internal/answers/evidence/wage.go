package evidence

import (
	"fmt"
	"math"
	"regexp"

	"homebound/internal/labour"
)

// pay is a unit such as USD_per_month or "RUB per month".
var pay = regexp.MustCompile(`^([A-Z]{3})[_ ]per[_ ](month|year)`)

// payOf reads the currency and the unit of time of a wage, "" where a unit is of none.
func payOf(unit string) (currency, per string) {
	if found := pay.FindStringSubmatch(unit); found != nil {
		return found[1], found[2]
	}
	return "", ""
}

// wage shows a wage beside the average that it is compared with. It is evidence only where the claim is about everybody and
// the very same period: people of one nationality earn what they earn.
func (h *hearing) wage() {
	indicator := h.claim.CompareWith
	if indicator == "" {
		indicator = labour.AverageWage
	}
	if !h.dated {
		return
	}
	for _, o := range h.at[place{indicator, h.claim.Region}] {
		if o.Industry != "" && o.Industry != h.claim.Industry || o.Nationality != "" || spanOf(o).Clip(h.span).Days() == 0 {
			continue
		}
		value, conversion, ok := h.converted(o)
		p := h.piece(Related, o, conversion)
		why := h.dependent(h.claim, o)
		same := ok && h.claim.Nationality == "" && o.Industry == h.claim.Industry && spanOf(o) == h.span && h.claim.WageBasis != labour.NetWage
		switch {
		case why != "":
			p.Conversion = why
			h.pieces = append(h.pieces, p)
		case !same:
			h.pieces = append(h.pieces, p)
		default:
			p.Relation = Equal
			leaves := says(o)
			share := value / o.Value
			h.eachDay = true
			h.counted(p, Interval{leaves.Low * share, leaves.High * share})
		}
	}
}

// converted brings an average wage into the claim's currency at the year's rate, and says how. It reports false where the
// claim is of another unit of time, or no rate is known.
func (h *hearing) converted(o labour.Observation) (value float64, conversion string, ok bool) {
	from, every := payOf(o.Unit)
	to, per := payOf(h.claim.Unit)
	switch {
	case h.claim.Unit == "ratio":
		return 0, "the average that the ratio is of", false
	case from == "" || to == "" || every != per:
		return 0, "in another unit", false
	case from == to:
		return o.Value, h.ofPeriod(o, "in the claim's own unit"), true
	}
	for _, rate := range h.rates[labour.ExchangeRateIndicator(from, to)] {
		if spanOf(rate) == spanOf(o) && rate.Value > 0 {
			value = math.Round(100*o.Value/rate.Value) / 100
			return value, h.ofPeriod(o, fmt.Sprintf("%s %s at %s %s for one %s is %s %s", number(o.Value), from, number(rate.Value), from, to, number(value), to)), true
		}
	}
	return 0, fmt.Sprintf("no rate of %s to %s is known for %s", from, to, spanOf(o).Key()), false
}

func (h *hearing) ofPeriod(o labour.Observation, text string) string {
	if spanOf(o) == h.span {
		return text
	}
	if text != "" {
		text += "; "
	}
	return text + "the average of " + spanOf(o).Key() + ", while the claim is about " + h.span.Key()
}
