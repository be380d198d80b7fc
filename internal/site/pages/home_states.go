package pages

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"homebound/internal/site/port"
	"homebound/internal/words"
)

// statesPart is the answer to states.graphql, and what a reader is shown of it.
type statesPart struct {
	part
	MemberStates []stateAnswer
	Regions      struct {
		Nodes []struct {
			Code         string
			Observations []count
		}
	}
	Rows []stateRow // the greatest count first, then those of which none is known, by name
}

type stateAnswer struct {
	Country                       named
	Status, Explanation           string
	Progress, Baseline, Remaining *float64
	Reports                       []stateReport
}

type stateReport struct {
	Kind                string
	SubmittedOn, AsOf   *string
	Baseline, Remaining *float64
	BaselineOn, Text    *string
	Source              port.Source
}

// stateRow is what the table says of a State. "" stands for what is not known.
type stateRow struct {
	Country                       string
	Status                        words.Text
	Before, Report, Left, Percent string
	size                          float64
}

// nearAdoption is how many days after it binds a count still tells how many there were at first.
const nearAdoption = 31

// mostOpen is how many rows of the table stand open on the first page.
const mostOpen = 10

func (s *Pages) tellStates(ctx context.Context, d *homeData) error {
	if d.Sanction == nil {
		return nil
	}
	adopted, err := time.Parse(time.DateOnly, d.Sanction.AdoptedOn)
	if err != nil {
		return fmt.Errorf("the day of adoption: %w", err)
	}
	before := adopted.AddDate(0, 0, nearAdoption).Format(time.DateOnly)
	err = s.ask(ctx, "states", port.Variables{"sanction": d.Sanction.Symbol, "before": before}, &d.States)
	if err != nil {
		return err
	}
	published := map[string][]count{}
	for _, region := range d.States.Regions.Nodes {
		for _, c := range region.Observations {
			if c.isOf(d.codes()) && c.To <= before {
				published[region.Code] = append(published[region.Code], c)
			}
		}
	}
	for _, state := range d.States.MemberStates {
		row, err := state.row(d.in, published[state.Country.Code], before)
		if err != nil {
			return err
		}
		d.States.Rows = append(d.States.Rows, row)
	}
	slices.SortStableFunc(d.States.Rows, func(a, b stateRow) int {
		return cmp.Or(cmp.Compare(b.size, a.size), strings.Compare(a.Country, b.Country))
	})
	return nil
}

// row writes what is known of a State for its readers.
func (a stateAnswer) row(in words.Words, published []count, before string) (stateRow, error) {
	number := func(n float64) string { return in.Number(math.Round(n), 0) }
	row := stateRow{Country: plainly(in, a.Country), Status: cmp.Or(stateWords[a.Status], stateWords["UNKNOWN"]), size: -1}
	if value, day := a.first(published, before); value != nil {
		row.size, row.Before = *value, number(*value)
		if day != "" {
			row.Before += ", " + monthOf(in, day)
		}
	}
	if len(a.Reports) > 0 {
		last := slices.MaxFunc(a.Reports, func(x, y stateReport) int { return strings.Compare(x.day(), y.day()) })
		row.Report = in.Say(reportWords[last.Kind])
		if day := last.day(); day != "" {
			row.Report += ", " + monthOf(in, day)
		}
	}
	if a.Remaining != nil {
		row.Left = number(*a.Remaining)
	}
	switch {
	case a.Baseline != nil && *a.Baseline == 0:
		row.Percent = in.Say("none to go")
	case a.Progress != nil:
		row.Percent = number(math.Floor(100**a.Progress)) + "\u00a0%" // never 100 % while somebody is left
	}
	return row, nil
}

// first returns the last count of those who were there when the sanction began to bind, published or reported, and its
// day; nil where none is known.
func (a stateAnswer) first(published []count, before string) (value *float64, day string) {
	for _, c := range published {
		if c.To >= day {
			value, day = &c.Value, c.To
		}
	}
	for _, r := range a.Reports {
		if r.Baseline == nil {
			continue
		}
		if r.BaselineOn == nil && value == nil {
			value = r.Baseline
		}
		if r.BaselineOn != nil && *r.BaselineOn > day && *r.BaselineOn <= before {
			value, day = r.Baseline, *r.BaselineOn
		}
	}
	if value == nil {
		return a.Baseline, ""
	}
	return value, day
}

// day returns when a report was made, or else what day it is of; "" where neither is known.
func (r stateReport) day() string {
	for _, day := range []*string{r.SubmittedOn, r.AsOf} {
		if day != nil {
			return *day
		}
	}
	return ""
}

// monthOf writes the month of a day: March 2019.
func monthOf(in words.Words, day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return in.LongMonth(t)
}

// stateWords are what readers are told of where a State stands.
var stateWords = map[string]words.Text{
	"COMPLETED": "nobody remained", "MISSED": "some remained after the deadline", "ON_TRACK": "under way, fast enough",
	"BEHIND": "under way, too slowly", "UNKNOWN": "not known",
}

// reportWords name the reports that a State makes.
var reportWords = map[string]words.Text{"MIDTERM": "half-way report", "FINAL": "final report", "OTHER": "statement"}

// Open returns the rows that stand open, and Folded the others.
func (p *statesPart) Open() []stateRow { return p.Rows[:min(len(p.Rows), mostOpen)] }

// Folded returns the rows that do not stand open.
func (p *statesPart) Folded() []stateRow { return p.Rows[min(len(p.Rows), mostOpen):] }

// Answer sums the table up in a sentence.
func (p *statesPart) Answer() any {
	counts := map[words.Text]int{}
	for _, row := range p.Rows {
		counts[row.Status]++
	}
	texts := list{}
	for _, told := range []struct{ status, text words.Text }{
		{stateWords["COMPLETED"], "nobody remained in %s by their own figures"},
		{stateWords["MISSED"], "workers remained after the deadline in %s"},
		{stateWords["ON_TRACK"], "%s are sending them home fast enough"}, {stateWords["BEHIND"], "%s are too slow"},
		{stateWords["UNKNOWN"], "of %s it is not known"},
	} {
		if n := counts[told.status]; n > 0 {
			texts = append(texts, phrased(told.text, float64(n)))
		}
	}
	return phrased("Of %s states that reported or were counted, %s.", float64(len(p.Rows)), texts)
}
