package packed

import (
	"encoding/binary"
	"iter"
	"math"
	"math/bits"

	"homebound/internal/labour"
)

// Flow is what a day adds up to, in one currency: permits issued, their workers, and the wages that are known; or workers
// repatriated.
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

// Day is what is kept of a day: as Flow, with the wages in the currencies that they are paid in, so that they can be
// turned into any at the rates of the year.
type Day struct {
	Permits, Workers int
	Money            []Money // one for each currency
}

// Money is what some of a day's permits pay.
type Money struct {
	Currency Currency
	Permits  int     // that have a wage in it
	Workers  int     // of these
	Wages    float64 // of all of these workers, in a month
}

// flowYear is one row of a rollup of flows by day: a cell's days in one year.
//
// Days are packed as numbers of variable length: the days since the one before (the first counted from 1 January),
// shifted by two bits that say what money follows; permits; workers; and the money. Where all permits pay in one currency
// that is the currency, unless it is the release's, and the wages; else the number of currencies, then the currency, the
// permits, the workers and the wages of each. Of wages the bits are turned around, since round figures have zeros at their
// end.
type flowYear struct {
	Year  int
	Flows []byte
}

// What money follows the workers of a day, in the first bits of its head.
const (
	inOwn   = iota // one sum of all, in the release's currency
	unknown        // none
	inOne          // one sum of all, in another currency
	inSome         // several sums, or not of all

	flowBits = 2
)

// money says how the money of a day is packed.
func (d *Day) money() int {
	switch {
	case len(d.Money) == 0:
		return unknown
	case len(d.Money) > 1 || d.Money[0].Permits != d.Permits || d.Money[0].Workers != d.Workers:
		return inSome
	case d.Money[0].Currency == Own:
		return inOwn
	}
	return inOne
}

// PackFlows packs the days of one cell, which come in their order, a row for each year that has any.
func PackFlows(days iter.Seq2[labour.Date, *Day]) []flowYear {
	var rows []flowYear
	var last, end labour.Date // of the year before, the first day of the next
	for day, d := range days {
		if len(rows) == 0 || day >= end {
			p := labour.YearPeriod(day.Year())
			rows, last, end = append(rows, flowYear{Year: day.Year()}), p.From, p.To+1
		}
		row := &rows[len(rows)-1]
		row.Flows = d.append(row.Flows, day.Sub(last))
		last = day
	}
	return rows
}

func (d *Day) append(to []byte, gap int) []byte {
	how := d.money()
	return d.appendFlow(binary.AppendUvarint(to, uint64(gap)<<flowBits|uint64(how)), how)
}

// appendFlow is append without the head.
func (d *Day) appendFlow(to []byte, how int) []byte {
	to = binary.AppendUvarint(to, uint64(d.Permits))
	to = binary.AppendUvarint(to, uint64(d.Workers))
	if how == inSome {
		to = binary.AppendUvarint(to, uint64(len(d.Money)))
	}
	for _, m := range d.Money {
		if how != inOwn {
			to = binary.AppendUvarint(to, uint64(m.Currency))
		}
		if how == inSome {
			to = binary.AppendUvarint(to, uint64(m.Permits))
			to = binary.AppendUvarint(to, uint64(m.Workers))
		}
		to = binary.AppendUvarint(to, bits.ReverseBytes64(math.Float64bits(m.Wages)))
	}
	return to
}

// unpackDays hands out each day of a packed year, in order. What follows permits and workers is read by rest, by the bits
// of the day's head.
func unpackDays(year int, packed []byte, rest func(n *numbers, bits int, f *Flow), visit func(labour.Date, Flow)) error {
	numbers := numbers{packed: packed}
	day := labour.YearPeriod(year).From
	for numbers.more() {
		head := int(numbers.next())
		day = day.AddDays(head >> flowBits)
		f := Flow{Permits: int(numbers.next()), Workers: int(numbers.next())}
		rest(&numbers, head&(1<<flowBits-1), &f)
		if numbers.broken {
			return errPacked
		}
		visit(day, f)
	}
	return nil
}

// wages reads wages, whose bits are turned around.
func (n *numbers) wages() float64 { return math.Float64frombits(bits.ReverseBytes64(n.next())) }

// UnpackFlows hands out each day of a packed year, in order, with its wages in the currency that rate converts into; what
// has no rate is unpriced.
func UnpackFlows(year int, packed []byte, rate func(Currency) (float64, bool), visit func(labour.Date, Flow)) error {
	return unpackDays(year, packed, func(n *numbers, how int, f *Flow) {
		n.money(how, f.Permits, f.Workers, func(m Money) { f.pay(m, rate) })
	}, visit)
}

// money reads the money of some permits and their workers.
func (n *numbers) money(how, permits, workers int, visit func(Money)) {
	sums := 1
	switch how {
	case unknown:
		sums = 0
	case inSome:
		sums = int(n.next())
	}
	for ; sums > 0 && !n.broken; sums-- {
		m := Money{Permits: permits, Workers: workers}
		if how != inOwn {
			m.Currency = Currency(n.next())
		}
		if how == inSome {
			m.Permits, m.Workers = int(n.next()), int(n.next())
		}
		m.Wages = n.wages()
		visit(m)
	}
}

// In returns what the day adds up to in the currency that rate converts into.
func (d Day) In(rate func(Currency) (float64, bool)) Flow {
	f := Flow{Permits: d.Permits, Workers: d.Workers}
	for _, m := range d.Money {
		f.pay(m, rate)
	}
	return f
}

// pay adds what some permits pay.
func (f *Flow) pay(m Money, rate func(Currency) (float64, bool)) {
	by, known := rate(m.Currency)
	if !known {
		f.Unpriced += m.Permits
		return
	}
	f.Wages += m.Wages * by
	f.WageWorkers += m.Workers
}

// What follows in the days of releases of before wages were kept in their own currencies.
const (
	flowUnpriced = 1 << iota
	flowOtherWageWorkers
)

// UnpackConverted hands out each day of a packed year of a release of before, in which wages are in its currency: as Days
// are packed, but for the bits, which say whether anything is unpriced and whether WageWorkers differ from Workers. These
// two numbers follow where the bits announce them, and the wages where one is known.
func UnpackConverted(year int, packed []byte, visit func(labour.Date, Flow)) error {
	return unpackDays(year, packed, func(n *numbers, head int, f *Flow) {
		if head&flowUnpriced != 0 {
			f.Unpriced = int(n.next())
		}
		if f.WageWorkers = f.Workers; head&flowOtherWageWorkers != 0 {
			f.WageWorkers = int(n.next())
		}
		if f.WageWorkers != 0 {
			f.Wages = n.wages()
		}
	}, visit)
}
