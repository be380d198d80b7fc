package chart

import "homebound/internal/words"

// Options say how a picture is drawn.
type Options struct {
	Theme Theme
	Width int // in CSS pixels, 320 to 2000; the height follows from what there is to show
	Scale int // dots of a PNG to a pixel, each way; 1 where 0

	Accent Accent // in the place of the theme's first colour
}

// The bounds of Options: a picture has room for its texts, and an image for itself in memory.
const (
	LeastWidth, MostWidth = 320, 2000
	MostDots              = 3000 // of Width times Scale
)

// SyntheticMark is what stands in a picture that made-up rows take part in.
const SyntheticMark words.Text = "Synthetic rows take part: made up, no finding"

// page is a picture in the making. It is filled from the top down.
type page struct {
	scene
	palette
	in     words.Words
	inner  box     // between the margins; its bottom grows
	y      float64 // where the next thing begins
	narrow bool
}

// Sizes of text, in pixels. None is less than 11.
const (
	small  = 11.0 // sources and, on a phone, all but the titles
	normal = 13.0
)

// body returns the size of the texts of a plot.
func (p *page) body() float64 {
	if p.narrow {
		return small + 0.5
	}
	return normal
}

// scene lays the picture out.
func (p *Picture) scene(o Options) *scene {
	width := float64(o.Width)
	g := &page{in: p.Words, scene: scene{width: width}, palette: o.Accent.apply(o.Theme.palette()), narrow: width < 560}
	g.background = g.ground
	margin, titleSize := 24.0, 22.0
	if g.narrow {
		margin, titleSize = 14, 17
	}
	g.inner = box{left: margin, right: width - margin}
	g.y = margin
	g.paragraph(p.Title, titleSize, true, g.ink)
	g.y += 2
	g.paragraph(p.Subtitle, g.body()+0.5, false, g.muted)
	if p.Synthetic {
		g.mark(g.in.Say(SyntheticMark))
	}
	g.y += 12
	if p.Empty != "" {
		g.emptiness(p.Empty)
	} else {
		p.Plot.draw(g, p.Unit)
	}
	g.y += 10
	for _, note := range p.Notes {
		g.paragraph(note, small+0.5, false, g.ink)
		g.y += 3
	}
	g.y += 3
	g.line(point{g.inner.left, g.y}, point{g.inner.right, g.y}, g.grid, 1)
	g.y += 8
	g.paragraph(p.Source, small, false, g.muted)
	g.paragraph(p.Permalink, small, false, g.muted)
	g.bottom = float64(int(g.y + margin))
	return &g.scene
}

// paragraph writes words over the whole width, in as many lines as they need.
func (p *page) paragraph(words string, size float64, bold bool, colour rgb) {
	if words == "" {
		return
	}
	for _, line := range wrap(words, size, bold, (p.inner.right-p.inner.left)*slack) {
		p.y += size * ascent
		p.add(text{at: point{p.inner.left, p.y}, size: size, bold: bold, colour: colour, words: line})
		p.y += size * (leading - ascent)
	}
}

// slack leaves room beside a text: what fits only just looks as if it did not.
const slack = 0.96

// mark writes a short warning on a ground of its own.
func (p *page) mark(words string) {
	const pad = 6.0
	size := p.body()
	lines := wrap(words, size, true, (p.inner.right-p.inner.left-2*pad)*slack)
	widest := 0.0
	for _, line := range lines {
		widest = max(widest, widthOf(line, size, true))
	}
	p.y += 8
	b := box{p.inner.left, p.y, p.inner.left + widest/slack + 2*pad, p.y + float64(len(lines))*size*leading + pad}
	p.add(shape{points: []point{{b.left, b.top}, {b.right, b.top}, {b.right, b.bottom}, {b.left, b.bottom}},
		closed: true,
		fill:   p.badge, opacity: 1, stroke: p.badgeEdge, width: 1})
	y := p.y + pad/2 + size*(ascent+0.1)
	for i, line := range lines {
		p.add(text{at: point{b.left + pad, y + float64(i)*size*leading}, size: size, bold: true, colour: p.badgeInk,
			words: line})
	}
	p.y = b.bottom
}

// emptiness says in the plot's place that there is nothing to draw.
func (p *page) emptiness(words string) {
	const pad = 28.0
	size := p.body() + 1
	top := p.y
	lines := wrap(words, size, false, (p.inner.right-p.inner.left-2*pad)*slack)
	bottom := top + 2*pad + float64(len(lines))*size*leading
	p.add(shape{points: []point{{p.inner.left, top}, {p.inner.right, top}, {p.inner.right, bottom},
		{p.inner.left, bottom}}, closed: true,
		stroke: p.axis, width: 1, dash: []float64{4, 4}})
	for i, line := range lines {
		p.add(text{at: point{(p.inner.left + p.inner.right) / 2, top + pad + size*ascent + float64(i)*size*leading},
			anchor: middle, size: size, colour: p.ink, words: line})
	}
	p.y = bottom
}

// key is one entry of a legend: how a series is drawn, and its name.
type key struct {
	name   string
	swatch func(p *page, at box) // draws a sample into a small box
}

// legend writes the keys in rows.
func (p *page) legend(keys []key) {
	const sample, gap = 26.0, 18.0
	size := p.body()
	x := p.inner.left
	for i, k := range keys {
		lines := wrap(k.name, size, false, (p.inner.right-p.inner.left-sample-6)*slack)
		width := sample + 6 + widthOf(lines[0], size, false)/slack
		if i > 0 && x+width > p.inner.right {
			x = p.inner.left
			p.y += size*leading + 2
		}
		k.swatch(p, box{x, p.y, x + sample, p.y + size*leading})
		for n, line := range lines {
			if n > 0 {
				p.y += size * leading
			}
			p.add(text{at: point{x + sample + 6, p.y + size*(ascent+0.14)}, size: size, colour: p.ink, words: line})
		}
		x += width + gap
		if len(lines) > 1 {
			x = p.inner.right
		}
	}
	p.y += size*leading + 6
}

// unitLine names the unit above a plot: Persons, bn RUB.
func (p *page) unitLine(m magnitude, unit string) {
	line := m.Unit(p.in, unit)
	if m.Divisor == 1 {
		line = words.Capital(line)
	}
	size := p.body()
	p.y += size * ascent
	p.add(text{at: point{p.inner.left, p.y}, size: size, colour: p.muted, words: line})
	p.y += size * (leading - ascent)
}
