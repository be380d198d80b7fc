// Package sitetest starts the whole server, as the command does, for tests.
package sitetest

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/datapackage"
	"homebound/internal/eventually"
	"homebound/internal/exchange"
	"homebound/internal/labour"
	"homebound/internal/site"
	"homebound/internal/synth"
	"homebound/internal/web"
)

// Site is a server over a data folder of its own.
type Site struct {
	T     testing.TB
	Store *db.Store
	Log   *eventually.Journal
	edge  *web.Edge
	Pages *site.Site
	*httptest.Server
}

// How long a test waits for what has to come, and how often it looks.
const (
	WaitFor = eventually.Patience
	Tick    = 10 * time.Millisecond
)

// Root returns the folder of the repository, wherever in it a test runs.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		require.NotEqual(t, dir, filepath.Dir(dir), "no go.mod above the test")
	}
}

// Contract returns the text of the schema.
func Contract(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Root(t), "schema.graphqls"))
	require.NoError(t, err)
	return string(text)
}

// New starts a server that has no release yet. What is not said of it is as web.Config has it.
func New(t testing.TB, configure ...func(*web.Config)) *Site {
	t.Helper()
	store, err := db.OpenStore(t.TempDir())
	require.NoError(t, err)
	s := &Site{T: t, Store: store, Log: &eventually.Journal{}}
	stopping := make(chan struct{})
	config := web.Config{
		Store: store, Log: slog.New(slog.NewTextHandler(s.Log,
			nil)), PublicURL: "https://homebound.example", Stopping: stopping,
	}
	for _, set := range configure {
		set(&config)
	}
	s.edge = web.New(config)
	s.Pages = site.Mount(s.edge)
	s.Server = httptest.NewServer(s.edge)
	t.Cleanup(func() {
		close(stopping)
		s.Close()
		assert.NoError(t, store.Close())
	})
	return s
}

// WithRelease starts a server that has a small release of the default kind.
func WithRelease(t testing.TB, configure ...func(*web.Config)) *Site {
	t.Helper()
	s := New(t, configure...)
	s.Begin(300)
	return s
}

// begun keeps data folders by what was published in them.
var begun struct {
	mu      sync.Mutex
	folders map[string]fstest.MapFS
}

// Begin publishes releases with so many permits in a folder that has none. Who begins like another one gets a copy of
// that one's folder, which takes a hundredth of the time.
func (s *Site) Begin(permits ...int) {
	s.T.Helper()
	begun.mu.Lock()
	defer begun.mu.Unlock()
	name := fmt.Sprint(permits)
	if folder, is := begun.folders[name]; is {
		require.NoError(s.T, os.CopyFS(s.Store.Dir(), folder))
		require.NoError(s.T, s.Store.Refresh(s.T.Context()))
		return
	}
	for _, n := range permits {
		s.Publish(n)
	}
	if begun.folders == nil {
		begun.folders = map[string]fstest.MapFS{}
	}
	begun.folders[name] = FilesIn(s.T, s.Store.Dir())
}

// FilesIn reads a folder and the folders in it.
func FilesIn(t testing.TB, dir string) fstest.MapFS {
	t.Helper()
	files, folder := fstest.MapFS{}, os.DirFS(dir)
	require.NoError(t, fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		data, err := fs.ReadFile(folder, name)
		files[name] = &fstest.MapFile{Data: data, Mode: info.Mode()}
		return err
	}))
	return files
}

// Publish makes a release with so many synthetic permits the current one.
func (s *Site) Publish(permits int) labour.Release {
	s.T.Helper()
	dir := s.T.TempDir()
	require.NoError(s.T, exchange.WriteDefault(s.T.Context(), dir, synth.Config{Permits: permits, Seed: 1}))
	return s.Load(dir)
}

// PublishMasked is Publish of a package that asks to mask real rows for k workers; synthetic ones stay as they are.
func (s *Site) PublishMasked(permits, k int) labour.Release {
	s.T.Helper()
	dir := s.T.TempDir()
	require.NoError(s.T, exchange.WriteDefault(s.T.Context(), dir, synth.Config{Permits: permits, Seed: 1}))
	manifest := filepath.Join(dir, "datapackage.json")
	text, err := os.ReadFile(manifest)
	require.NoError(s.T, err)
	var properties map[string]any
	require.NoError(s.T, json.Unmarshal(text, &properties))
	properties["homebound"] = map[string]any{"confidential": k}
	text, err = json.Marshal(properties)
	require.NoError(s.T, err)
	require.NoError(s.T, os.WriteFile(manifest, text, 0o644))
	return s.Load(dir)
}

// Load publishes the package in a folder.
func (s *Site) Load(dir string) labour.Release {
	s.T.Helper()
	pkg, err := datapackage.Open(s.T.Context(), dir, datapackage.Limits{})
	require.NoError(s.T, err)
	defer pkg.Close()
	outcome, err := exchange.Import(s.T.Context(), s.Store, pkg,
		exchange.Options{Mode: db.Replace, Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
	require.NoError(s.T, err)
	require.NoError(s.T, s.Store.Refresh(s.T.Context()))
	return outcome.Release
}

// Reply is what the server answered.
type Reply struct {
	Status int
	Header http.Header
	Body   string
}

// Do sends a request. headers are pairs of a name and a value.
func (s *Site) Do(method, path, body string, headers ...string) Reply {
	s.T.Helper()
	request, err := http.NewRequestWithContext(s.T.Context(), method, s.URL+path, strings.NewReader(body))
	require.NoError(s.T, err)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.Client().Do(request)
	require.NoError(s.T, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(s.T, err)
	return Reply{response.StatusCode, response.Header, string(text)}
}

// Get sends a GET request. headers are pairs of a name and a value.
func (s *Site) Get(path string, headers ...string) Reply {
	s.T.Helper()
	return s.Do(http.MethodGet, path, "", headers...)
}

// Post sends a query as JSON.
func (s *Site) Post(query string, headers ...string) Reply {
	s.T.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	require.NoError(s.T, err)
	return s.Do(http.MethodPost, "/graphql", string(body),
		append([]string{"Content-Type", "application/json"}, headers...)...)
}

// ByGet returns the address that asks a query by GET.
func ByGet(path, query string) string { return path + "?" + url.Values{"query": {query}}.Encode() }

// Failure is the only error of an answer.
type Failure struct {
	Message    string
	Extensions struct{ Code string }
}

// Failure returns the only error of an answer without data.
func (r Reply) Failure(t testing.TB) Failure {
	t.Helper()
	var answer struct {
		Data   any
		Errors []Failure
	}
	require.NoError(t, json.Unmarshal([]byte(r.Body), &answer), r.Body)
	require.Len(t, answer.Errors, 1, r.Body)
	assert.Nil(t, answer.Data)
	return answer.Errors[0]
}
