package datapackage_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"homebound/internal/datapackage"
	"homebound/internal/labour"
)

// described opens a package of one file, with what its resource says besides.
func described(t *testing.T, name, text, facts string, more files) (*datapackage.Package, error) {
	t.Helper()
	f := files{name: text, "datapackage.json": `{"resources": [{"path": "` + name + `"` + facts + `}]}`}
	for path, text := range more {
		f[path] = text
	}
	return datapackage.OpenFS(t.Context(), f.fsys(t), datapackage.Limits{Today: labour.MustParseDate("2026-03-02")})
}

func mustDescribed(t *testing.T, name, text, facts string) (rows []row, notices string) {
	t.Helper()
	p, err := described(t, name, text, facts, nil)
	require.NoError(t, err)
	return mustRead(t, p.Files()[0]), strings.Join(p.Notices(), "\n")
}

const permitColumns = "id,number,region_code,nationality,workers,issued_on,valid_from,valid_to,wage_monthly,wage_currency,source_id,synthetic\n"

// permit is a file of one permit whose columns from workers on are given.
func permit(values string) string { return permitColumns + "P1,N1,RU-PRI,KP," + values + "\n" }

// Files split by other characters are read, and it is said.
func TestOpen_FindsHowAFileIsSplit(t *testing.T) {
	for said, text := range map[string]string{
		"semicolons":     "code;name\nKP;Korea, North\n",
		"tabs":           "code\tname\nKP\t\"Korea, North\"\n",
		"vertical bars":  "code|name\nKP|Korea, North\n",
		"semicolons ":    "sep=;\r\ncode;name\r\nKP;Korea, North\r\n",
		"semicolons  ":   "\ufeff\"sep=;\"\ncode;name\nKP;Korea, North\n",
		"":               "code,name\nKP,\"Korea, North\"\n",
		"semicolons    ": "code;name;a,b\nKP;Korea, North;\n",
	} {
		rows, notices := mustDescribed(t, "countries.csv", text, "")
		require.Len(t, rows, 1, said)
		assert.Empty(t, rows[0].Faults, said)
		assert.Equal(t, []any{"KP", "Korea, North"}, rows[0].Values, said)
		if said = strings.TrimSpace(said); said != "" {
			assert.Contains(t, notices, "countries.csv: read as split by "+said)
		}
	}
	rows, notices := mustDescribed(t, "countries.csv", "code;name\rKP;x\rCN;y\r", "")
	require.Len(t, rows, 2)
	assert.Equal(t, []any{"KP", "x"}, rows[0].Values)
	assert.Contains(t, notices, "countries.csv: read as split by semicolons, lines that end with carriage returns")
	rows, notices = mustDescribed(t, "countries.csv", "code;name\nKP;'Korea;''North'\n", `, "dialect": {"delimiter": ";", "quoteChar": "'"}`)
	assert.Equal(t, []any{"KP", "Korea;'North"}, rows[0].Values)
	assert.Empty(t, notices, "what the package says need not be said")
}

