package datapackage_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/datapackage"
	"homebound/internal/labour"
)

func TestManifest_IsRead(t *testing.T) {
	p := mustOpenFS(t, files{
		"countries.csv": "code,name\n",
		"datapackage.json": "\ufeff" + `{"name": "n", "title": "T", "licenses": [{"name": "CC0-1.0"}], "resources": [
			{"path": "countries.csv", "encoding": "UTF-8", "dialect": {"delimiter": ",", "quoteChar": "\"", "doubleQuote": true, "header": true, "caseSensitiveHeader": false}}],
			"homebound": {"note": "N", "dataThrough": "2020-03-10", "currency": "RUB", "confidential": 7, "gates": [
				{"name": "g", "table": "permits", "atLeast": 1}, {"name": "h", "table": "claims", "atLeast": 2, "atMost": 2}]}}`,
	}.fsys(t))
	through := labour.MustParseDate("2020-03-10")
	assert.Equal(t, datapackage.Manifest{
		Name: "n", Title: "T", Note: "N", DataThrough: &through, Currency: "RUB", Confidential: 7,
		Gates: []labour.Gate{{Name: "g", Table: "permits", AtLeast: new(1.0)}, {Name: "h", Table: "claims", AtLeast: new(2.0), AtMost: new(2.0)}},
	}, p.Manifest())
}

func TestManifest_Faults(t *testing.T) {
	const known = "sources, countries, industries, regions, region_parents, boundaries, indicators, observations, sanctions, claims, obligations, member_state_reports, parameters, coverage, outcomes, employers, permits or repatriations"
	ok := `"resources": [{"path": "countries.csv"}]`
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "datapackage.json:1:1: expected JSON, found a fault of form: unexpected end of JSON input"},
		{"no JSON", "{\n  \"nämé\": x}", "datapackage.json:2:11: expected JSON, found a fault of form: invalid character 'x' looking for beginning of value"},
		{"more after the end", "{}\n}", "datapackage.json:2:1: expected JSON, found a fault of form: invalid character '}' after top-level value"},
		{"another kind", "{\n \"name\": 12}", "datapackage.json:2:11: expected another kind of value for name, found a JSON number"},
		{"a list", "[]", "datapackage.json:1:1: expected another kind of value for the whole, found a JSON array"},
		{"not UTF-8", "{\"name\": \"\xff\"}", "datapackage.json: expected text in UTF-8, found bytes of another encoding"},
		{"no resources", "{}", "datapackage.json: expected a list of resources that names the package's files, found none"},
		{"no path", `{"resources": [{"name": "countries"}]}`, `datapackage.json: the resource "countries": expected path to be a text or a list of texts, found none`},
		{"empty path list", `{"resources": [{"name": "countries", "path": []}]}`, `datapackage.json: the resource "countries": expected path to be a text or a list of texts, found an empty list`},
		{"path of another kind", `{"resources": [{"name": "countries", "path": 1}]}`, `datapackage.json: the resource "countries": expected path to be a text or a list of texts, found 1`},
		{"path list of another kind", `{"resources": [{"name": "countries", "path": [true]}]}`, `datapackage.json: the resource "countries": expected path to be a text or a list of texts, found true in the list`},
		{"path twice", `{"resources": [{"name": "countries", "path": ["countries.csv", "./countries.csv"]}]}`, `datapackage.json: the resource "countries": expected each path once, found "./countries.csv" again`},
		{"table twice", `{"resources": [{"path": "countries.csv"}, {"name": "countries", "path": "other.csv"}]}`, `datapackage.json: the resource "countries": expected one resource for the table countries, found another; one resource may list several paths`},
		{"encoding", `{"resources": [{"path": "countries.csv", "encoding": "ebcdic"}]}`, `datapackage.json: resources[0]: expected an encoding such as utf-8, utf-16 or windows-1251, found "ebcdic"`},
		{"dialect", `{"resources": [{"path": "countries.csv", "dialect": {"delimiter": "/", "quoteChar": "~", "doubleQuote": false, "header": false}}]}`,
			"datapackage.json: resources[0]: expected a delimiter among \",\", \";\", \"\\t\" and \"|\", found \"/\"\n" +
				"datapackage.json: resources[0]: expected the quoteChar \"\\\"\" or \"'\", found \"~\"\n" +
				"datapackage.json: resources[0]: expected doubleQuote to be true, found false\n" +
				"datapackage.json: resources[0]: expected header to be true, found false: columns are found by their names"},
		{"missing values", `{"resources": [{"path": "countries.csv", "schema": {"missingValues": ["", 1]}}]}`, `datapackage.json: resources[0]: schema: expected missingValues to be texts, or objects with value and label, found 1`},
		{"dataThrough", `{` + ok + `, "homebound": {"dataThrough": "2020-02-30"}}`, `datapackage.json: homebound.dataThrough: expected a date such as 2017-12-22, found "2020-02-30"`},
		{"currency", `{` + ok + `, "homebound": {"currency": "roubles"}}`, `datapackage.json: homebound.currency: expected a currency code of three capital letters such as RUB, found "roubles"`},
		{"confidential", `{` + ok + `, "homebound": {"confidential": 2}}`, "datapackage.json: homebound.confidential: expected a whole number from 3 to 1000, found 2"},
		{"suppressBelow", `{` + ok + `, "homebound": {"suppressBelow": 5}}`, "datapackage.json: homebound.suppressBelow: is gone: use confidential, which masks the rows of few (docs/PRIVACY.md)"},
		{"gate's name", `{` + ok + `, "homebound": {"gates": [{"table": "permits", "atLeast": 1}]}}`, "datapackage.json: homebound.gates[0].name: expected a name, found none"},
		{"gate's table", `{` + ok + `, "homebound": {"gates": [{"name": "g", "table": "permit", "atLeast": 1}]}}`, `datapackage.json: homebound.gates[0].table: expected one of ` + known + `, found "permit"`},
		{"gate's bounds", `{` + ok + `, "homebound": {"gates": [{"name": "g", "table": "permits"}]}}`, "datapackage.json: homebound.gates[0]: expected atLeast, atMost or both, found neither"},
		{"gate upside down", `{` + ok + `, "homebound": {"gates": [{"name": "g", "table": "permits", "atLeast": 2, "atMost": 1}]}}`, "datapackage.json: homebound.gates[0]: expected an atMost of at least 2, which is atLeast, found 1"},
		{"several", `{"resources": [{"path": "countries.csv", "encoding": "x"}], "homebound": {"currency": "x"}}`,
			"datapackage.json: homebound.currency: expected a currency code of three capital letters such as RUB, found \"x\"\n" +
				"datapackage.json: resources[0]: expected an encoding such as utf-8, utf-16 or windows-1251, found \"x\""},
		{"too long", strings.Repeat(" ", 4<<20) + "{}", "datapackage.json: expected at most 4194304 bytes, found more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys := files{"datapackage.json": c.text, "countries.csv": "code,name\n", "other.csv": "code,name\n"}.fsys(t)
			_, err := datapackage.OpenFS(t.Context(), fsys, datapackage.Limits{})
			assert.EqualError(t, err, c.want)
		})
	}
}

