package db

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"

	"homebound/internal/labour"
)

// change is how a stock changes on a day: workers more present, permits more in force.
type change struct{ workers, permits int }

// yearRow is one row of a rollup of the stock: a cell's changes in one year, after which nothing changes through until.
//
// The changes are packed as numbers of variable length (encoding/binary): the workers present and the permits in force
// before the year's first day; then for each day with a change the days since the last such day (the first counted from
// 1 January), the change of workers and the change of permits. Thousands of days so take a few kilobytes and one read.
type yearRow struct {
	year, until int
	changes     []byte
}

// lastYear is the last of the calendar: a stock that nothing ends lasts until then.
const lastYear = 9999

var endOfCalendar = labour.YearPeriod(lastYear).To

// packYears packs the changes of one cell, a row for each year that has any.
func packYears(changes map[labour.Date]change) []yearRow {
	var rows []yearRow
	var level change
	var last labour.Date
	for _, day := range slices.Sorted(maps.Keys(changes)) {
		c := changes[day]
		if c == (change{}) {
			continue
		}
		year := day.Year()
		if len(rows) == 0 || rows[len(rows)-1].year != year {
			if len(rows) > 0 {
				rows[len(rows)-1].until = year - 1
			}
			packed := binary.AppendUvarint(nil, uint64(level.workers))
			rows = append(rows, yearRow{year: year, changes: binary.AppendUvarint(packed, uint64(level.permits))})
			last = labour.YearPeriod(year).From
		}
		row := &rows[len(rows)-1]
		row.changes = binary.AppendUvarint(row.changes, uint64(day.Sub(last)))
		row.changes = binary.AppendVarint(row.changes, int64(c.workers))
		row.changes = binary.AppendVarint(row.changes, int64(c.permits))
		level.workers += c.workers
		level.permits += c.permits
		last = day
	}
	if len(rows) > 0 {
		end := &rows[len(rows)-1]
		if end.until = end.year; level != (change{}) {
			end.until = lastYear
		}
	}
	return rows
}

var errPacked = errors.New("packed changes break off")

// unpack adds one row's part of a cell's life to the days of a period: days[i] is the change on the i-th day, the level
// on the first day being a change from nothing.
func unpack(year int, packed []byte, p labour.Period, days []change) error {
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
		days[0].workers += workers
		days[0].permits += permits
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
		days[at].workers += workers
		days[at].permits += permits
	}
	return nil
}

var noDays = labour.Period{From: 1, To: 0}
