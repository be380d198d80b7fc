package labour_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
)

func TestDate_AgreesWithTime(t *testing.T) {
	first := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	last := labour.NewDate(9999, 12, 31)
	for d := labour.NewDate(1, 1, 1); d <= last; d += 13 { // every day of the week and of the month
		at := first.AddDate(0, 0, d.Sub(labour.NewDate(1, 1, 1)))
		if !at.Equal(d.Time()) || d != labour.NewDate(at.Date()) || d.Year() != at.Year() {
			require.Equal(t, at, d.Time())
			require.Equal(t, d, labour.NewDate(at.Date()))
			require.Equal(t, at.Year(), d.Year())
		}
	}
	for d := labour.NewDate(1999, 1, 1); d < labour.NewDate(2022, 1, 1); d++ {
		require.Equal(t, d.Time().Format(time.DateOnly), d.String())
		parsed, err := labour.ParseDate(d.String())
		require.NoError(t, err)
		require.Equal(t, d, parsed)
	}
}

func TestDate_Of(t *testing.T) {
	east := time.FixedZone("Vladivostok", 10*60*60)
	midnight := time.Date(2017, 12, 22, 0, 30, 0, 0, east) // the day before, in UTC
	assert.Equal(t, "2017-12-22", labour.DateOf(midnight).String())
	assert.Equal(t, "2017-12-21", labour.DateOf(midnight.UTC()).String())
}

func TestNewDate_CarriesOver(t *testing.T) {
	assert.Equal(t, "2018-03-01", labour.NewDate(2018, 2, 29).String())
	assert.Equal(t, "2017-12-31", labour.NewDate(2018, 1, 0).String())
	assert.Equal(t, "2019-01-01", labour.NewDate(2018, 13, 1).String())
}

func TestParseDate(t *testing.T) {
	for text, good := range map[string]bool{
		"2017-12-22": true, "2016-02-29": true, "0001-01-01": true, "9999-12-31": true, "2000-02-29": true,
		"": false, "2017": false, "2017-02-29": false, "1900-02-29": false, "2017-13-01": false, "2017-00-10": false, "2017-01-00": false,
		"2017-1-1": false, "22-12-2017": false, "2017/12/22": false, "0000-12-31": false, "10000-01-01": false, "-017-01-01": false,
		"2017-12-22T00:00:00Z": false, " 2017-12-2": false, "2017-12-22 ": false, "2017-12-2x": false, "２０１7-1": false,
	} {
		d, err := labour.ParseDate(text)
		if good {
			require.NoError(t, err, text)
			assert.Equal(t, text, d.String())
			continue
		}
		var fault *labour.Fault
		require.ErrorAs(t, err, &fault, text)
		assert.Equal(t, labour.BadUserInput, fault.Code)
		assert.Equal(t, fmt.Sprintf("expected a date such as 2017-12-22, found %q", text), fault.Error())
	}
	assert.Panics(t, func() { labour.MustParseDate("tomorrow") })
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"2017-12-22", "0000-01-01", "9999-12-31", "2016-02-29", "2017-02-29", "２０17"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := labour.ParseDate(text)
		parsed, failed := time.Parse(time.DateOnly, text)
		if err != nil {
			assert.True(t, failed != nil || parsed.Year() == 0, "%q is a date", text)
			return
		}
		require.Equal(t, text, d.String(), "what it reads, it prints")
		require.Equal(t, parsed, d.Time())
	})
}

func TestDate_Arithmetic(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		d, n := labour.Date(rng.IntN(60_000)-30_000), rng.IntN(5_000)-2_500
		require.Equal(t, d.Time().AddDate(0, 0, n), d.AddDays(n).Time())
		require.Equal(t, n, d.AddDays(n).Sub(d))
	}
	assert.Equal(t, 366, labour.DaysInYear(2016))
	assert.Equal(t, 365, labour.DaysInYear(2017))
	assert.Equal(t, 365, labour.DaysInYear(1900))
	assert.Equal(t, 366, labour.DaysInYear(2000))
}

func TestDate_AddMonths(t *testing.T) {
	for _, one := range []struct {
		from string
		n    int
		to   string
	}{
		{"2017-12-22", 24, "2019-12-22"},
		{"2017-12-22", 0, "2017-12-22"},
		{"2017-12-22", -12, "2016-12-22"},
		{"2018-01-31", 1, "2018-02-28"},
		{"2016-01-31", 1, "2016-02-29"},
		{"2016-02-29", 12, "2017-02-28"},
		{"2016-02-29", 48, "2020-02-29"},
		{"2018-03-31", -1, "2018-02-28"},
		{"2018-10-31", 1, "2018-11-30"},
		{"2018-01-01", -1, "2017-12-01"},
		{"2018-11-30", 3, "2019-02-28"},
	} {
		assert.Equal(t, one.to, labour.MustParseDate(one.from).AddMonths(one.n).String(), "%s and %d months", one.from, one.n)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 10_000 {
		d, n := labour.Date(rng.IntN(60_000)-30_000), rng.IntN(500)-250
		year, month, day := d.Time().Date()
		month += time.Month(n)
		last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
		require.Equal(t, time.Date(year, month, min(day, last), 0, 0, 0, 0, time.UTC), d.AddMonths(n).Time(), "%s and %d months", d, n)
	}
}

func ExampleDate() {
	adopted := labour.MustParseDate("2017-12-22")
	deadline := adopted.AddMonths(24)
	fmt.Println(deadline, deadline.Sub(adopted), adopted < deadline)
	// Output: 2019-12-22 730 true
}
