// Package prefetch reads rows in one goroutine while another takes those read before.
package prefetch

import (
	"context"
	"fmt"
	"sync"
)

const (
	batchRows = 256
	batches   = 4 // that are read or taken at a time: all that is held of a table
)

// Rows hands the rows that each yields to take, in order, and lets each go on meanwhile. A row is width values, which
// are copied: each may use its own again at once, and those that take is given are good until it returns. Rows returns
// the first error of either, and not before both have ended.
func Rows[V any](ctx context.Context, width int, each func(context.Context, func([]V) error) error,
	take func(row []V) error) error {
	ctx, stop := context.WithCancel(ctx)
	full, empty := make(chan []V, batches), make(chan []V, batches)
	for range batches {
		empty <- make([]V, 0, batchRows*width)
	}
	var reading sync.WaitGroup
	var failed error // of the reader; read once full is closed
	reading.Go(func() {
		defer close(full)
		defer func() {
			if cause := recover(); cause != nil {
				failed = fmt.Errorf("reading ahead panicked: %v", cause)
			}
		}()
		failed = fill(ctx, each, full, empty)
	})
	defer reading.Wait()
	defer stop()
	for batch := range full {
		for at := 0; at < len(batch); at += width {
			if err := take(batch[at : at+width]); err != nil {
				return err
			}
		}
		clear(batch)
		empty <- batch[:0]
	}
	return failed
}

// fill puts the rows into empty batches and passes on those that are full, and the last.
func fill[V any](ctx context.Context, each func(context.Context, func([]V) error) error, full, empty chan []V) error {
	batch := <-empty
	pass := func() error {
		select {
		case full <- batch:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := each(ctx, func(row []V) error {
		if batch = append(batch, row...); len(batch) < cap(batch) {
			return nil
		}
		if err := pass(); err != nil {
			return err
		}
		select {
		case batch = <-empty:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	if err != nil {
		return err
	}
	return pass()
}
