package exports_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/table"
	"homebound/internal/testsize"
)

// exportsOf has for each export parameters under which the small release gives rows.
var exportsOf = map[string]string{
	"permits": "", "employers": "", "repatriations": "", "observations": "within=RU-FD-FE", "claims": "",
	"report": "groupBy=REGION&granularity=YEAR", "impact": "region=RU-FD-FE",
}

// described is the metadata of an export.
type described struct {
	Title, Notice, Citation string
	Synthetic               bool
	Release                 struct {
		Number                                int
		ContentHash, MethodVersion, Permalink string
	}
	Filters map[string]any
	Rows    int
	Columns []table.Column
	Figures []struct{ Section, Figure, Description string }
	Sources []struct{ ID, Title, Publisher, URL, Licence string }
	Query   struct {
		URL, Document string
		Variables     map[string]any
	}
	Files []struct{ Format, URL string }
	Data  *struct {
		Name, SHA256 string
		Bytes        int64
	}
}

func describedBy(s *sitetest.Site, name, parameters string) described {
	s.T.Helper()
	answer := s.Get("/export/" + name + ".metadata.json?" + parameters)
	require.Equal(s.T, http.StatusOK, answer.Status, answer.Body)
	return described{}.read(s.T, answer.Body)
}

func (d described) read(t testing.TB, text string) described {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	var m map[string]any
	require.NoError(t, decoder.Decode(&m))
	require.NoError(t, json.Unmarshal([]byte(text), &d))
	return d
}

// rows returns an export's rows by the names of its columns, read from its NDJSON.
func rowsOf(s *sitetest.Site, path string, headers ...string) []map[string]any {
	s.T.Helper()
	answer := s.Get(path, headers...)
	require.Equal(s.T, http.StatusOK, answer.Status, "%s: %s", path, answer.Body)
	return linesOf(s.T, answer.Body)
}

func linesOf(t testing.TB, text string) []map[string]any {
	t.Helper()
	rows := []map[string]any{}
	for line := range strings.Lines(text) {
		var row map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &row), line)
		rows = append(rows, row)
	}
	return rows
}

// records returns a CSV as it is, with the header first.
func records(t testing.TB, text string) [][]string {
	t.Helper()
	found, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	return found
}

func unzipped(t testing.TB, text string) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader([]byte(text)), int64(len(text)))
	require.NoError(t, err)
	files := map[string]string{}
	for _, f := range archive.File {
		file, err := f.Open()
		require.NoError(t, err)
		read, err := io.ReadAll(file)
		require.NoError(t, err)
		files[f.Name] = string(read)
	}
	return files
}

func TestExport_EveryTableSaysWhatItIs(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	for name, parameters := range exportsOf {
		t.Run(name, func(t *testing.T) {
			m := describedBy(s, name, parameters)
			assert.NotZero(t, m.Rows)
			assert.NotEmpty(t, m.Title)
			assert.NotEmpty(t, m.Sources)
			assert.Equal(t, 1, m.Release.Number)
			assert.Equal(t, "https://homebound.example/releases/1", m.Release.Permalink)
			assert.Contains(t, m.Citation, m.Release.ContentHash)
			for _, c := range m.Columns {
				assert.NotEmpty(t, c.Description, c.Name)
				assert.True(t, c.Kind != table.Number && c.Kind != table.Whole || c.Unit != "", "%s has no unit", c.Name)
			}
			made := name != "observations" && name != "claims"
			assert.Equal(t, made, m.Synthetic)
			assert.Equal(t, made, strings.HasPrefix(m.Notice, "SYNTHETIC: "), m.Notice)
			assert.Equal(t, !made, m.Notice == "No synthetic row takes part.")
			assert.Equal(t, name == "impact", len(m.Figures) > 0)
			for _, f := range m.Files {
				path := strings.TrimPrefix(f.URL, "https://homebound.example")
				assert.Equal(t, http.StatusOK, s.Do(http.MethodHead, path, "").Status, path)
			}
			assert.Len(t, m.Files, len(table.Formats)+2)
		})
	}
}

