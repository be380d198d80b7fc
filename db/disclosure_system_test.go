package db_test

import (
	"math/big"
	"slices"
)

// system holds sums of unknowns that somebody knows, solved over the rationals.
type system struct {
	numbers map[string]int
	rows    [][]*big.Rat
	pivots  []int
}

func newSystem() *system { return &system{numbers: map[string]int{}} }

func (s *system) add(unknowns []string) {
	row := s.reduce(unknowns)
	if pivot := pivotOf(row); pivot >= 0 {
		s.rows, s.pivots = append(s.rows, row), append(s.pivots, pivot)
	}
}

// follows reports whether a sum of unknowns is a combination of the sums that are known.
func (s *system) follows(unknowns []string) bool { return pivotOf(s.reduce(unknowns)) < 0 }

func pivotOf(row []*big.Rat) int {
	return slices.IndexFunc(row, func(x *big.Rat) bool { return x != nil && x.Sign() != 0 })
}

func (s *system) reduce(unknowns []string) []*big.Rat {
	var row []*big.Rat
	at := func(i int) *big.Rat {
		for len(row) <= i {
			row = append(row, new(big.Rat))
		}
		return row[i]
	}
	for _, name := range unknowns {
		if _, known := s.numbers[name]; !known {
			s.numbers[name] = len(s.numbers)
		}
		at(s.numbers[name]).SetInt64(1)
	}
	for i, pivot := range s.pivots {
		if at(pivot).Sign() == 0 {
			continue
		}
		factor := new(big.Rat).Quo(row[pivot], s.rows[i][pivot])
		for j, x := range s.rows[i] {
			if x.Sign() != 0 {
				at(j).Sub(at(j), new(big.Rat).Mul(factor, x))
			}
		}
	}
	return row
}
