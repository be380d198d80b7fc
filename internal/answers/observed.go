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

// outcomes are what a loss of workers might show in; counts are summed over subjects.
var outcomes = []struct {
	indicator string
	count     bool
}{{"CONSTRUCTION_WORKS", true}, {"FOREIGN_WORK_PATENTS", true}, {"FOREIGN_WORK_PERMITS", true}, {"UNEMPLOYMENT_RATE", false},
	{labour.AverageWage, false}}

// trendYears is how many years before the baseline a trend is of, at most and at least.
const trendYears, fewestTrendYears = 5, 3

// Observed returns what was observed of the region from three years before the baseline to the end of the horizon. The region's
// own figures count; else, of a count, the sum over all its subjects.
func Observed(ctx context.Context, release *db.Release, e *EconomicImpact) ([]ObservedOutcome, error) {
	s := e.Scenario
	g := release.Geography()
	var codes []string
	for _, o := range outcomes {
		codes = append(codes, o.indicator)
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
	list := []ObservedOutcome{}
	for _, of := range outcomes {
		values, unit := yearly(observations, of.indicator, []string{s.Region})
		if len(values) == 0 && of.count {
			values, unit = yearly(observations, of.indicator, subjects)
		}
		trend := line(values, s.Baseline.Year())
		for _, year := range slices.Sorted(maps.Keys(values)) {
			if year < s.Baseline.Year()-2 || year > s.To.Year() {
				continue
			}
			o := ObservedOutcome{Indicator: of.indicator, Year: year, Value: values[year], Unit: unit}
			if trend != nil && year >= s.Baseline.Year() {
				expected := trend(year)
				o.Trend = &expected
			}
			list = append(list, o)
		}
	}
	return list, nil
}

// yearly sums the figures of an indicator by year over regions that all have one. Of several the first in the order of rows counts.
func yearly(observations []labour.Observation, indicator string, regions []string) (map[int]float64, string) {
	sums, counts, unit := map[int]float64{}, map[int]int{}, ""
	seen := map[string]bool{}
	for _, o := range observations {
		year := o.To.Year()
		key := o.Region + o.To.String()[:4]
		if o.Indicator != indicator || o.Industry != "" || o.Nationality != "" || o.Status == labour.StatusMissing || o.Qualifier != "" ||
			o.From.Year() != year || !slices.Contains(regions, o.Region) || seen[key] {
			continue
		}
		seen[key] = true
		sums[year], counts[year], unit = sums[year]+o.Value, counts[year]+1, o.Unit
	}
	maps.DeleteFunc(sums, func(year int, _ float64) bool { return counts[year] < len(regions) })
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
