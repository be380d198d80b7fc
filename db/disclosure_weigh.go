package db

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"homebound/internal/disclosure"
	"homebound/internal/labour"
)

// weigh decides what is withheld. Questions that are weighed alike read the figures once: which values there are
// depends on the dimensions and the intervals alone, and the decision on the axes that are made of these.
func (g *guard) weigh(ctx context.Context) error {
	intervals, err := g.intervals()
	if err != nil {
		return err
	}
	var figures []figure
	key := g.key(intervals)
	values, read := g.rep.release.guardedValues.get(key)
	if !read {
		if figures, err = g.read(ctx); err != nil {
			return err
		}
		values = g.valuesOf(figures)
		size := 0
		for _, list := range values {
			size += len(list)
		}
		g.rep.release.guardedValues.put(key, values, size)
	}
	for i := range g.dimensions {
		g.lay(i, values[i])
	}
	g.layTime(intervals)
	counts, days := g.tables()
	key = key.and(counts.Shape(), days.Shape())
	var known bool
	if g.decision, known = g.rep.release.decisions.get(key); known {
		return nil
	}
	if read { // for another question, and not kept
		if figures, err = g.read(ctx); err != nil {
			return err
		}
	}
	if err := g.fill(figures, counts, days); err != nil {
		return err
	}
	g.decision = decision{counts.Decision(), days.Decision()}
	g.rep.release.decisions.put(key, g.decision, g.decision.counts.Len()+g.decision.days.Len())
	return nil
}

// intervals lists those that the report's period makes of the whole time, in order.
func (g *guard) intervals() (intervals []labour.Period, err error) {
	for _, piece := range g.rep.pieces() {
		t := newTally(g.by(), piece)
		if err := t.checkSize(); err != nil {
			return nil, err
		}
		intervals = append(intervals, t.periods...)
	}
	return intervals, nil
}

// by lists the guarded dimensions.
func (g *guard) by() (by []labour.Dimension) {
	for _, d := range g.dimensions {
		by = append(by, d.by)
	}
	return by
}

// key stands for the figures that are read: they have no filter, and a district is made of regions.
func (g *guard) key(intervals []labour.Period) digest {
	text := fmt.Appendln(nil, g.family, g.by())
	for _, interval := range intervals {
		text = binary.AppendVarint(text, int64(interval.From))
		text = binary.AppendVarint(text, int64(interval.To))
	}
	return sha256.Sum256(text)
}

// figure is what one group without a filter has in one interval.
type figure struct {
	values   []string // by guarded dimension
	interval int
	Values
}

// read returns the figures of the whole release by the guarded dimensions and by the intervals that the report's
// period makes.
func (g *guard) read(ctx context.Context) (figures []figure, err error) {
	rep := g.rep
	by, intervals := g.by(), 0
	for _, piece := range rep.pieces() {
		base := &Report{Query: ReportQuery{Granularity: piece.granularity}, Period: piece.whole, BoundariesOn: rep.BoundariesOn, release: rep.release}
		t := newTally(by, piece)
		if err := base.compute(ctx, t, nil, map[labour.Family]bool{g.family: true}); err != nil {
			return nil, err
		}
		for _, group := range t.order {
			for i, cell := range group.cells {
				figures = append(figures, figure{group.values, intervals + group.first + i, cell})
			}
		}
		intervals += len(t.periods)
	}
	return figures, nil
}

// valuesOf lists the values that figures have of each dimension, in order.
func (g *guard) valuesOf(figures []figure) [][]string {
	values := make([][]string, len(g.dimensions))
	for i := range values {
		set := map[string]bool{}
		for _, f := range figures {
			set[f.values[i]] = true
		}
		values[i] = sorted(set)
	}
	return values
}

// tables returns those that the figures are weighed in, still empty: of counts, and of the stock's worker-days.
func (g *guard) tables() (counts, days *disclosure.Table) {
	least := float64(g.least)
	axes := make([]*disclosure.Axis, len(g.dimensions))
	for i, d := range g.dimensions {
		axes[i] = d.axis
	}
	time := g.flat
	if g.family == labour.Stock {
		time = g.flat.Latest()
	}
	return disclosure.NewTable(least, append(slices.Clone(axes), time)...), disclosure.NewTable(least, append(axes, g.time)...)
}

// fill weighs the figures against each other.
func (g *guard) fill(figures []figure, counts, days *disclosure.Table) error {
	last := len(g.dimensions) // the axis of time
	at := make([]int, last+1)
	for _, f := range figures {
		for i, d := range g.dimensions {
			at[i] = d.leaves[f.values[i]]
		}
		at[last] = f.interval
		switch g.family {
		case labour.IssueFlow:
			counts.Add(at, float64(f.WorkersAuthorised), float64(f.PermitsIssued))
		case labour.DepartureFlow:
			counts.Add(at, float64(f.WorkersRepatriated), 0)
		case labour.Stock:
			counts.Add(at, float64(f.WorkersPresent), 0)
			days.Add(at, float64(f.WorkerDays), 0)
		}
		if counts.Len() > maxGuarded || days.Len() > maxGuarded {
			return labour.Faultf(labour.LimitExceeded,
				"The report has more than %d cells to weigh against each other for small counts; group or filter by fewer dimensions, or take a coarser granularity.", maxGuarded)
		}
	}
	counts.Withhold()
	days.Withhold()
	// In so few days, the last day's stock follows from the worker-days and the peak.
	disclosure.Link(counts, days, func(members []int) bool { return g.time.Weight(members[last]) <= 2 })
	return nil
}