// What a dialect or a schema asks for is done or refused; a key that nobody knows is refused.
func TestOpen_HeedsOrRefusesDialectAndSchema(t *testing.T) {
	more := files{"s.json": `{"missingValues": ["NA"], "fields": []}`, "d.json": `{"delimiter": ";"}`, "bad.json": `{"missing": []}`}
	for facts, want := range map[string]string{
		`"dialect": {"csvddfVersion": "1.2", "lineTerminator": "\r\n", "header": true, "skipInitialSpace": true}`: "",
		`"dialect": {"$schema": "https://datapackage.org/profiles/2.0/tabledialect.json", "headerRows": [1]}`:     "",
		`"schema": "s.json"`: "",
		`"schema": {"fields": [{"name": "code", "constraints": {"required": true, "unique": true, "pattern": "[A-Z]{2}"}}], "primaryKey": "code"}`: "",
		`"schema": {"missingValues": [{"value": "", "label": "not given"}]}`:                                                                       "",
		`"dialect": {"escapeChar": "\\"}`:                                           `expected no escapeChar, found "\\"`,
		`"dialect": {"commentChar": "#"}`:                                           `expected no commentChar, found "#"`,
		`"dialect": {"headerRows": [1, 2]}`:                                         "expected headerRows to be [1], found [1 2]",
		`"dialect": {"commentRows": [1]}`:                                           "expected no commentRows, found [1]",
		`"dialect": {"lineTerminator": "\r"}`:                                       `expected the lineTerminator "\n" or "\r\n", found "\r"`,
		`"dialect": {"delimeter": ";"}`:                                             `dialect: found the key "delimeter", which Homebound does not know and so would not heed`,
		`"dialect": "d.json"`:                                                       "expected the required columns code and name in the header, found",
		`"schema": "none.json"`:                                                     "none.json: the file cannot be read",
		`"schema": "https://example.org/schema.json"`:                               "found the address",
		`"schema": "../schema.json"`:                                                "expected the path of a file in the package",
		`"schema": "bad.json"`:                                                      `bad.json: found the key "missing"`,
		`"schema": {"missingValues": "NA"}`:                                         "schema: cannot unmarshal",
		`"schema": {"fields": [{"name": "code", "rename": "x"}]}`:                   `found the key "rename"`,
		`"schema": {"fields": [{"name": "name", "constraints": {"unique": true}}]}`: "schema: name: expected the constraint unique for the key alone",
		`"schema": {"fields": [{"name": "name", "constraints": {"pattern": "["}}]}`: "expected a regular expression as pattern",
		`"schema": {"primaryKey": ["name"]}`:                                        "expected a key that holds code, by which rows of countries are told apart, found name",
		`"schema": {"foreignKeys": [{"fields": "name", "reference": {"resource": "x", "fields": "y"}}]}`: "expected no foreignKeys but those that Homebound checks",
		`"layout": {"header": false}`:    "expected a dialect in place of layout and control",
		`"compression": "zip"`:           `expected the compression gz or none, found "zip"`,
		`"dialect": {"nullSequence": 1}`: "dialect: cannot unmarshal number",
	} {
		_, err := described(t, "countries.csv", "code,name\nKP,x\n", ", "+facts, more)
		if want == "" {
			assert.NoError(t, err, facts)
		} else {
			assert.ErrorContains(t, err, want, facts)
		}
	}
	_, err := described(t, "permits.csv", permit("1,2017-01-01,2017-01-01,2017-01-01,,,S1,"), `, "schema": {"foreignKeys": [
		{"fields": "region_code", "reference": {"resource": "regions", "fields": "code"}}]}`, nil)
	assert.NoError(t, err, "a reference that the import checks")
}

