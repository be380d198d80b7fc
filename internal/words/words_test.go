package words

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWords_EveryLanguageHasAll compares every file with the English one.
func TestWords_EveryLanguageHasAll(t *testing.T) {
	read := func(code string) map[string]string {
		text, err := texts.ReadFile("text/" + code + ".json")
		require.NoError(t, err)
		all := map[string]string{}
		require.NoError(t, json.Unmarshal(text, &all))
		return all
	}
	english := read("en")
	assert.Contains(t, Languages(), "ru")
	for _, code := range Languages() {
		of := read(code)
		assert.Len(t, of, len(english), code)
		for id := range english {
			assert.NotEmpty(t, of[id], "%s: %s", code, id)
			enum, value, _ := strings.Cut(id, ".")
			label, known := In(code).Label(enum, value)
			assert.True(t, known, id)
			assert.Equal(t, of[id], label)
		}
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
