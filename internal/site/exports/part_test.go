package exports_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

// TestExport_GoesPageByPage follows every table's links from its first rows to its last.
func TestExport_GoesPageByPage(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	for name, parameters := range exportsOf {
		whole := rowsOf(s, "/export/"+name+".ndjson?"+parameters)
		size := max(1, len(whole)/3)
		var found []map[string]any
		for query := parameters + fmt.Sprintf("&first=%d", size); query != ""; {
			answer := s.Get("/export/" + name + ".json?" + query)
			require.Equal(t, http.StatusOK, answer.Status, answer.Body)
			var page []map[string]any
			require.NoError(t, json.Unmarshal([]byte(answer.Body), &page))
			require.LessOrEqual(t, len(page), size)
			assert.Equal(t, strconv.Itoa(len(page)), answer.Header.Get("Homebound-Rows"))
			found = append(found, page...)
			link := answer.Header.Get("Link")
			query = strings.TrimSuffix(strings.TrimPrefix(link, "<?"), `>; rel="next"`)
		}
		assert.Equal(t, whole, found, name)
		assert.Equal(t, "[]\n", s.Get("/export/"+name+".json?"+parameters+"&first=0").Body)
		assert.Equal(t, "[]\n", s.Get("/export/"+name+".json?"+parameters+"&offset=1000000").Body)
		last := rowsOf(s, fmt.Sprintf("/export/%s.ndjson?%s&offset=%d", name, parameters, len(whole)-1))
		assert.Equal(t, whole[len(whole)-1:], last, name)
		m := describedBy(s, name, parameters+"&first=1&offset=1")
		assert.Equal(t, min(1, len(whole)-1), m.Rows)
		assert.InDelta(t, 1, m.Filters["first"], 0)
	}
	assert.Len(t, records(t, s.Get("/export/permits.csv?first=7&offset=3").Body), 8)
}

// TestExport_APageCostsItsRows and those before it, which are read, too.
func TestExport_APageCostsItsRows(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t, func(c *web.Config) { c.Access.AnonymousBudget = access.Budget{Cost: 1000, Per: time.Hour} })
	s.Publish(3000)
	left := func(path string) int {
		answer := s.Get(path)
		require.Equal(t, http.StatusOK, answer.Status)
		_, text, _ := strings.Cut(s.Get(path, "If-None-Match", answer.Header.Get("ETag")).Header.Get("RateLimit"), "r=")
		n, err := strconv.Atoi(text[:strings.Index(text, ";")])
		require.NoError(t, err)
		return n
	}
	all := left("/export/employers.json?first=0")
	first := left("/export/permits.json?first=300")
	assert.InDelta(t, 1+2, all-first, 1)
	assert.InDelta(t, 5+2, first-left("/export/permits.json?first=300&offset=1200"), 1)
}

func TestExport_BeginsWithAMarkForExcelOnRequest(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	plain := s.Get("/export/claims.csv").Body
	assert.NotContains(t, plain[:3], "\uFEFF")
	for _, asked := range []string{"bom=1", "bom=true"} {
		assert.Equal(t, "\uFEFF"+plain, s.Get("/export/claims.csv?"+asked).Body)
	}
	assert.Equal(t, plain, s.Get("/export/claims.csv?bom=0").Body)
	assert.Equal(t, http.StatusBadRequest, s.Get("/export/claims.csv?bom=yes").Status)
}

func TestExport_HasThePublishersOwnIds(t *testing.T) {
	s := sitetest.WithRelease(t)
	permit := rowsOf(s, "/export/permits.ndjson?first=1")[0]
	for _, name := range []string{"publisherId", "employer.publisherId", "source.publisherId"} {
		require.NotEmpty(t, permit[name], name)
	}
	answer := s.Post(`{ permit(id: "` + permit["publisherId"].(string) + `") { id employer { id } } }`)
	assert.Contains(t, answer.Body, permit["id"])
	assert.Contains(t, answer.Body, permit["employer.id"])
	assert.Equal(t, "C001", rowsOf(s, "/export/claims.ndjson")[0]["publisherId"])
}

// parts reads a file over HTTP as readers of Parquet do: never more than a part, and each of the same file.
type parts struct {
	t    *testing.T
	s    *sitetest.Site
	path string
	tag  string
	read int
}

func (p *parts) ReadAt(into []byte, at int64) (int, error) {
	answer := p.s.Get(p.path, "Range", fmt.Sprintf("bytes=%d-%d", at, at+int64(len(into))-1), "If-Range", p.tag)
	require.Equal(p.t, http.StatusPartialContent, answer.Status)
	require.Len(p.t, answer.Body, len(into))
	p.read += len(into)
	return copy(into, answer.Body), nil
}

