package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/eventually"
	"homebound/internal/site/sitetest"
	"homebound/internal/web"
)

func TestAdmit_SaysWhyAKeyDoesNotCount(t *testing.T) {
	s, keys := sitetest.Guarded(t, web.Access{RefuseAnonymous: true})
	good := sitetest.AddKey(t, keys, access.Key{Name: "good"})
	past := time.Now().Add(-time.Hour)
	expired := sitetest.AddKey(t, keys, access.Key{Name: "expired", Expires: &past})
	revoked := sitetest.AddKey(t, keys, access.Key{Name: "revoked"})
	require.NoError(t, keys.Revoke("revoked", time.Now()))

	assert.Equal(t, http.StatusOK, s.Post(sitetest.NumberQuery, "Authorization", "Bearer "+good).Status)
	assert.Equal(t, http.StatusOK, s.Get(sitetest.ByGet("/graphql", sitetest.NumberQuery), "Authorization", "bearer "+good).Status, "the scheme's case is free")
	const unknown = "The key is not known."
	for _, test := range []struct{ name, header, message string }{
		{"none", "", "A key is needed: send it as Authorization: Bearer hb_..."},
		{"expired", "Bearer " + expired, "The key expired on " + past.UTC().Format("2006-01-02 15:04 UTC") + "."},
		{"revoked", "Bearer " + revoked, "The key was revoked."},
		{"an id of no key", "Bearer hb_aaaaaaaa_" + good[12:], unknown},
		{"the secret of another key", "Bearer " + good[:12] + expired[12:], unknown},
		{"an expired key's id alone", "Bearer " + expired[:12] + good[12:], unknown},
		{"a key cut short", "Bearer " + good[:40], "The key has not the form of one: expected hb_, 8 letters, _ and 52 letters."},
		{"two keys", "Bearer " + good + " " + good, "The key has not the form of one: expected hb_, 8 letters, _ and 52 letters."},
		{"another scheme", "Basic " + good, "Expected one header Authorization: Bearer hb_..., found another kind."},
	} {
		t.Run(test.name, func(t *testing.T) {
			var headers []string
			if test.header != "" {
				headers = []string{"Authorization", test.header}
			}
			answer := s.Post(sitetest.NumberQuery, headers...)
			assert.Equal(t, http.StatusUnauthorized, answer.Status)
			assert.Equal(t, `Bearer realm="homebound"`, answer.Header.Get("WWW-Authenticate"))
			assert.Equal(t, "UNAUTHENTICATED", answer.Failure(t).Extensions.Code)
			assert.Equal(t, test.message, answer.Failure(t).Message)
		})
	}
	assert.Equal(t, http.StatusOK, s.Get("/healthz").Status, "what tells nothing needs no key")
}

func TestAdmit_AKeyCountsFromItsMakingToItsEnd(t *testing.T) {
	dir := t.TempDir()
	served := sitetest.OpenKeys(t, dir)
	go served.Watch(t.Context(), time.Millisecond, func(err error) { t.Error(err) })
	s := sitetest.WithRelease(t, func(c *web.Config) { c.Access = web.Access{Keys: served, RefuseAnonymous: true} })
	status := func(key string) func() bool {
		return func() bool {
			return s.Post(sitetest.NumberQuery, "Authorization", "Bearer "+key).Status == http.StatusOK
		}
	}
	command := sitetest.OpenKeys(t, dir)
	key := sitetest.AddKey(t, command, access.Key{Name: "partner"})
	eventually.True(t, status(key), sitetest.WaitFor, 2*time.Millisecond)
	renewed, err := command.Rotate("partner", 0, time.Now())
	require.NoError(t, err)
	eventually.True(t, status(renewed), sitetest.WaitFor, 2*time.Millisecond)
	assert.False(t, status(key)())
	require.NoError(t, command.Revoke("partner", time.Now()))
	eventually.True(t, func() bool { return !status(renewed)() }, sitetest.WaitFor, 2*time.Millisecond)
}

func TestAdmit_AKeyInAnAddressIsRefusedAndKeptNowhere(t *testing.T) {
	s, keys := sitetest.Guarded(t, web.Access{})
	key := sitetest.AddKey(t, keys, access.Key{Name: "partner"})
	for _, path := range []string{
		"/graphql?access_token=" + key, sitetest.ByGet("/graphql", sitetest.NumberQuery) + "&key=" + key, "/releases/1/graphql?key=" + key, "/?" + key, "/graphiql?k=" + url.QueryEscape("x "+key),
		"/graphql?k=%68%62" + key[2:], "/" + key,
	} {
		answer := s.Get(path)
		assert.Equal(t, http.StatusBadRequest, answer.Status, path)
		assert.Contains(t, answer.Failure(t).Message, "A key does not belong in an address")
		assert.NotContains(t, answer.Body, key[12:])
	}
	s.Post(sitetest.NumberQuery, "Authorization", "Bearer "+key)
	s.Post("{broken", "Authorization", "Bearer "+key)
	assert.NotContains(t, s.Log.String(), key[12:])
}

