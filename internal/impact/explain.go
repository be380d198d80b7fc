package impact

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Step is one step of the way from the stock to the output lost, at central values.
type Step struct {
	Step   string
	Amount *float64 // nil where it is not known
	Unit   string
	Adds   bool // whether it adds to the next step that does not: those are what has been reached
}

// Bridge explains the central result step by step; nil where no stock is known. Steps that add sum to the step reached
// after them: fall and stayers to the departed, product and what follows to the output lost.
func (r *Result) Bridge() []Step {
	m := r.model
	if m == nil {
		return nil
	}
	last := len(m.stock.stretches) - 1
	heads := make([]float64, len(m.units))
	for i, u := range m.units {
		heads[i] = m.stock.stretches[last].of(u.cell)
	}
	fall := m.headcount(m.central, heads)[0]
	stayers := *r.DepartedWorkers - fall
	elsewhere := m.central1(question{of: elsewhereOutput, net: true, variant: r.variant}, r.slice)
	persons := func(step string, v *float64, adds bool) Step { return Step{step, v, "persons", adds} }
	steps := []Step{persons("STOCK_AT_BASELINE", r.BaselineWorkers, false), persons("FALL", &fall, true),
		persons("STAYERS", &stayers, true), persons("DEPARTED", r.DepartedWorkers, false),
		{"WORKER_YEARS", r.WorkerYearsLost, "worker-years", false}}
	steps = append(steps, m.moneySteps(r)...)
	return append(steps, Step{"ELSEWHERE", elsewhere, m.facts.Currency, false})
}

// moneySteps leads from the product of average workers to the output lost.
func (m *model) moneySteps(r *Result) []Step {
	var steps []Step
	var reached *float64
	step := func(name string, to question) {
		now := m.central1(to, r.slice)
		by := now
		if reached != nil && now != nil && len(steps) > 0 {
			difference := *now - *reached
			by = &difference
		} else if len(steps) > 0 {
			by = nil
		}
		steps, reached = append(steps, Step{name, by, m.facts.Currency, true}), now
	}
	total := func(name string) { steps = append(steps, Step{name, reached, m.facts.Currency, false}) }
	step("AVERAGE_PRODUCT", question{of: averageOutput})
	switch Variants[r.variant] {
	case Elasticity:
		step("ELASTICITY", question{of: directOutput, variant: r.variant})
	case WageShare:
		step("RELATIVE_PRODUCT", question{of: relativeOutput})
		step("WAGE_SHARE", question{of: directOutput, variant: r.variant})
	default:
		step("RELATIVE_PRODUCT", question{of: directOutput, variant: r.variant})
	}
	step("FILLED_POSTS", question{of: directOutput, net: true, variant: r.variant})
	total("NET_DIRECT")
	step("LOCAL_SUPPLIERS", question{of: regionOutput, net: true, variant: r.variant})
	total("TOTAL")
	return steps
}

// central1 returns the central answer to one question, nil where it is not known.
func (m *model) central1(q question, s slice) *float64 {
	p, known := m.collect(q, s)
	if !known {
		return nil
	}
	v := m.evaluate(p, m.central)[0]
	return &v
}

// Sensitivity is the central output lost with one input at its ends and all others central, or with a choice of the model
// made otherwise.
type Sensitivity struct {
	Parameter        string // its name in the contract, e.g. substitutionRate; of a switch variant or stayersRule
	Switch           bool   // whether it is a choice of the model and no number
	LowSetting       string // the input's low end, or the choice that gives the least
	HighSetting      string
	OutputLostAtLow  float64
	OutputLostAtHigh float64
}

