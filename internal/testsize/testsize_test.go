package testsize

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What is asked for is all there is, and less than that is the same each time.
func TestSample_IsTheCorners(t *testing.T) {
	t.Setenv("HOMEBOUND_TEST_ALL", "")
	corners := []int{1, 5}
	if testing.Short() {
		corners = []int{5}
	}
	assert.Equal(t, corners, Sample([]int{1, 2, 3, 4, 5}))
	assert.Equal(t, corners, Sample([]int{1, 5}))
	assert.Equal(t, []int{1}, Sample([]int{1}))
	assert.Equal(t, 3, Rounds(20, 3))
	t.Setenv("HOMEBOUND_TEST_ALL", "1")
	if !raceDetector {
		assert.Equal(t, []int{1, 2, 3}, Sample([]int{1, 2, 3}))
		assert.Equal(t, 20, Rounds(20, 3))
	}
}

// Where everything is asked for, nothing is skipped in silence.
func TestLacks_FailsWhereEverythingIsAskedFor(t *testing.T) {
	for asked, failed := range map[string]bool{"": false, "1": true} {
		t.Setenv("HOMEBOUND_TEST_ALL", asked)
		heard := &listener{TB: t}
		Lacks(heard, "a program")
		assert.Equal(t, failed, heard.failed)
		assert.Equal(t, !failed, heard.skipped)
	}
}

type listener struct {
	testing.TB
	failed, skipped bool
	name            string
}

func (l *listener) Fatal(...any) { l.failed = true }
func (l *listener) Skip(...any)  { l.skipped = true }
func (l *listener) Name() string { return l.name }

func (l *listener) Skipf(string, ...any) { l.skipped = true }

// One test in eight is taken, the same each time, and each of them where everything is asked for.
func TestOneOfMany_GoesByTheName(t *testing.T) {
	for asked, fewest := range map[string]int{"": 5, "1": 100} {
		t.Setenv("HOMEBOUND_TEST_ALL", asked)
		taken := 0
		for i := range 100 {
			once, again := &listener{TB: t, name: fmt.Sprint("Test", i)}, &listener{TB: t, name: fmt.Sprint("Test", i)}
			OneOfMany(once)
			OneOfMany(again)
			assert.Equal(t, once.skipped, again.skipped)
			if !once.skipped {
				taken++
			}
		}
		assert.GreaterOrEqual(t, taken, fewest)
		assert.Equal(t, asked == "1", taken == 100)
	}
}
