package chart

import (
	"math"
	"slices"
)

// obstacles are what the figures written into a plot keep clear of, besides the texts that are there.
type obstacles struct {
	boxes []box
	marks []point // whose figures a reader may look for: none may stand nearer to another's than to its own
	lines [][2]point
}

// blocked reports whether something stands in a room.
func (o obstacles) blocked(b box) bool {
	return slices.ContainsFunc(o.boxes, b.meets) || slices.ContainsFunc(o.lines, func(l [2]point) bool {
		return b.crossed(l[0], l[1])
	})
}

// anothers reports whether a room about a place is nearer to another mark.
func (o obstacles) anothers(b box, at point) bool {
	return slices.ContainsFunc(o.marks, func(mark point) bool { return mark != at && b.far(mark) <= b.far(at) })
}

// far returns how far a place is from a room.
func (b box) far(p point) float64 {
	return math.Hypot(max(b.left-p.x, 0, p.x-b.right), max(b.top-p.y, 0, p.y-b.bottom))
}

// crossed reports whether a straight line passes a room.
func (b box) crossed(from, to point) bool {
	enter, leave := 0.0, 1.0
	for _, side := range [][3]float64{
		{from.x, to.x - from.x, b.left}, {-from.x, from.x - to.x, -b.right}, {from.y, to.y - from.y, b.top}, {-from.y,
			from.y - to.y, -b.bottom},
	} {
		at, step, bound := side[0], side[1], side[2]
		switch {
		case step == 0 && at < bound:
			return false
		case step > 0:
			enter = max(enter, (bound-at)/step)
		case step < 0:
			leave = min(leave, (bound-at)/step)
		}
	}
	return enter <= leave
}

// obstacles gathers what the plot shows.
func (t Timeline) obstacles(p *page, f frame) obstacles {
	var o obstacles
	for _, mark := range p.marks {
		if words, ok := mark.(text); ok {
			o.boxes = append(o.boxes, words.box())
		}
	}
	for _, e := range t.Events {
		o.lines = append(o.lines, [2]point{{f.x(e.On), p.inner.left}, {f.x(e.On), f.bottom}})
	}
	for _, s := range t.Series {
		var last *point
		for _, q := range s.Points {
			if q.Value == nil {
				last = nil
				continue
			}
			at := s.at(f, q)
			switch {
			case s.Drawn == Reported || s.Drawn == Estimated:
				o.boxes = append(o.boxes, box{at.x - 6, at.y - 6, at.x + 6, at.y + 6})
				o.marks = append(o.marks, at)
				if q.Period.From < q.Period.To {
					o.lines = append(o.lines,
						[2]point{{f.x(max(q.Period.From, f.from)), at.y}, {f.x(min(q.Period.To, f.to)), at.y}})
				}
			case s.Drawn == Band:
				o.lines = append(o.lines, [2]point{{f.x(q.Period.From), at.y}, {f.x(q.Period.To), at.y}})
			case last != nil:
				o.lines = append(o.lines, [2]point{*last, at})
			}
			last = &at
		}
	}
	return o
}

// at returns the place of a point's figure: the middle of the days that it is about, or their end where it is a
// stock by the register.
func (s Series) at(f frame, q Point) point {
	right := f.x(min(q.Period.To, f.to))
	if s.Drawn != Area && s.Drawn != MadeUp && s.Drawn != Pace {
		right = (f.x(max(q.Period.From, f.from)) + right) / 2
	}
	return point{right, f.y(*q.Value)}
}

// annotate writes figures at the highest and the last point of a line and at every reported one, where there is room.
func (t Timeline) annotate(p *page, f frame, m magnitude) {
	o := t.obstacles(p, f)
	for _, s := range t.Series {
		for _, q := range s.notable() {
			at := s.at(f, q)
			words := m.write(*q.Value)
			if word := m.Word(p.in); word != "" {
				words += " " + word
			}
			size := p.body()
			width, height, gap := widthOf(words, size, true)/slack, size*(ascent+descent), 8.0
			if s.Drawn == Reported {
				gap = 11 // past its own marker
			}
			for _, corner := range []point{
				{at.x - width/2, at.y - gap - height}, {at.x - gap - width, at.y - height - 2}, {at.x + gap,
					at.y - height - 2},
				{at.x + gap, at.y - height/2}, {at.x - gap - width, at.y - height/2}, {at.x + gap,
					at.y + 2}, {at.x - gap - width, at.y + 2},
				{at.x - width/2, at.y + gap},
			} {
				b := box{corner.x - 4, corner.y - 1, corner.x + width + 4, corner.y + height + 1}
				if b.left < f.left || b.right > p.inner.right || b.top < f.top-height || b.bottom > f.bottom ||
					o.blocked(b) || o.anothers(b, at) {
					continue
				}
				words := text{at: point{corner.x, corner.y + size*ascent}, size: size, bold: true, colour: p.ink,
					words: words}
				p.as(s.Name, func() { p.add(words) })
				o.boxes = append(o.boxes, b)
				break
			}
		}
	}
}

// notable returns the points whose figures a reader looks for.
func (s Series) notable() []Point {
	var known []Point
	for _, q := range s.Points {
		if q.Value != nil {
			known = append(known, q)
		}
	}
	if len(known) == 0 || s.Drawn == Pace || s.Drawn == MadeUp || s.Drawn == Estimated {
		return nil
	}
	if s.Drawn == Reported {
		return known
	}
	highest := known[0]
	for _, q := range known {
		if *q.Value > *highest.Value {
			highest = q
		}
	}
	if last := known[len(known)-1]; s.Drawn == Area && last.Period != highest.Period {
		return []Point{highest, last}
	}
	return []Point{highest}
}
