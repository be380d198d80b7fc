// Package synth makes a synthetic register: employers, permits and repatriations that nobody real is in.
//
// No register of permits is public, so the default release carries a made one that agrees with the reported figures:
// on every day its head count follows one stated curve. It is deterministic in its Config, and every row is marked
// synthetic. Permits and repatriations are computed one by one as they are ranged over, so that ten million of them
// need no more memory than ten; only the plan and the employers are held.
package synth

import (
	"iter"
	"math"
	"strconv"

	"homebound/internal/labour"
)

// SourceID is the id of the one source that every synthetic row names.
const SourceID = "homebound-synthetic-register"

// MaxPermits is the largest register that can be asked for.
const MaxPermits = 100_000_000

// Sanctioned is the nationality that the resolutions of 2017 send home; its workers rise and fall with the reported
// figures, while all others keep coming.
const Sanctioned = "KP"

// country is where all of them work.
const country = "RU"

// sanctionSymbol names the resolution that repatriations from its adoption on are counted under.
const sanctionSymbol = "S/RES/2397(2017)"

// Config says what register to make. The same Config always gives the same rows.
type Config struct {
	// Permits is the exact number of permits, from 1 to MaxPermits.
	Permits int
	// Seed chooses among registers of the same shape.
	Seed uint64
	// Employers is their number, at most MaxPermits; 0 lets it grow with Permits to the power 0.7.
	Employers int
	// Nationalities is the mix of the permits; nil gives a mix of six, three fifths of them Sanctioned.
	Nationalities []Share
}

// Share is a nationality's weight among all permits, relative to the sum of the weights.
type Share struct {
	Nationality string // ISO 3166-1 alpha-2
	Weight      int    // from 1 to 1000
}

const (
	// defaultPermits is as many as the plan of the sanctioned workers has, with any seed: the workers of the first day,
	// those who come, and the extensions.
	defaultPermits = 127_213
	// defaultEmployers is the number of entities that were authorised to hire DPRK workers in 2015 to 2018 (claim
	// C066).
	defaultEmployers = 691
	maxWeight        = 1000
)

// Default returns the register of the default release: DPRK workers alone, calibrated to the reported head counts.
func Default() Config {
	return Config{
		Permits:       defaultPermits,
		Seed:          2397,
		Employers:     defaultEmployers,
		Nationalities: []Share{{Sanctioned, 1}},
	}
}

// mixed is the nationality mix of a register that is made as test data: the visa nationals of the Far East, and one
// nationality that needed permits until 2015 alone.
func mixed() []Share {
	return []Share{{Sanctioned, 60}, {"CN", 18}, {"VN", 8}, {"TR", 6}, {"UZ", 5}, {"IN", 3}}
}

// Register is a synthetic register. It never changes and may be read by several goroutines at once.
type Register struct {
	seed       uint64
	digits     int // of the numbers of permits
	sanctioned sample
	open       sample // of nationalities that no sanction names
	employers  []labour.Employer
	// early and late draw an index of employers, for permits from before and after otherPlacesFrom.
	early, late *alias
	others      []string // nationalities beside Sanctioned
	otherMix    *alias   // draws an index of others; nil where there are none

	nationalities []string // all of them, as configured
}

// New plans the register and makes its employers; permits and repatriations are made when they are ranged over.
// It returns a labour.Fault with BadUserInput where cfg has a value out of range.
func New(cfg Config) (*Register, error) {
	if cfg.Nationalities == nil {
		cfg.Nationalities = mixed()
	}
	if cfg.Employers == 0 {
		cfg.Employers = employersFor(cfg.Permits)
	}
	if err := cfg.check(); err != nil {
		return nil, err
	}

	r := &Register{seed: cfg.Seed, digits: max(7, len(strconv.Itoa(cfg.Permits)))}
	r.employers, r.early, r.late = makeEmployers(cfg.Employers)

	var sanctioned, all int
	var otherWeights []float64
	for _, s := range cfg.Nationalities {
		all += s.Weight
		r.nationalities = append(r.nationalities, s.Nationality)
		if s.Nationality == Sanctioned {
			sanctioned = s.Weight
			continue
		}
		r.others = append(r.others, s.Nationality)
		otherWeights = append(otherWeights, float64(s.Weight))
	}
	if len(r.others) > 0 {
		r.otherMix = newAlias(otherWeights)
	}

	permits := (2*cfg.Permits*sanctioned + all) / (2 * all)
	if r.sanctioned.permits = permits; permits > 0 {
		r.sanctioned.plan = planSanctioned(cfg.Seed)
	}
	if r.open.permits = cfg.Permits - permits; r.open.permits > 0 {
		r.open.plan = planSteady(cfg.Seed)
	}
	return r, nil
}

