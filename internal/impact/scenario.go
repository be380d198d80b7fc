package impact

import (
	"math"

	"homebound/internal/labour"
)

// Horizon returns the days that the scenario asks about.
func (s Scenario) Horizon() labour.Period { return labour.Period{From: s.From, To: s.To} }

// Validate reports whether the model can answer the scenario. It returns a Fault with BadUserInput that names the first
// field which breaks a rule: the dates in their order, no negative stayers, and every range finite, in order, and
// within what the parameter can mean.
func (s Scenario) Validate() error {
	switch {
	case s.Baseline > s.From:
		return labour.Faultf(labour.BadUserInput, "baseline: expected a day not after from, %s, found %s", s.From,
			s.Baseline)
	case s.From > s.To:
		return labour.Faultf(labour.BadUserInput, "to: expected a day not before from, %s, found %s", s.From, s.To)
	case s.Stayers < 0:
		return labour.Faultf(labour.BadUserInput, "stayers: expected 0 or more, found %d", s.Stayers)
	}
	for _, p := range s.parameters() {
		if err := p.validate(); err != nil {
			return err
		}
	}
	return nil
}

func (p parameter) validate() error {
	for _, end := range []float64{p.Low, p.Central, p.High} {
		switch {
		case math.IsNaN(end) || math.IsInf(end, 0):
			return labour.Faultf(labour.BadUserInput, "%s: expected finite numbers, found %v", p.name, end)
		case end < 0 || end > p.atMost:
			return labour.Faultf(labour.BadUserInput, "%s: expected %s, found %v", p.name, p.bounds(), end)
		}
	}
	if p.Low > p.Central || p.Central > p.High {
		return labour.Faultf(labour.BadUserInput, "%s: expected low <= central <= high, found %v, %v and %v",
			p.name, p.Low, p.Central, p.High)
	}
	return nil
}

func (p parameter) bounds() string {
	if p.atMost == 1 {
		return "numbers from 0 to 1"
	}
	return "numbers of 0 or more"
}

// outputFactor is what the output of an average worker is multiplied by, at one choice of ends.
func outputFactor(relativeProductivity, substitutionRate, outputMultiplier float64) float64 {
	return relativeProductivity * (1 - substitutionRate) * outputMultiplier
}

// outputFactors returns the factor with every parameter at the end that makes it smallest, central and largest.
func (p Parameters) outputFactors() Range {
	return Range{
		Low:     outputFactor(p.RelativeProductivity.Low, p.SubstitutionRate.High, p.OutputMultiplier.Low),
		Central: outputFactor(p.RelativeProductivity.Central, p.SubstitutionRate.Central, p.OutputMultiplier.Central),
		High:    outputFactor(p.RelativeProductivity.High, p.SubstitutionRate.Low, p.OutputMultiplier.High),
	}
}

// sensitivity moves one parameter at a time, for base the output of average workers. Relative wage and remittances
// are left out: they cannot move output.
func (p Parameters) sensitivity(base float64) []Sensitivity {
	moved := []struct {
		name string
		of   func(*Parameters) *Range
	}{
		{substitutionRate, func(p *Parameters) *Range { return &p.SubstitutionRate }},
		{relativeProductivity, func(p *Parameters) *Range { return &p.RelativeProductivity }},
		{outputMultiplier, func(p *Parameters) *Range { return &p.OutputMultiplier }},
	}
	list := make([]Sensitivity, len(moved))
	for i, m := range moved {
		outputAt := func(end float64) float64 {
			changed := p
			m.of(&changed).Central = end
			return base * changed.outputFactors().Central
		}
		ends := m.of(&p)
		list[i] = Sensitivity{m.name, outputAt(ends.Low), outputAt(ends.High)}
	}
	return list
}

// estimate scales base by the ends of a factor. A negative base, which a loss-making industry can have, turns them
// round.
func estimate(base float64, factor Range, unit string) *Estimate {
	if base < 0 {
		factor.Low, factor.High = factor.High, factor.Low
	}
	return &Estimate{Low: base * factor.Low, Central: base * factor.Central, High: base * factor.High, Unit: unit}
}
