package chart

import "slices"

// rowThickness is the height of the bar of one row, in pixels.
const rowThickness = 16.0

// scale maps figures to places across the page: from 0, or the least where that is below, to the last step of its axis.
type scale struct {
	left, right     float64
	least, greatest float64
}

func (s scale) x(v float64) float64 {
	return s.left + (s.right-s.left)*(v-s.least)/(s.greatest-s.least)
}

// acrossOf returns the axis of figures that runs across the page, with its steps.
func (p *page) acrossOf(least, greatest float64, m magnitude) (scale, figures) {
	room := p.inner.right - p.inner.left
	a := figures{steps: ticks(greatest, max(2, int(room/110)))}
	if least < 0 {
		step := a.steps[1]
		for v := -step; ; v -= step {
			a.steps = slices.Insert(a.steps, 0, v)
			if v <= least {
				break
			}
		}
	}
	a.magnitude = m
	a.Decimals = decimalsOf(a.steps, m)
	last := a.steps[len(a.steps)-1]
	half := widthOf(a.write(last), p.body(), false)/2 + 4 // the last step's figure stands under its line
	return scale{p.inner.left + 4, p.inner.right - half, a.steps[0], last}, a
}

// across draws the steps of an axis behind the marks from a place in the drawing on, beside the bars that begin at tops,
// so that no line passes through words; and their figures below.
func (p *page) across(behind int, s scale, a figures, tops []float64) {
	var lines []any
	for _, v := range a.steps {
		colour := p.grid
		if v == 0 {
			colour = p.axis
		}
		for _, top := range tops {
			lines = append(lines, shape{points: []point{{s.x(v), top - 3}, {s.x(v), top + rowThickness + 3}}, stroke: colour, width: 1})
		}
	}
	p.marks = slices.Insert(p.marks, behind, lines...)
	size := p.body()
	for _, v := range a.steps {
		width := widthOf(a.write(v), size, false) / slack
		centre := max(s.x(v), p.inner.left+width/2)
		p.add(text{at: point{centre, p.y + size}, anchor: middle, size: size, colour: p.muted, words: a.write(v)})
	}
	p.y += size*leading + 6
}

// rowWords writes what a row is, and its figures, above the row's bar.
func (p *page) rowWords(label, figures string) {
	size := p.body()
	p.paragraph(label, size, true, p.ink)
	p.paragraph(figures, size, false, p.ink)
	p.y += 3
}

// Intervals shows estimates side by side, each with its ranges, from the top down in the order given.
type Intervals []Interval

// Interval is one estimate: half of the draws are within Quarter and ThreeQuarters, nine of ten within Low and High.
type Interval struct {
	Label   string
	Figures string // the same in words
	Known   bool   // whether there is an estimate at all

	Low, Quarter, Median, ThreeQuarters, High float64
}

func (all Intervals) draw(p *page, unit string) {
	least, greatest := 0.0, 0.0
	for _, v := range all {
		least, greatest = min(least, v.Low), max(greatest, v.High)
	}
	m := p.magnitudeOf(greatest, unit)
	colour := p.series[Band.colour()]
	p.legend([]key{
		{p.in.Say("Median"), func(p *page, at box) {
			x := (at.left + at.right) / 2
			p.line(point{x, at.top}, point{x, at.bottom - 2}, p.ink, 3)
		}},
		{p.in.Say("Half of the draws"), func(p *page, at box) { p.rect(box{at.left, at.top + 2, at.right, at.bottom - 4}, colour, 0.75) }},
		{p.in.Say("Nine draws in ten (p5 to p95)"), func(p *page, at box) {
			p.rect(box{at.left, at.top + 2, at.right, at.bottom - 4}, colour, bandTint)
		}},
	})
	p.unitLine(m, unit)
	behind := len(p.marks)
	var tops []float64
	s, a := p.acrossOf(least, greatest, m)
	p.y += 4
	for _, v := range all {
		p.rowWords(v.Label, v.Figures)
		tops = append(tops, p.y)
		if v.Known {
			y := p.y
			p.rect(box{s.x(v.Low), y, s.x(v.High), y + rowThickness}, colour, bandTint)
			p.rect(box{s.x(v.Quarter), y, s.x(v.ThreeQuarters), y + rowThickness}, colour, 0.75)
			p.line(point{s.x(v.Median), y - 2}, point{s.x(v.Median), y + rowThickness + 2}, p.ink, 3)
		}
		p.field(box{p.inner.left, p.y - 4, p.inner.right, p.y + rowThickness + 4}, tip{label: v.Label, value: sentence(v.Figures)})
		p.y += rowThickness + 12
	}
	p.across(behind, s, a, tops)
}
