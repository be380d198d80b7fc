package build

import (
	"database/sql"
	"maps"
	"slices"

	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// stockFigures are how many workers more are present, and permits more in force, from a day on.
type stockFigures map[labour.Date]packed.Change

func (stockFigures) time() string { return "year" }
func (stockFigures) columns() string {
	return "year INTEGER NOT NULL, until INTEGER NOT NULL, changes BLOB NOT NULL"
}

func (f stockFigures) add(c *permitChange) {
	if !c.inForce() {
		return
	}
	sum := f[c.first]
	f[c.first] = packed.Change{Workers: sum.Workers + c.brings.Workers, Permits: sum.Permits + c.brings.Permits}
	if day, ends := c.ends(); ends {
		sum = f[day]
		f[day] = packed.Change{Workers: sum.Workers - c.brings.Workers, Permits: sum.Permits - c.brings.Permits}
	}
}

func (f stockFigures) flush(put func(values ...any) error) error {
	for _, row := range packed.PackYears(f) {
		if err := put(row.Year, row.Until, row.Changes); err != nil {
			return err
		}
	}
	clear(f)
	return nil
}

// issueFigures are what was issued in a month, such as 2017-12.
type issueFigures map[string]*issued

type issued struct {
	permits, workers int
	wages            sqlite.Sum
	wageWorkers      sql.NullInt64 // whose wage is known
	unpriced         int           // permits
}

func (issueFigures) time() string { return "month" }
func (issueFigures) columns() string {
	return "month TEXT NOT NULL, permits INTEGER NOT NULL, workers INTEGER NOT NULL, wage_total REAL, wage_workers INTEGER, unpriced INTEGER NOT NULL"
}

func (f issueFigures) add(c *permitChange) {
	if c.month == "" {
		return
	}
	sum, known := f[c.month]
	if !known {
		sum = &issued{}
		f[c.month] = sum
	}
	sum.permits += c.issued
	sum.workers += c.brings.Workers
	if c.unpriced {
		sum.unpriced++
	}
	if c.wage != nil {
		sum.wages.Add(*c.wage * float64(c.brings.Workers))
		sum.wageWorkers = sql.NullInt64{Int64: sum.wageWorkers.Int64 + int64(c.brings.Workers), Valid: true}
	}
}

func (f issueFigures) flush(put func(values ...any) error) error {
	for _, month := range slices.Sorted(maps.Keys(f)) {
		sum := f[month]
		wages := sql.NullFloat64{Float64: sum.wages.Total(), Valid: sum.wageWorkers.Valid}
		if err := put(month, sum.permits, sum.workers, wages, sum.wageWorkers, sum.unpriced); err != nil {
			return err
		}
	}
	clear(f)
	return nil
}

// departureFigures are the workers who were repatriated in a month.
type departureFigures map[string]int

func (departureFigures) time() string          { return "month" }
func (departureFigures) columns() string       { return "month TEXT NOT NULL, workers INTEGER NOT NULL" }
func (f departureFigures) add(c *permitChange) { f[c.month] += c.brings.Workers }
func (f departureFigures) flush(put func(values ...any) error) error {
	for _, month := range slices.Sorted(maps.Keys(f)) {
		if err := put(month, f[month]); err != nil {
			return err
		}
	}
	clear(f)
	return nil
}

// dayFigures are what was issued, or who was repatriated, on a day.
type dayFigures map[labour.Date]*dayFlow

type dayFlow struct {
	packed.Flow
	wages sqlite.Sum
}

func (dayFigures) time() string    { return "year" }
func (dayFigures) columns() string { return "year INTEGER NOT NULL, days BLOB NOT NULL" }

func (f dayFigures) add(c *permitChange) {
	if c.month == "" {
		return
	}
	sum := f[c.day]
	if sum == nil {
		sum = &dayFlow{}
		f[c.day] = sum
	}
	row := packed.Flow{Permits: c.issued, Workers: c.brings.Workers}
	if c.unpriced {
		row.Unpriced = 1
	}
	if c.wage != nil {
		row.WageWorkers = row.Workers
		sum.wages.Add(*c.wage * float64(row.Workers))
	}
	sum.Add(row)
}

func (f dayFigures) flush(put func(values ...any) error) error {
	days := make(map[labour.Date]packed.Flow, len(f))
	for day, sum := range f {
		sum.Wages = sum.wages.Total()
		days[day] = sum.Flow
	}
	for _, row := range packed.PackFlows(days) {
		if err := put(row.Year, row.Days); err != nil {
			return err
		}
	}
	clear(f)
	return nil
}
