package chart

import "homebound/internal/words"

// unknownWord stands where a figure would.
const unknownWord words.Text = "not known"

func (bars Bars) draw(p *page, unit string) {
	greatest := 0.0
	for _, b := range bars {
		if b.Value != nil {
			greatest = max(greatest, *b.Value)
		}
	}
	m := p.magnitudeOf(greatest, unit)
	size := p.body()
	p.unitLine(m, unit)
	p.y += 6
	values, names := 0.0, 0.0
	for _, b := range bars {
		values = max(values, widthOf(b.text(m), size, true)/slack)
		names = max(names, widthOf(b.Label, size, false)/slack)
	}
	beside := !p.narrow && names < (p.inner.right-p.inner.left)*0.4 // names stand beside their bars, else above them
	left := p.inner.left
	if beside {
		left += names + 10
	}
	full := p.inner.right - left - values - 8
	thickness := 18.0
	for _, b := range bars {
		if beside {
			p.add(text{at: point{left - 10, p.y + thickness/2 + size*0.35}, anchor: end, size: size, colour: p.ink,
				words: b.Label})
		} else {
			p.paragraph(b.Label, size, false, p.ink)
			thickness = 12
		}
		x := left
		colour := p.muted
		if b.Value != nil {
			x += full * *b.Value / max(greatest, 1)
			p.rect(box{left, p.y, max(x, left+1), p.y + thickness}, p.series[0], 1)
			colour = p.ink
		}
		p.add(text{at: point{x + 6, p.y + thickness/2 + size*0.35}, size: size, bold: b.Value != nil, colour: colour,
			words: b.text(m)})
		p.field(box{p.inner.left, p.y - 4, p.inner.right, p.y + thickness + 4}, tip{label: b.Label, value: b.words(m, unit)})
		p.y += thickness + 8
	}
	p.line(point{left, p.y - 4}, point{left, p.y - 4}, p.axis, 1)
}

func (b Bar) text(m magnitude) string {
	if b.Value == nil {
		return m.in.Say(unknownWord)
	}
	return m.write(*b.Value)
}

// words writes the bar's figure with its unit.
func (b Bar) words(m magnitude, unit string) string {
	if b.Value == nil {
		return m.in.Say(unknownWord)
	}
	return m.amount(*b.Value, unit)
}

// Total returns the sum of a column, and whether all of it is known.
func (c Columns) Total(column int) (sum float64, whole bool) {
	whole = true
	for _, part := range c.Parts {
		if v := part.Values[column]; v == nil {
			whole = false
		} else {
			sum += *v
		}
	}
	return sum, whole
}

func (c Columns) draw(p *page, unit string) {
	greatest := 0.0
	for i := range c.Labels {
		sum, _ := c.Total(i)
		greatest = max(greatest, sum)
	}
	m := p.magnitudeOf(greatest, unit)
	size := p.body()
	p.legend(c.keys())
	p.unitLine(m, unit)
	height := p.height()
	a := p.axisOf(greatest, m)
	left, right := p.inner.left+a.gutter, p.inner.right
	upper := p.y + size*leading
	bottom := upper + height
	y := func(v float64) float64 { return bottom - height*v/a.greatest() }
	for _, v := range a.steps {
		p.step(a, v, y(v), left, right, p.grid)
	}
	slot := (right - left) / float64(len(c.Labels))
	bar := min(64, slot*0.72)
	for i := range c.Labels {
		x := left + slot*(float64(i)+0.5)
		sum := 0.0
		for n, part := range c.Parts {
			if part.Values[i] == nil || *part.Values[i] == 0 {
				continue
			}
			b := box{x - bar/2, y(sum + *part.Values[i]), x + bar/2, y(sum)}
			p.as(part.Name, func() {
				if c.cut(i) != "" {
					p.rect(b, p.series[n%len(p.series)], 0.35)
					p.add(shape{points: []point{{b.left, b.top}, {b.right, b.top}, {b.right, b.bottom}, {b.left, b.bottom}},
						closed: true, stroke: p.series[n%len(p.series)], width: 1, dash: madeUpDash})
				} else {
					p.layer(b, n)
				}
				p.field(b, tip{label: c.Labels[i], value: p.in.Amount(*part.Values[i], unit), more: c.cut(i)})
			})
			sum += *part.Values[i]
		}
	}
	p.line(point{left, bottom}, point{right, bottom}, p.axis, 1)
	p.columnTexts(c, m, left, slot, y, bottom)
	p.y = bottom + size*leading + 8
}

// cut returns of which days a column is, where that is no whole calendar unit; "" elsewhere.
func (c Columns) cut(column int) string {
	if column < len(c.Cut) {
		return c.Cut[column]
	}
	return ""
}

// columnTexts writes labels below and totals above the columns, as many as there is room for.
func (p *page) columnTexts(c Columns, m magnitude, left, slot float64, y func(float64) float64, bottom float64) {
	size := p.body()
	labels, totals := 0.0, 0.0
	words := make([]string, len(c.Labels))
	for i, label := range c.Labels {
		labels = max(labels, widthOf(label, size, false)/slack)
		sum, whole := c.Total(i)
		words[i] = m.write(sum)
		if !whole {
			words[i] = "*"
		}
		totals = max(totals, widthOf(words[i], size, true)/slack)
	}
	every := int((labels+6)/slot) + 1
	free := p.inner.left // where the next label may begin
	for i, label := range c.Labels {
		x := left + slot*(float64(i)+0.5)
		width := widthOf(label, size, false) / slack
		if centre := min(x, p.inner.right-width/2); i%every == 0 && centre-width/2 >= free {
			p.add(text{at: point{centre, bottom + 6 + size}, anchor: middle, size: size, colour: p.muted, words: label})
			free = centre + width/2 + 4
		}
		if sum, _ := c.Total(i); totals+4 <= slot {
			p.add(text{at: point{x, y(sum) - 4}, anchor: middle, size: size, bold: true, colour: p.ink,
				words: words[i]})
		}
	}
}

func (c Columns) keys() []key {
	var keys []key
	for n, part := range c.Parts {
		keys = append(keys, key{part.Name, func(p *page, at box) {
			p.layer(box{at.left + 6, at.top + 1, at.right - 4, at.bottom - 2}, n)
		}})
	}
	return keys
}

// layer fills the room of one part in its colour, and in the hatching that tells it from its neighbours without the
// colour.
func (p *page) layer(b box, part int) {
	p.rect(b, p.series[part%len(p.series)], 1)
	const step = 6.0
	if b.bottom-b.top < step {
		return
	}
	width, height := b.right-b.left, b.bottom-b.top
	hatch := func(from, to point) { p.line(from, to, p.ground, 1.25) }
	switch part % len(p.series) {
	case 1: // rising
		for d := step; d < width+height; d += step {
			hatch(point{b.left + max(0, d-height), b.bottom - min(d, height)},
				point{b.left + min(d, width), b.bottom - max(0, d-width)})
		}
	case 2: // level
		for y := b.bottom - step/2; y > b.top; y -= step {
			hatch(point{b.left, y}, point{b.right, y})
		}
	case 3: // upright
		for x := b.left + step/2; x < b.right; x += step {
			hatch(point{x, b.top}, point{x, b.bottom})
		}
	case 4: // falling
		for d := step; d < width+height; d += step {
			hatch(point{b.left + max(0, d-height), b.top + min(d, height)},
				point{b.left + min(d, width), b.top + max(0, d-width)})
		}
	}
}
