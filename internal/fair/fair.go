// Package fair shares a bounded number of slots among clients: whoever asks most waits longest, and nobody keeps the
// others out. It knows neither requests nor what is done in a slot.
package fair

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Reasons for which no slot is given.
var (
	ErrFull = errors.New("too many wait")         // at once, or when a client that waits for less takes the place
	ErrLate = errors.New("the wait was too long") // after Limits.Patience
)

// Limits are the bounds of a queue.
type Limits struct {
	Slots     int           // that are held at a time
	PerClient int           // of them, by one client, whether or not others wait
	Backlog   int           // requests that wait at a time, of all clients
	Patience  time.Duration // that one request waits
}

// Queue hands out slots. A client that has fewer than it may gets a free one at once. Others wait: the requests of one
// client in the order in which they came, and the clients in turn, so that a client with one request waits for one slot
// of each other client, however many requests those have. Where the backlog is full, the client with the most requests
// in it gives up its newest one. A queue keeps nothing of a client that neither holds a slot nor waits.
//
// A client may never hold all slots (but of a queue with one), so that another's first request need not wait until an
// expensive one has ended.
type Queue struct {
	limits Limits

	mu      sync.Mutex
	held    int // slots
	waiting int // requests
	clients map[string]*client
	turns   []*client // those with requests that wait; the first is the next to get a slot
}

type client struct {
	name    string
	held    int
	waiting []*waiter // the oldest first
}

// waiter is a request that waits. Its channel takes what becomes of it: nil for a slot.
type waiter struct{ outcome chan error }

// New returns a queue before so many slots.
func New(l Limits) *Queue { return &Queue{limits: l, clients: map[string]*client{}} }

// Enter waits for a slot; leave gives it back. It returns ErrFull, ErrLate, or ctx's own error where that ends first.
func (q *Queue) Enter(ctx context.Context, name string) (leave func(), err error) {
	w, err := q.ask(name)
	if err != nil {
		return nil, err
	}
	if w != nil {
		if err := q.wait(ctx, name, w); err != nil {
			return nil, err
		}
	}
	return sync.OnceFunc(func() { q.leave(name) }), nil
}

// Try returns a slot where one is free for the client now.
func (q *Queue) Try(name string) (leave func(), is bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if c := q.client(name); !q.mayTake(c) {
		q.forget(c)
		return nil, false
	}
	q.take(q.clients[name])
	return sync.OnceFunc(func() { q.leave(name) }), true
}

// Held returns the number of slots that are held.
func (q *Queue) Held() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.held
}

// Waiting returns the number of requests that wait.
func (q *Queue) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting
}

// ask takes a slot, or a place in the backlog: then it returns the waiter.
func (q *Queue) ask(name string) (*waiter, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	c := q.client(name)
	if q.mayTake(c) {
		q.take(c)
		return nil, nil
	}
	if q.waiting >= q.limits.Backlog && !q.makeRoom(len(c.waiting)+1) {
		q.forget(c)
		return nil, ErrFull
	}
	w := &waiter{make(chan error, 1)}
	if len(c.waiting) == 0 {
		q.turns = append(q.turns, c)
	}
	c.waiting = append(c.waiting, w)
	q.waiting++
	return w, nil
}

// makeRoom turns the newest request of the client with the most of them away, where that has more than so many.
func (q *Queue) makeRoom(than int) bool {
	if len(q.turns) == 0 {
		return false
	}
	most := slices.MaxFunc(q.turns, func(a, b *client) int { return len(a.waiting) - len(b.waiting) })
	if len(most.waiting) <= than {
		return false
	}
	newest := most.waiting[len(most.waiting)-1]
	q.remove(most, newest)
	newest.outcome <- ErrFull
	return true
}

func (q *Queue) wait(ctx context.Context, name string, w *waiter) error {
	late := time.NewTimer(q.limits.Patience)
	defer late.Stop()
	var reason error
	select {
	case err := <-w.outcome:
		return err
	case <-late.C:
		reason = ErrLate
	case <-ctx.Done():
		reason = ctx.Err()
	}
	q.mu.Lock()
	select {
	case err := <-w.outcome: // it came at the same moment
		q.mu.Unlock()
		if err == nil {
			q.leave(name)
		}
	default:
		c := q.clients[name]
		q.remove(c, w)
		q.forget(c)
		q.mu.Unlock()
	}
	return reason
}

// remove takes a request out of the backlog. A client with no other one has no turn any more.
func (q *Queue) remove(c *client, w *waiter) {
	c.waiting = slices.DeleteFunc(c.waiting, func(other *waiter) bool { return other == w })
	q.waiting--
	if len(c.waiting) == 0 {
		q.turns = slices.DeleteFunc(q.turns, func(other *client) bool { return other == c })
	}
}

// leave returns a slot, and hands free slots to those whose turn it is.
func (q *Queue) leave(name string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	c := q.clients[name]
	q.held--
	c.held--
	for q.held < q.limits.Slots {
		at := slices.IndexFunc(q.turns, q.mayTake)
		if at < 0 {
			break
		}
		next := q.turns[at]
		w := next.waiting[0]
		q.turns = slices.Delete(q.turns, at, at+1)
		next.waiting = next.waiting[1:]
		q.waiting--
		if len(next.waiting) > 0 {
			q.turns = append(q.turns, next)
		}
		q.take(next)
		w.outcome <- nil
	}
	q.forget(c)
}

func (q *Queue) client(name string) *client {
	c, known := q.clients[name]
	if !known {
		c = &client{name: name}
		q.clients[name] = c
	}
	return c
}

// forget lets go of a client that neither holds a slot nor waits for one.
func (q *Queue) forget(c *client) {
	if c.held == 0 && len(c.waiting) == 0 {
		delete(q.clients, c.name)
	}
}

func (q *Queue) mayTake(c *client) bool {
	return q.held < q.limits.Slots && c.held < q.limits.PerClient
}

func (q *Queue) take(c *client) {
	q.held++
	c.held++
}
