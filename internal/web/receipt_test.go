package web_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/receipts"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

// givenReceipt is a receipt as an answer tells of it.
type givenReceipt struct {
	ID, URL, ContentHash, OperationHash, ResultHash, MethodVersion string
	Reason                                                         string
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

// verdictOn is what a receipt's address tells.
func verdictOn(s *sitetest.Site, id string, headers ...string) (reproduced bool, reason string) {
	s.T.Helper()
	told := shownOf(s, id, headers...)
	return told.Reproduced, told.Reason
}

// shownReceipt is a receipt as its own address tells of it.
type shownReceipt struct {
	givenReceipt
	Document, Says, Reason string
	Reproduced             bool
	Synthetic              *bool
	Data                   any
	Current                *struct {
		Release int
		Same    bool
		Says    string
		Data    any
	}
}

func shownOf(s *sitetest.Site, id string, headers ...string) (told shownReceipt) {
	s.T.Helper()
	answer := s.Get("/receipts/"+id, headers...)
	require.Equal(s.T, http.StatusOK, answer.Status, answer.Body)
	require.NoError(s.T, json.Unmarshal([]byte(answer.Body), &told))
	return told
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

	shown := s.Get("/receipts/" + given.ID)
	assert.Equal(t, "application/json; charset=utf-8", shown.Header.Get("Content-Type"))
	var told map[string]any
	require.NoError(t, json.Unmarshal([]byte(shown.Body), &told))
	assert.Equal(t, true, told["reproduced"])
	assert.Equal(t, "This answer is reproduced from release 1.", told["says"])
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
	assert.Contains(t, page.Body, "This answer is reproduced from release 1.")
	assert.NotContains(t, page.Body, "Verified")
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
	streamed := s.Get("/graphql?"+url.Values{"query": {"{release{number}}"}, "extensions": {`{"receipt":true}`}}.Encode(), "Accept", "text/event-stream")
	assert.Contains(t, streamed.Body, "A receipt is for an answer by GET or POST, and not for a stream.")
	kept := s.Post(`{ releases { nodes { number } } }`)
	s.Publish(200)
	assert.NotEqual(t, kept.Body, s.Post(`{ releases { nodes { number } } }`).Body, "what may change is kept by no cache either")
}

func TestReceipt_OutlivesWhatItIsFor(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	_, given := withReceipt(s, receiptQuery, map[string]any{"code": "RU-PRI"})
	s.Publish(200)
	verified, _ := verdictOn(s, given.ID)
	assert.True(t, verified, "a newer release changes nothing")
	_, err := s.Store.Prune(1)
	require.NoError(t, err)
	verified, reason := verdictOn(s, given.ID)
	assert.False(t, verified)
	assert.Equal(t, "Release 1 is not kept here, so that nothing can be asked of it.", reason)
}

// forge returns the id of a receipt that somebody has changed.
func forge(s *sitetest.Site, id string, change func(*receipts.Receipt)) string {
	s.T.Helper()
	r, err := receipts.Unpack(id)
	require.NoError(s.T, err)
	change(&r)
	forged, err := r.Pack()
	require.NoError(s.T, err)
	return forged
}

func TestReceipt_SaysWhyAnAnswerIsAnotherOne(t *testing.T) {
	s := sitetest.WithRelease(t)
	_, given := withReceipt(s, receiptQuery, map[string]any{"code": "RU-PRI"})
	for reason, change := range map[string]func(*receipts.Receipt){
		"The answer is another one: it was computed by method 0.1,": func(r *receipts.Receipt) { r.Method, r.ResultHash = "0.1", sha("") },
		"The answer is another one, though the release,":            func(r *receipts.Receipt) { r.ResultHash = sha("") },
		"The answer is another one: rows were masked for 5 workers": func(r *receipts.Receipt) { r.Confidential, r.ResultHash = 5, sha("") },
		"Release 1 has another content here":                        func(r *receipts.Receipt) { r.ContentHash = sha("") },
		"Release 9 is not kept here":                                func(r *receipts.Receipt) { r.Release = 9 },
		"The question is refused today: Cannot query field":         func(r *receipts.Receipt) { r.Document = "{ gone }" },
	} {
		told := shownOf(s, forge(s, given.ID, change))
		assert.False(t, told.Reproduced, reason)
		assert.True(t, strings.HasPrefix(told.Reason, reason), told.Reason)
		assert.Contains(t, told.Says, "This answer is not reproduced from release")
	}
	reproduced, _ := verdictOn(s, forge(s, given.ID, func(r *receipts.Receipt) { r.Method = "0.1" }))
	assert.True(t, reproduced, "another method may have the same answer")
}

func TestReceipt_ShowsTheFigureAndWhatTheCurrentReleaseGives(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	_, given := withReceipt(s, `{ report { rows { permitsIssued } } }`, nil)
	told := shownOf(s, given.ID)
	assert.Equal(t, map[string]any{"report": map[string]any{"rows": []any{map[string]any{"permitsIssued": 248.0}}}}, told.Data, "those since the register's declared beginning")
	require.NotNil(t, told.Current)
	assert.Equal(t, "Release 1 is the current one.", told.Current.Says)
	require.NotNil(t, told.Synthetic)
	assert.True(t, *told.Synthetic, "also where the question did not ask for the mark")

	s.Publish(200)
	told = shownOf(s, given.ID)
	assert.True(t, told.Reproduced, "a newer release changes nothing")
	assert.Equal(t, "The current release, 2, gives another answer.", told.Current.Says)
	assert.Equal(t, map[string]any{"report": map[string]any{"rows": []any{map[string]any{"permitsIssued": 164.0}}}}, told.Current.Data)
	page := s.Get("/receipts/"+given.ID, "Accept", "text/html").Body
	for _, shown := range []string{"<th scope=\"col\">permitsIssued</th>", "<td>248</td>", "<td>164</td>", "Synthetic.",
		"The current release, 2, gives another answer.", "This answer is reproduced from release 1."} {
		assert.Contains(t, page, shown)
	}

	for document, synthetic := range map[string]bool{
		`{ countries { name } }`: false,
		`{ economicImpact(region: "RU-FD-FE", scenario: {basis: REPORTED}) { departedWorkers } release { number } }`: false,
		`{ permits(first: 1) { totalCount } }`:                                                     true,
		`query a { ...p } fragment p on Query { permits(first: 1) { nodes { number } } }`:          true,
		`{ sources(first: 1) { nodes { title } totalCount } ... on Query { countries { code } } }`: false,
	} {
		_, given := withReceipt(s, document, nil)
		told := shownOf(s, given.ID)
		require.NotNil(t, told.Synthetic, document)
		assert.Equal(t, synthetic, *told.Synthetic, document)
		page := s.Get("/receipts/"+given.ID, "Accept", "text/html").Body
		assert.Equal(t, synthetic, strings.Contains(page, "Synthetic."), document)
	}
}

func TestReceipt_NothingIsWrittenAndAnyCopyChecksIt(t *testing.T) {
	s := sitetest.WithRelease(t)
	before := sitetest.FilesIn(t, s.Store.Dir())
	_, given := withReceipt(s, receiptQuery, map[string]any{"code": "RU-PRI"})
	require.NotEmpty(t, given.ID)
	assert.True(t, shownOf(s, given.ID).Reproduced)
	assert.Equal(t, before, sitetest.FilesIn(t, s.Store.Dir()))

	copied := sitetest.New(t, func(c *web.Config) { c.PublicURL = "https://elsewhere.example" })
	require.NoError(t, os.CopyFS(copied.Store.Dir(), before))
	makeReadOnly(t, copied.Store.Dir())
	require.NoError(t, copied.Store.Refresh(t.Context()))
	told := shownOf(copied, given.ID)
	assert.True(t, told.Reproduced)
	assert.Equal(t, "https://elsewhere.example/receipts/"+given.ID, told.URL)
	_, there := withReceipt(copied, receiptQuery, map[string]any{"code": "RU-PRI"})
	assert.Equal(t, given.ID, there.ID, "a folder that nobody may write to has the same receipt")
}

// makeReadOnly keeps anybody but the administrator from writing to a folder.
func makeReadOnly(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			t.Cleanup(func() { assert.NoError(t, os.Chmod(path, 0o755)) })
			return os.Chmod(path, 0o555)
		}
		return err
	}))
}

