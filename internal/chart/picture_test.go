package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/png"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
	"homebound/internal/testsize"
)

func value(v float64) *float64 { return &v }

func on(text string) labour.Period {
	d := labour.MustParseDate(text)
	return labour.Period{From: d, To: d}
}

// samples are pictures that are hard to lay out: long names, figures that meet, few and many of everything, gaps.
func samples() map[string]*Picture {
	frame := func(plot Plot, unit string) *Picture {
		return &Picture{
			Title: "Workers present, Khanty-Mansi Autonomous Okrug - Yugra and the Republic of North Ossetia-Alania", Unit: unit, Synthetic: true,
			Subtitle: "On the last day of each month, by what the register says. Nationality: Democratic People's Republic of Korea",
			Source:   "Sources: synthetic register, made up by Homebound; KBS World (UN report). Homebound, release 123 of 30 Sep 2026.",
			Notes:    []string{"Not known, since no source reaches there: Jan 2018 to Mar 2018."}, Description: `What "it" shows & says: <nothing>.`,
			Permalink: "https://homebound.example/releases/123/charts/stock.svg?nationalities=KP&period.from=2011-01-01&period.to=2020-03-10&region=RU-KHM",
			Plot:      plot,
		}
	}
	events := []Event{{labour.MustParseDate("2017-12-22"), "Adopted 22 Dec 2017"}, {labour.MustParseDate("2018-01-15"), "Half-way 15 Jan 2018"}, {labour.MustParseDate("2019-12-22"), "Deadline 22 Dec 2019"}}
	span := labour.Period{From: labour.MustParseDate("2011-01-02"), To: labour.MustParseDate("2020-03-10")}
	register := Series{Name: "Register (synthetic)", Drawn: Area}
	for i, month := range span.Split(labour.Month) {
		point := Point{Period: month, Value: value(float64(i%40) * 640.5)}
		if i%17 == 3 {
			point.Value = nil
		}
		register.Points = append(register.Points, point)
	}
	reported := Series{Name: "Reported to the United Nations or by the foreign ministry of the country", Drawn: Reported, Points: []Point{
		{Period: on("2017-12-31"), Value: value(30023)}, {Period: on("2018-01-10"), Value: value(30000)}, {Period: on("2020-03-09"), Value: value(511)}, {Period: on("2020-03-10"), Value: value(511)},
	}}
	estimated := Series{Name: "Other estimates", Drawn: Estimated, Points: []Point{{Period: labour.YearPeriod(2013), Value: value(21447)}, {Period: on("2011-01-02"), Value: value(0)}}}
	pace := Series{Name: "Even pace", Drawn: Pace, Points: []Point{{Period: on("2017-12-22"), Value: value(30895)}, {Period: on("2019-12-22"), Value: value(0)}}}
	band := Series{Name: "Central estimate, in its range from low to high", Drawn: Band}
	quarters := labour.Period{From: labour.MustParseDate("2017-12-22"), To: span.To}.Split(labour.Quarter)
	for i, quarter := range quarters {
		v := float64(i) * 432e6
		band.Points = append(band.Points, Point{Period: quarter, Value: &v, Low: value(v * 0.4), High: value(v * 2.1)})
	}
	band.Points[3] = Point{Period: quarters[3]}
	var bars Bars
	for i, name := range []string{"Primorsky Krai", "Khanty-Mansi Autonomous Okrug - Yugra", "Republic of North Ossetia-Alania", "Jewish Autonomous Oblast", "Dnepropetrowskelektrostanzija-Promyshlenny-Administrative-District"} {
		bars = append(bars, Bar{name, value(float64(23429 / (i*i + 1)))})
	}
	bars = append(bars, Bar{"Chukotka Autonomous Okrug", nil}, Bar{"Moscow", value(0)})
	columns := Columns{}
	for year := 2009; year <= 2020; year++ {
		columns.Labels = append(columns.Labels, strconv.Itoa(year))
	}
	for n, name := range []string{"Returned home: 24,077", "Deported: 946", "Left for a third country: 623", "Protected, in an asylum procedure: not known", "Exempt by the sanction's terms: 92"} {
		part := Part{Name: name}
		for i := range columns.Labels {
			part.Values = append(part.Values, value(float64(i*1000/(n*n+1))))
		}
		columns.Parts = append(columns.Parts, part)
	}
	columns.Parts[3].Values[4] = nil
	months := Columns{Parts: []Part{{Name: "Returned home"}}}
	for i, month := range span.Split(labour.Month) {
		months.Labels = append(months.Labels, month.From.Time().Format("Jan 2006"))
		months.Parts[0].Values = append(months.Parts[0].Values, value(float64(i)))
	}
	var country Map
	for i, code := range slices.Sorted(maps.Keys(subjectShapes())) {
		country = append(country, Subject{Code: code, Label: "Subject " + code, Value: value(float64(i % 3 * i * i))})
		if i%7 == 5 {
			country[i].Value = nil
		}
	}
	intervals := Intervals{{Label: "What they worked with was lost to use with them (average product)", Figures: "10.8 bn RUB, between 3.3 bn RUB and 20.6 bn RUB",
		Known: true, Low: 3.3e9, Quarter: 7.1e9, Median: 10.8e9, ThreeQuarters: 14.2e9, High: 20.6e9}, {Label: "Wage share", Figures: "Not known"}}
	waterfall := Waterfall{{Label: "There at the start", Amount: value(12009.2), Unit: "persons"}, {Label: "Fewer on the last day", Amount: value(11804.8), Unit: "persons", Adds: true},
		{Label: "Allowed to stay", Amount: value(-8440), Unit: "persons", Adds: true}, {Label: "Departed", Amount: value(3364.8), Unit: "persons"},
		{Label: "What as many average workers produce, of whatever industry they were", Amount: value(5.6e9), Unit: "RUB", Adds: true}, {Label: "Posts that others fill", Amount: value(-1.5e9), Unit: "RUB", Adds: true},
		{Label: "Lost directly", Amount: value(4.1e9), Unit: "RUB"}, {Label: "Suppliers", Unit: "RUB", Adds: true}, {Label: "Apart: elsewhere", Amount: value(1.1e9), Unit: "RUB", Apart: true}}
	tornado := Tornado{Central: 4.38e9, Swings: []Swing{{Label: "What a departed worker produces, beside an average one", Figures: "0.6: 2.7 bn RUB; 2.5: 10.0 bn RUB", AtLow: 2.7e9, AtHigh: 10e9},
		{Label: "Share of posts that others fill", Figures: "0: 6.1 bn RUB; 1: 0 RUB", AtLow: 6.1e9}, {Label: "Both more", Figures: "4.7 bn RUB, 5.2 bn RUB", AtLow: 4.7e9, AtHigh: 5.2e9},
		{Label: "The capital", Figures: "it stayed: 1.7 bn RUB; it was lost to use: 4.4 bn RUB", AtLow: 1.7e9, AtHigh: 4.38e9, IsChoiceOfTheForm: true}}}
	members := Multiples{From: span.From, To: span.To}
	for _, name := range []string{"Khanty-Mansi Autonomous Okrug - Yugra", "Chukotka", "Republic of North Ossetia-Alania", "Amur Oblast",
		"Jewish Autonomous Oblast", "Primorsky Krai", "Komi"} {
		members.Panels = append(members.Panels, Panel{name, Series{Name: "Register (synthetic)", Drawn: MadeUp, Points: register.Points}})
	}
	nothing := frame(nil, "persons")
	nothing.Empty = "The register has no worker in Khanty-Mansi Autonomous Okrug - Yugra in these days, and no reported figure is known."
	rates := slices.Clone(country)
	for i := range rates {
		rates[i].Rate = true
		if rates[i].Value != nil {
			rates[i].Value = value(*rates[i].Value / 271)
		}
	}
	return map[string]*Picture{
		"single":  frame(Timeline{span.From, span.To, []Series{register}, events}, "persons"),
		"many":    frame(Timeline{span.From, span.To, []Series{register, pace, reported, estimated}, events}, "persons"),
		"made-up": frame(Timeline{span.From, span.To, []Series{reported, estimated, {Name: "Register (synthetic)", Drawn: MadeUp, Points: register.Points}}, events}, "persons"),
		"band":    frame(Timeline{quarters[0].From, span.To, []Series{band}, events[:1]}, "RUB"),
		"zero":    frame(Timeline{span.From, span.From, []Series{{Name: "Register", Points: []Point{{Period: on("2011-01-02"), Value: value(0)}}}}, nil}, "persons"),
		"bars":    frame(bars, "permits"), "columns": frame(columns, "persons"), "months": frame(months, "persons"), "empty": nothing,
		"members":   frame(members, "persons"),
		"intervals": frame(intervals, "RUB"), "waterfall": frame(waterfall, "RUB"), "tornado": frame(tornado, "RUB"),
		"map": frame(country, "permits"), "subject": frame(Map{{Code: "RU-SPE", Label: "Saint Petersburg", Value: value(12)}}, "permits"), "unknown": frame(Map{{Code: "RU-CHU", Label: "Chukotka"}}, "permits"),
		"rates": frame(rates, "permits per 1,000 employed"),
	}
}

