package answers

import (
	"context"
	"maps"
	"slices"

	"homebound/db"
	"homebound/internal/labour"
)

// Parameters returns the parameters of one name, or all, that may serve a region on the day that the release ends: its own,
// those of the regions it lies in and those of everywhere. Region "" is all.
func Parameters(ctx context.Context, release *db.Release, name, region string) ([]labour.Parameter, error) {
	serves := map[string]bool{"": true}
	if region != "" {
		if _, err := release.Region(region); err != nil {
			return nil, err
		}
		for code := region; code != "" && !serves[code]; code = release.Geography().Parent(code, release.LastDay(nil)) {
			serves[code] = true
		}
	}
	all, err := release.Parameters(ctx)
	return slices.DeleteFunc(all, func(p labour.Parameter) bool {
		return name != "" && p.Name != name || region != "" && !serves[p.Region]
	}), err
}

// ObservedOutcome is a yearly figure of a region beside its own trend before a baseline.
type ObservedOutcome struct {
	Indicator string
	Year      int
	Value     float64
	Trend     *float64
	Unit      string
}

// outcomes are what a loss of workers might show in. Over subjects counts are summed, and rates are weighted.
var outcomes = []struct{ indicator, weight string }{
	{"CONSTRUCTION_WORKS", ""}, {"FOREIGN_WORK_PATENTS", ""}, {"FOREIGN_WORK_PERMITS", ""},
	{"UNEMPLOYMENT_RATE", "LABOUR_FORCE"}, {labour.AverageWage, labour.EmployedPersons},
}

// trendYears is how many years before the baseline a trend is of, at most and at least.
const trendYears, fewestTrendYears = 5, 3

const quarter = 92 // days

// Observed returns what was observed of the region from three years before the baseline to the end of the horizon. The region's
// own figures count; else, of a count, the sum over all its subjects.
func Observed(ctx context.Context, release *db.Release, e *EconomicImpact) ([]ObservedOutcome, error) {
	s := e.Scenario
	g := release.Geography()
	var codes []string
	for _, o := range outcomes {
		codes = append(codes, o.indicator)
		if o.weight != "" {
			codes = append(codes, o.weight)
		}
	}
	observations, err := release.Observations(ctx, db.ObservationFilter{Indicators: KnownIndicators(release, codes...),
		Regions: g.Within(s.Region, s.BoundariesOn)})
	if err != nil || len(observations) == 0 {
		return nil, err
	}
	subjects := slices.DeleteFunc(g.Within(s.Region, s.BoundariesOn), func(code string) bool {
		r, _ := g.Region(code)
		return r.Kind != labour.KindSubject
	})
	after := s.Baseline.AddDays(quarter).Year() // the first year that is not nearly whole before the baseline
	list := []ObservedOutcome{}
	for _, of := range outcomes {
		values, unit := yearly(observations, of.indicator, "", []string{s.Region})
		if len(values) == 0 {
			values, unit = yearly(observations, of.indicator, of.weight, subjects)
		}
		trend := line(values, after)
		for _, year := range slices.Sorted(maps.Keys(values)) {
			if year < after-3 || year > s.To.Year() {
				continue
			}
			o := ObservedOutcome{Indicator: of.indicator, Year: year, Value: values[year], Unit: unit}
			if trend != nil && year >= after {
				expected := max(0, trend(year))
				o.Trend = &expected
			}
			list = append(list, o)
		}
	}
	return list, nil
}

// yearly sums the figures of an indicator by year over regions that all have one, or takes their mean by the weight where one is
// named. Of several figures the first in the order of rows counts.
func yearly(observations []labour.Observation, indicator, weight string, regions []string) (map[int]float64, string) {
	type key struct {
		indicator, region string
		year              int
	}
	figures, unit, years := map[key]float64{}, "", map[int]bool{}
	for _, o := range observations {
		year := o.To.Year()
		at := key{o.Indicator, o.Region, year}
		if _, seen := figures[at]; seen || o.Industry != "" || o.Nationality != "" || o.Status == labour.StatusMissing ||
			o.Qualifier != "" || o.From.Year() != year {
			continue
		}
		figures[at] = o.Value
		if o.Indicator == indicator {
			unit, years[year] = o.Unit, true
		}
	}
	sums := map[int]float64{}
	for year := range years {
		sum, weights, whole := 0.0, 0.0, len(regions) > 0
		for _, region := range regions {
			value, known := figures[key{indicator, region, year}]
			by := 1.0
			if weight != "" {
				heads, weighed := figures[key{weight, region, year}]
				by, known = heads, known && weighed
			}
			sum, weights, whole = sum+value*by, weights+by, whole && known
		}
		switch {
		case !whole || weights == 0:
		case weight != "":
			sums[year] = sum / weights
		default:
			sums[year] = sum
		}
	}
	return sums, unit
}

// line fits a straight line through the years before a year; nil where there are too few.
func line(values map[int]float64, before int) func(year int) float64 {
	var n, sx, sy, sxx, sxy float64
	for year := before - trendYears; year < before; year++ {
		if v, ok := values[year]; ok {
			x := float64(year - before)
			n, sx, sy, sxx, sxy = n+1, sx+x, sy+v, sxx+x*x, sxy+x*v
		}
	}
	if n < fewestTrendYears {
		return nil
	}
	slope := (n*sxy - sx*sy) / (n*sxx - sx*sx)
	return func(year int) float64 { return (sy-slope*sx)/n + slope*float64(year-before) }
}
