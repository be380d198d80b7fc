package table

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// moments are told apart to the microsecond, which is what randomRow goes down to.
func utc(t testing.TB, text any) time.Time {
	at, err := time.Parse(time.RFC3339Nano, text.(string))
	require.NoError(t, err)
	return at.UTC()
}

func TestParquet_RoundTrip(t *testing.T) {
	rows := randomRows(2*parquetBatch + 7)
	text := written(t, format(t, "parquet"), everyKind, rows)
	file, err := parquet.OpenFile(strings.NewReader(text), int64(len(text)))
	require.NoError(t, err)
	require.Equal(t, int64(len(rows)), file.NumRows())
	var types []string
	for i, field := range file.Schema().Fields() {
		assert.Equal(t, everyKind[i].Name, field.Name(), "the columns keep their order")
		assert.True(t, field.Optional())
		types = append(types, field.Type().String())
	}
	assert.Equal(t, []string{"STRING", "INT(64,true)", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP(isAdjustedToUTC=true,unit=MICROS)"}, types)

	type row struct {
		Name        *string  `parquet:"name"`
		Workers     *int64   `parquet:"workers"`
		Share       *float64 `parquet:"share"`
		Synthetic   *bool    `parquet:"synthetic"`
		IssuedOn    *int32   `parquet:"issued_on,optional,date"`
		PublishedAt *int64   `parquet:"published_at,optional,timestamp(microsecond)"`
	}
	found, err := parquet.Read[row](strings.NewReader(text), int64(len(text)))
	require.NoError(t, err)
	for i, want := range rows {
		got := found[i]
		require.Equal(t, want[:4], []any{of(got.Name), of(got.Workers), of(got.Share), of(got.Synthetic)})
		require.Equal(t, want[4] == nil, got.IssuedOn == nil)
		if got.IssuedOn != nil {
			require.Equal(t, want[4], time.Unix(int64(*got.IssuedOn)*86400, 0).UTC().Format(time.DateOnly))
		}
		require.Equal(t, want[5] == nil, got.PublishedAt == nil)
		if got.PublishedAt != nil {
			require.Equal(t, utc(t, want[5]), time.UnixMicro(*got.PublishedAt).UTC())
		}
	}
	checkAbout(t, func(name string) string { value, _ := file.Lookup(name); return value })
}

// checkAbout checks what a file says of its table.
func checkAbout(t *testing.T, lookup func(name string) string) {
	t.Helper()
	assert.Equal(t, meta.Title, lookup("title"))
	assert.Equal(t, meta.Description, lookup("description"))
	assert.Equal(t, "2026-01-02T03:04:05Z", lookup("written"))
	assert.Equal(t, "7", lookup("release"))
	var columns []Column
	require.NoError(t, json.Unmarshal([]byte(lookup("columns")), &columns))
	assert.Equal(t, everyKind, columns)
	var attrs struct {
		Title, Release string
		Columns        []Column
	}
	require.NoError(t, json.Unmarshal([]byte(lookup("PANDAS_ATTRS")), &attrs))
	assert.Equal(t, meta.Title, attrs.Title)
	assert.Equal(t, "7", attrs.Release)
	assert.Equal(t, everyKind, attrs.Columns)
}

func TestArrow_RoundTrip(t *testing.T) {
	rows := randomRows(arrowBatch + 7)
	file, err := ipc.NewFileReader(bytes.NewReader([]byte(written(t, format(t, "arrow"), everyKind, rows))))
	require.NoError(t, err)
	defer func() { assert.NoError(t, file.Close()) }()
	schema := file.Schema()
	for i, kind := range []arrow.Type{arrow.STRING, arrow.INT64, arrow.FLOAT64, arrow.BOOL, arrow.DATE32, arrow.TIMESTAMP} {
		field := schema.Field(i)
		assert.Equal(t, everyKind[i].Name, field.Name)
		assert.Equal(t, kind, field.Type.ID())
		described, _ := field.Metadata.GetValue("description")
		assert.Equal(t, everyKind[i].Description, described)
		unit, _ := field.Metadata.GetValue("unit")
		assert.Equal(t, everyKind[i].Unit, unit)
	}
	checkAbout(t, func(name string) string { value, _ := schema.Metadata().GetValue(name); return value })
	at := 0
	for {
		batch, err := file.Read()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		for i := range int(batch.NumRows()) {
			for c, want := range rows[at] {
				if everyKind[c].Kind == Moment && want != nil {
					require.Equal(t, utc(t, want), batch.Column(c).(*array.Timestamp).Value(i).ToTime(arrow.Microsecond))
					continue
				}
				require.Equal(t, want, arrowValue(batch.Column(c), i))
			}
			at++
		}
	}
	assert.Len(t, rows, at)
}

func arrowValue(column arrow.Array, row int) any {
	if column.IsNull(row) {
		return nil
	}
	switch c := column.(type) {
	case *array.String:
		return c.Value(row)
	case *array.Int64:
		return c.Value(row)
	case *array.Float64:
		return c.Value(row)
	case *array.Boolean:
		return c.Value(row)
	case *array.Date32:
		return c.Value(row).FormattedString()
	}
	return fmt.Errorf("a column of the type %T", column)
}

func TestXLSX_RoundTrip(t *testing.T) {
	rows := randomRows(2000)
	book, err := excelize.OpenReader(strings.NewReader(written(t, format(t, "xlsx"), everyKind, rows)))
	require.NoError(t, err)
	defer func() { assert.NoError(t, book.Close()) }()
	assert.Equal(t, []string{"Data", "About"}, book.GetSheetList())
	found, err := book.GetRows("Data", excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	require.Len(t, found, len(rows)+1)
	assert.Equal(t, []string{"name", "workers", "share", "synthetic", "issued_on", "published_at"}, found[0])
	for i, row := range rows {
		cells := append(found[i+1], make([]string, len(row)-len(found[i+1]))...)
		for c, want := range row {
			expected := sheetText(t, everyKind[c].Kind, want)
			if days, err := strconv.ParseFloat(expected, 64); err == nil && everyKind[c].Kind == Moment {
				require.InDelta(t, days, number(t, cells[c]), 1e-9, "a ten-thousandth of a second")
				continue
			}
			if everyKind[c].Kind == Number && want != nil {
				require.Equal(t, number(t, expected), number(t, cells[c]), "row %d", i+1)
				continue
			}
			require.Equal(t, expected, cells[c], "row %d", i+1)
		}
	}
	properties, err := book.GetDocProps()
	require.NoError(t, err)
	assert.Equal(t, meta.Title, properties.Title)
	about, err := book.GetRows("About")
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"title", meta.Title}, {"description", meta.Description}, {"written", "2026-01-02T03:04:05Z"}, {"release", "7"}}, about[:4])
	assert.Equal(t, []string{"workers", "integer", "persons", "How many."}, about[7])
}

