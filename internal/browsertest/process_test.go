package browsertest

import (
	"homebound/internal/testsize"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestProcess_SaysThatItHasDied(t *testing.T) {
	testsize.Long(t)
	var p process
	t.Cleanup(p.close)
	ctx, err := p.start(find(t))
	require.NoError(t, err)
	require.NoError(t, chromedp.FromContext(ctx).Browser.Process().Kill())
	<-ctx.Done()
	_, err = p.start(find(t))
	assert.ErrorContains(t, err, "the Chromium of these tests has died")
}

func TestProcess_SaysThatItDoesNotStart(t *testing.T) {
	for _, path := range []string{"/bin/false", "/nowhere/chromium"} {
		var p process
		for range 2 {
			_, err := p.start(path)
			assert.ErrorContains(t, err, "start Chromium: ", path)
		}
		p.close()
	}
}

func TestProcess_EndsWithoutAStart(t *testing.T) {
	var p process
	p.close()
}
