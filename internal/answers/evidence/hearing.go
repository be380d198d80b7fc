package evidence

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"homebound/internal/labour"
)

// hearing gathers what bears on one claim.
type hearing struct {
	*World
	claim   labour.Claim
	allowed Set
	span    labour.Period
	dated   bool

	pieces  []Piece
	said    []Interval // what each independent source leaves, bounds included
	partly  bool       // some figure testifies for a part of the claim's days alone
	eachDay bool       // some figure testifies for all of them
	years   []Interval // of a claim about every year: what each year's figure leaves
	noDay   bool
}

func (h *hearing) piece(relation Relation, o labour.Observation, conversion string) Piece {
	qualifier := o.Qualifier
	if qualifier == "" && o.Status == labour.StatusEstimated {
		qualifier = labour.About
	}
	return Piece{
		Relation: relation, Value: o.Value, ValueHigh: o.ValueHigh, Qualifier: qualifier, Unit: o.Unit, From: o.From, To: o.To,
		Source: o.Source, Indicator: o.Indicator, Region: o.Region, Conversion: conversion,
		Query: fmt.Sprintf("{ region(code: %q) { observations(indicators: [%q], from: %q, to: %q) "+
			"{ value unit from to status confidence source { title publisher url } } } }", o.Region, o.Indicator, o.From, o.To),
	}
}

// counted adds a piece that decides, and what it leaves. One that leaves every number is shown alone.
func (h *hearing) counted(p Piece, leaves Interval) {
	if leaves.Low <= 0 && math.IsInf(leaves.High, 1) {
		h.pieces = append(h.pieces, p)
		return
	}
	p.Counted = true
	h.pieces = append(h.pieces, p)
	h.said = append(h.said, leaves)
}

// alike reports whether an observation is of the people whom the claim is about.
func (h *hearing) alike(o labour.Observation) bool {
	return o.Industry == h.claim.Industry && o.Nationality == h.claim.Nationality
}

// stock gathers what bears on a head count on a day.
func (h *hearing) stock() {
	h.noDay = !h.dated || h.span.Days() > longestStock
	if !h.noDay {
		h.testimony()
		h.bounds()
	} else {
		h.shown(labour.WorkersPresentReported, 0)
	}
	h.related(relatedTo[labour.Stock], nearest)
}

// testimony hears the figures of the claim's own quantity: those of its days, else those before and after.
func (h *hearing) testimony() {
	var before, after *labour.Observation
	heard := false
	for _, o := range h.at[place{labour.WorkersPresentReported, h.claim.Region}] {
		if !h.alike(o) {
			continue
		}
		named := near(o).Clip(h.span).Days() > 0
		switch why := h.dependent(h.claim, o); {
		case named && why != "":
			h.pieces = append(h.pieces, h.piece(Related, o, why))
		case spanOf(o).Days() > longestStock:
			if named {
				h.pieces = append(h.pieces, h.piece(Related, o, "not counted: it names more than a month and so no day"))
			}
		case named:
			heard = true
			all := near(o).Clip(h.span) == h.span
			h.eachDay = h.eachDay || all
			h.partly = h.partly || !all
			h.counted(h.piece(Equal, o, ""), says(o))
		case why != "":
		case o.To < h.span.From && (before == nil || o.To > before.To):
			before = &o
		case o.From > h.span.To && (after == nil || o.From < after.From):
			after = &o
		}
	}
	if heard {
		return
	}
	pieces := make([]Piece, 0, 2)
	if before != nil {
		pieces = append(pieces, h.piece(Before, *before, ""))
	}
	if after != nil {
		pieces = append(pieces, h.piece(After, *after, ""))
	}
	if len(pieces) == 2 && after.To.Sub(before.From) <= nearest {
		low, high := says(*before), says(*after)
		h.eachDay = true
		h.said = append(h.said, Interval{min(low.Low, high.Low), max(low.High, high.High)})
		pieces[0].Counted, pieces[1].Counted = true, true
	}
	h.pieces = append(h.pieces, pieces...)
}

