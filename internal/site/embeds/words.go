package embeds

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"homebound/internal/labour"
)

// langName is the parameter by which an author chooses the language of what stands around a picture.
const langName = "lang"

// words are what stands around a picture in one language, by what they are for. The texts are those of the files in
// embed/words, one a language.
type words map[string]string

// languages has the words of every language by its code.
var languages = func() map[string]words {
	all := map[string]words{}
	files, err := embedFiles.ReadDir("embed/words")
	if err != nil {
		panic(fmt.Sprintf("embeds: %v", err)) // which the build has looked at
	}
	for _, file := range files {
		var of words
		text, err := embedFiles.ReadFile("embed/words/" + file.Name())
		if err == nil {
			err = json.Unmarshal(text, &of)
		}
		if err != nil {
			panic(fmt.Sprintf("embeds: %s: %v", file.Name(), err))
		}
		all[strings.TrimSuffix(file.Name(), path.Ext(file.Name()))] = of
	}
	return all
}()

// scriptPrefix begins the names of the words that the scripts of a picture say.
const scriptPrefix = "script."

// scriptWords returns the module that has these words in every language.
func scriptWords() []byte {
	all := map[string]words{}
	for code, said := range languages {
		all[code] = words{}
		for name, text := range said {
			if name, is := strings.CutPrefix(name, scriptPrefix); is {
				all[code][name] = text
			}
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(fmt.Sprintf("embeds: %v", err)) // which texts alone cannot bring about
	}
	return fmt.Appendf(nil, "export const words = %s\n", text)
}

// languageOf returns the language that an author has chosen: a code such as ru or ru-RU, English where there is none.
func languageOf(code string) (string, error) {
	chosen, _, _ := strings.Cut(strings.ToLower(code), "-")
	if chosen == "" {
		return "en", nil
	}
	if languages[chosen] == nil {
		var known []string
		for code := range languages {
			known = append(known, code)
		}
		slices.Sort(known)
		return "", labour.Faultf(labour.BadUserInput, "Expected for lang one of %s, found %.20q.",
			strings.Join(known, ", "), code)
	}
	return chosen, nil
}

// Say returns the words for something, with values in their places.
func (w words) Say(name string, values ...any) string {
	if len(values) == 0 {
		return w[name]
	}
	return fmt.Sprintf(w[name], values...)
}
