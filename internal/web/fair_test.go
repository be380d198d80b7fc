package web_test

import (
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/eventually"
	"homebound/internal/site/sitetest"
	"homebound/internal/web"
)

// behindProxy has the tests' own requests name the client that they come from.
var behindProxy = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// from is a header by which a request comes from an address.
func from(address string) []string { return []string{"X-Forwarded-For", address} }

// One client that asks on many connections for what takes long neither keeps another from a turn nor from an answer that
// is kept. No clock decides: its operations never end.
func TestFair_OneClientDoesNotStarveAnother(t *testing.T) {
	o, h := newHeld(t, func(c *web.Config, _ *http.Server) {
		c.Concurrency, c.Queue, c.QueueTimeout, c.Access.Proxies = 4, 10, time.Minute, behindProxy
	})
	const kept = "{regions {nodes {code}}}"
	require.Equal(t, http.StatusOK, o.Post(kept, from("192.0.2.1")...).Status)
	var running sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for n := range 24 {
		running.Go(func() {
			status := o.Post(counted(n+1), from("192.0.2.1")...).Status
			mu.Lock()
			defer mu.Unlock()
			statuses[status]++
		})
	}
	awaitWaiting(o, 10)
	<-h.began
	<-h.began
	assert.InDelta(t, 2, numbersOf(o)["homebound_computing"], 0, "half of the slots")
	modest := from("192.0.2.2")
	for range 3 {
		assert.Contains(t, o.Post("{release {number}}", modest...).Body, `"number":1`, "a free slot at once")
	}
	assert.Equal(t, http.StatusOK, o.Post(kept, modest...).Status)
	for n := range 3 { // two that compute, and one that takes the place of the greedy one's newest in the full backlog
		running.Go(func() {
			assert.Equal(t, http.StatusOK, o.Post(counted(100+n), modest...).Status)
		})
	}
	<-h.began
	<-h.began
	eventually.True(t, func() bool { // the last of the three has come: the backlog was full before it, too
		mu.Lock()
		defer mu.Unlock()
		return statuses[http.StatusServiceUnavailable] == 13
	}, sitetest.WaitFor, sitetest.Tick)
	h.release()
	running.Wait()
	assert.Equal(t, map[int]int{http.StatusOK: 11, http.StatusServiceUnavailable: 13}, statuses)
}

// A question that costs little by its answer is charged for the work that it turned out to be, also beyond the budget;
// the same question, kept, costs 1.
func TestBudget_WorkIsChargedWhenItIsDone(t *testing.T) {
	o := sitetest.NewOperated(t, func(c *web.Config, _ *http.Server) {
		c.WorkPerCost, c.Access.Proxies = time.Nanosecond, behindProxy
		c.Access.AnonymousBudget = access.Budget{Cost: 1000, Per: time.Hour}
	})
	me := from("192.0.2.1")
	first := o.Post(counted(1), me...)
	require.Equal(t, http.StatusOK, first.Status, "what was foreseen could be paid")
	assert.Equal(t, `"anonymous";r=0;t=7200`, first.Header.Get("RateLimit"), "a whole budget is owed, and no more")
	assert.Greater(t, lastLine(o)["cost"], 1000.0, "the log tells what it came to")
	second := o.Post(counted(1), me...)
	assert.Equal(t, http.StatusTooManyRequests, second.Status)
	assert.NotEmpty(t, second.Header.Get("Retry-After"))
	other := o.Post(counted(1), from("192.0.2.2")...)
	assert.Equal(t, `"anonymous";r=999;t=4`, other.Header.Get("RateLimit"), "the same answer is kept")
}

// Whoever has an IPv6 /48 has 65,536 networks of the size that a budget is kept for.
func TestBudget_OfIPv6HasABoundForAllNetworksOfASite(t *testing.T) {
	o := sitetest.NewOperated(t, func(c *web.Config, _ *http.Server) {
		c.Access.Proxies, c.Access.AnonymousBudget = behindProxy, access.Budget{Cost: 10, Per: time.Hour}
	})
	ask := func(address string) int { return o.Post("{release {number}}", from(address)...).Status }
	answered := 0
	for network := range 40 {
		for range 11 {
			if ask(netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 0, 1, 0, byte(network), 15: 1}).String()) == http.StatusOK {
				answered++
			}
		}
	}
	assert.Equal(t, 160, answered, "sixteen budgets")
	assert.Equal(t, http.StatusTooManyRequests, ask("2001:db8:1:ffff::1"))
	assert.Equal(t, http.StatusOK, ask("2001:db8:2::1"), "another site")
	guess := o.Post("{release {number}}", append(from("2001:db8:1:eeee::1"), "Authorization", "Bearer hb_guess")...)
	assert.Equal(t, http.StatusTooManyRequests, guess.Status, "guessing a key counts like asking")
}
