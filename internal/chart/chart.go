// Package chart draws the pictures that pages, embeds and articles show. A picture says what it shows by itself:
// its title, its unit, its sources and the mark of synthetic rows stand inside it. The same picture gives the same
// bytes.
package chart

import (
	"homebound/internal/labour"
	"homebound/internal/table"
	"homebound/internal/words"
)

// Picture is what a chart shows, before it is drawn in a theme and a width.
type Picture struct {
	Words     words.Words // of its language
	Title     string      // the finding or the question, such as "Workers present, Far East"
	Subtitle  string      // what exactly, where and when
	Unit      string      // of the values, such as persons or RUB
	Source    string      // one line: who published what it rests on, and the release
	Permalink string      // where this very picture stays
	// Synthetic says that made-up rows take part; the picture is marked in words then.
	Synthetic bool
	// Description is the text alternative: what the picture shows, in sentences with its figures.
	Description string

	// Plot is what is drawn: a Timeline, Bars, Columns, a Map, Intervals, a Waterfall or a Tornado.
	Plot Plot
	// Empty says in a sentence that there is nothing to draw, and takes the plot's place; "" where there is something.
	Empty string
	// Notes are sentences below the plot that a reader must know, such as which values are unknown.
	Notes []string

	// Columns and Rows are the picture's data, as its csv and json show them.
	Columns []table.Column
	Rows    [][]any
}

// Note adds a sentence to what a reader must know; nothing where it is "".
func (p *Picture) Note(sentence string) {
	if sentence != "" {
		p.Notes = append(p.Notes, sentence)
	}
}

// Plot is one kind of drawing.
type Plot interface {
	// draw puts the plot below what is on the page already.
	draw(p *page, unit string)
}

// Timeline shows figures over days.
type Timeline struct {
	From, To labour.Date // the first and the last day shown
	Series   []Series
	Events   []Event
}

// Series is one row of figures in a Timeline. Its name, its colour and its dash or marker each tell it from the others.
type Series struct {
	Name   string
	Drawn  Drawing
	Points []Point // in the order of days
}

// Drawing is how a series is drawn.
type Drawing int

const (
	// a line over a tinted area, through the last day of each point: a stock that the picture is about
	Area      Drawing = iota
	MadeUp            // a thin dashed line, without a figure on it: a stock that nobody counted
	Pace              // a dashed line: what was required
	Reported          // filled diamonds: what others reported
	Estimated         // hollow circles: what others estimated
	// a box from low to high over the days of each point, with a line at its value: a flow and its range
	Band
)

// Point is a figure about some days. A stock is about one: its period has the same day at both ends.
type Point struct {
	Period labour.Period
	Value  *float64 // nil where unknown: a gap, which nothing is drawn across
	// Low and High are the ends of the figure's range; nil where it has none.
	Low, High *float64
	More      string // what else a reader who points at it is told, such as who published it
	// Part says that the figure is not of the kind of its neighbours': a flow of a part of a calendar unit alone, or a stock
	// by a register that has just begun, which does not know yet who was there before.
	Part bool
}

// Event is a day to see the figures by.
type Event struct {
	On    labour.Date
	Label string // two or three words, such as "2397 adopted"
}

// Bars compares one figure of several places or things, drawn as bars from left to right in the order given.
type Bars []Bar

// Bar is one of Bars.
type Bar struct {
	Label string
	Value *float64 // nil where unknown
}

// Columns shows flows by period, each column stacked up of the same parts.
type Columns struct {
	Labels []string // of the columns, in the order of time
	// Cut says of each column which days it is of, where that is a part of a calendar unit alone: to 10 Mar 2020.
	Cut   []string
	Parts []Part // the lowest first
}

// Part is one layer of Columns.
type Part struct {
	Name   string
	Values []*float64 // one for each column; nil where unknown
}
