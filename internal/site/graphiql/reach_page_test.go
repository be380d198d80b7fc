package graphiql_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"

	"homebound/internal/browsertest"
)

// prefer has the reader's system prefer a theme.
func (v visitor) prefer(theme string) {
	v.Do(func(ctx context.Context, page *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, page, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
		})
		return chromedp.Void{}, err
	})
}

func TestPage_IsUsedOnANarrowScreen(t *testing.T) {
	v, _ := visitSite(t)
	v.Do(chromedp.EmulateViewport(390, 844))
	for _, theme := range []string{"light", "dark"} {
		v.prefer(theme)
		v.open("/graphiql")
		v.write(rowsByYear)
		v.run(`"rows": `)
		const box = `document.querySelector(%q).getBoundingClientRect()`
		const rect = `(({left, right, top, bottom}) => [left, right, top, bottom])(` + box + `)`
		editorAt := shown[[]float64](v, fmt.Sprintf(rect, ".graphiql-query-editor"))
		answerAt := shown[[]float64](v, fmt.Sprintf(rect, ".graphiql-response"))
		assert.GreaterOrEqual(t, answerAt[2], editorAt[3], "the answer stands below the editor")
		assert.Greater(t, editorAt[1]-editorAt[0], 340.0, "as wide as the screen")
		assert.Greater(t, answerAt[1]-answerAt[0], 340.0)
		for _, view := range []string{"JSON", "Table", "Chart"} {
			v.show(view)
			v.noSidewaysScrolling(view)
		}
		v.Do(chromedp.Click(chromedp.CSS(`[aria-label="Show Field explorer"]`)))
		v.await(`document.querySelector('.homebound-explorer details') !== null`)
		v.noSidewaysScrolling("explorer")
		buttons := shown[[][]float64](v, `[...document.querySelectorAll('.graphiql-toolbar button, .homebound-tools button, .graphiql-sidebar button')].map((b) => b.getBoundingClientRect()).map((b) => [b.left, b.right, b.width, b.height])`)
		assert.GreaterOrEqual(t, len(buttons), 10)
		for _, button := range buttons {
			assert.True(t, button[0] >= 0 && button[1] <= 390 && button[2] > 20 && button[3] > 20, "within reach of a finger: %v", button)
		}
		v.Do(chromedp.Click(chromedp.CSS(`[aria-label="Hide Field explorer"]`)))
		v.await(`document.querySelector('.homebound-explorer') === null`)
		// What is read has the contrast of WCAG 2.2 AA against what it stands on.
		assert.GreaterOrEqual(t, shown[float64](v, contrast), 4.5, theme)
	}
	assert.Empty(t, v.Problems())
}

// contrast is the lowest ratio between the text of the answer's tools and what is behind it.
const contrast = `(() => {
	const colour = (text) => { const context = document.createElement('canvas').getContext('2d'); context.fillStyle = text; context.fillRect(0, 0, 1, 1); return [...context.getImageData(0, 0, 1, 1).data]; };
	const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
	const over = ([r, g, b, a], below) => [r, g, b].map((c, i) => (c * a + below[i] * (255 - a)) / 255);
	const behind = (element) => element ? over(colour(getComputedStyle(element).backgroundColor), behind(element.parentElement)) : colour(matchMedia('(prefers-color-scheme: dark)').matches ? '#000' : '#fff');
	const ratio = (element) => { const below = behind(element); const [a, b] = [light(over(colour(getComputedStyle(element).color), below)), light(below)].sort(); return (b + 0.05) / (a + 0.05); };
	return Math.min(...[...document.querySelectorAll('.homebound-tools button, .homebound-taken, .homebound-choices label')].map(ratio));
})()`

func (v visitor) noSidewaysScrolling(where string) {
	v.t.Helper()
	assert.LessOrEqual(v.t, shown[int](v, `document.documentElement.scrollWidth`), 390, where)
}

func TestPage_LetsTheKeyboardLeaveItsEditors(t *testing.T) {
	v := visit(t)
	v.open("/graphiql")
	text := v.query()
	const inEditor = `document.activeElement.closest('.graphiql-query-editor .CodeMirror') !== null`
	focus := func() {
		v.await(fmt.Sprintf(`(%s.focus(), true)`, editor))
		v.await(inEditor)
	}
	focus()
	assert.Contains(t, shown[string](v, `document.activeElement.ariaDescription`), "Tab and Shift+Tab leave the editor")
	v.Do(chromedp.KeyEvent(kb.Tab))
	v.await(`document.activeElement.matches('.graphiql-execute-button')`)
	v.Do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
	v.await(inEditor)
	v.Do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
	v.await(`!(` + inEditor + `)`)
	focus()
	v.Do(chromedp.KeyEvent(kb.Escape))
	v.await(`document.activeElement.matches('.graphiql-execute-button')`)
	assert.Equal(t, text, v.query(), "no key wrote anything")
	assert.Empty(t, v.Problems())
}

func TestPage_GoesInOrderAndShowsWhereTheKeyboardIs(t *testing.T) {
	v := visit(t)
	v.open("/graphiql")
	v.run("as many as 37,000")
	v.await(`(document.querySelector('.graphiql-sidebar button').focus(), true)`)
	var seen []string
	for range 60 {
		at := shown[string](v, `(() => { const e = document.activeElement; const box = e.getBoundingClientRect();
			const at = e.closest('.CodeMirror')?.getBoundingClientRect() ?? box;
			const seen = at.right > 0 && at.bottom > 0 && at.left < innerWidth && at.top < innerHeight;
			const place = e.closest('.graphiql-sidebar, .graphiql-session-header, .graphiql-query-editor, .graphiql-editor-tools, .graphiql-editor-tool, .result-window, .homebound-answer')?.className.split(' ')[0] ?? e.tagName;
			return (seen ? '' : 'UNSEEN ') + place; })()`)
		if len(seen) == 0 || seen[len(seen)-1] != at {
			seen = append(seen, at)
		}
		if at == "BODY" {
			break
		}
		v.Do(chromedp.KeyEvent(kb.Tab))
	}
	assert.Equal(t, []string{"graphiql-sidebar", "graphiql-session-header", "graphiql-query-editor", "graphiql-editor-tools", "result-window", "homebound-answer", "BODY"}, seen)
	assert.Empty(t, v.Problems())
}

func TestPage_CompletesWordsBeforeTabLeaves(t *testing.T) {
	v := visit(t)
	v.open("/graphiql")
	v.write("{  }")
	v.await(fmt.Sprintf(`(%s.focus(), %s.setCursor(0, 2), true)`, editor, editor))
	v.Do(chromedp.KeyEvent(" ", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	v.await(`document.querySelector('.CodeMirror-hints') !== null`)
	v.Do(chromedp.KeyEvent(kb.Tab))
	v.await(`document.querySelector('.CodeMirror-hints') === null`)
	assert.NotEqual(t, "{  }", browsertest.Get(v.Browser, chromedp.Evaluate[string](editor+`.getValue()`)))
	assert.Empty(t, v.Problems())
}
