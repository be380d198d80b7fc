package sqlite

import "math"

// Sum adds up as SQLite's SUM does, so that a sum made in Go is the sum that SQL would give.
//
// Adding many numbers one after another loses the last digits of each, and how many depends on their order. The sum
// therefore keeps what each addition lost in a number of its own, and adds it at the end: the compensated summation of
// Kahan and Babuška in Neumaier's form. For the amounts of a register the total is then the same in every order.
type Sum struct{ sum, lost float64 }

// Add adds a number.
func (s *Sum) Add(v float64) {
	t := s.sum + v
	if math.Abs(s.sum) > math.Abs(v) {
		s.lost += (s.sum - t) + v
	} else {
		s.lost += (v - t) + s.sum
	}
	s.sum = t
}

// Total returns the sum of all that was added.
func (s *Sum) Total() float64 { return s.sum + s.lost }
