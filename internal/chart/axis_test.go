package chart

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homebound/internal/labour"
	"homebound/internal/words"
)

func TestTicks_AreRoundAndReachTheGreatest(t *testing.T) {
	assert.Equal(t, []float64{0, 10000, 20000, 30000}, ticks(25519, 3))
	assert.Equal(t, []float64{0, 2.5, 5, 7.5}, ticks(6.2, 3))
	assert.Equal(t, []float64{0, 1}, ticks(0, 4))
	for _, greatest := range []float64{1, 3, 9.99, 10, 1e-3, 7e9, 123456} {
		for steps := 2; steps < 8; steps++ {
			all := ticks(greatest, steps)
			assert.GreaterOrEqual(t, all[len(all)-1], greatest)
			assert.Less(t, all[len(all)-2], greatest)
			assert.LessOrEqual(t, len(all), steps+2)
		}
	}
}

func TestDayTicks_AreThinnedToTheRoom(t *testing.T) {
	from, to := labour.MustParseDate("2017-12-22"), labour.MustParseDate("2020-03-10")
	labels := func(width float64) []string {
		var all []string
		for _, k := range dayTicks(words.Words{}, from, to, func(tick) float64 { return 50 }, func(d labour.Date) float64 { return width * float64(d.Sub(from)) / float64(to.Sub(from)) }) {
			all = append(all, k.label)
		}
		return all
	}
	assert.Equal(t, []string{"Jan 2018", "Jul 2018", "Jan 2019", "Jul 2019", "Jan 2020"}, labels(300))
	assert.Equal(t, []string{"2018", "2019", "2020"}, labels(200))
	assert.Len(t, labels(2000), 27)
	assert.LessOrEqual(t, len(labels(20)), 1)
}

func TestWrap_LosesNothing(t *testing.T) {
	assert.Equal(t, []string{""}, wrap("", 12, false, 100))
	lines := wrap("https://homebound.example/releases/1/charts/stock.svg?region=RU-KHM", 12, false, 120)
	assert.Equal(t, []string{"https://homebound.", "example/releases/1/", "charts/stock.svg?", "region=RU-KHM"}, lines)
	for _, line := range wrap("Wordthatislongerthanalineis Приморский край 北海道", 12, true, 60) {
		assert.LessOrEqual(t, widthOf(line, 12, true), 60.0, line)
	}
}

// over mixes a colour that lets some of the ground through.
func over(c, ground rgb, opacity float64) rgb {
	var mixed rgb
	for _, shift := range []uint{16, 8, 0} {
		mixed |= rgb(float64(c>>shift&0xFF)*opacity+float64(ground>>shift&0xFF)*(1-opacity)) << shift
	}
	return mixed
}

func TestThemes_ContrastIsEnoughForReaders(t *testing.T) {
	assert.InDelta(t, 21, contrast(0, 0xFFFFFF), 1e-9)
	for _, theme := range Themes {
		p := theme.palette()
		const text, graphics = 4.5, 3.0 // WCAG 2.2, 1.4.3 and 1.4.11, level AA
		assert.GreaterOrEqual(t, contrast(p.ink, p.ground), 7.0, theme)
		assert.GreaterOrEqual(t, contrast(p.muted, p.ground), text, theme)
		assert.GreaterOrEqual(t, contrast(p.badgeInk, p.badge), text, theme)
		assert.GreaterOrEqual(t, contrast(p.badgeEdge, p.ground), graphics, theme)
		assert.GreaterOrEqual(t, contrast(p.axis, p.ground), graphics, theme)
		assert.GreaterOrEqual(t, contrast(p.event, p.ground), graphics, theme)
		for i, c := range p.series {
			assert.GreaterOrEqual(t, contrast(c, p.ground), graphics, "%s, series %d, %s", theme, i, c)
		}
		for i, c := range p.ramp {
			assert.GreaterOrEqual(t, contrast(p.border, c), graphics, "%s, class %d, %s", theme, i, c)
			assert.GreaterOrEqual(t, max(contrast(p.ink, c), contrast(p.ground, c)), text, "counts stand on areas, %s, class %d", theme, i)
			if i > 0 {
				assert.GreaterOrEqual(t, contrast(c, p.ground)/contrast(p.ramp[i-1], p.ground), 1.25, "more stands out more, %s, class %d", theme, i)
			}
		}
		assert.GreaterOrEqual(t, contrast(p.ink, over(p.series[0], p.ground, tint)), text, "figures stand on areas, %s", theme)
		assert.GreaterOrEqual(t, contrast(p.ink, over(p.series[0], p.ground, bandTint)), text, "figures stand on bands, %s", theme)
		assert.GreaterOrEqual(t, contrast(p.series[0], over(p.series[0], p.ground, bandTint)), graphics, "a line stands on its band, %s", theme)
	}
}
