package web

import (
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
)

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
