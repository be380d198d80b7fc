package sqlite

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"homebound/internal/labour"
)

// Ledger counts the queries that run under a context, and may bound and watch them. The zero value counts alone.
// It may be shared by goroutines; its fields are not to be changed once a query runs under it.
type Ledger struct {
	// Limit is the most queries that may run, 0 for no limit. The one beyond it fails with a Fault, LimitExceeded.
	Limit int64
	// Width is the most queries that run at a time, 0 for no limit; others wait. An operation whose fields are computed
	// side by side would else take every connection.
	Width int
	// Watch is told of every query's text, in which its values are question marks, before it runs; what it gives is
	// called with the outcome when the last row is read. It may be nil.
	Watch func(ctx context.Context, query string) (ended func(error))

	statements atomic.Int64
	nanos      atomic.Int64
	work       atomic.Int64 // nanoseconds
	once       sync.Once
	places     chan struct{} // one for each query that runs; nil without a limit
}

type ledgerKey struct{}

// WithLedger returns a context whose queries are counted in l, and in no ledger of a context around it.
func WithLedger(ctx context.Context, l *Ledger) context.Context {
	return context.WithValue(ctx, ledgerKey{}, l)
}

// WithStatementCount returns a context, and the number of queries that run under it.
func WithStatementCount(ctx context.Context) (context.Context, *atomic.Int64) {
	l := new(Ledger)
	return WithLedger(ctx, l), &l.statements
}

// Statements returns the number of queries that were begun.
func (l *Ledger) Statements() int64 { return l.statements.Load() }

// Spent returns the time that queries took from their beginning to their last row, waiting for a connection included.
// Of queries that ran side by side it is the sum.
func (l *Ledger) Spent() time.Duration { return time.Duration(l.nanos.Load()) }

// Work returns the processor time that queries and the reading of their rows took. Unlike Spent it does not grow when
// the machine is busy with others, so that it can be charged for.
func (l *Ledger) Work() time.Duration { return time.Duration(l.work.Load()) }

// clockOf returns the clock by which queries are measured.
func clockOf(q Querier) func() time.Duration {
	if _, is := q.(Foreign); is {
		return func() time.Duration { return time.Since(started) }
	}
	return threadTime
}

var started = time.Now()

// meter waits until the query may run, and measures the time of a clock from then until done is called, which is on the
// same goroutine.
func (l *Ledger) meter(ctx context.Context, clock func() time.Duration) (done func(), err error) {
	l.once.Do(func() {
		if l.Width > 0 {
			l.places = make(chan struct{}, l.Width)
		}
	})
	if l.places != nil {
		select {
		case l.places <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	runtime.LockOSThread() // the clock is the thread's
	start := clock()
	return func() {
		l.work.Add(int64(clock() - start))
		runtime.UnlockOSThread()
		if l.places != nil {
			<-l.places
		}
	}, nil
}

// begin enters a query, and gives what is called with its outcome.
func (l *Ledger) begin(ctx context.Context, query string) (func(error), error) {
	if n := l.statements.Add(1); l.Limit > 0 && n > l.Limit {
		return nil, labour.Faultf(labour.LimitExceeded,
			"The request needs more than %d reads of the database: ask for fewer fields at a time.", l.Limit)
	}
	watched := func(error) {}
	if l.Watch != nil {
		watched = l.Watch(ctx, query)
	}
	start := time.Now()
	return func(err error) {
		l.nanos.Add(int64(time.Since(start)))
		watched(err)
	}, nil
}
