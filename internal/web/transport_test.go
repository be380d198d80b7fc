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

	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

func TestQuery_SameAnswerByGetAndPost(t *testing.T) {
	s := sitetest.WithRelease(t)
	const query = `query Named($code: String!) { region(code: $code) { code name } } query Other { release { number } }`
	body, err := json.Marshal(map[string]any{"query": query, "operationName": "Named", "variables": map[string]any{"code": "RU-PRI"}})
	require.NoError(t, err)

	posted := s.Do(http.MethodPost, "/graphql", string(body), "Content-Type", "application/json; charset=utf-8")
	got := s.Get("/graphql?" + url.Values{"query": {query}, "operationName": {"Named"}, "variables": {`{"code":"RU-PRI"}`}}.Encode())
	assert.Equal(t, http.StatusOK, posted.Status)
	assert.Equal(t, `{"data":{"region":{"code":"RU-PRI","name":"Primorsky Krai"}}}`+"\n", posted.Body)
	assert.Equal(t, posted.Body, got.Body)
}

func TestMediaType_IsTheOneAskedFor(t *testing.T) {
	s := sitetest.WithRelease(t)
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
		{"application/json;q=0.5, application/graphql-response+json;q=0.6", "application/graphql-response+json; charset=utf-8", 400},
		{"application/graphql-response+json;q=0.5, */*;q=0.6", "application/json; charset=utf-8", 200},
		{"application/*;q=0.5, application/json;q=0", "application/graphql-response+json; charset=utf-8", 400},
		{"*/*, application/json;q=0.1", "application/graphql-response+json; charset=utf-8", 400},
		{"application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed", "application/graphql-response+json; charset=utf-8", 400},
		{"multipart/mixed;subscriptionSpec=1.0,application/json", "application/json; charset=utf-8", 200},
		{"application/json;charset=utf-16, application/graphql-response+json;q=0.1", "application/graphql-response+json; charset=utf-8", 400},
		{"nonsense, application/json;q=nonsense, application/graphql-response+json", "application/graphql-response+json; charset=utf-8", 400},
	} {
		t.Run(test.accept, func(t *testing.T) {
			good := s.Post("{release{number}}", "Accept", test.accept)
			assert.Equal(t, http.StatusOK, good.Status)
			assert.Equal(t, test.contentType, good.Header.Get("Content-Type"))
			assert.Contains(t, good.Header.Get("Vary"), "Accept")

			bad := s.Post("{nothing}", "Accept", test.accept)
			assert.Equal(t, test.refused, bad.Status)
			assert.Equal(t, test.contentType, bad.Header.Get("Content-Type"))
			assert.Equal(t, "BAD_USER_INPUT", bad.Failure(t).Extensions.Code)
		})
	}
}

func TestMediaType_ThatNobodyCanGiveIsRefused(t *testing.T) {
	s := sitetest.WithRelease(t)
	for _, accept := range []string{"text/html", "image/*, text/plain;q=0.5", "application/json;q=0", "*/*;q=0", "application/json;charset=utf-16", "nonsense"} {
		t.Run(accept, func(t *testing.T) {
			answer := s.Post("{release{number}}", "Accept", accept)
			assert.Equal(t, http.StatusNotAcceptable, answer.Status)
			assert.Equal(t, "BAD_USER_INPUT", answer.Failure(t).Extensions.Code)
			assert.Equal(t, "Expected an Accept header that allows application/graphql-response+json or application/json (or, for a table, text/csv; for a stream, text/event-stream).", answer.Failure(t).Message)
		})
	}
}

func TestMutation_ByGetIsRefusedWhateverTheSchemaHas(t *testing.T) {
	s := sitetest.WithRelease(t)
	for _, accept := range []string{"application/json", "application/graphql-response+json"} {
		answer := s.Get("/graphql?"+url.Values{"query": {"query A{release{number}} mutation B{drop}"}, "operationName": {"B"}}.Encode(), "Accept", accept)
		assert.Equal(t, http.StatusMethodNotAllowed, answer.Status)
		assert.Equal(t, "POST", answer.Header.Get("Allow"))
		assert.Equal(t, "GET is for queries: send a mutation as POST.", answer.Failure(t).Message)
	}
	head := s.Do(http.MethodHead, sitetest.ByGet("/graphql", "mutation{drop}"), "")
	assert.Equal(t, http.StatusMethodNotAllowed, head.Status)
	assert.Empty(t, head.Body)
}

