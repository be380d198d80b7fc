package datapackage_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"homebound/internal/datapackage"
)

const usHeader = "CASE_NUMBER;STATE;CITIZENSHIP;NAICS;WORKERS;DECISION;BEGIN;END;WAGE;UNIT;EXTRA\n"

const usMapping = `tables:
  permits:
    files: [H2B FY2017.csv]
    hours_per_week: 35
    columns:
      id: CASE_NUMBER
      number: CASE_NUMBER
      region_code: {from: STATE, map: {CA: US-CA, Texas: US-TX}}
      nationality: {from: CITIZENSHIP, codes: iso-alpha-3}
      industry: {from: naics, codes: naics}
      workers: WORKERS
      issued_on: {from: DECISION, format: "%m/%d/%Y"}
      valid_from: BEGIN
      valid_to: END
      wage_monthly: {from: WAGE, per_column: UNIT, missing: [none]}
      wage_currency: {constant: USD}
      source_id: {constant: dol}
`

// A publisher's file goes in untouched: its columns are renamed, codes are mapped, wages are made monthly.
func TestOpen_Mapping(t *testing.T) {
	f := files{"mapping.yml": usMapping, "H2B FY2017.csv": usHeader +
		"C1;CA;MEX;561730;12;01/09/2017;2017-02-01;2018-01-31;$1,012.50;Week;x\n" +
		"C2;Texas;PRK;238160;3;01/10/2017;2017-02-01;2018-01-31;12.00;Hour;x\n" +
		"C3;CA;PRK;99;1;01/10/2017;2017-02-01;2018-01-31;none;Year;x\n" +
		"C4;NV;XXQ;23;1;01/10/2017;2017-02-01;2018-01-31;9;fortnight;x\n"}
	for _, prefix := range []string{"", "register/"} {
		p, err := open(t, zipped(t, prefix, f))
		require.NoError(t, err)
		assert.Equal(t, usMapping, string(p.Mapping()))
		assert.Contains(t, strings.Join(p.Notices(), "\n"), "H2B FY2017.csv: columns that the mapping does not use: EXTRA")
		rows := mustRead(t, p.Files()[0])
		require.Len(t, rows, 4)
		assert.Empty(t, rows[0].Faults)
		assert.Equal(t, []any{"C1", "C1", nil, "US-CA", "MX", "N", nil, int64(12), "2017-01-09", "2017-02-01", "2018-01-31", nil, 4387.5, "USD",
			"dol", false, nil, nil, nil, nil, nil, nil, nil, nil, nil}, rows[0].Values)
		assert.Equal(t, []any{"US-TX", "KP", "F", 1820.0}, []any{rows[1].Values[3], rows[1].Values[4], rows[1].Values[5], rows[1].Values[12]})
		assert.Equal(t, []string{`H2B FY2017.csv:4:11: expected a value that mapping.yml maps, found "99"`}, rows[2].Faults)
		assert.Nil(t, rows[2].Values[12])
		assert.Equal(t, []string{`H2B FY2017.csv:5:4: expected a value that mapping.yml maps, found "NV"`,
			`H2B FY2017.csv:5:7: expected a value that mapping.yml maps, found "XXQ"`,
			`H2B FY2017.csv:5:49: expected a wage per hour, day, week, month or year, found "fortnight"`}, rows[3].Faults)
	}
}

func TestOpen_MappingFaults(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "mapping.yml: expected tables with files and columns, found none",
		"tables: [":            "mapping.yml: ",
		"tables: {permit: {}}": `mapping.yml: expected one of sources, countries`,
		"tables: {countries: {columns: {code: A, name: {form: B}}}}":              `expected one of from, constant`,
		"tables: {countries: {columns: {code: A, nom: B}}}":                       "mapping.yml: countries.nom: expected a column of the table, found another",
		"tables: {countries: {columns: {code: A, name: {}}}}":                     "mapping.yml: countries.name: expected either from or constant",
		"tables: {countries: {columns: {code: {from: A, codes: iso}, name: B}}}":  `expected codes among iso-alpha-3, iso-numeric, nace, naics, soc, found "iso"`,
		"tables: {countries: {columns: {code: {from: A, per: hour}, name: B}}}":   "expected per for wage_monthly alone",
		"tables: {countries: {files: [c.csv], columns: {code: A, name: C}}}":      `mapping.yml: countries.name: expected the column "C" in c.csv, found none`,
		"tables: {countries: {files: [c.csv], columns: {code: A}}}":               "expected a rule for countries.name, which may not be empty, found none",
		"tables: {countries: {files: [d.csv], columns: {code: A, name: B}}}":      `expected the file "d.csv" in the package, found none`,
		"tables: {countries: {columns: {code: {from: A, edge: first}, name: B}}}": `expected edge to be first or last, of a date, found "first"`,
		"tables: {countries: {file: c.csv}}":                                      "mapping.yml: unmarshal errors:",
	} {
		_, err := datapackage.OpenFS(t.Context(), files{"mapping.yml": text, "c.csv": "A,B\nKP,x\n",
			"datapackage.json": `{"homebound": {"note": "n"}}`}.fsys(t), datapackage.Limits{})
		assert.ErrorContains(t, err, want, text)
	}
}

