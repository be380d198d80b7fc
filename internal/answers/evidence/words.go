package evidence

import (
	"fmt"
	"strings"

	"homebound/internal/labour"
)

// Words names things to readers. A function that is nil leaves the code as it is.
type Words struct {
	Source, Region, Country func(code string) string
}

func named(name func(string) string, code string) string {
	if name != nil {
		if text := name(code); text != "" {
			return text
		}
	}
	return code
}

// Declared says what sources have whole, as the end of a sentence: that a source has all permits of whom, where and when,
// or that none says so.
func Declared(rows []labour.Coverage, words Words) string {
	things := map[labour.RegisterTable]string{labour.PermitTable: "permits", labour.RepatriationTable: "repatriations"}
	var whole []string
	for _, row := range rows {
		if row.Completeness != labour.CompleteSource {
			continue
		}
		who := "all nationalities"
		if row.Nationality != "" {
			who = "nationals of " + named(words.Country, row.Nationality)
		}
		whole = append(whole, fmt.Sprintf("%s has all %s of %s in %s from %s to %s",
			named(words.Source, row.Source), things[row.Table], who, named(words.Region, row.Region), row.From, row.To))
	}
	if more := len(whole) - mostListed; more > 0 {
		whole = append(whole[:mostListed], fmt.Sprintf("%d more", more))
	}
	if whole == nil {
		return "no source says that it has everything"
	}
	return strings.Join(whole, "; ")
}
