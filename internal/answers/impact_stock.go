package answers

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"homebound/db"
	"homebound/internal/answers/evidence"
	"homebound/internal/impact"
	"homebound/internal/labour"
)

// reported is a stock on basis REPORTED: of one nationality, or of all, in one region.
type reported []evidence.Reported

// readReported makes a region's observations and its State's reports into stocks. Nationalities are added up, each
// interpolated by itself; where all are asked for and some figures are of all, these count alone.
func readReported(own []labour.Observation, reports []labour.MemberStateReport, region string) reported {
	reports = slices.DeleteFunc(slices.Clone(reports), func(r labour.MemberStateReport) bool { return r.Country != region })
	by := map[string][]labour.Observation{}
	for _, o := range own {
		if o.Qualifier == "" {
			by[o.Nationality] = append(by[o.Nationality], o)
		}
	}
	if ofAll, ok := by[""]; ok {
		by = map[string][]labour.Observation{"": ofAll}
	}
	var series reported
	for _, nationality := range sortedKeys(by) {
		if s := evidence.NewReported(by[nationality], reports); len(s) > 0 {
			series = append(series, s)
		}
		reports = nil
	}
	return series
}

// at returns the stock of a day, and false where it is not known.
func (r reported) at(day labour.Date) (value float64, flat, known bool) {
	for _, s := range r {
		stock := s.At(day)
		if !stock.Known {
			return 0, false, false
		}
		value, flat = value+stock.Value, flat || stock.Flat
	}
	return value, flat, len(r) > 0
}

// through reports whether every day of a span is known, and the first that is not.
func (r reported) through(span labour.Period) (unknown labour.Date, ok bool) {
	for day := span.From; day <= span.To; day++ {
		if _, _, known := r.at(day); !known {
			return day, false
		}
	}
	return 0, true
}

// levels returns the stock day by day; a day of the same stock as the one before has no level.
func (r reported) levels(cell impact.Cell, span labour.Period) iter.Seq2[impact.Level, error] {
	return func(yield func(impact.Level, error) bool) {
		before := -1.0
		for day := span.From; day <= span.To; day++ {
			if now, _, _ := r.at(day); now != before {
				before = now
				if !yield(impact.Level{On: day, Cell: cell, Workers: now}, nil) {
					return
				}
			}
		}
	}
}

// reportedFacts sets the published stock: the region's own where it is known throughout, else its country's, of which a share
// is the region's.
func reportedFacts(ctx context.Context, release *db.Release, q *ImpactQuestion, facts *impact.Facts, from *stockEvidence) error {
	s := &q.Scenario
	byRegion, err := reportedByRegion(ctx, release, s.Nationalities)
	if err != nil {
		return err
	}
	reports, err := release.MemberStateReports(ctx)
	if err != nil {
		return err
	}
	if s.Nationalities != nil && !slices.Equal(s.Nationalities, []string{"KP"}) {
		reports = nil // of what is reported under the sanctions alone
	}
	span := labour.Period{From: s.Baseline, To: s.To}
	var gaps []string
	for _, code := range []string{s.Region, release.Geography().Ancestor(s.Region, labour.KindCountry, s.BoundariesOn)} {
		if code == "" || code == s.Region && len(gaps) > 0 {
			continue
		}
		series := readReported(byRegion[code], reports, code)
		day, ok := series.through(span)
		if !ok {
			gaps = append(gaps, fmt.Sprintf("no published stock of %s says how many were there on %s", code, day))
			continue
		}
		facts.Levels, from.reported = series.levels(impact.Cell{Region: code}, span), byRegion[code]
		if code != s.Region {
			facts.Whole = code
		}
		for _, end := range []labour.Date{s.Baseline, s.To} {
			if value, flat, _ := series.at(end); flat {
				from.notices = append(from.notices, Notice{NoticeHeldFlat,
					fmt.Sprintf("The stock of %s on %s, %.0f, is that of the nearest reported figure.", code, end, value)})
			}
		}
		break
	}
	if facts.Levels == nil {
		facts.NoStock = strings.Join(gaps, "; ")
	}
	if facts.Whole != "" && s.BoundariesOn != s.Baseline {
		if !q.GivenBoundaries {
			s.BoundariesOn = s.Baseline // those that the share was stated of
		}
		from.notices = append(from.notices, Notice{NoticeBoundaries, fmt.Sprintf(
			"A share was stated of the region as it was: all figures are on the boundaries of %s.", s.BoundariesOn)})
	}
	return nil
}

// supposedFacts sets the stock that the scenario states: straight lines between its days, flat outside.
func supposedFacts(q ImpactQuestion, facts *impact.Facts) error {
	var series labour.Series
	for i, p := range q.Stocks {
		switch {
		case !(p.Value >= 0):
			return labour.Faultf(labour.BadUserInput, "stocks: expected workers of 0 or more, found %v", p.Value)
		case i > 0 && p.On <= q.Stocks[i-1].On:
			return labour.Faultf(labour.BadUserInput, "stocks: expected days in their order, each once, found %s after %s", p.On,
				q.Stocks[i-1].On)
		}
		series = append(series, p)
	}
	cell := impact.Cell{Region: q.Region, Industry: q.StockIndustry}
	facts.Levels = impact.ReportedLevels(map[impact.Cell]labour.Series{cell: series}, q.Baseline, q.To)
	return nil
}