func number(t *testing.T, text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return v
}

// sheetText returns what stands in a cell for a value: days and moments by their number, where they have one.
func sheetText(t *testing.T, kind Kind, value any) string {
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	var days float64
	switch v := value.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "1"
		}
		return "0"
	case float64: // to the 15 digits that a sheet has
		rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 14, 64), 64)
		require.True(t, err == nil || math.Abs(v) == math.MaxFloat64)
		if err != nil {
			rounded = v
		}
		return strconv.FormatFloat(rounded, 'f', -1, 64)
	case string:
		if kind == Text || v < "1900-03-01" {
			return v
		}
		if kind == Day {
			v += "T00:00:00Z"
		}
		days = float64(utc(t, v).UnixMicro()-first.UnixMicro()) / 86_400e6
		return strconv.FormatFloat(days, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}

func TestXLSX_NoTextIsAFormulaOrBecomesOne(t *testing.T) {
	var rows [][]any
	for _, text := range awkward {
		rows = append(rows, []any{text, nil, nil, nil, "2018-01-09", "2018-01-09T12:00:00Z"})
	}
	text := written(t, format(t, "xlsx"), everyKind, rows)
	book, err := excelize.OpenReader(strings.NewReader(text))
	require.NoError(t, err)
	defer func() { assert.NoError(t, book.Close()) }()
	parts, err := zip.NewReader(strings.NewReader(text), int64(len(text)))
	require.NoError(t, err)
	sheets := 0
	for _, part := range parts.File {
		if !strings.HasPrefix(part.Name, "xl/worksheets/") {
			continue
		}
		sheets++
		opened, err := part.Open()
		require.NoError(t, err)
		sheet, err := io.ReadAll(opened)
		require.NoError(t, err)
		assert.NotRegexp(t, `<f[ />]`, string(sheet), part.Name)
		assert.NotContains(t, string(sheet), "<dimension", "%s: the number of its rows was not known when it began", part.Name)
	}
	assert.Equal(t, 2, sheets)
	for i := range rows {
		cell := fmt.Sprintf("A%d", i+2)
		formula, err := book.GetCellFormula("Data", cell)
		require.NoError(t, err)
		assert.Empty(t, formula)
		kind, err := book.GetCellType("Data", cell)
		require.NoError(t, err)
		assert.Equal(t, excelize.CellTypeInlineString, kind)
		assert.Equal(t, 49, styleOf(t, book, cell).NumFmt, "the format of texts, in which what is typed is a text")
	}
	assert.True(t, styleOf(t, book, "A1").Font.Bold)
	panes, err := book.GetPanes("Data")
	require.NoError(t, err)
	assert.True(t, panes.Freeze)
	assert.Equal(t, 1, panes.YSplit)
	day, err := book.GetCellValue("Data", "E2")
	require.NoError(t, err)
	assert.Equal(t, "2018-01-09", day)
	moment, err := book.GetCellValue("Data", "F2")
	require.NoError(t, err)
	assert.Equal(t, "2018-01-09 12:00:00", moment)
}

