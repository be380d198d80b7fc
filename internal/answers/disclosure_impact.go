package answers

import (
	"context"
	"slices"

	"homebound/db"
	"homebound/internal/disclosure"
	"homebound/internal/impact"
	"homebound/internal/labour"
)

// hideImpact takes out of a result by the register what is withheld: everything where it is of few workers, else the
// industries and the wages that are.
func hideImpact(ctx context.Context, release *db.Release, answer *EconomicImpact, facts impact.Facts,
	wages []db.DepartedWage) error {
	below := release.SuppressBelow()
	if below == 0 || answer.Scenario.Basis != labour.Register {
		return nil
	}
	// Who asks for one more stayer each time would find out how many have gone, so the gone are looked at too.
	gone := answer.Result
	if alone := gone.Scenario; alone.Stayers > 0 {
		alone.Stayers = 0
		var err error
		if gone, err = impact.Compute(ctx, alone, facts); err != nil {
			return err
		}
	}
	answer.Gone = gone
	few, err := fewIn(ctx, release, answer.Result, gone)
	if err != nil {
		return err
	}
	shown := *answer.Result
	var industries []impact.IndustryImpact
	if !few {
		industries, few = hideIndustries(below, answer.Result, gone)
	}
	if few {
		answer.Suppressed = true
		answer.Result = &impact.Result{Scenario: shown.Scenario}
		return nil
	}
	shown.ByIndustry = industries
	for _, wage := range wages {
		if wage.Workers < below {
			name := impact.Cell{Region: wage.Region, Industry: wage.Industry}.OwnWage()
			shown.Inputs = slices.DeleteFunc(slices.Clone(shown.Inputs), func(in impact.Input) bool {
				return in.Name == name
			})
		}
	}
	answer.Result = &shown
	return nil
}

// fewIn reports whether a result as a whole is of few workers, or would give back a stock that is withheld.
func fewIn(ctx context.Context, release *db.Release, results ...*impact.Result) (bool, error) {
	for _, r := range results {
		for _, workers := range []*float64{r.BaselineWorkers, r.DepartedWorkers,
			perDay(r.WorkerYearsLost, r.Scenario.Horizon())} {
			if isFew(workers, release.SuppressBelow()) {
				return true, nil
			}
		}
	}
	s := results[0].Scenario
	ends, err := release.StockWithheld(ctx, stockFilter(s), []labour.Date{s.Baseline, s.To})
	if err != nil {
		return false, err
	}
	through, err := release.StockWithheldIn(ctx, stockFilter(s), s.Horizon(), "")
	return ends[0] || ends[1] || through[s.Horizon()], err
}

func isFew(workers *float64, below int) bool {
	return workers != nil && *workers > 0 && *workers < float64(below)
}

// perDay returns the mean number of workers whose absence through a period makes up some worker-years.
func perDay(workerYears *float64, p labour.Period) *float64 {
	if workerYears == nil {
		return nil
	}
	mean := *workerYears / years(p)
	return &mean
}

// years returns the length of a period.
func years(p labour.Period) float64 {
	sum := 0.0
	for _, part := range p.Split(labour.Year) {
		sum += float64(part.Days()) / float64(labour.DaysInYear(part.From.Year()))
	}
	return sum
}

// daysInYear turns worker-years into worker-days, for which one is the least there can be.
const daysInYear = 365

// hideIndustries takes out the industries of few workers, and others as far as these would follow from the total.
// It tells where the total has to go as well.
func hideIndustries(below int, shown, gone *impact.Result) (list []impact.IndustryImpact, all bool) {
	list = slices.Clone(shown.ByIndustry)
	if len(list) == 0 {
		return list, false
	}
	length := years(shown.Scenario.Horizon()) * daysInYear
	for _, r := range []*impact.Result{gone, shown} {
		rest := orZero(r.WorkerYearsLost) // of no known industry in the end
		axis := disclosure.NewAxis(len(r.ByIndustry) + 1)
		table := disclosure.NewTable(float64(below)*length, axis)
		for i, part := range r.ByIndustry {
			table.Add([]int{i}, orZero(part.WorkerYearsLost)*daysInYear, 0)
			rest -= orZero(part.WorkerYearsLost)
		}
		if rest*daysInYear > 1e-6 {
			table.Add([]int{len(r.ByIndustry)}, rest*daysInYear, 0)
		}
		table.Withhold()
		if table.Withheld([]int{axis.Whole()}) {
			return nil, true
		}
		for i := range list {
			if table.Withheld([]int{i}) {
				list[i] = impact.IndustryImpact{Industry: list[i].Industry, Suppressed: true}
			}
		}
	}
	return list, false
}

// TimelineOf returns the estimate by periods; none where the whole is withheld. It takes out the periods of few
// workers and those whose stock is withheld, and others as far as these would follow from the whole.
func TimelineOf(ctx context.Context, release *db.Release, answer *EconomicImpact,
	granularity labour.Granularity) ([]impact.PeriodImpact, error) {
	if answer.Suppressed {
		return nil, nil
	}
	timeline := answer.Result.Timeline(granularity)
	if answer.Gone == nil || len(timeline) == 0 {
		return timeline, nil
	}
	s := answer.Scenario
	stock, err := release.StockWithheldIn(ctx, stockFilter(s), s.Horizon(), granularity)
	if err != nil {
		return nil, err
	}
	below := release.SuppressBelow()
	weights := make([]float64, len(timeline))
	for i, part := range timeline {
		weights[i] = years(part.Period) * daysInYear
	}
	hidden := make([]bool, len(timeline))
	for _, parts := range [][]impact.PeriodImpact{answer.Gone.Timeline(granularity), timeline} {
		table := disclosure.NewTable(float64(below), disclosure.NewAxis(len(timeline)).Weigh(weights))
		for i, part := range parts {
			table.Add([]int{i}, orZero(part.WorkerYearsLost)*daysInYear, 0)
			if stock[part.Period] || isFew(part.DepartedWorkers, below) {
				hidden[i] = true
				table.Hide([]int{i})
			}
		}
		table.Withhold()
		for i := range parts {
			hidden[i] = hidden[i] || table.Withheld([]int{i})
		}
	}
	for i := range timeline {
		if hidden[i] {
			timeline[i] = impact.PeriodImpact{Period: timeline[i].Period, Suppressed: true}
		}
	}
	return timeline, nil
}
