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
func newHeld(t *testing.T, change func(*web.Config, *http.Server)) (*operated, *held) {
	t.Helper()
	h := &held{make(chan struct{}, 100), make(chan struct{})}
	o := newOperated(t, func(c *web.Config, s *http.Server) {
		c.Tracing = web.TracingTo(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(h)))
		change(c, s)
	})
	return o, h
}

func (o *operated) waiting(n float64) {
	o.t.Helper()
	require.Eventually(o.t, func() bool { return o.numbers()["homebound_queue_length"] == n }, waitFor, tick)
}

func TestQueue_LetsOthersWaitAndThenTurnsThemAway(t *testing.T) {
	o, h := newHeld(t, func(c *web.Config, _ *http.Server) { c.Concurrency, c.Queue, c.QueueTimeout = 1, 1, time.Minute })
	const kept = "{regions {nodes {code}}}"
	require.Equal(t, http.StatusOK, o.post(kept).status)

	var running sync.WaitGroup
	for _, n := range []int{1, 2} {
		running.Go(func() { assert.Contains(t, o.post(counted(n)).body, `"totalCount":300`) })
		if n == 1 {
			<-h.began
		}
	}
	o.waiting(1)
	assert.InDelta(t, 1, o.numbers()["homebound_computing"], 0)

	full := o.post(counted(3))
	assert.Equal(t, http.StatusServiceUnavailable, full.status)
	assert.Equal(t, "1", full.header.Get("Retry-After"))
	assert.Equal(t, "no-store", full.header.Get("Cache-Control"))
	assert.Equal(t, failure{Message: "The server is busy: 1 requests wait already. Ask again in a moment.", Extensions: struct{ Code string }{"UNAVAILABLE"}}, full.failure(t))
	assert.Equal(t, "queue_full", o.line()["refused"])
	assert.Equal(t, http.StatusOK, o.post(kept).status, "what is kept needs no turn")
	assert.Equal(t, http.StatusOK, o.get("/readyz").status)

	h.release()
	running.Wait()
	o.waiting(0)
	assert.Contains(t, o.post(counted(3)).body, `"totalCount":300`, "a refusal is not kept")
	assert.InDelta(t, 1, o.numbers()[`homebound_refused_total{reason="queue_full"}`], 0)
}

func TestQueue_PatienceHasAnEnd(t *testing.T) {
	o, h := newHeld(t, func(c *web.Config, _ *http.Server) {
		c.Concurrency, c.Queue, c.QueueTimeout = 1, 10, 50*time.Millisecond
	})
	var running sync.WaitGroup
	running.Go(func() { assert.Contains(t, o.post(counted(1)).body, `"totalCount":300`) })
	<-h.began
	late := o.get(byGet("/graphql", counted(2)), "Accept", "application/graphql-response+json")
	assert.Equal(t, http.StatusServiceUnavailable, late.status)
	assert.Equal(t, "1", late.header.Get("Retry-After"))
	assert.Equal(t, "The server is busy: the request waited for 50ms. Ask again in a moment.", late.failure(t).Message)
	assert.Equal(t, "queue_wait", o.line()["refused"])
	h.release()
	running.Wait()
}

// A subscription that waits for its next event computes nothing, and holds no turn.
func TestQueue_StreamsHoldNoTurn(t *testing.T) {
	o := newOperated(t, func(c *web.Config, _ *http.Server) { c.Concurrency, c.QueueTimeout = 1, time.Millisecond })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range 3 {
		events(t, o.site, ctx, "subscription {releasePublished {number}}")
	}
	assert.Equal(t, http.StatusOK, o.post(counted(1)).status)
}

func TestTimeout_EndsAnOperation(t *testing.T) {
	o := newOperated(t, func(c *web.Config, _ *http.Server) { c.QueryTimeout = time.Nanosecond })
	for _, query := range []string{counted(1), "{report(groupBy: [EMPLOYER], granularity: MONTH) {rows {peakWorkersPresent}}}"} {
		answer := o.post(query)
		assert.Equal(t, "TIMEOUT", answer.failure(t).Extensions.Code)
		assert.Equal(t, "The request was stopped because it took too long.", answer.failure(t).Message)
		assert.Equal(t, "timeout", o.line()["refused"])
	}
	assert.InDelta(t, 2, o.numbers()[`homebound_refused_total{reason="timeout"}`], 0)
	assert.Empty(t, o.log.String(), "it is no failure of the server's")
}

// The deadline interrupts a statement that runs, and the fields that were done by then stay in the answer.
func TestTimeout_InterruptsAStatement(t *testing.T) {
	h := &held{make(chan struct{}, 100), make(chan struct{})}
	o := newOperated(t, func(c *web.Config, _ *http.Server) {
		c.QueryTimeout = 300 * time.Millisecond
		c.Tracing = web.TracingTo(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(h)))
	})
	time.AfterFunc(600*time.Millisecond, h.release)
	answer := o.post("{release {number} permits(first: 1) {totalCount}}")
	assert.Equal(t, "TIMEOUT", answer.failure(t).Extensions.Code)
	assert.Equal(t, http.StatusOK, answer.status)
	assert.Contains(t, o.post("{release {number}}").body, `"number":1`)
}

func TestStatements_AreBounded(t *testing.T) {
	o := newOperated(t, func(c *web.Config, _ *http.Server) { c.MaxStatements = 3 })
	ask := func(n int) reply {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "f%d: report(filter: {within: \"RU-PRI\"}, first: %d) {totalCount rows {permitsIssued}} ", i, i+1)
		}
		return o.post("{" + text.String() + "}")
	}
	few := ask(1)
	assert.NotContains(t, few.body, "errors")
	answer := ask(9)
	assert.Contains(t, answer.body, "The request needs more than 3 reads of the database: ask for fewer fields at a time.")
	assert.Contains(t, answer.body, `"code":"LIMIT_EXCEEDED"`)
	assert.Equal(t, "statements", o.line()["refused"])
	assert.NotContains(t, ask(1).body, "errors", "each request has its own")
	assert.Empty(t, o.log.String())
}
