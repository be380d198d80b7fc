package packed

import (
	"encoding/binary"
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
)

// aDay is a day with money as likely as not in several currencies.
func aDay(rng *rand.Rand) Day {
	d := Day{Permits: rng.IntN(300), Workers: rng.IntN(3) * rng.IntN(2000)}
	switch rng.IntN(4) {
	case 0:
		d.Money = []Money{{Own, d.Permits, d.Workers, float64(d.Workers) * 20700.5}}
	case 1:
		d.Money = []Money{{CurrencyOf("USD", "RUB"), d.Permits, d.Workers, 640}}
	case 2:
		for _, c := range []Currency{Own, 1, CurrencyOf("ZZZ", "RUB"), NoMoney}[:1+rng.IntN(4)] {
			d.Money = append(d.Money, Money{c, rng.IntN(20), rng.IntN(40), rng.NormFloat64() * 1e9})
		}
	}
	return d
}

// Flows come out of a pack as they went in, in the order of days, a row for each year, and in any currency.
func TestPackFlows(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	flows := map[labour.Date]Day{}
	var days ByDay[Day]
	for range 600 {
		flows[labour.NewDate(2016, 1, 1+rng.IntN(1500))] = aDay(rng)
	}
	flows[EndOfCalendar] = Day{}
	for day, d := range flows {
		*days.At(day) = d
	}
	for _, rate := range []func(Currency) (float64, bool){
		func(Currency) (float64, bool) { return 1, true },
		func(c Currency) (float64, bool) { return float64(c) + 0.5, c == Own || c.Code("RUB") == "USD" },
	} {
		found := map[labour.Date]bool{}
		var last labour.Date
		for _, row := range PackFlows(days.All()) {
			require.NoError(t, UnpackFlows(row.Year, row.Flows, rate, func(day labour.Date, f Flow) {
				assert.Equal(t, row.Year, day.Year())
				assert.True(t, len(found) == 0 || day > last)
				last, found[day] = day, true
				assert.Equal(t, flows[day].In(rate), f)
			}))
			if len(row.Flows) > 3 {
				assert.ErrorIs(t, UnpackFlows(row.Year, append(row.Flows, 0x80), rate, func(labour.Date, Flow) {}), errPacked)
			}
		}
		assert.Len(t, found, len(flows))
	}
}

// A day of a release of before: 2 January, 3 permits and 40 workers, of whom 30 have a wage and one permit no rate.
func TestUnpackConverted(t *testing.T) {
	var found Flow
	require.NoError(t, UnpackConverted(2017, append([]byte{1<<2 | 3, 3, 40, 1, 30},
		binary.AppendUvarint(nil, bits.ReverseBytes64(math.Float64bits(1200)))...), func(day labour.Date, f Flow) {
		assert.Equal(t, labour.NewDate(2017, 1, 2), day)
		found = f
	}))
	assert.Equal(t, Flow{Permits: 3, Workers: 40, Unpriced: 1, WageWorkers: 30, Wages: 1200}, found)
	assert.ErrorIs(t, UnpackConverted(2017, []byte{1}, func(labour.Date, Flow) {}), errPacked)
}

func TestCurrencyOf(t *testing.T) {
	for _, code := range []string{"AAA", "USD", "ZZZ", "RUB", "KPW"} {
		assert.Equal(t, code, CurrencyOf(code, "RUB").Code("RUB"))
	}
	assert.Equal(t, Own, CurrencyOf("RUB", "RUB"))
	for _, code := range []string{"", "usd", "USDT", "US"} {
		assert.Equal(t, NoMoney, CurrencyOf(code, "RUB"))
	}
	assert.Empty(t, NoMoney.Code("RUB"))
}

func FuzzUnpackFlows(f *testing.F) {
	var days ByDay[Day]
	*days.At(0) = Day{Permits: 1, Workers: 2, Money: []Money{{Own, 1, 2, 0.5}}}
	*days.At(7) = Day{Permits: 2, Workers: 2, Money: []Money{{Own, 1, 2, 0.5}, {1, 1, 2, 0.5}}}
	for _, row := range PackFlows(days.All()) {
		f.Add(row.Year, row.Flows)
	}
	f.Fuzz(func(t *testing.T, year int, days []byte) {
		if year < 1 || year > 9999 {
			t.Skip()
		}
		rate := func(c Currency) (float64, bool) { return 1, len(c.Code("RUB")) == 3 }
		_ = UnpackFlows(year, days, rate, func(labour.Date, Flow) {})
		_ = UnpackConverted(year, days, func(labour.Date, Flow) {})
	})
}
