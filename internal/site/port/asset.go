package port

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"time"

	"homebound/internal/negotiate"
)

// Asset returns a handler that sends a file of the program, compressed to those who take it so. The file is compressed once.
func Asset(kind, keep string, content []byte) http.HandlerFunc {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // which is a level that there is
	_, _ = w.Write(content)                               // a buffer takes all
	_ = w.Close()
	packed := b.Bytes()
	etag, packedETag := ETag(content), ETag(packed)
	return func(w http.ResponseWriter, r *http.Request) {
		header, body := w.Header(), content
		header.Set("Content-Type", kind)
		header.Set("Cache-Control", keep)
		header.Add("Vary", "Accept-Encoding")
		header.Set("ETag", etag)
		if negotiate.Accepts(r.Header.Get("Accept-Encoding"), "gzip") {
			body = packed
			header.Set("Content-Encoding", "gzip")
			header.Set("ETag", packedETag)
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	}
}
