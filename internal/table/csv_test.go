package table

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCSV_IsAsSpreadsheetsAndNotebooksReadIt(t *testing.T) {
	rows := [][]any{
		{"a,b", int64(-12), 0.1, true, "2018-01-09", "2018-01-09T10:00:00Z"},
		{nil, nil, nil, nil, nil, nil},
		{"", int64(0), -0.5, false, nil, nil},
		{`=HYPERLINK("x")`, nil, 1e21, nil, nil, nil},
		{"'+7", nil, 1234567.0, nil, nil, nil},
	}
	assert.Equal(t, strings.ReplaceAll(`name,workers,share,synthetic,issued_on,published_at
"a,b",-12,0.1,true,2018-01-09,2018-01-09T10:00:00Z
,,,,,
"",0,-0.5,false,,
"'=HYPERLINK(""x"")",,1e+21,,,
''+7,,1234567,,,
`, "\n", "\r\n"), written(t, format(t, "csv"), everyKind, rows))
}

func TestCSV_ARowOfOneUnknownIsARow(t *testing.T) {
	text := written(t, format(t, "csv"), everyKind[:1], [][]any{{nil}, {"a"}, {nil}})
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"name"}, {""}, {"a"}, {""}}, records)
}

// asText returns the field that a value is read back as. encoding/csv makes a line feed of CRLF within a field.
func asText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case float64:
		return string(appendNumber(nil, v))
	}
	return strings.ReplaceAll(fmt.Sprint(value), "\r\n", "\n")
}

func TestCSV_RoundTrip(t *testing.T) {
	rows := randomRows(5000)
	reader := csv.NewReader(strings.NewReader(written(t, format(t, "csv"), everyKind, rows)))
	_, err := reader.Read()
	require.NoError(t, err)
	for _, row := range rows {
		record, err := reader.Read()
		require.NoError(t, err)
		for i, value := range row {
			if everyKind[i].Kind == Text {
				require.False(t, startsFormula(record[i]), "%q", record[i])
				record[i] = PlainText(record[i])
			}
			require.Equal(t, asText(value), record[i], everyKind[i].Name)
			if v, ok := value.(float64); ok {
				back, err := strconv.ParseFloat(record[i], 64)
				require.NoError(t, err)
				require.Equal(t, v, back)
			}
		}
	}
	_, err = reader.Read()
	require.ErrorIs(t, err, io.EOF)
}

// startsFormula is what the writers promise that no text cell is, said in another way than they do it.
func startsFormula(cell string) bool {
	bare := strings.TrimLeft(cell, " \u00a0\u200b\ufeff")
	return cell != "" && strings.ContainsRune("\t\r\n", []rune(cell)[0]) ||
		bare != "" && strings.ContainsRune("=+-@|＝＋－＠｜", []rune(bare)[0])
}

// A formula behind blanks or marks that nobody sees is one all the same.
func TestCSV_DefusesFormulasBehindBlanks(t *testing.T) {
	for _, text := range []string{" =1+1", "|cmd", "\u00a0@x", "\ufeff=1", "  -2", "'|cmd"} {
		field := string(appendText(nil, text))
		assert.True(t, strings.HasPrefix(strings.Trim(field, `"`), "'"), "%q becomes %q", text, field)
		assert.Equal(t, text, PlainText(strings.Trim(field, `"`)))
	}
}

func FuzzCSV(f *testing.F) {
	for i, text := range awkward {
		f.Add(text, awkward[(i+7)%len(awkward)])
	}
	columns := []Column{{Name: "a", Kind: Text}, {Name: "b", Kind: Text}}
	f.Fuzz(func(t *testing.T, a, b string) {
		text := written(t, format(t, "csv"), columns, [][]any{{a, b}, {b, nil}})
		records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		require.NoError(t, err)
		require.Len(t, records, 3)
		for i, sent := range []string{a, b, b, ""} {
			field := records[1+i/2][i%2]
			require.False(t, startsFormula(field), "%q", field)
			require.Equal(t, asText(strings.ToValidUTF8(sent, "\uFFFD")), PlainText(field))
		}
	})
}

func TestNDJSON_RoundTrip(t *testing.T) {
	rows := randomRows(5000)
	decoder := json.NewDecoder(strings.NewReader(written(t, format(t, "ndjson"), everyKind, rows)))
	for _, row := range rows {
		var found struct {
			Name        *string  `json:"name"`
			Workers     *int64   `json:"workers"`
			Share       *float64 `json:"share"`
			Synthetic   *bool    `json:"synthetic"`
			IssuedOn    *string  `json:"issued_on"`
			PublishedAt *string  `json:"published_at"`
		}
		require.NoError(t, decoder.Decode(&found))
		require.Equal(t, row, []any{of(found.Name), of(found.Workers), of(found.Share), of(found.Synthetic), of(found.IssuedOn), of(found.PublishedAt)})
	}
	assert.False(t, decoder.More())
}

// of returns what a pointer points to, nil for none.
func of[V any](pointer *V) any {
	if pointer == nil {
		return nil
	}
	return *pointer
}

func FuzzNDJSON(f *testing.F) {
	for _, text := range awkward {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line := written(t, format(t, "ndjson"), everyKind[:1], [][]any{{text}})
		require.Equal(t, 1, strings.Count(line, "\n"))
		var found map[string]string
		require.NoError(t, json.Unmarshal([]byte(line), &found))
		require.Equal(t, strings.ToValidUTF8(text, "\uFFFD"), found["name"])
	})
}
