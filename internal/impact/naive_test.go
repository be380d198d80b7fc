package impact_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"homebound/internal/impact"
	"homebound/internal/labour"
)

// naive computes a scenario a second time, straight from the definitions: day by day, cell by cell, each figure
// looked up anew, at one setting of the parameters. It shares no code with the model beyond labour's calendar and geography.
type naive struct {
	s      impact.Scenario
	f      impact.Facts
	levels []impact.Level
	found  map[string]float64             // figures already looked up
	at     func(labour.Parameter) float64 // the value of a row
	known  map[string]any                 // what this setting has already come to
}

// once works out what is asked for again and again at one setting.
func once[T any](n naive, key string, f func() T) T {
	if v, ok := n.known[key]; ok {
		return v.(T)
	}
	v := f()
	n.known[key] = v
	return v
}

// spot is a cell as the naive computation sees it: whose figures, whose parameters, which industry.
type spot struct {
	figures, region, industry string
	of                        impact.Cell // the stock that it is a part of
}

// naiveTotals is what a set of days comes to by one variant; a figure that is not known is NaN.
type naiveTotals struct {
	departed, workerYears                      float64
	gross, net, indirect, elsewhere            float64
	grossAccounts, netAccounts                 [5]float64 // wages, income tax, contributions, production taxes, surplus
	remittances                                float64
	industryYears, industryNet, industryOutput map[string]float64
}

// row finds the row of a parameter for a place; false where none serves.
func (n naive) row(name, region, industry string, year int) (labour.Parameter, bool) {
	var best *labour.Parameter
	var bestRank [6]int
	for pass := range 2 { // first those of the year, then those of any
		for _, list := range [][]labour.Parameter{n.s.Overrides, n.f.Parameters} {
			for i, p := range list {
				start, end := -9999, 9999
				if p.From != nil {
					start = p.From.Year()
				}
				if p.To != nil {
					end = p.To.Year()
				}
				far := max(0, start-year, year-end)
				place := 0
				code := region
				for code != "" && code != p.Region {
					code = n.f.Geography.Parent(code, n.s.BoundariesOn)
					place++
				}
				switch {
				case p.Name != name, pass == 0 && far > 0, p.Region != "" && code == "", p.Industry != "" && p.Industry != industry,
					p.Nationality != "" && !slices.Equal(n.s.Nationalities, []string{p.Nationality}):
					continue
				}
				if p.Region == "" {
					place = 1000
				}
				rank := [6]int{1, place, 1, 1, far, 0}
				if &list[0] == firstOf(n.s.Overrides) {
					rank[0] = 0
				}
				if p.Nationality != "" {
					rank[2] = 0
				}
				if p.Industry != "" {
					rank[3] = 0
				}
				if start > year {
					rank[5] = 1
				}
				if best == nil || slices.Compare(rank[:], bestRank[:]) < 0 {
					best, bestRank = &list[i], rank
				}
			}
		}
		if best != nil {
			return *best, true
		}
	}
	return labour.Parameter{}, false
}

func firstOf(list []labour.Parameter) *labour.Parameter {
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}

// value returns a parameter, NaN where no row serves.
func (n naive) value(name, region, industry string, year int) float64 {
	if p, ok := n.row(name, region, industry, year); ok {
		return n.at(p)
	}
	return math.NaN()
}

// or1 returns a parameter, 1 where no row serves.
func (n naive) or1(name, region, industry string, year int) float64 {
	if v := n.value(name, region, industry, year); !math.IsNaN(v) {
		return v
	}
	return 1
}

