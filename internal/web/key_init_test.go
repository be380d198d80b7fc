package web_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/site/sitetest"
	"homebound/internal/web"
)

// Clients send a key in connection_init in one of several shapes; a right one is honoured, any other closes the socket.
func TestWebsocket_KeysComeInTheFirstMessage(t *testing.T) {
	s, keys := sitetest.Guarded(t, web.Access{RefuseAnonymous: true})
	key := sitetest.AddKey(t, keys, access.Key{Name: "partner"})
	for payload, accepted := range map[string]bool{
		`{"authorization":"Bearer %s"}`: true, `{"Authorization":"Bearer %s"}`: true,
		`{"headers":{"Authorization":"bearer %s"}}`: true, `{"headers":{"authorization":"Bearer %s"},"other":1}`: true,
		`{"authorization":"Bearer %sx"}`: false, `{"authorization":"%s"}`: false, `{"headers":{"authorization":7,"a":"%s"}}`: false,
		`{"note":"%s"}`: false,
	} {
		payload = fmt.Sprintf(payload, key)
		conn, _, err := websocket.Dial(t.Context(), s.URL+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
		require.NoError(t, err)
		require.NoError(t, conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"connection_init","payload":`+payload+`}`)))
		_, text, err := conn.Read(t.Context())
		if !accepted {
			assert.Equal(t, websocket.StatusCode(4403), websocket.CloseStatus(err), payload)
			continue
		}
		require.NoError(t, err, payload)
		assert.Equal(t, `{"type":"connection_ack"}`, string(text))
		require.NoError(t, conn.Write(t.Context(), websocket.MessageText, []byte(`{"id":"1","type":"subscribe","payload":{"query":"{release{number}}"}}`)))
		_, text, err = conn.Read(t.Context())
		require.NoError(t, err)
		assert.Contains(t, string(text), `"number":1`)
		_ = conn.CloseNow()
	}
}

// A file that can no longer be read may say that a key was revoked: no key counts until it can.
func TestKeys_NoneCountsWhileTheFileCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	keys := sitetest.OpenKeys(t, dir)
	key := sitetest.AddKey(t, keys, access.Key{Name: "partner"})
	s := sitetest.WithRelease(t, func(c *web.Config) { c.Access.Keys = keys })
	ask := func() int { return s.Post("{release{number}}", "Authorization", "Bearer "+key).Status }
	require.Equal(t, http.StatusOK, ask())
	file := filepath.Join(dir, "keys.json")
	good, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.Remove(file))
	require.NoError(t, os.Mkdir(file, 0o700)) // which not even root reads as a file
	require.Error(t, keys.Refresh())
	assert.Equal(t, http.StatusServiceUnavailable, ask())
	assert.Equal(t, http.StatusOK, s.Post("{release{number}}").Status, "who has none is answered")
	assert.Equal(t, "degraded: the keys cannot be read, and no key is accepted: release 1\n", s.Get("/readyz").Body)
	require.NoError(t, os.Remove(file))
	require.NoError(t, os.WriteFile(file, good, 0o600))
	require.NoError(t, keys.Refresh())
	assert.Equal(t, http.StatusOK, ask())
	assert.Equal(t, "ready: release 1\n", s.Get("/readyz").Body)
}
