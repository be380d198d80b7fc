package web_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/web"
)

// givenReceipt is a receipt as an answer tells of it.
type givenReceipt struct {
	ID, URL, ContentHash, OperationHash, ResultHash, MethodVersion string
	Release                                                        int
	Variables                                                      map[string]any
}

const receiptQuery = `query($code: String!, $n: Int = 2) { region(code: $code) { name } permits(first: $n) { nodes { number } } }`

// withReceipt asks a question with a receipt.
func withReceipt(s *sitetest.Site, query string, variables map[string]any, headers ...string) (sitetest.Reply, givenReceipt) {
	s.T.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables, "extensions": map[string]any{"receipt": true}})
	require.NoError(s.T, err)
	answer := s.Do("POST", "/graphql", string(body), append([]string{"Content-Type", "application/json"}, headers...)...)
	var told struct {
		Extensions struct{ Receipt givenReceipt }
	}
	require.NoError(s.T, json.Unmarshal([]byte(answer.Body), &told), answer.Body)
	return answer, told.Extensions.Receipt
}

// verdict is what a receipt's address tells.
func verdictOn(s *sitetest.Site, id string, headers ...string) (verified bool, reason string) {
	s.T.Helper()
	answer := s.Get("/receipts/"+id, headers...)
	require.Equal(s.T, http.StatusOK, answer.Status, answer.Body)
	var told struct {
		Verified bool
		Reason   string
	}
	require.NoError(s.T, json.Unmarshal([]byte(answer.Body), &told))
	return told.Verified, told.Reason
}

func receiptFileOf(s *sitetest.Site, id string) string {
	return filepath.Join(s.Store.Dir(), "receipts", id+".json")
}

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestReceipt_CanBeRecomputedByAnybody(t *testing.T) {
	s := sitetest.WithRelease(t)
	_, plain := withReceipt(s, receiptQuery, map[string]any{"code": "RU-PRI"})
	answer, given := withReceipt(s, receiptQuery, map[string]any{"code": "RU-PRI"})
	assert.Equal(t, plain, given, "the same answer has the same receipt")
	data, _, found := strings.Cut(strings.TrimPrefix(answer.Body, `{"data":`), `,"extensions":{"receipt":`)
	require.True(t, found, answer.Body)
	assert.Equal(t, sha(data), given.ResultHash)
	assert.Equal(t, sha(receiptQuery), given.OperationHash)
	assert.Equal(t, map[string]any{"code": "RU-PRI", "n": 2.0}, given.Variables)
	assert.Equal(t, 1, given.Release)
	assert.Equal(t, "https://homebound.example/receipts/"+given.ID, given.URL)
	file, err := os.ReadFile(receiptFileOf(s, given.ID))
	require.NoError(t, err)
	assert.Contains(t, string(file), given.ResultHash)

	shown := s.Get("/receipts/" + given.ID)
	assert.Equal(t, "application/json; charset=utf-8", shown.Header.Get("Content-Type"))
	var told map[string]any
	require.NoError(t, json.Unmarshal([]byte(shown.Body), &told))
	assert.Equal(t, true, told["verified"])
	assert.NotContains(t, told, "reason")
	assert.Equal(t, receiptQuery, told["document"])
	assert.Equal(t, given.ResultHash, told["resultHash"])

	got := s.Get("/releases/1/graphql?" + url.Values{"query": {receiptQuery}, "variables": {`{"code":"RU-PRI","n":2}`}, "extensions": {`{"receipt":true}`}}.Encode())
	assert.Contains(t, got.Body, given.ID, "by GET, of the release by its number, it is the same")
	assert.NotContains(t, s.Post(`{release{number}}`).Body, "extensions")
}

func TestReceipt_OfATableIsNamedInAHeader(t *testing.T) {
	s := sitetest.WithRelease(t)
	variables := map[string]any{"code": "RU-PRI"}
	_, receipt := withReceipt(s, receiptQuery, variables)
	body, err := json.Marshal(map[string]any{"query": receiptQuery, "variables": variables, "extensions": map[string]any{"receipt": true}})
	require.NoError(t, err)
	for _, asked := range []string{string(body), strings.Replace(string(body), "true", "false", 1)} {
		table := s.Do("POST", "/graphql", asked, "Content-Type", "application/json", "Accept", "text/csv")
		require.Equal(t, http.StatusOK, table.Status)
		assert.Equal(t, "2", table.Header.Get("Homebound-Rows"))
		if asked == string(body) {
			assert.Equal(t, receipt.URL, table.Header.Get("Homebound-Receipt"), "that of the same answer in JSON")
		} else {
			assert.Empty(t, table.Header.Get("Homebound-Receipt"))
		}
	}
}

