package db

import "math"

// compensated sums up as SQLite's SUM does (Kahan, Babuška, Neumaier), so that the sum does not depend on the order.
type compensated struct{ sum, lost float64 }

func (s *compensated) add(v float64) {
	t := s.sum + v
	if math.Abs(s.sum) > math.Abs(v) {
		s.lost += (s.sum - t) + v
	} else {
		s.lost += (v - t) + s.sum
	}
	s.sum = t
}

func (s *compensated) total() float64 { return s.sum + s.lost }
