package impact_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/impact"
	"homebound/internal/labour"
)

// perWorkerDay values the departure of one worker of a cell for one day of 2018, with the figures alone.
func perWorkerDay(t *testing.T, s impact.Scenario, region, industry string, observations ...labour.Observation) float64 {
	t.Helper()
	r := compute(t, s, facts(observations, level("2018-01-01", region, industry, 1), level("2018-01-02", region, industry, 0)))
	require.NotNil(t, r.OutputLost())
	return r.OutputLost().Central
}

func TestValuation_IndustryFiguresCountWhereBothAreKnown(t *testing.T) {
	s := scenario("A", "2018-01-01", "2018-01-02")
	region := []labour.Observation{grp("A", 2018, 365), employed("A", 2018, 1)} // 1,000 a day
	added := yearly("GVA", "A", "F", 2018, 73, "million RUB")
	posts := yearly("EMPLOYED", "A", "F", 2015, 100, "persons") // 2,000 a day, by the posts of 2015

	assert.InDelta(t, 1_000, perWorkerDay(t, s, "A", "F", region...), 1e-6)
	assert.InDelta(t, 1_000, perWorkerDay(t, s, "A", "F", append(region, added)...), 1e-6)
	assert.InDelta(t, 1_000, perWorkerDay(t, s, "A", "F", append(region, posts)...), 1e-6)
	assert.InDelta(t, 2_000, perWorkerDay(t, s, "A", "F", append(region, added, posts)...), 1e-6)
	assert.InDelta(t, 1_000, perWorkerDay(t, s, "A", "", append(region, added, posts)...), 1e-6)
	assert.InDelta(t, 1_000, perWorkerDay(t, s, "A", "A", append(region, added, posts)...), 1e-6)
}

func TestValuation_WhoseFiguresCount(t *testing.T) {
	parts := []labour.Observation{grp("A", 2018, 365), employed("A", 2018, 1), grp("B", 2018, 365*3), employed("B", 2018, 1)} // 2,000 a day
	country := []labour.Observation{grp("X", 2018, 365*7), employed("X", 2018, 1), grp("C", 2018, 365*10), employed("C", 2018, 2)}
	grouping := []labour.Observation{grp("D", 2018, 365*9), employed("D", 2018, 1)}
	all := append(append(append([]labour.Observation{}, parts...), country...), grouping...)

	reported := scenario("D", "2018-01-01", "2018-01-02")
	reported.Basis = labour.Reported
	d, x := scenario("D", "2018-01-01", "2018-01-02"), scenario("X", "2018-01-01", "2018-01-02")
	for _, c := range []struct {
		name     string
		s        impact.Scenario
		cell     string
		from     []labour.Observation
		expected float64
	}{
		{"a district is the sum of its subjects", d, "D", all, 2_000},
		{"a district has its own where a subject lacks one", d, "D", append(grouping, parts[:3]...), 9_000},
		{"a reported district has its own", reported, "D", all, 9_000},
		{"a reported district without its own is the sum", reported, "D", parts, 2_000},
		{"a country has its own", x, "X", all, 7_000},
		{"a country without its own is the sum over every subject", x, "X", append(parts, country[2:]...), (365 + 365*3 + 365*10) / 365.0 * 1_000 / 4},
		{"both sides of the ratio are of the same regions", d, "D", append([]labour.Observation{grouping[0], grouping[1], parts[0]}, parts[2]), 9_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.InDelta(t, c.expected, perWorkerDay(t, c.s, c.cell, "", c.from...), 1e-6)
		})
	}

	apart := []labour.Observation{grp("A", 2018, 365), grp("B", 2018, 365), employed("D", 2018, 1)}
	r := compute(t, d, facts(apart, level("2018-01-01", "D", "", 1), level("2018-01-02", "D", "", 0)))
	assert.Nil(t, r.OutputLost())
	assert.Contains(t, input(t, r, "GRP D", 0).Note, "GRP and EMPLOYED are known for D, but not of the same regions")
}