func TestRequest_LeavesAloneWhatItDoesNotKnow(t *testing.T) {
	s := sitetest.WithRelease(t)
	const number = `{"data":{"release":{"number":1}}}` + "\n"
	assert.Equal(t, number, s.Get(sitetest.ByGet("/graphql", "{release{number}}")+"&unknown=1&Query=2&token=3").Body)
	for _, body := range []string{
		`{"query":"{release{number}}","unknown":{"a":[1]},"id":null}`,
		`{"query":"{release{number}}","Query":7,"VARIABLES":7}`,
		`{"query":"{release{number}}","variables":null,"operationName":null,"extensions":null}`,
		`{"query":"{release{number}}","operationName":"","variables":{},"extensions":{"unknown":true}}`,
		"\r\n\t {\"query\":\"{release{number}}\"} \n",
	} {
		assert.Equal(t, number, s.Do("POST", "/graphql", body, "Content-Type", "application/json").Body, body)
	}
}

func TestRefusals_HaveACodeAndASentence(t *testing.T) {
	s := sitetest.WithRelease(t)
	const asJSON = "application/json"
	for _, test := range []struct {
		name, method, path, contentType, body string
		status                                int
		code, message                         string
	}{
		{"a body that is no JSON", "POST", "/graphql", asJSON, `{"query": secret}`, 400, "BAD_USER_INPUT", "The body is not JSON: the fault is at byte 11."},
		{"a body that ends too early", "POST", "/graphql", asJSON, `{"query": "secret`, 400, "BAD_USER_INPUT", "The body is not JSON: it ends too early."},
		{"an empty body", "POST", "/graphql", asJSON, ``, 400, "BAD_USER_INPUT", "The body is not JSON: it ends too early."},
		{"a list of queries", "POST", "/graphql", asJSON, `[{"query": "{secret}"}]`, 400, "BAD_USER_INPUT", "The body is a JSON array, and operations are not taken in batches: send one object, for one operation, per request."},
		{"two objects", "POST", "/graphql", asJSON, `{"query": "{release{number}}"} secret`, 400, "BAD_USER_INPUT", "The body is not one JSON object: something follows it."},
		{"a query that is no text", "POST", "/graphql", asJSON, `{"query": 7}`, 400, "BAD_USER_INPUT", "The body has a JSON number as query: expected a string."},
		{"a name that is no text", "POST", "/graphql", asJSON, `{"query": "{release{number}}", "operationName": ["secret"]}`, 400, "BAD_USER_INPUT", "The body has a JSON array as operationName: expected a string."},
		{"extensions that are no object", "POST", "/graphql", asJSON, `{"query": "{release{number}}", "extensions": "secret"}`, 400, "BAD_USER_INPUT", "The body has a JSON string as extensions: expected an object."},
		{"an empty list", "POST", "/graphql", asJSON, ` []`, 400, "BAD_USER_INPUT", "The body is a JSON array, and operations are not taken in batches: send one object, for one operation, per request."},
		{"a text", "POST", "/graphql", asJSON, `"secret"`, 400, "BAD_USER_INPUT", "The body is a JSON string: expected an object."},
		{"null", "POST", "/graphql", asJSON, `null`, 400, "BAD_USER_INPUT", "The body is a JSON null: expected an object."},
		{"no query by POST", "POST", "/graphql", asJSON, `{"qeury": "secret"}`, 400, "BAD_USER_INPUT", "Expected a query, found none."},
		{"a query that is null", "POST", "/graphql", asJSON, `{"query": null}`, 400, "BAD_USER_INPUT", "Expected a query, found none."},
		{"an empty query", "POST", "/graphql", asJSON, `{"query": ""}`, 200, "BAD_USER_INPUT", "no operation provided."},
		{"a body in Latin 1", "POST", "/graphql", asJSON, "{\"query\": \"{region(code: \\\"\xe9\\\"){code}}\"}", 400, "BAD_USER_INPUT", "The body is not UTF-8."},
		{"another charset", "POST", "/graphql", asJSON + "; charset=latin1", `{"query": "{release{number}}"}`, 415, "BAD_USER_INPUT", `Expected the Content-Type application/json in UTF-8, found "application/json; charset=latin1".`},
		{"a query string in Latin 1", "GET", "/graphql?query=%E9", "", "", 400, "BAD_USER_INPUT", "The parameter query is not UTF-8."},
		{"a deferred fragment", "POST", "/graphql", asJSON, `{"query": "{release{number ...@defer{id}}}"}`, 200, "BAD_USER_INPUT", `Unknown directive "@defer".`},
		{"a streamed list", "POST", "/graphql", asJSON, `{"query": "{release{gates @stream{name}}}"}`, 200, "BAD_USER_INPUT", `Unknown directive "@stream".`},
		{"variables that are no object", "POST", "/graphql", asJSON, `{"query": "{release{number}}", "variables": ["secret"]}`, 400, "BAD_USER_INPUT", "The body has a JSON array as variables: expected an object."},
		{"a form", "POST", "/graphql", "application/x-www-form-urlencoded", `query=secret`, 415, "BAD_USER_INPUT", `Expected the Content-Type application/json in UTF-8, found "application/x-www-form-urlencoded".`},
		{"no type", "POST", "/graphql", "", `{"query": "{release{number}}"}`, 415, "BAD_USER_INPUT", `Expected the Content-Type application/json in UTF-8, found "".`},
		{"a body too long", "POST", "/graphql", asJSON, `{"query": "` + strings.Repeat("#", 64<<10) + `"}`, 413, "LIMIT_EXCEEDED", "The body is too long: expected at most 65536 bytes."},
		{"no query", "GET", "/graphql", "", "", 400, "BAD_USER_INPUT", "Expected a query, found none."},
		{"variables by GET", "GET", "/graphql?query={release{number}}&variables=secret", "", "", 400, "BAD_USER_INPUT", "The parameter variables is not JSON: the fault is at byte 1."},
		{"extensions by GET", "GET", "/graphql?query={release{number}}&extensions=[]", "", "", 400, "BAD_USER_INPUT", "The parameter extensions is a JSON array: expected an object."},
		{"a broken query string", "GET", "/graphql?query=%zz", "", "", 400, "BAD_USER_INPUT", "The query string cannot be read: expected pairs such as query=..., each percent-encoded."},
		{"a query string too long", "GET", "/graphql?query=" + strings.Repeat("a", 17_000), "", "", 414, "LIMIT_EXCEEDED", "The query string has 17006 bytes: expected at most 16384; send it as POST."},
		{"a subscription by GET", "GET", sitetest.ByGet("/graphql", "subscription{releasePublished{number}}"), "", "", 200, "BAD_USER_INPUT", "A subscription is answered by a stream: ask with Accept: text/event-stream, or over a websocket."},
		{"a subscription without a stream", "POST", "/graphql", asJSON, `{"query": "subscription{releasePublished{number}}"}`, 200, "BAD_USER_INPUT", "A subscription is answered by a stream: ask with Accept: text/event-stream, or over a websocket."},
		{"a mutation", "POST", "/graphql", asJSON, `{"query": "mutation{drop}"}`, 200, "BAD_USER_INPUT", "Schema does not support operation type \"mutation\"."},
		{"a field that is not there", "POST", "/graphql", asJSON, `{"query": "{release{numbr}}"}`, 200, "BAD_USER_INPUT", `Cannot query field "numbr" on type "Release". Did you mean "number"?`},
		{"a variable of another type", "POST", "/graphql", asJSON, `{"query": "query($c: String!){region(code: $c){code}}", "variables": {"c": true}}`, 200, "BAD_USER_INPUT", "$c: expected String, found true or false."},
		{"two queries and no name", "POST", "/graphql", asJSON, `{"query": "query A{release{number}} query B{release{id}}"}`, 200, "BAD_USER_INPUT", `Expected an operationName that the document has (A, B), found "".`},
		{"a name that no query has", "POST", "/graphql", asJSON, `{"query": "query A{release{number}}", "operationName": "C"}`, 200, "BAD_USER_INPUT", `Expected an operationName that the document has (A), found "C".`},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer := s.Do(test.method, test.path, test.body, "Content-Type", test.contentType)
			assert.Equal(t, test.status, answer.Status, answer.Body)
			assert.Equal(t, test.code, answer.Failure(t).Extensions.Code)
			assert.Equal(t, test.message, answer.Failure(t).Message)
			assert.NotContains(t, answer.Body, `"data"`, "what was not executed has no data, not even null")
			assert.NotContains(t, answer.Body, "secret", "what was sent is not repeated")
		})
	}
	assert.Empty(t, s.Log.String())
}

