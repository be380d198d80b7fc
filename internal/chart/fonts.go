package chart

import (
	"sync"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// The two sans-serif faces that texts are measured by and that PNGs are written in. Arial and Helvetica, which
// browsers use in their place, have the same widths.
var (
	regularFace = sync.OnceValue(func() *sfnt.Font { return mustParse(liberationsansregular.TTF) })
	boldFace    = sync.OnceValue(func() *sfnt.Font { return mustParse(liberationsansbold.TTF) })
)

// mustParse reads a font file that is part of the program.
func mustParse(file []byte) *sfnt.Font {
	face, err := sfnt.Parse(file)
	if err != nil {
		panic(err)
	}
	return face
}

func faceOf(bold bool) *sfnt.Font {
	if bold {
		return boldFace()
	}
	return regularFace()
}

// widthOf returns the width of a line of words in CSS pixels, kerned, in a font of size CSS pixels.
func widthOf(words string, size float64, bold bool) float64 {
	face := faceOf(bold)
	var buffer sfnt.Buffer
	em := fixed.Int26_6(face.UnitsPerEm())
	width := fixed.Int26_6(0)
	previous := sfnt.GlyphIndex(0)
	for i, letter := range words {
		glyph, err := face.GlyphIndex(&buffer, letter)
		if err != nil {
			continue // it is not drawn either
		}
		if i > 0 {
			// most pairs have none
			if kern, err := face.Kern(&buffer, previous, glyph, em, font.HintingNone); err == nil {
				width += kern
			}
		}
		width += advance(face, &buffer, glyph)
		previous = glyph
	}
	return float64(width) * (size / float64(em))
}

// advance returns the width of a letter in the face's own units, 0 when the face does not tell it.
func advance(face *sfnt.Font, buffer *sfnt.Buffer, glyph sfnt.GlyphIndex) fixed.Int26_6 {
	width, err := face.GlyphAdvance(buffer, glyph, fixed.Int26_6(face.UnitsPerEm()), font.HintingNone)
	if err != nil {
		return 0
	}
	return width
}
