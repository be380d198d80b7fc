package datapackage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// cellForm is how the values of a column are written, where a schema says it or it was found. The zero form is the
// plain one: a point in numbers, dates as 2017-12-22, true and false, and nothing for no value.
type cellForm struct {
	trim    bool            // blanks before a value are none of it
	missing map[string]bool // texts that mean no value
	numbers *numberForm
	words   map[string]bool // what is true and what is false
	dates   string          // layout of Go
	sheet   *sheetForm      // of the cells of a workbook
	limits  []func(text string, value any) (expected string)
	needed  bool // the schema asks for a value
	edge    Edge // the mapping says by which day of its span a value counts; "" where the column does
}

// numberForm is how numbers are written.
type numberForm struct {
	point  string
	groups []string // what may stand between groups of three digits
}

var blankGroups = []string{" ", "\u00a0", "\u202f", "\u2009"}

func (f *cellForm) isMissing(texts ...missingValue) {
	for _, text := range texts {
		if text == "" {
			continue // is so without being told
		}
		if f.missing == nil {
			f.missing = map[string]bool{}
		}
		f.missing[string(text)] = true
	}
}

// isPlain reports whether values can be taken as they are.
func (f *cellForm) isPlain() bool {
	return !f.trim && f.missing == nil && f.numbers == nil && f.words == nil && f.dates == "" && f.sheet == nil
}

// plain returns a value in the plain form, or the text itself where it is not in the form of the column.
func (f *cellForm) plain(text []byte, t Type) []byte {
	if f.sheet != nil {
		text = f.sheet.plain(text, t)
	}
	if f.trim {
		text = bytes.TrimLeft(text, " \t")
	}
	switch {
	case f.missing[string(text)]:
		return nil
	case f.numbers != nil && (t == Number || t == Whole):
		return f.numbers.plain(text, t)
	case f.words != nil && t == Boolean:
		if value, known := f.words[string(text)]; known {
			return strconv.AppendBool(nil, value)
		}
		return append([]byte("?"), text...) // is none of the words, and so no other either
	case f.dates != "" && t == Date:
		if day, err := time.Parse(f.dates, string(text)); err == nil && day.Equal(day.Truncate(24*time.Hour)) {
			return day.AppendFormat(nil, time.DateOnly)
		}
	}
	return text
}

// plain returns a number with a point and without groups, or the text itself where it is not written in this form.
func (n *numberForm) plain(text []byte, t Type) []byte {
	s := string(text)
	for _, blank := range blankGroups {
		s = strings.TrimSuffix(strings.TrimPrefix(s, blank), blank)
	}
	whole, part, pointed := strings.Cut(s, n.point)
	sign := strings.HasPrefix(whole, "-")
	whole = strings.TrimPrefix(whole, "-")
	for _, group := range n.groups {
		if groups := strings.Split(whole, group); len(groups) > 1 {
			for i, g := range groups {
				if len(g) != 3 && (i > 0 || len(g) == 0 || len(g) > 3) {
					return notANumber(text)
				}
			}
			whole = strings.Join(groups, "")
			break
		}
	}
	if n.point != "." && strings.Contains(whole, ".") {
		return notANumber(text)
	}
	if t == Whole && pointed && part != "" && strings.Trim(part, "0") == "" {
		pointed = false // 12.0 is how programs write a whole number that they keep as another
	}
	if sign {
		whole = "-" + whole
	}
	if pointed {
		whole += "." + part
	}
	if !decimal(whole) {
		return notANumber(text)
	}
	return []byte(whole)
}

// notANumber marks a text that must not be read as a number in the plain form either, such as 25.000 where the point
// was said to be a comma.
func notANumber(text []byte) []byte {
	if decimal(string(text)) {
		return append([]byte("?"), text...)
	}
	return text
}

