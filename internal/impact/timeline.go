package impact

import "homebound/internal/labour"

// Timeline cuts the horizon into calendar units, the first and the last clipped to it, in the order of time.
// Worker-years and central amounts of the periods sum to the result's own; a period's amounts are nil where a figure that its
// own departures need is missing, and all is nil where no stock is known.
func (r *Result) Timeline(g labour.Granularity) []PeriodImpact {
	periods := r.Scenario.Horizon().Split(g)
	timeline := make([]PeriodImpact, len(periods))
	at := 0
	for i, period := range periods {
		timeline[i].Period = g.Of(period)
		if r.model == nil {
			continue
		}
		m := r.model
		for m.stock.stretches[at].To < period.To {
			at++
		}
		departed := m.departedOn(at)
		part := slice{days: period}
		timeline[i].DepartedWorkers, timeline[i].WorkerYearsLost, timeline[i].Loss = &departed, m.workerYears(part), m.loss(part)
	}
	return timeline
}
