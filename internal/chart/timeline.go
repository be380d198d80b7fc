package chart

import (
	"slices"

	"homebound/internal/labour"
)

// frame maps days and figures of a Timeline to places.
type frame struct {
	box
	from, to labour.Date
	greatest float64
}

func (f frame) x(d labour.Date) float64 {
	if f.from == f.to { // one day stands in the middle
		return (f.left + f.right) / 2
	}
	return f.left + (f.right-f.left)*float64(d.Sub(f.from))/float64(max(1, f.to.Sub(f.from)))
}

func (f frame) y(v float64) float64 { return f.bottom - (f.bottom-f.top)*v/f.greatest }

func (t Timeline) greatest() float64 {
	var g float64
	for _, s := range t.Series {
		for _, p := range s.Points {
			for _, v := range []*float64{p.Value, p.High} {
				if v != nil {
					g = max(g, *v)
				}
			}
		}
	}
	return g
}

func (t Timeline) draw(p *page, unit string) {
	greatest := t.greatest()
	m := p.magnitudeOf(greatest, unit)
	size := p.body()
	height := p.height()
	a := p.axisOf(greatest, m)
	f := frame{from: t.From, to: t.To, greatest: a.greatest()}
	f.left, f.right = p.inner.left+a.gutter, p.inner.right-8
	direct := len(t.Series) == 1 && p.width >= 720 // a name beside the end of the only line needs no legend
	if direct {
		f.right = p.inner.right - directRoom
	} else {
		p.legend(t.keys())
	}
	p.unitLine(m, unit)
	f.top = t.events(p, f)
	f.bottom = f.top + height
	for _, v := range a.steps {
		colour := p.grid
		if v == 0 {
			colour = p.axis
		}
		p.step(a, v, f.y(v), f.left, f.right, colour)
	}
	t.days(p, f)
	for _, s := range t.Series {
		p.as(s.Name, func() {}) // their order is that of the legend
	}
	for _, s := range slices.Backward(t.Series) { // what is named first covers the others
		p.as(s.Name, func() { s.draw(p, f, p.series[s.Drawn.colour()]) })
	}
	if direct {
		t.Series[0].direct(p, f)
	}
	t.annotate(p, f, m)
	for _, s := range t.Series {
		p.as(s.Name, func() { s.tips(p, f, unit) })
	}
	p.y = f.bottom + size*leading + 8
}

// days draws the axis of time.
func (t Timeline) days(p *page, f frame) {
	size := p.body()
	room := func(k tick) float64 { return widthOf(k.label, size, false) / slack }
	days := dayTicks(p.in, t.From, t.To, room, f.x)
	if len(days) == 0 { // no month begins here: the days themselves are named
		days = []tick{{t.From, p.in.Day(t.From.Time())}, {t.To, p.in.Day(t.To.Time())}}
		if t.From == t.To {
			days = days[:1]
		}
	}
	for _, k := range days {
		x := f.x(k.on)
		p.line(point{x, f.bottom}, point{x, f.bottom + 5}, p.axis, 1)
		centre := min(max(x, p.inner.left+room(k)/2), p.inner.right-room(k)/2)
		p.add(text{at: point{centre, f.bottom + 6 + size}, anchor: middle, size: size, colour: p.muted, words: k.label})
	}
}

// height returns the height of a plot with axes, which its width decides.
func (p *page) height() float64 { return min(420, max(190, p.width*0.42)) }

// events draws days to see the figures by, their labels above the plot in as few rows as keep them apart, and gives
// where the plot begins below them. Where no number of rows does, the lines stand without words.
func (t Timeline) events(p *page, f frame) (top float64) {
	size := p.body()
	row := size*leading + 2
	rows := 0
	var places []place
	for places == nil && rows < len(t.Events) {
		rows++
		places = t.places(p, f, rows, nil)
	}
	top = p.y + float64(rows)*row + 4
	for i, e := range t.Events {
		x, from := f.x(e.On), top
		if places != nil {
			from = p.y + float64(places[i].row+1)*row - 2
			p.add(text{at: point{x, from - row + 2 + size*(ascent+0.1)}, anchor: places[i].anchor, size: size,
				bold: true, colour: p.ink, words: e.Label})
		}
		p.line(point{x, from}, point{x, top + p.height()}, p.event, 1.25, 2, 3)
	}
	return top
}