// How numbers are written is found in wages too that the mapping makes monthly, and a word for what is not known is one.
func TestOpen_MappedWagesAsTheyAreWritten(t *testing.T) {
	p := mustOpenFS(t, files{"p.csv": "N;pay;unit\n1;1 250,50;week\n2;н/д;week\n3;28 500,00;month\n", "mapping.yml": `
tables:
  permits:
    files: [p.csv]
    columns: {id: N, number: N, workers: {constant: "1"}, source_id: {constant: S1}, wage_monthly: {from: pay, per_column: unit}}
`}.fsys(t))
	wages := []any{}
	for r, err := range p.Files()[0].Records(t.Context()) {
		require.NoError(t, err)
		assert.Empty(t, r.Faults)
		wages = append(wages, r.Values[slices.IndexFunc(p.Files()[0].Table().Columns, func(c datapackage.Column) bool { return c.Name == "wage_monthly" })])
	}
	assert.Equal(t, []any{5418.83, nil, 28500.0}, wages)
	assert.Contains(t, strings.Join(p.Notices(), "\n"), "numbers are read with a comma")
}

// A first mapping is drafted from the header, and can be filled in.
func TestDraftMapping(t *testing.T) {
	dir := folder(t, files{"liste.csv": usHeader})
	text, err := datapackage.DraftMapping(dir+"/liste.csv", "permits")
	require.NoError(t, err)
	for _, line := range []string{"files: ['liste.csv']", "id: 'CASE_NUMBER'\n", "nationality: {from: 'CITIZENSHIP', codes: iso-alpha-3}",
		"industry: {from: 'NAICS', codes: naics}", "workers: 'WORKERS'\n", "wage_monthly: {from: 'WAGE', per: month}", "source_id: {constant: } #",
		"# revoked_on: #", "# Not used: DECISION, BEGIN, END, UNIT, EXTRA"} {
		assert.Contains(t, string(text), line)
	}
	russian := "Номер;Субъект РФ;ОКВЭД;Оклад, руб.\n1;RU-PRI;41;25 000,00\n"
	encoded, err := charmap.Windows1251.NewEncoder().String(russian)
	require.NoError(t, err)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err = io.WriteString(w, russian)
	require.NoError(t, errors.Join(err, w.Close()))
	more := folder(t, files{"1251.csv": encoded, "packed.csv.gz": packed.String()})
	for _, name := range []string{filepath.Join(more, "1251.csv"), filepath.Join(more, "packed.csv.gz"),
		bookOf(t, t.TempDir(), map[string][][]any{"Лист1": {{"Номер", "Субъект РФ", "ОКВЭД", "Оклад, руб."}}})} {
		text, err := datapackage.DraftMapping(name, "permits")
		require.NoError(t, err, name)
		for _, line := range []string{"id: 'Номер'\n", "region_code: 'Субъект РФ' #", "industry: {from: 'ОКВЭД', codes: nace}", "from: 'Оклад, руб.'"} {
			assert.Contains(t, string(text), line, name)
		}
	}
	_, err = datapackage.DraftMapping(dir+"/liste.csv", "permit")
	assert.ErrorContains(t, err, `found the table "permit"`)
	_, err = datapackage.DraftMapping(dir+"/none.csv", "permits")
	assert.ErrorContains(t, err, "none.csv: the file cannot be read")
}

// Periods of SDMX become first and last days.
func TestOpen_MappingOfPeriods(t *testing.T) {
	p := mustOpenFS(t, files{"x.csv": "REF_AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS\nRU-PRI,2017,1,A\nRU-PRI,2017-Q2,2,P\nRU-PRI,2016-02,3,B\nRU-PRI,2017-13,3,A\n",
		"datapackage.json": `{"resources": []}`, "mapping.yml": `tables: {observations: {files: [x.csv], columns: {indicator: {constant: W},
		region_code: REF_AREA, from: {from: TIME_PERIOD, edge: first}, to: {from: TIME_PERIOD, edge: last}, value: OBS_VALUE, unit: {constant: workers},
		status: OBS_STATUS, source_id: {constant: S1}}}}`}.fsys(t))
	rows := mustRead(t, p.Files()[0])
	require.Len(t, rows, 4)
	for i, want := range [][2]string{{"2017-01-01", "2017-12-31"}, {"2017-04-01", "2017-06-30"}, {"2016-02-01", "2016-02-29"}} {
		assert.Empty(t, rows[i].Faults)
		assert.Equal(t, []any{want[0], want[1]}, rows[i].Values[4:6])
	}
	assert.Len(t, rows[3].Faults, 2)
}
