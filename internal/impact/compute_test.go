package impact_test

import (
	"context"
	"errors"
	"iter"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/impact"
	"homebound/internal/labour"
)

const exact = 1e-9

// a2018 makes an average worker of A produce 730 million / 1 thousand = 730,000 RUB in 2018: 2,000 a day.
func a2018() []labour.Observation {
	return []labour.Observation{grp("A", 2018, 730), employed("A", 2018, 1), yearly("AVG_WAGE", "A", "", 2018, 30_000, "RUB per month"),
		yearly("INCOME_TAX_RATE", "X", "", 2018, 13, "percent")}
}

func TestCompute_TwoDaysOfOneSubject(t *testing.T) {
	// 10 workers on the 1st, 6 on the 2nd: 4 departed for one day.
	r := compute(t, scenario("A", "2018-01-01", "2018-01-02"),
		facts(a2018(), level("2017-05-01", "A", "F", 9), level("2017-06-01", "A", "F", 10), level("2018-01-02", "A", "F", 6)))

	assert.Equal(t, 10.0, *r.BaselineWorkers)
	assert.Equal(t, 4.0, *r.DepartedWorkers)
	assert.InDelta(t, 4.0/365, *r.WorkerYearsLost, exact)
	assert.InDelta(t, 4.0/1000, *r.ShareOfEmployment, exact)
	assert.InDelta(t, 4*2_000, r.OutputLost().Central, 1e-6)
	assert.InDelta(t, 8_000/(730e6*2/365), r.OutputLostShareOfGRP().Central, 1e-12) // two days of the year's product
	assert.InDelta(t, 4*12*30_000/365.0, r.WagesLost().Central, 1e-6)
	assert.InDelta(t, 0.13*4*12*30_000/365.0, r.IncomeTaxLost().Central, 1e-6)
	assert.InDelta(t, 4*1000/365.0, r.RemittancesForgone.Central, 1e-9)
	assert.Equal(t, []string{"RUB", "fraction", "RUB", "RUB", "USD"}, []string{r.OutputLost().Unit, r.OutputLostShareOfGRP().Unit,
		r.WagesLost().Unit, r.IncomeTaxLost().Unit, r.RemittancesForgone.Unit})
	require.Len(t, r.ByIndustry, 1)
	assert.Equal(t, "F", r.ByIndustry[0].Industry)
	assert.InDelta(t, 8_000, r.ByIndustry[0].OutputLost().Central, 1e-6)
}

