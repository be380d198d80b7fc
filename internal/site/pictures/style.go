package pictures

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"homebound/internal/chart"
	"homebound/internal/labour"
)

// StyleParameters are those by which an author fits a picture into a page. They change neither figures nor marks.
var StyleParameters = []string{"title", "notes", "accent"}

// ViewParameters are what a reader has made of a picture on a page, so that its address shows others the same: which
// series are out of sight, by their numbers, and whether the table stands in the picture's place. The server draws and
// writes all of it; the page's script does the rest.
var ViewParameters = []string{"hide", "view"}

// Asked returns the parameters by which a picture's figures are asked for, without those that say how they are shown.
func Asked(values url.Values) url.Values {
	asked := maps.Clone(values)
	for _, name := range slices.Concat(DrawingParameters, StyleParameters, ViewParameters) {
		asked.Del(name)
	}
	return asked
}

// seriesNumbers is how series are named that are out of sight.
var seriesNumbers = regexp.MustCompile(`^[1-9][0-9]?(,[1-9][0-9]?)*$`)

// TableShown reports whether the table is asked for in the picture's place. A Fault says what is wrong with the
// ViewParameters.
func TableShown(values url.Values) (bool, error) {
	if hide := values["hide"]; len(hide) > 1 || len(hide) == 1 && !seriesNumbers.MatchString(hide[0]) {
		return false, labour.Faultf(labour.BadUserInput,
			"Expected for hide numbers of series as the legend has them, such as 1 or 2,3; found %.80q.", strings.Join(hide, " "))
	}
	if view := values["view"]; len(view) > 1 || len(view) == 1 && view[0] != "table" {
		return false, labour.Faultf(labour.BadUserInput, "Expected for view the word table, found %.80q.",
			strings.Join(view, " "))
	}
	return values.Has("view"), nil
}

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
