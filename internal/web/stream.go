package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"homebound/db"
	"homebound/graph"
	"homebound/internal/labour"
)

// Times that streams keep to.
const (
	pingEvery    = 15 * time.Second // proxies take a stream for dead that is silent for a minute
	writeTimeout = 10 * time.Second // of one message to a client that does not read
)

// lender acquires the release that a query reads.
type acquirer func(context.Context) (release *db.Release, done func(), err error)

type acquirerKey struct{}

func withAcquirer(ctx context.Context, acquire acquirer) context.Context {
	return context.WithValue(ctx, acquirerKey{}, acquire)
}

// streamed reports whether a request is about a stream. It is lent a release by each query in the stream, for as
// long as the query runs: a stream may stay open for days, and would keep the release open that was current when it
// began.
func streamed(r *http.Request) bool {
	switch r.Method {
	case http.MethodPut, http.MethodDelete:
		return true
	case http.MethodGet, http.MethodPost:
		return isSocket(r) || wantsStream(r) || r.Header.Get(tokenHeader) != ""
	}
	return false
}

// streams is what all streams of a server share.
type streams struct {
	backlog  *backlog
	client   func(*http.Request) string
	stopping <-chan struct{} // closed when the server is about to stop; nil where it never is
}

func newStreams(c Config) *streams {
	client := c.Client
	if client == nil {
		client = addressOf
	}
	return &streams{&backlog{most: c.StreamsPerClient, held: map[string]int{}}, client, c.Stopping}
}

// addressOf takes the address that a request comes from for its client.
func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// places counts what each client holds open: connections, and operations on those that carry several.
type backlog struct {
	most int // 0 is no bound

	mu   sync.Mutex
	held map[string]int
}

// take returns a client one place more. It returns a Fault with LimitExceeded where it has too many.
func (p *backlog) take(client string) (leave func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.most > 0 && p.held[client] >= p.most {
		return nil, labour.Faultf(labour.LimitExceeded,
			"You hold %d streams and operations on them open, which is the most: close one first.", p.most)
	}
	p.held[client]++
	return sync.OnceFunc(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.held[client]--; p.held[client] == 0 {
			delete(p.held, client)
		}
	}), nil
}

// message is what a stream tells its client of an operation.
type message struct {
	id      string // as the client named the operation
	kind    string // next, error or complete
	payload json.RawMessage
}

func encode(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("web: an answer that is no JSON: %v", err)) // which would be a fault of the executor
	}
	return text
}

const (
	kindNext     = "next"
	kindError    = "error"
	kindComplete = "complete"
)

// operations are those that run on one connection, by the ids that its client gave them.
type operations struct {
	exec    graphql.GraphExecutor
	acquire acquirer
	take    func() (leave func(), err error)
	send    func(message) // may wait until the client reads
	ctx     context.Context
	cancel  context.CancelFunc // ends all of them
	over    chan struct{}      // closed once they have ended and each has sent its last message

	mu      sync.Mutex
	running map[string]*running
	ended   bool
	wait    sync.WaitGroup
}

type running struct{ cancel context.CancelFunc }

// errTaken says that an operation of the same id runs.
var errTaken = errors.New("an operation of this id runs already")

// open makes room for the operations of the connection that r begins. They end with ctx, and when the server is
// about to stop.
func (s *streams) open(ctx context.Context, r *http.Request, exec graphql.GraphExecutor,
	send func(message)) *operations {
	ctx, cancel := context.WithCancel(ctx)
	client := s.client(r)
	o := &operations{
		exec: exec, acquire: r.Context().Value(acquirerKey{}).(acquirer), send: send, ctx: ctx, cancel: cancel, over: make(chan struct{}),
		take: func() (func(), error) { return s.backlog.take(client) }, running: map[string]*running{},
	}
	go func() {
		select {
		case <-s.stopping:
		case <-ctx.Done():
		}
		o.end()
	}()
	return o
}

