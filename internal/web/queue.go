package web

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"homebound/internal/labour"
)

// queue lets so many operations compute at a time. Others wait for a while, and only so many of them. A nil queue lets
// everybody through.
type queue struct {
	slots    *semaphore.Weighted
	backlog  int64 // for those that wait
	patience time.Duration
	within   atomic.Int64 // that compute
	waiting  atomic.Int64
}

// newQueue makes a queue before so many slots; 0 slots are no bound.
func newQueue(slots, backlog int, patience time.Duration) *queue {
	if slots <= 0 {
		return nil
	}
	return &queue{slots: semaphore.NewWeighted(int64(slots)), backlog: int64(backlog), patience: patience}
}

// enter waits for a slot; leave gives it back. It returns a Fault with Unavailable where too many wait or it would
// take too long, and ctx's own error where that ends first.
func (q *queue) enter(ctx context.Context) (leave func(), err error) {
	if q == nil {
		return func() {}, nil
	}
	if !q.slots.TryAcquire(1) {
		if err := q.wait(ctx); err != nil {
			return nil, err
		}
	}
	q.within.Add(1)
	return sync.OnceFunc(func() {
		q.within.Add(-1)
		q.slots.Release(1)
	}), nil
}

func (q *queue) wait(ctx context.Context) error {
	defer q.waiting.Add(-1)
	if q.waiting.Add(1) > q.backlog {
		recordOf(ctx).refused("queue_full")
		return labour.Faultf(labour.Unavailable,
			"The server is busy: %d requests wait already. Ask again in a moment.", q.backlog)
	}
	patient, cancel := context.WithTimeout(ctx, q.patience)
	defer cancel()
	if err := q.slots.Acquire(patient, 1); err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	recordOf(ctx).refused("queue_wait")
	return labour.Faultf(labour.Unavailable, "The server is busy: the request waited for %s. Ask again in a moment.",
		q.patience)
}
