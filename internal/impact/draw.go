package impact

import (
	"math"
	"slices"

	"homebound/internal/labour"
)

// stream yields the draws of one input: u in [0, 1) as a function of seed, name and draw alone, so that neither the
// order of the computation nor a further input changes any of them.
type stream uint64

// newStream starts the draws of a name. The hash is FNV-1a of 64 bits.
func newStream(seed int64, name string) stream {
	hash := uint64(0xcbf29ce484222325)
	for i := range len(name) {
		hash = (hash ^ uint64(name[i])) * 0x100000001b3
	}
	return stream(mix(uint64(seed) ^ hash))
}

// at returns u of a draw, counted from 0.
func (s stream) at(draw int) float64 {
	return float64(mix(uint64(s)+uint64(draw+1)*0x9E3779B97F4A7C15)>>11) / (1 << 53)
}

// mix is the finaliser of SplitMix64.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// quantile returns the inverse of a distribution between the ends of a range.
func quantile(of Range, distribution labour.Distribution) func(u float64) float64 {
	width := of.High - of.Low
	if width <= 0 || distribution == labour.Fixed {
		return func(float64) float64 { return of.Central }
	}
	switch distribution {
	case labour.Uniform:
		return func(u float64) float64 { return of.Low + u*width }
	case labour.PERT:
		beta := newBeta(1+4*(of.Central-of.Low)/width, 1+4*(of.High-of.Central)/width)
		return func(u float64) float64 { return of.Low + width*beta.quantile(u) }
	}
	rising, falling := of.Central-of.Low, of.High-of.Central
	return func(u float64) float64 {
		if u*width < rising {
			return of.Low + math.Sqrt(u*width*rising)
		}
		return of.High - math.Sqrt((1-u)*width*falling)
	}
}

// percentile returns the value of nearest rank, the ceil(p/100 n)th smallest, of values in ascending order.
func percentile(sorted []float64, percent int) float64 {
	return sorted[max(1, (percent*len(sorted)+99)/100)-1]
}

// Spread holds the mean and the quantiles of an estimate over its draws. Means add up; quantiles do not.
type Spread struct{ Mean, P5, P25, P50, P75, P95 float64 }

func spreadOf(drawn []float64) Spread {
	sum := 0.0
	for _, v := range drawn {
		sum += v
	}
	slices.Sort(drawn)
	return Spread{sum / float64(len(drawn)), percentile(drawn, 5), percentile(drawn, 25), percentile(drawn, 50),
		percentile(drawn, 75), percentile(drawn, 95)}
}