func TestRows_NeedAKeyThatAllowsThem(t *testing.T) {
	s, keys := sitetest.Guarded(t, web.Access{RowsNeedKey: true})
	with, without := sitetest.AddKey(t, keys, access.Key{Name: "with", Rows: true}), sitetest.AddKey(t, keys, access.Key{Name: "without"})
	var found struct {
		Data struct {
			Permits, Repatriations struct{ Nodes []struct{ ID string } }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(s.Post(`{permits(first: 1) {nodes {id}} repatriations(first: 1) {nodes {id}}}`, "Authorization", "Bearer "+with).Body), &found))
	permit, repatriation := found.Data.Permits.Nodes[0].ID, found.Data.Repatriations.Nodes[0].ID

	for _, query := range []string{
		`{permits(first: 1) {nodes {number}}}`, `{repatriations(first: 1) {nodes {date}}}`, `{permits {totalCount}}`,
		fmt.Sprintf(`{permit(id: %q) {number}}`, permit), fmt.Sprintf(`{repatriation(id: %q) {date}}`, repatriation),
		fmt.Sprintf(`{node(id: %q) {id}}`, permit), fmt.Sprintf(`{nodes(ids: [%q]) {id}}`, repatriation),
		`{region(code: "RU") {permits(first: 1) {nodes {number}}}}`, `{region(code: "RU") {repatriations(first: 1) {nodes {date}}}}`,
		`{employers(first: 1) {nodes {permits {nodes {number}}}}}`, `{report {rows {permits(first: 1) {nodes {number}} workerDays}}}`, `{report {rows {repatriations(first: 1) {nodes {date}} workerDays}}}`,
	} {
		t.Run(query, func(t *testing.T) {
			for range 2 { // the answers of others are kept apart
				assert.NotContains(t, s.Post(query, "Authorization", "Bearer "+with).Body, `"errors"`)
				for _, headers := range [][]string{nil, {"Authorization", "Bearer " + without}} {
					answer := s.Post(query, headers...)
					assert.Contains(t, answer.Body, `"code":"FORBIDDEN"`)
					assert.Contains(t, answer.Body, "Single permits and repatriations need a key that allows rows; reports and totals do not.")
					assert.NotContains(t, answer.Body, `"number":`)
					assert.NotContains(t, answer.Body, `"date":`)
				}
			}
		})
	}
	for _, query := range []string{`{report {rows {permitsIssued} totals {workersRepatriated}}}`, `{release {counts {permits}}}`, `{employers(first: 1) {nodes {name}}}`} {
		assert.NotContains(t, s.Post(query).Body, `"errors"`, query)
	}
}

func TestFreshness_WhatAKeyOpensIsKeptByItsHolderAlone(t *testing.T) {
	s, keys := sitetest.Guarded(t, web.Access{RowsNeedKey: true})
	key := sitetest.AddKey(t, keys, access.Key{Name: "with", Rows: true})
	path := sitetest.ByGet("/releases/1/graphql", "{permits(first: 1) {nodes {id}}}")
	assert.Equal(t, "private, max-age=31536000, immutable", s.Get(path, "Authorization", "Bearer "+key).Header.Get("Cache-Control"))
	assert.Equal(t, "no-store", s.Get(path).Header.Get("Cache-Control"))
	open := s.Get(sitetest.ByGet("/releases/1/graphql", sitetest.NumberQuery)).Header
	assert.Equal(t, "public, max-age=31536000, immutable", open.Get("Cache-Control"))
	assert.Contains(t, open.Get("Vary"), "Authorization")
}

