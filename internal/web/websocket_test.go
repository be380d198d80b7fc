package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

// socket opens a websocket. headers are pairs of a name and a value.
func (s *streamSite) socket(t testing.TB, subprotocol string, headers ...string) *websocket.Conn {
	t.Helper()
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	conn, _, err := websocket.Dial(t.Context(), s.URL+"/graphql", &websocket.DialOptions{Subprotocols: []string{subprotocol}, HTTPHeader: header})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return conn
}

func (s *streamSite) say(t testing.TB, conn *websocket.Conn, messages ...string) {
	t.Helper()
	for _, m := range messages {
		require.NoError(t, conn.Write(t.Context(), websocket.MessageText, []byte(m)))
	}
}

func (s *streamSite) hear(t testing.TB, conn *websocket.Conn) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), sitetest.WaitFor)
	defer cancel()
	_, text, err := conn.Read(ctx)
	require.NoError(t, err)
	return string(text)
}

const (
	hello     = `{"type":"connection_init"}`
	ack       = `{"type":"connection_ack"}`
	transport = "graphql-transport-ws"
)

func TestSocket_ClosesWithTheCodeOfTheProtocol(t *testing.T) {
	s := newStreamSite(t)
	subscribe := `{"id":"1","type":"subscribe","payload":` + follow + `}`
	for _, test := range []struct {
		name        string
		subprotocol string
		messages    []string
		code        websocket.StatusCode
		reason      string
	}{
		{"another subprotocol", "graphql-ws", nil, 4406, "Subprotocol not acceptable"},
		{"no JSON", transport, []string{"hello"}, 4400, "Expected a JSON object of the protocol graphql-transport-ws"},
		{"an array", transport, []string{"[]"}, 4400, "Expected a JSON object of the protocol graphql-transport-ws"},
		{"no type", transport, []string{"{}"}, 4400, "Expected a message of the protocol graphql-transport-ws, found one of another type"},
		{"a type of the older protocol", transport, []string{hello, `{"id":"1","type":"start"}`}, 4400, "Expected a message of the protocol graphql-transport-ws, found one of another type"},
		{"a message that servers send", transport, []string{hello, `{"type":"connection_ack"}`}, 4400, "Expected a message of the protocol graphql-transport-ws, found one of another type"},
		{"a greeting with a text", transport, []string{`{"type":"connection_init","payload":"secret"}`}, 4400, "Expected an object as the payload of connection_init"},
		{"an id that is no text", transport, []string{hello, `{"id":1,"type":"complete"}`}, 4400, "Expected a JSON object of the protocol graphql-transport-ws"},
		{"no id", transport, []string{hello, `{"type":"subscribe","payload":` + follow + `}`}, 4400, "Expected an id in the message subscribe"},
		{"no payload", transport, []string{hello, `{"id":"1","type":"subscribe"}`}, 4400, "The payload is not JSON: it ends too early."},
		{"no query", transport, []string{hello, `{"id":"1","type":"subscribe","payload":{}}`}, 4400, "Expected a query, found none."},
		{"variables that are no object", transport, []string{hello, `{"id":"1","type":"subscribe","payload":{"query":"{release{number}}","variables":[]}}`}, 4400, "The payload has a JSON array as variables: expected an object."},
		{"a question before the greeting", transport, []string{subscribe}, 4401, "Unauthorized"},
		{"an id twice", transport, []string{hello, subscribe, subscribe}, 4409, "Subscriber for 1 already exists"},
		{"two greetings", transport, []string{hello, hello}, 4429, "Too many initialisation requests"},
		{"a message too long", transport, []string{hello, `{"type":"ping","payload":{"a":"` + strings.Repeat("a", 64<<10) + `"}}`}, websocket.StatusMessageTooBig, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn := s.socket(t, test.subprotocol)
			s.say(t, conn, test.messages...)
			var err error
			for err == nil {
				_, _, err = conn.Read(t.Context())
			}
			var closed websocket.CloseError
			require.ErrorAs(t, err, &closed)
			assert.Equal(t, test.code, closed.Code)
			if test.reason != "" {
				assert.Equal(t, test.reason, closed.Reason)
			}
		})
	}
	conn := s.socket(t, transport)
	require.NoError(t, conn.Write(t.Context(), websocket.MessageBinary, []byte(hello)))
	_, _, err := conn.Read(t.Context())
	assert.Equal(t, websocket.StatusCode(4400), websocket.CloseStatus(err), "a binary message")
}

