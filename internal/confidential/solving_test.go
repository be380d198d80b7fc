package confidential

import "math/rand/v2"

// attack works the figures of some cells out.
type attack func(ask server, targets []cell, random *rand.Rand) map[cell]float64

func (c cell) has(p permit) bool { return p.region == c.region && p.month == c.month }

// reading takes the figures as they are shown.
func reading(ask server, targets []cell, _ *rand.Rand) map[cell]float64 {
	found := map[cell]float64{}
	for _, c := range targets {
		found[c] = ask(c.has)
	}
	return found
}

// soFar subtracts two totals from the beginning through a month, in the region.
func soFar(ask server, targets []cell, _ *rand.Rand) map[cell]float64 {
	found := map[cell]float64{}
	for _, c := range targets {
		through := func(month int) float64 {
			return ask(func(p permit) bool { return p.region == c.region && p.month <= month })
		}
		found[c] = through(c.month) - through(c.month-1)
	}
	return found
}

// complement subtracts from everything all but the cell.
func complement(ask server, targets []cell, _ *rand.Rand) map[cell]float64 {
	found := map[cell]float64{}
	all := ask(func(permit) bool { return true })
	for _, c := range targets {
		found[c] = all - ask(func(p permit) bool { return !c.has(p) })
	}
	return found
}

// averaging asks for many different sets of rows with and without the cell, and takes the mean of the differences:
// Asghar and Kaafar's attack.
func averaging(questions int) attack {
	return func(ask server, targets []cell, random *rand.Rand) map[cell]float64 {
		found := map[cell]float64{}
		for _, c := range targets {
			sum := 0.0
			for range questions / 2 {
				chosen, from := random.Uint64(), c.month-1-random.IntN(12)
				set := func(p permit) bool {
					return !c.has(p) && p.month >= from && p.month <= c.month && chosen>>(p.region*3+p.nationality)&1 == 1
				}
				sum += ask(func(p permit) bool { return c.has(p) || set(p) }) - ask(set)
			}
			found[c] = sum / float64(questions/2)
		}
		return found
	}
}

// groupings asks for the targets' months by region, nationality and industry, each alone and with others, alone and
// cumulated, and solves all answers jointly by least squares.
func groupings(ask server, targets []cell, _ *rand.Rand) map[cell]float64 {
	found := map[cell]float64{}
	byMonth := map[int][]cell{}
	for _, c := range targets {
		byMonth[c.month] = append(byMonth[c.month], c)
	}
	for month, some := range byMonth {
		const unknowns = regions*3*4 + 1 // what was issued of each kind in the month, and everything before
		at := func(region, nationality, industry int) int { return (region*3+nationality)*4 + industry }
		normal, right := make([][]float64, unknowns), make([]float64, unknowns)
		for i := range normal {
			normal[i] = make([]float64, unknowns)
			normal[i][i] = 1e-6 // where the answers leave something open
		}
		before := func(p permit) bool { return p.month < month }
		for _, cumulated := range []bool{false, true} {
			for grouped := range 8 {
				for region := range regions {
					for nationality := range 3 {
						for industry := range 4 {
							if grouped&1 == 0 && region > 0 || grouped&2 == 0 && nationality > 0 || grouped&4 == 0 && industry > 0 {
								continue
							}
							in := func(r, n, i int) bool {
								return (grouped&1 == 0 || r == region) && (grouped&2 == 0 || n == nationality) &&
									(grouped&4 == 0 || i == industry)
							}
							value := ask(func(p permit) bool {
								return p.month == month && in(p.region, p.nationality, p.industry) || cumulated && before(p)
							})
							var terms []int
							for r := range regions {
								for n := range 3 {
									for i := range 4 {
										if in(r, n, i) {
											terms = append(terms, at(r, n, i))
										}
									}
								}
							}
							if cumulated {
								terms = append(terms, unknowns-1)
							}
							for _, a := range terms {
								right[a] += value
								for _, b := range terms {
									normal[a][b]++
								}
							}
						}
					}
				}
			}
		}
		solution := solve(normal, right)
		for _, c := range some {
			for n := range 3 {
				for i := range 4 {
					found[c] += solution[at(c.region, n, i)]
				}
			}
		}
	}
	return found
}

// solve is Gauss's elimination for a symmetric, positive definite system.
func solve(a [][]float64, b []float64) []float64 {
	for i := range a {
		for j := i + 1; j < len(a); j++ {
			factor := a[j][i] / a[i][i]
			if factor == 0 {
				continue
			}
			for n := i; n < len(a); n++ {
				a[j][n] -= factor * a[i][n]
			}
			b[j] -= factor * b[i]
		}
	}
	for i := len(a) - 1; i >= 0; i-- {
		for n := i + 1; n < len(a); n++ {
			b[i] -= a[i][n] * b[n]
		}
		b[i] /= a[i][i]
	}
	return b
}
