package exports_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"homebound/internal/table"
)

// readWorkbook returns the sheet Data as CSV has it. Days are numbers there, and marks 0 and 1.
func readWorkbook(t *testing.T, columns []table.Column, text string) (header []string, rows [][]string) {
	t.Helper()
	book, err := excelize.OpenReader(strings.NewReader(text))
	require.NoError(t, err)
	found, err := book.GetRows("Data", excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	require.NoError(t, book.Close())
	for _, cells := range found[1:] {
		row := make([]string, len(columns)) // a row ends at its last cell that is not empty
		copy(row, cells)
		for i, c := range columns {
			switch {
			case row[i] == "":
			case c.Kind == table.Day:
				days, err := strconv.Atoi(row[i])
				require.NoError(t, err)
				row[i] = time.Date(1899, 12, 30+days, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
			case c.Kind == table.Bool:
				row[i] = map[string]string{"0": "false", "1": "true"}[row[i]]
			case c.Kind == table.Number:
				row[i] = shortest(t, row[i])
			}
		}
		rows = append(rows, row)
	}
	return found[0], rows
}

func shortest(t *testing.T, number string) string {
	value, err := strconv.ParseFloat(number, 64)
	require.NoError(t, err)
	return strconv.FormatFloat(value, 'f', -1, 64)
}

// toFifteenDigits rounds the numbers of rows to the digits that a sheet has.
func toFifteenDigits(t *testing.T, columns []table.Column, rows [][]string) (rounded [][]string) {
	t.Helper()
	for _, row := range rows {
		row = slices.Clone(row)
		for i, c := range columns {
			if c.Kind == table.Number && row[i] != "" {
				value, err := strconv.ParseFloat(row[i], 64)
				require.NoError(t, err)
				row[i] = shortest(t, strconv.FormatFloat(value, 'e', 14, 64))
			}
		}
		rounded = append(rounded, row)
	}
	return rounded
}

func readParquet(t *testing.T, columns []table.Column, text string) (header []string, rows [][]string) {
	t.Helper()
	file, err := parquet.OpenFile(strings.NewReader(text), int64(len(text)))
	require.NoError(t, err)
	for _, field := range file.Schema().Fields() {
		header = append(header, field.Name())
	}
	reader := parquet.NewReader(file)
	buffer := make([]parquet.Row, 100)
	for {
		n, err := reader.ReadRows(buffer)
		for _, values := range buffer[:n] {
			row := make([]string, len(columns))
			for i, value := range values {
				switch {
				case value.IsNull():
				case columns[i].Kind == table.Day:
					row[i] = time.Unix(int64(value.Int32())*86400, 0).UTC().Format(time.DateOnly)
				case columns[i].Kind == table.Number:
					row[i] = strconv.FormatFloat(value.Double(), 'f', -1, 64)
				default:
					row[i] = value.String()
				}
			}
			rows = append(rows, row)
		}
		if err == io.EOF {
			require.NoError(t, reader.Close())
			return header, rows
		}
		require.NoError(t, err)
	}
}

func readArrow(t *testing.T, columns []table.Column, text string) (header []string, rows [][]string) {
	t.Helper()
	file, err := ipc.NewFileReader(bytes.NewReader([]byte(text)))
	require.NoError(t, err)
	for _, field := range file.Schema().Fields() {
		header = append(header, field.Name)
	}
	for {
		batch, err := file.Read()
		if err == io.EOF {
			require.NoError(t, file.Close())
			return header, rows
		}
		require.NoError(t, err)
		for at := range int(batch.NumRows()) {
			row := make([]string, len(columns))
			for i := range columns {
				row[i] = arrowText(batch.Column(i), at)
			}
			rows = append(rows, row)
		}
	}
}

func arrowText(column arrow.Array, row int) string {
	if column.IsNull(row) {
		return ""
	}
	switch c := column.(type) {
	case *array.Float64:
		return strconv.FormatFloat(c.Value(row), 'f', -1, 64)
	case *array.Date32:
		return c.Value(row).FormattedString()
	case *array.Boolean:
		return fmt.Sprint(c.Value(row))
	}
	return column.ValueStr(row)
}
