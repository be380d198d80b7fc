package impact

import (
	"context"
	"fmt"
	"math"

	"homebound/internal/labour"
)

// maxCells bounds the memory of one question: stretches of days by cells.
const maxCells = 20_000_000

// stretch is a run of days of one calendar year on which nothing changes.
type stretch struct {
	labour.Period
	year     int
	departed float64   // of all cells, before stayers and factors
	gone     []float64 // departed by cell, for the cells known on these days; nil where nobody has departed
}

// of returns how many have departed from a cell.
func (s *stretch) of(cell int) float64 {
	if cell < len(s.gone) {
		return s.gone[cell]
	}
	return 0
}

// stock is what has gone since the baseline, day by day and cell by cell.
type stock struct {
	cells     []Cell
	baseline  []float64 // by cell; a cell that is not in it yet had nobody
	stretches []stretch // from the baseline to the end of the horizon, in order and without a gap

	index   map[Cell]int
	present []float64 // by cell on the day that has been reached
	size    int
	unit    labour.Granularity // what a stretch is at most
}

// follow reads the levels and accounts for every day from the baseline to the end of the horizon. It returns the error of
// the levels or of the context, and an error for levels that are out of order or no head count.
func follow(ctx context.Context, s Scenario, f Facts) (*stock, error) {
	d := &stock{index: map[Cell]int{}, unit: labour.Year}
	if s.FadeOut {
		d.unit = labour.Day
	}
	reached, baselined := labour.Date(math.MinInt32), false
	from := s.Baseline // the first day not accounted for
	// settle accounts for the days before a change, or up to the end of the horizon.
	settle := func(until labour.Date) error {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("economic model: %w", err)
		}
		if !baselined && until >= s.Baseline {
			d.baseline, baselined = append([]float64(nil), d.present...), true
		}
		if from <= until {
			d.account(labour.Period{From: from, To: until})
			from = until + 1
		}
		if d.size > maxCells {
			return labour.Faultf(labour.LimitExceeded,
				"scenario: expected at most %d changes by cells of a stock, found more; ask about a shorter horizon.", maxCells)
		}
		return nil
	}
	if f.Levels == nil {
		return d, settle(s.To)
	}
	for level, err := range f.Levels {
		switch {
		case err != nil:
			return nil, fmt.Errorf("economic model: levels: %w", err)
		case level.On < reached:
			return nil, fmt.Errorf("economic model: levels: %s comes after %s, expected the order of days", level.On, reached)
		case !(level.Workers >= 0) || math.IsInf(level.Workers, 1):
			return nil, fmt.Errorf("economic model: levels: %v workers in %s on %s, expected 0 or more", level.Workers,
				level.Cell.Region, level.On)
		}
		if level.On > s.To {
			break
		}
		if level.On > reached {
			if err := settle(level.On - 1); err != nil {
				return nil, err
			}
			reached = level.On
		}
		d.set(level)
	}
	return d, settle(s.To)
}

func (d *stock) set(l Level) {
	i, ok := d.index[l.Cell]
	if !ok {
		i = len(d.cells)
		d.index[l.Cell] = i
		d.cells = append(d.cells, l.Cell)
		d.present = append(d.present, 0)
	}
	d.present[i] = l.Workers
}

func (d *stock) before(cell int) float64 {
	if cell < len(d.baseline) {
		return d.baseline[cell]
	}
	return 0
}

// account adds the days of p, on which the stock is what present says: the fall of the whole is laid on the cells in
// proportion to their own falls.
func (d *stock) account(p labour.Period) {
	total, falls := 0.0, 0.0
	for i, now := range d.present {
		fall := d.before(i) - now
		total += fall
		falls += max(0, fall)
	}
	departed := max(0, total)
	if departed < 1e-9*falls { // what cancels out is nobody, and no rest of rounding
		departed = 0
	}
	var gone []float64
	if departed > 0 {
		gone = make([]float64, len(d.present))
		for i, now := range d.present {
			gone[i] = departed * (max(0, d.before(i)-now) / falls)
		}
		d.size += len(gone)
	}
	for _, days := range p.Split(d.unit) {
		d.stretches = append(d.stretches, stretch{days, days.From.Year(), departed, gone})
	}
}
