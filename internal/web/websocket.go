package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"

	"homebound/internal/labour"
	"homebound/internal/mount"
)

// The codes by which graphql-transport-ws closes a connection.
const (
	closeInvalid       websocket.StatusCode = 4400
	closeUnauthorised  websocket.StatusCode = 4401
	closeForbidden     websocket.StatusCode = 4403
	closeSubprotocol   websocket.StatusCode = 4406
	closeInitTimeout   websocket.StatusCode = 4408
	closeTakenID       websocket.StatusCode = 4409
	closeTooMany       websocket.StatusCode = 4429
	transportWS                             = "graphql-transport-ws"
	connectionInitWait                      = 3 * time.Second
)

// sockets answers by the graphql-transport-ws protocol.
type sockets struct {
	*streams
	allowOrigin func(string) bool // of pages elsewhere; nil allows none
	admission   *admission
	origin      string // the server's own
	alive       *sync.WaitGroup
}

func newSockets(c Config, s *streams, g *admission) sockets {
	alive := c.Sockets
	if alive == nil {
		alive = new(sync.WaitGroup)
	}
	return sockets{s, c.AllowOrigin, g, mount.Origin(c.PublicURL), alive}
}

// isSocket reports whether a request asks for a websocket.
func isSocket(r *http.Request) bool {
	return r.Method == http.MethodGet && hasToken(r.Header, "Connection", "upgrade") &&
		hasToken(r.Header, "Upgrade", "websocket")
}

func hasToken(header http.Header, name, token string) bool {
	for part := range strings.SplitSeq(strings.Join(header.Values(name), ","), ",") {
		if strings.EqualFold(strings.TrimSpace(part), token) {
			return true
		}
	}
	return false
}

// Supports reports whether a request asks for a websocket.
func (s sockets) Supports(r *http.Request) bool { return isSocket(r) }

// Do serves one connection until its end.
func (s sockets) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	s.alive.Add(1) // before the server loses sight of the connection
	defer s.alive.Done()
	if key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key")); err != nil || len(key) != 16 ||
		r.Header.Get("Sec-WebSocket-Version") != "13" {
		w.Header().Set("Sec-WebSocket-Version", "13")
		refuse(w, r, http.StatusBadRequest,
			labour.Faultf(labour.BadUserInput,
				"Expected the handshake of a websocket of version 13, with a key of 16 bytes."))
		return
	}
	if !s.mayCome(r) {
		refuse(w, r, http.StatusForbidden,
			labour.Faultf(labour.Forbidden, "Pages of this origin may not open a websocket here."))
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{transportWS}, InsecureSkipVerify: true}) // mayCome has verified the origin
	if err != nil {
		return // it has answered
	}
	if conn.Subprotocol() != transportWS {
		_ = conn.Close(closeSubprotocol, "Subprotocol not acceptable")
		return
	}
	leave, err := s.backlog.take(s.client(r))
	if err != nil {
		_ = conn.Close(closeTooMany, reason(err.Error()))
		return
	}
	defer leave()
	conn.SetReadLimit(int64(limitsOf(r.Context()).Body))
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	c := &socket{conn: conn, ctx: ctx, header: r.Header, request: r, admission: s.admission}
	c.operations = s.streams.open(ctx, r, exec, c.put)
	go c.ping()
	go func() {
		<-c.over
		if ctx.Err() == nil { // the client is still there: it is the server that goes
			_ = conn.Close(websocket.StatusGoingAway, "The server is about to stop")
		}
	}()
	late := time.AfterFunc(connectionInitWait, func() {
		if !c.acknowledged.Load() {
			_ = conn.Close(closeInitTimeout, "Connection initialisation timeout")
		}
	})
	defer late.Stop()
	if code, why := c.serve(); code != 0 {
		_ = conn.Close(code, reason(why))
	}
	cancel()
	<-c.over
}

// mayCome reports whether a page of the request's origin may open a websocket: browsers let any page try. What is
// no browser names no origin.
func (s sockets) mayCome(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || s.origin != "" && strings.EqualFold(origin, s.origin) {
		return true
	}
	if page, err := url.Parse(origin); err == nil && page.Host != "" && strings.EqualFold(page.Host, r.Host) {
		return true
	}
	return s.allowOrigin != nil && s.allowOrigin(origin)
}

// reason shortens a text to what a closing frame has room for.
func reason(text string) string { return strings.ToValidUTF8(text[:min(len(text), 123)], "") }

// socket is one connection.
type socket struct {
	*operations
	conn         *websocket.Conn
	ctx          context.Context
	header       http.Header
	request      *http.Request // of the handshake
	admission    *admission
	acknowledged atomic.Bool
}

