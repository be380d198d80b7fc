package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"time"

	"golang.org/x/term"

	"homebound/internal/certificate"
	"homebound/internal/tracing"
	"homebound/internal/web"
)

// operateFlags configure how a server is run: logs, metrics, limits of time and load, and TLS.
type operateFlags struct {
	LogFormat  string `default:"auto" enum:"auto,text,json" help:"text, json, or auto: text on a terminal and json elsewhere."`
	LogLevel   string `default:"info" enum:"debug,info,warn,error" help:"Least level that is logged: debug, info (a line for each request), warn or error."`
	LogClients bool   `help:"Log the address that each request comes from."`
	AdminAddr  string `placeholder:"HOST:PORT" help:"Address of this machine alone for /metrics and /debug/pprof; where left out, /metrics is at the main address and profiles nowhere."`

	QueryTimeout  time.Duration `default:"10s" help:"Most time that an operation may compute; 0 sets no bound."`
	MaxStatements int           `default:"1000" help:"Most SQL statements that an operation may run; 0 sets no bound."`
	Concurrency   int           `default:"0" help:"Most operations that compute at a time, at most half of them for one client; 0 is four for each processor."`
	Queue         int           `default:"100" help:"Most operations that wait for their turn; clients take turns, and where no more may wait, the newest of the client with the most is refused."`
	QueueTimeout  time.Duration `default:"2s" help:"Most time that one of them waits."`

	Exports       int           `default:"4" help:"Most exports that are made at a time, at most half of them for one client; others wait as operations do. 0 sets no bound."`
	ExportTimeout time.Duration `default:"10m" help:"Most time that an export may take; 0 sets no bound."`

	ExportSpeed int `default:"32768" placeholder:"BYTES" help:"Least that a client takes of an export in a second; a slower one is cut off. 0 sets no bound."`
	ExportSpool int `default:"1024" placeholder:"MIB" help:"Most MiB on disk of exports that are made and that slow clients have not taken yet; beyond it they are made no faster than they are taken."`

	HeaderTimeout time.Duration `default:"5s" help:"Most time that a request's header may take to come."`
	ReadTimeout   time.Duration `default:"15s" help:"Most time that a whole request may take to come."`
	WriteTimeout  time.Duration `default:"30s" help:"Most time that a client may take for an answer, or for one event of a stream."`
	IdleTimeout   time.Duration `default:"2m" help:"How long a connection is kept open between requests."`

	TLSCert string `name:"tls-cert" path:"" placeholder:"FILE" help:"Certificate chain in PEM, to serve https; a new one is taken up when the file changes."`
	TLSKey  string `name:"tls-key" path:"" placeholder:"FILE" help:"Its key."`
}

// Validate checks the flags when the command line is read.
func (f *operateFlags) Validate() error {
	if (f.TLSCert == "") != (f.TLSKey == "") {
		return errors.New("expected both --tls-cert and --tls-key, or neither")
	}
	if f.AdminAddr != "" {
		if _, err := web.LoopbackAddr(f.AdminAddr); err != nil {
			return fmt.Errorf("--admin-addr: %w", err)
		}
	}
	return nil
}

// workPerCost is the processor time of SQL statements that costs 1: docs/ACCESS.md says so.
const workPerCost = 2 * time.Millisecond

// logger returns a logger that writes to out.
func (f *operateFlags) logger(out io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{}
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.LogLevel)); err == nil { // the command line knows no others
		options.Level = level
	}
	file, isFile := out.(*os.File)
	if f.LogFormat == "text" || f.LogFormat == "auto" && isFile && term.IsTerminal(int(file.Fd())) {
		return slog.New(slog.NewTextHandler(out, options))
	}
	return slog.New(slog.NewJSONHandler(out, options))
}

// operation returns the flags as the server takes them.
func (f *operateFlags) operation(log *slog.Logger, traces *tracing.Tracing) web.Operation {
	concurrency := f.Concurrency
	if concurrency == 0 {
		concurrency = 4 * runtime.GOMAXPROCS(0)
	}
	return web.Operation{
		Requests: log, LogClients: f.LogClients, Tracing: traces, ShowMetrics: f.AdminAddr == "", TLS: f.TLSCert != "",
		QueryTimeout: f.QueryTimeout, MaxStatements: f.MaxStatements, WorkPerCost: workPerCost,
		Concurrency: concurrency, Queue: f.Queue, QueueTimeout: f.QueueTimeout,
		Exports: f.Exports, ExportTimeout: f.ExportTimeout, ExportSpeed: f.ExportSpeed,
		ExportSpool: f.ExportSpool, WriteTimeout: f.WriteTimeout,
	}
}

// server returns the HTTP server of a site. Its own messages name the addresses of clients, so that they are logged
// at level debug only. It sets no write timeout, because the site sets one for each answer: see web.Operation.
func (f *operateFlags) server(edge *web.Edge, log *slog.Logger) (*http.Server, error) {
	server := &http.Server{
		Handler: edge, ConnState: edge.ConnState, MaxHeaderBytes: 32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		ReadHeaderTimeout: f.HeaderTimeout, ReadTimeout: f.ReadTimeout, IdleTimeout: f.IdleTimeout,
	}
	if f.TLSCert == "" {
		return server, nil
	}
	var err error
	server.TLSConfig, err = certificate.TLS(f.TLSCert, f.TLSKey, log)
	return server, err
}

// serve serves on a listener until the server is shut down.
func serve(server *http.Server, listener net.Listener) error {
	var err error
	if server.TLSConfig != nil {
		err = server.ServeTLS(listener, "", "")
	} else {
		err = server.Serve(listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve: %w", err)
}

// scheme returns the scheme of the server's address.
func (f *operateFlags) scheme() string {
	if f.TLSCert != "" {
		return "https"
	}
	return "http"
}

// listen opens the address of the readers, and that of the operator; operator is nil when --admin-addr is not set.
func (c *serveCommand) listen() (readers, operator net.Listener, err error) {
	if readers, err = net.Listen("tcp", c.Addr); err != nil {
		return nil, nil, fmt.Errorf("listen on %s: %w", c.Addr, err)
	}
	if c.AdminAddr == "" {
		return readers, nil, nil
	}
	address, err := web.LoopbackAddr(c.AdminAddr)
	if err == nil {
		operator, err = net.ListenTCP("tcp", address)
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("listen on %s: %w", c.AdminAddr, err), readers.Close())
	}
	return readers, operator, nil
}

// flush sends the last spans, and waits at most five seconds for that.
func (f *operateFlags) flush(ctx context.Context, traces *tracing.Tracing) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return traces.Close(ctx)
}

// serveAdmin serves the operator's address until ctx ends.
func (f *operateFlags) serveAdmin(ctx context.Context, edge *web.Edge, listener net.Listener, log *slog.Logger) error {
	server := &http.Server{
		Handler: edge.Admin(), ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		ReadHeaderTimeout: f.HeaderTimeout, IdleTimeout: f.IdleTimeout,
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // nobody waits for a profile when the server stops
	defer stop()
	return serve(server, listener)
}
