package synth_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"iter"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
	"homebound/internal/synth"
	"homebound/internal/testsize"
)

var update = flag.Bool("update", false, "write the golden hash of the default register anew")

func mustNew(tb testing.TB, cfg synth.Config) *synth.Register {
	tb.Helper()
	r, err := synth.New(cfg)
	require.NoError(tb, err)
	return r
}

// rows is the default register, made once for all tests that only read it.
type rows struct {
	employers     map[string]labour.Employer
	permits       []labour.Permit
	permit        map[string]labour.Permit
	repatriations []labour.Repatriation
}

var defaultRows = sync.OnceValue(func() rows {
	r, err := synth.New(synth.Default())
	if err != nil {
		panic(err)
	}
	return collect(r)
})

func collect(r *synth.Register) rows {
	all := rows{employers: map[string]labour.Employer{}, permit: map[string]labour.Permit{}}
	for e := range r.Employers() {
		all.employers[e.ID] = e
	}
	for p := range r.Permits() {
		all.permits = append(all.permits, p)
		all.permit[p.ID] = p
	}
	for x := range r.Repatriations() {
		all.repatriations = append(all.repatriations, x)
	}
	return all
}

// hash returns the sha256 of all rows, in their order.
func hash(tb testing.TB, r *synth.Register) string {
	tb.Helper()
	sum := sha256.New()
	write := json.NewEncoder(sum)
	for e := range r.Employers() {
		require.NoError(tb, write.Encode(e))
	}
	for p := range r.Permits() {
		require.NoError(tb, write.Encode(p))
	}
	for x := range r.Repatriations() {
		require.NoError(tb, write.Encode(x))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func TestDefault_GivesTheRowsOfTheGoldenHash(t *testing.T) {
	const golden = "testdata/default.sha256"
	found := hash(t, mustNew(t, synth.Default()))
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(found+"\n"), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, strings.TrimSpace(string(want)), found,
		"the default register changed: every release made from it changes too; go test ./internal/synth -update if that is meant")
}

func TestRegister_IsDeterministicInItsConfig(t *testing.T) {
	cfg := synth.Config{Permits: 3000, Seed: 7}
	first := mustNew(t, cfg)
	want := hash(t, first)
	assert.Equal(t, want, hash(t, first), "ranged over a second time")
	assert.Equal(t, want, hash(t, mustNew(t, cfg)), "made a second time")
	assert.NotEqual(t, want, hash(t, mustNew(t, synth.Config{Permits: 3000, Seed: 8})), "another seed")
}

func TestRegister_ServesSeveralReadersAtOnce(t *testing.T) {
	r := mustNew(t, synth.Config{Permits: 2000, Seed: 7})
	want := hash(t, r)
	found := make([]string, 4)
	var wait sync.WaitGroup
	for i := range found {
		wait.Go(func() { found[i] = hash(t, r) })
	}
	wait.Wait()
	for _, h := range found {
		assert.Equal(t, want, h)
	}
}

func TestRegister_StopsWhenItsReaderDoes(t *testing.T) {
	r := mustNew(t, synth.Default())
	assert.Equal(t, 3, countUpTo(3, r.Employers()))
	assert.Equal(t, 3, countUpTo(3, r.Permits()))
	assert.Equal(t, 3, countUpTo(3, r.Repatriations()))
}

func countUpTo[T any](limit int, rows iter.Seq[T]) int {
	n := 0
	for range rows {
		if n++; n == limit {
			break
		}
	}
	return n
}

func TestNew_SaysWhatIsWrongWithAConfig(t *testing.T) {
	for name, c := range map[string]struct {
		cfg  synth.Config
		want string
	}{
		"no permits":          {synth.Config{}, "expected 1 to 100000000 permits, found 0"},
		"fewer than none":     {synth.Config{Permits: -1}, "expected 1 to 100000000 permits, found -1"},
		"too many permits":    {synth.Config{Permits: 100_000_001}, "expected 1 to 100000000 permits, found 100000001"},
		"negative employers":  {synth.Config{Permits: 1, Employers: -2}, "expected 1 to 100000000 employers, or 0 to let their number follow the permits, found -2"},
		"no nationality":      {synth.Config{Permits: 1, Nationalities: []synth.Share{}}, "expected at least one nationality, found none"},
		"not a country code":  {synth.Config{Permits: 1, Nationalities: []synth.Share{{"kp", 1}}}, `expected a nationality of two capital letters such as KP, found "kp"`},
		"nationality twice":   {synth.Config{Permits: 1, Nationalities: []synth.Share{{"CN", 1}, {"CN", 2}}}, "expected each nationality once, found CN twice"},
		"weight out of range": {synth.Config{Permits: 1, Nationalities: []synth.Share{{"CN", 0}}}, "expected a weight of 1 to 1000 for CN, found 0"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := synth.New(c.cfg)
			var fault *labour.Fault
			require.ErrorAs(t, err, &fault)
			assert.Equal(t, labour.BadUserInput, fault.Code)
			assert.EqualError(t, err, c.want)
		})
	}
}

