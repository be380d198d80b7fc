package words

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Retold writes a sentence of a Fault in the language, and reports whether it could: a sentence that the language has
// no words for stays English. A Fault is made of a format and values where it is found out, and reaches its reader as a
// text, often by way of a GraphQL answer, so that the format is found again by its words: a catalogue has formats of
// Faults as it has others ("There is no release %d; ..."), and their values are what stands in the places of the verbs.
// Values stand as they are, since a number may be a year or that of a release, unless they are texts of the catalogue,
// such as what something is called.
func (w Words) Retold(sentence string) (text string, translated bool) {
	if w.IsEnglish() {
		return sentence, true
	}
	if w.Has(Text(sentence)) {
		return w.Plain(sentence), true
	}
	for _, format := range w.formats(sentence) {
		found := patternOf(format).FindStringSubmatch(sentence)
		if found == nil {
			continue
		}
		values := make([]any, len(found)-1)
		for i, value := range found[1:] {
			if inner, err := strconv.Unquote(value); err == nil {
				value = inner
			}
			if w.Has(Text(value)) {
				value = w.Say(Text(value))
			}
			values[i] = value
		}
		return w.Say(Text(format), values...), true
	}
	return sentence, false
}

// verb finds where a format puts a value, as package fmt has it.
var verb = regexp.MustCompile(`%[.\d]*([a-z])`)

// formats lists the texts with values that a sentence may have been made of: those that begin as it does, the one with
// the most words of its own first.
func (w Words) formats(sentence string) (found []string) {
	for _, key := range w.Texts() {
		format := string(key)
		at := verb.FindStringIndex(format)
		if at != nil && at[0] > 0 && strings.HasPrefix(sentence, format[:at[0]]) {
			found = append(found, format)
		}
	}
	slices.SortStableFunc(found, func(a, b string) int {
		return len(verb.ReplaceAllString(b, "")) - len(verb.ReplaceAllString(a, ""))
	})
	return found
}

// patternOf returns what finds the values of a format in a sentence that was made of it.
func patternOf(format string) *regexp.Regexp {
	var pattern strings.Builder
	pattern.WriteString("(?s)^")
	last := 0
	for _, at := range verb.FindAllStringSubmatchIndex(format, -1) {
		pattern.WriteString(regexp.QuoteMeta(format[last:at[0]]))
		switch format[at[2]:at[3]] {
		case "q":
			pattern.WriteString(`("(?:[^"\\]|\\.)*")`)
		case "d":
			pattern.WriteString(`(-?\d+)`)
		default:
			pattern.WriteString(`(.*?)`)
		}
		last = at[1]
	}
	pattern.WriteString(regexp.QuoteMeta(format[last:]) + "$")
	return regexp.MustCompile(pattern.String())
}