func TestCompute_RangesMeetAtTheirEnds(t *testing.T) {
	s := scenario("A", "2018-01-01", "2018-01-02")
	set(&s, "substitutionRate", impact.Range{Low: 0.2, Central: 0.5, High: 0.6})
	set(&s, "relativeProductivity", impact.Range{Low: 0.5, Central: 0.8, High: 1})
	set(&s, "relativeWage", impact.Range{Low: 0.5, Central: 0.6, High: 1})
	set(&s, "outputMultiplier", impact.Range{Low: 1, Central: 1.5, High: 2})
	set(&s, "remittancePerWorkerYearUsd", impact.Range{Low: 1, Central: 2, High: 3})
	r := compute(t, s, facts(a2018(), level("2018-01-01", "A", "", 4), level("2018-01-02", "A", "", 0)))

	// The average worker's 8,000 times relative productivity, one less the substitution rate, and the multiplier.
	assert.InDelta(t, 8_000*0.5*0.4*1, r.OutputLost().Low(), 1e-6)
	assert.InDelta(t, 8_000*0.8*0.5*1.5, r.OutputLost().Central, 1e-6)
	assert.InDelta(t, 8_000*1*0.8*2, r.OutputLost().High(), 1e-6)
	assert.InDelta(t, 0.5*0.4*4*12*30_000/365.0, r.WagesLost().Low(), 1e-6) // of posts that stay empty, as output
	assert.InDelta(t, 3*4/365.0, r.RemittancesForgone.High(), 1e-9)
	assert.Empty(t, r.ByIndustry)

	// By size of swing, the variants below.
	list := r.Sensitivity()
	require.Len(t, list, 4)
	for i, want := range []impact.Sensitivity{
		{Parameter: "substitutionRate", LowSetting: "0.2", HighSetting: "0.6", OutputLostAtLow: 8_000 * 0.8 * 0.8 * 1.5, OutputLostAtHigh: 8_000 * 0.8 * 0.4 * 1.5},
		{Parameter: "outputMultiplier", LowSetting: "1", HighSetting: "2", OutputLostAtLow: 8_000 * 0.8 * 0.5 * 1, OutputLostAtHigh: 8_000 * 0.8 * 0.5 * 2},
		{Parameter: "relativeProductivity", LowSetting: "0.5", HighSetting: "1", OutputLostAtLow: 8_000 * 0.5 * 0.5 * 1.5, OutputLostAtHigh: 8_000 * 1 * 0.5 * 1.5},
		{Parameter: "variant", Switch: true, LowSetting: "AVERAGE_PRODUCT", HighSetting: "ELASTICITY", OutputLostAtLow: 8_000 * 0.8 * 0.5 * 1.5, OutputLostAtHigh: 8_000 * 1 * 0.5 * 1.5},
	} {
		got := list[i]
		assert.InDelta(t, want.OutputLostAtLow, got.OutputLostAtLow, 1e-6, want.Parameter)
		assert.InDelta(t, want.OutputLostAtHigh, got.OutputLostAtHigh, 1e-6, want.Parameter)
		want.OutputLostAtLow, want.OutputLostAtHigh, got.OutputLostAtLow, got.OutputLostAtHigh = 0, 0, 0, 0
		assert.Equal(t, want, got)
	}
}

// district returns A 365,000 RUB a worker and year, B 730,000; 1,000 and 3,000 RUB a day.
func district() []labour.Observation {
	return []labour.Observation{grp("A", 2018, 365), employed("A", 2018, 1), grp("B", 2018, 2_190), employed("B", 2018, 2),
		yearly("AVG_WAGE", "A", "", 2018, 10_000, "RUB per month"), yearly("AVG_WAGE", "B", "", 2018, 40_000, "RUB per month"),
		yearly("INCOME_TAX_RATE", "X", "", 2018, 0.13, "fraction")}
}

func TestCompute_EachSubjectIsValuedWithItsOwnFigures(t *testing.T) {
	// A falls by 6 and B by 4 on the 1st of February; that day alone is asked about, from a baseline in January.
	s := scenario("D", "2018-02-01", "2018-02-01")
	s.Baseline = day("2018-01-15")
	r := compute(t, s, facts(district(), level("2018-01-01", "A", "", 10), level("2018-01-01", "B", "", 10),
		level("2018-02-01", "A", "", 4), level("2018-02-01", "B", "", 6)))

	assert.Equal(t, 20.0, *r.BaselineWorkers)
	assert.InDelta(t, 6*1_000+4*3_000, r.OutputLost().Central, 1e-6)
	assert.InDelta(t, 10.0/3_000, *r.ShareOfEmployment, exact)
	assert.InDelta(t, 18_000/((365e6+2_190e6)/365), r.OutputLostShareOfGRP().Central, 1e-12)
	assert.InDelta(t, (6*10_000+4*40_000)*12/365.0, r.WagesLost().Central, 1e-6)
	assert.Contains(t, input(t, r, "GRP B", 2018).Note, "summed into D")
}

func TestCompute_ARiseInOnePlaceIsSharedByThoseThatFell(t *testing.T) {
	// A falls by 6, B by 2 and C rises by 4: 4 departed in all, 3 laid on A and 1 on B.
	r := compute(t, scenario("X", "2018-01-01", "2018-01-02"), facts(append(district(), grp("C", 2018, 1), employed("C", 2018, 1)),
		level("2018-01-01", "A", "", 6), level("2018-01-01", "B", "", 6), level("2018-01-02", "A", "", 0),
		level("2018-01-02", "B", "", 4), level("2018-01-02", "C", "", 4)))

	assert.Equal(t, 4.0, *r.DepartedWorkers)
	assert.InDelta(t, 3*1_000+1*3_000, r.OutputLost().Central, 1e-6)
}

