package exports_test

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
	"slices"
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
	"homebound/internal/eventually"
	"homebound/internal/labour"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

func TestExport_SaysWhatThereIs(t *testing.T) {
	s := sitetest.WithRelease(t)
	for _, test := range []struct {
		path, says string
		status     int
	}{
		{"/export/workers.csv", `There is no export "workers": expected one of permits, employers, repatriations, observations, claims, report, impact.`, 404},
		{"/export/permits.pdf", "There is no export permits.pdf: expected one of csv, json, ndjson, parquet, arrow, xlsx, zip, metadata.json.", 404},
		{"/export/permits", "There is no export permits.: expected one of csv,", 404},
		{"/releases/9/export/permits.csv", "There is no release 9", 404},
		{"/export/permits.csv?last=3", `Expected parameters out of within, boundariesOn, industries, nationalities, employers, issued.from, inForceOn, status, numbers, synthetic, period.from, issuedOn.eq, validFrom.eq, validTo.eq, revokedOn.eq, workers.eq, wageMonthly.eq, and.within, or.within, not.within, orderBy.field, first, offset, bom, found "last".`, 400},
		{"/export/permits.json?first=-1", "Expected for first a number of rows, 0 or more, found -1.", 400},
		{"/export/permits.json?offset=x", `Expected for offset a value of the type Int, found "x".`, 400},
		{"/export/permits.json?bom=1", "Expected bom with csv alone, whose readers may need it, found it with json.", 400},
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
		answer := s.Get(test.path)
		assert.Equal(t, test.status, answer.Status, test.path)
		assert.Contains(t, answer.Failure(t).Message, test.says)
		for _, name := range []string{"Content-Disposition", "Etag", "Homebound-Rows"} {
			assert.Empty(t, answer.Header.Get(name), test.path)
		}
		assert.NotContains(t, answer.Header.Get("Cache-Control"), "immutable", "a refusal is not kept")
	}
	assert.Equal(t, http.StatusMethodNotAllowed, s.Do(http.MethodPost, "/export/permits.csv", "").Status)
	assert.Empty(t, s.Log.String())
}

func TestExport_IsKeptByItsTag(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	numbered, current := s.Get("/releases/1/export/permits.csv?within=RU-PRI"), s.Get("/export/permits.csv?within=RU-PRI")
	assert.Equal(t, "public, max-age=31536000, immutable", numbered.Header.Get("Cache-Control"))
	assert.Equal(t, "public, max-age=0, s-maxage=60, stale-while-revalidate=60", current.Header.Get("Cache-Control"))
	tag := numbered.Header.Get("ETag")
	assert.Regexp(t, `^W/"[0-9a-f]{32}"$`, tag)
	assert.Equal(t, tag, current.Header.Get("ETag"))
	again := s.Get("/export/permits.csv?within=RU-PRI", "If-None-Match", tag)
	assert.Equal(t, http.StatusNotModified, again.Status)
	assert.Empty(t, again.Body)
	for _, other := range []string{"/export/permits.csv?within=RU-AMU", "/export/permits.ndjson?within=RU-PRI", "/export/employers.csv?within=RU-PRI"} {
		assert.NotEqual(t, tag, s.Get(other).Header.Get("ETag"), other)
	}
	s.Publish(301)
	assert.NotEqual(t, tag, s.Get("/export/permits.csv?within=RU-PRI").Header.Get("ETag"))
	assert.Equal(t, numbered.Body, s.Get("/releases/1/export/permits.csv?within=RU-PRI").Body)
}

