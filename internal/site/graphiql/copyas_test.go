package graphiql_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/graphiql"
	"homebound/internal/testsize"
)

// tab is what stands in the page's editors.
type tab struct {
	Query         string `json:"query"`
	Variables     string `json:"variables"`
	Headers       string `json:"headers"`
	OperationName string `json:"operationName,omitempty"`
}

// place is where a tab is asked.
type place struct {
	Origin   string `json:"origin"`
	Endpoint string `json:"endpoint"`
	Number   int    `json:"number"`
	Citation string `json:"citation"`
	Current  bool   `json:"current"`
}

type form struct{ Value, Problem string }

// need looks for a program. Without it the test is skipped, or fails where HOMEBOUND_TEST_ALL is 1.
func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err == nil && program == "node" {
		_, err = os.Stat("src/node_modules/graphql")
	}
	if err != nil {
		testsize.Lacks(t, program+" (for node, and npm ci in internal/site/graphiql/src): "+err.Error())
	}
	return path
}

// copying is a tab that is copied for a place.
type copying struct {
	Tab   tab   `json:"tab"`
	Place place `json:"place"`
}

// copyAll returns tabs in every form of the menu, by the form's name.
func copyAll(t *testing.T, tabs ...copying) []map[string]form {
	t.Helper()
	input, err := json.Marshal(tabs)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), need(t, "node"), "testdata/copyas.mjs")
	cmd.Stdin, cmd.Stderr = strings.NewReader(string(input)), os.Stderr
	output, err := cmd.Output()
	require.NoError(t, err)
	var forms []map[string]form
	require.NoError(t, json.Unmarshal(output, &forms))
	require.Len(t, forms, len(tabs))
	return forms
}

func copyAs(t *testing.T, asked tab, at place) map[string]form {
	t.Helper()
	return copyAll(t, copying{asked, at})[0]
}

// programs run a copied text and give the JSON that came; the name before the space is the form's.
var programs = map[string]func(t *testing.T, text string) string{
	"curl sh":   func(t *testing.T, text string) string { return data(t, run(t, text, "sh")) },
	"curl bash": func(t *testing.T, text string) string { return data(t, run(t, text, "bash")) },
	"curl pasted": func(t *testing.T, text string) string { // where an exclamation mark would bring back an earlier command
		return data(t, run(t, text, "bash", "--noprofile", "--norc", "--noediting", "-i"))
	},
	"Python": func(t *testing.T, text string) string { return run(t, text, "python3", "-") },
	"R": func(t *testing.T, text string) string {
		require.NoError(t, exec.CommandContext(t.Context(), need(t, "Rscript"), "-e", "library(jsonlite)").Run(), "R has no jsonlite")
		_, json, _ := strings.Cut(run(t, text+"\ncat(\"\\nanswer:\", json)\n", "Rscript", "-"), "\nanswer:")
		return data(t, json)
	},
	"TypeScript": func(t *testing.T, text string) string {
		need(t, "node")
		return run(t, run(t, text, filepath.Join("src", "node_modules", ".bin", "esbuild"), "--loader=ts"), "node", "--input-type=module", "-")
	},
}

// run hands a text to a program, and gives what it prints.
func run(t *testing.T, text, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), need(t, program), args...)
	var complaints strings.Builder
	cmd.Stdin, cmd.Stderr = strings.NewReader(text), &complaints
	cmd.Env = append(os.Environ(), "HOMEBOUND_KEY=hb_env", "PYTHONIOENCODING=utf-8")
	output, err := cmd.Output()
	require.NoError(t, err, "%s says %s of\n%s", program, complaints.String(), text)
	return string(output)
}

// data returns the data of a GraphQL answer.
func data(t *testing.T, answer string) string {
	t.Helper()
	var read struct {
		Data   json.RawMessage
		Errors []any
	}
	require.NoError(t, json.Unmarshal([]byte(answer), &read), answer)
	assert.Empty(t, read.Errors)
	require.NotEmpty(t, read.Data, answer)
	return string(read.Data)
}

// nasty is what programs' quotes and shells' expansions break on.
const nasty = `it's "so" \ \\ \" \n $(touch gone) ${HOME} $HOME ` + "`id` !! !x %s %% #{x} #\t" + ` ''' """ """" ` + "\n'\nEOF\nJSON\r\n" +
	`)---" \u0041 & | ; < > * ? ~ <!-- </script> naïve привет 北 😀 ` + "\u202e\u2028\u0001\u007f\ufeff end\"\\"