// Values in the form that the schema gives.
func TestRecords_ValuesAsTheSchemaSaysThem(t *testing.T) {
	field := func(name, facts string) string {
		return `, "schema": {"fields": [{"name": "` + name + `", ` + facts + `}]}`
	}
	for _, c := range []struct {
		values, schema, column string
		want                   any
	}{
		{`1,2017-01-01,2017-01-01,2017-01-01,25.000,RUB,S1,`, field("wage_monthly", `"groupChar": "."`), "wage_monthly", 25000.0},
		{`1,2017-01-01,2017-01-01,2017-01-01,"25.000,5",RUB,S1,`, field("wage_monthly", `"groupChar": ".", "decimalChar": ","`), "wage_monthly", 25000.5},
		{`1,2017-01-01,2017-01-01,2017-01-01,"25,5",RUB,S1,`, field("Wage_monthly", `"decimalChar": ","`), "wage_monthly", 25.5},
		{`1,2017-01-01,2017-01-01,2017-01-01,25.5,RUB,S1,`, field("wage_monthly", `"decimalChar": ","`), "wage_monthly", `expected a decimal number of at least 0, found "25.5"`},
		{`1,2017-01-01,2017-01-01,2017-01-01,2.50,RUB,S1,`, field("wage_monthly", `"groupChar": "."`), "wage_monthly", `expected a decimal number of at least 0, found "2.50"`},
		{`1 500,2017-01-01,2017-01-01,2017-01-01,,,S1,`, field("workers", `"groupChar": " "`), "workers", int64(1500)},
		{`1,2017-01-01,2017-01-01,2017-01-01,,,S1,0`, field("synthetic", `"trueValues": ["0"], "falseValues": ["1"]`), "synthetic", true},
		{`1,2017-01-01,2017-01-01,2017-01-01,,,S1,true`, field("synthetic", `"trueValues": ["0"], "falseValues": ["1"]`), "synthetic", `expected true or false, found "true"`},
		{`1,09.01.2017,2017-01-01,2017-01-01,,,S1,`, field("issued_on", `"format": "%d.%m.%Y"`), "issued_on", "2017-01-09"},
		{`1,01/09/2017,2017-01-01,2017-12-01,,,S1,`, field("issued_on", `"format": "%m/%d/%Y"`), "issued_on", "2017-01-09"},
		{`1,2017-01-01,2017-01-01,2017-01-01,-,,S1,`, field("wage_monthly", `"missingValues": ["-"]`), "wage_monthly", nil},
		{`-,2017-01-01,2017-01-01,2017-01-01,,,S1,`, `, "schema": {"missingValues": ["-"]}`, "workers", `expected a value, found "-", which the package calls missing`},
		{`7,2017-01-01,2017-01-01,2017-01-01,,,S1,`, field("workers", `"constraints": {"maximum": 5}`), "workers", `expected a value of at most 5, as the package's schema says, found "7"`},
		{`7,2017-01-01,2017-01-01,2017-01-01,,,S1,`, field("issued_on", `"constraints": {"minimum": "2018-01-01"}`), "issued_on", `expected a value of at least 2018-01-01, as the package's schema says, found "2017-01-01"`},
		{`7,2017-01-01,2017-01-01,2017-01-01,,,S1,`, field("number", `"constraints": {"minLength": 3}`), "number", `expected at least 3 characters, as the package's schema says, found "N1"`},
		{`7,2017-01-01,2017-01-01,2017-01-01,,,S1,`, field("nationality", `"constraints": {"enum": ["CN"]}`), "nationality", `expected one of CN, as the package's schema says, found "KP"`},
		{`7,2017-01-01,2017-01-01,2017-01-01,,,S1,`, field("wage_monthly", `"constraints": {"required": true}`), "wage_monthly", "expected a value, found nothing"},
	} {
		rows, _ := mustDescribed(t, "permits.csv", permit(c.values), c.schema)
		holds(t, rows[0], c.column, c.want, c.values+c.schema)
	}
	for _, facts := range []string{`"format": "%d.%m"`, `"format": "%H"`} {
		_, err := described(t, "permits.csv", permit("1,2017-01-01,2017-01-01,2017-01-01,,,S1,"), field("issued_on", facts), nil)
		assert.ErrorContains(t, err, "expected a format of %Y, %m and %d such as %d.%m.%Y")
	}
}

// holds asks a row for a value, or for a fault where want is its message.
func holds(t *testing.T, r row, column string, want any, context string) {
	t.Helper()
	table, _ := datapackage.TableByName("permits")
	if message, is := want.(string); is && strings.HasPrefix(message, "expected") {
		require.Len(t, r.Faults, 1, context)
		assert.Contains(t, r.Faults[0], message, context)
		return
	}
	require.Empty(t, r.Faults, context)
	for i, c := range table.Columns {
		if c.Name == column {
			assert.Equal(t, want, r.Values[i], context)
		}
	}
}

