package negotiate_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homebound/internal/negotiate"
)

func TestEncoding(t *testing.T) {
	for header, expected := range map[string]string{
		"":                              "",
		"gzip, zstd":                    "gzip",
		"zstd, gzip":                    "gzip", // liked alike: the first that is offered
		"br, gzip;q=0.5, zstd":          "zstd",
		"zstd;q=0.5, GZIP;q=0.6":        "gzip",
		"gzip;q=0, zstd":                "zstd",
		"gzip;q=0":                      "",
		"identity":                      "",
		"gzip;q=much, zstd":             "zstd",
		"gzip, deflate, br, zstd;q = 1": "gzip",
		"gzip;q=2":                      "",
		"*":                             "gzip",
		"*;q=0.5, zstd":                 "zstd",
		"gzip;q=0, *":                   "zstd",
		"*, gzip;Q=0":                   "zstd",
		"*;q=0":                         "",
	} {
		assert.Equal(t, expected, negotiate.Encoding(header, "gzip", "zstd"), header)
		assert.Equal(t, negotiate.Encoding(header, "zstd") != "", negotiate.Accepts(header, "zstd"), header)
	}
}
