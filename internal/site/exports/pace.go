package exports

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// grace is how long a client may take nothing before it counts as too slow.
const grace = 5 * time.Second

// paced passes an export on to a client that takes it fast enough. What a client takes extends its time; of a fast one
// no more than grace is saved up, so that it may not stop later. The time in which the server computes does not count.
type paced struct {
	to      io.Writer
	control *http.ResponseController
	speed   int           // least bytes a second; 0 is no bound
	left    time.Duration // that the client may still take
}

func newPaced(w http.ResponseWriter, speed int) *paced {
	return &paced{to: w, control: http.NewResponseController(w), speed: speed, left: grace}
}

// slowError says that a client was cut off.
type slowError struct{ speed int }

// Error says what was expected.
func (e slowError) Error() string {
	return fmt.Sprintf("the client took the export too slowly: expected at least %d bytes a second", e.speed)
}

// Write passes a part on, or cuts the client off while it waits for it.
func (p *paced) Write(part []byte) (int, error) {
	if p.speed == 0 {
		return p.to.Write(part)
	}
	p.left += time.Duration(len(part)) * time.Second / time.Duration(p.speed)
	var late atomic.Bool
	timer := time.AfterFunc(p.left, func() {
		late.Store(true)
		_ = p.control.SetWriteDeadline(time.Now()) // a connection without deadlines has that of its server
	})
	began := time.Now()
	n, err := p.to.Write(part)
	timer.Stop()
	if late.Load() {
		return n, slowError{p.speed}
	}
	p.left = min(grace, p.left-time.Since(began))
	return n, err
}
