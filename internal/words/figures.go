package words

import (
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/number"
)

// Number writes a figure as the language does, its thousands apart and with so many decimals: 21,608 or 21 608.
func (w Words) Number(v float64, decimals int) string {
	// What strconv has rounded has no more digits than are written, so that nothing is rounded twice.
	digits := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	exact, _ := strconv.ParseFloat(digits, 64)
	text := w.ready().printer.Sprint(number.Decimal(exact, number.Scale(decimals)))
	if v < 0 && exact != 0 {
		return "−" + text
	}
	return text
}

// Count writes a whole number.
func (w Words) Count(n int) string { return w.Number(float64(n), 0) }

// Decimals returns how many decimals a number has when so many of its digits tell something.
func Decimals(x float64, digits int) int {
	before := 1
	if x != 0 {
		before = int(math.Floor(math.Log10(math.Abs(x)))) + 1
	}
	return max(0, digits-before)
}

// Amount writes a figure with its unit as pictures do: 21,608 persons, 16.6 bn RUB.
func (w Words) Amount(v float64, unit string) string {
	m := MagnitudeOf(math.Abs(v), unit)
	key := Text("Amount." + unit)
	if m.Divisor == 1 && w.Has(key) && v == math.Trunc(v) {
		return w.Say(key, int(v), m.Write(w, v))
	}
	return m.Write(w, v) + " " + m.Unit(w, unit)
}

// Unit returns what a unit is called.
func (w Words) Unit(unit string) string { return w.Called("Unit", unit) }

// Magnitude is how figures of a size are written: 16,589,416,940 RUB as 16.6 bn RUB.
type Magnitude struct {
	Divisor  float64
	Decimals int
}

// MagnitudeOf takes money in millions and billions and counts as they are.
func MagnitudeOf(greatest float64, unit string) Magnitude {
	if len(unit) != 3 || strings.ToUpper(unit) != unit {
		return Magnitude{1, 0}
	}
	switch {
	case greatest >= 1e9:
		return Magnitude{1e9, 1}
	case greatest >= 1e6:
		return Magnitude{1e6, 1}
	}
	return Magnitude{1, 0}
}

// Write writes a figure without its unit.
func (m Magnitude) Write(w Words, v float64) string {
	if v == 0 {
		return "0"
	}
	return w.Number(v/m.Divisor, m.Decimals)
}

// Word returns what the figures are multiplied by, "" where by nothing.
func (m Magnitude) Word(w Words) string {
	switch m.Divisor {
	case 1e9:
		return w.Say("bn")
	case 1e6:
		return w.Say("mn")
	}
	return ""
}

// Unit returns what the figures are of: bn RUB.
func (m Magnitude) Unit(w Words, unit string) string {
	return strings.TrimSpace(m.Word(w) + " " + w.Unit(unit))
}

// Listed writes words as a list: a, b and c.
func (w Words) Listed(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return w.Say("%s and %s", strings.Join(items[:last], ", "), items[last])
}

// Lower begins words with a small letter, for the middle of a sentence.
func Lower(text string) string { return begun(text, strings.ToLower) }

// Capital begins words with a capital letter.
func Capital(text string) string { return begun(text, strings.ToUpper) }

func begun(text string, as func(string) string) string {
	for i, first := range text {
		return as(string(first)) + text[i+len(string(first)):]
	}
	return ""
}

// date writes a day, a month or a year by a pattern of the catalogue, from the day of the month, what the month is
// called there, and the year.
func (w Words) date(pattern, months string, t time.Time) string {
	month := w.Called(months, strconv.Itoa(int(t.Month())))
	return w.Say(Text("Date."+pattern), strconv.Itoa(t.Day()), month, strconv.Itoa(t.Year()))
}

// Day writes a day as pictures do: 22 Dec 2017.
func (w Words) Day(t time.Time) string { return w.date("day", "MonthShort", t) }

// LongDay writes a day as sentences do: 22 December 2017.
func (w Words) LongDay(t time.Time) string { return w.date("longDay", "MonthOf", t) }

// Month writes a month as pictures do: Dec 2017.
func (w Words) Month(t time.Time) string { return w.date("month", "MonthShort", t) }

// LongMonth writes a month as sentences do: December 2017.
func (w Words) LongMonth(t time.Time) string { return w.date("longMonth", "Month", t) }

// Quarter writes a quarter: Q4 2017.
func (w Words) Quarter(t time.Time) string {
	return w.Say("Date.quarter", w.Called("Quarter", strconv.Itoa((int(t.Month())+2)/3)), strconv.Itoa(t.Year()))
}

// Span writes from when to when, of what is written already: 2 Jan 2011 to 10 Mar 2020; one of two that are the same.
func (w Words) Span(from, to string) string {
	if from == to {
		return from
	}
	return w.Say("%s to %s", from, to)
}
