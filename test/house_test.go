package test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/command"
)

// mayImport is the map of the house: which packages of the project each package may import. Arrows run down only; a new
// line, or a new word in one, is a decision.
var mayImport = map[string][]string{
	"homebound": {"internal/command"},
	"internal/command": {"db", "internal/access", "internal/certificate", "internal/confidential", "internal/datapackage", "internal/exchange", "internal/labour", "internal/site",
		"internal/synth", "internal/tracing", "internal/web"},

	"internal/access":        {"internal/atomicfile", "internal/labour", "internal/poll"},
	"internal/web":           {"db", "graph", "graph/model", "internal/access", "internal/answers", "internal/atomicfile", "internal/complexity", "internal/fair", "internal/labour", "internal/mount", "internal/negotiate", "internal/receipts", "internal/table", "internal/tracing"},
	"internal/complexity":    {"db", "internal/labour"},
	"internal/receipts":      {"internal/access", "internal/labour"},
	"internal/tracing":       {},
	"internal/certificate":   {},
	"internal/site":          {"internal/mount", "internal/site/embeds", "internal/site/exports", "internal/site/graphiql", "internal/site/pages", "internal/site/pictures", "internal/site/port"},
	"internal/site/pages":    {"db", "graph", "internal/chart", "internal/labour", "internal/mount", "internal/site/embeds", "internal/site/exports", "internal/site/graphiql", "internal/site/pictures", "internal/site/port", "internal/words"},
	"internal/site/embeds":   {"graph", "internal/chart", "internal/labour", "internal/mount", "internal/negotiate", "internal/site/pictures", "internal/site/port", "internal/table", "internal/words"},
	"internal/site/exports":  {"db", "graph", "internal/answers", "internal/labour", "internal/negotiate", "internal/prefetch", "internal/site/port", "internal/table", "internal/words"},
	"internal/site/pictures": {"graph", "internal/boundaries", "internal/chart", "internal/labour", "internal/site/port", "internal/table", "internal/words"},
	"internal/site/sitetest": {"db", "internal/access", "internal/browsertest", "internal/datapackage", "internal/eventually", "internal/exchange", "internal/labour", "internal/site", "internal/synth",
		"internal/testsize", "internal/web"}, // for tests alone
	"internal/negotiate":     {},
	"internal/site/port":     {"db", "internal/labour", "internal/negotiate", "internal/table"},
	"internal/site/graphiql": {"internal/negotiate"},
	"internal/browsertest":   {"internal/testsize"},

	"graph":           {"db", "graph/columns", "graph/generated", "graph/model", "graph/scalar", "internal/answers", "internal/answers/evidence", "internal/folding", "internal/impact", "internal/labour", "internal/words"},
	"graph/columns":   {"graph/scalar"},
	"graph/generated": {"graph/model", "graph/scalar", "internal/answers", "internal/answers/evidence", "internal/impact", "internal/labour"},
	"graph/model":     {"internal/answers", "internal/answers/evidence", "internal/impact", "internal/labour"},
	"graph/scalar":    {"internal/labour"},

	"internal/answers":          {"db", "internal/answers/evidence", "internal/folding", "internal/impact", "internal/labour"},
	"internal/answers/evidence": {"internal/labour"},

	"internal/chart": {"internal/boundaries", "internal/labour", "internal/table", "internal/words"},
	"internal/table": {},

	"internal/exchange":     {"db", "db/seed", "internal/datapackage", "internal/labour", "internal/prefetch", "internal/synth"},
	"internal/datapackage":  {"internal/boundaries", "internal/confidential", "internal/labour"},
	"internal/boundaries":   {},
	"internal/synth":        {"internal/labour"},
	"internal/impact":       {"internal/labour"},
	"internal/confidential": {},
	"internal/atomicfile":   {},
	"internal/eventually":   {},                    // for tests alone
	"internal/postgrestest": {"internal/testsize"}, // for tests alone
	"internal/testsize":     {},                    // for tests alone
	"internal/fair":         {},
	"internal/folding":      {},
	"internal/words":        {"internal/labour"},
	"internal/poll":         {},
	"internal/prefetch":     {},
	"internal/labour":       {},
	"internal/mount":        {},

	"db": {"db/internal/build", "db/internal/objects", "db/internal/postgres", "internal/atomicfile", "db/internal/packed", "db/internal/sqlite", "internal/confidential", "internal/folding", "internal/labour", "internal/poll"},

	"db/internal/build":    {"db/internal/packed", "db/internal/sqlite", "internal/atomicfile", "internal/folding", "internal/confidential", "internal/labour", "internal/prefetch"},
	"db/internal/objects":  {}, // objects by their names: it does not know what they mean
	"db/internal/packed":   {"internal/labour"},
	"db/internal/postgres": {"db/internal/sqlite", "internal/labour"},
	"db/internal/sqlite":   {"db/migrations", "internal/labour"},
	"db/migrations":        {},
	"db/seed":              {},
	"db/dbtest":            {"db", "internal/labour", "internal/testsize"}, // for tests alone: nothing may import it
}