func TestReceipt_IsAPageForBrowsers(t *testing.T) {
	s := sitetest.WithRelease(t)
	_, given := withReceipt(s, `{ release { number } } # <script>alert(1)</script>`, nil)
	page := s.Get("/receipts/"+given.ID, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	assert.Equal(t, "text/html; charset=utf-8", page.Header.Get("Content-Type"))
	assert.Contains(t, page.Body, "Verified just now.")
	assert.Contains(t, page.Body, given.ResultHash)
	assert.NotContains(t, page.Body, "<script>")
	assert.Contains(t, page.Header.Get("Content-Security-Policy"), "default-src 'none'")
}

func TestReceipt_HashIsOfTheBytesThatAreSent(t *testing.T) {
	s := sitetest.WithRelease(t)
	answer, given := withReceipt(s, `{ sources(first: 1000) { nodes { title url } } claims(first: 1000) { nodes { statement } } }`, nil)
	data, _, _ := strings.Cut(strings.TrimPrefix(answer.Body, `{"data":`), `,"extensions":{"receipt":`)
	require.Contains(t, data, `\u0026`, "the executor writes & as it is, and the answer does not")
	assert.Equal(t, sha(data), given.ResultHash)
	verified, _ := verdictOn(s, given.ID)
	assert.True(t, verified)
}

func TestReceipt_IsRefusedForWhatMayChange(t *testing.T) {
	s := sitetest.WithRelease(t)
	for query, want := range map[string]string{
		`{ releases { nodes { number } } }`:            "There is no receipt for this answer, which tells of more than its release and may be another one tomorrow: leave out what names other releases.",
		`subscription { releasePublished { number } }`: "A receipt is for the answer to a query, found a subscription.",
		`{ economicImpact(region: "none") { from } }`:  `There is no region \"none\" in this release.`,
		`{ nothing }`: "",
	} {
		answer, given := withReceipt(s, query, nil)
		assert.Empty(t, given.ID, query)
		if want != "" {
			assert.Contains(t, answer.Body, want, query)
		}
	}
	_, err := os.Stat(filepath.Join(s.Store.Dir(), "receipts"))
	assert.ErrorIs(t, err, os.ErrNotExist)
	streamed := s.Get("/graphql?"+url.Values{"query": {"{release{number}}"}, "extensions": {`{"receipt":true}`}}.Encode(), "Accept", "text/event-stream")
	assert.Contains(t, streamed.Body, "A receipt is for an answer by GET or POST, and not for a stream.")
	kept := s.Post(`{ releases { nodes { number } } }`)
	s.Publish(200)
	assert.NotEqual(t, kept.Body, s.Post(`{ releases { nodes { number } } }`).Body, "what may change is kept by no cache either")
}

func TestReceipt_OutlivesWhatItIsFor(t *testing.T) {
	s := sitetest.WithRelease(t)
	_, given := withReceipt(s, receiptQuery, map[string]any{"code": "RU-PRI"})
	s.Publish(200)
	verified, _ := verdictOn(s, given.ID)
	assert.True(t, verified, "a newer release changes nothing")
	_, err := s.Store.Prune(1)
	require.NoError(t, err)
	verified, reason := verdictOn(s, given.ID)
	assert.False(t, verified)
	assert.Equal(t, "Release 1 is no longer kept here, so that nothing can be asked of it.", reason)
}

// forge keeps a receipt that somebody has made himself, under the id that its bytes have.
func forge(s *sitetest.Site, id string, change func(map[string]any)) string {
	s.T.Helper()
	text, err := os.ReadFile(receiptFileOf(s, id))
	require.NoError(s.T, err)
	var fields map[string]any
	require.NoError(s.T, json.Unmarshal(text, &fields))
	change(fields)
	text, err = json.Marshal(fields)
	require.NoError(s.T, err)
	forged := web.ReceiptID(text)
	require.NoError(s.T, os.WriteFile(receiptFileOf(s, forged), text, 0o600))
	return forged
}

func TestReceipt_SaysWhyAnAnswerIsAnotherOne(t *testing.T) {
	s := sitetest.WithRelease(t)
	_, given := withReceipt(s, receiptQuery, map[string]any{"code": "RU-PRI"})
	for reason, change := range map[string]func(map[string]any){
		"The answer is another one: it was computed by method 0.1,": func(r map[string]any) { r["methodVersion"], r["resultHash"] = "0.1", sha("") },
		"The answer is another one, though the release,":            func(r map[string]any) { r["resultHash"] = sha("") },
		"Release 1 has another content here":                        func(r map[string]any) { r["contentHash"] = sha("") },
		"The question is refused today: Cannot query field":         func(r map[string]any) { r["document"] = "{ gone }" },
	} {
		verified, told := verdictOn(s, forge(s, given.ID, change))
		assert.False(t, verified, reason)
		assert.True(t, strings.HasPrefix(told, reason), told)
	}
	verified, _ := verdictOn(s, forge(s, given.ID, func(r map[string]any) { r["methodVersion"] = "0.1" }))
	assert.True(t, verified, "another method may have the same answer")
}

func TestReceipt_ThatWasTamperedWithProvesNothing(t *testing.T) {
	s := sitetest.WithRelease(t)
	_, given := withReceipt(s, receiptQuery, map[string]any{"code": "RU-PRI"})
	text, err := os.ReadFile(receiptFileOf(s, given.ID))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(receiptFileOf(s, given.ID), []byte(strings.Replace(string(text), "RU-PRI", "RU-KHA", 1)), 0o600))
	answer := s.Get("/receipts/" + given.ID)
	assert.Equal(t, http.StatusInternalServerError, answer.Status)
	assert.Equal(t, "The receipt "+given.ID+" was changed or damaged after it was given, and proves nothing.", answer.Failure(t).Message)
	assert.Contains(t, s.Log.String(), "a receipt is damaged")
	_, again := withReceipt(s, receiptQuery+" ", map[string]any{"code": "RU-PRI"})
	assert.NotEqual(t, given.ID, again.ID, "another document")
	s.Do("POST", "/graphql", `{"variables":{"code":"RU-PRI"},"extensions":{"receipt":true},"query":`+string(mustJSON(t, receiptQuery))+`}`, "Content-Type", "application/json")
	verified, _ := verdictOn(s, given.ID)
	assert.True(t, verified, "whoever asks again mends it")
}

