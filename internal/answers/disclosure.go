package answers

import (
	"context"
	"fmt"

	"homebound/db"
	"homebound/internal/labour"
)

// withheldCheck is the check of a claim whose figure is withheld.
func withheldCheck(release *db.Release, c labour.Claim) *ClaimCheck {
	return &ClaimCheck{
		Verdict: labour.Undecided, Measure: string(c.Measure), Basis: labour.Register, Query: reportQuery(release, c),
		Explanation: fmt.Sprintf("The claim says %s; the register's figure is withheld, since it tells of few workers or would give back a figure that does.", c.Expectation()),
	}
}

// hideCompliance takes the counts that are withheld, and what follows from them, out of a judgement by the register.
func hideCompliance(ctx context.Context, release *db.Release, c *Compliance) error {
	if release.SuppressBelow() == 0 || c.Basis != labour.Register {
		return nil
	}
	filter := db.StockFilter{Within: c.Region, BoundariesOn: c.AsOf, Nationalities: c.Sanction.Nationalities}
	hidden, err := release.StockWithheld(ctx, filter, judgedOn(c.Sanction, c.AsOf))
	if err != nil {
		return err
	}
	since := labour.Period{From: c.Sanction.AdoptedOn, To: c.AsOf}
	for _, part := range []struct {
		count    **float64
		outcomes []labour.Outcome
	}{
		{&c.Repatriated, []labour.Outcome{labour.Returned, labour.Deported, labour.ThirdCountry}},
		{&c.ProtectedOrExempt, []labour.Outcome{labour.Protected, labour.Exempt}},
	} {
		withheld, err := release.DepartedWithheld(ctx, filter, since, part.outcomes)
		if err != nil {
			return err
		}
		if withheld {
			*part.count, c.Suppressed = nil, true
		}
	}
	baseline, halfway, remaining, before := hidden[0], hidden[1], hidden[2], hidden[5]
	if baseline || remaining {
		c.Progress = boundedProgress(release.SuppressBelow(), baseline, c)
	}
	if baseline {
		c.BaselineWorkers, c.Suppressed = nil, true
	}
	if c.HalfwayMet != nil && (baseline || halfway) {
		c.HalfwayMet, c.Suppressed = nil, true
	}
	if remaining {
		c.Remaining, c.RequiredMonthlyPace, c.Suppressed = nil, nil, true
	}
	if remaining || before {
		c.RecentMonthlyPace, c.ProjectedCompletion, c.Suppressed = nil, nil, true
	}
	return nil
}

// boundedProgress stands in for a progress that would give a withheld count back: what the most workers that are
// withheld would leave of the baseline, and 0 where the baseline is withheld itself. Where nobody remains there is
// nothing to hide.
func boundedProgress(below int, baseline bool, c *Compliance) float64 {
	switch {
	case *c.Remaining == 0:
		return 1
	case baseline:
		return 0
	}
	return 1 - float64(below-1) / *c.BaselineWorkers
}
