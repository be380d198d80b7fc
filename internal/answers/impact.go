package answers

import (
	"context"
	"iter"
	"maps"
	"slices"

	"homebound/db"
	"homebound/internal/impact"
	"homebound/internal/labour"
)

// EconomicImpact is a result of the model, with its scenario's fields beside its figures: Scenario is the result's own.
type EconomicImpact struct {
	impact.Scenario
	*impact.Result
	Stocks     []labour.Point // of basis SCENARIO
	OfIndustry string         // of these stocks, "" for none
	Notices    []Notice
	Coverage   labour.Covered // of the stock, on the baseline and on the last day
	Synthetic  bool           // false only where every row behind is known not to be made up
	Perturbed  bool           // whether masked rows of the register took part
	Provenance Provenance     // set where it is selected
	Currency   string         // of the region, which money is in
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
	// Notices asks for what a reader might stumble over, some of which needs the draws.
	Notices bool
	// Stocks are those of basis SCENARIO, in the order of days, of StockIndustry where it is not "".
	Stocks        []labour.Point
	StockIndustry string
	// GivenBoundaries says that BoundariesOn was asked for and is no default.
	GivenBoundaries bool
}

// Impact estimates what departures cost. It returns a Fault: NOT_FOUND for a region or nationality that there is not,
// BAD_USER_INPUT for a scenario that contradicts itself, LIMIT_EXCEEDED for more days than are walked through.
func Impact(ctx context.Context, release *db.Release, q ImpactQuestion) (*EconomicImpact, error) {
	if err := checkScenario(release, q); err != nil {
		return nil, err
	}
	facts, evidence, err := impactFacts(ctx, release, &q)
	if err != nil {
		return nil, err
	}
	result, err := impact.Compute(ctx, q.Scenario, facts)
	if err != nil {
		return nil, err
	}
	answer := &EconomicImpact{Scenario: result.Scenario, Result: result, Stocks: q.Stocks, OfIndustry: q.StockIndustry,
		Currency: facts.Currency, Perturbed: perturbed(release, q.Basis),
		Coverage: evidence.covered, Synthetic: evidence.synthetic}
	if result.DepartedWorkers == nil {
		answer.Coverage = labour.NotAtAll
	}
	if q.Notices {
		answer.Notices = impactNotices(release, result, evidence)
		if q.Basis == labour.Register && evidence.covered != labour.Complete {
			answer.Notices = append(answer.Notices, Notice{NoticeCoverage,
				coverageSentence(release, q.Nationalities, evidence.covered, evidence.uncovered)})
		}
		answer.Notices = append(answer.Notices, boundariesMoved(release, result.Scenario.Horizon(), result.Scenario.BoundariesOn)...)
	}
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
func checkScenario(release *db.Release, q ImpactQuestion) error {
	s := q.Scenario
	if _, err := release.Region(s.Region); err != nil {
		return err
	}
	for _, code := range s.StayersIn {
		if _, err := release.Region(code); err != nil {
			return err
		}
	}
	if q.StockIndustry != "" {
		if _, err := release.Industry(q.StockIndustry); err != nil {
			return err
		}
	}
	if (s.Basis == labour.Supposed) != (len(q.Stocks) > 0) {
		return labour.Faultf(labour.BadUserInput, "stocks: expected them with basis SCENARIO alone, and there at least one, found %d with basis %s",
			len(q.Stocks), s.Basis)
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
	sql       []string
	reported  []labour.Observation
	notices   []Notice
	covered   labour.Covered
	synthetic bool
	uncovered []string // regions of which the register has nothing
}

// stockFilter says whose stock a scenario is about.
func stockFilter(s impact.Scenario) db.StockFilter {
	return db.StockFilter{Within: s.Region, BoundariesOn: s.BoundariesOn, Nationalities: s.Nationalities}
}

// impactFacts gathers what the model reads. A derived stock sets the boundaries of the question to its own.
func impactFacts(ctx context.Context, release *db.Release, q *ImpactQuestion) (impact.Facts, stockEvidence, error) {
	facts := impact.Facts{Currency: release.CurrencyOf(q.Region), Geography: release.Geography()}
	var evidence stockEvidence
	var err error
	switch q.Basis {
	case labour.Reported:
		err = reportedFacts(ctx, release, q, &facts, &evidence)
	case labour.Supposed:
		err = supposedFacts(*q, &facts)
	}
	if err != nil {
		return facts, evidence, err
	}
	s := q.Scenario
	facts.Parameters, err = release.Parameters(ctx)
	if err != nil {
		return facts, evidence, err
	}
	facts.Observations, err = release.Observations(ctx, db.ObservationFilter{
		Indicators: KnownIndicators(release, impact.Indicators(facts.Currency)...),
		Regions:    relatives(release.Geography(), s.Region, s.BoundariesOn),
	})
	if err != nil || s.Basis != labour.Register {
		evidence.covered = labour.Complete
		return facts, evidence, err
	}
	if err := evidence.cover(ctx, release, s); err != nil {
		return facts, evidence, err
	}
	span := labour.Period{From: s.Baseline, To: s.To}
	changes, sql, err := release.StockChanges(ctx, stockFilter(s), span)
	if err != nil {
		return facts, evidence, err
	}
	facts.Levels = levels(changes, s.Baseline, s.Region, evidence.covered != labour.NotAtAll)
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

// cover tells how much of the stock the register has: on the baseline and on the last day, since a departure is what lies
// between these.
func (e *stockEvidence) cover(ctx context.Context, release *db.Release, s impact.Scenario) error {
	reached, err := release.Reached(ctx, stockFilter(s))
	if err != nil {
		return err
	}
	first := reached.On(labour.Period{From: s.Baseline, To: s.Baseline})
	last := reached.On(labour.Period{From: s.To, To: s.To})
	if e.covered = first.And(last); first == labour.NotAtAll || last == labour.NotAtAll {
		e.covered = labour.NotAtAll
	}
	e.synthetic, e.uncovered = reached.Synthetic(labour.Period{From: s.Baseline, To: s.To}), reached.Uncovered()
	return nil
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

// levels sums changes up to the level of each cell. A register that is known to reach a place knows that nobody is present
// where it has none: then one level of nobody stands first.
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
	stands.Method = "Method " + labour.MethodVersion + ", variant " + string(s.Variant) + ". Workers gone since the baseline, day by day, times the output per employed person of their region, industry and year, " +
		"times relative productivity (or labour's share, or an elasticity), the share of posts not filled again and the output multiplier; inputs lists every figure, and METHODOLOGY every formula."
	return stands, release.Cite(&stands, sources, figures)
}

// impactNotices says what a reader of an estimate might stumble over.
func impactNotices(release *db.Release, result *impact.Result, evidence stockEvidence) []Notice {
	notices := slices.Clone(evidence.notices)
	for _, text := range result.Remarks() {
		notices = append(notices, Notice{NoticeModel, text})
	}
	if made := release.Info().MethodVersion; made != labour.MethodVersion {
		notices = append(notices, Notice{NoticeMethod, "This release was made under method " + made + "; the answer is by method " +
			labour.MethodVersion + ", which may give another figure."})
	}
	return notices
}

func sortedKeys[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }
