package datapackage_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/datapackage"
	"homebound/internal/labour"
)

// copyTo writes a package's good rows to a folder and opens it.
func copyTo(t *testing.T, p *datapackage.Package, dir string) *datapackage.Package {
	t.Helper()
	w, err := datapackage.Create(dir)
	require.NoError(t, err)
	for _, f := range p.Files() {
		out, err := w.Table(f.Table().Name)
		require.NoError(t, err)
		for _, r := range mustRead(t, f) {
			if len(r.Faults) == 0 {
				require.NoError(t, out.Write(r.Values))
			}
		}
	}
	require.NoError(t, w.Close(p.Manifest()))
	written, err := open(t, dir)
	require.NoError(t, err)
	return written
}

func TestWriter_WhatIsWrittenReadsBackAndIsWrittenAlike(t *testing.T) {
	p, err := open(t, filepath.Join("testdata", "small"))
	require.NoError(t, err)
	first, second := filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "second")
	once := copyTo(t, p, first)
	twice := copyTo(t, once, second)

	assert.Equal(t, p.Manifest(), once.Manifest())
	require.Len(t, once.Files(), len(p.Files()))
	for i, f := range p.Files() {
		want, got := mustRead(t, f), mustRead(t, once.Files()[i])
		require.Len(t, got, len(want))
		for j := range want {
			assert.Equal(t, want[j].Values, got[j].Values)
		}
	}
	for _, f := range append(twice.Files(), nil) {
		name := "datapackage.json"
		if f != nil {
			name = f.Name()
		}
		a, err := os.ReadFile(filepath.Join(first, name))
		require.NoError(t, err)
		b, err := os.ReadFile(filepath.Join(second, name))
		require.NoError(t, err)
		assert.Equal(t, string(a), string(b))
	}
}

func TestWriter_CanonicalForm(t *testing.T) {
	dir := t.TempDir()
	w, err := datapackage.Create(dir)
	require.NoError(t, err)
	sources, err := w.Table("sources")
	require.NoError(t, err)
	require.NoError(t, sources.Write([]any{"S1", "A, \"B\"\nC", " blank ", nil, labour.MustParseDate("2018-02-07"), "NEWS", "plain"}))
	employers, err := w.Table("employers")
	require.NoError(t, err)
	require.NoError(t, employers.Write([]any{"E1", "Лес", "RU-PRI", nil, nil, "S1", true}))
	same, err := w.Table("employers")
	require.NoError(t, err)
	assert.Same(t, employers, same)
	through := labour.MustParseDate("2020-03-10")
	require.NoError(t, w.Close(datapackage.Manifest{Name: "n", Title: "T", Note: "N", DataThrough: &through, Currency: "RUB",
		Gates: []labour.Gate{{Name: "g", Table: "permits", AtLeast: new(1.0)}}}))

	text, err := os.ReadFile(filepath.Join(dir, "sources.csv"))
	require.NoError(t, err)
	assert.Equal(t, "id,title,publisher,url,published_on,kind,licence\nS1,\"A, \"\"B\"\"\nC\", blank ,,2018-02-07,NEWS,plain\n", string(text))
	text, err = os.ReadFile(filepath.Join(dir, "employers.csv"))
	require.NoError(t, err)
	assert.Equal(t, "id,name,region_code,industry,tax_id,source_id,synthetic\nE1,Лес,RU-PRI,,,S1,true\n", string(text))

	var descriptor struct {
		Resources []struct {
			Name, Path string
			Schema     struct {
				Fields      []struct{ Name, Type string }
				PrimaryKey  []string
				ForeignKeys []struct{ Fields string }
			}
		}
		Homebound map[string]any
	}
	text, err = os.ReadFile(filepath.Join(dir, "datapackage.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &descriptor))
	require.Len(t, descriptor.Resources, 2)
	assert.Equal(t, "sources", descriptor.Resources[0].Name, "in the order of the tables")
	schema := descriptor.Resources[1].Schema
	assert.Equal(t, struct{ Name, Type string }{"synthetic", "boolean"}, schema.Fields[6])
	assert.Equal(t, []string{"id"}, schema.PrimaryKey)
	assert.Equal(t, []struct{ Fields string }{{"source_id"}}, schema.ForeignKeys, "to the tables that are there")
	assert.Equal(t, map[string]any{"note": "N", "dataThrough": "2020-03-10", "currency": "RUB",
		"gates": []any{map[string]any{"name": "g", "table": "permits", "atLeast": 1.0}}}, descriptor.Homebound)
}

func TestAppendValue(t *testing.T) {
	for want, v := range map[string]any{
		"":           nil,
		"a,\"b\"":    "a,\"b\"",
		"30023":      30023.0,
		"0.1":        0.1,
		"-2.5":       -2.5,
		"1e+21":      1e21,
		"1e-07":      1e-7,
		"0":          math.Copysign(0, -1),
		"-7":         int64(-7),
		"12":         12,
		"true":       true,
		"2017-12-22": labour.MustParseDate("2017-12-22"),
		"HIGH":       labour.High,
	} {
		assert.Equal(t, want, string(datapackage.AppendValue(nil, v)))
	}
}

func TestAppendValue_ANumberReadsBackTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		x := math.Float64frombits(random.Uint64())
		if math.IsNaN(x) || math.IsInf(x, 0) {
			continue
		}
		text := string(datapackage.AppendValue(nil, x))
		back, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		require.Equal(t, x, back, text)
	}
}

