package impact_test

import (
	"fmt"
	"math"
	"slices"

	"homebound/internal/impact"
	"homebound/internal/labour"
)

// naive computes a scenario a second time, straight from the definitions: day by day, cell by cell, each figure
// looked up anew. It shares no code with the model beyond labour's calendar and geography.
type naive struct {
	s      impact.Scenario
	f      impact.Facts
	levels []impact.Level
	found  map[string]float64 // figures already looked up
}

// naiveTotals is what a set of days comes to; a figure that is not known is NaN.
type naiveTotals struct {
	departed, workerYears                   float64
	output, wages, tax                      [3]float64 // low, central, high
	industryYears                           map[string]float64
	industryOutput                          map[string][3]float64
	substitution, productivity, multipliers [2]float64 // sensitivity: output at the low and high end
}

// stock returns what is present in each cell on a day.
func (n naive) stock(on labour.Date) map[impact.Cell]float64 {
	present := map[impact.Cell]float64{}
	for _, l := range n.levels {
		if l.On <= on {
			present[l.Cell] = l.Workers
		}
	}
	return present
}

// lost lays the departures of a day on the cells.
func (n naive) lost(on labour.Date) (float64, map[impact.Cell]float64) {
	before, now := n.stock(n.s.Baseline), n.stock(on)
	fall, falls, fallen := 0.0, 0.0, map[impact.Cell]float64{}
	for c := range now {
		fall += before[c] - now[c]
		if before[c] > now[c] {
			fallen[c] = before[c] - now[c]
			falls += fallen[c]
		}
	}
	departed := math.Max(0, fall-math.Min(float64(n.s.Stayers), fall))
	for c := range fallen {
		fallen[c] *= departed / falls
		if departed == 0 {
			delete(fallen, c)
		}
	}
	return departed, fallen
}

// days sums the definitions over the days of a period.
func (n naive) days(p labour.Period) naiveTotals {
	total := naiveTotals{industryYears: map[string]float64{}, industryOutput: map[string][3]float64{}}
	s := n.s
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
			made := part * n.productivity(c, year)
			made3 := [3]float64{
				made * s.RelativeProductivity.Low * (1 - s.SubstitutionRate.High) * s.OutputMultiplier.Low,
				made * s.RelativeProductivity.Central * (1 - s.SubstitutionRate.Central) * s.OutputMultiplier.Central,
				made * s.RelativeProductivity.High * (1 - s.SubstitutionRate.Low) * s.OutputMultiplier.High,
			}
			industry := total.industryOutput[c.Industry]
			rate := n.figure("INCOME_TAX_RATE", "X", "", year)
			for end, ratio := range []float64{s.RelativeWage.Low, s.RelativeWage.Central, s.RelativeWage.High} {
				wage, own := n.f.OwnWages[c]
				if !own {
					wage = n.averageWage(c.Region, year) * ratio
				}
				total.output[end] += made3[end]
				industry[end] += made3[end]
				total.wages[end] += part * 12 * wage
				total.tax[end] += part * 12 * wage * rate
			}
			total.industryYears[c.Industry] += part
			total.industryOutput[c.Industry] = industry
			rp, sr, om := s.RelativeProductivity, s.SubstitutionRate, s.OutputMultiplier
			total.substitution[0] += made * rp.Central * (1 - sr.Low) * om.Central
			total.substitution[1] += made * rp.Central * (1 - sr.High) * om.Central
			total.productivity[0] += made * rp.Low * (1 - sr.Central) * om.Central
			total.productivity[1] += made * rp.High * (1 - sr.Central) * om.Central
			total.multipliers[0] += made * rp.Central * (1 - sr.Central) * om.Low
			total.multipliers[1] += made * rp.Central * (1 - sr.Central) * om.High
		}
	}
	return total
}

// product returns the gross product of the horizon, each year by its days.
func (n naive) product() float64 {
	sum := 0.0
	for on := n.s.From; on <= n.s.To; on++ {
		sum += n.best(n.s.Region, "", "GRP")(on.Year())[0] / float64(labour.DaysInYear(on.Year()))
	}
	return sum
}

func (n naive) employed() float64 { return n.best(n.s.Region, "", "EMPLOYED")(n.s.To.Year())[0] }

func (n naive) productivity(c impact.Cell, year int) float64 {
	if c.Industry != "" {
		if v := n.best(c.Region, c.Industry, "GVA", "EMPLOYED")(year); !math.IsNaN(v[0]) {
			return v[0] / v[1]
		}
	}
	v := n.best(c.Region, "", "GRP", "EMPLOYED")(year)
	return v[0] / v[1]
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
	if r.Kind == labour.KindCountry || n.s.Basis == labour.Reported && region == n.s.Region {
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
		money := indicator == "GRP" || indicator == "GVA" || indicator == "AVG_WAGE"
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
