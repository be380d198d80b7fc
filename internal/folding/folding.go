// Package folding makes texts comparable that read alike: for search, whatever their case, accents, blanks and ways of
// composing them; for order, as a dictionary has them.
package folding

import (
	"encoding/hex"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Fold returns a text without case (ß is ss), without accents (ё is е, й is и, é is e) and without ways of composing
// them, with single blanks between its words and none around them.
func Fold(text string) string {
	fold := transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), cases.Fold(), norm.NFC)
	folded, _, err := transform.String(fold, text)
	if err != nil { // of bytes that are no text: compare them as they are
		folded = text
	}
	return strings.Join(strings.Fields(folded), " ")
}

// Words returns the words that a search asks for, folded.
func Words(search string) []string { return strings.Fields(Fold(search)) }

// HasWords reports whether a folded text has every one of some folded words, in any order.
func HasWords(folded string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(folded, word) {
			return false
		}
	}
	return true
}

// Sorter returns keys by which texts sort as the Unicode collation algorithm has them: small letters beside capitals, ё
// beside е. One goroutine uses it at a time.
type Sorter struct {
	order  *collate.Collator
	buffer collate.Buffer
}

// NewSorter returns a Sorter of no language in particular.
func NewSorter() *Sorter { return &Sorter{order: collate.New(language.Und)} }

// Key returns a text's key, which sorts byte by byte.
func (s *Sorter) Key(text string) string {
	s.buffer.Reset()
	return hex.EncodeToString(s.order.KeyFromString(&s.buffer, text))
}
