package test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/command"
	"homebound/internal/datapackage"
	"homebound/internal/labour"
)

// updateDocs rewrites what the documents quote: answers, outputs and tables. Read the difference before keeping it.
var updateDocs = flag.Bool("update", false, "rewrite the answers, outputs and tables that the documents quote")

const updateHint = "go test ./test -run TestDocs -update rewrites it"

// document is one of the repository's documents, as it is on the disk.
type document struct {
	name, text string
	blocks     []block
}

// block is a fenced block: ```language argument.
type block struct {
	language, argument string
	text               string // with a line break at its end
	start, end         int    // of the text in the document
}

var fence = regexp.MustCompile("(?ms)^```([a-z]+)(?: ([^\n]*))?\n(.*?)^```$")

func readDocument(t *testing.T, name string) *document {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	d := &document{name: name, text: string(text)}
	for _, at := range fence.FindAllStringSubmatchIndex(d.text, -1) {
		b := block{language: d.text[at[2]:at[3]], text: d.text[at[6]:at[7]], start: at[6], end: at[7]}
		if at[4] >= 0 {
			b.argument = d.text[at[4]:at[5]]
		}
		d.blocks = append(d.blocks, b)
	}
	return d
}

func readDocuments(t *testing.T) []*document {
	t.Helper()
	names, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	var documents []*document
	for _, name := range append([]string{"README.md", "CHANGELOG.md", "CONTRIBUTING.md"}, names...) {
		documents = append(documents, readDocument(t, name))
	}
	return documents
}

// checkPart compares the part of a document between <!-- generated: name --> and <!-- end --> with the text that
// belongs there.
func checkPart(t *testing.T, document, name, want string) {
	t.Helper()
	text := readDocument(t, document).text
	before, rest, found := strings.Cut(text, "<!-- generated: "+name+" -->\n")
	require.True(t, found, "%s has no part %s", document, name)
	have, after, found := strings.Cut(rest, "<!-- end -->")
	require.True(t, found, "%s: the part %s has no end", document, name)
	if *updateDocs && have != want {
		text = before + "<!-- generated: " + name + " -->\n" + want + "<!-- end -->" + after
		require.NoError(t, os.WriteFile(document, []byte(text), 0o644))
		return
	}
	assert.Equal(t, want, have, "%s; %s", document, updateHint)
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

func TestDocs_DataListsEveryColumn(t *testing.T) {
	var text strings.Builder
	for _, table := range datapackage.Tables {
		fmt.Fprintf(&text, "\n### %s\n\nKey: %s.\n\n| column | values | empty | what |\n| --- | --- | --- | --- |\n", table.FileName(), "`"+strings.Join(table.Key, "`, `")+"`")
		for _, c := range table.Columns {
			empty := "may be"
			switch {
			case c.Required:
				empty = "no"
			case c.Default != nil:
				empty = fmt.Sprintf("read as %v", c.Default)
			}
			fmt.Fprintf(&text, "| `%s` | %s | %s | %s |\n", c.Name, valuesOf(c), empty, c.Doc)
		}
	}
	checkPart(t, "docs/DATA.md", "tables", text.String()+"\n")
}

// valuesOf says in words what a column takes.
func valuesOf(c datapackage.Column) string {
	words := map[datapackage.Type]string{
		datapackage.Text: "text", datapackage.Key: "key", datapackage.Region: "region code", datapackage.Country: "country code",
		datapackage.Countries: "country codes, split by `;`", datapackage.Industry: "letter A to U", datapackage.Currency: "currency code",
		datapackage.URL: "web address", datapackage.Date: "date", datapackage.Whole: "whole number", datapackage.Number: "number", datapackage.Boolean: "`true` or `false`",
		datapackage.Geometry: "GeoJSON", datapackage.Precisions: "columns with `MONTH`, `QUARTER` or `YEAR`",
	}[c.Type]
	if c.Type == datapackage.OneOf {
		words = "`" + strings.Join(c.Enum, "`, `") + "`"
	}
	switch {
	case c.Min != nil && c.Max != nil:
		words += fmt.Sprintf(", %.0f to %.0f", *c.Min, *c.Max)
	case c.Min != nil:
		words += fmt.Sprintf(", at least %.0f", *c.Min)
	}
	if c.Refers != "" {
		words += " of " + c.Refers + ".csv"
	}
	return words
}

// commands returns the commands that have none below them.
func commands() (found []*cobra.Command) {
	var walk func(of *cobra.Command)
	walk = func(of *cobra.Command) {
		if !of.HasSubCommands() {
			found = append(found, of)
		}
		for _, sub := range of.Commands() {
			walk(sub)
		}
	}
	walk(command.Root())
	return found
}

// flagsOf returns the flags of a command that its help shows.
func flagsOf(c *cobra.Command) (found []*pflag.Flag) {
	c.Flags().VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden && flag.Name != "help" {
			found = append(found, flag)
		}
	})
	return found
}

