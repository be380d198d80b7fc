package chart

import (
	"fmt"
	"image/color"
	"math"
)

// Theme is a set of colours. Series are told apart by the palette of Okabe and Ito, which the colour-blind can
// read, in the members that stand out from the theme's ground; and never by colour alone.
type Theme string

const (
	Light Theme = "light" // dark on white, the default
	Dark  Theme = "dark"  // light on nearly black
)

// Themes lists all of them.
var Themes = []Theme{Light, Dark}

// rgb is a colour as stylesheets write it: 0x0072B2.
type rgb uint32

func (c rgb) String() string { return fmt.Sprintf("#%06X", uint32(c)) }

func (c rgb) withOpacity(opacity float64) color.NRGBA {
	return color.NRGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), uint8(opacity*255 + 0.5)}
}

// palette has the colours of a theme by what they are for.
type palette struct {
	ground, ink, muted rgb // behind everything; of titles and figures; of what explains them
	grid, axis         rgb
	event              rgb
	badge, badgeInk    rgb // of the mark of synthetic rows
	badgeEdge          rgb
	series             [5]rgb
	ramp               [mostClasses]rgb // of the classes of a map: more stands out more from the ground
	border             rgb              // of what the ramp fills
}

func (t Theme) palette() palette {
	if t == Dark {
		return palette{
			ground: 0x14181D, ink: 0xF3F4F6, muted: 0xB4BCC6, grid: 0x323A44, axis: 0x8A94A0, event: 0xD5DAE0,
			badge: 0x3A2E08, badgeInk: 0xFFE08A, badgeEdge: 0xE69F00,
			series: [5]rgb{0x56B4E9, 0xE69F00, 0x009E73, 0xCC79A7, 0xF0E442},
			ramp:   [mostClasses]rgb{0x3D6C90, 0x5A8FB8, 0x82B3D9, 0xB0D4F1, 0xE9F4FD}, border: 0x0A0D10,
		}
	}
	return palette{
		ground: 0xFFFFFF, ink: 0x17202A, muted: 0x566270, grid: 0xDFE3E8, axis: 0x76808C, event: 0x3C4652,
		badge: 0xFFF1C9, badgeInk: 0x4A3500, badgeEdge: 0xA86F00,
		series: [5]rgb{0x0072B2, 0xD55E00, 0x008F68, 0xB8578F, 0x3C4652},
		ramp:   [mostClasses]rgb{0xDCEBF7, 0xB0D2EA, 0x82B8DC, 0x559BCB, 0x2C7AB4}, border: 0x17202A,
	}
}

// contrast returns how far two colours stand apart to the eye: 1 where they do not, 21 for black and white (WCAG 2.2).
func contrast(a, b rgb) float64 {
	lighter, darker := max(a.luminance(), b.luminance()), min(a.luminance(), b.luminance())
	return (lighter + 0.05) / (darker + 0.05)
}

// luminance returns how bright a colour is, from 0 to 1.
func (c rgb) luminance() float64 {
	linear := func(shift int) float64 {
		v := float64(c>>shift&0xFF) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
}