func TestCompute_StayersUndoDepartures(t *testing.T) {
	list := []impact.Level{level("2018-01-01", "A", "", 6), level("2018-01-01", "B", "", 6), level("2018-01-02", "A", "", 0), level("2018-01-02", "B", "", 3)}
	for name, c := range map[string]struct {
		stayers  int
		departed float64
		output   float64
	}{
		"none":                {0, 9, 6*1_000 + 3*3_000},
		"fewer than departed": {3, 6, 4*1_000 + 2*3_000}, // in proportion to the falls, 6 and 3
		"as many":             {9, 0, 0},
		"more":                {500, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := scenario("D", "2018-01-01", "2018-01-02")
			s.Stayers = c.stayers
			r := compute(t, s, facts(district(), list...))
			assert.Equal(t, c.departed, *r.DepartedWorkers)
			assert.InDelta(t, c.departed/365, *r.WorkerYearsLost, exact)
			assert.InDelta(t, c.output, r.OutputLost().Central, 1e-6)
		})
	}
}

func TestCompute_ARiseAfterTheBaselineIsNoLoss(t *testing.T) {
	// 10, then 15 for a day, then 8: what counts is the baseline, so 2 are gone.
	r := compute(t, scenario("A", "2018-01-01", "2018-01-03"),
		facts(a2018(), level("2018-01-01", "A", "", 10), level("2018-01-02", "A", "", 15), level("2018-01-03", "A", "", 8)))
	assert.Equal(t, 2.0, *r.DepartedWorkers)
	assert.InDelta(t, 2.0/365, *r.WorkerYearsLost, exact)
}

func TestCompute_EachDayIsAPartOfItsOwnYear(t *testing.T) {
	// 366 people gone from 31 December 2015 to 1 January 2016: 366/365 and 366/366 worker-years.
	observations := []labour.Observation{grp("A", 2015, 365), grp("A", 2016, 732), employed("A", 2015, 1)}
	s := scenario("A", "2015-12-31", "2016-01-01")
	s.Baseline = day("2015-01-01")
	r := compute(t, s, facts(observations, level("2015-01-01", "A", "", 366), level("2015-02-01", "A", "", 0)))

	assert.InDelta(t, 366/365.0+1, *r.WorkerYearsLost, exact)
	assert.InDelta(t, 366_000+732_000, r.OutputLost().Central, 1e-6)
	assert.InDelta(t, (366_000+732_000)/(365e6/365+732e6/366), r.OutputLostShareOfGRP().Central, 1e-12)
	years := r.Timeline(labour.Year)
	require.Len(t, years, 2)
	assert.InDelta(t, 1, *years[1].WorkerYearsLost, exact)
	assert.InDelta(t, 366_000, years[0].OutputLost().Central, 1e-6)
}

func TestCompute_AMissingYearTakesTheNearestEarlierElseTheNearestLater(t *testing.T) {
	// GRP stands for 2016 alone, EMPLOYED for 2017 and 2020: 2018 is 365 million over 1 thousand.
	observations := []labour.Observation{grp("A", 2016, 365), employed("A", 2017, 1), employed("A", 2020, 9)}
	r := compute(t, scenario("A", "2018-01-01", "2018-01-02"), facts(observations, level("2018-01-01", "A", "", 4), level("2018-01-02", "A", "", 0)))
	assert.InDelta(t, 4_000, r.OutputLost().Central, 1e-6)
	in := input(t, r, "EMPLOYED A", 2017)
	assert.True(t, in.Imputed)
	assert.Equal(t, labour.YearPeriod(2017), *in.Period)
	assert.Contains(t, in.Note, "stands in for 2018")
	assert.Equal(t, 1.0, *in.Value)
	assert.Equal(t, "thousand persons", in.Unit)
	assert.Equal(t, "office", in.Source)

	later := compute(t, scenario("A", "2015-01-01", "2015-01-02"), facts(observations, level("2015-01-01", "A", "", 4), level("2015-01-02", "A", "", 0)))
	assert.InDelta(t, 4_000, later.OutputLost().Central, 1e-6)
	assert.Contains(t, input(t, later, "GRP A", 2016).Note, "stands in for 2015")
}