func TestAddress_IsOneThatTheClientCannotChoose(t *testing.T) {
	budget := access.Budget{Cost: 1, Per: time.Hour}
	s := sitetest.WithRelease(t, func(c *web.Config) { c.Access = web.Access{AnonymousBudget: budget} })
	assert.Equal(t, http.StatusOK, s.Post(sitetest.NumberQuery, "X-Forwarded-For", "203.0.113.1").Status)
	assert.Equal(t, http.StatusTooManyRequests, s.Post(sitetest.NumberQuery, "X-Forwarded-For", "203.0.113.2").Status, "the header is nobody's word")

	behind := sitetest.WithRelease(t, func(c *web.Config) {
		c.Access = web.Access{AnonymousBudget: budget, Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("10.0.0.0/8")}}
	})
	for _, test := range []struct {
		forwarded string
		status    int
	}{
		{"203.0.113.1", 200}, {"203.0.113.1", 429}, {"198.51.100.9, 203.0.113.1", 429}, {"203.0.113.1, 10.1.2.3", 429}, {"203.0.113.2", 200},
		{"2001:db8:1:2::1", 200}, {"2001:db8:1:2:ffff::2", 429}, {"2001:db8:1:3::1", 200}, {"::ffff:203.0.113.2", 429},
		{"203.0.113.6:1234", 200}, {"203.0.113.6:99", 429}, {`"203.0.113.7:4321"`, 200}, {"203.0.113.6", 429},
		{"[2001:db8:1:4::1]:443", 200}, {"[2001:db8:1:4::2]", 429}, {"203.0.113.8, 10.1.2.3:80", 200}, {"203.0.113.8", 429},
	} {
		assert.Equal(t, test.status, behind.Post(sitetest.NumberQuery, "X-Forwarded-For", test.forwarded).Status, test.forwarded)
	}
}

func TestBudget_IsToldAndSpent(t *testing.T) {
	s, keys := sitetest.Guarded(t, web.Access{AnonymousBudget: access.Budget{Cost: 100, Per: time.Hour}})
	key := sitetest.AddKey(t, keys, access.Key{Name: "partner", Budget: access.Budget{Cost: 500, Per: time.Minute}})
	// A page of 100 regions with 7 values each, and the page itself: 8 hundreds.
	const page = `{regions(first: 100) {nodes {id code name kind n: name(language: LOCAL) t: __typename}}}`

	first := s.Post(page)
	assert.Equal(t, `"anonymous";q=100;w=3600`, first.Header.Get("RateLimit-Policy"))
	assert.Regexp(t, `^"anonymous";r=92;t=28\d$`, first.Header.Get("RateLimit"))
	again := s.Post(page)
	assert.Regexp(t, `^"anonymous";r=91;`, again.Header.Get("RateLimit"), "a kept answer costs 1")
	assert.Equal(t, first.Body, again.Body)

	for range 91 {
		require.Equal(t, http.StatusOK, s.Post(sitetest.NumberQuery).Status)
	}
	spent := s.Post(sitetest.NumberQuery)
	assert.Equal(t, http.StatusTooManyRequests, spent.Status)
	assert.Equal(t, "LIMIT_EXCEEDED", spent.Failure(t).Extensions.Code)
	assert.Regexp(t, `^The budget of 100/h is spent: this costs 1 and 0 are left\. Ask again in 3\d s\.$`, spent.Failure(t).Message)
	assert.Regexp(t, `^3\d$`, spent.Header.Get("Retry-After"))
	assert.Regexp(t, `^"anonymous";r=0;t=3[56]\d\d$`, spent.Header.Get("RateLimit"))

	keyed := s.Post(sitetest.NumberQuery, "Authorization", "Bearer "+key)
	assert.Equal(t, http.StatusOK, keyed.Status, "a key has a budget of its own")
	assert.Equal(t, `"key";q=500;w=60`, keyed.Header.Get("RateLimit-Policy"))
	assert.Equal(t, http.StatusTooManyRequests, s.Post(sitetest.NumberQuery, "Authorization", "Bearer "+key[:12]+strings.Repeat("a", 52)).Status, "guessing a key costs as much as asking")
}

func TestBudget_WhatCostsMoreThanIsLeftIsNotBegun(t *testing.T) {
	s := sitetest.WithRelease(t, func(c *web.Config) { c.Access.AnonymousBudget = access.Budget{Cost: 250, Per: time.Hour} })
	const estimate = `{economicImpact(region: "RU-FD-FE") {departedWorkers}}` // 201
	assert.Contains(t, s.Post(estimate).Body, `"departedWorkers":`)
	for name, accept := range map[string]string{"json": "application/json", "graphql": "application/graphql-response+json"} {
		answer := s.Post(`{economicImpact(region: "RU-PRI") {departedWorkers}}`, "Accept", accept)
		assert.Equal(t, http.StatusTooManyRequests, answer.Status, name)
		assert.NotEmpty(t, answer.Header.Get("Retry-After"))
		assert.Equal(t, "LIMIT_EXCEEDED", answer.Failure(t).Extensions.Code)
	}
	never := s.Post(`{a: economicImpact(region: "RU-PRI") {departedWorkers} b: economicImpact(region: "RU-SAK") {departedWorkers}}`)
	assert.Equal(t, "This costs more than the whole budget of 250/h. Ask for less, or with a key that has a larger one.", never.Failure(t).Message)
	assert.Empty(t, never.Header.Get("Retry-After"), "waiting would not help")
}

