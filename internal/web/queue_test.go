package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"homebound/internal/eventually"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/tracing"
	"homebound/internal/web"
)

// held makes SQL statements wait, so that an operation computes for as long as a test wants: it hears of their spans.
type held struct {
	began chan struct{} // one for each statement
	let   chan struct{} // closed to let them all go
}

func (h *held) OnStart(_ context.Context, span sdktrace.ReadWriteSpan) {
	if span.Name() == "SELECT" || span.Name() == "WITH" {
		h.began <- struct{}{}
		<-h.let
	}
}
func (*held) OnEnd(sdktrace.ReadOnlySpan)      {}
func (*held) Shutdown(context.Context) error   { return nil }
func (*held) ForceFlush(context.Context) error { return nil }
func (h *held) release()                       { close(h.let) }
func counted(n int) string                     { return fmt.Sprintf("{permits(first: %d) {totalCount}}", n) }

// newHeld starts a server on which every operation that reads the database waits.
func newHeld(t *testing.T, change func(*web.Config, *http.Server)) (*sitetest.Operated, *held) {
	t.Helper()
	h := &held{make(chan struct{}, 100), make(chan struct{})}
	o := sitetest.NewOperated(t, func(c *web.Config, s *http.Server) {
		c.Tracing = tracing.To(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(h)))
		change(c, s)
	})
	return o, h
}

func awaitWaiting(o *sitetest.Operated, n float64) {
	o.T.Helper()
	eventually.True(o.T, func() bool { return numbersOf(o)["homebound_queue_length"] == n }, sitetest.WaitFor, sitetest.Tick)
}

func TestQueue_LetsOthersWaitAndThenTurnsThemAway(t *testing.T) {
	o, h := newHeld(t, func(c *web.Config, _ *http.Server) { c.Concurrency, c.Queue, c.QueueTimeout = 1, 1, time.Minute })
	const kept = "{regions {nodes {code}}}"
	require.Equal(t, http.StatusOK, o.Post(kept).Status)

	var running sync.WaitGroup
	for _, n := range []int{1, 2} {
		running.Go(func() { assert.Contains(t, o.Post(counted(n)).Body, `"totalCount":300`) })
		if n == 1 {
			<-h.began
		}
	}
	awaitWaiting(o, 1)
	assert.InDelta(t, 1, numbersOf(o)["homebound_computing"], 0)

	full := o.Post(counted(3))
	assert.Equal(t, http.StatusServiceUnavailable, full.Status)
	assert.Equal(t, "1", full.Header.Get("Retry-After"))
	assert.Equal(t, "no-store", full.Header.Get("Cache-Control"))
	assert.Equal(t, sitetest.Failure{Message: "The server is busy: 1 requests wait already. Ask again in a moment.", Extensions: struct{ Code string }{"UNAVAILABLE"}}, full.Failure(t))
	assert.Equal(t, "queue_full", lastLine(o)["refused"])
	assert.Equal(t, http.StatusOK, o.Post(kept).Status, "what is kept needs no turn")
	assert.Equal(t, http.StatusOK, o.Get("/readyz").Status)

	h.release()
	running.Wait()
	awaitWaiting(o, 0)
	assert.Contains(t, o.Post(counted(3)).Body, `"totalCount":300`, "a refusal is not kept")
	assert.InDelta(t, 1, numbersOf(o)[`homebound_refused_total{reason="queue_full"}`], 0)
}

func TestQueue_PatienceHasAnEnd(t *testing.T) {
	o, h := newHeld(t, func(c *web.Config, _ *http.Server) {
		c.Concurrency, c.Queue, c.QueueTimeout = 1, 10, 50*time.Millisecond
	})
	var running sync.WaitGroup
	running.Go(func() { assert.Contains(t, o.Post(counted(1)).Body, `"totalCount":300`) })
	<-h.began
	late := o.Get(sitetest.ByGet("/graphql", counted(2)), "Accept", "application/graphql-response+json")
	assert.Equal(t, http.StatusServiceUnavailable, late.Status)
	assert.Equal(t, "1", late.Header.Get("Retry-After"))
	assert.Equal(t, "The server is busy: the request waited for 50ms. Ask again in a moment.", late.Failure(t).Message)
	assert.Equal(t, "queue_wait", lastLine(o)["refused"])
	h.release()
	running.Wait()
}

// A subscription that waits for its next event computes nothing, and holds no turn.
func TestQueue_StreamsHoldNoTurn(t *testing.T) {
	o := sitetest.NewOperated(t, func(c *web.Config, _ *http.Server) { c.Concurrency, c.QueueTimeout = 1, time.Millisecond })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range 3 {
		events(t, o.Site, ctx, "subscription {releasePublished {number}}")
	}
	assert.Equal(t, http.StatusOK, o.Post(counted(1)).Status)
}

func TestTimeout_EndsAnOperation(t *testing.T) {
	o := sitetest.NewOperated(t, func(c *web.Config, _ *http.Server) { c.QueryTimeout = time.Nanosecond })
	for _, query := range []string{counted(1), "{report(groupBy: [EMPLOYER], granularity: MONTH) {rows {peakWorkersPresent}}}"} {
		answer := o.Post(query)
		assert.Equal(t, "TIMEOUT", answer.Failure(t).Extensions.Code)
		assert.Equal(t, "The request was stopped because it took too long.", answer.Failure(t).Message)
		assert.Equal(t, "timeout", lastLine(o)["refused"])
	}
	assert.InDelta(t, 2, numbersOf(o)[`homebound_refused_total{reason="timeout"}`], 0)
	assert.Empty(t, o.Log.String(), "it is no failure of the server's")
}

// The deadline interrupts a statement that runs, and the fields that were done by then stay in the answer.
func TestTimeout_InterruptsAStatement(t *testing.T) {
	testsize.Long(t)
	h := &held{make(chan struct{}, 100), make(chan struct{})}
	o := sitetest.NewOperated(t, func(c *web.Config, _ *http.Server) {
		c.QueryTimeout = 300 * time.Millisecond
		c.Tracing = tracing.To(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(h)))
	})
	time.AfterFunc(600*time.Millisecond, h.release)
	answer := o.Post("{release {number} permits(first: 1) {totalCount}}")
	assert.Contains(t, answer.Body, `"code":"TIMEOUT"`)
	assert.Contains(t, answer.Body, `"data":{"release":{"number":1},"permits":null}`)
	assert.Equal(t, http.StatusOK, answer.Status)
	assert.Contains(t, o.Post("{release {number}}").Body, `"number":1`)
}

func TestStatements_AreBounded(t *testing.T) {
	o := sitetest.NewOperated(t, func(c *web.Config, _ *http.Server) { c.MaxStatements = 3 })
	ask := func(n int) sitetest.Reply {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "f%d: report(filter: {within: \"RU-PRI\"}, first: %d) {totalCount rows {permitsIssued}} ", i, i+1)
		}
		return o.Post("{" + text.String() + "}")
	}
	few := ask(1)
	assert.NotContains(t, few.Body, "errors")
	answer := ask(9)
	assert.Contains(t, answer.Body, "The request needs more than 3 reads of the database: ask for fewer fields at a time.")
	assert.Contains(t, answer.Body, `"code":"LIMIT_EXCEEDED"`)
	assert.Equal(t, "statements", lastLine(o)["refused"])
	assert.NotContains(t, ask(1).Body, "errors", "each request has its own")
	assert.Empty(t, o.Log.String())
}
