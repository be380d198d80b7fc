package web_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestQuery_SameAnswerByGetAndPost(t *testing.T) {
	s := newSiteWithRelease(t)
	const query = `query Named($code: String!) { region(code: $code) { code name } } query Other { release { number } }`
	body, err := json.Marshal(map[string]any{"query": query, "operationName": "Named", "variables": map[string]any{"code": "RU-PRI"}})
	require.NoError(t, err)

	posted := s.do(http.MethodPost, "/graphql", string(body), "Content-Type", "application/json; charset=utf-8")
	got := s.get("/graphql?" + url.Values{"query": {query}, "operationName": {"Named"}, "variables": {`{"code":"RU-PRI"}`}}.Encode())
	assert.Equal(t, http.StatusOK, posted.status)
	assert.Equal(t, `{"data":{"region":{"code":"RU-PRI","name":"Primorsky Krai"}}}`+"\n", posted.body)
	assert.Equal(t, posted.body, got.body)
}

func TestMediaType_IsTheOneAskedFor(t *testing.T) {
	s := newSiteWithRelease(t)
	for _, test := range []struct {
		accept, contentType string
		refused             int // status of a query that is not valid
	}{
		{"", "application/json; charset=utf-8", 200},
		{"*/*", "application/json; charset=utf-8", 200},
		{"text/html,application/xhtml+xml,*/*;q=0.8", "application/json; charset=utf-8", 200},
		{"application/json", "application/json; charset=utf-8", 200},
		{"application/graphql-response+json", "application/graphql-response+json; charset=utf-8", 400},
		{"application/graphql-response+json; charset=utf-8, application/json;q=0.9", "application/graphql-response+json; charset=utf-8", 400},
	} {
		t.Run(test.accept, func(t *testing.T) {
			good := s.post("{release{number}}", "Accept", test.accept)
			assert.Equal(t, http.StatusOK, good.status)
			assert.Equal(t, test.contentType, good.header.Get("Content-Type"))

			bad := s.post("{nothing}", "Accept", test.accept)
			assert.Equal(t, test.refused, bad.status)
			assert.Equal(t, test.contentType, bad.header.Get("Content-Type"))
			assert.Equal(t, "BAD_USER_INPUT", bad.failure(t).Extensions.Code)
		})
	}
}

