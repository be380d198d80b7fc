package embeds

import (
	"encoding/json"
	"fmt"

	"homebound/internal/site/pictures"
	shared "homebound/internal/words"
)

// langName is the parameter by which an author chooses the language of a picture and of what stands around it.
const langName = pictures.LangName

// words are what stands around a picture in one language.
type words struct{ shared.Words }

// speaking is what has words.
type speaking interface {
	Say(name string, values ...any) string
	Query() string
}

// Say returns the words for something, with values in their places. A number stands as it is written in a release's name.
func (w words) Say(name string, values ...any) string {
	for i, value := range values {
		values[i] = fmt.Sprint(value)
	}
	return w.Words.Say(shared.Text("Embed."+name), values...)
}

// Query returns what has to stand behind an address for a page in this language.
func (w words) Query() string {
	if w.IsEnglish() {
		return ""
	}
	return "?" + langName + "=" + w.Code()
}

// scriptWords returns the module that has the words which the scripts of a picture say, in every language.
func scriptWords() []byte {
	all := map[string]map[string]string{}
	for _, code := range shared.Languages() {
		all[code] = shared.In(code).Under("Embed.script.")
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(fmt.Sprintf("embeds: %v", err)) // which texts alone cannot bring about
	}
	return fmt.Appendf(nil, "export const words = %s\n", text)
}

// languageOf returns the words that an author has chosen by a code such as ru or ru-RU, English ones where there is none.
func languageOf(code string) (words, error) {
	chosen, err := shared.Chosen(code)
	return words{chosen}, err
}
