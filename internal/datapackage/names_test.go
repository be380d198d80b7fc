package datapackage_test

import (
	"crypto/sha512"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/datapackage"
)

// A name that is written in another way is the table's, one that is nearly a table's is refused, and others are told.
func TestOpen_NamesOfTables(t *testing.T) {
	for _, taken := range []string{`{"path": "Countries.csv"}`, `{"path": "COUNTRIES.CSV"}`, `{"path": " countries .csv"}`,
		`{"path": "x.csv", "name": "Countries"}`, `{"path": "x.csv", "name": "countries\u200b"}`} {
		name := "x.csv"
		if !strings.Contains(taken, "x.csv") {
			name = strings.Split(taken, `"`)[3]
		}
		p := mustOpenFS(t, files{"datapackage.json": `{"resources": [` + taken + `]}`, name: "code,name\nKP,x\n"}.fsys(t))
		require.Len(t, p.Files(), 1, taken)
		assert.Equal(t, "countries", p.Files()[0].Table().Name)
		assert.Contains(t, strings.Join(p.Notices(), "\n"), "was read as the table countries")
	}
	for _, name := range []string{"permits (1)", "permits-2017", "permits_v2", "Copy of permits", "region-parents 2"} {
		_, err := datapackage.OpenFS(t.Context(), files{"datapackage.json": fmt.Sprintf(`{"resources": [{"path": %q}]}`, name+".csv"),
			name + ".csv": "a\n"}.fsys(t), datapackage.Limits{})
		assert.ErrorContains(t, err, "expected the name of a table, found", name)
	}
	p := mustOpenFS(t, files{"datapackage.json": `{"resources": [{"path": "readme.csv"}]}`, "readme.csv": "a\n"}.fsys(t))
	assert.Contains(t, p.Notices()[0], "none of the known tables and was left out")
}

func TestOpen_NamesOfColumns(t *testing.T) {
	for _, header := range []string{"code,Name", "CODE,name", "code, name", "code,name\u00a0", "code,\u200bname", "code,NA\u00adME"} {
		p := mustOpenFS(t, files{"countries.csv": header + "\nKP,x\n"}.fsys(t))
		for record, err := range p.Files()[0].Records(t.Context()) {
			require.NoError(t, err)
			assert.Equal(t, []any{"KP", "x"}, record.Values, "%+q", header)
		}
	}
	_, err := datapackage.OpenFS(t.Context(), files{"countries.csv": "code,name," + strings.Repeat("x,", 100_000) + "\n"}.fsys(t),
		datapackage.Limits{})
	require.Error(t, err)
	assert.Less(t, len(err.Error()), 3000, "a sentence or twenty, and not a hundred thousand")
}

// Rows without any value are passed over and counted, however a spreadsheet leaves them.
func TestRecords_PassOverRowsWithoutAnyValue(t *testing.T) {
	p := mustOpenFS(t, files{"countries.csv": "code,name\nKP,x\n,\n\"\",\"\"\n , \n,,,\n\"\"\nRU,y\n"}.fsys(t))
	file, seen := p.Files()[0], 0
	for range 2 {
		seen = 0
		for record, err := range file.Records(t.Context()) {
			require.NoError(t, err)
			assert.Empty(t, record.Faults)
			seen++
			assert.EqualValues(t, seen, record.Number)
		}
	}
	assert.Equal(t, 2, seen)
	assert.EqualValues(t, 5, file.Blank())
}

// Two keys that look alike would be two rows.
func TestRecords_KeysHaveNothingThatNobodySees(t *testing.T) {
	for _, id := range []string{"\ufeffS1", " S1", "S1 ", "S1\u00a0", "S\u00ad1", "S\u200b1", "S1\u200e", "S\t1"} {
		p := mustOpenFS(t, files{"sources.csv": "id,title,publisher,kind\n\"" + id + "\",T,P,NEWS\n"}.fsys(t))
		for record, err := range p.Files()[0].Records(t.Context()) {
			require.NoError(t, err)
			require.Len(t, record.Faults, 1, "%+q", id)
			assert.Contains(t, record.Faults[0].Message, "expected a key without blanks at its ends and invisible characters")
		}
	}
}

func TestOpen_HoldsFilesAgainstTheirSizeAndHash(t *testing.T) {
	const text = "code,name\nKP,x\n"
	sum := fmt.Sprintf("%x", sha512.Sum512([]byte(text)))
	open := func(facts string) error {
		_, err := datapackage.OpenFS(t.Context(), files{"countries.csv": text,
			"datapackage.json": `{"resources": [{"path": "countries.csv", ` + facts + `}]}`}.fsys(t), datapackage.Limits{})
		return err
	}
	require.NoError(t, open(fmt.Sprintf(`"bytes": %d, "hash": "sha512:%s"`, len(text), sum)))
	require.NoError(t, open(fmt.Sprintf(`"hash": "SHA-512:%s"`, strings.ToUpper(sum))))
	assert.ErrorContains(t, open(`"bytes": 3`), fmt.Sprintf("expected 3 bytes, found %d", len(text)))
	assert.ErrorContains(t, open(`"hash": "sha512:00"`), `expected the hash "00", found `+sum)
	assert.ErrorContains(t, open(`"hash": "00"`), `expected the hash "00", found `)
	assert.ErrorContains(t, open(`"hash": "crc32:00"`), `expected a hash by md5, sha1, sha256 or sha512, found "crc32"`)
}

func TestManifest_RefusesSettingsThatThereAreNot(t *testing.T) {
	for _, block := range []string{`{"suppresBelow": 5}`, `{"gates": [{"name": "g", "table": "permits", "atleastt": 1}]}`} {
		_, err := datapackage.OpenFS(t.Context(), files{"countries.csv": "code,name\n",
			"datapackage.json": `{"resources": [{"path": "countries.csv"}], "homebound": ` + block + `}`}.fsys(t), datapackage.Limits{})
		assert.ErrorContains(t, err, "homebound: expected settings among note")
	}
}
