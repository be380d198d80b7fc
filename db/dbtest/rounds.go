package dbtest

import (
	"os"
	"strconv"
	"testing"

	"homebound/internal/testsize"
)

// Seeds returns the seeds of a test's random rounds: a sample of the fixed ones, and that of HOMEBOUND_TEST_SEED where it is
// set. Tests are the same in each run unless somebody asks for another seed; make explore does.
func Seeds(tb testing.TB, fixed ...uint64) []uint64 {
	tb.Helper()
	text := os.Getenv("HOMEBOUND_TEST_SEED")
	if text == "" {
		return testsize.Sample(fixed)
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		tb.Fatalf("HOMEBOUND_TEST_SEED: expected a whole number from 0 to 2^64-1, found %q", text)
	}
	return append(testsize.Sample(fixed), seed)
}
