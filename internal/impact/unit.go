package impact

import (
	"strings"

	"homebound/internal/labour"
)

var multipliers = map[string]float64{"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}

// plainScale returns what one of the observation's unit is in the unit the model computes in: currency units a year for
// GRP, GVA and compensation, persons for EMPLOYED, currency units a month for AVG_WAGE, a fraction for INCOME_TAX_RATE and the changes of prices. It is
// false for a unit that the indicator cannot have, another currency included.
func plainScale(indicator, unit, currency string) (float64, bool) {
	words := strings.Fields(strings.ReplaceAll(unit, "_", " "))
	scale := 1.0
	if len(words) > 1 {
		if by, ok := multipliers[strings.ToLower(words[0])]; ok {
			scale, words = by, words[1:]
		}
	}
	if len(words) == 0 {
		return 0, false
	}
	name, per := words[0], strings.ToLower(strings.Join(words[1:], " "))
	switch indicator {
	case labour.GrossRegionalProduct, labour.GrossValueAdded, labour.Compensation:
		return scale, name == currency && (per == "" || per == "per year")
	case labour.AverageWage:
		if per == "per year" {
			scale /= 12
		}
		return scale, name == currency && (per == "" || per == "per month" || per == "per year")
	case labour.EmployedPersons:
		return scale, strings.EqualFold(name, "persons") && per == ""
	case labour.ExchangeRateIndicator(currency, "USD"):
		return scale, name == currency && (per == "" || per == "per usd")
	case labour.IncomeTaxRate, labour.RegionalDeflator, labour.NationalDeflator, labour.ConsumerPrices:
		switch strings.ToLower(name) {
		case "fraction":
			return scale, per == ""
		case "percent", "%":
			return scale / 100, per == ""
		}
	}
	return 0, false
}

// plainUnit names the unit that the model computes an indicator in.
func plainUnit(indicator, currency string) string {
	switch indicator {
	case labour.EmployedPersons:
		return "persons"
	case labour.AverageWage:
		return currency + " per month"
	case labour.IncomeTaxRate, labour.RegionalDeflator, labour.NationalDeflator, labour.ConsumerPrices:
		return "fraction"
	}
	return currency
}
