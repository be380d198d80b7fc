package chart

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/boundaries"
)

// TestUnprojected_IsWhereThePlaceIs turns what is projected by the formulas of another test back into degrees.
func TestUnprojected_IsWhereThePlaceIs(t *testing.T) {
	for _, place := range []boundaries.Point{{132, 43}, {37.6, 55.7}, {105, 64}, {179, 67}, {20.6, 54.7}} {
		back := unprojected([][]point{{projectedAt(place[1], place[0])}})[0][0]
		assert.InDelta(t, place[0], back[0], 1e-9)
		assert.InDelta(t, place[1], back[1], 1e-9)
	}
}

// box in degrees, with points along its sides.
func field(west, south, east, north float64) boundaries.Shape {
	var ring boundaries.Ring
	const steps = 40
	for i := range steps {
		ring = append(ring, boundaries.Point{west + (east-west)*float64(i)/steps, south})
	}
	for i := range steps {
		ring = append(ring, boundaries.Point{east, south + (north-south)*float64(i)/steps})
	}
	for i := range steps {
		ring = append(ring, boundaries.Point{east - (east-west)*float64(i)/steps, north})
	}
	for i := range steps {
		ring = append(ring, boundaries.Point{west, north - (north-south)*float64(i)/steps})
	}
	return boundaries.Shape{{ring}}
}

// TestProjection_KeepsAreasAndDirections projects fields on both sides of the equator, across the 180th meridian, and of
// the whole world, and holds their areas against that of a zone of a sphere.
func TestProjection_KeepsAreasAndDirections(t *testing.T) {
	for name, f := range map[string][4]float64{
		"the United States": {-125, 25, -67, 49}, "Brazil": {-74, -33, -35, 5}, "Australia": {113, -39, 154, -11}, "Kenya": {34, -4, 42, 5},
		"Fiji": {176, -20, 182, -15}, "the world": {-180, -60, 180, 80}, "Svalbard": {10, 76, 33, 81},
	} {
		m := Map{{Code: "X", Shape: field(f[0], f[1], f[2], f[3])}}
		for _, ring := range m[0].Shape[0] {
			for i, at := range ring {
				if at[0] > 180 {
					ring[i][0] = at[0] - 360
				}
			}
		}
		shapes, conic := m.shapesOf()
		require.False(t, conic)
		zone := earth * earth * (f[2] - f[0]) * degree * (math.Sin(f[3]*degree) - math.Sin(f[1]*degree))
		if name != "the world" { // which is cut open at a side
			assert.InEpsilon(t, zone, shapes[0].area(), 0.01, name)
		}
		p := about([]boundaries.Shape{m[0].Shape})
		middle := p.meridian
		south, north := p.at(boundaries.Point{middle, f[1]}), p.at(boundaries.Point{middle, f[3]})
		assert.Less(t, north.y, south.y, name+": north is up")
		assert.Greater(t, p.at(boundaries.Point{middle + 1, f[1]}).x, p.at(boundaries.Point{middle - 1, f[1]}).x, name+": east is right")
	}
}

// TestMap_PutsRussiaBesideItsNeighbours draws an outline of a package and one of our own on one map.
func TestMap_PutsRussiaBesideItsNeighbours(t *testing.T) {
	m := Map{{Code: "RU-PRI", Label: "Primorsky", Value: value(3)}, {Code: "KP", Label: "North Korea", Value: value(1), Shape: field(124.5, 38, 130, 42)}}
	shapes, _ := m.shapesOf()
	primorye, korea := shapes[0].box(), shapes[1].box()
	assert.Less(t, korea.left, primorye.left)
	assert.Greater(t, korea.bottom, primorye.bottom)
	assert.InDelta(t, 164.7, shapes[0].area()/1000, 8, "thousand square kilometres, by Rosstat")
	svg := (&Picture{Title: "Map", Plot: m}).SVG(Options{Theme: Light, Width: 900})
	assert.Contains(t, string(svg), ">North Korea</text>")
}
