//go:build ignore

// Command pack writes names.txt.zst: what each language calls itself and the countries, by Unicode's CLDR as
// golang.org/x/text has it. A line is of one language: its code and its own name, then a code and a name for each country.
package main

import (
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

func main() {
	var text strings.Builder
	for _, tag := range display.Supported.Tags() {
		fmt.Fprintf(&text, "%s\town=%s", tag, display.Self.Name(tag))
		names := display.Regions(tag)
		for i := range 26 * 26 {
			code := string([]rune{rune('A' + i/26), rune('A' + i%26)})
			region, err := language.ParseRegion(code)
			if err == nil && names != nil && region.String() == code && region.IsCountry() && names.Name(region) != "" {
				fmt.Fprintf(&text, "\t%s=%s", code, names.Name(region))
			}
		}
		text.WriteString("\n")
	}
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	if err == nil {
		err = os.WriteFile("names.txt.zst", encoder.EncodeAll([]byte(text.String()), nil), 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}
