package impact_test

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"homebound/internal/impact"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// world makes a random question with random facts: gaps in every series, doubled observations, another currency, moving
// subjects, cells that rise, fall or stay, and now and then a reported stock.
func world(seed uint64) (impact.Scenario, impact.Facts, []impact.Level) {
	r := rand.New(rand.NewPCG(seed, 7))
	s := scenario([]string{"X", "D", "D", "A", "E"}[r.IntN(5)], "2017-12-20", "2017-12-20")
	s.From = s.Baseline + labour.Date(r.IntN(40))
	s.To = s.From + labour.Date(r.IntN(300))
	s.BoundariesOn = day("2017-06-01") + labour.Date(r.IntN(600))
	s.Stayers = []int{0, 0, 3, 20, 1000}[r.IntN(5)]
	s.StayersRule = impact.StayersRules[r.IntN(3)]
	s.Variant = impact.Variants[r.IntN(3)]
	s.SplitIndustry, s.FadeOut = r.IntN(2) == 0, r.IntN(8) == 0
	if s.FadeOut {
		s.To = min(s.To, s.From+60) // the naive computation is slow
	}
	s.ConstantYear = []int{0, 0, 0, 2017, 2019}[r.IntN(5)]
	s.Draws, s.Seed = 12, int64(seed)
	f := facts(randomObservations(r))
	f.Parameters, s.Overrides = randomParameters(r)
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
		at := s.Region
		if s.Region == "D" || s.Region == "A" {
			if r.IntN(2) == 0 {
				at, f.Whole = "X", "X"
				f.Parameters = append(f.Parameters, shareOf(s.Region, 0.5))
				if s.Region == "D" && r.IntN(2) == 0 {
					f.Parameters = append(f.Parameters, shareOf("A", 0.3))
				}
			}
		}
		stocks := map[impact.Cell]labour.Series{{Region: at}: {{On: s.Baseline - 9, Value: 500}, {On: s.From + 60, Value: float64(r.IntN(600))}, {On: s.From + 200, Value: 50}}}
		for l := range impact.ReportedLevels(stocks, s.Baseline, s.To) {
			list = append(list, l)
		}
		f.Levels = levels(list...)
		return s, f, list
	}
	if r.IntN(4) == 0 {
		s.StayersIn = []string{cells[r.IntN(len(cells))].Region}
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

func shareOf(region string, central float64) labour.Parameter {
	return labour.Parameter{Name: "regionShare", Region: region, Nationality: "KP", Low: central / 2, Central: central, High: central * 1.1, Distribution: labour.Uniform}
}

// randomParameters makes rows of every scope, with gaps.
func randomParameters(r *rand.Rand) (rows, overrides []labour.Parameter) {
	most := map[string]float64{"substitutionRate": 1, "relativeProductivity": 2, "relativeWage": 2, "outputMultiplier": 3, "outputElasticity": 2,
		"remittancePerWorkerYearUsd": 10_000, "wageShare": 1, "labourShare": 1, "socialContributionRate": 0.5, "incomeTaxRate": 0.5,
		"permitFeePerYear": 10_000, "otherProductionTaxShare": 0.1, "fadeOutHalfLifeYears": 5, "stockFactor": 2,
		"observationError.GRP": 2, "observationError.EMPLOYED": 2, "observationError.AVG_WAGE": 2, "observationError.GVA": 2}
	units := map[string]string{"remittancePerWorkerYearUsd": "USD per year", "permitFeePerYear": "RUB per year"}
	gaps := r.IntN(2) * r.IntN(4)
	for _, name := range slices.Sorted(maps.Keys(most)) {
		for _, region := range []string{"", "", "X", "D", "A"} {
			p := labour.Parameter{Name: name, Region: region, Distribution: labour.Distributions[1+r.IntN(3)], Unit: units[name]}
			ends := []float64{0.1 + r.Float64(), 0.1 + r.Float64(), 0.1 + r.Float64()}
			slices.Sort(ends)
			p.Low, p.Central, p.High = ends[0]/1.1*most[name], ends[1]/1.1*most[name], ends[2]/1.1*most[name]
			if r.IntN(2) == 0 {
				p.Industry = []string{"", "F"}[r.IntN(2)]
				p.Nationality = []string{"", "KP", "CN"}[r.IntN(3)]
			}
			year := labour.YearPeriod(2016 + r.IntN(4))
			switch r.IntN(6) {
			case 0:
				p.From, p.To = &year.From, &year.To
			case 1:
				p.From = &year.From
			}
			clash := slices.ContainsFunc(rows, func(q labour.Parameter) bool {
				return q.Name == p.Name && q.Region == p.Region && q.Industry == p.Industry && q.Nationality == p.Nationality
			})
			switch {
			case clash || r.IntN(10) < gaps+5 && region != "":
			case r.IntN(40) == 0:
				overrides = append(overrides, p)
			case r.IntN(12) >= gaps:
				rows = append(rows, p)
			}
		}
	}
	rows = append(rows, labour.Parameter{Name: "industryShare", Region: "X", Industry: "F", Low: 0.4, Central: 0.6, High: 0.7, Distribution: labour.Triangular})
	r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return rows, overrides
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
	for year := 2014; year <= 2021; year++ {
		list = append(list, yearly("CPI_ANNUAL_CHANGE", "X", "", year, r.Float64()*10, "percent"))
		add(yearly("FX_RUB_PER_USD", "X", "", year, 50+r.Float64()*20, "RUB per USD"))
		for _, region := range []string{"X", "A", "B"} {
			add(yearly("COMPENSATION_OF_EMPLOYEES", region, "", year, r.Float64()*200, "million RUB"))
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

// sameEstimate holds an estimate to what the naive computation has centrally and in each draw.
func sameEstimate(t *testing.T, want float64, draws []float64, got *impact.Estimate, name string) {
	t.Helper()
	if got == nil {
		assert.True(t, math.IsNaN(want), "%s: nil, expected %v", name, want)
		return
	}
	same(t, want, &got.Central, name)
	assert.LessOrEqual(t, got.Low(), got.Central+1e-9*(1+math.Abs(got.Central)), name)
	assert.GreaterOrEqual(t, got.High(), got.Central-1e-9*(1+math.Abs(got.Central)), name)
	if len(draws) == 0 {
		return
	}
	sum := 0.0
	for _, v := range draws {
		sum += v
	}
	slices.Sort(draws)
	mean := sum / float64(len(draws))
	spread := got.Spread()
	same(t, mean, &spread.Mean, name+" mean")
	rank := func(p float64) float64 { return draws[int(math.Ceil(p*float64(len(draws))))-1] }
	for i, v := range []float64{spread.P5, spread.P25, spread.P50, spread.P75, spread.P95} {
		same(t, rank([]float64{0.05, 0.25, 0.5, 0.75, 0.95}[i]), &v, name+" quantile")
	}
	for _, v := range draws {
		assert.LessOrEqual(t, got.Low(), v+(1e-9+1e-6*math.Abs(v)), name)
		assert.GreaterOrEqual(t, got.High(), v-(1e-9+1e-6*math.Abs(v)), name)
	}
}

// drawn returns the setting of one draw, from MODEL's words: hash, mixer, and the inverse of each distribution by halving.
func drawn(seed int64, draw int) func(labour.Parameter) float64 {
	return func(p labour.Parameter) float64 {
		name := p.Name
		if name == "relativeWage" {
			name = "relativeProductivity"
		}
		hash := fnv.New64a()
		hash.Write([]byte(name))
		mixed := func(z uint64) uint64 {
			z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
			z = (z ^ (z >> 27)) * 0x94D049BB133111EB
			return z ^ (z >> 31)
		}
		u := math.Ldexp(float64(mixed(mixed(uint64(seed)^hash.Sum64())+uint64(draw+1)*0x9E3779B97F4A7C15)>>11), -53)
		l, c, h := p.Low, p.Central, p.High
		cumulative := map[labour.Distribution]func(x float64) float64{
			labour.Uniform: func(x float64) float64 { return (x - l) / (h - l) },
			labour.PERT:    func(x float64) float64 { return betaBelow((x-l)/(h-l), 1+4*(c-l)/(h-l), 1+4*(h-c)/(h-l)) },
			labour.Triangular: func(x float64) float64 {
				if x < c {
					return (x - l) * (x - l) / ((h - l) * (c - l))
				}
				return 1 - (h-x)*(h-x)/((h-l)*(h-c))
			},
		}[p.Distribution]
		if cumulative == nil || l == h {
			return c
		}
		below, above := l, h
		for range 80 {
			if middle := (below + above) / 2; cumulative(middle) < u {
				below = middle
			} else {
				above = middle
			}
		}
		return (below + above) / 2
	}
}

// betaBelow sums the binomial series of the density of a beta, term by term integrated below x.
func betaBelow(x, a, b float64) float64 {
	if x > 0.5 {
		return 1 - betaBelow(1-x, b, a)
	}
	sum, term := 0.0, 1.0
	for k := range 80 {
		sum += term / (a + float64(k))
		term *= (float64(k) + 1 - b) / float64(k+1) * x
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	return math.Pow(x, a) * math.Exp(lab-la-lb) * sum
}

func TestCompute_AgreesWithTheNaiveComputation(t *testing.T) {
	testsize.Long(t)
	counts := map[string]int{}
	for seed := range uint64(testsize.Rounds(250, 60)) {
		s, f, list := world(seed)
		r := compute(t, s, f)
		n := naive{s, f, slices.DeleteFunc(slices.Clone(list), func(l impact.Level) bool { return l.On > s.To }), map[string]float64{}, nil, nil}
		if len(n.levels) == 0 {
			counts["no stock"]++
			assert.Nil(t, r.DepartedWorkers)
			continue
		}
		agree(t, n, r, seed%10 == 0)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
		switch {
		case r.OutputLost() == nil:
			counts["unknown output"]++
		case *r.WorkerYearsLost > 0:
			counts["losses"]++
		}
		if r.OutputLost() != nil && r.WagesLost() == nil {
			counts["unknown wages"]++
		}
		if slices.ContainsFunc(r.Inputs, func(in impact.Input) bool { return in.Imputed }) {
			counts["imputed"]++
		}
	}
	for _, kind := range []string{"no stock", "unknown output", "losses", "unknown wages", "imputed"} {
		assert.GreaterOrEqual(t, counts[kind], 2, "the random worlds have too few with %s: %v", kind, counts)
	}
}

func agree(t *testing.T, n naive, r *impact.Result, draws bool) {
	t.Helper()
	n.at, n.known = func(p labour.Parameter) float64 { return p.Central }, map[string]any{}
	total := n.days(n.s.Horizon(), n.s.Variant)
	var each []naiveTotals
	if draws {
		for draw := range n.s.Draws {
			at := n
			at.at, at.known = drawn(n.s.Seed, draw), map[string]any{}
			each = append(each, at.days(n.s.Horizon(), n.s.Variant))
		}
	}
	of := func(read func(naiveTotals) float64) (list []float64) {
		for _, one := range each {
			list = append(list, read(one))
		}
		return list
	}
	hold := func(name string, got *impact.Estimate, read func(naiveTotals) float64) {
		sameEstimate(t, read(total), of(read), got, name)
	}
	baseline := 0.0
	for _, stock := range n.stock(n.s.Baseline) {
		baseline += stock
	}
	same(t, baseline, r.BaselineWorkers, "baseline")
	same(t, total.departed, r.DepartedWorkers, "departed")
	same(t, total.workerYears, r.WorkerYearsLost, "worker-years")
	hold("worker-years", r.WorkerYears(), func(n naiveTotals) float64 { return n.workerYears })
	hold("gross", r.GrossDirectOutputLost(), func(n naiveTotals) float64 { return n.gross })
	hold("direct", r.DirectOutputLost(), func(n naiveTotals) float64 { return n.net })
	hold("indirect", r.IndirectOutputLost(), func(n naiveTotals) float64 { return n.indirect })
	hold("output", r.OutputLost(), func(n naiveTotals) float64 { return n.net + n.indirect })
	hold("elsewhere", r.OutputLostElsewhere(), func(n naiveTotals) float64 { return n.elsewhere })
	hold("wages", r.WagesLost(), func(n naiveTotals) float64 { return n.netAccounts[0] })
	hold("tax", r.IncomeTaxLost(), func(n naiveTotals) float64 { return n.netAccounts[1] })
	hold("remittances", r.RemittancesForgone, func(n naiveTotals) float64 { return n.remittances })
	hold("fiscal", r.FiscalLoss(), func(n naiveTotals) float64 { return n.netAccounts[1] + n.netAccounts[2] + n.netAccounts[3] })
	gross, net := r.Accounts(false), r.Accounts(true)
	for i, of := range [][2]*impact.Estimate{{gross.Wages(), net.Wages()}, {gross.IncomeTax(), net.IncomeTax()},
		{gross.Contributions(), net.Contributions()}, {gross.ProductionTaxes(), net.ProductionTaxes()}, {gross.Surplus(), net.Surplus()}} {
		hold("gross account", of[0], func(n naiveTotals) float64 { return n.grossAccounts[i] })
		hold("net account", of[1], func(n naiveTotals) float64 { return n.netAccounts[i] })
	}
	for _, v := range r.Variants() {
		other := n.days(n.s.Horizon(), v.Variant)
		sameEstimate(t, other.net+other.indirect, nil, v.OutputLost(), string(v.Variant))
		sameEstimate(t, other.gross, nil, v.GrossDirectOutputLost(), string(v.Variant))
	}
	ofEmployed, ofProduct := total.departed/n.employed(), n.product()
	if total.departed == 0 {
		ofEmployed = 0
	}
	same(t, ofEmployed, r.ShareOfEmployment, "share of employment")
	if total.workerYears == 0 {
		ofProduct = 1
	}
	sameEstimate(t, (total.net+total.indirect)/ofProduct, nil, r.OutputLostShareOfGRP(), "share of product")
	sameEstimate(t, total.net/ofProduct, nil, r.DirectOutputLostShareOfGRP(), "direct share of product")
	assert.Equal(t, r.OutputLost() == nil, r.Sensitivity() == nil)

	years := total.industryYears[""]
	for _, part := range r.ByIndustry {
		same(t, total.industryYears[part.Industry], part.WorkerYearsLost, part.Industry)
		sameEstimate(t, total.industryOutput[part.Industry], nil, part.OutputLost(), part.Industry)
		sameEstimate(t, total.industryNet[part.Industry], nil, part.DirectOutputLost(), part.Industry)
		years += *part.WorkerYearsLost
	}
	same(t, years, r.WorkerYearsLost, "industries and none sum to the worker-years")
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
		if e := p.OutputLost(); e != nil {
			output += e.Central
		}
		if g == labour.Day && i%80 != 0 || g == labour.Month && i%3 != 0 {
			continue // the naive computation is slow
		}
		want := n.days(p.Period.Period, n.s.Variant)
		same(t, want.departed, p.DepartedWorkers, p.Period.Key())
		same(t, want.workerYears, p.WorkerYearsLost, p.Period.Key())
		sameEstimate(t, want.net+want.indirect, nil, p.OutputLost(), p.Period.Key())
	}
	assert.Equal(t, n.s.From, timeline[0].Period.From)
	assert.Equal(t, n.s.To, timeline[len(timeline)-1].Period.To)
	same(t, *r.DepartedWorkers, timeline[len(timeline)-1].DepartedWorkers, "departed at the end")
	same(t, years, r.WorkerYearsLost, "periods sum to the worker-years")
	if e := r.OutputLost(); e != nil {
		same(t, output, &e.Central, "periods sum to the output")
	}
}

func TestCompute_MoreStayersNeverCostMore(t *testing.T) {
	testsize.Long(t)
	for seed := range uint64(60) {
		s, f, _ := world(seed)
		var before *impact.Result
		for stayers := 0; stayers <= 120; stayers += 10 {
			s.Stayers = stayers
			r := compute(t, s, f)
			if before != nil && r.WorkerYearsLost != nil {
				assert.LessOrEqual(t, *r.DepartedWorkers, *before.DepartedWorkers+1e-9)
				assert.LessOrEqual(t, *r.WorkerYearsLost, *before.WorkerYearsLost+1e-9)
				if r.OutputLost() != nil && before.OutputLost() != nil {
					assert.LessOrEqual(t, r.OutputLost().High(), before.OutputLost().High()+1e-9*math.Abs(before.OutputLost().High()))
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
		again := compute(t, s, f)
		assert.Equal(t, first.Inputs, again.Inputs)
		assert.Equal(t, first.Notices, again.Notices)
		if e := first.OutputLost(); e != nil {
			assert.Equal(t, e.Spread(), again.OutputLost().Spread())
		}
	}
}