// How dates, numbers and booleans are written is found where one way alone is possible, and said.
func TestOpen_FindsTheFormOfValues(t *testing.T) {
	for _, c := range []struct {
		values, column string
		want           any
		said           string
	}{
		{`1,09.01.2017,01.02.2017,31.01.2018,,,S1,`, "issued_on", "2017-01-09", "dates are read as day.month.year, such as 09.01.2017"},
		{`1,9/1/2017,1/2/2017,31/1/2018,,,S1,`, "issued_on", "2017-01-09", "dates are read as day/month/year"},
		{`1,1/9/2017,2/1/2017,1/31/2018,,,S1,`, "issued_on", "2017-01-09", "dates are read as month/day/year"},
		{`1,2017-01-09 00:00:00,2017-02-01 00:00:00,2018-01-31 00:00:00,,,S1,`, "issued_on", "2017-01-09", "with the time 00:00:00"},
		{`1,20170109,20170201,20180131,,,S1,`, "valid_to", "2018-01-31", "without separators"},
		{`1,2017-01-09,2017-02-01,2018-01-31,"25 000,50",RUB,S1,`, "wage_monthly", 25000.5, "numbers are read with a comma"},
		{`"1,500",2017-01-09,2017-02-01,2018-01-31,25000.5,RUB,S1,`, "workers", int64(1500), "numbers are read with a point"},
		{`12.0,2017-01-09,2017-02-01,2018-01-31,,,S1,`, "workers", int64(12), "numbers are read with a point"},
		{`12,2017-01-09,2017-02-01,2018-01-31,,,S1,Yes`, "synthetic", true, "yes and no are read as true and false"},
		{`12,2017-01-09,2017-02-01,2018-01-31,NA,,S1,`, "wage_monthly", nil, ""},
	} {
		rows, notices := mustDescribed(t, "permits.csv", permit(c.values), "")
		holds(t, rows[0], c.column, c.want, c.values)
		assert.Contains(t, notices, c.said)
	}
	for values, want := range map[string]string{
		`1,01/02/2017,01/02/2017,01/03/2017,,,S1,`:            `found "01/02/2017", which may be day/month/year or month/day/year`,
		`1,2017-01-09,2017-02-01,2018-01-31,"25,000",RUB,S1,`: `found "25,000", which may be either`,
	} {
		_, err := described(t, "permits.csv", permit(values), "", nil)
		assert.ErrorContains(t, err, want)
	}
	rows, notices := mustDescribed(t, "permits.csv", permit(`many,09.01.2017,01.02.2017,soon,"2 500,50",RUB,S1,`), "")
	assert.Len(t, rows[0].Faults, 2, "a word in place of a number does not keep the others from being read")
	assert.Equal(t, 2500.5, rows[0].Values[12])
	assert.Contains(t, notices, "dates are read as day.month.year")
	semicolons := strings.ReplaceAll(permit(`1,2017-01-09,2017-02-01,2018-01-31,25.000,RUB,S1,`), ",", ";")
	_, err := described(t, "permits.csv", semicolons, "", nil)
	assert.ErrorContains(t, err, `wage_monthly: expected a number that can be meant in one way, found "25.000", which may be 25000 or 25`)
}

