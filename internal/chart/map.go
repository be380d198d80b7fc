package chart

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"homebound/internal/boundaries"
	"homebound/internal/words"
)

// Map compares one count, or rate, of several regions, each filled by the class that it falls in.
type Map []Subject

// Subject is one region of a Map.
type Subject struct {
	Code  string           // of ISO 3166-2
	Shape boundaries.Shape // its outline; nil where the code has one, by HasShape
	Label string           // short, to stand within its borders
	Value *float64         // a whole number where it is no rate; nil where unknown
	// Rate says that the value is of so many others, such as of 1,000 employed. It is so of all subjects of a map or none.
	Rate bool
	More string // what else is told of it, such as the count behind a rate
}

// rates reports whether a map shows rates.
func (m Map) rates() bool { return len(m) > 0 && m[0].Rate }

// figure writes a subject's value: a rate with two digits that tell something.
func (s Subject) figure(in words.Words) string {
	switch {
	case s.Value == nil && s.Rate:
		return in.Say(noFigure)
	case s.Value == nil:
		return in.Say(unknownWord)
	case s.Rate && *s.Value != 0:
		return rateWords(in, *s.Value)
	}
	return in.Number(*s.Value, 0)
}

// noFigure stands where a rate would, of which one of the two figures is missing.
const noFigure words.Text = "no figure"

// rateWords writes a rate: 0.042, 1.7, 23.
func rateWords(in words.Words, v float64) string { return in.Number(v, words.Decimals(v, 2)) }

// The classes beside those of ends: what is unknown, and nothing at all.
const (
	unknownClass = -2
	noneClass    = -1
)

// classes are the upper ends, themselves included, of all classes of counts but the last, which has none.
type classes []float64

// mostClasses is how many shades the eye tells apart.
const mostClasses = 5

// classesOf cuts counts into classes of about as many subjects each, at round figures. What is unknown has no part
// in where.
func classesOf(m Map) classes {
	var known []float64
	for _, a := range m {
		if a.Value != nil && *a.Value > 0 {
			known = append(known, *a.Value)
		}
	}
	slices.Sort(known)
	if m.rates() {
		return quantiles(known)
	}
	var ends classes
	for k := 1; k < mostClasses && len(known) > 0; k++ {
		end := nextRound(known[(k*len(known)-1)/mostClasses])
		if (len(ends) == 0 || end > ends[len(ends)-1]) && end < known[len(known)-1] {
			ends = append(ends, end)
		}
	}
	return ends
}

// quantiles cuts rates, in their order, into classes of as many subjects each, between one rate and the next.
func quantiles(known []float64) (ends classes) {
	for k := 1; k < mostClasses; k++ {
		at := k * len(known) / mostClasses
		if at == 0 || at >= len(known) || known[at-1] == known[at] {
			continue
		}
		end := known[at-1]
		if between := rounded(end); between >= end && between < known[at] {
			end = between // as round as it can be without moving anybody
		}
		ends = append(ends, end)
	}
	return ends
}

// rounded returns the next rate above one that two digits write.
func rounded(v float64) float64 {
	power := math.Pow(10, float64(words.Decimals(v, 2)))
	return math.Ceil(v*power) / power
}

// nextRound returns the first round figure that is not below a count.
func nextRound(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, round := range []float64{1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9} {
		if end := round * power; end >= v && end == math.Trunc(end) {
			return end
		}
	}
	return 10 * power
}

// of returns the class of a subject.
func (c classes) of(a Subject) int {
	switch {
	case a.Value == nil:
		return unknownClass
	case *a.Value == 0:
		return noneClass
	}
	at, _ := slices.BinarySearch(c, *a.Value)
	return at
}

// shade returns the member of the ramp for a class: the classes that there are take the whole of it.
func (c classes) shade(class int) int {
	if len(c) == 0 {
		return mostClasses - 1
	}
	return int(math.Round(float64(class*(mostClasses-1)) / float64(len(c))))
}

// rate says where a class of rates begins and ends.
func (c classes) rate(in words.Words, class int) string {
	switch {
	case class == unknownClass:
		return in.Say("No figure")
	case class == noneClass:
		return in.Say("None")
	case len(c) == 0:
		return in.Say("More than %s", "0")
	case class == len(c):
		return in.Say("More than %s", rateWords(in, c[class-1]))
	case class == 0:
		return in.Say("Up to %s", rateWords(in, c[0]))
	}
	return in.Span(rateWords(in, c[class-1]), rateWords(in, c[class]))
}

// name says where a class begins and ends.
func (c classes) name(in words.Words, class int) string {
	switch {
	case class == unknownClass:
		return in.Say("Not known")
	case class == noneClass:
		return in.Say("None")
	case len(c) == 0:
		return in.Say("1 or more")
	case class == len(c):
		return in.Say("More than %s", in.Number(c[class-1], 0))
	}
	first := 1.0
	if class > 0 {
		first = c[class-1] + 1
	}
	return in.Span(in.Number(first, 0), in.Number(c[class], 0))
}