func TestRefusals_HaveACodeAndASentence(t *testing.T) {
	s := newSiteWithRelease(t)
	const asJSON = "application/json"
	for _, test := range []struct {
		name, method, path, contentType, body string
		status                                int
		code, message                         string
	}{
		{"a body that is no JSON", "POST", "/graphql", asJSON, `{"query": secret}`, 400, "BAD_USER_INPUT", "The body is not JSON: the fault is at byte 11."},
		{"a body that ends too early", "POST", "/graphql", asJSON, `{"query": "secret`, 400, "BAD_USER_INPUT", "The body is not JSON: it ends too early."},
		{"an empty body", "POST", "/graphql", asJSON, ``, 400, "BAD_USER_INPUT", "The body is not JSON: it ends too early."},
		{"a list of queries", "POST", "/graphql", asJSON, `[{"query": "{secret}"}]`, 400, "BAD_USER_INPUT", "The body is a JSON array: expected an object."},
		{"two objects", "POST", "/graphql", asJSON, `{"query": "{release{number}}"} secret`, 400, "BAD_USER_INPUT", "The body is not one JSON object: something follows it at byte 32."},
		{"a query that is no text", "POST", "/graphql", asJSON, `{"query": 7}`, 400, "BAD_USER_INPUT", "The body has a JSON number as query: expected another kind of value."},
		{"variables that are no object", "POST", "/graphql", asJSON, `{"query": "{release{number}}", "variables": ["secret"]}`, 400, "BAD_USER_INPUT", "The body has a JSON array as variables: expected another kind of value."},
		{"a form", "POST", "/graphql", "application/x-www-form-urlencoded", `query=secret`, 415, "BAD_USER_INPUT", `Expected the Content-Type application/json, found "application/x-www-form-urlencoded".`},
		{"no type", "POST", "/graphql", "", `{"query": "{release{number}}"}`, 415, "BAD_USER_INPUT", `Expected the Content-Type application/json, found "".`},
		{"a body too long", "POST", "/graphql", asJSON, `{"query": "` + strings.Repeat("#", 64<<10) + `"}`, 413, "LIMIT_EXCEEDED", "The body is too long: expected at most 65536 bytes."},
		{"no query", "GET", "/graphql", "", "", 200, "BAD_USER_INPUT", "no operation provided"},
		{"variables by GET", "GET", "/graphql?query={release{number}}&variables=secret", "", "", 400, "BAD_USER_INPUT", "The parameter variables is not JSON: the fault is at byte 1."},
		{"extensions by GET", "GET", "/graphql?query={release{number}}&extensions=[]", "", "", 400, "BAD_USER_INPUT", "The parameter extensions is a JSON array: expected an object."},
		{"a broken query string", "GET", "/graphql?query=%zz", "", "", 400, "BAD_USER_INPUT", "The query string cannot be read: expected pairs such as query=..., each percent-encoded."},
		{"a query string too long", "GET", "/graphql?query=" + strings.Repeat("a", 17_000), "", "", 414, "LIMIT_EXCEEDED", "The query string has 17006 bytes: expected at most 16384; send it as POST."},
		{"a subscription by GET", "GET", byGet("/graphql", "subscription{releasePublished{number}}"), "", "", 200, "BAD_USER_INPUT", "A subscription is answered by a stream: send it as POST with Accept: text/event-stream."},
		{"a subscription without a stream", "POST", "/graphql", asJSON, `{"query": "subscription{releasePublished{number}}"}`, 200, "BAD_USER_INPUT", "A subscription is answered by a stream: send it as POST with Accept: text/event-stream."},
		{"a mutation", "POST", "/graphql", asJSON, `{"query": "mutation{drop}"}`, 200, "BAD_USER_INPUT", "Schema does not support operation type \"mutation\""},
		{"a field that is not there", "POST", "/graphql", asJSON, `{"query": "{release{numbr}}"}`, 200, "BAD_USER_INPUT", `Cannot query field "numbr" on type "Release". Did you mean "number"?`},
		{"a variable of another type", "POST", "/graphql", asJSON, `{"query": "query($c: String!){region(code: $c){code}}", "variables": {"c": true}}`, 200, "BAD_USER_INPUT", "cannot use bool as String"},
		{"two queries and no name", "POST", "/graphql", asJSON, `{"query": "query A{release{number}} query B{release{id}}"}`, 200, "BAD_USER_INPUT", `Expected an operationName that the document has (A, B), found "".`},
		{"a name that no query has", "POST", "/graphql", asJSON, `{"query": "query A{release{number}}", "operationName": "C"}`, 200, "BAD_USER_INPUT", `Expected an operationName that the document has (A), found "C".`},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer := s.do(test.method, test.path, test.body, "Content-Type", test.contentType)
			assert.Equal(t, test.status, answer.status, answer.body)
			assert.Equal(t, test.code, answer.failure(t).Extensions.Code)
			assert.Equal(t, test.message, answer.failure(t).Message)
			assert.NotContains(t, answer.body, "secret", "what was sent is not repeated")
		})
	}
	assert.Empty(t, s.log.String())
}

func TestBody_LengthHoldsWithoutAContentLength(t *testing.T) {
	s := newSiteWithRelease(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/graphql",
		struct{ *strings.Reader }{strings.NewReader(`{"query": "` + strings.Repeat("#", 1<<20) + `"}`)})
	require.NoError(t, err)
	request.ContentLength = -1 // chunked
	request.Header.Set("Content-Type", "application/json")
	response, err := s.Client().Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	assert.Equal(t, http.StatusRequestEntityTooLarge, response.StatusCode)
}

func TestErrors_AreNotCountedWithoutEnd(t *testing.T) {
	answer := newSiteWithRelease(t).post("{" + strings.Repeat("x ", 900) + "}")
	var shown struct{ Errors []any }
	require.NoError(t, json.Unmarshal([]byte(answer.body), &shown))
	assert.Len(t, shown.Errors, 20)
}

