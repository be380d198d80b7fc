// Package certificate reads the certificate that readers come to by https, and takes up a new one as its files change.
package certificate

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// lookAtFiles is how often a certificate's files are looked at for a change, while anybody connects.
const lookAtFiles = time.Second

// certificate is a certificate that is read again when its files change.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	loaded  *tls.Certificate
	from    [2]fileState
	checked time.Time
}

type fileState struct {
	modified time.Time
	size     int64
}

// TLS returns a configuration for TLS 1.2 and later with HTTP/2. A new certificate is taken up when its files
// change; one that cannot be read is told to log, and the old one stays.
func TLS(certFile, keyFile string, log *slog.Logger) (*tls.Config, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log}
	if err := c.load(); err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			return c.current(hello.Context()), nil
		},
	}, nil
}

// load reads the files; c.mu is held, or nobody else knows of c yet.
func (c *certificate) load() error {
	c.checked = time.Now()
	from := c.state() // before they are read: what changes meanwhile is seen the next time
	loaded, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	c.from = from
	if err != nil {
		return fmt.Errorf("read the certificate: %w", err)
	}
	c.loaded = &loaded
	return nil
}

func (c *certificate) state() (state [2]fileState) {
	for i, name := range []string{c.certFile, c.keyFile} {
		if info, err := os.Stat(name); err == nil {
			state[i] = fileState{info.ModTime(), info.Size()}
		}
	}
	return state
}

func (c *certificate) current(ctx context.Context) *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.checked) < lookAtFiles {
		return c.loaded
	}
	c.checked = time.Now()
	if c.state() == c.from {
		return c.loaded
	}
	if err := c.load(); err != nil {
		c.log.ErrorContext(ctx, "the new certificate cannot be read; the one before stays", "error", err)
	} else {
		c.log.InfoContext(ctx, "a new certificate is in use", "file", c.certFile)
	}
	return c.loaded
}
