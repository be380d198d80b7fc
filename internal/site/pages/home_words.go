package pages

import (
	"encoding/json"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"homebound/internal/chart"
	"homebound/internal/site/port"
)

// homeWords write figures as people read them.
var homeWords = map[string]any{
	"grouped": chart.GroupedInt, "rounded": rounded, "counted": counted, "onDay": onDay, "money": inMoney, "share": inPercent, "graphiql": func(query string) string {
		return graphiqlLink(query, nil)
	},
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

func rounded(n float64) string { return chart.GroupedInt(int(math.Round(n))) }

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

// inPercent writes a fraction as a percentage with two digits.
func inPercent(fraction float64) string { return significant(100*fraction, 2) + "\u00a0%" }

// significant writes a number with so many digits that tell something, and with all of those before the point.
func significant(x float64, digits int) string {
	return strconv.FormatFloat(x, 'f', chart.Decimals(x, digits), 64)
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
