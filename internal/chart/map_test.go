package chart

import (
	"encoding/csv"
	"fmt"
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/words"
)

// TestShapes_AreThoseOfTheSubjects holds the map against the regions that the default package has, both ways.
func TestShapes_AreThoseOfTheSubjects(t *testing.T) {
	file, err := os.Open("../../db/seed/regions.csv")
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	var subjects []string
	for _, row := range rows[1:] {
		if row[3] == "SUBJECT" {
			subjects = append(subjects, row[0])
		}
	}
	slices.Sort(subjects)
	require.Len(t, subjects, 83)
	assert.Equal(t, subjects, slices.Sorted(maps.Keys(subjectShapes())))
	assert.True(t, HasShape("RU-MOW"))
	assert.False(t, HasShape("RU"))
	assert.False(t, HasShape(""))
}

func TestShapes_AreReadWhole(t *testing.T) {
	ring := `-?\d+,-?\d+( -?\d+,-?\d+){2,}`
	assert.Regexp(t, regexp.MustCompile(`^(RU-[A-Z]{2,3}(\t`+ring+`)+\n){83}$`), subjectsText)
}

// projectedAt returns where a place lies on the map, by the formulas of Albers for a sphere.
func projectedAt(latitude, longitude float64) point {
	const radius, degree = 6371.0072, math.Pi / 180
	n := (math.Sin(52*degree) + math.Sin(64*degree)) / 2
	c := math.Cos(52*degree)*math.Cos(52*degree) + 2*n*math.Sin(52*degree)
	distance := radius / n * math.Sqrt(c-2*n*math.Sin(latitude*degree))
	sin, cos := math.Sincos(n * (longitude - 105) * degree)
	return point{distance * sin, distance * cos}
}

// TestShapes_HoldTheirTowns asks where towns lie, those of the districts that were merged between 2005 and 2008 and
// of what Moscow took in 2012 among them, and beyond the 180th meridian.
func TestShapes_HoldTheirTowns(t *testing.T) {
	// By hand: 52° N is a parallel of true scale, so its distance is R cos 52° / n = 6371.0072 * 0.6156615 /
	// 0.8434024 km.
	assert.InDelta(t, 4650.67, projectedAt(52, 105).y, 0.01)
	assert.InDelta(t, 0, projectedAt(52, 105).x, 1e-9)
	// A quarter of a turn on the map is 90° / n = 106.711° of longitude.
	assert.InDelta(t, 0, projectedAt(52, 105-106.7106).y, 0.05)
	for town, place := range map[string]struct {
		latitude, longitude float64
		code                string
	}{
		"Vladivostok, inland": {43.45, 132.05, "RU-PRI"}, "Khabarovsk": {48.45, 135.15, "RU-KHA"}, "Birobidzhan": {48.79, 132.92, "RU-YEV"},
		"Ulan-Ude": {51.83, 107.6, "RU-BU"}, "Chita": {52.03, 113.5, "RU-ZAB"}, "Aginskoye, merged 2008": {51.1, 114.52, "RU-ZAB"},
		"Ust-Ordynsky, merged 2008": {52.8, 104.75, "RU-IRK"}, "Kudymkar, merged 2005": {59.01, 54.66, "RU-PER"}, "Perm": {58, 56.25, "RU-PER"},
		"Dudinka, merged 2007": {69.4, 86.4, "RU-KYA"}, "Tura, merged 2007": {64.27, 100.22, "RU-KYA"}, "Krasnoyarsk": {56.01, 92.87, "RU-KYA"},
		"Palana, merged 2007": {59.08, 160.1, "RU-KAM"}, "Milkovo": {54.7, 158.62, "RU-KAM"}, "Anadyr, inland": {64.8, 177, "RU-CHU"},
		"Amguema, past 180°": {67.03, 181.3, "RU-CHU"}, "Yuzhno-Sakhalinsk": {46.96, 142.73, "RU-SAK"}, "Magadan, inland": {60, 151, "RU-MAG"},
		"Yakutsk": {62.03, 129.73, "RU-SA"}, "Blagoveshchensk, inland": {50.6, 127.8, "RU-AMU"}, "Naryan-Mar": {67.64, 53.01, "RU-NEN"},
		"Moscow": {55.75, 37.62, "RU-MOW"}, "Troitsk, since 2012": {55.48, 37.3, "RU-MOW"}, "Podolsk": {55.43, 37.6, "RU-MOS"}, "Saint Petersburg": {59.93, 30.4, "RU-SPE"},
		"Maykop": {44.61, 40.1, "RU-AD"}, "Krasnodar, north": {45.3, 38.95, "RU-KDA"}, "Grozny": {43.32, 45.69, "RU-CE"}, "Magas": {43.17, 44.81, "RU-IN"},
		"Vladikavkaz": {43.02, 44.65, "RU-SE"}, "Kaliningrad": {54.71, 20.6, "RU-KGD"}, "Salekhard": {66.53, 66.7, "RU-YAN"}, "Kyzyl": {51.72, 94.45, "RU-TY"},
		"Simferopol, which is no subject here": {44.95, 34.1, ""}, "Minsk": {53.9, 27.57, ""},
	} {
		var holding []string
		for code, shape := range subjectShapes() {
			if outline(shape).holds(projectedAt(place.latitude, place.longitude)) {
				holding = append(holding, code)
			}
		}
		assert.Equal(t, place.code, strings.Join(holding, " "), town)
	}
}

