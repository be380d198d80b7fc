package boundaries

import (
	"cmp"
	"container/heap"
	"math"
	"slices"
)

// Simplify leaves out points of shapes, those first that change the outlines least, until at most so many are left.
// Shapes that have no more stay as they are, and so does what was simplified before. No shape is lost.
//
// What two shapes share stays shared. Rings are cut at the points where borders meet or part; what lies between, an arc,
// is simplified once, for the rings on both of its sides, and its ends are kept. Points go by Visvalingam's and Whyatt's
// method (Line generalisation by repeated elimination of the smallest area, 1993): the one whose triangle with its
// neighbours is the smallest is next. An island that is down to a triangle goes as a whole, unless it is the largest of
// its shape.
func Simplify(shapes []Shape, most int) []Shape {
	left := 0
	for _, s := range shapes {
		left += s.Points()
	}
	if left <= most {
		return shapes
	}
	s := &simplifier{arcs: map[edge]*arc{}, nodes: nodesOf(shapes)}
	cut := make([][][][]turn, len(shapes))
	for i, shape := range shapes {
		cut[i] = s.cut(shape)
	}
	s.reduce(most)
	all := make([]Shape, len(shapes))
	for i, polygons := range cut {
		for _, rings := range polygons {
			var polygon Polygon
			for n, turns := range rings {
				if ring := joined(turns); len(ring) > 0 {
					polygon = append(polygon, ring)
				} else if n == 0 {
					break
				}
			}
			if polygon != nil {
				all[i] = append(all[i], polygon)
			}
		}
		if all[i] = all[i].settled(); len(all[i]) == 0 { // of a ring that crosses itself, no area may be left
			all[i] = shapes[i]
		}
	}
	return all
}

type simplifier struct {
	nodes map[Point]bool
	arcs  map[edge]*arc // by their first two points
	order []*arc
	queue queue
	left  int // points
}

type edge [2]Point

// arc is a stretch of border between two nodes, or a whole ring that has none.
type arc struct {
	points []vertex
	closed bool // a ring by itself: its last point is the first again
	least  int  // how many points must stay between its ends
	inner  int  // how many there are
	uses   int  // by so many rings
	needed bool // the largest ring of a shape
	gone   bool
}

type vertex struct {
	at             Point
	before, behind int // its neighbours that are left
	area           float64
	gone           bool
}

// turn is an arc as a ring runs through it.
type turn struct {
	arc      *arc
	backward bool
}

// nodesOf finds the points where borders meet or part: those with other than two neighbours.
func nodesOf(shapes []Shape) map[Point]bool {
	beside := map[Point][2]Point{}
	nodes := map[Point]bool{}
	add := func(p, q Point) {
		two, there := beside[p]
		switch {
		case !there:
			beside[p] = [2]Point{q, q}
		case two[0] == q || two[1] == q:
		case two[0] == two[1]:
			beside[p] = [2]Point{two[0], q}
		default:
			nodes[p] = true
		}
	}
	for _, s := range shapes {
		for _, polygon := range s {
			for _, ring := range polygon {
				for i, p := range ring {
					q := ring[(i+1)%len(ring)]
					add(p, q)
					add(q, p)
				}
			}
		}
	}
	return nodes
}

// cut returns the rings of a shape as arcs, and marks what must stay.
func (s *simplifier) cut(shape Shape) [][][]turn {
	largest, at := -1.0, 0
	cut := make([][][]turn, len(shape))
	for i, polygon := range shape {
		for _, ring := range polygon {
			cut[i] = append(cut[i], s.cutRing(ring))
		}
		if area := math.Abs(polygon[0].area()); area > largest {
			largest, at = area, i
		}
	}
	for _, t := range cut[at][0] {
		t.arc.needed = true
	}
	return cut
}

func (s *simplifier) cutRing(ring Ring) []turn {
	first := slices.IndexFunc(ring, func(p Point) bool { return s.nodes[p] })
	whole := first < 0
	if whole { // its westernmost point stands for a node, for a shape that fills a hole too
		first = slices.Index(ring, slices.MinFunc(ring, comparePoints))
	}
	ring = slices.Concat(ring[first:], ring[:first+1])
	var turns []turn
	for from := 0; from < len(ring)-1; {
		to := from + 1
		for to < len(ring)-1 && !s.nodes[ring[to]] {
			to++
		}
		turns = append(turns, s.turn(ring[from:to+1], whole))
		from = to
	}
	// Two arcs would fall into one line if both were straight, and one alone into a point.
	least := max(0, 3-len(turns))
	for _, t := range turns {
		t.arc.least = max(t.arc.least, least)
	}
	return turns
}

func comparePoints(a, b Point) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }

