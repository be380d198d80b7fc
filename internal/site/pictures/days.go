package pictures

import (
	"maps"

	"homebound/internal/labour"
	"homebound/internal/site/port"
	"homebound/internal/words"
)

// dataOf returns the days that a release has data of: none where it holds neither register rows nor observations.
func dataOf(release labour.Release) labour.Period {
	if release.DataFrom == nil || release.DataThrough == nil {
		return labour.Period{From: 1}
	}
	return labour.Period{From: *release.DataFrom, To: *release.DataThrough}
}

// inData returns the variables of a picture with its period cut to the days that there are data of. A report goes
// on beyond them, where nobody has left yet and permits are still in force: in a picture that would be a finding. A
// period that has none of these days, or is none, stays as it is.
func inData(variables port.Variables, data labour.Period) port.Variables {
	period, _ := variables["period"].(map[string]any)
	asked := periodOf(period, data)
	within := asked.Clip(data)
	if within == asked || within.Days() == 0 {
		return variables
	}
	cut, period := maps.Clone(variables), maps.Clone(period)
	for name, day := range map[string]labour.Date{"from": within.From, "to": within.To} {
		if period[name] != nil {
			period[name] = day.String()
		}
	}
	cut["period"] = period
	return cut
}

// periodOf reads a DateRange. An end that it has not, or that is no day, is that of the data.
func periodOf(asked port.Variables, data labour.Period) labour.Period {
	for name, into := range map[string]*labour.Date{"from": &data.From, "to": &data.To} {
		text, _ := asked[name].(string)
		if day, err := labour.ParseDate(text); err == nil {
			*into = day
		}
	}
	return data
}

// span returns the days that a picture is asked to show: those that there are data of, or the period that was asked
// for.
func (c *chartCommon) span(variables port.Variables) labour.Period {
	period, _ := variables["period"].(map[string]any)
	return periodOf(period, c.data)
}

// counted returns those days of a span of which a register can tell anything; their number may be 0.
func (c *chartCommon) counted(span labour.Period) labour.Period { return span.Clip(c.data) }

// beyondNote says which days there are data of, where a picture was asked for others; "" elsewhere.
func (c *chartCommon) beyondNote(span labour.Period) string {
	if c.counted(span) == span || c.data.Days() == 0 {
		return ""
	}
	return c.in.Say("The register of this release is of %s alone.", c.spanWords(c.data))
}

// knowledge is what a report says of how much of it is known.
type knowledge struct {
	Coverage labour.Covered
	Notices  []struct{ Code, Message string }
}

// knownWords say of what is not known whole how much of it is.
var knownWords = map[labour.Covered]words.Text{
	labour.Partial:  "This is known in part, so that counts are lower bounds.",
	labour.NotAtAll: "Nothing is known of this, which does not mean that there was nobody.",
}

// told says how much is known where that is not all; "" elsewhere.
func (k knowledge) told(in words.Words) string {
	if text, has := knownWords[k.Coverage]; has && !in.IsEnglish() {
		return in.Say(text) // the answer's own words are English
	}
	for _, notice := range k.Notices {
		if notice.Code == "COVERAGE" {
			return notice.Message
		}
	}
	return ""
}

// none says that a register has none, by the words for it, or that it is not known whether there were any.
func (k knowledge) none(in words.Words, text string) string {
	if told := k.told(in); k.Coverage == labour.NotAtAll && told != "" {
		return told
	}
	return text
}

// nobody says that a register has none in a span, by the words for it, or that it is of other days.
func (c *chartCommon) nobody(span labour.Period, none string) string {
	if c.counted(span).Days() == 0 && c.data.Days() > 0 {
		return c.beyondNote(span)
	}
	return none
}

// spanWords writes days as readers say them: 2 Jan 2011 to 10 Mar 2020, or 22 Dec 2017.
func (c *chartCommon) spanWords(span labour.Period) string {
	return c.in.Span(c.in.Day(span.From.Time()), c.in.Day(span.To.Time()))
}
