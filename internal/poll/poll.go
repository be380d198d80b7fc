// Package poll repeats a check until it is told to stop.
package poll

import (
	"context"
	"time"
)

// Every runs check once every interval until ctx ends. Checks do not overlap. An error goes to report once for as
// long as its text stays the same; one that comes after ctx has ended is not reported.
func Every(ctx context.Context, interval time.Duration, check func(context.Context) error, report func(error)) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	var last string
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		text := ""
		if err := check(ctx); err != nil && ctx.Err() == nil {
			if text = err.Error(); text != last {
				report(err)
			}
		}
		last = text
	}
}