func TestPersistedQuery_IsKnownByItsHashOnceItWasSent(t *testing.T) {
	s := newSiteWithRelease(t)
	const query = "{release{number}}"
	sum := sha256.Sum256([]byte(query))
	extensions := fmt.Sprintf(`{"persistedQuery":{"version":1,"sha256Hash":%q}}`, hex.EncodeToString(sum[:]))
	byHash := "/graphql?" + url.Values{"extensions": {extensions}}.Encode()

	for _, accept := range []string{"application/json", "application/graphql-response+json"} {
		unknown := s.get(byHash, "Accept", accept)
		assert.Equal(t, http.StatusOK, unknown.status)
		assert.Equal(t, "PersistedQueryNotFound", unknown.failure(t).Message)
		assert.Equal(t, "PERSISTED_QUERY_NOT_FOUND", unknown.failure(t).Extensions.Code)
	}
	const answer = `{"data":{"release":{"number":1}}}` + "\n"
	assert.Equal(t, answer, s.do("POST", "/graphql", fmt.Sprintf(`{"query":%q,"extensions":%s}`, query, extensions), "Content-Type", "application/json").body)
	assert.Equal(t, answer, s.get(byHash).body)

	forged := s.do("POST", "/graphql", fmt.Sprintf(`{"query":"{release{id}}","extensions":%s}`, extensions), "Content-Type", "application/json")
	assert.Equal(t, "provided APQ hash does not match query", forged.failure(t).Message)
	assert.Equal(t, "BAD_USER_INPUT", forged.failure(t).Extensions.Code)
	assert.Equal(t, answer, s.get(byHash).body, "nobody can put another query under a hash")
}

// events follows a subscription; each line of data comes over the channel, which is closed when the server ends the stream.
func events(t *testing.T, s *site, ctx context.Context, query string) <-chan string {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/graphql", strings.NewReader(fmt.Sprintf(`{"query":%q}`, query)))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	response, err := s.Client().Do(request)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, "text/event-stream", response.Header.Get("Content-Type"))
	lines := make(chan string, 16)
	go func() {
		defer response.Body.Close()
		defer close(lines)
		for scan := bufio.NewScanner(response.Body); scan.Scan(); {
			if data, ok := strings.CutPrefix(scan.Text(), "data: "); ok {
				lines <- data
			}
		}
	}()
	return lines
}

func next(t *testing.T, lines <-chan string) string {
	t.Helper()
	select {
	case line := <-lines:
		return line
	case <-time.After(20 * time.Second):
		require.Fail(t, "no event came")
		return ""
	}
}

func TestReleasePublished_TellsOfTheNextRelease(t *testing.T) {
	s := newSiteWithRelease(t)
	const query = "subscription{releasePublished{number counts{permits}}}"
	first, second := events(t, s, t.Context(), query), events(t, s, t.Context(), query)
	s.publish(301)
	for _, lines := range []<-chan string{first, second} {
		assert.Equal(t, `{"data":{"releasePublished":{"number":2,"counts":{"permits":301}}}}`, next(t, lines))
	}
	s.publish(302)
	assert.Equal(t, `{"data":{"releasePublished":{"number":3,"counts":{"permits":302}}}}`, next(t, first))
	assert.Contains(t, s.get("/readyz").body, "release 3", "a stream holds nobody up")
}

func TestStream_AnswersAQueryAndRefusesInTheSameWords(t *testing.T) {
	s := newSiteWithRelease(t)
	lines := events(t, s, t.Context(), "{release{number}}")
	assert.Equal(t, `{"data":{"release":{"number":1}}}`, next(t, lines))
	_, more := <-lines
	assert.False(t, more, "a query's stream ends with its answer")

	broken := s.do("POST", "/graphql", `{"query": secret`, "Content-Type", "application/json", "Accept", "text/event-stream")
	assert.Equal(t, http.StatusBadRequest, broken.status)
	assert.Equal(t, "The body is not JSON: the fault is at byte 11.", broken.failure(t).Message)
	assert.Empty(t, s.log.String())
}
