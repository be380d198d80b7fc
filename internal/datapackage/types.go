package datapackage

import (
	"bytes"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"homebound/internal/boundaries"
	"homebound/internal/labour"
)

// Type is what a column's values are. Values are read as string but where another Go type is named.
type Type int

const (
	// any text in UTF-8 without control characters, kept as written; line breaks and tabs are fine
	Text       Type = iota + 1
	Key             // text on one line, of at most 256 bytes
	Region          // printable text without blanks, of at most 64 bytes
	Country         // two capital letters
	Countries       // such codes split by semicolons, each once
	Industry        // a letter from A to U
	Currency        // three capital letters
	URL             // an absolute http or https address
	OneOf           // one of the column's Enum
	Date            // an RFC 3339 full-date
	Whole           // a whole number in decimal digits; read as int64
	Number          // a finite decimal number; read as float64
	Boolean         // true, false, 1 or 0; read as bool
	Geometry        // a Polygon or a MultiPolygon of GeoJSON, in degrees of WGS 84
	Precisions      // columns with MONTH, QUARTER or YEAR: issued_on=MONTH;valid_to=YEAR
)

const (
	maxKeyBytes    = 256
	maxRegionBytes = 64
)

// read returns the value of a cell that is not empty, or what is wrong with it.
func (c *Column) read(text []byte) (value any, fault string) {
	switch c.Type {
	case Text, Key, Region, URL:
		if fault := illegible(text); fault != "" {
			return nil, fault
		}
	}
	if c.Required && len(bytes.TrimSpace(text)) == 0 {
		return nil, "expected a value, found only blanks"
	}
	if c.Type == Key {
		if fault := unclean(text); fault != "" {
			return nil, fault
		}
	}
	if c.Type == Geometry {
		shape, err := boundaries.Parse(text)
		if err != nil {
			return nil, err.Error()
		}
		return shape.Geometry(), ""
	}
	if value = c.parse(string(text)); value == nil {
		return nil, c.expected() + ", found " + quote(text)
	}
	return value, ""
}

// impossible says why a day cannot be one that the register records, or "". latest is the last one that can.
func (c *Column) impossible(value any, latest string) string {
	day := dayOf(value)
	if !c.Recorded || day == "" {
		return ""
	}
	if day < firstYear || latest != "" && day > latest {
		if latest == "" {
			latest = "today"
		}
		return fmt.Sprintf("expected a day from %s-01-01 to %s, found %q", firstYear, latest, day)
	}
	return ""
}

// canBeUnknown reports whether a word for what is not known may be read as no value: where it may be empty, and no
// such word can be one of its values.
func (c *Column) canBeUnknown() bool {
	switch c.Type {
	case Text, Key, Region, Country, Countries:
		return false
	}
	return !c.Required
}

// parse returns the value of a text, or nil where it is not of the column's type or out of its bounds.
func (c *Column) parse(text string) any {
	switch c.Type {
	case Date:
		if _, err := labour.ParseDate(text); err != nil {
			return c.rough(text)
		}
	case Whole:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || text[0] == '+' || !c.within(float64(n)) {
			return nil
		}
		return n
	case Number:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || !decimal(text) || !c.within(x) {
			return nil
		}
		if x == 0 {
			return 0.0 // a negative zero too: one value is written in one way
		}
		return x
	case Boolean:
		switch text {
		case "true", "True", "TRUE", "1":
			return true
		case "false", "False", "FALSE", "0":
			return false
		}
		return nil
	case OneOf:
		if long, ok := c.Aliases[text]; ok {
			return long
		}
		if !slices.Contains(c.Enum, text) {
			return nil
		}
	default:
		if !wellFormed(c.Type, text) {
			return nil
		}
	}
	return text
}

// wellFormed reports whether a text has the form that a type of text asks for.
func wellFormed(t Type, text string) bool {
	switch t {
	case Key:
		return len(text) <= maxKeyBytes && !strings.ContainsAny(text, "\r\n")
	case Region:
		return len(text) <= maxRegionBytes && strings.IndexFunc(text, func(r rune) bool {
			return r == ' ' || !unicode.IsPrint(r)
		}) < 0
	case Country:
		return capitals(text, 2)
	case Countries:
		codes := strings.Split(text, ";")
		for i, code := range codes {
			if !capitals(code, 2) || slices.Contains(codes[:i], code) {
				return false
			}
		}
	case Industry:
		return len(text) == 1 && 'A' <= text[0] && text[0] <= 'U'
	case Currency:
		return capitals(text, 3)
	case Precisions:
		_, err := labour.ParsePrecision(text)
		return err == nil
	case URL:
		u, err := url.Parse(text)
		return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	}
	return true
}

