// Package packed writes many days into few bytes and reads them back: the changes of a stock, and the days of register
// rows. It is pure, and fuzzed.
package packed

import (
	"encoding/binary"
	"errors"
	"iter"

	"homebound/internal/labour"
)

// Change is how a stock changes on a day: workers more present, permits more in force.
type Change struct{ Workers, Permits int }

// yearRow is one row of a rollup of the stock: a cell's changes in one year, after which nothing changes through until.
//
// The changes are packed as numbers of variable length (encoding/binary): the workers present and the permits in force
// before the year's first day; then for each day with a change the days since the last such day (the first counted from
// 1 January), the change of workers and the change of permits. Thousands of days so take a few kilobytes and one read.
type yearRow struct {
	Year, Until int
	Changes     []byte
}

// lastYear is the last of the calendar: a stock that nothing ends lasts until then.
const lastYear = 9999

// EndOfCalendar is the last day that there is: a permit that nothing ends lasts until then.
var EndOfCalendar = labour.YearPeriod(lastYear).To

// PackYears packs the changes of one cell, which come in the order of their days, a row for each year that has any.
func PackYears(changes iter.Seq2[labour.Date, *Change]) []yearRow {
	var rows []yearRow
	var level Change
	var last, end labour.Date // of the year before, the first day of the next
	for day, c := range changes {
		if *c == (Change{}) {
			continue
		}
		if len(rows) == 0 || day >= end {
			year := day.Year()
			if len(rows) > 0 {
				rows[len(rows)-1].Until = year - 1
			}
			packed := binary.AppendUvarint(nil, uint64(level.Workers))
			rows = append(rows, yearRow{Year: year, Changes: binary.AppendUvarint(packed, uint64(level.Permits))})
			p := labour.YearPeriod(year)
			last, end = p.From, p.To+1
		}
		row := &rows[len(rows)-1]
		row.Changes = binary.AppendUvarint(row.Changes, uint64(day.Sub(last)))
		row.Changes = binary.AppendVarint(row.Changes, int64(c.Workers))
		row.Changes = binary.AppendVarint(row.Changes, int64(c.Permits))
		level.Workers += c.Workers
		level.Permits += c.Permits
		last = day
	}
	if len(rows) > 0 {
		end := &rows[len(rows)-1]
		if end.Until = end.Year; level != (Change{}) {
			end.Until = lastYear
		}
	}
	return rows
}

var errPacked = errors.New("packed changes break off")

// Unpack adds one row's part of a cell's life to the days of a period: days[i] is the change on the i-th day, the level
// on the first day being a change from nothing.
func Unpack(year int, packed []byte, p labour.Period, days []Change) error {
	next := func() (n int, err error) {
		v, size := binary.Uvarint(packed)
		if size <= 0 {
			return 0, errPacked
		}
		packed = packed[size:]
		return int(v), nil
	}
	nextSigned := func() (n int, err error) {
		v, size := binary.Varint(packed)
		if size <= 0 {
			return 0, errPacked
		}
		packed = packed[size:]
		return int(v), nil
	}
	workers, err := next()
	if err != nil {
		return err
	}
	permits, err := next()
	if err != nil {
		return err
	}
	day := labour.YearPeriod(year).From
	if year <= p.From.Year() { // later rows of the same cell go on from here
		days[0].Workers += workers
		days[0].Permits += permits
	}
	for len(packed) > 0 {
		gap, err := next()
		if err != nil {
			return err
		}
		if workers, err = nextSigned(); err != nil {
			return err
		}
		if permits, err = nextSigned(); err != nil {
			return err
		}
		if day = day.AddDays(gap); day > p.To {
			return nil
		}
		at := max(0, day.Sub(p.From))
		days[at].Workers += workers
		days[at].Permits += permits
	}
	return nil
}

// NoDays is a period without a day.
var NoDays = labour.Period{From: 1, To: 0}

// Widen returns the period from the first day to the last of two, either of which may be NoDays.
func Widen(p, q labour.Period) labour.Period {
	switch {
	case p == NoDays:
		return q
	case q == NoDays:
		return p
	}
	return labour.Period{From: min(p.From, q.From), To: max(p.To, q.To)}
}
