package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/htmlindex"

	"homebound/db"
	"homebound/internal/command"
	"homebound/internal/exchange"
	"homebound/internal/site"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

// examples compares what the documents quote with what is found. With -update it notes what to write instead.
type examples struct {
	folder  string // of the documents
	data    string // with the default release, published for this test
	changes map[*document]map[int]string
}

// TestDocs_ExamplesAreTrue publishes the default release and runs what the documents show against it: queries, the
// commands of a shell, and the recipe of the content hash.
func TestDocs_ExamplesAreTrue(t *testing.T) {
	testsize.Long(t)
	folder, err := os.Getwd()
	require.NoError(t, err)
	e := &examples{folder, filepath.Join(t.TempDir(), "data"), map[*document]map[int]string{}}
	documents := readDocuments(t)
	store, err := db.OpenStore(e.data)
	require.NoError(t, err)
	release, err := exchange.PublishDefault(t.Context(), store, time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	defer func() { assert.NoError(t, store.Close()) }()

	edge := web.New(web.Config{Store: store, Log: slog.New(slog.DiscardHandler), PublicURL: "http://127.0.0.1:8080"})
	site.Mount(edge)
	server := httptest.NewServer(edge)
	defer server.Close()
	t.Run("queries", func(t *testing.T) {
		for _, d := range documents {
			e.runQueries(t, d, server.URL)
		}
		for _, match := range address.FindAllStringSubmatch(documents[0].text, -1) {
			response, err := http.Get(server.URL + match[1])
			require.NoError(t, err)
			assert.NoError(t, response.Body.Close())
			assert.NotEqual(t, http.StatusNotFound, response.StatusCode, "the README names %s", match[1])
		}
	})
	t.Run("commands", func(t *testing.T) {
		withConsole := slices.DeleteFunc(slices.Clone(documents), func(d *document) bool {
			return !slices.ContainsFunc(d.blocks, func(b block) bool { return b.language == "console" })
		})
		if !*updateDocs {
			withConsole = testsize.Sample(withConsole)
		}
		for _, d := range withConsole {
			e.runConsole(t, d)
		}
	})
	t.Run("content hash", func(t *testing.T) { e.runRecipe(t, readDocument(t, "docs/DATA.md"), release.ContentHash) })
	e.write(t)
	t.Run("story", func(t *testing.T) { checkPart(t, "docs/METHODOLOGY.md", "story", storyOf(t, server.URL)) })
}

// storyOf lists the statements of the founding story, C001 to C008, with what the release says of each.
func storyOf(t *testing.T, server string) string {
	var answer struct {
		Data map[string]struct {
			Statement, Speaker, MadeOn string
			Check                      *struct{ Verdict, Explanation string }
		}
	}
	var query, text strings.Builder
	for i := 1; i <= 8; i++ {
		fmt.Fprintf(&query, "C00%d: claim(id: \"C00%[1]d\") { statement speaker madeOn check { verdict explanation } } ", i)
	}
	require.NoError(t, json.Unmarshal(ask(t, server, "{ "+query.String()+"}"), &answer))
	text.WriteString("\n| statement | verdict | what the default release has |\n| --- | --- | --- |\n")
	for _, id := range slices.Sorted(maps.Keys(answer.Data)) {
		claim := answer.Data[id]
		verdict, why := "none", "It has no number that is counted here."
		if claim.Check != nil {
			verdict, why = claim.Check.Verdict, claim.Check.Explanation
		}
		fmt.Fprintf(&text, "| %s, %s, %s: %s | %s | %s |\n", id, claim.Speaker, claim.MadeOn, claim.Statement, verdict, why)
	}
	return text.String() + "\n"
}

// found reports that a document quotes something else than what was found.
func (e *examples) found(t *testing.T, d *document, number int, found string) {
	t.Helper()
	if *updateDocs {
		if e.changes[d] == nil {
			e.changes[d] = map[int]string{}
		}
		e.changes[d][number] = found
		return
	}
	line := 1 + strings.Count(d.text[:d.blocks[number].start], "\n")
	assert.Equal(t, d.blocks[number].text, found, "%s:%d; %s", d.name, line, updateHint)
}

func (e *examples) write(t *testing.T) {
	t.Helper()
	for d, changes := range e.changes {
		var text strings.Builder
		from := 0
		for i, b := range d.blocks {
			if found, changed := changes[i]; changed {
				text.WriteString(d.text[from:b.start] + found)
				from = b.end
			}
		}
		text.WriteString(d.text[from:])
		require.NoError(t, os.WriteFile(filepath.Join(e.folder, d.name), []byte(text.String()), 0o644))
	}
}

var address = regexp.MustCompile("`(/[a-z0-9./]*)`")

var (
	curl      = regexp.MustCompile(`(?s)^curl -sG http://127\.0\.0\.1:8080/graphql (-H 'Accept: text/csv' )?--data-urlencode 'query=([^']*)'(?: \| grep -E '([^']*)')?\n$`)
	ownServer = regexp.MustCompile(`http://127\.0\.0\.1:8080(/[^\s'"]+)`)
)

// runQueries asks the server every query of a document; the block after a query is its answer. What is got by its
// address alone has to be there.
func (e *examples) runQueries(t *testing.T, d *document, server string) {
	for i, b := range d.blocks {
		query := b.text
		if match := curl.FindStringSubmatch(b.text); b.language == "sh" && match != nil {
			if query = match[2]; match[1] != "" {
				e.runTable(t, d, i, server, query, regexp.MustCompile(match[3]))
				continue
			}
		} else if b.language != "graphql" {
			for _, match := range ownServer.FindAllStringSubmatch(b.text, -1) {
				if !strings.HasSuffix(match[1], "/graphql") { // which is asked by a body
					status, answer := get(t, server+match[1], "*/*")
					assert.Equal(t, http.StatusOK, status, "%s: %s: %.300s", d.name, match[1], answer)
				}
			}
			continue
		}
		if !assert.True(t, i+1 < len(d.blocks) && d.blocks[i+1].language == "json", "%s: a query without its answer", d.name) {
			continue
		}
		answer := ask(t, server, query)
		if *updateDocs || !sameJSON(t, answer, []byte(d.blocks[i+1].text)) {
			e.found(t, d, i+1, layOut(answer, "")+"\n")
		}
	}
}

// runTable asks a query for a table. The block behind it has those of its lines that the document greps for.
func (e *examples) runTable(t *testing.T, d *document, number int, server, query string, grep *regexp.Regexp) {
	status, answer := get(t, server+"/graphql?"+url.Values{"query": {query}}.Encode(), "text/csv")
	require.Equal(t, http.StatusOK, status, "%s: %s", query, answer)
	var text strings.Builder
	for line := range strings.Lines(strings.ReplaceAll(string(answer), "\r\n", "\n")) {
		if grep.MatchString(line) {
			text.WriteString(line)
		}
	}
	table := d.blocks[number+1]
	if assert.Equal(t, "csv", table.language, "%s: a query without its table", d.name) && text.String() != table.text {
		e.found(t, d, number+1, text.String())
	}
}

func ask(t *testing.T, server, query string) []byte {
	t.Helper()
	status, answer := get(t, server+"/graphql?"+url.Values{"query": {query}}.Encode(), "application/json")
	require.Equal(t, http.StatusOK, status, "%s: %s", query, answer)
	require.NotContains(t, string(answer), `"errors"`, query)
	return answer
}

func get(t *testing.T, address, accept string) (status int, answer []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	request.Header.Set("Accept", accept)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, answer
}

// sameJSON reports whether two texts hold the same values. Numbers may differ in the last digits, which processors
// round differently.
func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	require.NoError(t, json.Unmarshal(a, &x))
	return json.Unmarshal(b, &y) == nil && same(x, y)
}