func TestDocs_ConfigListsEverySetting(t *testing.T) {
	var text strings.Builder
	for _, c := range commands() {
		path := strings.TrimPrefix(c.CommandPath(), "homebound ")
		usage := "homebound " + path
		for line := range strings.Lines(c.Long) {
			argument, _, _ := strings.Cut(line, "\t")
			usage += " " + strings.ToUpper(strings.NewReplacer("<", "", ">", "").Replace(argument))
		}
		fmt.Fprintf(&text, "\n### %s\n\n`%s`: %s\n", path, usage, c.Short)
		writeSettings(&text, c)
	}
	checkPart(t, "docs/CONFIG.md", "settings", text.String()+"\n")
}

func writeSettings(text *strings.Builder, c *cobra.Command) {
	var rows []string
	for line := range strings.Lines(c.Long) {
		argument, help, _ := strings.Cut(line, "\t")
		rows = append(rows, fmt.Sprintf("| `%s` | | %s | %s |\n", strings.Trim(strings.ToUpper(argument), "[<>]"),
			needed(argument[0] != '['), strings.TrimSpace(help)))
	}
	for _, f := range flagsOf(c) {
		standard := code(f.DefValue)
		if f.Annotations[cobra.BashCompOneRequiredFlag] != nil {
			standard = needed(true)
		}
		rows = append(rows, fmt.Sprintf("| `--%s` | %s | %s | %s |\n", f.Name, code(strings.Join(f.Annotations[command.Variable], "")), standard, f.Usage))
	}
	if rows != nil {
		text.WriteString("\n| flag | variable | default | what |\n| --- | --- | --- | --- |\n" + strings.Join(rows, ""))
	}
}

func needed(required bool) string {
	if required {
		return "required"
	}
	return ""
}

var (
	commandName = regexp.MustCompile(`homebound ([a-z]+)`)
	flagName    = regexp.MustCompile(` --([a-z][a-z-]+)`)
)

