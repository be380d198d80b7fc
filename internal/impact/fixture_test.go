package impact_test

import (
	"context"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"homebound/internal/impact"
	"homebound/internal/labour"
)

func day(text string) labour.Date { return labour.MustParseDate(text) }

func dayPointer(text string) *labour.Date { d := day(text); return &d }

func fixed(v float64) impact.Range { return impact.Range{Low: v, Central: v, High: v} }

// set overrides a parameter of the scenario.
func set(s *impact.Scenario, name string, r impact.Range) {
	s.Overrides = append(s.Overrides, labour.Parameter{Name: name, Low: r.Low, Central: r.Central, High: r.High})
}

// row is a parameter that holds everywhere.
func row(name string, r impact.Range) labour.Parameter {
	return labour.Parameter{Name: name, Low: r.Low, Central: r.Central, High: r.High, Distribution: labour.Triangular,
		Unit: map[string]string{"remittancePerWorkerYearUsd": "USD per year", "permitFeePerYear": "RUB per year"}[name], Source: "study"}
}

// identity are parameters that leave every figure as it is, so that a fixture's arithmetic stays short.
func identity() []labour.Parameter {
	return []labour.Parameter{
		row("substitutionRate", fixed(0)), row("relativeProductivity", fixed(1)), row("relativeWage", fixed(1)),
		row("outputMultiplier", fixed(1)), row("remittancePerWorkerYearUsd", fixed(1000)), row("outputElasticity", fixed(1)),
		row("labourShare", fixed(1)), row("socialContributionRate", fixed(0)), row("permitFeePerYear", fixed(0)),
		row("otherProductionTaxShare", fixed(0)),
	}
}

// country has two subjects, A and B, in district D; C joins D on 2018-07-01.
func country() *labour.Geography {
	return labour.NewGeography(
		[]labour.Region{
			{Code: "X", Kind: labour.KindCountry}, {Code: "D", Kind: labour.KindDistrict},
			{Code: "A", Kind: labour.KindSubject}, {Code: "B", Kind: labour.KindSubject}, {Code: "C", Kind: labour.KindSubject},
		},
		[]labour.Membership{
			{Code: "D", Parent: "X"}, {Code: "A", Parent: "D"}, {Code: "B", Parent: "D"},
			{Code: "C", Parent: "X", ValidTo: dayPointer("2018-06-30")}, {Code: "C", Parent: "D", ValidFrom: dayPointer("2018-07-01")},
		})
}

// yearly is an observation of a whole year.
func yearly(indicator, region, industry string, year int, value float64, unit string) labour.Observation {
	p := labour.YearPeriod(year)
	return labour.Observation{Indicator: indicator, Region: region, Industry: industry, From: p.From, To: p.To,
		Value: value, Unit: unit, Status: labour.StatusNormal, Source: "office", Confidence: labour.High}
}

func grp(region string, year int, million float64) labour.Observation {
	return yearly("GRP", region, "", year, million, "million RUB")
}

func employed(region string, year int, thousand float64) labour.Observation {
	return yearly("EMPLOYED", region, "", year, thousand, "thousand persons")
}

func level(on, region, industry string, workers float64) impact.Level {
	return impact.Level{On: day(on), Cell: impact.Cell{Region: region, Industry: industry}, Workers: workers}
}

func levels(list ...impact.Level) iter.Seq2[impact.Level, error] {
	return func(yield func(impact.Level, error) bool) {
		for _, l := range list {
			if !yield(l, nil) {
				return
			}
		}
	}
}

// scenario asks about a region from one day to another, counted from the first, on the boundaries of the last.
func scenario(region, from, to string) impact.Scenario {
	return impact.Scenario{Region: region, From: day(from), To: day(to), Baseline: day(from), BoundariesOn: day(to),
		Basis: labour.Register, Nationalities: []string{"KP"}, StayersRule: impact.First}
}

func facts(observations []labour.Observation, list ...impact.Level) impact.Facts {
	return impact.Facts{Currency: "RUB", Geography: country(), Observations: observations, Levels: levels(list...), Parameters: identity()}
}

func compute(t *testing.T, s impact.Scenario, f impact.Facts) *impact.Result {
	t.Helper()
	r, err := impact.Compute(context.Background(), s, f)
	require.NoError(t, err)
	return r
}

// input finds the one input of a name and of the year of its period; year 0 asks for one without a period.
func input(t *testing.T, r *impact.Result, name string, year int) impact.Input {
	t.Helper()
	var found []impact.Input
	for _, in := range r.Inputs {
		if in.Name == name && (year == 0 && in.Period == nil || in.Period != nil && in.Period.To.Year() == year) {
			found = append(found, in)
		}
	}
	require.Len(t, found, 1, "inputs named %s of %d", name, year)
	return found[0]
}
