package graph

import (
	"context"
	"iter"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"homebound/db"
	"homebound/graph/model"
	"homebound/internal/impact"
	"homebound/internal/labour"
)

// maxHorizon bounds what the economic model walks through, in days: about a century.
const maxHorizon = 36525

func (query) EconomicImpact(ctx context.Context, region string, scenario *model.Scenario) (*model.EconomicImpact, error) {
	return economicImpact(ctx, region, scenario)
}

func economicImpact(ctx context.Context, region string, given *model.Scenario) (*model.EconomicImpact, error) {
	release := releaseOf(ctx)
	if _, err := release.Region(region); err != nil {
		return nil, err
	}
	s, err := scenario(release, region, given)
	if err != nil {
		return nil, err
	}
	facts, evidence, err := impactFacts(ctx, release, s)
	if err != nil {
		return nil, err
	}
	result, err := impact.Compute(ctx, s, facts)
	if err != nil {
		return nil, err
	}
	answer := &model.EconomicImpact{Scenario: result.Scenario, Result: result}
	if graphql.FieldRequested(ctx, "provenance") {
		stands, err := impactProvenance(ctx, release, result, evidence)
		if err != nil {
			return nil, err
		}
		answer.Provenance = provenance(release, stands)
	}
	return answer, hideImpact(ctx, release, answer, facts, evidence.wages)
}

// scenario fills what the caller leaves out with the defaults of the contract.
func scenario(release *db.Release, region string, given *model.Scenario) (impact.Scenario, error) {
	s := impact.Scenario{
		Region: region, Baseline: labour.MustParseDate("2017-12-22"), Basis: labour.Register,
		Nationalities: []string{"KP"}, To: release.LastDay(nil), Parameters: impact.Defaults(),
	}
	s.From = s.Baseline
	if given != nil {
		s.Baseline, s.Basis, s.Stayers, s.Nationalities = given.Baseline, given.Basis, given.Stayers, given.Nationalities
		s.From, s.To = s.Baseline, release.LastDay(given.To)
		if given.From != nil {
			s.From = *given.From
		}
		for _, p := range []struct {
			into  *impact.Range
			given *impact.Range
		}{
			{&s.SubstitutionRate, given.SubstitutionRate},
			{&s.RelativeProductivity, given.RelativeProductivity},
			{&s.RelativeWage, given.RelativeWage},
			{&s.OutputMultiplier, given.OutputMultiplier},
			{&s.RemittancePerWorkerYearUSD, given.RemittancePerWorkerYearUsd},
		} {
			if p.given != nil {
				*p.into = *p.given
			}
		}
	}
	s.BoundariesOn = s.To
	if given != nil && given.BoundariesOn != nil {
		s.BoundariesOn = *given.BoundariesOn
	}
	for _, code := range s.Nationalities {
		if _, err := release.Country(code); err != nil {
			return s, err
		}
	}
	if err := s.Validate(); err != nil {
		return s, err
	}
	if days := (labour.Period{From: s.Baseline, To: s.To}).Days(); days > maxHorizon {
		return s, labour.Faultf(labour.LimitExceeded, "scenario: expected at most %d days from the baseline to the end, found %d.", maxHorizon, days)
	}
	return s, nil
}

// stockEvidence is what a stock was read from, for its provenance.
type stockEvidence struct {
	sql      []string
	reported []labour.Observation
	wages    []db.DepartedWage
}

// stockFilter says whose stock a scenario is about.
func stockFilter(s impact.Scenario) db.StockFilter {
	return db.StockFilter{Within: s.Region, BoundariesOn: s.BoundariesOn, Nationalities: s.Nationalities}
}

// impactFacts gathers what the model reads.
func impactFacts(ctx context.Context, release *db.Release, s impact.Scenario) (impact.Facts, stockEvidence, error) {
	facts := impact.Facts{Currency: release.Info().Currency, Geography: release.Geography()}
	var evidence stockEvidence
	var err error
	facts.Observations, err = release.Observations(ctx, db.ObservationFilter{
		Indicators: knownIndicators(release, labour.GrossRegionalProduct, labour.GrossValueAdded, labour.EmployedPersons, labour.AverageWage, labour.IncomeTaxRate),
		Regions:    relatives(release.Geography(), s.Region, s.BoundariesOn),
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
	if !wagesRequested(ctx) {
		return facts, evidence, nil
	}
	wages, sql, err := release.DepartedWages(ctx, stockFilter(s), span)
	if err != nil {
		return facts, evidence, err
	}
	evidence.sql, evidence.wages = append(evidence.sql, sql), wages
	facts.OwnWages = make(map[impact.Cell]float64, len(wages))
	for _, w := range wages {
		facts.OwnWages[impact.Cell{Region: w.Region, Industry: w.Industry}] = w.Monthly
	}
	return facts, evidence, nil
}

// wagesRequested tells whether anything is selected that the departed permits' own wages are part of. They are followed permit by
// permit, which costs as much as all the rest.
func wagesRequested(ctx context.Context) bool {
	return slices.ContainsFunc([]string{"wagesLost", "incomeTaxLost", "inputs", "provenance"}, func(field string) bool {
		return graphql.FieldRequested(ctx, field)
	})
}

// knownIndicators keeps the indicators that the release has; a release without one has no observation of it either.
func knownIndicators(release *db.Release, codes ...string) []string {
	known := []string{}
	for _, code := range codes {
		if _, err := release.Indicator(code); err == nil {
			known = append(known, code)
		}
	}
	return known
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

// levels sums changes up to the level of each cell. A register that has permits knows that nobody is present where it has
// none: then one level of nobody stands first.
func levels(changes iter.Seq[db.StockChange], baseline labour.Date, region string, known bool) iter.Seq2[impact.Level, error] {
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
func impactProvenance(ctx context.Context, release *db.Release, result *impact.Result, evidence stockEvidence) (db.Provenance, error) {
	s := result.Scenario
	stands := db.Provenance{}
	if s.Basis == labour.Register {
		var err error
		stands, err = release.StockProvenance(ctx, stockFilter(s), labour.Period{From: s.Baseline, To: s.To}, evidence.sql)
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

type economicImpactFields struct{}

func (economicImpactFields) Region(ctx context.Context, obj *model.EconomicImpact) (*labour.Region, error) {
	return found(releaseOf(ctx).Region(obj.Scenario.Region))
}

func (economicImpactFields) Timeline(ctx context.Context, obj *model.EconomicImpact, granularity labour.Granularity) ([]impact.PeriodImpact, error) {
	if obj.Suppressed {
		return nil, nil
	}
	timeline := obj.Result.Timeline(granularity)
	return timeline, hideTimeline(ctx, releaseOf(ctx), obj, timeline, granularity)
}

type industryImpactFields struct{}

func (industryImpactFields) Industry(ctx context.Context, objs []*impact.IndustryImpact) ([]*labour.Industry, error) {
	return lookUp(objs, func(i *impact.IndustryImpact) string { return i.Industry }, releaseOf(ctx).Industry)
}

type modelInputFields struct{}

// Value gives the figure. The contract has a number here always: 0 stands for one that is missing, and the note says so.
func (modelInputFields) Value(_ context.Context, obj *impact.Input) (float64, error) {
	return deref(obj.Value), nil
}

func (modelInputFields) Source(ctx context.Context, objs []*impact.Input) ([]*labour.Source, error) {
	return lookUp(objs, func(i *impact.Input) string { return i.Source }, releaseOf(ctx).Source)
}

func (modelInputFields) Note(_ context.Context, obj *impact.Input) (*string, error) {
	return known(obj.Note), nil
}
