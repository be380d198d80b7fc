package chart

import (
	_ "embed"
	"math"
	"strconv"
	"strings"
	"sync"
)

//go:embed subjects/subjects.txt
var subjectsText string

// subjectShapes are the outlines of Russia's federal subjects by their codes of ISO 3166-2, as subjects/README.md
// tells: outer rings and, running the other way round, holes, the largest first. Coordinates are kilometres on
// Albers' equal-area conic with the parallels 52° and 64° N, from the point where the meridians meet: x to the
// east, y to the south along 105° E.
var subjectShapes = sync.OnceValue(func() map[string][][]point {
	shapes := map[string][][]point{}
	for line := range strings.Lines(subjectsText) {
		code, rings, _ := strings.Cut(strings.TrimSpace(line), "\t")
		for ring := range strings.SplitSeq(rings, "\t") {
			var points []point
			var at point
			for step := range strings.FieldsSeq(ring) {
				x, y, _ := strings.Cut(step, ",")
				dx, _ := strconv.Atoi(x) // the file is ours, and its test reads every number
				dy, _ := strconv.Atoi(y)
				at = point{at.x + float64(dx), at.y + float64(dy)}
				points = append(points, at)
			}
			shapes[code] = append(shapes[code], points)
		}
	}
	return shapes
})

// HasShape reports whether a Map can draw a region: whether it is a federal subject of Russia, by its code.
func HasShape(code string) bool { return subjectShapes()[code] != nil }

// outline is a region as it lies on a page: rings of points in pixels.
type outline [][]point

// upright turns shapes on the cone of subjects.txt so that the meridian through their middle is upright: a turn about the
// point where the meridians meet makes another meridian the central one.
func upright(shapes []outline) []outline {
	west, east := math.Inf(1), math.Inf(-1)
	for _, shape := range shapes {
		for _, ring := range shape {
			for _, p := range ring {
				bearing := math.Atan2(p.x, p.y)
				west, east = min(west, bearing), max(east, bearing)
			}
		}
	}
	sin, cos := math.Sincos((west + east) / 2)
	turned := make([]outline, len(shapes))
	for i, shape := range shapes {
		turned[i] = shape.each(func(p point) point { return point{p.x*cos - p.y*sin, p.x*sin + p.y*cos} })
	}
	return turned
}

// fit lays shapes into a room of a width and at most a height, and returns them with the height that they take.
func fit(shapes []outline, width, height float64) ([]outline, float64) {
	laid := make([]outline, len(shapes))
	room := box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, shape := range shapes {
		b := shape.box()
		room = box{min(room.left, b.left), min(room.top, b.top), max(room.right, b.right), max(room.bottom, b.bottom)}
	}
	scale := min(width/(room.right-room.left), height/(room.bottom-room.top))
	margin := (width - scale*(room.right-room.left)) / 2
	for i, shape := range shapes {
		laid[i] = shape.each(func(p point) point {
			return point{half(margin + scale*(p.x-room.left)), half(scale * (p.y - room.top))}
		}).thinned()
	}
	return laid, scale * (room.bottom - room.top)
}

// half rounds to halves of a pixel. Neighbours share their points, and so they still do.
func half(v float64) float64 { return math.Round(2*v) / 2 }

func (o outline) each(f func(point) point) outline {
	all := make(outline, len(o))
	for i, ring := range o {
		all[i] = make([]point, len(ring))
		for n, p := range ring {
			all[i][n] = f(p)
		}
	}
	return all
}

// thinned leaves out points that fall on those before them, and rings of which nothing is left to see but the first.
func (o outline) thinned() outline {
	var all outline
	for i, ring := range o {
		var kept []point
		for _, p := range ring {
			if len(kept) == 0 || p != kept[len(kept)-1] {
				kept = append(kept, p)
			}
		}
		if len(kept) >= 3 || i == 0 {
			all = append(all, kept)
		}
	}
	return all
}

// box returns the room that the outline takes.
func (o outline) box() box {
	b := box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, ring := range o {
		for _, p := range ring {
			b = box{min(b.left, p.x), min(b.top, p.y), max(b.right, p.x), max(b.bottom, p.y)}
		}
	}
	return b
}

// area returns the area of what lies within the rings, holes left out.
func (o outline) area() float64 {
	twice := 0.0
	for _, ring := range o {
		for i, p := range ring {
			q := ring[(i+1)%len(ring)]
			twice += p.x*q.y - q.x*p.y
		}
	}
	return math.Abs(twice) / 2
}

// middle returns the centre of gravity of the largest ring.
func (o outline) middle() point {
	ring := o[0]
	var sum point
	var twice float64
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		cross := p.x*q.y - q.x*p.y
		sum.x, sum.y, twice = sum.x+cross*(p.x+q.x), sum.y+cross*(p.y+q.y), twice+cross
	}
	if twice == 0 {
		return ring[0]
	}
	return point{sum.x / (3 * twice), sum.y / (3 * twice)}
}

// holds reports whether a place lies within the outline.
func (o outline) holds(at point) bool {
	within := false
	for _, ring := range o {
		for i, p := range ring {
			q := ring[(i+1)%len(ring)]
			if (p.y > at.y) != (q.y > at.y) && at.x < p.x+(q.x-p.x)*(at.y-p.y)/(q.y-p.y) {
				within = !within
			}
		}
	}
	return within
}

// crossed reports whether an edge passes a room.
func (o outline) crossed(b box) bool {
	for _, ring := range o {
		for i, p := range ring {
			q := ring[(i+1)%len(ring)]
			apart := max(p.x, q.x) < b.left || min(p.x, q.x) > b.right || max(p.y, q.y) < b.top ||
				min(p.y, q.y) > b.bottom
			if !apart && b.crossed(p, q) {
				return true
			}
		}
	}
	return false
}
