package negotiate_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homebound/internal/negotiate"
)

func TestWithoutTracking(t *testing.T) {
	for given, expected := range map[string]string{
		"":                                       "",
		"region=RU-PRI":                          "region=RU-PRI",
		"utm_source=x&region=RU-PRI&fbclid=Iw1":  "region=RU-PRI",
		"gclid=1":                                "",
		"UTM_Medium=mail&a=%20b&a=c&msclkid":     "a=%20b&a=c",
		"utm%5Fsource=x&a=1&%66bclid=y&%zz":      "a=1&%zz",
		"gad_source=1&srsltid=x&mc_cid&fb_ref=a": "",
		"utmost=1&gclids=2":                      "utmost=1&gclids=2",
	} {
		assert.Equal(t, expected, negotiate.WithoutTracking(given), given)
	}
}
