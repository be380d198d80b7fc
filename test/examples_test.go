package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/exchange"
	"homebound/internal/testsize"
)

// TestExamples runs what examples/ holds against the program with its default release: the notebooks, the
// TypeScript and the commands of its README. What they print is compared with what is committed; -update writes
// what is found.
func TestExamples(t *testing.T) {
	testsize.Long(t)
	t.Parallel() // it waits for other programs most of the time
	// The address that the release names for good, which is also the one that the examples ask unless they are told
	// otherwise.
	const public = "http://127.0.0.1:8080"
	data := filepath.Join(t.TempDir(), "data")
	store, err := db.OpenStore(data)
	require.NoError(t, err)
	_, err = exchange.PublishDefault(t.Context(), store, time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	require.NoError(t, store.Close())
	server := mustServe(t, "--data", data, "--public-url", public, "--anonymous-budget", "0")

	e := &exampleRun{server: server.url, public: public, pandas: findPython(t)}
	t.Run("homebound.py", func(t *testing.T) {
		testsize.OneOfMany(t)
		t.Parallel()
		e.run(t, "examples/python", e.python(t), "-m", "unittest", "--quiet")
	})
	notebooks, err := filepath.Glob("examples/*/*.ipynb")
	require.NoError(t, err)
	require.NotEmpty(t, notebooks)
	for _, name := range notebooks {
		t.Run(strings.ReplaceAll(strings.TrimPrefix(name, "examples/"), "/", " "), func(t *testing.T) {
			testsize.OneOfMany(t)
			t.Parallel()
			e.runNotebook(t, name)
		})
	}
	t.Run("typescript", func(t *testing.T) {
		testsize.OneOfMany(t)
		t.Parallel()
		e.npm(t)
		e.run(t, "examples/typescript", "npm", "run", "--silent", "check")
		e.run(t, "examples/typescript", "npm", "test") // against the server: Apollo, urql and Relay
	})
	t.Run("dashboard", func(t *testing.T) {
		testsize.OneOfMany(t)
		t.Parallel()
		e.npm(t)
		e.openDashboard(t)
	})
	t.Run("README", func(t *testing.T) {
		testsize.OneOfMany(t)
		t.Parallel()
		e.runConsoles(t, "examples/README.md")
	})
	t.Run("answers", checkAnswers)
}

var (
	exampleRow = regexp.MustCompile(`(?m)^\| (.*) \| .* \| (.*) \|$`)
	figure     = regexp.MustCompile(`\d[\d,.]*\d|\d`)
)

// checkAnswers compares the figures of the README's table with what the examples that it links to print, as committed.
func checkAnswers(t *testing.T) {
	d := readDocument(t, "examples/README.md")
	rows := 0
	for _, row := range exampleRow.FindAllStringSubmatch(d.text, -1) {
		for _, linked := range link.FindAllStringSubmatch(row[1], -1) {
			printed := d.text[strings.Index(d.text, "```"):]
			if path.Ext(linked[1]) == ".ipynb" {
				printed = readNotebook(t, filepath.Join("examples", linked[1])).transcript()
			}
			rows++
			for _, number := range figure.FindAllString(row[2], -1) {
				assert.Regexp(t, `(^|[^\d,.])`+regexp.QuoteMeta(number)+`([^\d]|$)`, printed, "%s does not print %s", linked[1], number)
			}
		}
	}
	assert.GreaterOrEqual(t, rows, 5)
}

// exampleRun runs examples against a server.
type exampleRun struct {
	server, public string
	pandas         string // the Python that has what the notebooks need, "" when there is none
}

// run returns what a command prints. It fails the test when the command fails.
func (e *exampleRun) run(t *testing.T, folder string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir = folder
	// Nothing is left behind in the repository, and Jupyter's own files where they end with the test.
	cmd.Env = append(os.Environ(), "HOMEBOUND_URL="+e.server, "PYTHONDONTWRITEBYTECODE=1", "PYDEVD_DISABLE_FILE_VALIDATION=1",
		"IPYTHONDIR="+t.TempDir(), "JUPYTER_RUNTIME_DIR="+t.TempDir())
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	require.NoError(t, cmd.Run(), "%s\n%s\n%s", strings.Join(args, " "), &out, &log)
	return strings.ReplaceAll(out.String(), e.server, e.public)
}

// findPython returns a Python that runs the notebooks, or "". The first on the path may have no packages: Debian's own is
// tried, too.
func findPython(t *testing.T) string {
	t.Helper()
	const needs = `import importlib.util, sys
sys.exit(not all(map(importlib.util.find_spec, ["ipykernel", "matplotlib", "nbconvert", "pandas"])))`
	for _, candidate := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(t.Context(), candidate, "-c", needs).Run() == nil {
			return candidate
		}
	}
	return ""
}