// stock returns what is present in each spot on a day: the stock times its factor, divided by the shares.
func (n naive) stock(on labour.Date) map[spot]float64 {
	present, year := map[impact.Cell]float64{}, n.s.Baseline.Year()
	for _, l := range n.levels {
		if l.On <= on {
			present[l.Cell] = l.Workers * n.or1("stockFactor", n.s.Region, "", year)
		}
	}
	spots := map[spot]float64{}
	for c, workers := range present {
		parts := map[spot]float64{{c.Region, c.Region, c.Industry, c}: workers}
		if n.f.Whole != "" {
			parts = n.shared(c, workers, year)
		}
		for at, workers := range parts {
			rest := 1.0
			for _, code := range []string{"A", "F"} {
				p, ok := n.row("industryShare", at.region, code, year)
				if ok && p.Industry == code && at.industry == "" && n.s.SplitIndustry {
					spots[spot{at.figures, at.region, code, c}] += workers * n.at(p)
					rest -= n.at(p)
				}
			}
			spots[at] += workers * max(0, rest)
		}
	}
	return spots
}

func (n naive) shared(c impact.Cell, workers float64, year int) map[spot]float64 {
	parts, all, without := map[spot]float64{}, n.value("regionShare", n.s.Region, "", year), ""
	rest := all
	for _, code := range n.f.Geography.Within(n.s.Region, n.s.BoundariesOn) {
		if p, ok := n.row("regionShare", code, "", year); ok && p.Region == code && code != n.s.Region {
			parts[spot{code, code, "", c}] = workers * n.at(p)
			rest -= n.at(p)
			without += code
		}
	}
	if without == "" {
		return map[spot]float64{{n.s.Region, n.s.Region, "", c}: workers * all}
	}
	parts[spot{n.s.Region + "-" + without, n.s.Region, "", c}] = workers * max(0, rest)
	return parts
}

// gone lays the fall of a day on the spots.
func (n naive) gone(on labour.Date) map[spot]float64 {
	before := once(n, "baseline", func() map[spot]float64 { return n.stock(n.s.Baseline) })
	now := n.stock(on)
	fall, falls, fallen := 0.0, 0.0, map[spot]float64{}
	for c := range now {
		fall += before[c] - now[c]
		if before[c] > now[c] {
			fallen[c] = before[c] - now[c]
			falls += fallen[c]
		}
	}
	if fall < 1e-9*falls {
		fall = 0
	}
	for c := range fallen {
		fallen[c] *= math.Max(0, fall) / falls
	}
	return fallen
}

// lost takes the stayers from a day's departures.
func (n naive) lost(on labour.Date) (float64, map[spot]float64) {
	in := func(c spot) bool {
		if len(n.s.StayersIn) == 0 {
			return true
		}
		for code := c.region; code != ""; code = n.f.Geography.Parent(code, n.s.BoundariesOn) {
			if slices.Contains(n.s.StayersIn, code) {
				return true
			}
		}
		return false
	}
	sum := func(cells map[spot]float64) float64 {
		total := 0.0
		for c, v := range cells {
			if in(c) {
				total += v
			}
		}
		return total
	}
	goneOn := func(on labour.Date) map[spot]float64 {
		return once(n, "gone "+on.String(), func() map[spot]float64 { return n.gone(on) })
	}
	cells := maps.Clone(goneOn(on))
	d, last := sum(cells), sum(goneOn(n.s.To))
	stay := math.Min(float64(n.s.Stayers), last)
	x := d
	switch {
	case n.s.StayersRule == impact.First:
		x = math.Max(0, d-stay)
	case n.s.StayersRule == impact.Last:
		x = math.Max(d-stay, math.Min(d, last-stay))
	case last > 0:
		x = d * (1 - stay/last)
	}
	total := 0.0
	for c := range cells {
		if in(c) && d > 0 {
			cells[c] *= x / d
		}
		total += cells[c]
	}
	return total, cells
}

