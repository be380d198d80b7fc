package sitetest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
	"homebound/internal/testsize"
)

// screenshots is the variable that names a folder to keep pictures of the pages in, for a look at them.
const screenshots = "HOMEBOUND_SCREENSHOTS"

// Await waits until an expression of the page is true. A page that is left meanwhile no longer answers: the next one is asked.
func Await(t *testing.T, browser *browsertest.Browser, expression string) {
	t.Helper()
	var err error
	for until := time.Now().Add(WaitFor); time.Now().Before(until); {
		_, err = chromedp.Run(browser.Context(), chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(time.Until(until))))
		if err == nil || !strings.Contains(err.Error(), "Cannot find context") {
			break
		}
	}
	require.NoError(t, err, "waiting for %s; the browser complains of %q", expression, browser.Problems())
}

// Picture keeps the page as it looks in light and in dark, where somebody wants to see it.
func Picture(t *testing.T, browser *browsertest.Browser, name string) {
	t.Helper()
	folder := os.Getenv(screenshots)
	if folder == "" {
		return
	}
	for _, scheme := range []string{"dark", "light"} {
		browser.Do(func(ctx context.Context, page *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, page, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			return chromedp.Void{}, err
		})
		image := browsertest.Get(browser, chromedp.FullScreenshot(100))
		require.NoError(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("%s-%s.png", name, scheme)), image, 0o644))
	}
}

// View is how a reader looks at a page.
type View struct {
	Scheme string // light or dark
	Width  int    // in CSS pixels
	Forced bool   // whether the system's few colours take the place of the page's
}

// String names the view.
func (v View) String() string {
	if v.Forced {
		return fmt.Sprintf("forced %s at %d", v.Scheme, v.Width)
	}
	return fmt.Sprintf("%s at %d", v.Scheme, v.Width)
}

// Views are those that pages are looked at in.
var Views = []View{{Scheme: "light", Width: 1280}, {Scheme: "dark", Width: 1280}, {Scheme: "light", Width: 360}, {Scheme: "dark", Width: 360}}

// Look opens a page in a view, and waits until its pictures are there.
func Look(t *testing.T, browser *browsertest.Browser, address string, v View) {
	t.Helper()
	forced := map[bool]string{true: "active", false: "none"}[v.Forced]
	browser.Do(
		func(ctx context.Context, page *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, page, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.Scheme},
					{Name: "prefers-reduced-motion", Value: "reduce"}, {Name: "forced-colors", Value: forced}},
			})
			return chromedp.Void{}, err
		},
		chromedp.EmulateViewport(int64(v.Width), 900),
		chromedp.Navigate(address),
	)
	Await(t, browser, `document.readyState === 'complete' && (document.querySelectorAll('img').forEach((i) => i.loading = 'eager'), true)`)
	Await(t, browser, `[...document.images].every((i) => i.complete && i.naturalWidth > 0)`)
}

// Keep puts away what the page looks like, where somebody wants to see it.
func Keep(t *testing.T, browser *browsertest.Browser, name string) {
	t.Helper()
	if folder := os.Getenv(screenshots); folder != "" {
		image := browsertest.Get(browser, chromedp.FullScreenshot(100))
		require.NoError(t, os.WriteFile(filepath.Join(folder, name+".png"), image, 0o644))
	}
}

// AxeCore returns the text of the script that audits pages.
func AxeCore(t *testing.T) string {
	t.Helper()
	Node(t, "")
	text, err := os.ReadFile(filepath.Join(Root(t), "internal/web/clients/node_modules/axe-core/axe.min.js"))
	require.NoError(t, err)
	return string(text)
}

// Audit runs axe-core on the page as it is, and takes nothing that it finds for small.
func Audit(t *testing.T, browser *browsertest.Browser, axe, what string) {
	t.Helper()
	browser.Do(chromedp.Evaluate[chromedp.Void](axe))
	const run = `axe.run(document, {resultTypes: ['violations']}).then((found) => { window.found = JSON.stringify({passed: found.passes.length, violations: found.violations.map(
		({id, impact, nodes}) => ({id, impact, nodes: nodes.map((n) => n.html + ' — ' + n.failureSummary)}))}) }, (e) => { window.found = String(e) })`
	browser.Do(chromedp.Evaluate[chromedp.Void](`window.found = undefined; ` + run + `; undefined`))
	Await(t, browser, `window.found !== undefined`)
	var found struct {
		Passed     int
		Violations []struct {
			ID, Impact string
			Nodes      []string
		}
	}
	text := browsertest.Get(browser, chromedp.Evaluate[string](`window.found`))
	require.NoError(t, json.Unmarshal([]byte(text), &found), text)
	assert.Greater(t, found.Passed, 15, "rules that found something to look at")
	for _, v := range found.Violations {
		assert.Fail(t, "axe found something", "%s: %s %s: %s", what, v.Impact, v.ID, strings.Join(v.Nodes, "\n"))
	}
}

// Node returns a command that runs a script of the clients folder. Without Node.js or the packages the test is
// skipped, or fails where HOMEBOUND_TEST_ALL is 1. With -short it is skipped.
func Node(t *testing.T, script string, args ...string) *exec.Cmd {
	t.Helper()
	testsize.Long(t)
	clients := filepath.Join(Root(t), "internal/web/clients")
	program, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join(clients, "node_modules"))
	}
	if err != nil {
		testsize.Lacks(t, "Node.js, and npm ci in internal/web/clients: "+err.Error())
	}
	cmd := exec.CommandContext(t.Context(), program, append([]string{script}, args...)...)
	cmd.Dir, cmd.Stderr = clients, os.Stderr
	return cmd
}
