package graphiql_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"

	"homebound/internal/browsertest"
)

// visitSite returns a browser before the whole server, which has published two releases.
func visitSite(t *testing.T) (visitor, *site) {
	t.Helper()
	s := newSite(t, 300, 200)
	return visitor{Browser: browsertest.New(t, s.URL), t: t, origin: s.URL}, s
}

func (v visitor) header() string {
	return browsertest.Get(v.Browser, chromedp.Evaluate[string](`document.querySelector('.graphiql-logo').textContent`))
}

func TestPage_AsksTheReleaseThatItsAddressNames(t *testing.T) {
	v, _ := visitSite(t)
	const query = "query=%7Brelease%7Bnumber%7D%7D"
	for _, test := range []struct{ address, header, answer string }{
		{"/graphiql?release=1&" + query, "Homeboundrelease 1 · current", `"number": 1`},
		{"/graphiql?" + query, "Homebound", `"number": 2`},
		{"/graphiql?release=&" + query, "Homebound", `"number": 2`},
		{"/graphiql?release=02&" + query, "Homebound“02” is no release; the current one answers", `"number": 2`},
		{"/graphiql?release=1%2F..&" + query, "Homebound“1/..” is no release; the current one answers", `"number": 2`},
	} {
		v.open(test.address)
		assert.Equal(t, test.header, v.header())
		v.run(test.answer)
	}
	v.open("/graphiql?release=1")
	assert.Equal(t, v.origin+"/graphiql", browsertest.Get(v.Browser, chromedp.Evaluate[string](`document.querySelector('.graphiql-logo a').href`)))
	assert.Empty(t, v.Problems())
}

func TestPage_SaysThatAReleaseDoesNotExist(t *testing.T) {
	v, _ := visitSite(t)
	v.open("/graphiql?release=99")
	v.run("There is no release 99")
}
