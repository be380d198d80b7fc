package impact

import (
	"fmt"
	"slices"
	"strings"

	"homebound/internal/labour"
)

// valuer answers what a worker of a region makes and earns, and notes every figure it reads.
type valuer struct {
	scenario  Scenario
	facts     Facts
	figures   figures
	ledger    ledger
	standings map[string][][]string
}

func newValuer(s Scenario, f Facts) *valuer {
	if f.Geography == nil {
		f.Geography = labour.NewGeography(nil, nil)
	}
	return &valuer{s, f, newFigures(f.Observations, f.Currency), newLedger(), map[string][][]string{}}
}

// standing returns the sets of regions whose figures, summed, may stand for a region, the best first. It is the one
// rule on whose figures count: a subject has its own; a country its own, else the sum over its subjects on
// BoundariesOn; a district or other grouping that sum, else its own, because what is published of a grouping does
// not say whose boundaries it follows. With basis REPORTED the scenario's region comes with a stock published in
// its own name, so its own figures come first too. The first set that has every figure asked for is taken, so both
// sides of a ratio are of the same set.
func (v *valuer) standing(region string) [][]string {
	if sets, ok := v.standings[region]; ok {
		return sets
	}
	own := []string{region}
	sets := [][]string{own}
	kind := v.kind(region)
	if kind != labour.KindSubject && kind != "" {
		if parts := v.subjects(region, map[string]bool{}); len(parts) > 0 {
			slices.Sort(parts)
			sets = [][]string{slices.Compact(parts), own}
		}
	}
	ownFirst := kind == labour.KindCountry ||
		v.scenario.Basis != labour.Register && v.facts.Whole == "" && region == v.scenario.Region
	if ownFirst {
		slices.Reverse(sets)
	}
	v.standings[region] = sets
	return sets
}

func (v *valuer) kind(region string) labour.RegionKind {
	r, _ := v.facts.Geography.Region(region)
	return r.Kind
}

// subjects returns the uppermost subjects below a region, so that none is counted twice.
func (v *valuer) subjects(region string, seen map[string]bool) []string {
	var found []string
	for _, child := range v.facts.Geography.Children(region, v.scenario.BoundariesOn) {
		switch {
		case seen[child]:
		case v.kind(child) == labour.KindSubject:
			found = append(found, child)
		default:
			seen[child] = true
			found = append(found, v.subjects(child, seen)...)
		}
	}
	return found
}

// covered reports whether every region of a set, and there is one, has a figure of every indicator.
func (v *valuer) covered(set []string, industry string, indicators ...string) bool {
	for _, region := range set {
		for _, indicator := range indicators {
			if !v.figures.have(series{indicator, region, industry}) {
				return false
			}
		}
	}
	return len(set) > 0
}

// choose returns the first set of regions that covers the indicators, or nil.
func (v *valuer) choose(region, industry string, indicators ...string) []string {
	for _, set := range v.standing(region) {
		if v.covered(set, industry, indicators...) {
			return set
		}
	}
	return nil
}

// read returns the figure of a year in the model's own unit and notes that it was read.
func (v *valuer) read(key series, year int, why string) float64 {
	f := v.figures.at(key, year)
	v.ledger.use(key, f, year, why)
	return f.plain
}

// sum reads an indicator over a set of regions that covers it.
func (v *valuer) sum(set []string, region, industry, indicator string, year int) float64 {
	why := ""
	if !slices.Equal(set, []string{region}) {
		why = "summed into " + region
	}
	total := 0.0
	for _, part := range set {
		total += v.read(series{indicator, part, industry}, year, why)
	}
	return total
}

// total returns the sum of an indicator for a region and year, and false, with a note, where it is not known.
func (v *valuer) total(region, indicator string, year int, wanted string) (float64, bool) {
	set := v.choose(region, "", indicator)
	if set == nil {
		v.explain(region, wanted, indicator)
		return 0, false
	}
	return v.sum(set, region, "", indicator, year), true
}

// productivity returns the output of an average worker of the cell in a year, and the two figures that it is of: of the
// industry where both its value added and its employed are known, else of the whole region.
func (v *valuer) productivity(c Cell, year int) (perYear float64, indicator string, known bool) {
	if c.Industry != "" {
		if set := v.choose(c.Region, c.Industry, labour.GrossValueAdded, labour.EmployedPersons); set != nil {
			return v.sum(set, c.Region, c.Industry, labour.GrossValueAdded, year) /
				v.sum(set, c.Region, c.Industry, labour.EmployedPersons, year), labour.GrossValueAdded, true
		}
	}
	set := v.choose(c.Region, "", labour.GrossRegionalProduct, labour.EmployedPersons)
	if set == nil {
		v.explain(c.Region, "outputLost", labour.GrossRegionalProduct, labour.EmployedPersons)
		return 0, "", false
	}
	return v.sum(set, c.Region, "", labour.GrossRegionalProduct, year) /
		v.sum(set, c.Region, "", labour.EmployedPersons, year), labour.GrossRegionalProduct, true
}