func TestReceipt_ThatIsTooLongLeavesTheAnswer(t *testing.T) {
	s := sitetest.WithRelease(t, func(c *web.Config) { c.Limits.Body = 1 << 20 })
	rng := rand.New(rand.NewPCG(1, 1))
	noise := func(length int) string {
		var text strings.Builder
		for text.Len() < length {
			text.WriteByte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-"[rng.IntN(64)])
		}
		return text.String()
	}
	for length, reason := range map[int]string{
		3000:   "",
		4200:   "",
		9000:   "The receipt's address would have",
		80_000: "The document and its variables take",
	} {
		answer, given := withReceipt(s, "{ release { number } } # "+noise(length), nil)
		assert.Contains(t, answer.Body, `"data":{"release":{"number":1}}`, "the answer is there in any case")
		if reason == "" {
			assert.LessOrEqual(t, len(given.URL), 6000)
			assert.True(t, shownOf(s, given.ID).Reproduced, length)
			continue
		}
		assert.Empty(t, given.ID, length)
		assert.Contains(t, given.Reason, reason)
	}
	body := `{"query":"{ countries { name } } # ` + noise(9000) + `","extensions":{"receipt":true}}`
	table := s.Do("POST", "/graphql", body, "Content-Type", "application/json", "Accept", "text/csv")
	assert.Equal(t, http.StatusOK, table.Status, table.Body)
	assert.Empty(t, table.Header.Get("Homebound-Receipt"))
}

