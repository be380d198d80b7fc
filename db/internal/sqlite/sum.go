package sqlite

import "math"

// Sum adds up as SQLite's SUM does (Kahan, Babuška, Neumaier), so that the sum does not depend on the order.
type Sum struct{ sum, lost float64 }

func (s *Sum) Add(v float64) {
	t := s.sum + v
	if math.Abs(s.sum) > math.Abs(v) {
		s.lost += (s.sum - t) + v
	} else {
		s.lost += (v - t) + s.sum
	}
	s.sum = t
}

func (s *Sum) Total() float64 { return s.sum + s.lost }