func TestDocs_CommandsAndFlagsExist(t *testing.T) {
	flags := []string{"help", "data-urlencode", "follow"} // curl has the second, git the third
	first := map[string]bool{}
	for _, c := range commands() {
		first[strings.Fields(c.CommandPath())[1]] = true
		c.Flags().VisitAll(func(flag *pflag.Flag) {
			if !flag.Hidden || strings.HasPrefix(flag.Name, "no-") { // the opposite of another
				flags = append(flags, flag.Name)
			}
		})
	}
	seen := map[string]bool{}
	for _, d := range readDocuments(t) {
		for _, match := range commandName.FindAllStringSubmatch(d.text, -1) {
			assert.True(t, first[match[1]], "%s: there is no command %q", d.name, match[0])
			seen[match[1]] = true
		}
		for _, match := range flagName.FindAllStringSubmatch(d.text, -1) {
			assert.Contains(t, flags, match[1], d.name)
		}
	}
	for name := range first {
		assert.True(t, seen[name], "no document names the command %s", name)
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	dropped = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

func TestDocs_LinksLeadSomewhere(t *testing.T) {
	for _, d := range readDocuments(t) {
		for _, match := range link.FindAllStringSubmatch(fence.ReplaceAllString(d.text, ""), -1) {
			target := match[1]
			if strings.Contains(target, "://") {
				continue
			}
			file, anchor, _ := strings.Cut(target, "#")
			path := d.name
			if file != "" {
				path = filepath.Join(filepath.Dir(d.name), file)
			}
			if _, err := os.Stat(path); !assert.NoError(t, err, "%s links to %s", d.name, target) || anchor == "" {
				continue
			}
			var anchors []string
			for _, h := range heading.FindAllStringSubmatch(fence.ReplaceAllString(readDocument(t, path).text, ""), -1) {
				anchors = append(anchors, strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-"))
			}
			assert.Contains(t, anchors, anchor, "%s links to %s", d.name, target)
		}
	}
}

func TestDocs_EveryDocumentIsLinked(t *testing.T) {
	readme := readDocument(t, "README.md").text
	for _, d := range readDocuments(t)[1:] {
		assert.True(t, strings.Contains(readme, "("+d.name+")"), "the README links to no %s", d.name)
	}
}

var (
	namedFile = regexp.MustCompile("`((?:[a-z_]+/)*[a-z_]+\\.(?:go|graphqls|yml|txt|sql))`")
	namedTest = regexp.MustCompile("`(Test[A-Za-z_]+)`")
)

func TestDocs_ArchitectureNamesWhatIsThere(t *testing.T) {
	text := readDocument(t, "docs/ARCHITECTURE.md").text
	for _, match := range namedFile.FindAllStringSubmatch(text, -1) {
		assert.FileExists(t, match[1])
	}
	var tests strings.Builder
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		tests.Write(content)
		return err
	}))
	for _, match := range namedTest.FindAllStringSubmatch(text, -1) {
		assert.True(t, strings.Contains(tests.String(), "func "+match[1]+"("), "there is no test %s", match[1])
	}
}

func TestDocs_MethodologyDefinesEveryMeasure(t *testing.T) {
	text := readDocument(t, "docs/METHODOLOGY.md").text
	for _, m := range labour.Measures {
		assert.Regexp(t, "(?m)^\\| `"+m.Field+"`.* \\| "+m.Unit+" \\| ", text)
	}
	assert.True(t, strings.Contains(text, "method "+labour.MethodVersion), "the definitions are those of a method")
	for _, list := range [][]string{texts(labour.ClaimOperators), texts(labour.Outcomes), texts(labour.PermitStatuses), texts(labour.Bases)} {
		for _, word := range list {
			assert.True(t, strings.Contains(text, "`"+word+"`"), "METHODOLOGY does not say what %s is", word)
		}
	}
}

func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, value := range values {
		out[i] = string(value)
	}
	return out
}

func TestDocs_DependenciesListsEveryOne(t *testing.T) {
	text := readDocument(t, "docs/DEPENDENCIES.md").text
	module, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	var names, indirect []string
	for line := range strings.Lines(string(module)) {
		if fields := strings.Fields(line); len(fields) == 2 && strings.HasPrefix(fields[1], "v") {
			names = append(names, fields[0])
		} else if strings.Contains(line, "// indirect") {
			indirect = append(indirect, fields[0])
		}
	}
	require.NotEmpty(t, names)
	for _, folder := range []string{"internal/site/graphiql/src", "internal/web/clients", "internal/site/exports/clients", "examples/typescript"} {
		var wanted struct{ Dependencies, DevDependencies map[string]string }
		packages, err := os.ReadFile(folder + "/package.json")
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(packages, &wanted))
		for _, list := range []map[string]string{wanted.Dependencies, wanted.DevDependencies} {
			for name := range list {
				names = append(names, name)
			}
		}
	}
	var listed []string
	for _, match := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ").FindAllStringSubmatch(text, -1) {
		listed = append(listed, match[1])
	}
	assert.Subset(t, listed, names, "what is used, and not listed")
	assert.Subset(t, slices.Concat(names, indirect), listed, "what is listed, and not used")
}