// onlyIn names the packages that alone may import something from outside.
var onlyIn = map[string][]string{
	// Templates that call methods by name have the linker keep every method of the program.
	"html/template": {},
	"text/template": {},
	"github.com/DataDog/datadog-agent/pkg/template/html": {"internal/mount", "internal/site/graphiql"}, // whose pages know the path that they are served below
	"github.com/DataDog/datadog-agent/pkg/template/text": {"internal/site/exports"},

	"database/sql":                    {"db", "db/internal/build", "db/internal/postgres", "db/internal/sqlite"},
	"github.com/mattn/go-sqlite3":     {"db/internal/sqlite"},
	"github.com/huandu/go-sqlbuilder": {"db", "db/internal/sqlite"},
	"github.com/pressly/goose/v3":     {"db/internal/sqlite"},
	"net/http": {
		"db/internal/objects", "internal/command", "internal/mount", "internal/negotiate", "internal/site/embeds", "internal/site/exports", "internal/site/graphiql", "internal/site/pages", "internal/site/pictures", "internal/site/port",
		"internal/site/sitetest", "internal/tracing", "internal/web",
	},
	"github.com/99designs/gqlgen":    {"graph", "graph/columns", "graph/generated", "graph/model", "graph/scalar", "internal/complexity", "internal/tracing", "internal/web"},
	"github.com/spf13":               {"internal/command"},
	"github.com/minio/minio-go/v7":   {"db/internal/objects"},
	"github.com/jackc/pgx/v5":        {"db/internal/postgres"},
	"github.com/apache/arrow-go/v18": {"internal/table"},
	"github.com/parquet-go":          {"internal/table"},
	"github.com/xuri/excelize/v2":    {"internal/datapackage"},
	"git.sr.ht/~sbinet/gg":           {"internal/chart"},
	"codeberg.org/go-fonts":          {"internal/chart"},
	"github.com/prometheus":          {"internal/web"},
	"go.opentelemetry.io":            {"internal/tracing"},
	"golang.org/x/text":              {"db/dbtest", "db/internal/build", "internal/datapackage", "internal/folding", "internal/words"},
	"github.com/chromedp/chromedp":   {"internal/browsertest", "internal/site/sitetest"},
	"github.com/stretchr/testify":    {"internal/eventually", "db/dbtest", "internal/browsertest", "internal/postgrestest", "internal/site/sitetest"},
	"testing":                        {"internal/eventually", "db/dbtest", "internal/browsertest", "internal/postgrestest", "internal/site/sitetest", "internal/testsize"},
}

// pure packages give the same for the same input: they read no file, network, clock of their own or environment.
var pure = []string{"db/internal/packed", "internal/chart", "internal/boundaries", "internal/labour", "internal/confidential", "internal/impact", "graph/scalar",
	"internal/answers/evidence"}

