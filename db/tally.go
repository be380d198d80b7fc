package db

import (
	"slices"
	"strings"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// calendar cuts a period into numbered calendar units, or leaves it whole where granularity is "".
type calendar struct {
	whole       labour.Period
	granularity labour.Granularity
}

// count returns the number of units.
func (c calendar) count() int {
	if c.granularity == "" {
		return 1
	}
	return c.whole.Count(c.granularity)
}

// split lists the units in order, the first and the last clipped to the whole.
func (c calendar) split() []labour.Period {
	if c.granularity == "" {
		return []labour.Period{c.whole}
	}
	return c.whole.Split(c.granularity)
}

// tally collects a report's figures: every period for each group that has a register row in any. Without dimensions
// the whole is a group, even where it has none. A zero is a finding.
type tally struct {
	dimensions []labour.Dimension
	periods    []labour.Period
	groups     map[string]*group
	order      []*group
	cells      int
	cut        bool // into calendar units; else there is one period, the whole
}

type group struct {
	values []string // by dimension
	cells  []Values // by period
}

func newTally(dimensions []labour.Dimension, periods calendar) *tally {
	t := &tally{dimensions: dimensions, groups: map[string]*group{}, cut: periods.granularity != ""}
	if periods.count() <= maxCells {
		t.periods = periods.split()
	} else {
		t.cells = periods.count()
	}
	if len(dimensions) == 0 {
		t.group(nil)
	}
	return t
}

// checkSize returns a Fault with LimitExceeded where the report has outgrown what one report may hold.
func (t *tally) checkSize() error {
	if t.cells > maxCells {
		return tooLarge()
	}
	return nil
}

func tooLarge() error {
	return labour.Faultf(labour.LimitExceeded,
		"The report has more than %d rows, groups times periods: expected at most %d; narrow the filter or take a coarser granularity.", maxCells, maxCells)
}

// group returns the group of some values, which the caller may use again.
func (t *tally) group(values []string) *group {
	key := strings.Join(values, sqlite.FieldEnd)
	g, ok := t.groups[key]
	if !ok {
		g = &group{values: slices.Clone(values), cells: make([]Values, len(t.periods))}
		for i, p := range t.periods {
			g.cells[i].Days, g.cells[i].PeakOn = p.Days(), p.From
		}
		t.cells += len(t.periods)
		t.groups[key] = g
		t.order = append(t.order, g)
	}
	return g
}

// has reports whether a group has come up.
func (t *tally) has(values []string) bool {
	return t.groups[strings.Join(values, sqlite.FieldEnd)] != nil
}

// periodOf returns the number of the period that a day lies in.
func (t *tally) periodOf(day labour.Date) int {
	if !t.cut {
		return 0
	}
	number, _ := slices.BinarySearchFunc(t.periods, day, func(p labour.Period, day labour.Date) int {
		return int(p.To) - int(day)
	})
	return number
}

// rows lists every cell as a row, in the order of groups and then of periods.
func (t *tally) rows() []ReportRow {
	slices.SortFunc(t.order, func(a, b *group) int {
		return slices.CompareFunc(a.values, b.values, func(x, y string) int {
			if (x == "") != (y == "") {
				return strings.Compare(y, x) // those without one come last
			}
			return strings.Compare(x, y)
		})
	})
	rows := make([]ReportRow, 0, t.cells)
	for _, g := range t.order {
		values := make(map[labour.Dimension]string, len(t.dimensions))
		for i, d := range t.dimensions {
			values[d] = g.values[i]
		}
		for i, cell := range g.cells {
			rows = append(rows, ReportRow{Group: values, Period: t.periods[i], Values: cell})
		}
	}
	return rows
}