// widths are those that pictures are read at: a phone, a column, a page.
var widths = []int{LeastWidth, 559, 560, 719, 720, 800, 1200, MostWidth}

func TestSVG_IsLegibleAtEveryWidth(t *testing.T) {
	for name, p := range samples() {
		for _, theme := range testsize.Sample(Themes) {
			for _, width := range testsize.Sample(widths) {
				t.Run(fmt.Sprintf("%s %s %d", name, theme, width), func(t *testing.T) {
					svg := p.SVG(Options{Theme: theme, Width: width})
					size, texts := readSVG(t, svg)
					assert.Equal(t, float64(width), size.x)
					textsKeepApart(t, size, texts)
					saysWhatItShows(t, p, texts)
					standsByItself(t, string(svg))
				})
			}
		}
	}
}

// written is a line of words as an SVG has it.
type written struct {
	box   box
	size  float64
	words string
}

// readSVG returns the size and the texts of an SVG.
func readSVG(t *testing.T, svg []byte) (size point, texts []written) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	var open *text
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return size, texts
		}
		require.NoError(t, err)
		switch at := token.(type) {
		case xml.StartElement:
			attributes := map[string]string{}
			for _, a := range at.Attr {
				attributes[a.Name.Local] = a.Value
			}
			length := func(name string) float64 {
				v, err := strconv.ParseFloat(attributes[name], 64)
				require.NoError(t, err, "%s of %s", name, at.Name.Local)
				return v
			}
			switch at.Name.Local {
			case "svg":
				size = point{length("width"), length("height")}
			case "text":
				anchors := map[string]anchor{"": start, "middle": middle, "end": end}
				open = &text{at: point{length("x"), length("y")}, size: length("font-size"), bold: attributes["font-weight"] == "700", anchor: anchors[attributes["text-anchor"]]}
			}
		case xml.CharData:
			if open != nil {
				open.words += string(at)
			}
		case xml.EndElement:
			if at.Name.Local == "text" {
				texts = append(texts, written{open.box(), open.size, open.words})
				open = nil
			}
		}
	}
}

