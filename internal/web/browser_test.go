package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
	"homebound/internal/exchange"
	"homebound/internal/site/graphiql"
)

// screenshots is the variable that names a folder to keep pictures of the pages in, for a look at them.
const screenshots = "HOMEBOUND_SCREENSHOTS"

// TestBrowser_FromTheFirstPageToTheFirstAnswer is what a reader does who comes for the first time: open the page, follow
// the link to GraphiQL, press the button, read the number.
func TestBrowser_FromTheFirstPageToTheFirstAnswer(t *testing.T) {
	s := newSite(t)
	browser := browsertest.New(t, s.URL)
	_, err := exchange.PublishDefault(t.Context(), s.store, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	require.NoError(t, err)

	browser.Do(chromedp.Navigate(s.URL), chromedp.WaitVisible(chromedp.CSS(".mark")))
	assert.Equal(t, "Sent home from the Far Eastern Federal District – Homebound", browsertest.Get(browser, chromedp.Title()))
	assert.Contains(t, browsertest.Get(browser, chromedp.Evaluate[string](`document.querySelector('.mark').innerText`)), "Synthetic rows take part.")
	picture(t, browser, "home")

	browser.Do(chromedp.Click(chromedp.CSS(`a[href="/graphiql"]`)), chromedp.WaitVisible(chromedp.CSS(".graphiql-execute-button")))
	const editors = `document.querySelectorAll('.CodeMirror').length === 4 && !document.querySelector('.graphiql-spinner')`
	await(t, browser, editors)
	browser.Do(chromedp.Click(chromedp.CSS(".graphiql-execute-button")))
	const answer = `document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()`
	await(t, browser, answer+`.includes('outputLost')`)
	picture(t, browser, "graphiql")

	shown := browsertest.Get(browser, chromedp.Evaluate[string](answer))
	assert.Equal(t, central(t, s.post(graphiql.Tabs()[0].Query).body), central(t, shown), "the page shows what the API says")
	assert.Empty(t, browser.Problems())
}

func TestBrowser_SaysThatThereIsNoReleaseYet(t *testing.T) {
	s := newSite(t)
	browser := browsertest.New(t, s.URL)
	browser.Do(chromedp.Navigate(s.URL), chromedp.WaitVisible(chromedp.CSS(".mark")))
	assert.Contains(t, browsertest.Get(browser, chromedp.Evaluate[string](`document.querySelector('.mark').innerText`)), "No release is published yet")
	picture(t, browser, "home-empty")
	assert.Empty(t, browser.Problems())
}

// central reads the estimate of the output lost from an answer to the first tab's query.
func central(t *testing.T, text string) float64 {
	t.Helper()
	var answer struct {
		Data struct {
			AsItWas struct {
				OutputLost struct{ Central float64 }
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(text), &answer), text)
	require.Positive(t, answer.Data.AsItWas.OutputLost.Central)
	return answer.Data.AsItWas.OutputLost.Central
}

func await(t *testing.T, browser *browsertest.Browser, expression string) {
	t.Helper()
	_, err := chromedp.Run(browser.Context(), chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(waitFor)))
	require.NoError(t, err, "waiting for %s; the browser complains of %q", expression, browser.Problems())
}

// picture keeps the page as it looks in light and in dark, where somebody wants to see it.
func picture(t *testing.T, browser *browsertest.Browser, name string) {
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
