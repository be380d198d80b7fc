package evidence_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/answers/evidence"
	"homebound/internal/labour"
)

// monthDays is the mean length of a month: 146,097 days in 400 years of 12 months.
const monthDays = 30.436875

func TestRepatriation_OfKnownStocks(t *testing.T) {
	some := func(x float64) *float64 { return &x }
	yes, no := true, false
	for name, one := range map[string]struct {
		asOf     string
		stocks   stocksOf
		expected judgement
	}{
		// 730 days are 23.98 months: 1,250.8 would have to go in each.
		"on the day of adoption": {"2017-12-22", stocksOf{Baseline: 30_000, Remaining: 30_000, Months: [4]float64{30_000, 30_000, 30_000, 30_000}},
			judgement{Progress: 0, DaysToDeadline: 730, RequiredMonthlyPace: some(30_000 / (730 / monthDays)), Status: labour.Behind}},
		// 12,000 / (365 / 30.436875) = 1,000.66 a month are needed; (18,000 - 12,000) / 3 = 2,000 went.
		"halfway, faster than needed": {"2018-12-22", stocksOf{Baseline: 30_000, Remaining: 12_000, Months: [4]float64{12_000, 14_000, 16_000, 18_000}, Halfway: 12_000},
			judgement{Progress: 0.6, HalfwayMet: &yes, DaysToDeadline: 365, RequiredMonthlyPace: some(12_000 / (365 / monthDays)), RecentMonthlyPace: 2_000,
				ProjectedCompletion: day("2019-06-23"), Status: labour.OnTrack}}, // 6 months are 182.6 days
		"halfway, exactly half": {"2018-12-22", stocksOf{Baseline: 30_000, Remaining: 15_000, Months: [4]float64{15_000, 15_000, 15_000, 15_000}, Halfway: 15_000},
			judgement{Progress: 0.5, HalfwayMet: &yes, DaysToDeadline: 365, RequiredMonthlyPace: some(15_000 / (365 / monthDays)), Status: labour.Behind}},
		"halfway, one too many": {"2018-12-22", stocksOf{Baseline: 30_000, Remaining: 15_001, Months: [4]float64{15_001, 15_001, 15_001, 15_001}, Halfway: 15_001},
			judgement{Progress: 1 - 15_001.0/30_000, HalfwayMet: &no, DaysToDeadline: 365, RequiredMonthlyPace: some(15_001 / (365 / monthDays)), Status: labour.Behind}},
		"numbers rise": {"2018-06-22", stocksOf{Baseline: 1_000, Remaining: 1_300, Months: [4]float64{1_300, 1_200, 1_100, 1_000}},
			judgement{Progress: -0.3, DaysToDeadline: 548, RequiredMonthlyPace: some(1_300 / (548 / monthDays)), RecentMonthlyPace: -100, Status: labour.Behind}},
		"on the last day, some left": {"2019-12-22", stocksOf{Baseline: 1_000, Remaining: 10, Months: [4]float64{10, 20, 30, 40}, Halfway: 400},
			judgement{Progress: 0.99, HalfwayMet: &yes, DaysToDeadline: 0, RecentMonthlyPace: 10, ProjectedCompletion: day("2020-01-21"), Status: labour.Behind}},
		"the day after, some left": {"2019-12-23", stocksOf{Baseline: 1_000, Remaining: 10, Months: [4]float64{10, 20, 30, 40}, Halfway: 400},
			judgement{Progress: 0.99, HalfwayMet: &yes, DaysToDeadline: -1, RecentMonthlyPace: 10, ProjectedCompletion: day("2020-01-22"), Status: labour.Missed}},
		"nobody left in time": {"2019-10-01", stocksOf{Baseline: 1_000, Months: [4]float64{0, 0, 0, 300}, Halfway: 800},
			judgement{Progress: 1, HalfwayMet: &no, DaysToDeadline: 82, RequiredMonthlyPace: some(0), RecentMonthlyPace: 100, ProjectedCompletion: day("2019-10-01"), Status: labour.Completed}},
		"nobody left, after the deadline": {"2020-01-01", stocksOf{Baseline: 1_000},
			judgement{Progress: 1, HalfwayMet: &yes, DaysToDeadline: -10, ProjectedCompletion: day("2020-01-01"), Status: labour.Completed}},
		"nobody was there to begin with": {"2018-01-01", stocksOf{},
			judgement{Progress: 1, DaysToDeadline: 720, RequiredMonthlyPace: some(0), ProjectedCompletion: day("2018-01-01"), Status: labour.Completed}},
		"at a pace that never ends": {"2018-06-22", stocksOf{Baseline: 1e9, Remaining: 1e9, Months: [4]float64{1e9, 1e9, 1e9, 1e9 + 1}},
			judgement{Progress: 0, DaysToDeadline: 548, RequiredMonthlyPace: some(1e9 / (548 / monthDays)), RecentMonthlyPace: 1.0 / 3, Status: labour.Behind}},
	} {
		t.Run(name, func(t *testing.T) {
			found := comply(repatriate, *day(one.asOf), one.stocks)
			agree(t, found, evidence.Repatriation(repatriate, *day(one.asOf), one.stocks.at(*day(one.asOf))))
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

// stocksOf are the head counts that compliance is judged by.
type stocksOf struct {
	Baseline  float64    // on the day of adoption
	Remaining float64    // on the day asked about
	Months    [4]float64 // on the day asked about and one, two and three months before
	Halfway   float64    // 12 months after adoption; read where that day is not after the day asked about
}

// judgement is how far workers have gone home by a day, as a sanction orders.
type judgement struct {
	Progress            float64      // 1 less remaining over baseline; 1 where nobody was there to begin with
	HalfwayMet          *bool        // whether at least half were gone 12 months after adoption; nil before that day
	DaysToDeadline      int          // negative past it
	RequiredMonthlyPace *float64     // remaining over the months left; nil past the deadline
	RecentMonthlyPace   float64      // mean monthly fall over the last three months; negative where numbers rose
	ProjectedCompletion *labour.Date // by the recent pace; nil where numbers do not fall, or beyond the year 9999
	Status              labour.ComplianceStatus
}

// comply judges stocks on a day, a second time and by these alone.
func comply(o labour.Obligation, asOf labour.Date, stocks stocksOf) judgement {
	c := judgement{Progress: 1, DaysToDeadline: o.Deadline.Sub(asOf)}
	if stocks.Baseline > 0 {
		c.Progress = 1 - stocks.Remaining/stocks.Baseline
	}
	if asOf >= *o.HalfWayOn {
		met := stocks.Halfway <= stocks.Baseline/2
		c.HalfwayMet = &met
	}
	if c.DaysToDeadline > 0 {
		required := stocks.Remaining / (float64(c.DaysToDeadline) / monthDays)
		c.RequiredMonthlyPace = &required
	}
	c.RecentMonthlyPace = (stocks.Months[3] - stocks.Months[0]) / 3
	if stocks.Remaining <= 0 {
		c.ProjectedCompletion = &asOf
	} else if c.RecentMonthlyPace > 0 {
		if days := stocks.Remaining / c.RecentMonthlyPace * monthDays; days <= float64(labour.NewDate(9999, 12, 31).Sub(asOf)) {
			completion := asOf.AddDays(int(days + 0.5))
			c.ProjectedCompletion = &completion
		}
	}
	switch {
	case stocks.Remaining <= 0:
		c.Status = labour.Completed
	case c.DaysToDeadline < 0:
		c.Status = labour.Missed
	case c.RequiredMonthlyPace != nil && c.RecentMonthlyPace >= *c.RequiredMonthlyPace:
		c.Status = labour.OnTrack
	default:
		c.Status = labour.Behind
	}
	return c
}

// at returns the stocks as evidence, on the days that a judgement looks at.
func (s stocksOf) at(asOf labour.Date) func(labour.Date) evidence.Stock {
	return func(d labour.Date) evidence.Stock {
		value := map[labour.Date]float64{asOf.AddMonths(-3): s.Months[3], repatriate.AppliesFrom: s.Baseline,
			*repatriate.HalfWayOn: s.Halfway, asOf: s.Remaining}[d]
		return evidence.Stock{Value: value, Known: true}
	}
}

// agree holds a judgement to the second one.
func agree(t *testing.T, want judgement, got evidence.Standing) {
	t.Helper()
	require.Equal(t, want.Status, got.Status)
	require.InDelta(t, want.Progress, *got.Progress, 1e-9)
	require.Equal(t, want.HalfwayMet, got.HalfWayMet)
	require.InDelta(t, want.RecentMonthlyPace, *got.RecentMonthlyPace, 1e-9)
	require.Equal(t, want.RequiredMonthlyPace, got.RequiredMonthlyPace)
	require.Equal(t, want.ProjectedCompletion, got.ProjectedCompletion)
}
