// Package boundaries reads the outlines of regions from GeoJSON (RFC 7946), checks them, and leaves out what a map does
// not show. It is pure: the same text gives the same shapes.
package boundaries

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Point is a position in degrees of WGS 84: its longitude and its latitude, to Digits digits.
type Point [2]float64

// Ring is a closed line: its last point, which would be the first again, is left out.
type Ring []Point

// Polygon is an outer ring, against the clock, and the holes in it, with the clock.
type Polygon []Ring

// Shape is the outline of a region.
type Shape []Polygon

// Digits is how many digits of a degree are kept: 0.0001° are 11 metres or less.
const Digits = 4

var scale = math.Pow(10, Digits)

func round(v float64) float64 {
	if v = math.Round(v*scale) / scale; v == 0 {
		return 0 // without the sign of a negative zero
	}
	return v
}

// geometry is the member of a feature; GeometryCollection holds others.
type geometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
	Geometries  []geometry      `json:"geometries"`
}

// Parse reads a geometry of GeoJSON: a Polygon, a MultiPolygon, or a GeometryCollection of these. The error says what
// was expected and what was found.
func Parse(text []byte) (Shape, error) {
	var g *geometry
	if err := json.Unmarshal(text, &g); err != nil {
		return nil, errors.New("expected a geometry of GeoJSON, found " + jsonFault(text, err))
	}
	if g == nil {
		return nil, errors.New(wantPolygons + ", found none")
	}
	s, err := g.shape()
	if err != nil {
		return nil, err
	}
	if s = s.settled(); len(s) == 0 {
		return nil, fmt.Errorf("expected a polygon that encloses an area, found one of less than %v degrees each way",
			1/scale)
	}
	return s, nil
}

const wantPolygons = "expected a Polygon or a MultiPolygon"

func (g geometry) shape() (Shape, error) {
	switch g.Type {
	case "Polygon":
		polygon, err := polygonOf(g.Coordinates)
		return Shape{polygon}, err
	case "MultiPolygon":
		var members []json.RawMessage
		if err := json.Unmarshal(g.Coordinates, &members); err != nil {
			return nil, errors.New("expected coordinates as a list of polygons, found " + jsonFault(g.Coordinates, err))
		}
		var s Shape
		for _, member := range members {
			polygon, err := polygonOf(member)
			if err != nil {
				return nil, err
			}
			s = append(s, polygon)
		}
		return s, nil
	case "GeometryCollection":
		var s Shape
		for _, member := range g.Geometries {
			own, err := member.shape()
			if err != nil {
				return nil, err
			}
			s = append(s, own...)
		}
		return s, nil
	case "":
		return nil, errors.New(wantPolygons + ", found a geometry without a type")
	}
	return nil, fmt.Errorf("%s, found %s", wantPolygons, shown(g.Type))
}

func polygonOf(text json.RawMessage) (Polygon, error) {
	var rings [][][]float64
	if err := json.Unmarshal(text, &rings); err != nil {
		return nil, errors.New("expected coordinates as rings of positions, found " + jsonFault(text, err))
	}
	if len(rings) == 0 {
		return nil, errors.New("expected a polygon with a ring, found one without")
	}
	polygon := make(Polygon, len(rings))
	for i, positions := range rings {
		ring := make(Ring, len(positions))
		for n, position := range positions {
			p, err := pointOf(position)
			if err != nil {
				return nil, err
			}
			ring[n] = p
		}
		if last := len(ring) - 1; last < 3 || ring[0] != ring[last] {
			return nil, fmt.Errorf("expected a ring of four positions or more that ends where it begins, found %s",
				ring.ends())
		}
		polygon[i] = ring[:len(ring)-1]
	}
	return polygon, nil
}

// ends says how a ring begins and ends.
func (r Ring) ends() string {
	if len(r) == 0 {
		return "an empty one"
	}
	return fmt.Sprintf("one of %d from %s to %s", len(r), r[0].words(), r[len(r)-1].words())
}

func (p Point) words() string {
	return "[" + strconv.FormatFloat(p[0], 'f', -1, 64) + ", " + strconv.FormatFloat(p[1], 'f', -1, 64) + "]"
}

