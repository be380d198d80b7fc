package labour

import "fmt"

// CheckMembership says what is wrong with adding m to memberships that fit together, or "": a region has at most one
// parent on any day, and no region lies within itself on any day.
func CheckMembership(have []Membership, m Membership) string {
	span := m.span()
	for _, other := range have {
		if other.Code == m.Code && span.Clip(other.span()).Days() > 0 {
			return fmt.Sprintf("expected one parent of %s on any day, found %s and %s from %s",
				m.Code, other.Parent, m.Parent, boundary(span.Clip(other.span()).From))
		}
	}
	parents := map[string][]Membership{}
	for _, other := range have {
		parents[other.Code] = append(parents[other.Code], other)
	}
	if closesCircle(parents, m.Code, m.Parent, span, len(have)+1) {
		return fmt.Sprintf("expected regions that do not contain themselves, found %s above %s already", m.Code,
			m.Parent)
	}
	return ""
}

// closesCircle climbs from a region through every parent that it has within span, and looks for code.
func closesCircle(parents map[string][]Membership, code, from string, span Period, steps int) bool {
	if from == code {
		return true
	}
	for _, m := range parents[from] {
		if part := span.Clip(m.span()); steps > 0 && part.Days() > 0 &&
			closesCircle(parents, code, m.Parent, part, steps-1) {
			return true
		}
	}
	return false
}

var firstDay, lastDay = NewDate(1, 1, 1), NewDate(9999, 12, 31)

func (m Membership) span() Period {
	p := Period{firstDay, lastDay}
	if m.ValidFrom != nil {
		p.From = *m.ValidFrom
	}
	if m.ValidTo != nil {
		p.To = *m.ValidTo
	}
	return p
}

func boundary(d Date) string {
	if d == firstDay {
		return "the beginning"
	}
	return d.String()
}
