package prefetch_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/prefetch"
)

// numbers yields so many rows of two numbers, always in the same slice.
func numbers(n int) func(context.Context, func([]int) error) error {
	return func(_ context.Context, yield func([]int) error) error {
		row := make([]int, 2)
		for i := range n {
			row[0], row[1] = i, -i
			if err := yield(row); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestRows_ComeOnceAndInOrder(t *testing.T) {
	for _, n := range []int{0, 1, 255, 256, 257, 5000} {
		next := 0
		require.NoError(t, prefetch.Rows(t.Context(), 2, numbers(n), func(row []int) error {
			assert.Equal(t, []int{next, -next}, row)
			next++
			return nil
		}))
		assert.Equal(t, n, next)
	}
}

func TestRows_EndAtTheFirstError(t *testing.T) {
	broken := errors.New("broken")
	taken := 0
	err := prefetch.Rows(t.Context(), 2, numbers(1_000_000), func([]int) error {
		if taken++; taken == 300 {
			return broken
		}
		return nil
	})
	require.ErrorIs(t, err, broken)
	assert.Equal(t, 300, taken, "what takes is told no more")

	err = prefetch.Rows(t.Context(), 2, func(ctx context.Context, yield func([]int) error) error {
		return errors.Join(numbers(10)(ctx, yield), broken)
	}, func([]int) error { return nil })
	require.ErrorIs(t, err, broken)

	err = prefetch.Rows(t.Context(), 1, func(context.Context, func([]int) error) error { panic("no row") },
		func([]int) error { return nil })
	require.ErrorContains(t, err, "no row", "a panic of the reader ends nobody else")

	ctx, cancel := context.WithCancel(t.Context())
	err = prefetch.Rows(ctx, 2, numbers(1_000_000), func([]int) error {
		cancel()
		return ctx.Err()
	})
	require.ErrorIs(t, err, context.Canceled)
}
