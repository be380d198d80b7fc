package graphiql_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/graphiql"
)

// ask sends a request to a handler mounted at /graphiql. headers are pairs of a name and a value.
func ask(t *testing.T, method, target string, headers ...string) *http.Response {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	graphiql.Handler("/graphiql", "/graphql").ServeHTTP(answer, request)
	return answer.Result()
}

func body(t *testing.T, answer *http.Response) string {
	t.Helper()
	content, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return string(content)
}

// assets returns the paths of the files that the page names, its style sheet and script among them.
func assets(t *testing.T) []string {
	t.Helper()
	return regexp.MustCompile(`/graphiql/assets/[^"]+`).FindAllString(body(t, ask(t, "GET", "/graphiql")), -1)
}

func TestHandler_Page(t *testing.T) {
	for _, target := range []string{"/graphiql", "/graphiql/", "/graphiql?query=%7Brelease%7Bnumber%7D%7D"} {
		answer := ask(t, "GET", target)
		page := body(t, answer)

		assert.Equal(t, http.StatusOK, answer.StatusCode, target)
		assert.Equal(t, "text/html; charset=utf-8", answer.Header.Get("Content-Type"))
		assert.Equal(t, "no-cache", answer.Header.Get("Cache-Control"))
		assert.Equal(t, "nosniff", answer.Header.Get("X-Content-Type-Options"))
		assert.Equal(t, "no-referrer", answer.Header.Get("Referrer-Policy"))
		assert.Contains(t, page, "<title>Homebound GraphiQL</title>")
		assert.Contains(t, page, `data-endpoint="/graphql"`)
		assert.NotContains(t, page, "release{number}", "the page is the same for every query in its address")
	}
}

func TestHandler_PolicyAllowsNothingInlineAndNoOtherHost(t *testing.T) {
	policy := ask(t, "GET", "/graphiql").Header.Get("Content-Security-Policy")
	for _, directive := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
		"base-uri 'none'", "frame-ancestors 'none'", "form-action 'none'"} {
		assert.Contains(t, strings.Split(policy, "; "), directive)
	}
	assert.NotContains(t, policy, "unsafe")
	assert.NotContains(t, policy, "http")
}

func TestHandler_EscapesWhereItIsMounted(t *testing.T) {
	answer := httptest.NewRecorder()
	handler := graphiql.Handler(`/a"b<c`, `/graph"ql`)
	handler.ServeHTTP(answer, &http.Request{Method: "GET", URL: &url.URL{Path: `/a"b<c`}})
	assert.Equal(t, http.StatusOK, answer.Code)
	assert.NotContains(t, answer.Body.String(), `a"b<c`)
	assert.NotContains(t, answer.Body.String(), `graph"ql`)
}

func TestHandler_AtTheRootOfTheSite(t *testing.T) {
	for _, prefix := range []string{"", "/"} {
		answer := httptest.NewRecorder()
		graphiql.Handler(prefix, "/graphql").ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), "GET", "/", nil))
		assert.Equal(t, http.StatusOK, answer.Code)
		assert.Contains(t, answer.Body.String(), `src="/assets/main-`)
	}
}

func TestHandler_Assets(t *testing.T) {
	named := assets(t)
	require.GreaterOrEqual(t, len(named), 2)
	types := map[string]bool{}
	for _, path := range named {
		compressed := ask(t, "GET", path, "Accept-Encoding", "gzip, deflate, br")
		assert.Equal(t, http.StatusOK, compressed.StatusCode, path)
		assert.Equal(t, "gzip", compressed.Header.Get("Content-Encoding"))
		assert.Equal(t, "Accept-Encoding", compressed.Header.Get("Vary"))
		assert.Equal(t, "public, max-age=31536000, immutable", compressed.Header.Get("Cache-Control"))
		assert.Equal(t, "nosniff", compressed.Header.Get("X-Content-Type-Options"))
		assert.Positive(t, compressed.ContentLength)
		types[compressed.Header.Get("Content-Type")] = true

		plain := ask(t, "GET", path)
		assert.Empty(t, plain.Header.Get("Content-Encoding"))
		assert.NotEqual(t, compressed.Header.Get("ETag"), plain.Header.Get("ETag"), "other bytes, another tag")

		unpacked, err := gzip.NewReader(compressed.Body)
		require.NoError(t, err)
		content, err := io.ReadAll(unpacked)
		require.NoError(t, err)
		assert.Equal(t, body(t, plain), string(content))
	}
	assert.Equal(t, map[string]bool{"text/javascript; charset=utf-8": true, "text/css; charset=utf-8": true}, types)
}

func TestHandler_CompressesForThoseWhoAcceptIt(t *testing.T) {
	path := assets(t)[0]
	for header, encoding := range map[string]string{
		"gzip":                "gzip",
		"br, GZIP;q=0.5":      "gzip",
		"*":                   "gzip",
		"gzip;q=1.0, *;q=0":   "gzip",
		"":                    "",
		"br":                  "",
		"gzip;q=0":            "",
		"*, gzip;q=0":         "",
		"gzip;q=much":         "",
		"identity, *;q=0.000": "",
	} {
		answer := ask(t, "GET", path, "Accept-Encoding", header)
		assert.Equal(t, encoding, answer.Header.Get("Content-Encoding"), "Accept-Encoding: %s", header)
	}
}

func TestHandler_AnswersNotModifiedForAKnownTag(t *testing.T) {
	for _, path := range []string{"/graphiql", assets(t)[0]} {
		first := ask(t, "GET", path, "Accept-Encoding", "gzip")
		tag := first.Header.Get("ETag")
		assert.Regexp(t, `^"[0-9a-f]{32}"$`, tag)

		again := ask(t, "GET", path, "Accept-Encoding", "gzip", "If-None-Match", tag)
		assert.Equal(t, http.StatusNotModified, again.StatusCode)
		assert.Empty(t, body(t, again))
		assert.Equal(t, tag, again.Header.Get("ETag"))
	}
}

func TestHandler_HeadGivesTheHeadersAlone(t *testing.T) {
	for _, path := range []string{"/graphiql", assets(t)[0]} {
		got, head := ask(t, "GET", path), ask(t, "HEAD", path)
		assert.Equal(t, http.StatusOK, head.StatusCode)
		assert.Equal(t, got.Header, head.Header)
		assert.Empty(t, body(t, head))
	}
}

func TestHandler_RefusesOtherMethods(t *testing.T) {
	for _, path := range []string{"/graphiql", assets(t)[0]} {
		for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
			answer := ask(t, method, path)
			assert.Equal(t, http.StatusMethodNotAllowed, answer.StatusCode)
			assert.Equal(t, "GET, HEAD", answer.Header.Get("Allow"))
			assert.Contains(t, body(t, answer), method)
		}
	}
}

func TestHandler_HasNothingElse(t *testing.T) {
	for _, path := range []string{"/", "/graphiql2", "/graphiql/index.html", "/graphiql/assets", "/graphiql/assets/",
		"/graphiql/assets/none.js", "/graphiql/assets/../index.html", "/graphiql/dist/index.html", assets(t)[0] + ".gz"} {
		answer := ask(t, "GET", path)
		assert.Equal(t, http.StatusNotFound, answer.StatusCode, path)
		assert.Equal(t, "nosniff", answer.Header.Get("X-Content-Type-Options"))
	}
}
