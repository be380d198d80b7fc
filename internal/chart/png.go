package chart

import (
	"bytes"
	"fmt"
	"image/png"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// PNG draws the picture as an image of dots, Scale of them to a pixel of the page.
func (p *Picture) PNG(o Options) ([]byte, error) {
	s := p.scene(o)
	const pointsPerInch = 72 // so that a pixel of the scene is a point of the canvas
	canvas := vgimg.NewWith(vgimg.UseWH(vg.Length(s.width), vg.Length(s.bottom)),
		vgimg.UseDPI(pointsPerInch*max(1, o.Scale)), vgimg.UseBackgroundColor(s.background.withOpacity(1)))
	for _, mark := range s.marks {
		switch m := mark.(type) {
		case shape:
			m.paint(canvas, s.bottom)
		case text:
			m.paint(canvas, s.bottom)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, canvas.Image()); err != nil {
		return nil, fmt.Errorf("chart: %w", err)
	}
	return b.Bytes(), nil
}

// paint puts a shape on a canvas, whose coordinates go up from its lower left corner.
func (m shape) paint(c *vgimg.Canvas, height float64) {
	var path vg.Path
	if m.radius > 0 {
		centre := vg.Point{X: vg.Length(m.points[0].x), Y: vg.Length(height - m.points[0].y)}
		path.Move(vg.Point{X: centre.X + vg.Length(m.radius), Y: centre.Y})
		path.Arc(centre, vg.Length(m.radius), 0, fullTurn)
		path.Close()
	}
	if m.radius == 0 {
		for _, points := range m.paths() {
			for i, p := range points {
				at := vg.Point{X: vg.Length(p.x), Y: vg.Length(height - p.y)}
				if i == 0 {
					path.Move(at)
				} else {
					path.Line(at)
				}
			}
			if m.closed {
				path.Close()
			}
		}
	}
	if m.opacity > 0 {
		c.SetColor(m.fill.withOpacity(m.opacity))
		c.Fill(path)
	}
	if m.width > 0 {
		dashes := make([]vg.Length, len(m.dash))
		for i, d := range m.dash {
			dashes[i] = vg.Length(d)
		}
		c.SetColor(m.stroke.withOpacity(1))
		c.SetLineWidth(vg.Length(m.width))
		c.SetLineDash(dashes, 0)
		c.Stroke(path)
	}
}

const fullTurn = 6.283185307179586

// paint fills the outlines of the letters, each at its own place. (The canvas's own writing kerns every size as if it were 32
// pixels high.)
func (t text) paint(c *vgimg.Canvas, height float64) {
	var path vg.Path
	face := faceOf(t.size, t.bold).Face
	var buffer sfnt.Buffer
	left := t.box().left
	scale := t.size / float64(face.UnitsPerEm())
	for i, letter := range t.words {
		glyph, err := face.GlyphIndex(&buffer, letter)
		if err != nil {
			continue // a letter that the face cannot give is left out
		}
		outline, err := face.LoadGlyph(&buffer, glyph, fixed.Int26_6(face.UnitsPerEm()), nil)
		if err != nil {
			continue
		}
		x := left + widthOf(t.words[:i+len(string(letter))], t.size, t.bold) - advance(face, &buffer, glyph)*scale
		at := func(p fixed.Point26_6) vg.Point {
			return vg.Point{X: vg.Length(x + float64(p.X)*scale), Y: vg.Length(height - t.at.y - float64(p.Y)*scale)}
		}
		for n, segment := range outline {
			switch segment.Op {
			case sfnt.SegmentOpMoveTo:
				if n > 0 {
					path.Close()
				}
				path.Move(at(segment.Args[0]))
			case sfnt.SegmentOpLineTo:
				path.Line(at(segment.Args[0]))
			case sfnt.SegmentOpQuadTo:
				path.QuadTo(at(segment.Args[0]), at(segment.Args[1]))
			case sfnt.SegmentOpCubeTo:
				path.CubeTo(at(segment.Args[0]), at(segment.Args[1]), at(segment.Args[2]))
			}
		}
		if len(outline) > 0 {
			path.Close()
		}
	}
	c.SetColor(t.colour.withOpacity(1))
	c.Fill(path)
}

// advance gives the width of a letter in the face's own units.
func advance(face *sfnt.Font, buffer *sfnt.Buffer, glyph sfnt.GlyphIndex) float64 {
	width, err := face.GlyphAdvance(buffer, glyph, fixed.Int26_6(face.UnitsPerEm()), font.HintingNone)
	if err != nil {
		return 0
	}
	return float64(width)
}