func (m Map) draw(p *page, unit string) {
	p.unitLine(p.magnitudeOf(0, unit), unit)
	p.y += 6
	ends := classesOf(m)
	drawn := slices.Clone(m)
	// What has no shade comes first, so that the borders of what has one stand out.
	slices.SortStableFunc(drawn, func(a, b Subject) int { return cmp.Compare(ends.of(a), ends.of(b)) })
	shapes, conic := drawn.shapesOf()
	if conic {
		shapes = upright(shapes)
	}
	const edge = 4.0 // keeps lines and dots within the picture's margins
	laid, height := fit(shapes, p.inner.right-p.inner.left-2*edge, min(620, (p.inner.right-p.inner.left)*0.8))
	for i, shape := range laid {
		laid[i] = shape.each(func(at point) point {
			return point{half(at.x + p.inner.left + edge), half(at.y + p.y + edge)}
		})
		p.area(laid[i], ends, ends.of(drawn[i]), drawn[i].tip(p.in, unit))
	}
	for i, shape := range laid {
		p.dot(shape, ends, ends.of(drawn[i]), drawn[i].tip(p.in, unit))
	}
	if p.width >= labelled {
		p.labels(box{p.inner.left, p.y, p.inner.right, p.y + height + 2*edge}, laid, drawn, ends)
	}
	p.y += height + 2*edge + 12
	p.legend(ends.keys(p.in, m))
	if p.width < labelled {
		m.list(p, ends)
	}
}

// list names every subject that has a figure, the greatest first, where a map has no room for names; and who has none.
func (m Map) list(p *page, ends classes) {
	ordered := slices.Clone(m)
	slices.SortStableFunc(ordered, func(a, b Subject) int { return cmp.Compare(rank(b), rank(a)) })
	size := p.body()
	columns := 1
	if !p.narrow {
		columns = 2
	}
	width := (p.inner.right - p.inner.left + 16) / float64(columns)
	left := map[int][]string{}
	at := 0
	for _, s := range ordered {
		class := ends.of(s)
		if class < 0 {
			left[class] = append(left[class], s.Label)
			continue
		}
		x := p.inner.left + float64(at%columns)*width
		p.area(outline{{{x, p.y + 2}, {x + 12, p.y + 2}, {x + 12, p.y + 13}, {x, p.y + 13}}}, ends, class, s.tip(p.in, ""))
		p.add(text{at: point{x + 18, p.y + size*(ascent+0.1)}, size: size, colour: p.ink,
			words: wrap(s.Label, size, false, width-110)[0]},
			text{at: point{x + width - 20, p.y + size*(ascent+0.1)}, anchor: end, size: size, bold: true, colour: p.ink,
				words: s.figure(p.in)})
		if at++; at%columns == 0 {
			p.y += size*leading + 2
		}
	}
	if at%columns != 0 {
		p.y += size*leading + 2
	}
	p.y += 4
	for _, class := range []int{noneClass, unknownClass} {
		if names := left[class]; len(names) > 0 {
			p.paragraph(ends.called(p.in, class, m)+": "+strings.Join(names, ", "), size, false, p.ink)
		}
	}
}

// called returns the name of a class in the legend of a map.
func (c classes) called(in words.Words, class int, m Map) string {
	if m.rates() {
		return c.rate(in, class)
	}
	return c.name(in, class)
}

// tip returns what is told of a subject.
func (s Subject) tip(in words.Words, unit string) *tip {
	if s.Value == nil {
		return &tip{label: s.Label, value: s.figure(in), more: s.More}
	}
	return &tip{label: s.Label, value: strings.TrimSpace(s.figure(in) + " " + in.Unit(unit)), more: s.More}
}

// keys returns the legend of the classes that there are, from none to the greatest, and what is unknown.
func (c classes) keys(in words.Words, m Map) []key {
	var keys []key
	for _, class := range append([]int{noneClass, 0, 1, 2, 3, 4}, unknownClass) {
		if slices.ContainsFunc(m, func(a Subject) bool { return c.of(a) == class }) {
			keys = append(keys, key{c.called(in, class, m), func(p *page, at box) {
				p.area(outline{{{at.left + 2, at.top + 1}, {at.right - 2, at.top + 1}, {at.right - 2, at.bottom - 2},
					{at.left + 2, at.bottom - 2}}}, c, class, nil)
			}})
		}
	}
	return keys
}

// look returns the fill and the border of a class.
func (p *page) look(c classes, class int) (fill, border rgb) {
	if class < 0 {
		return p.ground, p.axis
	}
	return p.ramp[c.shade(class)], p.border
}

// area fills a subject by its class.
func (p *page) area(o outline, c classes, class int, told *tip) {
	fill, border := p.look(c, class)
	p.add(shape{points: o[0], more: o[1:], closed: true, fill: fill, opacity: 1, stroke: border, width: 0.75, tip: told})
	if class == unknownClass {
		o.hatch(func(from, to point) { p.line(from, to, p.muted, 1) })
	}
}

// dot marks a subject that is too small to see by a circle on its place.
func (p *page) dot(o outline, c classes, class int, told *tip) {
	const least = 5.0 // pixels each way
	if o.area() >= least*least {
		return
	}
	fill, border := p.look(c, class)
	if class == unknownClass {
		fill = p.muted
	}
	p.add(shape{points: []point{o.middle()}, radius: 3, fill: fill, opacity: 1, stroke: border, width: 1, tip: told})
}

// hatch draws rising lines through what lies within an outline.
func (o outline) hatch(line func(from, to point)) {
	const step = 5.0
	b := o.box()
	for sum := math.Ceil((b.left+b.top)/step) * step; sum < b.right+b.bottom; sum += step { // of x and y, along a line
		var xs []float64
		for _, ring := range o {
			for i, p := range ring {
				q := ring[(i+1)%len(ring)]
				if from, to := p.x+p.y, q.x+q.y; (from > sum) != (to > sum) {
					xs = append(xs, p.x+(q.x-p.x)*(sum-from)/(to-from))
				}
			}
		}
		slices.Sort(xs)
		for i := 0; i+1 < len(xs); i += 2 {
			line(point{xs[i], sum - xs[i]}, point{xs[i+1], sum - xs[i+1]})
		}
	}
}
