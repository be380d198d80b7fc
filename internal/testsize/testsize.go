// Package testsize says how much a test does. There are four runs: with -short, plain, of everything
// (HOMEBOUND_TEST_ALL=1, which .ci/run sets), and under the race detector. What is exhaustive takes a sample in all but the
// run of everything, the same sample each time, and what the machine has no program for is skipped in all but that one.
//
// Only tests import it.
package testsize

import (
	"hash/crc32"
	"os"
	"testing"
)

// All reports whether everything is asked for: each round of each test, and every program.
func All() bool { return os.Getenv("HOMEBOUND_TEST_ALL") == "1" }

// Rounds returns whole in a run of everything, and part in any other. It is for tests that do more of the same. The race
// detector, which makes them ten times slower, finds nothing more in the second round: under it they take the part, too.
func Rounds(whole, part int) int {
	if All() && !raceDetector {
		return whole
	}
	return part
}

// Sample returns the first and the last of a list, the last alone with -short, or all of it where everything is asked for.
// Whoever lists the corners of a matrix (a page on a phone, in Russian, in the dark) puts the two first and last that differ
// in the most.
func Sample[T any](all []T) []T {
	switch {
	case len(all) < 2 || Rounds(1, 0) == 1:
		return all
	case testing.Short():
		return all[len(all)-1:]
	}
	return []T{all[0], all[len(all)-1]}
}

// Long skips a test with -short, which is for every other minute.
func Long(tb testing.TB) {
	tb.Helper()
	if testing.Short() {
		tb.Skip("-short leaves out what takes long")
	}
}

// OneOfMany takes one in so many of the tests that ask for it and skips the rest, unless everything is asked for. It is for
// tests that are dear by what they start, such as a browser. It goes by the name of the test, or of the part that asks: a
// new one is among them without being listed, and the same are taken each time.
func OneOfMany(tb testing.TB) {
	tb.Helper()
	const many = 8
	if !All() && crc32.ChecksumIEEE([]byte(tb.Name()))%many != 0 {
		tb.Skipf("one in %d of what takes a browser or a server runs, and this with HOMEBOUND_TEST_ALL=1", many)
	}
}

// Unraced skips a test under the race detector, since it spends its time in another program, which that does not see.
func Unraced(tb testing.TB) {
	tb.Helper()
	if raceDetector {
		tb.Skip("another program does the work, which the race detector does not see: it runs without it")
	}
}

// Lacks skips a test for want of something on this machine, or fails it where everything is asked for.
func Lacks(tb testing.TB, what string) {
	tb.Helper()
	if All() {
		tb.Fatal("HOMEBOUND_TEST_ALL=1 asks for everything: needs " + what)
		return
	}
	tb.Skip("NOT TESTED: needs " + what)
}
