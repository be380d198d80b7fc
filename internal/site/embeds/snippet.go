package embeds

import (
	"cmp"
	"fmt"
	"html"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"homebound/internal/site/port"
)

// chartWords say in short what a chart shows, for a link to one that has not been drawn.
var chartWords = map[string]string{
	"stock": "Workers present", "permits": "Permits issued by region", "map": "Where permits were issued", "outcomes": "Who left and how", "impact": "Output lost as workers left",
	"variants": "Output lost under three assumptions", "bridge": "From workers to output lost", "tornado": "What the estimate hangs on",
	"compliance": "Did workers leave by the deadline?",
}

// Snippet returns what an author pastes into a page to show a chart: a figure, with a link in it for readers whose
// browser runs no scripts, and the script that puts the chart in its place. Release 0 is whatever release is
// current; the values are the chart's parameters.
func (s *Embeds) Snippet(chart string, values url.Values, release int) string {
	var attributes strings.Builder
	if release > 0 {
		fmt.Fprintf(&attributes, ` data-release="%d"`, release)
	}
	given := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		// What is given several times is a list, and may as well come with commas.
		value := strings.Join(values[name], ",")
		if value == "" && !tellsEmpty.MatchString(name) || !parameterName.MatchString(name) {
			continue
		}
		given.Set(name, value)
		fmt.Fprintf(&attributes, ` data-%s="%s"`, attributeOf(name), html.EscapeString(value))
	}
	words := cmp.Or(chartWords[chart], chart)
	if region := given.Get("region"); region != "" {
		words += " (" + region + ")"
	}
	return fmt.Sprintf(`<figure data-homebound="%s"%s><a href="%s">%s</a></figure>`+"\n"+`<script async src="%s/embed.js"></script>`,
		html.EscapeString(chart), attributes.String(), html.EscapeString(s.PublicURL+embedPath(chart, given,
			release)), html.EscapeString(words), s.PublicURL)
}

// embedPath returns the address of a chart's embed within the server. Release 0 is whatever release is current.
func embedPath(chart string, values url.Values, release int) string {
	address := port.ReleasePath(release) + "/embed/" + url.PathEscape(chart)
	if query := values.Encode(); query != "" {
		address += "?" + query
	}
	return address
}

// parameterName is the form of every parameter's name; nothing else may become a part of a tag.
var parameterName = regexp.MustCompile(`^[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)*$`)

// tellsEmpty are the parameters that say something where they are empty: that all nationalities are meant, in the
// place of the default. embed.js takes every other empty attribute for another program's mark.
var tellsEmpty = regexp.MustCompile(`^(scenario\.)?nationalities$`)

// attributeOf writes a parameter's name as the data attribute that embed.js reads it from, without data-: dots and
// capital letters are not for names of attributes, so that scenario.relativeWage.low is scenario-relative-wage-low.
func attributeOf(parameter string) string {
	var name strings.Builder
	for _, letter := range parameter {
		switch {
		case letter == '.':
			name.WriteByte('-')
		case unicode.IsUpper(letter):
			name.WriteByte('-')
			name.WriteRune(unicode.ToLower(letter))
		default:
			name.WriteRune(letter)
		}
	}
	return name.String()
}
