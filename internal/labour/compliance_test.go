package labour_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
)

// monthDays is the mean length of a month: 146,097 days in 400 years of 12 months.
const monthDays = 30.436875

func TestSanction_Comply(t *testing.T) {
	s := labour.Sanction{AdoptedOn: *day("2017-12-22"), Deadline: day("2019-12-22")}
	assert.Equal(t, *day("2018-12-22"), s.HalfwayDay())
	some := func(x float64) *float64 { return &x }
	yes, no := true, false
	for name, one := range map[string]struct {
		asOf     string
		stocks   labour.Stocks
		expected labour.Compliance
	}{
		// 730 days are 23.98 months: 1,250.8 would have to go in each.
		"on the day of adoption": {"2017-12-22", labour.Stocks{Baseline: 30_000, Remaining: 30_000, Months: [4]float64{30_000, 30_000, 30_000, 30_000}},
			labour.Compliance{Progress: 0, DaysToDeadline: 730, RequiredMonthlyPace: some(30_000 / (730 / monthDays)), Status: labour.Behind}},
		// 12,000 / (365 / 30.436875) = 1,000.66 a month are needed; (18,000 - 12,000) / 3 = 2,000 went.
		"halfway, faster than needed": {"2018-12-22", labour.Stocks{Baseline: 30_000, Remaining: 12_000, Months: [4]float64{12_000, 14_000, 16_000, 18_000}, Halfway: 12_000},
			labour.Compliance{Progress: 0.6, HalfwayMet: &yes, DaysToDeadline: 365, RequiredMonthlyPace: some(12_000 / (365 / monthDays)), RecentMonthlyPace: 2_000,
				ProjectedCompletion: day("2019-06-23"), Status: labour.OnTrack}}, // 6 months are 182.6 days
		"halfway, exactly half": {"2018-12-22", labour.Stocks{Baseline: 30_000, Remaining: 15_000, Months: [4]float64{15_000, 15_000, 15_000, 15_000}, Halfway: 15_000},
			labour.Compliance{Progress: 0.5, HalfwayMet: &yes, DaysToDeadline: 365, RequiredMonthlyPace: some(15_000 / (365 / monthDays)), Status: labour.Behind}},
		"halfway, one too many": {"2018-12-22", labour.Stocks{Baseline: 30_000, Remaining: 15_001, Months: [4]float64{15_001, 15_001, 15_001, 15_001}, Halfway: 15_001},
			labour.Compliance{Progress: 1 - 15_001.0/30_000, HalfwayMet: &no, DaysToDeadline: 365, RequiredMonthlyPace: some(15_001 / (365 / monthDays)), Status: labour.Behind}},
		"numbers rise": {"2018-06-22", labour.Stocks{Baseline: 1_000, Remaining: 1_300, Months: [4]float64{1_300, 1_200, 1_100, 1_000}},
			labour.Compliance{Progress: -0.3, DaysToDeadline: 548, RequiredMonthlyPace: some(1_300 / (548 / monthDays)), RecentMonthlyPace: -100, Status: labour.Behind}},
		"on the last day, some left": {"2019-12-22", labour.Stocks{Baseline: 1_000, Remaining: 10, Months: [4]float64{10, 20, 30, 40}, Halfway: 400},
			labour.Compliance{Progress: 0.99, HalfwayMet: &yes, DaysToDeadline: 0, RecentMonthlyPace: 10, ProjectedCompletion: day("2020-01-21"), Status: labour.Behind}},
		"the day after, some left": {"2019-12-23", labour.Stocks{Baseline: 1_000, Remaining: 10, Months: [4]float64{10, 20, 30, 40}, Halfway: 400},
			labour.Compliance{Progress: 0.99, HalfwayMet: &yes, DaysToDeadline: -1, RecentMonthlyPace: 10, ProjectedCompletion: day("2020-01-22"), Status: labour.Missed}},
		"nobody left in time": {"2019-10-01", labour.Stocks{Baseline: 1_000, Months: [4]float64{0, 0, 0, 300}, Halfway: 800},
			labour.Compliance{Progress: 1, HalfwayMet: &no, DaysToDeadline: 82, RequiredMonthlyPace: some(0), RecentMonthlyPace: 100, ProjectedCompletion: day("2019-10-01"), Status: labour.Completed}},
		"nobody left, after the deadline": {"2020-01-01", labour.Stocks{Baseline: 1_000},
			labour.Compliance{Progress: 1, HalfwayMet: &yes, DaysToDeadline: -10, ProjectedCompletion: day("2020-01-01"), Status: labour.Completed}},
		"nobody was there to begin with": {"2018-01-01", labour.Stocks{},
			labour.Compliance{Progress: 1, DaysToDeadline: 720, RequiredMonthlyPace: some(0), ProjectedCompletion: day("2018-01-01"), Status: labour.Completed}},
		"at a pace that never ends": {"2018-06-22", labour.Stocks{Baseline: 1e9, Remaining: 1e9, Months: [4]float64{1e9, 1e9, 1e9, 1e9 + 1}},
			labour.Compliance{Progress: 0, DaysToDeadline: 548, RequiredMonthlyPace: some(1e9 / (548 / monthDays)), RecentMonthlyPace: 1.0 / 3, Status: labour.Behind}},
	} {
		t.Run(name, func(t *testing.T) {
			found := s.Comply(*day(one.asOf), one.stocks)
			if one.expected.RequiredMonthlyPace != nil {
				require.NotNil(t, found.RequiredMonthlyPace)
				assert.InDelta(t, *one.expected.RequiredMonthlyPace, *found.RequiredMonthlyPace, 1e-6)
				found.RequiredMonthlyPace = one.expected.RequiredMonthlyPace
			}
			assert.InDelta(t, one.expected.Progress, found.Progress, 1e-12)
			found.Progress = one.expected.Progress
			assert.Equal(t, one.expected, found)
		})
	}
}
