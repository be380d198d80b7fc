package labour_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
)

func period(from, to string) labour.Period {
	return labour.Period{From: labour.MustParseDate(from), To: labour.MustParseDate(to)}
}

func TestPeriod_SplitCoversEveryDayOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		from := labour.MustParseDate("1999-11-20").AddDays(rng.IntN(3_000))
		p := labour.Period{From: from, To: from.AddDays(rng.IntN(1_000) - 5)}
		for _, g := range labour.Granularities {
			parts := p.Split(g)
			require.Len(t, parts, p.Count(g), "%v by %s", p, g)
			next := p.From
			for _, part := range parts {
				require.Equal(t, next, part.From, "parts follow each other")
				require.Equal(t, g.Label(part.From), g.Label(part.To), "a part lies in one unit")
				if part.To < p.To {
					require.NotEqual(t, g.Label(part.To), g.Label(part.To+1), "a part ends with its unit")
				}
				next = part.To + 1
			}
			if len(parts) > 0 {
				require.Equal(t, p.To+1, next, "the parts reach the end")
			} else {
				require.Zero(t, p.Days())
			}
		}
	}
}

func TestPeriod_CountOfALongPeriod(t *testing.T) {
	always := period("0001-01-01", "9999-12-31")
	assert.Equal(t, 9_999, always.Count(labour.Year))
	assert.Equal(t, 4*9_999, always.Count(labour.Quarter))
	assert.Equal(t, 12*9_999, always.Count(labour.Month))
	assert.Equal(t, 3_652_059, always.Count(labour.Day))
	assert.Equal(t, 3_652_059, always.Days())
}

func TestPeriod_Label(t *testing.T) {
	for _, one := range []struct{ from, to, label string }{
		{"2017-01-01", "2017-12-31", "2017"},
		{"2017-10-01", "2017-12-31", "2017-Q4"},
		{"2017-01-01", "2017-03-31", "2017-Q1"},
		{"2017-12-01", "2017-12-31", "2017-12"},
		{"2016-02-01", "2016-02-29", "2016-02"},
		{"2017-12-22", "2017-12-22", "2017-12-22"},
		{"2016-02-01", "2016-02-28", "2016-02-01/2016-02-28"},
		{"2017-11-01", "2018-01-31", "2017-11-01/2018-01-31"}, // three months, and no quarter
		{"2017-12-22", "2019-12-22", "2017-12-22/2019-12-22"},
		{"0001-01-01", "0001-12-31", "0001"},
	} {
		assert.Equal(t, one.label, period(one.from, one.to).Key())
	}
}

func TestPeriod_LabelsOfUnits(t *testing.T) {
	for d := labour.MustParseDate("2015-12-01"); d < labour.MustParseDate("2017-02-01"); d++ {
		for _, g := range labour.Granularities {
			unit := g.Unit(d)
			require.True(t, unit.Contains(d))
			require.Equal(t, g.Label(d), unit.Key())
		}
	}
}

func TestPeriod_ClipContainsAndDays(t *testing.T) {
	days := func(p labour.Period) map[labour.Date]bool {
		set := map[labour.Date]bool{}
		for d := p.From; d <= p.To; d++ {
			set[d] = true
		}
		return set
	}
	rng := rand.New(rand.NewPCG(7, 8))
	for range 2_000 {
		p := labour.Period{From: labour.Date(rng.IntN(30)), To: labour.Date(rng.IntN(30))}
		q := labour.Period{From: labour.Date(rng.IntN(30)), To: labour.Date(rng.IntN(30))}
		inP, inQ, both := days(p), days(q), p.Clip(q)
		require.Equal(t, len(inP), p.Days())
		shared := 0
		for d := range labour.Date(30) {
			require.Equal(t, inP[d], p.Contains(d))
			require.Equal(t, inP[d] && inQ[d], both.Contains(d))
			if inP[d] && inQ[d] {
				shared++
			}
		}
		require.Equal(t, shared, both.Days())
		require.Equal(t, both.Days(), q.Clip(p).Days())
	}
}

func ExamplePeriod() {
	p := labour.Period{From: labour.MustParseDate("2017-11-15"), To: labour.MustParseDate("2018-01-31")}
	for _, part := range p.Split(labour.Month) {
		fmt.Println(part.Key(), part.Days())
	}
	// Output:
	// 2017-11-15/2017-11-30 16
	// 2017-12 31
	// 2018-01 31
}
