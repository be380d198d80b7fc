package words

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// TestNames_AreThoseOfTheCLDR compares every packed name with the one in x/text: go generate writes them anew.
func TestNames_AreThoseOfTheCLDR(t *testing.T) {
	tags := display.Supported.Tags()
	assert.Greater(t, len(tags), 250)
	for _, code := range []string{"ru-RU", "pt-AO", "zh-TW", "zh-Hant-HK", "sr-Latn-RS", "es-AR", "en-KP", "ko-KP", "no", "tlh", "und"} {
		tags = append(tags, language.Make(code))
	}
	for _, tag := range tags {
		regions := display.Regions(tag)
		in := Words{printer: english.printer, tag: tag}
		for i := range 26 * 26 {
			code := string([]rune{rune('A' + i/26), rune('A' + i%26)})
			want := ""
			if region, err := language.ParseRegion(code); err == nil && regions != nil && region.IsCountry() {
				want = regions.Name(region)
			}
			name, known := in.Country(code)
			if name != want || known != (want != "") {
				assert.Equal(t, want, name, "%s: %s", tag, code)
			}
		}
	}
	for _, tag := range display.Supported.Tags() {
		assert.Equal(t, display.Self.Name(tag), nameIn(tag, "own"), tag)
	}
	for code, name := range map[string]string{"PRK": "КНДР", "643": "Россия", "BU": "Мьянма (Бирма)", "AAA": "", "XX": ""} {
		found, _ := In("ru").Country(code)
		assert.Equal(t, name, found, code)
	}
}