// turn finds or makes the arc of a stretch. Both of its sides find the same, whichever way they run.
func (s *simplifier) turn(stretch []Point, closed bool) turn {
	last := len(stretch) - 1
	order := cmp.Or(comparePoints(stretch[0], stretch[last]), comparePoints(stretch[1], stretch[last-1]))
	if order > 0 {
		stretch = slices.Clone(stretch)
		slices.Reverse(stretch)
	}
	key := edge{stretch[0], stretch[1]}
	a := s.arcs[key]
	if a == nil {
		a = &arc{closed: closed, inner: last - 1}
		for i, p := range stretch {
			a.points = append(a.points, vertex{at: p, before: i - 1, behind: i + 1})
		}
		s.arcs[key] = a
		s.order = append(s.order, a)
	}
	a.uses++
	return turn{a, order > 0}
}

// reduce leaves out points until at most so many are left, those that two shapes share counted twice.
func (s *simplifier) reduce(most int) {
	for n, a := range s.order {
		s.left += (a.inner + 1) * a.uses
		for i := 1; i < len(a.points)-1; i++ {
			a.points[i].area = a.triangle(i)
			s.queue = append(s.queue, item{a.points[i].area, n, i})
		}
	}
	heap.Init(&s.queue)
	for s.left > most && len(s.queue) > 0 {
		next := heap.Pop(&s.queue).(item)
		a := s.order[next.arc]
		switch {
		case a.gone || next.point > 0 && (a.points[next.point].gone || a.points[next.point].area != next.area):
			continue // a later item stands for it
		case next.point == 0:
			a.gone = true
			s.left -= (a.inner + 1) * a.uses
		case a.inner > a.least:
			s.drop(next)
		case a.closed && !a.needed:
			s.island(next.arc)
		}
	}
}

// drop leaves out a point, and measures its neighbours anew. What comes after it is never thought smaller than it was,
// so that a bend goes from its tip on.
func (s *simplifier) drop(next item) {
	a := s.order[next.arc]
	p := &a.points[next.point]
	p.gone = true
	a.points[p.before].behind, a.points[p.behind].before = p.behind, p.before
	a.inner--
	s.left -= a.uses
	for _, i := range []int{p.before, p.behind} {
		if 0 < i && i < len(a.points)-1 {
			a.points[i].area = max(a.triangle(i), next.area)
			heap.Push(&s.queue, item{a.points[i].area, next.arc, i})
		}
	}
}

// island queues a ring that has no point to spare as a whole.
func (s *simplifier) island(n int) {
	a := s.order[n]
	if a.points[0].area == 0 {
		a.points[0].area = math.SmallestNonzeroFloat64 // queued
		inner := a.points[a.points[0].behind]
		heap.Push(&s.queue, item{area(a.points[0].at, inner.at, a.points[inner.behind].at), n, 0})
	}
}

// triangle returns the area of a point and its neighbours.
func (a *arc) triangle(i int) float64 {
	p := a.points[i]
	return area(a.points[p.before].at, p.at, a.points[p.behind].at)
}

// area returns the area of a triangle, in square degrees of the equator: a degree of longitude is as long as it is at the
// triangle's latitude.
func area(p, q, r Point) float64 {
	twice := (q[0]-p[0])*(r[1]-p[1]) - (r[0]-p[0])*(q[1]-p[1])
	return math.Abs(twice) / 2 * math.Cos(q[1]*math.Pi/180)
}

// joined returns the points that are left of a ring, none where it is gone.
func joined(turns []turn) Ring {
	var ring Ring
	for _, t := range turns {
		if t.arc.gone {
			return nil
		}
		var points Ring
		for i := 0; i < len(t.arc.points); i = t.arc.points[i].behind {
			points = append(points, t.arc.points[i].at)
		}
		if t.backward {
			slices.Reverse(points)
		}
		ring = append(ring, points[:len(points)-1]...)
	}
	return ring
}

// item is a point that may go, or, where point is 0, an island.
type item struct {
	area       float64
	arc, point int
}

// queue has the smallest item first.
type queue []item

// Len is how many there are.
func (q queue) Len() int { return len(q) }

// Less orders items of one size by their places, so that the same shapes are simplified alike.
func (q queue) Less(i, j int) bool {
	a, b := q[i], q[j]
	return cmp.Or(cmp.Compare(a.area, b.area), cmp.Compare(a.arc, b.arc), cmp.Compare(a.point, b.point)) < 0
}

// Swap exchanges two.
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push adds one at the end.
func (q *queue) Push(x any) { *q = append(*q, x.(item)) }

// Pop takes the last one.
func (q *queue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	*q = (*q)[:last]
	return x
}
