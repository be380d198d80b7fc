package evidence

import (
	"fmt"
	"slices"
	"strings"

	"homebound/internal/labour"
)

// explain writes the verdict as sentences for readers: what was said, what it was held against by whom, and where nothing
// is decided, what would decide.
func (h *hearing) explain(c Check) string {
	said := fmt.Sprintf("The claim says %s.", h.quantity())
	switch c.Verdict {
	case labour.Consistent:
		return said + " " + h.list(counted) + " That agrees."
	case labour.Inconsistent:
		return said + " " + h.list(counted) + " That is another number."
	}
	parts := []string{said}
	if h.noDay {
		parts = append(parts, "It names a span and no day, while a number of people is of one day.")
	}
	if text := h.list(counted); text != "" {
		parts = append(parts, text+" That leaves it open.")
	}
	if text := h.list(neighbour); text != "" {
		parts = append(parts, text+" That is too far from its day to decide.")
	}
	if text := h.list(excludedPiece); text != "" {
		parts = append(parts, text)
	}
	if text := h.list(comparison); text != "" {
		parts = append(parts, text+" What everybody earns on average is shown beside it and decides nothing.")
	}
	if n := h.count(beside); n > 0 {
		parts = append(parts, shownBeside(n))
	}
	return strings.Join(append(parts, h.wouldDecide()), " ")
}

func shownBeside(n int) string {
	if n == 1 {
		return "One figure of another kind is shown beside it and decides nothing."
	}
	return fmt.Sprintf("%d figures of other kinds are shown beside it and decide nothing.", n)
}

func counted(p Piece) bool       { return p.Counted }
func neighbour(p Piece) bool     { return !p.Counted && (p.Relation == Before || p.Relation == After) }
func excludedPiece(p Piece) bool { return !p.Counted && strings.HasPrefix(p.Conversion, "not counted") }

func comparison(p Piece) bool {
	return !p.Counted && p.Relation == Related && p.Conversion != "" && !excludedPiece(p)
}
func beside(p Piece) bool {
	return !p.Counted && !neighbour(p) && !excludedPiece(p) && !comparison(p)
}

func (h *hearing) count(keep func(Piece) bool) int {
	n := 0
	for _, p := range h.pieces {
		if keep(p) {
			n++
		}
	}
	return n
}

// mostListed bounds how many figures a sentence names; all are in the evidence.
const mostListed = 3

// list says what the pieces have that keep takes, each with its source and days.
func (h *hearing) list(keep func(Piece) bool) string {
	var texts []string
	for _, p := range h.pieces {
		if keep(p) {
			texts = append(texts, h.tell(p))
		}
	}
	if len(texts) == 0 {
		return ""
	}
	if more := len(texts) - mostListed; more > 0 {
		texts = append(texts[:mostListed], fmt.Sprintf("%d more", more))
	}
	return strings.Join(texts, "; ") + "."
}

func (h *hearing) tell(p Piece) string {
	var sources []string
	for id := range strings.SplitSeq(p.Source, ";") {
		sources = append(sources, named(h.words.Source, id))
	}
	text := fmt.Sprintf("%s has %s %s", strings.Join(sources, " and "), phrase(p.Qualifier, p.Value, p.ValueHigh), readable(p.Unit))
	if p.Region != h.claim.Region {
		text += " in " + named(h.words.Region, p.Region)
	}
	text += " " + daysOf(labour.Period{From: p.From, To: p.To})
	if p.Conversion != "" {
		text += " (" + p.Conversion + ")"
	}
	return text
}

// quantity says what the claim claims, of whom, where and when.
func (h *hearing) quantity() string {
	c := h.claim
	unit := readable(c.Unit)
	if c.Per == labour.PerYear {
		unit = strings.TrimSuffix(unit, " per year")
	}
	text := phrase(c.Operator, *c.ValueLow, c.ValueHigh) + " " + unit
	if c.Unit == "ratio" {
		text = "a wage of " + strings.Replace(text, " 1 times the average", " the average", 1)
	}
	if c.Measure == labour.PeakWorkersPresent {
		text += " at the highest"
	}
	if c.Region != "" {
		text += " in " + named(h.words.Region, c.Region)
	}
	switch {
	case c.Per == labour.PerYear:
		text += " in every year"
	case c.Measure == labour.PeakWorkersPresent && c.From == nil && c.To != nil:
		text += " on some day up to " + c.To.String()
	case h.dated:
		text += " " + daysOf(h.span)
	}
	return text
}

// readable writes a unit in words.
func readable(unit string) string {
	if unit == "ratio" {
		return "times the average"
	}
	return strings.ReplaceAll(unit, "_", " ")
}

// daysOf says when: on 2017-12-31, in 2017 or from 2018-01-01 to 2018-06-30.
func daysOf(p labour.Period) string {
	label := p.Key()
	from, to, two := strings.Cut(label, "/")
	switch {
	case two:
		return "from " + from + " to " + to
	case p.From == p.To:
		return "on " + label
	}
	return "in " + label
}

// wouldDecide says what data would decide the claim.
func (h *hearing) wouldDecide() string {
	info, _ := h.claim.Measure.Info()
	switch {
	case h.claim.Measure == labour.AverageMonthlyWage && h.claim.Nationality != "":
		return "A wage of the same people, place and time by an independent source would decide; an average of all people is not theirs."
	case h.claim.CompareWith != "":
		return "A figure of exactly that period by an independent source would decide."
	case h.claim.Measure == labour.PeakWorkersPresent:
		return "A complete register of permits would decide, or an independent count of one day above the claim."
	case h.noDay:
		return "The day that was meant, and an independent count of that day, would decide."
	case info.Family == labour.Stock:
		return "An independent count of a day within a week of it, or a complete register of permits, would decide."
	case info.Family == labour.DepartureFlow:
		return "A complete register of repatriations would decide."
	}
	return "A complete register of permits would decide; visas, quotas and authorisations are no permits."
}

// Sorted returns the pieces as readers want them: those that count first, then by day.
func Sorted(pieces []Piece) []Piece {
	sorted := slices.Clone(pieces)
	slices.SortStableFunc(sorted, func(a, b Piece) int {
		if a.Counted != b.Counted {
			if a.Counted {
				return -1
			}
			return 1
		}
		return slices.Index(Relations, a.Relation) - slices.Index(Relations, b.Relation)
	})
	return sorted
}
