package packed

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
)

// Days come out of a pack as they went in: in any order, before the year that they are counted from, up to the end
// of the calendar, in force for no day at all; with a wage of nothing, and with none.
func TestPackDays(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	var rows []RowDays
	for range 500 {
		r := RowDays{Day: labour.NewDate(2018, 1, rng.IntN(900)-200), Held: NoDays, Workers: rng.IntN(60) - 20}
		if rng.IntN(3) > 0 {
			wage := []float64{0, 20700, 1234.5, 0.1 + 0.2, rng.Float64() * 1e6}[rng.IntN(5)]
			r.Wage = PackWage(wage)
			found, known := r.Wage.Known()
			require.True(t, known)
			require.Equal(t, wage, found)
		}
		if rng.IntN(4) > 0 {
			r.Held.From = r.Day.AddDays(rng.IntN(120) - 40)
			r.Held.To = r.Held.From.AddDays(rng.IntN(400))
		}
		if rng.IntN(20) == 0 {
			r.Held.To = EndOfCalendar
		}
		rows = append(rows, r)
	}
	_, known := packedWage(0).Known()
	assert.False(t, known)
	var packed []byte
	last := labour.YearPeriod(2018).From
	for _, r := range rows {
		packed = PackDays(packed, last, r)
		last = r.Day
	}
	var found []RowDays
	require.NoError(t, UnpackDays(2018, packed, func(r RowDays) {
		if r.Held.Days() == 0 {
			r.Held = NoDays
		}
		found = append(found, r)
	}))
	assert.Equal(t, rows, found)
	assert.Less(t, len(packed), 14*len(rows))

	cut := slices.IndexFunc(packed, func(b byte) bool { return b >= 0x80 }) + 1
	assert.ErrorIs(t, UnpackDays(2018, packed[:cut], func(RowDays) {}), errPacked)
}

func BenchmarkUnpackDays(b *testing.B) {
	var packed []byte
	last := labour.YearPeriod(2018).From
	rng := rand.New(rand.NewPCG(7, 7))
	const rows = 180
	for range rows {
		day := labour.NewDate(2018, 1, 1+rng.IntN(365))
		from := day.AddDays(rng.IntN(30))
		packed = PackDays(packed, last, RowDays{Day: day, Held: labour.Period{From: from, To: from.AddDays(364)},
			Workers: 1 + rng.IntN(90), Wage: PackWage(float64(20000 + 100*rng.IntN(300)))})
		last = day
	}
	workers := 0
	for b.Loop() {
		if err := UnpackDays(2018, packed, func(r RowDays) { workers += r.Workers }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}

// Numbers come back in their order, and what is cut or left over is told.
func TestNumbers(t *testing.T) {
	written := PackNumbers(PackNumbers(nil, 0, 1), 127, 128, 14_667, 1<<40)
	n := NumbersOf(written)
	for _, want := range []int{0, 1, 127, 128, 14_667, 1 << 40} {
		require.Error(t, n.Err(), "more come")
		assert.Equal(t, want, n.Next())
	}
	require.NoError(t, n.Err())
	n.Next()
	require.Error(t, n.Err(), "there was none")

	large := NumbersOf(binary.AppendUvarint(nil, math.MaxUint64))
	assert.Zero(t, large.Next(), "which is below zero as a whole number")
	require.Error(t, large.Err())

	cut := NumbersOf(written[:len(written)-1])
	for range 6 {
		cut.Next()
	}
	require.Error(t, cut.Err())
}
