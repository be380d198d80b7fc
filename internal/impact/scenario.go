package impact

import (
	"cmp"
	"slices"

	"homebound/internal/labour"
)

// DefaultDraws is how many draws a scenario has that states none.
const DefaultDraws = 10_000

// maxDraws bounds the memory of one question.
const maxDraws = 20_000

// Horizon returns the days that the scenario asks about.
func (s Scenario) Horizon() labour.Period { return labour.Period{From: s.From, To: s.To} }

// filled returns the scenario with what it leaves out set.
func (s Scenario) filled() Scenario {
	s.StayersRule = cmp.Or(s.StayersRule, Proportional)
	s.Variant = cmp.Or(s.Variant, AverageProduct)
	s.Draws = cmp.Or(s.Draws, DefaultDraws)
	return s
}

// Validate reports whether the model can answer the scenario. It returns a Fault with BadUserInput that names the first
// field which breaks a rule: the dates in their order, no negative stayers, known words, and every range finite, in order, and
// within what the parameter can mean.
func (s Scenario) Validate() error {
	s = s.filled()
	switch {
	case s.Baseline > s.From:
		return labour.Faultf(labour.BadUserInput, "baseline: expected a day not after from, %s, found %s", s.From,
			s.Baseline)
	case s.From > s.To:
		return labour.Faultf(labour.BadUserInput, "to: expected a day not before from, %s, found %s", s.From, s.To)
	case s.Stayers < 0:
		return labour.Faultf(labour.BadUserInput, "stayers: expected 0 or more, found %d", s.Stayers)
	case s.Draws < 1 || s.Draws > maxDraws:
		return labour.Faultf(labour.BadUserInput, "draws: expected 1 to %d, found %d", maxDraws, s.Draws)
	case !slices.Contains(StayersRules, s.StayersRule):
		return labour.Faultf(labour.BadUserInput, "stayersRule: expected one of %v, found %q", StayersRules, s.StayersRule)
	case !slices.Contains(Variants, s.Variant):
		return labour.Faultf(labour.BadUserInput, "variant: expected one of %v, found %q", Variants, s.Variant)
	}
	seen := map[string]bool{}
	for _, group := range s.Together {
		if len(group) < 2 {
			return labour.Faultf(labour.BadUserInput, "together: expected groups of two or more parameters, found %v", group)
		}
		for _, name := range group {
			if _, ok := meaningOf(name); !ok || seen[name] {
				return labour.Faultf(labour.BadUserInput, "together: expected parameters of the model, each once, found %q", name)
			}
			seen[name] = true
		}
	}
	for _, p := range s.Overrides {
		if err := check(p); err != nil {
			return err
		}
	}
	return nil
}
