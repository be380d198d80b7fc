package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/datapackage"
)

// built builds the program.
func built(tb testing.TB) string {
	tb.Helper()
	program := filepath.Join(tb.TempDir(), "homebound")
	build := exec.CommandContext(tb.Context(), "go", "build", "-o", program, "..")
	text, err := build.CombinedOutput()
	require.NoError(tb, err, "%s", text)
	return program
}

// importing returns a side that imports a package into an empty folder, and a place that keeps the most memory it
// took, in MiB.
func importing(tb testing.TB, permits int) (do func() error, most *float64) {
	tb.Helper()
	program, dir, pkg := built(tb), filepath.Join(tb.TempDir(), "data"), packaged(tb, permits)
	most = new(float64)
	return func() error {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		run := exec.CommandContext(tb.Context(), program, "import", "--mode", "replace", "--max-unpacked", "68719476736", "--data", dir, pkg)
		if text, err := run.CombinedOutput(); err != nil {
			return fmt.Errorf("import: %w: %s", err, text)
		}
		*most = max(*most, peakMemory(run.ProcessState))
		return nil
	}, most
}

// peakMemory returns the most resident memory that an ended process has had, in MiB.
func peakMemory(state *os.ProcessState) float64 {
	usage := state.SysUsage().(*syscall.Rusage)
	if runtime.GOOS == "darwin" { // which counts bytes, where Linux counts KiB
		return float64(usage.Maxrss) / (1 << 20)
	}
	return float64(usage.Maxrss) / (1 << 10)
}

// importOverShell sets an import with every check, rollup and the content hash against sqlite3's own .import of the
// same files into the same tables, with the same indexes made afterwards, journal and syncing switched off.
var importOverShell = contest{"import with every check, rollups and hash", "sqlite3 .import plus the same indexes", atMost(1.5), func(tb testing.TB) (ours, theirs func() error) {
	shell, err := exec.LookPath("sqlite3")
	if err != nil {
		tb.Skip("there is no sqlite3 to compare with")
	}
	ours, _ = importing(tb, *permitsFlag)
	script, file := shellScript(tb, packaged(tb, *permitsFlag)), filepath.Join(tb.TempDir(), "shell.db")
	return ours, func() error {
		if err := os.RemoveAll(file); err != nil {
			return err
		}
		run := exec.CommandContext(tb.Context(), shell, "-bail", file)
		run.Stdin = strings.NewReader(script)
		text, err := run.CombinedOutput()
		if err != nil || strings.TrimSpace(string(text)) != fmt.Sprintf("off\n%d", *permitsFlag) {
			return fmt.Errorf("expected sqlite3 to import %d permits, found %w: %s", *permitsFlag, err, text)
		}
		return nil
	}
}}

var (
	// strict is left out of the shell's tables, since a CSV has text and no NULL; so is the column that is computed.
	strict    = regexp.MustCompile(`STRICT,? ?`)
	generated = regexp.MustCompile(`,\s*--[^\n]*\n\s*ends_on [^\n]*`)
	createOne = regexp.MustCompile(`(?s)(?:CREATE (TABLE|INDEX)|ALTER TABLE \w+ ADD COLUMN) [^;]*?;`)
)

// shellScript copies tables and indexes of the register from the migrations.
func shellScript(tb testing.TB, pkg string) string {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join("..", "db", "migrations", "*.sql"))
	require.NoError(tb, err)
	var migrations strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(tb, err)
		migrations.Write(text)
	}
	migrated := strict.ReplaceAllString(generated.ReplaceAllString(migrations.String(), ""), "")
	var tables, imports strings.Builder
	indexes := map[string]string{} // by name: a later migration may make one anew
	for _, table := range datapackage.Tables {
		if _, err := os.Stat(filepath.Join(pkg, table.Name+".csv")); err != nil {
			continue // of tables that a package may lack
		}
		fmt.Fprintf(&imports, ".import --csv --skip 1 %s %s\n", filepath.Join(pkg, table.Name+".csv"), table.Name)
	}
	comment := regexp.MustCompile(`--[^\n]*`)
	for _, match := range createOne.FindAllStringSubmatch(comment.ReplaceAllString(migrated, ""), -1) {
		if match[1] == "INDEX" {
			indexes[strings.Fields(match[0])[2]] = match[0]
		} else {
			tables.WriteString(strings.ReplaceAll(match[0], ") ;", ");") + "\n")
		}
	}
	require.NotEmpty(tb, indexes)
	return "PRAGMA journal_mode = OFF;\nPRAGMA synchronous = OFF;\nPRAGMA cache_size = -131072;\n" + tables.String() + imports.String() + strings.Join(slices.Sorted(maps.Values(indexes)), "\n") + "\nSELECT COUNT(*) FROM permits;\n"
}

// server is the program while it serves.
type server struct {
	run     *exec.Cmd
	address string
}

var answersAt = regexp.MustCompile(`answers at (http://\S+)`)

