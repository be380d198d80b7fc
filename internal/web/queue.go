package web

import (
	"context"
	"errors"
	"time"

	"homebound/internal/fair"
	"homebound/internal/labour"
)

// queue lets so many operations compute at a time, and shares the turns among clients. A nil queue lets everybody
// through.
type queue struct {
	*fair.Queue
	backlog  int
	patience time.Duration
}

// ownClient is the name by which the site itself takes turns, for pages that it gets ready.
const ownClient = "site"

// newQueue makes a queue before so many slots, of which one client holds at most half; 0 slots are no bound.
func newQueue(slots, backlog int, patience time.Duration) *queue {
	if slots <= 0 {
		return nil
	}
	return &queue{fair.New(fair.Limits{Slots: slots, PerClient: (slots + 1) / 2, Backlog: backlog, Patience: patience}),
		backlog, patience}
}

// enter waits for a slot; leave gives it back. It returns a Fault with Unavailable where too many wait or it would
// take too long, and ctx's own error where that ends first.
func (q *queue) enter(ctx context.Context) (leave func(), err error) {
	if q == nil {
		return func() {}, nil
	}
	leave, err = q.Enter(ctx, principalOf(ctx).client)
	switch {
	case errors.Is(err, fair.ErrFull):
		recordOf(ctx).refused("queue_full")
		return nil, labour.Faultf(labour.Unavailable,
			"The server is busy: %d requests wait already. Ask again in a moment.", q.backlog)
	case errors.Is(err, fair.ErrLate):
		recordOf(ctx).refused("queue_wait")
		return nil, labour.Faultf(labour.Unavailable,
			"The server is busy: the request waited for %s. Ask again in a moment.", q.patience)
	}
	return leave, err
}
