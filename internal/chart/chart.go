// Package chart draws the pictures that pages, embeds and articles show. A picture says what it shows by itself: its title,
// its unit, its sources and the mark of synthetic rows stand inside it.
package chart

import "homebound/internal/table"

// Picture is what a chart shows, before it is drawn in a theme and a width.
type Picture struct {
	Title    string // the finding or the question, such as "Workers present, Far East"
	Subtitle string // what exactly, where and when
	Unit     string // of the values, such as persons
	Source   string // one line: who published what it rests on, and the release
	// Synthetic says that made-up rows take part; the picture is marked in words then.
	Synthetic bool
	// Description is the text alternative: what the picture shows, in sentences with its figures.
	Description string

	// Columns and Rows are the picture's data, as its csv and json show them.
	Columns []table.Column
	Rows    [][]any
}
