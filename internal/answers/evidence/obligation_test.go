package evidence_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/answers/evidence"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

var repatriate = labour.Obligation{
	Symbol: "S/RES/2397(2017)", Kind: labour.Repatriate, AppliesFrom: labour.MustParseDate("2017-12-22"),
	Deadline: day("2019-12-22"), HalfWayOn: day("2018-12-22"),
}

func seedReports(tb testing.TB) []labour.MemberStateReport {
	var all []labour.MemberStateReport
	for _, r := range rows(tb, "member_state_reports") {
		all = append(all, labour.MemberStateReport{
			Country: r["country_code"], Symbol: r["symbol"], Kind: labour.ReportKind(r["kind"]), DueOn: day(r["due_on"]), SubmittedOn: day(r["submitted_on"]),
			Baseline: value(r["baseline"]), BaselineOn: day(r["baseline_on"]), Repatriated: value(r["repatriated"]), Remaining: value(r["remaining"]),
			AsOf: day(r["as_of"]), Text: r["text"], Confidence: labour.Confidence(r["confidence"]), Source: r["source_id"],
		})
	}
	return all
}

func TestReported_At(t *testing.T) {
	series := evidence.Reported{
		{On: labour.MustParseDate("2017-12-31"), Value: 30_000}, {On: labour.MustParseDate("2018-12-31"), Value: 10_000},
		{On: labour.MustParseDate("2020-03-10"), Value: 500}, {On: labour.MustParseDate("2021-01-01"), Value: 0}, {On: labour.MustParseDate("2023-01-01"), Value: 7},
	}
	at := func(d string) evidence.Stock { return series.At(labour.MustParseDate(d)) }
	assert.False(t, at("2017-11-29").Known)
	assert.True(t, at("2017-11-30").Flat)
	assert.Equal(t, 30_000.0, at("2017-12-22").Value)
	assert.InDelta(t, 20_000, at("2018-07-02").Value, 60)
	assert.True(t, at("2019-01-31").Flat)
	assert.False(t, at("2019-02-01").Known, "435 days lie between the figures")
	assert.False(t, at("2020-02-07").Known)
	assert.True(t, at("2020-02-08").Flat)
	assert.Equal(t, evidence.Stock{Known: true, Before: &series[3]}, at("2022-12-31"), "none stays none until a later figure")
	assert.Equal(t, 7.0, at("2023-01-20").Value)
	assert.False(t, at("2023-03-01").Known)
	assert.False(t, evidence.Reported(nil).At(labour.MustParseDate("2018-01-01")).Known)
}

func TestRepatriation_BothNeighboursHaveToAgree(t *testing.T) {
	series := evidence.Reported{{On: labour.MustParseDate("2019-12-31"), Value: 40}, {On: labour.MustParseDate("2020-03-31"), Value: 0}}
	got := evidence.Repatriation(repatriate, labour.MustParseDate("2020-02-15"), series.At)
	assert.Equal(t, labour.Unknown, got.Status)
	assert.Equal(t, "About 20 on 2020-02-15 by a straight line, from which no status follows: "+
		"the figures either side are 40 on 2019-12-31 and 0 on 2020-03-31.", got.Explanation)
	assert.Equal(t, labour.Completed, evidence.Repatriation(repatriate, labour.MustParseDate("2021-01-01"), series.At).Status)
	series[1].Value = 10
	assert.Equal(t, labour.Missed, evidence.Repatriation(repatriate, labour.MustParseDate("2020-02-15"), series.At).Status)
}

func TestRepatriation_OfAPartHasNoStatus(t *testing.T) {
	got := evidence.Repatriation(repatriate, labour.MustParseDate("2020-02-15"), func(labour.Date) evidence.Stock {
		return evidence.Stock{Value: 0, Known: true, Partial: true}
	})
	assert.Equal(t, labour.Unknown, got.Status)
	assert.Nil(t, got.HalfWayMet)
	nothing := evidence.Repatriation(repatriate, labour.MustParseDate("2020-02-15"), evidence.Reported(nil).At)
	assert.Equal(t, labour.Unknown, nothing.Status)
	assert.Nil(t, nothing.Remaining)
	assert.Nil(t, nothing.Progress)
	assert.Equal(t, "It is not known how many were there on 2020-02-15: no figure is known.", nothing.Explanation)
}

// Where every day is known, the judgement is the second one's.
func TestRepatriation_AgreesWhereAllIsKnown(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 3))
	for range testsize.Rounds(5_000, 600) {
		slope, start := float64(rng.IntN(60)), float64(rng.IntN(30_000))
		at := func(d labour.Date) evidence.Stock {
			v := max(0, start-slope*float64(d.Sub(repatriate.AppliesFrom)))
			return evidence.Stock{Value: v, Known: true}
		}
		asOf := repatriate.AppliesFrom.AddDays(rng.IntN(900))
		stocks := stocksOf{Baseline: at(repatriate.AppliesFrom).Value, Remaining: at(asOf).Value, Halfway: at(*repatriate.HalfWayOn).Value}
		for i := range stocks.Months {
			stocks.Months[i] = at(asOf.AddMonths(-i)).Value
		}
		agree(t, comply(repatriate, asOf, stocks), evidence.Repatriation(repatriate, asOf, at))
	}
}

