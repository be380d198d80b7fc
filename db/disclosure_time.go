package db

import (
	"slices"

	"homebound/internal/disclosure"
	"homebound/internal/labour"
)

// pieces cuts the whole time of the release at the report's period: what lies before it, the period itself, and
// what lies after. A period that is made of calendar units is one among all units of that kind. Nothing is cut
// coarser than into quarters, so that reports by years and by quarters withhold the same.
func (rep *Report) pieces() []calendar {
	whole := rep.span()
	aligned := labour.Granularity("")
	for _, unit := range []labour.Granularity{labour.Quarter, labour.Month} {
		if madeOf(rep.Period, unit, whole) {
			aligned = unit
			break
		}
	}
	inside := rep.Query.Granularity
	if finer(aligned, inside) {
		inside = aligned
	}
	var pieces []calendar
	for _, piece := range []calendar{
		{labour.Period{From: whole.From, To: rep.Period.From - 1}, aligned},
		{rep.Period, inside},
		{labour.Period{From: rep.Period.To + 1, To: whole.To}, aligned},
	} {
		if piece.whole.Days() > 0 {
			pieces = append(pieces, piece)
		}
	}
	return pieces
}

// finer reports whether the units of a granularity are smaller than those of another; without one, time is not cut.
func finer(a, b labour.Granularity) bool {
	return a != "" && (b == "" || slices.Index(labour.Granularities, a) < slices.Index(labour.Granularities, b))
}

// span returns the days of the release and of the report.
func (rep *Report) span() labour.Period {
	whole := rep.Period
	if info := rep.release.info; info.DataFrom != nil {
		whole.From, whole.To = min(whole.From, *info.DataFrom), max(whole.To, *info.DataThrough)
	}
	return whole
}

// madeOf reports whether a period begins and ends with a calendar unit, as far as there are data.
func madeOf(p labour.Period, unit labour.Granularity, whole labour.Period) bool {
	return (p.From == whole.From || p.From == unit.Unit(p.From).From) && (p.To == whole.To || p.To == unit.Unit(p.To).To)
}

// layTime makes the axis of time: the intervals, the calendar units that they make up, and the periods of the report.
func (g *guard) layTime(intervals []labour.Period) {
	asked := []labour.Period{g.rep.Period}
	if g.rep.Query.Granularity != "" {
		asked = append(asked, g.rep.Period.Split(g.rep.Query.Granularity)...)
	}
	within := func(p labour.Period) (numbers []int) {
		// They are in order, so that one search finds the first of them.
		first, _ := slices.BinarySearchFunc(intervals, p.From, func(i labour.Period, d labour.Date) int { return i.From.Sub(d) })
		for n := first; n < len(intervals) && intervals[n].To <= p.To; n++ {
			numbers = append(numbers, n)
		}
		return numbers
	}
	var sets [][]int
	for _, p := range asked {
		sets = append(sets, within(p))
	}
	whole := g.rep.span()
	for _, unit := range []labour.Granularity{labour.Year, labour.Quarter, labour.Month} {
		for from := 0; from < len(intervals); {
			p := unit.Unit(intervals[from].From).Clip(whole)
			numbers := within(p)
			days := 0
			for _, n := range numbers {
				days += intervals[n].Days()
			}
			if days == p.Days() {
				sets = append(sets, numbers)
			}
			from += max(1, len(numbers))
		}
	}
	days := make([]float64, len(intervals))
	for n, interval := range intervals {
		days[n] = float64(interval.Days())
	}
	g.flat = disclosure.NewAxis(len(intervals), sets...)
	g.time = g.flat.Weigh(days)
	g.periods = make(map[labour.Period]int, len(asked))
	for _, p := range asked {
		g.periods[p] = g.time.Member(within(p))
	}
}
