package chart

import (
	"bytes"
	"fmt"
	"strings"

	"homebound/internal/labour"
)

// tip is what a reader who points at a mark is told: the very words of the drawing, in attributes of the mark's SVG.
type tip struct {
	label string // whose or which days' figure it is
	value string // the figure with its unit
	more  string // what else is known of it, such as who published it
}

// as has whatever is drawn belong to a series, by its name: a reader can put it out of sight.
func (s *scene) as(series string, draw func()) {
	before := s.current
	s.current = len(s.names) + 1
	for i, name := range s.names {
		if name == series {
			s.current = i + 1
		}
	}
	if s.current > len(s.names) {
		s.names = append(s.names, series)
	}
	draw()
	s.current = before
}

// spot tells a tip at a place, where nothing else is drawn that could.
func (s *scene) spot(at point, told tip) {
	s.add(shape{points: []point{at}, radius: 5, tip: &told})
}

// field tells a tip over a room.
func (s *scene) field(b box, told tip) {
	s.add(shape{points: []point{{b.left, b.top}, {b.right, b.top}, {b.right, b.bottom}, {b.left, b.bottom}}, closed: true,
		tip: &told})
}

// writeSVG writes the attributes by which a page's script finds a mark.
func (t *tip) writeSVG(b *bytes.Buffer) {
	if t == nil {
		return
	}
	fmt.Fprintf(b, ` data-label="%s" data-value="%s"`, escaped(t.label), escaped(t.value))
	if t.more != "" {
		fmt.Fprintf(b, ` data-more="%s"`, escaped(t.more))
	}
}

// dayWords writes a day as pictures do: 22 Dec 2017.
func (p *page) dayWords(d labour.Date) string { return p.in.Day(d.Time()) }

// tipOf returns what is told of a point: a stock by the register is of its last day.
func (s Series) tipOf(p *page, q Point, unit string) *tip {
	told := tip{p.in.Span(p.dayWords(q.Period.From), p.dayWords(q.Period.To)), p.in.Amount(*q.Value, unit), q.More}
	if s.Drawn == Area || s.Drawn == MadeUp || s.Drawn == Pace {
		told.label = p.dayWords(q.Period.To)
	}
	if q.Low != nil && q.High != nil {
		told.value += " (" + p.in.Say("%s to %s", p.in.Amount(*q.Low, unit), p.in.Amount(*q.High, unit)) + ")"
	}
	return &told
}

// tips tells the figure of each point of a series.
func (s Series) tips(p *page, f frame, unit string) {
	for _, q := range s.Points {
		if q.Value == nil {
			continue
		}
		if s.Drawn == Band {
			p.field(box{f.x(q.Period.From), f.top, f.x(min(q.Period.To+1, f.to)), f.bottom}, *s.tipOf(p, q, unit))
			continue
		}
		p.spot(s.at(f, q), *s.tipOf(p, q, unit))
	}
}

// sentence puts words in front of a figure's words, without what ends them.
func sentence(words string) string { return strings.TrimSuffix(strings.TrimSpace(words), ".") }
