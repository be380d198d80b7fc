package web

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRemembered_KeepsWhatWasUsedLastWithinItsBytes(t *testing.T) {
	ctx := context.Background()
	r := remember(100, func(key, value string) int { return len(key) + len(value) })
	has := func(key string) bool { _, ok := r.Get(ctx, key); return ok }

	r.Add(ctx, "a", strings.Repeat("x", 39))
	r.Add(ctx, "b", strings.Repeat("x", 39))
	assert.True(t, has("a"))
	r.Add(ctx, "c", strings.Repeat("x", 39))
	assert.True(t, has("a"), "it was used after b")
	assert.False(t, has("b"))
	assert.True(t, has("c"))

	r.Add(ctx, "d", strings.Repeat("x", 100))
	assert.False(t, has("d"), "it would fill more than all")
	assert.True(t, has("a"))
	r.Add(ctx, "a", "y")
	value, _ := r.Get(ctx, "a")
	assert.Equal(t, "y", value)
	assert.Equal(t, 42, r.held)
}

func TestRemembered_HoldsItsBoundForAllThatAsk(t *testing.T) {
	ctx := context.Background()
	r := remember(10_000, func(key, value string) int { return len(key) + len(value) })
	var wait sync.WaitGroup
	for n := range 8 {
		wait.Go(func() {
			for i := range 2000 {
				key := fmt.Sprint(n, i%100)
				r.Add(ctx, key, strings.Repeat("x", i%500))
				r.Get(ctx, key)
			}
		})
	}
	wait.Wait()
	assert.LessOrEqual(t, r.held, 10_000)
	assert.Len(t, r.places, r.order.Len())
	held := 0
	for key, place := range r.places {
		m := place.Value.(*memory[string])
		assert.Equal(t, key, m.key)
		held += m.weight
	}
	assert.Equal(t, r.held, held)
}
