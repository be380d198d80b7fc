package impact

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"homebound/internal/labour"
)

// Names of the parameters in the contract.
const (
	substitutionRate           = "substitutionRate"
	relativeProductivity       = "relativeProductivity"
	relativeWage               = "relativeWage"
	outputMultiplier           = "outputMultiplier"
	outputElasticity           = "outputElasticity"
	remittancePerWorkerYearUSD = "remittancePerWorkerYearUsd"
	wageShare                  = "wageShare"
	labourShare                = "labourShare"
	socialContributionRate     = "socialContributionRate"
	incomeTaxRate              = "incomeTaxRate"
	permitFeePerYear           = "permitFeePerYear"
	otherProductionTaxShare    = "otherProductionTaxShare"
	fadeOutHalfLifeYears       = "fadeOutHalfLifeYears"
	regionShare                = "regionShare"
	industryShare              = "industryShare"
	stockFactor                = "stockFactor"
	observationError           = "observationError." // and the indicator
)

// meaning says what a parameter is measured in, and what it may be at most.
type meaning struct {
	unit   string
	atMost float64
}

// large bounds what no reason bounds, so that every result is a finite number.
const large = 1e9

// meanings holds what each parameter can mean. A parameter of no name here is not read by the model.
var meanings = map[string]meaning{
	substitutionRate:           {"fraction", 1},
	relativeProductivity:       {"ratio", 1e3},
	relativeWage:               {"ratio", 1e3},
	outputMultiplier:           {"ratio", 1e3},
	outputElasticity:           {"percent per percent", 1e3},
	remittancePerWorkerYearUSD: {"USD per year", large},
	wageShare:                  {"fraction", 1},
	labourShare:                {"fraction", 1},
	socialContributionRate:     {"fraction of gross pay", 10},
	incomeTaxRate:              {"fraction of gross pay", 1},
	permitFeePerYear:           {"currency per year", large},
	otherProductionTaxShare:    {"fraction", 1},
	fadeOutHalfLifeYears:       {"years", large},
	regionShare:                {"fraction", 1},
	industryShare:              {"fraction", 1},
	stockFactor:                {"ratio", 1e3},
}

func meaningOf(name string) (meaning, bool) {
	if strings.HasPrefix(name, observationError) {
		return meaning{"ratio", 1e3}, true
	}
	m, ok := meanings[name]
	return m, ok
}

// check returns a Fault with BadUserInput for an override that names no parameter of the model or cannot be meant.
func check(p labour.Parameter) error {
	m, ok := meaningOf(p.Name)
	if !ok {
		return labour.Faultf(labour.BadUserInput, "parameters: expected a parameter of the model, found %q", p.Name)
	}
	for _, end := range []float64{p.Low, p.Central, p.High} {
		switch {
		case math.IsNaN(end) || math.IsInf(end, 0):
			return labour.Faultf(labour.BadUserInput, "%s: expected finite numbers, found %v", p.Name, end)
		case end < 0 || end > m.atMost:
			return labour.Faultf(labour.BadUserInput, "%s: expected numbers from 0 to %v, found %v", p.Name, m.atMost, end)
		}
	}
	if p.Low > p.Central || p.Central > p.High {
		return labour.Faultf(labour.BadUserInput, "%s: expected low <= central <= high, found %v, %v and %v",
			p.Name, p.Low, p.Central, p.High)
	}
	if p.Distribution == labour.Fixed && p.Low != p.High {
		return labour.Faultf(labour.BadUserInput, "%s: expected one value of a FIXED distribution, found %v to %v", p.Name, p.Low,
			p.High)
	}
	if p.Low == 0 && (p.Name == fadeOutHalfLifeYears || strings.HasPrefix(p.Name, observationError)) {
		return labour.Faultf(labour.BadUserInput, "%s: expected numbers above 0, found 0", p.Name)
	}
	return nil
}