// Addresses are copied out of prose and e-mail, which put signs behind them and break them.
func TestReceipt_IsFoundByAnAddressAsPeopleCopyIt(t *testing.T) {
	s := sitetest.WithRelease(t)
	for n := range 40 {
		_, given := withReceipt(s, fmt.Sprintf(`{ release { number } } # %d`, n), nil)
		require.Regexp(t, `^[A-Za-z0-9_-]+[A-Za-z0-9]$`, given.ID)
		if n > 3 {
			continue
		}
		for _, behind := range []string{".", "/", "/.", ",", ")", "%3E", "%20", "%0A"} {
			reproduced, _ := verdictOn(s, given.ID+behind)
			assert.True(t, reproduced, behind)
		}
		middle := len(given.ID) / 2
		reproduced, _ := verdictOn(s, given.ID[:middle]+"%0D%0A%20"+given.ID[middle:])
		assert.True(t, reproduced, "broken by e-mail")
	}
}

func TestReceipt_OfHostileAddresses(t *testing.T) {
	s := sitetest.WithRelease(t)
	_, given := withReceipt(s, receiptQuery, map[string]any{"code": "RU-PRI"})
	for id, status := range map[string]int{
		strings.Repeat("a", 24):    http.StatusGone, // as servers kept them
		"x":                        http.StatusNotFound,
		"":                         http.StatusNotFound,
		strings.Repeat("A", 24):    http.StatusNotFound,
		strings.Repeat("A", 9000):  http.StatusNotFound,
		"..%2F..%2FCURRENT":        http.StatusNotFound,
		"%00":                      http.StatusNotFound,
		given.ID[:len(given.ID)-5]: http.StatusNotFound,
		given.ID[5:]:               http.StatusNotFound,
		given.ID + "a":             http.StatusNotFound,
		strings.ToLower(given.ID):  http.StatusNotFound,
		forge(s, given.ID, func(r *receipts.Receipt) { r.Document = "mutation{a}" }): http.StatusOK, // and not reproduced
	} {
		answer := s.Get("/receipts/" + id)
		assert.Equal(t, status, answer.Status, "%.60s: %s", id, answer.Body)
		if status >= 400 {
			assert.NotEmpty(t, answer.Failure(t).Message)
		}
	}
	assert.Contains(t, s.Get("/receipts/"+strings.Repeat("a", 24)).Failure(t).Message, "Receipts of this kind were kept by the server")
	assert.Equal(t, http.StatusMethodNotAllowed, s.Do("DELETE", "/receipts/"+given.ID, "").Status)
	_, none := withReceipt(s, `{ release { number } } # hb_aaaaaaaa_`+strings.Repeat("a", 52), nil)
	assert.Empty(t, none.ID, "a key does not belong in an address")
}

func mustJSON(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return text
}