// Oddities are told, and what would destroy a figure is a fault.
func TestRecords_OddValuesAreTold(t *testing.T) {
	for value, want := range map[string]string{
		"NA": "a word for what is not known was kept as text", "NULL": "a word for what is not known", "н/д": "a word for what is not known",
		"#REF!": "an error of a spreadsheet", "7.70708E+11": "a number that a spreadsheet has changed", "7,7E+11": "a number that a spreadsheet has changed",
		"7707083893.0": "a number that a spreadsheet has changed", "Caf\ufffd": "where U+FFFD stands", "CafÃ©": "letters of another encoding",
		"ÐŸÑ€Ð¸Ð¼Ð¾Ñ€ÑŒÐµ": "letters of another encoding", "РџСЂРёРјРѕСЂСЊРµ": "letters of another encoding", "Ïðèìîðüå": "letters of another encoding",
		"'7707083893": "a number with the mark of a spreadsheet", `=""7707""`: "a number with the mark",
		"????? 1": "letters were lost on the way", "Приморье": "", "Café": "", "770708389300": "", "Señor Ñandú": "", "«СТРОЙ»": "", "1.0": "", "E+11": "",
	} {
		r := readOne(t, "employers", "E1,Name,RU-PRI,,"+`"`+value+`"`+",S1,")
		require.Empty(t, r.Faults, value)
		if want == "" {
			assert.Empty(t, r.Warnings, value)
		} else {
			require.Len(t, r.Warnings, 1, value)
			assert.Contains(t, r.Warnings[0], want, value)
		}
	}
	for days, want := range map[string]string{
		"0017-01-09,0017-02-01,0018-01-31": `expected a day from 1900-01-01 to 2028-03-02, found "0017-01-09"`,
		"2081-01-09,2017-02-01,2018-01-31": `expected a day from 1900-01-01 to 2028-03-02, found "2081-01-09"`,
		"2217-01-09,2217-02-01,2218-01-31": `expected a day from`,
	} {
		rows, _ := mustDescribed(t, "permits.csv", permit("1,"+days+",,,S1,"), "")
		assert.Contains(t, strings.Join(rows[0].Faults, "\n"), want)
	}
	rows, _ := mustDescribed(t, "permits.csv", permit("1,2018-02-09,2017-02-01,2018-01-31,,,S1,"), "")
	assert.Contains(t, rows[0].Warnings[0], "issued on 2018-02-09, after its end on 2018-01-31")
	rows, _ = mustDescribed(t, "permits.csv", permit("1,2017-02-09,2017-02-01,2081-01-31,,,S1,"), "")
	assert.Contains(t, strings.Join(rows[0].Warnings, "\n"), "a year that is seldom meant: 2081-01-31")
	for days, want := range map[string]string{
		"1917-02-09,2017-02-01,2018-01-31": "a year that is seldom meant: 1917-02-09",
		"2026-12-09,2027-02-01,2028-01-31": "a day that is still to come: 2026-12-09",
	} {
		rows, _ = mustDescribed(t, "permits.csv", permit("1,"+days+",,,S1,"), "")
		assert.Contains(t, strings.Join(rows[0].Warnings, "\n"), want)
	}
	rows, _ = mustDescribed(t, "permits.csv", strings.ReplaceAll(permit("1,2017-02-09,2017-02-01,2018-01-31,,,S1,"), "KP", "NA"), "")
	assert.Contains(t, rows[0].Warnings[0], "was read as the code of Namibia")
}

// Observations as statistical offices write them.
func TestRecords_ObservationsOfSDMX(t *testing.T) {
	text := "indicator,region_code,from,to,value,unit,status,source_id\n"
	for _, end := range []string{"1,RUB,p", "1,RUB,b", "NaN,RUB,M", ",RUB,m", ":,RUB,M", "1,RUB,ep", "1,RUB,A", "NaN,RUB,A"} {
		text += "GRP,RU-PRI,2017-01-01,2017-12-31," + end + ",S1\n"
	}
	p, err := described(t, "observations.csv", text, "", nil)
	require.NoError(t, err)
	rows := mustRead(t, p.Files()[0])
	require.Len(t, rows, 5)
	assert.EqualValues(t, 3, p.Files()[0].Valueless())
	for i, status := range []string{"PROVISIONAL", "NORMAL", "PROVISIONAL", "NORMAL"} {
		assert.Empty(t, rows[i].Faults)
		assert.Equal(t, status, rows[i].Values[8])
	}
	assert.Contains(t, rows[1].Warnings[0], "status b is read as NORMAL and loses what it says besides, a break in the series")
	assert.Contains(t, rows[4].Faults[0], `expected a decimal number, found "NaN"`)
}

