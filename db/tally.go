package db

import (
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

// tally collects a report's figures: for each group a run of periods, from the first to the last that a register row
// touches. Periods between them are zero, and a zero is a finding.
type tally struct {
	dimensions []labour.Dimension
	periods    []labour.Period
	groups     map[string]*group
	order      []*group
	cells      int
	closed     bool   // no further cell comes up: figures of others are dropped
	dropped    Values // where they go
	cut        bool   // into calendar units; else there is one period, the whole
}

type group struct {
	values []string // by dimension
	first  int      // number of the period of cells[0]
	cells  []Values
}

func newTally(dimensions []labour.Dimension, periods calendar) *tally {
	t := &tally{dimensions: dimensions, groups: map[string]*group{}, cut: periods.granularity != ""}
	if periods.count() <= maxCells {
		t.periods = periods.split()
	} else {
		t.cells = periods.count()
	}
	if len(dimensions) == 0 && periods.granularity == "" {
		t.cell(t.group(nil), 0) // one row always, even where it counts nothing
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
		if t.closed {
			return &group{}
		}
		g = &group{values: append([]string(nil), values...)}
		t.groups[key] = g
		t.order = append(t.order, g)
	}
	return g
}

// cell returns the group's figures in a period, and fills the periods between it and those it has.
func (t *tally) cell(g *group, period int) *Values {
	switch {
	case t.closed && (period < g.first || period >= g.first+len(g.cells)):
		t.dropped = Values{}
		return &t.dropped
	case len(g.cells) == 0:
		g.first = period
		g.cells = t.empty(period, period+1)
	case period < g.first:
		g.cells = append(t.empty(period, g.first), g.cells...)
		g.first = period
	case period >= g.first+len(g.cells):
		g.cells = append(g.cells, t.empty(g.first+len(g.cells), period+1)...)
	}
	return &g.cells[period-g.first]
}

// empty returns the figures of the periods from first until before end, all zero.
func (t *tally) empty(first, end int) []Values {
	t.cells += end - first
	cells := make([]Values, end-first)
	for i := range cells {
		cells[i].Days = t.periods[first+i].Days()
		cells[i].PeakOn = t.periods[first+i].From
	}
	return cells
}

// rows lists every cell as a row.
func (t *tally) rows() []ReportRow {
	rows := make([]ReportRow, 0, t.cells)
	for _, g := range t.order {
		values := make(map[labour.Dimension]string, len(t.dimensions))
		for i, d := range t.dimensions {
			values[d] = g.values[i]
		}
		for i, cell := range g.cells {
			rows = append(rows, ReportRow{Group: values, Period: t.periods[g.first+i], Values: cell})
		}
	}
	return rows
}
