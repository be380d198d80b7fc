// Package eventually waits in tests for what comes in time.
package eventually

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Patience is how long a test waits for what has to come. It is long, since a browser on a busy machine is slow, and
// what comes early is not waited for.
const Patience = time.Minute

// True asks for a condition every tick until it holds, and fails the test where it does not in time. Unlike testify's
// Eventually it asks in the goroutine of the test: where the condition itself requires something that is not so, the
// test ends there and then, and does not wait for the rest of the time.
func True(t testing.TB, condition func() bool, wait, tick time.Duration, message ...any) {
	t.Helper()
	for end := time.Now().Add(wait); !condition(); time.Sleep(tick) {
		if time.Now().After(end) {
			require.Fail(t, "the condition has not come true in "+wait.String(), message...)
		}
	}
}
