package graphiql

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"homebound/internal/negotiate"
)

// contentTypes are the kinds of file that the build makes. The host's own table of types differs between machines.
var contentTypes = map[string]string{
	".js":  "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
}

// asset is a file whose name holds a hash of its content. It is kept compressed, as nearly every browser wants it.
type asset struct {
	contentType string
	compressed  []byte
	etag        string
}

// readAssets returns the files of a folder by name, without the .gz that each of them must end in.
func readAssets(files fs.FS, folder string) (map[string]asset, error) {
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		return nil, fmt.Errorf("read the assets: %w", err)
	}
	assets := make(map[string]asset, len(entries))
	for _, entry := range entries {
		name, isGzip := strings.CutSuffix(entry.Name(), ".gz")
		contentType, known := contentTypes[path.Ext(name)]
		if !isGzip || !known {
			return nil, fmt.Errorf("asset %s is not a .js.gz or .css.gz file", entry.Name())
		}
		compressed, err := fs.ReadFile(files, path.Join(folder, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the assets: %w", err)
		}
		assets[name] = asset{contentType: contentType, compressed: compressed, etag: etag(compressed)}
	}
	return assets, nil
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Vary", "Accept-Encoding")
	content, tag := a.compressed, a.etag
	if negotiate.Accepts(r.Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")
	} else {
		plain, err := decompress(a.compressed)
		if err != nil {
			http.Error(w, "This file is damaged in the server.", http.StatusInternalServerError)
			return
		}
		content, tag = plain, etag(plain)
	}
	header.Set("Content-Type", a.contentType)
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("ETag", tag)
	// ServeContent gives no length of its own to content with an encoding.
	header.Set("Content-Length", strconv.Itoa(len(content)))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

func decompress(compressed []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}

// etag returns a strong entity tag: the same bytes, the same tag.
func etag(content []byte) string {
	sum := sha256.Sum256(content)
	return fmt.Sprintf(`"%x"`, sum[:16])
}
