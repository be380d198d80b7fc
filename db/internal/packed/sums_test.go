package packed

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
)

// Sums come out of a pack as they went in, and bytes that break off are an error.
func TestPackSum(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	var sums []Sum
	var bytes []byte
	ends := map[int]bool{0: true}
	last := labour.NewDate(1960, 1, 1)
	for range 300 {
		from := last.AddDays(1 + rng.IntN(400))
		s := Sum{Days: labour.Period{From: from, To: from.AddDays(rng.IntN(366))}, Issued: rng.IntN(2) == 0, Left: rng.IntN(2) == 0}
		if s.Issued {
			s.Day = aDay(rng)
		}
		if s.Left {
			s.Departed = rng.IntN(1000)
		}
		if rng.IntN(2) == 0 {
			s.Level = Level{true, rng.IntN(5000), from.AddDays(rng.IntN(300)), rng.IntN(1 << 40), Change{rng.IntN(300), rng.IntN(9)}}
		}
		before := labour.Date(0)
		if len(sums) > 0 {
			before = last
		}
		bytes = PackSum(bytes, before, &s)
		ends[len(bytes)] = true
		sums, last = append(sums, s), s.Days.To
	}
	var found []Sum
	require.NoError(t, UnpackSums(bytes, func(s *Sum) error {
		one := *s
		one.Money = append([]Money(nil), s.Money...)
		found = append(found, one)
		return nil
	}))
	assert.Equal(t, sums, found)
	for size := range 200 {
		err := UnpackSums(bytes[:size], func(*Sum) error { return nil })
		assert.Equal(t, ends[size], err == nil, "the first %d bytes: %v", size, err)
	}
}

// Changes come out of a pack as they went in, and what they come to is what each of the days has.
func TestFollow(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 10))
	for range 300 {
		days := labour.Period{From: labour.NewDate(2016, 1, 1+rng.IntN(900))}
		days.To = days.From.AddDays(rng.IntN(60))
		before := Change{0, rng.IntN(2)}
		before.Workers = before.Permits * rng.IntN(9)
		want := Level{PeakOn: days.From, Last: before}
		var bytes []byte
		var last labour.Date
		for day := days.From; day <= days.To; day++ {
			if rng.IntN(9) == 0 {
				c := Change{Permits: rng.IntN(3) - min(1, want.Last.Permits)}
				if c.Workers = rng.IntN(20); want.Last.Permits+c.Permits == 0 {
					c.Workers = -want.Last.Workers
				}
				bytes, last = PackChange(bytes, last, day, c), day
				want.Last = Change{want.Last.Workers + c.Workers, want.Last.Permits + c.Permits}
			}
			want.Held = want.Held || want.Last.Permits > 0
			want.WorkerDays += want.Last.Workers
			if want.Last.Workers > want.Peak {
				want.Peak, want.PeakOn = want.Last.Workers, day
			}
		}
		assert.Equal(t, want, Follow(before, days, func(yield func(labour.Date, Change) bool) {
			require.NoError(t, UnpackChanges(bytes, func(day labour.Date, c Change) { yield(day, c) }))
		}))
	}
}
