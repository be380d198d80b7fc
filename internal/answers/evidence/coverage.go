package evidence

import (
	"fmt"
	"slices"
	"strings"

	"homebound/internal/labour"
)

// Extent is what a source has rows for: a region, a nationality and the days from its first row to the last day of its
// last. A source that has rows and declares nothing touches what its rows are about, and no more.
type Extent struct {
	Source      string
	Table       labour.RegisterTable
	Region      string
	Nationality string
	Period      labour.Period
}

// Question is what a figure of the register is asked for.
type Question struct {
	Table         labour.RegisterTable
	Regions       []string // the region asked for and all within it, on its boundaries
	Nationalities []string // nil for all
	Period        labour.Period
}

// Coverage is how much of a question is known.
type Coverage struct {
	Covered  labour.Covered
	Complete []string // regions of the question that are known whole
	Partial  []string // those known in part
	Missing  []string // those that nothing is known of
	Known    string   // what is known, as a sentence
}

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

// Cover tells how much of a question is known: COMPLETE where complete sources together cover every region, nationality
// and day of it, NONE where no source touches any of it, else PARTIAL. within lists the regions that a declared region
// stands for, itself included. All nationalities are covered only by a source that declares all.
func Cover(rows []labour.Coverage, touches []Extent, q Question, within func(region string) []string, words Words) Coverage {
	nationalities := q.Nationalities
	if len(nationalities) == 0 {
		nationalities = []string{""}
	}
	rows = slices.DeleteFunc(slices.Clone(rows), func(r labour.Coverage) bool { return r.Table != q.Table })
	regionsOf := make([][]string, len(rows))
	for i, row := range rows {
		regionsOf[i] = within(row.Region)
	}
	var c Coverage
	for _, region := range q.Regions {
		whole, touched := true, false
		for _, nationality := range nationalities {
			var spans []labour.Period
			for i, row := range rows {
				if !slices.Contains(regionsOf[i], region) || !meets(row.Nationality, nationality) {
					continue
				}
				span := labour.Period{From: row.From, To: row.To}.Clip(q.Period)
				touched = touched || span.Days() > 0
				if row.Completeness == labour.CompleteSource && (row.Nationality == "" || row.Nationality == nationality) {
					spans = append(spans, span)
				}
			}
			whole = whole && fill(spans, q.Period)
			touched = touched || slices.ContainsFunc(touches, func(e Extent) bool {
				return e.Table == q.Table && e.Region == region && meets(e.Nationality, nationality) && e.Period.Clip(q.Period).Days() > 0
			})
		}
		switch {
		case whole:
			c.Complete = append(c.Complete, region)
		case touched:
			c.Partial = append(c.Partial, region)
		default:
			c.Missing = append(c.Missing, region)
		}
	}
	switch len(q.Regions) {
	case len(c.Complete):
		c.Covered = labour.Complete
	case len(c.Missing):
		c.Covered = labour.NotAtAll
	default:
		c.Covered = labour.Partial
	}
	if len(q.Regions) == 0 {
		c.Covered = labour.NotAtAll
	}
	c.Known = known(c.Covered, rows, q, words)
	return c
}

// meets reports whether rows of one nationality can be among those asked for, "" being all of them.
func meets(have, asked string) bool { return have == "" || asked == "" || have == asked }

// fill reports whether spans together have every day of a period.
func fill(spans []labour.Period, period labour.Period) bool {
	slices.SortFunc(spans, func(a, b labour.Period) int { return a.From.Sub(b.From) })
	next := period.From
	for _, span := range spans {
		if span.Days() == 0 {
			continue
		}
		if span.From > next {
			return false
		}
		next = max(next, span.To+1)
	}
	return period.Days() > 0 && next > period.To
}

func known(covered labour.Covered, rows []labour.Coverage, q Question, words Words) string {
	things := map[labour.RegisterTable]string{labour.PermitTable: "permits", labour.RepatriationTable: "repatriations"}[q.Table]
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
			named(words.Source, row.Source), things, who, named(words.Region, row.Region), row.From, row.To))
	}
	declared := "no source says that it has all " + things
	if len(whole) > 0 {
		declared = strings.Join(whole, "; ")
	}
	switch covered {
	case labour.Complete:
		return "This is known whole: " + declared + "."
	case labour.Partial:
		return "This is known in part, so that counts are lower bounds: " + declared + "."
	}
	return "Nothing is known of this, which does not mean that there was nobody: " + declared + "."
}