// into adds what the constraints ask to the form of a column, but for what the table asks anyway.
func (l fieldLimits) into(f *cellForm, c *Column, t Table) error {
	if l.Required && !c.Required {
		f.needed = true
	}
	if l.Unique && !slices.Equal(t.Key, []string{c.Name}) {
		return errors.New("expected the constraint unique for the key alone, found it here")
	}
	if l.JSONSchema != nil {
		return errors.New("expected no constraint jsonSchema, found one")
	}
	var faults []error
	if l.Pattern != "" {
		pattern, err := regexp.Compile("^(?:" + l.Pattern + ")$")
		if err != nil {
			faults = append(faults, fmt.Errorf("expected a regular expression as pattern, found %s", quote(l.Pattern)))
		} else {
			f.limit(func(text string, _ any) bool { return pattern.MatchString(text) }, "a value of the pattern "+l.Pattern)
		}
	}
	if l.Enum != nil {
		l.enum(f, c)
	}
	for _, bound := range []struct {
		at    any
		words string
		holds func(comparison int) bool
	}{
		{l.Minimum, "at least", func(c int) bool { return c >= 0 }}, {l.Maximum, "at most", func(c int) bool { return c <= 0 }},
		{l.ExclusiveMinimum, "more than", func(c int) bool { return c > 0 }}, {l.ExclusiveMaximum, "less than", func(c int) bool { return c < 0 }},
	} {
		if bound.at == nil || c.isBound(bound.at, bound.words) {
			continue
		}
		at, ok := c.parse(jsonText(bound.at)), c.Type == Date
		if c.Type == Number || c.Type == Whole {
			x, err := strconv.ParseFloat(jsonText(bound.at), 64)
			at, ok = x, err == nil
		}
		if !ok || at == nil {
			faults = append(faults, fmt.Errorf("expected a bound of numbers or days, found %v", bound.at))
			continue
		}
		f.limit(func(_ string, value any) bool { return bound.holds(compare(value, at)) },
			fmt.Sprintf("a value of %s %v", bound.words, bound.at))
	}
	length := func(text string) int { return utf8.RuneCountInString(text) }
	if n := l.MinLength; n != nil {
		f.limit(func(text string, _ any) bool { return length(text) >= *n }, "at least "+count(*n, "character"))
	}
	if n := l.MaxLength; n != nil {
		f.limit(func(text string, _ any) bool { return length(text) <= *n }, "at most "+count(*n, "character"))
	}
	return errors.Join(faults...)
}

// isBound reports whether a bound is the column's own.
func (c *Column) isBound(at any, words string) bool {
	x, isNumber := at.(float64)
	return isNumber && (words == "at least" && c.Min != nil && x <= *c.Min || words == "at most" && c.Max != nil && x >= *c.Max)
}

// enum asks for one of the values listed, in the file's spelling or in Homebound's.
func (l fieldLimits) enum(f *cellForm, c *Column) {
	var allowed []string
	for _, value := range l.Enum {
		allowed = append(allowed, jsonText(value))
	}
	if len(c.Enum) > 0 && !slices.ContainsFunc(c.Enum, func(own string) bool { return !slices.Contains(allowed, own) }) {
		return
	}
	f.limit(func(text string, value any) bool {
		return slices.Contains(allowed, text) || slices.Contains(allowed, string(AppendValue(nil, value)))
	}, "one of "+strings.Join(allowed, ", "))
}

// limit adds a condition.
func (f *cellForm) limit(holds func(text string, value any) bool, expected string) {
	f.limits = append(f.limits, func(text string, value any) string {
		if holds(text, plainDay(value)) {
			return ""
		}
		return "expected " + expected + ", as the package's schema says, found " + quote(text)
	})
}

func compare(value, bound any) int {
	switch v := value.(type) {
	case int64:
		return compare(float64(v), bound)
	case float64:
		switch b := bound.(float64); {
		case v < b:
			return -1
		case v > b:
			return 1
		}
		return 0
	case string:
		return strings.Compare(v, bound.(string))
	}
	return 0
}

// jsonText returns a JSON value as it stands in a file.
func jsonText(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}
