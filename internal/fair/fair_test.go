package fair

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// enter asks for a slot in a goroutine of its own, and returns once the request has one, waits, or was refused.
func enter(q *Queue, ctx context.Context, client string) chan error {
	outcome := make(chan error, 1)
	go func() {
		_, err := q.Enter(ctx, client)
		outcome <- err
	}()
	synctest.Wait()
	return outcome
}

func must(t *testing.T, q *Queue, client string) (leave func()) {
	t.Helper()
	leave, err := q.Enter(t.Context(), client)
	require.NoError(t, err)
	return leave
}

// What decides is the order alone, never how long something took.
func TestQueue_ClientsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{Slots: 1, PerClient: 1, Backlog: 100, Patience: time.Hour})
		leave := must(t, q, "greedy")
		var mu sync.Mutex
		var order []string
		var running sync.WaitGroup
		ask := func(client string) {
			running.Go(func() {
				leave, err := q.Enter(t.Context(), client)
				assert.NoError(t, err)
				mu.Lock()
				order = append(order, client)
				mu.Unlock()
				leave()
			})
			synctest.Wait()
		}
		for range 5 {
			ask("greedy")
		}
		ask("modest")
		ask("other")
		ask("modest")
		leave()
		running.Wait()
		assert.Equal(t, []string{"greedy", "modest", "other", "greedy", "modest", "greedy", "greedy", "greedy"}, order)
		assert.Empty(t, q.clients, "nothing is kept of who has gone")
		assert.Zero(t, q.Held())
		assert.Zero(t, q.Waiting())
	})
}

func TestQueue_NoClientHoldsAllSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{Slots: 4, PerClient: 2, Backlog: 100, Patience: time.Hour})
		must(t, q, "greedy")
		leave := must(t, q, "greedy")
		third := enter(q, t.Context(), "greedy")
		assert.Equal(t, 1, q.Waiting())
		must(t, q, "modest")
		assert.Empty(t, third, "a free slot is not for who has its part")
		_, is := q.Try("greedy")
		assert.False(t, is)
		back, is := q.Try("other")
		require.True(t, is)
		assert.Equal(t, 4, q.Held())
		back()
		assert.Empty(t, third)
		leave()
		require.NoError(t, <-third)
	})
}

func TestQueue_AFullBacklogIsSharedToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{Slots: 1, PerClient: 1, Backlog: 4, Patience: time.Hour})
		must(t, q, "busy")
		var greedy []chan error
		for range 4 {
			greedy = append(greedy, enter(q, t.Context(), "greedy"))
		}
		require.ErrorIs(t, <-enter(q, t.Context(), "greedy"), ErrFull, "its own newest is refused")
		modest := enter(q, t.Context(), "modest")
		require.ErrorIs(t, <-greedy[3], ErrFull, "the newest of whoever has most makes room")
		enter(q, t.Context(), "modest")
		require.ErrorIs(t, <-greedy[2], ErrFull)
		require.ErrorIs(t, <-enter(q, t.Context(), "modest"), ErrFull, "both have as many")
		assert.Equal(t, 4, q.Waiting())
		assert.Empty(t, modest)
		assert.Len(t, q.clients, 3)
		q.leave("busy")
		require.NoError(t, <-greedy[0])
	})
}

func TestQueue_PatienceAndContextsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New(Limits{Slots: 1, PerClient: 1, Backlog: 10, Patience: time.Second})
		leave := must(t, q, "a")
		start := time.Now()
		require.ErrorIs(t, <-enter(q, t.Context(), "b"), ErrLate)
		assert.Equal(t, time.Second, time.Since(start))
		ctx, cancel := context.WithCancel(t.Context())
		gone := enter(q, ctx, "b")
		cancel()
		require.ErrorIs(t, <-gone, context.Canceled)
		leave()
		leave()
		assert.Zero(t, q.Held(), "a slot is given back once")
		assert.Empty(t, q.clients)
	})
}

// Whatever happens in whatever order, the bounds hold and nothing is lost.
func TestQueue_HoldsItsBoundsUnderLoad(t *testing.T) {
	l := Limits{Slots: 4, PerClient: 2, Backlog: 8, Patience: 2 * time.Millisecond}
	q := New(l)
	var running sync.WaitGroup
	for i := range 24 {
		running.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			name := fmt.Sprint(i % 5)
			for range 200 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.IntN(3000))*time.Microsecond)
				leave, err := q.Enter(ctx, name)
				if err == nil {
					q.mu.Lock()
					assert.LessOrEqual(t, q.held, l.Slots)
					assert.LessOrEqual(t, q.clients[name].held, l.PerClient)
					assert.LessOrEqual(t, q.waiting, l.Backlog)
					q.mu.Unlock()
					time.Sleep(time.Duration(random.IntN(200)) * time.Microsecond)
					leave()
				} else {
					assert.True(t, errors.Is(err, ErrFull) || errors.Is(err, ErrLate) || ctx.Err() != nil, err)
				}
				cancel()
			}
		})
	}
	running.Wait()
	assert.Zero(t, q.Held())
	assert.Zero(t, q.Waiting())
	assert.Empty(t, q.clients)
	assert.Empty(t, q.turns)
}
