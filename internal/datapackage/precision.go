package datapackage

import (
	"fmt"
	"slices"

	"homebound/internal/labour"
)

// A day of a permit or a repatriation may be known only to a month, a quarter or a year. Such a value is read as one end
// of its span, the column says which, and the row's precision says so.

// Edge says by which day of its span a value counts that is known only to a month, a quarter or a year.
type Edge string

const (
	FirstDay Edge = "first"
	LastDay  Edge = "last"
)

// roughDay is a day that is known to a span alone, as a cell is read.
type roughDay struct {
	day  string
	unit labour.Granularity
}

// rough reads a value that is a month, a quarter or a year, or nil.
func (c *Column) rough(text string) any {
	if c.Edge == "" {
		return nil
	}
	span, unit, ok := labour.ParseSpan(text)
	if !ok {
		return nil
	}
	if c.Edge == LastDay {
		return roughDay{span.To.String(), unit}
	}
	return roughDay{span.From.String(), unit}
}

// dayOf returns the day of a value, "" where it is none.
func dayOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case roughDay:
		return v.day
	}
	return ""
}

// edged puts the day by which the mapping counts in the place of the column's.
func (f *cellForm) edged(value any) any {
	rough, is := value.(roughDay)
	if !is {
		return value
	}
	span := rough.unit.Unit(labour.MustParseDate(rough.day))
	if rough.day = span.From.String(); f.edge == LastDay {
		rough.day = span.To.String()
	}
	return rough
}

// plainDay returns the day of a value that is known to a span, and any other value as it is.
func plainDay(value any) any {
	if rough, is := value.(roughDay); is {
		return rough.day
	}
	return value
}

// lackCounts count rows that lack something which a measure counts by.
type lackCounts [6]int64

const (
	noIssueDay = iota
	noValidity
	noRegion
	noNationality
	roughly
	notMonthly
)

var lackSentences = [len(lackCounts{})]string{
	"without a day of issue, which no count of permits issued has",
	"without both days of validity, which no stock of workers has",
	"without a region, which no region has",
	"without a nationality, which no nationality has",
	"with a day known only to a month, a quarter or a year; what begins counts from its first day, what ends to its last",
	"with a wage that is not monthly and cannot be made so, which no average wage has",
}

// seeLacking counts what a good row lacks.
func (c *checker) seeLacking(r *Record) {
	if c.dated == nil {
		return
	}
	for i, lack := range [...]int{noIssueDay, noValidity, noValidity, noRegion, noNationality} {
		if r.Values[c.dated[i]] == nil && (i != 2 || r.Values[c.dated[1]] != nil) {
			c.lacking[lack]++
		}
	}
	if r.Values[c.wage] != nil && r.Values[c.monthly] == nil {
		c.lacking[notMonthly]++
	}
}

// Lacking says how many rows lack something that a measure counts by, or know it roughly, once the file was read to its
// end.
func (f *File) Lacking() []string {
	var sentences []string
	if counts := f.lacking.Load(); counts != nil {
		for i, n := range counts {
			if n > 0 {
				sentences = append(sentences, fmt.Sprintf("%s %s", count(int(n), "row"), lackSentences[i]))
			}
		}
	}
	return sentences
}

const precisionColumn = "precision"

// roughly puts days in the place of those that are known to a span, and says so in the row's precision. What the row
// itself says there must fit its days.
func (c *checker) roughly(r *Record) {
	at := c.precision
	if at < 0 {
		return
	}
	var all []labour.Precision
	if text, given := r.Values[at].(string); given {
		all, _ = labour.ParsePrecision(text) // was checked
	}
	for _, p := range all {
		i := c.table.index(p.Column)
		if i < 0 || c.table.Columns[i].Edge == "" {
			r.Faults = append(r.Faults, Fault{precisionColumn, fmt.Sprintf("expected columns of days, found %q", p.Column)})
			return
		}
		day := dayOf(r.Values[i])
		if slices.ContainsFunc(r.Faults, func(f Fault) bool { return f.Column == p.Column }) {
			continue
		}
		if date, err := labour.ParseDate(day); err != nil || p.Span(date).From != date && p.Span(date).To != date {
			r.Faults = append(r.Faults, Fault{precisionColumn, fmt.Sprintf("expected %s to be the first or the last day of its %s, found %q",
				p.Column, p.Unit, day)})
			return
		}
	}
	for i, value := range r.Values {
		rough, is := value.(roughDay)
		if !is {
			continue
		}
		name := c.table.Columns[i].Name
		r.Values[i] = rough.day
		all = append(slices.DeleteFunc(all, func(p labour.Precision) bool { return p.Column == name }),
			labour.Precision{Column: name, Unit: rough.unit})
	}
	if all == nil {
		return
	}
	c.lacking[roughly]++
	slices.SortFunc(all, func(a, b labour.Precision) int { return c.table.index(a.Column) - c.table.index(b.Column) })
	r.Values[at] = labour.FormatPrecision(all)
}

// monthlyWage works out what a wage of another time comes to in a month, where it can be and the row does not say.
func (c *checker) monthlyWage(r *Record) {
	if c.wage < 0 {
		return
	}
	wage, paid := r.Values[c.wage].(float64)
	unit, known := r.Values[c.wage+1].(string)
	if !paid || !known || r.Values[c.monthly] != nil {
		return
	}
	hours, _ := r.Values[c.wage+2].(float64)
	if monthly, ok := labour.WageUnit(unit).Monthly(wage, hours); ok {
		r.Values[c.monthly] = monthly
	}
}

// wageUnit asks for what a wage is paid for.
var wageUnit = rule{columns: []string{"wage_unit", "wage"}, check: func(cell []any) string {
	switch {
	case cell[0] == nil && cell[1] != nil:
		return fmt.Sprintf("expected %s, since wage is given, found nothing", oneOf(spellings(labour.WageUnits)))
	case cell[0] != nil && cell[1] == nil:
		return fmt.Sprintf("expected nothing, since wage is empty, found %q", text(cell[0]))
	}
	return ""
}}

// ownOutcome asks that a code of the publisher's own is not one that there is anyway.
var ownOutcome = rule{columns: []string{"code"}, check: func(cell []any) string {
	if !slices.Contains(spellings(labour.Outcomes), text(cell[0])) {
		return ""
	}
	return fmt.Sprintf("expected a code beside the base outcomes, found %q, which is one", text(cell[0]))
}}