// textsKeepApart asks that texts are legible, lie in the picture and do not meet.
func textsKeepApart(t *testing.T, size point, texts []written) {
	t.Helper()
	require.Greater(t, len(texts), 5)
	for i, one := range texts {
		assert.GreaterOrEqual(t, one.size, 11.0, one.words)
		assert.True(t, one.box.left >= 0 && one.box.top >= 0 && one.box.right <= size.x && one.box.bottom <= size.y, "%q lies outside: %v", one.words, one.box)
		for _, other := range texts[:i] {
			assert.False(t, one.box.meets(other.box), "%q and %q meet: %v, %v", one.words, other.words, one.box, other.box)
		}
	}
}

// saysWhatItShows asks that everything that a reader must know stands in the picture, however it is wrapped.
func saysWhatItShows(t *testing.T, p *Picture, texts []written) {
	t.Helper()
	var all strings.Builder
	for _, one := range texts {
		all.WriteString(strings.ReplaceAll(one.words, " ", ""))
	}
	for _, part := range append([]string{p.Title, p.Subtitle, string(SyntheticMark), p.Source, p.Permalink, p.Empty}, p.Notes...) {
		assert.Contains(t, all.String(), strings.ReplaceAll(part, " ", ""))
	}
}

// standsByItself asks that an SVG has its text alternative, and nothing that a strict policy forbids.
func standsByItself(t *testing.T, svg string) {
	t.Helper()
	assert.Contains(t, svg, ` role="img"`)
	assert.Contains(t, svg, "<title>Workers present, Khanty-Mansi")
	assert.Contains(t, svg, "<desc>What &#34;it&#34; shows &amp; says: &lt;nothing&gt;.</desc>")
	for _, forbidden := range []string{"<script", "<style", "style=", "class=", "href", "url(", "<image", "NaN", "Inf", "<!"} {
		assert.NotContains(t, svg, forbidden)
	}
	assert.Equal(t, 1, strings.Count(svg, "http://"), "the namespace alone")
}

