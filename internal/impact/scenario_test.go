package impact_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/impact"
	"homebound/internal/labour"
)

func TestValidate_NamesWhatIsWrong(t *testing.T) {
	inf := math.Inf(1)
	for want, change := range map[string]func(*impact.Scenario){
		"baseline: expected a day not after from, 2018-01-01, found 2018-01-02":             func(s *impact.Scenario) { s.Baseline++ },
		"to: expected a day not before from, 2018-01-01, found 2017-12-31":                  func(s *impact.Scenario) { s.To = s.From - 1 },
		"stayers: expected 0 or more, found -1":                                             func(s *impact.Scenario) { s.Stayers = -1 },
		"substitutionRate: expected numbers from 0 to 1, found 1.1":                         func(s *impact.Scenario) { s.SubstitutionRate.High = 1.1 },
		"substitutionRate: expected numbers from 0 to 1, found -0.1":                        func(s *impact.Scenario) { s.SubstitutionRate.Low = -0.1 },
		"substitutionRate: expected low <= central <= high, found 0.5, 0.4 and 0.6":         func(s *impact.Scenario) { s.SubstitutionRate = impact.Range{Low: 0.5, Central: 0.4, High: 0.6} },
		"relativeProductivity: expected low <= central <= high, found 0, 2 and 1":           func(s *impact.Scenario) { s.RelativeProductivity = impact.Range{Central: 2, High: 1} },
		"relativeWage: expected numbers of 0 or more, found -1":                             func(s *impact.Scenario) { s.RelativeWage.Low = -1 },
		"outputMultiplier: expected finite numbers, found NaN":                              func(s *impact.Scenario) { s.OutputMultiplier.Central = math.NaN() },
		"remittancePerWorkerYearUsd: expected finite numbers, found +Inf":                   func(s *impact.Scenario) { s.RemittancePerWorkerYearUSD.High = inf },
		"remittancePerWorkerYearUsd: expected low <= central <= high, found 2, 1000 and 10": func(s *impact.Scenario) { s.RemittancePerWorkerYearUSD = impact.Range{Low: 2, Central: 1000, High: 10} },
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

func TestCompute_RefusesParametersBeyondNumbers(t *testing.T) {
	s := scenario("A", "2018-01-01", "2018-01-02")
	s.OutputMultiplier, s.RelativeProductivity = fixed(math.MaxFloat64), fixed(10)
	_, err := impact.Compute(context.Background(), s, facts(a2018(), level("2018-01-01", "A", "", 4), level("2018-01-02", "A", "", 0)))
	var fault *labour.Fault
	require.True(t, errors.As(err, &fault))
	assert.Contains(t, fault.Error(), "expected parameters that give finite results")
}

func TestDefaults_EachHasItsSourceOrTheWordAssumption(t *testing.T) {
	s := scenario("A", "2018-01-01", "2018-01-02")
	s.Parameters = impact.Defaults()
	require.NoError(t, s.Validate())
	r := compute(t, s, facts(nil))
	for _, in := range r.Inputs[:5] {
		assert.Regexp(t, `^(assumption: |derived: .*\d{4})`, in.Note, in.Name)
		assert.LessOrEqual(t, *in.Low, *in.Value)
		assert.LessOrEqual(t, *in.Value, *in.High)
	}

	s.SubstitutionRate = fixed(0.25)
	in := compute(t, s, facts(nil)).Inputs[0]
	assert.Equal(t, 0.25, *in.Value)
	assert.True(t, strings.HasPrefix(in.Note, "set in the scenario; the default is 0.2, 0.4, 0.6 (assumption"), in.Note)
}

func TestDefaults_AreThoseOfTheMethodology(t *testing.T) {
	files, err := filepath.Glob("../../docs/METHODOLOGY*.md")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var text strings.Builder
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		text.Write(content)
	}
	d := impact.Defaults()
	for name, r := range map[string]impact.Range{
		"substitutionRate": d.SubstitutionRate, "relativeProductivity": d.RelativeProductivity, "relativeWage": d.RelativeWage,
		"outputMultiplier": d.OutputMultiplier, "remittancePerWorkerYearUsd": d.RemittancePerWorkerYearUSD,
	} {
		assert.Contains(t, text.String(), fmt.Sprintf("| `%s` | %v | %v | %v |", name, r.Low, r.Central, r.High))
	}
}