// row is a parameter as the model reads it.
type row struct {
	labour.Parameter
	set bool // by the scenario
}

// parameters finds the row that counts for a cell and year.
type parameters struct {
	rows   map[string][]row
	refuse map[string]string // why the rows of a name cannot be read
}

// newParameters reads the rows of a release and the scenario's overrides. A row that the model cannot mean, in another
// currency for one, is left out and remembered.
func newParameters(rows []labour.Parameter, s Scenario, currency string) *parameters {
	all := &parameters{map[string][]row{}, map[string]string{}}
	for _, p := range rows {
		switch unit, ok := plainParameter(p.Name, p.Unit, currency); {
		case !ok:
			all.refuse[p.Name] = fmt.Sprintf("is in %q, expected %s", p.Unit, unit)
		case !fits(p.Nationality, s.Nationalities):
		default:
			if err := check(p); err != nil {
				if _, known := meaningOf(p.Name); known {
					all.refuse[p.Name] = "cannot be read: " + err.Error()
				}
				continue
			}
			all.rows[p.Name] = append(all.rows[p.Name], row{Parameter: p})
		}
	}
	for _, p := range s.Overrides {
		if m, ok := meaningOf(p.Name); ok && p.Unit == "" {
			p.Unit = strings.Replace(m.unit, "currency", currency, 1)
		}
		p.Distribution = cmp.Or(p.Distribution, labour.Triangular)
		if fits(p.Nationality, s.Nationalities) {
			all.rows[p.Name] = append(all.rows[p.Name], row{p, true})
		}
	}
	return all
}

// plainParameter tells whether a parameter can be in a unit, and the unit that is expected. Only money is looked at.
func plainParameter(name, unit, currency string) (string, bool) {
	switch name {
	case permitFeePerYear:
		return currency + " per year", unit == currency+" per year"
	case remittancePerWorkerYearUSD:
		return "USD per year", unit == "USD per year"
	}
	return "", true
}

// fits reports whether a row about one nationality is about the scenario's workers, all of them.
func fits(nationality string, of []string) bool {
	return nationality == "" || len(of) == 1 && of[0] == nationality
}

// find returns the row that counts: the scenario's own, then the nearest of the regions, which are given from the cell's own
// upwards, then that of a named nationality, then of a named industry, then that which covers most of the year. A row
// outside its years serves only where none fits the year: the nearest, and imputed is true.
func (p *parameters) find(name string, regions []string, industry string, year int) (found row, imputed, ok bool) {
	type candidate struct {
		row
		order [6]int
	}
	whole := labour.YearPeriod(year)
	var inside, outside []candidate
	for _, r := range p.rows[name] {
		place := slices.Index(regions, r.Region)
		if r.Region == "" {
			place = len(regions)
		}
		if place < 0 || r.Industry != "" && r.Industry != industry {
			continue
		}
		c := candidate{row: r, order: [6]int{order(!r.set), place, order(r.Nationality == ""), order(r.Industry == "")}}
		span := labour.Period{From: whole.From, To: whole.To}
		if r.From != nil {
			span.From = *r.From
		}
		if r.To != nil {
			span.To = *r.To
		}
		c.order[5] = -int(span.From)
		if days := whole.Clip(span).Days(); days > 0 {
			c.order[4] = -days
			inside = append(inside, c)
			continue
		}
		if span.To < whole.From {
			c.order[4] = 2 * whole.From.Sub(span.To)
		} else {
			c.order[4] = 2*span.From.Sub(whole.To) + 1
		}
		outside = append(outside, c)
	}
	imputed = len(inside) == 0
	if imputed {
		inside = outside
	}
	if len(inside) == 0 {
		return row{}, false, false
	}
	best := slices.MinFunc(inside, func(a, b candidate) int { return slices.Compare(a.order[:], b.order[:]) })
	return best.row, imputed, true
}

func order(later bool) int {
	if later {
		return 1
	}
	return 0
}
