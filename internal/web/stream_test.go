package web_test

import (
	"bufio"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/eventually"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

// streamSite is a site of two releases that can be told to stop, and whose connections can be cut off.
type streamSite struct {
	*sitetest.Site
	*cuttable
	stop    func()
	sockets sync.WaitGroup
}

func newStreamSite(t testing.TB, change ...func(*web.Config)) *streamSite {
	t.Helper()
	store, err := db.OpenStore(t.TempDir())
	require.NoError(t, err)
	stopping := make(chan struct{})
	s := &streamSite{Site: &sitetest.Site{T: t, Store: store, Log: &eventually.Journal{}}, stop: sync.OnceFunc(func() { close(stopping) })}
	config := web.Config{
		Store: store, Log: slog.New(slog.NewTextHandler(s.Log, nil)), PublicURL: "https://homebound.example",
		Stopping: stopping, Sockets: &s.sockets,
	}
	for _, f := range change {
		f(&config)
	}
	s.Server = httptest.NewUnstartedServer(web.New(config))
	s.Server.Config.ReadTimeout = time.Second
	s.cuttable = &cuttable{Listener: s.Server.Listener}
	s.Server.Listener = s.cuttable
	s.Start()
	t.Cleanup(func() {
		s.stop()
		s.Close()
		s.sockets.Wait()
		assert.NoError(t, store.Close())
	})
	s.Begin(50, 51)
	return s
}

// Close ends the server.
func (s *streamSite) Close() { s.Server.Close() }

// makeCurrent serves a release again, and tells those who follow.
func (s *streamSite) makeCurrent(n int) {
	s.T.Helper()
	require.NoError(s.T, s.Store.MakeCurrent(n))
	require.NoError(s.T, s.Store.Refresh(s.T.Context()))
}

// stream sends a request and gives its answer's status and lines as they come, which end with the answer.
func (s *streamSite) stream(ctx context.Context, method, path, body string, headers ...string) (status int, lines <-chan string) {
	s.T.Helper()
	request, err := http.NewRequestWithContext(ctx, method, s.URL+path, strings.NewReader(body))
	require.NoError(s.T, err)
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.Client().Do(request)
	require.NoError(s.T, err)
	out := make(chan string, 1000)
	go func() {
		defer response.Body.Close()
		defer close(out)
		for scan := bufio.NewScanner(response.Body); scan.Scan(); {
			if scan.Text() != "" && scan.Text() != ":" {
				out <- scan.Text()
			}
		}
	}()
	return response.StatusCode, out
}

const (
	asEvents = "text/event-stream"
	token    = "X-GraphQL-Event-Stream-Token"
	follow   = `{"query":"subscription{releasePublished{number}}"}`
)

// all returns what is left of a stream that ends.
func all(t *testing.T, lines <-chan string) (text []string) {
	t.Helper()
	for {
		select {
		case line, open := <-lines:
			if !open {
				return text
			}
			text = append(text, line)
		case <-time.After(sitetest.WaitFor):
			require.FailNow(t, "the stream does not end")
		}
	}
}

func TestEvents_OfOneOperation(t *testing.T) {
	s := newStreamSite(t)
	for _, test := range []struct {
		name, body string
		events     []string
	}{
		{"a query", `{"query":"{release{number}}"}`, []string{"event: next", `data: {"data":{"release":{"number":2}}}`, "event: complete", "data: "}},
		{"a query that is not valid", `{"query":"{nothing}"}`, []string{"event: next", `data: {"errors":[{"message":"Cannot query field \"nothing\" on type \"Query\".","locations":[{"line":1,"column":2}],"extensions":{"code":"BAD_USER_INPUT"}}]}`, "event: complete", "data: "}},
		{"an operation that is not there", `{"query":"query A{release{number}}","operationName":"B"}`, []string{"event: next", `data: {"errors":[{"message":"Expected an operationName that the document has (A), found \"B\".","extensions":{"code":"BAD_USER_INPUT"}}]}`, "event: complete", "data: "}},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, lines := s.stream(t.Context(), "POST", "/graphql", test.body, "Accept", asEvents)
			assert.Equal(t, http.StatusOK, status)
			assert.Equal(t, test.events, all(t, lines))
		})
	}
	status, lines := s.stream(t.Context(), "GET", sitetest.ByGet("/releases/1/graphql", "{release{number}}"), "", "Accept", "text/event-stream, */*;q=0.1")
	assert.Equal(t, http.StatusOK, status, "browsers open event sources by GET")
	assert.Contains(t, all(t, lines), `data: {"data":{"release":{"number":1}}}`)

	missing := s.Do("POST", "/releases/7/graphql", follow, "Content-Type", "application/json", "Accept", asEvents)
	assert.Equal(t, http.StatusNotFound, missing.Status)
	assert.Equal(t, "NOT_FOUND", missing.Failure(t).Extensions.Code)
}

