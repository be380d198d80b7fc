package chart

import (
	"math"
	"strings"
)

// scene is a drawing before it is written as SVG or PNG: shapes and texts in the order in which they cover each other.
// Coordinates are CSS pixels from the upper left corner.
type scene struct {
	width, bottom float64
	background    rgb
	marks         []any    // shape or text
	names         []string // of the series
	current       int      // 1 for the first of names, which what is added belongs to; 0 for none
}

type point struct{ x, y float64 }

// shape is a polygon, a line through points, or a circle about the only one.
type shape struct {
	points  []point
	more    [][]point // further rings of a polygon; those that run the other way round are holes
	closed  bool
	radius  float64 // of a circle, else 0
	fill    rgb
	opacity float64 // of the fill; 0 leaves it out
	stroke  rgb
	width   float64 // of the stroke; 0 leaves it out
	dash    []float64
	series  int  // of the scene; 0 for none
	tip     *tip // nil where it tells nothing
}

// paths returns all lines of a shape.
func (m shape) paths() [][]point { return append([][]point{m.points}, m.more...) }

// anchor is which part of a text stands at its place.
type anchor int

const (
	start anchor = iota
	middle
	end
)

// share returns how much of a text stands left of its place.
func (a anchor) share() float64 { return [...]float64{start: 0, middle: 0.5, end: 1}[a] }

// text is one line of words.
type text struct {
	at     point // on the baseline
	anchor anchor
	size   float64
	bold   bool
	colour rgb
	words  string
	series int // of the scene; 0 for none
}

// box is the room of something, its edges included.
type box struct{ left, top, right, bottom float64 }

func (b box) meets(c box) bool {
	return b.left < c.right && c.left < b.right && b.top < c.bottom && c.top < b.bottom
}

// box returns the room that a text takes from its highest to its lowest letter.
func (t text) box() box {
	width := widthOf(t.words, t.size, t.bold)
	left := t.at.x - width*t.anchor.share()
	return box{left, t.at.y - ascent*t.size, left + width, t.at.y + descent*t.size}
}

// The share of a text's size above and below its baseline, and from one baseline to the next.
const (
	ascent  = 0.80
	descent = 0.22
	leading = 1.32
)

// add adds marks to the series that is being drawn.
func (s *scene) add(marks ...any) {
	for _, mark := range marks {
		switch m := mark.(type) {
		case shape:
			m.series = s.current
			mark = m
		case text:
			m.series = s.current
			mark = m
		}
		s.marks = append(s.marks, mark)
	}
}

// line adds a straight line.
func (s *scene) line(from, to point, colour rgb, width float64, dash ...float64) {
	s.add(shape{points: []point{from, to}, stroke: colour, width: width, dash: dash})
}

// rect adds a filled rectangle.
func (s *scene) rect(b box, fill rgb, opacity float64) {
	s.add(shape{points: []point{{b.left, b.top}, {b.right, b.top}, {b.right, b.bottom}, {b.left, b.bottom}},
		closed: true, fill: fill, opacity: opacity})
}

// wrap breaks words into lines of at most a width. A word that is longer than a line is broken after a sign of an
// address, or anywhere.
func wrap(words string, size float64, bold bool, width float64) []string {
	var lines []string
	var line string
	for _, word := range strings.FieldsFunc(words, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }) {
		if whole := strings.TrimSpace(line + " " + word); widthOf(whole, size, bold) <= width {
			line = whole
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for widthOf(word, size, bold) > width {
			cut := breakAt(word, size, bold, width)
			lines = append(lines, word[:cut])
			word = word[cut:]
		}
		line = word
	}
	return append(lines, line)
}

// breakAt returns where a long word is broken: after the last sign of an address that fits, else after the last letter.
func breakAt(word string, size float64, bold bool, width float64) int {
	last, sign := 0, 0
	for i, letter := range word {
		after := i + len(string(letter))
		if last > 0 && widthOf(word[:after], size, bold) > width {
			break
		}
		last = after
		if strings.ContainsRune("/?&=.-", letter) {
			sign = after
		}
	}
	if sign > last/3 {
		return sign
	}
	return last
}

// round keeps two decimals: less than a browser can show, and the same on every machine.
func round(v float64) float64 { return math.Round(v*100) / 100 }
