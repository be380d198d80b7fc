package chart

// Tornado shows what each input alone does to a result, the others held at their central values, from the top down in
// the order given.
type Tornado struct {
	Central float64
	Swings  []Swing
}

// Swing is what one input does between its ends.
type Swing struct {
	Label, Figures    string // what is moved, from where to where; what comes of it
	AtLow, AtHigh     float64
	IsChoiceOfTheForm bool // whether no number is moved, but the model's form
}

func (t Tornado) draw(p *page, unit string) {
	least, greatest := 0.0, t.Central
	for _, s := range t.Swings {
		least, greatest = min(least, s.AtLow, s.AtHigh), max(greatest, s.AtLow, s.AtHigh)
	}
	m := p.magnitudeOf(greatest, unit)
	keys := []key{
		{p.in.Say("The input at its low end"), func(p *page, at box) { p.layer(swatchOf(at), 0) }},
		{p.in.Say("At its high end"), func(p *page, at box) { p.layer(swatchOf(at), 1) }},
		{p.in.Say("All inputs central"), func(p *page, at box) {
			x := (at.left + at.right) / 2
			p.line(point{x, at.top}, point{x, at.bottom - 2}, p.ink, 2)
		}},
	}
	if t.switches() {
		keys = append(keys, key{p.in.Say("A choice of the model's form"), func(p *page, at box) { p.layer(swatchOf(at), 3) }})
	}
	p.legend(keys)
	p.unitLine(m, unit)
	behind := len(p.marks)
	var tops []float64
	s, a := p.acrossOf(least, greatest, m)
	p.y += 4
	for _, swing := range t.Swings {
		p.rowWords(swing.Label, swing.Figures)
		swing.bars(p, s, t.Central)
		p.line(point{s.x(t.Central), p.y - 3}, point{s.x(t.Central), p.y + rowThickness + 3}, p.ink, 2)
		p.field(box{p.inner.left, p.y - 3, p.inner.right, p.y + rowThickness + 3}, tip{label: swing.Label, value: sentence(swing.Figures)})
		tops = append(tops, p.y)
		p.y += rowThickness + 10
	}
	p.across(behind, s, a, tops)
}

func (t Tornado) switches() bool {
	for _, s := range t.Swings {
		if s.IsChoiceOfTheForm {
			return true
		}
	}
	return false
}

// bars draws both ends away from the central result; where both are on one side, the nearer stands before the farther.
func (w Swing) bars(p *page, s scale, central float64) {
	bar := func(v float64, layer int) {
		if v != central {
			p.layer(box{s.x(min(v, central)), p.y, s.x(max(v, central)), p.y + rowThickness}, layer)
		}
	}
	switch {
	case w.IsChoiceOfTheForm:
		p.layer(box{s.x(w.AtLow), p.y, max(s.x(w.AtHigh), s.x(w.AtLow)+1), p.y + rowThickness}, 3)
	case max(w.AtLow-central, central-w.AtLow) > max(w.AtHigh-central, central-w.AtHigh):
		bar(w.AtLow, 0)
		bar(w.AtHigh, 1)
	default:
		bar(w.AtHigh, 1)
		bar(w.AtLow, 0)
	}
}
