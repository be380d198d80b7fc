package impact

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"homebound/internal/labour"
)

// ledger keeps what the result rests on: one entry for each series and year that was asked for.
type ledger struct{ entries map[entryKey]*entry }

// entryKey has year 0 where the entry is of no year: a figure that is missing, or a wage of the permits.
type entryKey struct {
	name string
	year int
}

type entry struct {
	Input
	notes []string
}

func newLedger() ledger { return ledger{map[entryKey]*entry{}} }

// use records that a figure was read for a year, and why.
func (l ledger) use(key series, f figure, year int, why string) {
	e := l.entry(entryKey{key.String(), year}, Input{
		Value:   &f.Value,
		Unit:    f.Unit,
		Period:  &labour.Period{From: f.From, To: f.To},
		Source:  f.Source,
		Imputed: f.year != year,
	})
	if e.Imputed {
		e.note(fmt.Sprintf("stands in for %d", year))
	}
	e.note(why)
	e.note(f.Note)
}

// OwnWage names the input that gives the departed permits' own wage in a cell.
func (c Cell) OwnWage() string { return series{"permits' own wage", c.Region, c.Industry}.String() }

// wage records the departed permits' own wage.
func (l ledger) wage(c Cell, wage float64, unit string) {
	l.entry(entryKey{name: c.OwnWage()},
		Input{Value: &wage, Unit: unit}).note("average monthly wage of the departed permits")
}

// missing records that a figure was not found, and what follows.
func (l ledger) missing(key series, unit, note string) {
	l.entry(entryKey{name: key.String()}, Input{Unit: unit}).note(note)
}

// plain records an input of the model's own that no row gives.
func (l ledger) plain(name string, value float64, note string) {
	l.entry(entryKey{name: name}, Input{Value: &value, Unit: "ratio", parameter: true}).note(note)
}

// parameter records that a row was read for a year.
func (l ledger) parameter(r row, imputed bool, year int) {
	name := r.Name
	for _, part := range []string{r.Region, r.Industry, r.Nationality} {
		if part != "" {
			name += " " + part
		}
	}
	in := Input{Value: &r.Central, Low: &r.Low, High: &r.High, Distribution: r.Distribution, Unit: r.Unit, Source: r.Source,
		Citation: r.Citation, Imputed: imputed, parameter: true}
	key := entryKey{name: name}
	if r.From != nil && r.To != nil {
		in.Period = &labour.Period{From: *r.From, To: *r.To}
		key.year = r.From.Year()
	}
	if imputed {
		key.year = year
	}
	e := l.entry(key, in)
	if r.set {
		e.note("set in the scenario")
	}
	if imputed {
		e.note(fmt.Sprintf("stands in for %d", year))
	}
	e.note(r.Note)
}

func (l ledger) entry(key entryKey, in Input) *entry {
	e, ok := l.entries[key]
	if !ok {
		in.Name = key.name
		e = &entry{Input: in}
		l.entries[key] = e
	}
	return e
}

func (e *entry) note(text string) {
	if text != "" && !slices.Contains(e.notes, text) {
		e.notes = append(e.notes, text)
	}
}

// inputs lists the parameters before the figures, each by name, then by the period of the figure, then by the year it was read for.
func (l ledger) inputs() []Input {
	keys := make([]entryKey, 0, len(l.entries))
	for key := range l.entries {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b entryKey) int {
		return cmp.Or(-boolCompare(l.entries[a].parameter, l.entries[b].parameter), cmp.Compare(a.name, b.name), comparePeriods(l.entries[a].Period, l.entries[b].Period),
			cmp.Compare(a.year, b.year))
	})
	list := make([]Input, len(keys))
	for i, key := range keys {
		e := l.entries[key]
		list[i] = e.Input
		list[i].Note = strings.Join(e.notes, "; ")
	}
	return list
}

func comparePeriods(a, b *labour.Period) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
}
