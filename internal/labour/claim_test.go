package labour_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homebound/internal/labour"
)

func TestClaim_Holds(t *testing.T) {
	some := func(x float64) *float64 { return &x }
	for _, one := range []struct {
		operator  labour.ClaimOperator
		low, high *float64
		value     float64
		holds     bool
		relative  float64
	}{
		{labour.Exactly, some(10_000), nil, 10_000, true, 0},
		{labour.Exactly, some(10_000), nil, 10_100, true, 0.01},
		{labour.Exactly, some(10_000), nil, 9_900, true, -0.01},
		{labour.Exactly, some(10_000), nil, 10_101, false, 0.0101},
		{labour.About, some(10_000), nil, 11_000, true, 0.1},
		{labour.About, some(10_000), nil, 9_000, true, -0.1},
		{labour.About, some(10_000), nil, 8_999, false, -0.1001},
		{labour.About, some(0), nil, 0, true, 0},
		{labour.About, some(0), nil, 3, false, 1},
		{labour.AtLeast, some(12_000), nil, 12_000, true, 0},
		{labour.AtLeast, some(12_000), nil, 11_999, false, -1.0 / 12_000},
		{labour.AtLeast, some(12_000), nil, 24_000, true, 1},
		{labour.AtMost, some(37_000), nil, 37_000, true, 0},
		{labour.AtMost, some(37_000), nil, 37_001, false, 1.0 / 37_000},
		{labour.AtMost, some(37_000), nil, 0, true, -1},
		{labour.Between, some(12_000), some(15_000), 12_000, true, 0},
		{labour.Between, some(12_000), some(15_000), 15_000, true, 0},
		{labour.Between, some(12_000), some(15_000), 9_000, false, -0.25},
		{labour.Between, some(12_000), some(15_000), 18_000, false, 0.2},
	} {
		c := labour.Claim{Operator: one.operator, ValueLow: one.low, ValueHigh: one.high, Measure: labour.WorkersPresent}
		holds, relative := c.Holds(one.value)
		assert.Equal(t, one.holds, holds, "%s, found %v", c.Expectation(), one.value)
		assert.InDelta(t, one.relative, relative, 1e-12, "%s, found %v", c.Expectation(), one.value)
	}
}

func TestClaim_Expectation(t *testing.T) {
	low, high := 12_000.0, 15_000.5
	for operator, says := range map[labour.ClaimOperator]string{
		labour.Exactly: "12000 within 1 %", labour.About: "12000 within 10 %", labour.AtLeast: "at least 12000",
		labour.AtMost: "at most 12000", labour.Between: "between 12000 and 15000.5",
	} {
		assert.Equal(t, says, labour.Claim{Operator: operator, ValueLow: &low, ValueHigh: &high}.Expectation())
	}
}

func TestClaim_Checkable(t *testing.T) {
	low := 1.0
	assert.True(t, labour.Claim{Operator: labour.About, ValueLow: &low, Measure: labour.WorkersPresent}.Checkable())
	assert.False(t, labour.Claim{Operator: labour.About, ValueLow: &low}.Checkable(), "no measure")
	assert.False(t, labour.Claim{Operator: labour.About, Measure: labour.WorkersPresent}.Checkable(), "no number")
	assert.False(t, labour.Claim{ValueLow: &low, Measure: labour.WorkersPresent}.Checkable(), "no operator")
}

func TestClaim_Day(t *testing.T) {
	c := labour.Claim{}
	_, known := c.Day()
	assert.False(t, known)
	c.MadeOn = day("2018-02-07")
	on, known := c.Day()
	assert.True(t, known)
	assert.Equal(t, *c.MadeOn, on)
	c.From = day("2017-01-01")
	on, _ = c.Day()
	assert.Equal(t, *c.From, on)
	c.To = day("2017-12-31")
	on, _ = c.Day()
	assert.Equal(t, *c.To, on)
}

