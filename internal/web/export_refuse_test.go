package web_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/access"
	"homebound/internal/labour"
	"homebound/internal/web"
)

func TestExport_SaysWhatThereIs(t *testing.T) {
	s := newSiteWithRelease(t)
	for _, test := range []struct {
		path, says string
		status     int
	}{
		{"/export/workers.csv", `There is no export "workers": expected one of permits, employers, repatriations, observations, claims, report, impact.`, 404},
		{"/export/permits.pdf", "There is no export permits.pdf: expected one of csv, ndjson, parquet, arrow, xlsx, zip, metadata.json.", 404},
		{"/export/permits", "There is no export permits.: expected one of csv,", 404},
		{"/releases/9/export/permits.csv", "There is no release 9", 404},
		{"/export/permits.csv?first=3", `Expected parameters out of within, boundariesOn, industries, nationalities, employers, issued.from, inForceOn, status, orderBy.field, found "first".`, 400},
		{"/export/permits.csv?status=LOST", "Expected for status one of PENDING, IN_FORCE, EXPIRED, REVOKED", 400},
		{"/export/permits.csv?within=RU-NO", `There is no region "RU-NO" in this release.`, 404},
		{"/export/permits.csv?issued.from=2018-01-02&issued.to=2018-01-01", "issued: expected a first day that is not after the last", 400},
		{"/export/permits.csv?issued.from=tomorrow", "tomorrow", 400},
		{"/export/observations.csv?from=tomorrow", "tomorrow", 400},
		{"/export/observations.csv?indicators=NO", `There is no indicator "NO" in this release.`, 404},
		{"/export/report.csv?groupBy=OUTCOME&measures=WORKERS_PRESENT", "OUTCOME", 400},
		{"/export/report.csv?measures=HAPPINESS", "Expected for measures one of PERMITS_ISSUED,", 400},
		{"/export/permits.csv?%zz", "Expected a query string", 400},
	} {
		answer := s.get(test.path)
		assert.Equal(t, test.status, answer.status, test.path)
		assert.Contains(t, answer.failure(t).Message, test.says)
		for _, name := range []string{"Content-Disposition", "Etag", "Homebound-Rows"} {
			assert.Empty(t, answer.header.Get(name), test.path)
		}
		assert.NotContains(t, answer.header.Get("Cache-Control"), "immutable", "a refusal is not kept")
	}
	assert.Equal(t, http.StatusMethodNotAllowed, s.do(http.MethodPost, "/export/permits.csv", "").status)
	assert.Empty(t, s.log.String())
}

func TestExport_IsKeptByItsTag(t *testing.T) {
	s := newSiteWithRelease(t)
	numbered, current := s.get("/releases/1/export/permits.csv?within=RU-PRI"), s.get("/export/permits.csv?within=RU-PRI")
	assert.Equal(t, "public, max-age=31536000, immutable", numbered.header.Get("Cache-Control"))
	assert.Equal(t, "public, max-age=0, must-revalidate", current.header.Get("Cache-Control"))
	tag := numbered.header.Get("ETag")
	assert.Regexp(t, `^W/"[0-9a-f]{32}"$`, tag)
	assert.Equal(t, tag, current.header.Get("ETag"))
	again := s.get("/export/permits.csv?within=RU-PRI", "If-None-Match", tag)
	assert.Equal(t, http.StatusNotModified, again.status)
	assert.Empty(t, again.body)
	for _, other := range []string{"/export/permits.csv?within=RU-AMU", "/export/permits.ndjson?within=RU-PRI", "/export/employers.csv?within=RU-PRI"} {
		assert.NotEqual(t, tag, s.get(other).header.Get("ETag"), other)
	}
	s.publish(301)
	assert.NotEqual(t, tag, s.get("/export/permits.csv?within=RU-PRI").header.Get("ETag"))
	assert.Equal(t, numbered.body, s.get("/releases/1/export/permits.csv?within=RU-PRI").body)
}

