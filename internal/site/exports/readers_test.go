package exports_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
	"homebound/internal/site/sitetest"
)

// remote is a server of exports that counts what is read of one file.
type remote struct {
	*httptest.Server
	site  *sitetest.Site
	whole int // bytes of the file
	mu    sync.Mutex
	read  int // of them, in parts
	full  int // requests for the whole
}

const remotePath = "/releases/1/export/permits.parquet"

// newRemote stands before a server with many permits; readers need the packages of the clients folder. Without them the
// test is skipped.
func newRemote(t *testing.T, needs ...string) *remote {
	t.Helper()
	for _, name := range needs {
		if _, err := os.Stat(filepath.Join("clients/node_modules", name)); err != nil {
			t.Skipf("SKIPPED: needs npm ci in internal/site/exports/clients: %v", err)
		}
	}
	s := sitetest.New(t)
	s.Publish(20_000)
	r := &remote{site: s, whole: len(s.Get(remotePath).Body)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		counted := &counting{ResponseWriter: w}
		s.Config.Handler.ServeHTTP(counted, q)
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.read += counted.bytes; q.Method == http.MethodGet && counted.status != http.StatusPartialContent {
			r.full++
		}
	}))
	t.Cleanup(r.Close)
	return r
}

type counting struct {
	http.ResponseWriter
	status, bytes int
}

func (c *counting) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *counting) Write(p []byte) (int, error) {
	c.bytes += len(p)
	return c.ResponseWriter.Write(p)
}

// workers returns what readers are to find: the sum of a column.
func (r *remote) workers() int {
	total := 0
	for _, row := range rowsOf(r.site, "/export/permits.ndjson") {
		total += int(row["workers"].(float64))
	}
	return total
}

func (r *remote) check(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	assert.Zero(t, r.full, "requests for the whole file")
	assert.NotZero(t, r.read)
	assert.Less(t, r.read, r.whole*3/4, "of %d bytes", r.whole)
	t.Logf("read %d of %d bytes", r.read, r.whole)
}

// TestExport_DuckDBReadsARemoteFileInParts runs DuckDB in a page of another site.
func TestExport_DuckDBReadsARemoteFileInParts(t *testing.T) {
	r := newRemote(t, "@duckdb/duckdb-wasm", "apache-arrow")
	page := httptest.NewServer(http.FileServer(http.Dir("clients")))
	t.Cleanup(page.Close)
	browser := browsertest.New(t, page.URL, r.URL)
	browser.Do(chromedp.Navigate(page.URL + "/duckdb.html?file=" + url.QueryEscape(r.URL+remotePath)))
	sitetest.Await(t, browser, `document.title !== 'waiting'`)
	assert.JSONEq(t, `{"workers": `+strconv.Itoa(r.workers())+`, "day": "DATE", "mark": "BOOLEAN"}`,
		browsertest.Get(browser, chromedp.Title()))
	r.check(t)
}

// TestExport_PolarsReadsARemoteFileInParts runs Polars in Node.
func TestExport_PolarsReadsARemoteFileInParts(t *testing.T) {
	r := newRemote(t, "nodejs-polars", "nodejs-polars-linux-x64-gnu")
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("SKIPPED: needs Node.js")
	}
	reader := exec.CommandContext(t.Context(), node, "polars.mjs", r.URL+remotePath)
	reader.Dir, reader.Stderr = "clients", os.Stderr
	said, err := reader.Output()
	require.NoError(t, err)
	assert.Equal(t, strconv.Itoa(r.workers()), strings.TrimSpace(string(said)))
	r.check(t)
}