// TestShapes_HaveTheAreasOfTheSubjects measures what an equal-area map must keep, in thousands of square kilometres
// by Rosstat.
func TestShapes_HaveTheAreasOfTheSubjects(t *testing.T) {
	for code, thousands := range map[string]float64{
		"RU-SA": 3083.5, "RU-KYA": 2366.8, "RU-KHA": 787.6, "RU-IRK": 774.8, "RU-YAN": 769.3, "RU-CHU": 721.5, "RU-KAM": 464.3, "RU-MAG": 462.5, "RU-ZAB": 431.9,
		"RU-AMU": 361.9, "RU-BU": 351.3, "RU-PRI": 164.7, "RU-PER": 160.2, "RU-YEV": 36.3, "RU-MOS": 44.3, "RU-TA": 67.8,
	} {
		tolerance := 0.04
		if code == "RU-YAN" {
			tolerance = 0.13 // its gulfs are water on the map
		}
		assert.InEpsilon(t, thousands, outline(subjectShapes()[code]).area()/1000, tolerance, code)
	}
}

func TestClasses_EndAtRoundFigures(t *testing.T) {
	of := func(counts ...float64) Map {
		var m Map
		for _, v := range counts {
			m = append(m, Subject{Value: &v})
		}
		return append(m, Subject{})
	}
	for _, c := range []struct {
		m     Map
		names string
	}{
		{of(23429, 10500, 7151, 5595, 2415, 1667, 1495, 1310, 1149, 796, 248), "1 to 1,200; 1,201 to 1,600; 1,601 to 2,500; 2,501 to 8,000; More than 8,000"},
		{of(1, 2, 3, 4, 5), "1; 2; 3; 4; More than 4"},
		{of(7), "1 or more"}, {of(9, 9, 9), "1 or more"}, {of(3, 3, 8), "1 to 3; More than 3"}, {of(0, 0), "1 or more"}, {of(), "1 or more"},
		{of(11, 13, 97, 101), "1 to 12; 13 to 14; 15 to 100; More than 100"},
	} {
		ends := classesOf(c.m)
		var names []string
		for class := range len(ends) + 1 {
			names = append(names, ends.name(words.Words{}, class))
		}
		assert.Equal(t, c.names, strings.Join(names, "; "))
		for _, s := range c.m {
			class := ends.of(s)
			assert.Equal(t, s.Value == nil, class == unknownClass)
			assert.LessOrEqual(t, class, len(ends))
			if class > 0 {
				assert.Greater(t, *s.Value, ends[class-1])
			}
			if class >= 0 && class < len(ends) {
				assert.LessOrEqual(t, *s.Value, ends[class])
			}
		}
		assert.LessOrEqual(t, len(ends), mostClasses-1)
		assert.Equal(t, mostClasses-1, ends.shade(len(ends)), "the last stands out the most")
	}
}

// TestClasses_OfRatesAreQuantiles holds five classes of rates against their definition: as many in each, in their order.
func TestClasses_OfRatesAreQuantiles(t *testing.T) {
	of := func(rates ...float64) Map {
		var m Map
		for _, v := range rates {
			m = append(m, Subject{Value: &v, Rate: true})
		}
		return append(m, Subject{Rate: true})
	}
	for _, c := range []struct {
		m     Map
		count []int
		names string
	}{
		{of(0.11, 0.52, 1.31, 1.32, 2.4, 2.9, 3.3, 5, 8.1, 23.4), []int{2, 2, 2, 2, 2}, "Up to 0.52; 0.52 to 1.4; 1.4 to 2.9; 2.9 to 5.0; More than 5.0"},
		{of(0.001, 0.002, 0.003, 0.004, 0.005), []int{1, 1, 1, 1, 1}, "Up to 0.0010; 0.0010 to 0.0020; 0.0020 to 0.0030; 0.0030 to 0.0040; More than 0.0040"},
		{of(2.5), []int{1}, "More than 0"}, {of(), []int{0}, "More than 0"}, {of(1.5, 1.5, 1.5), []int{3}, "More than 0"},
	} {
		ends := classesOf(c.m)
		count := make([]int, len(ends)+1)
		var names []string
		for class := range count {
			names = append(names, ends.called(words.Words{}, class, c.m))
		}
		for _, s := range c.m {
			if class := ends.of(s); class >= 0 {
				count[class]++
			}
		}
		assert.Equal(t, c.count, count, c.names)
		assert.Equal(t, c.names, strings.Join(names, "; "))
	}
}