// TestExport_TagIsAnotherOnceTheServerIsStartedInAnotherWay looks at one release as servers show it that differ in
// one thing each.
func TestExport_TagIsAnotherOnceTheServerIsStartedInAnotherWay(t *testing.T) {
	testsize.Long(t)
	first := sitetest.WithRelease(t)
	folder := sitetest.FilesIn(t, first.Store.Dir())
	tag := func(set func(*web.Config)) string {
		dir := t.TempDir()
		require.NoError(t, os.CopyFS(dir, folder))
		store, err := db.OpenStore(dir)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, store.Close()) })
		require.NoError(t, store.Refresh(t.Context()))
		answer := sitetest.New(t, func(c *web.Config) { c.Store = store; set(c) }).Get("/export/report.csv?groupBy=REGION")
		require.Equal(t, http.StatusOK, answer.Status)
		return answer.Header.Get("ETag")
	}
	same := tag(func(*web.Config) {})
	assert.Equal(t, first.Get("/export/report.csv?groupBy=REGION").Header.Get("ETag"), same)
	assert.NotEqual(t, same, tag(func(c *web.Config) { c.PublicURL = "https://another.example" }))
	other := sitetest.New(t)
	other.Publish(299)
	assert.NotEqual(t, same, other.Get("/export/report.csv?groupBy=REGION").Header.Get("ETag"), "another release of the same number")
}

func TestExport_HeadAndGzipAreOfTheSameFile(t *testing.T) {
	s := sitetest.WithRelease(t)
	plain := s.Get("/export/permits.csv", "Accept-Encoding", "identity")
	assert.Empty(t, plain.Header.Get("Content-Encoding"))
	assert.Contains(t, plain.Header.Get("Vary"), "Accept-Encoding")
	packed := s.Get("/export/permits.csv", "Accept-Encoding", "gzip")
	assert.Equal(t, "gzip", packed.Header.Get("Content-Encoding"))
	assert.Less(t, len(packed.Body), len(plain.Body)/2)
	assert.Equal(t, plain.Body, s.Get("/export/permits.csv").Body, "the client unpacks by itself")
	assert.Empty(t, s.Get("/export/permits.zip", "Accept-Encoding", "gzip").Header.Get("Content-Encoding"))

	head := s.Do(http.MethodHead, "/export/permits.csv", "", "Accept-Encoding", "identity")
	assert.Empty(t, head.Body)
	for _, name := range []string{"Content-Type", "Content-Disposition", "Homebound-Rows", "Etag", "Cache-Control"} {
		assert.Equal(t, plain.Header.Get(name), head.Header.Get(name), name)
	}
	assert.Equal(t, "300", head.Header.Get("Homebound-Rows"))
	assert.Contains(t, s.Get("/export/permits.csv", "Origin", "https://example.org").Header.Get("Access-Control-Expose-Headers"), "Homebound-Rows")
}

// TestExport_DisarmsFormulas loads a package with an employer whose name a spreadsheet would run.
func TestExport_DisarmsFormulas(t *testing.T) {
	s := sitetest.New(t)
	const evil = `=HYPERLINK("https://evil.example","click")`
	content := dbtest.Sample()
	content.Employers = []labour.Employer{{ID: "@id", Name: evil, Region: "RU-PRI", TaxID: "+7", Source: "register"}}
	content.Permits = []labour.Permit{{ID: "P", Number: "-1+1", Employer: "@id", Region: "RU-PRI", Nationality: "KP", Workers: 3, Occupation: "\t=1+1",
		IssuedOn: labour.MustParseDate("2018-01-01"), ValidFrom: labour.MustParseDate("2018-01-01"), ValidTo: labour.MustParseDate("2018-12-31"), Source: "register"}}
	dbtest.MustPublish(t, s.Store, content)
	for _, path := range []string{"/export/employers.csv", "/export/permits.csv", "/export/report.csv?groupBy=EMPLOYER"} {
		found := records(t, s.Get(path).Body)
		require.Len(t, found, 2, path)
		assert.Contains(t, found[1], "'"+evil, path)
		for _, field := range found[1] {
			assert.False(t, field != "" && strings.Contains("=+-@\t\r", field[:1]), "%s: %q", path, field)
		}
	}
	for name, text := range unzipped(t, s.Get("/export/permits.zip").Body) {
		assert.False(t, strings.HasSuffix(name, ".csv") && strings.Contains(text, `,"=HYPERLINK`), name)
	}
	assert.Equal(t, evil, rowsOf(s, "/export/employers.ndjson")[0]["name"], "a program reads what is")
	_, cells := readBack(t, "xlsx", describedBy(s, "employers", "").Columns, s.Get("/export/employers.xlsx").Body)
	assert.Equal(t, evil, cells[0][1], "in a workbook it is a text by its type")
}

