package boundaries

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const square = `{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[2,1],[2,2],[1,2],[1,1]]]}`

func TestParse_BringsShapesToOneForm(t *testing.T) {
	for text, want := range map[string]string{
		square: `{"type":"MultiPolygon","coordinates":[[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[1,2],[2,2],[2,1],[1,1]]]]}`,
		// With the clock, a height, a point twice, a spike, and more digits than a map shows.
		`{"type":"MultiPolygon","coordinates":[[[[0,0,7],[0,1],[0,1],[1.00001,1],[3,1],[1,1],[1,0],[0,0]]]]}`: `{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,1],[0,0]]]]}`,
		// Two parts, of which one has no area.
		`{"type":"GeometryCollection","geometries":[{"type":"Polygon","coordinates":[[[0,0],[1,0],[2,0],[0,0]]]},{"type":"Polygon","coordinates":[[[5,5],[6,5],[6,6],[5,5]]]}]}`: `{"type":"MultiPolygon","coordinates":[[[[5,5],[6,5],[6,6],[5,5]]]]}`,
	} {
		s, err := Parse([]byte(text))
		require.NoError(t, err, text)
		assert.Equal(t, want, s.Geometry())
		again, err := Parse([]byte(s.Geometry()))
		require.NoError(t, err)
		assert.Equal(t, s, again)
	}
}

func TestParse_SaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		`null`:                                "expected a Polygon or a MultiPolygon, found none",
		``:                                    "expected a geometry of GeoJSON, found none",
		`7`:                                   "expected a geometry of GeoJSON, found a JSON number",
		`{"coordinates":[]}`:                  "expected a Polygon or a MultiPolygon, found a geometry without a type",
		`{"type":"Point","coordinates":[]}`:   `expected a Polygon or a MultiPolygon, found "Point"`,
		`{"type":"Polygon","coordinates":[]}`: "expected a polygon with a ring, found one without",
		`{"type":"Polygon","coordinates":[[0,0],[1,1]]}`:                           "expected coordinates as rings of positions, found a JSON number",
		`{"type":"MultiPolygon","coordinates":{}}`:                                 "expected coordinates as a list of polygons, found a JSON object",
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}`:             "expected a ring of four positions or more that ends where it begins, found one of 4 from [0, 0] to [0, 1]",
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0]]]}`:                   "expected a ring of four positions or more that ends where it begins, found one of 3 from [0, 0] to [0, 0]",
		`{"type":"Polygon","coordinates":[[[0],[1],[1],[0]]]}`:                     "expected a longitude from -180 to 180 and a latitude from -90 to 90, in degrees of WGS 84, found a position of 1 numbers",
		`{"type":"Polygon","coordinates":[[[43.1,131.9],[1,0],[0,0],[0,0]]]}`:      "found [43.1, 131.9]: the longitude comes first",
		`{"type":"Polygon","coordinates":[[[2500000,67],[1,0],[0,0],[0,0]]]}`:      "found [2500000, 67], which seems to be of a projection: give WGS 84",
		`{"type":"Polygon","coordinates":[[[0,0],[0.00001,0],[0,0.00001],[0,0]]]}`: "expected a polygon that encloses an area, found one of less than 0.0001 degrees each way",
	} {
		_, err := Parse([]byte(text))
		assert.ErrorContains(t, err, want, text)
	}
}

func TestReadCollection_TellsLinesAndFaultsOfFeatures(t *testing.T) {
	text := "\ufeff" + `{"type":"FeatureCollection","name":"x","features":[
{"type":"Feature","properties":{"code":"A","fips":6,"cut":null},"geometry":` + square + `},

{"type":"Feature","id":"B","properties":null,"geometry":{"type":"LineString","coordinates":[]}},{"type":"Polygon"}],
"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}}`
	features, err := ReadCollection([]byte(text))
	require.NoError(t, err)
	require.Len(t, features, 3)
	assert.Equal(t, map[string]string{"code": "A", "fips": "6"}, features[0].Properties)
	assert.Equal(t, 8, features[0].Shape.Points())
	assert.Equal(t, map[string]string{"id": "B"}, features[1].Properties)
	assert.Equal(t, `expected a Polygon or a MultiPolygon, found "LineString"`, features[1].Fault)
	assert.Equal(t, `expected a Feature, found a "Polygon"`, features[2].Fault)
	assert.Equal(t, []int{2, 4, 4}, []int{features[0].Line, features[1].Line, features[2].Line})
}

