package web

import (
	"bytes"
	"net/http"
)

// recorded holds a response until it is known whether it may be kept.
type recorded struct {
	header http.Header
	status int
	body   bytes.Buffer
	failed bool // whether it tells of errors
	asked  inquiry
}

// Header returns the response's header.
func (r *recorded) Header() http.Header { return r.header }

// WriteHeader keeps the status.
func (r *recorded) WriteHeader(status int) { r.status = status }

// Write keeps a part of the body.
func (r *recorded) Write(p []byte) (int, error) { return r.body.Write(p) }

// send writes what was recorded, with headers that forbid keeping it.
func (r *recorded) send(w http.ResponseWriter) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body.Bytes()) // whoever went away reads no error either
}
