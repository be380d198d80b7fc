package labour

import (
	"fmt"
	"slices"
	"time"
)

// Period is a span of days, both ends included.
type Period struct{ From, To Date }

// Granularity is the calendar unit that a report or a timeline is cut into.
type Granularity string

const (
	Day     Granularity = "DAY"
	Month   Granularity = "MONTH"
	Quarter Granularity = "QUARTER"
	Year    Granularity = "YEAR"
)

// Granularities lists all of them, the finest first.
var Granularities = []Granularity{Day, Month, Quarter, Year}

// Unit returns the whole calendar unit that d lies in.
func (g Granularity) Unit(d Date) Period {
	year, month, _ := d.Time().Date()
	switch g {
	case Month:
		return Period{NewDate(year, month, 1), NewDate(year, month+1, 0)}
	case Quarter:
		first := (month-1)/3*3 + 1
		return Period{NewDate(year, first, 1), NewDate(year, first+3, 0)}
	case Year:
		return YearPeriod(year)
	}
	return Period{d, d}
}

// YearPeriod returns 1 January to 31 December of a year.
func YearPeriod(year int) Period {
	return Period{NewDate(year, time.January, 1), NewDate(year, time.December, 31)}
}

// Days returns the number of days, both ends counted; 0 where To is before From.
func (p Period) Days() int { return max(0, p.To.Sub(p.From)+1) }

// Contains reports whether d is one of the period's days.
func (p Period) Contains(d Date) bool { return p.From <= d && d <= p.To }

// Clip returns the days that p shares with q; its Days are 0 where they share none.
func (p Period) Clip(q Period) Period { return Period{max(p.From, q.From), min(p.To, q.To)} }

// Count returns how many calendar units p touches, without listing them.
func (p Period) Count(g Granularity) int {
	if p.Days() == 0 {
		return 0
	}
	return g.ordinal(p.To) - g.ordinal(p.From) + 1
}

// ordinal numbers the calendar units in the order of time, without a gap.
func (g Granularity) ordinal(d Date) int {
	year, month, _ := d.Time().Date()
	switch g {
	case Month:
		return year*12 + int(month) - 1
	case Quarter:
		return year*4 + (int(month)-1)/3
	case Year:
		return year
	}
	return int(d)
}

// Split cuts p into calendar units, in order; the first and the last are clipped to p.
func (p Period) Split(g Granularity) []Period {
	parts := make([]Period, 0, p.Count(g))
	for from := p.From; from <= p.To; {
		part := g.Unit(from).Clip(p)
		parts = append(parts, part)
		from = part.To + 1
	}
	return parts
}

// Key names the period by its calendar unit (2017, 2017-Q4, 2017-12, 2017-12-22) where it is one, else by both ends
// (2017-12-22/2019-12-22). No two periods have one key.
func (p Period) Key() string {
	if unit, whole := p.unit(); whole {
		return unit.Label(p.From)
	}
	return p.From.String() + "/" + p.To.String()
}

// unit returns the calendar unit that p is the whole of, or false.
func (p Period) unit() (Granularity, bool) {
	for _, g := range slices.Backward(Granularities) {
		if g.Unit(p.From) == p {
			return g, true
		}
	}
	return "", false
}

// CalendarPeriod is a period as people name it: the whole or a part of a calendar unit, or a span that is of none.
type CalendarPeriod struct {
	Period
	Unit Granularity // "" for a span that is of no unit
}

// Of names a part of one of the calendar units.
func (g Granularity) Of(p Period) CalendarPeriod {
	if g == "" {
		unit, _ := p.unit()
		return CalendarPeriod{p, unit}
	}
	return CalendarPeriod{p, g}
}

// Complete reports whether the period is the whole of its calendar unit.
func (p CalendarPeriod) Complete() bool { return p.Unit != "" && p.Unit.Unit(p.From) == p.Period }

// Label returns a short name that fits an axis: the calendar unit, also of a part of one (2017, 2017-Q4, 2017-12,
// 2017-12-22), else the years, months or days from end to end (2016–2018, 2017-11–2017-12), the coarsest that tell them
// apart. Key is exact.
func (p CalendarPeriod) Label() string {
	if p.Unit != "" {
		return p.Unit.Label(p.From)
	}
	if p.From.Year() != p.To.Year() {
		return Year.Label(p.From) + "–" + Year.Label(p.To)
	}
	first, last := Month.Label(p.From), Month.Label(p.To)
	switch {
	case first == last:
		return first
	case p.From.Time().Month() == time.January && p.To.Time().Month() == time.December:
		return Year.Label(p.From)
	}
	return first + "–" + last
}

// Label names the calendar unit that d lies in: 2017, 2017-Q4, 2017-12 or 2017-12-22.
func (g Granularity) Label(d Date) string {
	year, month, _ := d.Time().Date()
	switch g {
	case Month:
		return fmt.Sprintf("%04d-%02d", year, month)
	case Quarter:
		return fmt.Sprintf("%04d-Q%d", year, (month+2)/3)
	case Year:
		return fmt.Sprintf("%04d", year)
	}
	return d.String()
}