func TestReadCollection_SaysWhatIsWrongWithTheWhole(t *testing.T) {
	for text, want := range map[string]string{
		``:                              "expected a FeatureCollection of GeoJSON (RFC 7946), found no JSON object",
		`[1]`:                           "found no JSON object",
		`{"type":"Topology","arcs":[]}`: "found a Topology: convert TopoJSON to GeoJSON",
		`{"type":"Feature"}`:            `found a "Feature"`,
		`{"features":[]}`:               "found an object without a type",
		`{"type":"FeatureCollection"}`:  "found one without features",
		"{\"type\":\"FeatureCollection\",\n\"features\":[{]}":                                  "line 2: expected JSON, found a fault of form",
		`{"type":"FeatureCollection","features":[`:                                             "line 1: expected JSON, found a fault of form",
		`{"type":"FeatureCollection","features":{}}`:                                           "expected features as a list, found another value",
		`{"type":"FeatureCollection","features":[]} x`:                                         "expected the end after the collection, found more",
		`{"type":"FeatureCollection","features":[],"crs":{"properties":{"name":"EPSG:3857"}}}`: `expected coordinates in degrees of WGS 84, found the system "EPSG:3857"`,
		`{"type":"FeatureCollection","features":[{"type":7}]}`:                                 "line 1: expected another kind of value for type, found a JSON number",
	} {
		_, err := ReadCollection([]byte(text))
		assert.ErrorContains(t, err, want, text)
	}
}

// country draws a grid of regions whose borders are crooked lines that neighbours share, with islands at sea.
func country(rng *rand.Rand, columns, rows, bends, islands int) []Shape {
	corner := func(x, y int) Point { return Point{round(float64(x) * 3), round(float64(y)*2 + 40)} }
	lines := map[string]Ring{}
	line := func(a, b Point) Ring { // from a up to b, b left out; the same from both sides
		key := fmt.Sprint(min2(a, b), max2(a, b))
		if lines[key] == nil {
			p, q := min2(a, b), max2(a, b)
			var r Ring
			for i := range bends + 1 {
				share := float64(i) / float64(bends+1)
				at := Point{p[0] + (q[0]-p[0])*share, p[1] + (q[1]-p[1])*share}
				if i > 0 {
					at = Point{round(at[0] + rng.Float64()*0.2), round(at[1] + rng.Float64()*0.2)}
				}
				r = append(r, at)
			}
			lines[key] = append(r, q)
		}
		r := slices.Clone(lines[key])
		if a != r[0] {
			slices.Reverse(r)
		}
		return r[:len(r)-1]
	}
	var shapes []Shape
	for x := range columns {
		for y := range rows {
			ring := slices.Concat(line(corner(x, y), corner(x+1, y)), line(corner(x+1, y), corner(x+1, y+1)),
				line(corner(x+1, y+1), corner(x, y+1)), line(corner(x, y+1), corner(x, y)))
			shapes = append(shapes, Shape{Polygon{ring}})
		}
	}
	for i := range islands {
		var ring Ring
		for n := range 12 {
			sin, cos := math.Sincos(float64(n) * math.Pi / 6)
			radius := 0.05 + 0.05*rng.Float64()
			ring = append(ring, Point{round(-5 - float64(i) + cos*radius), round(45 + sin*radius)})
		}
		at := rng.IntN(len(shapes))
		shapes[at] = append(shapes[at], Polygon{ring})
	}
	for i := range shapes {
		shapes[i] = shapes[i].settled()
	}
	return shapes
}

func min2(a, b Point) Point {
	if comparePoints(a, b) <= 0 {
		return a
	}
	return b
}

func max2(a, b Point) Point {
	if comparePoints(a, b) > 0 {
		return a
	}
	return b
}

// edges counts how often each piece of border is a ring's, whichever way it runs.
func edges(shapes []Shape) map[edge]int {
	all := map[edge]int{}
	for _, s := range shapes {
		for _, polygon := range s {
			for _, ring := range polygon {
				for i, p := range ring {
					q := ring[(i+1)%len(ring)]
					all[edge{min2(p, q), max2(p, q)}]++
				}
			}
		}
	}
	return all
}

func areas(s Shape) float64 {
	sum := 0.0
	for _, polygon := range s {
		for _, ring := range polygon {
			sum += ring.area()
		}
	}
	return sum
}

