package chart

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAccent_StandsOutFromEveryGround(t *testing.T) {
	for _, text := range []string{"#FFFFFF", "000000", "#14181D", "FFFF00", "c0ffee", "#0072B2"} {
		accent, err := ParseAccent(text)
		require.NoError(t, err, text)
		for _, theme := range Themes {
			p := accent.apply(theme.palette())
			assert.GreaterOrEqual(t, contrast(p.series[0], p.ground), 3.0, "%s on %s", text, theme)
			own := theme.palette()
			assert.Equal(t, own.series[1:], p.series[1:])
		}
	}
	accent, err := ParseAccent("#0072B2")
	require.NoError(t, err)
	assert.Equal(t, rgb(0x0072B2), accent.apply(Light.palette()).series[0], "what stands out stays")
	assert.Equal(t, Light.palette(), Accent{}.apply(Light.palette()))
	for _, text := range []string{"", "#", "red", "#12345", "1234567", "url(#x)", "#12345G"} {
		_, err := ParseAccent(text)
		assert.Error(t, err, text)
	}
}
