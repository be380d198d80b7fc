package graphiql_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
)

// letCopy lets the page read and write the clipboard, as a reader does who is asked for it.
func (v visitor) letCopy() {
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		v.Do(func(ctx context.Context, page *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, page, browser.SetPermission, browser.SetPermissionParams{
				Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
				BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
			})
			return chromedp.Void{}, err
		})
	}
}

func (v visitor) clipboard() string {
	return browsertest.Get(v.Browser, chromedp.Poll[string](`(globalThis.clipboard ?? navigator.clipboard).readText()`))
}

// menu opens the menu and waits until the release has said which it is.
func (v visitor) menu() {
	v.Do(chromedp.Click(chromedp.CSS(`[aria-label="Copy as"]`)))
	v.menuIsOpen()
}

func (v visitor) menuIsOpen() {
	v.await(`/Release \d+ for ever/.test(document.querySelector('[role=menuitemcheckbox]')?.textContent)`)
}

func (v visitor) choose(item string) {
	v.await(fmt.Sprintf(`(() => { const item = [...document.querySelectorAll('[role=menuitem]')].find((i) => i.textContent === %q); item?.click(); return !!item; })()`, item))
	v.says(item + " is on the clipboard.")
}

func (v visitor) says(text string) {
	v.await(fmt.Sprintf(`document.querySelector('.homebound-said').textContent === %q`, text))
}

func TestCopyAs_PutsTheTabOnTheClipboard(t *testing.T) {
	v, s := visitSite(t)
	v.letCopy()
	v.open("/graphiql")
	v.write("query Mine { release { number synthetic } }")
	v.menu()
	v.choose("Permalink")
	assert.Equal(t, s.URL+"/releases/2/graphql?query=query%20Mine%7Brelease%7Bnumber%20synthetic%7D%7D", v.clipboard())
	assert.JSONEq(t, `{"number": 2, "synthetic": true}`, strings.TrimSuffix(strings.TrimPrefix(data(t, s.get(v.clipboard())), `{"release":`), `}`))

	v.menu()
	v.choose("Citation")
	assert.Regexp(t, `^Homebound: .*Release 2, published .* synthetic\. http://[^ ]+/releases/2/graphql\?query=query%20Mine%7B[^ ]+$`, v.clipboard())

	v.menu()
	v.Do(chromedp.Click(chromedp.CSS("[role=menuitemcheckbox]")))
	v.await(`document.querySelector('[role=menuitemcheckbox]').ariaChecked === 'false'`)
	v.choose("curl")
	assert.Contains(t, v.clipboard(), "curl --silent --show-error '"+s.URL+"/graphql'")

	v.open("/graphiql?release=1")
	v.menu()
	v.choose("Python")
	assert.Contains(t, v.clipboard(), `"`+s.URL+`/releases/1/graphql"`)
	assert.Empty(t, v.Problems())
}

func TestCopyAs_IsUsedWithTheKeyboardAlone(t *testing.T) {
	v, s := visitSite(t)
	v.letCopy()
	v.open("/graphiql")
	v.write("{ claims { totalCount } }")
	focused := func(expression string) { v.await(`document.activeElement` + expression) }

	v.Do(chromedp.Focus(chromedp.CSS(`[aria-label="Copy as"]`)), chromedp.KeyEvent(kb.ArrowDown))
	v.menuIsOpen()
	focused(`.textContent === 'curl'`)
	v.Do(chromedp.KeyEvent(kb.Escape))
	v.await(`document.querySelector('[role=menu]') === null`)
	focused(`.ariaLabel === 'Copy as'`)

	v.Do(chromedp.KeyEvent(kb.Enter))
	v.menuIsOpen()
	focused(`.textContent === 'curl'`)
	v.Do(chromedp.KeyEvent("e"))
	focused(`.textContent.startsWith('EmbedThe charts show')`)
	focused(`.ariaDisabled === 'true'`)
	v.Do(chromedp.KeyEvent(kb.Enter))
	focused(`.ariaDisabled === 'true'`)
	v.Do(chromedp.KeyEvent(kb.ArrowDown))
	focused(`.textContent === 'Permalink'`)
	v.Do(chromedp.KeyEvent(kb.Enter))
	v.says("Permalink is on the clipboard.")
	assert.Equal(t, s.URL+"/releases/2/graphql?query=%7Bclaims%7BtotalCount%7D%7D", v.clipboard())

	focused(`.ariaLabel === 'Copy as'`)
	v.Do(chromedp.KeyEvent(kb.Enter))
	v.menuIsOpen()
	focused(`.textContent === 'curl'`)
	v.Do(chromedp.KeyEvent(kb.End))
	focused(`.role === 'menuitemcheckbox'`)
	v.Do(chromedp.KeyEvent(" "))
	focused(`.ariaChecked === 'false'`)
	assert.Empty(t, v.Problems())
}

func TestCopyAs_NeedsNoClipboardOfTheBrowser(t *testing.T) {
	v, _ := visitSite(t)
	v.letCopy()
	v.open("/graphiql")
	v.write("{ release { number } }")
	v.await(`(globalThis.clipboard = navigator.clipboard, Object.defineProperty(navigator, 'clipboard', { value: undefined }), navigator.clipboard === undefined)`) // as over plain http
	v.menu()
	v.choose("TypeScript")
	assert.Contains(t, v.clipboard(), "const query = /* GraphQL */ `{ release { number } }`;")
	assert.Empty(t, v.Problems())
}

func TestCopyAs_SaysThatTheReleaseIsUnknown(t *testing.T) {
	v := visit(t) // its API has no release
	v.letCopy()
	v.open("/graphiql")
	v.Do(chromedp.Click(chromedp.CSS(`[aria-label="Copy as"]`)))
	v.await(`document.querySelector('[role=menuitem]')?.textContent === 'curlThe release does not say which it is: there is no answer.'`)
	v.Do(chromedp.Click(chromedp.CSS("[role=menuitemcheckbox]")))
	v.choose("curl")
	require.Contains(t, v.clipboard(), v.origin+"/graphql'")
	assert.Empty(t, v.Problems())
}
