package impact_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/impact"
	"homebound/internal/labour"
)

// world makes a random question with random facts: gaps in every series, doubled observations, another currency, moving
// subjects, cells that rise, fall or stay, and now and then a reported stock.
func world(seed uint64) (impact.Scenario, impact.Facts, []impact.Level) {
	r := rand.New(rand.NewPCG(seed, 7))
	s := scenario([]string{"X", "D", "D", "A", "E"}[r.IntN(5)], "2017-12-20", "2017-12-20")
	s.From = s.Baseline + labour.Date(r.IntN(40))
	s.To = s.From + labour.Date(r.IntN(400))
	s.BoundariesOn = day("2017-06-01") + labour.Date(r.IntN(600))
	s.Stayers = []int{0, 0, 3, 20, 1000}[r.IntN(5)]
	s.Parameters = impact.Parameters{SubstitutionRate: span(r, 1), RelativeProductivity: span(r, 2), RelativeWage: span(r, 2),
		OutputMultiplier: span(r, 3), RemittancePerWorkerYearUSD: span(r, 10_000)}
	f := facts(randomObservations(r))
	f.Geography = labour.NewGeography(
		[]labour.Region{{Code: "X", Kind: labour.KindCountry}, {Code: "D", Kind: labour.KindDistrict}, {Code: "E", Kind: labour.KindOther},
			{Code: "A", Kind: labour.KindSubject}, {Code: "B", Kind: labour.KindSubject}, {Code: "C", Kind: labour.KindSubject}},
		[]labour.Membership{{Code: "D", Parent: "X"}, {Code: "E", Parent: "X"}, {Code: "A", Parent: "D"},
			{Code: "B", Parent: "D", ValidTo: dayPointer("2018-03-31")}, {Code: "B", Parent: "E", ValidFrom: dayPointer("2018-04-01")}, {Code: "C", Parent: "E"}})

	var cells []impact.Cell
	for _, region := range f.Geography.Within(s.Region, s.BoundariesOn) {
		for _, industry := range []string{"", "A", "F"} {
			if at, _ := f.Geography.Region(region); at.Kind == labour.KindSubject || r.IntN(4) == 0 {
				cells = append(cells, impact.Cell{Region: region, Industry: industry})
			}
		}
	}
	var list []impact.Level
	switch {
	case r.IntN(20) == 0 && len(cells) > 0: // no stock is known
		return s, f, nil
	case r.IntN(4) == 0 || len(cells) == 0:
		s.Basis = labour.Reported
		stocks := map[impact.Cell]labour.Series{{Region: s.Region}: {{On: s.Baseline - 9, Value: 500}, {On: s.From + 60, Value: float64(r.IntN(600))}, {On: s.From + 200, Value: 50}}}
		for l := range impact.ReportedLevels(stocks, s.Baseline, s.To) {
			list = append(list, l)
		}
		f.Levels = levels(list...)
		return s, f, list
	}
	f.OwnWages = map[impact.Cell]float64{cells[r.IntN(len(cells))]: 25_000}
	for _, c := range cells {
		if r.IntN(5) > 0 {
			list = append(list, impact.Level{On: day("2017-10-01"), Cell: c, Workers: float64(r.IntN(90))})
		}
	}
	for range r.IntN(60) {
		list = append(list, impact.Level{On: day("2017-11-01") + labour.Date(r.IntN(700)), Cell: cells[r.IntN(len(cells))], Workers: float64(r.IntN(60))})
	}
	slices.SortStableFunc(list, func(a, b impact.Level) int { return int(a.On - b.On) })
	f.Levels = levels(list...)
	return s, f, list
}

func span(r *rand.Rand, most float64) impact.Range {
	ends := []float64{r.Float64() * most, r.Float64() * most, r.Float64() * most}
	slices.Sort(ends)
	return impact.Range{Low: ends[0], Central: ends[1], High: ends[2]}
}

