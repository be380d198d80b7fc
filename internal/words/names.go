package words

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/language"
)

// Names are packed, for x/text's own tables of them are 2 MB of program: pack.go writes them from these.
//
//go:generate go run pack.go
//go:embed names.txt.zst
var packedNames []byte

// names are what languages call themselves and countries.
type names struct {
	matcher language.Matcher
	lines   []string // of each language that it matches, as pack.go writes them
}

// allNames has the names. They are unpacked when the first is asked for, since most commands ask for none.
var allNames = sync.OnceValue(func() names {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		panic(fmt.Sprintf("words: %v", err)) // which no options that stand here bring about
	}
	defer decoder.Close()
	text, err := decoder.DecodeAll(packedNames, nil)
	if err != nil {
		panic(fmt.Sprintf("words: %v", err)) // which the tests have looked at
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	tags := make([]language.Tag, len(lines))
	for i, line := range lines {
		code, _, _ := strings.Cut(line, "\t")
		tags[i] = language.Make(code)
	}
	return names{language.NewMatcher(tags), lines}
})

// nameIn returns what a language, or the nearest that has names, calls the country of a code, or itself for "own"; ""
// where it has no name for it.
func nameIn(tag language.Tag, code string) string {
	all := allNames()
	_, at, sure := all.matcher.Match(tag)
	if sure == language.No {
		return ""
	}
	_, rest, _ := strings.Cut(all.lines[at], "\t"+code+"=")
	name, _, _ := strings.Cut(rest, "\t")
	return name
}