func TestCreate_LeavesAFolderThatHoldsAnythingAlone(t *testing.T) {
	dir := folder(t, files{"mine.txt": "x"})
	_, err := datapackage.Create(dir)
	assert.EqualError(t, err, dir+`: expected an empty folder to write the package to, found "mine.txt" in it`)
}

func TestWriter_AbortLeavesTheFolderEmpty(t *testing.T) {
	dir := t.TempDir()
	w, err := datapackage.Create(dir)
	require.NoError(t, err)
	_, err = w.Table("permits")
	require.NoError(t, err)
	require.NoError(t, w.Abort())
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func TestWriter_RefusesWhatCannotBeReadBack(t *testing.T) {
	w, err := datapackage.Create(t.TempDir())
	require.NoError(t, err)
	_, err = w.Table("visas")
	assert.ErrorContains(t, err, `found "visas"`)
	out, err := w.Table("countries")
	require.NoError(t, err)
	assert.EqualError(t, out.Write([]any{"KP"}), "table countries: expected 2 values, found 1")
	out, err = w.Table("claims")
	require.NoError(t, err)
	values := make([]any, 24)
	values[7] = math.NaN()
	assert.EqualError(t, out.Write(values), "table claims: expected a finite number for value_low, found NaN")
	err = w.Close(datapackage.Manifest{Gates: []labour.Gate{{Name: "g", Table: "permits", AtLeast: new(math.Inf(1))}}})
	assert.EqualError(t, err, `gate "g": expected a finite bound, found +Inf`)
}

func TestRejects_KeepsRowsAsTheyWereWithTheReason(t *testing.T) {
	p := mustOpenFS(t, files{
		"datapackage.json": `{"resources": [{"name": "countries", "path": ["data/a.csv", "data/b.csv"], "encoding": "utf-8"}]}`,
		"data/a.csv":       "name,colour,code\n\"North, Korea\",r\xe9d,kp\nGood,,CN\nshort\nA,b,CD,long\nbad \"quote\",x,y\n",
		"data/b.csv":       "code,reason,name\nkp,old reason,North Korea\n",
	}.fsys(t))
	dir := filepath.Join(t.TempDir(), "rejects")
	rejects, err := datapackage.NewRejects(dir)
	require.NoError(t, err)
	for r, err := range p.Files()[0].Records(t.Context()) {
		require.NoError(t, err)
		if len(r.Faults) > 0 {
			require.NoError(t, rejects.Write(r, "no, it is not"))
		}
	}
	require.NoError(t, rejects.Close())
	text, err := os.ReadFile(filepath.Join(dir, "data", "a.csv"))
	require.NoError(t, err)
	assert.Equal(t, "name,colour,code,reason\n\"North, Korea\",r\xe9d,kp,\"no, it is not\"\nshort,,,\"no, it is not\"\n"+
		"A,b,CD,long,\"no, it is not\"\n\"bad \"\"quote\"\",x,y\",,,\"no, it is not\"\n", string(text))
	text, err = os.ReadFile(filepath.Join(dir, "data", "b.csv"))
	require.NoError(t, err)
	assert.Equal(t, "code,reason,name\nkp,\"no, it is not\",North Korea\n", string(text), "a row that comes back keeps one reason")
}
