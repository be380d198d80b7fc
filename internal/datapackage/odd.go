package datapackage

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// unknownWords are what programs and people write where they do not know a value.
var unknownWords = wordSet("NA", "N/A", "n/a", "na", "#N/A", "n.a.", "NaN", "nan", "NAN", "NULL", "Null", "null", "None", "none", "nil",
	"NIL", "<NA>", "NaT", `\N`, "-", "--", "---", "–", "—", "?", ".", "..", "...", ":", "*", "unknown", "Unknown", "UNKNOWN", "not available",
	"missing", "undefined", "н/д", "н.д.", "Н/Д", "нет", "нет данных", "Нет данных", "неизвестно", "не указано", "k.A.", "s/d", "(null)",
	"(blank)")

// sheetErrors are what a spreadsheet shows in place of a value that it could not work out.
var sheetErrors = wordSet("#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#ССЫЛКА!", "#ЗНАЧ!",
	"#ИМЯ?", "#ДЕЛ/0!", "#ЧИСЛО!", "#Н/Д", "#ПУСТО!", "########", "#####", "######", "#######")

func wordSet(words ...string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, word := range words {
		set[word] = true
	}
	return set
}

const longestWord = 32

// isUnknown reports whether a text is a word for a value that is not known.
func isUnknown(text []byte) bool {
	return len(text) <= longestWord && (unknownWords[string(text)] || sheetErrors[string(text)])
}

// odd says what is suspicious about a text that is kept as it is, or "".
func (c *Column) odd(text []byte, today string) string {
	switch c.Type {
	case Region:
		if string(text) == "NA" {
			return "" // Namibia is a region too, and what is none is no row of regions
		}
		return oddText(text)
	case Text, Key:
		return oddText(text)
	case Whole:
		if n, err := strconv.ParseInt(string(text), 10, 64); err == nil && n > manyWorkers {
			return fmt.Sprintf("more workers in one row than is often meant: %s", text)
		}
	case Date:
		switch day := string(text); {
		case day < firstYear || day >= lateYear || c.Recorded && day < firstRecorded:
			return fmt.Sprintf("a year that is seldom meant: %s", text)
		case c.Recorded && c.Name != "valid_from" && today != "" && day > today:
			return fmt.Sprintf("a day that is still to come: %s", text)
		}
	}
	return ""
}

// manyWorkers is a head count that few rows have: a number of another column may have slipped into this one.
const manyWorkers = 1_000_000

// A day outside of these years is seldom meant: it comes of two digits, or of a slip.
const (
	firstYear     = "1900"
	lateYear      = "2051"
	firstRecorded = "1980" // of registers
)

func oddText(text []byte) string {
	if len(text) <= longestWord {
		switch {
		case unknownWords[string(text)]:
			return fmt.Sprintf("a word for what is not known was kept as text: %s; say it in missingValues, or leave the cell empty", quote(text))
		case sheetErrors[string(text)]:
			return fmt.Sprintf("an error of a spreadsheet was kept as text: %s", quote(text))
		case (text[0] == '\'' || text[0] == '=') && marked.Match(text):
			return fmt.Sprintf("a number with the mark of a spreadsheet was kept as text: %s; take the mark away", quote(text))
		case text[0] <= '9' && (bytes.ContainsAny(text, "Ee") && scientific.Match(text) || bytes.HasSuffix(text, []byte(".0")) && pointed.Match(text)):
			return fmt.Sprintf("a number that a spreadsheet has changed was kept as text: %s; make the column text there", quote(text))
		}
	}
	if isASCII(text) {
		if bytes.Contains(text, []byte("???")) {
			return fmt.Sprintf("letters were lost on the way: %s", quote(text))
		}
		return ""
	}
	switch s := string(text); {
	case strings.ContainsRune(s, utf8.RuneError):
		return fmt.Sprintf("letters were lost on the way, where U+FFFD stands: %s", quote(text))
	case misread(s):
		return fmt.Sprintf("letters of another encoding: %s; give the file as UTF-8, or name its encoding", quote(text))
	}
	return ""
}

var (
	scientific = regexp.MustCompile(`^[+-]?\d(?:[.,]\d+)?[eE]\+?\d+$`)
	marked     = regexp.MustCompile(`^(?:'\d+|="[^"]*")$`)
	pointed    = regexp.MustCompile(`^\d{4,}\.0$`)
)

func isASCII(text []byte) bool {
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// misread reports whether a text looks as if its bytes had been read in another encoding: UTF-8 as Windows-1252 or
// Windows-1251, which then gives UTF-8 again, or Windows-1251 as Latin-1, which gives words of accented letters.
func misread(text string) bool {
	return sequences(text, charmap.Windows1252) >= 1 || sequences(text, charmap.ISO8859_1) >= 1 ||
		sequences(text, charmap.Windows1251) >= 2 || accentedRun(text) >= 4
}

// sequences counts the characters beyond ASCII that the text's bytes in a code page are in UTF-8; 0 where they are not.
func sequences(text string, page *charmap.Charmap) int {
	raw := make([]byte, 0, len(text))
	for _, r := range text {
		b, ok := page.EncodeRune(r)
		if !ok {
			return 0
		}
		raw = append(raw, b)
	}
	if !utf8.Valid(raw) {
		return 0
	}
	return len(raw) - utf8.RuneCount(raw)
}

// accentedRun returns the length of the longest run of letters from À to ÿ.
func accentedRun(text string) (longest int) {
	run := 0
	for _, r := range text {
		if run++; r < 'À' || 'ÿ' < r {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}