func TestManifest_TheNameOfAResourceGoesBeforeThatOfItsFile(t *testing.T) {
	p := mustOpenFS(t, files{
		"datapackage.json": `{"resources": [{"name": "countries", "path": "regions.csv"}, {"name": "mine", "path": "data/industries.txt"}, {"name": "report", "path": "https://example.org/report.pdf"}]}`,
		"regions.csv":      "code,name\n", "data/industries.txt": "code,name_en,name_local\n",
	}.fsys(t))
	require.Len(t, p.Files(), 2)
	assert.Equal(t, "countries", p.Files()[0].Table().Name)
	assert.Equal(t, "industries", p.Files()[1].Table().Name)
	assert.Equal(t, []string{`datapackage.json: the resource "report" is none of the known tables and was left out`}, p.Notices())
}

// FuzzManifest holds that no datapackage.json makes the reader panic or open a file that is not in the package, and
// that what is read can be written and read again.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(countriesOnly))
	f.Add([]byte(`{"name": "n", "resources": [{"name": "countries", "path": ["countries.csv", "../x"]}], "homebound": {"dataThrough": "2020-03-10", "currency": "RUB", "gates": [{"name": "g", "table": "permits", "atLeast": 1e3}]}}`))
	f.Add([]byte(`{"resources": [{"path": {"a": [1]}, "dialect": {"delimiter": ";"}, "encoding": "koi8-r"}]}`))
	f.Add([]byte("\xef\xbb\xbf[{\"resources\": null}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		fsys := fstest.MapFS{"datapackage.json": {Data: text}, "countries.csv": {Data: []byte("code,name\nKP,North Korea\n")}}
		p, err := datapackage.OpenFS(t.Context(), fsys, datapackage.Limits{})
		if err != nil {
			assert.NotEmpty(t, err.Error())
			return
		}
		for _, file := range p.Files() {
			assert.Equal(t, "countries.csv", file.Name())
		}
		dir := t.TempDir()
		w, err := datapackage.Create(dir)
		require.NoError(t, err)
		_, err = w.Table("countries")
		require.NoError(t, err)
		require.NoError(t, w.Close(p.Manifest()))
		again, err := open(t, dir)
		require.NoError(t, err)
		want := p.Manifest()
		if want.Name == "" {
			want.Name = again.Manifest().Name
		}
		assert.Equal(t, want, again.Manifest())
	})
}
