package impact

import (
	"slices"

	"homebound/internal/labour"
)

// Loss is what the departures of some days and of one industry, or all, cost by one variant. The zero Loss is not known. Every
// method returns nil where a figure is missing that somebody's departure needs; Result.Inputs says which.
type Loss struct {
	model   *model
	slice   slice
	variant int
}

func (l Loss) ask(of quantity, net bool) *Estimate {
	if l.model == nil {
		return nil
	}
	m := l.model
	p, known := m.collect(question{of, net, l.variant}, l.slice)
	if !known {
		return nil
	}
	return m.estimate(m.facts.Currency, func(at *points) []float64 { return m.evaluate(p, at) }, p)
}

// GrossDirectOutputLost returns the output of the departed, before anybody fills their posts.
func (l Loss) GrossDirectOutputLost() *Estimate { return l.ask(directOutput, false) }

// DirectOutputLost returns the output of the posts that stay empty.
func (l Loss) DirectOutputLost() *Estimate { return l.ask(directOutput, true) }

// IndirectOutputLost returns what the region's suppliers lose.
func (l Loss) IndirectOutputLost() *Estimate { return l.ask(indirectOutput, true) }

// OutputLost returns what the region loses, directly and through its suppliers.
func (l Loss) OutputLost() *Estimate { return l.ask(regionOutput, true) }

// OutputLostElsewhere returns what suppliers in the rest of the country lose, which is no part of OutputLost.
func (l Loss) OutputLostElsewhere() *Estimate { return l.ask(elsewhereOutput, true) }

// WagesLost returns the wages of the posts that stay empty.
func (l Loss) WagesLost() *Estimate { return l.ask(wages, true) }

// IncomeTaxLost returns the income tax on WagesLost.
func (l Loss) IncomeTaxLost() *Estimate { return l.ask(incomeTax, true) }

// FiscalLoss returns income tax, social contributions and taxes on production of the posts that stay empty.
func (l Loss) FiscalLoss() *Estimate { return l.ask(fiscalLoss, true) }

// OutputLostShareOfGRP returns OutputLost over the gross product of the same days.
func (l Loss) OutputLostShareOfGRP() *Estimate { return l.share(regionOutput) }

// DirectOutputLostShareOfGRP returns DirectOutputLost over the gross product of the same days.
func (l Loss) DirectOutputLostShareOfGRP() *Estimate { return l.share(directOutput) }

// Accounts returns where direct output went, gross or net.
func (l Loss) Accounts(net bool) Accounts { return Accounts{l, net} }

// GrossAccounts returns where the direct output of all who departed went.
func (l Loss) GrossAccounts() *Accounts { return &Accounts{l, false} }

// NetAccounts returns where the direct output of the posts that stay empty went.
func (l Loss) NetAccounts() *Accounts { return &Accounts{l, true} }

// Accounts divides direct output: it is the sum of wages, contributions, taxes on production and surplus.
type Accounts struct {
	loss Loss
	net  bool
}

// Output returns the direct output.
func (a Accounts) Output() *Estimate { return a.loss.ask(directOutput, a.net) }

// Wages returns the gross pay.
func (a Accounts) Wages() *Estimate { return a.loss.ask(wages, a.net) }

// IncomeTax returns the part of wages that is income tax.
func (a Accounts) IncomeTax() *Estimate { return a.loss.ask(incomeTax, a.net) }

// Contributions returns what employers paid to social insurance.
func (a Accounts) Contributions() *Estimate { return a.loss.ask(contributions, a.net) }

// ProductionTaxes returns the fees of permits and other taxes on production.
func (a Accounts) ProductionTaxes() *Estimate { return a.loss.ask(productionTaxes, a.net) }

// Surplus returns the rest: profit and mixed income. Below 0 pay and product are set inconsistently.
func (a Accounts) Surplus() *Estimate { return a.loss.ask(surplus, a.net) }

// FiscalLoss returns income tax, contributions and taxes on production.
func (a Accounts) FiscalLoss() *Estimate { return a.loss.ask(fiscalLoss, a.net) }

// share holds a loss against the gross product of its days.
func (l Loss) share(of quantity) *Estimate {
	if l.model == nil {
		return nil
	}
	m := l.model
	p, known := m.collect(question{of, true, l.variant}, l.slice)
	if !known {
		return nil
	}
	if len(p.monomials) == 0 {
		return m.estimate("fraction", func(at *points) []float64 { return make([]float64, at.n) }, p)
	}
	product, by, known := m.grossProduct(l.slice.days)
	if !known {
		return nil
	}
	return m.estimate("fraction", func(at *points) []float64 {
		share := m.evaluate(p, at)
		whole := filled(at.n, product)
		at.multiply(whole, by)
		for i := range share {
			share[i] /= whole[i]
		}
		return share
	}, p, &polynomial{monomials: []*monomial{{by: by}}})
}

// grossProduct returns the region's gross product of some days, in the prices of the answer, and the factors of its error.
func (m *model) grossProduct(days labour.Period) (product float64, by []int, known bool) {
	for _, part := range days.Split(labour.Year) {
		year := part.From.Year()
		ofYear, known := m.products[year]
		if !known {
			return 0, nil, false
		}
		product += ofYear * float64(part.Days()) / float64(labour.DaysInYear(year))
	}
	return product, m.productErrors, product > 0
}

// remittances returns what the departed no longer send home, in USD: of all of them, since whoever fills a post sends
// nothing. It is at most what a worker of the cell earns after tax, at the year's rate; often says in which part of the
// draws some cell meets that.
func (m *model) remittances() (e *Estimate, often func() float64) {
	type cell struct{ sent, kept *polynomial }
	var cells []cell
	var all []*polynomial
	horizon := m.scenario.Horizon()
	for _, key := range m.worthKeys() {
		w := m.worths[key]
		if !w.remittance.known {
			return nil, nil
		}
		sent := m.ofUnit(key, horizon, w.remittance)
		c := cell{sent: sent}
		if w.exchange > 0 && w.wage.known && w.tax.known {
			earned := w.wage
			earned.value /= w.exchange
			after := m.ofUnit(key, horizon, earned)
			taxed := m.ofUnit(key, horizon, earned.times(w.tax).times(constant(-1)))
			after.monomials = append(after.monomials, taxed.monomials...)
			c.kept = after
			all = append(all, after)
		}
		cells, all = append(cells, c), append(all, sent)
	}
	sum := func(at *points) (total []float64, capped []bool) {
		total, capped = make([]float64, at.n), make([]bool, at.n)
		for _, c := range cells {
			sent := m.evaluate(c.sent, at)
			if c.kept != nil {
				for i, most := range m.evaluate(c.kept, at) {
					if most < sent[i] {
						sent[i], capped[i] = most, true
					}
				}
			}
			for i, v := range sent {
				total[i] += v
			}
		}
		return total, capped
	}
	e = m.estimate("USD", func(at *points) []float64 { total, _ := sum(at); return total }, all...)
	return e, func() float64 {
		_, capped := sum(m.draws())
		times := 0
		for _, c := range capped {
			if c {
				times++
			}
		}
		return float64(times) / float64(len(capped))
	}
}

// worthKeys lists the units and years of which somebody has departed within the horizon, in their order.
func (m *model) worthKeys() []worthKey {
	keys := make([]worthKey, 0, len(m.worths))
	for key := range m.worths {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b worthKey) int {
		if a.unit != b.unit {
			return a.unit - b.unit
		}
		return a.year - b.year
	})
	return keys
}
