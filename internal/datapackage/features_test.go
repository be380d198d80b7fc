package datapackage_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/boundaries"
	"homebound/internal/datapackage"
	"homebound/internal/testsize"
)

// outlined returns a package of some features.
func outlined(features ...string) files {
	return files{"datapackage.json": `{"resources": [{"path": "boundaries.geojson"}]}`,
		"boundaries.geojson": `{"type": "FeatureCollection", "features": [` + "\n" + strings.Join(features, ",\n") + "\n]}"}
}

const triangle = `{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}`

func feature(properties, geometry string) string {
	return fmt.Sprintf(`{"type": "Feature", "properties": {%s}, "geometry": %s}`, properties, geometry)
}

func TestBoundaries_AreReadAsATable(t *testing.T) {
	p := mustOpenFS(t, outlined(feature(`"code": "US-CA", "name": "California"`, triangle), feature(`"code": "US-NV"`, triangle)).fsys(t))
	assert.Empty(t, p.Notices())
	require.Len(t, p.Files(), 1)
	rows := mustRead(t, p.Files()[0])
	require.Len(t, rows, 2)
	const settled = `{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}`
	assert.Equal(t, []any{"US-CA", settled}, rows[0].Values)
	assert.Equal(t, []any{"US-NV", settled}, rows[1].Values)
}

func TestBoundaries_TellTheLineAndTheFaultOfAFeature(t *testing.T) {
	p := mustOpenFS(t, outlined(
		feature(`"region_code": "US-CA"`, `{"type": "Point", "coordinates": [1, 2]}`),
		feature(`"region_code": "US-NV"`, `{"type": "Polygon", "coordinates": [[[0, 0], [100000, 0], [1, 1], [0, 0]]]}`),
		feature(`"name": "Utah"`, triangle),
		feature(`"region_code": "US UT"`, triangle),
		feature(`"region_code": "US-AZ"`, `null`),
	).fsys(t))
	var found []string
	for _, r := range mustRead(t, p.Files()[0]) {
		found = append(found, r.Faults...)
	}
	assert.Equal(t, []string{
		`boundaries.geojson:2:1: expected a Polygon or a MultiPolygon, found "Point"`,
		"boundaries.geojson:3:1: expected a longitude from -180 to 180 and a latitude from -90 to 90, in degrees of WGS 84, found [100000, 0], which seems to be of a projection: give WGS 84",
		"boundaries.geojson:4:1: expected a value, found nothing",
		`boundaries.geojson:5:1: expected a printable region code without blanks, of at most 64 bytes, found "US UT"`,
		"boundaries.geojson:6:1: expected a Polygon or a MultiPolygon, found none",
	}, found)
}

func TestBoundaries_AreRefusedAsAWhole(t *testing.T) {
	testsize.Long(t)
	for want, text := range map[string]string{
		`resources[0]: boundaries.geojson: expected a property region_code or code, which says whose boundary a feature is, found NAME, STUSPS: rename the one that does, or name it in mapping.yml`: outlined(feature(`"STUSPS": "CA", "NAME": "California"`, triangle))["boundaries.geojson"],
		"boundaries.geojson: expected a feature for each region, found none":                           `{"type": "FeatureCollection", "features": []}`,
		"boundaries.geojson: expected a FeatureCollection of GeoJSON (RFC 7946), found no JSON object": "region_code,geometry\n",
		"boundaries.geojson: line 2: expected JSON, found a fault of form":                             "{\"type\": \"FeatureCollection\",\n features: []}",
		"boundaries.geojson: expected boundaries of at most 64 MiB, found more: simplify them first":   strings.Repeat(" ", 64<<20+1),
	} {
		f := outlined()
		f["boundaries.geojson"] = text
		_, err := datapackage.OpenFS(t.Context(), f.fsys(t), datapackage.Limits{})
		assert.ErrorContains(t, err, want)
	}
}

func TestBoundaries_AreNamedByAMapping(t *testing.T) {
	f := outlined(feature(`"STUSPS": "CA", "NAME": "California"`, triangle))
	f["states.geojson"] = f["boundaries.geojson"]
	delete(f, "boundaries.geojson")
	f["datapackage.json"] = `{"resources": [{"name": "us-states", "path": "states.geojson"}]}`
	f["mapping.yml"] = "tables:\n  boundaries:\n    columns:\n      region_code: {from: STUSPS, map: {CA: US-CA}}\n"
	p := mustOpenFS(t, f.fsys(t))
	rows := mustRead(t, p.Files()[0])
	require.Len(t, rows, 1)
	assert.Empty(t, rows[0].Faults)
	assert.Equal(t, "US-CA", rows[0].Values[0])
	assert.Contains(t, p.Notices(), `datapackage.json: "states.geojson" was read as the table boundaries, being GeoJSON`)
}

// TestBoundaries_AreSimplifiedOnce reads detailed outlines, writes what was read, and reads it again: the same.
func TestBoundaries_AreSimplifiedOnce(t *testing.T) {
	testsize.Long(t)
	var detailed []string
	for n := range 4 {
		var points []string
		for i := range 20_000 {
			sin, cos := math.Sincos(float64(i) * math.Pi / 10_000)
			radius := 4 + 0.2*math.Sin(float64(i)/7)
			points = append(points, fmt.Sprintf("[%.6f,%.6f]", float64(n)*10+radius*cos, radius*sin))
		}
		ring := strings.Join(append(points, points[0]), ",")
		detailed = append(detailed, feature(fmt.Sprintf(`"code": "X%d"`, n), `{"type": "Polygon", "coordinates": [[`+ring+`]]}`))
	}
	p := mustOpenFS(t, outlined(detailed...).fsys(t))
	first, second := filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "second")
	once := copyTo(t, p, first)
	copyTo(t, once, second)
	a, err := os.ReadFile(filepath.Join(first, "boundaries.geojson"))
	require.NoError(t, err)
	b, err := os.ReadFile(filepath.Join(second, "boundaries.geojson"))
	require.NoError(t, err)
	assert.Equal(t, string(a), string(b))
	read, err := boundaries.ReadCollection(a)
	require.NoError(t, err)
	points := 0
	for _, f := range read {
		points += f.Shape.Points()
	}
	assert.InDelta(t, 10_000, points, 100)
	assert.Less(t, len(a), 200_000)
}

func TestBoundaries_ComePackedAloneOrAsCSV(t *testing.T) {
	text := outlined(feature(`"code": "US-CA"`, triangle))["boundaries.geojson"]
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for name, f := range map[string]files{
		"gzip": {"datapackage.json": `{"resources": [{"path": "boundaries.geojson.gz"}]}`, "boundaries.geojson.gz": packed.String()},
		"json": {"datapackage.json": `{"resources": [{"path": "boundaries.json"}]}`, "boundaries.json": text},
		"csv":  {"boundaries.csv": "region_code,geometry\nUS-CA,\"" + strings.ReplaceAll(triangle, `"`, `""`) + "\"\n"},
	} {
		rows := mustRead(t, mustOpenFS(t, f.fsys(t)).Files()[0])
		require.Len(t, rows, 1, name)
		assert.Empty(t, rows[0].Faults, name)
		assert.Equal(t, "US-CA", rows[0].Values[0], name)
	}
	alone := filepath.Join(t.TempDir(), "states.geojson")
	require.NoError(t, os.WriteFile(alone, []byte(text), 0o644))
	p, err := open(t, alone)
	require.NoError(t, err)
	assert.Equal(t, "boundaries", p.Files()[0].Table().Name)
}
