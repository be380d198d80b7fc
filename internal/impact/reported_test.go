package impact_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/impact"
	"homebound/internal/labour"
)

var nation = impact.Cell{Region: "X"}

// published is what Russia reported: 30,023 at the end of 2017, 11,490 a year later, about 1,000 on 23 January 2020.
func published() map[impact.Cell]labour.Series {
	return map[impact.Cell]labour.Series{
		nation: {{On: day("2017-12-31"), Value: 30_023}, {On: day("2018-12-31"), Value: 11_490}, {On: day("2020-01-23"), Value: 1_000}},
	}
}

func TestReportedLevels_AreInterpolatedDayByDay(t *testing.T) {
	got := map[labour.Date]float64{}
	last := day("2017-12-21")
	for l, err := range impact.ReportedLevels(published(), day("2017-12-22"), day("2030-12-31")) {
		require.NoError(t, err)
		require.Greater(t, l.On, last)
		got[l.On], last = l.Workers, l.On
	}
	assert.Equal(t, 30_023.0, got[day("2017-12-22")], "flat before the first")
	assert.NotContains(t, got, day("2017-12-23"), "no level where nothing changes")
	assert.InDelta(t, 30_023-18_533/365.0, got[day("2018-01-01")], 1e-9)
	assert.Equal(t, 11_490.0, got[day("2018-12-31")])
	assert.Equal(t, 1_000.0, got[day("2020-01-23")])
	assert.Equal(t, day("2020-01-23"), last, "flat after the last")
	assert.Len(t, got, 1+365+388)
}

func TestReportedLevels_ComeInTheOrderOfDaysThenCells(t *testing.T) {
	f := impact.Cell{Region: "A", Industry: "F"}
	stocks := map[impact.Cell]labour.Series{
		{Region: "B"}: {{On: day("2018-01-01"), Value: 4}, {On: day("2018-01-03"), Value: 0}},
		f:             {{On: day("2018-01-02"), Value: 1}, {On: day("2018-01-03"), Value: 2}},
		{Region: "C"}: nil,
	}
	var got []impact.Level
	for l := range impact.ReportedLevels(stocks, day("2018-01-01"), day("2018-01-03")) {
		got = append(got, l)
	}
	assert.Equal(t, []impact.Level{level("2018-01-01", "A", "F", 1), level("2018-01-01", "B", "", 4), level("2018-01-02", "B", "", 2),
		level("2018-01-03", "A", "F", 2), level("2018-01-03", "B", "", 0)}, got)

	for range impact.ReportedLevels(stocks, day("2018-01-01"), day("2018-01-03")) {
		break // a reader may stop
	}
}

func TestCompute_ReportedStocksAreValuedWithTheCountrysOwnFigures(t *testing.T) {
	// The fall from 30,023 is 18,533/365 a day through 2018: day n of the year has lost n times that. Over the year
	// that is 18,533/365 x (1 + ... + 365)/365 = 18,533 x 366/(2 x 365) worker-years. Each makes 90,202,901.5
	// million RUB over 71,561.7 thousand employed.
	s := scenario("X", "2017-12-31", "2018-12-31")
	s.Basis = labour.Reported
	f := facts([]labour.Observation{grp("X", 2017, 79_745_093.9), employed("X", 2017, 71_842.7), grp("X", 2018, 90_202_901.5), employed("X", 2018, 71_561.7),
		grp("A", 2018, 1), employed("A", 2018, 1)})
	f.Levels = impact.ReportedLevels(published(), s.Baseline, s.To)
	r := compute(t, s, f)

	assert.Equal(t, 30_023.0, *r.BaselineWorkers)
	assert.InDelta(t, 18_533, *r.DepartedWorkers, 1e-9)
	workerYears := 18_533.0 * 366 / (2 * 365)
	assert.InDelta(t, workerYears, *r.WorkerYearsLost, 1e-6)
	assert.InEpsilon(t, workerYears*90_202_901.5e6/71_561.7e3, r.OutputLost().Central, 1e-12)
	assert.InEpsilon(t, 18_533/71_561.7e3, *r.ShareOfEmployment, 1e-12)
	assert.Empty(t, r.ByIndustry)

	quarters := r.Timeline(labour.Quarter)
	require.Len(t, quarters, 5)
	assert.Zero(t, *quarters[0].WorkerYearsLost)
	assert.InDelta(t, 18_533*90/365.0, *quarters[1].DepartedWorkers, 1e-6)
	assert.InDelta(t, 18_533*90*91/2/365.0/365, *quarters[1].WorkerYearsLost, 1e-6)
}