func TestValuation_BoundariesMakeUpARegion(t *testing.T) {
	// C joined D in July 2018. Its 7.3 billion count in D's product and its 2,000 in D's employed only from then on.
	observations := append(district(), grp("C", 2018, 7_300), employed("C", 2018, 2))
	s := scenario("D", "2018-01-01", "2018-01-02")
	gone := []impact.Level{level("2018-01-01", "A", "", 6), level("2018-01-02", "A", "", 0)}

	s.BoundariesOn = day("2018-06-30")
	before := compute(t, s, facts(observations, gone...))
	s.BoundariesOn = day("2018-07-01")
	after := compute(t, s, facts(observations, gone...))

	assert.Equal(t, before.OutputLost().Central, after.OutputLost().Central)
	assert.InDelta(t, 6.0/3_000, *before.ShareOfEmployment, exact)
	assert.InDelta(t, 6.0/5_000, *after.ShareOfEmployment, exact)
	assert.InDelta(t, 6_000*365/2/(365e6+2_190e6), before.OutputLostShareOfGRP().Central, 1e-12)
	assert.InDelta(t, 6_000*365/2/(365e6+2_190e6+7_300e6), after.OutputLostShareOfGRP().Central, 1e-12)
}

func TestValuation_AverageWagesAreWeightedNeverSummed(t *testing.T) {
	// A pays 10,000 to 1,000 people, B 40,000 to 2,000: 30,000 on average.
	r := compute(t, scenario("D", "2018-01-01", "2018-01-02"), facts(district(), level("2018-01-01", "D", "", 1), level("2018-01-02", "D", "", 0)))
	assert.InDelta(t, 30_000*12/365.0, r.WagesLost().Central, 1e-6)
	assert.InDelta(t, 0.13*30_000*12/365.0, r.IncomeTaxLost().Central, 1e-6)
	assert.Contains(t, input(t, r, "AVG_WAGE B", 2018).Note, "weighted by the employed into the average of D")

	lacking := district()[:5] // without B's wage and the tax rate
	r = compute(t, scenario("D", "2018-01-01", "2018-01-02"), facts(lacking, level("2018-01-01", "D", "", 1), level("2018-01-02", "D", "", 0)))
	assert.Nil(t, r.WagesLost())
	assert.Contains(t, input(t, r, "AVG_WAGE D", 0).Note, "nor for its subjects B")
}

func TestValuation_TaxNeedsACountry(t *testing.T) {
	f := facts(a2018(), level("2018-01-01", "A", "", 1), level("2018-01-02", "A", "", 0))
	f.Geography = labour.NewGeography([]labour.Region{{Code: "A", Kind: labour.KindSubject}}, nil)
	r := compute(t, scenario("A", "2018-01-01", "2018-01-02"), f)
	assert.NotNil(t, r.WagesLost())
	assert.Nil(t, r.IncomeTaxLost())
	assert.Contains(t, input(t, r, "INCOME_TAX_RATE A", 0).Note, "no country is known that A lies in on 2018-01-02")
}