// TestSimplify_KeepsSharedBordersShared simplifies many drawn countries. What is within the country has two sides before and
// after; what is its coast has one; together the regions cover what they covered.
func TestSimplify_KeepsSharedBordersShared(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 16))
		columns, rows, islands := 1+rng.IntN(5), 1+rng.IntN(5), rng.IntN(6)
		shapes := country(rng, columns, rows, 3+rng.IntN(40), islands)
		total := 0
		for _, s := range shapes {
			total += s.Points()
		}
		most := max(total/(2+rng.IntN(6)), 8*len(shapes))
		simple := Simplify(shapes, most)
		require.Len(t, simple, len(shapes))
		kept, land, before := 0, 0.0, 0.0
		for i, s := range simple {
			require.NotEmpty(t, s, "seed %d: no shape is lost", seed)
			kept += s.Points()
			land += areas(s)
			before += areas(shapes[i])
			again, err := Parse([]byte(s.Geometry()))
			require.NoError(t, err)
			assert.Equal(t, s, again, "seed %d: it is in the form in which it is kept", seed)
		}
		assert.LessOrEqual(t, kept, most, "seed %d", seed)
		assert.InEpsilon(t, before, land, 0.15, "seed %d", seed)
		shared, coast := 0, 0
		for _, n := range edges(simple) {
			require.LessOrEqual(t, n, 2, "seed %d", seed)
			if n == 2 {
				shared++
			} else {
				coast++
			}
		}
		assert.GreaterOrEqual(t, shared, (columns-1)*rows+columns*(rows-1), "seed %d: each border within has both sides", seed)
		assert.Equal(t, simple, Simplify(simple, most), "seed %d: twice is once", seed)
	}
}

func TestSimplify_LeavesSmallOnesAlone(t *testing.T) {
	shapes := country(rand.New(rand.NewPCG(1, 2)), 2, 2, 5, 1)
	assert.Equal(t, shapes, Simplify(shapes, 10_000))
}

// TestSimplify_FillsAHole simplifies a region and the one that lies within it.
func TestSimplify_FillsAHole(t *testing.T) {
	circle := func(radius float64) (r Ring) {
		for n := range 200 {
			sin, cos := math.Sincos(float64(n) * math.Pi / 100)
			r = append(r, Point{round(radius * cos), round(radius * sin)})
		}
		return r
	}
	inner := circle(1)
	shapes := []Shape{Shape{Polygon{circle(5), slices.Clone(inner)}}.settled(), Shape{Polygon{inner}}.settled()}
	simple := Simplify(shapes, 90)
	require.Len(t, simple[0][0], 2, "the hole stays while somebody fills it")
	twice := 0
	for _, n := range edges(simple) {
		if n == 2 {
			twice++
		}
	}
	assert.Equal(t, len(simple[1][0][0]), twice)
}

func FuzzReadCollection(f *testing.F) {
	f.Add(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"A"},"geometry":`+square+`}]}`, 4)
	f.Add(`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,1],[1,1],[0,0],[2,2],[3,3],[0,0]]]}}]}`, 3)
	f.Add(`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[180,90],[-180,90],[0,-90],[180,90]]]}}]}`, 1)
	f.Fuzz(func(t *testing.T, text string, most int) {
		features, err := ReadCollection([]byte(text))
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n") {
				t.Fatalf("a message of several lines: %q", err)
			}
			return
		}
		var shapes []Shape
		for _, feature := range features {
			if (feature.Shape == nil) == (feature.Fault == "") {
				t.Fatalf("expected a shape or a fault: %+v", feature)
			}
			if feature.Shape != nil {
				shapes = append(shapes, feature.Shape)
			}
		}
		for i, s := range Simplify(shapes, most) {
			if len(s) == 0 {
				t.Fatalf("lost %s", shapes[i].Geometry())
			}
			again, err := Parse([]byte(s.Geometry()))
			if err != nil {
				t.Fatalf("%s: %v", s.Geometry(), err)
			}
			if again.Geometry() != s.Geometry() {
				t.Fatalf("%s is read as %s", s.Geometry(), again.Geometry())
			}
		}
	})
}

// FuzzSimplify draws rings through a few points, so that they touch and cross each other and themselves.
func FuzzSimplify(f *testing.F) {
	f.Add([]byte{0, 1, 9, 8, 255, 1, 2, 10, 9}, 3)
	f.Add([]byte{0, 7, 63, 56, 254, 9, 14, 54, 49, 255, 7, 15, 63, 62}, 0)
	f.Fuzz(func(t *testing.T, text []byte, most int) {
		var shapes []Shape
		shape, ring := Shape{}, Ring{}
		end := func(whole bool) {
			if len(ring) > 2 {
				shape = append(shape, Polygon{ring})
			}
			ring = nil
			if whole {
				if s := shape.settled(); len(s) > 0 {
					shapes = append(shapes, s)
				}
				shape = nil
			}
		}
		for _, b := range text {
			if b >= 254 {
				end(b == 255)
				continue
			}
			ring = append(ring, Point{float64(b % 8), float64(b / 8 % 8)})
		}
		end(true)
		for i, s := range Simplify(shapes, most) {
			if len(s) == 0 {
				t.Fatalf("lost %s", shapes[i].Geometry())
			}
			if again, err := Parse([]byte(s.Geometry())); err != nil || again.Geometry() != s.Geometry() {
				t.Fatalf("%s: %v", s.Geometry(), err)
			}
		}
	})
}
