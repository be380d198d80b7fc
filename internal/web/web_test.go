package web_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRoutes(t *testing.T) {
	s := newSiteWithRelease(t)
	for _, test := range []struct {
		method, path string
		status       int
		contentType  string
		contains     string
	}{
		{"GET", "/", 200, "text/html; charset=utf-8", "<h1>What became of"},
		{"HEAD", "/", 200, "text/html; charset=utf-8", ""},
		{"GET", "/home.css", 200, "text/css; charset=utf-8", "color-scheme"},
		{"GET", "/graphiql", 200, "text/html; charset=utf-8", "<title>Homebound GraphiQL</title>"},
		{"GET", "/healthz", 200, "text/plain; charset=utf-8", "alive"},
		{"GET", "/readyz", 200, "text/plain; charset=utf-8", "ready: release 1"},
		{"GET", "/schema.graphqls", 200, "text/plain; charset=utf-8", "type Query"},
		{"GET", byGet("/graphql", "{release{number}}"), 200, "application/json; charset=utf-8", `{"data":{"release":{"number":1}}}`},
		{"HEAD", byGet("/graphql", "{release{number}}"), 200, "application/json; charset=utf-8", ""},
		{"GET", byGet("/releases/1/graphql", "{release{number}}"), 200, "application/json; charset=utf-8", `{"data":{"release":{"number":1}}}`},
		{"GET", byGet("/releases/2/graphql", "{release{number}}"), 404, "application/json; charset=utf-8", "There is no release 2; this server holds release 1 alone."},
		{"GET", byGet("/releases/01/graphql", "{release{number}}"), 404, "application/json; charset=utf-8", `There is no release \"01\": expected a number such as 7.`},
		{"GET", byGet("/releases/-1/graphql", "{release{number}}"), 404, "application/json; charset=utf-8", "NOT_FOUND"},
		{"GET", byGet("/releases/latest/graphql", "{release{number}}"), 404, "application/json; charset=utf-8", "NOT_FOUND"},
		{"GET", "/releases/1", 200, "text/html; charset=utf-8", "<h1>What became of"}, // by a redirection
		{"GET", "/graphql/", 404, "text/plain; charset=utf-8", "not found"},
		{"GET", "/missing", 404, "text/plain; charset=utf-8", "not found"},
		{"GET", "/home.html", 404, "text/plain; charset=utf-8", "not found"},
		{"POST", "/", 405, "text/plain; charset=utf-8", "Method Not Allowed"},
		{"DELETE", "/readyz", 405, "text/plain; charset=utf-8", "Method Not Allowed"},
		{"PATCH", "/graphql", 405, "application/json; charset=utf-8", `Expected one of the methods GET, HEAD, POST, PUT, DELETE, OPTIONS, found \"PATCH\".`},
		{"OPTIONS", "/graphql", 204, "", ""},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			answer := s.do(test.method, test.path, "")
			assert.Equal(t, test.status, answer.status, answer.body)
			assert.Equal(t, test.contentType, answer.header.Get("Content-Type"))
			if test.contains == "" {
				assert.Empty(t, answer.body)
			}
			assert.Contains(t, answer.body, test.contains)
			assert.Equal(t, "nosniff", answer.header.Get("X-Content-Type-Options"))
			assert.Equal(t, "no-referrer", answer.header.Get("Referrer-Policy"))
			if test.status == http.StatusMethodNotAllowed || test.method == "OPTIONS" {
				assert.Contains(t, answer.header.Get("Allow"), "GET")
			}
		})
	}
	assert.Empty(t, s.log.String(), "nothing of this is the operator's business")
}

func TestSchema_IsTheContractsFile(t *testing.T) {
	assert.Equal(t, contract(t), newSite(t).get("/schema.graphqls").body)
}

func TestBeforeTheFirstRelease(t *testing.T) {
	s := newSite(t)

	assert.Equal(t, http.StatusOK, s.get("/healthz").status, "the process lives")
	assert.Equal(t, http.StatusServiceUnavailable, s.get("/readyz").status, "and cannot answer yet")

	answer := s.post("{release{number}}")
	assert.Equal(t, http.StatusServiceUnavailable, answer.status)
	assert.Equal(t, "2", answer.header.Get("Retry-After"))
	assert.Equal(t, "UNAVAILABLE", answer.failure(t).Extensions.Code)
	assert.Equal(t, "No release is published yet; the first one may be in the making.", answer.failure(t).Message)

	page := s.get("/")
	assert.Equal(t, http.StatusOK, page.status)
	assert.Contains(t, page.body, "No release is published yet")
	assert.NotContains(t, page.body, "Synthetic rows take part")

	s.publish(300)
	assert.Equal(t, "ready: release 1\n", s.get("/readyz").body)
	assert.Equal(t, `{"data":{"release":{"number":1}}}`+"\n", s.post("{release{number}}").body)
}

func TestDamagedRelease_IsTheOperatorsBusiness(t *testing.T) {
	s := newSite(t)
	require.NoError(t, os.WriteFile(filepath.Join(s.store.Dir(), "releases", "0001-0123456789ab.db"), []byte("no database"), 0o644))
	require.NoError(t, s.store.MakeCurrent(1))

	answer := s.post("{release{number}}")
	assert.Equal(t, http.StatusServiceUnavailable, answer.status)
	assert.Equal(t, "UNAVAILABLE", answer.failure(t).Extensions.Code)
	assert.Equal(t, "The release cannot be read; the operator's log says why.", answer.failure(t).Message)
	assert.Equal(t, http.StatusServiceUnavailable, s.get("/").status)
	assert.Equal(t, http.StatusServiceUnavailable, s.get("/readyz").status)
	assert.Contains(t, s.log.String(), "not a database")
	assert.NotContains(t, answer.body+s.get("/").body, s.store.Dir())
}