func TestValuation_OfSeveralObservationsTheBestIsChosen(t *testing.T) {
	with := func(change func(*labour.Observation)) labour.Observation {
		o := grp("A", 2018, 365)
		change(&o)
		return o
	}
	best := with(func(*labour.Observation) {})
	worse := []labour.Observation{
		with(func(o *labour.Observation) { o.Value, o.Confidence, o.Source = 1, labour.Medium, "aaa" }),
		with(func(o *labour.Observation) { o.Value, o.Confidence = 2, "" }),
		with(func(o *labour.Observation) { o.Value, o.Status, o.Source = 3, labour.StatusEstimated, "aaa" }),
		with(func(o *labour.Observation) { o.Value, o.Source = 4, "zzz" }),
		with(func(o *labour.Observation) { o.Value, o.Status, o.Source = 5, labour.StatusMissing, "aaa" }),
		with(func(o *labour.Observation) { o.Value, o.Nationality, o.Source = 6, "KP", "aaa" }),
		with(func(o *labour.Observation) { o.Value, o.Unit, o.Source = 7, "million USD", "aaa" }),
		with(func(o *labour.Observation) { o.Value, o.From, o.Source = 8, day("2018-07-01"), "aaa" }), // half a year
		with(func(o *labour.Observation) { o.Value, o.From, o.Source = 9, day("2017-01-01"), "aaa" }), // two years
		with(func(o *labour.Observation) { o.Value, o.From, o.Source = 10, o.To, "aaa" }),             // a flow on one day
	}
	s := scenario("A", "2018-01-01", "2018-01-02")
	for _, o := range worse {
		for _, order := range [][]labour.Observation{{best, o}, {o, best}} {
			assert.InDelta(t, 1_000, perWorkerDay(t, s, "A", "", append(order, employed("A", 2018, 1))...), 1e-6, "beside %v", o.Value)
		}
	}
}

func TestValuation_AStockOnADayIsOfItsYearAndTheLatestCounts(t *testing.T) {
	onDay := func(on string, value float64) labour.Observation {
		o := yearly("EMPLOYED", "A", "", 2018, value, "thousand persons")
		o.From, o.To = day(on), day(on)
		return o
	}
	observations := []labour.Observation{grp("A", 2018, 365), onDay("2018-10-01", 1), onDay("2018-04-01", 50), onDay("2018-12-01", 0)}
	assert.InDelta(t, 1_000, perWorkerDay(t, scenario("A", "2018-01-01", "2018-01-02"), "A", "", observations...), 1e-6, "and nobody employed is no figure")
}

func TestValuation_UnitsAreBroughtToOne(t *testing.T) {
	s := scenario("A", "2018-01-01", "2018-01-02")
	for unit, value := range map[string]float64{"RUB": 365e6, "thousand RUB": 365e3, "million RUB": 365, "billion RUB": 0.365, "Million RUB per year": 365, "million_RUB": 365} {
		o := yearly("GRP", "A", "", 2018, value, unit)
		assert.InDelta(t, 1_000, perWorkerDay(t, s, "A", "", o, employed("A", 2018, 1)), 1e-6, unit)
	}
	for unit, value := range map[string]float64{"persons": 1000, "thousand persons": 1, "million persons": 0.001} {
		o := yearly("EMPLOYED", "A", "", 2018, value, unit)
		assert.InDelta(t, 1_000, perWorkerDay(t, s, "A", "", grp("A", 2018, 365), o), 1e-6, unit)
	}
	for unit, value := range map[string]float64{"RUB per month": 36_500, "thousand RUB per month": 36.5, "RUB": 36_500, "RUB per year": 12 * 36_500} {
		for rateUnit, rate := range map[string]float64{"fraction": 0.1, "percent": 10} {
			r := compute(t, s, facts([]labour.Observation{yearly("AVG_WAGE", "A", "", 2018, value, unit), yearly("INCOME_TAX_RATE", "X", "", 2018, rate, rateUnit)},
				level("2018-01-01", "A", "", 1), level("2018-01-02", "A", "", 0)))
			assert.InDelta(t, 1_200, r.WagesLost().Central, 1e-6, unit)
			assert.InDelta(t, 120, r.IncomeTaxLost().Central, 1e-6, rateUnit)
		}
	}
	for _, o := range []labour.Observation{yearly("GRP", "A", "", 2018, 1, "million EUR"), yearly("GRP", "A", "", 2018, 1, "million"),
		yearly("GRP", "A", "", 2018, 1, ""), yearly("GRP", "A", "", 2018, 1, "RUB per month"), yearly("GRP", "A", "", 2018, 1, "million persons")} {
		r := compute(t, s, facts([]labour.Observation{o, employed("A", 2018, 1)}, level("2018-01-01", "A", "", 1), level("2018-01-02", "A", "", 0)))
		assert.Nil(t, r.OutputLost(), o.Unit)
		assert.Contains(t, input(t, r, "GRP A", 0).Note, "expected RUB", o.Unit)
	}
}

