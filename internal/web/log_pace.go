package web

import (
	"io"
	"net/http"
	"time"
)

// tracked is a response whose status and length are counted, and whose client has to take each part of it in time. A
// deadline of the whole response would end streams and large downloads as well.
type tracked struct {
	http.ResponseWriter
	control  *http.ResponseController
	patience time.Duration // for one write; 0 is no bound
	status   int           // 0 before anything is written
	bytes    int64
}

// track watches a response, and lets go of the deadline of reading the request once that is read whole: the
// server's own bound would else end what takes longer to answer, streams before all.
func (s *Edge) track(w http.ResponseWriter, r *http.Request) *tracked {
	t := &tracked{ResponseWriter: w, control: http.NewResponseController(w), patience: s.config.WriteTimeout}
	if r.ProtoMajor == 1 {
		t.extend() // else the deadline of the request before, on the same connection, holds
	}
	if r.Body == nil || r.Body == http.NoBody {
		t.readAll()
	} else {
		r.Body = &trackedBody{r.Body, t.readAll}
	}
	return t
}

func (t *tracked) readAll() { _ = t.control.SetReadDeadline(time.Time{}) } // a response that knows no deadline has none

// extend returns the client time for what is written next.
func (t *tracked) extend() {
	if t.patience > 0 {
		_ = t.control.SetWriteDeadline(time.Now().Add(t.patience)) // as above
	}
}

// WriteHeader notes the status.
func (t *tracked) WriteHeader(status int) {
	if t.status < 200 {
		t.status = status
	}
	t.extend()
	t.ResponseWriter.WriteHeader(status)
}

// Write counts a part of the body.
func (t *tracked) Write(p []byte) (int, error) {
	if t.status == 0 {
		t.status = http.StatusOK
	}
	t.extend()
	n, err := t.ResponseWriter.Write(p)
	t.bytes += int64(n)
	return n, err
}

// Flush sends what was written so far.
func (t *tracked) Flush() {
	t.extend()
	_ = t.control.Flush() // what cannot be flushed is sent at the end
}

// Unwrap lets a ResponseController, and a websocket, reach the connection.
func (t *tracked) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// trackedBody tells when a request's body was read whole.
type trackedBody struct {
	io.ReadCloser
	readAll func()
}

func (b *trackedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.readAll()
	}
	return n, err
}