func same(x, y any) bool {
	switch x := x.(type) {
	case map[string]any:
		y, ok := y.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for key, value := range x {
			if other, ok := y[key]; !ok || !same(value, other) {
				return false
			}
		}
		return true
	case []any:
		y, ok := y.([]any)
		return ok && slices.EqualFunc(x, y, same)
	case float64:
		y, ok := y.(float64)
		return ok && math.Abs(x-y) <= 1e-9*math.Max(math.Abs(x), math.Abs(y))
	}
	return x == y
}

// layOut breaks a JSON text into lines that are short where they can be, and leaves its words as they are.
func layOut(raw []byte, indent string) string {
	const width = 100
	raw = bytes.TrimSpace(raw)
	if raw[0] != '{' && raw[0] != '[' {
		return string(raw)
	}
	lay := func(inside string) []string {
		var parts []string
		decoder := json.NewDecoder(bytes.NewReader(raw))
		_, _ = decoder.Token() // the text has been read whole before
		for decoder.More() {
			key := ""
			if raw[0] == '{' {
				name, _ := decoder.Token()
				key = `"` + name.(string) + `": `
			}
			var value json.RawMessage
			_ = decoder.Decode(&value)
			parts = append(parts, key+layOut(value, inside))
		}
		return parts
	}
	first, last := string(raw[0]), string(raw[len(raw)-1])
	parts := lay(indent + "  ")
	line := first + strings.Join(parts, ", ") + last
	short := len(indent)+len(line) <= width || len(parts) == 1
	if short && !strings.Contains(line, "\n") {
		return line
	}
	return first + "\n  " + indent + strings.Join(parts, ",\n  "+indent) + "\n" + indent + last
}

