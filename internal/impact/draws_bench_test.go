package impact_test

import (
	"context"
	"testing"

	"homebound/internal/impact"
	"homebound/internal/labour"
)

// BenchmarkDraws is the question that the page leads with: 10,000 draws of a region whose stock is a share of its country's,
// day by day over two years, in two parts by two industries, with the quantiles of the whole, of each quarter and industry.
func BenchmarkDraws(b *testing.B) {
	s := scenario("D", "2017-12-22", "2019-12-31")
	s.Basis, s.SplitIndustry, s.Draws = labour.Reported, true, impact.DefaultDraws
	f := facts(append(district(), grp("C", 2018, 1000), employed("C", 2018, 1)))
	f.Whole = "X"
	series := map[impact.Cell]labour.Series{{Region: "X"}: {{On: s.Baseline, Value: 30_023}, {On: day("2018-12-31"), Value: 11_490}, {On: s.To, Value: 511}}}
	f.Levels = impact.ReportedLevels(series, s.Baseline, s.To)
	wide := func(name, region, industry string, low, central, high float64, d labour.Distribution) labour.Parameter {
		return labour.Parameter{Name: name, Region: region, Industry: industry, Low: low, Central: central, High: high, Distribution: d}
	}
	f.Parameters = append(f.Parameters, wide("regionShare", "D", "", 0.32, 0.4, 0.47, labour.Triangular), wide("regionShare", "A", "", 0.2, 0.28, 0.3, labour.Triangular),
		wide("industryShare", "X", "F", 0.7, 0.85, 0.9, labour.Triangular), wide("relativeProductivity", "X", "F", 0.6, 1, 2.5, labour.PERT),
		wide("relativeProductivity", "X", "", 0.6, 0.8, 1, labour.PERT), wide("substitutionRate", "X", "", 0, 0.28, 1, labour.PERT),
		wide("outputMultiplier", "D", "", 1, 1.2, 1.4, labour.Triangular), wide("observationError.GRP", "X", "", 0.97, 1, 1.03, labour.Triangular))
	b.ReportAllocs()
	for b.Loop() {
		r, err := impact.Compute(context.Background(), s, f)
		if err != nil {
			b.Fatal(err)
		}
		_ = r.OutputLost().Spread()
		for _, p := range r.Timeline(labour.Quarter) {
			_ = p.OutputLost().Spread()
		}
		for _, p := range r.ByIndustry {
			_ = p.OutputLost().Spread()
		}
	}
}