// TestMap_NamesFiguresOnAPhone looks for every name and figure on a map that is too narrow for words within borders.
func TestMap_NamesFiguresOnAPhone(t *testing.T) {
	p := &Picture{Title: "Map", Plot: Map{{Code: "RU-SA", Label: "Sakha", Rate: true}, {Code: "RU-CHU", Label: "Chukotka", Value: value(0), Rate: true},
		{Code: "RU-MAG", Label: "Magadan", Value: value(1.234), Rate: true}, {Code: "RU-KHA", Label: "Khabarovsk", Value: value(4.56), Rate: true}}}
	_, texts := readSVG(t, p.SVG(Options{Theme: Light, Width: 320}))
	var words []string
	for _, one := range texts {
		words = append(words, one.words)
	}
	assert.Subset(t, words, []string{"Khabarovsk", "4.6", "Magadan", "1.2", "None: Chukotka", "No figure: Sakha"})
}

// TestMap_TellsNothingOfWhatIsUnknown draws the same map as if the count were unknown for another reason, and
// looks for figures.
func TestMap_TellsNothingOfWhatIsUnknown(t *testing.T) {
	p := &Picture{Title: "Map", Plot: Map{{Code: "RU-SA", Label: "Sakha"},
		{Code: "RU-CHU", Label: "Chukotka", Value: value(0)}, {Code: "RU-MAG", Label: "Magadan", Value: value(40)}}}
	_, texts := readSVG(t, p.SVG(Options{Theme: Light, Width: 1000}))
	var words []string
	for _, one := range texts {
		words = append(words, one.words)
	}
	assert.Subset(t, words, []string{"Sakha", "not known", "Not known", "Chukotka", "0", "None", "Magadan", "40", "1 or more"})
	looks := map[string]bool{}
	for _, class := range []int{unknownClass, noneClass, 0} {
		g := &page{palette: Light.palette()}
		g.area(outline{{{0, 0}, {26, 0}, {26, 16}, {0, 16}}}, nil, class, nil)
		looks[fmt.Sprintf("%+v", g.marks)] = true
	}
	assert.Len(t, looks, 3, "unknown, none and some each look their own way")
}

// TestOutline_HatchesWithinAlone draws lines through a ring with a hole, none of which may leave it.
func TestOutline_HatchesWithinAlone(t *testing.T) {
	o := outline{{{0, 0}, {60, 0}, {60, 60}, {0, 60}}, {{20, 20}, {20, 40}, {40, 40}, {40, 20}}}
	assert.InDelta(t, 60*60-20*20, o.area(), 1e-9)
	lines := 0
	o.hatch(func(from, to point) {
		lines++
		for _, share := range []float64{0.01, 0.25, 0.5, 0.75, 0.99} {
			at := point{from.x + (to.x-from.x)*share, from.y + (to.y-from.y)*share}
			if from != to {
				assert.True(t, o.holds(at), at)
			}
		}
	})
	assert.Greater(t, lines, 20)
}

// TestFit_KeepsNeighboursTogether lays two subjects out and asks that their common border is still one.
func TestFit_KeepsNeighboursTogether(t *testing.T) {
	laid, height := fit(upright([]outline{subjectShapes()["RU-PRI"], subjectShapes()["RU-KHA"]}), 300, 400)
	assert.LessOrEqual(t, height, 400.0)
	points := map[point]bool{}
	for _, p := range laid[0][0] {
		points[p] = true
	}
	shared := 0
	for _, p := range laid[1][0] {
		if points[p] {
			shared++
		}
	}
	assert.Greater(t, shared, 10)
	for _, o := range laid {
		b := o.box()
		assert.True(t, b.left >= 0 && b.top >= 0 && b.right <= 300.5 && b.bottom <= height+0.5, b)
	}
}
