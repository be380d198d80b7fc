package answers

import (
	"context"
	"iter"
	"slices"

	"homebound/db"
	"homebound/internal/impact"
	"homebound/internal/labour"
)

// EconomicImpact is a result of the model, with its scenario's fields beside its figures: Scenario is the result's own.
type EconomicImpact struct {
	impact.Scenario
	*impact.Result
	Perturbed  bool       // whether masked rows of the register took part
	Provenance Provenance // set where it is selected
}

// maxHorizon bounds what the economic model walks through, in days: about a century.
const maxHorizon = 36525

// ImpactQuestion is a scenario, and what is wanted of its estimate beside the figures.
type ImpactQuestion struct {
	impact.Scenario
	// Wages asks for the departed permits' own wages, which are followed permit by permit and cost as much as the rest.
	Wages bool
	// Provenance asks for what the estimate rests on.
	Provenance bool
}

// Impact estimates what departures cost. It returns a Fault: NOT_FOUND for a region or nationality that there is not,
// BAD_USER_INPUT for a scenario that contradicts itself, LIMIT_EXCEEDED for more days than are walked through.
func Impact(ctx context.Context, release *db.Release, q ImpactQuestion) (*EconomicImpact, error) {
	if err := checkScenario(release, q.Scenario); err != nil {
		return nil, err
	}
	facts, evidence, err := impactFacts(ctx, release, q)
	if err != nil {
		return nil, err
	}
	result, err := impact.Compute(ctx, q.Scenario, facts)
	if err != nil {
		return nil, err
	}
	answer := &EconomicImpact{Scenario: result.Scenario, Result: result, Perturbed: perturbed(release, q.Basis)}
	if q.Provenance {
		found, err := impactProvenance(ctx, release, result, evidence)
		if err != nil {
			return nil, err
		}
		answer.Provenance = ProvenanceOf(release, found)
	}
	return answer, nil
}

// checkScenario holds a scenario against the release and the bounds.
func checkScenario(release *db.Release, s impact.Scenario) error {
	if _, err := release.Region(s.Region); err != nil {
		return err
	}
	for _, code := range s.Nationalities {
		if _, err := release.Country(code); err != nil {
			return err
		}
	}
	if err := s.Validate(); err != nil {
		return err
	}
	if days := (labour.Period{From: s.Baseline, To: s.To}).Days(); days > maxHorizon {
		return labour.Faultf(labour.LimitExceeded,
			"scenario: expected at most %d days from the baseline to the end, found %d.",
			maxHorizon, days)
	}
	return nil
}

// stockEvidence is what a stock was read from, for its provenance.
type stockEvidence struct {
	sql      []string
	reported []labour.Observation
}

// stockFilter says whose stock a scenario is about.
func stockFilter(s impact.Scenario) db.StockFilter {
	return db.StockFilter{Within: s.Region, BoundariesOn: s.BoundariesOn, Nationalities: s.Nationalities}
}

// impactFacts gathers what the model reads.
func impactFacts(ctx context.Context, release *db.Release, q ImpactQuestion) (impact.Facts, stockEvidence, error) {
	s := q.Scenario
	facts := impact.Facts{Currency: release.Info().Currency, Geography: release.Geography()}
	var evidence stockEvidence
	var err error
	facts.Observations, err = release.Observations(ctx, db.ObservationFilter{
		Indicators: KnownIndicators(release, labour.GrossRegionalProduct, labour.GrossValueAdded,
			labour.EmployedPersons, labour.AverageWage, labour.IncomeTaxRate),
		Regions: relatives(release.Geography(), s.Region, s.BoundariesOn),
	})
	if err != nil {
		return facts, evidence, err
	}
	if s.Basis == labour.Reported {
		series, observations, err := reportedStock(ctx, release, s.Region, s.BoundariesOn, s.Nationalities)
		facts.Levels = impact.ReportedLevels(series, s.Baseline, s.To)
		evidence.reported = observations
		return facts, evidence, err
	}
	span := labour.Period{From: s.Baseline, To: s.To}
	changes, sql, err := release.StockChanges(ctx, stockFilter(s), span)
	if err != nil {
		return facts, evidence, err
	}
	facts.Levels = levels(changes, s.Baseline, s.Region, release.Info().Counts.Permits > 0)
	evidence.sql = append(evidence.sql, sql)
	if !q.Wages {
		return facts, evidence, nil
	}
	wages, sql, err := release.DepartedWages(ctx, stockFilter(s), span)
	if err != nil {
		return facts, evidence, err
	}
	evidence.sql = append(evidence.sql, sql)
	facts.OwnWages = make(map[impact.Cell]float64, len(wages))
	for _, w := range wages {
		facts.OwnWages[impact.Cell{Region: w.Region, Industry: w.Industry}] = w.Monthly
	}
	return facts, evidence, nil
}

// relatives lists a region, everything within it and everything above any of it.
func relatives(g *labour.Geography, region string, on labour.Date) []string {
	codes := g.Within(region, on)
	for i := 0; i < len(codes); i++ {
		if parent := g.Parent(codes[i], on); parent != "" && !slices.Contains(codes, parent) {
			codes = append(codes, parent)
		}
	}
	return codes
}

// levels sums changes up to the level of each cell. A register that has permits knows that nobody is present where
// it has none: then one level of nobody stands first.
func levels(changes iter.Seq[db.StockChange], baseline labour.Date, region string, known bool) iter.Seq2[impact.Level,
	error] {
	return func(yield func(impact.Level, error) bool) {
		if known && !yield(impact.Level{On: baseline, Cell: impact.Cell{Region: region}}, nil) {
			return
		}
		present := map[impact.Cell]int{}
		for change := range changes {
			cell := impact.Cell{Region: change.Region, Industry: change.Industry}
			present[cell] += change.Workers
			if !yield(impact.Level{On: change.Day, Cell: cell, Workers: float64(present[cell])}, nil) {
				return
			}
		}
	}
}

// impactProvenance says what stands behind a result: register rows or reported stocks, and every figure that it used.
func impactProvenance(ctx context.Context, release *db.Release, result *impact.Result,
	evidence stockEvidence) (db.Provenance, error) {
	s := result.Scenario
	stands := db.Provenance{}
	if s.Basis == labour.Register {
		var err error
		stands, err = release.StockProvenance(ctx, stockFilter(s), labour.Period{From: s.Baseline, To: s.To},
			evidence.sql)
		if err != nil {
			return stands, err
		}
	}
	var sources []string
	for _, o := range evidence.reported {
		sources = append(sources, o.Source)
	}
	figures := len(evidence.reported)
	for _, input := range result.Inputs {
		if input.Source != "" {
			sources = append(sources, input.Source)
			figures++
		}
	}
	stands.Method = "Workers gone since the baseline, day by day, times the output per employed person of their region, industry and year, " +
		"times relative productivity, the share of posts not filled again and the output multiplier; inputs lists every figure, and METHODOLOGY every formula."
	return stands, release.Cite(&stands, sources, figures)
}