// nastyTab asks for nothing unusual with as odd a text and as odd variables as there are. Its second operation is
// meant.
func nastyTab(t *testing.T) tab {
	t.Helper()
	comment := "# " + strings.NewReplacer("\n", "\n# ", "\r", " ", "\u0001", "", "\u007f", "", "\u2028", "").Replace(nasty)
	literal, err := json.Marshal(nasty)
	require.NoError(t, err)
	query := comment + "\nquery First { release { number } }\n\nquery Second($text: String) {\n  mine: claims(filter: { speaker: $text }) { totalCount }\n" +
		"  all: claims { totalCount }\n  none: claims(filter: { speaker: " + string(literal) + " }) { totalCount }\n" +
		`  block: claims(filter: { speaker: """it's \""" $(touch gone) ${x} \n \ ` + "`id` !!\n  \"\" \"\"\" }) { totalCount }\n  release { number }\n}\n# the end: \"\\`$"
	variables, err := json.Marshal(map[string]any{
		"text": nasty, "unused": []any{1, -2.5e-7, true, false, nil, []any{}, map[string]any{}, map[string]any{"__proto__": "x", `"'\`: nasty}},
	})
	require.NoError(t, err)
	return tab{query, string(variables), `{"authorization": "Bearer hb_aaaaaaaa_` + strings.Repeat("b", 52) + `"}`, "Second"}
}

// TestCopyAs_EachProgramSendsWhatTheTabAsks runs what is copied against a server that takes note.
func TestCopyAs_EachProgramSendsWhatTheTabAsks(t *testing.T) {
	testsize.Long(t)
	type asked struct {
		Query         string          `json:"query"`
		Variables     json.RawMessage `json:"variables"`
		OperationName string          `json:"operationName"`
	}
	var got asked
	var path, key string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, path, key = asked{}, r.URL.Path, r.Header.Get("Authorization")
		if r.Method == http.MethodGet {
			values := r.URL.Query()
			got = asked{values.Get("query"), json.RawMessage(values.Get("variables")), values.Get("operationName")}
		} else {
			body, _ := io.ReadAll(r.Body)
			assert.NoError(t, json.Unmarshal(body, &got), "%s", body)
			assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"data": {"name": "Приморье"}}`)
	}))
	t.Cleanup(server.Close)

	sent := nastyTab(t)
	forms := copyAs(t, sent, place{Origin: server.URL, Endpoint: "/graphql", Number: 7, Citation: "The release."})
	for name, form := range forms {
		assert.NotContains(t, form.Value, "hb_aaaaaaaa", "a key is copied as %s", name)
	}
	for name, execute := range programs {
		t.Run(name, func(t *testing.T) {
			kind, _, _ := strings.Cut(name, " ")
			require.Empty(t, forms[kind].Problem)
			assert.JSONEq(t, `{"name": "Приморье"}`, execute(t, forms[kind].Value))
			assert.Equal(t, sent.Query, got.Query)
			assert.JSONEq(t, sent.Variables, string(got.Variables))
			assert.Equal(t, "Second", got.OperationName)
			assert.Equal(t, "/releases/7/graphql", path)
			assert.Equal(t, "Bearer hb_env", key)
		})
	}
	assert.NoFileExists(t, "gone")
}

// TestCopyAs_EachProgramGetsTheAnswer runs what is copied against the whole server.
func TestCopyAs_EachProgramGetsTheAnswer(t *testing.T) {
	testsize.Long(t)
	s := newSite(t)
	claims := graphiql.Tabs()[3]
	odd := nastyTab(t)
	odd.Headers = ""
	for title, asked := range map[string]tab{
		"odd":     odd,
		"example": {Query: claims.Query, OperationName: claims.Name},
		"unnamed": {Query: "{ release { number } regions(first: 3) { nodes { name(language: LOCAL) } } }"},
	} {
		body := map[string]any{"query": asked.Query, "operationName": asked.OperationName}
		if asked.Variables != "" {
			body["variables"] = json.RawMessage(asked.Variables)
		}
		text, err := json.Marshal(body)
		require.NoError(t, err)
		expected := data(t, s.post("/graphql", string(text)))

		at := place{Origin: s.URL, Endpoint: "/graphql", Number: 1, Citation: "The release.", Current: title == "unnamed"}
		forms := copyAs(t, asked, at)
		for name, execute := range programs {
			t.Run(title+" as "+name, func(t *testing.T) {
				kind, _, _ := strings.Cut(name, " ")
				require.Empty(t, forms[kind].Problem)
				assert.Equal(t, !at.Current, strings.Contains(forms[kind].Value, "/releases/1/"))
				assert.JSONEq(t, expected, execute(t, forms[kind].Value))
			})
		}
		assert.JSONEq(t, expected, data(t, s.get(forms["Permalink"].Value)))
	}
}

func TestCopyAs_APermalinkAnswersTheSameForEver(t *testing.T) {
	testsize.Long(t)
	s := newSite(t)
	asked := tab{Query: "query Unmeant { nothing }\n\n# How many?\nquery Meant { release { counts { permits } } }", OperationName: "Meant"}
	forms := copyAs(t, asked, place{Origin: s.URL, Endpoint: "/graphql", Number: 1, Citation: "Homebound, release 1. https://public.example/releases/1/graphql", Current: true})
	link := forms["Permalink"].Value
	address, err := url.Parse(link)
	require.NoError(t, err)
	assert.Equal(t, "query Meant{release{counts{permits}}}", address.Query().Get("query"), "what is meant alone")
	assert.Equal(t, "Homebound, release 1. "+link, forms["Citation"].Value)

	before := s.get(link)
	s.publish(200)
	assert.Equal(t, before, s.get(link))
	assert.NotEqual(t, before, s.post("/graphql", `{"query": "{ release { counts { permits } } }"}`))
}