// wageShare returns compensation of employees over gross product, where both are observed for that very year.
func (v *valuer) wageShare(region string, year int) (float64, bool) {
	for _, set := range v.standing(region) {
		exact := !slices.ContainsFunc(set, func(part string) bool {
			return !v.figures.haveYear(series{labour.Compensation, part, ""}, year) ||
				!v.figures.haveYear(series{labour.GrossRegionalProduct, part, ""}, year)
		})
		if exact {
			paid := v.sum(set, region, "", labour.Compensation, year)
			product := v.sum(set, region, "", labour.GrossRegionalProduct, year)
			return paid / product, product > 0
		}
	}
	return 0, false
}

// exchange returns the release's currency units for one US dollar in a year, of the whole release.
func (v *valuer) exchange(year int) (float64, bool) {
	indicator := labour.ExchangeRateIndicator(v.facts.Currency, "USD")
	var regions []string
	for key := range v.figures.chosen {
		if key.indicator == indicator && key.industry == "" {
			regions = append(regions, key.region)
		}
	}
	if v.facts.Currency == "USD" {
		return 1, true
	}
	if len(regions) == 0 {
		v.ledger.missing(series{indicator, v.scenario.Region, ""}, v.facts.Currency+" per USD",
			"no rate was found, so remittances are not held against what a worker earns")
		return 0, false
	}
	rate := v.read(series{indicator, slices.Min(regions), ""}, year, "")
	return rate, rate > 0
}

// pay is a monthly wage: known as it is, or an average that RelativeWage still scales.
type pay struct {
	monthly float64
	scaled  bool
}

// pay returns what a departed worker of the cell earned in a year: by the permits of the stock's own cell, else by the region's
// average wage. An average wage is never summed; over several regions it is weighted by their employed.
func (v *valuer) pay(c, stock Cell, year int) (pay, bool) {
	if own, ok := v.facts.OwnWages[stock]; ok {
		v.ledger.wage(stock, own, plainUnit(labour.AverageWage, v.facts.Currency))
		return pay{monthly: own}, true
	}
	for _, set := range v.standing(c.Region) {
		if slices.Equal(set, []string{c.Region}) {
			if key := (series{labour.AverageWage, c.Region, ""}); v.figures.have(key) {
				return pay{v.read(key, year, ""), true}, true
			}
		} else if v.covered(set, "", labour.AverageWage, labour.EmployedPersons) {
			return pay{v.weightedWage(set, c.Region, year), true}, true
		}
	}
	if len(v.standing(c.Region)) > 1 {
		v.explain(c.Region, "wagesLost", labour.AverageWage, labour.EmployedPersons)
	} else {
		v.explain(c.Region, "wagesLost", labour.AverageWage)
	}
	return pay{}, false
}

func (v *valuer) weightedWage(set []string, region string, year int) float64 {
	why := "weighted by the employed into the average of " + region
	bill, employed := 0.0, 0.0
	for _, part := range set {
		workers := v.read(series{labour.EmployedPersons, part, ""}, year, "weighs AVG_WAGE into the average of "+region)
		bill += workers * v.read(series{labour.AverageWage, part, ""}, year, why)
		employed += workers
	}
	return bill / employed
}

// taxRate returns the income tax rate of the country that the region lies in.
func (v *valuer) taxRate(region string, year int) (float64, bool) {
	country := v.facts.Geography.Ancestor(region, labour.KindCountry, v.scenario.BoundariesOn)
	key := series{labour.IncomeTaxRate, country, ""}
	switch {
	case country == "":
		key.region = region
		v.ledger.missing(key, plainUnit(labour.IncomeTaxRate, ""),
			fmt.Sprintf("no country is known that %s lies in on %s, so incomeTaxLost is not known", region,
				v.scenario.BoundariesOn))
		return 0, false
	case !v.figures.have(key):
		v.ledger.missing(key, plainUnit(labour.IncomeTaxRate, ""), v.absence(key)+", so incomeTaxLost is not known")
		return 0, false
	}
	return v.read(key, year, ""), true
}

// explain notes which of the indicators are not known for the region, and that wanted is not known for it.
func (v *valuer) explain(region, wanted string, indicators ...string) {
	found := func(indicator string) bool { return v.choose(region, "", indicator) != nil }
	absent := slices.DeleteFunc(slices.Clone(indicators), found)
	apart := len(absent) == 0
	if apart {
		absent = indicators
	}
	for _, indicator := range absent {
		key := series{indicator, region, ""}
		why := v.absence(key)
		switch lacking := v.lacking(region, indicator); {
		case apart:
			why = strings.Join(indicators, " and ") + " are known for " + region + ", but not of the same regions"
		case len(lacking) > 0:
			why += ", nor for its subjects " + strings.Join(lacking, ", ")
		}
		v.ledger.missing(key, plainUnit(indicator, v.facts.Currency), why+", so "+wanted+" is not known")
	}
}

// absence says why a series has no figure.
func (v *valuer) absence(key series) string {
	if unit, ok := v.figures.refuse[key]; ok {
		return fmt.Sprintf("the observations for %s are in %q, expected %s", key.region, unit,
			plainUnit(key.indicator, v.facts.Currency))
	}
	return "no observation was found for " + key.region
}

// lacking lists the subjects of a region that have no figure of an indicator.
func (v *valuer) lacking(region, indicator string) []string {
	var codes []string
	for _, part := range slices.Concat(v.standing(region)...) {
		if part != region && !v.figures.have(series{indicator, part, ""}) {
			codes = append(codes, part)
		}
	}
	return codes
}
