package synth

import (
	"strconv"

	"homebound/internal/labour"
)

// makeEmployers spreads n employers over places and industries in proportion to the workers there, and returns them with
// two draws by size, of early permits and of late ones. In each place and industry the second largest employer is half
// as large as the largest, the third a third: all of them together have the workers that the place and industry should
// have.
func makeEmployers(n int) (employers []labour.Employer, early, late *alias) {
	total := 0
	for _, p := range places {
		for _, t := range p.mix {
			total += p.workers * t.workers
		}
	}
	var earlyWeights, lateWeights []float64
	sum := 0
	for _, p := range places {
		for _, t := range p.mix {
			sum += p.workers * t.workers
			here := proportion(sum, n, total) - len(employers)
			var harmonic float64
			for rank := 1; rank <= here; rank++ {
				harmonic += 1 / float64(rank)
			}
			for rank := 1; rank <= here; rank++ {
				employers = append(employers, newEmployer(len(employers)+1, p, t.industry))
				weight := float64(t.workers) / (float64(rank) * harmonic)
				earlyWeights = append(earlyWeights, float64(p.early)*weight)
				lateWeights = append(lateWeights, float64(p.workers)*weight)
			}
		}
	}
	return employers, newAlias(earlyWeights), newAlias(lateWeights)
}

// newEmployer makes an employer without a tax number: a made-up one could be somebody's.
func newEmployer(number int, p place, industry string) labour.Employer {
	return labour.Employer{
		ID:        padded("SYN-E-", number, 4),
		Name:      padded("Synthetic Employer ", number, 4) + " (" + p.name + ", " + nounOf[industry] + ")",
		Region:    p.code,
		Industry:  industry,
		Source:    SourceID,
		Synthetic: true,
	}
}

// padded returns prefix and number, the number with zeros to at least width digits. It is fmt.Sprintf without its cost,
// of which a large register would pay twenty million.
func padded(prefix string, number, width int) string {
	var buffer [48]byte
	text := append(buffer[:0], prefix...)
	for limit := 10; width > 1; width-- {
		if number < limit {
			text = append(text, '0')
		}
		limit *= 10
	}
	return string(strconv.AppendInt(text, int64(number), 10))
}
