package impact

import (
	"strings"

	"homebound/internal/labour"
)

// worth is what one worker-year of a unit is in a year, in currency unless it says otherwise.
type worth struct {
	average    amount    // output of an average worker
	product    [3]amount // gross direct output by variant, in the order of Variants
	vacant     amount    // the share of posts that stay empty
	local      amount    // indirect output for one of direct: the multiplier less 1
	elsewhere  amount    // the same outside the region
	wage       amount
	tax        amount // income tax over wages
	social     amount // contributions over wages
	fee        amount
	production amount  // other production taxes over output
	remittance amount  // in USD, before the cap
	exchange   float64 // currency units for one USD, 0 where there is no cap
}

// appraise values the units of a year and notes what it reads.
func (m *model) appraise(u unit, year int) *worth {
	cell := Cell{u.place, u.industry}
	w := &worth{
		vacant:     m.rate(substitutionRate, u, year, "what is net of substitution", complement),
		tax:        m.taxRate(u, year),
		social:     m.rate(socialContributionRate, u, year, "social contributions", plain),
		fee:        m.rate(permitFeePerYear, u, year, "taxes on production", plain),
		production: m.rate(otherProductionTaxShare, u, year, "taxes on production", plain),
		remittance: m.rate(remittancePerWorkerYearUSD, u, year, "remittancesForgone", plain),
		wage:       m.wage(cell, u, year),
	}
	w.vacant.known = w.vacant.known && m.scenario.FadeOut == (m.fade >= 0)
	w.local, w.elsewhere = m.multipliers(u, year)
	if perYear, indicator, known := m.values.productivity(cell, year); known {
		average := amount{perYear, m.errors(u, year, indicator, labour.EmployedPersons), true}
		w.average = average
		relative := average.times(m.rate(relativeProductivity, u, year, "the variants AVERAGE_PRODUCT and WAGE_SHARE", plain))
		w.product = [3]amount{relative, relative.times(m.labourShare(u, year)),
			average.times(m.rate(outputElasticity, u, year, "the variant ELASTICITY", plain))}
	}
	price, known := m.prices[year]
	for _, money := range []*amount{&w.average, &w.product[0], &w.product[1], &w.product[2], &w.wage, &w.fee} {
		money.value *= price
		money.known = money.known && known
	}
	if w.remittance.known && w.wage.known {
		w.exchange, _ = m.values.exchange(year)
		w.exchange *= price
	}
	return w
}

// rate reads a parameter for a unit and year; wanted names what is not known without it.
func (m *model) rate(name string, u unit, year int, wanted string, f form) amount {
	r, imputed, ok := m.rows.find(name, m.chain(u.region), u.industry, year)
	if !ok {
		m.lack(name, u.region, wanted)
		return amount{}
	}
	return amount{1, []int{m.book.factor(f, m.use(r, imputed, year))}, true}
}

// lack notes that no row of a parameter serves a region.
func (m *model) lack(name, region, wanted string) {
	of, _ := meaningOf(name)
	why := "no row of the parameters serves " + region
	if refused, ok := m.rows.refuse[name]; ok {
		why = "the row of the parameters " + refused
	}
	m.values.ledger.missing(series{name, region, ""}, strings.Replace(of.unit, "currency", m.facts.Currency, 1),
		why+", so "+wanted+" cannot be known")
}

// errors returns the factors of the errors of figures: the first indicator multiplies, the others divide. A figure without a
// known error is exact, and the inputs say so.
func (m *model) errors(u unit, year int, multiplies string, divides ...string) []int {
	var by []int
	add := func(indicator string, f form) {
		name := observationError + indicator
		if r, imputed, ok := m.rows.find(name, m.chain(u.region), u.industry, year); ok {
			by = append(by, m.book.factor(f, m.use(r, imputed, year)))
		} else {
			m.values.ledger.plain(name, 1, "not varied: no error of these figures is known")
		}
	}
	if multiplies != "" {
		add(multiplies, plain)
	}
	for _, indicator := range divides {
		add(indicator, inverse)
	}
	return by
}

// labourShare returns labour's share in output: observed for the very year, else wageShare, else labourShare.
func (m *model) labourShare(u unit, year int) amount {
	if observed, ok := m.values.wageShare(u.place, year); ok {
		return amount{observed, m.errors(u, year, labour.Compensation, labour.GrossRegionalProduct), true}
	}
	for _, name := range []string{wageShare, labourShare} {
		if r, imputed, ok := m.rows.find(name, m.chain(u.region), u.industry, year); ok {
			return amount{1, []int{m.book.factor(plain, m.use(r, imputed, year))}, true}
		}
	}
	m.lack(wageShare, u.region, "the variant WAGE_SHARE")
	return amount{}
}

// multipliers returns the indirect output for one of direct, of local suppliers and of those elsewhere in the country. The
// multiplier is that of the region asked about, whichever part of it the work is in: its suppliers are local there.
func (m *model) multipliers(u unit, year int) (local, elsewhere amount) {
	own, imputed, ok := m.rows.find(outputMultiplier, m.chain(m.scenario.Region), u.industry, year)
	if !ok {
		m.lack(outputMultiplier, m.scenario.Region, "the output of suppliers")
		return amount{}, amount{}
	}
	at := m.use(own, imputed, year)
	local = amount{1, []int{m.book.factor(lessOne, at)}, true}
	country := m.country()
	if country == "" || country == m.scenario.Region {
		return local, constant(0)
	}
	of, imputed, ok := m.rows.find(outputMultiplier, m.chain(country), u.industry, year)
	if !ok {
		m.lack(outputMultiplier, country, "the output elsewhere")
		return local, amount{}
	}
	return local, amount{1, []int{m.book.factor(excess, m.use(of, imputed, year), at)}, true}
}

// wage returns a year's pay.
func (m *model) wage(cell Cell, u unit, year int) amount {
	earned, known := m.values.pay(cell, m.stock.cells[u.cell], year)
	switch {
	case !known:
		return amount{}
	case !earned.scaled:
		return constant(12 * earned.monthly)
	}
	average := amount{12 * earned.monthly, m.errors(u, year, labour.AverageWage), true}
	return average.times(m.rate(relativeWage, u, year, "wagesLost", plain))
}

// taxRate returns the rate of income tax: the parameter where one serves, else what is observed of the country.
func (m *model) taxRate(u unit, year int) amount {
	if r, imputed, ok := m.rows.find(incomeTaxRate, m.chain(u.region), u.industry, year); ok {
		return amount{1, []int{m.book.factor(plain, m.use(r, imputed, year))}, true}
	}
	rate, known := m.values.taxRate(u.region, year)
	if !known {
		return amount{}
	}
	return amount{rate, m.errors(u, year, labour.IncomeTaxRate), true}
}