func TestBudget_OneClientsEmptyPurseIsNobodyElses(t *testing.T) {
	s, keys := sitetest.Guarded(t, web.Access{})
	var poor, rich []string
	for i := range 4 {
		poor = append(poor, sitetest.AddKey(t, keys, access.Key{Name: fmt.Sprintf("poor-%d", i), Budget: access.Budget{Cost: 5, Per: time.Hour}}))
		rich = append(rich, sitetest.AddKey(t, keys, access.Key{Name: fmt.Sprintf("rich-%d", i), Budget: access.Budget{Cost: 1e6, Per: time.Hour}}))
	}
	for round := range 5 {
		query := fmt.Sprintf(`{r%d: regions(first: 1000) {nodes {id code name kind}}}`, round)
		var together sync.WaitGroup
		for i := range poor {
			together.Go(func() {
				assert.Equal(t, http.StatusOK, s.Post(query, "Authorization", "Bearer "+rich[i]).Status)
			})
			together.Go(func() { s.Post(query, "Authorization", "Bearer "+poor[i]) })
		}
		together.Wait()
	}
}

func TestCost_IsToldOnRequest(t *testing.T) {
	s := sitetest.WithRelease(t)
	ask := func(query string) string {
		body, err := json.Marshal(map[string]any{"query": query, "extensions": map[string]any{"cost": true}})
		require.NoError(t, err)
		return s.Do("POST", "/graphql", string(body), "Content-Type", "application/json").Body
	}
	for query, cost := range map[string]int{
		`{release{number}}`:                                         1,
		`{permits(first: 100) {nodes {id number}}}`:                 4, // 100 x (nodes, id, number)
		`{permits(first: 100) {nodes {id number employer {name}}}}`: 6, // and 2 more for each
		`{report(granularity: YEAR) {rows {permitsIssued}}}`:        1, // one group, 8 years
		`{report(groupBy: [REGION, INDUSTRY], granularity: DAY, filter: {period: {from: "2017-01-01", to: "2017-12-31"}}) {totalCount}}`: 76, // every row of the register a group, 365 days
		`{compliance(sanction: "S/RES/2397(2017)") {remaining}}`:                                                                         41, // has a weight
		`{economicImpact(region: "RU-PRI") {departedWorkers}}`:                                                                           201,
		`{report(groupBy: [EMPLOYER], granularity: MONTH) {totalCount}}`:                                                                 0,
	} {
		body := ask(query)
		assert.Contains(t, body, `"extensions":{"cost":{"most":5000,"value":`, query)
		if cost > 0 {
			assert.Contains(t, body, fmt.Sprintf(`"value":%d}`, cost), query)
		}
	}
	assert.NotContains(t, s.Post(`{release{number}}`).Body, "extensions")
	assert.Contains(t, s.Get(sitetest.ByGet("/graphql", sitetest.NumberQuery)+"&extensions="+url.QueryEscape(`{"cost":true}`)).Body, `"value":1`)
}