// TestEvents_TellAllOfARelease asks for every field that a release has: a subscription reads no release itself.
func TestEvents_TellAllOfARelease(t *testing.T) {
	s := newStreamSite(t)
	const fields = `{id number contentHash publishedAt dataFrom dataThrough currency localLanguage counts{permits} synthetic confidential note methodVersion gates{name} gaps{gap} citation __typename}`
	asked := s.Post("{__type(name:\"Release\"){fields{name}}}").Body
	assert.Equal(t, strings.Count(asked, `"name"`)-1, len(strings.Fields(fields))-1, "the test asks for all of %s, but for changes, which no stream tells, and for __typename", asked)

	_, lines := s.stream(t.Context(), "POST", "/graphql", `{"query":"subscription{releasePublished`+fields+`}"}`, "Accept", asEvents)
	s.makeCurrent(1)
	assert.Equal(t, "event: next", <-lines)
	data := <-lines
	assert.NotContains(t, data, `"errors"`)
	assert.Contains(t, data, `"number":1`)
	assert.Contains(t, data, `"__typename":"Release"`)
}

func TestEvents_OutliveTheTimeForReadingARequest(t *testing.T) {
	testsize.Long(t)
	t.Parallel()
	s := newStreamSite(t)
	_, lines := s.stream(t.Context(), "POST", "/graphql", follow, "Accept", asEvents)
	time.Sleep(1500 * time.Millisecond) // longer than the server's ReadTimeout
	s.makeCurrent(1)
	assert.Equal(t, "event: next", <-lines)
	s.stop()
	assert.Equal(t, []string{`data: {"data":{"releasePublished":{"number":1}}}`, "event: complete", "data: "}, all(t, lines))
}

func TestEvents_OfAReservedStream(t *testing.T) {
	s := newStreamSite(t)
	reserved := s.Do("PUT", "/graphql", "")
	require.Equal(t, http.StatusCreated, reserved.Status)
	require.Equal(t, "text/plain; charset=utf-8", reserved.Header.Get("Content-Type"))
	require.NotEqual(t, reserved.Body, s.Do("PUT", "/graphql", "").Body)
	mine := []string{token, reserved.Body, "Content-Type", "application/json"}
	run := func(body string) sitetest.Reply { return s.Do("POST", "/graphql", body, mine...) }

	early := run(`{"query":"{release{number}}","extensions":{"operationId":"early"}}`)
	assert.Equal(t, http.StatusAccepted, early.Status, "a reservation takes operations before it is opened")
	assert.Empty(t, early.Body)
	status, lines := s.stream(t.Context(), "GET", "/graphql?token="+reserved.Body, "", "Accept", asEvents)
	require.Equal(t, http.StatusOK, status)
	for _, want := range []string{"event: next", `data: {"id":"early","payload":{"data":{"release":{"number":2}}}}`, "event: complete", `data: {"id":"early"}`} {
		assert.Equal(t, want, <-lines)
	}

	assert.Equal(t, http.StatusAccepted, run(`{"query":"subscription{releasePublished{number}}","extensions":{"operationId":"a"}}`).Status)
	assert.Equal(t, http.StatusAccepted, run(`{"query":"subscription{releasePublished{number}}","extensions":{"operationId":"b"}}`).Status)
	for _, test := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		code                     string
	}{
		{"a stream that is open already", "GET", "/graphql", "", []string{token, reserved.Body, "Accept", asEvents}, 409, "BAD_USER_INPUT"},
		{"an id that is in use", "POST", "/graphql", `{"query":"{release{number}}","extensions":{"operationId":"a"}}`, mine, 409, "BAD_USER_INPUT"},
		{"no id", "POST", "/graphql", `{"query":"{release{number}}"}`, mine, 400, "BAD_USER_INPUT"},
		{"an id that is no text", "POST", "/graphql", `{"query":"{release{number}}","extensions":{"operationId":7}}`, mine, 400, "BAD_USER_INPUT"},
		{"a query that is not valid", "POST", "/graphql", `{"query":"{nothing}","extensions":{"operationId":"c"}}`, mine, 400, "BAD_USER_INPUT"},
		{"a token that nobody was given", "POST", "/graphql", `{"query":"{release{number}}"}`, []string{token, "forged", "Content-Type", "application/json"}, 404, "NOT_FOUND"},
		{"an end without an id", "DELETE", "/graphql", "", mine, 400, "BAD_USER_INPUT"},
		{"an end without a token", "DELETE", "/graphql?operationId=a", "", nil, 404, "NOT_FOUND"},
		{"a token as a picture", "PUT", "/graphql", "", []string{"Accept", "image/png"}, 406, "BAD_USER_INPUT"},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer := s.Do(test.method, test.path, test.body, test.headers...)
			assert.Equal(t, test.status, answer.Status, answer.Body)
			assert.Equal(t, test.code, answer.Failure(t).Extensions.Code)
		})
	}
	assert.Equal(t, http.StatusOK, s.Do("DELETE", "/graphql?operationId=a", "", mine...).Status)
	assert.Equal(t, http.StatusOK, s.Do("DELETE", "/graphql?operationId=a", "", mine...).Status, "what has ended can be ended")
	s.makeCurrent(1)
	assert.Equal(t, "event: next", <-lines)
	assert.Equal(t, `data: {"id":"b","payload":{"data":{"releasePublished":{"number":1}}}}`, <-lines)
	s.stop()
	assert.Equal(t, []string{"event: complete", `data: {"id":"b"}`}, all(t, lines), "of a nothing came any more")
	eventually.True(t, func() bool { return run(`{"query":"{release{number}}"}`).Status == http.StatusNotFound }, sitetest.WaitFor, 10*time.Millisecond)
	assert.NotContains(t, s.Log.String(), "ERROR")
}