func TestBan(t *testing.T) {
	ban := labour.Obligation{Kind: labour.NoNewPermits, AppliesFrom: labour.MustParseDate("2017-09-11"), GrandfatheredBefore: day("2017-09-11")}
	judge := func(a *evidence.Authorisations) labour.ComplianceStatus {
		s := evidence.Ban(ban, labour.MustParseDate("2018-12-31"), a)
		assert.NotEmpty(t, s.Explanation)
		return s.Status
	}
	assert.Equal(t, labour.Unknown, judge(nil))
	assert.Equal(t, labour.Unknown, judge(&evidence.Authorisations{Covered: labour.NotAtAll}))
	assert.Equal(t, labour.Unknown, judge(&evidence.Authorisations{All: 700, Covered: labour.Complete}), "no contract has a day")
	assert.Equal(t, labour.Unknown, judge(&evidence.Authorisations{All: 700, Grandfathered: 700, Covered: labour.Partial}))
	assert.Equal(t, labour.Kept, judge(&evidence.Authorisations{All: 700, Grandfathered: 700, Covered: labour.Complete}))
	assert.Equal(t, labour.Breached, judge(&evidence.Authorisations{All: 700, Grandfathered: 600, Later: 1, Covered: labour.Partial}))
}

func TestCeilingOf(t *testing.T) {
	ceiling := labour.Obligation{Kind: labour.Ceiling, AppliesFrom: labour.MustParseDate("2017-08-05")}
	judge := func(ceilingOn, highest *float64, covered labour.Covered) labour.ComplianceStatus {
		return evidence.CeilingOf(ceiling, labour.MustParseDate("2018-12-31"), ceilingOn, highest, covered).Status
	}
	assert.Equal(t, labour.Unknown, judge(nil, new(5.0), labour.Complete))
	assert.Equal(t, labour.Unknown, judge(new(4.0), new(5.0), labour.Partial))
	assert.Equal(t, labour.Breached, judge(new(4.0), new(5.0), labour.Complete))
	assert.Equal(t, labour.Kept, judge(new(5.0), new(5.0), labour.Complete))
}

func TestMemberStates_OfTheDefaultPackage(t *testing.T) {
	reports := seedReports(t)
	var observations []labour.Observation
	for _, o := range seedObservations(t) {
		if o.Nationality == "KP" {
			observations = append(observations, o)
		}
	}
	states := map[string]evidence.MemberState{}
	for _, s := range evidence.MemberStates(repatriate, []string{"RU", "CN", "QA", "PL", "VN", "US"}, reports, observations, labour.MustParseDate("2020-03-10")) {
		states[s.Country] = s
	}
	require.Len(t, states, 6)
	assert.Equal(t, labour.Missed, states["RU"].Status)
	assert.Equal(t, 511.0, *states["RU"].Remaining)
	assert.InDelta(t, 0.983, *states["RU"].Progress, 0.001)
	assert.Equal(t, labour.Unknown, states["CN"].Status)
	assert.Nil(t, states["CN"].Remaining, "unknown is not none")
	assert.NotEmpty(t, states["CN"].Reports)
	assert.Equal(t, labour.Unknown, states["QA"].Status, "70 in March 2019, none in October 2021")
	assert.Equal(t, labour.Completed, states["PL"].Status)
	assert.Equal(t, 451.0, *states["PL"].Baseline)
	assert.Equal(t, 1.0, *states["PL"].Progress)

	midterm := labour.Obligation{Symbol: repatriate.Symbol, Kind: labour.ReportMidterm, AppliesFrom: repatriate.AppliesFrom, Deadline: day("2019-03-22")}
	late := evidence.Reporting(midterm, labour.MustParseDate("2020-03-10"), states["RU"].Reports)
	assert.Equal(t, labour.SubmittedLate, late.Status)
	assert.Equal(t, labour.Submitted, evidence.Reporting(midterm, labour.MustParseDate("2020-03-10"), states["CN"].Reports).Status)
	assert.Equal(t, labour.Unknown, evidence.Reporting(midterm, labour.MustParseDate("2019-01-01"), states["CN"].Reports).Status)
	assert.Equal(t, "It is due on 2019-03-22; by 2019-01-01 no such report is known here.",
		evidence.Reporting(midterm, labour.MustParseDate("2019-01-01"), states["CN"].Reports).Explanation)
	assert.Equal(t, labour.Submitted, evidence.Reporting(midterm, labour.MustParseDate("2020-03-10"), states["QA"].Reports).Status, "on a day unknown")
}