func TestSources_IsOneThatSaysItIsSynthetic(t *testing.T) {
	sources := mustNew(t, synth.Default()).Sources()
	require.Len(t, sources, 1)
	assert.Equal(t, labour.Synthetic, sources[0].Kind)
	assert.Equal(t, synth.SourceID, sources[0].ID)
	assert.Contains(t, sources[0].Title, "no person, employer or permit in it is real")
}

func TestRegister_MarksEveryRow(t *testing.T) {
	testsize.Long(t)
	for name, cfg := range map[string]synth.Config{"default": synth.Default(), "mixed": {Permits: 5000, Seed: 3}} {
		t.Run(name, func(t *testing.T) {
			all := collect(mustNew(t, cfg))
			for _, e := range all.employers {
				require.True(t, e.Synthetic && e.Source == synth.SourceID, e)
			}
			for _, p := range all.permits {
				require.True(t, p.Synthetic && p.Source == synth.SourceID, p)
			}
			require.NotEmpty(t, all.repatriations)
			for _, x := range all.repatriations {
				require.True(t, x.Synthetic && x.Source == synth.SourceID, x)
			}
		})
	}
}

func TestEmployers_CannotBeTakenForReal(t *testing.T) {
	made := regexp.MustCompile(`^Synthetic Employer \d{4,} \([A-Z][A-Za-z ()]+, [a-z ]+\)$`)
	for _, e := range defaultRows().employers {
		assert.Regexp(t, made, e.Name)
		assert.Empty(t, e.TaxID, "a made-up tax number could be somebody's")
	}
	number := regexp.MustCompile(`^SYNTHETIC-20\d\d-\d{7}$`)
	for _, p := range defaultRows().permits {
		require.Regexp(t, number, p.Number)
	}
}

func TestRegister_IDsAreUnique(t *testing.T) {
	all := defaultRows()
	assert.Len(t, all.employers, synth.Default().Employers)
	assert.Len(t, all.permit, synth.Default().Permits)
	seen := make(map[string]bool, len(all.repatriations))
	for _, x := range all.repatriations {
		require.False(t, seen[x.ID], x.ID)
		seen[x.ID] = true
	}
}

func TestRepatriations_AgreeWithTheirPermits(t *testing.T) {
	testsize.Long(t)
	for name, cfg := range map[string]synth.Config{"default": synth.Default(), "mixed": {Permits: 20_000, Seed: 11}} {
		t.Run(name, func(t *testing.T) {
			all := collect(mustNew(t, cfg))
			gone := map[string]int{}
			for _, x := range all.repatriations {
				p, ok := all.permit[x.Permit]
				require.True(t, ok, x)
				require.Equal(t, p.Region, x.Region)
				require.Equal(t, p.Nationality, x.Nationality)
				require.Equal(t, p.Employer, x.Employer)
				require.Positive(t, x.Workers)
				require.True(t, p.ValidFrom < x.Date && x.Date <= p.End(), "%v outside %v", x, p)
				gone[x.Permit] += x.Workers
				require.LessOrEqual(t, gone[x.Permit], p.Workers)
			}
		})
	}
}

func TestPermits_NameEmployersOfTheirRegionOrNone(t *testing.T) {
	all := defaultRows()
	without := 0
	for _, p := range all.permits {
		if p.Employer == "" {
			require.NotEmpty(t, p.Industry, "a permit without an employer has an industry of its own")
			without++
			continue
		}
		require.Equal(t, all.employers[p.Employer].Region, p.Region)
	}
	assert.InDelta(t, 0.015, float64(without)/float64(len(all.permits)), 0.005)
}

func TestRegister_EventsLieWithinItsDays(t *testing.T) {
	testsize.Long(t)
	first, last := labour.MustParseDate("2008-11-15"), labour.MustParseDate("2020-03-10")
	within := labour.Period{From: first, To: last}
	for name, cfg := range map[string]synth.Config{"default": synth.Default(), "mixed": {Permits: 60_000, Seed: 11}} {
		t.Run(name, func(t *testing.T) {
			var latest labour.Date
			all := collect(mustNew(t, cfg))
			for _, p := range all.permits {
				require.True(t, within.Contains(p.IssuedOn) && within.Contains(p.ValidFrom), p)
				require.True(t, p.IssuedOn < p.ValidFrom && p.ValidFrom <= p.End(), p)
				if p.RevokedOn != nil {
					require.True(t, within.Contains(*p.RevokedOn) && *p.RevokedOn <= p.ValidTo, p)
				}
			}
			for _, x := range all.repatriations {
				require.True(t, within.Contains(x.Date), x)
				latest = max(latest, x.Date)
			}
			assert.Equal(t, last, latest)
		})
	}
}

// Ids of a register of more permits than seven digits count have a digit more, so that they come in the order of keys.
func TestPermits_HaveIDsInTheOrderOfNumbers(t *testing.T) {
	for permits, want := range map[int]string{1000: "SYN-P-0000001", 9_999_999: "SYN-P-0000001", 10_000_000: "SYN-P-00000001"} {
		register, err := synth.New(synth.Config{Permits: permits, Seed: 1})
		require.NoError(t, err)
		for p := range register.Permits() {
			assert.Equal(t, want, p.ID, permits)
			break
		}
	}
}