func TestSVG_IsTheSameForTheSamePicture(t *testing.T) {
	for name, p := range samples() {
		o := Options{Theme: Dark, Width: 640}
		assert.Equal(t, string(p.SVG(o)), string(samples()[name].SVG(o)), name)
	}
}

// TestSVG_DrawsNothingAcrossAGap asks for one line between each two unknown figures, and none where they are.
func TestSVG_DrawsNothingAcrossAGap(t *testing.T) {
	s := Series{Name: "Register", Drawn: Area}
	for _, v := range []*float64{value(5), value(6), nil, value(7), nil, nil, value(8), value(9)} {
		s.Points = append(s.Points, Point{Period: labour.YearPeriod(2010 + len(s.Points)), Value: v})
	}
	runs := s.runs()
	require.Len(t, runs, 3)
	assert.Equal(t, []int{2, 1, 2}, []int{len(runs[0]), len(runs[1]), len(runs[2])})
	p := &Picture{Title: "Gap", Plot: Timeline{s.Points[0].Period.From, s.Points[7].Period.To, []Series{s}, nil}}
	svg := string(p.SVG(Options{Theme: Light, Width: 400}))
	assert.Equal(t, 2, strings.Count(svg, `stroke-width="2.5"`)-1, "two lines, beside that of the legend")
	assert.Equal(t, 1, strings.Count(svg, "<circle")-strings.Count(svg, `r="5" fill="none"`), "a figure between two gaps is a dot")
}

func TestPNG_HasTheSizeOfThePage(t *testing.T) {
	testsize.Long(t)
	scales := testsize.Sample([]int{1, 3, 2})
	for name, p := range samples() {
		t.Run(name, func(t *testing.T) {
			svg, _ := readSVG(t, p.SVG(Options{Theme: Light, Width: 320}))
			for _, scale := range scales {
				o := Options{Theme: Light, Width: 320, Scale: scale}
				image, err := p.PNG(o)
				require.NoError(t, err)
				decoded, err := png.Decode(bytes.NewReader(image))
				require.NoError(t, err)
				assert.Equal(t, 320*scale, decoded.Bounds().Dx())
				assert.Equal(t, int(svg.y)*scale, decoded.Bounds().Dy())
				again, err := p.PNG(o)
				require.NoError(t, err)
				assert.True(t, bytes.Equal(image, again))
			}
		})
	}
}

// TestSeries_DifferByMoreThanColour holds the kinds of one plot apart in black and white.
func TestSeries_DifferByMoreThanColour(t *testing.T) {
	looks := map[string]string{}
	for _, drawn := range []Drawing{Area, Pace, Reported, Estimated, Band} {
		g := &page{}
		Series{Drawn: drawn}.sample(g, box{0, 0, 26, 16}, 0)
		look := fmt.Sprintf("%+v", g.marks)
		assert.Empty(t, looks[look], "%d looks like another", drawn)
		looks[look] = "seen"
	}
	for part := range 5 {
		g := &page{}
		g.layer(box{0, 0, 24, 24}, part)
		for i, mark := range g.marks {
			m := mark.(shape)
			m.fill = 0
			g.marks[i] = m
		}
		look := fmt.Sprintf("%+v", g.marks)
		assert.Empty(t, looks[look], "part %d looks like another", part)
		looks[look] = "seen"
	}
}

func BenchmarkSVG(b *testing.B) {
	p := samples()["many"]
	for b.Loop() {
		p.SVG(Options{Theme: Light, Width: 800})
	}
}

func BenchmarkPNG(b *testing.B) {
	p := samples()["many"]
	for b.Loop() {
		if _, err := p.PNG(Options{Theme: Light, Width: 800, Scale: 2}); err != nil {
			b.Fatal(err)
		}
	}
}