func serve(tb testing.TB, program, data string) *server {
	tb.Helper()
	run := exec.CommandContext(tb.Context(), program, "serve", "--data", data, "--addr", "127.0.0.1:0", "--anonymous-budget", "0")
	run.Cancel = func() error { return run.Process.Signal(syscall.SIGTERM) }
	out, err := run.StdoutPipe()
	require.NoError(tb, err)
	require.NoError(tb, run.Start())
	s := &server{run: run}
	lines := bufio.NewReader(out)
	for s.address == "" {
		line, err := lines.ReadString('\n')
		require.NoError(tb, err, "the server ended before it said where it answers")
		if match := answersAt.FindStringSubmatch(line); match != nil {
			s.address = match[1]
		}
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	return s
}

func (s *server) stop(tb testing.TB) {
	tb.Helper()
	require.NoError(tb, s.run.Process.Signal(syscall.SIGTERM))
	require.NoError(tb, s.run.Wait())
}

// ask sends a query, again and again until there is a release to answer it from.
func (s *server) ask(ctx context.Context, query string) error {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return err
	}
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.address+"/graphql", bytes.NewReader(body))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		switch {
		case err != nil:
			return err
		case response.StatusCode == http.StatusOK && !bytes.Contains(text, []byte(`"errors"`)):
			return nil
		case response.Header.Get("Retry-After") == "": // which comes while there is no release yet
			return fmt.Errorf("%s: %.300s", response.Status, text)
		}
		time.Sleep(time.Millisecond)
	}
}

// start returns the time from the start of the program to its first answer on a release that is there, less the
// time that the program takes to say its version, in milliseconds.
func start(tb testing.TB, program, data string) float64 {
	tb.Helper()
	var took []time.Duration
	for range *roundsFlag {
		began := time.Now()
		require.NoError(tb, exec.CommandContext(tb.Context(), program, "version").Run())
		nothing := time.Since(began)
		began = time.Now()
		s := serve(tb, program, data)
		require.NoError(tb, s.ask(tb.Context(), `{ release { number } }`))
		took = append(took, time.Since(began)-nothing)
		s.stop(tb)
	}
	return float64(median(took).Microseconds()) / 1000
}

// mixed is what readers ask: reports by every dimension, lists and their pages, the model, evidence.
var mixed = []string{
	regionYearInGraphQL,
	`{ report(groupBy: [DISTRICT], granularity: QUARTER) { rows { district { code } workersPresent peakWorkersPresent workersRepatriated } totals { peakWorkersPresent peakOn } } }`,
	`{ report(groupBy: [NATIONALITY, INDUSTRY], granularity: YEAR) { rows { permitsIssued averageMonthlyWage workerDays } } }`,
	`{ report(filter: { within: "RU-PRI" }, groupBy: [EMPLOYER], orderBy: [{ measure: PEAK_WORKERS_PRESENT, direction: DESC }], first: 20) { rows { employer { name } peakWorkersPresent } totalCount } }`,
	`{ report(filter: { within: "RU-FD-FE" }) { totals { permitsIssued workersPresent } provenance { rowsRead sql sources { title } } } }`,
	`{ economicImpact(region: "RU-FD-FE") { outputLost { central } wagesLost { central } timeline { departedWorkers } byIndustry { workerYearsLost } } }`,
	`{ compliance(sanction: "S/RES/2397(2017)") { progress remaining status } }`,
	`{ permits(first: 500, orderBy: { field: WORKERS, direction: DESC }) { totalCount totalWorkers nodes { number employer { name } region { name } source { title } repatriations { workers } } } }`,
	`{ permits(first: 100, filter: { within: "RU-FD-FE", nationalities: ["CN"], inForceOn: "2016-06-01" }) { nodes { number validTo } } }`,
	`{ repatriations(first: 100, filter: { outcomes: [DEPORTED] }) { totalCount nodes { date workers } } }`,
	`{ employers(first: 20, filter: { search: "12" }) { totalCount nodes { name permits(first: 5) { nodes { number } } } } }`,
	`{ regions { nodes { code employers(first: 3) { nodes { name } } } } }`,
	`{ availability(filter: { within: "RU-SAK" }) { industries { code } from to } }`,
	`{ claims(first: 100) { nodes { id check { verdict } } } }`,
}

// serving returns the most resident memory that the server takes under the mixed load, in MiB, and what of it is
// the process's own rather than pages of the release's file.
func serving(tb testing.TB, program, data string) (most, own float64) {
	tb.Helper()
	s := serve(tb, program, data)
	defer s.stop(tb)
	for range 2 {
		for _, query := range mixed {
			// A comment makes another text of the same question, which no cache of answers knows.
			assert.NoError(tb, s.ask(tb.Context(), fmt.Sprintf("# %d\n%s", time.Now().UnixNano(), query)), query)
		}
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.run.Process.Pid))
	if err != nil {
		tb.Skip("this system does not tell what memory a process has")
	}
	return memory(tb, string(status), "VmHWM"), memory(tb, string(status), "RssAnon")
}

func memory(tb testing.TB, status, name string) float64 {
	tb.Helper()
	match := regexp.MustCompile(name + `:\s+(\d+) kB`).FindStringSubmatch(status)
	require.NotNil(tb, match, status)
	kib, err := strconv.ParseFloat(match[1], 64)
	require.NoError(tb, err)
	return kib / 1024
}

func BenchmarkImport(b *testing.B) { importOverShell.bench(b) }

// BenchmarkStart measures the start on the larger register, or on the smaller where none is asked for.
func BenchmarkStart(b *testing.B) {
	program, data := built(b), released(b, max(*permitsFlag, *largeFlag))
	for b.Loop() {
		s := serve(b, program, data)
		require.NoError(b, s.ask(b.Context(), `{ release { number } }`))
		s.stop(b)
	}
	b.StopTimer()
	b.ReportMetric(start(b, program, data), "ms-to-first-answer")
}
