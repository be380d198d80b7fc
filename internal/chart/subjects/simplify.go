//go:build ignore

// Command simplify writes subjects.txt from Natural Earth's provinces of Russia; README.md tells where those are
// from and how it is run. What two subjects share stays shared: a border is simplified once, and each end of one is
// kept.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"os"
	"slices"
	"strings"
)

// The projection: Albers' equal-area conic on a sphere, in kilometres from the point where the meridians meet, x to
// the east and y to the south along the central meridian.
const (
	radius             = 6371.0072 // km, of the sphere with the area of the earth
	south, north, east = 52.0, 64.0, 105.0
	degree             = math.Pi / 180
)

// What is left out, in square kilometres: bends that span less, islands that are smaller. Small subjects keep more.
const (
	leastBend, leastIsland = 60, 450
	smallSubject, fineBend = 45000, 12
)

type point struct{ x, y float64 } // degrees, or kilometres once projected

// codes has the code of ISO 3166-2 of each province, by the number that Natural Earth knows it by: its names and
// codes are not all of one subject alone.
var codes = map[string]string{
	"2167": "RU-TOM", "2279": "RU-AD", "2280": "RU-KC", "2303": "RU-IN", "2304": "RU-KB", "2305": "RU-SE", "2306": "RU-STA", "2321": "RU-CHU",
	"2324": "RU-KGD", "2333": "RU-MUR", "2334": "RU-NGR", "2335": "RU-PSK", "2336": "RU-LEN", "2337": "RU-SPE", "2342": "RU-BRY", "2343": "RU-SMO",
	"2353": "RU-KR", "2354": "RU-ARK", "2355": "RU-IVA", "2356": "RU-KOS", "2357": "RU-NIZ", "2358": "RU-TVE", "2359": "RU-VLG", "2360": "RU-YAR",
	"2361": "RU-KLU", "2362": "RU-KRS", "2363": "RU-LIP", "2364": "RU-MOS", "2365": "RU-MOW", "2366": "RU-ORL", "2367": "RU-ROS", "2368": "RU-TUL",
	"2369": "RU-VGG", "2370": "RU-BEL", "2371": "RU-KDA", "2372": "RU-MO", "2373": "RU-PNZ", "2374": "RU-RYA", "2375": "RU-TAM", "2376": "RU-VLA",
	"2377": "RU-VOR", "2378": "RU-BA", "2379": "RU-CHE", "2380": "RU-KGN", "2381": "RU-NEN", "2382": "RU-YAN", "2383": "RU-KO", "2384": "RU-KIR",
	"2385": "RU-ME", "2386": "RU-SVE", "2387": "RU-UD", "2388": "RU-AST", "2389": "RU-CU", "2390": "RU-KL", "2391": "RU-ORE", "2392": "RU-SAM",
	"2393": "RU-SAR", "2394": "RU-TA", "2395": "RU-ULY", "2396": "RU-KHM", "2397": "RU-OMS", "2398": "RU-TYU", "2399": "RU-ALT", "2400": "RU-AL",
	"2401": "RU-KEM", "2402": "RU-KK", "2403": "RU-NVS", "2416": "RU-CE", "2417": "RU-DA", "2602": "RU-IRK", "2603": "RU-KYA", "2605": "RU-TY",
	"2606": "RU-BU", "2609": "RU-AMU", "2610": "RU-ZAB", "2611": "RU-PRI", "2612": "RU-SA", "2613": "RU-YEV", "2614": "RU-KHA", "2615": "RU-MAG",
	"2616": "RU-SAK", "3200": "RU-PER", "3468": "RU-KAM",
}

