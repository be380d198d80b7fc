package answers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"homebound/db"
	"homebound/internal/labour"
)

// ClaimCheck is a claim held against the release.
type ClaimCheck struct {
	Verdict            labour.Verdict
	Measure            string   // the measure or indicator that it was held against
	Computed           *float64 // nil where there is nothing to hold it against
	RelativeDifference *float64 // 0.1 where Computed is 10 % above the claim
	Explanation        string   // one sentence
	Query              string   // GraphQL for the same evidence
	Basis              labour.Basis
	Synthetic          bool
	Perturbed          bool // whether Computed is made of masked rows
}

// ClaimFilter says which claims are wanted. What is left out narrows nothing.
type ClaimFilter struct {
	Topics   []string
	Speaker  string           // a part of the speaker's name; case does not matter
	Region   *string          // code; claims about it and about everything within it on the release's last day
	Verdicts []labour.Verdict // of the check; claims without one are left out
}

// FindClaims returns the claims that a filter keeps, in the order of their ids. It returns a Fault, NOT_FOUND, for a
// region that there is not.
func FindClaims(ctx context.Context, release *db.Release, f ClaimFilter) ([]labour.Claim, error) {
	claims, err := release.Claims(ctx)
	if err != nil {
		return nil, err
	}
	var within []string
	if f.Region != nil {
		if _, err := release.Region(*f.Region); err != nil {
			return nil, err
		}
		within = release.Geography().Within(*f.Region, release.LastDay(nil))
	}
	speaker := strings.ToLower(f.Speaker)
	claims = slices.DeleteFunc(claims, func(c labour.Claim) bool {
		return f.Topics != nil && !slices.Contains(f.Topics, c.Topic) ||
			!strings.Contains(strings.ToLower(c.Speaker), speaker) ||
			f.Region != nil && !slices.Contains(within, c.Region)
	})
	if f.Verdicts == nil {
		return claims, nil
	}
	return withVerdict(ctx, release, claims, f.Verdicts)
}

// withVerdict keeps the claims whose check comes to one of the verdicts.
func withVerdict(ctx context.Context, release *db.Release, claims []labour.Claim, verdicts []labour.Verdict) (
	[]labour.Claim, error) {
	pointers := make([]*labour.Claim, len(claims))
	for i := range claims {
		pointers[i] = &claims[i]
	}
	checks, err := Claims(ctx, release, pointers)
	if err != nil {
		return nil, err
	}
	var kept []labour.Claim
	for i, check := range checks {
		if check != nil && slices.Contains(verdicts, check.Verdict) {
			kept = append(kept, claims[i])
		}
	}
	return kept, nil
}

// Claims holds each claim that can be checked against register rows that are not synthetic, else, or where these are
// evidently not all, against observations; the stocks among these are read once for all claims.
func Claims(ctx context.Context, release *db.Release, claims []*labour.Claim) ([]*ClaimCheck, error) {
	stocks, err := release.Observations(ctx, db.ObservationFilter{
		Indicators: KnownIndicators(release, labour.WorkersPresentReported, labour.WorkersPresentEstimate),
	})
	if err != nil {
		return nil, err
	}
	checks := make([]*ClaimCheck, len(claims))
	for i, claim := range claims {
		if !claim.Checkable() {
			continue
		}
		if release.Info().Factual {
			if checks[i], err = againstRegister(ctx, release, *claim); err != nil {
				return nil, fmt.Errorf("check claim %s: %w", claim.ID, err)
			}
		}
		if checks[i] == nil {
			checks[i] = againstObservations(release, *claim, stocks)
		}
	}
	return checks, nil
}

// claimPeriod returns the days that a claim is about. One without a first day, about the time before the release's
// data, is about its last day: a report from the first day of the data would have no day to cover.
func claimPeriod(release *db.Release, c labour.Claim) db.DateRange {
	span := db.DateRange{From: c.From, To: c.To}
	if day, known := c.Day(); known && span.To == nil {
		span.To = &day
	}
	if first := release.Info().DataFrom; first != nil && span.From == nil && span.To != nil && *span.To < *first {
		span.From = span.To
	}
	return span
}

// againstRegister holds a claim against the register's rows that are not synthetic; nil where none fits.
func againstRegister(ctx context.Context, release *db.Release, c labour.Claim) (*ClaimCheck, error) {
	filter := db.ReportFilter{Within: named(c.Region), Industries: named(c.Industry),
		Nationalities: named(c.Nationality),
		Period:        claimPeriod(release, c), Synthetic: new(false), NotSource: c.Source}
	rep, err := release.Ask(ctx, db.ReportQuery{Filter: filter, Measures: []labour.Measure{c.Measure}})
	if err != nil {
		return nil, err
	}
	if stands, err := rep.Stands(ctx); err != nil || !stands {
		return nil, err
	}
	totals, err := rep.Totals(ctx, []labour.Measure{c.Measure})
	if err != nil {
		return nil, err
	}
	computed, has := totals.Of(c.Measure)
	if !has {
		return nil, nil
	}
	verdict, relative := judge(c, computed)
	info, _ := c.Measure.Info()
	explanation := fmt.Sprintf("The claim says %s; the register's rows that are not synthetic give %.10g %s for %s.",
		c.Expectation(), computed, info.Unit, totals.Period.Label())
	if rep.Perturbed() {
		within := maskedWithin(release, c.Measure, computed, totals.Days)
		explanation += fmt.Sprintf(" Its rows are masked, so that this is right to within about %.3g %s.", within, info.Unit)
		low, _ := judge(c, max(0, computed-within))
		high, _ := judge(c, computed+within)
		if low != high || low == labour.Inconsistent && withinMasks(c, computed, within) {
			verdict = labour.Undecided
		}
	}
	return &ClaimCheck{
		Perturbed: rep.Perturbed(),
		Verdict:   verdict, Measure: string(c.Measure), Computed: &computed, RelativeDifference: relative, Basis: labour.Register,
		Explanation: explanation, Query: reportQuery(release, c),
	}, nil
}

