package web_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
)

func TestRoutes(t *testing.T) {
	s := sitetest.WithRelease(t)
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
		{"GET", sitetest.ByGet("/graphql", "{release{number}}"), 200, "application/json; charset=utf-8", `{"data":{"release":{"number":1}}}`},
		{"HEAD", sitetest.ByGet("/graphql", "{release{number}}"), 200, "application/json; charset=utf-8", ""},
		{"GET", sitetest.ByGet("/releases/1/graphql", "{release{number}}"), 200, "application/json; charset=utf-8", `{"data":{"release":{"number":1}}}`},
		{"GET", sitetest.ByGet("/releases/2/graphql", "{release{number}}"), 404, "application/json; charset=utf-8", "There is no release 2; this server holds release 1 alone."},
		{"GET", sitetest.ByGet("/releases/01/graphql", "{release{number}}"), 404, "application/json; charset=utf-8", `There is no release \"01\": expected a number such as 7.`},
		{"GET", sitetest.ByGet("/releases/-1/graphql", "{release{number}}"), 404, "application/json; charset=utf-8", "NOT_FOUND"},
		{"GET", sitetest.ByGet("/releases/latest/graphql", "{release{number}}"), 404, "application/json; charset=utf-8", "NOT_FOUND"},
		{"GET", "/releases/1", 200, "text/html; charset=utf-8", "<h1>What became of"}, // by a redirection
		{"GET", "/graphql/", 400, "application/json; charset=utf-8", "Expected a query"},
		{"GET", "/missing", 404, "text/plain; charset=utf-8", "not found"},
		{"GET", "/home.html", 404, "text/plain; charset=utf-8", "not found"},
		{"POST", "/", 405, "text/plain; charset=utf-8", "Method Not Allowed"},
		{"DELETE", "/readyz", 405, "text/plain; charset=utf-8", "Method Not Allowed"},
		{"PATCH", "/graphql", 405, "application/json; charset=utf-8", `Expected one of the methods GET, HEAD, POST, PUT, DELETE, OPTIONS, found \"PATCH\".`},
		{"OPTIONS", "/graphql", 204, "", ""},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			answer := s.Do(test.method, test.path, "")
			assert.Equal(t, test.status, answer.Status, answer.Body)
			assert.Equal(t, test.contentType, answer.Header.Get("Content-Type"))
			if test.contains == "" {
				assert.Empty(t, answer.Body)
			}
			assert.Contains(t, answer.Body, test.contains)
			assert.Equal(t, "nosniff", answer.Header.Get("X-Content-Type-Options"))
			assert.Equal(t, "no-referrer", answer.Header.Get("Referrer-Policy"))
			if test.status == http.StatusMethodNotAllowed || test.method == "OPTIONS" {
				assert.Contains(t, answer.Header.Get("Allow"), "GET")
			}
		})
	}
	assert.Empty(t, s.Log.String(), "nothing of this is the operator's business")
}

func TestSchema_IsTheContractsFile(t *testing.T) {
	assert.Equal(t, sitetest.Contract(t), sitetest.New(t).Get("/schema.graphqls").Body)
}

func TestBeforeTheFirstRelease(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)

	assert.Equal(t, http.StatusOK, s.Get("/healthz").Status, "the process lives")
	assert.Equal(t, http.StatusServiceUnavailable, s.Get("/readyz").Status, "and cannot answer yet")

	answer := s.Post("{release{number}}")
	assert.Equal(t, http.StatusServiceUnavailable, answer.Status)
	assert.Equal(t, "2", answer.Header.Get("Retry-After"))
	assert.Equal(t, "UNAVAILABLE", answer.Failure(t).Extensions.Code)
	assert.Equal(t, "No release is published yet; the first one may be in the making.", answer.Failure(t).Message)

	page := s.Get("/")
	assert.Equal(t, http.StatusOK, page.Status)
	assert.Contains(t, page.Body, "No release is published yet")
	assert.NotContains(t, page.Body, "Synthetic rows take part")

	s.Publish(300)
	assert.Equal(t, "ready: release 1\n", s.Get("/readyz").Body)
	assert.Equal(t, `{"data":{"release":{"number":1}}}`+"\n", s.Post("{release{number}}").Body)
}

func TestDamagedRelease_IsTheOperatorsBusiness(t *testing.T) {
	s := sitetest.New(t)
	require.NoError(t, os.WriteFile(filepath.Join(s.Store.Dir(), "releases", "0001-0123456789ab.db"), []byte("no database"), 0o644))
	require.NoError(t, s.Store.MakeCurrent(1))

	answer := s.Post("{release{number}}")
	assert.Equal(t, http.StatusServiceUnavailable, answer.Status)
	assert.Equal(t, "UNAVAILABLE", answer.Failure(t).Extensions.Code)
	assert.Equal(t, "The release cannot be read; the operator's log says why.", answer.Failure(t).Message)
	assert.Equal(t, http.StatusServiceUnavailable, s.Get("/").Status)
	assert.Equal(t, http.StatusServiceUnavailable, s.Get("/readyz").Status)
	assert.Contains(t, s.Log.String(), "not a database")
	assert.NotContains(t, answer.Body+s.Get("/").Body, s.Store.Dir())
}
