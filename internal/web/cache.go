package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/maypok86/otter/v2"

	"homebound/graph"
	"homebound/internal/labour"
	"homebound/internal/negotiate"
)

// cacheKey is all that an answer depends on: the release's content never changes, and neither does what a request
// asks of it.
type cacheKey struct {
	release int
	edition int    // of the release's file: what a damaged one answered is not for readers of the restored one
	path    string // within the release
	accept  string // which decides between the media types of an answer
	method  string
	request string // the query string of a GET, the body of a POST
	allowed allowance
}

// keptAnswer is a response that is kept, in the encodings that clients take.
type keptAnswer struct {
	header     http.Header // as it was written, Content-Type and all
	etag       string
	plain      []byte
	gzip, zstd []byte // nil where the plain bytes are few, or packed already
	asked      inquiry
}

// cache keeps answers by what they depend on, and lets requests for the same one wait for the first.
type cache struct {
	next    http.Handler
	answers *otter.Cache[cacheKey, *keptAnswer]
	zstd    *zstd.Encoder
}

const (
	worthPacking = 512     // bytes from which an answer is compressed
	maxKept      = 4 << 20 // bytes of an answer beyond which it is computed anew each time
	maxAccept    = 256     // bytes of an Accept header beyond which nothing is kept
)

// newCache keeps answers of next in at most size bytes.
func newCache(next http.Handler, size uint64) *cache {
	answers := otter.Must(&otter.Options[cacheKey, *keptAnswer]{
		MaximumWeight: max(1, size),
		Weigher: func(k cacheKey, a *keptAnswer) uint32 {
			// bounded by maxKept
			return uint32(len(k.request) + len(k.accept) + len(a.plain) + len(a.gzip) + len(a.zstd) + 256)
		},
	})
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		panic(fmt.Sprintf("web: %v", err)) // which only an option that is not given could bring about
	}
	return &cache{next: next, answers: answers, zstd: encoder}
}

// of returns a cache of another handler's answers, which shares the room with this one's.
func (c *cache) of(next http.Handler) http.Handler { return &cache{next, c.answers, c.zstd} }

// errNotKept carries a response that may not be kept: an error, or one that does not depend on its release alone.
type errNotKept struct{ response *recorded }

func (errNotKept) Error() string { return "an answer that is not kept" }

// ServeHTTP answers from the cache, or computes the answer and keeps it where it may.
func (c *cache) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead { // the answer to GET, whose body net/http leaves out
		r = r.WithContext(r.Context())
		r.Method = http.MethodGet
	}
	accept := negotiate.Accepted(r)
	release := graph.ReleaseOf(r.Context())
	key := cacheKey{release: release.Info().Number, edition: release.Edition(), path: pathWithin(r), accept: accept,
		method: r.Method, allowed: principalOf(r.Context()).allowance}
	switch {
	case len(accept) > maxAccept:
		c.next.ServeHTTP(w, r)
		return
	case r.Method == http.MethodGet && len(r.URL.RawQuery) <= limitsOf(r.Context()).Query:
		key.request = r.URL.RawQuery
	case r.Method == http.MethodPost:
		body, status, err := readText(w, r)
		if err != nil {
			refuse(w, r, status, err)
			return
		}
		key.request = string(body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	default:
		c.next.ServeHTTP(w, r)
		return
	}
	found, kept := c.answers.GetIfPresent(key)
	result := cacheHit
	if !kept {
		var err error
		result = cacheJoined
		found, err = c.answers.Get(r.Context(), key,
			otter.LoaderFunc[cacheKey, *keptAnswer](func(_ context.Context, _ cacheKey) (*keptAnswer, error) {
				result = cacheMiss
				return c.compute(r)
			}))
		tell(principalOf(r.Context()).Limiter, time.Now(), w.Header())
		var not errNotKept
		if errors.As(err, &not) {
			if result == cacheJoined && ofTheOther(not.response.status) {
				c.next.ServeHTTP(w, r)
				return
			}
			recordOf(r.Context()).answeredBy(result, not.response.asked)
			not.response.send(w)
			return
		}
		if err != nil {
			refuse(w, r, http.StatusServiceUnavailable,
				labour.Faultf(labour.Unavailable, "The request was stopped before it was done."))
			return
		}
	}
	recordOf(r.Context()).answeredBy(result, found.asked)
	found.send(w, r)
}