// standardErrors is how many of them a claim is given: a figure is further off in fewer than 1 of 10,000 cases.
const standardErrors = 4

// maskedWithin returns by how much a figure of masked rows may differ from the register's, in the measure's unit.
func maskedWithin(release *db.Release, m labour.Measure, figure float64, days int) float64 {
	switch m {
	case labour.WorkerDays: // of so many workers on each day, all of whose masks may lie on one side
		mean := figure / float64(max(1, days))
		return standardErrors * release.StandardError(mean) * float64(max(1, days))
	case labour.AverageMonthlyWage: // masked wages of masked workers, of at least as many as are protected
		return figure * wageWithin
	}
	return standardErrors * release.StandardError(figure)
}

// wageWithin is by which part a mean of masked wages may be off: each is, by up to 15 per cent.
const wageWithin = 0.15

// withinMasks tells whether a number of the claim lies where the masks reach: then one between the ends would hold.
func withinMasks(c labour.Claim, computed, within float64) bool {
	for _, number := range []*float64{c.ValueLow, c.ValueHigh} {
		if number != nil && *number > computed-within && *number < computed+within {
			return true
		}
	}
	return false
}

// againstObservations holds a claim against a published figure of the same thing from another source.
func againstObservations(release *db.Release, c labour.Claim, stocks []labour.Observation) *ClaimCheck {
	o, has := c.Evidence(stocks)
	if !has {
		return &ClaimCheck{
			Verdict: labour.Undecided, Measure: string(c.Measure), Basis: labour.Register, Query: reportQuery(release,
				c),
			Explanation: fmt.Sprintf("The claim says %s; this release has nothing to hold it against. %s",
				c.Expectation(), wouldDecide(c)),
		}
	}
	verdict, relative := judge(c, o.Value)
	explanation := fmt.Sprintf("The claim says %s; %s was %.10g %s on %s by another source.", c.Expectation(),
		o.Indicator, o.Value, o.Unit, o.To)
	if c.Measure == labour.PeakWorkersPresent && o.Value < *c.ValueLow {
		explanation += " The stock of one day is no more than a lower bound of a peak."
		if verdict == labour.Inconsistent {
			verdict = labour.Undecided
		}
	}
	return &ClaimCheck{
		Verdict: verdict, Measure: o.Indicator, Computed: &o.Value, RelativeDifference: relative, Basis: labour.Reported,
		Explanation: explanation,
		Query: fmt.Sprintf("{ region(code: %q) { observations(indicators: [%q], from: %q, to: %q) { value unit from to status confidence source { title publisher url } } } }",
			o.Region, o.Indicator, o.From, o.To),
	}
}

// judge returns the verdict, and how far the figure is from the claim's number as a share of it; nil where that is 0.
func judge(c labour.Claim, computed float64) (labour.Verdict, *float64) {
	holds, relative := c.Holds(computed)
	verdict := labour.Inconsistent
	if holds {
		verdict = labour.Consistent
	}
	number := *c.ValueLow
	if c.Operator == labour.Between {
		if holds {
			return verdict, &relative
		}
		if computed > number {
			number = *c.ValueHigh
		}
	}
	if number == 0 {
		return verdict, nil
	}
	return verdict, &relative
}

// wouldDecide says what data would decide a claim.
func wouldDecide(c labour.Claim) string {
	info, _ := c.Measure.Info()
	switch info.Family {
	case labour.Stock:
		return "A published stock from another source within 92 days, or a register of permits that is not synthetic, would decide."
	case labour.DepartureFlow:
		return "A register of repatriations that is not synthetic would decide."
	}
	return "A register of permits that is not synthetic would decide."
}

// reportQuery writes the report that computes a claim's measure.
func reportQuery(release *db.Release, c labour.Claim) string {
	info, _ := c.Measure.Info()
	var filters []string
	if c.Region != "" {
		filters = append(filters, fmt.Sprintf("within: %q", c.Region))
	}
	if c.Industry != "" {
		filters = append(filters, fmt.Sprintf("industries: [%q]", c.Industry))
	}
	if c.Nationality != "" {
		filters = append(filters, fmt.Sprintf("nationalities: [%q]", c.Nationality))
	}
	filters = append(filters, "synthetic: false")
	var ends []string
	period := claimPeriod(release, c)
	if period.From != nil {
		ends = append(ends, fmt.Sprintf("from: %q", period.From))
	}
	if period.To != nil {
		ends = append(ends, fmt.Sprintf("to: %q", period.To))
	}
	if ends != nil {
		filters = append(filters, "period: {"+strings.Join(ends, ", ")+"}")
	}
	return fmt.Sprintf("{ report(filter: {%s}) { totals { %s } provenance { synthetic sources { title } } } }",
		strings.Join(filters, ", "), info.Field)
}
