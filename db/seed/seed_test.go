package seed_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db/seed"
)

// descriptor is what these tests read of datapackage.json.
type descriptor struct {
	Name      string
	Resources []struct {
		Name, Path string
		Schema     struct{ Fields []struct{ Name string } }
	}
	Homebound struct {
		Currency string
		Gates    []struct {
			Name, Table string
			AtLeast     int
		}
	}
}

func describe(t *testing.T) descriptor {
	t.Helper()
	text, err := fs.ReadFile(seed.Files(), "datapackage.json")
	require.NoError(t, err)
	var d descriptor
	require.NoError(t, json.Unmarshal(text, &d))
	return d
}

func read(t *testing.T, path string) [][]string {
	t.Helper()
	file, err := seed.Files().Open(path)
	require.NoError(t, err)
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	return records
}

func TestFiles_ArePackedAsTheyStand(t *testing.T) {
	folder := os.DirFS(".")
	names, err := fs.Glob(folder, "*.csv")
	require.NoError(t, err)
	names = append(names, "datapackage.json")
	for _, name := range names {
		stands, err := fs.ReadFile(folder, name)
		require.NoError(t, err)
		packed, err := fs.ReadFile(seed.Files(), name)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(stands, packed), "%s was edited since it was packed: run go generate ./db/seed", name)
	}
	packed, err := fs.Glob(seed.Files(), "*")
	require.NoError(t, err)
	assert.ElementsMatch(t, names, packed)
}

func TestFiles_AreThoseOfTheDescriptor(t *testing.T) {
	found, err := fs.Glob(seed.Files(), "*.csv")
	require.NoError(t, err)
	var listed []string
	for _, resource := range describe(t).Resources {
		listed = append(listed, resource.Path)
		var fields []string
		for _, f := range resource.Schema.Fields {
			fields = append(fields, f.Name)
		}
		assert.Equal(t, fields, read(t, resource.Path)[0], resource.Path)
	}
	assert.ElementsMatch(t, listed, found)
}

func TestGates_HoldForTheFilesAsTheyAre(t *testing.T) {
	d := describe(t)
	assert.Equal(t, "homebound-default", d.Name)
	assert.Equal(t, "RUB", d.Homebound.Currency)
	require.NotEmpty(t, d.Homebound.Gates)
	for _, gate := range d.Homebound.Gates {
		rows := len(read(t, gate.Table+".csv")) - 1
		assert.Positive(t, gate.AtLeast, gate.Name)
		assert.GreaterOrEqual(t, rows, gate.AtLeast, gate.Name)
	}
}

func TestFiles_NameSourcesThatAreListed(t *testing.T) {
	listed := map[string]bool{}
	for _, record := range read(t, "sources.csv")[1:] {
		listed[record[0]] = true
	}
	for _, path := range []string{"observations.csv", "claims.csv", "sanctions.csv"} {
		records := read(t, path)
		source := -1
		for i, name := range records[0] {
			if name == "source_id" {
				source = i
			}
		}
		require.GreaterOrEqual(t, source, 0, path)
		for i, record := range records[1:] {
			require.True(t, listed[record[source]], "%s:%d names %q", path, i+2, record[source])
		}
	}
}