// TestExport_TagIsAnotherOnceTheServerIsStartedInAnotherWay looks at one release as servers show it that differ in one thing each.
func TestExport_TagIsAnotherOnceTheServerIsStartedInAnotherWay(t *testing.T) {
	first := newSiteWithRelease(t)
	folder := filesIn(t, first.store.Dir())
	tag := func(option db.Option, set func(*web.Config)) string {
		dir := t.TempDir()
		require.NoError(t, os.CopyFS(dir, folder))
		store, err := db.OpenStore(dir, option)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, store.Close()) })
		require.NoError(t, store.Refresh(t.Context()))
		answer := newSite(t, func(c *web.Config) { c.Store = store; set(c) }).get("/export/report.csv?groupBy=REGION")
		require.Equal(t, http.StatusOK, answer.status)
		return answer.header.Get("ETag")
	}
	same := tag(db.SuppressBelow(0), func(*web.Config) {})
	assert.Equal(t, first.get("/export/report.csv?groupBy=REGION").header.Get("ETag"), same)
	assert.NotEqual(t, same, tag(db.SuppressBelow(10), func(*web.Config) {}))
	assert.NotEqual(t, same, tag(db.SuppressBelow(0), func(c *web.Config) { c.PublicURL = "https://another.example" }))
	other := newSite(t)
	other.publish(299)
	assert.NotEqual(t, same, other.get("/export/report.csv?groupBy=REGION").header.Get("ETag"), "another release of the same number")
}

func TestExport_HeadAndGzipAreOfTheSameFile(t *testing.T) {
	s := newSiteWithRelease(t)
	plain := s.get("/export/permits.csv", "Accept-Encoding", "identity")
	assert.Empty(t, plain.header.Get("Content-Encoding"))
	assert.Contains(t, plain.header.Get("Vary"), "Accept-Encoding")
	packed := s.get("/export/permits.csv", "Accept-Encoding", "gzip")
	assert.Equal(t, "gzip", packed.header.Get("Content-Encoding"))
	assert.Less(t, len(packed.body), len(plain.body)/2)
	assert.Equal(t, plain.body, s.get("/export/permits.csv").body, "the client unpacks by itself")
	assert.Empty(t, s.get("/export/permits.zip", "Accept-Encoding", "gzip").header.Get("Content-Encoding"))

	head := s.do(http.MethodHead, "/export/permits.csv", "", "Accept-Encoding", "identity")
	assert.Empty(t, head.body)
	for _, name := range []string{"Content-Type", "Content-Disposition", "Homebound-Rows", "Etag", "Cache-Control"} {
		assert.Equal(t, plain.header.Get(name), head.header.Get(name), name)
	}
	assert.Equal(t, "300", head.header.Get("Homebound-Rows"))
	assert.Contains(t, s.get("/export/permits.csv", "Origin", "https://example.org").header.Get("Access-Control-Expose-Headers"), "Homebound-Rows")
}

