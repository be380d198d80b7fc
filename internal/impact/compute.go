package impact

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"homebound/internal/labour"
)

// Compute answers a scenario from the facts. What no observation or parameter supports is nil in the result, and Inputs says
// what was missing. It returns a Fault with BadUserInput for a scenario that breaks a rule (see Scenario.Validate) or names
// stayers where no stock is known apart, and the wrapped error of the levels or of ctx where one ends the computation.
func Compute(ctx context.Context, s Scenario, f Facts) (*Result, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	s = s.filled()
	if f.Geography == nil {
		f.Geography = labour.NewGeography(nil, nil)
	}
	found, err := follow(ctx, s, f)
	if err != nil {
		return nil, err
	}
	m := &model{scenario: s, facts: f, stock: found, values: newValuer(s, f), rows: newParameters(f.Parameters, s, f.Currency),
		book: newBook(), worths: map[worthKey]*worth{}, terms: map[termKey][]keyed{}, fade: -1}
	r := &Result{Scenario: s}
	reason := f.NoStock
	if len(found.cells) > 0 {
		if reason, err = m.divide(); err != nil {
			return nil, err
		}
	}
	if len(found.cells) == 0 || reason != "" {
		if reason == "" {
			reason = noStock(s)
		}
		m.values.ledger.missing(series{labour.WorkersPresentReported, s.Region, ""}, "persons", reason)
	} else {
		m.prepare()
		r.model = m
		r.fill()
	}
	r.Inputs, r.Notices = m.values.ledger.inputs(), m.notices
	return r, nil
}

func noStock(s Scenario) string {
	who := "any nationality"
	if len(s.Nationalities) > 0 {
		who = "nationality " + strings.Join(s.Nationalities, ", ")
	}
	return fmt.Sprintf("no stock of workers is known for %s, %s, up to %s with basis %s", s.Region, who, s.To, s.Basis)
}

// prepare values every unit and year of which somebody has departed, and sets the central points.
func (m *model) prepare() {
	s := m.scenario
	m.setPrices()
	if s.FadeOut {
		if r, imputed, ok := m.rows.find(fadeOutHalfLifeYears, m.chain(s.Region), "", s.From.Year()); ok {
			m.fade = m.book.factor(plain, m.use(r, imputed, s.From.Year()))
		} else {
			m.lack(fadeOutHalfLifeYears, s.Region, "what is net of substitution")
		}
	}
	for i := range m.stock.stretches {
		m.stayingOn = append(m.stayingOn, m.staying(&m.stock.stretches[i]))
	}
	m.plainLast = m.stayingOn[len(m.stayingOn)-1]
	for i := range m.stock.stretches {
		stretch := &m.stock.stretches[i]
		if stretch.Clip(s.Horizon()).Days() <= 0 {
			continue
		}
		for u, of := range m.units {
			key := worthKey{u, stretch.year}
			if stretch.of(of.cell) > 0 && m.worths[key] == nil {
				m.worths[key] = m.appraise(of, stretch.year)
			}
		}
	}
	m.setProducts()
	m.central = m.book.settings([]ends{{}})
}

// setProducts finds the region's gross product of each year, where anything is to be held against it.
func (m *model) setProducts() {
	m.products = map[int]float64{}
	if len(m.worths) == 0 {
		return
	}
	s := m.scenario
	for year := s.From.Year(); year <= s.To.Year(); year++ {
		price, priced := m.prices[year]
		if product, ok := m.values.total(s.Region, labour.GrossRegionalProduct, year, "outputLostShareOfGrp"); ok && priced {
			m.products[year] = product * price
		}
	}
	m.productErrors = m.errors(unit{region: s.Region}, s.From.Year(), labour.GrossRegionalProduct)
	if product, _, ok := m.grossProduct(s.Horizon()); !ok && len(m.products) > 0 && product <= 0 {
		m.values.ledger.missing(series{labour.GrossRegionalProduct, s.Region, ""}, m.facts.Currency,
			"the gross product of the horizon is not above 0, so outputLostShareOfGrp is not known")
	}
}

