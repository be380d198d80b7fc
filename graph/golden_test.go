package graph_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/core"

	"homebound/graph/generated"
)

var update = flag.Bool("update", false, "write the answers of testdata anew; read the differences before keeping them")

// goldenCase is a query of testdata/<field>/<case>.graphql, with <case>.variables.json where it has variables. A
// comment "# world: default" asks the default release, else the small world is asked.
type goldenCase struct {
	name      string // <field>/<case>
	query     string
	variables map[string]any
	world     string
	answer    string // the file that the answer is kept in
}

func goldenCases(tb testing.TB, pattern string) []goldenCase {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", filepath.FromSlash(pattern)+".graphql"))
	require.NoError(tb, err)
	require.NotEmpty(tb, files)
	cases := make([]goldenCase, len(files))
	for i, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(tb, err)
		base := strings.TrimSuffix(file, ".graphql")
		c := goldenCase{query: string(text), world: "small", answer: base + ".json"}
		if named := regexp.MustCompile(`(?m)^# world: (\w+)$`).FindStringSubmatch(c.query); named != nil {
			c.world = named[1]
		}
		if text, err := os.ReadFile(base + ".variables.json"); err == nil {
			// Numbers stay as written, as they do over HTTP.
			decoder := json.NewDecoder(bytes.NewReader(text))
			decoder.UseNumber()
			require.NoError(tb, decoder.Decode(&c.variables), base)
		}
		relative, err := filepath.Rel("testdata", base)
		require.NoError(tb, err)
		c.name = filepath.ToSlash(relative)
		cases[i] = c
	}
	return cases
}

// hold compares an answer with the one that is kept, or keeps it.
func (c goldenCase) hold(t *testing.T, answer any) {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	require.NoError(t, encoder.Encode(answer))
	assert.NotContains(t, text.String(), `"coverage": ""`, "one of COMPLETE, PARTIAL and NONE is always known")
	if *update {
		require.NoError(t, os.WriteFile(c.answer, text.Bytes(), 0o644))
		return
	}
	kept, err := os.ReadFile(c.answer)
	require.NoError(t, err, "go test ./graph -run %s -update writes it", t.Name())
	want, got := strings.Split(string(kept), "\n"), strings.Split(text.String(), "\n")
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			t.Fatalf("%s:%d: expected %s, found %s; -update writes the answer anew, and git diff shows the rest", c.answer, i+1, want[i], got[i])
		}
	}
	assert.Len(t, got, len(want))
}

func TestGolden(t *testing.T) {
	for _, c := range goldenCases(t, "*/*") {
		if strings.HasPrefix(c.name, "errors/") {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			response := in(t, c.world).ask(t.Context(), t, c.query, c.variables)
			require.Empty(t, response.Errors)
			c.hold(t, response.Data)
		})
	}
}

// schema is the contract.
var schema = generated.NewExecutableSchema(generated.Config{}).Schema()

func TestGolden_EveryRootFieldHasACase(t *testing.T) {
	for _, field := range ownFields(schema.Query) {
		assert.DirExists(t, filepath.Join("testdata", field.Name), "Query.%s", field.Name)
	}
}

// Every field and argument of the contract is asked by some case, so that none stays untried.
func TestGolden_AsksEveryFieldAndArgument(t *testing.T) {
	asked := map[string]bool{}
	for _, c := range goldenCases(t, "*/*") {
		if !strings.HasPrefix(c.name, "errors/") {
			noteAsked(t, c.query, asked)
		}
	}
	given := givenEnums()
	for _, def := range ownTypes() {
		for _, field := range ownFields(def) {
			name := def.Name + "." + field.Name
			if def.Name != "Subscription" {
				assert.True(t, asked[name], "no case asks %s", name)
			}
			for _, argument := range field.Arguments {
				assert.True(t, asked[name+"("+argument.Name+")"], "no case asks %s(%s)", name, argument.Name)
			}
		}
		for _, value := range def.EnumValues {
			if given[def.Name] {
				assert.True(t, asked[def.Name+"."+value.Name], "no case asks %s.%s", def.Name, value.Name)
			}
		}
	}
}

// noteAsked notes every field, argument, input field and enum value that a query names.
func noteAsked(t *testing.T, query string, asked map[string]bool) {
	t.Helper()
	document, err := parser.ParseQuery(&ast.Source{Input: query})
	require.NoError(t, err)
	var events core.Events
	events.OnField(func(_ *core.Walker, field *ast.Field) {
		if field.ObjectDefinition == nil {
			return
		}
		name := field.ObjectDefinition.Name + "." + field.Name
		asked[name] = true
		for _, argument := range field.Arguments {
			asked[name+"("+argument.Name+")"] = true
		}
	})
	events.OnValue(func(_ *core.Walker, value *ast.Value) {
		switch {
		case value.Definition == nil:
		case value.Kind == ast.ObjectValue:
			for _, child := range value.Children {
				asked[value.Definition.Name+"."+child.Name] = true
			}
		case value.Kind == ast.EnumValue:
			asked[value.Definition.Name+"."+value.Raw] = true
		}
	})
	core.Walk(schema, document, &events)
}

// givenEnums are the enums that a query can give a value of.
func givenEnums() map[string]bool {
	given := map[string]bool{}
	for _, def := range ownTypes() {
		for _, field := range ownFields(def) {
			if def.Kind == ast.InputObject {
				given[field.Type.Name()] = true
			}
			for _, argument := range field.Arguments {
				given[argument.Type.Name()] = true
			}
		}
	}
	return given
}
