// Package confidential masks the rows of a real register, so that no question, and no number of questions, returns
// what a row says of its few workers. It is pure: no clock, no files, no state.
//
// The noise is on the rows and not on the figures. Every row is masked once, by a pseudo-random function of a secret
// and of what the row says, and every figure is computed from masked rows. So whatever readers subtract, sum up,
// average or solve jointly leads to the masked rows and no further; the same row is masked alike in every release; and
// everything computed later is post-processing. Noise on the figures (the cell key method of Thompson, Broadfoot and
// Elazar, 2013) is smaller in large totals, and falls for the same reason: attack_test.go takes it away by averaging,
// as Asghar and Kaafar (PETS 2020) do, and as Dinur and Nissim (2003) prove must be possible for any noise that grows
// more slowly than the square root of the rows.
//
// Permanent noise on rows is the method of Evans, Zayatz and Slanta, "Using noise for disclosure limitation of
// establishment tabular data" (Journal of Official Statistics, 1998), with which the United States' Quarterly
// Workforce Indicators are published (Abowd et al., "The LEHD infrastructure files", 2009).
package confidential

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
)

// Bounds of K, the size that is protected. Of K = 2, a figure of 1 to K-1 would be known to be 1.
const (
	LeastK = 3
	MostK  = 1000
)

// SecretSize is the least length of a secret in bytes.
const SecretSize = 32

// Kind names what is masked. The same id says nothing of another kind's mask.
type Kind string

// The kinds of masked values. Those of a permit are masked independently of each other.
const (
	PermitCount        Kind = "permit"
	PermitWorkers      Kind = "permit workers"
	PermitWage         Kind = "permit wage"
	RepatriatedWorkers Kind = "repatriated workers"
	rounding           Kind = "rounding"
)

// Masker masks the rows of real registers under one secret and one K.
type Masker struct {
	secret []byte
	k      int
}

// New returns the masker for a secret and a K, the size that is protected. It returns an error where the secret is
// short or K is out of bounds.
func New(secret []byte, k int) (Masker, error) {
	if len(secret) < SecretSize {
		return Masker{}, fmt.Errorf("the secret: expected at least %d bytes, found %d", SecretSize, len(secret))
	}
	if err := CheckK(k); err != nil {
		return Masker{}, err
	}
	return Masker{append([]byte(nil), secret...), k}, nil
}

// CheckK returns an error where K is out of bounds.
func CheckK(k int) error {
	if k < LeastK || k > MostK {
		return fmt.Errorf("confidential: expected a whole number from %d to %d, found %d", LeastK, MostK, k)
	}
	return nil
}

// Count returns the masked count of a row: a whole number from n-Reach(n) through n+Reach(n), all equally likely, so
// that it is n on average and never below zero. Zero stays zero. A row whose count is corrected from one release to
// the next is masked anew, since the count is part of what the draw depends on.
func (m Masker) Count(kind Kind, id string, n int) int {
	if n <= 0 {
		return 0
	}
	return m.within(kind, id, n, m.Reach(n))
}

// within draws one of the whole numbers from n-reach through n+reach.
func (m Masker) within(kind Kind, id string, n, reach int) int {
	return n - reach + int(m.draw(kind, id, uint64(n))%uint64(2*reach+1))
}

// Reach returns the greatest difference between a row's count and its mask: the count itself where it is below K, so
// that fewer than K workers may be shown as none or as twice as many; K-1 above; and a quarter of the largest counts,
// so that a permit for hundreds of workers is masked in proportion.
func (m Masker) Reach(n int) int { return min(n, max(m.k-1, (n+3)/4)) }

// Variance returns the variance of the mask of a row with count n, that of so many equally likely whole numbers.
func (m Masker) Variance(n int) float64 {
	reach := float64(m.Reach(n))
	return reach * (reach + 1) / 3
}

// The least and the greatest part of itself by which a wage is masked, up or down.
const (
	leastWageNoise = 0.05
	mostWageNoise  = 0.15
)

// Wage returns the masked wage of a permit: 5 to 15 per cent more or less, all equally likely, so that it is the wage
// on average and never within 5 per cent. Without it, the workers and the wages of one permit, each the difference of
// two totals, would have its exact wage as their ratio.
func (m Masker) Wage(id string, wage float64) float64 {
	drawn := m.draw(PermitWage, id, math.Float64bits(wage))
	part := leastWageNoise + (mostWageNoise-leastWageNoise)*float64(drawn>>11)/(1<<53)
	if drawn&1 == 0 {
		part = -part
	}
	return wage * (1 + part)
}

// draw returns 64 bits that nobody can foretell without the secret. HMAC is a pseudo-random function as long as
// SHA-256's compression function is one (Bellare, 2006).
func (m Masker) draw(kind Kind, id string, value uint64) uint64 {
	mac := hmac.New(sha256.New, m.secret)
	mac.Write([]byte(kind))
	mac.Write([]byte{0}) // no kind has one, so that a kind and an id are never read as another pair
	mac.Write(binary.BigEndian.AppendUint64(nil, value))
	mac.Write([]byte(id))
	return binary.BigEndian.Uint64(mac.Sum(nil))
}

// Row is a row of the register: its id, and how many workers it is for.
type Row struct {
	ID      string
	Workers int
}

// Permit returns the masked workers of a permit, and of each repatriation under it, which come in the order of their
// dates. The stock follows from the two as it does from the true ones: it never falls below zero, and it is zero when
// everybody has left, since a mask that found somebody present then would deny a finding.
//
// A repatriation takes its own masked part of the permit's masked workers. So one worker who leaves a hundred is masked
// among few, though the permit is masked among many; and what the stock loses is what is repatriated, so that the two
// are one draw and not two of the same number. A repatriation of more workers than are left is masked by itself beyond
// those.
func (m Masker) Permit(permit Row, gone []Row) (workers int, repatriated []int) {
	workers = m.Count(PermitWorkers, permit.ID, permit.Workers)
	left, remaining := permit.Workers, workers // the true ones and the masked
	for _, g := range gone {
		takes := 0
		if n := g.Workers; n < left {
			part := m.within(RepatriatedWorkers, g.ID, n, min(m.Reach(n), left-n))
			rounded := int(m.draw(rounding, g.ID, uint64(n)) % uint64(permit.Workers)) // up or down: unbiased
			takes = min(remaining, (part*workers+rounded)/permit.Workers)
			repatriated = append(repatriated, takes)
		} else {
			takes = remaining
			repatriated = append(repatriated, takes+m.Count(RepatriatedWorkers, g.ID, n-left))
		}
		left, remaining = max(0, left-g.Workers), remaining-takes
	}
	return workers, repatriated
}

// Show returns how a figure of a masked register is shown under a K: 0 or K, whichever is nearer, where it lies
// between them, so that nobody takes it for a count of a few people. It is made of masked rows alone, and so it tells
// no more than they do; it also means that a count of 1 to K-1 is never shown exactly.
func Show(k int, figure float64) float64 {
	switch {
	case figure <= 0:
		return 0
	case figure >= float64(k):
		return figure
	case 2*figure < float64(k):
		return 0
	}
	return float64(k)
}

// StandardError returns a bound on the standard deviation between a figure and the register's, in the figure's unit,
// where no row of the masked register counts more than largest. The variance of a row below K is at most K/3 for each
// of its workers, and so is that of one masked by K-1; of one masked by a quarter it is w/48 + 1/12 for each of w, and
// w is at most 4/3 of its mask.
func StandardError(k, largest int, figure float64) float64 {
	each := max(float64(k), float64(largest)/12+1) / 3
	return math.Sqrt(max(figure, float64(k)) * each)
}