func randomObservations(r *rand.Rand) []labour.Observation {
	var list []labour.Observation
	gaps := []int{0, 1, 3, 6}[r.IntN(4)] // of ten
	absent := map[string]bool{}          // whole series
	for range r.IntN(4) {
		absent[[]string{"GRP", "EMPLOYED", "AVG_WAGE", "INCOME_TAX_RATE"}[r.IntN(4)]+[]string{"X", "A", "B", "C"}[r.IntN(4)]] = true
	}
	add := func(o labour.Observation) {
		if r.IntN(10) < gaps || absent[o.Indicator+o.Region] {
			return
		}
		o.Confidence = append([]labour.Confidence{""}, labour.Confidences...)[r.IntN(4)]
		if r.IntN(10) == 0 {
			o.Status = labour.StatusProvisional
		}
		o.Source = fmt.Sprint("source ", len(list))
		list = append(list, o)
	}
	for _, region := range []string{"X", "D", "E", "A", "B", "C"} {
		for year := 2016; year <= 2020; year++ {
			if (region == "D" || region == "E" || region == "X") && r.IntN(2) == 0 {
				continue
			}
			for range 2 {
				add(grp(region, year, 1+r.Float64()*500))
				add(employed(region, year, r.Float64()*9+1))
				add(yearly("AVG_WAGE", region, "", year, 10_000+r.Float64()*50_000, "RUB"))
			}
			add(yearly("GRP", region, "", year, 1, "million EUR"))
			add(employed(region, year, 0))
			if r.IntN(3) > 0 {
				add(yearly("GVA", region, "F", year, r.Float64()*100, "million RUB"))
				add(yearly("EMPLOYED", region, "F", year, 100+r.Float64()*100, "persons"))
			}
		}
	}
	add(yearly("INCOME_TAX_RATE", "X", "", 2016+r.IntN(5), 0.13, "fraction"))
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// same holds a figure of the model to the naive one, where NaN is not known.
func same(t *testing.T, want float64, got *float64, name string) {
	t.Helper()
	if math.IsNaN(want) {
		assert.Nil(t, got, name)
		return
	}
	if assert.NotNil(t, got, name) {
		assert.InDelta(t, want, *got, 1e-9*math.Max(1, math.Abs(want)), name)
	}
}

func sameEstimate(t *testing.T, want [3]float64, got *impact.Estimate, name string) {
	t.Helper()
	if got == nil {
		assert.True(t, math.IsNaN(want[1]), "%s: nil, expected %v", name, want)
		return
	}
	same(t, want[0], &got.Low, name+" low")
	same(t, want[1], &got.Central, name+" central")
	same(t, want[2], &got.High, name+" high")
	assert.LessOrEqual(t, got.Low, got.Central, name)
	assert.LessOrEqual(t, got.Central, got.High, name)
}

func TestCompute_AgreesWithTheNaiveComputation(t *testing.T) {
	counts := map[string]int{}
	for seed := range uint64(250) {
		s, f, list := world(seed)
		r := compute(t, s, f)
		n := naive{s, f, slices.DeleteFunc(slices.Clone(list), func(l impact.Level) bool { return l.On > s.To }), map[string]float64{}}
		if len(n.levels) == 0 {
			counts["no stock"]++
			assert.Nil(t, r.DepartedWorkers)
			continue
		}
		agree(t, n, r)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
		switch {
		case r.OutputLost == nil:
			counts["unknown output"]++
		case *r.WorkerYearsLost > 0:
			counts["losses"]++
		}
		if r.OutputLost != nil && r.WagesLost == nil {
			counts["unknown wages"]++
		}
		if slices.ContainsFunc(r.Inputs, func(in impact.Input) bool { return in.Imputed }) {
			counts["imputed"]++
		}
	}
	for _, kind := range []string{"no stock", "unknown output", "losses", "unknown wages", "imputed"} {
		assert.GreaterOrEqual(t, counts[kind], 5, "the random worlds have too few with %s: %v", kind, counts)
	}
}

func agree(t *testing.T, n naive, r *impact.Result) {
	t.Helper()
	total := n.days(n.s.Horizon())
	baseline := 0.0
	for _, stock := range n.stock(n.s.Baseline) {
		baseline += stock
	}
	same(t, baseline, r.BaselineWorkers, "baseline")
	same(t, total.departed, r.DepartedWorkers, "departed")
	same(t, total.workerYears, r.WorkerYearsLost, "worker-years")
	sameEstimate(t, total.output, r.OutputLost, "output")
	sameEstimate(t, total.wages, r.WagesLost, "wages")
	sameEstimate(t, total.tax, r.IncomeTaxLost, "tax")
	remitted := n.s.RemittancePerWorkerYearUSD
	sameEstimate(t, [3]float64{total.workerYears * remitted.Low, total.workerYears * remitted.Central, total.workerYears * remitted.High}, r.RemittancesForgone, "remittances")

	ofEmployed, ofProduct := total.departed/n.employed(), n.product()
	if total.departed == 0 {
		ofEmployed = 0
	}
	same(t, ofEmployed, r.ShareOfEmployment, "share of employment")
	if total.workerYears == 0 {
		ofProduct = 1
	}
	sameEstimate(t, [3]float64{total.output[0] / ofProduct, total.output[1] / ofProduct, total.output[2] / ofProduct}, r.OutputLostShareOfGRP, "share of product")

	if r.OutputLost == nil {
		assert.Empty(t, r.Sensitivity)
	} else {
		require.Len(t, r.Sensitivity, 3)
		for i, want := range [][2]float64{total.substitution, total.productivity, total.multipliers} {
			same(t, want[0], &r.Sensitivity[i].OutputLostAtLow, r.Sensitivity[i].Parameter)
			same(t, want[1], &r.Sensitivity[i].OutputLostAtHigh, r.Sensitivity[i].Parameter)
		}
	}

	years, output := total.industryYears[""], total.industryOutput[""][1]
	for _, part := range r.ByIndustry {
		same(t, total.industryYears[part.Industry], part.WorkerYearsLost, part.Industry)
		sameEstimate(t, total.industryOutput[part.Industry], part.OutputLost, part.Industry)
		years += *part.WorkerYearsLost
		if part.OutputLost != nil {
			output += part.OutputLost.Central
		}
	}
	same(t, years, r.WorkerYearsLost, "industries and none sum to the worker-years")
	if r.OutputLost != nil {
		same(t, output, &r.OutputLost.Central, "industries and none sum to the output")
	}
	for _, g := range labour.Granularities {
		agreeOverTime(t, n, r, g)
	}
}

func agreeOverTime(t *testing.T, n naive, r *impact.Result, g labour.Granularity) {
	t.Helper()
	years, output := 0.0, 0.0
	timeline := r.Timeline(g)
	for i, p := range timeline {
		years += *p.WorkerYearsLost
		if p.OutputLost != nil {
			output += p.OutputLost.High
		}
		if g == labour.Day && i%40 != 0 {
			continue // the naive computation is slow
		}
		want := n.days(p.Period)
		same(t, want.departed, p.DepartedWorkers, p.Period.Label())
		same(t, want.workerYears, p.WorkerYearsLost, p.Period.Label())
		sameEstimate(t, want.output, p.OutputLost, p.Period.Label())
	}
	assert.Equal(t, n.s.From, timeline[0].Period.From)
	assert.Equal(t, n.s.To, timeline[len(timeline)-1].Period.To)
	same(t, *r.DepartedWorkers, timeline[len(timeline)-1].DepartedWorkers, "departed at the end")
	same(t, years, r.WorkerYearsLost, "periods sum to the worker-years")
	if r.OutputLost != nil {
		same(t, output, &r.OutputLost.High, "periods sum to the output")
	}
}

func TestCompute_MoreStayersNeverCostMore(t *testing.T) {
	for seed := range uint64(60) {
		s, f, _ := world(seed)
		var before *impact.Result
		for stayers := 0; stayers <= 120; stayers += 10 {
			s.Stayers = stayers
			r := compute(t, s, f)
			if before != nil && r.WorkerYearsLost != nil {
				assert.LessOrEqual(t, *r.DepartedWorkers, *before.DepartedWorkers)
				assert.LessOrEqual(t, *r.WorkerYearsLost, *before.WorkerYearsLost)
				if r.OutputLost != nil && before.OutputLost != nil {
					assert.LessOrEqual(t, r.OutputLost.High, before.OutputLost.High*(1+1e-12))
				}
			}
			before = r
		}
	}
}

func TestCompute_TheSameFactsGiveTheSameAnswer(t *testing.T) {
	for seed := range uint64(20) {
		s, f, _ := world(seed)
		first := compute(t, s, f)
		slices.Reverse(f.Observations)
		assert.Equal(t, first, compute(t, s, f))
	}
}