// bounds hears figures of a part and of the whole. A part is a region within the claim's, or one industry of all; a whole
// the other way round. An estimate of another quantity bounds nothing: it is no more than somebody's guess of that. Permits
// of all foreigners are shown, but bound no head count, for people without a permit are not among them.
func (h *hearing) bounds() {
	inside := h.within(h.claim.Region, h.span.To)
	parts := map[string]labour.Observation{}
	for _, o := range h.parts[h.claim.Nationality] {
		if spanOf(o).Days() > longestStock || !h.bounding(o) || h.alike(o) && o.Region == h.claim.Region {
			continue
		}
		sameRegion := o.Region == h.claim.Region
		part := (sameRegion || slices.Contains(inside, o.Region)) && (h.claim.Industry == "" || o.Industry == h.claim.Industry)
		whole := (sameRegion || slices.Contains(h.within(o.Region, h.span.To), h.claim.Region)) &&
			(o.Industry == "" || o.Industry == h.claim.Industry)
		if !part && !whole {
			continue
		}
		relation := LowerBound
		if whole {
			relation = UpperBound
		}
		why := h.dependent(h.claim, o)
		if why == "" && o.Status == labour.StatusEstimated {
			why = "not counted: an estimate of another quantity"
		}
		switch {
		case why != "":
			h.pieces = append(h.pieces, h.piece(relation, o, why))
		case whole:
			h.counted(h.piece(UpperBound, o, "a part is at most its whole"), Interval{0, says(o).High})
		default:
			h.counted(h.piece(LowerBound, o, "a whole is at least its parts"), Interval{says(o).Low, math.Inf(1)})
			if had, ok := parts[o.Region]; o.Industry == h.claim.Industry && (!ok || says(o).Low > says(had).Low) {
				parts[o.Region] = o
			}
		}
	}
	if sum := h.sum(parts, inside); sum > 0 {
		h.said = append(h.said, Interval{sum, math.Inf(1)})
	}
	for _, o := range h.at[place{foreignPermits, h.claim.Region}] {
		if away := o.To.Sub(h.span.To); o.Industry == "" && -nearYearEnd <= away && away <= nearYearEnd {
			h.pieces = append(h.pieces, h.piece(UpperBound, o,
				"not counted: permits of all foreigners at the end of the year; people without a permit are not among them"))
		}
	}
}

// bounding reports whether a figure is of the claim's days, or of a year's end near them.
func (h *hearing) bounding(o labour.Observation) bool {
	if near(o).Clip(h.span) == h.span {
		return true
	}
	_, month, day := o.To.Time().Date()
	away := max(o.To.Sub(h.span.From), h.span.From.Sub(o.To), o.To.Sub(h.span.To), h.span.To.Sub(o.To))
	return month == 12 && day == 31 && o.From == o.To && away <= nearYearEnd
}

// sum adds up the lowest values of parts that do not overlap: of a region and those within it the larger side counts.
func (h *hearing) sum(parts map[string]labour.Observation, regions []string) float64 {
	total := 0.0
	for _, region := range regions {
		if region == h.claim.Region {
			continue
		}
		o, has := parts[region]
		if !has || h.nested(region, parts) {
			continue
		}
		total += says(o).Low
	}
	return total
}

// nested reports whether another part holds a region.
func (h *hearing) nested(region string, parts map[string]labour.Observation) bool {
	for other := range parts {
		if other != region && slices.Contains(h.within(other, h.span.To), region) {
			return true
		}
	}
	return false
}

// peak hears the stocks of the days up to the claim's last: the peak is at least the highest of them.
func (h *hearing) peak() {
	if h.claim.From == nil {
		h.span.From = math.MinInt32
	}
	for _, o := range h.at[place{labour.WorkersPresentReported, h.claim.Region}] {
		if !h.alike(o) || spanOf(o).Clip(h.span) != spanOf(o) || spanOf(o).Days() > longestStock {
			continue
		}
		if why := h.dependent(h.claim, o); why != "" {
			h.pieces = append(h.pieces, h.piece(Related, o, why))
			continue
		}
		h.eachDay = true
		h.counted(h.piece(LowerBound, o, "a peak is at least the stock of any day"), Interval{says(o).Low, math.Inf(1)})
	}
	h.related(relatedTo[labour.Stock], nearest)
}

