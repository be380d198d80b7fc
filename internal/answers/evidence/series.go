package evidence

import (
	"cmp"
	"fmt"
	"slices"

	"homebound/internal/labour"
)

// Days over which reported figures are carried.
const (
	joined = 400 // between two figures that a straight line joins
	held   = 31  // before and after a run of joined figures
)

// Point is a figure that a State reported of one day.
type Point struct {
	On     labour.Date
	Value  float64
	Source string
}

// Reported is a State's stock of workers as it reported it, in the order of days, each day once.
type Reported []Point

// Stock is how many workers were there on a day. Where it is not Known, Value means nothing.
type Stock struct {
	Value         float64
	Known         bool
	Partial       bool   // a lower bound: no status follows from it
	Flat          bool   // held from the nearest figure, which is of another day
	Before, After *Point // the figures that it lies between; both the same where it is of that very day
}

// NewReported joins what a State reported of one nationality: its own figures, and those in its midterm and final reports.
// A figure of several days is of the last of them; one of more than a month is of no day, but none at all is none on each.
// Of several figures of one day the one of highest confidence counts, then that of the first source.
func NewReported(observations []labour.Observation, reports []labour.MemberStateReport) Reported {
	type ranked struct {
		Point
		rank int
	}
	var all []ranked
	add := func(on labour.Date, value float64, source string, rank int) {
		all = append(all, ranked{Point{on, value, source}, rank})
	}
	for _, o := range observations {
		if o.Indicator != labour.WorkersPresentReported || o.Industry != "" || o.Status == labour.StatusMissing {
			continue
		}
		switch {
		case spanOf(o).Days() <= longestStock:
			add(o.To, o.Value, o.Source, o.Confidence.Rank())
		case o.Value == 0:
			add(o.From, 0, o.Source, o.Confidence.Rank())
			add(o.To, 0, o.Source, o.Confidence.Rank())
		}
	}
	for _, r := range reports {
		if r.Kind == labour.OtherReport {
			continue
		}
		if r.Baseline != nil && r.BaselineOn != nil {
			add(*r.BaselineOn, *r.Baseline, r.Source, 10+r.Confidence.Rank()) // after any observation of that day
		}
		if r.Remaining != nil && r.AsOf != nil {
			add(*r.AsOf, *r.Remaining, r.Source, 10+r.Confidence.Rank())
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		return cmp.Or(a.On.Sub(b.On), a.rank-b.rank, cmp.Compare(a.Source, b.Source))
	})
	var series Reported
	for _, p := range all {
		if last := len(series) - 1; last < 0 || series[last].On != p.On {
			series = append(series, p.Point)
		}
	}
	return series
}

// At returns the stock on a day: on a straight line between two figures at most 400 days apart, unknown across longer gaps,
// but held flat for up to 31 days before and after a run of joined figures. A reported 0 stays 0 until a later figure.
func (r Reported) At(d labour.Date) Stock {
	i, exact := slices.BinarySearchFunc(r, d, func(p Point, d labour.Date) int { return p.On.Sub(d) })
	if exact {
		return Stock{Value: r[i].Value, Known: true, Before: &r[i], After: &r[i]}
	}
	var s Stock
	if i > 0 {
		s.Before = &r[i-1]
	}
	if i < len(r) {
		s.After = &r[i]
	}
	switch b, a := s.Before, s.After; {
	case b != nil && b.Value == 0:
		s.Known, s.After = true, nil
	case b != nil && a != nil && a.On.Sub(b.On) <= joined:
		share := float64(d.Sub(b.On)) / float64(a.On.Sub(b.On))
		s.Value, s.Known = b.Value+share*(a.Value-b.Value), true
	case b != nil && d.Sub(b.On) <= held:
		s.Value, s.Known, s.Flat, s.After = b.Value, true, true, nil
	case a != nil && a.On.Sub(d) <= held:
		s.Value, s.Known, s.Flat, s.Before = a.Value, true, true, nil
	}
	return s
}

// neighbours names the figures that a stock lies between.
func (s Stock) neighbours() string {
	tell := func(p *Point) string { return fmt.Sprintf("%s on %s", number(p.Value), p.On) }
	switch {
	case s.Before == nil && s.After == nil:
		return "no figure is known"
	case s.After == nil:
		return "the last figure known is " + tell(s.Before)
	case s.Before == nil:
		return "the first figure known is " + tell(s.After)
	case s.Before.On == s.After.On:
		return "the figure is " + tell(s.Before)
	}
	return "the figures either side are " + tell(s.Before) + " and " + tell(s.After)
}
