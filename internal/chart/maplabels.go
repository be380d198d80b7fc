package chart

import (
	"cmp"
	"math"
	"slices"
)

// labelled is the width from which a map has room for names.
const labelled = 800

// labels writes each subject's name and count within its borders where there is room; else, where it has a count,
// beside it, if there it can be meant by nobody else. The greatest counts come first.
func (p *page) labels(room box, laid []outline, drawn Map, c classes) {
	order, boxes := make([]int, len(laid)), make([]box, len(laid))
	for i := range order {
		order[i], boxes[i] = i, laid[i].box()
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(rank(drawn[j]), rank(drawn[i])) })
	var taken []box
	for _, i := range order {
		label := p.labelOf(drawn[i])
		at, found := laid[i].room(label.width, label.height)
		within := found
		if !found && c.of(drawn[i]) != noneClass {
			at, found = beside(room, laid, boxes, i, label, taken)
		}
		if !found {
			continue
		}
		taken = append(taken, label.about(at))
		ground := p.ground
		if within {
			ground, _ = p.look(c, c.of(drawn[i]))
		}
		if within && c.of(drawn[i]) == unknownClass {
			p.rect(label.about(at), ground, 1)
		}
		ink := p.ink
		if contrast(p.ground, ground) > contrast(p.ink, ground) {
			ink = p.ground
		}
		y := at.y - label.height/2 + small*(ascent+0.2)
		p.add(text{at: point{at.x, y}, anchor: middle, size: small, bold: true, colour: ink, words: label.name},
			text{at: point{at.x, y + small*leading}, anchor: middle, size: small, colour: ink, words: label.count})
	}
}

// rank orders subjects by who gets a label where there is not room for all.
func rank(s Subject) float64 {
	if s.Value == nil {
		return math.SmallestNonzeroFloat64 // after every figure, before none
	}
	return *s.Value
}

// label is a name above a count, and the room that they take.
type label struct {
	name, count   string
	width, height float64
}

func (p *page) labelOf(s Subject) label {
	l := label{name: s.Label, count: s.figure(p.in), height: 2*small*leading + 2}
	l.width = max(widthOf(l.name, small, true), widthOf(l.count, small, false))/slack + 4
	return l
}

// about returns the room of a label about its middle.
func (l label) about(at point) box {
	return box{at.x - l.width/2, at.y - l.height/2, at.x + l.width/2, at.y + l.height/2}
}

// room finds the place next to the middle of the largest ring about which a box has room within the outline.
func (o outline) room(width, height float64) (at point, found bool) {
	const step = 4.0
	l := label{width: width, height: height}
	b := outline{o[0]}.box()
	centre := o.middle()
	nearest := math.Inf(1)
	for y := b.top + height/2; y <= b.bottom-height/2; y += step {
		for x := b.left + width/2; x <= b.right-width/2; x += step {
			candidate := point{x, y}
			distance := math.Hypot(x-centre.x, y-centre.y)
			if distance < nearest && o.holds(candidate) && !o.crossed(l.about(candidate)) {
				at, nearest, found = candidate, distance, true
			}
		}
	}
	return at, found
}

// beside finds a place for a label in a room, on free ground next to the largest part of a subject, from which
// every other one is clearly further away.
func beside(room box, laid []outline, boxes []box, own int, l label, taken []box) (at point, found bool) {
	const step, least, reach, apart = 4.0, 3.0, 14.0, 8.0
	b := boxes[own]
	nearest := reach
	for y := b.top - l.height; y <= b.bottom+l.height; y += step {
		for x := b.left - l.width; x <= b.right+l.width; x += step {
			words := l.about(point{x, y})
			if !room.holds(words) || slices.ContainsFunc(taken, words.meets) {
				continue
			}
			distance := outline{laid[own][0]}.distance(words)
			free := distance >= least && distance < nearest
			for i := 0; free && i < len(laid); i++ {
				switch {
				case i != own && boxes[i].widened(distance+apart).meets(words):
					free = laid[i].distance(words) > distance+apart && !laid[i].holds(point{x, y}) &&
						!laid[i].crossed(words)
				case i == own:
					free = !laid[i].holds(point{x, y}) && !laid[i].crossed(words)
				}
			}
			if free {
				at, nearest, found = point{x, y}, distance, true
			}
		}
	}
	return at, found
}

// holds reports whether another box lies within.
func (b box) holds(c box) bool {
	return b.left <= c.left && c.right <= b.right && b.top <= c.top && c.bottom <= b.bottom
}

// widened returns a box with a margin on every side.
func (b box) widened(by float64) box {
	return box{b.left - by, b.top - by, b.right + by, b.bottom + by}
}

// distance returns how far the nearest of an outline's points is from a room.
func (o outline) distance(b box) float64 {
	nearest := math.Inf(1)
	for _, ring := range o {
		for _, p := range ring {
			dx, dy := max(b.left-p.x, 0, p.x-b.right), max(b.top-p.y, 0, p.y-b.bottom)
			nearest = min(nearest, dx*dx+dy*dy)
		}
	}
	return math.Sqrt(nearest)
}