// related shows what is of the same subject, within so many days of the claim's.
func (h *hearing) related(indicators []string, days int) {
	for _, indicator := range indicators {
		h.shown(indicator, days)
	}
}

func (h *hearing) shown(indicator string, days int) {
	if !h.dated {
		return
	}
	span := labour.Period{From: h.span.From.AddDays(-days), To: h.span.To.AddDays(days)}
	if h.claim.Per != "" && h.claim.From == nil {
		span.From = math.MinInt32 // every year up to its last
	}
	for _, o := range h.at[place{indicator, h.claim.Region}] {
		if (o.Nationality == h.claim.Nationality || o.Nationality == "") && spanOf(o).Clip(span).Days() > 0 {
			h.pieces = append(h.pieces, h.piece(Related, o, ""))
		}
	}
}

// register hears what a register that is not synthetic says. One that is complete gives the figure itself, one that has a
// part a lower bound; of a mean a part says nothing.
func (h *hearing) register(figures []Figure) {
	mean := h.claim.Measure == labour.AverageMonthlyWage || h.claim.Measure == labour.AverageWorkersPresent
	for _, f := range figures {
		if f.Covered == labour.NotAtAll || len(f.Sources) == 0 {
			continue
		}
		p := Piece{Value: f.Value, Unit: f.Unit, From: f.Period.From, To: f.Period.To, Source: strings.Join(f.Sources, ";"),
			Region: h.claim.Region, Query: f.Query}
		own := slices.ContainsFunc(h.told(h.claim), func(c labour.Claim) bool { return slices.Contains(f.Sources, c.Source) })
		if own || f.Covered != labour.Complete && mean || h.noDay {
			p.Relation = Related
			h.pieces = append(h.pieces, p)
			continue
		}
		leaves := Interval{f.Value - f.Within, f.Value + f.Within}
		p.Relation = Equal
		var how []string
		if f.Within > 0 {
			how = append(how, fmt.Sprintf("its rows are masked, so that this is right to within about %s", number(f.Within)))
		}
		if f.Covered != labour.Complete {
			leaves.High, p.Relation = math.Inf(1), LowerBound
			how = append(how, "a register that has a part of the permits is a lower bound")
		}
		p.Conversion = strings.Join(how, "; ")
		if h.claim.Per == labour.PerYear {
			h.years = append(h.years, leaves)
			p.Counted = true
			h.pieces = append(h.pieces, p)
			continue
		}
		h.eachDay = true
		h.counted(p, leaves)
	}
}

// conclude weighs what was heard. Where a figure testifies for some of the claim's days alone, it can bear the claim out,
// for the speaker may have meant one of those; it cannot rule it out.
func (h *hearing) conclude() Check {
	c := Check{Verdict: labour.Undecided, Evidence: h.pieces, Allowed: h.allowed.Intersect(Set{counts}), Possible: reconcile(h.said)}
	switch {
	case h.claim.Per == labour.PerYear:
		c.Verdict, c.Possible = h.everyYear()
	case len(h.said) == 0:
	case c.Possible.Within(h.allowed):
		c.Verdict = labour.Consistent
	case c.Possible.Disjoint(h.allowed) && (!h.partly || h.eachDay && h.excluded()):
		c.Verdict = labour.Inconsistent
	}
	c.Explanation = h.explain(c)
	return c
}

// excluded reports whether each figure by itself rules the claim out.
func (h *hearing) excluded() bool {
	return !slices.ContainsFunc(h.said, func(i Interval) bool { return !NewSet(i).Disjoint(h.allowed) })
}

// everyYear weighs a claim that holds of each year: one year that rules it out is enough, while all of its years have to
// bear it out.
func (h *hearing) everyYear() (labour.Verdict, Set) {
	borne := 0
	for _, year := range h.years {
		switch set := NewSet(year); {
		case set.Disjoint(h.allowed):
			return labour.Inconsistent, set
		case set.Within(h.allowed):
			borne++
		}
	}
	if h.claim.From != nil && borne > 0 && borne == h.span.Count(labour.Year) {
		return labour.Consistent, NewSet(h.years...)
	}
	if len(h.years) == 0 {
		return labour.Undecided, Set{counts}
	}
	return labour.Undecided, NewSet(h.years...)
}
