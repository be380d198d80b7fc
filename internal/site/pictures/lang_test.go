package pictures_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/pictures"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
)

// TestCharts_SpeakRussian looks for English words in what a picture says, but for names that the release has in no other
// language.
func TestCharts_SpeakRussian(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	named := regexp.MustCompile(`S/RES/2397\(2017\)|Homebound|Natural Earth|sha256:[0-9a-f]+|scenario\.basis=REGISTER|https?://\S+|\bp(5|95)\b|\b[IV]+ кв`)
	latin := regexp.MustCompile(`[A-Za-z]{2,}`)
	for _, name := range append(pictures.Names, pictures.MembersName) {
		for _, more := range []string{"", "&region=RU-KHA", "&region=EG"} {
			data := chartOf(s, name, "lang=ru"+more)
			for _, text := range append([]string{data.Title, data.Subtitle, data.Description}, data.Notes...) {
				assert.Empty(t, latin.FindAllString(named.ReplaceAllString(text, ""), -1), "%s%s: %s", name, more, text)
			}
			assert.Regexp(t, "^(Источники: |Homebound, выпуск 1 от )", data.Source)
			assert.Contains(t, data.Citation, "трудовая миграция под санкциями. Выпуск 1, опубликован ")
			assert.Contains(t, data.Permalink, "lang=ru")
			assert.Equal(t, chartOf(s, name, strings.TrimPrefix(more, "&")).column("from", ""), data.column("from", ""), "data stay data")
		}
	}
	assert.Contains(t, chartOf(s, "stock", "lang=ru-RU&nationalities=KP,CN").Subtitle, "Гражданство: Китай и КНДР")
	assert.Contains(t, s.Get("/charts/stock.svg?lang=ru").Body, ` lang="ru" xml:lang="ru"`)
	inputs := s.Get("/charts/tornado.svg?lang=ru").Body
	assert.Regexp(t, `>при \d+,\d+: `, inputs)
	assert.NotRegexp(t, `>при \d+\.\d`, inputs, "the inputs too have commas")
	for _, file := range []string{"stock.svg", "map.png", "impact.csv", "compliance.json"} {
		r := s.Get("/charts/" + file + "?lang=xx")
		assert.Equal(t, http.StatusBadRequest, r.Status)
		assert.Equal(t, `Expected for lang one of en, ru, found "xx".`, r.Failure(t).Message)
		assert.Equal(t, http.StatusOK, s.Get("/charts/"+file+"?lang=ru").Status)
		assert.Equal(t, `Expected the parameter lang once, found it 2 times.`, s.Get("/charts/"+file+"?lang=ru&lang=en").Failure(t).Message)
	}
	english := s.Get("/charts/stock.svg").Body
	require.NotContains(t, english, "lang=")
	assert.Equal(t, english, s.Get("/charts/stock.svg?lang=en").Body)
}