// Archives as Windows and macOS make them.
func TestOpen_ArchivesOfWindowsAndMacOS(t *testing.T) {
	f := twoCountries()
	f["notes\\readme.txt"] = "x"
	withFork := func(prefix string) files {
		g := files{"__MACOSX/" + prefix + "._datapackage.json": "x", "__MACOSX/datapackage.json": "x", prefix + ".DS_Store": "x"}
		for name, text := range twoCountries() {
			g[prefix+name] = text
		}
		return g
	}
	for name, path := range map[string]string{
		"a file of another place": zipped(t, "", f),
		"backslashes":             zipped(t, `register\`, twoCountries()),
		"macOS":                   zipped(t, "", withFork("register/")),
	} {
		p, err := open(t, path)
		require.NoError(t, err, name)
		assert.Len(t, mustRead(t, p.Files()[0]), 2, name)
	}
	old := filepath.Join(t.TempDir(), "old.zip")
	out, err := os.Create(old)
	require.NoError(t, err)
	archive := zip.NewWriter(out)
	for name, text := range twoCountries() {
		folder, err := charmap.CodePage866.NewEncoder().String("Данные/")
		require.NoError(t, err)
		w, err := archive.CreateHeader(&zip.FileHeader{Name: folder + name, NonUTF8: true})
		require.NoError(t, err)
		_, err = w.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, out.Close())
	p, err := open(t, old)
	require.NoError(t, err)
	assert.Len(t, mustRead(t, p.Files()[0]), 2)
}

// Encodings are found and said, or taken as the descriptor has them.
func TestOpen_Encodings(t *testing.T) {
	russian := "code;name\nKP;Северная Корея\nCN;Китай\n"
	for name, e := range map[string]encoding.Encoding{
		"Windows-1251": charmap.Windows1251, "KOI8-R": charmap.KOI8R, "code page 866": charmap.CodePage866,
		"UTF-16":  unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
		"UTF-16 ": unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "UTF-16  ": unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
	} {
		text, err := e.NewEncoder().String(russian)
		require.NoError(t, err)
		rows, notices := mustDescribed(t, "countries.csv", text, "")
		require.Len(t, rows, 2, name)
		assert.Equal(t, []any{"KP", "Северная Корея"}, rows[0].Values, name)
		assert.Contains(t, notices, "countries.csv: read as split by semicolons, "+strings.TrimSpace(name))
		assert.Equal(t, int64(len(text)), rows[1].Offset, name)
	}
	text, err := charmap.Windows1252.NewEncoder().String("code,name\nCI,Côte d’Ivoire\nST,São Tomé\n")
	require.NoError(t, err)
	rows, notices := mustDescribed(t, "countries.csv", text, "")
	assert.Equal(t, []any{"CI", "Côte d’Ivoire"}, rows[0].Values)
	assert.Contains(t, notices, "read as Windows-1252")
	text, err = charmap.ISO8859_2.NewEncoder().String("code,name\nPL,Śląsk\n")
	require.NoError(t, err)
	rows, notices = mustDescribed(t, "countries.csv", text, `, "encoding": "ISO-8859-2"`)
	assert.Equal(t, []any{"PL", "Śląsk"}, rows[0].Values)
	assert.Empty(t, notices)
}

// Packed files are read, and do not unpack to more than the limit.
func TestOpen_Gzip(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write([]byte("code,name\n" + strings.Repeat("KP,x\n", 5000)))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	rows, _ := mustDescribed(t, "countries.csv.gz", packed.String(), "")
	assert.Len(t, rows, 5000)
	_, err = described(t, "countries.csv.gz", "code,name\n", "", nil)
	assert.ErrorContains(t, err, "countries.csv.gz: expected a gzip file")
	p, err := datapackage.OpenFS(t.Context(), files{"countries.csv.gz": packed.String(),
		"datapackage.json": `{"resources": [{"path": "countries.csv.gz"}]}`}.fsys(t), datapackage.Limits{UnpackedBytes: 1000})
	if err == nil {
		for _, err = range p.Files()[0].Records(t.Context()) {
			if err != nil {
				break
			}
		}
	}
	assert.ErrorContains(t, err, "expected a file that unpacks to the bytes that --max-unpacked allows, found more")
}