// TestExport_DisarmsFormulas loads a package with an employer whose name a spreadsheet would run.
func TestExport_DisarmsFormulas(t *testing.T) {
	s := newSite(t)
	const evil = `=HYPERLINK("https://evil.example","click")`
	content := dbtest.Sample()
	content.Employers = []labour.Employer{{ID: "@id", Name: evil, Region: "RU-PRI", TaxID: "+7", Source: "register"}}
	content.Permits = []labour.Permit{{ID: "P", Number: "-1+1", Employer: "@id", Region: "RU-PRI", Nationality: "KP", Workers: 3, Occupation: "\t=1+1",
		IssuedOn: labour.MustParseDate("2018-01-01"), ValidFrom: labour.MustParseDate("2018-01-01"), ValidTo: labour.MustParseDate("2018-12-31"), Source: "register"}}
	dbtest.MustPublish(t, s.store, content)
	for _, path := range []string{"/export/employers.csv", "/export/permits.csv", "/export/report.csv?groupBy=EMPLOYER"} {
		found := records(t, s.get(path).body)
		require.Len(t, found, 2, path)
		assert.Contains(t, found[1], "'"+evil, path)
		for _, field := range found[1] {
			assert.False(t, field != "" && strings.Contains("=+-@\t\r", field[:1]), "%s: %q", path, field)
		}
	}
	for name, text := range unzipped(t, s.get("/export/permits.zip").body) {
		assert.False(t, strings.HasSuffix(name, ".csv") && strings.Contains(text, `,"=HYPERLINK`), name)
	}
	assert.Equal(t, evil, s.rows("/export/employers.ndjson")[0]["name"], "a program reads what is")
	_, cells := readBack(t, "xlsx", s.describes("employers", "").Columns, s.get("/export/employers.xlsx").body)
	assert.Equal(t, evil, cells[0][1], "in a workbook it is a text by its type")
}

// TestExport_ShowsNoRowThatIsWithheld asks for real rows of a release that withholds small counts, as whoever may not see them.
func TestExport_ShowsNoRowThatIsWithheld(t *testing.T) {
	store := dbtest.MustOpen(t)
	content := dbtest.Random(rand.New(rand.NewPCG(1, 7)), 60)
	dbtest.MustPublish(t, store, content)
	guarded, err := db.OpenStore(store.Dir(), db.SuppressBelow(10))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, guarded.Close()) })
	require.NoError(t, guarded.Refresh(t.Context()))
	keys := openKeys(t, t.TempDir())
	key := addKey(t, keys, access.Key{Name: "rows", Rows: true})
	s := newSite(t, func(c *web.Config) { c.Store, c.Access.Keys = guarded, keys })

	for _, name := range []string{"permits", "repatriations", "employers"} {
		for _, extension := range []string{"csv", "ndjson", "parquet", "arrow", "xlsx", "zip", "metadata.json"} {
			path := "/export/" + name + "." + extension
			if name == "employers" {
				path += "?orderBy.field=WORKERS_AUTHORISED"
			}
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				answer := s.do(method, path, "")
				assert.Equal(t, http.StatusForbidden, answer.status, path)
				assert.Empty(t, answer.header.Get("Homebound-Rows"), path)
			}
			assert.Contains(t, s.get(path).failure(t).Message, "withheld")
			assert.Equal(t, http.StatusOK, s.get(path, "Authorization", "Bearer "+key).status, "a key that allows rows")
		}
	}
	assert.Equal(t, http.StatusOK, s.get("/export/employers.csv").status)

	suppressed := 0
	for _, row := range s.rows("/export/report.ndjson?groupBy=REGION,NATIONALITY&granularity=MONTH") {
		if row["suppressed"] == true {
			suppressed++
		}
		if workers, known := row["workersAuthorised"].(float64); known {
			assert.False(t, workers > 0 && workers < 10, "%v", row)
		}
	}
	assert.NotZero(t, suppressed)

	without := newSite(t, func(c *web.Config) { c.Store, c.Access = store, web.Access{Keys: keys, RowsNeedKey: true} })
	answer := without.get("/export/permits.csv")
	assert.Equal(t, http.StatusForbidden, answer.status)
	assert.Contains(t, answer.failure(t).Message, "need a key that allows rows")
	open := without.get("/export/permits.csv", "Authorization", "Bearer "+key)
	assert.Equal(t, http.StatusOK, open.status)
	assert.Contains(t, open.header.Get("Cache-Control"), "private")
	assert.Equal(t, http.StatusForbidden, without.get("/export/permits.csv", "If-None-Match", `W/"x"`).status)
}

