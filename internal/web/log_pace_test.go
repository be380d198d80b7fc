package web_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

func TestPace_ASlowBodyIsCutOff(t *testing.T) {
	o := sitetest.NewOperated(t, func(_ *web.Config, s *http.Server) { s.ReadTimeout = 200 * time.Millisecond })
	conn, err := net.Dial("tcp", o.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"query\"")
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(sitetest.WaitFor)))
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusRequestTimeout, response.StatusCode)
	assert.Contains(t, string(body), "The body took too long to come.")
	assert.Contains(t, string(body), "TIMEOUT")
	_, err = conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF, "the connection is closed")
}

func TestPace_ASlowHeaderIsCutOff(t *testing.T) {
	o := sitetest.NewOperated(t, func(_ *web.Config, s *http.Server) { s.ReadHeaderTimeout = 100 * time.Millisecond })
	conn, err := net.Dial("tcp", o.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprint(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(sitetest.WaitFor)))
	_, err = io.ReadAll(conn)
	require.NoError(t, err, "the server ends it")
}

// A client that asks for much and reads nothing holds its connection no longer than it may.
func TestPace_AClientThatDoesNotReadIsCutOff(t *testing.T) {
	o := sitetest.NewOperated(t, func(c *web.Config, _ *http.Server) {
		c.WriteTimeout = 200 * time.Millisecond
		c.CacheBytes = 64 << 20
	})
	conn, err := net.Dial("tcp", o.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.(*net.TCPConn).SetReadBuffer(4<<10))
	body := fmt.Sprintf(`{"query": %q}`, "{"+introspection(t)+"}")
	asked := make(chan error, 1)
	go func() {
		for {
			if _, err := fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body); err != nil {
				asked <- err
				return
			}
		}
	}()
	select {
	case err := <-asked:
		require.Error(t, err, "the server has ended it")
	case <-time.After(sitetest.WaitFor):
		require.Fail(t, "the server waits for a client that does not read")
	}
	assert.Equal(t, http.StatusOK, o.Get("/healthz").Status)
}

func introspection(*testing.T) string {
	return "__schema {types {name description fields {name description args {name description type {name}} type {name kind ofType {name kind}}}}}"
}

// What takes longer than a request may take to come, or a part of an answer to go, is neither late nor broken off.
func TestPace_StreamsOutliveTheTimeouts(t *testing.T) {
	testsize.Long(t)
	t.Parallel()
	o := sitetest.NewOperated(t, func(c *web.Config, s *http.Server) {
		c.WriteTimeout = 150 * time.Millisecond
		s.ReadTimeout, s.IdleTimeout = 150*time.Millisecond, time.Minute
	})
	lines := events(t, o.Site, t.Context(), "subscription {releasePublished {number}}")
	for expected := 2; expected <= 3; expected++ {
		time.Sleep(400 * time.Millisecond)
		o.Publish(300 + expected)
		assert.Equal(t, fmt.Sprintf(`{"data":{"releasePublished":{"number":%d}}}`, expected), next(t, lines))
	}
	for range 3 { // on one connection, each after the deadlines of the one before
		time.Sleep(200 * time.Millisecond)
		assert.Equal(t, http.StatusNoContent, o.Do(http.MethodOptions, "/graphql", "").Status)
		assert.Equal(t, http.StatusOK, o.Post("{release {number}}").Status)
	}
}

func TestPace_ALongComputationIsNotTakenForASlowRequest(t *testing.T) {
	o, h := newHeld(t, func(c *web.Config, s *http.Server) {
		c.WriteTimeout, s.ReadTimeout = 100*time.Millisecond, 100*time.Millisecond
	})
	time.AfterFunc(400*time.Millisecond, h.release)
	assert.Contains(t, o.Post(counted(1)).Body, `"totalCount":300`)
	assert.False(t, strings.Contains(o.Lines.String(), "UNAVAILABLE"))
}
