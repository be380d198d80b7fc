package sqlite

import (
	"context"
	"sync/atomic"
	"time"

	"homebound/internal/labour"
)

// Ledger counts the queries that run under a context, and may bound and watch them. The zero value counts alone.
// It may be shared by goroutines; its fields are not to be changed once a query runs under it.
type Ledger struct {
	// Limit is the most queries that may run, 0 for no limit. The one beyond it fails with a Fault, LimitExceeded.
	Limit int64
	// Watch is told of every query's text, in which its values are question marks, before it runs; what it gives is
	// called with the outcome when the last row is read. It may be nil.
	Watch func(ctx context.Context, query string) (ended func(error))

	statements atomic.Int64
	nanos      atomic.Int64
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