// TestExport_ShowsNoRowThatIsMasked asks for real rows of a release that masks them, as whoever may not see them.
func TestExport_ShowsNoRowThatIsMasked(t *testing.T) {
	content := dbtest.Random(rand.New(rand.NewPCG(1, 7)), 60)
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, content)
	guarded, err := db.OpenStore(t.TempDir(), db.Confidential(10))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, guarded.Close()) })
	dbtest.MustPublish(t, guarded, content)
	require.NoError(t, guarded.Refresh(t.Context()))
	keys := sitetest.OpenKeys(t, t.TempDir())
	key := sitetest.AddKey(t, keys, access.Key{Name: "rows", Rows: true})
	s := sitetest.New(t, func(c *web.Config) { c.Store, c.Access.Keys = guarded, keys })

	for _, name := range []string{"permits", "repatriations", "employers"} {
		for _, extension := range []string{"csv", "json", "ndjson", "parquet", "arrow", "xlsx", "zip", "metadata.json"} {
			path := "/export/" + name + "." + extension
			if name == "employers" {
				path += "?orderBy.field=WORKERS_AUTHORISED"
			}
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				answer := s.Do(method, path, "")
				assert.Equal(t, http.StatusForbidden, answer.Status, path)
				assert.Empty(t, answer.Header.Get("Homebound-Rows"), path)
			}
			assert.Contains(t, s.Get(path).Failure(t).Message, "rows are masked")
			assert.Equal(t, http.StatusOK, s.Get(path, "Authorization", "Bearer "+key).Status, "a key that allows rows")
		}
	}
	assert.Equal(t, http.StatusOK, s.Get("/export/employers.csv").Status)

	perturbed := 0
	for _, row := range rowsOf(s, "/export/report.ndjson?groupBy=REGION,NATIONALITY&granularity=MONTH") {
		if row["perturbed"] == true {
			perturbed++
		}
		if workers, known := row["workersAuthorised"].(float64); known {
			assert.False(t, workers > 0 && workers < 10, "%v", row)
		}
	}
	assert.NotZero(t, perturbed)

	without := sitetest.New(t, func(c *web.Config) { c.Store, c.Access = store, web.Access{Keys: keys, RowsNeedKey: true} })
	answer := without.Get("/export/permits.csv")
	assert.Equal(t, http.StatusForbidden, answer.Status)
	assert.Contains(t, answer.Failure(t).Message, "need a key that allows rows")
	open := without.Get("/export/permits.csv", "Authorization", "Bearer "+key)
	assert.Equal(t, http.StatusOK, open.Status)
	assert.Contains(t, open.Header.Get("Cache-Control"), "private")
	assert.Equal(t, http.StatusForbidden, without.Get("/export/permits.csv", "If-None-Match", `W/"x"`).Status)
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
	assert.Len(t, rowsOf(s, "/export/repatriations.ndjson"), shown)
	assert.Empty(t, rowsOf(s, "/export/repatriations.ndjson?outcomes=PROTECTED"))
	everything := s.Get("/export/repatriations.csv").Body + s.Get("/export/repatriations.metadata.json").Body
	for _, text := range unzipped(t, s.Get("/export/repatriations.zip").Body) {
		everything += text
	}
	assert.NotContains(t, strings.ReplaceAll(everything, "outcome PROTECTED", ""), "PROTECTED")
	counted := rowsOf(s, "/export/report.ndjson?groupBy=OUTCOME")
	sum := 0.0
	for _, row := range counted {
		if row["outcome"] == "PROTECTED" {
			sum = row["workersRepatriated"].(float64)
		}
	}
	assert.NotZero(t, sum, "they are counted")
}

