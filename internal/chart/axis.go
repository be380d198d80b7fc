package chart

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"homebound/internal/labour"
)

// Grouped writes a figure with a comma before every three digits and so many decimals: 21,608.
func Grouped(v float64, decimals int) string {
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(math.Abs(v), 'f', decimals, 64), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if v < 0 && strings.Trim(whole, "0.,") != "" {
		whole = "−" + whole
	}
	return whole
}

// GroupedInt writes a number with a comma before every three digits.
func GroupedInt(n int) string { return Grouped(float64(n), 0) }

// Listed writes words as a list: a, b and c.
func Listed(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return strings.Join(items[:last], ", ") + " and " + items[last]
}

// Decimals returns how many decimals a number has when so many of its digits tell something.
func Decimals(x float64, digits int) int {
	before := 1
	if x != 0 {
		before = int(math.Floor(math.Log10(math.Abs(x)))) + 1
	}
	return max(0, digits-before)
}

// magnitude is how figures of a size are written: 16,589,416,940 RUB as 16.6 bn RUB.
type magnitude struct {
	divisor  float64
	word     string // with a space behind it, or nothing
	decimals int
}

// magnitudeOf takes money in millions and billions and counts as they are.
func magnitudeOf(greatest float64, unit string) magnitude {
	if len(unit) != 3 || strings.ToUpper(unit) != unit {
		return magnitude{1, "", 0}
	}
	switch {
	case greatest >= 1e9:
		return magnitude{1e9, "bn ", 1}
	case greatest >= 1e6:
		return magnitude{1e6, "mn ", 1}
	}
	return magnitude{1, "", 0}
}

func (m magnitude) write(v float64) string {
	if v == 0 {
		return "0"
	}
	return Grouped(v/m.divisor, m.decimals)
}

// Amount writes a figure with its unit as pictures do: 21,608 persons, 16.6 bn RUB.
func Amount(v float64, unit string) string {
	m := magnitudeOf(math.Abs(v), unit)
	return m.write(v) + " " + m.word + unit
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
func dayTicks(from, to labour.Date, room func(tick) float64, at func(labour.Date) float64) []tick {
	for _, months := range []int{1, 3, 6, 12, 24, 60, 120, 240, 600} {
		all := everyMonths(from, to, months)
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
func everyMonths(from, to labour.Date, months int) []tick {
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
		if months < 12 && n%12 > 0 {
			label = time.Month(n%12 + 1).String()[:3] + " " + label
		} else if months < 12 {
			label = "Jan " + label
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
	a.magnitude = magnitude{m.divisor, m.word, decimalsOf(a.steps, m)}
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
			shifted := v / m.divisor * power
			return math.Abs(shifted-math.Round(shifted)) > 1e-6
		}) {
			return d
		}
	}
	return 3
}
