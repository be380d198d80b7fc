package impact

import (
	"context"
	"fmt"
	"math"

	"homebound/internal/labour"
)

// stretch is a run of days of one calendar year on which nothing changes.
type stretch struct {
	labour.Period
	departed float64
	output   float64 // of average workers, in currency a day
	unknown  bool    // a figure that output needs is missing
}

// departures follows the stock day by day and lays what is gone on the cells.
type departures struct {
	scenario Scenario
	values   *valuer

	cells    []Cell
	index    map[Cell]int
	baseline []float64 // stock by cell on the baseline; a cell that is not in it yet had nobody
	present  []float64 // stock by cell on the day that has been reached

	stretches   []stretch
	workerYears []yearAccount // in the order of years
}

// yearAccount is what one calendar year of the horizon has cost, by cell.
type yearAccount struct {
	year   int
	cells  []float64 // worker-years
	output []worth   // of one worker-year, asked for once it matters
}

type worth struct {
	asked, known bool
	perYear      float64
}

// follow reads the levels and accounts for every day of the horizon. It returns the error of the levels or of the
// context, and an error for levels that are out of order or no head count.
func (d *departures) follow(ctx context.Context) error {
	s := d.scenario
	reached, baselined := labour.Date(math.MinInt32), false
	from := s.From // the first day not accounted for
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
		return nil
	}
	if d.values.facts.Levels != nil {
		for level, err := range d.values.facts.Levels {
			switch {
			case err != nil:
				return fmt.Errorf("economic model: levels: %w", err)
			case level.On < reached:
				return fmt.Errorf("economic model: levels: %s comes after %s, expected the order of days", level.On,
					reached)
			case !(level.Workers >= 0) || math.IsInf(level.Workers, 1):
				return fmt.Errorf("economic model: levels: %v workers in %s on %s, expected 0 or more", level.Workers,
					level.Cell.Region, level.On)
			}
			if level.On > s.To {
				break
			}
			if level.On > reached {
				if err := settle(level.On - 1); err != nil {
					return err
				}
				reached = level.On
			}
			d.set(level)
		}
	}
	return settle(s.To)
}

func (d *departures) set(l Level) {
	i, ok := d.index[l.Cell]
	if !ok {
		i = len(d.cells)
		d.index[l.Cell] = i
		d.cells = append(d.cells, l.Cell)
		d.present = append(d.present, 0)
	}
	d.present[i] = l.Workers
}

// account adds the days of p, on which the stock is what present says.
func (d *departures) account(p labour.Period) {
	departed, falls := d.gone()
	for _, days := range p.Split(labour.Year) {
		part := stretch{Period: days, departed: departed}
		if departed > 0 {
			d.lay(&part, falls)
		}
		d.stretches = append(d.stretches, part)
	}
}

// gone returns how many have departed, less the stayers, and the sum of the falls of the cells that have fallen.
func (d *departures) gone() (departed, falls float64) {
	total := 0.0
	for i, now := range d.present {
		fall := d.before(i) - now
		total += fall
		falls += max(0, fall)
	}
	return max(0, total-float64(d.scenario.Stayers)), falls
}

func (d *departures) before(cell int) float64 {
	if cell < len(d.baseline) {
		return d.baseline[cell]
	}
	return 0
}

// lay spreads a stretch's departures over the cells in proportion to their falls, which sum to falls.
func (d *departures) lay(part *stretch, falls float64) {
	account := d.accountOf(part.From.Year())
	days, inYear := float64(part.Days()), float64(labour.DaysInYear(account.year))
	for i, now := range d.present {
		fall := d.before(i) - now
		if fall <= 0 {
			continue
		}
		perDay := part.departed * (fall / falls) / inYear
		account.cells[i] += perDay * days
		output := &account.output[i]
		if !output.asked {
			output.asked = true
			output.perYear, output.known = d.values.productivity(d.cells[i], account.year)
		}
		part.output += perDay * output.perYear
		part.unknown = part.unknown || !output.known
	}
}

// accountOf returns the account of a year, long enough for every cell known so far.
func (d *departures) accountOf(year int) *yearAccount {
	if n := len(d.workerYears); n == 0 || d.workerYears[n-1].year != year {
		d.workerYears = append(d.workerYears, yearAccount{year: year})
	}
	account := &d.workerYears[len(d.workerYears)-1]
	for len(account.cells) < len(d.cells) {
		account.cells = append(account.cells, 0)
		account.output = append(account.output, worth{})
	}
	return account
}