// effects returns A(d) over X(d) of every day from the baseline on.
func (n naive) effects() map[labour.Date]float64 {
	h := n.value("fadeOutHalfLifeYears", n.s.Region, "", n.s.From.Year())
	q := math.Pow(2, -1/(365*h))
	ratio, a, before := map[labour.Date]float64{}, 0.0, 0.0
	for on := n.s.Baseline; on <= n.s.To; on++ {
		x, _ := n.lost(on)
		if x >= before {
			a = q*a + x - before
		} else {
			a = q * a * x / before
		}
		if before = x; x > 0 || math.IsNaN(q) {
			ratio[on] = a / x
		}
	}
	return ratio
}

// days sums the definitions over the days of a period, by a variant.
func (n naive) days(p labour.Period, variant impact.Variant) naiveTotals {
	total := naiveTotals{industryYears: map[string]float64{}, industryNet: map[string]float64{}, industryOutput: map[string]float64{}}
	var effects map[labour.Date]float64
	if n.s.FadeOut {
		effects = once(n, "effects", n.effects)
	}
	type cellYear struct {
		spot
		year int
	}
	sent, kept := map[cellYear]float64{}, map[cellYear]float64{}
	for on := p.From; on <= p.To; on++ {
		departed, cells := n.lost(on)
		year := on.Year()
		length := 365.0
		if year%4 == 0 && year%100 != 0 || year%400 == 0 {
			length = 366
		}
		total.departed = departed
		total.workerYears += departed / length
		for c, gone := range cells {
			part := gone / length
			if before := once(n, "gone "+on.String(), func() map[spot]float64 { return n.gone(on) }); before[c] == 0 {
				continue // stayers apart: what nobody's departure needs is not missed
			}
			kappa := 1 - n.value("substitutionRate", c.region, c.industry, year)
			if effects != nil {
				kappa *= effects[on]
			}
			w := once(n, fmt.Sprint("worth ", c, year, variant), func() naiveWorth { return n.worth(c, year, variant) })
			total.gross += part * w.y
			net := part * w.y * kappa
			total.net += net
			total.indirect += net * (w.m - 1)
			total.elsewhere += net * math.Max(0, w.country-w.m)
			total.industryYears[c.industry] += part
			total.industryNet[c.industry] += net
			total.industryOutput[c.industry] += net * w.m
			for i, v := range w.accounts {
				total.grossAccounts[i] += part * v
				total.netAccounts[i] += part * v * kappa
			}
			key := cellYear{c, year}
			sent[key] += part * w.remit
			kept[key] += part * (w.accounts[0] - w.accounts[1]) / w.exchange
		}
	}
	for key := range sent {
		if math.IsNaN(kept[key]) {
			total.remittances += sent[key]
		} else {
			total.remittances += math.Min(sent[key], kept[key])
		}
	}
	return total
}

// naiveWorth is one worker-year: output, accounts, multipliers, remittances.
type naiveWorth struct {
	y, m, country, remit, exchange float64
	accounts                       [5]float64
}

func (n naive) worth(c spot, year int, variant impact.Variant) naiveWorth {
	e := func(indicator string) float64 {
		return n.or1("observationError."+indicator, c.region, c.industry, year)
	}
	average, of := n.productivity(impact.Cell{Region: c.figures, Industry: c.industry}, year)
	average *= e(of) / e("EMPLOYED")
	rp := n.value("relativeProductivity", c.region, c.industry, year)
	var w naiveWorth
	switch variant {
	case impact.AverageProduct:
		w.y = average * rp
	case impact.WageShare:
		w.y = average * rp * n.labourShare(c, year, e)
	case impact.Elasticity:
		w.y = average * n.value("outputElasticity", c.region, c.industry, year)
	}
	wage, own := n.f.OwnWages[c.of]
	if !own {
		wage = n.averageWage(c.figures, year) * e("AVG_WAGE") * n.value("relativeWage", c.region, c.industry, year)
	}
	rate := n.value("incomeTaxRate", c.region, c.industry, year)
	if math.IsNaN(rate) {
		rate = n.figure("INCOME_TAX_RATE", "X", "", year) * e("INCOME_TAX_RATE")
	}
	w.m = n.value("outputMultiplier", n.s.Region, c.industry, year)
	w.country = n.value("outputMultiplier", "X", c.industry, year)
	if n.s.Region == "X" {
		w.country = 0
	}
	i := n.index(year)
	w.y *= i
	pay := 12 * wage * i
	social := pay * n.value("socialContributionRate", c.region, c.industry, year)
	taxes := n.value("permitFeePerYear", c.region, c.industry, year)*i + w.y*n.value("otherProductionTaxShare", c.region, c.industry, year)
	w.accounts = [5]float64{pay, pay * rate, social, taxes, w.y - pay - social - taxes}
	w.remit = n.value("remittancePerWorkerYearUsd", c.region, c.industry, year)
	w.exchange = n.figure("FX_RUB_PER_USD", "X", "", year) * i
	return w
}