// python returns the Python that runs the notebooks, and skips the test when there is none.
func (e *exampleRun) python(t *testing.T) string {
	t.Helper()
	if e.pandas == "" {
		testsize.Lacks(t, "a python3 with pandas, matplotlib, ipykernel and nbconvert")
	}
	return e.pandas
}

func (e *exampleRun) npm(t *testing.T) {
	t.Helper()
	_, err := exec.LookPath("npm")
	if err == nil {
		_, err = os.Stat("examples/typescript/node_modules")
	}
	if err != nil {
		testsize.Lacks(t, "Node.js, and npm ci in examples/typescript: "+err.Error())
	}
}

func (e *exampleRun) r(t *testing.T) {
	t.Helper()
	if exec.CommandContext(t.Context(), "Rscript", "-e", "library(IRkernel); library(jsonlite)").Run() != nil {
		testsize.Lacks(t, "R with IRkernel and jsonlite")
	}
}

// runNotebook executes a notebook and holds what its cells print, and that they draw where they did, against what is committed.
func (e *exampleRun) runNotebook(t *testing.T, name string) {
	python := e.python(t)
	committed := readNotebook(t, name)
	if committed.kernel() == "ir" {
		e.r(t)
	}
	folder := t.TempDir()
	e.run(t, filepath.Dir(name), python, "-m", "nbconvert", "--log-level=ERROR", "--to=notebook", "--execute",
		"--ExecutePreprocessor.timeout=120", "--output-dir="+folder, filepath.Base(name))
	executed := readNotebook(t, filepath.Join(folder, filepath.Base(name)))
	executed.tidy(e.server, e.public)
	if *updateDocs {
		committed.take(executed)
		committed.write(t, name)
		return
	}
	assert.Equal(t, committed.transcript(), executed.transcript(), "%s; go test ./test -run TestExamples -update rewrites it", name)
	assert.Contains(t, committed.transcript(), "(picture)", "%s draws nothing", name)
	assert.Contains(t, committed.text(), "What is synthetic", "%s says nothing of it", name)
}

// notebook is a Jupyter notebook as its JSON gives it, whose keys Jupyter writes in the order that Go writes them in.
type notebook map[string]any

func readNotebook(t *testing.T, name string) notebook {
	t.Helper()
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	var n notebook
	require.NoError(t, json.Unmarshal(content, &n))
	return n
}

func (n notebook) write(t *testing.T, name string) {
	t.Helper()
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	require.NoError(t, encoder.Encode(n))
	require.NoError(t, os.WriteFile(name, content.Bytes(), 0o644))
}

func (n notebook) kernel() string {
	return n["metadata"].(map[string]any)["kernelspec"].(map[string]any)["name"].(string)
}

func (n notebook) cells() []map[string]any {
	var cells []map[string]any
	for _, cell := range n["cells"].([]any) {
		cells = append(cells, cell.(map[string]any))
	}
	return cells
}

