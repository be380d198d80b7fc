package chart

// Waterfall leads from one amount to another, step by step, from the top down. Steps that follow each other in one unit
// share a scale.
type Waterfall []Step

// Step is one step of a Waterfall.
type Step struct {
	Label  string
	Amount *float64 // nil where not known
	Unit   string
	Adds   bool // whether it adds to what is reached, as a part of it; else it is what has been reached
	Apart  bool // whether it stands beside the others and is no part of what they reach
}

func (w Waterfall) draw(p *page, _ string) {
	p.legend([]key{
		{p.in.Say("What is reached"), func(p *page, at box) { p.layer(swatchOf(at), 0) }},
		{p.in.Say("Adds"), func(p *page, at box) { p.layer(swatchOf(at), 2) }},
		{p.in.Say("Takes away"), func(p *page, at box) { p.layer(swatchOf(at), 1) }},
	})
	for len(w) > 0 {
		n := 1
		for n < len(w) && w[n].Unit == w[0].Unit {
			n++
		}
		w[:n].group(p)
		w = w[n:]
	}
}

func swatchOf(at box) box { return box{at.left + 4, at.top + 1, at.right - 2, at.bottom - 2} }

// ends returns from where to where each bar runs. What stands first in a unit is what the steps behind it are a part of,
// as the departed are of the stock: they add up from nothing.
func (w Waterfall) ends() (from, to []float64) {
	reached := 0.0
	for i, s := range w {
		start, amount := 0.0, 0.0
		if s.Amount != nil {
			amount = *s.Amount
		}
		switch {
		case s.Adds:
			start = reached
			reached += amount
		case i > 0 && !s.Apart:
			reached = amount
		}
		from, to = append(from, start), append(to, start+amount)
	}
	return from, to
}

// group draws the steps of one unit.
func (w Waterfall) group(p *page) {
	from, to := w.ends()
	least, greatest := 0.0, 0.0
	for i := range w {
		least, greatest = min(least, from[i], to[i]), max(greatest, from[i], to[i])
	}
	m := p.magnitudeOf(greatest, w[0].Unit)
	p.unitLine(m, w[0].Unit)
	size := p.body()
	values := 0.0
	for _, s := range w {
		values = max(values, widthOf(s.words(m), size, true)/slack)
	}
	s := scale{p.inner.left + 2, p.inner.right - values - 12, least, max(greatest, least+1)}
	p.y += 4
	for i, step := range w {
		p.paragraph(step.Label, size, false, p.ink)
		p.y += 2
		left, right := s.x(min(from[i], to[i])), s.x(max(from[i], to[i]))
		if step.Amount != nil {
			p.layer(box{left, p.y, max(right, left+1), p.y + rowThickness}, step.layer())
		}
		p.add(text{at: point{right + 6, p.y + rowThickness/2 + size*0.35}, size: size, bold: step.Amount != nil, colour: p.ink,
			words: step.words(m)})
		p.field(box{p.inner.left, p.y - 3, p.inner.right, p.y + rowThickness + 3},
			tip{label: step.Label, value: step.words(m) + " " + m.Unit(p.in, step.Unit)})
		next := p.y + rowThickness + 6
		if i+1 < len(w) && step.Amount != nil && !w[i+1].Apart && (from[i+1] == to[i] || to[i+1] == to[i]) {
			p.line(point{s.x(to[i]), p.y + rowThickness}, point{s.x(to[i]), next + size*leading + 2}, p.axis, 1, 2, 2)
		}
		p.y = next
	}
	p.y += 8
}

func (s Step) layer() int {
	switch {
	case s.Apart:
		return 3
	case !s.Adds:
		return 0
	case s.Amount != nil && *s.Amount < 0:
		return 1
	}
	return 2
}

func (s Step) words(m magnitude) string {
	switch {
	case s.Amount == nil:
		return m.in.Say(unknownWord)
	case s.Adds && *s.Amount > 0:
		return "+" + m.write(*s.Amount)
	}
	return m.write(*s.Amount)
}