// What forms send that have no variables.
func TestBody_AnEmptyTextForVariablesIsNone(t *testing.T) {
	answer := sitetest.WithRelease(t).Do(http.MethodPost, "/graphql", `{"query": "{release{number}}", "variables": ""}`, "Content-Type", "application/json")
	assert.JSONEq(t, `{"data": {"release": {"number": 1}}}`, answer.Body)
}

func TestBody_AWholeNumberIsAnInt(t *testing.T) {
	answer := sitetest.WithRelease(t).Do(http.MethodPost, "/graphql",
		`{"query": "query($n: Int) {regions(first: $n) {nodes {code}}}", "variables": {"n": 1.0}}`, "Content-Type", "application/json")
	assert.Contains(t, answer.Body, `{"data":{"regions":{"nodes":[{"code":"`)
}

// Clients that know no more than the specification break on a location of directives that is a draft.
func TestIntrospection_OffersNothingOfADraft(t *testing.T) {
	answer := sitetest.WithRelease(t).Post(`{__schema {directives {name locations} types {name enumValues {name}}}}`)
	assert.Contains(t, answer.Body, `"specifiedBy"`)
	assert.NotContains(t, answer.Body, "DIRECTIVE_DEFINITION")
}

func TestBody_InACodingIsRefused(t *testing.T) {
	answer := sitetest.WithRelease(t).Do(http.MethodPost, "/graphql", "packed", "Content-Type", "application/json", "Content-Encoding", "gzip")
	assert.Equal(t, http.StatusUnsupportedMediaType, answer.Status)
	assert.Equal(t, `Expected a body without a Content-Encoding, found "gzip".`, answer.Failure(t).Message)
}

