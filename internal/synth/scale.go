package synth

import (
	"cmp"
	"slices"
)

// maxCrew is the largest number of workers on one permit.
const maxCrew = 6

// scale returns a plan with an exact number of permits, spread over its batches by their workers. At defaultPermits the
// workers are those of the plan, at any other size they are in proportion. Batches without a permit are left out.
func scale(plan []*batch, permits int) []batch {
	total := 0
	for _, b := range plan {
		total += b.workers
	}
	scaled := make([]batch, 0, len(plan))
	planned, permitsGiven, workersGiven := 0, 0, 0
	for _, b := range plan {
		planned += b.workers
		s := *b
		s.permits = proportion(planned, permits, total) - permitsGiven
		if s.permits == 0 {
			continue
		}
		s.workers = proportion(planned, permits, defaultPermits) - workersGiven
		s.workers = min(max(s.workers, s.permits), maxCrew*s.permits)
		s.leaving = make([]departure, len(b.leaving))
		for i, l := range b.leaving {
			s.leaving[i] = departure{l.on, proportion(l.upTo, s.workers, b.workers)}
		}
		permitsGiven += s.permits
		workersGiven += s.workers
		scaled = append(scaled, s)
	}
	return scaled
}

// proportion returns n x part / whole, rounded to the nearest. The largest product that New can ask for is 10^13.
func proportion(n, part, whole int) int {
	return int((2*int64(n)*int64(part) + int64(whole)) / (2 * int64(whole)))
}

// merge puts two plans in the order of time.
func merge(a, b []batch) []batch {
	all := slices.Concat(a, b)
	slices.SortStableFunc(all, func(x, y batch) int { return cmp.Compare(x.start, y.start) })
	return all
}
