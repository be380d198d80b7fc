// Package graphiql serves GraphiQL, the page on which people write and try GraphQL queries, from the binary itself.
//
// The page's sources stand in src and what is built from them in dist; both are committed, so Go needs no Node.
// After a change in src, run npm ci && npm run build there; npm run check says whether dist is up to date.
package graphiql

import (
	"bytes"
	"embed"
	"fmt"
	"net/http"
	"strings"
	"time"

	template "github.com/DataDog/datadog-agent/pkg/template/html"
)

//go:embed dist
var dist embed.FS

// policy lets the page load its own files and talk to its own server, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"

// Handler serves the page at prefix and its files below prefix/assets.
//
// prefix is the path under which requests arrive, such as /graphiql; "" or / is the root of the site. endpoint is the
// path of the GraphQL API on the same origin, such as /graphql: the page may talk to no other. That of release 3 is
// /releases/3/graphql then. A request for prefix?query=...&variables=...&operationName=... opens that query, without
// running it; release=3 among these has release 3 answer instead of whichever is current.
//
// Everything is answered from memory. Handler panics when the binary was built without a whole dist folder.
func Handler(prefix, endpoint string) http.Handler {
	prefix = strings.TrimRight(prefix, "/")
	page, err := newPage(prefix, endpoint)
	if err != nil {
		panic(fmt.Sprintf("graphiql: %v", err))
	}
	assets, err := readAssets(dist, "dist/assets")
	if err != nil {
		panic(fmt.Sprintf("graphiql: %v", err))
	}
	return &handler{prefix: prefix, page: page, assets: assets}
}

type handler struct {
	prefix string
	page   page
	assets map[string]asset // by file name
}

// ServeHTTP answers GET and HEAD with the page or an asset, other methods with 405 and other paths with 404.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")

	path, below := strings.CutPrefix(r.URL.Path, h.prefix)
	name, inAssets := strings.CutPrefix(path, "/assets/")
	asset, known := h.assets[name]
	isPage := path == "" || path == "/"

	switch {
	case !below, !isPage && !(inAssets && known):
		http.NotFound(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		header.Set("Allow", "GET, HEAD")
		http.Error(w, fmt.Sprintf("This page answers GET and HEAD, not %s.", r.Method), http.StatusMethodNotAllowed)
	case isPage:
		h.page.serve(w, r)
	default:
		asset.serve(w, r)
	}
}

type page struct {
	content []byte
	etag    string
}

// newPage fills in where the page's files and its API are.
func newPage(prefix, endpoint string) (page, error) {
	text, err := template.ParseFS(dist, "dist/index.html")
	if err != nil {
		return page{}, fmt.Errorf("parse the page: %w", err)
	}
	var content bytes.Buffer
	if err := text.Execute(&content, struct{ Prefix, Endpoint string }{prefix, endpoint}); err != nil {
		return page{}, fmt.Errorf("fill in the page: %w", err)
	}
	return page{content: content.Bytes(), etag: etag(content.Bytes())}, nil
}

func (p page) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", p.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(p.content))
}