func TestBody_LengthHoldsWithoutAContentLength(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
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
	var names strings.Builder
	for i := range 300 {
		fmt.Fprintf(&names, "x%d ", i)
	}
	answer := sitetest.WithRelease(t).Post("{release{" + names.String() + "}}")
	var shown struct{ Errors []any }
	require.NoError(t, json.Unmarshal([]byte(answer.Body), &shown))
	assert.Len(t, shown.Errors, 20)
}

func TestPersistedQuery_IsKnownByItsHashOnceItWasSent(t *testing.T) {
	s := sitetest.WithRelease(t)
	const query = "{release{number}}"
	sum := sha256.Sum256([]byte(query))
	extensions := fmt.Sprintf(`{"persistedQuery":{"version":1,"sha256Hash":%q}}`, hex.EncodeToString(sum[:]))
	byHash := "/graphql?" + url.Values{"extensions": {extensions}}.Encode()

	for accept, status := range map[string]int{"application/json": 200, "application/graphql-response+json": 400} {
		unknown := s.Get(byHash, "Accept", accept)
		assert.Equal(t, status, unknown.Status)
		assert.Equal(t, "no-store", unknown.Header.Get("Cache-Control"))
		assert.Equal(t, "PersistedQueryNotFound", unknown.Failure(t).Message)
		assert.Equal(t, "PERSISTED_QUERY_NOT_FOUND", unknown.Failure(t).Extensions.Code)
	}
	const answer = `{"data":{"release":{"number":1}}}` + "\n"
	assert.Equal(t, answer, s.Do("POST", "/graphql", fmt.Sprintf(`{"query":%q,"extensions":%s}`, query, extensions), "Content-Type", "application/json").Body)
	assert.Equal(t, answer, s.Get(byHash).Body)

	forged := s.Do("POST", "/graphql", fmt.Sprintf(`{"query":"{release{id}}","extensions":%s}`, extensions), "Content-Type", "application/json")
	assert.Equal(t, "provided APQ hash does not match query.", forged.Failure(t).Message)
	assert.Equal(t, "BAD_USER_INPUT", forged.Failure(t).Extensions.Code)
	assert.Equal(t, answer, s.Get(byHash).Body, "nobody can put another query under a hash")
}