func styleOf(t *testing.T, book *excelize.File, cell string) *excelize.Style {
	at, err := book.GetCellStyle("Data", cell)
	require.NoError(t, err)
	style, err := book.GetStyle(at)
	require.NoError(t, err)
	return style
}

func TestXLSX_ColumnsAreWideAndHaveTheFormatOfTheirKind(t *testing.T) {
	book, err := excelize.OpenReader(strings.NewReader(written(t, format(t, "xlsx"), everyKind, nil)))
	require.NoError(t, err)
	defer func() { assert.NoError(t, book.Close()) }()
	for sheet, formats := range map[string][]string{
		"Data": {"49", "1", "0", "0", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"}, "About": {"49", "49", "49", "49"},
	} {
		for i, format := range formats {
			column := string(rune('A' + i))
			width, err := book.GetColWidth(sheet, column)
			require.NoError(t, err)
			assert.Equal(t, 18.0, width, "%s!%s", sheet, column)
			at, err := book.GetColStyle(sheet, column)
			require.NoError(t, err)
			style, err := book.GetStyle(at)
			require.NoError(t, err)
			found := strconv.Itoa(style.NumFmt)
			if style.CustomNumFmt != nil {
				found = *style.CustomNumFmt
			}
			assert.Equal(t, format, found, "%s!%s", sheet, column)
		}
	}
}

func TestXLSX_SaysAsTextWhatASheetWouldShowAsAnotherValue(t *testing.T) {
	text := written(t, format(t, "xlsx"), everyKind, [][]any{
		{nil, int64(999_999_999_999_999), 0.1 + 0.2, nil, "1900-03-01", "1900-03-01T00:00:00+02:00"},
		{nil, int64(-1_000_000_000_000_000), 2.0 / 3, nil, "1900-02-28", "1900-03-01T02:00:00+02:00"},
	})
	book, err := excelize.OpenReader(strings.NewReader(text))
	require.NoError(t, err)
	defer func() { assert.NoError(t, book.Close()) }()
	for cell, want := range map[string]string{
		"B2": "999999999999999", "C2": "0.3", "E2": "61", "F2": "'1900-03-01T00:00:00+02:00",
		"B3": "'-1000000000000000", "C3": "0.666666666666667", "E3": "'1900-02-28", "F3": "61",
	} {
		found, err := book.GetCellValue("Data", cell, excelize.Options{RawCellValue: true})
		require.NoError(t, err)
		kind, err := book.GetCellType("Data", cell)
		require.NoError(t, err)
		if kind == excelize.CellTypeInlineString {
			found = "'" + found
			assert.Equal(t, 49, styleOf(t, book, cell).NumFmt, cell)
		}
		assert.Equal(t, want, found, cell)
	}
}

func TestXLSX_TakesNothingMoreOnceItHasEnded(t *testing.T) {
	for name, end := range map[string]func(Writer){
		"closed":    func(w Writer) { require.NoError(t, w.Close()) },
		"discarded": func(w Writer) { w.Discard() },
		"both":      func(w Writer) { require.NoError(t, w.Close()); w.Discard(); w.Discard() },
	} {
		t.Run(name, func(t *testing.T) {
			w, err := NewXLSX(io.Discard, everyKind[:1], meta)
			require.NoError(t, err)
			require.NoError(t, w.Write([]any{"a"}))
			end(w)
			require.Error(t, w.Write([]any{"a"}))
			require.Error(t, w.Close())
		})
	}
}

func TestXLSX_FailsWithoutAPlaceToWriteTo(t *testing.T) {
	_, err := NewXLSX(&full{}, everyKind[:1], meta)
	require.ErrorIs(t, err, io.ErrShortWrite)

	w, err := NewXLSX(&full{left: 10}, everyKind[:1], meta)
	require.NoError(t, err)
	for err == nil {
		err = w.Write([]any{"a"})
	}
	require.ErrorIs(t, err, io.ErrShortWrite)
	require.ErrorIs(t, w.Close(), io.ErrShortWrite)
}

// full takes so many writes more.
type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if f.left--; f.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestXLSX_RefusesWhatASheetCannotHold(t *testing.T) {
	f := format(t, "xlsx")
	w, err := f.New(io.Discard, []Column{{Name: "n", Kind: Whole}}, meta)
	require.NoError(t, err)
	defer w.Discard()
	row := []any{int64(1)}
	for range f.MaxRows {
		if err := w.Write(row); err != nil {
			require.NoError(t, err)
		}
	}
	var tooMany *TooManyRows
	require.ErrorAs(t, w.Write(row), &tooMany)
	assert.Equal(t, 1_048_575, tooMany.Most)

	w, err = f.New(io.Discard, everyKind[:1], meta)
	require.NoError(t, err)
	defer w.Discard()
	require.NoError(t, w.Write([]any{strings.Repeat("х", maxCell)}))
	require.ErrorContains(t, w.Write([]any{strings.Repeat("𝔘", maxCell/2+1)}), "found one of 32768")
}
