package pages

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"net/url"
	"regexp"
	"strings"
	"time"

	"homebound/internal/mount"
	"homebound/internal/site/port"
	"homebound/internal/words"
)

// pageWords write figures as people read them, and ask of the values of a page what these say of themselves.
func pageWords(in words.Words) map[string]any {
	all := map[string]any{
		"lang": in.Code, "locale": func() string { return locales[in.Code()] },
		"grouped": in.Count, "rounded": func(n float64) string { return in.Number(math.Round(n), 0) },
		"counted": func(n *float64, of string) string { return said(in, counted(n, words.Text(of))) },
		"onDay":   func(text string) (string, error) { return onDay(in, text) },
		"the":     func(name string) any { return written(in, quoted(theRegion(in, name))) },
		"capital": func(value any) any { return mount.Marked(words.Capital(marked(in, value)), words.English) },
		"foreign": in.Foreign, "unit": in.Unit,
		"data": func(text string) any { return written(in, quoted(text)) },
		"figureOr": func(n *float64) string {
			if n == nil {
				return "–"
			}
			return in.Number(math.Round(*n), 0)
		},
		"say":      func(value any) any { return written(in, value) },
		"graphiql": func(query string) string { return graphiqlLink(query, nil) },
	}
	maps.Copy(all, asked)
	return all
}

// asked are methods, which a template calls as words.
var asked = map[string]any{
	"canonical": framed.Canonical, "english": framed.English, "languages": framed.Languages,

	"question": (*homeData).Question, "answer": answering.Answer, "sure": trusted.Sure,
	"leading": (*permitsPart).Leading, "unknown": (*permitsPart).Unknown, "ways": (*outcomesPart).Ways,
	"answered": (*impactPart).Answered, "open": (*statesPart).Open, "folded": (*statesPart).Folded,
	"shown": (*claimsPart).Shown,

	"own": statement.Own, "class": statement.Class, "verdict": statement.Verdict, "evidence": statement.Evidence,
	"short": statement.Short, "made": statement.Said, "printed": statement.Printed,
	"about": claimInFull.About, "figures": claimInFull.Figures,
	"value": evidence.Figure, "when": evidence.When, "bears": evidence.Bears, "converted": evidence.Converted,
	"ask": evidence.Ask,

	"workers": (*regionData).Workers, "ancestors": (*regionData).Ancestors,
	"files": (*figure).Files, "cited": (*figure).Cited,
}

// What several types of values say of themselves.
type (
	answering interface{ Answer() any }
	trusted   interface{ Sure() any }
	statement interface {
		Own() string
		Class() string
		Verdict() string
		Evidence() string
		Short() string
		Said() (any, error)
		Printed() (string, error)
	}
)

// written writes a value into a page.
func written(in words.Words, value any) any { return mount.Marked(marked(in, value), words.English) }

// plainNames are what readers call some countries, by their codes; others are called as the release has them.
var plainNames = map[string]string{"RU": "Russia", "KP": "North Korea", "CN": "China", "US": "the United States",
	"GB": "the United Kingdom", "AE": "the United Arab Emirates", "VN": "Vietnam", "TR": "Turkey"}

// plainly names a country as readers do.
func plainly(in words.Words, n named) string {
	if !in.IsEnglish() {
		name, _ := in.Country(n.Code)
		return cmp.Or(name, n.Name, n.Code)
	}
	return cmp.Or(plainNames[n.Code], n.Name, n.Code)
}

// withArticle finds names of regions that stand with an article.
var withArticle = regexp.MustCompile(`^(Republic|State|City) of |(District|Oblast|Okrug|Republic|Federation|States|Kingdom|Emirates|Islands|Region)$`)

// theRegion names a region within a sentence.
func theRegion(in words.Words, name string) string {
	if in.IsEnglish() && withArticle.MatchString(name) {
		return "the " + name
	}
	return name
}

// isoDays finds days, months and years with them as RFC 3339 writes them.
var isoDays = regexp.MustCompile(`\b[12][0-9]{3}-[01][0-9](-[0-3][0-9])?\b`)

// daysInWords writes the days of a sentence as readers do.
func daysInWords(sentence string) string {
	return isoDays.ReplaceAllStringFunc(sentence, func(text string) string {
		layout, into := time.DateOnly, "2\u00a0January\u00a02006"
		if len(text) < len(layout) {
			layout, into = "2006-01", "January\u00a02006"
		}
		day, err := time.Parse(layout, text)
		if err != nil {
			return text // which is no day
		}
		return day.Format(into)
	})
}

// counted writes a number of something: of them, workers, or nothing that needs to be said again.
func counted(n *float64, of words.Text) any {
	switch {
	case n == nil && of == "":
		return words.Text("an unknown number")
	case n == nil:
		return phrased("an unknown number of %s", of)
	case of == "":
		return *n
	}
	return phrased("%s %s", *n, of)
}

// inMoney writes an amount with three digits: 16.6 billion RUB.
func inMoney(in words.Words, amount float64, unit string) string {
	for _, scale := range []struct {
		from float64
		word words.Text
	}{{1e12, "trillion"}, {1e9, "billion"}, {1e6, "million"}} {
		if math.Abs(amount) >= scale.from {
			return in.Number(amount/scale.from, words.Decimals(amount/scale.from, 3)) + "\u00a0" + in.Say(scale.word) + "\u00a0" + in.Unit(unit)
		}
	}
	return in.Number(math.Round(amount), 0) + "\u00a0" + in.Unit(unit)
}

// graphiqlLink returns the address that opens a query to be run.
func graphiqlLink(query string, variables port.Variables) string {
	values := url.Values{"query": {strings.TrimSpace(query)}}
	if len(variables) > 0 {
		text, err := json.Marshal(variables)
		if err == nil { // which what came out of a query string always is
			values.Set("variables", string(text))
		}
	}
	return "/graphiql?" + values.Encode()
}

// english are the words of texts that are English alone.
var english = words.In(words.English)
