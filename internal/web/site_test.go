package web_test

import (
	"bytes"
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
	"homebound/internal/exchange"
	"homebound/internal/labour"
	"homebound/internal/synth"
	"homebound/internal/web"
)

// site is a server over a data folder of its own.
type site struct {
	t     testing.TB
	store *db.Store
	log   *journal
	site  *web.Site
	*httptest.Server
}

// journal is a log that a test can read while the server writes.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func contract(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("../../schema.graphqls")
	require.NoError(t, err)
	return string(text)
}

// newSite starts a server that has no release yet. What is not said of it is as web.Config has it.
func newSite(t testing.TB, configure ...func(*web.Config)) *site {
	t.Helper()
	store, err := db.OpenStore(t.TempDir())
	require.NoError(t, err)
	s := &site{t: t, store: store, log: &journal{}}
	stopping := make(chan struct{})
	config := web.Config{
		Store: store, Log: slog.New(slog.NewTextHandler(s.log, nil)), PublicURL: "https://homebound.example", Schema: contract(t), Stopping: stopping,
	}
	for _, set := range configure {
		set(&config)
	}
	s.site = web.New(config)
	s.Server = httptest.NewServer(s.site)
	t.Cleanup(func() {
		close(stopping)
		s.Close()
		assert.NoError(t, store.Close())
	})
	return s
}

// newSiteWithRelease starts a server that has a small release of the default kind.
func newSiteWithRelease(t testing.TB, configure ...func(*web.Config)) *site {
	t.Helper()
	s := newSite(t, configure...)
	s.begin(300)
	return s
}

// begun keeps data folders by what was published in them.
var begun struct {
	mu      sync.Mutex
	folders map[string]fstest.MapFS
}

// begin publishes releases with so many permits in a folder that has none. Who begins like another one gets a copy of
// that one's folder, which takes a hundredth of the time.
func (s *site) begin(permits ...int) {
	s.t.Helper()
	begun.mu.Lock()
	defer begun.mu.Unlock()
	name := fmt.Sprint(permits)
	if folder, is := begun.folders[name]; is {
		require.NoError(s.t, os.CopyFS(s.store.Dir(), folder))
		require.NoError(s.t, s.store.Refresh(s.t.Context()))
		return
	}
	for _, n := range permits {
		s.publish(n)
	}
	if begun.folders == nil {
		begun.folders = map[string]fstest.MapFS{}
	}
	begun.folders[name] = filesIn(s.t, s.store.Dir())
}

// filesIn reads a folder and the folders in it.
func filesIn(t testing.TB, dir string) fstest.MapFS {
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

// publish makes a release with so many synthetic permits the current one.
func (s *site) publish(permits int) labour.Release {
	s.t.Helper()
	dir := s.t.TempDir()
	require.NoError(s.t, exchange.WriteDefault(s.t.Context(), dir, synth.Config{Permits: permits, Seed: 1}))
	return s.load(dir)
}

// publishGuarded is publish of a release that withholds counts of fewer workers than below.
func (s *site) publishGuarded(permits, below int) labour.Release {
	s.t.Helper()
	dir := s.t.TempDir()
	require.NoError(s.t, exchange.WriteDefault(s.t.Context(), dir, synth.Config{Permits: permits, Seed: 1}))
	manifest := filepath.Join(dir, "datapackage.json")
	text, err := os.ReadFile(manifest)
	require.NoError(s.t, err)
	var properties map[string]any
	require.NoError(s.t, json.Unmarshal(text, &properties))
	properties["homebound"] = map[string]any{"suppressBelow": below}
	text, err = json.Marshal(properties)
	require.NoError(s.t, err)
	require.NoError(s.t, os.WriteFile(manifest, text, 0o644))
	return s.load(dir)
}

func (s *site) load(dir string) labour.Release {
	s.t.Helper()
	pkg, err := datapackage.Open(s.t.Context(), dir, datapackage.Limits{})
	require.NoError(s.t, err)
	defer pkg.Close()
	outcome, err := exchange.Import(s.t.Context(), s.store, pkg, exchange.Options{Mode: db.Replace, Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
	require.NoError(s.t, err)
	require.NoError(s.t, s.store.Refresh(s.t.Context()))
	return outcome.Release
}

// reply is what the server answered.
type reply struct {
	status int
	header http.Header
	body   string
}

// do sends a request. headers are pairs of a name and a value.
func (s *site) do(method, path, body string, headers ...string) reply {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, strings.NewReader(body))
	require.NoError(s.t, err)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.Client().Do(request)
	require.NoError(s.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return reply{response.StatusCode, response.Header, string(text)}
}

func (s *site) get(path string, headers ...string) reply {
	s.t.Helper()
	return s.do(http.MethodGet, path, "", headers...)
}

// post sends a query as JSON.
func (s *site) post(query string, headers ...string) reply {
	s.t.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	require.NoError(s.t, err)
	return s.do(http.MethodPost, "/graphql", string(body), append([]string{"Content-Type", "application/json"}, headers...)...)
}

func byGet(path, query string) string { return path + "?" + url.Values{"query": {query}}.Encode() }

// failure is the only error of an answer.
type failure struct {
	Message    string
	Extensions struct{ Code string }
}

func (r reply) failure(t testing.TB) failure {
	t.Helper()
	var answer struct {
		Data   any
		Errors []failure
	}
	require.NoError(t, json.Unmarshal([]byte(r.body), &answer), r.body)
	require.Len(t, answer.Errors, 1, r.body)
	assert.Nil(t, answer.Data)
	return answer.Errors[0]
}
