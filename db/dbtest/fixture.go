package dbtest

import (
	"embed"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/labour"
)

// fixtures are figures that an analyst can check by hand; testdata/README.md describes their language.
//
//go:embed testdata/measures/*.txt
var fixtures embed.FS

// measures runs every fixture.
func measures(t *testing.T, open func(testing.TB) *db.Store) {
	files, err := fs.Glob(fixtures, "testdata/measures/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(path.Base(file), ".txt"), func(t *testing.T) {
			text, err := fixtures.ReadFile(file)
			require.NoError(t, err)
			statements, err := parseFixture(string(text))
			require.NoError(t, err, file)
			runFixture(t, open(t), file, statements)
		})
	}
}

// runFixture publishes what the statements load, and holds the answers to what they expect. The naive computation
// is held to it too, so that neither can be wrong alone.
func runFixture(t *testing.T, store *db.Store, file string, statements []statement) {
	content, published := Sample(), false
	var report *db.Report
	var q db.ReportQuery
	for _, s := range statements {
		at := fmt.Sprintf("%s:%d", file, s.line)
		switch s.verb {
		case "clear":
			content, published = Sample(), false
		case "load", "set":
			require.NoError(t, s.load(&content), at)
			published = false
		case "report":
			if !published {
				MustPublish(t, store, content)
				published = true
			}
			var err error
			q, err = s.question()
			require.NoError(t, err, at)
			report, err = MustRead(t, store).Report(t.Context(), q)
			require.NoError(t, err, at)
			found := []string{strings.Join(s.header, " ")}
			for _, row := range report.Rows {
				found = append(found, s.show(row))
			}
			assert.Equal(t, s.expected(), found, at)
			naive := []string{strings.Join(s.header, " ")}
			rows, _ := NewNaive(content).Report(q)
			for _, row := range rows {
				naive = append(naive, s.show(row.ReportRow))
			}
			assert.Equal(t, s.expected(), naive, "%s, naively", at)
		case "totals":
			require.NotNil(t, report, "%s: totals follow a report", at)
			measures, err := s.measures()
			require.NoError(t, err, at)
			row, err := report.Totals(t.Context(), measures)
			require.NoError(t, err, at)
			assert.Equal(t, s.expected(), []string{strings.Join(s.header, " "), s.show(row)}, at)
			q.Measures, q.GroupBy, q.Granularity, q.OrderBy, q.Having = measures, nil, "", nil, nil
			_, naiveTotals := NewNaive(content).Report(q)
			assert.Equal(t, s.expected(), []string{strings.Join(s.header, " "), s.show(naiveTotals.ReportRow)}, "%s, naively", at)
		}
	}
}

// statement is one instruction of a fixture with the table under it.
type statement struct {
	line   int
	verb   string
	table  string            // of load
	args   map[string]string // of report and set
	header []string
	rows   [][]string
}

// parseFixture reads a fixture. Its errors name the line and what was expected there.
func parseFixture(text string) ([]statement, error) {
	var statements []statement
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if line[0] != ' ' {
			s, err := parseStatement(i+1, words)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			statements = append(statements, s)
			continue
		}
		if len(statements) == 0 {
			return nil, fmt.Errorf("line %d: expected a statement before the first table", i+1)
		}
		s := &statements[len(statements)-1]
		if s.header == nil {
			s.header = words
		} else if len(words) != len(s.header) {
			return nil, fmt.Errorf("line %d: expected %d values, as many as the header has, found %d", i+1, len(s.header), len(words))
		} else {
			s.rows = append(s.rows, words)
		}
	}
	return statements, nil
}

func parseStatement(line int, words []string) (statement, error) {
	s := statement{line: line, verb: words[0], args: map[string]string{}}
	if !slices.Contains([]string{"clear", "load", "set", "report", "totals"}, s.verb) {
		return s, fmt.Errorf("expected clear, load, set, report or totals, found %q", s.verb)
	}
	rest := words[1:]
	if s.verb == "load" {
		if len(rest) != 1 {
			return s, fmt.Errorf("expected the name of one table after load, found %d words", len(rest))
		}
		s.table = rest[0]
		return s, nil
	}
	for _, word := range rest {
		name, value, found := strings.Cut(word, "=")
		if !found {
			return s, fmt.Errorf("expected name=value, found %q", word)
		}
		s.args[name] = value
	}
	return s, nil
}

// expected returns the table under a statement, one line each, with single blanks.
func (s statement) expected() []string {
	lines := []string{strings.Join(s.header, " ")}
	for _, row := range s.rows {
		lines = append(lines, strings.Join(row, " "))
	}
	return lines
}

// show writes a row of an answer as the fixture does.
func (s statement) show(row db.ReportRow) string {
	cells := make([]string, len(s.header))
	for i, column := range s.header {
		value := "-"
		if m, known := measureOf(column); known {
			if x, known := row.Of(m); known {
				value = strconv.FormatFloat(math.Round(x*1e4)/1e4, 'f', -1, 64)
			}
		} else if column == "period" {
			value = row.Period.Key()
		} else if column == "peakOn" {
			value = row.PeakOn.String()
		} else if code := row.Group[labour.Dimension(strings.ToUpper(column))]; code != "" {
			value = code
		}
		cells[i] = value
	}
	return strings.Join(cells, " ")
}

func measureOf(field string) (labour.Measure, bool) {
	for _, info := range labour.Measures {
		if info.Field == field {
			return info.Measure, true
		}
	}
	return "", false
}

// measures lists the measures that the header names.
func (s statement) measures() ([]labour.Measure, error) {
	var list []labour.Measure
	for _, column := range s.header {
		m, known := measureOf(column)
		dimension := slices.Contains(labour.Dimensions, labour.Dimension(strings.ToUpper(column)))
		if !known && !dimension && column != "peakOn" {
			return nil, fmt.Errorf("expected a dimension, a measure or peakOn in the header, found %q", column)
		}
		if known {
			list = append(list, m)
		}
	}
	return list, nil
}
