// Package words says what the values of the contract are called, in English and in other languages. The texts of a
// language are one file, named by its code: text/ru.json.
package words

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

//go:embed text
var texts embed.FS

// catalogue has the texts of all languages. It is complete before main begins, and never written to afterwards.
var catalogue = func() *catalog.Builder {
	all := catalog.NewBuilder(catalog.Fallback(language.English))
	files, err := texts.ReadDir("text")
	for _, file := range files {
		code := strings.TrimSuffix(file.Name(), ".json")
		var said map[string]string
		text, failed := texts.ReadFile("text/" + file.Name())
		err = errors.Join(err, failed, json.Unmarshal(text, &said))
		for id, text := range said {
			err = errors.Join(err, all.SetString(language.Make(code), id, text))
		}
	}
	if err != nil {
		panic(fmt.Sprintf("words: %v", err)) // which the tests have looked at
	}
	return all
}()

// Words are the texts of one language, and the English ones where it has none.
type Words struct {
	printer   *message.Printer
	countries display.Namer
}

// In returns the words of a language by its BCP 47 code, such as ru or pt-BR; English ones for "" and for a language
// that nobody has written a file for.
func In(code string) Words {
	tag, err := language.Parse(code)
	if err != nil {
		tag = language.English
	}
	written, _, _ := catalogue.Matcher().Match(tag)
	return Words{message.NewPrinter(written, message.Catalog(catalogue)), display.Regions(tag)}
}

// Languages lists the codes of the languages that there are words in.
func Languages() []string {
	var codes []string
	for _, tag := range catalogue.Languages() {
		codes = append(codes, tag.String())
	}
	return codes
}

// Label returns what a value of an enum is called, and whether it has a name. Beside the enums of the contract there are
// MeasureDescription, DimensionDescription and Unit.
func (w Words) Label(enum, value string) (label string, known bool) {
	label = w.printer.Sprintf(message.Key(enum+"."+value, ""))
	return label, label != ""
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
