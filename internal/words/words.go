// Package words says what the values of the contract are called, in English and in other languages. The texts of a
// language are one file, named by its code: text/ru.json.
package words

import (
	"embed"
	"encoding/json"
	"fmt"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

//go:embed text
var texts embed.FS

// catalogue has the texts of all languages. It is complete before main begins, and never written to afterwards.
var catalogue = func() *i18n.Bundle {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	files, err := texts.ReadDir("text")
	for _, file := range files {
		if err == nil {
			_, err = bundle.LoadMessageFileFS(texts, "text/"+file.Name())
		}
	}
	if err != nil {
		panic(fmt.Sprintf("words: %v", err)) // which the tests have looked at
	}
	return bundle
}()

// Words are the texts of one language, and the English ones where it has none.
type Words struct {
	localizer *i18n.Localizer
	countries display.Namer
}

// In returns the words of a language by its BCP 47 code, such as ru or pt-BR; English ones for "" and for a language
// that nobody has written a file for.
func In(code string) Words {
	tag, err := language.Parse(code)
	if err != nil {
		tag = language.English
	}
	return Words{i18n.NewLocalizer(catalogue, tag.String()), display.Regions(tag)}
}

// Languages lists the codes of the languages that there are words in, English first.
func Languages() []string {
	var codes []string
	for _, tag := range catalogue.LanguageTags() {
		codes = append(codes, tag.String())
	}
	return codes
}

// Label returns what a value of an enum is called, and whether it has a name. Beside the enums of the contract there are
// MeasureDescription, DimensionDescription and Unit.
func (w Words) Label(enum, value string) (label string, known bool) {
	label, err := w.localizer.Localize(&i18n.LocalizeConfig{MessageID: enum + "." + value})
	return label, err == nil || label != ""
}

// Country returns the name of a country by its ISO 3166-1 code, and whether the language has one.
func (w Words) Country(code string) (name string, known bool) {
	region, err := language.ParseRegion(code)
	if err != nil || w.countries == nil || !region.IsCountry() {
		return "", false
	}
	name = w.countries.Name(region)
	return name, name != ""
}
