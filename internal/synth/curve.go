package synth

import (
	"time"

	"homebound/internal/labour"
)

// The days that the plan turns on.
var (
	// firstStart leaves room for the longest lead after 2011-01-01. Stocks before firstStart.AddMonths(12) are the
	// filling of an empty register and mean nothing.
	firstStart = labour.MustParseDate("2011-02-15")
	lastDay    = labour.MustParseDate("2020-03-10")

	// newAuthorisationsEnd is the adoption of S/RES/2375(2017), which forbids new authorisations (paragraph 17).
	newAuthorisationsEnd = labour.MustParseDate("2017-09-11")
	// lastOrdinaryStart is when the last permits issued before it begin.
	lastOrdinaryStart = labour.MustParseDate("2017-10-20")

	// adoption and deadline are those of S/RES/2397(2017), paragraph 8.
	adoption = labour.MustParseDate("2017-12-22")
	deadline = labour.MustParseDate("2019-12-22")

	// stranded is how long the permits of those who could not leave by the deadline are held in force.
	stranded = labour.MustParseDate("2020-06-30")

	// twoYearsFrom is when permits of two years begin to be given (claim C050).
	twoYearsFrom = labour.MustParseDate("2017-01-01")
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

// reported is the head count of DPRK workers in Russia. Its anchors are reported figures where there are any (the
// observation or claim beside them), and else a path between those that dips each winter.
var reported = curve{
	at("2012-02-15", 20_000), // about 20,000 in 2012 (buyrussia21-citing-rfa-and-t-81ab17b9)
	at("2012-10-15", 20_600),
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
	at("2019-04-15", 8_600),  // about 8,000 in April 2019 (bbc-bilingual-copy-539bf5ec)
	at("2019-09-30", 5_600),  // at most 10,000 in September 2019 (ria-novosti-aggregator-copy-69926f04)
	at("2019-12-22", 1_750),
	at("2020-01-23", 1_000), // foreign ministry (interfax-f83975c0)
	at("2020-03-10", 511),   // nk-news-a9384b84
}

// steady is the head count of all other nationalities, relative to the same size of register: no resolution touches
// them.
var steady = curve{
	at("2012-02-15", 24_000),
	at("2014-10-15", 28_000),
	at("2016-06-15", 25_000),
	at("2020-03-10", 23_000),
}

// startsByMonth is how many permits begin in a month, in tenths of an even spread: spring brings most.
var startsByMonth = [...]int{
	time.January: 5, time.February: 7, time.March: 13, time.April: 17, time.May: 15, time.June: 12,
	time.July: 10, time.August: 10, time.September: 10, time.October: 9, time.November: 7, time.December: 5,
}
