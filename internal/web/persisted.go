package web

import (
	"container/list"
	"context"
	"sync"
)

// Bounds on what is remembered of questions, in bytes.
const (
	persistedBytes = 8 << 20
	documentBytes  = 32 << 20
)

// parsedWeight is about how many bytes a parsed document takes for each byte of its text.
const parsedWeight = 24

// remembered keeps values by a text, the ones used last, in a bounded number of bytes: clients can send new texts
// without end.
type remembered[V any] struct {
	weigh func(key string, value V) int
	most  int

	mu     sync.Mutex
	order  *list.List // of *memory[V], the one used last in front
	places map[string]*list.Element
	held   int
}

type memory[V any] struct {
	key    string
	value  V
	weight int
}

// remember keeps values that weigh at most so many bytes together.
func remember[V any](most int, weigh func(key string, value V) int) *remembered[V] {
	return &remembered[V]{weigh: weigh, most: most, order: list.New(), places: map[string]*list.Element{}}
}

// Get gives the value that is kept under a key.
func (r *remembered[V]) Get(_ context.Context, key string) (value V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	place, ok := r.places[key]
	if !ok {
		return value, false
	}
	r.order.MoveToFront(place)
	return place.Value.(*memory[V]).value, true
}

// Add keeps a value, and forgets those that were not used for longest where there is no room.
func (r *remembered[V]) Add(_ context.Context, key string, value V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if place, ok := r.places[key]; ok {
		r.forget(place)
	}
	weight := r.weigh(key, value)
	if weight > r.most {
		return
	}
	r.places[key] = r.order.PushFront(&memory[V]{key, value, weight})
	r.held += weight
	for r.held > r.most {
		r.forget(r.order.Back())
	}
}

func (r *remembered[V]) forget(place *list.Element) {
	m := r.order.Remove(place).(*memory[V])
	delete(r.places, m.key)
	r.held -= m.weight
}