// expected says what the column's values look like.
func (c *Column) expected() string {
	switch c.Type {
	case Key:
		return fmt.Sprintf("expected a key on one line, of at most %d bytes", maxKeyBytes)
	case Region:
		return fmt.Sprintf("expected a printable region code without blanks, of at most %d bytes", maxRegionBytes)
	case Country:
		return "expected a country code of two capital letters such as KP"
	case Countries:
		return "expected country codes split by semicolons, each once, such as KP;CN"
	case Industry:
		return "expected an industry's letter from A to U"
	case Currency:
		return "expected a currency code of three capital letters such as RUB"
	case URL:
		return "expected a web address such as https://example.org/report"
	case OneOf:
		return "expected " + oneOf(c.Enum)
	case Precisions:
		return "expected columns with MONTH, QUARTER or YEAR such as issued_on=MONTH;valid_to=YEAR"
	case Date:
		return "expected a date such as 2017-12-22"
	case Whole:
		return "expected a whole number" + c.bounds()
	case Number:
		return "expected a decimal number" + c.bounds()
	case Boolean:
		return "expected true or false"
	}
	return "expected text"
}

func (c *Column) within(x float64) bool {
	return !math.IsInf(x, 0) && (c.Min == nil || *c.Min <= x) && (c.Max == nil || x <= *c.Max)
}

func (c *Column) bounds() string {
	switch {
	case c.Min != nil && c.Max != nil:
		return fmt.Sprintf(" from %s to %s", AppendValue(nil, *c.Min), AppendValue(nil, *c.Max))
	case c.Min != nil:
		return fmt.Sprintf(" of at least %s", AppendValue(nil, *c.Min))
	case c.Max != nil:
		return fmt.Sprintf(" of at most %s", AppendValue(nil, *c.Max))
	}
	return ""
}

// decimal reports whether a text that strconv takes for a number is written in decimal digits: -12, 0.5 or 1.5e6, and
// not .5, 5., +1, 0x1p4, 1_000 or Inf.
func decimal(text string) bool {
	digits := func(s string) bool {
		return s != "" && strings.Trim(s, "0123456789") == ""
	}
	text = strings.TrimPrefix(text, "-")
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		text = text[:i]
	}
	whole, part, dotted := strings.Cut(text, ".")
	return digits(whole) && (!dotted || digits(part))
}

func capitals(text string, n int) bool {
	return len(text) == n && strings.IndexFunc(text, func(r rune) bool { return r < 'A' || 'Z' < r }) < 0
}

// illegible says why a text cannot be shown to a reader, or "".
func illegible(text []byte) string {
	for i := 0; i < len(text); {
		if b := text[i]; ' ' <= b && b < 0x7f {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return fmt.Sprintf("expected text in UTF-8, found the byte 0x%02X", text[i])
		case unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t':
			return fmt.Sprintf("expected text without control characters, found %U", r)
		}
		i += size
	}
	return ""
}

// unclean says what stands in a key that nobody sees, or "": two keys that look alike would be two rows.
func unclean(text []byte) string {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		ends := i == 0 || i+size == len(text)
		if unicode.Is(unicode.Cf, r) || unicode.IsSpace(r) && (ends || r != ' ') {
			return fmt.Sprintf("expected a key without blanks at its ends and invisible characters, found %+q", text)
		}
		i += size
	}
	return ""
}

// quote shows what was found, cut short where it would fill the page.
func quote[T string | []byte](text T) string {
	const most = 80
	if s := string(text); len(s) <= most {
		return strconv.Quote(s)
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strconv.Quote(string(text[:cut]) + "…")
}

// oneOf lists what is allowed, of several: "one of A, B or C".
func oneOf(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return "one of " + strings.Join(names[:last], ", ") + " or " + names[last]
}
