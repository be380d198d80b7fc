package web

import (
	"context"

	"github.com/maypok86/otter/v2"
)

// Bounds on what is remembered of questions, in bytes.
const (
	persistedBytes = 8 << 20
	documentBytes  = 32 << 20
)

// parsedWeight is about how many bytes a parsed document takes for each byte of its text.
const parsedWeight = 24

// remembered keeps values by a text in a bounded number of bytes, since clients can send new texts without end. It is
// the cache that gqlgen asks for. All of these are one cache to the compiler, since it holds pointers: one of texts would
// be another 170 KB of the program.
type remembered[V any] struct{ of *otter.Cache[string, *V] }

// remember returns a cache of values that weigh at most so many bytes together.
func remember[V any](most uint64, weigh func(key string, value V) int) remembered[V] {
	return remembered[V]{otter.Must(&otter.Options[string, *V]{
		MaximumWeight: most,
		Weigher:       func(key string, value *V) uint32 { return uint32(weigh(key, *value)) },
	})}
}

// Get returns the value that is kept under a key.
func (r remembered[V]) Get(_ context.Context, key string) (value V, ok bool) {
	kept, ok := r.of.GetIfPresent(key)
	if ok {
		value = *kept
	}
	return value, ok
}

// Add keeps a value, and forgets others where there is no room.
func (r remembered[V]) Add(_ context.Context, key string, value V) { r.of.Set(key, &value) }
