package impact

import (
	"cmp"
	"math"
	"slices"

	"homebound/internal/labour"
)

// series names what is observed year by year.
type series struct{ indicator, region, industry string }

func (s series) String() string {
	if s.industry == "" {
		return s.indicator + " " + s.region
	}
	return s.indicator + " " + s.region + " " + s.industry
}

// figure is the observation chosen for one year of a series.
type figure struct {
	labour.Observation
	year  int
	plain float64 // the value in the model's own unit
}

// figures holds, for every series, its figures in the order of years, one a year.
type figures struct {
	chosen map[series][]figure
	refuse map[series]string // the unit of an observation that could not be read
}

// newFigures chooses among the observations. Of several for one year of a series it takes the highest confidence,
// then status NORMAL before others, then the latest period, then the first source id, so that the choice hangs on
// no order of rows.
func newFigures(observations []labour.Observation, currency string) figures {
	all := figures{map[series][]figure{}, map[series]string{}}
	for _, o := range observations {
		year, whole := yearOf(o)
		if !whole || !usable(o) {
			continue
		}
		key := series{o.Indicator, o.Region, o.Industry}
		scale, ok := plainScale(o.Indicator, o.Unit, currency)
		if !ok {
			if unit, found := all.refuse[key]; !found || o.Unit < unit {
				all.refuse[key] = o.Unit
			}
			continue
		}
		all.chosen[key] = append(all.chosen[key], figure{o, year, o.Value * scale})
	}
	for key, found := range all.chosen {
		slices.SortFunc(found, func(a, b figure) int { return cmp.Or(cmp.Compare(a.year, b.year), preference(a, b)) })
		all.chosen[key] = slices.CompactFunc(found, func(a, b figure) bool { return a.year == b.year })
	}
	return all
}

// yearOf returns the calendar year that an observation is of. A flow must cover it whole; a level or a rate may also be
// given on a day.
func yearOf(o labour.Observation) (int, bool) {
	year := o.To.Year()
	if labour.YearPeriod(year) == (labour.Period{From: o.From, To: o.To}) {
		return year, true
	}
	flow := o.Indicator == labour.GrossRegionalProduct || o.Indicator == labour.GrossValueAdded ||
		o.Indicator == labour.Compensation
	return year, !flow && o.From == o.To
}

// usable reports whether the observation is a number about everybody. Nobody employed makes no ratio.
func usable(o labour.Observation) bool {
	return o.Nationality == "" && o.Qualifier == "" && o.Status != labour.StatusMissing && !math.IsNaN(o.Value) && !math.IsInf(o.Value, 0) &&
		(o.Indicator != labour.EmployedPersons || o.Value > 0)
}

// preference is negative where a is the better of two figures of one year.
func preference(a, b figure) int {
	return cmp.Or(
		cmp.Compare(rank(a.Confidence), rank(b.Confidence)),
		-boolCompare(a.Status == labour.StatusNormal, b.Status == labour.StatusNormal),
		-cmp.Compare(a.To, b.To),
		-cmp.Compare(a.From, b.From),
		cmp.Compare(a.Source, b.Source),
	)
}

func rank(c labour.Confidence) int {
	if i := slices.Index(labour.Confidences, c); i >= 0 {
		return i
	}
	return len(labour.Confidences)
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func (f figures) have(key series) bool { return len(f.chosen[key]) > 0 }

func (f figures) haveYear(key series, year int) bool {
	return f.have(key) && f.at(key, year).year == year
}

// at returns the figure of a year; where it is missing, that of the nearest earlier year, else of the nearest
// later. The series must have a figure.
func (f figures) at(key series, year int) figure {
	found := f.chosen[key]
	i, exact := slices.BinarySearchFunc(found, year, func(f figure, year int) int { return cmp.Compare(f.year, year) })
	if !exact && i > 0 {
		i--
	}
	return found[i]
}