func TestCompute_WhatIsMissingIsNilWithAReason(t *testing.T) {
	gone := []impact.Level{level("2018-01-01", "A", "F", 4), level("2018-01-02", "A", "F", 0)}
	s := scenario("A", "2018-01-01", "2018-01-02")

	r := compute(t, s, facts(nil, gone...))
	assert.Nil(t, r.OutputLost())
	assert.Nil(t, r.OutputLostShareOfGRP())
	assert.Nil(t, r.ShareOfEmployment)
	assert.Nil(t, r.WagesLost())
	assert.Nil(t, r.IncomeTaxLost())
	assert.Nil(t, r.ByIndustry[0].OutputLost())
	assert.Empty(t, r.Sensitivity())
	assert.NotNil(t, r.WorkerYearsLost)
	assert.NotNil(t, r.RemittancesForgone)
	for name, note := range map[string]string{
		"GRP A":             "no observation was found for A, so outputLost is not known; no observation was found for A, so outputLostShareOfGrp is not known",
		"EMPLOYED A":        "no observation was found for A, so outputLost is not known; no observation was found for A, so shareOfEmployment is not known",
		"AVG_WAGE A":        "no observation was found for A, so wagesLost is not known",
		"INCOME_TAX_RATE X": "no observation was found for X, so incomeTaxLost is not known",
	} {
		in := input(t, r, name, 0)
		assert.Nil(t, in.Value, name)
		assert.NotEmpty(t, in.Unit, name)
		assert.Equal(t, note, in.Note)
	}

	euros := []labour.Observation{yearly("GRP", "A", "", 2018, 5, "million EUR"), employed("A", 2018, 1)}
	r = compute(t, s, facts(euros, gone...))
	assert.Nil(t, r.OutputLost())
	assert.Contains(t, input(t, r, "GRP A", 0).Note, `in "million EUR", expected RUB`)
}

func TestCompute_AGroupingNamesTheSubjectsThatLackAFigure(t *testing.T) {
	observations := []labour.Observation{grp("A", 2018, 365), employed("A", 2018, 1), grp("B", 2018, 365)}
	s := scenario("D", "2018-01-01", "2018-01-02")
	r := compute(t, s, facts(observations, level("2018-01-01", "A", "", 4), level("2018-01-02", "A", "", 0)))
	assert.NotNil(t, r.OutputLost(), "no one has left B, so its figures do not matter")
	assert.Nil(t, r.ShareOfEmployment)
	assert.Contains(t, input(t, r, "EMPLOYED D", 0).Note, "no observation was found for D, nor for its subjects B, so")
}

func TestCompute_NobodyThereIsZeroAndNoKnowledgeIsNil(t *testing.T) {
	s := scenario("A", "2018-01-01", "2018-03-31")
	none := compute(t, s, facts(nil, level("2017-01-01", "A", "F", 0)))
	assert.Zero(t, *none.BaselineWorkers)
	assert.Zero(t, *none.ShareOfEmployment)
	for unit, e := range map[string]*impact.Estimate{"RUB": none.OutputLost(), "fraction": none.OutputLostShareOfGRP(), "USD": none.RemittancesForgone} {
		assert.Equal(t, unit, e.Unit)
		assert.Zero(t, e.Central)
		assert.Zero(t, e.Low())
		assert.Zero(t, e.High())
		assert.Equal(t, impact.Spread{}, e.Spread())
	}

	unknown := compute(t, s, facts(a2018(), level("2018-04-01", "A", "F", 3)))
	assert.Nil(t, unknown.BaselineWorkers)
	assert.Nil(t, unknown.DepartedWorkers)
	assert.Nil(t, unknown.WorkerYearsLost)
	assert.Nil(t, unknown.RemittancesForgone)
	assert.Empty(t, unknown.ByIndustry)
	assert.Contains(t, input(t, unknown, "WORKERS_PRESENT A", 0).Note, "no stock of workers is known for A")
	for _, p := range unknown.Timeline(labour.Month) {
		assert.Nil(t, p.DepartedWorkers)
		assert.Nil(t, p.OutputLost())
	}

	unread := facts(nil)
	unread.Levels, unread.Geography = nil, nil
	assert.Nil(t, compute(t, s, unread).DepartedWorkers)
}

