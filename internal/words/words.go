// Package words says what readers read, in English and in other languages: what the values of the contract are called,
// the sentences of pages, pictures and embeds, numbers and days.
//
// The texts of a language are one file, named by its code: text/ru.json. A text of the program's own is found by its
// English words, which stand in the code where they are used (`w.Say("Source: %s", name)`), so that English needs no
// entry for it; what is called by a code is found by kind and code (Measure.WORKER_DAYS). An entry is a text, or one
// text for each plural form that the language has (CLDR: zero, one, two, few, many, other) of the first value.
package words

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"

	"homebound/internal/labour"
)

//go:embed text
var texts embed.FS

// Text is a text of the program's own: English words with places for values as package fmt has them. A whole number is
// written with its thousands apart; what must not be, such as a year, is handed over as a text.
type Text string

// Catalogue has the texts of all languages. It is never written to after it was read.
type Catalogue struct {
	builder *catalog.Builder
	of      map[string]map[string]entry // by language and key
}

// entry is a text, or its plural forms.
type entry struct {
	text  string
	forms map[string]string
}

// UnmarshalJSON reads a text, or an object of texts by their plural forms.
func (e *entry) UnmarshalJSON(text []byte) error {
	if err := json.Unmarshal(text, &e.text); err == nil {
		return nil
	}
	return json.Unmarshal(text, &e.forms)
}

// message returns what the catalogue of x/text keeps.
func (e entry) message() catalog.Message {
	if e.forms == nil {
		return catalog.String(e.text)
	}
	var cases []any
	for _, form := range []string{"zero", "one", "two", "few", "many", "other"} {
		if text, has := e.forms[form]; has {
			cases = append(cases, form, catalog.String(text))
		}
	}
	return plural.Selectf(1, "%d", cases...)
}

// catalogue has what is built in. It is read when the first words are asked for, since most commands ask for none.
var catalogue = sync.OnceValue(func() *Catalogue {
	all, err := read(texts)
	if err != nil {
		panic(fmt.Sprintf("words: %v", err)) // which the tests have looked at
	}
	return all
})

// read reads the files of a folder text, one a language.
func read(folder fs.FS) (*Catalogue, error) {
	all := &Catalogue{catalog.NewBuilder(catalog.Fallback(language.English)), map[string]map[string]entry{}}
	files, err := fs.ReadDir(folder, "text")
	for _, file := range files {
		code := strings.TrimSuffix(file.Name(), ".json")
		tag, failed := language.Parse(code)
		text, unread := fs.ReadFile(folder, "text/"+file.Name())
		of := map[string]entry{}
		err = errors.Join(err, failed, unread, json.Unmarshal(text, &of))
		for key, e := range of {
			err = errors.Join(err, all.builder.Set(tag, key, e.message()))
		}
		all.of[code] = of
	}
	return all, err
}

// Words are the texts of one language, and the English ones where it has none. The zero value is English.
type Words struct {
	from    *Catalogue
	code    string // of the file
	printer *message.Printer
	tag     language.Tag // that was asked for
}

// English is the language of a reader who has chosen none.
const English = "en"

// In returns the words of a language by its BCP 47 code, such as ru or pt-BR; English ones for "" and for a language
// that nobody has written a file for.
func In(code string) Words { return catalogue().In(code) }

// In is the function In of this catalogue.
func (c *Catalogue) In(code string) Words {
	tag, err := language.Parse(code)
	if err != nil {
		tag = language.English
	}
	written, _, sure := c.builder.Matcher().Match(tag)
	if sure == language.No {
		written = language.English
	}
	base, _ := written.Base()
	found := base.String()
	if c.of[written.String()] != nil {
		found = written.String()
	}
	if c.of[found] == nil {
		found = English
	}
	return Words{c, found, message.NewPrinter(language.Make(found), message.Catalog(c.builder)), tag}
}

// Chosen returns the words of a language that a reader has chosen: by a code such as ru or ru-RU, or English by "". It
// returns a Fault for a language that there are no words in.
func Chosen(code string) (Words, error) { return catalogue().Chosen(code) }

// Chosen is the function Chosen of this catalogue.
func (c *Catalogue) Chosen(code string) (Words, error) {
	if code == "" {
		return c.In(English), nil
	}
	base, _, _ := strings.Cut(strings.ToLower(code), "-")
	if c.of[base] == nil {
		return Words{}, labour.Faultf(labour.BadUserInput, "Expected for lang one of %s, found %.20q.",
			strings.Join(c.languages(), ", "), code)
	}
	return c.In(base), nil
}