func TestExport_NeverListsTheProtected(t *testing.T) {
	s := newSample(t, 1)
	content := dbtest.Random(rand.New(rand.NewPCG(1, 7)), 60)
	var protected []string
	shown := 0
	for _, r := range content.Repatriations {
		if shown++; r.Outcome == labour.Protected {
			protected = append(protected, r.ID)
			shown--
		}
	}
	require.NotEmpty(t, protected)
	assert.Len(t, s.rows("/export/repatriations.ndjson"), shown)
	assert.Empty(t, s.rows("/export/repatriations.ndjson?outcomes=PROTECTED"))
	everything := s.get("/export/repatriations.csv").body + s.get("/export/repatriations.metadata.json").body
	for _, text := range unzipped(t, s.get("/export/repatriations.zip").body) {
		everything += text
	}
	assert.NotContains(t, strings.ReplaceAll(everything, "outcome PROTECTED", ""), "PROTECTED")
	counted := s.rows("/export/report.ndjson?groupBy=OUTCOME")
	sum := 0.0
	for _, row := range counted {
		if row["outcome"] == "PROTECTED" {
			sum = row["workersRepatriated"].(float64)
		}
	}
	assert.NotZero(t, sum, "they are counted")
}

// newSlow starts a server whose connections take little in advance, and gives a client that does so too: an answer of a megabyte
// waits for its reader.
func newSlow(t *testing.T, change func(*web.Config)) (*site, *http.Client) {
	o := newOperated(t, func(c *web.Config, server *http.Server) {
		change(c)
		server.ConnContext = func(ctx context.Context, connection net.Conn) context.Context {
			assert.NoError(t, connection.(*net.TCPConn).SetWriteBuffer(64<<10))
			return ctx
		}
	})
	o.publish(8000)
	dialer := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) (err error) {
		return errors.Join(raw.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 64<<10) }), err)
	}}
	return o.site, &http.Client{Transport: &http.Transport{DisableCompression: true, DialContext: dialer.DialContext}}
}

// TestExport_ThatIsCutIsBroken lets the time of exports run out while their clients do not read.
func TestExport_ThatIsCutIsBroken(t *testing.T) {
	const patience = 3 * time.Second // enough for each to begin
	s, client := newSlow(t, func(c *web.Config) { c.ExportTimeout = patience })
	bodies := map[string]io.ReadCloser{}
	for _, path := range []string{"/export/permits.csv", "/export/permits.ndjson", "/export/permits.xlsx", "/export/report.ndjson?groupBy=REGION,NATIONALITY,INDUSTRY&granularity=MONTH"} {
		response, err := client.Get(s.URL + path)
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, response.Body.Close()) }) // the server ends when its last client has gone
		require.Equal(t, http.StatusOK, response.StatusCode, path)
		rows, err := strconv.Atoi(response.Header.Get("Homebound-Rows"))
		require.NoError(t, err)
		assert.GreaterOrEqual(t, rows, 8000, path)
		bodies[path] = response.Body
	}
	time.Sleep(patience + 200*time.Millisecond)
	for path, body := range bodies {
		_, err := io.Copy(io.Discard, body)
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF, path)
	}
	assert.Contains(t, s.log.String(), "an export broke off")
	assert.Equal(t, http.StatusOK, s.get("/export/employers.csv").status, "the server goes on")
}

// TestExport_ThatIsRefusedInTimeSaysWhy bounds the statements: nothing is sent by then.
func TestExport_ThatIsRefusedInTimeSaysWhy(t *testing.T) {
	s := newSiteWithRelease(t, func(c *web.Config) { c.MaxStatements = 1 })
	answer := s.get("/export/observations.metadata.json")
	assert.Equal(t, http.StatusBadRequest, answer.status)
	assert.Equal(t, "LIMIT_EXCEEDED", answer.failure(t).Extensions.Code)

	late := newSiteWithRelease(t, func(c *web.Config) { c.ExportTimeout = 1 })
	answer = late.get("/export/permits.csv")
	assert.Equal(t, http.StatusGatewayTimeout, answer.status)
	assert.Equal(t, "TIMEOUT", answer.failure(t).Extensions.Code)
}

