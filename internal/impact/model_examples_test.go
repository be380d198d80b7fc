package impact_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/impact"
	"homebound/internal/labour"
)

// readExamples reads the worked examples of testdata/model-examples.json.
func readExamples(t *testing.T, into any) {
	t.Helper()
	text, err := os.ReadFile("testdata/model-examples.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, into))
}

func TestExamples_Variants(t *testing.T) {
	var examples struct {
		Variants []struct {
			Name                                                         string
			WorkerYears, AverageProduct, RelativeProductivity, WageShare float64
			OutputElasticity, SubstitutionRate, OutputMultiplier         float64
			Expected                                                     map[impact.Variant]struct{ GrossDirect, NetDirect, Indirect, Total float64 }
		}
	}
	readExamples(t, &examples)
	require.Len(t, examples.Variants, 3)
	for _, e := range examples.Variants {
		s := scenario("A", "2018-01-01", "2018-12-31")
		s.Baseline = s.From - 1
		for name, v := range map[string]float64{"relativeProductivity": e.RelativeProductivity, "wageShare": e.WageShare, "outputElasticity": e.OutputElasticity,
			"substitutionRate": e.SubstitutionRate, "outputMultiplier": e.OutputMultiplier} {
			set(&s, name, fixed(v))
		}
		r := compute(t, s, facts([]labour.Observation{grp("A", 2018, e.AverageProduct*1000), employed("A", 2018, 1)},
			level("2017-12-31", "A", "", e.WorkerYears), level("2018-01-01", "A", "", 0)))
		for _, v := range r.Variants() {
			want := e.Expected[v.Variant]
			assert.InDelta(t, want.GrossDirect*1e6, v.GrossDirectOutputLost().Central, 1e-3, e.Name)
			assert.InDelta(t, want.NetDirect*1e6, v.DirectOutputLost().Central, 1e-3, e.Name)
			assert.InDelta(t, want.Indirect*1e6, v.IndirectOutputLost().Central, 1e-3, e.Name)
			assert.InDelta(t, want.Total*1e6, v.OutputLost().Central, 1e-3, e.Name)
			assert.InDelta(t, want.Total*1e6, v.OutputLost().P95(), 1e-3, e.Name)
		}
	}
}

// falls makes levels of a cell that has lost so many on so many days.
func falls(region string, from labour.Date, list [][2]float64) []impact.Level {
	levels := []impact.Level{{On: from - 1, Cell: impact.Cell{Region: region}, Workers: 100}}
	for _, f := range list {
		levels = append(levels, impact.Level{On: from, Cell: impact.Cell{Region: region}, Workers: 100 - f[1]})
		from += labour.Date(f[0])
	}
	return levels
}

func TestExamples_Stayers(t *testing.T) {
	var examples struct {
		Stayers []struct {
			Name      string
			Falls     json.RawMessage
			Stayers   int
			StayersIn []string
			Expected  map[impact.StayersRule]float64
			Without   float64
		}
	}
	readExamples(t, &examples)
	require.Len(t, examples.Stayers, 3)
	for _, e := range examples.Stayers {
		by := map[string][][2]float64{}
		if json.Unmarshal(e.Falls, &by) != nil {
			var one [][2]float64
			require.NoError(t, json.Unmarshal(e.Falls, &one))
			by = map[string][][2]float64{"A": one}
		}
		s := scenario("D", "2018-01-01", "2018-12-31")
		s.Baseline, s.StayersIn = s.From-1, e.StayersIn
		var list []impact.Level
		for on := s.Baseline; on <= s.To; on++ {
			for _, region := range []string{"A", "B"} {
				for _, l := range falls(region, s.From, by[region]) {
					if l.On == on && by[region] != nil {
						list = append(list, l)
					}
				}
			}
		}
		f := facts(nil, list...)
		assert.InDelta(t, e.Without, *compute(t, s, f).WorkerYearsLost, exact, e.Name)
		s.Stayers = e.Stayers
		for rule, want := range e.Expected {
			s.StayersRule = rule
			assert.InDelta(t, want, *compute(t, s, f).WorkerYearsLost, exact, "%s %s", e.Name, rule)
		}
	}
}

func TestExamples_AccountsFadeOutPricesAndShares(t *testing.T) {
	year := func() (impact.Scenario, []impact.Level) {
		s := scenario("A", "2018-01-01", "2018-12-31")
		s.Baseline = s.From - 1
		return s, []impact.Level{level("2017-12-31", "A", "", 10), level("2018-01-01", "A", "", 0)}
	}
	s, gone := year()
	for name, v := range map[string]float64{"relativeProductivity": 0.8, "substitutionRate": 0.25, "socialContributionRate": 0.25, "permitFeePerYear": 10_000} {
		set(&s, name, fixed(v))
	}
	figures := []labour.Observation{grp("A", 2018, 1000), employed("A", 2018, 1), yearly("AVG_WAGE", "A", "", 2018, 30_000, "RUB per month"),
		yearly("GRP_DEFLATOR_ANNUAL_CHANGE", "A", "", 2018, 10, "percent"), yearly("FX_RUB_PER_USD", "X", "", 2018, 60, "RUB per USD")}
	r := compute(t, s, facts(figures, gone...))
	for i, a := range []impact.Accounts{r.Accounts(false), r.Accounts(true)} {
		want := [][]float64{{8, 3.6, 0.9, 0.1, 3.4}, {6, 2.7, 0.675, 0.075, 2.55}}[i]
		for j, e := range []*impact.Estimate{a.Output(), a.Wages(), a.Contributions(), a.ProductionTaxes(), a.Surplus()} {
			assert.InDelta(t, want[j]*1e6, e.Central, 1e-3)
		}
	}

	s, gone = year()
	s.FadeOut = true
	set(&s, "fadeOutHalfLifeYears", fixed(1))
	r = compute(t, s, facts(figures, gone...))
	assert.InDelta(t, 7.220327e6, r.DirectOutputLost().Central, 1)
	assert.InDelta(t, 10e6, r.GrossDirectOutputLost().Central, 1e-3, "what is gross does not fade")

	s, gone = year()
	s.ConstantYear = 2017
	r = compute(t, s, facts(figures, gone...))
	assert.InDelta(t, 10e6/1.1, r.OutputLost().Central, 1e-3)
	assert.Contains(t, r.Notices, "Money is at constant prices of 2017, by GRP_DEFLATOR_ANNUAL_CHANGE A.")
	s.ConstantYear = 2010
	r = compute(t, s, facts(figures, gone...))
	assert.Nil(t, r.OutputLost())
	assert.Contains(t, input(t, r, "GRP_DEFLATOR_ANNUAL_CHANGE A", 0).Note, "no index of prices covers 2010 to 2018")

	s, _ = year()
	f := facts(figures, level("2017-12-31", "X", "", 20_000), level("2018-01-01", "X", "", 0))
	f.Whole = "X"
	r = compute(t, s, f)
	assert.Nil(t, r.OutputLost(), "no share is known")
	assert.Contains(t, input(t, r, "WORKERS_PRESENT A", 0).Note, "no share of it in that of X (regionShare) is known")
	f.Parameters = append(f.Parameters, labour.Parameter{Name: "regionShare", Region: "A", Low: 0.2, Central: 0.3, High: 0.4, Distribution: labour.Triangular})
	r = compute(t, s, f)
	assert.InDelta(t, 6_000, *r.DepartedWorkers, 1e-9)
	assert.InDelta(t, 4_000, r.WorkerYears().Low(), 1e-9)
	assert.InDelta(t, 8_000, r.WorkerYears().High(), 1e-9)
}

func TestExamples_Stocks(t *testing.T) {
	series := map[impact.Cell]labour.Series{{Region: "A"}: {{On: day("2018-01-01"), Value: 100}, {On: day("2018-01-11"), Value: 0}}}
	for on, want := range map[string]float64{"2017-12-31": 100, "2018-01-06": 50, "2018-02-01": 0} {
		for l := range impact.ReportedLevels(series, day(on), day(on)) {
			assert.Equal(t, want, l.Workers, on)
		}
	}
}

// The bridge adds up, and the accounts of every industry, period and draw do.
func TestIdentities_BridgeAndAccountsAddUp(t *testing.T) {
	checked := 0
	for seed := range uint64(80) {
		s, f, _ := world(seed)
		r := compute(t, s, f)
		parts := []impact.Loss{r.Loss}
		for _, p := range r.ByIndustry {
			parts = append(parts, p.Loss)
		}
		for _, p := range r.Timeline(labour.Quarter) {
			parts = append(parts, p.Loss)
		}
		for _, part := range parts {
			for _, net := range []bool{false, true} {
				a := part.Accounts(net)
				if a.Surplus() == nil {
					continue
				}
				checked++
				assert.InDelta(t, a.Output().Central, a.Wages().Central+a.Contributions().Central+a.ProductionTaxes().Central+a.Surplus().Central,
					1e-9*(1+a.Output().Central+a.Wages().Central))
				assert.InDelta(t, a.Output().Mean(), a.Wages().Mean()+a.Contributions().Mean()+a.ProductionTaxes().Mean()+a.Surplus().Mean(),
					1e-9*(1+a.Output().Mean()+a.Wages().Mean()))
			}
		}
		sum := map[string]float64{}
		for _, step := range r.Bridge() {
			switch {
			case step.Amount == nil:
				sum[step.Unit] = 0
			case step.Adds:
				sum[step.Unit] += *step.Amount
			case step.Step == "DEPARTED" || step.Step == "NET_DIRECT" || step.Step == "TOTAL":
				assert.InDelta(t, *step.Amount, sum[step.Unit], 1e-9*(1+*step.Amount), step.Step)
			}
		}
	}
	assert.Greater(t, checked, 50)
}