var word = regexp.MustCompile(`"[^"]*"|\S+`)

// runConsole runs a document's console blocks, one after the other, in a folder that holds the default release in
// data/ and, from where they stand in the document on, the files that it shows.
func (e *examples) runConsole(t *testing.T, d *document) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.CopyFS("data", os.DirFS(e.data)))
	require.NoError(t, os.CopyFS("db/seed", os.DirFS(filepath.Join(e.folder, "db/seed"))))
	for i, b := range d.blocks {
		switch {
		case b.argument != "":
			name, text := b.argument, b.text
			if named, in, encoded := strings.Cut(name, " "); encoded { // the encoding of the file
				page, err := htmlindex.Get(in)
				require.NoError(t, err)
				text, err = page.NewEncoder().String(text)
				require.NoError(t, err)
				name = named
			}
			require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
			require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
		case b.language == "console":
			if found := transcript(t, b.text); found != b.text {
				e.found(t, d, i, found)
			}
		}
	}
}

// transcript runs the lines that start with $ and returns them with what they print.
func transcript(t *testing.T, text string) string {
	t.Helper()
	here, err := os.Getwd()
	require.NoError(t, err)
	var found strings.Builder
	for line := range strings.Lines(text) {
		typed, isTyped := strings.CutPrefix(line, "$ ")
		if !isTyped {
			continue
		}
		var out bytes.Buffer
		args := word.FindAllString(typed, -1)
		for i := range args {
			args[i] = strings.Trim(args[i], `"`)
		}
		switch args[0] {
		case "./homebound":
			now := func() time.Time { return time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC) }
			command.Run(&command.Session{Context: t.Context(), Stdout: &out, Stderr: &out, Now: now}, args[1:])
		case "cat":
			shown, err := os.ReadFile(args[1])
			require.NoError(t, err)
			out.Write(shown)
		default:
			require.Fail(t, "a document's console knows ./homebound and cat", "found %q", typed)
		}
		found.WriteString(line + strings.ReplaceAll(out.String(), here, "/srv/homebound"))
	}
	return found.String()
}

// runRecipe runs the Python program of a document on the published file; it prints the content hash.
func (e *examples) runRecipe(t *testing.T, d *document, hash string) {
	python, err := exec.LookPath("python3")
	if err != nil {
		testsize.Lacks(t, "python3, for the recipe of the content hash")
	}
	recipe := slices.IndexFunc(d.blocks, func(b block) bool { return b.language == "python" })
	require.GreaterOrEqual(t, recipe, 0, "%s has no recipe", d.name)
	files, err := filepath.Glob(filepath.Join(e.data, "releases", "*.db"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	out, err := exec.CommandContext(t.Context(), python, "-c", d.blocks[recipe].text, files[0]).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, hash+"\n", string(out))
}
