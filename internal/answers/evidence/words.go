package evidence

import (
	"fmt"
	"slices"
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
	type reach struct {
		source, region string
		from, to       labour.Date
	}
	var order []reach
	tables, people := map[reach][]string{}, map[reach][]string{}
	for _, row := range rows {
		if row.Completeness != labour.CompleteSource {
			continue
		}
		at := reach{row.Source, row.Region, row.From, row.To}
		if !slices.Contains(order, at) {
			order = append(order, at)
		}
		who := "all nationalities"
		if row.Nationality != "" {
			who = named(words.Country, row.Nationality)
		}
		tables[at], people[at] = including(tables[at], string(row.Table)), including(people[at], who)
	}
	if order == nil {
		return "no source says that it has everything"
	}
	var whole []string
	for i, at := range order {
		if i == mostListed {
			whole = append(whole, fmt.Sprintf("%d more", len(order)-mostListed))
			break
		}
		who := "for workers of " + listed(people[at])
		if len(people[at]) > mostListed {
			who = fmt.Sprintf("for workers of %d nationalities", len(people[at]))
		}
		whole = append(whole, fmt.Sprintf("%s has all %s in %s %s, from %s to %s", named(words.Source, at.source),
			listed(tables[at]), named(words.Region, at.region), who, at.from, at.to))
	}
	return strings.Join(whole, "; ")
}

func including(list []string, one string) []string {
	if slices.Contains(list, one) {
		return list
	}
	return append(list, one)
}

// listed joins words as a sentence has them: a, b and c.
func listed(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