func mustJSON(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return text
}

func TestReceipt_ThatIsUnknown(t *testing.T) {
	s := sitetest.WithRelease(t)
	for _, id := range []string{strings.Repeat("a", 24), "x", strings.Repeat("A", 24), "..%2F..%2FCURRENT", "%00"} {
		answer := s.Get("/receipts/" + id)
		assert.Equal(t, http.StatusNotFound, answer.Status, id)
	}
	assert.Equal(t, http.StatusMethodNotAllowed, s.Do("DELETE", "/receipts/"+strings.Repeat("a", 24), "").Status)
}

func TestReceipt_AtOnceIsOne(t *testing.T) {
	s := sitetest.WithRelease(t)
	var wait sync.WaitGroup
	ids := make([]string, 8)
	for i := range ids {
		wait.Go(func() {
			body := fmt.Sprintf(`{"query":"{release{number}}","extensions":{"receipt":true},"n":%d}`, i) // so that no answer is shared
			var told struct {
				Extensions struct{ Receipt givenReceipt }
			}
			_ = json.Unmarshal([]byte(s.Do("POST", "/graphql", body, "Content-Type", "application/json").Body), &told)
			ids[i] = told.Extensions.Receipt.ID
		})
	}
	wait.Wait()
	for _, id := range ids {
		assert.Equal(t, ids[0], id)
	}
	files, err := os.ReadDir(filepath.Join(s.Store.Dir(), "receipts"))
	require.NoError(t, err)
	assert.Len(t, files, 1)
}

func TestReceipt_ThereIsRoomForSoMany(t *testing.T) {
	s := sitetest.WithRelease(t, func(c *web.Config) { c.MaxReceipts = 2 })
	dir := filepath.Join(s.Store.Dir(), "receipts")
	require.NoError(t, os.Mkdir(dir, 0o755))
	stale := filepath.Join(dir, strings.Repeat("b", 24)+".json.123")
	require.NoError(t, os.WriteFile(stale, []byte("half"), 0o600))
	require.NoError(t, os.Chtimes(stale, time.Time{}, time.Now().Add(-2*time.Hour)))
	require.NoError(t, os.WriteFile(filepath.Join(dir, strings.Repeat("c", 24)+".json"), []byte("{}"), 0o600))
	_, first := withReceipt(s, `{release{number}}`, nil)
	assert.NotEmpty(t, first.ID)
	_, err := os.Stat(stale)
	assert.ErrorIs(t, err, os.ErrNotExist, "what a crash has left is gone")
	full, none := withReceipt(s, `{release{contentHash}}`, nil)
	assert.Empty(t, none.ID)
	assert.Equal(t, "This server has no room for more receipts: it keeps 2. The answer can be had without one, and its release and query stay a way to ask again.", full.Failure(t).Message)
	assert.Equal(t, "LIMIT_EXCEEDED", full.Failure(t).Extensions.Code)
	_, again := withReceipt(s, `{release{number}}`, map[string]any{})
	assert.Equal(t, first.ID, again.ID, "what is kept is given all the same")
}
