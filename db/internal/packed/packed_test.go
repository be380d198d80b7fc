package packed_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db/internal/packed"
	"homebound/internal/labour"
)

var year2018 = labour.YearPeriod(2018)

// FuzzPackYears packs the changes of a cell and follows them day by day: what is unpacked is what was packed.
func FuzzPackYears(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 5, 40, 251, 200, 9})
	f.Fuzz(func(t *testing.T, steps []byte) {
		if len(steps) > 400 {
			t.Skip("longer inputs show nothing new")
		}
		changes := map[labour.Date]packed.Change{}
		day, present := labour.NewDate(2016, 1, 1), 0
		for i := 0; i+1 < len(steps); i += 2 {
			day = day.AddDays(int(steps[i]))
			moved := max(int(int8(steps[i+1])), -present)
			present += moved
			changes[day] = packed.Change{Workers: changes[day].Workers + moved, Permits: changes[day].Permits}
		}
		span := labour.Period{From: labour.NewDate(2016, 1, 1), To: labour.NewDate(2019, 12, 31)}
		found := make([]packed.Change, span.Days())
		var days packed.ByDay[packed.Change]
		for day, c := range changes {
			*days.At(day) = c
		}
		for _, row := range packed.PackYears(days.All()) {
			if row.Year <= span.To.Year() {
				require.NoError(t, packed.Unpack(row.Year, row.Changes, span, found))
			}
		}
		for i, change := range found {
			assert.Equal(t, changes[span.From.AddDays(i)], change, "%s", span.From.AddDays(i))
		}
	})
}

// Days come out in order, before 1970 and at the end of the calendar too, and a cleared one is zero again.
func TestByDay(t *testing.T) {
	var days packed.ByDay[int]
	for range 2 {
		want := []labour.Date{-129, -128, -1, 0, 127, 128, 20000, packed.EndOfCalendar}
		for i := range want {
			*days.At(want[len(want)-1-i]) += i
			*days.At(want[i])++
		}
		var found []labour.Date
		for day, n := range days.All() {
			assert.Equal(t, len(want)-len(found), *n)
			found = append(found, day)
		}
		assert.Equal(t, want, found)
		days.Clear()
		for range days.All() {
			t.Error("a day is left")
		}
	}
}

// FuzzUnpack reads anything: bytes that break off are an error, and nothing panics or leaves the days asked for.
func FuzzUnpack(f *testing.F) {
	f.Add([]byte{3, 1, 5, 2, 2})
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(_ *testing.T, bytes []byte) {
		_ = packed.Unpack(2018, bytes, year2018, make([]packed.Change, year2018.Days()))
		_ = packed.UnpackDays(2018, bytes, func(packed.RowDays) {})
	})
}
