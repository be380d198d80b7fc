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
		for _, row := range packed.PackYears(changes) {
			if row.Year <= span.To.Year() {
				require.NoError(t, packed.Unpack(row.Year, row.Changes, span, found))
			}
		}
		for i, change := range found {
			assert.Equal(t, changes[span.From.AddDays(i)], change, "%s", span.From.AddDays(i))
		}
	})
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
