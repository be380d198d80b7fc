package chart

import (
	"bytes"
	"fmt"
	"image/png"
	"math"

	"git.sr.ht/~sbinet/gg"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// PNG draws the picture as an image; one pixel of the page is Scale by Scale dots.
func (p *Picture) PNG(o Options) ([]byte, error) {
	s := p.scene(o)
	scale := float64(max(1, o.Scale))
	c := canvas{gg.NewContext(int(s.width*scale+0.5), int(s.bottom*scale+0.5)), s.bottom, scale}
	c.InvertY()
	c.SetLineCapButt()
	c.SetColor(s.background.withOpacity(1))
	c.Clear()
	for _, mark := range s.marks {
		switch m := mark.(type) {
		case shape:
			c.shape(m)
		case text:
			c.text(m)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, c.Image()); err != nil {
		return nil, fmt.Errorf("chart: %w", err)
	}
	return b.Bytes(), nil
}

// canvas is an image that is drawn on in the coordinates of a scene.
type canvas struct {
	*gg.Context
	bottom float64 // of the scene
	scale  float64 // dots to a pixel of the scene
}

// dots converts a length. It goes by way of inches, and place measures from the lower edge, because pictures were
// first drawn so: in another order the last bit is rounded otherwise, and a picture at a permanent address would
// change its bytes.
func (c canvas) dots(length float64) float64 { return length / 72 * (72 * c.scale) }

func (c canvas) place(x, y float64) (float64, float64) { return c.dots(x), c.dots(c.bottom - y) }

func (c canvas) shape(m shape) {
	outline := func() {
		if m.radius > 0 {
			x, y := c.place(m.points[0].x, m.points[0].y)
			c.DrawArc(x, y, c.dots(m.radius), 0, 2*math.Pi)
			c.ClosePath()
			return
		}
		for _, points := range m.paths() {
			for i, p := range points {
				if i == 0 {
					c.MoveTo(c.place(p.x, p.y))
				} else {
					c.LineTo(c.place(p.x, p.y))
				}
			}
			if m.closed {
				c.ClosePath()
			}
		}
	}
	if m.opacity > 0 {
		outline()
		c.SetColor(m.fill.withOpacity(m.opacity))
		c.Fill()
	}
	if m.width > 0 {
		dashes := make([]float64, len(m.dash))
		for i, d := range m.dash {
			dashes[i] = c.dots(d)
		}
		outline()
		c.SetColor(m.stroke.withOpacity(1))
		c.SetLineWidth(c.dots(m.width))
		c.SetDash(dashes...)
		c.Stroke()
	}
}

// text fills the outlines of the letters, each at its own place. gg's own writing rounds every letter's place to
// whole dots.
func (c canvas) text(t text) {
	face := faceOf(t.bold)
	var buffer sfnt.Buffer
	em := face.UnitsPerEm()
	left := t.box().left
	scale := t.size / float64(em)
	for i, letter := range t.words {
		glyph, err := face.GlyphIndex(&buffer, letter)
		if err != nil {
			continue // the font file has no outline of it that can be read
		}
		outline, err := face.LoadGlyph(&buffer, glyph, fixed.Int26_6(em), nil)
		if err != nil {
			continue
		}
		width := float64(advance(face, &buffer, glyph)) * scale
		x := left + widthOf(t.words[:i+len(string(letter))], t.size, t.bold) - width
		at := func(p fixed.Point26_6) (float64, float64) {
			return c.place(x+float64(p.X)*scale, t.at.y+float64(p.Y)*scale)
		}
		c.outline(outline, at)
	}
	c.SetColor(t.colour.withOpacity(1))
	c.Fill()
}

// outline adds the outline of a letter to the path; at places its points on the image.
func (c canvas) outline(segments []sfnt.Segment, at func(fixed.Point26_6) (float64, float64)) {
	for n, segment := range segments {
		x0, y0 := at(segment.Args[0])
		x1, y1 := at(segment.Args[1])
		x2, y2 := at(segment.Args[2])
		switch segment.Op {
		case sfnt.SegmentOpMoveTo:
			if n > 0 {
				c.ClosePath()
			}
			c.MoveTo(x0, y0)
		case sfnt.SegmentOpLineTo:
			c.LineTo(x0, y0)
		case sfnt.SegmentOpQuadTo:
			c.QuadraticTo(x0, y0, x1, y1)
		case sfnt.SegmentOpCubeTo:
			c.CubicTo(x0, y0, x1, y1, x2, y2)
		}
	}
	if len(segments) > 0 {
		c.ClosePath()
	}
}
