package labour

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// NoDate stands for a day that is not known.
const NoDate Date = math.MinInt32

// Known reports whether the day is known.
func (d Date) Known() bool { return d != NoDate }

// KnownDate points at a day, or at nothing where it is not known.
func KnownDate(d Date) *Date {
	if !d.Known() {
		return nil
	}
	return &d
}

// Precision says that a day of a row is known only to a month, a quarter or a year. The day itself is one end of that
// span: what begins counts from its first day and what ends to its last, so that nobody who may have been there is
// left out.
type Precision struct {
	Column string // of the data package, such as issued_on
	Unit   Granularity
}

// Span returns the days that may be meant, where the row has day.
func (p Precision) Span(day Date) Period { return p.Unit.Unit(day) }

// SpanUnits lists what a day may be known to, the finest first.
var SpanUnits = []Granularity{Month, Quarter, Year}

// ParsePrecision reads issued_on=MONTH;valid_to=YEAR, as rows keep it; "" is no day at all. It returns an error for
// anything else.
func ParsePrecision(text string) ([]Precision, error) {
	if text == "" {
		return nil, nil
	}
	var all []Precision
	for part := range strings.SplitSeq(text, ";") {
		column, unit, found := strings.Cut(part, "=")
		p := Precision{column, Granularity(unit)}
		if !found || !slices.Contains(SpanUnits, p.Unit) ||
			slices.ContainsFunc(all, func(other Precision) bool { return other.Column == column }) {
			return nil, fmt.Errorf("expected columns with MONTH, QUARTER or YEAR such as issued_on=MONTH;valid_to=YEAR, found %q", text)
		}
		all = append(all, p)
	}
	return all, nil
}

// FormatPrecision writes what ParsePrecision reads.
func FormatPrecision(all []Precision) string {
	parts := make([]string, len(all))
	for i, p := range all {
		parts[i] = p.Column + "=" + string(p.Unit)
	}
	return strings.Join(parts, ";")
}

// ParseSpan reads a month, a quarter or a year: 2017-05, 2017-M05, 05.2017, 05/2017, 2017-Q2, 2017Q2 or 2017. It
// reports false for anything else, a day included.
func ParseSpan(text string) (Period, Granularity, bool) {
	year, rest := text, ""
	switch {
	case len(text) == 7 && (text[2] == '.' || text[2] == '/'):
		year, rest = text[3:], text[:2]
	case len(text) > 4:
		if year, rest = text[:4], strings.TrimPrefix(text[4:], "-"); rest == "" || rest == text[4:] && rest[0] != 'Q' {
			return Period{}, "", false
		}
	}
	y, ok := digits(year, 4)
	if !ok || y == 0 {
		return Period{}, "", false
	}
	unit, month := Year, 1
	if rest != "" {
		quarter, is := strings.CutPrefix(rest, "Q")
		if is {
			n, ok := digits(quarter, 1)
			if !ok || n < 1 || n > 4 {
				return Period{}, "", false
			}
			unit, month = Quarter, 3*n-2
		} else if n, ok := digits(strings.TrimPrefix(rest, "M"), 2); ok && 1 <= n && n <= 12 {
			unit, month = Month, n
		} else {
			return Period{}, "", false
		}
	}
	return unit.Unit(NewDate(y, time.Month(month), 1)), unit, true
}

// digits reads a number of exactly so many digits.
func digits(text string, n int) (int, bool) {
	if len(text) != n || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	value, err := strconv.Atoi(text)
	return value, err == nil
}
