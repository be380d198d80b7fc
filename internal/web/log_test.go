package web_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/eventually"
	"homebound/internal/site/sitetest"
	"homebound/internal/web"
)

func asItIs(*web.Config, *http.Server) {}

// line waits for the last line of the log and gives its fields.
func lastLine(o *sitetest.Operated) map[string]any {
	o.T.Helper()
	var fields map[string]any
	lines := strings.Split(strings.TrimSpace(o.Lines.String()), "\n")
	require.NoError(o.T, json.Unmarshal([]byte(lines[len(lines)-1]), &fields), lines)
	delete(fields, "time")
	for _, name := range []string{"ms", "sql_ms", "bytes"} {
		if number, is := fields[name].(float64); is {
			fields[name] = number > 0
		}
	}
	return fields
}

func TestLog_HasALineForEachRequest(t *testing.T) {
	o := sitetest.NewOperated(t, asItIs)
	const text = "query Mine {report(groupBy: [REGION]) {rows {region {code} permitsIssued}}}"
	sum := sha256.Sum256([]byte(text))
	document := hex.EncodeToString(sum[:])[:12]

	o.Post(text)
	computed := lastLine(o)
	assert.Equal(t, map[string]any{"level": "INFO", "msg": "request", "method": "POST", "route": "/graphql", "status": 200.0, "bytes": true, "ms": true,
		"release": 1.0, "operation": "Mine", "document": document, "cost": computed["cost"], "cache": "miss", "statements": 3.0, "sql_ms": true}, computed) // two say which regions have stocks or departures alone
	assert.Positive(t, computed["cost"])

	o.Post(text)
	kept := lastLine(o)
	assert.Equal(t, map[string]any{"level": "INFO", "msg": "request", "method": "POST", "route": "/graphql", "status": 200.0, "bytes": true, "ms": true,
		"release": 1.0, "operation": "Mine", "document": document, "cost": computed["cost"], "cache": "hit", "statements": 0.0, "sql_ms": false}, kept,
		"a kept answer is known by the question that it was computed for, and read nothing")

	o.Get(sitetest.ByGet("/releases/1/graphql", "{release {number}}"))
	assert.Equal(t, "/releases/{number}/graphql", lastLine(o)["route"])
	o.Get("/no/such/page?with=secrets")
	assert.Equal(t, "none", lastLine(o)["route"])
	assert.Equal(t, 404.0, lastLine(o)["status"])
	o.Do("BREW", "/", "")
	assert.Equal(t, "other", lastLine(o)["method"])
	o.Post("{nothing}")
	assert.Equal(t, "BAD_USER_INPUT", lastLine(o)["errors"])
}

func TestLog_TellsNoSecret(t *testing.T) {
	o := sitetest.NewOperated(t, asItIs)
	const secret = "open-sesame-aaaaaaaaaa"
	o.Get("/healthz?key="+secret, "Authorization", "Bearer "+secret)
	o.Get("/"+secret, "Authorization", "Bearer "+secret)
	o.Get("/graphql?query={release{number}}&variables={%22x%22:%22"+secret+"%22}", "Cookie", secret)
	o.Post(`{employer(id: "`+secret+`") {name}}`, "Authorization", "Bearer "+secret)
	assert.Len(t, strings.Split(strings.TrimSpace(o.Lines.String()), "\n"), 3, "health checks are for those who look for trouble")
	assert.NotContains(t, o.Lines.String(), "aaaaaaaaaa")
	assert.NotContains(t, o.Lines.String(), "127.0.0.1")
	assert.NotContains(t, o.Log.String(), "aaaaaaaaaa")
}

func TestLog_NamesClientsWhereItIsToldTo(t *testing.T) {
	o := sitetest.NewOperated(t, func(c *web.Config, _ *http.Server) { c.LogClients = true })
	o.Post("{release {number}}")
	assert.Equal(t, "127.0.0.1", lastLine(o)["client"])
}

func TestLog_LeavesOutWhatItsLevelLeavesOut(t *testing.T) {
	lines := &eventually.Journal{}
	o := sitetest.NewOperated(t, func(c *web.Config, _ *http.Server) {
		c.Requests = slog.New(slog.NewTextHandler(lines, &slog.HandlerOptions{Level: slog.LevelWarn}))
	})
	o.Post("{release {number}}")
	assert.Empty(t, lines.String())
}

func TestPanic_EndsTheRequestAloneAndIsLogged(t *testing.T) {
	o := sitetest.NewOperated(t, func(c *web.Config, _ *http.Server) {
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
	eventually.True(t, func() bool { return strings.Contains(o.Log.String(), "a broken part") }, sitetest.WaitFor, sitetest.Tick)
	assert.NotContains(t, o.Log.String(), "127.0.0.1")
	assert.Equal(t, http.StatusOK, o.Get("/healthz").Status)
}
