package web_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/web"
)

// operated is a site that is run in some way, with the lines of its requests.
type operated struct {
	*site
	lines *journal
	whole *web.Site
}

// newOperated starts a server with a small release, that is run as change says.
func newOperated(t testing.TB, change func(*web.Config, *http.Server)) *operated {
	t.Helper()
	store, err := db.OpenStore(t.TempDir())
	require.NoError(t, err)
	o := &operated{site: &site{t: t, store: store, log: &journal{}}, lines: &journal{}}
	stopping := make(chan struct{})
	config := web.Config{Store: store, Log: slog.New(slog.NewTextHandler(o.log, nil)), PublicURL: "https://homebound.example", Schema: contract(t),
		CacheBytes: 1 << 20, Stopping: stopping}
	config.Requests = slog.New(slog.NewJSONHandler(o.lines, nil))
	server := &http.Server{}
	change(&config, server)
	o.whole = web.New(config)
	o.Server = httptest.NewUnstartedServer(o.whole)
	server.Handler, server.ConnState = o.whole, o.whole.ConnState
	o.Config = server
	o.Start()
	t.Cleanup(func() {
		close(stopping)
		o.Close()
		assert.NoError(t, store.Close())
	})
	o.begin(300)
	return o
}

func asItIs(*web.Config, *http.Server) {}

// line waits for the last line of the log and gives its fields.
func (o *operated) line() map[string]any {
	o.t.Helper()
	var fields map[string]any
	lines := strings.Split(strings.TrimSpace(o.lines.String()), "\n")
	require.NoError(o.t, json.Unmarshal([]byte(lines[len(lines)-1]), &fields), lines)
	delete(fields, "time")
	for _, name := range []string{"ms", "sql_ms", "bytes"} {
		if number, is := fields[name].(float64); is {
			fields[name] = number > 0
		}
	}
	return fields
}

func TestLog_HasALineForEachRequest(t *testing.T) {
	o := newOperated(t, asItIs)
	const text = "query Mine {report(groupBy: [REGION]) {rows {region {code} permitsIssued}}}"
	sum := sha256.Sum256([]byte(text))
	document := hex.EncodeToString(sum[:])[:12]

	o.post(text)
	computed := o.line()
	assert.Equal(t, map[string]any{"level": "INFO", "msg": "request", "method": "POST", "route": "/graphql", "status": 200.0, "bytes": true, "ms": true,
		"release": 1.0, "operation": "Mine", "document": document, "cost": computed["cost"], "cache": "miss", "statements": 1.0, "sql_ms": true}, computed)
	assert.Positive(t, computed["cost"])

	o.post(text)
	kept := o.line()
	assert.Equal(t, map[string]any{"level": "INFO", "msg": "request", "method": "POST", "route": "/graphql", "status": 200.0, "bytes": true, "ms": true,
		"release": 1.0, "operation": "Mine", "document": document, "cost": computed["cost"], "cache": "hit", "statements": 0.0, "sql_ms": false}, kept,
		"a kept answer is known by the question that it was computed for, and read nothing")

	o.get(byGet("/releases/1/graphql", "{release {number}}"))
	assert.Equal(t, "/releases/{number}/graphql", o.line()["route"])
	o.get("/no/such/page?with=secrets")
	assert.Equal(t, "none", o.line()["route"])
	assert.Equal(t, 404.0, o.line()["status"])
	o.do("BREW", "/", "")
	assert.Equal(t, "other", o.line()["method"])
	o.post("{nothing}")
	assert.Equal(t, "BAD_USER_INPUT", o.line()["errors"])
}

func TestLog_TellsNoSecret(t *testing.T) {
	o := newOperated(t, asItIs)
	const secret = "open-sesame-aaaaaaaaaa"
	o.get("/healthz?key="+secret, "Authorization", "Bearer "+secret)
	o.get("/"+secret, "Authorization", "Bearer "+secret)
	o.get("/graphql?query={release{number}}&variables={%22x%22:%22"+secret+"%22}", "Cookie", secret)
	o.post(`{employer(id: "`+secret+`") {name}}`, "Authorization", "Bearer "+secret)
	assert.Len(t, strings.Split(strings.TrimSpace(o.lines.String()), "\n"), 3, "health checks are for those who look for trouble")
	assert.NotContains(t, o.lines.String(), "aaaaaaaaaa")
	assert.NotContains(t, o.lines.String(), "127.0.0.1")
	assert.NotContains(t, o.log.String(), "aaaaaaaaaa")
}

func TestLog_NamesClientsWhereItIsToldTo(t *testing.T) {
	o := newOperated(t, func(c *web.Config, _ *http.Server) { c.LogClients = true })
	o.post("{release {number}}")
	assert.Equal(t, "127.0.0.1", o.line()["client"])
}

func TestLog_LeavesOutWhatItsLevelLeavesOut(t *testing.T) {
	lines := &journal{}
	o := newOperated(t, func(c *web.Config, _ *http.Server) {
		c.Requests = slog.New(slog.NewTextHandler(lines, &slog.HandlerOptions{Level: slog.LevelWarn}))
	})
	o.post("{release {number}}")
	assert.Empty(t, lines.String())
}

func TestPanic_EndsTheRequestAloneAndIsLogged(t *testing.T) {
	o := newOperated(t, func(c *web.Config, _ *http.Server) {
		c.Client = func(*http.Request) string { panic("a broken part") }
	})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, o.URL+"/graphql", strings.NewReader(`{"query": "subscription {releasePublished {number}}"}`))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	response, err := o.Client().Do(request)
	if err == nil {
		response.Body.Close()
	}
	assert.Eventually(t, func() bool { return strings.Contains(o.log.String(), "a broken part") }, waitFor, tick)
	assert.NotContains(t, o.log.String(), "127.0.0.1")
	assert.Equal(t, http.StatusOK, o.get("/healthz").status)
}
