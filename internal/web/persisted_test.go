package web

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRemembered_HoldsItsBoundForAllThatAsk(t *testing.T) {
	ctx := context.Background()
	r := remember(100_000, func(key, value string) int { return len(key) + len(value) })
	r.Add(ctx, "large", strings.Repeat("x", 100_000))
	r.of.CleanUp()
	_, kept := r.Get(ctx, "large")
	assert.False(t, kept, "it would fill more than all")

	r.Add(ctx, "again", "x")
	r.Add(ctx, "again", "y")
	value, _ := r.Get(ctx, "again")
	assert.Equal(t, "y", value)

	var wait sync.WaitGroup
	for n := range 8 {
		wait.Go(func() {
			for i := range 2000 {
				key := fmt.Sprint(n, "/", i%100)
				r.Add(ctx, key, strings.Repeat("x", i%500))
				r.Get(ctx, key)
			}
		})
	}
	wait.Wait()
	r.of.CleanUp()
	assert.LessOrEqual(t, r.of.WeightedSize(), uint64(100_000))
	assert.NotZero(t, r.of.EstimatedSize())
}
