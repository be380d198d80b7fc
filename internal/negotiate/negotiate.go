// Package negotiate reads the headers by which clients say what they take.
package negotiate

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// mediaRange is one of the types that an Accept header allows.
type mediaRange struct {
	kind   string // such as text/html, text/* or */*
	weight float64
}

// ranges reads an Accept header. What is not a media range is left out, and so is what asks for another charset than
// the one that everything here is written in.
func ranges(accept string) []mediaRange {
	var all []mediaRange
	for part := range strings.SplitSeq(accept, ",") {
		kind, parameters, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil || !strings.Contains(kind, "/") {
			continue
		}
		if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
			continue
		}
		weight := 1.0
		if q, given := parameters["q"]; given {
			if weight, err = strconv.ParseFloat(q, 64); err != nil || !(weight >= 0 && weight <= 1) {
				continue
			}
		}
		all = append(all, mediaRange{kind, weight})
	}
	return all
}

// Preferred returns the one of several types that an Accept header likes best, "" where it allows none of them.
// Types that it likes as much come in the order in which it names them, and then in that of offered. No header
// allows everything.
func Preferred(accept string, offered ...string) string {
	if strings.TrimSpace(accept) == "" {
		return offered[0]
	}
	allowed := ranges(accept)
	best, weight, place := "", 0.0, 0
	for _, kind := range offered {
		if w, at := weigh(allowed, kind); w > weight || w == weight && w > 0 && at < place {
			best, weight, place = kind, w, at
		}
	}
	return best
}

// weigh returns the weight of a type by the range that names it most closely, and that range's place in the header.
func weigh(allowed []mediaRange, kind string) (weight float64, place int) {
	major, _, _ := strings.Cut(kind, "/")
	closest := 0
	for i, r := range allowed {
		closeness := 0
		switch r.kind {
		case kind:
			closeness = 3
		case major + "/*":
			closeness = 2
		case "*/*":
			closeness = 1
		}
		if closeness > closest {
			closest, weight, place = closeness, r.weight, i
		}
	}
	return weight, place
}

// Accepted returns the Accept header, which may come in several lines.
func Accepted(r *http.Request) string { return strings.Join(r.Header.Values("Accept"), ",") }

// Encoding returns the coding that an Accept-Encoding header likes best of several, of those that it likes alike the
// first; "" where it allows none.
func Encoding(header string, offered ...string) string {
	best, weight := "", 0.0
	for _, coding := range offered {
		if q := weightOf(header, coding); q > weight {
			best, weight = coding, q
		}
	}
	return best
}

// Accepts reports whether an Accept-Encoding header allows a coding.
func Accepts(header, coding string) bool { return weightOf(header, coding) > 0 }

// weightOf returns how much an Accept-Encoding header likes a coding: by its name, else by *. A weight that is no number
// between 0 and 1 counts as 0, since what is not packed is always right.
func weightOf(header, coding string) (weight float64) {
	for part := range strings.SplitSeq(header, ",") {
		name, parameters, _ := strings.Cut(part, ";")
		name = strings.TrimSpace(name)
		named := strings.EqualFold(name, coding)
		if !named && name != "*" {
			continue
		}
		q := 1.0
		if given, weighted := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(parameters, " ", "")), "q="); weighted {
			var err error
			if q, err = strconv.ParseFloat(given, 64); err != nil || !(q >= 0 && q <= 1) {
				q = 0
			}
		}
		if named {
			return q
		}
		weight = q
	}
	return weight
}

// Matches reports whether an If-None-Match header names an entity tag.
func Matches(header, etag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if tag := strings.TrimPrefix(strings.TrimSpace(part), "W/"); tag == etag || tag == "*" {
			return true
		}
	}
	return false
}
