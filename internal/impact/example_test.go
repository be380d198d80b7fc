package impact_test

import (
	"context"
	"fmt"

	"homebound/internal/impact"
	"homebound/internal/labour"
)

// Half of 200 builders leave Primorsky Krai for the year 2018.
func ExampleCompute() {
	year := labour.YearPeriod(2018)
	builders := impact.Cell{Region: "RU-PRI", Industry: "F"}
	published := func(indicator string, value float64, unit string) labour.Observation {
		return labour.Observation{Indicator: indicator, Region: "RU-PRI", From: year.From, To: year.To, Value: value, Unit: unit}
	}
	result, err := impact.Compute(context.Background(), impact.Scenario{
		Region: "RU-PRI", Baseline: year.From - 1, From: year.From, To: year.To, BoundariesOn: year.To,
		Basis: labour.Register, Nationalities: []string{"KP"},
	}, impact.Facts{
		Currency: "RUB",
		Parameters: []labour.Parameter{
			{Name: "relativeProductivity", Low: 0.6, Central: 0.8, High: 1, Distribution: labour.Triangular},
			{Name: "substitutionRate", Low: 0.2, Central: 0.4, High: 0.6, Distribution: labour.Triangular},
			{Name: "outputMultiplier", Low: 1, Central: 1.3, High: 1.6, Distribution: labour.Triangular},
		},
		Levels: func(yield func(impact.Level, error) bool) {
			_ = yield(impact.Level{On: year.From - 1, Cell: builders, Workers: 200}, nil) &&
				yield(impact.Level{On: year.From, Cell: builders, Workers: 100}, nil)
		},
		Observations: []labour.Observation{
			published(labour.GrossRegionalProduct, 971_000, "million RUB"),
			published(labour.EmployedPersons, 971, "thousand persons"),
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.0f of %.0f left: %.0f worker-years\n", *result.DepartedWorkers, *result.BaselineWorkers, *result.WorkerYearsLost)
	lost := result.OutputLost()
	fmt.Printf("output lost: %.1f million %s (p5 %.1f, p95 %.1f)\n", lost.Central/1e6, lost.Unit, lost.P5()/1e6, lost.P95()/1e6)
	for _, p := range result.Timeline(labour.Quarter) {
		fmt.Printf("%s: %.1f million\n", p.Period.Key(), p.OutputLost().Central/1e6)
	}
	// Output:
	// 100 of 200 left: 100 worker-years
	// output lost: 62.4 million RUB (p5 43.7, p95 84.1)
	// 2018-Q1: 15.4 million
	// 2018-Q2: 15.6 million
	// 2018-Q3: 15.7 million
	// 2018-Q4: 15.7 million
}
