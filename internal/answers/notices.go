package answers

import (
	"fmt"
	"slices"
	"strings"

	"homebound/db"
	"homebound/internal/answers/evidence"
	"homebound/internal/labour"
)

// Notice is something to know before an answer is used.
type Notice struct {
	Code    NoticeCode
	Message string // a sentence or two
}

// NoticeCode is what a notice is about.
type NoticeCode string

const (
	NoticeCoverage   NoticeCode = "COVERAGE"
	NoticeBoundaries NoticeCode = "BOUNDARIES_MOVED"
	NoticePeriodsCut NoticeCode = "PERIODS_CUT"
	NoticeLeftOut    NoticeCode = "ROWS_LEFT_OUT"
	NoticeHeldFlat   NoticeCode = "HELD_FLAT"
	NoticeModel      NoticeCode = "MODEL"
	NoticeMethod     NoticeCode = "METHOD_CHANGED"
	NoticeRough      NoticeCode = "ROUGH_DAYS"
)

// NoticeCodes lists all of them.
var NoticeCodes = []NoticeCode{NoticeCoverage, NoticeBoundaries, NoticePeriodsCut, NoticeLeftOut, NoticeHeldFlat, NoticeModel,
	NoticeMethod, NoticeRough}

// Notices says what a reader of a report might stumble over. Rows that were left out are known once it is answered.
func Notices(release *db.Release, rep *db.Report) []Notice {
	var notices []Notice
	if covered := rep.Coverage(); covered != labour.Complete {
		notices = append(notices, Notice{NoticeCoverage, coverageSentence(release, rep.Query.Filter.Nationalities, covered, rep.Uncovered())})
	}
	if rep.Covers() {
		notices = append(notices, boundariesMoved(release, rep.Period, rep.BoundariesOn)...)
	}
	if g := rep.Query.Granularity; g != "" && rep.Covers() {
		if whole := (labour.Period{From: g.Unit(rep.Period.From).From, To: g.Unit(rep.Period.To).To}); whole != rep.Period {
			notices = append(notices, Notice{NoticePeriodsCut, fmt.Sprintf(
				"The report covers %s to %s, so that its first or last %s is a part of one.", rep.Period.From, rep.Period.To,
				strings.ToLower(string(g)))})
		}
	}
	if rep.LeftOut > 0 {
		notices = append(notices, Notice{NoticeLeftOut, fmt.Sprintf(
			"Of %d rows, having left %d out.", rep.Count+rep.LeftOut, rep.LeftOut)})
	}
	return append(notices, lackingNotices(release, rep)...)
}

// gapSentences say what is done about rows that lack something; %s is how many, with their noun.
var gapSentences = []struct {
	gap      labour.Gap
	code     NoticeCode
	sentence string
}{
	{labour.NoIssueDay, NoticeLeftOut, "%s without a day of issue: no count of permits issued has them."},
	{labour.NoValidity, NoticeLeftOut, "%s without both days of validity: no stock of workers has them."},
	{labour.NoRegion, NoticeLeftOut, "%s without a region: no region has them."},
	{labour.NoNationality, NoticeLeftOut, "%s without a nationality: no nationality has them."},
	{labour.NoEmployer, NoticeLeftOut, "%s without an employer: no employer has them."},
	{labour.WageNotMonthly, NoticeLeftOut, "%s with a wage per hour, day or piece that nothing says how to make monthly: no average wage has them."},
	{labour.RoughIssueDay, NoticeRough, "%s with a day of issue known only to a month, a quarter or a year: they count on its first day."},
	{labour.RoughValidity, NoticeRough, "%s with a validity known only to a month, a quarter or a year: it counts from its first day to its last."},
	{labour.RoughDeparture, NoticeRough, "%s with a day known only to a month, a quarter or a year: they count on its last day."},
}

// lackingNotices says how many rows that may be meant lack something which the report's measures count by. How many is
// not told where rows are masked, since the number would tell of few.
func lackingNotices(release *db.Release, rep *db.Report) []Notice {
	var notices []Notice
	lacking := rep.Lacking()
	for _, g := range gapSentences {
		n := lacking[g.gap]
		if n == 0 {
			continue
		}
		noun := "permit"
		if g.gap == labour.RoughDeparture {
			noun = "repatriation"
		}
		rows := fmt.Sprintf("There are %d %ss", n, noun)
		if n == 1 {
			rows = "There is 1 " + noun
		}
		if release.Confidential() > 0 {
			rows = "There are " + noun + "s"
		}
		text := fmt.Sprintf(g.sentence, rows)
		if n == 1 && release.Confidential() == 0 {
			text = strings.NewReplacer("has them.", "has it.", "they count", "it counts").Replace(text)
		}
		notices = append(notices, Notice{g.code, text})
	}
	return notices
}

// boundariesMoved says that regions changed parents within the days that an answer is about.
func boundariesMoved(release *db.Release, p labour.Period, on labour.Date) []Notice {
	var moved []string
	for _, day := range release.Geography().Changes() {
		if day > p.From && day <= p.To {
			moved = append(moved, day.String())
		}
	}
	if moved == nil {
		return nil
	}
	return []Notice{{NoticeBoundaries, fmt.Sprintf("Boundaries moved on %s; all figures are on those of %s.",
		strings.Join(moved, " and "), on)}}
}

// mostNamed bounds how many regions a sentence names.
const mostNamed = 8

// coverageSentence says how much is known, who declares what, and of which regions nothing is.
func coverageSentence(release *db.Release, nationalities []string, covered labour.Covered, missing []string) string {
	words := wordsOf(release)
	declared := evidence.Declared(slices.DeleteFunc(slices.Clone(release.Declared()), func(c labour.Coverage) bool {
		return c.Nationality != "" && nationalities != nil && !slices.Contains(nationalities, c.Nationality)
	}), words)
	if covered == labour.NotAtAll {
		return "Nothing is known of this, which does not mean that there was nobody: " + declared + "."
	}
	text := "This is known in part, so that counts are lower bounds: " + declared + "."
	if len(missing) > 0 {
		names := make([]string, 0, mostNamed+1)
		for i, code := range missing {
			if i == mostNamed {
				names = append(names, fmt.Sprintf("%d more", len(missing)-mostNamed))
				break
			}
			names = append(names, words.Region(code))
		}
		text += " Nothing is known of " + strings.Join(names, ", ") + "."
	}
	return text
}
