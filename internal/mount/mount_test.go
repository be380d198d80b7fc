package mount

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOf(t *testing.T) {
	for public, expected := range map[string]Path{"": "", "https://x.example": "", "https://x.example/": "",
		"https://x.example/a/b/": "/a/b"} {
		assert.Equal(t, expected, Of(public), public)
	}
	assert.Equal(t, "https://x.example", Origin("https://x.example/a/b"))
	assert.Equal(t, "https://x.example", Origin("https://x.example"))
}

func TestTemplate_WritesThePathBeforeOwnAddressesAlone(t *testing.T) {
	const text = `<a href="/">a</a><a href="{{.}}"><img src="/b" srcset="/c 2x"></a><a href="#d"><a href="//e/f"><a href="https://g/h">{{.}}`
	var page bytes.Buffer
	require.NoError(t, Parse(text, nil).Write(&page, "/p", "", `/x?y=" href="/z`))
	assert.Equal(t, `<a href="/p/">a</a><a href="/p/x?y=%22%20href=%22/z"><img src="/p/b" srcset="/p/c 2x"></a><a href="#d"><a href="//e/f"><a href="https://g/h">/x?y=&#34; href=&#34;/z`, page.String())
	page.Reset()
	require.NoError(t, Parse(text, nil).Write(&page, "", "", "/x"))
	assert.Contains(t, page.String(), `<a href="/">a</a><a href="/x">`)
}

func TestBelow(t *testing.T) {
	mux := http.NewServeMux()
	echo := func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.Path+" "+r.URL.RawQuery) }
	mux.HandleFunc("/{$}", echo)
	mux.HandleFunc("/releases/{n}/{$}", echo)
	mux.HandleFunc("/graphql", echo)
	known := func(r *http.Request) bool { _, pattern := mux.Handler(r); return pattern != "" }
	get := func(at Path, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		at.Below(known, mux).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}
	for path, expected := range map[string]string{
		"/p/graphql?a=b": "/graphql a=b", "/graphql?a=b": "/graphql a=b", "/p/": "/ ", "/": "/ ",
		"/p/releases/1/": "/releases/1/ ", "/releases/1/": "/releases/1/ ",
	} {
		assert.Equal(t, expected, get("/p", path).Body.String(), path)
	}
	for _, path := range []string{"/pgraphql", "/p/p/graphql", "/q/graphql"} {
		assert.Equal(t, http.StatusNotFound, get("/p", path).Code, path)
	}
	for path, expected := range map[string]string{"/p": "/p/", "/p/releases/1": "/p/releases/1/", "/releases/1": "/p/releases/1/"} {
		w := get("/p", path)
		assert.Equal(t, expected, w.Header().Get("Location"), path)
		assert.Contains(t, w.Body.String(), `href="`+expected+`"`)
	}
	assert.Equal(t, "/releases/1/ ", get("/releases", "/releases/1/").Body.String(), "a path that looks like one of its own")
	assert.Equal(t, "/releases/1/ ", get("/releases", "/releases/releases/1/").Body.String())
	assert.Equal(t, "/graphql ", get("/releases", "/releases/graphql").Body.String())
	assert.Equal(t, "/releases/1/", get("", "/releases/1").Header().Get("Location"))
}