func (n naive) labourShare(c spot, year int, e func(string) float64) float64 {
	for _, set := range n.sets(c.figures) {
		paid, product := 0.0, 0.0
		for _, part := range set {
			paid += n.exactly("COMPENSATION_OF_EMPLOYEES", part, year)
			product += n.exactly("GRP", part, year)
		}
		if !math.IsNaN(paid + product) {
			return paid / product * e("COMPENSATION_OF_EMPLOYEES") / e("GRP")
		}
	}
	if v := n.value("wageShare", c.region, c.industry, year); !math.IsNaN(v) {
		return v
	}
	return n.value("labourShare", c.region, c.industry, year)
}

// exactly returns a figure of the very year.
func (n naive) exactly(indicator, region string, year int) float64 {
	for _, o := range n.f.Observations {
		if o.Indicator == indicator && o.Region == region && o.From.Year() == year && o.Unit == "million RUB" {
			return n.figure(indicator, region, "", year)
		}
	}
	return math.NaN()
}

// index returns what an amount of a year is multiplied by.
func (n naive) index(year int) float64 {
	if n.s.ConstantYear == 0 {
		return 1
	}
	change := func(y int) float64 { return 1 + n.figure("CPI_ANNUAL_CHANGE", "X", "", y)/100 }
	i := 1.0
	for y := year; y > n.s.ConstantYear; y-- {
		i /= change(y)
	}
	for y := n.s.ConstantYear; y > year; y-- {
		i *= change(y)
	}
	return i
}

// product returns the gross product of the horizon, each year by its days.
func (n naive) product() float64 {
	sum := 0.0
	for on := n.s.From; on <= n.s.To; on++ {
		sum += n.best(n.s.Region, "", "GRP")(on.Year())[0] * n.index(on.Year()) / float64(labour.DaysInYear(on.Year()))
	}
	return sum * n.or1("observationError.GRP", n.s.Region, "", n.s.From.Year())
}

func (n naive) employed() float64 { return n.best(n.s.Region, "", "EMPLOYED")(n.s.To.Year())[0] }

func (n naive) productivity(c impact.Cell, year int) (float64, string) {
	if c.Industry != "" {
		if v := n.best(c.Region, c.Industry, "GVA", "EMPLOYED")(year); !math.IsNaN(v[0]) {
			return v[0] / v[1], "GVA"
		}
	}
	v := n.best(c.Region, "", "GRP", "EMPLOYED")(year)
	return v[0] / v[1], "GRP"
}

func (n naive) averageWage(region string, year int) float64 {
	for _, set := range n.sets(region) {
		if len(set) == 1 && set[0] == region {
			if v := n.figure("AVG_WAGE", region, "", year); !math.IsNaN(v) {
				return v
			}
			continue
		}
		bill, heads := 0.0, 0.0
		for _, part := range set {
			bill += n.figure("AVG_WAGE", part, "", year) * n.figure("EMPLOYED", part, "", year)
			heads += n.figure("EMPLOYED", part, "", year)
		}
		if !math.IsNaN(bill) {
			return bill / heads
		}
	}
	return math.NaN()
}

