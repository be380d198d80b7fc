package pictures

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"homebound/internal/chart"
	"homebound/internal/labour"
)

// StyleParameters are those by which an author fits a picture into a page. They change neither figures nor marks.
var StyleParameters = []string{"title", "notes", "accent"}

// mostRunes is how long an author's texts may be.
var mostRunes = map[string]int{"title": 120, "notes": 400}

// Styled returns a picture under an author's title, with the author's notes below its own. What the picture itself is
// called begins its subtitle then: a title can be chosen, and not what the figures are of.
func Styled(p *chart.Picture, values url.Values) (*chart.Picture, error) {
	for _, name := range StyleParameters {
		if len(values[name]) > 1 {
			return nil, labour.Faultf(labour.BadUserInput, "Expected the parameter %s once, found it %d times.", name,
				len(values[name]))
		}
	}
	styled := *p
	for name, most := range mostRunes {
		text := strings.Join(strings.Fields(values.Get(name)), " ")
		if !utf8.ValidString(text) || utf8.RuneCountInString(text) > most || strings.ContainsFunc(text, unicode.IsControl) {
			return nil, labour.Faultf(labour.BadUserInput, "Expected for %s at most %d letters of text, found %.80q.", name,
				most, text)
		}
		switch {
		case text == "":
		case name == "title":
			styled.Title, styled.Subtitle = text, strings.TrimSuffix(p.Title, ".")+". "+p.Subtitle
		default:
			styled.Notes = append(slices.Clip(p.Notes), text)
		}
	}
	return &styled, nil
}
