package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homebound/internal/web"
)

// Cached answers are measured over HTTP on the loopback: connections stay open, and each sends its next request
// once it has read the whole answer to the last. The load comes from goroutines of this process that write a
// finished request to a raw socket and look at nothing but the length of what comes back, so that nearly all work
// is the server's.
const (
	connections = 8
	perTurn     = 250 // requests of a connection in one turn
)

const cachedQuery = `{ report(groupBy: [NATIONALITY], granularity: YEAR) { rows { nationality { code } period { label } permitsIssued } } }`

// cachedOverBare sets a cached answer against a handler that writes the same bytes and knows nothing else.
func cachedOverBare(method string, gzip bool) contest {
	packing := "as it is"
	if gzip {
		packing = "in gzip"
	}
	return contest{
		what: fmt.Sprintf("cached %s /graphql, %s", method, packing), against: "a bare handler that writes the same bytes",
		bound: bound{least: true, value: 0.7},
		prepare: func(tb testing.TB) (ours, theirs func() error) {
			w := open(tb, *permitsFlag)
			site := listen(tb, web.New(web.Config{Store: w.store, Log: slog.New(slog.DiscardHandler), PublicURL: "http://127.0.0.1", CacheBytes: 64 << 20}))
			text := request(method, gzip)
			response, body := once(tb, site, text)
			require.Equal(tb, http.StatusOK, response.StatusCode, "%s", body)
			require.Equal(tb, gzip, response.Header.Get("Content-Encoding") == "gzip")
			bare := listen(tb, same(response.Header, body))
			again, sameBody := once(tb, bare, text)
			require.Equal(tb, body, sameBody)
			require.Len(tb, again.Header, len(response.Header))
			return load(tb, site, text), load(tb, bare, text)
		},
	}
}

// same writes a body with the header that it came with. Like any handler of a POST, it reads what was sent.
func same(header http.Header, body []byte) http.Handler {
	header = header.Clone()
	header.Del("Date") // which the server writes
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		own := w.Header()
		for name, values := range header {
			own[name] = values
		}
		_, _ = w.Write(body)
	})
}

// listen serves a handler on the loopback, set up as the program sets its server up, and gives the address.
func listen(tb testing.TB, handler http.Handler) string {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10}
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(listener) }()
	tb.Cleanup(func() {
		require.NoError(tb, server.Close())
		require.ErrorIs(tb, <-stopped, http.ErrServerClosed)
	})
	return listener.Addr().String()
}

// request returns the bytes of a request as a browser's or a library's would be, without the headers that tell them
// apart.
func request(method string, gzip bool) []byte {
	var text strings.Builder
	body := fmt.Sprintf(`{"query":%q}`, cachedQuery)
	target := "/graphql"
	if method == http.MethodGet {
		target, body = "/graphql?query="+url.QueryEscape(cachedQuery), ""
	}
	fmt.Fprintf(&text, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: application/graphql-response+json\r\n", method, target)
	if gzip {
		text.WriteString("Accept-Encoding: gzip\r\n")
	}
	if body != "" {
		fmt.Fprintf(&text, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	text.WriteString("\r\n" + body)
	return []byte(text.String())
}

// once sends one request and reads the answer with care.
func once(tb testing.TB, address string, text []byte) (*http.Response, []byte) {
	tb.Helper()
	conn, err := net.Dial("tcp", address)
	require.NoError(tb, err)
	defer conn.Close()
	_, err = conn.Write(text)
	require.NoError(tb, err)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(tb, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(tb, err)
	return response, body
}

// load returns a turn of requests on connections that stay open from turn to turn.
func load(tb testing.TB, address string, text []byte) func() error {
	tb.Helper()
	clients := make([]*client, connections)
	for i := range clients {
		conn, err := net.Dial("tcp", address)
		require.NoError(tb, err)
		tb.Cleanup(func() { require.NoError(tb, conn.Close()) })
		clients[i] = &client{conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}
	}
	return func() error {
		var running sync.WaitGroup
		failed := make([]error, connections)
		for i, c := range clients {
			running.Go(func() {
				for range perTurn {
					if failed[i] = c.do(text); failed[i] != nil {
						return
					}
				}
			})
		}
		running.Wait()
		return errors.Join(failed...)
	}
}

// client is one connection.
type client struct {
	conn net.Conn
	in   *bufio.Reader
}

var contentLength = []byte("Content-Length: ")

// do sends a request and reads over the answer to it.
func (c *client) do(text []byte) error {
	if _, err := c.conn.Write(text); err != nil {
		return err
	}
	length := -1
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if rest, ok := bytes.CutPrefix(line, contentLength); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(rest))); err != nil {
				return err
			}
		}
		if len(line) <= 2 {
			break
		}
	}
	if length < 0 {
		return errors.New("expected an answer with a Content-Length, found one without")
	}
	_, err := c.in.Discard(length)
	return err
}

var cached = []contest{
	cachedOverBare(http.MethodPost, false), cachedOverBare(http.MethodPost, true),
	cachedOverBare(http.MethodGet, false), cachedOverBare(http.MethodGet, true),
}

// BenchmarkCached measures a turn of 2,000 requests on 8 connections.
func BenchmarkCached(b *testing.B) {
	for i, name := range []string{"POST/gzip=off", "POST/gzip=on", "GET/gzip=off", "GET/gzip=on"} {
		b.Run(name, cached[i].bench)
	}
}
