package impact

import "homebound/internal/labour"

// loss is what some days have cost, before the parameters.
type loss struct {
	workerYears float64
	output      float64 // of average workers, in currency
	unknown     bool    // a figure that output needs is missing
}

func (l *loss) add(s stretch, days int) {
	if days <= 0 || s.departed == 0 {
		return
	}
	l.workerYears += s.departed * float64(days) / float64(labour.DaysInYear(s.From.Year()))
	l.output += s.output * float64(days)
	l.unknown = l.unknown || s.unknown
}

// Timeline cuts the horizon into calendar units, the first and the last clipped to it, in the order of time.
// Worker-years and output of the periods sum to the result's own; a period's output is nil where a figure that its
// own departures need is missing, and all three figures are nil where no stock is known.
func (r *Result) Timeline(g labour.Granularity) []PeriodImpact {
	periods := r.Scenario.Horizon().Split(g)
	timeline := make([]PeriodImpact, len(periods))
	at := 0
	for i, period := range periods {
		timeline[i].Period = period
		if len(r.stretches) == 0 {
			continue
		}
		for r.stretches[at].To < period.From {
			at++
		}
		var part loss
		last := at
		for ; last < len(r.stretches) && r.stretches[last].From <= period.To; last++ {
			part.add(r.stretches[last], r.stretches[last].Clip(period).Days())
		}
		departed := r.stretches[last-1].departed
		timeline[i].DepartedWorkers, timeline[i].WorkerYearsLost = &departed, &part.workerYears
		timeline[i].OutputLost = r.output(part)
		at = last - 1
	}
	return timeline
}

// whole sums what the horizon has cost.
func (r *Result) whole() loss {
	var part loss
	for _, s := range r.stretches {
		part.add(s, s.Days())
	}
	return part
}

// output returns the estimate of the output lost, or nil where it is not known.
func (r *Result) output(l loss) *Estimate {
	if l.unknown {
		return nil
	}
	return estimate(l.output, r.Scenario.outputFactors(), r.currency)
}