type subject struct {
	code  string
	rings [][]point // outer ones and holes, which run the other way round; the last point is not the first again
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	subjects := read(text)
	nodes := nodesOf(subjects)
	bends := map[[2]point]float64{} // by an edge, of the smaller of its subjects
	for _, s := range subjects {
		for _, ring := range s.rings {
			for i, p := range ring {
				e := edge(p, ring[(i+1)%len(ring)])
				bends[e] = min(cmp.Or(bends[e], leastBend), s.bend())
			}
		}
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	kept := 0
	for _, s := range subjects {
		var rings [][]point
		for _, ring := range s.rings {
			island := !slices.ContainsFunc(ring, func(p point) bool { return nodes[p] })
			simple := simplified(ring, nodes, bends)
			if len(simple) >= 3 && (!island || math.Abs(area(simple)) >= leastIsland || len(s.rings) == 1) {
				rings = append(rings, simple)
			}
		}
		slices.SortStableFunc(rings, func(a, b []point) int {
			return cmp.Compare(math.Abs(area(b)), math.Abs(area(a)))
		})
		out.WriteString(s.code)
		for _, ring := range rings {
			write(out, ring)
			kept += len(ring)
		}
		out.WriteByte('\n')
	}
	fmt.Fprintf(os.Stderr, "%d subjects, %d points\n", len(subjects), kept)
}

// read returns the subjects in the order of their codes. What the 180th meridian cuts is whole again.
func read(text []byte) []subject {
	var collection struct {
		Features []struct {
			Properties struct {
				Code string `json:"adm1_code"`
			}
			Geometry struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(text, &collection); err != nil {
		log.Fatal(err)
	}
	var all []subject
	for _, f := range collection.Features {
		code, known := codes[strings.TrimPrefix(f.Properties.Code, "RUS-")]
		if !known {
			fmt.Fprintf(os.Stderr, "left out: %s\n", f.Properties.Code)
			continue
		}
		polygons := make([][][][2]float64, 1)
		into := any(&polygons)
		if f.Geometry.Type == "Polygon" {
			into = &polygons[0]
		}
		if err := json.Unmarshal(f.Geometry.Coordinates, into); err != nil {
			log.Fatal(err)
		}
		edges := map[point][]point{}
		var order []point
		for _, polygon := range polygons {
			for _, ring := range polygon {
				for i := 1; i < len(ring); i++ {
					a, b := turned(ring[i-1]), turned(ring[i])
					if a == b {
						continue
					}
					if at := slices.Index(edges[b], a); at >= 0 { // there and back is no border
						edges[b] = slices.Delete(edges[b], at, at+1)
						continue
					}
					edges[a] = append(edges[a], b)
					order = append(order, a)
				}
			}
		}
		s := subject{code: code}
		for _, first := range order {
			for len(edges[first]) > 0 {
				var ring []point
				for at := first; len(edges[at]) > 0; {
					next := edges[at][len(edges[at])-1]
					edges[at] = edges[at][:len(edges[at])-1]
					ring = append(ring, at)
					at = next
				}
				s.rings = append(s.rings, ring)
			}
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b subject) int { return strings.Compare(a.code, b.code) })
	return all
}

// turned returns a place with its longitude from 0 to 360 degrees, in billionths of a degree. On the 180th
// meridian, the two halves of what it cuts have slightly other points: there, a hundredth of a degree makes them
// the same.
func turned(p [2]float64) point {
	if p[0] < 0 {
		p[0] += 360
	}
	if math.Abs(p[0]-180) < 1e-6 {
		return point{180, math.Round(p[1]*100) / 100}
	}
	return point{math.Round(p[0]*1e9) / 1e9, math.Round(p[1]*1e9) / 1e9}
}

// nodesOf finds where borders meet or end.
func nodesOf(subjects []subject) map[point]bool {
	beside := map[point]map[point]bool{}
	add := func(a, b point) {
		if beside[a] == nil {
			beside[a] = map[point]bool{}
		}
		beside[a][b] = true
	}
	for _, s := range subjects {
		for _, ring := range s.rings {
			for i, p := range ring {
				q := ring[(i+1)%len(ring)]
				add(p, q)
				add(q, p)
			}
		}
	}
	nodes := map[point]bool{}
	for p, others := range beside {
		if len(others) != 2 {
			nodes[p] = true
		}
	}
	return nodes
}

func edge(a, b point) [2]point {
	if before(b, a) {
		return [2]point{b, a}
	}
	return [2]point{a, b}
}

func before(a, b point) bool { return a.x < b.x || a.x == b.x && a.y < b.y }

// bend returns what a bend of the subject's border must span to be kept.
func (s subject) bend() float64 {
	whole := 0.0
	for _, ring := range s.rings {
		whole += area(projected(ring))
	}
	if math.Abs(whole) < smallSubject {
		return fineBend
	}
	return leastBend
}

// simplified returns a ring, projected, with each stretch between two nodes simplified as its other side has it.
func simplified(ring []point, nodes map[point]bool, bends map[[2]point]float64) []point {
	first := slices.IndexFunc(ring, func(p point) bool { return nodes[p] })
	if first < 0 { // of an island or a hole: its westernmost point stands for a node, for what lies in the hole too
		first = slices.Index(ring, slices.MinFunc(ring, func(a, b point) int {
			return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y))
		}))
	}
	ring = slices.Concat(ring[first:], ring[:first+1])
	var all []point
	for from := 0; from < len(ring)-1; {
		to := from + 1
		for to < len(ring)-1 && !nodes[ring[to]] {
			to++
		}
		stretch := slices.Clone(ring[from : to+1])
		last := len(stretch) - 1
		backward := before(stretch[last], stretch[0]) || stretch[0] == stretch[last] &&
			before(stretch[last-1], stretch[1])
		if backward {
			slices.Reverse(stretch)
		}
		stretch = straightened(projected(stretch), bends[edge(ring[from], ring[from+1])])
		if backward {
			slices.Reverse(stretch)
		}
		all = append(all, stretch[:len(stretch)-1]...)
		from = to
	}
	return slices.Compact(all)
}

// straightened leaves out, by Visvalingam's and Whyatt's method, the points whose triangle with their neighbours is
// the smallest, while it spans less than the least.
func straightened(line []point, least float64) []point {
	for len(line) > 2 {
		smallest, at := least, 0
		for i := 1; i < len(line)-1; i++ {
			if a := math.Abs(area(line[i-1 : i+2])); a < smallest {
				smallest, at = a, i
			}
		}
		if at == 0 || line[0] == line[len(line)-1] && len(line) <= 4 {
			break
		}
		line = slices.Delete(line, at, at+1)
	}
	for i, p := range line {
		line[i] = point{math.Round(p.x), math.Round(p.y)}
	}
	return line
}

func projected(ring []point) []point {
	n := (math.Sin(south*degree) + math.Sin(north*degree)) / 2
	c := math.Pow(math.Cos(south*degree), 2) + 2*n*math.Sin(south*degree)
	all := make([]point, len(ring))
	for i, p := range ring {
		distance := radius * math.Sqrt(c-2*n*math.Sin(p.y*degree)) / n
		angle := n * (p.x - east) * degree
		all[i] = point{distance * math.Sin(angle), distance * math.Cos(angle)}
	}
	return all
}

// area returns the area of a ring: below 0 where it runs against the clock, as y goes to the south.
func area(ring []point) float64 {
	twice := 0.0
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		twice += p.x*q.y - q.x*p.y
	}
	return twice / 2
}

// write puts a ring behind its subject's code: its first point, then the steps from each to the next.
func write(out *bufio.Writer, ring []point) {
	at := point{}
	for i, p := range ring {
		mark := " "
		if i == 0 {
			mark = "\t"
		}
		fmt.Fprintf(out, "%s%d,%d", mark, int(p.x-at.x), int(p.y-at.y))
		at = p
	}
}
