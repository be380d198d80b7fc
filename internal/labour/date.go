package labour

import (
	"fmt"
	"time"
)

// Date is a day of the Gregorian calendar, counted in days from 1970-01-01, with no time of day and no zone.
// Two dates compare with < and ==, and to.Sub(from) is a number of days.
type Date int32

const secondsPerDay = 24 * 60 * 60

// NewDate returns the date of a year, month and day; like time.Date it carries over values out of range.
func NewDate(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// ParseDate reads an RFC 3339 full-date such as 2017-12-22, of the years 0001 to 9999.
// It returns a Fault with BadUserInput for anything else, a day that no calendar has included.
func ParseDate(text string) (Date, error) {
	if len(text) != len(time.DateOnly) || text[:4] == "0000" {
		return 0, Faultf(BadUserInput, "expected a date such as 2017-12-22, found %q", text)
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, Faultf(BadUserInput, "expected a date such as 2017-12-22, found %q", text)
	}
	return Date(t.Unix() / secondsPerDay), nil
}

// MustParseDate is ParseDate for text that the program itself holds; it panics where that is no date.
func MustParseDate(text string) Date {
	d, err := ParseDate(text)
	if err != nil {
		panic(fmt.Sprintf("labour.MustParseDate: %v", err))
	}
	return d
}

// DateOf returns the date that t has in its own zone.
func DateOf(t time.Time) Date { return NewDate(t.Date()) }

// Time returns midnight UTC of the day.
func (d Date) Time() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// String returns the RFC 3339 full-date, e.g. 2017-12-22.
func (d Date) String() string { return d.Time().Format(time.DateOnly) }

// UnmarshalText is ParseDate, for what decodes text into values.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDate(string(text))
	return err
}

// Year returns the calendar year.
func (d Date) Year() int { return d.Time().Year() }

// AddDays returns the date n days later, or earlier where n is negative.
func (d Date) AddDays(n int) Date { return d + Date(n) }

// AddMonths returns the same day n months later, or the last day of that month where it has no such day:
// one month after 31 January is 28 or 29 February.
func (d Date) AddMonths(n int) Date {
	year, month, day := d.Time().Date()
	last := NewDate(year, month+time.Month(n)+1, 0)
	return min(NewDate(year, month+time.Month(n), 1).AddDays(day-1), last)
}

// Sub returns the number of days from other to d: 1 where d is the day after other.
func (d Date) Sub(other Date) int { return int(d) - int(other) }

// DaysInYear returns 365, or 366 in a leap year.
func DaysInYear(year int) int {
	return NewDate(year+1, time.January, 1).Sub(NewDate(year, time.January, 1))
}

// MarshalText writes the day as 2017-12-22, in JSON too.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
