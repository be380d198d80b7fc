package web

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"homebound/internal/labour"
	"homebound/internal/negotiate"
)

const (
	tokenHeader        = "X-GraphQL-Event-Stream-Token"
	reservationTimeout = time.Minute // from the reservation of a stream to its beginning
	waiting            = 16          // messages that wait for a client to read
)

// events answers by server-sent events, in both modes of the GraphQL-over-SSE protocol: a connection for each
// operation, and one connection for all that a client runs, which browsers ask for where they may open few.
type events struct {
	*streams

	mu       sync.Mutex
	reserved map[string]*eventFeed // by token
}

// eventFeed is a stream of events, and what is put into it.
type eventFeed struct {
	*operations
	out    chan message
	named  bool // whether its messages say which operation they are of
	gone   context.Context
	close  context.CancelFunc
	opened bool
}

func newEvents(s *streams) *events { return &events{streams: s, reserved: map[string]*eventFeed{}} }

// Supports reports whether a request is about a stream of events.
func (e *events) Supports(r *http.Request) bool { return streamed(r) && !isSocket(r) }

// Do answers one request.
func (e *events) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	token := r.Header.Get(tokenHeader)
	if token == "" && (wantsStream(r) || r.Method == http.MethodDelete) {
		token = r.URL.Query().Get("token")
	}
	switch {
	case r.Method == http.MethodPut:
		e.reserve(w, r, exec)
	case token == "" && r.Method != http.MethodDelete:
		e.distinct(w, r, exec)
	default:
		e.mu.Lock()
		feed := e.reserved[token]
		e.mu.Unlock()
		switch {
		case feed == nil:
			refuse(w, r, http.StatusNotFound,
				labour.Faultf(labour.NotFound, "There is no stream of this token: reserve one by PUT."))
		case r.Method == http.MethodDelete:
			feed.withdraw(w, r)
		case wantsStream(r):
			e.begin(w, r, feed)
		default:
			feed.accept(w, r)
		}
	}
}

// feed opens a stream of events that ends with ctx.
func (e *events) feed(ctx context.Context, r *http.Request, exec graphql.GraphExecutor) *eventFeed {
	f := &eventFeed{out: make(chan message, waiting)}
	f.gone, f.close = context.WithCancel(ctx)
	f.operations = e.open(f.gone, r, exec, f.put)
	return f
}

func (f *eventFeed) put(m message) {
	select {
	case f.out <- m:
	case <-f.gone.Done():
	}
}

// distinct runs one operation on the connection that asks for it.
func (e *events) distinct(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	params, status, err := readParams(w, r)
	if err != nil {
		refuse(w, r, status, err)
		return
	}
	feed := e.feed(r.Context(), r, exec)
	defer feed.close()
	if refused, _ := feed.start("", params); refused != nil {
		feed.put(message{kind: kindNext, payload: encode(shapeOf(r.Context(), refused))})
		feed.put(message{kind: kindComplete})
	}
	feed.serve(w, r)
}

// reserve keeps a stream for a client that begins it with the token that it is given.
func (e *events) reserve(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	if negotiate.Preferred(negotiate.Accepted(r), "text/plain") == "" {
		refuse(w, r, http.StatusNotAcceptable,
			labour.Faultf(labour.BadUserInput,
				"Expected an Accept header that allows text/plain, as which a token comes."))
		return
	}
	leave, err := e.backlog.take(e.client(r))
	if err != nil {
		refuse(w, r, http.StatusTooManyRequests, err)
		return
	}
	feed := e.feed(context.WithoutCancel(r.Context()), r, exec)
	feed.named = true
	token := rand.Text()
	e.mu.Lock()
	e.reserved[token] = feed
	e.mu.Unlock()
	time.AfterFunc(reservationTimeout, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if !feed.opened {
			feed.close()
		}
	})
	go func() {
		<-feed.over
		e.mu.Lock()
		delete(e.reserved, token)
		e.mu.Unlock()
		leave()
	}()
	plain(w, http.StatusCreated, token)
}

// begin sends the events of a reserved stream.
func (e *events) begin(w http.ResponseWriter, r *http.Request, feed *eventFeed) {
	e.mu.Lock()
	opened := feed.opened
	feed.opened = true
	e.mu.Unlock()
	if opened {
		refuse(w, r, http.StatusConflict,
			labour.Faultf(labour.BadUserInput, "The stream of this token is open already: reserve another one by PUT."))
		return
	}
	defer feed.close()
	feed.serve(w, r)
}

// accept runs an operation whose answers go to a reserved stream.
func (f *eventFeed) accept(w http.ResponseWriter, r *http.Request) {
	params, status, err := readParams(w, r)
	if err != nil {
		refuse(w, r, status, err)
		return
	}
	id, _ := params.Extensions["operationId"].(string)
	if id == "" {
		refuse(w, r, http.StatusBadRequest,
			labour.Faultf(labour.BadUserInput,
				"Expected a string as extensions.operationId, by which the stream names the operation."))
		return
	}
	refused, err := f.start(id, params)
	switch {
	case errors.Is(err, errTaken):
		refuse(w, r, http.StatusConflict,
			labour.Faultf(labour.BadUserInput, "An operation of this operationId runs already."))
	case refused != nil:
		answer(w, r, http.StatusBadRequest, refused)
	default:
		w.WriteHeader(http.StatusAccepted)
	}
}

// withdraw ends an operation of a reserved stream.
func (f *eventFeed) withdraw(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("operationId")
	if id == "" {
		refuse(w, r, http.StatusBadRequest,
			labour.Faultf(labour.BadUserInput, "Expected the parameter operationId, which says what to end."))
		return
	}
	f.stop(id)
	w.WriteHeader(http.StatusOK)
}

// serve writes events until the last one, or until nobody reads them any more.
func (f *eventFeed) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", eventStream)
	header.Set("Cache-Control", "no-cache, no-transform")
	header.Set("X-Accel-Buffering", "no") // else nginx holds events back
	w.WriteHeader(http.StatusOK)
	to := http.NewResponseController(w)
	write := func(text string) bool {
		_ = to.SetWriteDeadline(time.Now().Add(writeTimeout)) // one that cannot be set leaves the server's own
		_, err := w.Write([]byte(text))
		return err == nil && to.Flush() == nil
	}
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for open := write(":\n\n"); open; {
		select {
		case m := <-f.out:
			open = write(f.event(m)) && (f.named || m.kind != kindComplete)
		case <-ping.C:
			open = write(":\n\n")
		case <-f.over:
			for open && len(f.out) > 0 {
				open = write(f.event(<-f.out))
			}
			return
		case <-r.Context().Done():
			return
		}
	}
}

// event returns a message as a server-sent event. A complete one has data too, be it none: browsers pass over
// events without.
func (f *eventFeed) event(m message) string {
	data := m.payload
	switch {
	case f.named && data != nil:
		data = encode(map[string]any{"id": m.id, "payload": data})
	case f.named:
		data = encode(map[string]any{"id": m.id})
	}
	return "event: " + m.kind + "\ndata: " + string(data) + "\n\n"
}
