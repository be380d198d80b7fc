package impact_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/impact"
	"homebound/internal/labour"
)

func TestValidate_NamesWhatIsWrong(t *testing.T) {
	inf := math.Inf(1)
	for want, change := range map[string]func(*impact.Scenario){
		"baseline: expected a day not after from, 2018-01-01, found 2018-01-02":     func(s *impact.Scenario) { s.Baseline++ },
		"to: expected a day not before from, 2018-01-01, found 2017-12-31":          func(s *impact.Scenario) { s.To = s.From - 1 },
		"stayers: expected 0 or more, found -1":                                     func(s *impact.Scenario) { s.Stayers = -1 },
		"substitutionRate: expected numbers from 0 to 1, found 1.1":                 func(s *impact.Scenario) { set(s, "substitutionRate", impact.Range{High: 1.1}) },
		"substitutionRate: expected numbers from 0 to 1, found -0.1":                func(s *impact.Scenario) { set(s, "substitutionRate", impact.Range{Low: -0.1}) },
		"substitutionRate: expected low <= central <= high, found 0.5, 0.4 and 0.6": func(s *impact.Scenario) { set(s, "substitutionRate", impact.Range{Low: 0.5, Central: 0.4, High: 0.6}) },
		"relativeProductivity: expected low <= central <= high, found 0, 2 and 1":   func(s *impact.Scenario) { set(s, "relativeProductivity", impact.Range{Central: 2, High: 1}) },
		"relativeWage: expected numbers from 0 to 1000, found -1":                   func(s *impact.Scenario) { set(s, "relativeWage", impact.Range{Low: -1}) },
		"outputMultiplier: expected finite numbers, found NaN":                      func(s *impact.Scenario) { set(s, "outputMultiplier", impact.Range{Central: math.NaN()}) },
		"remittancePerWorkerYearUsd: expected finite numbers, found +Inf":           func(s *impact.Scenario) { set(s, "remittancePerWorkerYearUsd", impact.Range{High: inf}) },
		"remittancePerWorkerYearUsd: expected low <= central <= high, found 2, 1000 and 10": func(s *impact.Scenario) {
			set(s, "remittancePerWorkerYearUsd", impact.Range{Low: 2, Central: 1000, High: 10})
		},
		`parameters: expected a parameter of the model, found "tea"`:                    func(s *impact.Scenario) { set(s, "tea", fixed(1)) },
		"draws: expected 1 to 20000, found -1":                                          func(s *impact.Scenario) { s.Draws = -1 },
		`stayersRule: expected one of [PROPORTIONAL LAST FIRST], found "NOBODY"`:        func(s *impact.Scenario) { s.StayersRule = "NOBODY" },
		`variant: expected one of [AVERAGE_PRODUCT WAGE_SHARE ELASTICITY], found "ANY"`: func(s *impact.Scenario) { s.Variant = "ANY" },
		"together: expected groups of two or more parameters, found [relativeWage]":     func(s *impact.Scenario) { s.Together = [][]string{{"relativeWage"}} },
		`together: expected parameters of the model, each once, found "tea"`:            func(s *impact.Scenario) { s.Together = [][]string{{"relativeWage", "tea"}} },
		"outputMultiplier: expected numbers from 0 to 1000, found 1e+300":               func(s *impact.Scenario) { set(s, "outputMultiplier", fixed(1e300)) },
		"fadeOutHalfLifeYears: expected numbers above 0, found 0":                       func(s *impact.Scenario) { set(s, "fadeOutHalfLifeYears", fixed(0)) },
	} {
		s := scenario("A", "2018-01-01", "2018-12-31")
		require.NoError(t, s.Validate())
		change(&s)
		_, err := impact.Compute(context.Background(), s, facts(nil))
		var fault *labour.Fault
		require.True(t, errors.As(err, &fault), want)
		assert.Equal(t, labour.BadUserInput, fault.Code)
		assert.Equal(t, want, fault.Error())
	}
}
