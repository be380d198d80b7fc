// Package browsertest opens pages in a real Chromium for tests, and tells what the browser complained of.
package browsertest

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"homebound/internal/testsize"
)

// timeout bounds the life of a Browser, so that a page that never comes to rest fails its test. A test that waits many
// times has room for it, and for one wait that is in vain.
const timeout = 5 * time.Minute

// Browser is one page of a headless Chromium, with a profile of its own that is empty at first: storage, cache,
// cookies, permissions and workers are shared with no other Browser. What is the machine's is shared: the
// clipboard. It reaches this machine's loopback addresses alone: the names of all other hosts fail to resolve.
type Browser struct {
	t       testing.TB
	ctx     context.Context
	origins []string

	mu       sync.Mutex
	problems []string
}

// New returns a Browser that ends with the test. Requests to anything but the given origins, such as
// http://127.0.0.1:8080, count as problems.
//
// Without a Chromium on the machine the test is skipped, or fails where HOMEBOUND_TEST_ALL is 1. With -short, and under the
// race detector, it is skipped, and a plain run takes some (testsize.OneOfMany).
func New(t testing.TB, origins ...string) *Browser {
	t.Helper()
	testsize.Long(t)
	testsize.Unraced(t)
	testsize.OneOfMany(t)
	process, err := shared.start(find(t))
	require.NoError(t, err)

	limited, stop := context.WithTimeout(process, timeout)
	t.Cleanup(stop)
	b := &Browser{t: t, origins: origins}
	ctx, closePage := chromedp.NewContext(limited, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.watch))
	t.Cleanup(closePage)
	require.NoError(t, chromedp.Do(ctx), "open a page in Chromium")
	b.ctx = ctx
	return b
}

// Context is the page's, for chromedp.Run and chromedp.Do where an error is expected. It ends with the test.
func (b *Browser) Context() context.Context { return b.ctx }

// Do takes the steps in order, and ends the test at the first that fails.
func (b *Browser) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for i, step := range steps {
		_, err := chromedp.Run(b.ctx, step)
		require.NoError(b.t, err, "step %d in the browser, whose complaints so far are %q", i+1, b.Problems())
	}
}

// Get returns what an action such as chromedp.Title or chromedp.Evaluate reads from the page, and ends the test if
// it fails.
func Get[T any](b *Browser, action chromedp.Action[T]) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, action)
	require.NoError(b.t, err, "read from the browser, whose complaints so far are %q", b.Problems())
	return value
}

// Problems returns what the page did wrong so far, in order: errors and warnings in the console, uncaught exceptions,
// violations of its Content-Security-Policy, requests that failed, and requests to foreign origins.
func (b *Browser) Problems() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.problems)
}

func find(t testing.TB) string {
	t.Helper()
	// The shell is the same engine without the windows around it: a page takes less than half of the processor's time.
	names := []string{"chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}
	if runtime.GOOS == "darwin" {
		names = append(names, "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	testsize.Lacks(t, fmt.Sprintf("Chromium, and none of %q is on this machine", names))
	return ""
}
