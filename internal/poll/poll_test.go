package poll

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestEvery_ReportsAnErrorOnceWhileItStaysTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		found := []error{errors.New("a"), errors.New("a"), errors.New("b"), nil, errors.New("b"), nil}
		var reported []string
		checks := 0
		start := time.Now()
		Every(ctx, time.Second, func(context.Context) error {
			err := found[checks]
			if checks++; checks == len(found) {
				stop()
			}
			return err
		}, func(err error) { reported = append(reported, err.Error()) })
		assert.Equal(t, []string{"a", "b", "b"}, reported)
		assert.Equal(t, time.Duration(len(found))*time.Second, time.Since(start))
	})
}

func TestEvery_ReportsNothingOnceItIsToldToStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		Every(ctx, time.Second, func(ctx context.Context) error { stop(); return ctx.Err() },
			func(err error) { assert.Fail(t, "reported", err) })
	})
}