// newSlow starts a server whose connections take little in advance, and gives a client that does so too: an answer
// of a megabyte waits for its reader.
func newSlow(t *testing.T, change func(*web.Config)) (*sitetest.Site, *http.Client) {
	o := sitetest.NewOperated(t, func(c *web.Config, server *http.Server) {
		change(c)
		server.ConnContext = func(ctx context.Context, connection net.Conn) context.Context {
			assert.NoError(t, connection.(*net.TCPConn).SetWriteBuffer(64<<10))
			return ctx
		}
	})
	o.Publish(8000)
	dialer := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) (err error) {
		return errors.Join(raw.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 64<<10) }), err)
	}}
	return o.Site, &http.Client{Transport: &http.Transport{DisableCompression: true, DialContext: dialer.DialContext}}
}

// TestExport_ThatIsCutIsBroken lets the time of exports run out while their clients do not read.
func TestExport_ThatIsCutIsBroken(t *testing.T) {
	testsize.Long(t)
	t.Parallel()
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
	assert.Contains(t, s.Log.String(), "an export broke off")
	assert.Equal(t, http.StatusOK, s.Get("/export/employers.csv").Status, "the server goes on")
}

// TestExport_ThatIsRefusedInTimeSaysWhy bounds the statements: nothing is sent by then.
func TestExport_ThatIsRefusedInTimeSaysWhy(t *testing.T) {
	s := sitetest.WithRelease(t, func(c *web.Config) { c.MaxStatements = 1 })
	answer := s.Get("/export/observations.metadata.json")
	assert.Equal(t, http.StatusBadRequest, answer.Status)
	assert.Equal(t, "LIMIT_EXCEEDED", answer.Failure(t).Extensions.Code)

	late := sitetest.WithRelease(t, func(c *web.Config) { c.ExportTimeout = 1 })
	answer = late.Get("/export/permits.csv")
	assert.Equal(t, http.StatusGatewayTimeout, answer.Status)
	assert.Equal(t, "TIMEOUT", answer.Failure(t).Extensions.Code)
}

func TestExport_MemoryDoesNotGrowWithRows(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)
	s.Publish(20_000)
	for _, extension := range []string{"csv", "zip", "xlsx"} {
		response, err := s.Client().Get(s.URL + "/export/permits." + extension)
		require.NoError(t, err)
		runtime.GC() // twice: what a first collection only marks for its finalizer, a second one frees
		runtime.GC()
		var held []uint64
		part := make([]byte, 256<<10)
		for err == nil {
			_, err = io.ReadFull(response.Body, part)
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			held = append(held, m.HeapAlloc)
		}
		require.NoError(t, response.Body.Close())
		half := max(1, len(held)/2)
		assert.Less(t, slices.Max(held[len(held)-half:]), slices.Min(held[:half])+4<<20, extension)
	}
}

func TestExport_IsPaidForByItsRows(t *testing.T) {
	testsize.Long(t)
	budget := 100
	s := sitetest.New(t, func(c *web.Config) { c.Access.AnonymousBudget = access.Budget{Cost: budget, Per: time.Hour} })
	s.Publish(3000)
	answer := s.Get("/export/permits.csv")
	require.Equal(t, http.StatusOK, answer.Status)
	known := s.Get("/export/permits.csv", "If-None-Match", answer.Header.Get("ETag"))
	_, text, _ := strings.Cut(known.Header.Get("RateLimit"), "r=")
	left, err := strconv.Atoi(text[:strings.Index(text, ";")])
	require.NoError(t, err)
	assert.InDelta(t, budget-1-3000/300-1, left, 1)

	poor := sitetest.New(t, func(c *web.Config) { c.Access.AnonymousBudget = access.Budget{Cost: 5, Per: time.Hour} })
	poor.Publish(3000)
	assert.Equal(t, http.StatusOK, poor.Get("/export/permits.csv").Status, "what costs more than the budget takes the whole of it")
	refused := poor.Get("/export/permits.csv")
	assert.Equal(t, http.StatusTooManyRequests, refused.Status)
	assert.NotEmpty(t, refused.Header.Get("Retry-After"))
}