func TestHouse_ArrowsRunDownOnly(t *testing.T) {
	const module = "homebound"
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.ImportPath}}{{range .Imports}} {{.}}{{end}}", "./...").Output()
	require.NoError(t, err)
	known := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		name := strings.TrimPrefix(fields[0], module+"/")
		allowed, mapped := mayImport[name]
		if !assert.True(t, mapped || len(fields) == 1, "the map of the house does not know %s", name) {
			continue
		}
		known[name] = true
		for _, imported := range fields[1:] {
			if own, isOwn := strings.CutPrefix(imported, module+"/"); isOwn {
				assert.Contains(t, allowed, own, "%s imports %s", name, own)
				continue
			}
			for kept, homes := range onlyIn {
				if imported == kept || strings.HasPrefix(imported, kept+"/") {
					assert.Contains(t, homes, name, "%s imports %s", name, imported)
				}
			}
			if slices.Contains(pure, name) {
				assert.NotContains(t, []string{"os", "io/fs", "net", "math/rand/v2", "log/slog"}, imported, "%s imports %s", name, imported)
			}
		}
	}
	for name := range mayImport {
		assert.True(t, known[name], "the map of the house names %s, which is not there", name)
	}
	labour, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{join .Imports "\n"}}`, "./internal/labour").Output()
	require.NoError(t, err)
	assert.NotContains(t, string(labour), ".", "internal/labour imports the standard library alone")
}

// files lists what the repository holds or is about to.
func files(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard").Output()
	require.NoError(t, err)
	return slices.DeleteFunc(strings.Fields(string(out)), func(name string) bool {
		_, err := os.Stat(name)
		return err != nil // removed, and not committed yet
	})
}

// sources returns the handwritten Go files, by name.
func sources(t *testing.T) map[string]string {
	t.Helper()
	generated := regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)
	texts := map[string]string{}
	for _, name := range files(t) {
		if path.Ext(name) == ".go" {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			if !generated.Match(text) {
				texts[name] = string(text)
			}
		}
	}
	require.NotEmpty(t, texts)
	return texts
}

// widest is how many columns a line may have, a tab being one; 0 checks nothing. A tag of a field cannot be broken.
const widest = 0

var structTag = regexp.MustCompile("`[a-z]+:\".*\"`$")

func TestHouse_FilesAreShort(t *testing.T) {
	const longest = 600
	for name, text := range sources(t) {
		assert.Less(t, strings.Count(text, "\n"), longest, "%s: split it by idea", name)
		for number, line := range strings.Split(text, "\n") {
			columns := utf8.RuneCountInString(line)
			assert.False(t, widest > 0 && columns > widest && !structTag.MatchString(line),
				"%s:%d: %d columns, at most %d", name, number+1, columns, widest)
		}
	}
}

// ofOneMachine finds what holds where the code was written and nowhere else.
var ofOneMachine = regexp.MustCompile(`(?i)(^|[^\w.~])/(root|work|home/\w+|Users/\w+)/|\b(proxy\.golang|sum\.golang|registry\.npmjs|registry\.yarnpkg|files\.pythonhosted)\b|\blocalhost:\d+/(simple|npm)\b`)

func TestHouse_NothingIsOfOneMachine(t *testing.T) {
	for _, name := range files(t) {
		if name == "test/house_test.go" || path.Ext(name) == ".gz" {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for number, line := range slices.Collect(strings.Lines(string(text))) {
			assert.False(t, ofOneMachine.MatchString(line), "%s:%d: %.120q", name, number+1, line)
		}
	}
}

// unfinished finds marks of work that was put off.
var unfinished = regexp.MustCompile(`\b(TODO|FIXME|HACK)\b`)

func TestHouse_NothingIsPutOff(t *testing.T) {
	for name, text := range sources(t) {
		if name != "test/house_test.go" {
			assert.Empty(t, unfinished.FindString(text), name)
		}
	}
}

// TestHouse_EverythingExportedIsDescribed asks for a comment on every exported name, on its own or on its group.
// The values of an enumeration are described with its type, and methods that only fill in an interface of generated
// code need none.
func TestHouse_EverythingExportedIsDescribed(t *testing.T) {
	for name, text := range sources(t) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, text, parser.ParseComments)
		require.NoError(t, err)
		for _, declaration := range file.Decls {
			for _, bare := range undescribed(declaration) {
				assert.Fail(t, "an exported name has no comment", "%s: %s", set.Position(bare.Pos()), bare.Name)
			}
		}
	}
}

