package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// fontFamily names faces of the widths that texts were measured by, for each system one.
const fontFamily = "Liberation Sans, Arial, Helvetica, sans-serif"

// SVG draws the picture as an image for pages and print: texts are texts, and everything is said by attributes, so
// that it stands under a policy that allows no style, no script and no other host.
func (p *Picture) SVG(o Options) []byte {
	s := p.scene(o)
	var b bytes.Buffer
	w, h := number(s.width), number(s.bottom)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s" role="img" font-family="%s"`, w, h, w, h, fontFamily)
	if !p.Words.IsEnglish() {
		fmt.Fprintf(&b, ` lang="%[1]s" xml:lang="%[1]s"`, p.Words.Code())
	}
	for i, name := range s.names {
		fmt.Fprintf(&b, ` data-series-%d="%s"`, i+1, escaped(name))
	}
	b.WriteString(">\n")
	fmt.Fprintf(&b, "<title>%s</title>\n<desc>%s</desc>\n", escaped(p.Title), escaped(p.Description))
	fmt.Fprintf(&b, `<rect width="%s" height="%s" fill="%s"/>`+"\n", w, h, s.background)
	for _, mark := range s.marks {
		switch m := mark.(type) {
		case shape:
			m.writeSVG(&b)
		case text:
			m.writeSVG(&b)
		}
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func (m shape) writeSVG(b *bytes.Buffer) {
	if m.radius > 0 {
		fmt.Fprintf(b, `<circle cx="%s" cy="%s" r="%s"`, number(m.points[0].x), number(m.points[0].y), number(m.radius))
	} else {
		b.WriteString(`<path d="`)
		for _, points := range m.paths() {
			for i, p := range points {
				b.WriteByte("ML"[min(i, 1)])
				b.WriteString(number(p.x) + " " + number(p.y))
			}
			if m.closed {
				b.WriteByte('Z')
			}
		}
		b.WriteByte('"')
	}
	if m.opacity == 0 {
		b.WriteString(` fill="none"`)
	} else {
		fmt.Fprintf(b, ` fill="%s"`, m.fill)
		if m.opacity < 1 {
			fmt.Fprintf(b, ` fill-opacity="%s"`, number(m.opacity))
		}
	}
	if m.width > 0 {
		fmt.Fprintf(b, ` stroke="%s" stroke-width="%s" stroke-linejoin="round"`, m.stroke, number(m.width))
		if len(m.dash) > 0 {
			var dashes []string
			for _, d := range m.dash {
				dashes = append(dashes, number(d))
			}
			fmt.Fprintf(b, ` stroke-dasharray="%s"`, strings.Join(dashes, " "))
		}
	}
	writeSeries(b, m.series)
	m.tip.writeSVG(b)
	b.WriteString("/>\n")
}

// writeSeries names the series that a mark belongs to, if any.
func writeSeries(b *bytes.Buffer, series int) {
	if series > 0 {
		fmt.Fprintf(b, ` data-series="%d"`, series)
	}
}

// writeSVG holds a text to the width that it was measured with: a browser that has none of the faces fits its own in.
func (t text) writeSVG(b *bytes.Buffer) {
	fmt.Fprintf(b, `<text x="%s" y="%s" textLength="%s" lengthAdjust="spacingAndGlyphs" font-size="%s"`,
		number(t.at.x), number(t.at.y), number(widthOf(t.words, t.size, t.bold)), number(t.size))
	if t.bold {
		b.WriteString(` font-weight="700"`)
	}
	if t.anchor != start {
		fmt.Fprintf(b, ` text-anchor="%s"`, []string{middle: "middle", end: "end"}[t.anchor])
	}
	writeSeries(b, t.series)
	fmt.Fprintf(b, ` fill="%s">%s</text>`+"\n", t.colour, escaped(t.words))
}

func number(v float64) string { return strconv.FormatFloat(round(v)+0, 'f', -1, 64) }

func escaped(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes all
	return b.String()
}
