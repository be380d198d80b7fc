package datapackage_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"homebound/internal/datapackage"
)

// bookOf writes a workbook with the sheets given and returns its path.
func bookOf(t *testing.T, dir string, sheets map[string][][]any) string {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	for sheet, rows := range sheets {
		_, err := book.NewSheet(sheet)
		require.NoError(t, err)
		for i, row := range rows {
			cell, err := excelize.CoordinatesToCellName(1, i+1)
			require.NoError(t, err)
			require.NoError(t, book.SetSheetRow(sheet, cell, &row))
		}
	}
	if _, kept := sheets["Sheet1"]; !kept {
		require.NoError(t, book.DeleteSheet("Sheet1"))
	}
	name := filepath.Join(dir, "register.xlsx")
	require.NoError(t, book.SaveAs(name))
	return name
}

func permitSheet() [][]any {
	day := func(text string) time.Time { at, _ := time.Parse(time.DateOnly, text); return at }
	return [][]any{
		{"id", "number", "region_code", "nationality", "workers", "issued_on", "valid_from", "valid_to", "wage_monthly", "wage_currency", "source_id"},
		{"P1", 770708389300, "RU-PRI", "KP", 12, day("2017-01-09"), day("2017-02-01"), "2018-01-31", 25000.1, "RUB", "S1"},
		nil,
		{"P2", "N\n2", "RU-PRI", "KP", 12.5, "09.01.2017", day("2017-02-01"), day("2018-01-31"), nil, nil, "S1"},
	}
}

// A sheet is a table; days and numbers are read as the sheet keeps them, and places are its rows and columns.
func TestOpen_Workbook(t *testing.T) {
	dir := t.TempDir()
	name := bookOf(t, dir, map[string][][]any{"Permits": permitSheet(), "notes": {{"x"}}})
	p, err := open(t, name)
	require.NoError(t, err)
	require.Len(t, p.Files(), 1)
	assert.Contains(t, p.Notices(), `register.xlsx: the resource "notes" is none of the known tables and was left out`)
	for range 2 {
		rows := mustRead(t, p.Files()[0])
		require.Len(t, rows, 2)
		assert.Empty(t, rows[0].Faults)
		assert.Equal(t, []any{"P1", "770708389300", nil, "RU-PRI", "KP", nil, nil, int64(12), "2017-01-09", "2017-02-01", "2018-01-31", nil,
			25000.1, "RUB", "S1", false}, rows[0].Values[:16])
		assert.Equal(t, []string{`register.xlsx/Permits:4:5: expected a whole number from 1 to 1000000000, found "12.5"`}, rows[1].Faults)
		assert.Equal(t, "2017-01-09", rows[1].Values[8])
		assert.Equal(t, "N\n2", rows[1].Values[1])
	}

	require.NoError(t, os.WriteFile(filepath.Join(dir, "datapackage.json"), []byte(`{"resources": [
		{"name": "permits", "path": "register.xlsx", "dialect": {"sheetName": "Permits"}}]}`), 0o644))
	p, err = open(t, dir)
	require.NoError(t, err)
	assert.Len(t, mustRead(t, p.Files()[0]), 2)
	rejects, err := datapackage.NewRejects(filepath.Join(dir, "rejects"))
	require.NoError(t, err)
	for record, err := range p.Files()[0].Records(t.Context()) {
		require.NoError(t, err)
		require.NoError(t, rejects.Write(record, "why"))
	}
	require.NoError(t, rejects.Close())
	assert.FileExists(t, filepath.Join(dir, "rejects", "register.xlsx", "Permits.csv"))

	for facts, want := range map[string]string{
		`"dialect": {"sheetName": "x"}`:   `expected the sheet "x", found`,
		`"dialect": {"sheetNumber": 3}`:   "expected a sheet 3, found 2",
		`"name": "employers"`:             "expected a sheet called employers, found",
		`"dialect": {"sheetNumber": "1"}`: "dialect: cannot unmarshal",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "datapackage.json"),
			[]byte(`{"resources": [{"name": "permits", "path": "register.xlsx", `+facts+`}]}`), 0o644))
		_, err = open(t, dir)
		assert.ErrorContains(t, err, want)
	}
}

// A file by itself is a package of the table that is named.
func TestOpenTable(t *testing.T) {
	dir := folder(t, files{"liste.csv": "code;name\nKP;x\n", "broken.xlsx": "PK"})
	p, err := datapackage.OpenTable(t.Context(), filepath.Join(dir, "liste.csv"), "countries", datapackage.Limits{})
	require.NoError(t, err)
	assert.Equal(t, []any{"KP", "x"}, mustRead(t, p.Files()[0])[0].Values)
	require.NoError(t, p.Close())
	_, err = datapackage.OpenTable(t.Context(), filepath.Join(dir, "liste.csv"), "permit", datapackage.Limits{})
	assert.ErrorContains(t, err, `found the table "permit"`)
	_, err = datapackage.OpenTable(t.Context(), filepath.Join(dir, "none.csv"), "countries", datapackage.Limits{})
	assert.ErrorContains(t, err, `expected the file "none.csv"`)
	_, err = open(t, filepath.Join(dir, "liste.csv"))
	assert.ErrorContains(t, err, "say which table it is, such as --table permits")
	_, err = open(t, filepath.Join(dir, "broken.xlsx"))
	assert.ErrorContains(t, err, "broken.xlsx: ")
	_, err = open(t, bookOf(t, dir, map[string][][]any{"Sheet1": {{"a"}}}))
	assert.ErrorContains(t, err, "register.xlsx: expected sheets called like tables")
}