func TestClaim_Evidence(t *testing.T) {
	c := labour.Claim{Measure: labour.WorkersPresent, Region: "RU", Nationality: "KP", To: day("2017-12-31"), Source: "ambassador"}
	stock := func(source, indicator, on string, change func(*labour.Observation)) labour.Observation {
		o := labour.Observation{Indicator: indicator, Region: "RU", Nationality: "KP", From: *day(on), To: *day(on), Source: source}
		if change != nil {
			change(&o)
		}
		return o
	}
	high := func(o *labour.Observation) { o.Confidence = labour.High }
	const reported, estimate = labour.WorkersPresentReported, labour.WorkersPresentEstimate
	for name, one := range map[string]struct {
		observations []labour.Observation
		chosen       string // its source; "" for none
	}{
		"nothing is known":                 {nil, ""},
		"a report on the day":              {[]labour.Observation{stock("un", reported, "2017-12-31", nil)}, "un"},
		"92 days before":                   {[]labour.Observation{stock("un", reported, "2017-09-30", nil)}, "un"},
		"93 days before":                   {[]labour.Observation{stock("un", reported, "2017-09-29", nil)}, ""},
		"92 days after":                    {[]labour.Observation{stock("un", reported, "2018-04-02", nil)}, "un"},
		"93 days after":                    {[]labour.Observation{stock("un", reported, "2018-04-03", nil)}, ""},
		"a year that ends on the day":      {[]labour.Observation{stock("un", reported, "2017-12-31", func(o *labour.Observation) { o.From = *day("2017-01-01") })}, "un"},
		"the claim's own source":           {[]labour.Observation{stock("ambassador", reported, "2017-12-31", nil)}, ""},
		"another region":                   {[]labour.Observation{stock("un", reported, "2017-12-31", func(o *labour.Observation) { o.Region = "RU-PRI" })}, ""},
		"another nationality":              {[]labour.Observation{stock("un", reported, "2017-12-31", func(o *labour.Observation) { o.Nationality = "" })}, ""},
		"one industry of all":              {[]labour.Observation{stock("un", reported, "2017-12-31", func(o *labour.Observation) { o.Industry = "F" })}, ""},
		"a statistic of something else":    {[]labour.Observation{stock("un", labour.EmployedPersons, "2017-12-31", nil)}, ""},
		"an estimate of high confidence":   {[]labour.Observation{stock("press", estimate, "2017-12-31", high)}, "press"},
		"an estimate of unknown quality":   {[]labour.Observation{stock("press", estimate, "2017-12-31", nil)}, ""},
		"a report far off and an estimate": {[]labour.Observation{stock("press", estimate, "2017-12-31", high), stock("un", reported, "2017-10-01", nil)}, "un"},
		"the nearer of two reports":        {[]labour.Observation{stock("far", reported, "2017-12-01", nil), stock("near", reported, "2018-01-10", nil)}, "near"},
		"the surer of two equally near":    {[]labour.Observation{stock("a", reported, "2017-12-30", func(o *labour.Observation) { o.Confidence = labour.Low }), stock("b", reported, "2018-01-01", high)}, "b"},
		"the first source of two equal":    {[]labour.Observation{stock("b", reported, "2017-12-31", high), stock("a", reported, "2017-12-31", high)}, "a"},
		"a value that is missing":          {[]labour.Observation{stock("un", reported, "2017-12-31", func(o *labour.Observation) { o.Status = labour.StatusMissing })}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			chosen, found := c.Evidence(one.observations)
			assert.Equal(t, one.chosen != "", found)
			assert.Equal(t, one.chosen, chosen.Source)
		})
	}
}

func TestClaim_EvidenceIsOfStocksOfPersons(t *testing.T) {
	o := labour.Observation{Indicator: labour.WorkersPresentReported, Region: "RU", From: *day("2017-12-31"), To: *day("2017-12-31"), Source: "un"}
	for measure, expected := range map[labour.Measure]bool{
		labour.WorkersPresent: true, labour.PeakWorkersPresent: true, labour.AverageWorkersPresent: true,
		labour.WorkerDays: false, labour.PermitsIssued: false, labour.WorkersAuthorised: false, labour.AverageMonthlyWage: false, labour.WorkersRepatriated: false, "": false,
	} {
		c := labour.Claim{Measure: measure, Region: "RU", To: day("2017-12-31")}
		_, found := c.Evidence([]labour.Observation{o})
		assert.Equal(t, expected, found, string(measure))
	}
	_, found := labour.Claim{Measure: labour.WorkersPresent, To: day("2017-12-31")}.Evidence([]labour.Observation{o})
	assert.False(t, found, "a claim without a place")
	_, found = labour.Claim{Measure: labour.WorkersPresent, Region: "RU"}.Evidence([]labour.Observation{o})
	assert.False(t, found, "a claim without a day")
}