// weights draws an employer for a permit.
func (r *Register) weights(s *stay) *alias {
	if s.start < otherPlacesFrom {
		return r.early
	}
	return r.late
}

// employersFor returns the number of employers that Permits alone asks for: as many as the default release has at its
// size, and more slowly growing than the permits, so that larger registers have larger employers.
func employersFor(permits int) int {
	ratio := float64(max(permits, 1)) / defaultPermits
	return max(1, int(math.Round(defaultEmployers*math.Pow(ratio, 0.7))))
}

func (cfg Config) check() error {
	if cfg.Permits < 1 || cfg.Permits > MaxPermits {
		return labour.Faultf(labour.BadUserInput, "expected 1 to %d permits, found %d", MaxPermits, cfg.Permits)
	}
	if cfg.Employers < 1 || cfg.Employers > MaxPermits {
		return labour.Faultf(labour.BadUserInput,
			"expected 1 to %d employers, or 0 to let their number follow the permits, found %d",
			MaxPermits, cfg.Employers)
	}
	if len(cfg.Nationalities) == 0 {
		return labour.Faultf(labour.BadUserInput, "expected at least one nationality, found none")
	}
	seen := make(map[string]bool, len(cfg.Nationalities))
	for _, s := range cfg.Nationalities {
		if !isCountryCode(s.Nationality) {
			return labour.Faultf(labour.BadUserInput,
				"expected a nationality of two capital letters such as KP, found %q", s.Nationality)
		}
		if seen[s.Nationality] {
			return labour.Faultf(labour.BadUserInput, "expected each nationality once, found %s twice", s.Nationality)
		}
		seen[s.Nationality] = true
		if s.Weight < 1 || s.Weight > maxWeight {
			return labour.Faultf(labour.BadUserInput, "expected a weight of 1 to %d for %s, found %d", maxWeight,
				s.Nationality, s.Weight)
		}
	}
	return nil
}

func isCountryCode(s string) bool {
	return len(s) == 2 && 'A' <= s[0] && s[0] <= 'Z' && 'A' <= s[1] && s[1] <= 'Z'
}

// Sources returns the one source of every row, which says that the rows are made.
func (r *Register) Sources() []labour.Source {
	return []labour.Source{{
		ID:        SourceID,
		Title:     "Synthetic register: made by a program to agree with reported totals; no person, employer or permit in it is real",
		Publisher: "Homebound",
		Kind:      labour.Synthetic,
	}}
}

// Coverage declares the made-up world that the register is complete for: Russia, the nationalities that it has, and the
// days from the first on which its head count follows the curve to its last. Of any other place, people or day it says
// nothing, and not that nobody was there.
func (r *Register) Coverage() []labour.Coverage {
	var rows []labour.Coverage
	for _, table := range labour.RegisterTables {
		for _, nationality := range r.nationalities {
			rows = append(rows, labour.Coverage{
				Source: SourceID, Table: table, Region: country, Nationality: nationality,
				From: opening, To: lastDay, Completeness: labour.CompleteSource,
			})
		}
	}
	return rows
}

// Employers returns every employer, in the order of ids.
func (r *Register) Employers() iter.Seq[labour.Employer] {
	return func(yield func(labour.Employer) bool) {
		for _, e := range r.employers {
			if !yield(e) {
				return
			}
		}
	}
}
