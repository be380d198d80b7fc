package chart

import (
	"fmt"
	"strconv"
	"strings"
)

// Accent is a colour of an author's page that takes the place of a picture's first one. The zero Accent leaves that.
type Accent struct {
	colour rgb
	given  bool
}

// ParseAccent reads a colour as stylesheets write it, such as #0072B2; the sign in front may be left out.
func ParseAccent(text string) (Accent, error) {
	digits := strings.TrimPrefix(text, "#")
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || len(digits) != 6 {
		return Accent{}, fmt.Errorf("expected a colour of six hexadecimal digits such as 0072B2, found %.20q", text)
	}
	return Accent{rgb(n), true}, nil
}

// leastContrast is how far what is drawn must stand apart from the ground to be seen (WCAG 2.2, 1.4.11).
const leastContrast = 3

// apply draws the first series in the accent, nearer to the ink as far as it takes to stand out from the ground.
func (a Accent) apply(to palette) palette {
	if !a.given {
		return to
	}
	const steps = 20
	colour := a.colour
	for step := 1; contrast(colour, to.ground) < leastContrast && step <= steps; step++ {
		colour = a.colour.towards(to.ink, float64(step)/steps)
	}
	to.series[0] = colour
	return to
}

// towards returns a colour on the way to another, from 0 for itself to 1 for the other.
func (c rgb) towards(other rgb, way float64) (mixed rgb) {
	for _, shift := range []int{16, 8, 0} {
		from, to := float64(c>>shift&0xFF), float64(other>>shift&0xFF)
		mixed |= rgb(from+(to-from)*way+0.5) << shift
	}
	return mixed
}