// place is where the label of an event stands: at its line, in a row above the plot.
type place struct {
	x           float64
	row         int
	anchor      anchor
	left, right float64
}

// clear reports whether two labels and the lines that go down from them keep apart.
func (a place) clear(b place) bool {
	if a.row > b.row {
		a, b = b, a
	}
	if a.row == b.row {
		return a.right+10 < b.left || b.right+10 < a.left
	}
	return a.x <= b.left || a.x >= b.right // a's line passes b's row
}

// places finds room in so many rows for the events behind those that have theirs; nil where there is none.
func (t Timeline) places(p *page, f frame, rows int, done []place) []place {
	if len(done) == len(t.Events) {
		return done
	}
	e := t.Events[len(done)]
	x, width := f.x(e.On), widthOf(e.Label, p.body(), true)/slack
	for row := range rows {
		for _, a := range []anchor{middle, end, start} {
			left := x - width*a.share()
			next := place{x, row, a, left, left + width}
			if left < p.inner.left || left+width > p.inner.right || slices.ContainsFunc(done, func(o place) bool {
				return !o.clear(next)
			}) {
				continue
			}
			if all := t.places(p, f, rows, append(slices.Clone(done), next)); all != nil {
				return all
			}
		}
	}
	return nil
}

// directRoom is the width of a name beside a line, and of the gap before it.
const directRoom = 160.0

// direct names a series beside its last point.
func (s Series) direct(p *page, f frame) {
	size := p.body()
	lines := wrap(s.Name, size, false, (directRoom-12)*slack)
	y := f.top
	for _, q := range s.Points {
		if q.Value != nil {
			y = f.y(*q.Value)
		}
	}
	y = max(f.top, min(y-float64(len(lines))*size*leading/2, f.bottom-float64(len(lines))*size*leading))
	for _, line := range lines {
		p.add(text{at: point{f.right + 12, y + size*ascent}, size: size, colour: p.ink, words: line})
		y += size * leading
	}
}

func (t Timeline) keys() []key {
	var keys []key
	for _, s := range t.Series {
		keys = append(keys, key{s.Name, func(p *page, at box) { s.sample(p, at, p.series[s.Drawn.colour()]) }})
	}
	return keys
}

// colour returns the member of the palette that a drawing always has.
func (d Drawing) colour() int {
	return map[Drawing]int{Area: 0, Band: 0, Reported: 1, Estimated: 2, Pace: 3, MadeUp: 4}[d]
}

// sample draws the series' look into a legend.
func (s Series) sample(p *page, at box, colour rgb) {
	y := (at.top + at.bottom) / 2
	centre := point{(at.left + at.right) / 2, y}
	switch s.Drawn {
	case Area:
		p.rect(box{at.left, y, at.right, y + 6}, colour, tint)
		p.line(point{at.left, y}, point{at.right, y}, colour, 2.5)
	case Pace:
		p.line(point{at.left, y}, point{at.right, y}, colour, 2, paceDash...)
	case MadeUp:
		p.line(point{at.left, y}, point{at.right, y}, colour, 1.5, madeUpDash...)
	case Band:
		p.rect(box{at.left, y - 6, at.right, y + 6}, colour, bandTint)
		p.line(point{at.left, y}, point{at.right, y}, colour, 2.5)
	case Reported, Estimated:
		s.marker(p, centre, colour)
	}
}

var paceDash, madeUpDash = []float64{7, 4}, []float64{3, 3}

const (
	tint     = 0.16 // opacity of the area below a line
	bandTint = 0.28 // opacity of the band about one
)

