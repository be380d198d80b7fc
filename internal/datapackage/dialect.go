package datapackage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// dialect says how the text of a file is split, as Data Package v1 (CSV Dialect) and v2 (Table Dialect) describe it.
// A key that is not listed here is refused: what it asks for would not be done.
type dialect struct {
	Delimiter        *string         `json:"delimiter"`
	QuoteChar        *string         `json:"quoteChar"`
	DoubleQuote      *bool           `json:"doubleQuote"`
	Header           *bool           `json:"header"`
	HeaderRows       []int           `json:"headerRows"`
	CommentRows      []int           `json:"commentRows"`
	CommentChar      *string         `json:"commentChar"`
	EscapeChar       *string         `json:"escapeChar"`
	NullSequence     *string         `json:"nullSequence"`
	SkipInitialSpace bool            `json:"skipInitialSpace"`
	LineTerminator   *string         `json:"lineTerminator"`
	SheetName        string          `json:"sheetName"`
	SheetNumber      int             `json:"sheetNumber"`
	CaseSensitive    json.RawMessage `json:"caseSensitiveHeader"` // names are found in any case
	HeaderJoin       json.RawMessage `json:"headerJoin"`          // for several header rows, which are refused
	described
}

// described are keys that describe for people or tools and change nothing of what is read.
type described struct {
	Name        json.RawMessage `json:"name"`
	Type        json.RawMessage `json:"type"`
	Title       json.RawMessage `json:"title"`
	Description json.RawMessage `json:"description"`
	Profile     json.RawMessage `json:"profile"`
	Schema      json.RawMessage `json:"$schema"`
	Version     json.RawMessage `json:"csvddfVersion"`
}

// check refuses what is not done for a text. The error tells all.
func (d dialect) check() error {
	var faults []error
	refuse := func(wrong bool, format string, args ...any) {
		if wrong {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	if d.Delimiter != nil {
		refuse(!slices.Contains(delimiters, *d.Delimiter), "expected a delimiter among %s, found %s",
			`",", ";", "\t" and "|"`, quote(*d.Delimiter))
	}
	if d.QuoteChar != nil {
		refuse(*d.QuoteChar != `"` && *d.QuoteChar != "'", `expected the quoteChar "\"" or "'", found %s`, quote(*d.QuoteChar))
	}
	refuse(d.DoubleQuote != nil && !*d.DoubleQuote, "expected doubleQuote to be true, found false")
	refuse(d.Header != nil && !*d.Header, "expected header to be true, found false: columns are found by their names")
	refuse(len(d.HeaderRows) > 0 && !slices.Equal(d.HeaderRows, []int{1}), "expected headerRows to be [1], found %v", d.HeaderRows)
	refuse(len(d.CommentRows) > 0, "expected no commentRows, found %v", d.CommentRows)
	refuse(orEmpty(d.CommentChar) != "", "expected no commentChar, found %s", quote(orEmpty(d.CommentChar)))
	refuse(orEmpty(d.EscapeChar) != "", "expected no escapeChar, found %s: a quote inside a value is doubled", quote(orEmpty(d.EscapeChar)))
	refuse(d.LineTerminator != nil && !slices.Contains([]string{"\n", "\r\n"}, *d.LineTerminator),
		`expected the lineTerminator "\n" or "\r\n", found %s`, quote(orEmpty(d.LineTerminator)))
	return errors.Join(faults...)
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// delimiters are those that files are split by, and delimiterNames what a reader calls them.
var (
	delimiters     = []string{",", ";", "\t", "|"}
	delimiterNames = map[byte]string{',': "comma", ';': "semicolon", '\t': "tab", '|': "vertical bar"}
)

func delimiterName(delimiter byte) string { return delimiterNames[delimiter] }

// form returns how a text is split, with the delimiter 0 where the dialect leaves it to be found.
func (d dialect) form() textForm {
	f := textForm{quote: '"'}
	if d.Delimiter != nil {
		f.delimiter = (*d.Delimiter)[0]
	}
	if d.QuoteChar != nil {
		f.quote = (*d.QuoteChar)[0]
	}
	return f
}

// readPart decodes a part of the descriptor that stands in it, or in a file of the package that it names. what is
// the name of the part, for messages. A key that into does not have is refused.
func readPart(fsys fs.FS, raw json.RawMessage, what string, into any) error {
	var name string
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if err := json.Unmarshal(raw, &name); err == nil {
		if err := checkPath(name); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if raw, err = readSmall(fsys, path.Clean(name)); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		what = name
	}
	return decodeStrictly(raw, what, into)
}

// decodeStrictly reads a JSON object and refuses keys that into does not have.
func decodeStrictly(raw []byte, what string, into any) error {
	if !utf8.Valid(raw) {
		return fmt.Errorf("%s: expected text in UTF-8, found bytes of another encoding", what)
	}
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, byteOrderMark)))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil {
		return nil
	}
	if field, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return fmt.Errorf("%s: found the key %s, which Homebound does not know and so would not heed", what, field)
	}
	return fmt.Errorf("%s: %s", what, strings.TrimPrefix(err.Error(), "json: "))
}
