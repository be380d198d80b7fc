package impact

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"homebound/internal/labour"
)

// Compute answers a scenario from the facts. What no observation supports is nil in the result, and Inputs says
// what was missing. It returns a Fault with BadUserInput for a scenario that breaks a rule (see Scenario.Validate)
// or whose parameters are so large that a result is no finite number, and the wrapped error of the levels or of ctx
// where one ends the computation.
func Compute(ctx context.Context, s Scenario, f Facts) (*Result, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	values := newValuer(s, f)
	d := &departures{scenario: s, values: values, index: map[Cell]int{}}
	if err := d.follow(ctx); err != nil {
		return nil, err
	}
	r := &Result{Scenario: s, currency: f.Currency}
	if len(d.cells) == 0 {
		values.ledger.missing(series{labour.WorkersPresentReported, s.Region, ""}, "persons", noStock(s))
	} else {
		r.stretches = d.stretches
		r.fill(d, values)
	}
	for _, p := range s.parameters() {
		r.Inputs = append(r.Inputs, p.input())
	}
	r.Inputs = append(r.Inputs, values.ledger.inputs()...)
	if err := r.finite(); err != nil {
		return nil, err
	}
	return r, nil
}

func noStock(s Scenario) string {
	who := "any nationality"
	if len(s.Nationalities) > 0 {
		who = "nationality " + strings.Join(s.Nationalities, ", ")
	}
	return fmt.Sprintf("no stock of workers is known for %s, %s, up to %s with basis %s", s.Region, who, s.To, s.Basis)
}

// fill computes every figure of the result from the departures.
func (r *Result) fill(d *departures, values *valuer) {
	r.BaselineWorkers = new(float64)
	for _, stock := range d.baseline {
		*r.BaselineWorkers += stock
	}
	departed := d.stretches[len(d.stretches)-1].departed
	r.DepartedWorkers = &departed

	whole := r.whole()
	r.WorkerYearsLost, r.OutputLost = &whole.workerYears, r.output(whole)
	r.ShareOfEmployment = r.shareOfEmployment(values)
	r.OutputLostShareOfGRP = r.shareOfGRP(values)
	r.WagesLost, r.IncomeTaxLost = d.wages(r.currency)
	r.RemittancesForgone = estimate(whole.workerYears, r.Scenario.RemittancePerWorkerYearUSD, "USD")
	r.ByIndustry = d.byIndustry(r.currency)
	if !whole.unknown {
		r.Sensitivity = r.Scenario.sensitivity(whole.output)
	}
}

// shareOfEmployment needs no figure where nobody has departed: nothing is no part of any number.
func (r *Result) shareOfEmployment(values *valuer) *float64 {
	share := *r.DepartedWorkers
	if share > 0 {
		employed, ok := values.total(r.Scenario.Region, labour.EmployedPersons, r.Scenario.To.Year(),
			"shareOfEmployment")
		if !ok {
			return nil
		}
		share /= employed
	}
	return &share
}

// shareOfGRP holds the output lost against the gross product of the horizon's days.
func (r *Result) shareOfGRP(values *valuer) *Estimate {
	if r.OutputLost == nil {
		return nil
	}
	share := *r.OutputLost
	share.Unit = "fraction"
	if *r.WorkerYearsLost == 0 {
		return &share
	}
	product := 0.0
	for _, days := range r.Scenario.Horizon().Split(labour.Year) {
		year := days.From.Year()
		ofYear, ok := values.total(r.Scenario.Region, labour.GrossRegionalProduct, year, "outputLostShareOfGrp")
		if !ok {
			return nil
		}
		product += ofYear * float64(days.Days()) / float64(labour.DaysInYear(year))
	}
	if product <= 0 {
		key := series{labour.GrossRegionalProduct, r.Scenario.Region, ""}
		values.ledger.missing(key, r.currency,
			"the gross product of the horizon is not above 0, so outputLostShareOfGrp is not known")
		return nil
	}
	share.Low, share.Central, share.High = share.Low/product, share.Central/product, share.High/product
	return &share
}

// bill is a sum of money of which one part is fixed and the other scales with RelativeWage; unknown where a figure
// is missing.
type bill struct {
	fixed, scaled float64
	unknown       bool
}

func (b bill) estimate(relative Range, unit string) *Estimate {
	if b.unknown {
		return nil
	}
	at := func(ratio float64) float64 { return b.fixed + b.scaled*ratio }
	return &Estimate{at(relative.Low), at(relative.Central), at(relative.High), unit}
}

// wages returns the wages that were not paid and the income tax on them.
func (d *departures) wages(currency string) (wages, tax *Estimate) {
	var paid, taxed bill
	for _, account := range d.workerYears {
		for i, workerYears := range account.cells {
			if workerYears == 0 {
				continue
			}
			earned, known := d.values.pay(d.cells[i], account.year)
			rate, taxable := d.values.taxRate(d.cells[i].Region, account.year)
			paid.unknown = paid.unknown || !known
			taxed.unknown = taxed.unknown || !known || !taxable
			yearly := workerYears * 12 * earned.monthly
			if earned.scaled {
				paid.scaled += yearly
				taxed.scaled += yearly * rate
			} else {
				paid.fixed += yearly
				taxed.fixed += yearly * rate
			}
		}
	}
	relative := d.scenario.RelativeWage
	return paid.estimate(relative, currency), taxed.estimate(relative, currency)
}

// byIndustry sums the cells of each industry over all regions. Every industry with a stock on any day up to the end
// of the horizon is listed, those that lost nobody with zeros.
func (d *departures) byIndustry(currency string) []IndustryImpact {
	parts := map[string]*loss{}
	for _, c := range d.cells {
		if c.Industry != "" {
			parts[c.Industry] = &loss{}
		}
	}
	for _, account := range d.workerYears {
		for i, workerYears := range account.cells {
			part := parts[d.cells[i].Industry]
			if workerYears == 0 || part == nil {
				continue
			}
			part.workerYears += workerYears
			part.output += workerYears * account.output[i].perYear
			part.unknown = part.unknown || !account.output[i].known
		}
	}
	var list []IndustryImpact
	for _, code := range slices.Sorted(maps.Keys(parts)) {
		part := parts[code]
		impact := IndustryImpact{Industry: code, WorkerYearsLost: &part.workerYears}
		if !part.unknown {
			impact.OutputLost = estimate(part.output, d.scenario.outputFactors(), currency)
		}
		list = append(list, impact)
	}
	return list
}

// finite refuses results that only parameters beyond reason can give, and that no reader of numbers could be handed.
func (r *Result) finite() error {
	for _, e := range []*Estimate{r.OutputLost, r.OutputLostShareOfGRP, r.WagesLost, r.IncomeTaxLost,
		r.RemittancesForgone} {
		if e != nil && (math.IsInf(e.Low, 0) || math.IsInf(e.High, 0) || math.IsNaN(e.Low+e.Central+e.High)) {
			return labour.Faultf(labour.BadUserInput,
				"scenario: expected parameters that give finite results, found an estimate from %v to %v %s", e.Low, e.High, e.Unit)
		}
	}
	return nil
}
