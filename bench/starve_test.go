package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homebound/internal/web"
)

// starver asks from an address of its own, so that the server takes it for a client of its own.
func starver(tb testing.TB, from string, connections int) *http.Client {
	tb.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	transport := &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}
	tb.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: time.Minute}
}

// BenchmarkStarvation shows how long a client waits while another one asks questions of small cost and much work on 24
// connections without a pause: the 99th percentiles of its kept answers and of its computed ones. Nobody has a budget, so
// that turns alone are what is shown. Beside them stand the same when nobody else asks.
func BenchmarkStarvation(b *testing.B) {
	w := open(b, *permitsFlag)
	address := listen(b, web.New(web.Config{Store: w.store, Log: slog.New(slog.DiscardHandler), PublicURL: "http://127.0.0.1",
		CacheBytes: 64 << 20}))
	const (
		greedy  = `{ permits(last: 1, filter: {issued: {from: "2012-03-09", to: "2019-11-20"}, inForceOn: "2017-05-17"}) { totalCount } } # %d`
		kept    = `{ release { number contentHash } regions(first: 20) { nodes { code name } } }`
		simple  = `{ regions(first: 20) { nodes { code name } } } # %d`
		another = 24
	)
	var asked, answered atomic.Int64
	ask := func(ctx context.Context, client *http.Client, query string) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/graphql?"+url.Values{"query": {query}}.Encode(), nil)
		if err != nil {
			return err
		}
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, response.Body)
		if response.StatusCode == http.StatusOK {
			answered.Add(1)
		}
		return errors.Join(err, response.Body.Close())
	}
	victim := starver(b, "127.0.0.2", 2)
	measure := func(query string, n int) time.Duration {
		took := make([]time.Duration, n)
		for i := range took {
			text := query
			if query == simple {
				text = fmt.Sprintf(query, asked.Add(1))
			}
			start := time.Now()
			require.NoError(b, ask(b.Context(), victim, text))
			took[i] = time.Since(start)
		}
		slices.Sort(took)
		return took[n*99/100]
	}
	milliseconds := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	for b.Loop() {
		measure(kept, 10)
		b.ReportMetric(milliseconds(measure(kept, 300)), "ms-kept-alone")
		b.ReportMetric(milliseconds(measure(simple, 300)), "ms-computed-alone")
		ctx, stop := context.WithCancel(b.Context())
		var crowd sync.WaitGroup
		client := starver(b, "127.0.0.3", another)
		answered.Store(0)
		for range another {
			crowd.Go(func() {
				for ctx.Err() == nil {
					_ = ask(ctx, client, fmt.Sprintf(greedy, asked.Add(1))) // what is refused is asked again
				}
			})
		}
		time.Sleep(500 * time.Millisecond)
		b.ReportMetric(milliseconds(measure(kept, 300)), "ms-kept")
		b.ReportMetric(milliseconds(measure(simple, 300)), "ms-computed")
		b.ReportMetric(float64(answered.Load()-600), "greedy-answers")
		stop()
		crowd.Wait()
	}
}
