//go:build !linux

package sqlite

import "time"

var began = time.Now()

// threadTime returns the time that has passed, in the place of the thread's own, which this system does not tell.
func threadTime() time.Duration { return time.Since(began) }