func TestCompute_OwnWagesComeBeforeTheRegionsAverage(t *testing.T) {
	f := facts(a2018(), level("2018-01-01", "A", "F", 2), level("2018-01-01", "A", "", 2), level("2018-01-02", "A", "F", 0), level("2018-01-02", "A", "", 0))
	f.OwnWages = map[impact.Cell]float64{{Region: "A", Industry: "F"}: 20_000}
	s := scenario("A", "2018-01-01", "2018-01-02")
	set(&s, "relativeWage", impact.Range{Low: 0.4, Central: 0.5, High: 1})
	r := compute(t, s, f)
	// Two at 20,000 whatever the ratio, two at the ratio of 30,000.
	assert.InDelta(t, (2*20_000+2*30_000*0.4)*12/365.0, r.WagesLost().Low(), 1e-6)
	assert.InDelta(t, (2*20_000+2*30_000*1)*12/365.0, r.WagesLost().High(), 1e-6)
	assert.InDelta(t, 0.13*(2*20_000+2*30_000*0.5)*12/365.0, r.IncomeTaxLost().Central, 1e-6)
	own := input(t, r, "permits' own wage A F", 0)
	assert.Equal(t, 20_000.0, *own.Value)
	assert.Equal(t, "RUB per month", own.Unit)
}

func TestCompute_AnErrorOrADisorderOfTheLevelsEndsIt(t *testing.T) {
	s := scenario("A", "2018-01-01", "2018-01-02")
	broken := errors.New("disk gone")
	f := facts(nil)
	f.Levels = func(yield func(impact.Level, error) bool) { yield(impact.Level{}, broken) }
	_, err := impact.Compute(context.Background(), s, f)
	require.ErrorIs(t, err, broken)

	for name, list := range map[string][]impact.Level{
		"comes after":          {level("2018-01-02", "A", "", 1), level("2018-01-01", "A", "", 1)},
		"-1 workers":           {level("2018-01-01", "A", "", -1)},
		"NaN workers":          {level("2018-01-01", "A", "", math.NaN())},
		"+Inf workers in A on": {level("2018-01-01", "A", "", math.Inf(1))},
	} {
		_, err := impact.Compute(context.Background(), s, facts(nil, list...))
		require.ErrorContains(t, err, name)
	}
}

func TestCompute_StopsWhenTheContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	read := 0
	f := facts(nil)
	f.Levels = iter.Seq2[impact.Level, error](func(yield func(impact.Level, error) bool) {
		for on := day("2018-01-01"); yield(impact.Level{On: on, Cell: impact.Cell{Region: "A"}, Workers: 1}, nil); on++ {
			if read++; read == 10 {
				cancel()
			}
		}
	})
	_, err := impact.Compute(ctx, scenario("A", "2018-01-01", "2028-01-01"), f)
	require.ErrorIs(t, err, context.Canceled)
	assert.Less(t, read, 15)
}

func TestCompute_TheLastOfTwoLevelsOfADayHolds(t *testing.T) {
	r := compute(t, scenario("A", "2018-01-01", "2018-01-02"), facts(a2018(), level("2018-01-01", "A", "", 7), level("2018-01-01", "A", "", 9), level("2018-01-02", "A", "", 0)))
	assert.Equal(t, 9.0, *r.BaselineWorkers)
}