func TestPersistedQuery_ThatIsUnknownIsNotKept(t *testing.T) {
	s := newStreamSite(t, func(c *web.Config) { c.CacheBytes = 1 << 20 })
	const query = "{release{number}}"
	sum := sha256.Sum256([]byte(query))
	extensions := fmt.Sprintf(`{"persistedQuery":{"version":1,"sha256Hash":%q}}`, hex.EncodeToString(sum[:]))
	byHash := "/graphql?" + url.Values{"extensions": {extensions}}.Encode()

	assert.Equal(t, "PersistedQueryNotFound", s.Get(byHash).Failure(t).Message)
	s.Get("/graphql?" + url.Values{"extensions": {extensions}, "query": {query}}.Encode())
	const answer = `{"data":{"release":{"number":2}}}` + "\n"
	known := s.Get(byHash)
	assert.Equal(t, answer, known.Body, "clients send the text by GET, too")
	assert.Equal(t, http.StatusNotModified, s.Get(byHash, "If-None-Match", known.Header.Get("ETag")).Status)
	s.makeCurrent(1)
	assert.Equal(t, `{"data":{"release":{"number":1}}}`+"\n", s.Get(byHash).Body, "an answer is of the current release")
}

// events follows a subscription; each line of data comes over the channel, which is closed when the server ends the
// stream.
func events(t *testing.T, s *sitetest.Site, ctx context.Context, query string) <-chan string {
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
	case <-time.After(sitetest.WaitFor):
		require.Fail(t, "no event came")
		return ""
	}
}

func TestReleasePublished_TellsOfTheNextRelease(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	const query = "subscription{releasePublished{number counts{permits}}}"
	first, second := events(t, s, t.Context(), query), events(t, s, t.Context(), query)
	s.Publish(301)
	for _, lines := range []<-chan string{first, second} {
		assert.Equal(t, `{"data":{"releasePublished":{"number":2,"counts":{"permits":301}}}}`, next(t, lines))
	}
	s.Publish(302)
	assert.Equal(t, `{"data":{"releasePublished":{"number":3,"counts":{"permits":302}}}}`, next(t, first))
	assert.Contains(t, s.Get("/readyz").Body, "release 3", "a stream holds nobody up")
}

func TestStream_AnswersAQueryAndRefusesInTheSameWords(t *testing.T) {
	s := sitetest.WithRelease(t)
	lines := events(t, s, t.Context(), "{release{number}}")
	assert.Equal(t, `{"data":{"release":{"number":1}}}`, next(t, lines))
	assert.Empty(t, next(t, lines), "the event of its completion has empty data")
	_, more := <-lines
	assert.False(t, more, "a query's stream ends with its answer")

	broken := s.Do("POST", "/graphql", `{"query": secret`, "Content-Type", "application/json", "Accept", "text/event-stream")
	assert.Equal(t, http.StatusBadRequest, broken.Status)
	assert.Equal(t, "The body is not JSON: the fault is at byte 11.", broken.Failure(t).Message)
	assert.Empty(t, s.Log.String())
}