func TestStreams_AreBoundedForEachClient(t *testing.T) {
	s := newStreamSite(t, func(c *web.Config) {
		c.StreamsPerClient = 3
		c.Client = func(r *http.Request) string { return r.Header.Get("X-Client") }
	})
	ctx, leave := context.WithCancel(t.Context())
	for range 3 {
		_, lines := s.stream(ctx, "POST", "/graphql", follow, "Accept", asEvents, "X-Client", "greedy")
		defer all(t, lines)
	}
	_, refused := s.stream(ctx, "POST", "/graphql", follow, "Accept", asEvents, "X-Client", "greedy")
	assert.Contains(t, strings.Join(all(t, refused), "\n"), `"code":"LIMIT_EXCEEDED"`)
	assert.Equal(t, http.StatusTooManyRequests, s.Do("PUT", "/graphql", "", "X-Client", "greedy").Status)
	conn := s.socket(t, "graphql-transport-ws", "X-Client", "greedy")
	_, _, err := conn.Read(t.Context())
	assert.Equal(t, websocket.StatusCode(4429), websocket.CloseStatus(err))

	modest, answered := context.WithCancel(t.Context())
	status, _ := s.stream(modest, "POST", "/graphql", follow, "Accept", asEvents, "X-Client", "modest")
	assert.Equal(t, http.StatusOK, status, "others are not touched by it")
	answered()
	leave()
	eventually.True(t, func() bool { return s.Do("PUT", "/graphql", "", "X-Client", "greedy").Status == http.StatusCreated }, sitetest.WaitFor, 10*time.Millisecond, "who leaves makes room")
}

// TestStreams_HoldNoReleaseOpen opens streams under each of several releases: a release that was swapped closes all
// the same.
func TestStreams_HoldNoReleaseOpen(t *testing.T) {
	testsize.Long(t)
	s := newStreamSite(t)
	const releases = 7
	for n := 3; n <= releases; n++ {
		s.Publish(50 + n)
	}
	open := func() (n int) {
		links, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("needs /proc to count open files")
		}
		for _, link := range links {
			if path, err := os.Readlink(filepath.Join("/proc/self/fd", link.Name())); err == nil && strings.HasPrefix(path, filepath.Join(s.Store.Dir(), "releases")) {
				n++
			}
		}
		return n
	}
	var perRelease int
	for n := 1; n <= releases; n++ {
		s.makeCurrent(n)
		if n == 1 {
			for range 10 {
				s.Post("{permits(first:1){nodes{id}}}")
			}
		}
		status, _ := s.stream(t.Context(), "POST", "/graphql", follow, "Accept", asEvents)
		require.Equal(t, http.StatusOK, status)
		conn := s.socket(t, "graphql-transport-ws")
		s.say(t, conn, `{"type":"connection_init"}`, `{"id":"1","type":"subscribe","payload":`+follow+`}`, `{"type":"ping"}`)
		for _, want := range []string{"connection_ack", "pong"} {
			assert.Contains(t, s.hear(t, conn), want)
		}
	}
	perRelease = open()
	for n := range 50 {
		s.makeCurrent(1 + n%releases)
	}
	assert.LessOrEqual(t, open(), perRelease, "swapped releases close")

	kept, err := db.OpenStore(s.Store.Dir())
	require.NoError(t, err)
	defer kept.Close()
	before := open()
	_, done, err := kept.Current(t.Context())
	require.NoError(t, err)
	defer done()
	each := open() - before
	require.Positive(t, each)
	const current, idle = 1, 4
	assert.LessOrEqual(t, before, (current+idle)*(each+8), "the current release and a few that may be asked for again are open, not all %d", releases)
}