// pointOf checks a position; a height is left out.
func pointOf(position []float64) (Point, error) {
	const want = "expected a longitude from -180 to 180 and a latitude from -90 to 90, in degrees of WGS 84"
	if len(position) < 2 {
		return Point{}, fmt.Errorf("%s, found a position of %d numbers", want, len(position))
	}
	p := Point{position[0], position[1]}
	east, north := math.Abs(p[0]), math.Abs(p[1])
	switch {
	case east > 180 || north > 180:
		return p, fmt.Errorf("%s, found %s, which seems to be of a projection: give WGS 84", want, p.words())
	case north > 90:
		return p, fmt.Errorf("%s, found %s: the longitude comes first", want, p.words())
	}
	return Point{round(p[0]), round(p[1])}, nil
}

// settled brings a shape to the form in which it is kept: no point twice in a row, no ring without an area, outer rings
// against the clock and holes with it. What is settled stays as it is.
func (s Shape) settled() Shape {
	var all Shape
	for _, polygon := range s {
		var kept Polygon
		for i, ring := range polygon {
			ring = ring.compact()
			area := ring.area()
			if len(ring) < 3 || area == 0 {
				if i == 0 {
					break // of nothing, holes of it would be left
				}
				continue
			}
			if (area > 0) != (i == 0) {
				slices.Reverse(ring[1:]) // it begins where it began
			}
			kept = append(kept, ring)
		}
		if len(kept) > 0 {
			all = append(all, kept)
		}
	}
	return all
}

// compact leaves out points that are those before them, and spikes: there and back is no border.
func (r Ring) compact() Ring {
	var kept Ring
	for _, p := range r {
		kept = append(kept, p)
		for n := len(kept); n > 1; n = len(kept) {
			if kept[n-1] == kept[n-2] {
				kept = kept[:n-1]
			} else if n > 2 && kept[n-1] == kept[n-3] {
				kept = kept[:n-2]
			} else {
				break
			}
		}
	}
	for { // where it closes
		n := len(kept)
		switch {
		case n > 1 && kept[0] == kept[n-1]:
			kept = kept[:n-1]
		case n > 2 && kept[1] == kept[n-1]: // the first point is the tip of a spike
			kept = kept[1 : n-1]
		case n > 2 && kept[0] == kept[n-2]: // the last one is
			kept = kept[:n-2]
		default:
			return kept
		}
	}
}

// area returns what a ring encloses, in square degrees: above 0 where it runs against the clock.
func (r Ring) area() float64 {
	twice := 0.0
	for i, p := range r {
		q := r[(i+1)%len(r)]
		twice += p[0]*q[1] - q[0]*p[1]
	}
	if math.Abs(twice) < 1e-9 { // below the square of the last digit: there and back along one line
		return 0
	}
	return twice / 2
}

// Points returns how many points a shape has.
func (s Shape) Points() int {
	n := 0
	for _, polygon := range s {
		for _, ring := range polygon {
			n += len(ring)
		}
	}
	return n
}

// Geometry writes a shape as GeoJSON, in one form for one shape.
func (s Shape) Geometry() string {
	text := []byte(`{"type":"MultiPolygon","coordinates":[`)
	for i, polygon := range s {
		text = append(comma(text, i), '[')
		for n, ring := range polygon {
			text = append(comma(text, n), '[')
			for k := range len(ring) + 1 {
				p := ring[k%len(ring)]
				text = append(comma(text, k), '[')
				text = strconv.AppendFloat(text, p[0], 'f', -1, 64)
				text = append(text, ',')
				text = strconv.AppendFloat(text, p[1], 'f', -1, 64)
				text = append(text, ']')
			}
			text = append(text, ']')
		}
		text = append(text, ']')
	}
	return string(append(text, ']', '}'))
}

func comma(text []byte, i int) []byte {
	if i > 0 {
		return append(text, ',')
	}
	return text
}

// jsonFault says what was found where JSON of another kind was expected.
func jsonFault(text []byte, err error) string {
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &mismatch):
		return "a JSON " + mismatch.Value
	case len(text) == 0:
		return "none"
	}
	return "text that is no JSON: " + err.Error()
}

// shown quotes a text, cut short where it is long.
func shown(text string) string {
	if letters := []rune(text); len(letters) > 60 {
		text = string(letters[:60]) + "…"
	}
	return strconv.Quote(text)
}
