package synth

import (
	"time"

	"homebound/internal/labour"
)

// The days that the plan turns on.
var (
	// opening is the day on which the register begins, full: whoever is there then came in the three years before.
	opening = labour.MustParseDate("2012-01-01")
	lastDay = labour.MustParseDate("2020-03-10")

	// otherPlacesFrom is when permits begin to be spread as the reports of 2017 say, and no longer as those of 2013.
	otherPlacesFrom = labour.MustParseDate("2014-07-01")

	// newAuthorisationsEnd is the adoption of S/RES/2375(2017), which forbids new authorisations (paragraph 17).
	newAuthorisationsEnd = labour.MustParseDate("2017-09-11")
	// lastOrdinaryStart is when the last permits issued before it begin.
	lastOrdinaryStart = labour.MustParseDate("2017-10-20")

	// adoption and deadline are those of S/RES/2397(2017), paragraph 8.
	adoption = labour.MustParseDate("2017-12-22")
	deadline = labour.MustParseDate("2019-12-22")

	// stranded is how long the permits of those who could not leave by the deadline are held in force.
	stranded = labour.MustParseDate("2020-06-30")
)

// anchor is a head count that the plan meets on its day.
type anchor struct {
	on      labour.Date
	workers int
}

func at(day string, workers int) anchor { return anchor{labour.MustParseDate(day), workers} }

// curve is a head count over time: straight between anchors, flat after the last.
type curve []anchor

// on returns the head count of day d. The arithmetic is whole-numbered, so that every machine finds the same.
func (c curve) on(d labour.Date) int {
	for i := 1; i < len(c); i++ {
		if d <= c[i].on {
			from, to := c[i-1], c[i]
			before, after, span := d.Sub(from.on), to.on.Sub(d), to.on.Sub(from.on)
			return proportion(from.workers*after+to.workers*before, 1, span)
		}
	}
	return c[len(c)-1].workers
}

// proportion returns n x part / whole, rounded to the nearest. The largest product that New can ask for is 10^13.
func proportion(n, part, whole int) int {
	return int((2*int64(n)*int64(part) + int64(whole)) / (2 * int64(whole)))
}

// reported is the head count of DPRK workers in Russia. Its anchors are reported figures where there are any (the
// observation or claim beside them), and else a path between those that dips each winter.
var reported = curve{
	{opening, 20_000},        // about 20,000 in 2012 (buyrussia21-citing-rfa-and-t-81ab17b9)
	at("2012-10-15", 20_600), //
	at("2013-02-15", 20_500), // 21,447 in 2013 (radio-free-asia-81fc2d5a)
	at("2013-10-15", 22_300),
	at("2014-02-15", 22_000),
	at("2014-10-15", 25_800),
	at("2015-02-15", 25_600),
	at("2015-10-15", 30_200),
	at("2016-02-15", 30_300), // near 31,500 in 2016 (sejong-institute-063fd7c3)
	at("2016-10-15", 32_700),
	at("2017-02-15", 31_700),
	at("2017-04-15", 32_200), // 32,000 in April 2017 (shina-ilbo-citing-ria-novost-15df3803)
	at("2017-10-20", 37_000), // as many as 37,000 (claims C002, C010, C050)
	at("2017-12-31", 30_023), // report to the United Nations (kbs-world-un-report-7c028c5f)
	at("2018-09-30", 19_559), // sayari-94c404f8
	at("2018-12-31", 11_490), // report to the United Nations (kbs-world-un-report-7c028c5f)
	at("2019-04-15", 8_000),  // about 8,000 in April 2019 (bbc-bilingual-copy-539bf5ec)
	at("2019-09-30", 5_600),  // at most 10,000 in September 2019 (ria-novosti-aggregator-copy-69926f04)
	at("2019-12-22", 1_750),
	at("2020-01-23", 1_000), // foreign ministry (interfax-f83975c0)
	at("2020-03-10", 511),   // nk-news-a9384b84
}

// steady is the head count of all other nationalities, relative to the same size of register: no resolution touches
// them.
var steady = curve{
	{opening, 24_000},
	at("2014-10-15", 28_000),
	at("2016-06-15", 25_000),
	at("2020-03-10", 23_000),
}

// span is a number of permits that begin within some days.
type span struct {
	from, to labour.Date
	permits  int
}

func during(from, to string, permits int) span {
	return span{labour.MustParseDate(from), labour.MustParseDate(to), permits}
}

// arrivals are the permits of workers who come. The ambassador spoke of 12,000 to 15,000 a year (claims C005 and C020),
// the foreign ministry of about 24,000 visas in 2017 (meduza-5caa24db). Those that begin in January were issued in the
// year before.
var arrivals = []span{
	{opening + 1, labour.MustParseDate("2012-12-31"), 12_500},
	during("2013-01-01", "2013-12-31", 13_000),
	during("2014-01-01", "2014-12-31", 14_000),
	during("2015-01-01", "2015-12-31", 14_500),
	during("2016-01-01", "2016-12-31", 14_000),
	{labour.MustParseDate("2017-01-01"), lastOrdinaryStart, 25_180},
}

// extensionLead is how many days before its start an extension is issued.
const extensionLead = 7

// extensions are the permits of workers who are there already when new authorisations are forbidden: the ambassador's
// 3,500 for old contracts to August 2018 (washington-examiner-citing-r-572d68bb), then the work visas of each quarter
// (hankyung-yonhap-citing-nk-ne-4405caa6, financial-news-news1-citing--31bb143a), by the days on which they are issued.
// The last quarter of 2019 is cut in two: whoever is still there at the deadline gets one permit more, all on one day.
var extensions = []span{
	issuedDuring("2018-01-01", "2018-08-03", 3_500),
	issuedDuring("2018-10-01", "2018-12-31", 2_315),
	issuedDuring("2019-01-01", "2019-03-31", 1_805),
	issuedDuring("2019-04-01", "2019-06-30", 1_682),
	issuedDuring("2019-07-01", "2019-09-30", 1_255),
	issuedDuring("2019-10-01", "2019-12-14", 996),
	{deadline + 1, deadline + 1, 1_727},
	issuedDuring("2020-01-08", "2020-03-03", 753),
}

func issuedDuring(from, to string, permits int) span {
	s := during(from, to, permits)
	return span{s.from + extensionLead, s.to + extensionLead, permits}
}

// steadyArrivals are the permits of all other nationalities.
var steadyArrivals = []span{{opening + 1, lastDay, 106_500}}

// startsByMonth is how many permits begin in a month, in tenths of an even spread: spring brings most.
var startsByMonth = [...]int{
	time.January: 5, time.February: 7, time.March: 13, time.April: 17, time.May: 15, time.June: 12,
	time.July: 10, time.August: 10, time.September: 10, time.October: 9, time.November: 7, time.December: 5,
}

// bySeason spreads the permits of spans over their days, by season.
func bySeason(spans []span) map[labour.Date]int {
	return spread(spans, func(d labour.Date) int { return startsByMonth[d.Time().Month()] })
}

// evenly spreads the permits of spans over their days, as many on each.
func evenly(spans []span) map[labour.Date]int {
	return spread(spans, func(labour.Date) int { return 1 })
}

func spread(spans []span, weight func(labour.Date) int) map[labour.Date]int {
	on := map[labour.Date]int{}
	for _, s := range spans {
		total := 0
		for d := s.from; d <= s.to; d++ {
			total += weight(d)
		}
		sum, given := 0, 0
		for d := s.from; d <= s.to; d++ {
			sum += weight(d)
			on[d] = proportion(s.permits, sum, total) - given
			given += on[d]
		}
	}
	return on
}
