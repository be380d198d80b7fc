package eventually_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"homebound/internal/eventually"
)

func TestTrue_AsksUntilTheConditionHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, start := 0, time.Now()
		eventually.True(t, func() bool { asked++; return asked == 4 }, time.Minute, time.Second)
		assert.Equal(t, 4, asked)
		assert.Equal(t, 3*time.Second, time.Since(start))
	})
}
