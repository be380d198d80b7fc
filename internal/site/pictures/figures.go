package pictures

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"homebound/internal/chart"
	"homebound/internal/labour"
	"homebound/internal/site/port"
	"homebound/internal/words"
)

// askedDay reads the contract's Date.
type askedDay labour.Date

// UnmarshalJSON reads an RFC 3339 full-date.
func (d *askedDay) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	date, err := labour.ParseDate(s)
	*d = askedDay(date)
	return err
}

// day writes a day as pictures do: 22 Dec 2017.
func (c *chartCommon) day(d askedDay) string { return c.in.Day(labour.Date(d).Time()) }

// chartCommon is what every document of a chart asks for.
type chartCommon struct {
	Release struct {
		PublishedAt string
		Citation    string
	}
	Region *struct {
		Name         string
		Observations []askedObservation
	}
	in       words.Words   // that the picture speaks
	data     labour.Period // the days that the release has data of
	sources  []port.Source // what the picture rests on, which it gathers itself
	local    bool          // whether names are asked for in the release's own language, which is the reader's
	scenario any           // as it was asked for; nil where none was, and in most pictures
	unknown  string        // why what it is about is not known; "" where it is
}

func (c *chartCommon) common() *chartCommon { return c }

// cite adds sources, each once.
func (c *chartCommon) cite(sources ...port.Source) {
	for _, source := range sources {
		if !slices.Contains(c.sources, source) {
			c.sources = append(c.sources, source)
		}
	}
}

// The parts of answers that several pictures ask for, by the contract's names.
type (
	askedPeriod struct {
		From, To askedDay
		Label    string
	}
	askedProvenance struct {
		Synthetic bool
		Sources   []port.Source
	}
	askedSanction struct {
		Symbol    string
		AdoptedOn askedDay
		Deadline  *askedDay
	}
	askedCode        struct{ Code string }
	askedCountry     struct{ Code, Name string }
	askedObservation struct {
		Indicator             askedCode
		Industry, Nationality *askedCode
		From, To              askedDay
		Value                 float64
		Unit                  string
		Status                string
		Source                port.Source
	}
)

func (p askedPeriod) days() labour.Period {
	return labour.Period{From: labour.Date(p.From), To: labour.Date(p.To)}
}

// nationalities returns the codes that are asked about, each once; none stands for all.
func nationalities(variables port.Variables) []string {
	return slices.Compact(slices.Sorted(slices.Values(port.Texts(variables["nationalities"]))))
}

// isOf reports whether an observation is of just the nationalities asked about, or of all where all are. What is of
// one among several is less than they are together, and must not stand beside their sum.
func (o askedObservation) isOf(nationalities []string) bool {
	if o.Nationality == nil {
		return len(nationalities) == 0
	}
	return len(nationalities) == 1 && nationalities[0] == o.Nationality.Code
}

// events returns the days of a sanction that a span shows.
func (s *askedSanction) events(in words.Words, span labour.Period) []chart.Event {
	if s == nil {
		return nil
	}
	var events []chart.Event
	if on := labour.Date(s.AdoptedOn); span.Contains(on) {
		events = append(events, chart.Event{On: on, Label: in.Say("Adopted %s", in.Day(on.Time()))})
	}
	if s.Deadline != nil && span.Contains(labour.Date(*s.Deadline)) {
		on := labour.Date(*s.Deadline)
		events = append(events, chart.Event{On: on, Label: in.Say("Deadline %s", in.Day(on.Time()))})
	}
	return events
}

// note says what the dotted lines of a picture are; "" where it has none.
func (s *askedSanction) note(in words.Words, span labour.Period) string {
	if len(s.events(in, span)) == 0 {
		return ""
	}
	adopted := in.Day(labour.Date(s.AdoptedOn).Time())
	if s.Deadline == nil {
		return in.Say("Dotted: %s, adopted on %s.", s.Symbol, adopted)
	}
	return in.Say("Dotted: %s, adopted on %s, to be complied with by %s.", s.Symbol, adopted,
		in.Day(labour.Date(*s.Deadline).Time()))
}

// nationals names the nationalities that a picture is about.
func (c *chartCommon) nationals(codes []string, countries []askedCountry) string {
	if len(codes) == 0 {
		return c.in.Say("All nationalities")
	}
	names := make([]string, len(codes))
	for i, code := range codes {
		names[i] = code
		if at := slices.IndexFunc(countries, func(n askedCountry) bool { return n.Code == code }); at >= 0 {
			names[i] = c.country(countries[at])
		}
	}
	return c.in.Say("Nationality: %s", c.in.Listed(names))
}

// country names a country: as the release does where it speaks the reader's language or English is asked for, else as
// the reader's language calls it.
func (c *chartCommon) country(n askedCountry) string {
	if name, known := c.in.Country(n.Code); known && !c.in.IsEnglish() && !c.local {
		return name
	}
	return n.Name
}

