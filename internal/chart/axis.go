package chart

import (
	"math"
	"slices"
	"strconv"
	"time"

	"homebound/internal/labour"
	"homebound/internal/words"
)

// magnitude is how figures of a size are written in a language: 16,589,416,940 RUB as 16.6 bn RUB.
type magnitude struct {
	words.Magnitude
	in words.Words
}

func (p *page) magnitudeOf(greatest float64, unit string) magnitude {
	return magnitude{words.MagnitudeOf(greatest, unit), p.in}
}

func (m magnitude) write(v float64) string { return m.Write(m.in, v) }

// amount writes a figure with its unit.
func (m magnitude) amount(v float64, unit string) string {
	if m.Divisor == 1 {
		return m.in.Amount(v, unit)
	}
	return m.write(v) + " " + m.Unit(m.in, unit)
}

// ticks returns round figures from 0 to the first that is not below the greatest, about so many steps.
func ticks(greatest float64, steps int) []float64 {
	if greatest <= 0 {
		return []float64{0, 1}
	}
	rough := greatest / float64(steps)
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	step := 10 * power
	for _, nice := range []float64{1, 2, 2.5, 5} {
		if nice*power >= rough {
			step = nice * power
			break
		}
	}
	var all []float64
	for i := 0; ; i++ {
		all = append(all, float64(i)*step)
		if all[i] >= greatest {
			return all
		}
	}
}

// tick is a day that the axis of time names.
type tick struct {
	on    labour.Date
	label string
}

// dayTicks names years, or months where a span is short, as closely as there is room for labels of a width.
func dayTicks(in words.Words, from, to labour.Date, room func(tick) float64, at func(labour.Date) float64) []tick {
	for _, months := range []int{1, 3, 6, 12, 24, 60, 120, 240, 600} {
		all := everyMonths(in, from, to, months)
		fits := true
		for i := 1; i < len(all) && fits; i++ {
			fits = at(all[i].on)-at(all[i-1].on) >= (room(all[i])+room(all[i-1]))/2+10
		}
		if fits {
			return all
		}
	}
	return nil
}

// everyMonths returns the first days of every so many months, counted from January of the year 0.
func everyMonths(in words.Words, from, to labour.Date, months int) []tick {
	var all []tick
	year, month, _ := from.Time().Date()
	n := year*12 + int(month) - 1
	for n = (n + months - 1) / months * months; ; n += months {
		on := labour.NewDate(n/12, time.Month(n%12+1), 1)
		if on > to {
			return all
		}
		if on < from {
			continue
		}
		label := strconv.Itoa(n / 12)
		if months < 12 {
			label = in.Month(on.Time())
		}
		all = append(all, tick{on, label})
	}
}

// figures is the axis of figures beside a plot: its steps, how they are written, and the room that this takes, in
// pixels.
type figures struct {
	magnitude
	steps  []float64
	gutter float64
}

// axisOf returns the axis from nothing to a figure for a plot of the page's height.
func (p *page) axisOf(greatest float64, m magnitude) figures {
	a := figures{steps: ticks(greatest, max(3, int(p.height()/70)))}
	a.magnitude = m
	a.Decimals = decimalsOf(a.steps, m)
	for _, v := range a.steps {
		a.gutter = max(a.gutter, widthOf(a.write(v), p.body(), false))
	}
	a.gutter += 8
	return a
}

func (a figures) greatest() float64 { return a.steps[len(a.steps)-1] }

// step draws one step of an axis through the plot.
func (p *page) step(a figures, v, y, left, right float64, colour rgb) {
	size := p.body()
	p.line(point{left, y}, point{right, y}, colour, 1)
	p.add(text{at: point{left - 8, y + size*0.35}, anchor: end, size: size, colour: p.muted, words: a.write(v)})
}

// decimalsOf returns how many decimals tell all steps apart.
func decimalsOf(steps []float64, m magnitude) int {
	for d := range 3 {
		power := math.Pow(10, float64(d))
		if !slices.ContainsFunc(steps, func(v float64) bool {
			shifted := v / m.Divisor * power
			return math.Abs(shifted-math.Round(shifted)) > 1e-6
		}) {
			return d
		}
	}
	return 3
}
