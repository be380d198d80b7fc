package embeds_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
	"homebound/internal/site/sitetest"
)

// heardNode is what a screen reader is told of a part of the page.
type heardNode struct{ role, name, properties string }

// heardNodes lists what a screen reader finds on the page, in its order.
func heardNodes(t *testing.T, browser *browsertest.Browser) (found []heardNode) {
	t.Helper()
	tree := browsertest.Get(browser, func(ctx context.Context, page *chromedp.Target) (accessibility.GetFullAXTreeResult, error) {
		return cdp.Call(ctx, page, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	})
	text := func(v *accessibility.Value) (said string) {
		if v != nil {
			_ = json.Unmarshal(v.Value, &said) // "" of what is no text
		}
		return said
	}
	for _, node := range tree.Nodes {
		if node.Ignored {
			continue
		}
		var properties []string
		for _, p := range node.Properties {
			if p.Value != nil {
				properties = append(properties, string(p.Name)+"="+strings.Trim(string(p.Value.Value), `"`))
			}
		}
		found = append(found, heardNode{text(node.Role), text(node.Name), strings.Join(properties, " ")})
	}
	return found
}

// TestFigure_IsWalkedByKeyboardAndHeard goes through an interactive picture as who sees nothing does: Tab by Tab, with the role,
// the name and the state of each stop as the browser tells them to screen readers, and what the live region says of a figure.
func TestFigure_IsWalkedByKeyboardAndHeard(t *testing.T) {
	s := sitetest.WithRelease(t)
	browser := browsertest.New(t, s.URL)
	sitetest.Look(t, browser, s.URL+"/embed/stock?region=RU", sitetest.Views[0])
	sitetest.Await(t, browser, inlined)

	focused := func() heardNode {
		nodes := heardNodes(t, browser)
		at := slices.IndexFunc(nodes, func(n heardNode) bool {
			return n.role != "RootWebArea" && strings.Contains(n.properties, "focused=true")
		})
		require.NotEqual(t, -1, at, "%v", nodes)
		return nodes[at]
	}
	walk := func(role, name string, properties ...string) {
		t.Helper()
		browser.Do(chromedp.KeyEvent(kb.Tab))
		stop := focused()
		assert.Equal(t, role, stop.role, "%+v", stop)
		assert.Contains(t, stop.name, name)
		for _, p := range properties {
			assert.Contains(t, stop.properties, p)
		}
		outline := browsertest.Get(browser, chromedp.Evaluate[string](`getComputedStyle(document.activeElement).outlineStyle`))
		assert.NotEqual(t, "none", outline, "where the focus is can be seen: %+v", stop)
	}
	walk("tab", "Chart", "selected=true")
	walk("application", "Interactive picture: Workers present, Russian Federation. The arrow keys read its figures.")
	browser.Do(chromedp.KeyEvent(kb.ArrowRight))
	said := browsertest.Get(browser, chromedp.Evaluate[string](heard))
	assert.Regexp(t, `^[\d,]+ persons\. .*\d{4}`, said)
	nodes := heardNodes(t, browser)
	status := slices.IndexFunc(nodes, func(n heardNode) bool { return n.role == "status" && strings.Contains(n.properties, "live=polite") })
	require.NotEqual(t, -1, status)
	assert.Contains(t, nodes, heardNode{"StaticText", said, ""}, "the figure is in the tree, as the live region's")
	browser.Do(chromedp.KeyEvent(kb.ArrowRight))
	assert.NotEqual(t, said, browsertest.Get(browser, chromedp.Evaluate[string](heard)))

	first := browsertest.Get(browser, chromedp.Evaluate[string](`document.querySelector('.series button').textContent`))
	walk("button", first, "pressed=true")
	browser.Do(chromedp.KeyEvent(kb.Enter))
	assert.Contains(t, focused().properties, "pressed=false")
	browser.Do(chromedp.KeyEvent(kb.Enter))
	for range browsertest.Get(browser, chromedp.Evaluate[int](`document.querySelectorAll('.series button').length - 1`)) {
		walk("button", "", "pressed=true")
	}
	walk("button", "Share or embed", "hasPopup=dialog")
	walk("DisclosureTriangle", "Change what is shown", "expanded=false")
	browser.Do(chromedp.KeyEvent(kb.Enter))
	assert.Contains(t, focused().properties, "expanded=true")
	walk("combobox", "Region")

	for _, n := range heardNodes(t, browser) {
		if slices.Contains([]string{"button", "link", "tab", "tabpanel", "tablist", "combobox", "application", "image", "table", "textbox", "slider"}, n.role) {
			assert.NotEmpty(t, n.name, "%+v has a name", n)
		}
		assert.NotRegexp(t, `[A-Z]{2,}_[A-Z]`, n.name, "and no word of a program")
	}
	assert.Empty(t, browser.Problems())
}