func outputs(cell map[string]any) []map[string]any {
	var outputs []map[string]any
	if list, isCode := cell["outputs"].([]any); isCode {
		for _, output := range list {
			outputs = append(outputs, output.(map[string]any))
		}
	}
	return outputs
}

// tidy leaves out what differs from machine to machine: warnings, and the server's port.
func (n notebook) tidy(server, public string) {
	for _, cell := range n.cells() {
		kept := []any{}
		for _, output := range outputs(cell) {
			if output["name"] == "stderr" {
				continue
			}
			if lines, isText := output["text"].([]any); isText {
				for i := range lines {
					lines[i] = strings.ReplaceAll(lines[i].(string), server, public)
				}
			}
			kept = append(kept, output)
		}
		if cell["cell_type"] == "code" {
			cell["outputs"] = kept
		}
	}
}

// take replaces the outputs by those of an executed copy.
func (n notebook) take(executed notebook) {
	from := executed.cells()
	for i, cell := range n.cells() {
		if cell["cell_type"] == "code" {
			cell["outputs"], cell["execution_count"] = from[i]["outputs"], from[i]["execution_count"]
		}
	}
}

// text returns what the notebook says between its code.
func (n notebook) text() string {
	var text strings.Builder
	for _, cell := range n.cells() {
		if cell["cell_type"] == "markdown" {
			text.WriteString(joined(cell["source"]) + "\n")
		}
	}
	return text.String()
}

// transcript returns what the cells print, one after the other. A picture stands for all of its kind: its dots depend on fonts.
func (n notebook) transcript() string {
	var text strings.Builder
	for i, cell := range n.cells() {
		for _, output := range outputs(cell) {
			shown, _ := output["data"].(map[string]any)
			switch {
			case shown["image/png"] != nil:
				fmt.Fprintf(&text, "[%d] (picture)\n", i)
			case shown != nil:
				fmt.Fprintf(&text, "[%d] %s\n", i, joined(shown["text/plain"]))
			default:
				fmt.Fprintf(&text, "[%d] %s\n", i, joined(output["text"]))
			}
		}
	}
	return text.String()
}

// joined returns a text that a notebook holds in lines or in one piece.
func joined(value any) string {
	lines, isList := value.([]any)
	if !isList {
		return fmt.Sprint(value)
	}
	var text strings.Builder
	for _, line := range lines {
		text.WriteString(line.(string))
	}
	return text.String()
}

// runConsoles runs the lines of a document's console blocks that start with $ in a shell, each in the document's folder. The
// block's language is followed by the program that it needs.
func (e *exampleRun) runConsoles(t *testing.T, name string) {
	d := readDocument(t, name)
	rewritten := d.text
	for _, b := range slices.Backward(d.blocks) {
		if b.language != "console" {
			continue
		}
		t.Run(b.argument, func(t *testing.T) {
			shell := []string{"bash", "-euo", "pipefail", "-c"}
			switch b.argument {
			case "python":
				shell = append(shell, `python3() { "$0" "$@"; }; eval "$1"`, e.python(t))
			case "node":
				e.npm(t)
				shell = append(shell, `eval "$1"`, "bash")
			case "r":
				e.r(t)
				shell = append(shell, `eval "$1"`, "bash")
			default:
				require.Fail(t, "a console block says what it needs: python, node or r", "found %q", b.argument)
			}
			var found strings.Builder
			for line := range strings.Lines(b.text) {
				if command, typed := strings.CutPrefix(line, "$ "); typed {
					command = strings.ReplaceAll(command, e.public, e.server)
					found.WriteString(line + e.run(t, filepath.Dir(name), append(shell, command)...))
				}
			}
			if *updateDocs {
				rewritten = rewritten[:b.start] + found.String() + rewritten[b.end:]
			} else {
				assert.Equal(t, b.text, found.String(), "%s; go test ./test -run TestExamples -update rewrites it", name)
			}
		})
	}
	if *updateDocs {
		require.NoError(t, os.WriteFile(name, []byte(rewritten), 0o644))
	}
}
