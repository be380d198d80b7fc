package impact

import (
	"fmt"

	"homebound/internal/labour"
)

// priceIndices are the yearly changes of prices that may chain an index, the best first, and whose they are.
var priceIndices = []struct {
	indicator string
	ofCountry bool
}{{labour.RegionalDeflator, false}, {labour.NationalDeflator, true}, {labour.ConsumerPrices, true}}

// setPrices finds what an amount of each year is multiplied by. At constant prices one index serves the whole chain; where
// none covers it, no money is known, and the inputs say so.
func (m *model) setPrices() {
	m.prices = map[int]float64{}
	s := m.scenario
	first, last := s.From.Year(), s.To.Year()
	if s.ConstantYear == 0 {
		for year := first; year <= last; year++ {
			m.prices[year] = 1
		}
		return
	}
	country := m.country()
	for _, index := range priceIndices {
		region := s.Region
		if index.ofCountry {
			region = country
		}
		key := series{index.indicator, region, ""}
		if m.chained(key, min(first, s.ConstantYear), max(last, s.ConstantYear)) {
			m.note("Money is at constant prices of %d, by %s.", s.ConstantYear, key)
			m.deflate(key, first, last)
			return
		}
	}
	m.values.ledger.missing(series{labour.RegionalDeflator, s.Region, ""}, "fraction", fmt.Sprintf(
		"no index of prices covers %d to %d, so no amount at constant prices can be known", min(first, s.ConstantYear),
		max(last, s.ConstantYear)))
}

// chained reports whether a change is known for every year after the first.
func (m *model) chained(key series, first, last int) bool {
	for year := first + 1; year <= last; year++ {
		if !m.values.figures.haveYear(key, year) {
			return false
		}
	}
	return key.region != ""
}

// deflate sets the factor of each year: the index of the constant year over its own.
func (m *model) deflate(key series, first, last int) {
	to := m.scenario.ConstantYear
	for year := first; year <= last; year++ {
		factor := 1.0
		for between := min(year, to) + 1; between <= max(year, to); between++ {
			change := 1 + m.values.read(key, between, "chains the index of prices")
			if year > to {
				factor /= change
			} else {
				factor *= change
			}
		}
		m.prices[year] = factor
	}
}
