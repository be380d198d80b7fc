package build

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"

	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// stockFigures are how many workers more are present, and permits more in force, from a day on.
type stockFigures struct{ packed.ByDay[packed.Change] }

func (*stockFigures) time() string { return "year" }
func (*stockFigures) columns() string {
	return "year INTEGER NOT NULL, until INTEGER NOT NULL, changes BLOB NOT NULL"
}

func (f *stockFigures) add(c *permitChange) {
	if !c.inForce() {
		return
	}
	sum := f.At(c.first)
	sum.Workers, sum.Permits = sum.Workers+c.brings.Workers, sum.Permits+c.brings.Permits
	if day, ends := c.ends(); ends {
		sum = f.At(day)
		sum.Workers, sum.Permits = sum.Workers-c.brings.Workers, sum.Permits-c.brings.Permits
	}
}

func (f *stockFigures) flush(put func(values ...any) error) error {
	for _, row := range packed.PackYears(f.All()) {
		if err := put(row.Year, row.Until, row.Changes); err != nil {
			return err
		}
	}
	f.Clear()
	return nil
}

// byMonth holds a value for each month, such as 2017-12, in the order of months: few are asked for after a later one.
type byMonth[T any] struct {
	months []month
	values []T
}

// month is a month of the calendar: twelve times the year, and the months since January.
type month int32

func monthOf(day labour.Date) month {
	year, m, _ := day.Time().Date()
	return month(year*12 + int(m) - 1)
}

// String returns the month as 2017-12.
func (m month) String() string { return fmt.Sprintf("%04d-%02d", m/12, m%12+1) }

// at returns the value of a month, which is zero at first.
func (b *byMonth[T]) at(m month) *T {
	at, known := slices.BinarySearch(b.months, m)
	if !known {
		b.months, b.values = slices.Insert(b.months, at, m), slices.Insert(b.values, at, *new(T))
	}
	return &b.values[at]
}

func (b *byMonth[T]) clear() { b.months, b.values = b.months[:0], b.values[:0] }

// issueFigures are what was issued in a month.
type issueFigures struct{ byMonth[issued] }

type issued struct {
	permits, workers int
	wages            sqlite.Sum
	wageWorkers      sql.NullInt64 // whose wage is known
	unpriced         int           // permits
}

func (*issueFigures) time() string { return "month" }
func (*issueFigures) columns() string {
	return "month TEXT NOT NULL, permits INTEGER NOT NULL, workers INTEGER NOT NULL, wage_total REAL, wage_workers INTEGER, unpriced INTEGER NOT NULL"
}

func (f *issueFigures) add(c *permitChange) {
	if !c.dated {
		return
	}
	sum := f.at(monthOf(c.day))
	sum.permits += c.issued
	sum.workers += c.brings.Workers
	if c.unpriced {
		sum.unpriced++
	}
	if c.priced {
		sum.wages.Add(c.wage * float64(c.brings.Workers))
		sum.wageWorkers = sql.NullInt64{Int64: sum.wageWorkers.Int64 + int64(c.brings.Workers), Valid: true}
	}
}

func (f *issueFigures) flush(put func(values ...any) error) error {
	for i, month := range f.months {
		sum := &f.values[i]
		wages := sql.NullFloat64{Float64: sum.wages.Total(), Valid: sum.wageWorkers.Valid}
		if err := put(month.String(), sum.permits, sum.workers, wages, sum.wageWorkers, sum.unpriced); err != nil {
			return err
		}
	}
	f.clear()
	return nil
}

// departureFigures are the workers who were repatriated in a month.
type departureFigures struct{ byMonth[int] }

func (*departureFigures) time() string          { return "month" }
func (*departureFigures) columns() string       { return "month TEXT NOT NULL, workers INTEGER NOT NULL" }
func (f *departureFigures) add(c *permitChange) { *f.at(monthOf(c.day)) += c.brings.Workers }
func (f *departureFigures) flush(put func(values ...any) error) error {
	for i, month := range f.months {
		if err := put(month.String(), f.values[i]); err != nil {
			return err
		}
	}
	f.clear()
	return nil
}

// dayFigures are what was issued, or who was repatriated, on a day.
type dayFigures struct {
	packed.ByDay[dayFlow]
	money []packed.Money // of the day that is packed
}

type dayFlow struct {
	permits, workers int
	first            paid   // in the one currency that most days have
	more             []paid // in others
}

// paid is what some permits pay in one currency.
type paid struct {
	currency         packed.Currency
	permits, workers int
	known            bool // whether any permit pays in it
	wages            sqlite.Sum
}

func (*dayFigures) time() string    { return "year" }
func (*dayFigures) columns() string { return "year INTEGER NOT NULL, flows BLOB NOT NULL" }

func (f *dayFigures) add(c *permitChange) {
	if !c.dated {
		return
	}
	sum := f.At(c.day)
	sum.permits += c.issued
	sum.workers += c.brings.Workers
	if !c.pays {
		return
	}
	p := sum.in(c.currency)
	p.permits += c.issued
	p.workers += c.brings.Workers
	p.wages.Add(c.paid * float64(c.brings.Workers))
}

// in returns what is paid in a currency.
func (d *dayFlow) in(currency packed.Currency) *paid {
	if !d.first.known || d.first.currency == currency {
		d.first.currency, d.first.known = currency, true
		return &d.first
	}
	for i := range d.more {
		if d.more[i].currency == currency {
			return &d.more[i]
		}
	}
	d.more = append(d.more, paid{currency: currency})
	return &d.more[len(d.more)-1]
}

func (f *dayFigures) flush(put func(values ...any) error) error {
	days := func(yield func(labour.Date, *packed.Day) bool) {
		for day, sum := range f.All() {
			if !yield(day, f.pack(sum)) {
				return
			}
		}
	}
	for _, row := range packed.PackFlows(days) {
		if err := put(row.Year, row.Flows); err != nil {
			return err
		}
	}
	f.Clear()
	return nil
}

// pack puts a day's currencies in order. What it returns is good until the next day.
func (f *dayFigures) pack(d *dayFlow) *packed.Day {
	f.money = f.money[:0]
	if d.first.known {
		for _, p := range append(d.more, d.first) {
			f.money = append(f.money, packed.Money{Currency: p.currency, Permits: p.permits, Workers: p.workers, Wages: p.wages.Total()})
		}
	}
	slices.SortFunc(f.money, func(a, b packed.Money) int { return cmp.Compare(a.Currency, b.Currency) })
	return &packed.Day{Permits: d.permits, Workers: d.workers, Money: f.money}
}
