package site_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
	"homebound/internal/exchange"
	"homebound/internal/site/graphiql"
	"homebound/internal/site/sitetest"
)

// TestBrowser_FromTheFirstPageToTheFirstAnswer is what a reader does who comes for the first time: open the page,
// follow the link to GraphiQL, press the button, read the number.
func TestBrowser_FromTheFirstPageToTheFirstAnswer(t *testing.T) {
	s := sitetest.New(t)
	browser := browsertest.New(t, s.URL)
	_, err := exchange.PublishDefault(t.Context(), s.Store, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	require.NoError(t, err)

	browser.Do(chromedp.Navigate(s.URL), chromedp.WaitVisible(chromedp.CSS("footer")))
	assert.Equal(t, "What became of the workers sent home from the Far Eastern Federal District? – Homebound", browsertest.Get(browser, chromedp.Title()))
	assert.Contains(t, browsertest.Get(browser, chromedp.Evaluate[string](`document.querySelector('main').innerText`)), "a register that is made up")
	sitetest.Picture(t, browser, "home")

	browser.Do(chromedp.Click(chromedp.CSS(`a[href="/graphiql"]`)), chromedp.WaitVisible(chromedp.CSS(".graphiql-execute-button")))
	const editors = `document.querySelectorAll('.CodeMirror').length === 4 && !document.querySelector('.graphiql-spinner')`
	sitetest.Await(t, browser, editors)
	browser.Do(chromedp.Click(chromedp.CSS(".graphiql-execute-button")))
	const answer = `document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()`
	sitetest.Await(t, browser, answer+`.includes('outputLost')`)
	sitetest.Picture(t, browser, "graphiql")

	shown := browsertest.Get(browser, chromedp.Evaluate[string](answer))
	assert.Equal(t, central(t, s.Post(graphiql.Tabs()[0].Query).Body), central(t, shown), "the page shows what the API says")
	assert.Empty(t, browser.Problems())
}

func TestBrowser_SaysThatThereIsNoReleaseYet(t *testing.T) {
	s := sitetest.New(t)
	browser := browsertest.New(t, s.URL)
	browser.Do(chromedp.Navigate(s.URL), chromedp.WaitVisible(chromedp.CSS(".mark")))
	assert.Contains(t, browsertest.Get(browser, chromedp.Evaluate[string](`document.querySelector('.mark').innerText`)), "No release is published yet")
	sitetest.Picture(t, browser, "home-empty")
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