// TestExport_ManyAtATimeAreBounded holds one export open, whose place is the only one.
func TestExport_ManyAtATimeAreBounded(t *testing.T) {
	testsize.Long(t)
	s, client := newSlow(t, func(c *web.Config) { c.Exports, c.Queue, c.ExportSpool, c.QueueTimeout = 1, 0, 0, 50*time.Millisecond })
	response, err := client.Get(s.URL + "/export/permits.csv")
	require.NoError(t, err)
	busy := s.Get("/export/permits.csv")
	assert.Equal(t, http.StatusServiceUnavailable, busy.Status)
	assert.NotEmpty(t, busy.Header.Get("Retry-After"))
	assert.Equal(t, http.StatusOK, s.Post("{permits(first: 1) {totalCount}}").Status, "questions have places of their own")
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, 8001, bytes.Count(text, []byte("\r\n")))
	eventually.True(t, func() bool { return s.Get("/export/employers.csv").Status == http.StatusOK }, sitetest.WaitFor, sitetest.Tick)
}

// TestExport_WaitsForASlowClientOnDisk leaves files untaken, and asks for others while there is one turn to make them.
func TestExport_WaitsForASlowClientOnDisk(t *testing.T) {
	testsize.Long(t)
	s, client := newSlow(t, func(c *web.Config) { c.Exports, c.Queue, c.ExportSpool, c.QueueTimeout = 1, 10, 128, 5*time.Second })
	slow := map[string]*http.Response{}
	for _, extension := range []string{"csv", "parquet", "ndjson"} {
		response, err := client.Get(s.URL + "/export/permits." + extension)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, response.StatusCode, extension)
		slow[extension] = response
	}
	want := s.Get("/export/permits.csv")
	require.Equal(t, http.StatusOK, want.Status, "nobody's turn is taken by one who does not read")
	for extension, response := range slow {
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err, extension)
		require.NoError(t, response.Body.Close())
		if extension == "csv" {
			assert.Equal(t, want.Body, string(text))
		}
	}
}

// TestExport_DocumentedOnesAnswer takes every address that docs/EXPORTS.md shows.
func TestExport_DocumentedOnesAnswer(t *testing.T) {
	testsize.Long(t)
	text, err := os.ReadFile("../../../docs/EXPORTS.md")
	require.NoError(t, err)
	s := sitetest.WithRelease(t)
	found := regexp.MustCompile(`'http://127\.0\.0\.1:8080(/[^']*)'`).FindAllStringSubmatch(string(text), -1)
	assert.GreaterOrEqual(t, len(found), 7)
	for _, match := range found {
		answer := s.Get(match[1])
		assert.Equal(t, http.StatusOK, answer.Status, "%s: %.300s", match[1], answer.Body)
	}
	assert.Equal(t, http.StatusOK, s.Get("/export/impact.csv?region=RU-PRI&scenario.substitutionRate="+url.QueryEscape(`{"low":0,"central":0.3,"high":0.6}`)).Status)
}

// Clients that take next to nothing are cut off, and their turns go to others. The server's own deadlines are far away.
func TestExport_ASlowReaderIsCutOff(t *testing.T) {
	testsize.Long(t)
	t.Parallel()
	s, client := newSlow(t, func(c *web.Config) { c.Exports, c.ExportSpeed, c.QueueTimeout = 1, 1<<20, time.Millisecond })
	response, err := client.Get(s.URL + "/export/permits.ndjson")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, response.Body.Close()) })
	assert.Equal(t, http.StatusServiceUnavailable, s.Get("/export/employers.csv").Status)
	eventually.True(t, func() bool { return s.Get("/export/employers.csv").Status == http.StatusOK }, sitetest.WaitFor, sitetest.Tick)
	_, err = io.Copy(io.Discard, response.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF, "what is cut does not look whole")
	assert.Contains(t, s.Log.String(), "expected at least 1048576 bytes a second")
	fast := s.Get("/export/permits.ndjson")
	assert.Equal(t, http.StatusOK, fast.Status)
	assert.Equal(t, 8000, strings.Count(fast.Body, "\n"))
}
