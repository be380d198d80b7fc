package db

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
)

// Days come out of a pack as they went in: in any order, before the year that they are counted from, up to the end of the calendar,
// in force for no day at all; with a wage of nothing, and with none.
func TestPackDays(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	var rows []rowDays
	for range 500 {
		r := rowDays{day: labour.NewDate(2018, 1, rng.IntN(900)-200), held: noDays, workers: rng.IntN(60) - 20}
		if rng.IntN(3) > 0 {
			wage := []float64{0, 20700, 1234.5, 0.1 + 0.2, rng.Float64() * 1e6}[rng.IntN(5)]
			r.wage = packWage(wage)
			found, known := r.wage.known()
			require.True(t, known)
			require.Equal(t, wage, found)
		}
		if rng.IntN(4) > 0 {
			r.held.From = r.day.AddDays(rng.IntN(120) - 40)
			r.held.To = r.held.From.AddDays(rng.IntN(400))
		}
		if rng.IntN(20) == 0 {
			r.held.To = endOfCalendar
		}
		rows = append(rows, r)
	}
	_, known := packedWage(0).known()
	assert.False(t, known)
	var packed []byte
	last := labour.YearPeriod(2018).From
	for _, r := range rows {
		packed = packDays(packed, last, r)
		last = r.day
	}
	var found []rowDays
	require.NoError(t, unpackDays(2018, packed, func(r rowDays) {
		if r.held.Days() == 0 {
			r.held = noDays
		}
		found = append(found, r)
	}))
	assert.Equal(t, rows, found)
	assert.Less(t, len(packed), 14*len(rows))

	cut := slices.IndexFunc(packed, func(b byte) bool { return b >= 0x80 }) + 1
	assert.ErrorIs(t, unpackDays(2018, packed[:cut], func(rowDays) {}), errPacked)
}