// TestExport_EveryTableInEveryFormat reads every table back in every format: each has the rows that NDJSON has.
func TestExport_EveryTableInEveryFormat(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	for name, parameters := range exportsOf {
		m := describedBy(s, name, parameters)
		rows := rowsOf(s, "/export/"+name+".ndjson?"+parameters)
		require.Len(t, rows, m.Rows)
		var want [][]string
		for _, row := range rows {
			assert.Len(t, row, len(m.Columns))
			want = append(want, fieldsOf(m.Columns, row))
		}
		for _, f := range table.Formats {
			t.Run(name+"."+f.Extension, func(t *testing.T) {
				answer := s.Get("/releases/1/export/" + name + "." + f.Extension + "?" + parameters)
				require.Equal(t, http.StatusOK, answer.Status, answer.Body)
				assert.Equal(t, f.MediaType, answer.Header.Get("Content-Type"))
				assert.Equal(t, `attachment; filename="homebound-r1-`+name+`.`+f.Extension+`"`, answer.Header.Get("Content-Disposition"))
				assert.Equal(t, fmt.Sprint(m.Rows), answer.Header.Get("Homebound-Rows"))
				header, found := readBack(t, f.Extension, m.Columns, answer.Body)
				for i, column := range m.Columns {
					assert.Equal(t, column.Name, header[i])
				}
				if f.Extension == "xlsx" {
					assert.Equal(t, toFifteenDigits(t, m.Columns, want), found)
					return
				}
				assert.Equal(t, want, found)
			})
		}
		t.Run(name+".zip", func(t *testing.T) {
			answer := s.Get("/export/" + name + ".zip?" + parameters)
			require.Equal(t, http.StatusOK, answer.Status, answer.Body)
			assert.Equal(t, "application/zip", answer.Header.Get("Content-Type"))
			files := unzipped(t, answer.Body)
			require.Len(t, files, 3)
			data := files["homebound-r1-"+name+".csv"]
			assert.Equal(t, s.Get("/export/"+name+".csv?"+parameters).Body, data)
			sum := sha256.Sum256([]byte(data))
			inside := described{}.read(t, files["homebound-r1-"+name+".metadata.json"])
			assert.Equal(t, hex.EncodeToString(sum[:]), inside.Data.SHA256)
			assert.Equal(t, int64(len(data)), inside.Data.Bytes)
			inside.Data = nil
			assert.Equal(t, m, inside)
			for _, said := range []string{m.Title, m.Notice, m.Citation, hex.EncodeToString(sum[:]), m.Sources[0].Title} {
				assert.Contains(t, files["README.md"], said)
			}
		})
	}
}

// fieldsOf returns a row of NDJSON as CSV has it.
func fieldsOf(columns []table.Column, row map[string]any) []string {
	fields := make([]string, len(columns))
	for i, c := range columns {
		switch value := row[c.Name].(type) {
		case nil:
		case float64:
			fields[i] = strconv.FormatFloat(value, 'f', -1, 64)
		default:
			fields[i] = fmt.Sprint(value)
		}
	}
	return fields
}

// readBack reads a table with a reader that knows nothing of how it was written.
func readBack(t *testing.T, extension string, columns []table.Column, text string) (header []string, rows [][]string) {
	t.Helper()
	switch extension {
	case "csv":
		all := records(t, text)
		for _, row := range all[1:] {
			for i, c := range columns {
				if c.Kind == table.Number && strings.Contains(row[i], "e-") { // the same number, otherwise written
					row[i] = shortest(t, row[i])
				}
			}
		}
		return all[0], all[1:]
	case "json", "ndjson":
		objects := []map[string]any{}
		if extension == "json" {
			require.NoError(t, json.Unmarshal([]byte(text), &objects))
		} else {
			objects = linesOf(t, text)
		}
		for _, row := range objects {
			rows = append(rows, fieldsOf(columns, row))
		}
		for _, c := range columns {
			header = append(header, c.Name)
		}
	case "xlsx":
		return readWorkbook(t, columns, text)
	case "parquet":
		return readParquet(t, columns, text)
	case "arrow":
		return readArrow(t, columns, text)
	default:
		require.Fail(t, "no reader", extension)
	}
	return header, rows
}