// best returns the sums of the indicators over the first set of regions that has all of them, else NaN.
func (n naive) best(region, industry string, indicators ...string) func(year int) []float64 {
	return func(year int) []float64 {
		unknown := slices.Repeat([]float64{math.NaN()}, len(indicators))
		for _, set := range n.sets(region) {
			sums := make([]float64, len(indicators))
			whole := true
			for i, indicator := range indicators {
				for _, part := range set {
					sums[i] += n.figure(indicator, part, industry, year)
				}
				whole = whole && !math.IsNaN(sums[i])
			}
			if whole {
				return sums
			}
		}
		return unknown
	}
}

// sets says whose figures count for a region, in the words of the methodology.
func (n naive) sets(region string) [][]string {
	if whole, without, ok := strings.Cut(region, "-"); ok {
		var subjects []string
		for _, code := range n.f.Geography.Within(whole, n.s.BoundariesOn) {
			if c, _ := n.f.Geography.Region(code); c.Kind == labour.KindSubject && !strings.Contains(without, code) {
				subjects = append(subjects, code)
			}
		}
		return [][]string{subjects}
	}
	own := []string{region}
	r, _ := n.f.Geography.Region(region)
	if r.Kind == labour.KindSubject {
		return [][]string{own}
	}
	var subjects []string
	for _, code := range n.f.Geography.Within(region, n.s.BoundariesOn) {
		if c, _ := n.f.Geography.Region(code); c.Kind == labour.KindSubject {
			subjects = append(subjects, code)
		}
	}
	if len(subjects) == 0 {
		return [][]string{own}
	}
	if r.Kind == labour.KindCountry || n.s.Basis == labour.Reported && n.f.Whole == "" && region == n.s.Region {
		return [][]string{own, subjects}
	}
	return [][]string{subjects, own}
}

// figure finds a year's figure, else that of the nearest earlier year, else of the nearest later.
func (n naive) figure(indicator, region, industry string, year int) float64 {
	key := fmt.Sprint(indicator, region, "/", industry, year)
	if _, ok := n.found[key]; !ok {
		n.found[key] = n.search(indicator, region, industry, year)
	}
	return n.found[key]
}

// search looks at every observation.
func (n naive) search(indicator, region, industry string, year int) float64 {
	var chosen *labour.Observation
	for i, o := range n.f.Observations {
		money := indicator == "GRP" || indicator == "GVA" || indicator == "AVG_WAGE" || indicator == "COMPENSATION_OF_EMPLOYEES"
		if o.Indicator != indicator || o.Region != region || o.Industry != industry || money && o.Unit[len(o.Unit)-3:] != "RUB" ||
			indicator == "EMPLOYED" && o.Value == 0 {
			continue
		}
		if chosen == nil || n.nearer(year, o, *chosen) {
			chosen = &n.f.Observations[i]
		}
	}
	if chosen == nil {
		return math.NaN()
	}
	switch chosen.Unit {
	case "million RUB":
		return chosen.Value * 1e6
	case "thousand persons":
		return chosen.Value * 1000
	}
	return chosen.Value
}

func (n naive) nearer(year int, a, b labour.Observation) bool {
	distance := func(o labour.Observation) int {
		if d := year - o.From.Year(); d >= 0 {
			return d
		}
		return 1_000_000 + o.From.Year() - year // any later year is worse than every earlier one
	}
	if da, db := distance(a), distance(b); da != db {
		return da < db
	}
	trust := map[labour.Confidence]int{labour.High: 3, labour.Medium: 2, labour.Low: 1}
	if trust[a.Confidence] != trust[b.Confidence] {
		return trust[a.Confidence] > trust[b.Confidence]
	}
	if na, nb := a.Status == labour.StatusNormal, b.Status == labour.StatusNormal; na != nb {
		return na
	}
	return a.Source < b.Source
}
