package pages

import (
	"cmp"
	"encoding/json"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"homebound/internal/site/port"
	"homebound/internal/words"
)

// pageWords write figures as people read them.
var pageWords = map[string]any{
	"grouped": english.Count, "rounded": rounded, "counted": counted, "onDay": onDay, "the": theRegion,
	"capital": capital, "days": daysInWords, "figureOr": figureOr,
	"graphiql": func(query string) string { return graphiqlLink(query, nil) },
}

// plainNames are what readers call some countries, by their codes; others are called as the release has them.
var plainNames = map[string]string{"RU": "Russia", "KP": "North Korea", "CN": "China", "US": "the United States",
	"GB": "the United Kingdom", "AE": "the United Arab Emirates", "VN": "Vietnam", "TR": "Turkey"}

// plainly names a country as readers do.
func plainly(n named) string { return cmp.Or(plainNames[n.Code], n.Name, n.Code) }

// withArticle finds names of regions that stand with an article.
var withArticle = regexp.MustCompile(`^(Republic|State|City) of |(District|Oblast|Okrug|Republic|Federation|States|Kingdom|Emirates|Islands|Region)$`)

// theRegion names a region within a sentence.
func theRegion(name string) string {
	if withArticle.MatchString(name) {
		return "the " + name
	}
	return name
}

// onDays writes several days.
func onDays(days ...string) (written []string, err error) {
	for _, day := range days {
		text, err := onDay(day)
		if err != nil {
			return nil, err
		}
		written = append(written, text)
	}
	return written, nil
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
func counted(n *float64, of string) string {
	if n != nil {
		return strings.TrimSpace(rounded(*n) + " " + of)
	}
	if of != "" && !strings.HasPrefix(of, "of ") {
		of = "of " + of
	}
	return strings.TrimSpace("an unknown number " + of)
}

// figureOr writes a figure of a table, a dash for one that is not known.
func figureOr(n *float64) string {
	if n == nil {
		return "–"
	}
	return rounded(*n)
}

func rounded(n float64) string { return english.Count(int(math.Round(n))) }

// onDay writes an RFC 3339 date, with or without a time, as 22 December 2017.
func onDay(text string) (string, error) {
	t, err := time.Parse(time.DateOnly, text[:min(len(text), len(time.DateOnly))])
	return t.Format("2\u00a0January\u00a02006"), err
}

// inMoney writes an amount with three digits: 16.6 billion RUB.
func inMoney(amount float64, unit string) string {
	for _, scale := range []struct {
		from float64
		word string
	}{{1e12, "trillion"}, {1e9, "billion"}, {1e6, "million"}} {
		if math.Abs(amount) >= scale.from {
			return significant(amount/scale.from, 3) + "\u00a0" + scale.word + "\u00a0" + unit
		}
	}
	return rounded(amount) + "\u00a0" + unit
}

// significant writes a number with so many digits that tell something, and with all of those before the point.
func significant(x float64, digits int) string {
	return strconv.FormatFloat(x, 'f', words.Decimals(x, digits), 64)
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
