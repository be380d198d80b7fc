package browsertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// process is the Chromium whose pages the Browsers of a test program are. It starts with the first of them, since
// to start one for each costs more than most tests do.
type process struct {
	once sync.Once
	ctx  context.Context
	end  context.CancelFunc
	err  error
}

// shared is the Chromium of this test program. Run ends it.
var shared process

// Run runs the tests of a package, ends the Chromium that its Browsers have shared, and gives the code to exit with.
// It is the TestMain of a package that opens Browsers:
//
//	func TestMain(m *testing.M) { os.Exit(browsertest.Run(m)) }
func Run(m *testing.M) int {
	defer shared.close()
	return m.Run()
}

// start returns the context of the running Chromium. One that has died is not replaced, so that no test hides why.
func (p *process) start(path string) (context.Context, error) {
	p.once.Do(func() { p.launch(path) })
	if p.err == nil && p.ctx.Err() != nil {
		return nil, errors.New("the Chromium of these tests has died, in this test or in one before")
	}
	return p.ctx, p.err
}

// starts is how often a start is tried: now and then a Chromium ends while it starts on a busy machine.
const starts = 3

func (p *process) launch(path string) {
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // Chromium's sandbox does not start for root, nor in most containers
		chromedp.DisableGPU,
		chromedp.Flag("site-per-process", true), // as the whole Chromium has it: a frame in a sandbox has a process of its own
		chromedp.WindowSize(1440, 900),
		chromedp.Flag("disable-back-forward-cache", true), // a page that comes back out of it answers chromedp no more
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
	)
	for range starts {
		allocator, free := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, kill := chromedp.NewContext(allocator)
		end := func() { kill(); free() }
		err := chromedp.Do(ctx)
		if err == nil {
			p.ctx, p.end, p.err = ctx, end, nil
			return
		}
		end()
		p.err = fmt.Errorf("start Chromium: %w", err)
	}
}

// close ends the Chromium, if one was started, and removes what it kept on the disk.
func (p *process) close() {
	p.once.Do(func() {})
	if p.end != nil {
		p.end()
	}
}
