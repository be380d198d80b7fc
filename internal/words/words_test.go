package words

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// ours reports whether a key is English words that stand in the code, and no kind and code.
func ours(key string) bool {
	return !regexp.MustCompile(`^[A-Z][A-Za-z]+\.[A-Za-z0-9_.,\- ]+$`).MatchString(key)
}

// places lists the values that a text has places for, each once.
func places(text string) []string {
	var found []string
	next := 1
	for _, place := range regexp.MustCompile(`%(\[\d+\])?[.\d]*([a-z%])`).FindAllStringSubmatch(text, -1) {
		if place[2] == "%" {
			continue
		}
		if place[1] != "" {
			fmt.Sscanf(place[1], "[%d]", &next)
		}
		found = append(found, fmt.Sprint(next))
		next++
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// TestWords_EveryLanguageHasAll compares every file with the English one, and with the English words that its keys are.
func TestWords_EveryLanguageHasAll(t *testing.T) {
	english := catalogue().of[English]
	require.Contains(t, Languages(), "ru")
	all := map[string]bool{}
	for _, code := range Languages() {
		for key := range catalogue().of[code] {
			all[key] = true
		}
	}
	for _, code := range Languages() {
		forms := []string{"other"}
		for _, n := range []int{0, 1, 2, 3, 5, 11, 21, 100, 1000000} {
			form := plural.Cardinal.MatchPlural(language.Make(code), n, 0, 0, 0, 0)
			forms = append(forms, [...]string{"other", "zero", "one", "two", "few", "many"}[form])
		}
		for key := range all {
			said, has := catalogue().of[code][key]
			if code == English && ours(key) && !has {
				continue // its key is the text
			}
			require.True(t, has, "%s: %s", code, key)
			original, written := english[key]
			if !written {
				original = entry{text: key}
			}
			want := places(original.text)
			for _, text := range original.forms {
				want = slices.Compact(slices.Sorted(slices.Values(append(want, places(text)...))))
			}
			if said.forms == nil {
				assert.NotEmpty(t, said.text, "%s: %s", code, key)
				assert.Equal(t, want, places(said.text), "%s: %s: other places than in English", code, key)
				continue
			}
			for _, form := range forms {
				if code == English && form == "one" {
					continue
				}
				assert.NotEmpty(t, said.forms[form], "%s: %s: the form %s", code, key, form)
			}
			for _, text := range said.forms {
				assert.Subset(t, want, places(text), "%s: %s: other places than in English", code, key)
			}
		}
	}
}

// TestWords_TakeAThirdLanguageFromOneFile adds a file of a language that nobody speaks, in which few words are said.
func TestWords_TakeAThirdLanguageFromOneFile(t *testing.T) {
	folder := fstest.MapFS{}
	for _, code := range Languages() {
		text, err := texts.ReadFile("text/" + code + ".json")
		require.NoError(t, err)
		folder["text/"+code+".json"] = &fstest.MapFile{Data: text}
	}
	_, err := catalogue().Chosen("eo")
	require.EqualError(t, err, `Expected for lang one of en, ru, found "eo".`)
	folder["text/eo.json"] = &fstest.MapFile{Data: []byte(`{"Dimension.REGION": "Regiono", "Median": "Mediano",
		"Embed.script.close": "Fermi", "%d statements": {"one": "%d aserto", "other": "%d asertoj"}}`)}
	with, err := read(folder)
	require.NoError(t, err)
	for _, code := range []string{"eo", "EO", "eo-XX"} {
		w, err := with.Chosen(code)
		require.NoError(t, err)
		label, _ := w.Label("Dimension", "REGION")
		assert.Equal(t, []string{"eo", "Regiono", "Mediano", "Fermi", "esperanto"}, []string{w.Code(), label, w.Say("Median"), w.Say("Embed.script.close"), w.Own()})
		assert.Equal(t, []string{"1 aserto", "2 asertoj"}, []string{w.Say("%d statements", 1), w.Say("%d statements", 2)})
		assert.Equal(t, []string{"What is reached", "Copy"}, []string{w.Say("What is reached"), w.Say("Embed.script.copy")}, "stays English")
	}
	_, err = with.Chosen("tlh")
	assert.EqualError(t, err, `Expected for lang one of en, eo, ru, found "tlh".`)
	for _, broken := range []string{"{", `{"a": 1}`} {
		folder["text/eo.json"] = &fstest.MapFile{Data: []byte(broken)}
		_, err = read(folder)
		assert.Error(t, err)
	}
}

func TestWords_FallBackToEnglish(t *testing.T) {
	for _, code := range []string{"", "nonsense language", "eo", "zh-Hans"} {
		label, known := In(code).Label("Dimension", "REGION")
		assert.True(t, known)
		assert.Equal(t, "Region", label, code)
	}
	label, _ := In("ru-RU").Label("Dimension", "REGION")
	assert.Equal(t, "Регион", label)
	_, known := In("ru").Label("Dimension", "NOTHING")
	assert.False(t, known)
}

func TestWords_NameCountries(t *testing.T) {
	for _, c := range []struct{ language, code, name string }{
		{"ru", "KP", "КНДР"}, {"ru", "RU", "Россия"}, {"en", "QA", "Qatar"}, {"pt-BR", "PL", "Polônia"},
		{"ru", "ZZZ", ""}, {"ru", "150", ""}, {"", "PL", "Poland"},
	} {
		name, known := In(c.language).Country(c.code)
		assert.Equal(t, c.name, name)
		assert.Equal(t, c.name != "", known)
	}
}