func TestSocket_WaitsForAGreetingOnlySoLong(t *testing.T) {
	testsize.Long(t)
	t.Parallel()
	s := newStreamSite(t)
	silent, greeted := s.socket(t, transport), s.socket(t, transport)
	s.say(t, greeted, hello)
	assert.Equal(t, ack, s.hear(t, greeted))
	_, _, err := silent.Read(t.Context())
	assert.Equal(t, websocket.StatusCode(4408), websocket.CloseStatus(err))
	s.say(t, greeted, `{"type":"ping"}`)
	assert.Equal(t, `{"type":"pong"}`, s.hear(t, greeted), "who has greeted may stay")
}

func TestSocket_CarriesSeveralOperations(t *testing.T) {
	s := newStreamSite(t, func(c *web.Config) { c.StreamsPerClient = 3 })
	conn := s.socket(t, transport)
	s.say(t, conn, `{"type":"connection_init","payload":{"a":1}}`, `{"type":"ping","payload":{"sent":"now"}}`, `{"type":"pong"}`)
	assert.Equal(t, ack, s.hear(t, conn))
	assert.Equal(t, `{"type":"pong","payload":{"sent":"now"}}`, s.hear(t, conn))

	s.say(t, conn, `{"id":"q","type":"subscribe","payload":{"query":"query($c:String!){region(code:$c){code}}","variables":{"c":"RU-PRI"}}}`)
	assert.Equal(t, `{"id":"q","type":"next","payload":{"data":{"region":{"code":"RU-PRI"}}}}`, s.hear(t, conn))
	assert.Equal(t, `{"id":"q","type":"complete"}`, s.hear(t, conn))

	s.say(t, conn, `{"id":"q","type":"subscribe","payload":{"query":"{nothing}"}}`)
	refused := s.hear(t, conn)
	assert.Contains(t, refused, `{"id":"q","type":"error","payload":[{"message":"Cannot query field`)
	assert.Contains(t, refused, `"code":"BAD_USER_INPUT"`)

	s.say(t, conn, `{"id":"a","type":"subscribe","payload":`+follow+`}`, `{"id":"b","type":"subscribe","payload":`+follow+`}`, `{"id":"c","type":"subscribe","payload":`+follow+`}`)
	tooMany := s.hear(t, conn)
	assert.Contains(t, tooMany, `{"id":"c","type":"error"`)
	assert.Contains(t, tooMany, `"code":"LIMIT_EXCEEDED"`)

	s.say(t, conn, `{"id":"a","type":"complete"}`, `{"id":"unknown","type":"complete"}`, `{"type":"ping"}`)
	assert.Equal(t, `{"type":"pong"}`, s.hear(t, conn))
	s.makeCurrent(1)
	assert.Equal(t, `{"id":"b","type":"next","payload":{"data":{"releasePublished":{"number":1}}}}`, s.hear(t, conn), "a was completed")
	s.stop()
	assert.Equal(t, `{"id":"b","type":"complete"}`, s.hear(t, conn))
	_, _, err := conn.Read(t.Context())
	assert.Equal(t, websocket.StatusGoingAway, websocket.CloseStatus(err))
	s.sockets.Wait()
	assert.Empty(t, s.Log.String())
}

func TestSocket_OfPagesElsewhereIsRefused(t *testing.T) {
	s := newStreamSite(t, func(c *web.Config) {
		c.AllowOrigin = func(origin string) bool { return origin == "https://partner.example" }
	})
	for origin, status := range map[string]int{
		"":                                   101,
		s.URL:                                101,
		"https://homebound.example":          101, // its public address, behind a proxy
		"https://partner.example":            101,
		"https://evil.example":               403,
		"null":                               403,
		"https://homebound.example.evil/":    403,
		strings.Replace(s.URL, ":", ":0", 1): 403,
	} {
		t.Run(origin, func(t *testing.T) {
			header := http.Header{}
			if origin != "" {
				header.Set("Origin", origin)
			}
			conn, response, err := websocket.Dial(t.Context(), s.URL+"/graphql", &websocket.DialOptions{Subprotocols: []string{transport}, HTTPHeader: header})
			require.NotNil(t, response)
			assert.Equal(t, status, response.StatusCode)
			if err == nil {
				_ = conn.CloseNow()
			}
		})
	}
	for _, headers := range [][]string{
		{"Sec-WebSocket-Version", "8", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
		{"Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "short"},
	} {
		answer := s.Get("/graphql", append(headers, "Connection", "keep-alive, Upgrade", "Upgrade", "websocket")...)
		assert.Equal(t, http.StatusBadRequest, answer.Status)
		assert.Equal(t, "BAD_USER_INPUT", answer.Failure(t).Extensions.Code)
	}
	assert.Equal(t, http.StatusOK, s.Get(sitetest.ByGet("/graphql", "{release{number}}"), "Connection", "Upgrade", "Upgrade", "h2c").Status, "other upgrades are not asked for")
}
