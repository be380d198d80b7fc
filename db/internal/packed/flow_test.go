package packed

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
)

// Flows come out of a pack as they went in, in the order of days, a row for each year.
func TestPackFlows(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	flows := map[labour.Date]Flow{}
	var days ByDay[Flow]
	for range 600 {
		f := Flow{Permits: rng.IntN(300), Workers: rng.IntN(3) * rng.IntN(2000)}
		switch rng.IntN(3) {
		case 0:
			f.WageWorkers, f.Wages = f.Workers, float64(f.Workers)*20700.5
		case 1:
			f.WageWorkers, f.Wages = rng.IntN(f.Workers+1), rng.NormFloat64()*1e9
		}
		if f.WageWorkers == 0 {
			f.Wages = 0
		}
		if rng.IntN(4) == 0 {
			f.Unpriced = 1 + rng.IntN(200)
		}
		flows[labour.NewDate(2016, 1, 1+rng.IntN(1500))] = f
	}
	flows[EndOfCalendar] = Flow{}
	for day, f := range flows {
		*days.At(day) = f
	}
	found := map[labour.Date]Flow{}
	var last labour.Date
	for _, row := range PackFlows(days.All()) {
		require.NoError(t, UnpackFlows(row.Year, row.Days, func(day labour.Date, f Flow) {
			assert.Equal(t, row.Year, day.Year())
			assert.True(t, len(found) == 0 || day > last)
			last, found[day] = day, f
		}))
		if len(row.Days) > 3 {
			assert.ErrorIs(t, UnpackFlows(row.Year, append(row.Days, 0x80), func(labour.Date, Flow) {}), errPacked)
		}
	}
	assert.Equal(t, flows, found)
}

func FuzzUnpackFlows(f *testing.F) {
	var days ByDay[Flow]
	*days.At(0), *days.At(7) = Flow{Permits: 1, Workers: 2, WageWorkers: 2, Wages: 0.5}, Flow{Unpriced: 1}
	for _, row := range PackFlows(days.All()) {
		f.Add(row.Year, row.Days)
	}
	f.Fuzz(func(t *testing.T, year int, days []byte) {
		if year < 1 || year > 9999 {
			t.Skip()
		}
		_ = UnpackFlows(year, days, func(labour.Date, Flow) {})
	})
}