// publishers names who published what a picture rests on, each once.
func publishers(sources []port.Source) []string {
	var names []string
	for _, source := range sources {
		if !slices.Contains(names, source.Publisher) {
			names = append(names, source.Publisher)
		}
	}
	return names
}

// sourceLine names the publishers that a picture rests on and the release, in one line. A synthetic register comes
// first: however many others there are, its name is not the one that is left out.
func sourceLine(in words.Words, sources []port.Source, release labour.Release) string {
	const most = 6
	var names []string
	for _, source := range sources {
		name := source.Publisher
		if source.Kind == "SYNTHETIC" {
			name = in.Say("synthetic register, made up by %s", name)
		}
		switch {
		case slices.Contains(names, name):
		case source.Kind == "SYNTHETIC":
			names = slices.Insert(names, 0, name)
		default:
			names = append(names, name)
		}
	}
	if len(names) > most {
		names = append(names[:most-1], in.Say("%s more, named in the data", in.Count(len(names)-most+1)))
	}
	line := in.Say("Homebound, release %s of %s.", strconv.Itoa(release.Number), in.Day(labour.DateOf(release.PublishedAt).Time()))
	if len(names) == 0 {
		return line
	}
	return in.Say("Sources: %s. %s", strings.Join(names, "; "), line)
}

// cited returns the citation of a release, which the release itself words in English.
func cited(in words.Words, release labour.Release, english string) string {
	if in.IsEnglish() {
		return english
	}
	text := in.Say("Homebound: labour migration under sanctions. Release %s, published %s, content %s.",
		strconv.Itoa(release.Number), in.Day(release.PublishedAt.UTC()), "sha256:"+release.ContentHash)
	if release.Synthetic {
		text += " " + in.Say("Register rows are wholly or partly synthetic.")
	}
	return text + english[strings.LastIndexByte(english, ' '):] // where it stays
}

// granularityWord returns the calendar unit that a picture is cut into: month.
func granularityWord(variables port.Variables) string {
	return strings.ToLower(fmt.Sprint(variables["granularity"]))
}

// unitLabel names a period of a calendar unit as readers say it, one that is cut off too: 2017, Q4 2017, Dec 2017,
// 22 Dec 2017.
func (c *chartCommon) unitLabel(p askedPeriod, unit string) string {
	from := p.days().From.Time()
	switch unit {
	case "year":
		return from.Format("2006")
	case "quarter":
		return c.in.Quarter(from)
	case "month":
		return c.in.Month(from)
	}
	return c.day(p.From)
}

// cut says of which days a period is, where more than a tenth of its calendar unit is cut off; "" elsewhere.
func (c *chartCommon) cut(p askedPeriod, unit string) string {
	days := p.days()
	if 10*days.Days() >= 9*labour.Granularity(strings.ToUpper(unit)).Unit(days.From).Days() {
		return ""
	}
	return c.in.Say("from %s to %s alone", c.day(p.From), c.day(p.To))
}

// partialNote names the periods that are cut off by more than a tenth, whose flows are of so many fewer days; ""
// where none is.
func (c *chartCommon) partialNote(periods []askedPeriod, unit string) string {
	var parts []string
	for _, p := range periods {
		if cut := c.cut(p, unit); cut != "" {
			parts = append(parts, c.unitLabel(p, unit)+" "+cut)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return c.in.Say("Not whole: %s.", c.in.Listed(parts))
}

// figureOf returns the value of a number column; nil where it is not known.
func figureOf(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

// wholeFigure returns the value of an integer column; nil where it is not known.
func wholeFigure(v *float64) any {
	if v == nil {
		return nil
	}
	return int64(*v)
}

// runs gathers the labels of a row of figures that are missing, those of neighbours by their ends.
type runs struct {
	found [][2]string
	open  bool // whether the last run goes on
}

// next takes the next figure of the row.
func (r *runs) next(label string, missing bool) {
	switch {
	case !missing:
		r.open = false
	case r.open:
		r.found[len(r.found)-1][1] = label
	default:
		r.found, r.open = append(r.found, [2]string{label, label}), true
	}
}

// told names the runs.
func (r *runs) told(in words.Words) string {
	var told []string
	for _, run := range r.found {
		told = append(told, in.Span(run[0], run[1]))
	}
	return in.Listed(told)
}

// noFigure says that nothing is known of what a picture is about.
const noFigure words.Text = "No figure is known, since no source reaches there."

// unknownNote names what is not known; "" where everything is.
func unknownNote(in words.Words, what string) string {
	if what == "" {
		return ""
	}
	return in.Say("Not known, since no source reaches there: %s.", what)
}

// tooMany refuses a picture of more periods than are asked for at once.
func tooMany() error {
	return labour.Faultf(labour.LimitExceeded,
		"Expected at most 1000 periods in a picture, found more: shorten the period or take a coarser granularity.")
}