// TestExport_IsReadInParts reads one column of a remote file, and no more of the file than that takes.
func TestExport_IsReadInParts(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)
	s.Publish(20_000)
	const path = "/export/permits.parquet"
	head := s.Do(http.MethodHead, path, "")
	require.Equal(t, http.StatusOK, head.Status)
	assert.Empty(t, head.Body)
	assert.Equal(t, "bytes", head.Header.Get("Accept-Ranges"))
	assert.Equal(t, "20000", head.Header.Get("Homebound-Rows"))
	tag := head.Header.Get("ETag")
	assert.Regexp(t, `^"[0-9a-f]{32}-[0-9a-f]{32}"$`, tag, "a strong one")
	size, err := strconv.ParseInt(head.Header.Get("Content-Length"), 10, 64)
	require.NoError(t, err)

	remote := &parts{t: t, s: s, path: path, tag: tag}
	file, err := parquet.OpenFile(remote, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	require.NoError(t, err)
	column := file.Root().Column("workers")
	require.NotNil(t, column)
	sum := int64(0)
	for _, group := range file.RowGroups() {
		pages := group.ColumnChunks()[column.Index()].Pages()
		for {
			page, err := pages.ReadPage()
			if err != nil {
				break
			}
			values := make([]parquet.Value, page.NumValues())
			_, _ = page.Values().ReadValues(values)
			for _, value := range values {
				sum += value.Int64()
			}
		}
		require.NoError(t, pages.Close())
	}
	expected := 0.0
	for _, row := range rowsOf(s, "/export/permits.ndjson") {
		expected += row["workers"].(float64)
	}
	assert.InDelta(t, expected, float64(sum), 0)
	assert.Less(t, int64(remote.read), size/2, "of %d bytes", size)

	whole := s.Get(path)
	assert.Len(t, whole.Body, int(size))
	assert.Equal(t, tag, whole.Header.Get("ETag"))
	assert.Equal(t, whole.Body[size-4:], s.Get(path, "Range", "bytes=-4").Body)
	assert.Equal(t, fmt.Sprintf("bytes %d-%d/%d", size-4, size-1, size), s.Get(path, "Range", "bytes=-4").Header.Get("Content-Range"))
	assert.Equal(t, http.StatusRequestedRangeNotSatisfiable, s.Get(path, "Range", fmt.Sprintf("bytes=%d-", size)).Status)
	assert.Equal(t, http.StatusOK, s.Get(path, "Range", "bytes=0-3", "If-Range", `"another"`).Status, "of another file there are no parts")
	assert.Equal(t, http.StatusNotModified, s.Get(path, "If-None-Match", tag).Status)
	assert.Equal(t, "bytes", s.Do(http.MethodHead, "/export/permits.arrow", "").Header.Get("Accept-Ranges"))
	assert.Contains(t, s.Get(path, "Origin", "https://example.org", "Range", "bytes=-4").Header.Get("Access-Control-Expose-Headers"), "Content-Range")
}

// TestExport_IsTheSameFileOnAnotherServer since a reader may find one behind a balancer for each part.
func TestExport_IsTheSameFileOnAnotherServer(t *testing.T) {
	first, second := sitetest.WithRelease(t), sitetest.WithRelease(t)
	for _, path := range []string{"/export/permits.parquet", "/export/report.arrow?groupBy=REGION"} {
		a, b := first.Get(path), second.Get("/releases/1"+path)
		assert.Equal(t, a.Header.Get("ETag"), b.Header.Get("ETag"))
		assert.Equal(t, a.Body, b.Body)
	}
}

// TestExport_AFileIsMadeOnceForAllItsParts asks for many parts at once, of which one is paid for as a whole.
func TestExport_AFileIsMadeOnceForAllItsParts(t *testing.T) {
	testsize.Long(t)
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	s := sitetest.New(t, func(c *web.Config) { c.Access.AnonymousBudget = access.Budget{Cost: 200, Per: time.Hour} })
	s.Publish(20_000)
	var all sync.WaitGroup
	for at := range 20 {
		all.Go(func() {
			answer := s.Get("/export/permits.parquet", "Range", fmt.Sprintf("bytes=%d-%d", at*100, at*100+99))
			assert.Equal(t, http.StatusPartialContent, answer.Status, answer.Body)
		})
	}
	all.Wait()
	left, err := filepath.Glob(filepath.Join(folder, "homebound-export-*"))
	require.NoError(t, err)
	assert.Empty(t, left, "nothing has a name in %s", folder)
	_, err = os.Stat(folder)
	require.NoError(t, err)
}
