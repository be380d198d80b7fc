package exports

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
)

func filled(text string) filler {
	return func(_ context.Context, to io.Writer) (http.Header, error) {
		_, err := io.WriteString(to, text)
		return http.Header{}, err
	}
}

func textOf(t *testing.T, f *spooled) string {
	t.Helper()
	text, err := io.ReadAll(io.NewSectionReader(f.file, 0, f.size))
	require.NoError(t, err)
	return string(text)
}

func TestSpool_IsBoundedAndKeepsWhatIsRead(t *testing.T) {
	s := newSpool(100, 3)
	a, done, err := s.acquire(t.Context(), "a", filled(strings.Repeat("a", 60)))
	require.NoError(t, err)
	for _, key := range []string{"b", "c", "d", "e"} {
		_, release, err := s.acquire(t.Context(), key, filled(strings.Repeat(key, 30)))
		require.NoError(t, err)
		release()
		assert.LessOrEqual(t, s.bytes, int64(100))
		assert.LessOrEqual(t, s.recent.Len(), 3)
	}
	assert.True(t, a.gone)
	assert.Equal(t, strings.Repeat("a", 60), textOf(t, a), "whoever reads it, reads on")
	done()
	assert.Nil(t, a.file, "and closes it")

	again, release, err := s.acquire(t.Context(), "e", filled("another"))
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("e", 30), textOf(t, again), "it is made once")
	release()

	_, _, err = s.acquire(t.Context(), "f", filled(strings.Repeat("f", 5000)))
	var fault *labour.Fault
	require.ErrorAs(t, err, &fault)
	assert.Equal(t, labour.LimitExceeded, fault.Code)
	assert.Nil(t, s.byKey["f"])
}

// TestSpool_WhoeverWaitsIsServed lets the maker of a file go away, fail and panic.
func TestSpool_WhoeverWaitsIsServed(t *testing.T) {
	s := newSpool(100, 3)
	ctx, leave := context.WithCancel(t.Context())
	begun := make(chan struct{})
	var waiting sync.WaitGroup
	waiting.Go(func() {
		_, _, err := s.acquire(ctx, "a", func(ctx context.Context, _ io.Writer) (http.Header, error) {
			close(begun)
			<-ctx.Done()
			return nil, ctx.Err()
		})
		assert.ErrorIs(t, err, context.Canceled)
	})
	<-begun
	var made atomic.Int32
	for range 5 {
		waiting.Go(func() {
			file, release, err := s.acquire(t.Context(), "a", func(ctx context.Context, to io.Writer) (http.Header, error) {
				made.Add(1)
				return filled("whole")(ctx, to)
			})
			if assert.NoError(t, err) {
				assert.Equal(t, "whole", textOf(t, file))
				release()
			}
		})
	}
	leave()
	waiting.Wait()
	assert.Equal(t, int32(1), made.Load())

	failed := errors.New("no disk")
	_, _, err := s.acquire(t.Context(), "b", func(context.Context, io.Writer) (http.Header, error) { return nil, failed })
	require.ErrorIs(t, err, failed)
	assert.Panics(t, func() {
		_, _, _ = s.acquire(t.Context(), "c", func(context.Context, io.Writer) (http.Header, error) { panic("a fault") })
	})
	for _, key := range []string{"b", "c"} {
		_, release, err := s.acquire(t.Context(), key, filled("now"))
		require.NoError(t, err, "the next one tries again")
		release()
	}
}
