package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The columns of the export of permits, as SQL that a person would write for the sqlite3 shell; ids stay the
// register's own there, and names are looked up where the shell can: in the tables.
const (
	permitsByHand = `SELECT f.id, f.number, f.employer_id AS "employer.id", e.name AS "employer.name", f.region_code AS "region.code", r.name_en AS "region.name",
  f.nationality AS "nationality.code", c.name AS "nationality.name", f.industry AS "industry.code", i.name_en AS "industry.name", f.occupation, f.workers,
  f.issued_on AS issuedOn, f.valid_from AS validFrom, f.valid_to AS validTo, f.revoked_on AS revokedOn, f.wage_monthly AS wageMonthly,
  f.wage_currency AS wageCurrency, f.synthetic, f.source_id AS "source.id"
FROM permit_facts f LEFT JOIN employers e ON e.id = f.employer_id LEFT JOIN regions r ON r.code = f.region_code
  LEFT JOIN countries c ON c.code = f.nationality LEFT JOIN industries i ON i.code = f.industry
ORDER BY f.issued_on, f.id`

	// permitsWithoutNames leaves the names of regions, countries and industries out: less than the export has.
	permitsWithoutNames = `SELECT f.id, f.number, f.employer_id, e.name, f.region_code, f.nationality, f.industry, f.occupation, f.workers,
  f.issued_on, f.valid_from, f.valid_to, f.revoked_on, f.wage_monthly, f.wage_currency, f.synthetic, f.source_id
FROM permit_facts f LEFT JOIN employers e ON e.id = f.employer_id ORDER BY f.issued_on, f.id`
)

var (
	exportOverShell        = exporting("the same columns by sqlite3 -csv", permitsByHand)
	exportOverShellUnnamed = exporting("sqlite3 -csv without the names of regions, countries and industries", permitsWithoutNames)
)

// exporting sets the export of all permits, over HTTP, against the sqlite3 shell, which writes into a pipe.
func exporting(against, statement string) contest {
	return contest{"/export/permits.csv, over HTTP", against, bound{least: true, value: 0.7}, func(tb testing.TB) (ours, theirs func() error) {
		shell, err := exec.LookPath("sqlite3")
		if err != nil {
			tb.Skip("there is no sqlite3 to compare with")
		}
		w := open(tb, *permitsFlag)
		s := serve(tb, built(tb), w.store.Dir())
		tb.Cleanup(func() { _ = s.run.Wait() }) // it ends with the context of the test, which was cancelled by then
		require.NoError(tb, s.ask(tb.Context(), `{ release { number } }`))
		byHand := func(statement string, read func(io.Reader) error) error {
			run := exec.CommandContext(tb.Context(), shell, "-readonly", "-csv", "-header", w.releaseFile(tb), statement)
			out, err := run.StdoutPipe()
			if err == nil {
				err = run.Start()
			}
			if err == nil {
				err = read(out)
			}
			if err != nil {
				return err
			}
			return run.Wait()
		}
		var mine, others []string
		require.NoError(tb, s.read(tb.Context(), "/export/permits.csv", sampled(&mine)))
		require.NoError(tb, byHand(permitsByHand, sampled(&others)))
		require.Len(tb, mine, *permitsFlag/sampleEvery+1)
		require.Equal(tb, others, mine, "the shell gives other permits than the export")
		return func() error { return s.read(tb.Context(), "/export/permits.csv", discard) },
			func() error { return byHand(statement, discard) }
	}}
}

// read takes what stands at a path as it comes, uncompressed.
func (s *server) read(ctx context.Context, path string, read func(io.Reader) error) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.address+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept-Encoding", "identity")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body)
		return fmt.Errorf("%s: %.300s", response.Status, text)
	}
	return read(response.Body)
}

func discard(from io.Reader) error {
	_, err := io.Copy(io.Discard, from)
	return err
}

const sampleEvery = 1000

// sampled reads a CSV of permits whole, and keeps what every thousandth says that is written alike by all.
func sampled(kept *[]string) func(io.Reader) error {
	return func(from io.Reader) error {
		rows := csv.NewReader(bufio.NewReaderSize(from, 1<<20))
		rows.ReuseRecord = true
		header, err := rows.Read()
		if err != nil {
			return err
		}
		place := map[string]int{}
		for i, name := range header {
			place[name] = i
		}
		for n := 0; ; n++ {
			row, err := rows.Read()
			if err == io.EOF {
				*kept = append(*kept, fmt.Sprint(n, " rows"))
				return nil
			}
			if err != nil {
				return err
			}
			if n%sampleEvery == 0 {
				var text bytes.Buffer
				for _, name := range []string{"number", "employer.name", "region.name", "nationality.name", "industry.name", "workers", "issuedOn", "validTo", "revokedOn"} {
					text.WriteString(row[place[name]] + "|")
				}
				*kept = append(*kept, text.String())
			}
		}
	}
}

// exportMemory returns the resident memory that sending an export takes beside that of the idle server, in MiB: the
// most that the process has had since, less what it had once the page of the release was ready.
func exportMemory(tb testing.TB, program, data, file string) float64 {
	tb.Helper()
	s := serve(tb, program, data)
	defer s.stop(tb)
	assert.NoError(tb, s.ask(tb.Context(), `{ release { number } }`))
	status := func(name string) float64 {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.run.Process.Pid))
		if err != nil {
			tb.Skip("this system does not tell what memory a process has")
		}
		return memory(tb, string(text), name)
	}
	assert.NoError(tb, s.read(tb.Context(), "/", discard))
	const forgetMost = "5" // see proc(5)
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.run.Process.Pid), []byte(forgetMost), 0); err != nil {
		tb.Skip("this system does not forget the most memory that a process has had")
	}
	idle := status("VmRSS")
	assert.NoError(tb, s.read(tb.Context(), "/export/"+file, discard))
	return status("VmHWM") - idle
}

func BenchmarkExport(b *testing.B) {
	b.Run("names=yes", exportOverShell.bench)
	b.Run("names=no", exportOverShellUnnamed.bench)
}

// BenchmarkExportMemory measures each format; its time is of no interest.
func BenchmarkExportMemory(b *testing.B) {
	program, data := built(b), released(b, *permitsFlag)
	for _, file := range []string{"permits.csv", "permits.ndjson", "permits.parquet", "permits.arrow", "permits.xlsx", "permits.zip"} {
		b.Run(file, func(b *testing.B) {
			for b.Loop() {
				b.ReportMetric(exportMemory(b, program, data, file), "MiB-over-idle")
			}
		})
	}
}
