package chart

import (
	"math"
	"slices"

	"homebound/internal/boundaries"
)

// A map of Russia alone is drawn from the shapes that lie beside this file, in their own projection. Any other is drawn
// from outlines in degrees, in an equal-area projection about what is shown, so that shades are as large as the regions.

// shapesOf returns the outlines of a map's subjects on a plane, y to the south.
func (m Map) shapesOf() (shapes []outline, conic bool) {
	own := slices.ContainsFunc(m, func(s Subject) bool { return s.Shape != nil })
	var spheric []boundaries.Shape
	for _, s := range m {
		if !own {
			shapes = append(shapes, subjectShapes()[s.Code])
			continue
		}
		shape := s.Shape
		if shape == nil {
			shape = boundaries.Shape{unprojected(subjectShapes()[s.Code])}
		}
		spheric = append(spheric, shape)
	}
	if !own {
		return shapes, true
	}
	p := about(spheric)
	for _, shape := range spheric {
		shapes = append(shapes, p.outline(shape))
	}
	return shapes, false
}

// The projection of subjects.txt; see subjects/README.md.
const (
	earth                         = 6371.0072 // km, the radius of the sphere with the area of the earth
	russianSouth, russianNorth    = 52, 64
	russianMeridian               = 105
	degree                        = math.Pi / 180
	flat, widest, stepOfParallels = 0.15, 200, 6.0
)

// unprojected returns a subject's rings in degrees.
func unprojected(rings [][]point) boundaries.Polygon {
	albers := albersOf(russianSouth, russianNorth)
	var all boundaries.Polygon
	for _, ring := range rings {
		var points boundaries.Ring
		for _, p := range ring {
			distance := math.Hypot(p.x, p.y)
			sin := (albers.c - math.Pow(distance*albers.n/earth, 2)) / (2 * albers.n)
			east := russianMeridian + math.Atan2(p.x, p.y)/albers.n/degree
			points = append(points, boundaries.Point{east, math.Asin(sin) / degree})
		}
		all = append(all, points)
	}
	return all
}

// albers is Albers' equal-area conic on a sphere (Snyder, Map Projections: A Working Manual, 1987, chapter 14).
type albers struct{ n, c float64 }

func albersOf(south, north float64) albers {
	a, b := math.Sin(south*degree), math.Sin(north*degree)
	return albers{(a + b) / 2, 1 + a*b}
}

// projection is a conic about a meridian, or, where the cone would be flat or wound about itself, Lambert's cylindrical
// equal-area projection with a parallel of true scale.
type projection struct {
	albers
	meridian float64 // the one in the middle, in degrees
	standard float64 // the cosine of the parallel of true scale; 0 for the conic
}

// about returns a projection about the middle of some shapes, whose parallels of true scale are a sixth of the height from
// the ends.
func about(shapes []boundaries.Shape) projection {
	var easts []float64
	south, north := 90.0, -90.0
	for _, shape := range shapes {
		for _, polygon := range shape {
			for _, at := range polygon[0] {
				easts = append(easts, math.Mod(at[0]+720, 360))
				south, north = min(south, at[1]), max(north, at[1])
			}
		}
	}
	// The map is cut open where there is most room between two meridians.
	slices.Sort(easts)
	west, gap := easts[0], easts[0]+360-easts[len(easts)-1]
	for i := 1; i < len(easts); i++ {
		if between := easts[i] - easts[i-1]; between > gap {
			west, gap = easts[i], between
		}
	}
	height, width := north-south, 360-gap
	p := projection{albersOf(south+height/stepOfParallels, north-height/stepOfParallels), middleEast(shapes, west), 0}
	if math.Abs(p.n) < flat || width > widest {
		p.standard = max(0.2, math.Cos((south+north)/2*degree))
	}
	return p
}

// middleEast returns the mean longitude of the land east of a meridian, so that what is large stands upright and not what
// lies apart.
func middleEast(shapes []boundaries.Shape, west float64) float64 {
	sum, land := 0.0, 0.0
	for _, shape := range shapes {
		for _, polygon := range shape {
			var ring []point
			for _, at := range polygon[0] {
				ring = append(ring, point{math.Mod(at[0]-west+720, 360), at[1]})
			}
			o := outline{ring}
			area := o.area() * math.Cos(ring[0].y*degree)
			sum, land = sum+o.middle().x*area, land+area
		}
	}
	if land == 0 {
		return west
	}
	return west + sum/land
}

func (p projection) outline(shape boundaries.Shape) outline {
	var all outline
	for _, polygon := range shape {
		for _, ring := range polygon {
			points := make([]point, len(ring))
			for i, at := range ring {
				points[i] = p.at(at)
			}
			all = append(all, points)
		}
	}
	slices.SortStableFunc(all, func(a, b []point) int { // the first ring is the one that is named
		return compareAreas(b, a)
	})
	return all
}

// at returns where a place lies on the plane, in kilometres.
func (p projection) at(place boundaries.Point) point {
	east := math.Mod(place[0]-p.meridian+900, 360) - 180
	sin := math.Sin(place[1] * degree)
	if p.standard > 0 {
		return point{earth * east * degree * p.standard, -earth * sin / p.standard}
	}
	distance := earth / p.n * math.Sqrt(max(0, p.c-2*p.n*sin))
	across, along := math.Sincos(p.n * east * degree)
	return point{distance * across, distance * along}
}

func compareAreas(a, b []point) int {
	switch x, y := (outline{a}).area(), (outline{b}).area(); {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}