// ofTheOther reports whether an answer is about the one who asked first alone: who could not pay for it, or had no turn
// because too many of his requests wait.
func ofTheOther(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// pathWithin returns the path of a request within its release, which is the same for the current one and under its
// number.
func pathWithin(r *http.Request) string {
	return strings.TrimPrefix(r.URL.Path, "/releases/"+r.PathValue("number"))
}

// compute runs a request to its end, even where its client goes away: others may wait for the same answer.
func (c *cache) compute(r *http.Request) (*keptAnswer, error) {
	ctx, volatile := graph.WithVolatile(context.WithoutCancel(r.Context()))
	response := &recorded{header: http.Header{}, status: http.StatusOK}
	c.next.ServeHTTP(response, r.WithContext(ctx))
	response.asked = recordOf(ctx).asks()
	body := response.body.Bytes()
	if response.status != http.StatusOK || volatile.Load() || len(body) > maxKept || response.failed {
		return nil, errNotKept{response}
	}
	sum := sha256.Sum256(body)
	a := &keptAnswer{header: response.header, etag: hex.EncodeToString(sum[:16]), plain: body, asked: response.asked}
	if len(body) >= worthPacking && !strings.HasPrefix(response.header.Get("Content-Type"), "image/png") {
		var packed bytes.Buffer
		zip := gzip.NewWriter(&packed)
		_, _ = zip.Write(body) // a buffer takes all
		_ = zip.Close()
		a.gzip, a.zstd = packed.Bytes(), c.zstd.EncodeAll(body, nil)
	}
	return a, nil
}

// send writes an answer in the encoding that the client likes best, or tells it that it has it already.
func (a *keptAnswer) send(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	body, encoding := a.plain, ""
	if a.zstd != nil {
		// gzip before zstd: Node 20's fetch says that it takes zstd, and cannot read it.
		switch encoding = negotiate.Encoding(r.Header.Get("Accept-Encoding"), "gzip", "zstd"); encoding {
		case "zstd":
			body = a.zstd
		case "gzip":
			body = a.gzip
		}
	}
	for name, values := range a.header {
		header[name] = values
	}
	header["Vary"] = varyOn
	if r.Method == http.MethodGet {
		etag := `"` + a.etag + encoding + `"`
		header["Etag"] = []string{etag}
		header["Cache-Control"] = freshness(r)
		if negotiate.Matches(r.Header.Get("If-None-Match"), etag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if encoding != "" {
		header["Content-Encoding"] = []string{encoding}
	}
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	_, _ = w.Write(body) // whoever went away reads no error either
}

var varyOn = []string{"Accept, Accept-Encoding, Authorization, Origin"}

type sharedKey struct{}

// freshness says how long others may keep an answer: that of a numbered release for ever, that of the current one until
// they have asked again, or for a minute where it is shared and a new release need not be seen at once. What a key has
// opened is kept by its holder alone.
func freshness(r *http.Request) []string {
	who := "public"
	if principalOf(r.Context()).key != nil {
		who = "private"
	}
	switch shared, _ := r.Context().Value(sharedKey{}).(bool); {
	case r.PathValue("number") != "":
		return []string{who + ", max-age=31536000, immutable"}
	case shared && who == "public":
		return []string{who + ", max-age=0, s-maxage=60, stale-while-revalidate=60"}
	}
	return []string{who + ", max-age=0, must-revalidate"}
}

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