// fill computes the central figures and the lists of the result.
func (r *Result) fill() {
	m := r.model
	s := m.scenario
	baseline := make([]float64, len(m.units))
	for i, u := range m.units {
		baseline[i] = m.stock.before(u.cell)
	}
	present := m.headcount(m.central, baseline)[0]
	r.BaselineWorkers = &present
	departed := m.departedOn(len(m.stock.stretches) - 1)
	r.DepartedWorkers = &departed
	whole := slice{days: s.Horizon()}
	r.WorkerYearsLost = m.workerYears(whole)
	r.Loss = m.loss(whole)
	r.ShareOfEmployment = m.shareOfEmployment(departed)
	r.RemittancesForgone, r.remittancesCapped = m.remittances()
	for _, code := range m.listed() {
		part := slice{whole.days, code}
		r.ByIndustry = append(r.ByIndustry, IndustryImpact{Industry: code, WorkerYearsLost: m.workerYears(part), Loss: m.loss(part)})
	}
	m.warn(r)
}

// headcount sums heads by unit, times the units' factors.
func (m *model) headcount(p *points, heads []float64) []float64 {
	sum := make([]float64, p.n)
	for i, u := range m.units {
		if heads[i] == 0 {
			continue
		}
		part := filled(p.n, heads[i])
		p.multiply(part, u.factors)
		for j, v := range part {
			sum[j] += v
		}
	}
	return sum
}

// departedOn returns how many have departed on the days of a stretch, less the stayers, centrally.
func (m *model) departedOn(at int) float64 {
	heads := make([]float64, len(m.units))
	undone := m.undone(m.central)[0]
	for i, u := range m.units {
		if gone := m.stock.stretches[at].of(u.cell); gone > 0 {
			heads[i] = m.remaining(u, gone, m.stayingOn[at], undone)
		}
	}
	return max(0, m.headcount(m.central, heads)[0])
}

func (m *model) workerYears(s slice) *float64 {
	p, _ := m.collect(question{of: workerYears}, s)
	years := max(0, m.evaluate(p, m.central)[0])
	return &years
}

func (m *model) loss(s slice) Loss {
	return Loss{model: m, slice: s, variant: slices.Index(Variants, m.scenario.Variant)}
}

// listed returns every industry with a stock on any day up to the end of the horizon, those that lost nobody included.
func (m *model) listed() []string {
	codes := map[string]bool{}
	for _, u := range m.units {
		if u.industry != "" {
			codes[u.industry] = true
		}
	}
	return slices.Sorted(maps.Keys(codes))
}

// shareOfEmployment needs no figure where nobody has departed: nothing is no part of any number.
func (m *model) shareOfEmployment(departed float64) *float64 {
	if departed > 0 {
		employed, ok := m.values.total(m.scenario.Region, labour.EmployedPersons, m.scenario.To.Year(), "shareOfEmployment")
		if !ok {
			return nil
		}
		departed /= employed
	}
	return &departed
}

// linear is the share of the employed up to which the linear form of an elasticity is within 6 % of the constant one.
const linear = 0.1

// warn adds what a reader might stumble over.
func (m *model) warn(r *Result) {
	s := m.scenario
	if s.Basis == labour.Supposed {
		m.note("The stock is of the scenario: nobody observed it.")
	}
	if r.ShareOfEmployment != nil && *r.ShareOfEmployment > linear {
		m.note("More than %v %% of the employed have departed: the variant ELASTICITY is linear and overstates there.", 100*linear)
	}
	for _, net := range []bool{false, true} {
		if e := r.Accounts(net).Surplus(); e != nil && e.Central < 0 {
			m.note("The surplus is negative: the pay and the product of the departed are set inconsistently.")
		}
	}
}