// wire is a message as it stands on the wire.
type wire struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// serve takes messages until the client goes. What breaks the protocol it answers with a code and a reason to close
// with.
func (c *socket) serve() (websocket.StatusCode, string) {
	for {
		kind, text, err := c.conn.Read(c.ctx)
		if err != nil {
			return 0, "" // the client has gone, or the connection is closed already
		}
		var m wire
		if kind != websocket.MessageText || json.Unmarshal(text, &m) != nil {
			return closeInvalid, "Expected a JSON object of the protocol " + transportWS
		}
		if code, why := c.receive(m); code != 0 {
			return code, why
		}
	}
}

func (c *socket) receive(m wire) (websocket.StatusCode, string) {
	switch m.Type {
	case "connection_init", "ping", "pong":
		if len(m.Payload) > 0 && !bytes.Equal(m.Payload, []byte("null")) && m.Payload[0] != '{' {
			return closeInvalid, "Expected an object as the payload of " + m.Type
		}
	case "subscribe", "complete":
		if m.ID == "" {
			return closeInvalid, "Expected an id in the message " + m.Type
		}
	default:
		return closeInvalid, "Expected a message of the protocol " + transportWS + ", found one of another type"
	}
	switch m.Type {
	case "connection_init":
		if c.acknowledged.Load() {
			return closeTooMany, "Too many initialisation requests"
		}
		if err := c.identify(m.Payload); err != nil {
			return closeForbidden, err.Error()
		}
		c.acknowledged.Store(true)
		c.write(wire{Type: "connection_ack"})
	case "ping":
		c.write(wire{Type: "pong", Payload: m.Payload})
	case "complete":
		c.stop(m.ID)
	case "subscribe":
		return c.subscribe(m)
	}
	return 0, ""
}

// keyOf returns the Authorization that the payload of connection_init brings, as clients of Apollo and graphql-ws send it: a
// member of that name, whatever its case, or one in headers.
func keyOf(payload json.RawMessage) (text string, sent bool, err error) {
	var members map[string]json.RawMessage
	if len(payload) == 0 || json.Unmarshal(payload, &members) != nil {
		return "", false, nil
	}
	for name, value := range members {
		switch {
		case strings.EqualFold(name, "authorization"):
			if json.Unmarshal(value, &text) != nil {
				return "", true, labour.Faultf(labour.Unauthenticated,
					"Expected for authorization a text such as Bearer hb_...")
			}
			return text, true, nil
		case strings.EqualFold(name, "headers"):
			if text, sent, err = keyOf(value); sent {
				return text, sent, err
			}
		}
	}
	return "", false, nil
}

// identify takes the key that connection_init brings, in the place of that of the handshake, which browsers cannot send.
func (c *socket) identify(payload json.RawMessage) error {
	text, sent, err := keyOf(payload)
	if err != nil {
		return err
	}
	if !sent {
		if c.admission.RefuseAnonymous && principalOf(c.ctx).key == nil {
			return labour.Faultf(labour.Unauthenticated, "A key is needed: send it in the payload of connection_init.")
		}
		return nil
	}
	r := c.request.Clone(c.ctx)
	r.Header.Set("Authorization", text)
	v, err := c.admission.identify(r)
	if err != nil {
		return err
	}
	c.operations.ctx = c.admission.known(c.operations.ctx, v)
	return nil
}

func (c *socket) subscribe(m wire) (websocket.StatusCode, string) {
	if !c.acknowledged.Load() {
		return closeUnauthorised, "Unauthorized"
	}
	params := &graphql.RawParams{Headers: c.header,
		ReadTime: graphql.TraceTiming{Start: graphql.Now(), End: graphql.Now()}}
	if err := readObject("The payload", m.Payload, params); err != nil {
		return closeInvalid, err.Error()
	}
	refused, err := c.start(m.ID, params)
	if errors.Is(err, errTaken) {
		return closeTakenID, "Subscriber for " + m.ID[:min(len(m.ID), 60)] + " already exists"
	}
	if refused != nil {
		c.put(message{m.ID, kindError, encode(shapeOf(c.ctx, refused).Errors)})
	}
	return 0, ""
}

func (c *socket) put(m message) { c.write(wire{m.id, m.kind, m.payload}) }

// write sends a message. One that the client does not take in time closes the connection.
func (c *socket) write(m wire) {
	ctx, cancel := context.WithTimeout(c.ctx, writeTimeout)
	defer cancel()
	_ = c.conn.Write(ctx, websocket.MessageText, encode(m)) // whoever went away reads no error either
}

// ping finds out whether the client is still there.
func (c *socket) ping() {
	every := time.NewTicker(pingEvery)
	defer every.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-every.C:
			ctx, cancel := context.WithTimeout(c.ctx, writeTimeout)
			err := c.conn.Ping(ctx)
			cancel()
			if err != nil {
				_ = c.conn.CloseNow()
				return
			}
		}
	}
}