func TestExport_MemoryDoesNotGrowWithRows(t *testing.T) {
	s := newSite(t)
	s.publish(20_000)
	for _, extension := range []string{"csv", "zip", "xlsx"} {
		response, err := s.Client().Get(s.URL + "/export/permits." + extension)
		require.NoError(t, err)
		var least, most uint64
		part := make([]byte, 256<<10)
		for err == nil {
			_, err = io.ReadFull(response.Body, part)
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			if least == 0 {
				least = m.HeapAlloc
			}
			least, most = min(least, m.HeapAlloc), max(most, m.HeapAlloc)
		}
		require.NoError(t, response.Body.Close())
		assert.Less(t, most-least, uint64(4<<20), extension)
	}
}

func TestExport_IsPaidForByItsRows(t *testing.T) {
	budget := 100
	s := newSite(t, func(c *web.Config) { c.Access.AnonymousBudget = access.Budget{Cost: budget, Per: time.Hour} })
	s.publish(3000)
	answer := s.get("/export/permits.csv")
	require.Equal(t, http.StatusOK, answer.status)
	known := s.get("/export/permits.csv", "If-None-Match", answer.header.Get("ETag"))
	_, text, _ := strings.Cut(known.header.Get("RateLimit"), "r=")
	left, err := strconv.Atoi(text[:strings.Index(text, ";")])
	require.NoError(t, err)
	assert.InDelta(t, budget-1-3000/300-1, left, 1)

	poor := newSite(t, func(c *web.Config) { c.Access.AnonymousBudget = access.Budget{Cost: 5, Per: time.Hour} })
	poor.publish(3000)
	assert.Equal(t, http.StatusOK, poor.get("/export/permits.csv").status, "what costs more than the budget takes the whole of it")
	refused := poor.get("/export/permits.csv")
	assert.Equal(t, http.StatusTooManyRequests, refused.status)
	assert.NotEmpty(t, refused.header.Get("Retry-After"))
}

// TestExport_ManyAtATimeAreBounded holds one export open, whose place is the only one.
func TestExport_ManyAtATimeAreBounded(t *testing.T) {
	s, client := newSlow(t, func(c *web.Config) { c.Exports, c.Queue, c.QueueTimeout = 1, 0, 50*time.Millisecond })
	response, err := client.Get(s.URL + "/export/permits.csv")
	require.NoError(t, err)
	busy := s.get("/export/permits.csv")
	assert.Equal(t, http.StatusServiceUnavailable, busy.status)
	assert.NotEmpty(t, busy.header.Get("Retry-After"))
	assert.Equal(t, http.StatusOK, s.post("{permits(first: 1) {totalCount}}").status, "questions have places of their own")
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, 8001, bytes.Count(text, []byte("\r\n")))
	assert.Eventually(t, func() bool { return s.get("/export/employers.csv").status == http.StatusOK }, waitFor, tick)
}

// TestExport_DocumentedOnesAnswer takes every address that docs/EXPORTS.md shows.
func TestExport_DocumentedOnesAnswer(t *testing.T) {
	text, err := os.ReadFile("../../docs/EXPORTS.md")
	require.NoError(t, err)
	s := newSiteWithRelease(t)
	found := regexp.MustCompile(`'http://127\.0\.0\.1:8080(/[^']*)'`).FindAllStringSubmatch(string(text), -1)
	assert.GreaterOrEqual(t, len(found), 7)
	for _, match := range found {
		answer := s.get(match[1])
		assert.Equal(t, http.StatusOK, answer.status, "%s: %.300s", match[1], answer.body)
	}
	assert.Equal(t, http.StatusOK, s.get("/export/impact.csv?region=RU-PRI&scenario.substitutionRate="+url.QueryEscape(`{"low":0,"central":0.3,"high":0.6}`)).status)
}