func TestTrusted_AreAskedByTheirHash(t *testing.T) {
	const trusted, other = "query Trusted {release{number}}", "{release{number synthetic}}"
	path := filepath.Join(t.TempDir(), "documents.json")
	hash := sitetest.Sha256Of(trusted)
	require.NoError(t, os.WriteFile(path, []byte(fmt.Sprintf(`{%q: %q}`, hash, trusted)), 0o644))
	documents, err := web.ReadDocuments(path)
	require.NoError(t, err)
	s, keys := sitetest.Guarded(t, web.Access{Trusted: documents})
	bound := sitetest.AddKey(t, keys, access.Key{Name: "bound", TrustedOnly: true})
	only, _ := sitetest.Guarded(t, web.Access{Trusted: documents, TrustedOnly: true})

	const answer = `{"data":{"release":{"number":1}}}` + "\n"
	byHash := fmt.Sprintf(`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":%q}}}`, hash)
	for name, body := range map[string]string{
		"graphql-codegen": fmt.Sprintf(`{"documentId":%q}`, hash), "graphql-over-http": fmt.Sprintf(`{"documentId":"sha256:%s"}`, hash), "with a null": fmt.Sprintf(`{"query":null,"documentId":%q}`, hash),
		"relay": fmt.Sprintf(`{"doc_id":%q,"variables":{}}`, hash), "relay's other name": fmt.Sprintf(`{"id":%q}`, hash), "apollo": byHash, "its text": fmt.Sprintf(`{"query":%q}`, trusted),
	} {
		t.Run(name, func(t *testing.T) {
			for _, s := range []*sitetest.Site{s, only} {
				assert.Equal(t, answer, s.Do("POST", "/graphql", body, "Content-Type", "application/json").Body)
			}
			assert.Equal(t, answer, s.Do("POST", "/graphql", body, "Content-Type", "application/json", "Authorization", "Bearer "+bound).Body)
		})
	}
	assert.Equal(t, answer, only.Get("/graphql?documentId=sha256:"+hash).Body)

	assert.NotContains(t, s.Post(other).Body, "errors", "without a word against them, other texts are answered")
	for _, refused := range []sitetest.Reply{only.Post(other), s.Post(other, "Authorization", "Bearer "+bound)} {
		assert.Equal(t, http.StatusForbidden, refused.Status)
		assert.Equal(t, "FORBIDDEN", refused.Failure(t).Extensions.Code)
		assert.Equal(t, "Trusted documents alone are answered here, and this text is none of them.", refused.Failure(t).Message)
	}
	// Another principal has taught the server a text by its hash, which makes it no trusted one.
	s.Do("POST", "/graphql", fmt.Sprintf(`{"query":%q,"extensions":{"persistedQuery":{"version":1,"sha256Hash":%q}}}`, other, sitetest.Sha256Of(other)), "Content-Type", "application/json")
	unknown := s.Do("POST", "/graphql", fmt.Sprintf(`{"documentId":%q}`, sitetest.Sha256Of(other)), "Content-Type", "application/json", "Authorization", "Bearer "+bound)
	assert.Equal(t, "NOT_FOUND", unknown.Failure(t).Extensions.Code)
}

func TestReadDocuments_HoldsTextsAgainstTheirHashes(t *testing.T) {
	for name, test := range map[string]struct{ text, fault string }{
		"another text": {fmt.Sprintf(`{%q: "{release{id}}"}`, sitetest.Sha256Of("{release{number}}")), "expected under"},
		"md5":          {`{"d41d8cd98f00b204e9800998ecf8427e": "{release{id}}"}`, "expected under"},
		"a list":       {`[]`, "expected a JSON object of hash and text"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "documents.json")
			require.NoError(t, os.WriteFile(path, []byte(test.text), 0o644))
			_, err := web.ReadDocuments(path)
			require.ErrorContains(t, err, test.fault)
			assert.ErrorContains(t, err, path)
		})
	}
}

func TestStream_EachOperationIsPaidFor(t *testing.T) {
	s, keys := sitetest.Guarded(t, web.Access{})
	key := sitetest.AddKey(t, keys, access.Key{Name: "partner", Budget: access.Budget{Cost: 3, Per: time.Hour}})
	ask := func() sitetest.Reply {
		return s.Post(sitetest.NumberQuery, "Accept", "text/event-stream", "Authorization", "Bearer "+key)
	}
	assert.Contains(t, ask().Body, `{"data":{"release":{"number":1}}}`, "1 for the stream and 1 for the question")
	assert.Contains(t, ask().Body, "LIMIT_EXCEEDED", "1 for the stream, and nothing left")
	assert.Equal(t, http.StatusTooManyRequests, ask().Status)
}

func TestStream_EndsWithItsKey(t *testing.T) {
	s, keys := sitetest.Guarded(t, web.Access{RefuseAnonymous: true})
	key := sitetest.AddKey(t, keys, access.Key{Name: "partner"})
	header := http.Header{"Authorization": {"Bearer " + key}}
	conn, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http")+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: header})
	require.NoError(t, err)
	defer conn.CloseNow()
	say := func(text string) string {
		require.NoError(t, conn.Write(t.Context(), websocket.MessageText, []byte(text)))
		_, answer, err := conn.Read(t.Context())
		require.NoError(t, err)
		return string(answer)
	}
	assert.Contains(t, say(`{"type":"connection_init"}`), "connection_ack")
	assert.Contains(t, say(`{"type":"subscribe","id":"1","payload":{"query":"{release{number}}"}}`), `"number":1`)
	_, done, err := conn.Read(t.Context())
	require.NoError(t, err)
	assert.Contains(t, string(done), "complete")

	require.NoError(t, keys.Revoke("partner", time.Now()))
	assert.Contains(t, say(`{"type":"subscribe","id":"2","payload":{"query":"{release{number}}"}}`), "The key has expired or was revoked.")
}