// undescribed returns the exported names of a declaration that no comment describes.
func undescribed(declaration ast.Decl) []*ast.Ident {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && !fillsIn(d) {
			return []*ast.Ident{d.Name}
		}
	case *ast.GenDecl:
		var bare []*ast.Ident
		for _, spec := range d.Specs {
			var names []*ast.Ident
			var described bool
			switch s := spec.(type) {
			case *ast.TypeSpec:
				names, described = []*ast.Ident{s.Name}, s.Doc != nil || s.Comment != nil
			case *ast.ValueSpec:
				names, described = s.Names, s.Doc != nil || s.Comment != nil || d.Tok == token.CONST && s.Type != nil
			}
			if d.Doc == nil && !described {
				bare = append(bare, slices.DeleteFunc(names, func(n *ast.Ident) bool { return !n.IsExported() })...)
			}
		}
		return bare
	}
	return nil
}

// fillsIn reports whether a method is one of a type that nobody sees, or of the root that resolvers hang on.
func fillsIn(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return false
	}
	receiver := d.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	if generic, ok := receiver.(*ast.IndexExpr); ok {
		receiver = generic.X
	}
	name, ok := receiver.(*ast.Ident)
	return ok && (!name.IsExported() || name.Name == "Resolver")
}

// TestHouse_VariablesAreTheServers walks every command: the flags of serve have an environment variable each,
// --data has one everywhere, and nothing else has any.
func TestHouse_VariablesAreTheServers(t *testing.T) {
	settings, err := os.ReadFile("docs/CONFIG.md")
	require.NoError(t, err)
	seen := map[bool]int{}
	for _, leaf := range commands() {
		leaf.Flags().VisitAll(func(flag *pflag.Flag) {
			if flag.Name == "help" || strings.HasPrefix(flag.Name, "no-") { // the opposite of another
				return
			}
			variable, cell := "", ""
			has := leaf.Name() == "serve" || flag.Name == "data"
			if has {
				variable = "HOMEBOUND_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
				cell = "`" + variable + "`"
			}
			seen[has]++
			assert.Equal(t, variable, strings.Join(flag.Annotations[command.Variable], ""), "%s --%s", leaf.CommandPath(), flag.Name)
			if flag.Hidden { // one that is gone, and refused with the name of its successor
				return
			}
			assert.NotEmpty(t, flag.Usage, "%s --%s", leaf.CommandPath(), flag.Name)
			row := fmt.Sprintf("| `--%s` | %s |", flag.Name, cell)
			assert.True(t, strings.Contains(string(settings), row), "docs/CONFIG.md has no row %s", row)
		})
	}
	assert.Greater(t, seen[true], 30)
	assert.Greater(t, seen[false], 10)
}

func TestHouse_ScriptsAreExecutable(t *testing.T) {
	for _, name := range files(t) {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		if strings.HasPrefix(string(text), "#!") {
			info, err := os.Stat(name)
			require.NoError(t, err)
			assert.NotZero(t, info.Mode()&fs.FileMode(0o111), name)
			if strings.Contains(string(text[:min(40, len(text))]), "bash") {
				assert.True(t, strings.Contains(string(text), "set -euo pipefail"), "%s goes on after a command that fails", name)
			}
		}
	}
}