// start runs an operation, and sends its answers as they come. Of one that cannot run it gives the answer that says
// why; it returns errTaken for an id that is in use.
func (o *operations) start(id string, params *graphql.RawParams) (refused *graphql.Response, err error) {
	ctx, cancel := context.WithCancel(graphql.StartOperationTrace(o.ctx))
	this := &running{cancel}
	if err := o.add(id, this); err != nil {
		cancel()
		if errors.Is(err, errTaken) {
			return nil, err
		}
		return o.refusal(ctx, faultList(err)), nil
	}
	next, done, refused := o.prepare(ctx, params)
	if refused != nil {
		o.remove(id, this)
		o.wait.Done()
		return refused, nil
	}
	go func() {
		defer o.wait.Done()
		for response := next(); response != nil && o.holds(id, this); response = next() {
			// at once: the executor writes the next event over it
			o.send(message{id, kindNext, encode(shapeOf(ctx, response))})
		}
		done()
		if o.remove(id, this) { // before the message, after which the client may use the id again
			o.send(message{id: id, kind: kindComplete})
		}
	}()
	return nil, nil
}

// prepare checks an operation and starts it. next gives its answers one by one and nil after the last; done ends it.
func (o *operations) prepare(ctx context.Context, params *graphql.RawParams) (next func() *graphql.Response,
	done func(), refused *graphql.Response) {
	operation, faults := o.exec.CreateOperationContext(ctx, params)
	ctx = graphql.WithOperationContext(ctx, operation)
	if faults = unanswerable(operation, faults); faults != nil {
		return nil, nil, o.refusal(ctx, faults)
	}
	leave, err := o.take()
	if err != nil {
		return nil, nil, o.refusal(ctx, faultList(err))
	}
	done = leave
	if operation.Operation.Operation != ast.Subscription {
		release, giveBack, err := o.acquire(ctx)
		if err != nil {
			leave()
			return nil, nil, o.refusal(ctx, gqlerror.List{{Err: err, Message: err.Error()}})
		}
		ctx, done = graph.WithRelease(ctx, release), func() { giveBack(); leave() }
	}
	responses, ctx := o.exec.DispatchOperation(ctx, operation)
	failed := false
	return func() (response *graphql.Response) {
		if failed {
			return nil
		}
		defer func() {
			if cause := recover(); cause != nil {
				failed, response = true, o.refusal(ctx, gqlerror.List{{Err: graph.Recover(ctx, cause)}})
			}
		}()
		return responses(ctx)
	}, done, nil
}

// refusal returns the answer that says what is wrong.
func (o *operations) refusal(ctx context.Context, faults gqlerror.List) *graphql.Response {
	return o.exec.DispatchError(ctx, spelled(faults))
}

func (o *operations) add(id string, this *running) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, taken := o.running[id]; taken {
		return errTaken
	}
	if o.ended {
		return labour.Faultf(labour.Unavailable, "The connection is about to end.")
	}
	o.running[id] = this
	o.wait.Add(1)
	return nil
}

// holds reports whether an operation runs and was not stopped by its client, who wants to hear no more of it then.
func (o *operations) holds(id string, this *running) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.running[id] == this
}

// remove forgets an operation, and tells whether its client had not stopped it.
func (o *operations) remove(id string, this *running) bool {
	this.cancel()
	o.mu.Lock()
	defer o.mu.Unlock()
	held := o.running[id] == this
	if held {
		delete(o.running, id)
	}
	return held
}

// stop ends an operation as its client wishes.
func (o *operations) stop(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if this, ok := o.running[id]; ok {
		this.cancel()
		delete(o.running, id)
	}
}

// end ends all operations, and waits until each has sent its last message. None starts afterwards.
func (o *operations) end() {
	o.mu.Lock()
	o.ended = true
	o.mu.Unlock()
	o.cancel()
	o.wait.Wait()
	close(o.over)
}