// Sensitivity moves every input that output depends on, stocks and shares included, by size of swing; below it the variants
// and the rules of stayers as switches. It is nil where the output lost is not known.
func (r *Result) Sensitivity() []Sensitivity {
	e := r.OutputLost()
	if e == nil {
		return nil
	}
	m := r.model
	var settings []ends
	for _, name := range e.names {
		settings = append(settings, ends{name: 'l'}, ends{name: 'h'})
	}
	var list []Sensitivity
	if len(settings) > 0 {
		at := e.at(m.book.settings(settings))
		for i, name := range e.names {
			low, high := m.reach(name)
			list = append(list, Sensitivity{name, false, low, high, at[2*i], at[2*i+1]})
		}
	}
	swing := func(s Sensitivity) float64 { return math.Abs(s.OutputLostAtHigh - s.OutputLostAtLow) }
	slices.SortStableFunc(list, func(a, b Sensitivity) int { return cmp.Compare(swing(b), swing(a)) })
	return append(list, r.switches()...)
}

// reach tells the ends of an input. One that differs by place or industry tells the widest.
func (m *model) reach(name string) (low, high string) {
	from, to := math.Inf(1), math.Inf(-1)
	for _, s := range m.book.slots {
		if s.Name == name {
			from, to = min(from, s.Low), max(to, s.High)
		}
	}
	tell := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	return tell(from), tell(to)
}

func (r *Result) switches() []Sensitivity {
	m := r.model
	choice := func(name string, of func(i int) *float64, names ...string) []Sensitivity {
		s := Sensitivity{Parameter: name, Switch: true}
		for i := range names {
			switch v := of(i); {
			case v == nil:
			case s.LowSetting == "":
				s.LowSetting, s.HighSetting, s.OutputLostAtLow, s.OutputLostAtHigh = names[i], names[i], *v, *v
			case *v < s.OutputLostAtLow:
				s.LowSetting, s.OutputLostAtLow = names[i], *v
			case *v > s.OutputLostAtHigh:
				s.HighSetting, s.OutputLostAtHigh = names[i], *v
			}
		}
		if s.LowSetting == "" {
			return nil
		}
		return []Sensitivity{s}
	}
	list := choice("variant", func(i int) *float64 {
		return m.central1(question{of: regionOutput, net: true, variant: i}, r.slice)
	}, texts(Variants)...)
	if m.scenario.Stayers == 0 {
		return list
	}
	return append(list, choice("stayersRule", func(i int) *float64 {
		return m.ruled(StayersRules[i]).central1(question{of: regionOutput, net: true, variant: r.variant}, r.slice)
	}, texts(StayersRules)...)...)
}

func texts[T ~string](list []T) []string {
	var out []string
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}

// ruled returns the model with another rule of stayers.
func (m *model) ruled(rule StayersRule) *model {
	other := &model{scenario: m.scenario, facts: m.facts, stock: m.stock, values: m.values, rows: m.rows, book: m.book,
		units: m.units, worths: m.worths, prices: m.prices, fade: m.fade, stayingOn: m.stayingOn, plainLast: m.plainLast,
		products: m.products, productErrors: m.productErrors, central: m.central, terms: map[termKey][]keyed{}}
	other.scenario.StayersRule = rule
	return other
}

// VariantLoss is the loss by one variant.
type VariantLoss struct {
	Variant Variant
	Loss
}

// Variants returns the loss by each variant, side by side.
func (r *Result) Variants() []VariantLoss {
	var list []VariantLoss
	for i, v := range Variants {
		loss := Loss{}
		if r.model != nil {
			loss = Loss{model: r.model, slice: r.slice, variant: i}
		}
		list = append(list, VariantLoss{v, loss})
	}
	return list
}

// Remarks returns what the result says of itself in sentences, those included that need its draws.
func (r *Result) Remarks() []string {
	list := slices.Clone(r.Notices)
	if r.remittancesCapped != nil {
		if often := r.remittancesCapped(); often > 0 {
			list = append(list, fmt.Sprintf("Remittances are held to what a worker earns after tax in some cell in %.0f %% of the draws.",
				100*often))
		}
	}
	return list
}

// WorkerYears returns the worker-years lost with their spread.
func (l Loss) WorkerYears() *Estimate {
	if l.model == nil {
		return nil
	}
	p, _ := l.model.collect(question{of: workerYears}, l.slice)
	return l.model.estimate("worker-years", func(at *points) []float64 { return l.model.evaluate(p, at) }, p)
}
