package web_test

import (
	"bufio"
	"encoding/json"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
)

func TestSpecification_EveryAuditOfGraphQLOverHTTPIsPassed(t *testing.T) {
	s := sitetest.WithRelease(t)
	for _, path := range []string{"/graphql", "/releases/1/graphql"} {
		out, err := sitetest.Node(t, "audit.mjs", s.URL+path).Output()
		require.NoError(t, err)
		var audits []struct{ ID, Name, Status, Reason string }
		require.NoError(t, json.Unmarshal(out, &audits))
		assert.GreaterOrEqual(t, len(audits), 60)
		for _, audit := range audits {
			assert.Equal(t, "ok", audit.Status, "%s %s: %s", audit.ID, audit.Name, audit.Reason)
		}
	}
	assert.Empty(t, s.Log.String())
}

func TestPersistedQuery_AsClientsAskByIt(t *testing.T) {
	t.Parallel()
	const typed = "application/graphql-response+json; charset=utf-8"
	s := sitetest.WithRelease(t)
	for _, client := range []string{"apollo", "urql"} {
		for _, method := range []string{"GET", "POST"} {
			t.Run(client+" "+method, func(t *testing.T) {
				out, err := sitetest.Node(t, "persisted.mjs", s.URL+"/graphql", client, method).Output()
				require.NoError(t, err)
				type request struct {
					Method string
					Text   bool
					Status int
					Type   string
				}
				var rounds []struct {
					Answer struct{ Number int }
					Sent   []request
				}
				require.NoError(t, json.Unmarshal(out, &rounds), string(out))
				require.Len(t, rounds, 2)
				for _, round := range rounds {
					assert.Equal(t, 1, round.Answer.Number)
				}
				require.Len(t, rounds[0].Sent, 2, "the hash is unknown at first: %s", out)
				assert.Equal(t, request{method, false, 400, typed}, rounds[0].Sent[0])
				assert.Equal(t, request{rounds[0].Sent[1].Method, true, 200, typed}, rounds[0].Sent[1])
				assert.Equal(t, []request{{method, false, 200, typed}}, rounds[1].Sent, "afterwards it is enough")
			})
		}
	}
}

// cuttable is a listener whose connections can be cut off.
type cuttable struct {
	net.Listener
	mu    sync.Mutex
	conns []net.Conn
}

func (c *cuttable) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.conns = append(c.conns, conn)
	}
	return conn, err
}

func (c *cuttable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		_ = conn.Close()
	}
	c.conns = nil
}

func TestReleasePublished_AsClientsFollowIt(t *testing.T) {
	for _, mode := range []string{"sse distinct", "sse single", "ws"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := newStreamSite(t)
			cmd := sitetest.Node(t, "follow.mjs", s.URL+"/graphql", mode)
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			lines := make(chan string, 1000)
			go func() {
				defer close(lines)
				for scan := bufio.NewScanner(out); scan.Scan(); {
					lines <- scan.Text()
				}
			}()
			// until waits for a line with a beginning, while one release after another becomes the current one.
			until := func(beginning string) string {
				deadline := time.After(sitetest.WaitFor)
				for n := 2; ; n = 3 - n {
					select {
					case line, open := <-lines:
						require.True(t, open, "the client has ended before %s", beginning)
						require.NotContains(t, line, `"error"`)
						if strings.HasPrefix(line, beginning) {
							return line
						}
					case <-time.After(50 * time.Millisecond):
						s.makeCurrent(n)
					case <-deadline:
						require.FailNow(t, "nothing came", "that begins with %s", beginning)
					}
				}
			}
			assert.Regexp(t, `^{"answer":{"data":{"release":{"number":[12]}}}}$`, until(`{"answer"`))
			if mode != "sse single" {
				assert.Contains(t, until(`{"answer"`), `"code":"BAD_USER_INPUT"`)
			}
			assert.Regexp(t, `^{"next":{"data":{"releasePublished":{"number":[12]}}}}$`, until(`{"next"`))
			s.cut()
			until(`{"connected"`)
			until(`{"next"`)
			s.stop()
			until(`{"complete"`)
			require.NoError(t, cmd.Wait())
			assert.NotContains(t, s.Log.String(), "ERROR")
		})
	}
}
