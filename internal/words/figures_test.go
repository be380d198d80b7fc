package words

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestNumber(t *testing.T) {
	var w Words
	for want, got := range map[string]string{
		"0": w.Number(0, 0), "999": w.Number(999, 0), "1,000": w.Number(1000, 0), "21,608": w.Count(21608), "1,234,567": w.Number(1234567, 0),
		"16.6": w.Number(16.589, 1), "34.0": w.Number(34.03, 1), "−1,500": w.Number(-1500, 0), "0.0": w.Number(-0.01, 1),
		"1.01": w.Number(1.015, 2), // which is a little less, in binary
	} {
		assert.Equal(t, want, got)
	}
	ru := In("ru")
	assert.Equal(t, "21\u00a0608", ru.Count(21608))
	assert.Equal(t, "1\u00a0234,50", ru.Number(1234.5, 2))
}

func TestAmount(t *testing.T) {
	var w Words
	assert.Equal(t, "21,608 persons", w.Amount(21608, "persons"))
	assert.Equal(t, "16.6 bn RUB", w.Amount(16589416939.976393, "RUB"))
	assert.Equal(t, "4.4 mn RUB", w.Amount(4406941.7, "RUB"))
	assert.Equal(t, "950 USD", w.Amount(950, "USD"))
	ru := In("ru")
	assert.Equal(t, "21\u00a0608 человек", ru.Amount(21608, "persons"))
	assert.Equal(t, []string{"1 разрешение", "3 разрешения", "11 разрешений"},
		[]string{ru.Amount(1, "permits"), ru.Amount(3, "permits"), ru.Amount(11, "permits")})
	assert.Equal(t, "16,6 млрд руб.", ru.Amount(16589416939.976393, "RUB"))
}

func TestDays(t *testing.T) {
	day := time.Date(2017, 12, 22, 0, 0, 0, 0, time.UTC)
	var w Words
	assert.Equal(t, []string{"22 Dec 2017", "22\u00a0December\u00a02017", "Dec 2017", "December\u00a02017", "Q4 2017"},
		[]string{w.Day(day), w.LongDay(day), w.Month(day), w.LongMonth(day), w.Quarter(day)})
	ru := In("ru")
	assert.Equal(t, []string{"22 дек. 2017", "22\u00a0декабря 2017\u00a0года", "дек. 2017", "декабрь\u00a02017", "IV кв. 2017"},
		[]string{ru.Day(day), ru.LongDay(day), ru.Month(day), ru.LongMonth(day), ru.Quarter(day)})
}