// marker draws one reported or estimated figure.
func (s Series) marker(p *page, at point, colour rgb) {
	if s.Drawn == Estimated {
		p.add(shape{points: []point{at}, radius: 4, fill: p.ground, opacity: 1, stroke: colour, width: 2})
		return
	}
	const r = 6.0
	p.add(shape{points: []point{{at.x, at.y - r}, {at.x + r, at.y}, {at.x, at.y + r}, {at.x - r, at.y}}, closed: true,
		fill: colour, opacity: 1, stroke: p.ground, width: 1.5})
}

func (s Series) draw(p *page, f frame, colour rgb) {
	switch s.Drawn {
	case Area, MadeUp, Pace:
		for _, run := range s.runs() {
			s.run(p, f, run, colour)
		}
	case Band:
		for _, q := range s.Points {
			if q.Value == nil {
				continue
			}
			s.band(p, f, q, colour)
		}
	case Reported, Estimated:
		for _, q := range s.Points {
			if q.Value == nil {
				continue
			}
			left, right, y := f.x(max(q.Period.From, f.from)), f.x(min(q.Period.To, f.to)), f.y(*q.Value)
			if right-left > 4 {
				p.line(point{left, y}, point{right, y}, colour, 1.5)
			}
			s.marker(p, point{(left + right) / 2, y}, colour)
		}
	}
}

// band draws the flow of one period with its range; that of a part of a calendar unit with a broken line.
func (s Series) band(p *page, f frame, q Point, colour rgb) {
	left, right := f.x(q.Period.From), f.x(min(q.Period.To+1, f.to))
	right = max(right, left+3) // one day of many is seen, too
	shade, dash := bandTint, []float64(nil)
	if q.Part {
		shade, dash = bandTint/2, []float64{4, 3}
	}
	if q.Low != nil && q.High != nil {
		p.rect(box{left, f.y(*q.High), right, f.y(*q.Low)}, colour, shade)
	}
	p.line(point{left, f.y(*q.Value)}, point{right, f.y(*q.Value)}, colour, 3, dash...)
}

// runs cuts the points where one is unknown.
func (s Series) runs() [][]Point {
	var runs [][]Point
	open := false
	for _, q := range s.Points {
		if q.Value == nil {
			open = false
			continue
		}
		if !open {
			runs, open = append(runs, nil), true
		}
		runs[len(runs)-1] = append(runs[len(runs)-1], q)
	}
	return runs
}

// dash returns the dash of a stock's line.
func (s Series) dash() []float64 {
	if s.Drawn == MadeUp {
		return madeUpDash
	}
	return nil
}

// filling returns how many of a run's first points are of a register that has just begun.
func (s Series) filling(run []Point) int {
	for i, q := range run {
		if !q.Part {
			return i
		}
	}
	return len(run) - 1
}

// run draws the points between two gaps.
func (s Series) run(p *page, f frame, run []Point, colour rgb) {
	var line []point
	for _, q := range run {
		line = append(line, point{f.x(q.Period.To), f.y(*q.Value)})
	}
	if s.Drawn == Pace && len(line) > 1 {
		p.add(shape{points: line, stroke: colour, width: 2, dash: paceDash})
		return
	}
	if len(line) == 1 {
		p.add(shape{points: line, radius: 2.5, fill: colour, opacity: 1})
		return
	}
	if begun := s.filling(run); begun > 0 { // what is no history is a thin line
		p.add(shape{points: line[:begun+1], stroke: colour, width: 1, dash: s.dash()})
		line = line[begun:]
	}
	if s.Drawn == MadeUp {
		p.add(shape{points: line, stroke: colour, width: 1.5, dash: s.dash()})
		return
	}
	area := append([]point{{line[0].x, f.bottom}}, line...)
	area = append(area, point{line[len(line)-1].x, f.bottom})
	p.add(shape{points: area, closed: true, fill: colour, opacity: tint})
	p.add(shape{points: line, stroke: colour, width: 2.5})
}
