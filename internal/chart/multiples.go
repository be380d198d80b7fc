package chart

import (
	"slices"

	"homebound/internal/labour"
)

// Multiples shows the same over time for several places: a small plot each, all of one scale, so that they compare.
type Multiples struct {
	From, To labour.Date // the first and the last day shown
	Panels   []Panel
}

// Panel is one small plot.
type Panel struct {
	Label  string
	Series Series
}

// The sizes of small plots, in pixels.
const (
	panelRoom   = 150.0 // the least width of one, the gap behind it included
	panelGap    = 18.0
	panelHeight = 64.0
)

func (m Multiples) draw(p *page, unit string) {
	var greatest float64
	drawn := map[Drawing]Series{}
	for _, panel := range m.Panels {
		greatest = max(greatest, Timeline{Series: []Series{panel.Series}}.greatest())
		drawn[panel.Series.Drawn] = panel.Series
	}
	var keys []key
	for _, s := range drawn {
		keys = append(keys, key{s.Name, func(p *page, at box) { s.sample(p, at, p.series[s.Drawn.colour()]) }})
	}
	slices.SortFunc(keys, func(a, b key) int { return len(a.name) - len(b.name) })
	p.legend(keys)
	size := p.body()
	room := p.inner.right - p.inner.left + panelGap
	columns := max(1, int(room/panelRoom))
	width := room/float64(columns) - panelGap
	for at := 0; at < len(m.Panels); at += columns {
		row := m.Panels[at:min(at+columns, len(m.Panels))]
		lines := 1
		for _, panel := range row {
			lines = max(lines, len(wrap(panel.Label, size, true, width*slack)))
		}
		top := p.y + float64(lines)*size*leading
		for i, panel := range row {
			left := p.inner.left + float64(i)*(width+panelGap)
			f := frame{box{left, top + size*leading + 4, left + width, top + size*leading + 4 + panelHeight}, m.From, m.To,
				max(greatest, 1)}
			panel.draw(p, f, unit)
		}
		p.y = top + size*leading + 4 + panelHeight + size*leading + 14
	}
}

// draw draws one plot: its name, its highest figure in words, the line, and the years at both ends.
func (panel Panel) draw(p *page, f frame, unit string) {
	size := p.body()
	y := p.y
	for _, line := range wrap(panel.Label, size, true, (f.right-f.left)*slack) {
		p.add(text{at: point{f.left, y + size*ascent}, size: size, bold: true, colour: p.ink, words: line})
		y += size * leading
	}
	words := p.in.Say(unknownWord)
	if highest, on := panel.peak(); highest != nil {
		words = p.in.Say("%s at most, %s", p.in.Number(*highest, 0), on.Time().Format("2006"))
	}
	p.add(text{at: point{f.left, f.top - 4 - size*descent}, size: size, colour: p.muted, words: words})
	p.line(point{f.left, f.bottom}, point{f.right, f.bottom}, p.axis, 1)
	p.as(panel.Label, func() {
		panel.Series.draw(p, f, p.series[panel.Series.Drawn.colour()])
		panel.Series.tips(p, f, unit)
	})
	for _, day := range []struct {
		x      float64
		anchor anchor
		on     labour.Date
	}{{f.left, start, f.from}, {f.right, end, f.to}} {
		p.add(text{at: point{day.x, f.bottom + 4 + size*ascent}, anchor: day.anchor, size: size, colour: p.muted,
			words: day.on.Time().Format("2006")})
	}
}

// peak returns the highest figure and its last day; nil where none is known.
func (panel Panel) peak() (highest *float64, on labour.Date) {
	for _, q := range panel.Series.Points {
		if q.Value != nil && (highest == nil || *q.Value > *highest) {
			highest, on = q.Value, q.Period.To
		}
	}
	return highest, on
}