// Languages lists the codes of the languages that there are words in.
func Languages() []string { return catalogue().languages() }

func (c *Catalogue) languages() []string {
	var codes []string
	for code := range c.of {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// ready returns words that can print.
func (w Words) ready() Words {
	if w.printer == nil {
		return english
	}
	return w
}

var english = In(English)

// Code returns the code of the language, such as ru.
func (w Words) Code() string { return w.ready().code }

// IsEnglish reports whether the words are those that stand in the code.
func (w Words) IsEnglish() bool { return w.Code() == English }

// Own returns what the language calls itself.
func (w Words) Own() string {
	return nameIn(language.Make(w.Code()), "own")
}

// Say returns a text with values in its places. Keys of kind and code are texts as well (Embed.script.close).
func (w Words) Say(text Text, values ...any) string {
	return w.speaker(string(text)).Sprintf(string(text), values...)
}

// speaker returns who says a text: English where the language has no words for it.
func (w Words) speaker(key string) *message.Printer {
	w = w.ready()
	if _, has := w.from.of[w.code][key]; has {
		return w.printer
	}
	return english.printer
}

// Foreign reports whether a text that comes with the data is in another language than the words: it has letters, and
// none of the script that the language is written in. Of a language in Latin letters that cannot be
// known; there a text of the data is taken for English, as that of the default package is.
func (w Words) Foreign(text string) bool {
	script, _ := language.Make(w.Code()).Script()
	own, letters := unicode.Scripts[scriptNames[script.String()]], 0
	for _, r := range text {
		if own != nil && own != unicode.Latin && unicode.Is(own, r) {
			return false
		}
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters > 0 && !w.IsEnglish()
}

// scriptNames are what package unicode calls the scripts of ISO 15924 whose names differ from their codes; a script that
// is not here is treated as Latin is.
var scriptNames = map[string]string{"Cyrl": "Cyrillic", "Grek": "Greek", "Arab": "Arabic", "Hang": "Hangul", "Kore": "Hangul",
	"Jpan": "Hiragana", "Hans": "Han", "Hant": "Han", "Hebr": "Hebrew", "Armn": "Armenian", "Geor": "Georgian",
	"Deva": "Devanagari", "Thai": "Thai"}

// Has reports whether the language has words of its own for a text.
func (w Words) Has(text Text) bool {
	w = w.ready()
	_, has := w.from.of[w.code][string(text)]
	return has
}

// Label returns what a value of an enum is called, and whether it has a name. Beside the enums of the contract there are
// MeasureDescription, DimensionDescription and Unit.
func (w Words) Label(enum, value string) (label string, known bool) {
	key := enum + "." + value
	label = w.speaker(key).Sprintf(message.Key(key, ""))
	return label, label != ""
}

// Called returns what a value of an enum is called, itself where it has no name.
func (w Words) Called(enum, value string) string {
	if label, known := w.Label(enum, value); known {
		return label
	}
	return value
}

// Country returns the name of a country by its ISO 3166-1 code, and whether the language has one.
func (w Words) Country(code string) (name string, known bool) {
	region, err := language.ParseRegion(code)
	if err != nil || w.printer == nil || !region.IsCountry() {
		return "", false
	}
	name = nameIn(w.tag, region.String())
	return name, name != ""
}

// Under returns the texts of the language whose keys begin with a prefix, by what follows it: those that a script of a
// page says.
func (w Words) Under(prefix string) map[string]string {
	w = w.ready()
	said := map[string]string{}
	for key, e := range w.from.of[w.code] {
		if name, is := strings.CutPrefix(key, prefix); is {
			said[name] = e.text
		}
	}
	return said
}

// Plain returns a text that has no places for values, as it stands in the catalogue.
func (w Words) Plain(text string) string {
	w = w.ready()
	if e, has := w.from.of[w.code][text]; has {
		return e.text
	}
	return text
}

// Texts lists the texts that the language has.
func (w Words) Texts() []Text {
	w = w.ready()
	var all []Text
	for key := range w.from.of[w.code] {
		all = append(all, Text(key))
	}
	slices.Sort(all)
	return all
}
