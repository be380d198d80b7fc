package web

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"homebound/internal/mount"
	"homebound/internal/tracing"
)

// Operation is how a server is run. The zero value sets no bounds, and writes no log and no metrics.
type Operation struct {
	Requests   *slog.Logger // gets a line for each request; nil for none
	LogClients bool         // whether these lines name the client's address

	Tracing *tracing.Tracing // nil for none
	// ShowMetrics serves /metrics beside the rest, for servers without an address for their operator.
	ShowMetrics bool
	// TLS says that readers come by https, so that their browsers are told to come by nothing else.
	TLS bool

	QueryTimeout  time.Duration // most that one operation may compute; 0 for no bound
	MaxStatements int           // most SQL statements of one operation; 0 for no bound
	// WorkPerCost is the processor time of SQL statements that costs 1. What an operation took beyond what it was charged
	// beforehand is charged afterwards; 0 charges nothing.
	WorkPerCost  time.Duration
	Concurrency  int           // most operations that compute at a time, half of them of one client; 0 for no bound
	Queue        int           // most that wait for their turn
	QueueTimeout time.Duration // most that one waits
	// most exports that are made at a time, half of them of one client; 0 for no bound. As many wait as in the queue
	Exports       int
	ExportTimeout time.Duration // most that an export may take; 0 for no bound
	ExportSpeed   int           // least bytes a second that a client takes one at; 0 for no bound
	ExportSpool   int           // most MiB on disk of exports that are made and not taken yet
	WriteTimeout  time.Duration // most that a client may take for one part of an answer; 0 for no bound
}

// Edge is the handler of a whole server, and what its operator sees of it.
type Edge struct {
	http.Handler
	config    Config
	admission *admission
	metrics   *metrics
	queue     *queue

	// exporting is a queue of its own: who takes long over a file must not keep others from their answers.
	exporting *queue

	mux      *http.ServeMux
	lost     http.Handler // answers readers who come to an address that there is not; nil for the plain answer
	below    mount.Path   // that readers reach the server by
	loopback loopback
	schema   *ast.Schema
	cached   func(http.Handler) http.Handler // keeps the answers to GET and HEAD
}

func newEdge(c Config, g *admission) *Edge {
	s := &Edge{config: c, admission: g, metrics: newMetrics(c.Store),
		queue:     newQueue(c.Concurrency, c.Queue, c.QueueTimeout),
		exporting: newQueue(c.Exports, c.Queue, c.QueueTimeout)}
	if q := s.queue; q != nil {
		s.metrics.watch("computing", "Operations that are being computed.", func() float64 {
			return float64(q.Held())
		})
		s.metrics.watch("queue_length", "Operations that wait for their turn.", func() float64 {
			return float64(q.Waiting())
		})
	}
	if q := s.exporting; q != nil {
		s.metrics.watch("exporting", "Exports that are being sent.", func() float64 { return float64(q.Held()) })
	}
	return s
}

// runner returns the extension that computes operations within the site's bounds; present shows the errors of those
// that it does not.
func (s *Edge) runner(present graphql.ErrorPresenterFunc) *runner {
	return &runner{s.queue, s.config, s.metrics, present}
}

func healthy(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "alive\n") }

// watchCache shows how full a cache is.
func (s *Edge) watchCache(c *cache) {
	s.metrics.watch("cache_bytes", "Bytes that kept answers take.", func() float64 {
		return float64(c.answers.WeightedSize())
	})
	s.metrics.watch("cache_answers", "Answers that are kept.", func() float64 {
		return float64(c.answers.EstimatedSize())
	})
}

// Admin returns what is for the operator alone: the metrics, and profiles of the running program. It is to be
// served on a loopback address: see LoopbackAddr.
func (s *Edge) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.metrics.handler())
	mux.HandleFunc("GET /healthz", healthy)
	mux.HandleFunc("GET /readyz", ready(s.config))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

// LoopbackAddr reads HOST:PORT, and refuses it where other machines could reach it.
func LoopbackAddr(text string) (*net.TCPAddr, error) {
	address, err := net.ResolveTCPAddr("tcp", text)
	if err != nil {
		return nil, fmt.Errorf("expected an address such as 127.0.0.1:9090: %w", err)
	}
	if !address.IP.IsLoopback() {
		return nil, fmt.Errorf("expected an address of this machine alone, such as 127.0.0.1:9090, found %q: profiles show what is in memory", text)
	}
	return address, nil
}
