package packed

import (
	"encoding/binary"
	"iter"
	"math"
	"math/bits"

	"homebound/internal/labour"
)

// Flow is what a day adds up to: permits issued, their workers, and the wages that are known; or workers repatriated.
type Flow struct {
	Permits, Workers int
	Wages            float64 // of WageWorkers workers, in a month
	WageWorkers      int     // whose wage is known
	Unpriced         int     // permits with a wage in a currency without a rate
}

// Add adds what another day, or another row of the day, adds up to. Wages are left to the caller, who knows how exactly
// they are to be summed up.
func (f *Flow) Add(other Flow) {
	f.Permits += other.Permits
	f.Workers += other.Workers
	f.WageWorkers += other.WageWorkers
	f.Unpriced += other.Unpriced
}

// flowYear is one row of a rollup of flows by day: a cell's days in one year.
//
// Days are packed as numbers of variable length: the days since the one before (the first counted from 1 January),
// shifted by two bits that say whether anything is unpriced and whether WageWorkers differ from Workers; permits; workers;
// the two numbers that the bits announce; and the wages, their bits turned around, where a wage is known.
type flowYear struct {
	Year int
	Days []byte
}

const (
	flowUnpriced = 1 << iota
	flowOtherWageWorkers
	flowBits = iota
)

// PackFlows packs the days of one cell, which come in their order, a row for each year that has any.
func PackFlows(days iter.Seq2[labour.Date, *Flow]) []flowYear {
	var rows []flowYear
	var last, end labour.Date // of the year before, the first day of the next
	for day, f := range days {
		if len(rows) == 0 || day >= end {
			p := labour.YearPeriod(day.Year())
			rows, last, end = append(rows, flowYear{Year: day.Year()}), p.From, p.To+1
		}
		row := &rows[len(rows)-1]
		head := uint64(day.Sub(last)) << flowBits
		if f.Unpriced != 0 {
			head |= flowUnpriced
		}
		if f.WageWorkers != f.Workers {
			head |= flowOtherWageWorkers
		}
		row.Days = binary.AppendUvarint(row.Days, head)
		row.Days = binary.AppendUvarint(row.Days, uint64(f.Permits))
		row.Days = binary.AppendUvarint(row.Days, uint64(f.Workers))
		if f.Unpriced != 0 {
			row.Days = binary.AppendUvarint(row.Days, uint64(f.Unpriced))
		}
		if f.WageWorkers != f.Workers {
			row.Days = binary.AppendUvarint(row.Days, uint64(f.WageWorkers))
		}
		if f.WageWorkers != 0 {
			row.Days = binary.AppendUvarint(row.Days, bits.ReverseBytes64(math.Float64bits(f.Wages)))
		}
		last = day
	}
	return rows
}

// UnpackFlows hands out each day of a packed year, in order.
func UnpackFlows(year int, packed []byte, visit func(labour.Date, Flow)) error {
	numbers := numbers{rest: packed}
	next := func() int { return int(numbers.next()) }
	day := labour.YearPeriod(year).From
	for len(numbers.rest) > 0 {
		head := next()
		day = day.AddDays(head >> flowBits)
		f := Flow{Permits: next(), Workers: next()}
		if head&flowUnpriced != 0 {
			f.Unpriced = next()
		}
		if f.WageWorkers = f.Workers; head&flowOtherWageWorkers != 0 {
			f.WageWorkers = next()
		}
		if f.WageWorkers != 0 {
			f.Wages = math.Float64frombits(bits.ReverseBytes64(numbers.next()))
		}
		if numbers.broken {
			return errPacked
		}
		visit(day, f)
	}
	return nil
}