func TestValuation_ALossMakingIndustryTurnsTheEndsRound(t *testing.T) {
	s := scenario("A", "2018-01-01", "2018-01-02")
	set(&s, "outputMultiplier", impact.Range{Low: 1, Central: 2, High: 3})
	observations := []labour.Observation{yearly("GVA", "A", "F", 2018, -365, "million RUB"), yearly("EMPLOYED", "A", "F", 2018, 1000, "persons"), grp("A", 2018, 1)}
	r := compute(t, s, facts(observations, level("2018-01-01", "A", "F", 1), level("2018-01-02", "A", "F", 0)))
	assert.InDelta(t, -3_000, r.OutputLost().Low(), 1e-6)
	assert.InDelta(t, -1_000, r.OutputLost().High(), 1e-6)
}

func TestInputs_ParametersThenFiguresByNameAndPeriodEachOnce(t *testing.T) {
	observations := []labour.Observation{grp("B", 2018, 1), grp("A", 2018, 1), grp("A", 2017, 1), employed("A", 2017, 1), employed("B", 2018, 1)}
	s := scenario("D", "2017-12-30", "2018-01-02")
	r := compute(t, s, facts(observations, level("2017-01-01", "A", "", 4), level("2017-01-01", "B", "", 4), level("2017-12-31", "A", "", 0), level("2018-01-02", "B", "", 0)))
	var names []string
	for _, in := range r.Inputs {
		name := in.Name
		if in.Period != nil {
			name += " " + in.Period.Key()
		}
		if in.Imputed {
			name += " imputed"
		}
		names = append(names, name)
	}
	assert.Equal(t, []string{
		"labourShare", "observationError.EMPLOYED", "observationError.GRP", "otherProductionTaxShare", "outputElasticity",
		"outputMultiplier", "permitFeePerYear", "relativeProductivity", "remittancePerWorkerYearUsd", "socialContributionRate",
		"stockFactor", "substitutionRate",
		"AVG_WAGE A", "AVG_WAGE B",
		"EMPLOYED A 2017", "EMPLOYED A 2017 imputed", "EMPLOYED B 2018",
		"GRP A 2017", "GRP A 2018", "GRP B 2018 imputed", "GRP B 2018", // for 2017, then for 2018
		"INCOME_TAX_RATE X",
	}, names)
}

func TestValuation_AShareNeedsAProductAboveZero(t *testing.T) {
	industry := []labour.Observation{yearly("GVA", "A", "F", 2018, 365, "million RUB"), yearly("EMPLOYED", "A", "F", 2018, 1000, "persons"),
		yearly("INCOME_TAX_RATE", "X", "", 2018, 0.13, "RUB")}
	s := scenario("A", "2018-01-01", "2018-01-02")
	for want, observations := range map[string][]labour.Observation{
		"no observation was found for A, so outputLostShareOfGrp is not known":                  industry,
		"the gross product of the horizon is not above 0, so outputLostShareOfGrp is not known": append(industry, grp("A", 2018, 0)),
	} {
		r := compute(t, s, facts(observations, level("2018-01-01", "A", "F", 1), level("2018-01-02", "A", "F", 0)))
		assert.InDelta(t, 1_000, r.OutputLost().Central, 1e-6)
		assert.Nil(t, r.OutputLostShareOfGRP())
		assert.Equal(t, want, input(t, r, "GRP A", 0).Note)
		assert.Contains(t, input(t, r, "INCOME_TAX_RATE X", 0).Note, `in "RUB", expected fraction`)
	}
}
