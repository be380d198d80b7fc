package table

import (
	"homebound/internal/testsize"
	"io"
	"runtime"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWriters_HoldABoundedNumberOfRows writes many permits, each with texts of its own, and looks at what is in use
// on the way: once the first rows have filled what there is to fill, it grows no more.
func TestWriters_HoldABoundedNumberOfRows(t *testing.T) {
	testsize.Long(t)
	rows := testsize.Rounds(300_000, 60_000)
	look := rows / 20
	for _, f := range Formats {
		w, err := f.New(io.Discard, permitColumns, meta)
		require.NoError(t, err)
		defer w.Discard()
		row := slices.Clone(permit)
		var early, late uint64
		for i := range rows {
			row[0], row[1], row[2], row[3] = "P-"+strconv.Itoa(i), "25-2017-"+strconv.Itoa(i*31), "E-"+strconv.Itoa(i%20_000), "Employer No "+strconv.Itoa(i%20_000)
			if err := w.Write(row); err != nil {
				require.NoError(t, err)
			}
			if i%look != look-1 {
				continue
			}
			if held := inUse(); i < rows/2 {
				early = max(early, held)
			} else {
				late = max(late, held)
			}
		}
		require.NoError(t, w.Close())
		t.Logf("%s: %d KiB in the first half, %d KiB then", f.Extension, early>>10, late>>10)
		assert.Less(t, late, early+2<<20, f.Extension)
		assert.Less(t, late, uint64(16<<20), f.Extension)
	}
}

// inUse returns the bytes of the heap that something holds.
func inUse() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
